/* SPDX-License-Identifier: Apache-2.0
 * fuzz_torch.c - libFuzzer target: any bytes as a PyTorch checkpoint, all tensors fetched, and by way of their
 * names as a network.  Pickles do not have to come in a whole checkpoint: bytes of neither kind are wrapped. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/text.h"
#include "models/file/pickle.h"
#include "models/file/torch.h"
#include "models/source/torch_names.h"

enum { MAGIC = 14 }; /* bytes that tell a stream */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What a stream begins with; then the fuzzer's bytes: the object, the list of keys, the storages. */
static const char preface[] = "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03."
                              "\x80\x02}(X\x0d\x00\x00\x00little_endian\x88u.";

static void check_line(const struct error *error)
{
    BUG_UNLESS(strlen(error->text) > 0 && strpbrk(error->text, "\n\r") == NULL);
}

static bool fetch(const void *context, int tensor, float *out, struct error *error)
{
    const struct torch_file *file = context;
    if (!torch_fetch(file, tensor, out, error))
        return false;
    for (uint64_t i = 0; i < file->tensors[tensor].count; i++)
        BUG_UNLESS(isfinite(out[i]));
    return true;
}

static void fetch_all(const struct torch_file *file)
{
    struct error error = {""};
    for (int i = 0; i < file->count; i++) {
        /* What was accepted lies in the file, but a file can have many tensors of one storage. */
        float *values = allocate((size_t)file->tensors[i].count, sizeof *values);
        if (!fetch(file, i, values, &error))
            check_line(&error);
        free(values);
    }
}

static void read_names(const struct torch_file *file)
{
    struct named_tensors names = {.file = "fuzz", .count = file->count, .context = file, .fetch = fetch};
    struct source source = {0};
    struct error error = {""};
    struct text packed = {0};
    names.at = allocate((size_t)file->count, sizeof *names.at);
    for (int i = 0; i < file->count; i++) {
        const struct torch_tensor *t = &file->tensors[i];
        names.at[i] = (struct named_tensor){t->name, t->type, t->rank, t->shape};
    }
    if (!torch_names_read(&source, &names, NULL, &error) ||
        (source.chain_count == 1 && !source_pack(&source.chains[0], &packed, &error)))
        check_line(&error);
    text_free(&packed);
    source_free(&source);
    free(names.at);
}

static void read_file(const uint8_t *bytes, size_t size)
{
    struct torch_file file;
    struct error error = {""};
    if (!torch_parse(&file, bytes, size, "fuzz", &error)) {
        check_line(&error);
        return;
    }
    fetch_all(&file);
    read_names(&file);
    torch_close(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const bool zip = size > 2 && memcmp(bytes, "PK", 2) == 0;
    const bool whole = zip || (size > MAGIC && memcmp(bytes, preface, MAGIC) == 0);
    struct text wrapped = {0};
    if (!whole)
        text_append_bytes(&wrapped, preface, sizeof preface - 1);
    text_append_bytes(&wrapped, bytes, size);
    read_file((const uint8_t *)wrapped.data, wrapped.length);
    text_free(&wrapped);
    return 0;
}
