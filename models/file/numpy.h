/* SPDX-License-Identifier: Apache-2.0
 * numpy.h - arrays of NumPy that lie in one file, by name.
 *
 * Read are .npz archives, packed or not; pickles of protocols 2 to 5 of dictionaries, lists and objects with
 * arrays in them, by NumPy 1 or 2, as Python 2 or 3 writes them; and what np.save() makes of a dictionary, a
 * .npy file with an object in it.  Arrays are named as in pickle_walk.h, with '/' in a name taken as '.'.
 * Functions that make arrays are known by name; everything else that Python would call is data that nobody
 * looks at, and nothing is called.
 *
 * Arrays of what is no number are left out, and counted.  All data together may have NUMPY_GROWTH times the
 * size of the file, so that a small file cannot fill the memory. */
#ifndef ESE_NUMPY_H
#define ESE_NUMPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/base/error.h"
#include "models/base/text.h"
#include "models/file/npy.h"

enum { NUMPY_ARRAYS = 1 << 14, NUMPY_GROWTH = 64 };

struct numpy_array {
    char *name;
    struct npy values; /* whose name is that of the file and the array, for messages */
};

struct numpy_file {
    char *name;       /* of the file, for messages */
    const char *form; /* "NumPy arrays (.npz)", a static string */
    struct numpy_array *arrays;
    int count;
    struct text left_out; /* "'names' (strings), 'flag' (booleans)": those that are no numbers */
    unsigned char **blocks; /* what arrays lie in, but the file itself */
    int block_count;
    uint64_t budget; /* bytes that blocks may still have */
};

/* Reads `size` bytes, which must outlive `file`; `name` is for messages only.  After a failure there is
 * nothing to close. */
bool numpy_parse(struct numpy_file *file, const unsigned char *bytes, size_t size, const char *name,
                 struct error *error);

void numpy_close(struct numpy_file *file);

#endif
