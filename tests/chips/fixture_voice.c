/* SPDX-License-Identifier: Apache-2.0
 * fixture_voice FILE.safetensors X.npy Y.npy - the input of a fixture of tests/fixtures, and what the framework
 * that it came from made of it, as files of their own. */
#include <stdio.h>
#include <stdlib.h>

#include "models/file/npy.h"
#include "models/file/safetensors.h"
#include "models/network/matrix.h"

static bool copy(const struct safetensors *file, const char *name, const char *path, struct error *error)
{
    const struct tensor *tensor = safetensors_find(file, name);
    if (tensor == NULL || tensor->rank != 2)
        return fail(error, "there is no %s [frames, elements]", name);
    struct matrix values = matrix_new(tensor->shape[0], tensor->shape[1]);
    const bool ok = safetensors_fetch(file, name, 2, tensor->shape, values.at, error) &&
                    npy_write_floats(path, 2, tensor->shape, values.at, error);
    free(values.at);
    return ok;
}

int main(int argc, char **argv)
{
    struct safetensors file;
    struct error error;
    if (argc != 4) {
        fputs("usage: fixture_voice FILE.safetensors X.npy Y.npy\n", stderr);
        return 2;
    }
    if (!safetensors_open(&file, argv[1], &error)) {
        fprintf(stderr, "fixture_voice: %s\n", error.text);
        return 1;
    }
    const bool ok = copy(&file, "x", argv[2], &error) && copy(&file, "y", argv[3], &error);
    safetensors_close(&file);
    if (!ok)
        fprintf(stderr, "fixture_voice: %s: %s\n", argv[1], error.text);
    return ok ? 0 : 1;
}
