/* SPDX-License-Identifier: Apache-2.0
 * onnx_tensor.c - the numbers of a TensorProto: in raw_data, in one of the lists of its fields, or
 * in a file beside the model. */
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "models/base/bytes.h"
#include "models/base/text.h"
#include "models/file/element.h"
#include "models/file/onnx.h"
#include "models/file/onnx_message.h"
#include "onnx.pb-c.h"

static const size_t COUNT_MOST = (size_t)1 << 28; /* 2 GiB of doubles */

/* ---- types ----------------------------------------------------------------------------------- */

static double of_u8(const unsigned char *at) { return at[0]; }
static double of_i8(const unsigned char *at) { return (int8_t)at[0]; }
static double of_u16(const unsigned char *at) { return load_u16(at); }
static double of_i16(const unsigned char *at) { return (int16_t)load_u16(at); }
static double of_u32(const unsigned char *at) { return load_u32(at); }
static double of_i32(const unsigned char *at) { return (int32_t)load_u32(at); }
static double of_u64(const unsigned char *at) { return (double)load_u64(at); }
static double of_i64(const unsigned char *at) { return (double)(int64_t)load_u64(at); }

/* The list of a TensorProto that has values of a type if raw_data has not. */
enum list { LIST_FLOAT, LIST_DOUBLE, LIST_INT32, LIST_INT64, LIST_UINT64 };

/* As TensorProto.DataType numbers them, to the newest version; NULL reads: they are refused. */
static const struct type {
    const char *name;
    size_t bytes;
    double (*reads)(const unsigned char *at);
    enum list list;
} types[] = {
    {"no type", 0, NULL, LIST_FLOAT},
    {"float", 4, element_f32, LIST_FLOAT},
    {"uint8", 1, of_u8, LIST_INT32},
    {"int8", 1, of_i8, LIST_INT32},
    {"uint16", 2, of_u16, LIST_INT32},
    {"int16", 2, of_i16, LIST_INT32},
    {"int32", 4, of_i32, LIST_INT32},
    {"int64", 8, of_i64, LIST_INT64},
    {"strings", 0, NULL, LIST_FLOAT},
    {"bool", 1, of_u8, LIST_INT32},
    {"float16", 2, element_f16, LIST_INT32},
    {"double", 8, element_f64, LIST_DOUBLE},
    {"uint32", 4, of_u32, LIST_UINT64},
    {"uint64", 8, of_u64, LIST_UINT64},
    {"complex64", 0, NULL, LIST_FLOAT},
    {"complex128", 0, NULL, LIST_FLOAT},
    {"bfloat16", 2, element_bf16, LIST_INT32},
    {"float8e4m3fn", 0, NULL, LIST_FLOAT},
    {"float8e4m3fnuz", 0, NULL, LIST_FLOAT},
    {"float8e5m2", 0, NULL, LIST_FLOAT},
    {"float8e5m2fnuz", 0, NULL, LIST_FLOAT},
    {"uint4", 0, NULL, LIST_FLOAT},
    {"int4", 0, NULL, LIST_FLOAT},
    {"float4e2m1", 0, NULL, LIST_FLOAT},
    {"float8e8m0", 0, NULL, LIST_FLOAT},
};
enum { TYPES = sizeof types / sizeof *types };

struct reading {
    const struct onnx *file;
    const Onnx__TensorProto *from;
    const struct type *type;
    struct onnx_tensor *to;
    struct error *error;
};

static bool refuse(const struct reading *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static bool refuse(const struct reading *r, const char *format, ...)
{
    char name[PRINTABLE_NAME], what[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    printable(name, sizeof name, r->from->name != NULL ? r->from->name : "");
    return fail(r->error, "%s: tensor '%s' %s", r->file->name, name, what);
}

static bool find_type(struct reading *r)
{
    const int number = r->from->has_data_type ? r->from->data_type : 0;
    if (number < 0 || number >= TYPES)
        return refuse(r, "has elements of type %d, which no version of ONNX that is known has; "
                      "export it as float", number);
    r->type = &types[number];
    return r->type->reads != NULL ||
           refuse(r, "has elements of type %s, expected float, double, float16, bfloat16, bool or "
                  "integers of 8 to 64 bits", r->type->name);
}

/* ---- shapes ---------------------------------------------------------------------------------- */

static bool count_of(int rank, const int64_t *shape, size_t *count)
{
    *count = 1;
    for (int i = 0; i < rank; i++) {
        if (shape[i] < 0 || shape[i] > INT_MAX)
            return false;
        if (shape[i] > 0 && *count > COUNT_MOST / (size_t)shape[i])
            return false;
        *count *= (size_t)shape[i];
    }
    return true;
}

bool onnx_tensor_new(struct onnx_tensor *tensor, int rank, const int64_t *shape)
{
    size_t count;
    if (rank > ONNX_RANK_MOST || !count_of(rank, shape, &count))
        return false;
    struct onnx_tensor made = {.rank = rank, .count = count}; /* `shape` may be the tensor's own */
    for (int i = 0; i < rank; i++)
        made.shape[i] = shape[i];
    *tensor = made;
    tensor->values = allocate(count, sizeof *tensor->values);
    return true;
}

void onnx_tensor_free(struct onnx_tensor *tensor)
{
    free(tensor->name);
    free(tensor->values);
    *tensor = (struct onnx_tensor){0};
}

static bool find_shape(struct reading *r)
{
    const Onnx__TensorProto *from = r->from;
    if (from->n_dims > ONNX_RANK_MOST)
        return refuse(r, "has %zu dimensions, at most %d are allowed", from->n_dims,
                      ONNX_RANK_MOST);
    r->to->rank = (int)from->n_dims;
    for (size_t i = 0; i < from->n_dims; i++)
        r->to->shape[i] = from->dims[i];
    return count_of(r->to->rank, r->to->shape, &r->to->count) ||
           refuse(r, "has a shape of more than %zu elements, or a negative one", COUNT_MOST);
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool take_bytes(struct reading *r, const unsigned char *bytes, size_t size)
{
    const size_t wanted = r->to->count * r->type->bytes;
    if (size != wanted)
        return refuse(r, "has %zu bytes of data, its shape and type %s want %zu", size,
                      r->type->name, wanted);
    r->to->values = allocate(r->to->count, sizeof *r->to->values);
    for (size_t i = 0; i < r->to->count; i++)
        r->to->values[i] = r->type->reads(bytes + i * r->type->bytes);
    return true;
}

static size_t list_length(const struct reading *r)
{
    switch (r->type->list) {
    case LIST_FLOAT:
        return r->from->n_float_data;
    case LIST_DOUBLE:
        return r->from->n_double_data;
    case LIST_INT32:
        return r->from->n_int32_data;
    case LIST_INT64:
        return r->from->n_int64_data;
    default:
        return r->from->n_uint64_data;
    }
}

/* Those in int32_data are the lower bits, also of a float16. */
static double list_value(const struct reading *r, size_t i)
{
    unsigned char bits[8] = {0};
    switch (r->type->list) {
    case LIST_FLOAT:
        return (double)r->from->float_data[i];
    case LIST_DOUBLE:
        return r->from->double_data[i];
    case LIST_INT32:
        store_u32(bits, (uint32_t)r->from->int32_data[i]);
        return r->type->reads(bits);
    case LIST_INT64:
        return (double)r->from->int64_data[i];
    default:
        return (double)r->from->uint64_data[i];
    }
}

static bool take_list(struct reading *r)
{
    if (list_length(r) != r->to->count)
        return refuse(r, "has %zu values, its shape wants %zu", list_length(r), r->to->count);
    r->to->values = allocate(r->to->count, sizeof *r->to->values);
    for (size_t i = 0; i < r->to->count; i++)
        r->to->values[i] = list_value(r, i);
    return true;
}

/* ---- data beside the model ------------------------------------------------------------------- */

/* Relative, without "..": no other folder's file.  Links within the folder are not followed out. */
static bool stays_below(const char *path)
{
    const char *at = path;
    if (*path == '\0' || *path == '/')
        return false;
    while (at != NULL) {
        if (strncmp(at, "..", 2) == 0 && (at[2] == '/' || at[2] == '\0'))
            return false;
        at = strchr(at, '/');
        at += at != NULL;
    }
    return true;
}

static const char *entry(const Onnx__TensorProto *from, const char *key)
{
    for (size_t i = 0; i < from->n_external_data; i++) {
        const Onnx__StringStringEntryProto *e = from->external_data[i];
        if (e->key != NULL && e->value != NULL && strcmp(e->key, key) == 0)
            return e->value;
    }
    return NULL;
}

static bool number_of(const struct reading *r, const char *key, uint64_t none, uint64_t *value)
{
    const char *text = entry(r->from, key);
    char *end;
    *value = none;
    if (text == NULL)
        return true;
    *value = strtoull(text, &end, 10);
    return (text[0] >= '0' && text[0] <= '9' && *end == '\0') ||
           refuse(r, "lies outside of the file, and its %s is no number", key);
}

/* The whole path, links followed, must lie in the folder of the model. */
static bool within(const char *folder, const char *path)
{
    char *real_folder = realpath(folder, NULL), *real_path = realpath(path, NULL);
    bool good = real_folder != NULL && real_path != NULL;
    if (good) {
        const size_t length = strlen(real_folder);
        good = strcmp(real_folder, "/") == 0 ||
               (strncmp(real_folder, real_path, length) == 0 && real_path[length] == '/');
    }
    free(real_folder);
    free(real_path);
    return good;
}

static bool read_part(struct reading *r, const char *path, uint64_t offset)
{
    const size_t wanted = r->to->count * r->type->bytes;
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    bool good = file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
                offset <= (uint64_t)status.st_size && wanted <= (uint64_t)status.st_size - offset;
    unsigned char *bytes = good ? allocate(wanted, 1) : NULL;
    for (size_t done = 0; good && done < wanted;) {
        const ssize_t got = pread(file, bytes + done, wanted - done, (off_t)(offset + done));
        good = got > 0;
        done += good ? (size_t)got : 0;
    }
    if (file >= 0)
        close(file);
    good = good ? take_bytes(r, bytes, wanted)
                : refuse(r, "wants %zu bytes of a file beside the model, which is not there or not "
                         "so long; it belongs into the same folder", wanted);
    free(bytes);
    return good;
}

static bool take_external(struct reading *r)
{
    const char *location = entry(r->from, "location");
    char shown[PRINTABLE_NAME];
    uint64_t offset, length;
    if (location == NULL || r->file->folder == NULL)
        return refuse(r, "lies outside of the file, and where is not known");
    printable(shown, sizeof shown, location);
    if (!number_of(r, "offset", 0, &offset) ||
        !number_of(r, "length", r->to->count * r->type->bytes, &length))
        return false;
    if (length != r->to->count * r->type->bytes)
        return refuse(r, "has %llu bytes of data in '%s', its shape and type %s want %zu",
                      (unsigned long long)length, shown, r->type->name,
                      r->to->count * r->type->bytes);
    struct text path = {0};
    text_appendf(&path, "%s/%s", r->file->folder, location);
    const bool there = access(path.data, F_OK) == 0;
    const bool good =
        !stays_below(location) || (there && !within(r->file->folder, path.data))
            ? refuse(r, "has its data in '%s', which is outside of the model's folder", shown)
            : read_part(r, path.data, offset);
    text_free(&path);
    return good;
}

/* ---- tensors --------------------------------------------------------------------------------- */

bool onnx_tensor_read(const struct onnx *file, const Onnx__TensorProto *from,
                      struct onnx_tensor *tensor, struct error *error)
{
    struct reading r = {file, from, NULL, tensor, error};
    *tensor = (struct onnx_tensor){0};
    bool good = find_type(&r) && find_shape(&r);
    if (good && from->segment != NULL)
        good = refuse(&r, "is in segments; export it in one piece");
    else if (good && from->has_data_location &&
             from->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL)
        good = take_external(&r);
    else if (good)
        good = from->has_raw_data && (from->raw_data.len > 0 || list_length(&r) == 0)
                   ? take_bytes(&r, from->raw_data.data, from->raw_data.len)
                   : take_list(&r);
    if (!good)
        onnx_tensor_free(tensor);
    return good;
}

/* Where a value of a sparse tensor goes; false: nowhere. */
static bool place_of(const struct onnx_tensor *indices, size_t n, const struct onnx_tensor *to,
                     size_t *place)
{
    const int parts = indices->rank == 2 ? to->rank : 1;
    *place = 0;
    for (int i = 0; i < parts; i++) {
        const double index = indices->values[n * (size_t)parts + (size_t)i];
        const double size = indices->rank == 2 ? (double)to->shape[i] : (double)to->count;
        if (!(index >= 0.0 && index < size))
            return false;
        *place = *place * (size_t)size + (size_t)index;
    }
    return true;
}

static bool spread(struct reading *r, const struct onnx_tensor *values,
                   const struct onnx_tensor *indices)
{
    struct onnx_tensor *to = r->to;
    if (!onnx_tensor_new(to, to->rank, to->shape))
        return refuse(r, "has a shape of more than %zu elements, or a negative one", COUNT_MOST);
    const bool fits = values->rank == 1 && indices->count == values->count *
                      (indices->rank == 2 ? (size_t)to->rank : 1) && indices->rank <= 2;
    for (size_t n = 0; n < values->count; n++) {
        size_t place;
        if (!fits || !place_of(indices, n, to, &place))
            return refuse(r, "is sparse, and its indices are not within its shape");
        to->values[place] = values->values[n];
    }
    return true;
}

bool onnx_tensor_read_sparse(const struct onnx *file, const Onnx__SparseTensorProto *from,
                             struct onnx_tensor *tensor, struct error *error)
{
    struct onnx_tensor values = {0}, indices = {0};
    *tensor = (struct onnx_tensor){0};
    if (from->values == NULL || from->indices == NULL || from->n_dims > ONNX_RANK_MOST)
        return fail(error, "%s: a sparse tensor has no values, no indices, or too many dimensions",
                    file->name);
    struct reading r = {file, from->values, NULL, tensor, error};
    tensor->rank = (int)from->n_dims;
    for (size_t i = 0; i < from->n_dims; i++)
        tensor->shape[i] = from->dims[i];
    const bool good = onnx_tensor_read(file, from->values, &values, error) &&
                      onnx_tensor_read(file, from->indices, &indices, error) &&
                      spread(&r, &values, &indices);
    onnx_tensor_free(&values);
    onnx_tensor_free(&indices);
    if (!good)
        onnx_tensor_free(tensor);
    return good;
}

bool onnx_tensor_open(struct onnx_tensor *tensor, const char *path, struct error *error)
{
    char shown[PRINTABLE_PATH];
    unsigned char *bytes;
    size_t size;
    *tensor = (struct onnx_tensor){0};
    printable(shown, sizeof shown, path);
    if (!bytes_read(path, &bytes, &size, error))
        return false;
    Onnx__TensorProto *from = (Onnx__TensorProto *)onnx_unpack(&onnx__tensor_proto__descriptor,
                                                               bytes, size, shown, error);
    free(bytes);
    if (from == NULL)
        return false;
    const struct onnx file = {.name = shown, .size = size};
    const bool good = onnx_tensor_read(&file, from, tensor, error);
    if (good && from->name != NULL)
        tensor->name = duplicate(from->name);
    onnx__tensor_proto__free_unpacked(from, NULL);
    return good;
}
