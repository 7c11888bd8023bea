/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/regions.h"

#include <string.h>

static struct text region_bytes(const struct mem_image *image, int word_bits, int bus_words,
                                int bus_bits)
{
    struct text text = {0};
    size_t size = (size_t)bus_words * (size_t)(bus_bits / 8);
    char *bytes = text_reserve(&text, size + 1);
    memset(bytes, 0, size + 1);
    int width = mem_image_width(image);
    for (int word = 0; word < mem_image_words(image); word++)
        for (int bit = 0; bit < width; bit += 8) {
            int left = width - bit < 8 ? width - bit : 8;
            bytes[((size_t)word * (size_t)word_bits + (size_t)bit) / 8] =
                (char)mem_image_get(image, word, bit, left);
        }
    text.length = size;
    return text;
}

void regions_of_images(const struct program *p, const struct named_image *images,
                       struct region regions[REGION_COUNT])
{
    const struct derived *d = &p->d;
    const int word_bits[REGION_COUNT] = {d->weights_memory_bits, d->columns_memory_bits,
                                         d->constants_memory_bits};
    const int bus_words[REGION_COUNT] = {d->weights_bus_words, d->columns_bus_words,
                                         d->constants_bus_words};
    static const char *const files[REGION_COUNT] = {"weights.bin", "columns.bin", "constants.bin"};
    for (int n = 0; n < REGION_COUNT; n++)
        regions[n] = (struct region){
            files[n], n == REGION_WEIGHTS && p->config.memory_ports > 1 ? 0 : 1,
            region_bytes(images[n].image, word_bits[n], bus_words[n], d->bus_bits)};
}

void regions_build(const struct program *p, struct region regions[REGION_COUNT])
{
    struct named_image images[IMAGE_COUNT];
    images_build(p, images);
    regions_of_images(p, images, regions);
    for (int n = 0; n < IMAGE_COUNT; n++)
        mem_image_free(images[n].image);
}
