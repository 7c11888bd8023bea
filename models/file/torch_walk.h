/* SPDX-License-Identifier: Apache-2.0
 * torch_walk.h - from the pickle of a checkpoint to its list of tensors: for torch.c alone. */
#ifndef ESE_TORCH_WALK_H
#define ESE_TORCH_WALK_H

#include "models/file/pickle.h"
#include "models/file/torch.h"

struct torch_type {
    const char *storage; /* "FloatStorage" */
    const char *name;    /* "float32" */
    unsigned bytes;
    double (*real)(const unsigned char *at); /* NULL: not read */
};

struct torch_storage {
    char *key;
    const struct torch_type *type;
    uint64_t count;            /* elements */
    const unsigned char *data; /* NULL: not read yet */
    unsigned char *owned;
};

/* Adds the tensors below `top` and the storages that they are views of to the file. */
bool torch_walk(struct torch_file *file, struct pickle_value *top, struct error *error);

/* Adds every storage that the pickle speaks of, whether or not a tensor is a view of it. */
bool torch_find_storages(struct torch_file *file, const struct pickle *pickle, struct error *error);

#endif
