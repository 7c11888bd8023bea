/* SPDX-License-Identifier: Apache-2.0
 * safetensors.h - strict reader of the safetensors format.
 *
 * A file is a length (8 bytes, little-endian), a JSON header of that length, and the data of the
 * tensors.  The header is checked as a whole when it is read: every tensor inside the data, aligned
 * to its type, as long as shape and type say, none overlapping, no byte left over.  Of
 * "__metadata__" texts are kept.  Messages name the file, the tensor, what is wrong and what is allowed. */
#ifndef ESE_SAFETENSORS_H
#define ESE_SAFETENSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/base/error.h"

enum { TENSOR_MAX_RANK = 8 };

struct tensor {
    char *name;
    const char *type; /* "F32", ..., a static string */
    int rank;
    int shape[TENSOR_MAX_RANK]; /* each 0..2^31-1 */
    uint64_t count;             /* number of elements */
    uint64_t begin, end;        /* bytes, from the start of the data */
};

/* A text of "__metadata__". */
struct metadata {
    char *key, *value;
};

struct safetensors {
    char *name; /* of the file, for messages */
    int count;
    struct tensor *tensors; /* in order of their place in the data */
    int metadata_count;
    struct metadata *metadata;
    const unsigned char *data;
    unsigned char *owned; /* the file's bytes, or NULL when they are the caller's */
};

/* Checks `size` bytes, which must outlive `file`; `name` is for messages only.  After a failure
 * there is nothing to close. */
bool safetensors_parse(struct safetensors *file, const void *bytes, size_t size, const char *name,
                       struct error *error);

/* Reads and checks a file. */
bool safetensors_open(struct safetensors *file, const char *path, struct error *error);

/* NULL: the file holds no tensor of that name. */
const struct tensor *safetensors_find(const struct safetensors *file, const char *name);

/* Converts a tensor of type F32, F16, BF16 or F64 into `out`, row-major, which has room for the
 * whole shape.  Refuses a missing tensor, any other type or shape, NaN, infinities and what is
 * beyond the range of a float. */
bool safetensors_fetch(const struct safetensors *file, const char *name, int rank, const int *shape,
                       float *out, struct error *error);

void safetensors_close(struct safetensors *file);

#endif
