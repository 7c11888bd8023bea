/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/image/mem_image.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A word lies in `stride` limbs of 64 bits, least significant first. */
struct mem_image {
    int width_bits, words;
    size_t stride;
    uint64_t *limbs;
};

enum { LIMB = 64 };

struct mem_image *mem_image_new(int width_bits, int words)
{
    BUG_UNLESS(width_bits > 0 && words >= 0);
    struct mem_image *image = allocate(1, sizeof *image);
    image->width_bits = width_bits;
    image->words = words;
    image->stride = ((size_t)width_bits + LIMB - 1) / LIMB;
    image->limbs = allocate((size_t)words * image->stride, sizeof *image->limbs);
    return image;
}

void mem_image_free(struct mem_image *image)
{
    if (image != NULL)
        free(image->limbs);
    free(image);
}

int mem_image_width(const struct mem_image *image)
{
    return image->width_bits;
}

int mem_image_words(const struct mem_image *image)
{
    return image->words;
}

static uint64_t low_bits(int width)
{
    return width == LIMB ? UINT64_MAX : (UINT64_C(1) << width) - 1;
}

/* The limb in which the field begins. */
static uint64_t *limb_of(const struct mem_image *image, int word, int bit_offset, int width)
{
    BUG_UNLESS(word >= 0 && word < image->words);
    BUG_UNLESS(width >= 1 && width <= LIMB);
    BUG_UNLESS(bit_offset >= 0 && bit_offset <= image->width_bits - width);
    return image->limbs + (size_t)word * image->stride + (size_t)(bit_offset / LIMB);
}

void mem_image_set(struct mem_image *image, int word, int bit_offset, int width, uint64_t value)
{
    uint64_t *limb = limb_of(image, word, bit_offset, width);
    uint64_t mask = low_bits(width);
    BUG_UNLESS((value & ~mask) == 0);
    int shift = bit_offset % LIMB;
    limb[0] = (limb[0] & ~(mask << shift)) | value << shift;
    if (shift + width > LIMB) {
        int done = LIMB - shift;
        limb[1] = (limb[1] & ~(mask >> done)) | value >> done;
    }
}

uint64_t mem_image_get(const struct mem_image *image, int word, int bit_offset, int width)
{
    const uint64_t *limb = limb_of(image, word, bit_offset, width);
    int shift = bit_offset % LIMB;
    uint64_t value = limb[0] >> shift;
    if (shift + width > LIMB)
        value |= limb[1] << (LIMB - shift);
    return value & low_bits(width);
}

static size_t digits_of(int width_bits)
{
    return ((size_t)width_bits + 3) / 4;
}

void mem_image_render(const struct mem_image *image, struct text *text)
{
    size_t digits = digits_of(image->width_bits);
    size_t total = (size_t)image->words * (digits + 1);
    char *at = text_reserve(text, total);
    for (int word = 0; word < image->words; word++) {
        const uint64_t *limbs = image->limbs + (size_t)word * image->stride;
        for (size_t digit = digits; digit-- > 0;)
            *at++ = "0123456789abcdef"[limbs[digit / 16] >> (digit % 16 * 4) & 15];
        *at++ = '\n';
    }
    *at = '\0';
    text->length += total;
}

/* Value of a lower-case hex digit, or -1. */
static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads the line that begins at `line` and is `length` long into a word. */
static bool read_word(struct mem_image *image, int word, const char *line, size_t length,
                      const char *path, struct error *error)
{
    size_t digits = digits_of(image->width_bits);
    if (length != digits)
        return fail(error, "%s:%d: %zu characters, but a word of %d bits has %zu hex digits", path,
                    word + 1, length, image->width_bits, digits);

    uint64_t *limbs = image->limbs + (size_t)word * image->stride;
    for (size_t i = 0; i < digits; i++) {
        size_t digit = digits - 1 - i;
        int value = digit_value(line[i]);
        if (value < 0)
            return fail(error, "%s:%d:%zu: byte 0x%02x is no digit: 0-9 and a-f are", path,
                        word + 1, i + 1, (unsigned)(unsigned char)line[i]);
        limbs[digit / 16] |= (uint64_t)value << (digit % 16 * 4);
    }
    int top_bits = image->width_bits - 4 * ((int)digits - 1);
    if (digit_value(line[0]) >> top_bits != 0)
        return fail(error, "%s:%d: the word does not fit in %d bits", path, word + 1,
                    image->width_bits);
    return true;
}

static bool read_words(struct mem_image *image, const char *path, const struct text *text,
                       struct error *error)
{
    const char *at = text_string(text), *end = at + text->length;
    int word = 0;
    for (; at < end; word++) {
        if (word == image->words)
            return fail(error, "%s:%d: more than %d words", path, word + 1, image->words);
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        if (newline == NULL)
            return fail(error, "%s:%d: the last line does not end in a newline", path, word + 1);
        if (!read_word(image, word, at, (size_t)(newline - at), path, error))
            return false;
        at = newline + 1;
    }
    if (word < image->words)
        return fail(error, "%s:%d: ends after %d of %d words", path, word + 1, word,
                    image->words);
    return true;
}

struct mem_image *mem_image_read(const char *path, int width_bits, int words, struct error *error)
{
    struct text text = {0};
    if (!text_read_file(&text, path, error))
        return NULL;
    struct mem_image *image = mem_image_new(width_bits, words);
    if (!read_words(image, path, &text, error)) {
        mem_image_free(image);
        image = NULL;
    }
    text_free(&text);
    return image;
}
