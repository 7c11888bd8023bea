/* SPDX-License-Identifier: Apache-2.0
 * mem_image.h - the content of a memory, as $readmemh() reads it.
 *
 * The text has one word per line, word 0 first, each with the same number of lower-case hex
 * digits, most significant first, and nothing else. */
#ifndef ESE_MEM_IMAGE_H
#define ESE_MEM_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "models/base/error.h"
#include "models/base/text.h"

struct mem_image;

/* An image of `words` words (0 is allowed) of `width_bits` bits (at least 1), all zero. */
struct mem_image *mem_image_new(int width_bits, int words);
void mem_image_free(struct mem_image *image);

int mem_image_width(const struct mem_image *image);
int mem_image_words(const struct mem_image *image);

/* Writes `value`, which fits in `width` (1..64) bits, to bits bit_offset + width - 1 .. bit_offset
 * of a word; bit 0 is the least significant.  Signed values are masked by the caller. */
void mem_image_set(struct mem_image *image, int word, int bit_offset, int width, uint64_t value);
uint64_t mem_image_get(const struct mem_image *image, int word, int bit_offset, int width);

/* Appends the text of the image. */
void mem_image_render(const struct mem_image *image, struct text *text);

/* Reads such a text back; NULL and a message with file and line for anything but exactly
 * `words` lines as mem_image_render() writes them. */
struct mem_image *mem_image_read(const char *path, int width_bits, int words, struct error *error);

#endif
