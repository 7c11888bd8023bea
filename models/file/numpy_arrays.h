/* SPDX-License-Identifier: Apache-2.0
 * numpy_arrays.h - the list of arrays while a file is read: for numpy.c and numpy_pickle.c alone. */
#ifndef ESE_NUMPY_ARRAYS_H
#define ESE_NUMPY_ARRAYS_H

#include "models/file/numpy.h"

/* Adds the arrays of a pickle, `size` bytes that outlive the file; `before` is the begin of their names. */
bool numpy_add_pickle(struct numpy_file *file, const unsigned char *bytes, size_t size, const char *before,
                      struct error *error);

/* "FILE: array 'NAME'", for messages. */
struct text numpy_shown(const struct numpy_file *file, const char *name);

/* Adds an array, whose values become the list's. */
bool numpy_add(struct numpy_file *file, const char *name, struct npy *values, struct error *error);

/* Elements of that kind, " (strings)", are no numbers. */
void numpy_leave_out(struct numpy_file *file, const char *name, const char *kind);

/* A block within the budget that becomes the file's. */
void numpy_keep_block(struct numpy_file *file, unsigned char *block, uint64_t size);

/* A block of `size` bytes that is freed with the file; NULL, and a message: it is beyond the budget. */
unsigned char *numpy_block(struct numpy_file *file, const char *name, uint64_t size, struct error *error);

#endif
