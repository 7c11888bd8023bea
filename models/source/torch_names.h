/* SPDX-License-Identifier: Apache-2.0
 * torch_names.h - chains of layers out of tensors that are named as PyTorch does. */
#ifndef ESE_TORCH_NAMES_H
#define ESE_TORCH_NAMES_H

#include "models/source/source.h"
#include "models/source/torch_modules.h"

/* Whether the names are PyTorch's, and not our own. */
bool torch_names_are(const struct named_tensors *tensors);

/* Adds the chains to the source.  `node` NULL: each recurrent module with the linear ones that follow it by
 * their shapes, as far as there is one that can; if more than one chain is possible, all of them, without
 * their tensors.  Else the modules that it names, "lstm+fc", in that order; a name may be the end of a
 * module's own, behind a dot.
 *
 * What the file does not tell is the value "unknown" of a key: the nonlinearity of an RNN, the activation of
 * a linear layer that another follows. */
bool torch_names_read(struct source *source, const struct named_tensors *tensors, const char *node,
                      struct error *error);

#endif
