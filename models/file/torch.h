/* SPDX-License-Identifier: Apache-2.0
 * torch.h - the tensors of a PyTorch checkpoint (.pt, .pth), by name.
 *
 * Both kinds are read: a zip archive (torch 1.6 and later), and the older one of pickles in sequence with
 * storages behind them.  Whatever the checkpoint is - a state dict, one within other dictionaries, a pickled
 * module - its tensors are named by the way to them, with dots: "model_state.lstm.weight_ih_l0".  Of a
 * pickled module _modules, _parameters and _buffers are no part of the names, other attributes that begin
 * with _ are left out.  Only functions that make tensors are known by name; everything else that Python
 * would call is data that nobody looks at, and nothing is called.
 *
 * A tensor is a view of a storage: its place, shape and strides are checked against the storage when the
 * file is read, its values are read and converted when they are asked for. */
#ifndef ESE_TORCH_H
#define ESE_TORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/base/error.h"

enum { TORCH_RANK = 8, TORCH_TENSORS = 1 << 14 };

struct torch_tensor {
    char *name;
    const char *type; /* "float32", a static string */
    bool real;        /* has values that torch_fetch() gives */
    int rank;
    int shape[TORCH_RANK];
    int64_t stride[TORCH_RANK], offset; /* elements */
    uint64_t count;
    int storage;
};

/* A text that stands beside the tensors: "lstm.mode" "RNN_RELU" of a pickled module; "lstm.class"
 * "torch.nn.modules.rnn.RNN" of any object that is not looked into as a tensor. */
struct torch_option {
    char *name, *value;
};

struct torch_storage; /* torch.c */

struct torch_file {
    char *name; /* of the file, for messages */
    const char *form; /* "PyTorch checkpoint (zip)", a static string */
    struct torch_tensor *tensors;
    int count;
    struct torch_option *options;
    int option_count;
    struct torch_storage *storages;
    int storage_count;
    struct zip_entries *zip; /* NULL: of one stream */
    unsigned char *owned; /* the file's bytes, or NULL when they are the caller's */
};

/* Reads `size` bytes, which must outlive `file`; `name` is for messages only.  After a failure there is
 * nothing to close. */
bool torch_parse(struct torch_file *file, const unsigned char *bytes, size_t size, const char *name,
                 struct error *error);

bool torch_open(struct torch_file *file, const char *path, struct error *error);

/* The values of a tensor, row-major; `out` has room for its count.  Refuses what is not float16, bfloat16,
 * float32 or float64, NaN, infinities and what is beyond the range of a float. */
bool torch_fetch(const struct torch_file *file, int tensor, float *out, struct error *error);

void torch_close(struct torch_file *file);

#endif
