/* SPDX-License-Identifier: Apache-2.0
 * fuzz_numpy.c - libFuzzer target: any bytes as arrays of NumPy, all of them fetched, and by way of their
 * names as a network. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/text.h"
#include "models/file/numpy.h"
#include "models/source/torch_names.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_line(const char *text)
{
    BUG_UNLESS(strlen(text) > 0 && strpbrk(text, "\n\r") == NULL);
}

static bool fetch(const void *context, int tensor, float *out, struct error *error)
{
    const struct npy *values = &((const struct numpy_file *)context)->arrays[tensor].values;
    if (!npy_floats(values, out, error))
        return false;
    for (uint64_t i = 0; i < values->count; i++)
        BUG_UNLESS(isfinite(out[i]));
    return true;
}

static void fetch_all(const struct numpy_file *file, size_t size)
{
    struct error error = {""};
    for (int i = 0; i < file->count; i++) {
        const struct npy *array = &file->arrays[i].values;
        BUG_UNLESS(array->count <= (uint64_t)size * NUMPY_GROWTH); /* none without bytes of its own */
        float *values = allocate((size_t)array->count, sizeof *values);
        if (!fetch(file, i, values, &error))
            check_line(error.text);
        free(values);
    }
}

static void read_names(const struct numpy_file *file)
{
    struct named_tensors names = {.file = "fuzz", .count = file->count, .context = file, .fetch = fetch};
    struct source source = {0};
    struct error error = {""};
    struct text packed = {0};
    names.at = allocate((size_t)file->count, sizeof *names.at);
    for (int i = 0; i < file->count; i++) {
        const struct npy *values = &file->arrays[i].values;
        names.at[i] = (struct named_tensor){file->arrays[i].name, values->descr, values->rank, values->shape};
    }
    if (!torch_names_read(&source, &names, NULL, &error) ||
        (source.chain_count == 1 && !source_pack(&source.chains[0], &packed, &error)))
        check_line(error.text);
    for (int i = 0; i < source.note_count; i++)
        check_line(source.notes[i]);
    text_free(&packed);
    source_free(&source);
    free(names.at);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct numpy_file file;
    struct error error = {""};
    if (!numpy_parse(&file, bytes, size, "fuzz", &error)) {
        check_line(error.text);
        return 0;
    }
    fetch_all(&file, size);
    read_names(&file);
    numpy_close(&file);
    return 0;
}
