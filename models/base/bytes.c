/* SPDX-License-Identifier: Apache-2.0
 * bytes.c - what the readers of binary files share. */
#include "models/base/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Twice the largest layer (nine matrices of 4096 x 4096) in single precision, rounded up. */
static const int64_t LARGEST_FILE = INT64_C(2) << 30;

void printable(char *out, size_t size, const char *text)
{
    static const char mark[] = "...";
    size_t length = strlen(text);
    bool cut = length >= size;
    if (cut) {
        length = size - sizeof mark;
        /* Not in the middle of a UTF-8 sequence. */
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
            length--;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        out[i] = c < 0x20 || c == 0x7f ? '?' : (char)c;
    }
    memcpy(out + length, cut ? mark : "", cut ? sizeof mark : 1);
}

static bool read_all(int file, const char *name, unsigned char **bytes, size_t *size,
                     struct error *error)
{
    struct stat status;
    if (fstat(file, &status) != 0)
        return fail(error, "%s: cannot be read: %s", name, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return fail(error, "%s: is not a regular file", name);
    if (status.st_size > LARGEST_FILE)
        return fail(error, "%s: is %lld bytes long, at most %lld are allowed", name,
                    (long long)status.st_size, (long long)LARGEST_FILE);

    size_t length = (size_t)status.st_size;
    unsigned char *block = allocate(length, 1);
    for (size_t done = 0; done < length;) {
        ssize_t got = read(file, block + done, length - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            free(block);
            return fail(error, "%s: cannot be read: %s", name,
                        got < 0 ? strerror(errno) : "it shrank meanwhile");
        }
        done += (size_t)got;
    }
    *bytes = block;
    *size = length;
    return true;
}

bool bytes_read(const char *path, unsigned char **bytes, size_t *size, struct error *error)
{
    char name[PRINTABLE_PATH];
    printable(name, sizeof name, path);

    /* Without O_NONBLOCK a pipe would keep us waiting instead of being refused. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return fail(error, "%s: cannot be read: %s", name, strerror(errno));
    bool read_well = read_all(file, name, bytes, size, error);
    close(file);
    return read_well;
}

uint16_t load_u16(const unsigned char *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

uint32_t load_u32(const unsigned char *at)
{
    return load_u16(at) | (uint32_t)load_u16(at + 2) << 16;
}

uint64_t load_u64(const unsigned char *at)
{
    return load_u32(at) | (uint64_t)load_u32(at + 4) << 32;
}

void store_u16(unsigned char *at, uint16_t value)
{
    at[0] = (unsigned char)(value & 0xff);
    at[1] = (unsigned char)(value >> 8);
}

void store_u32(unsigned char *at, uint32_t value)
{
    store_u16(at, (uint16_t)(value & 0xffff));
    store_u16(at + 2, (uint16_t)(value >> 16));
}

float float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

uint32_t bits_of_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

double double_of_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

float float_of_half(uint16_t bits)
{
    uint32_t sign = (uint32_t)(bits & 0x8000) << 16;
    uint32_t exponent = bits >> 10 & 0x1f;
    uint32_t fraction = bits & 0x3ff;

    if (exponent == 0x1f) /* infinity, NaN */
        return float_of_bits(sign | 0x7f800000u | fraction << 13);
    if (exponent != 0)
        return float_of_bits(sign | (exponent + 112) << 23 | fraction << 13);
    float size = (float)fraction * 0x1p-24f; /* zero and subnormals, exact */
    return sign ? -size : size;
}

float float_of_bfloat(uint16_t bits)
{
    return float_of_bits((uint32_t)bits << 16);
}

float float_of_double(double value)
{
    /* Left to the conversion, too large a value would be undefined behaviour. */
    if (fabs(value) > (double)FLT_MAX)
        return value > 0 ? INFINITY : -INFINITY;
    return (float)value;
}

bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}
