/* SPDX-License-Identifier: Apache-2.0
 * npy.h - strict reader and writer of NumPy's .npy arrays.
 *
 * Read: format versions 1.0, 2.0 and 3.0, C and Fortran order, floats f2, f4, f8 and integers i1,
 * i2, i4, i8, u1, u2, u4, u8 in either byte order.  Booleans are refused with everything else.
 * Messages name the file, what is wrong and what is allowed. */
#ifndef ESE_NPY_H
#define ESE_NPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/base/error.h"

enum { NPY_MAX_RANK = 8 };
enum npy_kind { NPY_FLOAT, NPY_SIGNED, NPY_UNSIGNED };

struct npy {
    char *name; /* of the file, for messages */
    char descr[4];        /* "<f4": as the file says it */
    enum npy_kind kind;
    unsigned width;       /* bytes an element */
    bool big_endian;
    bool fortran;         /* the first index runs fastest */
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

/* An array whose elements lie elsewhere: in a pickle. */
struct npy_parts {
    const char *name; /* for messages */
    const char *descr; /* "<f4" */
    bool fortran;
    int rank;
    const int *shape; /* each 0 or more */
    const unsigned char *data;
    size_t size; /* bytes */
};
bool npy_make(struct npy *array, const struct npy_parts *parts, struct error *error);

/* What the elements of a type are that are no numbers, " (strings)", and whether they are objects; NULL: they
 * are numbers, or the type is none that is known.  The same of the type in a file's header. */
const char *npy_type_other(const char *descr, bool *objects);
const char *npy_other(const void *bytes, size_t size, bool *objects);

/* Where the data of a file begin. */
size_t npy_data(const void *bytes, size_t size);

/* Reads and checks a file. */
bool npy_open(struct npy *array, const char *path, struct error *error);

/* Copies the elements, row-major whatever the order in the file; `out` has room for array->count.
 * Floats come from every type, rounded to nearest; NaN, infinities and what is beyond the range of
 * a float are refused.  Integers come from integers, and must fit. */
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
