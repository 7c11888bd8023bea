/* SPDX-License-Identifier: Apache-2.0
 * numpy_arrays.c - the list of arrays of a file of NumPy. */
#include "models/file/numpy_arrays.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"

enum { LEFT_OUT_SHOWN = 200 };

struct text numpy_shown(const struct numpy_file *f, const char *name)
{
    char shown[PRINTABLE_NAME];
    struct text text = {0};
    printable(shown, sizeof shown, name);
    text_appendf(&text, "%s: array '%s'", f->name, shown);
    return text;
}

/* Room for one more of `count` things: it grows where that is 0, or a power of two. */
static void *grow(void *list, int count, size_t size)
{
    const size_t room = (size_t)count;
    if ((room & (room - 1)) == 0) {
        list = realloc(list, (room > 0 ? 2 * room : 1) * size);
        BUG_UNLESS(list != NULL);
    }
    return list;
}

bool numpy_add(struct numpy_file *f, const char *name, struct npy *values, struct error *error)
{
    if (f->count == NUMPY_ARRAYS) {
        npy_close(values);
        return fail(error, "%s: has more than %d arrays", f->name, NUMPY_ARRAYS);
    }
    f->arrays = grow(f->arrays, f->count, sizeof *f->arrays);
    struct numpy_array *array = &f->arrays[f->count++];
    *array = (struct numpy_array){duplicate(name), *values};
    for (char *at = array->name; *at != '\0'; at++)
        *at = *at == '/' ? '.' : *at;
    return true;
}

void numpy_leave_out(struct numpy_file *f, const char *name, const char *kind)
{
    char shown[PRINTABLE_NAME];
    printable(shown, sizeof shown, name);
    if (f->left_out.length < LEFT_OUT_SHOWN)
        text_appendf(&f->left_out, "%s'%s'%s", f->left_out.length > 0 ? ", " : "", shown, kind);
    else if (f->left_out.data[f->left_out.length - 1] != '.')
        text_append(&f->left_out, " ...");
}

void numpy_keep_block(struct numpy_file *f, unsigned char *block, uint64_t size)
{
    f->blocks = grow(f->blocks, f->block_count, sizeof *f->blocks);
    f->blocks[f->block_count++] = block;
    f->budget -= size;
}

unsigned char *numpy_block(struct numpy_file *f, const char *name, uint64_t size, struct error *error)
{
    if (size > f->budget) {
        struct text shown = numpy_shown(f, name);
        fail(error, "%s: has %" PRIu64 " bytes, with which all arrays have more than %d times the size of "
             "the file", shown.data, size, NUMPY_GROWTH);
        text_free(&shown);
        return NULL;
    }
    unsigned char *block = allocate((size_t)size, 1);
    numpy_keep_block(f, block, size);
    return block;
}
