/* SPDX-License-Identifier: Apache-2.0
 * numpy.c - archives of .npy arrays, and which of the kinds of files it is. */
#include "models/file/numpy.h"

#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/file/kind.h"
#include "models/file/numpy_arrays.h"
#include "models/file/zip.h"

static const char ENDING[] = ".npy";

/* ---- .npy and .npz ------------------------------------------------------------------------------------- */

/* One array, or an object, which is a pickle behind the header. */
static bool add_npy(struct numpy_file *f, const char *name, const unsigned char *bytes, size_t size,
                    struct error *error)
{
    bool objects = false;
    struct npy values;
    const char *other = npy_other(bytes, size, &objects);
    if (other != NULL && objects) {
        const size_t at = npy_data(bytes, size);
        return numpy_add_pickle(f, bytes + at, size - at, name, error);
    }
    if (other != NULL) {
        numpy_leave_out(f, name, other);
        return true;
    }
    struct text shown = numpy_shown(f, name);
    const bool good = npy_parse(&values, bytes, size, shown.data, error);
    text_free(&shown);
    return good && numpy_add(f, name, &values, error);
}

static bool read_entry(struct numpy_file *f, const struct zip_entries *zip, int entry, struct error *error)
{
    const char *full = zip_name(zip, entry);
    const size_t length = full != NULL ? strlen(full) : 0, ending = strlen(ENDING);
    unsigned char *bytes;
    size_t size;
    if (length < ending || strcmp(full + length - ending, ENDING) != 0)
        return true;
    if (!zip_read(zip, entry, f->budget, &bytes, &size, error))
        return false;
    numpy_keep_block(f, bytes, size);
    char *name = duplicate(full);
    name[length - ending] = '\0';
    const bool good = add_npy(f, name, bytes, size, error);
    free(name);
    return good;
}

static bool parse_npz(struct numpy_file *f, const unsigned char *bytes, size_t size, struct error *error)
{
    struct zip_entries zip;
    if (!zip_parse(&zip, bytes, size, f->name, error))
        return false;
    bool good = true;
    for (int i = 0; good && i < zip.count; i++)
        good = read_entry(f, &zip, i, error);
    zip_free(&zip);
    return good;
}

/* One array has no name that would tell a layer. */
static bool parse_npy(struct numpy_file *f, const unsigned char *bytes, size_t size, struct error *error)
{
    bool objects = false;
    if (npy_other(bytes, size, &objects) == NULL || !objects)
        return fail(error, "%s: is a NumPy .npy file of one array, expected one of a dictionary, or a .npz "
                    "file", f->name);
    const size_t at = npy_data(bytes, size);
    return numpy_add_pickle(f, bytes + at, size - at, "", error);
}

/* ---- the file ------------------------------------------------------------------------------------------ */

static int by_name(const void *left, const void *right)
{
    const struct numpy_array *const *a = left, *const *b = right;
    return strcmp((*a)->name, (*b)->name);
}

/* Two of one name could be taken for each other. */
static bool check_names(const struct numpy_file *f, struct error *error)
{
    const struct numpy_array **sorted = allocate((size_t)f->count, sizeof *sorted);
    bool good = true;
    for (int i = 0; i < f->count; i++)
        sorted[i] = &f->arrays[i];
    qsort(sorted, (size_t)f->count, sizeof *sorted, by_name);
    for (int i = 1; good && i < f->count; i++)
        if (strcmp(sorted[i]->name, sorted[i - 1]->name) == 0) {
            struct text shown = numpy_shown(f, sorted[i]->name);
            good = fail(error, "%s is there twice", shown.data);
            text_free(&shown);
        }
    free(sorted);
    return good;
}

static bool parse(struct numpy_file *f, const unsigned char *bytes, size_t size, struct error *error)
{
    switch (file_kind(bytes, size)) {
    case KIND_NPZ:
        f->form = "NumPy arrays (.npz)";
        return parse_npz(f, bytes, size, error);
    case KIND_NPY:
        f->form = "NumPy arrays (.npy of an object)";
        return parse_npy(f, bytes, size, error);
    case KIND_PICKLE:
        f->form = "NumPy arrays (pickle)";
        return numpy_add_pickle(f, bytes, size, "", error);
    default:
        return fail(error, "%s: is %s, expected one of NumPy", f->name,
                    file_kind_name(file_kind(bytes, size)));
    }
}

bool numpy_parse(struct numpy_file *f, const unsigned char *bytes, size_t size, const char *name,
                 struct error *error)
{
    char shown[PRINTABLE_PATH];
    printable(shown, sizeof shown, name);
    *f = (struct numpy_file){.name = duplicate(shown), .budget = (uint64_t)size * NUMPY_GROWTH};
    if (parse(f, bytes, size, error) && check_names(f, error))
        return true;
    numpy_close(f);
    return false;
}

void numpy_close(struct numpy_file *f)
{
    for (int i = 0; i < f->count; i++) {
        free(f->arrays[i].name);
        npy_close(&f->arrays[i].values);
    }
    for (int i = 0; i < f->block_count; i++)
        free(f->blocks[i]);
    free(f->arrays);
    free(f->blocks);
    text_free(&f->left_out);
    free(f->name);
    *f = (struct numpy_file){0};
}
