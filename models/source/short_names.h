/* SPDX-License-Identifier: Apache-2.0
 * short_names.h - names that people give PyTorch's tensors, as PyTorch has them: "enc_w_ih" is
 * "enc.weight_ih", "fc_b" is "fc.bias".
 *
 * Taken are w_ih, w_hh, b_ih, b_hh and w_hr, with W, weight, B and bias for their letters, with _l0 and
 * _l0_reverse behind them, and w with b of a linear layer, each under any prefix that ends in '_' or '.'.
 * That they are PyTorch's is believed where shapes say so: matrices of one, three or four blocks of rows, as
 * many as w_hh has columns. */
#ifndef ESE_SHORT_NAMES_H
#define ESE_SHORT_NAMES_H

#include "models/source/source.h"
#include "models/source/torch_modules.h"

struct short_names {
    struct named_tensors tensors; /* the same ones in their order, by PyTorch's names */
    char **owned;
};

/* Notes in the source say what was renamed, and what that takes for granted. */
struct short_names short_names_take(const struct named_tensors *tensors, struct source *source);
void short_names_free(struct short_names *names);

/* Is it the name of a matrix of a recurrent layer, "enc_w_ih"? */
bool short_names_is(const char *name);

#endif
