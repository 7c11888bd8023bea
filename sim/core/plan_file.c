/* SPDX-License-Identifier: Apache-2.0 */
#include "plan_file.h"

#include <stdarg.h>
#include <stdlib.h>

#include "harness.h"

bool refuse(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(harness.reason, sizeof harness.reason, format, args);
    va_end(args);
    return false;
}

void *zeros(uint64_t count, size_t size)
{
    void *block = count < SIZE_MAX / 16 / size ? calloc(count ? (size_t)count : 1, size) : NULL;
    if (block == NULL) {
        fprintf(stderr, "harness: out of memory\n");
        exit(1);
    }
    return block;
}

unsigned char *slurp(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    size_t room = 1 << 16;
    unsigned char *data = zeros(room, 1);
    *size = 0;
    for (size_t got; (got = fread(data + *size, 1, room - *size, file)) > 0;) {
        *size += got;
        if (*size == room) {
            room *= 2;
            unsigned char *more = realloc(data, room);
            if (more == NULL) {
                fprintf(stderr, "harness: out of memory\n");
                exit(1);
            }
            data = more;
        }
    }
    bool bad = ferror(file);
    fclose(file);
    if (bad) {
        free(data);
        return NULL;
    }
    return data;
}

unsigned char *read_whole(const char *name, uint64_t bytes, uint32_t crc)
{
    size_t size = 0;
    unsigned char *data = slurp(name, &size);
    uint32_t got = data != NULL ? stimulus_crc32(0, data, size) : 0;
    if (data != NULL && size == bytes && got == crc)
        return data;
    if (data == NULL)
        refuse("memory image %s is missing", name);
    else if (size != bytes)
        refuse("memory image %s has %llu bytes, should have %llu", name, (unsigned long long)size,
               (unsigned long long)bytes);
    else
        refuse("memory image %s has been changed: CRC %08x, should be %08x", name, got, crc);
    free(data);
    return NULL;
}
