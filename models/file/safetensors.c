/* SPDX-License-Identifier: Apache-2.0
 * safetensors.c - strict reader of the safetensors format. */
#include "models/file/safetensors.h"

#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/file/element.h"
#include "models/file/kind.h"

enum { LENGTH_BYTES = 8 };
static const uint64_t LONGEST_HEADER = 100000000; /* the limit of the format's own library */

/* Every type of the format, so that tensors nobody asks for do not spoil a file. */
static const struct type {
    const char *name;
    unsigned bytes;
} types[] = {
    {"F32", 4}, {"F16", 2}, {"BF16", 2}, {"F64", 8}, {"I64", 8}, {"I32", 4},     {"I16", 2},
    {"I8", 1},  {"U64", 8}, {"U32", 4},  {"U16", 2}, {"U8", 1},  {"F8_E4M3", 1}, {"F8_E5M2", 1},
    {"BOOL", 1},
};

static const struct type *find_type(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i].name, name) == 0)
            return &types[i];
    return NULL;
}

/* Starts a message with the file and the tensor; returns false. */
static bool __attribute__((format(printf, 4, 5)))
fail_tensor(struct error *error, const char *file, const char *tensor, const char *format, ...)
{
    char name[PRINTABLE_NAME], what[sizeof error->text / 2];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    printable(name, sizeof name, tensor);
    return fail(error, "%s: tensor '%s' %s", file, name, what);
}

/* --- the header ------------------------------------------------------------------------------ */

static bool read_shape(const char *file, struct tensor *tensor, const json_t *shape,
                       struct error *error)
{
    if (!json_is_array(shape))
        return fail_tensor(error, file, tensor->name, "has no list 'shape'");
    size_t rank = json_array_size(shape);
    if (rank > TENSOR_MAX_RANK)
        return fail_tensor(error, file, tensor->name, "has %zu dimensions, at most %d are allowed",
                           rank, TENSOR_MAX_RANK);
    tensor->rank = (int)rank;
    tensor->count = 1;
    for (size_t i = 0; i < rank; i++) {
        const json_t *item = json_array_get(shape, i);
        if (!json_is_integer(item))
            return fail_tensor(error, file, tensor->name,
                               "has a dimension that is not a whole number");
        json_int_t size = json_integer_value(item);
        if (size < 0 || size > INT_MAX)
            return fail_tensor(error, file, tensor->name,
                               "has dimension %" JSON_INTEGER_FORMAT ", allowed are 0..%d", size,
                               INT_MAX);
        tensor->shape[i] = (int)size;
        /* Below 2^48 elements nothing that is computed from the count can overflow. */
        if (size != 0 && tensor->count > (UINT64_C(1) << 48) / (uint64_t)size)
            return fail_tensor(error, file, tensor->name,
                               "has more elements than any file can hold");
        tensor->count *= (uint64_t)size;
    }
    return true;
}

static bool read_offsets(const char *file, struct tensor *tensor, const json_t *offsets,
                         uint64_t data_size, unsigned element, struct error *error)
{
    const json_t *first = json_array_get(offsets, 0), *second = json_array_get(offsets, 1);
    if (json_array_size(offsets) != 2 || !json_is_integer(first) || !json_is_integer(second))
        return fail_tensor(error, file, tensor->name,
                           "has no 'data_offsets' of two whole numbers");
    json_int_t begin = json_integer_value(first), end = json_integer_value(second);
    if (begin < 0 || end < begin)
        return fail_tensor(error, file, tensor->name,
                           "has data_offsets [%" JSON_INTEGER_FORMAT ", %" JSON_INTEGER_FORMAT
                           "], expected 0 <= begin <= end",
                           begin, end);
    tensor->begin = (uint64_t)begin;
    tensor->end = (uint64_t)end;
    if (tensor->end > data_size)
        return fail_tensor(error, file, tensor->name,
                           "ends at byte %" PRIu64 " of the data, which is %" PRIu64 " bytes long",
                           tensor->end, data_size);
    if (tensor->end - tensor->begin != tensor->count * element)
        return fail_tensor(error, file, tensor->name,
                           "has %" PRIu64 " bytes of data, expected %" PRIu64
                           " for its shape in %s",
                           tensor->end - tensor->begin, tensor->count * element, tensor->type);
    if (tensor->begin % element != 0)
        return fail_tensor(error, file, tensor->name,
                           "starts at byte %" PRIu64
                           " of the data, expected a multiple of %u for %s",
                           tensor->begin, element, tensor->type);
    return true;
}

/* Fills in a tensor whose name is set. */
static bool read_tensor(const char *file, struct tensor *tensor, json_t *entry, uint64_t data_size,
                        struct error *error)
{
    if (!json_is_object(entry))
        return fail_tensor(error, file, tensor->name,
                           "is not described by an object of dtype, shape and data_offsets");
    const char *key;
    json_t *value;
    json_object_foreach(entry, key, value) {
        if (strcmp(key, "dtype") != 0 && strcmp(key, "shape") != 0 &&
            strcmp(key, "data_offsets") != 0) {
            char shown[PRINTABLE_NAME];
            printable(shown, sizeof shown, key);
            return fail_tensor(error, file, tensor->name,
                               "has key '%s', allowed are dtype, shape and data_offsets", shown);
        }
    }

    const json_t *dtype = json_object_get(entry, "dtype");
    if (!json_is_string(dtype))
        return fail_tensor(error, file, tensor->name, "has no string 'dtype'");
    const struct type *type = find_type(json_string_value(dtype));
    if (type == NULL) {
        char shown[PRINTABLE_NAME];
        printable(shown, sizeof shown, json_string_value(dtype));
        return fail_tensor(error, file, tensor->name,
                           "has unknown type '%s', expected F32, F16, BF16 or F64", shown);
    }
    tensor->type = type->name;
    return read_shape(file, tensor, json_object_get(entry, "shape"), error) &&
           read_offsets(file, tensor, json_object_get(entry, "data_offsets"), data_size,
                        type->bytes, error);
}

static int by_place(const void *left, const void *right)
{
    const struct tensor *a = left, *b = right;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    if (a->end != b->end) /* an empty tensor comes before the one that starts there */
        return a->end < b->end ? -1 : 1;
    return strcmp(a->name, b->name);
}

/* The tensors must tile the data. */
static bool check_tiling(struct safetensors *file, uint64_t data_size, struct error *error)
{
    uint64_t reached = 0;
    qsort(file->tensors, (size_t)file->count, sizeof *file->tensors, by_place);
    for (int i = 0; i < file->count; i++) {
        const struct tensor *tensor = &file->tensors[i];
        if (tensor->begin < reached) {
            char before[PRINTABLE_NAME];
            printable(before, sizeof before, file->tensors[i - 1].name);
            return fail_tensor(error, file->name, tensor->name,
                               "overlaps tensor '%s': it starts at byte %" PRIu64
                               " of the data, expected %" PRIu64,
                               before, tensor->begin, reached);
        }
        if (tensor->begin > reached)
            return fail_tensor(error, file->name, tensor->name,
                               "leaves a gap before it: it starts at byte %" PRIu64
                               " of the data, expected %" PRIu64,
                               tensor->begin, reached);
        reached = tensor->end;
    }
    if (reached != data_size)
        return fail(error,
                    "%s: the data is %" PRIu64 " bytes long, its tensors end at byte %" PRIu64,
                    file->name, data_size, reached);
    return true;
}

static void read_metadata(struct safetensors *file, json_t *texts)
{
    const char *key;
    json_t *text;
    file->metadata = allocate(json_object_size(texts), sizeof *file->metadata);
    json_object_foreach(texts, key, text)
        if (json_is_string(text))
            file->metadata[file->metadata_count++] =
                (struct metadata){duplicate(key), duplicate(json_string_value(text))};
}

static bool read_tensors(struct safetensors *file, json_t *header, uint64_t data_size,
                         struct error *error)
{
    const char *key;
    json_t *entry;

    if (!json_is_object(header))
        return fail(error, "%s: the header is not a JSON object", file->name);
    file->tensors = allocate(json_object_size(header), sizeof *file->tensors);
    json_object_foreach(header, key, entry) {
        if (strcmp(key, "__metadata__") == 0) {
            read_metadata(file, entry);
            continue;
        }
        struct tensor *tensor = &file->tensors[file->count++];
        tensor->name = duplicate(key);
        if (!read_tensor(file->name, tensor, entry, data_size, error))
            return false;
    }
    return check_tiling(file, data_size, error);
}

/* --- the file -------------------------------------------------------------------------------- */

static bool parse(struct safetensors *file, const unsigned char *bytes, size_t size,
                  struct error *error)
{
    if (size < LENGTH_BYTES)
        return fail(error, "%s: is %zu bytes long, a safetensors file has at least %d", file->name,
                    size, LENGTH_BYTES);
    uint64_t length = load_u64(bytes);
    uint64_t rest = size - LENGTH_BYTES;
    if (length > rest)
        return fail(error,
                    "%s: the header claims %" PRIu64 " bytes, the file has %" PRIu64
                    " after its length: no safetensors file, or cut short",
                    file->name, length, rest);
    if (length > LONGEST_HEADER)
        return fail(error,
                    "%s: the header claims %" PRIu64 " bytes, at most %" PRIu64 " are allowed",
                    file->name, length, LONGEST_HEADER);

    json_error_t wrong;
    json_t *header = json_loadb((const char *)bytes + LENGTH_BYTES, (size_t)length,
                                JSON_REJECT_DUPLICATES, &wrong);
    if (header == NULL) {
        char why[sizeof wrong.text];
        printable(why, sizeof why, wrong.text);
        return fail(error, "%s: the header is not valid JSON: %s (line %d, column %d)", file->name,
                    why, wrong.line, wrong.column);
    }
    file->data = bytes + LENGTH_BYTES + length;
    bool read = read_tensors(file, header, rest - length, error);
    json_decref(header);
    return read;
}

bool safetensors_parse(struct safetensors *file, const void *bytes, size_t size, const char *name,
                       struct error *error)
{
    char shown[PRINTABLE_PATH];
    printable(shown, sizeof shown, name);
    *file = (struct safetensors){.name = duplicate(shown)};
    if (file_kind_check(KIND_SAFETENSORS, bytes, size, file->name, error) &&
        parse(file, bytes, size, error))
        return true;
    safetensors_close(file);
    return false;
}

bool safetensors_open(struct safetensors *file, const char *path, struct error *error)
{
    unsigned char *bytes;
    size_t size;
    *file = (struct safetensors){0};
    if (!bytes_read(path, &bytes, &size, error))
        return false;
    if (!safetensors_parse(file, bytes, size, path, error)) {
        free(bytes);
        return false;
    }
    file->owned = bytes;
    return true;
}

void safetensors_close(struct safetensors *file)
{
    for (int i = 0; i < file->count; i++)
        free(file->tensors[i].name);
    for (int i = 0; i < file->metadata_count; i++) {
        free(file->metadata[i].key);
        free(file->metadata[i].value);
    }
    free(file->metadata);
    free(file->tensors);
    free(file->name);
    free(file->owned);
    *file = (struct safetensors){0};
}

/* --- one tensor ------------------------------------------------------------------------------ */

const struct tensor *safetensors_find(const struct safetensors *file, const char *name)
{
    for (int i = 0; i < file->count; i++)
        if (strcmp(file->tensors[i].name, name) == 0)
            return &file->tensors[i];
    return NULL;
}

bool safetensors_fetch(const struct safetensors *file, const char *name, int rank, const int *shape,
                       float *out, struct error *error)
{
    static double (*const readers[])(const unsigned char *) = {element_f32, element_f16,
                                                               element_bf16, element_f64};
    const size_t reader_count = sizeof readers / sizeof readers[0];

    const struct tensor *tensor = safetensors_find(file, name);
    if (tensor == NULL)
        return fail_tensor(error, file->name, name, "is missing");

    const struct type *type = find_type(tensor->type);
    BUG_UNLESS(type != NULL);
    size_t kind = (size_t)(type - types); /* the readers stand in the order of the types */
    if (kind >= reader_count)
        return fail_tensor(error, file->name, name,
                           "has type '%s', expected F32, F16, BF16 or F64", tensor->type);

    if (tensor->rank != rank || memcmp(tensor->shape, shape, (size_t)rank * sizeof *shape) != 0) {
        char found[SHAPE_TEXT], expected[SHAPE_TEXT];
        shape_text(found, sizeof found, tensor->rank, tensor->shape);
        shape_text(expected, sizeof expected, rank, shape);
        return fail_tensor(error, file->name, name, "has shape %s, expected %s", found, expected);
    }

    const unsigned char *at = file->data + tensor->begin;
    for (uint64_t i = 0; i < tensor->count; i++, at += type->bytes) {
        double value = readers[kind](at);
        out[i] = float_of_double(value);
        if (!isfinite(out[i])) {
            char what[256];
            element_text(what, sizeof what, value, rank, shape, i);
            return fail_tensor(error, file->name, name, "%s", what);
        }
    }
    return true;
}
