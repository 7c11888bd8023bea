/* SPDX-License-Identifier: Apache-2.0
 * npy.c - strict reader and writer of NumPy's .npy arrays. */
#include "models/file/npy.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/file/kind.h"

static const unsigned char MAGIC[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

static const struct type {
    const char *descr;
    unsigned bytes;
} types[] = {[NPY_F4] = {"<f4", 4}, [NPY_F8] = {"<f8", 8}, [NPY_I4] = {"<i4", 4}};

/* --- the header: a Python dictionary of three entries ---------------------------------------- */

struct reader {
    const char *at, *end;
    struct npy *array;
    struct error *error;
    bool has_type, has_order, has_shape;
};

static bool malformed(struct reader *r, const char *expected)
{
    return fail(r->error, "%s: the header is malformed, expected %s", r->array->name, expected);
}

static void skip_space(struct reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n'))
        r->at++;
}

/* Takes one character, after blanks, if it is the next. */
static bool take(struct reader *r, char wanted)
{
    skip_space(r);
    if (r->at == r->end || *r->at != wanted)
        return false;
    r->at++;
    return true;
}

static bool take_word(struct reader *r, const char *word)
{
    size_t length = strlen(word);
    skip_space(r);
    if ((size_t)(r->end - r->at) < length || memcmp(r->at, word, length) != 0)
        return false;
    r->at += length;
    return true;
}

/* A string in either kind of quotes, without escapes, cut to `size`. */
static bool take_string(struct reader *r, char *out, size_t size)
{
    char quote = '\'';
    if (!take(r, quote)) {
        quote = '"';
        if (!take(r, quote))
            return false;
    }
    const char *close = memchr(r->at, quote, (size_t)(r->end - r->at));
    if (close == NULL || memchr(r->at, '\\', (size_t)(close - r->at)) != NULL)
        return false;
    size_t length = (size_t)(close - r->at), used = 0;
    for (size_t i = 0; i < length && used + 1 < size; i++)
        out[used++] = r->at[i] ? r->at[i] : '?';
    out[used] = '\0';
    r->at = close + 1;
    return true;
}

static bool read_type(struct reader *r)
{
    char descr[32], shown[32];
    if (!take_string(r, descr, sizeof descr))
        return malformed(r, "a string as 'descr'");
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i].descr, descr) == 0) {
            r->array->type = (enum npy_type)i;
            return true;
        }
    printable(shown, sizeof shown, descr);
    return fail(r->error, "%s: has type '%s', expected '<f4', '<f8' or '<i4'", r->array->name,
                shown);
}

static bool read_order(struct reader *r)
{
    if (take_word(r, "True"))
        return fail(r->error, "%s: is in Fortran order, expected C order", r->array->name);
    if (!take_word(r, "False"))
        return malformed(r, "False as 'fortran_order'");
    return true;
}

static bool read_dimension(struct reader *r, int *dimension)
{
    int64_t value = 0;
    skip_space(r);
    if (take(r, '-'))
        return fail(r->error, "%s: has a negative dimension, allowed are 0..%d", r->array->name,
                    INT_MAX);
    if (r->at == r->end || *r->at < '0' || *r->at > '9')
        return malformed(r, "a tuple of whole numbers as 'shape'");
    for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
        value = value * 10 + (*r->at - '0');
        if (value > INT_MAX)
            return fail(r->error, "%s: has a dimension that is too large, allowed are 0..%d",
                        r->array->name, INT_MAX);
    }
    *dimension = (int)value;
    return true;
}

/* (), (3,), (3, 4) or (3, 4,); a number in brackets without comma is no tuple. */
static bool read_shape(struct reader *r)
{
    struct npy *array = r->array;
    bool comma = true;
    if (!take(r, '('))
        return malformed(r, "a tuple of whole numbers as 'shape'");
    array->rank = 0;
    array->count = 1;
    while (!take(r, ')')) {
        if (!comma)
            return malformed(r, "a comma between dimensions");
        if (array->rank == NPY_MAX_RANK)
            return fail(r->error, "%s: has more than %d dimensions", array->name, NPY_MAX_RANK);
        int *dimension = &array->shape[array->rank++];
        if (!read_dimension(r, dimension))
            return false;
        /* Below 2^48 elements nothing that is computed from the count can overflow. */
        if (*dimension != 0 && array->count > (UINT64_C(1) << 48) / (uint64_t)*dimension)
            return fail(r->error, "%s: has more elements than any file can hold", array->name);
        array->count *= (uint64_t)*dimension;
        comma = take(r, ',');
    }
    if (array->rank == 1 && !comma)
        return malformed(r, "a tuple of whole numbers as 'shape'");
    return true;
}

/* Marks a key as seen. */
static bool once(struct reader *r, bool *seen)
{
    if (*seen)
        return malformed(r, "each key once");
    *seen = true;
    return true;
}

static bool read_entry(struct reader *r)
{
    char key[32];
    if (!take_string(r, key, sizeof key) || !take(r, ':'))
        return malformed(r, "a dictionary");
    if (strcmp(key, "descr") == 0)
        return once(r, &r->has_type) && read_type(r);
    if (strcmp(key, "fortran_order") == 0)
        return once(r, &r->has_order) && read_order(r);
    if (strcmp(key, "shape") == 0)
        return once(r, &r->has_shape) && read_shape(r);
    return malformed(r, "the keys 'descr', 'fortran_order' and 'shape' only");
}

static bool read_dictionary(struct reader *r)
{
    bool comma = true;
    if (!take(r, '{'))
        return malformed(r, "a dictionary");
    while (!take(r, '}')) {
        if (!comma)
            return malformed(r, "a comma between entries");
        if (!read_entry(r))
            return false;
        comma = take(r, ',');
    }
    skip_space(r);
    if (r->at != r->end)
        return malformed(r, "nothing behind the dictionary");
    if (!r->has_type || !r->has_order || !r->has_shape)
        return malformed(r, "the keys 'descr', 'fortran_order' and 'shape'");
    return true;
}

/* --- the file -------------------------------------------------------------------------------- */

static bool parse(struct npy *array, const unsigned char *bytes, size_t size, struct error *error)
{
    if (size < sizeof MAGIC || memcmp(bytes, MAGIC, sizeof MAGIC) != 0)
        return fail(error, "%s: is no .npy file, expected it to start with \\x93NUMPY",
                    array->name);
    /* Magic, major and minor version, then the header's length: two bytes in 1.0, four later. */
    size_t start = size > 6 && bytes[6] == 1 ? 10 : 12;
    if (size < start)
        return fail(error, "%s: ends within its header", array->name);
    if (bytes[6] < 1 || bytes[6] > 3 || bytes[7] != 0)
        return fail(error, "%s: has format version %d.%d, expected 1.0, 2.0 or 3.0", array->name,
                    bytes[6], bytes[7]);
    uint64_t length = start == 10 ? load_u16(bytes + 8) : load_u32(bytes + 8);
    if (length > size - start)
        return fail(error,
                    "%s: the header claims %" PRIu64 " bytes, the file has %zu after its length",
                    array->name, length, size - start);

    const char *header = (const char *)bytes + start;
    struct reader reader = {.at = header, .end = header + length, .array = array, .error = error};
    if (!read_dictionary(&reader))
        return false;

    uint64_t expected = array->count * types[array->type].bytes;
    uint64_t found = size - start - length;
    if (found != expected)
        return fail(error, "%s: has %" PRIu64 " bytes of data, expected %" PRIu64
                           " for its shape in '%s'",
                    array->name, found, expected, types[array->type].descr);
    array->data = bytes + start + length;
    return true;
}

bool npy_parse(struct npy *array, const void *bytes, size_t size, const char *name,
               struct error *error)
{
    char shown[PRINTABLE_PATH];
    printable(shown, sizeof shown, name);
    *array = (struct npy){.name = duplicate(shown)};
    if (file_kind_check(KIND_NPY, bytes, size, array->name, error) &&
        parse(array, bytes, size, error))
        return true;
    npy_close(array);
    return false;
}

bool npy_open(struct npy *array, const char *path, struct error *error)
{
    unsigned char *bytes;
    size_t size;
    *array = (struct npy){0};
    if (!bytes_read(path, &bytes, &size, error))
        return false;
    if (!npy_parse(array, bytes, size, path, error)) {
        free(bytes);
        return false;
    }
    array->owned = bytes;
    return true;
}

void npy_close(struct npy *array)
{
    free(array->name);
    free(array->owned);
    *array = (struct npy){0};
}

bool npy_floats(const struct npy *array, float *out, struct error *error)
{
    if (array->type == NPY_I4)
        return fail(error, "%s: has type '<i4', expected '<f4' or '<f8'", array->name);
    const unsigned char *at = array->data;
    for (uint64_t i = 0; i < array->count; i++, at += types[array->type].bytes) {
        out[i] = array->type == NPY_F4 ? float_of_bits(load_u32(at))
                                       : float_of_double(double_of_bits(load_u64(at)));
        if (!isfinite(out[i]))
            return fail(error, "%s: has %s at element %" PRIu64 ", expected a finite float",
                        array->name, isnan(out[i]) ? "NaN" : "an infinity", i);
    }
    return true;
}

bool npy_ints(const struct npy *array, int32_t *out, struct error *error)
{
    if (array->type != NPY_I4)
        return fail(error, "%s: has type '%s', expected '<i4'", array->name,
                    types[array->type].descr);
    for (uint64_t i = 0; i < array->count; i++) {
        uint32_t bits = load_u32(array->data + 4 * i);
        memcpy(&out[i], &bits, sizeof bits);
    }
    return true;
}

/* --- writing --------------------------------------------------------------------------------- */

/* The text of the header, ended by a newline where the data begins at a multiple of 64. */
static size_t print_header(char *out, size_t size, const char *descr, int rank, const int *shape)
{
    const size_t before = sizeof MAGIC + 4;
    size_t used =
        (size_t)snprintf(out, size, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
    for (int i = 0; i < rank; i++)
        used += (size_t)snprintf(out + used, size - used, rank == 1 ? "%d," : i ? ", %d" : "%d",
                                 shape[i]);
    used += (size_t)snprintf(out + used, size - used, "), }");
    while ((before + used + 1) % 64 != 0)
        out[used++] = ' ';
    out[used++] = '\n';
    return used;
}

static bool write_stream(FILE *file, const char *descr, int rank, const int *shape,
                         const unsigned char *words)
{
    char header[256];
    unsigned char start[sizeof MAGIC + 4] = {0};
    size_t length = print_header(header, sizeof header, descr, rank, shape);
    memcpy(start, MAGIC, sizeof MAGIC);
    start[6] = 1;
    store_u16(start + 8, (uint16_t)length);
    if (fwrite(start, sizeof start, 1, file) != 1 || fwrite(header, length, 1, file) != 1)
        return false;

    uint64_t count = 1;
    for (int i = 0; i < rank; i++)
        count *= (uint64_t)shape[i];
    for (uint64_t i = 0; i < count; i++) {
        unsigned char bytes[4];
        uint32_t word; /* in this machine's byte order */
        memcpy(&word, words + 4 * i, sizeof word);
        store_u32(bytes, word);
        if (fwrite(bytes, sizeof bytes, 1, file) != 1)
            return false;
    }
    return fflush(file) == 0;
}

/* Floats and integers alike are 32-bit words to a file. */
static bool write_words(const char *path, const char *descr, int rank, const int *shape,
                        const void *words, struct error *error)
{
    char shown[PRINTABLE_PATH];
    printable(shown, sizeof shown, path);
    BUG_UNLESS(rank >= 0 && rank <= NPY_MAX_RANK);

    size_t size = strlen(path) + sizeof ".tmp";
    char *temporary = allocate(size, 1);
    snprintf(temporary, size, "%s.tmp", path);

    FILE *file = fopen(temporary, "wb");
    bool written = file != NULL && write_stream(file, descr, rank, shape, words);
    int why = errno;
    if (file != NULL && fclose(file) != 0 && written) {
        written = false;
        why = errno;
    }
    if (written && rename(temporary, path) != 0) {
        written = false;
        why = errno;
    }
    if (!written) {
        if (file != NULL)
            remove(temporary);
        fail(error, "%s: cannot be written: %s", shown, strerror(why));
    }
    free(temporary);
    return written;
}

bool npy_write_floats(const char *path, int rank, const int *shape, const float *values,
                      struct error *error)
{
    return write_words(path, types[NPY_F4].descr, rank, shape, values, error);
}

bool npy_write_ints(const char *path, int rank, const int *shape, const int32_t *values,
                    struct error *error)
{
    return write_words(path, types[NPY_I4].descr, rank, shape, values, error);
}
