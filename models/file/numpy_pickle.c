/* SPDX-License-Identifier: Apache-2.0
 * numpy_pickle.c - arrays of NumPy in a pickle.
 *
 *   numpy.core.multiarray._reconstruct(...), state (1, shape, dtype, whether by columns, data)
 *   numpy.core.numeric._frombuffer(data, dtype, shape, 'C' or 'F')      protocol 5
 *   numpy.core.multiarray.scalar(dtype, data)
 *
 * NumPy 2 calls the module numpy._core.  A dtype is numpy.dtype('f4', ...), state (3, '<', ...).  Data are
 * bytes, or what protocol 2 of Python 3 makes of bytes: _codecs.encode(text, 'latin1'). */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/file/numpy_arrays.h"
#include "models/file/pickle_walk.h"

enum { DESCR = 16 };

struct walk {
    struct numpy_file *file;
    struct error *error;
};

/* What an array is made of, as the pickle has it. */
struct parts {
    const struct pickle_value *shape, *type, *data; /* shape NULL: of no dimensions */
    bool fortran;
};

static bool refuse(const struct walk *w, const char *path, const char *why)
{
    struct text shown = numpy_shown(w->file, path);
    fail(w->error, "%s %s", shown.data, why);
    text_free(&shown);
    return false;
}

/* ---- what makes an array ------------------------------------------------------------------------------- */

/* MODULE.NAME of either name that NumPy's inner module has had. */
static bool is_of_numpy(const struct pickle_value *v, const char *module, const char *name)
{
    char full[64];
    static const char *const cores[] = {"numpy.core", "numpy._core"};
    for (size_t i = 0; i < sizeof cores / sizeof *cores; i++) {
        snprintf(full, sizeof full, "%s.%s", cores[i], module);
        if (pickle_is_global(v, full, name))
            return true;
    }
    return false;
}

static bool is_true(const struct pickle_value *v)
{
    return (v->kind == PICKLE_BOOL || v->kind == PICKLE_INT) && v->number != 0;
}

static bool of_reconstruct(const struct pickle_value *v, struct parts *parts)
{
    enum { VERSION, SHAPE, TYPE, FORTRAN, DATA, COUNT };
    const struct pickle_value *state = v->state;
    if (state == NULL || state->kind != PICKLE_TUPLE || state->count != COUNT)
        return false;
    *parts = (struct parts){state->items[SHAPE], state->items[TYPE], state->items[DATA],
                            is_true(state->items[FORTRAN])};
    return true;
}

static bool of_buffer(const struct pickle_value *v, struct parts *parts)
{
    const struct pickle_value *order = pickle_argument(v, 3);
    *parts = (struct parts){pickle_argument(v, 2), pickle_argument(v, 1), pickle_argument(v, 0),
                            pickle_is_text(order, "F")};
    return parts->fortran || pickle_is_text(order, "C");
}

static bool of_scalar(const struct pickle_value *v, struct parts *parts)
{
    *parts = (struct parts){NULL, pickle_argument(v, 0), pickle_argument(v, 1), false};
    return parts->data != NULL;
}

/* *good: it is made as NumPy does.  False: it is no array. */
static bool is_array(const struct pickle_value *v, struct parts *parts, bool *good)
{
    const struct pickle_value *callee = pickle_callee(v);
    if (is_of_numpy(callee, "multiarray", "_reconstruct"))
        *good = of_reconstruct(v, parts);
    else if (is_of_numpy(callee, "numeric", "_frombuffer"))
        *good = of_buffer(v, parts);
    else if (is_of_numpy(callee, "multiarray", "scalar"))
        *good = of_scalar(v, parts);
    else
        return false;
    return true;
}

/* ---- its parts ----------------------------------------------------------------------------------------- */

/* "<f4" of numpy.dtype('f4', ...) with state (3, '<', ...). */
static bool read_type(const struct pickle_value *type, char descr[DESCR])
{
    const struct pickle_value *name = pickle_argument(type, 0), *state = type != NULL ? type->state : NULL;
    if (!pickle_is_global(pickle_callee(type), "numpy", "dtype") || name == NULL ||
        name->kind != PICKLE_TEXT || name->length < 2 || name->length > DESCR - 2 || state == NULL ||
        state->kind != PICKLE_TUPLE || state->count < 2 || state->items[1]->kind != PICKLE_TEXT ||
        state->items[1]->length != 1)
        return false;
    memset(descr, 0, DESCR);
    descr[0] = state->items[1]->text[0];
    memcpy(descr + 1, name->text, name->length);
    return strlen(descr) == name->length + 1;
}

static bool read_shape(const struct pickle_value *from, int shape[NPY_MAX_RANK], int *rank)
{
    *rank = 0;
    if (from == NULL)
        return true;
    if (from->kind != PICKLE_TUPLE || from->count > NPY_MAX_RANK)
        return false;
    for (; *rank < from->count; ++*rank) {
        const struct pickle_value *size = from->items[*rank];
        if (size->kind != PICKLE_INT || size->number < 0 || size->number > INT_MAX)
            return false;
        shape[*rank] = (int)size->number;
    }
    return true;
}

/* UTF-8 of characters below 256, a byte each; false: it is something else. */
static bool decode(const struct pickle_value *text, unsigned char *to, size_t *size)
{
    const unsigned char *at = (const unsigned char *)text->text, *end = at + text->length;
    *size = 0;
    while (at < end) {
        const unsigned first = *at++;
        if (first < 0x80) {
            to[(*size)++] = (unsigned char)first;
            continue;
        }
        if ((first != 0xc2 && first != 0xc3) || at == end || (*at & 0xc0) != 0x80)
            return false;
        to[(*size)++] = (unsigned char)((first & 3) << 6 | (*at++ & 0x3f));
    }
    return true;
}

/* NULL: there are none, or `error` is said. */
static const unsigned char *read_data(const struct walk *w, const char *path,
                                      const struct pickle_value *data, size_t *size)
{
    const struct pickle_value *callee = pickle_callee(data), *text = pickle_argument(data, 0);
    static const unsigned char none[1];
    if (data != NULL && (data->kind == PICKLE_BYTES || data->kind == PICKLE_TEXT)) {
        *size = data->length;
        return (const unsigned char *)data->text;
    }
    *size = 0;
    if (pickle_is_global(callee, "__builtin__", "bytes") && text == NULL)
        return none;
    if (pickle_is_global(callee, "_codecs", "encode") && text != NULL && text->kind == PICKLE_TEXT &&
        pickle_is_text(pickle_argument(data, 1), "latin1")) {
        unsigned char *bytes = numpy_block(w->file, path, text->length, w->error);
        if (bytes == NULL || decode(text, bytes, size))
            return bytes;
    }
    refuse(w, path, "has no data as NumPy writes them");
    return NULL;
}

static bool add_array(const struct walk *w, const char *path, const struct parts *parts, const char *descr)
{
    int shape[NPY_MAX_RANK];
    struct npy_parts made = {.descr = descr, .fortran = parts->fortran, .shape = shape};
    struct npy values;
    if (!read_shape(parts->shape, shape, &made.rank))
        return refuse(w, path, "has no shape of at most 8 dimensions");
    made.data = read_data(w, path, parts->data, &made.size);
    if (made.data == NULL)
        return false;
    struct text shown = numpy_shown(w->file, path);
    made.name = shown.data;
    const bool good = npy_make(&values, &made, w->error);
    text_free(&shown);
    return good && numpy_add(w->file, path, &values, w->error);
}

static bool see(void *context, const char *path, struct pickle_value *v, bool *taken)
{
    const struct walk *w = context;
    struct parts parts = {0};
    char descr[DESCR];
    bool good = false, objects = false;
    if (pickle_is_global(pickle_callee(v), "torch._utils", "_rebuild_tensor_v2"))
        return refuse(w, path, "is a tensor of PyTorch in a plain pickle: save it by torch.save(), or as "
                               "arrays, VALUE.numpy()");
    if (!is_array(v, &parts, &good))
        return true;
    *taken = true;
    if (!good || !read_type(parts.type, descr))
        return refuse(w, path, "is not as NumPy writes it");
    const char *other = npy_type_other(descr, &objects);
    if (other == NULL)
        return add_array(w, path, &parts, descr);
    if (objects)
        *taken = false; /* arrays may be in it */
    else
        numpy_leave_out(w->file, path, other);
    return true;
}

bool numpy_add_pickle(struct numpy_file *file, const unsigned char *bytes, size_t size, const char *before,
                      struct error *error)
{
    struct walk w = {file, error};
    struct pickle pickle;
    if (!pickle_parse(&pickle, bytes, size, file->name, error))
        return false;
    const struct pickle_visit visit = {file->name, before, &w, see, error};
    const bool good = pickle_walk(&visit, pickle.top);
    pickle_free(&pickle);
    return good;
}
