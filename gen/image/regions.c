/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/image/regions.h"
#include "models/base/crc32.h"
#include "models/number/golden.h"
#include "models/program/derive.h"
#include "models/program/path.h"
#include "models/program/places.h"

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

size_t region_state_bytes(const struct program *p)
{
    return (size_t)p->d.state_bus_words * bus_bytes(&p->d);
}

struct section region_initial(const struct program *p)
{
    struct section last = region_section(p, SECTION_COUNT - 1);
    size_t end = last.offset + last.bytes + REGION_ALIGNMENT - 1;
    return (struct section){end / REGION_ALIGNMENT * REGION_ALIGNMENT,
                            network_begins_with_zeros(&p->network) ? 0 : region_state_bytes(p)};
}

size_t region_size(const struct program *p, enum region_name name)
{
    struct section last = region_section(p, SECTION_COUNT - 1), initial = region_initial(p);
    if (name == REGION_WEIGHTS)
        return (size_t)p->d.weights_bus_words * bus_bytes(&p->d);
    return initial.bytes != 0 ? initial.offset + initial.bytes : last.offset + last.bytes;
}

int64_t region_bytes(const struct program *p, enum region_name region)
{
    int64_t bytes = 0;
    if (p->part_count == 0)
        return (int64_t)region_size(p, region);
    for (int n = 0; n < p->part_count; n++)
        bytes += (int64_t)region_size(&p->parts[n].program, region);
    return bytes;
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

/* The lower bytes of a value. */
static void put_value(char *bytes, uint32_t value, int count)
{
    for (int n = 0; n < count; n++)
        bytes[n] = (char)(value >> (8 * n) & 0xff);
}

static void put_number(char *bytes, enum model_word word, uint32_t value)
{
    put_value(bytes + (int)word * 4, value, 4);
}

uint32_t region_model_word(const struct text *model, enum model_word word)
{
    uint32_t value = 0;
    for (int n = 0; n < 4; n++)
        value |= (uint32_t)(unsigned char)model->data[(int)word * 4 + n] << (8 * n);
    return value;
}

struct header_number {
    enum model_word word;
    int64_t value;
};

static void put_numbers(char *header, const struct header_number *list, size_t count)
{
    for (size_t n = 0; n < count; n++)
        put_number(header, list[n].word, (uint32_t)list[n].value);
}

static void put_sizes(char *header, const struct program *p)
{
    const struct derived *d = &p->d;
    const struct header_number words[] = {
        {MODEL_WORD_X_SIZE, d->x_size},
        {MODEL_WORD_Y_SIZE, d->y_size},
        {MODEL_WORD_CELL_WORDS, d->cell_words},
        {MODEL_WORD_KEPT_WORDS, d->kept_words},
        {MODEL_WORD_PRODUCTS, d->products},
        {MODEL_WORD_PASSES, d->passes},
        {MODEL_WORD_COLUMNS, d->columns},
        {MODEL_WORD_CONSTANTS, d->constants},
        {MODEL_WORD_BEATS, d->beats},
        {MODEL_WORD_PROGRAM_WORDS, d->program_bus_words},
        {MODEL_WORD_COLUMN_WORDS, d->columns_bus_words},
        {MODEL_WORD_CONSTANT_WORDS, d->constants_bus_words},
        {MODEL_WORD_WEIGHT_WORDS, d->weights_bus_words},
    };
    put_numbers(header, words, sizeof words / sizeof *words);
}

/* ---- what is for the host --------------------------------------------------------------------- */

static void put_layouts(char *header, const struct program *p)
{
    const struct derived *d = &p->d;
    const int64_t bus = (int64_t)bus_bytes(d);
    const struct header_number words[] = {
        {MODEL_WORD_X_FRAME_BYTES, d->x_bus_words * bus},
        {MODEL_WORD_Y_FRAME_BYTES, d->y_bus_words * bus},
        {MODEL_WORD_XY_WORD_BYTES, d->xy_memory_bits / 8},
        {MODEL_WORD_STATE_BYTES, (int64_t)region_state_bytes(p)},
        {MODEL_WORD_STATE_WORD_BYTES, d->state_memory_bits / 8},
        {MODEL_WORD_STATE_SLOT_BYTES, d->lanes * d->element_bits / 8},
        {MODEL_WORD_ELEMENT_BYTES, d->element_bits / 8},
        {MODEL_WORD_X_FRACTION, p->quant.vectors[0].fraction},
        {MODEL_WORD_Y_FRACTION, quantized_output(&p->quant)->fraction},
        {MODEL_WORD_ACTIVATION_BITS, d->activation_bits},
    };
    put_numbers(header, words, sizeof words / sizeof *words);
}

/* Of a part of a network. */
static void put_tapes(char *header, const struct program *p)
{
    const struct tape_use *t = &p->tapes;
    const int64_t word = p->d.xy_memory_bits / 8, bus = (int64_t)bus_bytes(&p->d);
    const struct header_number words[] = {
        {MODEL_WORD_PARTS, t->parts},
        {MODEL_WORD_PART, t->part},
        {MODEL_WORD_BACKWARD, t->backward},
        {MODEL_WORD_READS, t->reads},
        {MODEL_WORD_WRITES, t->writes},
        {MODEL_WORD_WRITES_FROM, t->at * word},
        {MODEL_WORD_WRITES_BYTES, (t->row * word + bus - 1) / bus * bus},
    };
    put_numbers(header, words, sizeof words / sizeof *words);
}

/* The table of the state's vectors. */
static void put_vectors(char *model, const struct program *p)
{
    int list[VECTORS_MOST];
    const int count = places_state(p, list);
    const size_t bytes = (size_t)count * VECTOR_WORDS * 4;
    BUG_UNLESS(VECTORS_OFFSET + bytes <= REGION_ALIGNMENT);
    for (int n = 0; n < count; n++) {
        const struct network_vector *v = &p->network.vectors[list[n]];
        const struct { enum vector_word word; int value; } words[] = {
            {VECTOR_WORD_LAYER, p->network.layers[v->layer].number},
            {VECTOR_WORD_KIND, p->places[list[n]].store == STORE_KEPT ? VECTOR_KIND_OUTPUT : VECTOR_KIND_CELL},
            {VECTOR_WORD_FIRST, places_state_word(p, list[n])},
            {VECTOR_WORD_ELEMENTS, v->size},
            {VECTOR_WORD_FRACTION, p->quant.vectors[list[n]].fraction},
        };
        char *entry = model + VECTORS_OFFSET + (size_t)n * VECTOR_WORDS * 4;
        for (size_t w = 0; w < sizeof words / sizeof *words; w++)
            put_value(entry + (size_t)words[w].word * 4, (uint32_t)words[w].value, 4);
    }
    put_number(model, MODEL_WORD_VECTORS, (uint32_t)count);
    put_number(model, MODEL_WORD_VECTORS_OFFSET, VECTORS_OFFSET);
    put_number(model, MODEL_WORD_VECTORS_CRC, crc32_of(0, model + VECTORS_OFFSET, bytes));
}

/* One vector of it, in all channels alike. */
static void put_initial_vector(char *state, const struct derived *d, int first,
                               const int32_t *values, int count)
{
    const size_t element = (size_t)d->element_bits / 8, word = (size_t)d->state_memory_bits / 8;
    for (int e = 0; e < count; e++)
        for (int c = 0; c < d->channels; c++)
            put_value(state + (size_t)(first + element_word(d, e)) * word +
                          (size_t)(c * d->lanes + element_lane(d, e)) * element,
                      (uint32_t)values[e], (int)element);
}

static void put_initial(char *model, const struct program *p)
{
    const struct section section = region_initial(p);
    int list[VECTORS_MOST];
    if (section.bytes == 0)
        return;
    struct golden_state begin = golden_start(&p->quant);
    for (int count = places_state(p, list), n = 0; n < count; n++)
        put_initial_vector(model + section.offset, &p->d, places_state_word(p, list[n]),
                           begin.at[list[n]], p->network.vectors[list[n]].size);
    golden_end(&begin);
    put_number(model, MODEL_WORD_INITIAL_OFFSET, (uint32_t)section.offset);
    put_number(model, MODEL_WORD_INITIAL_CRC, crc32_of(0, model + section.offset, section.bytes));
}

static void put_host(char *model, const struct program *p)
{
    put_layouts(model, p);
    put_tapes(model, p);
    put_vectors(model, p);
    put_initial(model, p);
    put_number(model, MODEL_WORD_HOST_CRC,
               crc32_of(0, model + CHIP_MODEL_WORDS * 4,
                        (MODEL_WORD_HOST_CRC - CHIP_MODEL_WORDS) * 4));
}

/* ---- all -------------------------------------------------------------------------------------- */

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
    put_host(model, p);
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
