/* SPDX-License-Identifier: Apache-2.0
 * torch.c - the two kinds of PyTorch checkpoints, and values of their tensors. */
#include "models/file/torch.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/file/element.h"
#include "models/file/kind.h"
#include "models/file/torch_walk.h"
#include "models/file/zip.h"

enum { ENTRY_NAME = 512, COUNT_BYTES = 8, LEGACY_PROTOCOL = 1001, ORDER_BYTES = 16 };
static const uint64_t LONGEST_PICKLE = 64 << 20;

/* ---- zip ----------------------------------------------------------------------------------------------- */

static bool check_order(struct torch_file *f, struct error *error)
{
    unsigned char *bytes;
    size_t size;
    const int entry = zip_find_below(f->zip, "byteorder");
    if (entry == ZIP_MISSING)
        return true;
    if (!zip_read(f->zip, entry, ORDER_BYTES, &bytes, &size, error))
        return false;
    const bool little = size == 6 && memcmp(bytes, "little", 6) == 0;
    free(bytes);
    return little || fail(error, "%s: was written on a big-endian machine; save it on another", f->name);
}

static bool parse_zip(struct torch_file *f, struct error *error)
{
    unsigned char *bytes;
    size_t size;
    struct pickle pickle;
    const int entry = zip_find_below(f->zip, "data.pkl");
    if (zip_find_below(f->zip, "constants.pkl") != ZIP_MISSING)
        return fail(error, "%s: is a TorchScript program; export it to ONNX, or save its weights: "
                    "torch.save(torch.jit.load(FILE).state_dict(), OTHER)", f->name);
    if (entry == ZIP_MISSING)
        return fail(error, "%s: is a zip archive without data.pkl, so no PyTorch checkpoint", f->name);
    if (!check_order(f, error) || !zip_read(f->zip, entry, LONGEST_PICKLE, &bytes, &size, error))
        return false;
    const bool parsed = pickle_parse(&pickle, bytes, size, f->name, error);
    const bool good = parsed && torch_walk(f, pickle.top, error);
    if (parsed)
        pickle_free(&pickle);
    free(bytes);
    return good;
}

/* Of the folder that data.pkl is in. */
static bool read_storage(const struct torch_file *f, struct torch_storage *s, struct error *error)
{
    char name[ENTRY_NAME], shown[PRINTABLE_NAME];
    const char *pickle = zip_name(f->zip, zip_find_below(f->zip, "data.pkl"));
    const int folder = (int)(strchr(pickle, '/') - pickle);
    size_t size;
    printable(shown, sizeof shown, s->key);
    const int length = snprintf(name, sizeof name, "%.*s/data/%s", folder, pickle, s->key);
    const int entry = length < ENTRY_NAME ? zip_find(f->zip, name) : ZIP_MISSING;
    if (entry == ZIP_MISSING)
        return fail(error, "%s: storage data/%s is missing", f->name, shown);
    const uint64_t wanted = s->count * s->type->bytes;
    if (!zip_read(f->zip, entry, wanted, &s->owned, &size, error))
        return false;
    if (size == wanted) {
        s->data = s->owned;
        return true;
    }
    free(s->owned);
    s->owned = NULL;
    return fail(error, "%s: storage data/%s has %zu bytes, expected %" PRIu64, f->name, shown, size, wanted);
}

/* ---- one stream ---------------------------------------------------------------------------------------- */

struct stream {
    const unsigned char *at, *end;
    struct error *error;
};

static bool next_pickle(struct stream *in, const struct torch_file *f, struct pickle *pickle)
{
    if (!pickle_parse(pickle, in->at, (size_t)(in->end - in->at), f->name, in->error))
        return false;
    in->at += pickle->length;
    return true;
}

/* Magic number, protocol, what the machine was. */
static bool read_preface(struct stream *in, const struct torch_file *f)
{
    struct pickle pickle;
    bool good = true;
    for (int i = 0; good && i < 3; i++) {
        if (!next_pickle(in, f, &pickle))
            return false;
        const struct pickle_value *little = pickle_get(pickle.top, "little_endian");
        if (i == 1 && (pickle.top->kind != PICKLE_INT || pickle.top->number != LEGACY_PROTOCOL))
            good = fail(in->error, "%s: is of another protocol than 1001, the last of its kind", f->name);
        if (i == 2 && (little == NULL || little->kind != PICKLE_BOOL || little->number == 0))
            good = fail(in->error, "%s: was written on a big-endian machine; save it on another", f->name);
        pickle_free(&pickle);
    }
    return good;
}

/* The storage's place in the list, which need not be that of the first tensor that uses it. */
static struct torch_storage *storage_of(const struct torch_file *f, const struct pickle_value *key, int hint)
{
    for (int i = 0; i < f->storage_count; i++) {
        struct torch_storage *s = &f->storages[(i + hint) % f->storage_count];
        if (pickle_is_text(key, s->key))
            return s;
    }
    return NULL;
}

/* A number of elements, then the elements. */
static bool read_data(struct stream *in, const struct torch_file *f, struct torch_storage *s)
{
    char shown[PRINTABLE_NAME];
    const size_t left = (size_t)(in->end - in->at);
    printable(shown, sizeof shown, s->key);
    if (left < COUNT_BYTES)
        return fail(in->error, "%s: is cut short before storage %s", f->name, shown);
    const uint64_t count = load_u64(in->at);
    if (count != s->count)
        return fail(in->error, "%s: storage %s has %" PRIu64 " elements, its tensors say %" PRIu64, f->name,
                    shown, count, s->count);
    if (count > (left - COUNT_BYTES) / s->type->bytes)
        return fail(in->error, "%s: storage %s claims %" PRIu64 " elements, the file ends before", f->name,
                    shown, count);
    s->data = in->at + COUNT_BYTES;
    in->at = s->data + count * s->type->bytes;
    return true;
}

/* The list of keys, then the storages in that order. */
static bool read_storages(struct stream *in, const struct torch_file *f)
{
    struct pickle keys;
    if (!next_pickle(in, f, &keys))
        return false;
    bool good = keys.top->kind == PICKLE_LIST || fail(in->error, "%s: has no list of storages", f->name);
    for (int i = 0; good && i < keys.top->count; i++) {
        struct torch_storage *s = storage_of(f, keys.top->items[i], i);
        good = s != NULL ? read_data(in, f, s)
                         : fail(in->error, "%s: lists a storage of which its pickle says nothing", f->name);
    }
    for (int i = 0; good && i < f->storage_count; i++)
        good = f->storages[i].data != NULL || fail(in->error, "%s: a storage is missing", f->name);
    pickle_free(&keys);
    return good;
}

static bool parse_stream(struct torch_file *f, const unsigned char *bytes, size_t size, struct error *error)
{
    struct stream in = {bytes, bytes + size, error};
    struct pickle object;
    if (!read_preface(&in, f) || !next_pickle(&in, f, &object))
        return false;
    const bool good = torch_find_storages(f, &object, error) && torch_walk(f, object.top, error);
    pickle_free(&object);
    return good && read_storages(&in, f);
}

/* ---- the file ------------------------------------------------------------------------------------------ */

static bool parse_either(struct torch_file *f, const unsigned char *bytes, size_t size, struct error *error)
{
    if (file_kind(bytes, size) == KIND_TORCH_PICKLE) {
        f->form = "PyTorch checkpoint (one stream)";
        return parse_stream(f, bytes, size, error);
    }
    f->form = "PyTorch checkpoint (zip)";
    if (size < 2 || memcmp(bytes, "PK", 2) != 0)
        return file_kind_check(KIND_TORCH_ZIP, bytes, size, f->name, error) &&
               fail(error, "%s: is no PyTorch checkpoint", f->name);
    f->zip = allocate(1, sizeof *f->zip);
    return zip_parse(f->zip, bytes, size, f->name, error) && parse_zip(f, error);
}

bool torch_parse(struct torch_file *f, const unsigned char *bytes, size_t size, const char *name,
                 struct error *error)
{
    char shown[PRINTABLE_PATH];
    printable(shown, sizeof shown, name);
    *f = (struct torch_file){.name = duplicate(shown)};
    if (parse_either(f, bytes, size, error))
        return true;
    torch_close(f);
    return false;
}

bool torch_open(struct torch_file *f, const char *path, struct error *error)
{
    unsigned char *bytes;
    size_t size;
    *f = (struct torch_file){0};
    if (!bytes_read(path, &bytes, &size, error))
        return false;
    if (!torch_parse(f, bytes, size, path, error)) {
        free(bytes);
        return false;
    }
    f->owned = bytes;
    return true;
}

void torch_close(struct torch_file *f)
{
    for (int i = 0; i < f->count; i++)
        free(f->tensors[i].name);
    for (int i = 0; i < f->option_count; i++) {
        free(f->options[i].name);
        free(f->options[i].value);
    }
    for (int i = 0; i < f->storage_count; i++) {
        free(f->storages[i].key);
        free(f->storages[i].owned);
    }
    if (f->zip != NULL && f->zip->name != NULL)
        zip_free(f->zip);
    free(f->zip);
    free(f->tensors);
    free(f->options);
    free(f->storages);
    free(f->name);
    free(f->owned);
    *f = (struct torch_file){0};
}

/* ---- one tensor ---------------------------------------------------------------------------------------- */

/* Where the element of a row-major number lies in the storage. */
static uint64_t place_of(const struct torch_tensor *t, uint64_t index)
{
    uint64_t at = (uint64_t)t->offset;
    for (int i = t->rank - 1; i >= 0; i--) {
        at += index % (uint64_t)t->shape[i] * (uint64_t)t->stride[i];
        index /= (uint64_t)t->shape[i];
    }
    return at;
}

bool torch_fetch(const struct torch_file *f, int tensor, float *out, struct error *error)
{
    const struct torch_tensor *t = &f->tensors[tensor];
    struct torch_storage *s = &f->storages[t->storage];
    char shown[PRINTABLE_NAME], what[256];
    printable(shown, sizeof shown, t->name);
    if (!t->real)
        return fail(error, "%s: tensor '%s' has type %s, expected float16, bfloat16, float32 or float64",
                    f->name, shown, t->type);
    if (s->data == NULL && !read_storage(f, s, error))
        return false;
    for (uint64_t i = 0; i < t->count; i++) {
        const double value = s->type->real(s->data + place_of(t, i) * s->type->bytes);
        out[i] = float_of_double(value);
        if (!isfinite(out[i])) {
            element_text(what, sizeof what, value, t->rank, t->shape, i);
            return fail(error, "%s: tensor '%s' %s", f->name, shown, what);
        }
    }
    return true;
}
