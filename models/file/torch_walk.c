/* SPDX-License-Identifier: Apache-2.0
 * torch_walk.c - tensors in the pickle of a checkpoint, under the names of the way to them. */
#include "models/file/torch_walk.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/base/text.h"
#include "models/file/element.h"
#include "models/file/pickle_walk.h"

enum {
    OPTION_LENGTH = 400,
    WRAPPED = 8,       /* functions around a tensor */
    EXPANDED = 1 << 16 /* elements that a tensor may have whose storage has fewer: one value, seen often */
};

static const int64_t ELEMENTS_MOST = INT64_C(1) << 48; /* nothing that is computed of it overflows */

struct walk {
    struct torch_file *file;
    const char *path; /* to what is looked at */
    struct error *error;
};

/* Storages of other types may be in a file, but no tensor of a layer. */
static const struct torch_type types[] = {
    {"FloatStorage", "float32", 4, element_f32},    {"HalfStorage", "float16", 2, element_f16},
    {"BFloat16Storage", "bfloat16", 2, element_bf16}, {"DoubleStorage", "float64", 8, element_f64},
    {"LongStorage", "int64", 8, NULL},           {"IntStorage", "int32", 4, NULL},
    {"ShortStorage", "int16", 2, NULL},          {"CharStorage", "int8", 1, NULL},
    {"ByteStorage", "uint8", 1, NULL},           {"BoolStorage", "bool", 1, NULL},
    {"ComplexFloatStorage", "complex64", 8, NULL}, {"ComplexDoubleStorage", "complex128", 16, NULL},
    {"QInt8Storage", "qint8", 1, NULL},          {"QUInt8Storage", "quint8", 1, NULL},
    {"QInt32Storage", "qint32", 4, NULL},        {"UntypedStorage", "untyped", 1, NULL},
};

static bool __attribute__((format(printf, 2, 3)))
fail_here(const struct walk *w, const char *format, ...)
{
    char name[PRINTABLE_NAME], what[sizeof w->error->text / 2];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    printable(name, sizeof name, w->path);
    fail(w->error, "%s: tensor '%s' %s", w->file->name, name, what);
    return false;
}

/* ---- storages ------------------------------------------------------------------------------------------ */

static const struct torch_type *type_of(const struct pickle_value *storage)
{
    if (storage == NULL || storage->kind != PICKLE_GLOBAL)
        return NULL;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (pickle_is_text(storage->items[1], types[i].storage))
            return &types[i];
    return NULL;
}

static bool has_key(const struct torch_storage *storage, const struct pickle_value *key)
{
    return pickle_is_text(key, storage->key);
}

static int add_storage(struct walk *w, const struct pickle_value *key, const struct torch_type *type,
                       uint64_t count)
{
    struct torch_file *f = w->file;
    const size_t room = (size_t)f->storage_count;
    if ((room & (room - 1)) == 0) { /* 0, or a power of two: it is full */
        f->storages = realloc(f->storages, (room > 0 ? 2 * room : 1) * sizeof *f->storages);
        BUG_UNLESS(f->storages != NULL);
    }
    f->storages[room] = (struct torch_storage){.type = type, .count = count};
    f->storages[room].key = allocate(key->length + 1, 1);
    memcpy(f->storages[room].key, key->text, key->length);
    return f->storage_count++;
}

/* ('storage', torch.FloatStorage, key, device, count[, view]); -1 and a message: it is none. */
static int find_storage(struct walk *w, const struct pickle_value *stored)
{
    const struct pickle_value *parts =
        stored != NULL && stored->kind == PICKLE_STORED ? stored->items[0] : NULL;
    if (parts == NULL || parts->kind != PICKLE_TUPLE || parts->count < 5 ||
        !pickle_is_text(parts->items[0], "storage") || parts->items[2]->kind != PICKLE_TEXT ||
        memchr(parts->items[2]->text, '\0', parts->items[2]->length) != NULL ||
        parts->items[4]->kind != PICKLE_INT || parts->items[4]->number < 0 ||
        parts->items[4]->number > ELEMENTS_MOST)
        return fail_here(w, "has no storage as PyTorch writes it") - 1;
    const struct torch_type *type = type_of(parts->items[1]);
    if (type == NULL)
        return fail_here(w, "has a storage of a type that is not known") - 1;
    if (parts->count > 5 && parts->items[5]->kind != PICKLE_NONE)
        return fail_here(w, "has a storage that is a part of another: save it again by PyTorch 1.6 or "
                            "later") - 1;
    for (int i = w->file->storage_count - 1; i >= 0; i--)
        if (has_key(&w->file->storages[i], parts->items[2])) {
            const struct torch_storage *same = &w->file->storages[i];
            if (same->type == type && same->count == (uint64_t)parts->items[4]->number)
                return i;
            return fail_here(w, "has a storage that is another one for other tensors") - 1;
        }
    return add_storage(w, parts->items[2], type, (uint64_t)parts->items[4]->number);
}

/* ---- names and texts ----------------------------------------------------------------------------------- */

/* `last`: behind the way to where we are; or NULL. */
static void add_option(struct walk *w, const char *last, const char *text, size_t length)
{
    struct torch_file *f = w->file;
    const size_t room = (size_t)f->option_count;
    struct text name = {0};
    if (room == TORCH_TENSORS || length > OPTION_LENGTH)
        return;
    text_append(&name, w->path);
    if (last != NULL)
        text_appendf(&name, "%s%s", name.length > 0 ? "." : "", last);
    if ((room & (room - 1)) == 0) {
        f->options = realloc(f->options, (room > 0 ? 2 * room : 1) * sizeof *f->options);
        BUG_UNLESS(f->options != NULL);
    }
    struct torch_option *option = &f->options[f->option_count++];
    option->name = duplicate(text_string(&name));
    text_free(&name);
    option->value = allocate(length + 1, 1);
    memcpy(option->value, text, length);
}

/* ---- tensors ------------------------------------------------------------------------------------------- */

static bool is_function(const struct pickle_value *v, const char *const *names)
{
    for (; names[0] != NULL; names += 2)
        if (pickle_is_global(v, names[0], names[1]))
            return true;
    return false;
}

static bool makes_tensor(const struct pickle_value *function)
{
    static const char *const names[] = {"torch._utils", "_rebuild_tensor_v2",
                                        "torch._utils", "_rebuild_tensor", NULL};
    return is_function(function, names);
}

/* The arguments (storage, offset, shape, strides ...) of what makes a tensor of `v`; NULL: it is none. */
static const struct pickle_value *tensor_arguments(const struct pickle_value *v)
{
    static const char *const wrappers[] = {"torch._utils", "_rebuild_parameter",
                                           "torch._utils", "_rebuild_parameter_with_state",
                                           "torch.nn.parameter", "Parameter", NULL};
    for (int i = 0; i < WRAPPED && v != NULL; i++) {
        const struct pickle_value *function = pickle_callee(v);
        if (makes_tensor(function))
            return v->items[1];
        if (pickle_is_global(function, "torch._tensor", "_rebuild_from_type_v2")) {
            const struct pickle_value *arguments = pickle_argument(v, 2);
            return makes_tensor(pickle_argument(v, 0)) && arguments != NULL &&
                           arguments->kind == PICKLE_TUPLE
                       ? arguments
                       : NULL;
        }
        v = is_function(function, wrappers) ? pickle_argument(v, 0) : NULL;
    }
    return NULL;
}

static bool are_counts(const struct pickle_value *v)
{
    if (v->kind != PICKLE_TUPLE)
        return false;
    for (int i = 0; i < v->count; i++)
        if (v->items[i]->kind != PICKLE_INT || v->items[i]->number < 0)
            return false;
    return true;
}

static bool read_shape(const struct walk *w, const struct pickle_value *arguments, struct torch_tensor *t)
{
    const struct pickle_value *shape = arguments->items[2], *strides = arguments->items[3];
    t->rank = shape->count;
    t->count = 1;
    for (int i = 0; i < t->rank; i++) {
        const int64_t size = shape->items[i]->number;
        if (size > INT_MAX)
            return fail_here(w, "has dimension %" PRId64 ", allowed are 0..%d", size, INT_MAX);
        t->shape[i] = (int)size;
        t->stride[i] = strides->items[i]->number;
        if (__builtin_mul_overflow(t->count, (uint64_t)size, &t->count))
            return fail_here(w, "has more elements than any file can hold");
    }
    return true;
}

/* Every element is within the storage, and they are no more than that has, or few. */
static bool check_view(const struct walk *w, const struct torch_tensor *t)
{
    const uint64_t there = w->file->storages[t->storage].count;
    uint64_t last = (uint64_t)t->offset, step;
    bool beyond = false;
    for (int i = 0; t->count > 0 && i < t->rank; i++)
        beyond = beyond ||
                 __builtin_mul_overflow((uint64_t)(t->shape[i] - 1), (uint64_t)t->stride[i], &step) ||
                 __builtin_add_overflow(last, step, &last);
    if (t->count > 0 && (beyond || last >= there))
        return fail_here(w, "has elements beyond the %" PRIu64 " of its storage", there);
    return t->count <= there || t->count <= EXPANDED ||
           fail_here(w, "has %" PRIu64 " elements, its storage %" PRIu64, t->count, there);
}

static bool check_arguments(const struct walk *w, const struct pickle_value *a)
{
    if (a->count < 4 || a->items[1]->kind != PICKLE_INT || a->items[1]->number < 0 ||
        !are_counts(a->items[2]) || !are_counts(a->items[3]) || a->items[2]->count != a->items[3]->count)
        return fail_here(w, "is not as PyTorch writes it");
    const struct pickle_value *bits = a->count > 6 ? a->items[6] : NULL;
    return bits == NULL || bits->count == 0 || bits->kind != PICKLE_DICT ||
           fail_here(w, "is a negated or conjugated view of its storage: save a copy of it, made by "
                        ".resolve_neg() or .resolve_conj()");
}

/* No layer has such a tensor, but the file may. */
static void add_many_dimensions(struct walk *w, int rank)
{
    char text[64];
    snprintf(text, sizeof text, "a tensor of %d dimensions", rank);
    add_option(w, "class", text, strlen(text));
}

static bool add_tensor(struct walk *w, const struct pickle_value *arguments)
{
    struct torch_file *f = w->file;
    struct torch_tensor t = {0};
    if (!check_arguments(w, arguments))
        return false;
    if (arguments->items[2]->count > TORCH_RANK) {
        add_many_dimensions(w, arguments->items[2]->count);
        return true;
    }
    if (!read_shape(w, arguments, &t))
        return false;
    if (f->count == TORCH_TENSORS)
        return fail_here(w, "is one more than the %d that are allowed", TORCH_TENSORS);
    t.offset = arguments->items[1]->number;
    t.storage = find_storage(w, arguments->items[0]);
    if (t.storage < 0 || !check_view(w, &t))
        return false;
    t.type = f->storages[t.storage].type->name;
    t.real = f->storages[t.storage].type->real != NULL;
    t.name = duplicate(w->path);
    const size_t room = (size_t)f->count;
    if ((room & (room - 1)) == 0) {
        f->tensors = realloc(f->tensors, (room > 0 ? 2 * room : 1) * sizeof *f->tensors);
        BUG_UNLESS(f->tensors != NULL);
    }
    f->tensors[f->count++] = t;
    return true;
}

static int by_name(const void *left, const void *right)
{
    const struct torch_tensor *a = left, *b = right;
    return strcmp(a->name, b->name);
}

/* Two of one name could be taken for each other. */
static bool check_names(const struct torch_file *f, struct error *error)
{
    char shown[PRINTABLE_NAME];
    bool good = true;
    struct torch_tensor *sorted = allocate((size_t)f->count, sizeof *sorted);
    if (f->count > 0)
        memcpy(sorted, f->tensors, (size_t)f->count * sizeof *sorted);
    qsort(sorted, (size_t)f->count, sizeof *sorted, by_name);
    for (int i = 1; good && i < f->count; i++)
        if (strcmp(sorted[i].name, sorted[i - 1].name) == 0) {
            printable(shown, sizeof shown, sorted[i].name);
            good = fail(error, "%s: tensor '%s' is there twice", f->name, shown);
        }
    free(sorted);
    return good;
}

/* ---- all storages -------------------------------------------------------------------------------------- */

struct search {
    struct walk walk;
    int seen;
    bool failed;
};

static void see_storage(void *context, struct pickle_value *v)
{
    struct search *s = context;
    if (s->failed || v->kind != PICKLE_STORED || v->items[0]->kind != PICKLE_TUPLE ||
        v->items[0]->count == 0 || !pickle_is_text(v->items[0]->items[0], "storage"))
        return;
    if (++s->seen > TORCH_TENSORS)
        s->failed = !fail(s->walk.error, "%s: has more storages than are allowed", s->walk.file->name);
    else
        s->failed = find_storage(&s->walk, v) < 0;
}

bool torch_find_storages(struct torch_file *file, const struct pickle *pickle, struct error *error)
{
    struct search s = {.walk = {file, "", error}};
    pickle_each(pickle, see_storage, &s);
    return !s.failed;
}

/* Texts that say how a layer computes: "lstm.mode" of a pickled module. */
static bool is_option(const char *path)
{
    const char *dot = strrchr(path, '.'), *last = dot != NULL ? dot + 1 : path;
    return strcmp(last, "mode") == 0 || strcmp(last, "nonlinearity") == 0;
}

/* "lstm.class" "torch.nn.modules.rnn.LSTM" */
static void add_class(struct walk *w, const struct pickle_value *v)
{
    const struct pickle_value *callee = pickle_callee(v);
    struct text name = {0};
    if (callee == NULL || callee->kind != PICKLE_GLOBAL || callee->items[0]->kind != PICKLE_TEXT ||
        callee->items[1]->kind != PICKLE_TEXT || pickle_is_global(callee, "collections", "OrderedDict"))
        return;
    for (int i = 0; i < 2; i++) {
        text_append(&name, i > 0 ? "." : "");
        text_append_bytes(&name, callee->items[i]->text, callee->items[i]->length);
    }
    add_option(w, "class", text_string(&name), name.length);
    text_free(&name);
}

static bool see(void *context, const char *path, struct pickle_value *v, bool *taken)
{
    struct walk *w = context;
    const struct pickle_value *arguments = tensor_arguments(v);
    w->path = path;
    *taken = arguments != NULL;
    if (v->kind == PICKLE_TEXT && is_option(path))
        add_option(w, NULL, v->text, v->length);
    if (arguments == NULL)
        add_class(w, v);
    return arguments == NULL || add_tensor(w, arguments);
}

bool torch_walk(struct torch_file *file, struct pickle_value *top, struct error *error)
{
    struct walk w = {file, "", error};
    const struct pickle_visit visit = {file->name, "", &w, see, error};
    return pickle_walk(&visit, top) && check_names(file, error);
}
