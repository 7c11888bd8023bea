/* SPDX-License-Identifier: Apache-2.0
 * torch_layers.h - modules of PyTorch as layers of a chain: for torch_names.c alone. */
#ifndef ESE_TORCH_LAYERS_H
#define ESE_TORCH_LAYERS_H

#include "models/source/source.h"
#include "models/source/torch_modules.h"

/* A file that is being read. */
struct torch_reading {
    struct source *source;
    struct modules modules;
    struct error *error;
};

bool torch_is_recurrent(const struct module *module);

/* Adds its layers to the chain, with their tensors if `fill`.  `activation` is what follows a linear one; NULL:
 * none, as far as is known. */
bool torch_add_module(const struct torch_reading *reading, const struct module *module,
                      struct source_chain *chain, const char *activation, bool fill);

/* Which functions follow a linear module, up to `next` or, that being NULL, to the end of what it stands in: "none",
 * "relu", "sigmoid" or "tanh"; "unknown" where the file does not tell, or it is another. */
const char *torch_activation(const struct torch_reading *reading, const struct module *module,
                             const struct module *next);

/* The class of what a Sequential has between two modules, or from its begin (a NULL), or up to its end (b NULL), and
 * that is neither a layer's function nor nothing; NULL: there is no such, or it is no Sequential. */
const char *torch_beside(const struct torch_reading *reading, const struct module *a, const struct module *b);

#endif
