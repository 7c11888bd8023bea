/* SPDX-License-Identifier: Apache-2.0
 * torch_masked.h - weights that torch.nn.utils.prune made: weight_ih_l0_orig times weight_ih_l0_mask is what the
 * module multiplies by. */
#ifndef ESE_TORCH_MASKED_H
#define ESE_TORCH_MASKED_H

#include "models/source/torch_modules.h"

struct torch_masked {
    struct named_tensors all; /* masked weights under their own names, in the place of both; else as given */
    const struct named_tensors *given;
    int *from, *mask;         /* [all.count] numbers among those given; mask MISSING: there is none */
    char **names;             /* [all.count] made here, or NULL */
};

/* `given` must outlive it, and it must stay where it is. */
void torch_masked_make(struct torch_masked *masked, const struct named_tensors *given);
void torch_masked_free(struct torch_masked *masked);

#endif
