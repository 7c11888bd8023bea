/* SPDX-License-Identifier: Apache-2.0
 * fuzz_safetensors.c - libFuzzer target: any bytes as a safetensors file, every tensor fetched. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "models/file/safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_line(const struct error *error)
{
    BUG_UNLESS(strlen(error->text) > 0 && strpbrk(error->text, "\n\r") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct safetensors file;
    struct error error = {""};
    if (!safetensors_parse(&file, bytes, size, "fuzz", &error)) {
        check_line(&error);
        return 0;
    }
    for (int i = 0; i < file.count; i++) {
        const struct tensor *tensor = &file.tensors[i];
        /* What was accepted lies in the file, so this is no more than four times its size. */
        float *values = allocate((size_t)tensor->count, sizeof *values);
        if (safetensors_fetch(&file, tensor->name, tensor->rank, tensor->shape, values, &error)) {
            for (uint64_t k = 0; k < tensor->count; k++)
                BUG_UNLESS(isfinite(values[k]));
        } else {
            check_line(&error);
        }
        free(values);
    }
    safetensors_close(&file);
    return 0;
}
