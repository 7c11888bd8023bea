/* SPDX-License-Identifier: Apache-2.0
 * read.c - which reader a file is for. */
#include "models/source/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/file/kind.h"
#include "models/file/numpy.h"
#include "models/file/safetensors.h"
#include "models/file/torch.h"
#include "models/source/onnx.h"
#include "models/source/torch_names.h"

/* ---- PyTorch's names ----------------------------------------------------------------------------------- */

static bool fetch_safetensor(const void *context, int tensor, float *out, struct error *error)
{
    const struct safetensors *file = context;
    const struct tensor *t = &file->tensors[tensor];
    return safetensors_fetch(file, t->name, t->rank, t->shape, out, error);
}

static struct named_tensors names_of_safetensors(const struct safetensors *file)
{
    struct named_tensors names = {.file = file->name, .count = file->count, .context = file,
                                  .fetch = fetch_safetensor};
    names.at = allocate((size_t)file->count, sizeof *names.at);
    for (int i = 0; i < file->count; i++) {
        const struct tensor *t = &file->tensors[i];
        names.at[i] = (struct named_tensor){t->name, t->type, t->rank, t->shape};
    }
    return names;
}

static bool fetch_torch(const void *context, int tensor, float *out, struct error *error)
{
    return torch_fetch(context, tensor, out, error);
}

static const char *option_of_torch(const void *context, const char *name)
{
    const struct torch_file *file = context;
    for (int i = 0; i < file->option_count; i++)
        if (strcmp(file->options[i].name, name) == 0)
            return file->options[i].value;
    return NULL;
}

static struct named_tensors names_of_torch(const struct torch_file *file)
{
    struct named_tensors names = {.file = file->name, .count = file->count, .context = file,
                                  .fetch = fetch_torch, .option = option_of_torch,
                                  .options = file->options, .option_count = file->option_count,
                                  .ordered = true};
    names.at = allocate((size_t)file->count, sizeof *names.at);
    for (int i = 0; i < file->count; i++) {
        const struct torch_tensor *t = &file->tensors[i];
        names.at[i] = (struct named_tensor){t->name, t->type, t->rank, t->shape};
    }
    return names;
}

static bool fetch_numpy(const void *context, int tensor, float *out, struct error *error)
{
    const struct npy *values = &((const struct numpy_file *)context)->arrays[tensor].values;
    if (values->kind != NPY_FLOAT)
        return fail(error, "%s: has type '%s', expected f2, f4 or f8: a scale of whole numbers is not known",
                    values->name, values->descr);
    return npy_floats(values, out, error);
}

static struct named_tensors names_of_numpy(const struct numpy_file *file)
{
    struct named_tensors names = {.file = file->name, .count = file->count, .context = file,
                                  .fetch = fetch_numpy};
    names.at = allocate((size_t)file->count, sizeof *names.at);
    for (int i = 0; i < file->count; i++) {
        const struct npy *values = &file->arrays[i].values;
        names.at[i] = (struct named_tensor){file->arrays[i].name, values->descr, values->rank,
                                            values->shape};
    }
    return names;
}

/* ---- readers ------------------------------------------------------------------------------------------- */

struct bytes {
    unsigned char *at;
    size_t size;
    const char *path;
    const char *inputs; /* of the request */
};

/* Names of modules are looked for among all others. */
static bool check_count(const struct safetensors *file, struct error *error)
{
    return file->count <= TORCH_TENSORS ||
           fail(error, "%s: has %d tensors, at most %d are allowed", file->name, file->count, TORCH_TENSORS);
}

static bool read_safetensors(struct source *source, const struct bytes *bytes, const char *node,
                             struct error *error)
{
    struct safetensors file;
    if (!safetensors_parse(&file, bytes->at, bytes->size, bytes->path, error))
        return false;
    struct named_tensors names = names_of_safetensors(&file);
    const bool good = check_count(&file, error) &&
                      (torch_names_are(&names)
                           ? torch_names_read(source, &names, node, error)
                           : fail(error, "%s: its tensors are not named as PyTorch does; one with names of ours "
                                         "is for model.path as it is", file.name));
    source->producer = duplicate("safetensors, named as by PyTorch");
    free(names.at);
    safetensors_close(&file);
    return good;
}

static bool read_torch(struct source *source, const struct bytes *bytes, const char *node,
                       struct error *error)
{
    struct torch_file file;
    if (!torch_parse(&file, bytes->at, bytes->size, bytes->path, error))
        return false;
    struct named_tensors names = names_of_torch(&file);
    const bool good = torch_names_read(source, &names, node, error);
    source->producer = duplicate(file.form);
    free(names.at);
    torch_close(&file);
    return good;
}

/* What is no number was left out: that may be why something is missing. */
static bool read_numpy(struct source *source, const struct bytes *bytes, const char *node,
                       struct error *error)
{
    struct numpy_file file;
    if (!numpy_parse(&file, bytes->at, bytes->size, bytes->path, error))
        return false;
    struct named_tensors names = names_of_numpy(&file);
    const bool good = torch_names_read(source, &names, node, error);
    const struct error why = good ? (struct error){""} : *error;
    if (file.left_out.length > 0 && good)
        source_add_note(source, "arrays of what is no number are left out: %s", file.left_out.data);
    else if (file.left_out.length > 0)
        fail(error, "%s (arrays of what is no number are left out: %s)", why.text, file.left_out.data);
    source->producer = duplicate(file.form);
    free(names.at);
    numpy_close(&file);
    return good;
}

static bool read_onnx(struct source *source, const struct bytes *bytes, const char *node,
                      struct error *error)
{
    (void)node;
    return source_onnx(source, bytes->path, bytes->inputs, error);
}

/* The readers, by kind: what is not here is no file of a network, or none that is read. */
static const struct reader {
    enum file_kind kind;
    bool composes; /* takes several names in `node`, and gives the one chain of them */
    bool (*read)(struct source *source, const struct bytes *bytes, const char *node, struct error *error);
} readers[] = {
    {KIND_SAFETENSORS, true, read_safetensors},
    {KIND_TORCH_ZIP, true, read_torch},
    {KIND_TORCH_PICKLE, true, read_torch},
    {KIND_NPZ, true, read_numpy},
    {KIND_NPY, true, read_numpy},
    {KIND_PICKLE, true, read_numpy},
    {KIND_ONNX, false, read_onnx},
};

static const struct reader *reader_of(const unsigned char *bytes, size_t size)
{
    const enum file_kind kind = file_kind(bytes, size);
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (readers[i].kind == kind)
            return &readers[i];
    return NULL;
}

static bool names_are_theirs(const struct bytes *bytes)
{
    struct safetensors file;
    struct error ignored;
    if (!safetensors_parse(&file, bytes->at, bytes->size, bytes->path, &ignored))
        return false;
    struct named_tensors names = names_of_safetensors(&file);
    const bool theirs = torch_names_are(&names);
    free(names.at);
    safetensors_close(&file);
    return theirs;
}

bool source_is(const char *path)
{
    struct bytes bytes = {.path = path};
    struct error ignored;
    if (!bytes_read(path, &bytes.at, &bytes.size, &ignored))
        return false;
    const struct reader *reader = reader_of(bytes.at, bytes.size);
    const bool is = reader != NULL && (reader->read != read_safetensors || names_are_theirs(&bytes));
    free(bytes.at);
    return is;
}

/* ---- chains -------------------------------------------------------------------------------------------- */

static void list_names(const struct source *s, struct text *list)
{
    for (int i = 0; i < s->chain_count; i++)
        text_appendf(list, "%s%s", i > 0 ? ", " : "", s->chains[i].name);
}

/* Only the chain of that name stays. */
static bool keep(struct source *s, const char *path, const char *node, struct error *error)
{
    struct source rest = *s;
    char shown[PRINTABLE_PATH];
    for (int i = 0; i < s->chain_count; i++)
        if (strcmp(s->chains[i].name, node) == 0) {
            struct source_chain *one = allocate(1, sizeof *one);
            *one = s->chains[i];
            rest.chains[i] = (struct source_chain){0};
            source_free(&(struct source){.chains = rest.chains, .chain_count = rest.chain_count});
            s->chains = one;
            s->chain_count = 1;
            return true;
        }
    struct text names = {0};
    list_names(s, &names);
    printable(shown, sizeof shown, path);
    fail(error, "%s: has no chain '%s'; it has %s", shown, node, text_string(&names));
    text_free(&names);
    return false;
}

bool source_read(struct source *source, const char *path, const struct source_request *request,
                 struct error *error)
{
    const char *node = request->node;
    struct bytes bytes = {.path = path, .inputs = request->inputs};
    char shown[PRINTABLE_PATH];
    *source = (struct source){0};
    printable(shown, sizeof shown, path);
    if (!bytes_read(path, &bytes.at, &bytes.size, error))
        return false;
    const struct reader *reader = reader_of(bytes.at, bytes.size);
    bool good = reader != NULL
                    ? reader->read(source, &bytes, node, error)
                    : fail(error, "%s: is %s, expected a safetensors file, a PyTorch checkpoint, arrays of "
                           "NumPy by name (.npz, pickle) or an ONNX model", shown,
                           file_kind_name(file_kind(bytes.at, bytes.size)));
    free(bytes.at);
    if (good && node != NULL && !reader->composes)
        good = keep(source, path, node, error);
    source->asked = node != NULL;
    if (!good)
        source_free(source);
    return good;
}

const struct source_chain *source_only(const struct source *s, const char *path, struct error *error)
{
    char shown[PRINTABLE_PATH];
    struct text names = {0};
    if (s->chain_count == 1 && (s->asked || s->refused_count == 0))
        return &s->chains[0];
    printable(shown, sizeof shown, path);
    if (s->chain_count == 1) {
        fail(error, "%s: cannot be read as a whole (%s); what can is taken by 'ese import FILE --node %s -o "
             "OTHER.safetensors'", shown, s->refused[0], s->chains[0].name);
        return NULL;
    }
    list_names(s, &names);
    const bool more = s->refused_count > 0;
    fail(error, "%s: has several chains of layers, one is to be taken by 'ese import FILE --node NAME -o "
         "OTHER.safetensors': %s%s%s", shown, text_string(&names), more ? "; not read: " : "",
         more ? s->refused[0] : "");
    text_free(&names);
    return NULL;
}

bool source_pack_file(const char *path, struct text *packed, struct error *error)
{
    struct source source;
    if (!source_read(&source, path, &(struct source_request){0}, error))
        return false;
    const struct source_chain *chain = source_only(&source, path, error);
    const bool good = chain != NULL && source_pack(chain, packed, error);
    source_free(&source);
    return good;
}
