/* SPDX-License-Identifier: Apache-2.0
 * npy.h - strict reader and writer of NumPy's .npy arrays.
 *
 * Read: format versions 1.0, 2.0 and 3.0, C order, types '<f4', '<f8' and '<i4'.  Messages name the
 * file, what is wrong and what is allowed. */
#ifndef ESE_NPY_H
#define ESE_NPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/base/error.h"

enum { NPY_MAX_RANK = 4 };
enum npy_type { NPY_F4, NPY_F8, NPY_I4 };

struct npy {
    char *name; /* of the file, for messages */
    enum npy_type type;
    int rank;
    int shape[NPY_MAX_RANK]; /* each 0..2^31-1 */
    uint64_t count;          /* number of elements */
    const unsigned char *data;
    unsigned char *owned; /* the file's bytes, or NULL when they are the caller's */
};

/* Checks `size` bytes, which must outlive `array`; `name` is for messages only.  The data must be
 * as long as the header says, to the byte.  After a failure there is nothing to close. */
bool npy_parse(struct npy *array, const void *bytes, size_t size, const char *name,
               struct error *error);

/* Reads and checks a file. */
bool npy_open(struct npy *array, const char *path, struct error *error);

/* Copies the elements, row-major; `out` has room for array->count.  Floats come from '<f4' and
 * '<f8', and NaN, infinities and what is beyond the range of a float are refused; integers come
 * from '<i4'. */
bool npy_floats(const struct npy *array, float *out, struct error *error);
bool npy_ints(const struct npy *array, int32_t *out, struct error *error);

void npy_close(struct npy *array);

/* Write an array of `rank` 0..NPY_MAX_RANK dimensions, in format 1.0, row-major.  The file appears
 * under its name only when it is complete: it is written as PATH.tmp and then renamed. */
bool npy_write_floats(const char *path, int rank, const int *shape, const float *values,
                      struct error *error);
bool npy_write_ints(const char *path, int rank, const int *shape, const int32_t *values,
                    struct error *error);

#endif
