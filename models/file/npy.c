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
#include "models/file/element.h"
#include "models/file/kind.h"

static const unsigned char MAGIC[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

#define ALLOWED_FLOATS "f2, f4, f8"
#define ALLOWED_INTEGERS "i1, i2, i4, i8, u1, u2, u4, u8"

#define ALLOWED ALLOWED_FLOATS " or " ALLOWED_INTEGERS " in either byte order"

/* What NumPy's letters stand for: kinds with the widths that are read, or why there are none. */
static const struct letter {
    char letter;
    enum npy_kind kind;
    const char *widths, *refused; /* one of them NULL */
} letters[] = {
    {'f', NPY_FLOAT, "248", NULL},
    {'i', NPY_SIGNED, "1248", NULL},
    {'u', NPY_UNSIGNED, "1248", NULL},
    {'b', NPY_UNSIGNED, NULL, " (booleans)"},
    {'c', NPY_FLOAT, NULL, " (complex numbers)"},
    {'O', NPY_FLOAT, NULL, " (Python objects)"},
    {'S', NPY_FLOAT, NULL, " (strings)"},
    {'U', NPY_FLOAT, NULL, " (strings)"},
    {'V', NPY_FLOAT, NULL, " (records)"},
    {'M', NPY_FLOAT, NULL, " (times)"},
    {'m', NPY_FLOAT, NULL, " (times)"},
};

/* --- the header: a Python dictionary of three entries ---------------------------------------- */

struct reader {
    const char *at, *end;
    struct npy *array;
    struct error *error;
    bool has_type, has_order, has_shape;
    const struct letter *other; /* of elements that are no numbers, or NULL */
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

/* "<f4", ">i2", "|u1": byte order, letter, width in one digit. */
static bool set_type(struct npy *array, const char *descr, const struct letter *letter)
{
    char order = descr[0], width = descr[2];
    if (letter->widths == NULL || width == '\0' || strchr(letter->widths, width) == NULL ||
        descr[3] != '\0')
        return false;
    /* NumPy marks what has no byte order, single bytes, by '|'. */
    if (order != '<' && order != '>' && (order != '|' || width != '1'))
        return false;
    memcpy(array->descr, descr, sizeof array->descr);
    array->kind = letter->kind;
    array->width = (unsigned)(width - '0');
    array->big_endian = order == '>';
    return true;
}

static const struct letter *letter_of(const char *descr)
{
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (descr[0] != '\0' && descr[1] == letters[i].letter)
            return &letters[i];
    return NULL;
}

static bool find_type(struct npy *array, const char *descr, struct error *error)
{
    char shown[32];
    const struct letter *letter = letter_of(descr);
    if (letter != NULL && set_type(array, descr, letter))
        return true;
    printable(shown, sizeof shown, descr);
    return fail(error, "%s: has type '%s'%s, expected " ALLOWED, array->name, shown,
                letter != NULL && letter->refused != NULL ? letter->refused : "");
}

static bool read_type(struct reader *r)
{
    char descr[32];
    skip_space(r);
    if (r->at < r->end && *r->at == '[')
        return fail(r->error, "%s: has records as elements, expected " ALLOWED, r->array->name);
    if (!take_string(r, descr, sizeof descr))
        return malformed(r, "a string as 'descr'");
    if (letter_of(descr) != NULL && letter_of(descr)->refused != NULL)
        r->other = letter_of(descr);
    return find_type(r->array, descr, r->error);
}

static bool read_order(struct reader *r)
{
    r->array->fortran = take_word(r, "True");
    return r->array->fortran || take_word(r, "False") ||
           malformed(r, "True or False as 'fortran_order'");
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

static bool add_dimension(struct npy *array, int dimension, struct error *error)
{
    if (array->rank == NPY_MAX_RANK)
        return fail(error, "%s: has more than %d dimensions", array->name, NPY_MAX_RANK);
    array->shape[array->rank++] = dimension;
    /* Below 2^48 elements nothing that is computed from the count can overflow. */
    if (dimension != 0 && array->count > (UINT64_C(1) << 48) / (uint64_t)dimension)
        return fail(error, "%s: has more elements than any file can hold", array->name);
    array->count *= (uint64_t)dimension;
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
        int dimension = 0;
        if (!comma)
            return malformed(r, "a comma between dimensions");
        if (!read_dimension(r, &dimension) || !add_dimension(array, dimension, r->error))
            return false;
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

/* Magic, major and minor version, then the header's length: two bytes in 1.0, four later. */
static bool find_header(struct reader *r, const unsigned char *bytes, size_t size)
{
    const char *name = r->array->name;
    if (size < sizeof MAGIC || memcmp(bytes, MAGIC, sizeof MAGIC) != 0)
        return fail(r->error, "%s: is no .npy file, expected it to start with \\x93NUMPY", name);
    size_t start = size > 6 && bytes[6] == 1 ? 10 : 12;
    if (size < start)
        return fail(r->error, "%s: ends within its header", name);
    if (bytes[6] < 1 || bytes[6] > 3 || bytes[7] != 0)
        return fail(r->error, "%s: has format version %d.%d, expected 1.0, 2.0 or 3.0", name,
                    bytes[6], bytes[7]);
    uint64_t length = start == 10 ? load_u16(bytes + 8) : load_u32(bytes + 8);
    if (length > size - start)
        return fail(r->error,
                    "%s: the header claims %" PRIu64 " bytes, the file has %zu after its length",
                    name, length, size - start);
    r->at = (const char *)bytes + start;
    r->end = r->at + length;
    return true;
}

static bool set_data(struct npy *array, const unsigned char *data, size_t found, struct error *error)
{
    const uint64_t expected = array->count * array->width;
    array->data = data;
    return found == expected ||
           fail(error, "%s: has %zu bytes of data, expected %" PRIu64 " for its shape in '%s'",
                array->name, found, expected, array->descr);
}

static bool parse(struct npy *array, const unsigned char *bytes, size_t size, struct error *error)
{
    struct reader reader = {.array = array, .error = error};
    if (!file_kind_check(KIND_NPY, bytes, size, array->name, error) ||
        !find_header(&reader, bytes, size) || !read_dictionary(&reader))
        return false;

    return set_data(array, (const unsigned char *)reader.end,
                    (size_t)(bytes + size - (const unsigned char *)reader.end), error);
}

bool npy_parse(struct npy *array, const void *bytes, size_t size, const char *name,
               struct error *error)
{
    char shown[PRINTABLE_PATH];
    printable(shown, sizeof shown, name);
    *array = (struct npy){.name = duplicate(shown)};
    if (parse(array, bytes, size, error))
        return true;
    npy_close(array);
    return false;
}

bool npy_make(struct npy *array, const struct npy_parts *parts, struct error *error)
{
    char shown[PRINTABLE_PATH];
    printable(shown, sizeof shown, parts->name);
    *array = (struct npy){.name = duplicate(shown), .fortran = parts->fortran, .count = 1};
    bool good = find_type(array, parts->descr, error);
    for (int i = 0; good && i < parts->rank; i++)
        good = add_dimension(array, parts->shape[i], error);
    if (good && set_data(array, parts->data, parts->size, error))
        return true;
    npy_close(array);
    return false;
}

const char *npy_other(const void *bytes, size_t size, bool *objects)
{
    struct npy array = {.name = ""};
    struct error ignored;
    struct reader reader = {.array = &array, .error = &ignored};
    if (!find_header(&reader, bytes, size) || read_dictionary(&reader) || reader.other == NULL)
        return NULL;
    *objects = reader.other->letter == 'O';
    return reader.other->refused;
}

size_t npy_data(const void *bytes, size_t size)
{
    struct npy array = {.name = ""};
    struct error ignored;
    struct reader reader = {.array = &array, .error = &ignored};
    return find_header(&reader, bytes, size) ? (size_t)(reader.end - (const char *)bytes) : size;
}

const char *npy_type_other(const char *descr, bool *objects)
{
    const struct letter *letter = letter_of(descr);
    if (letter == NULL || letter->refused == NULL)
        return NULL;
    *objects = letter->letter == 'O';
    return letter->refused;
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

/* --- elements -------------------------------------------------------------------------------- */

/* The place in the file of the element whose row-major index is `index`. */
static uint64_t place_of(const struct npy *array, uint64_t index)
{
    uint64_t place = 0;
    if (!array->fortran)
        return index;
    for (int i = array->rank - 1; i >= 0; i--) {
        uint64_t size = (uint64_t)array->shape[i];
        place = place * size + index % size;
        index /= size;
    }
    return place;
}

static uint64_t bits_of(const struct npy *array, uint64_t index)
{
    const unsigned char *at = array->data + place_of(array, index) * array->width;
    uint64_t bits = 0;
    for (unsigned i = 0; i < array->width; i++)
        bits = bits << 8 | at[array->big_endian ? i : array->width - 1 - i];
    return bits;
}

/* Two's complement in the lower bytes. */
static int64_t signed_of(uint64_t bits, unsigned width)
{
    uint64_t sign = UINT64_C(1) << (8 * width - 1);
    return (bits & sign) != 0 ? -(int64_t)(sign - 1 - (bits & (sign - 1))) - 1 : (int64_t)bits;
}

static double double_of(const struct npy *array, uint64_t bits)
{
    if (array->width == 2)
        return (double)float_of_half((uint16_t)bits);
    return array->width == 4 ? (double)float_of_bits((uint32_t)bits) : double_of_bits(bits);
}

bool npy_floats(const struct npy *array, float *out, struct error *error)
{
    for (uint64_t i = 0; i < array->count; i++) {
        uint64_t bits = bits_of(array, i);
        /* Straight to float: by way of double, i8 and u8 would be rounded twice. */
        if (array->kind == NPY_SIGNED) {
            out[i] = (float)signed_of(bits, array->width);
        } else if (array->kind == NPY_UNSIGNED) {
            out[i] = (float)bits;
        } else {
            double value = double_of(array, bits);
            out[i] = float_of_double(value);
            if (!isfinite(out[i])) {
                char what[256];
                element_text(what, sizeof what, value, array->rank, array->shape, i);
                return fail(error, "%s: %s", array->name, what);
            }
        }
    }
    return true;
}

static bool int_of(const struct npy *array, uint64_t bits, int32_t *out)
{
    if (array->kind == NPY_UNSIGNED && bits > INT32_MAX)
        return false;
    int64_t value = array->kind == NPY_SIGNED ? signed_of(bits, array->width) : (int64_t)bits;
    if (value < INT32_MIN || value > INT32_MAX)
        return false;
    *out = (int32_t)value;
    return true;
}

bool npy_ints(const struct npy *array, int32_t *out, struct error *error)
{
    if (array->kind == NPY_FLOAT)
        return fail(error, "%s: has type '%s', expected whole numbers: " ALLOWED_INTEGERS,
                    array->name, array->descr);
    for (uint64_t i = 0; i < array->count; i++)
        if (!int_of(array, bits_of(array, i), &out[i])) {
            char place[SHAPE_TEXT];
            place_text(place, sizeof place, array->rank, array->shape, i);
            return fail(error, "%s: has too large a number at %s, allowed are %d..%d",
                        array->name, place, INT32_MIN, INT32_MAX);
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
    return write_words(path, "<f4", rank, shape, values, error);
}

bool npy_write_ints(const char *path, int rank, const int *shape, const int32_t *values,
                    struct error *error)
{
    return write_words(path, "<i4", rank, shape, values, error);
}
