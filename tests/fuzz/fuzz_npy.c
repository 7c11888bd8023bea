/* SPDX-License-Identifier: Apache-2.0
 * fuzz_npy.c - libFuzzer target: any bytes as a .npy file, its elements taken both ways. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "models/file/npy.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_line(const struct error *error)
{
    BUG_UNLESS(strlen(error->text) > 0 && strpbrk(error->text, "\n\r") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct npy array;
    struct error error = {""};
    if (!npy_parse(&array, bytes, size, "fuzz", &error)) {
        check_line(&error);
        return 0;
    }
    BUG_UNLESS(array.count <= size); /* no element without bytes of its own */
    float *floats = allocate((size_t)array.count, sizeof *floats);
    int32_t *ints = allocate((size_t)array.count, sizeof *ints);
    if (npy_floats(&array, floats, &error)) {
        for (uint64_t i = 0; i < array.count; i++)
            BUG_UNLESS(isfinite(floats[i]));
    } else {
        check_line(&error);
    }
    if (!npy_ints(&array, ints, &error))
        check_line(&error);
    free(floats);
    free(ints);
    npy_close(&array);
    return 0;
}
