/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/image/regions.h"
#include "models/base/crc32.h"

#include <string.h>

static size_t bus_bytes(const struct derived *d)
{
    return (size_t)d->bus_bits / 8;
}

struct section region_section(const struct program *p, enum section_name name)
{
    const struct derived *d = &p->d;
    const int bus_words[SECTION_COUNT] = {d->program_bus_words, d->columns_bus_words,
                                          d->constants_bus_words};
    struct section section = {0, MODEL_WORDS * sizeof(uint32_t)};
    for (int n = 0; n <= (int)name; n++) {
        size_t end = section.offset + section.bytes + REGION_ALIGNMENT - 1;
        section.offset = end / REGION_ALIGNMENT * REGION_ALIGNMENT;
        section.bytes = (size_t)bus_words[n] * bus_bytes(d);
    }
    return section;
}

size_t region_size(const struct program *p, enum region_name name)
{
    struct section last = region_section(p, SECTION_COUNT - 1);
    return name == REGION_MODEL ? last.offset + last.bytes
                                : (size_t)p->d.weights_bus_words * bus_bytes(&p->d);
}

/* Room for `size` bytes, all 0. */
static char *zeros(struct text *text, size_t size)
{
    char *bytes = text_reserve(text, size + 1);
    memset(bytes, 0, size + 1);
    text->length += size;
    return bytes;
}

/* Writes an image's words, word_bits apart, from word number `first` on. */
static void put_words(char *bytes, const struct mem_image *image, int word_bits, int first)
{
    int width = mem_image_width(image);
    for (int word = 0; word < mem_image_words(image); word++)
        for (int bit = 0; bit < width; bit += 8) {
            int left = width - bit < 8 ? width - bit : 8;
            size_t at = (size_t)(first + word) * (size_t)word_bits + (size_t)bit;
            bytes[at / 8] = (char)mem_image_get(image, word, bit, left);
        }
}

static void put_number(char *bytes, enum model_word word, uint32_t value)
{
    for (int n = 0; n < 4; n++)
        bytes[(int)word * 4 + n] = (char)(value >> (8 * n) & 0xff);
}

uint32_t region_model_word(const struct text *model, enum model_word word)
{
    uint32_t value = 0;
    for (int n = 0; n < 4; n++)
        value |= (uint32_t)(unsigned char)model->data[(int)word * 4 + n] << (8 * n);
    return value;
}

static void put_sizes(char *header, const struct program *p)
{
    const struct derived *d = &p->d;
    const uint32_t words[][2] = {
        {MODEL_WORD_X_SIZE, (uint32_t)d->x_size},
        {MODEL_WORD_C_SIZE, (uint32_t)d->c_size},
        {MODEL_WORD_Y_SIZE, (uint32_t)d->y_size},
        {MODEL_WORD_PRODUCTS, (uint32_t)d->products},
        {MODEL_WORD_PASSES, (uint32_t)d->passes},
        {MODEL_WORD_COLUMNS, (uint32_t)d->columns},
        {MODEL_WORD_CONSTANTS, (uint32_t)d->constants},
        {MODEL_WORD_BEATS, (uint32_t)d->beats},
        {MODEL_WORD_PROGRAM_WORDS, (uint32_t)d->program_bus_words},
        {MODEL_WORD_COLUMN_WORDS, (uint32_t)d->columns_bus_words},
        {MODEL_WORD_CONSTANT_WORDS, (uint32_t)d->constants_bus_words},
        {MODEL_WORD_WEIGHT_WORDS, (uint32_t)d->weights_bus_words},
        {MODEL_WORD_STATE_WORDS, (uint32_t)(d->cell_words | d->kept_words << 16)},
        {MODEL_WORD_X_FRAME_BYTES, (uint32_t)((size_t)d->x_bus_words * bus_bytes(d))},
        {MODEL_WORD_Y_FRAME_BYTES, (uint32_t)((size_t)d->y_bus_words * bus_bytes(d))},
        {MODEL_WORD_XY_WORD_BYTES, (uint32_t)d->xy_memory_bits / 8},
        {MODEL_WORD_STATE_BYTES, (uint32_t)((size_t)d->state_bus_words * bus_bytes(d))},
        {MODEL_WORD_STATE_WORD_BYTES, (uint32_t)d->state_memory_bits / 8},
        {MODEL_WORD_STATE_SLOT_BYTES, (uint32_t)(d->lanes * d->element_bits) / 8},
        {MODEL_WORD_ELEMENT_BYTES, (uint32_t)d->element_bits / 8},
        {MODEL_WORD_X_FRACTION, (uint32_t)p->quant.vectors[0].fraction},
        {MODEL_WORD_Y_FRACTION, (uint32_t)quantized_output(&p->quant)->fraction},
        {MODEL_WORD_ACTIVATION_BITS, (uint32_t)d->activation_bits},
    };
    for (size_t n = 0; n < sizeof words / sizeof *words; n++)
        put_number(header, (enum model_word)words[n][0], words[n][1]);
}

/* The header, once the sections are there. */
static void put_header(char *model, const struct program *p, uint32_t weights_crc)
{
    static const enum model_word crcs[SECTION_COUNT] = {
        MODEL_WORD_PROGRAM_CRC, MODEL_WORD_COLUMN_CRC, MODEL_WORD_CONSTANT_CRC};
    put_number(model, MODEL_WORD_MAGIC, IDENTITY_IMAGE);
    put_number(model, MODEL_WORD_LAYOUT, IDENTITY_LAYOUT);
    put_number(model, MODEL_WORD_CHIP_HASH, p->chip_hash);
    put_number(model, MODEL_WORD_MODEL_HASH, p->config_hash);
    put_sizes(model, p);
    for (int n = 0; n < SECTION_COUNT; n++) {
        struct section s = region_section(p, (enum section_name)n);
        put_number(model, crcs[n], crc32_of(0, model + s.offset, s.bytes));
    }
    put_number(model, MODEL_WORD_WEIGHT_CRC, weights_crc);
    put_number(model, MODEL_WORD_HEADER_CRC, crc32_of(0, model, MODEL_WORD_HEADER_CRC * 4));
}

enum region_name region_of_image(int image)
{
    return image == IMAGE_WEIGHTS ? REGION_WEIGHTS : REGION_MODEL;
}

void regions_of_images(const struct program *p, const struct named_image *images,
                       struct region regions[REGION_COUNT])
{
    const struct derived *d = &p->d;
    struct section section[SECTION_COUNT];
    for (int n = 0; n < SECTION_COUNT; n++)
        section[n] = region_section(p, (enum section_name)n);
    regions[REGION_WEIGHTS] =
        (struct region){.file = "weights.bin", .port = p->config.memory_ports > 1 ? 0 : 1};
    regions[REGION_MODEL] = (struct region){.file = "model.bin", .port = 1};
    struct text *weights = &regions[REGION_WEIGHTS].bytes;
    put_words(zeros(weights, region_size(p, REGION_WEIGHTS)),
              images[IMAGE_WEIGHTS].image, d->weights_memory_bits, 0);

    char *model = zeros(&regions[REGION_MODEL].bytes, region_size(p, REGION_MODEL));
    char *program = model + section[SECTION_PROGRAM].offset;
    put_words(program, images[IMAGE_PRODUCTS].image, d->program_memory_bits, 0);
    put_words(program, images[IMAGE_PASSES].image, d->program_memory_bits, d->products);
    put_words(model + section[SECTION_COLUMNS].offset, images[IMAGE_COLUMNS].image,
              d->columns_memory_bits, 0);
    put_words(model + section[SECTION_CONSTANTS].offset, images[IMAGE_CONSTANTS].image,
              d->constants_memory_bits, 0);
    put_header(model, p, crc32_of(0, weights->data, weights->length));
}

void regions_build(const struct program *p, struct region regions[REGION_COUNT])
{
    struct named_image images[IMAGE_COUNT];
    images_build(p, images);
    regions_of_images(p, images, regions);
    for (int n = 0; n < IMAGE_COUNT; n++)
        mem_image_free(images[n].image);
}
