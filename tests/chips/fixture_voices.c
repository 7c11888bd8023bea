/* SPDX-License-Identifier: Apache-2.0
 * fixture_voices FILE OUT - the x of a fixture (tests/fixtures) and what the framework made of it, as voices
 * for a chip: OUT/voice.npy and OUT/voice.y.npy, float32 [frames, elements]. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "models/file/npy.h"
#include "models/file/safetensors.h"

static bool copy(const struct safetensors *file, const char *name, const char *path,
                 struct error *error)
{
    const struct tensor *tensor = safetensors_find(file, name);
    if (tensor == NULL || tensor->rank != 2)
        return fail(error, "there is no matrix %s in it", name);
    float *values = allocate((size_t)tensor->shape[0] * (size_t)tensor->shape[1], sizeof *values);
    const bool ok = safetensors_fetch(file, name, 2, tensor->shape, values, error) &&
                    npy_write_floats(path, 2, tensor->shape, values, error);
    free(values);
    return ok;
}

int main(int argc, char **argv)
{
    struct safetensors file;
    struct error error;
    char x[4096], y[4096];
    if (argc != 3) {
        fputs("usage: fixture_voices FILE OUT\n", stderr);
        return 2;
    }
    mkdir(argv[2], 0777);
    snprintf(x, sizeof x, "%s/voice.npy", argv[2]);
    snprintf(y, sizeof y, "%s/voice.y.npy", argv[2]);
    if (!safetensors_open(&file, argv[1], &error) || !copy(&file, "x", x, &error) ||
        !copy(&file, "y", y, &error)) {
        fprintf(stderr, "fixture_voices: %s\n", error.text);
        return 1;
    }
    safetensors_close(&file);
    return 0;
}
