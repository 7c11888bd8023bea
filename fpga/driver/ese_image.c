/* SPDX-License-Identifier: Apache-2.0
 * ese_image.c - what model.bin says to a host: its header, the vectors of the state, the initial state. */
#include "ese_internal.h"

#include <stdlib.h>
#include <string.h>

uint32_t ese_crc32(uint32_t crc, const void *data, size_t bytes)
{
    const unsigned char *at = data;
    crc = ~crc;
    for (size_t i = 0; i < bytes; i++) {
        crc ^= at[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
    }
    return ~crc;
}

/* ---- the header ------------------------------------------------------------------------------------------- */

static uint64_t round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

/* Bytes of model.bin: its sections come one after the other, each from a multiple of 4 KiB on. */
static uint64_t image_bytes(const struct ese_chip *chip, const uint32_t *words)
{
    uint64_t end = ESE_PAGE;
    end += (uint64_t)words[ESE_IMAGE_PROGRAM_WORDS] * chip->bus_bytes;
    end = round_up(end, ESE_PAGE) + (uint64_t)words[ESE_IMAGE_COLUMN_WORDS] * chip->bus_bytes;
    end = round_up(end, ESE_PAGE) + (uint64_t)words[ESE_IMAGE_CONSTANT_WORDS] * chip->bus_bytes;
    return words[ESE_IMAGE_INITIAL_OFFSET] == 0 ? end
                                                : round_up(end, ESE_PAGE) + chip->model.state_bytes;
}

static bool power_of_two(uint32_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

/* Do the layouts hold what they must? */
static bool layouts_fit(const struct ese_chip *chip)
{
    const struct ese_model *m = &chip->model;
    uint64_t x = (uint64_t)m->x_size * m->xy_word_bytes, y = (uint64_t)m->y_size * m->xy_word_bytes;
    uint64_t state = ((uint64_t)m->cell_words + m->kept_words) * m->state_word_bytes;
    return m->activation_bits >= 1 && m->activation_bits <= 8 * m->element_bytes &&
           m->element_bytes >= 1 && m->element_bytes <= 4 && power_of_two(m->xy_word_bytes) &&
           m->xy_word_bytes >= chip->channels * m->element_bytes && m->x_frame_bytes >= x &&
           m->y_frame_bytes >= y && m->x_frame_bytes % chip->bus_bytes == 0 &&
           m->y_frame_bytes % chip->bus_bytes == 0 && power_of_two(m->state_word_bytes) &&
           m->state_slot_bytes == chip->lanes * m->element_bytes &&
           m->state_word_bytes >= (uint64_t)chip->channels * m->state_slot_bytes &&
           m->state_bytes >= state && m->state_bytes % chip->bus_bytes == 0;
}

/* Is it an image for this chip, and what its writer wrote? */
static int check_header(struct ese_chip *chip, const unsigned char *image, const uint32_t *words)
{
    const size_t host = 4 * ESE_CHIP_HEADER_WORDS;
    if (words[ESE_IMAGE_MAGIC] != ESE_IDENTITY_IMAGE)
        return ese_fail(chip, ESE_FAIL_MODEL, "model.bin is not a model image: it begins with %08x",
                        (unsigned)words[ESE_IMAGE_MAGIC]);
    if (words[ESE_IMAGE_LAYOUT] != ESE_IDENTITY_LAYOUT)
        return ese_fail(chip, ESE_FAIL_MODEL, "model.bin has layout %u, this library knows %d",
                        (unsigned)words[ESE_IMAGE_LAYOUT], ESE_IDENTITY_LAYOUT);
    if (ese_crc32(0, image, 4 * ESE_IMAGE_HEADER_CRC) != words[ESE_IMAGE_HEADER_CRC] ||
        ese_crc32(0, image + host, 4 * ESE_IMAGE_HOST_CRC - host) != words[ESE_IMAGE_HOST_CRC])
        return ese_fail(chip, ESE_FAIL_MODEL, "the header of model.bin is damaged: wrong CRC");
    if (words[ESE_IMAGE_CHIP_HASH] != chip->chip_hash)
        return ese_fail(chip, ESE_FAIL_MODEL,
                        "model.bin was made for a chip with hash %08x, this one has %08x",
                        (unsigned)words[ESE_IMAGE_CHIP_HASH], (unsigned)chip->chip_hash);
    return ESE_OK;
}

static int take_header(struct ese_chip *chip, const uint32_t *words)
{
    struct ese_model *m = &chip->model;
    *m = (struct ese_model){
        .hash = words[ESE_IMAGE_MODEL_HASH],
        .x_size = words[ESE_IMAGE_X_SIZE],
        .y_size = words[ESE_IMAGE_Y_SIZE],
        .cell_words = words[ESE_IMAGE_CELL_WORDS],
        .kept_words = words[ESE_IMAGE_KEPT_WORDS],
        .x_frame_bytes = words[ESE_IMAGE_X_FRAME_BYTES],
        .y_frame_bytes = words[ESE_IMAGE_Y_FRAME_BYTES],
        .xy_word_bytes = words[ESE_IMAGE_XY_WORD_BYTES],
        .element_bytes = words[ESE_IMAGE_ELEMENT_BYTES],
        .state_bytes = words[ESE_IMAGE_STATE_BYTES],
        .state_word_bytes = words[ESE_IMAGE_STATE_WORD_BYTES],
        .state_slot_bytes = words[ESE_IMAGE_STATE_SLOT_BYTES],
        .x_fraction = (int32_t)words[ESE_IMAGE_X_FRACTION],
        .y_fraction = (int32_t)words[ESE_IMAGE_Y_FRACTION],
        .activation_bits = words[ESE_IMAGE_ACTIVATION_BITS],
        .initial_offset = words[ESE_IMAGE_INITIAL_OFFSET],
        .parts = words[ESE_IMAGE_PARTS],
        .part = words[ESE_IMAGE_PART],
        .backward = words[ESE_IMAGE_BACKWARD] != 0,
        .reads = words[ESE_IMAGE_READS],
        .writes = words[ESE_IMAGE_WRITES],
        .writes_from = words[ESE_IMAGE_WRITES_FROM],
        .writes_bytes = words[ESE_IMAGE_WRITES_BYTES],
    };
    if (m->x_size == 0 || m->y_size == 0 || m->x_size > chip->x_most || m->y_size > chip->y_most)
        return ese_fail(chip, ESE_FAIL_MODEL,
                        "the model has x %u, y %u; the chip has room for %u, %u",
                        (unsigned)m->x_size, (unsigned)m->y_size, (unsigned)chip->x_most,
                        (unsigned)chip->y_most);
    if (m->cell_words > chip->cells_most || m->kept_words > chip->kept_most)
        return ese_fail(chip, ESE_FAIL_MODEL,
                        "the model's state has %u and %u words; the chip has room for %u and %u",
                        (unsigned)m->cell_words, (unsigned)m->kept_words, (unsigned)chip->cells_most,
                        (unsigned)chip->kept_most);
    if (!layouts_fit(chip))
        return ese_fail(chip, ESE_FAIL_MODEL, "the layouts in the header of model.bin contradict "
                        "the chip's %u channels, %u lanes and bus of %u bytes", (unsigned)chip->channels,
                        (unsigned)chip->lanes, (unsigned)chip->bus_bytes);
    return ESE_OK;
}

/* ---- the state -------------------------------------------------------------------------------------------- */

/* Does it lie within the state? */
static bool vector_fits(const struct ese_chip *chip, const struct ese_vector *v)
{
    uint64_t words = (uint64_t)chip->model.cell_words + chip->model.kept_words;
    return v->elements > 0 && v->elements <= words * chip->pes && v->first < words &&
           v->first + (uint64_t)ese_element_word(chip, v->elements - 1) < words;
}

static int take_vectors(struct ese_chip *chip, const unsigned char *image, const uint32_t *words)
{
    const uint32_t count = words[ESE_IMAGE_VECTORS];
    const uint64_t begin = words[ESE_IMAGE_VECTORS_OFFSET], bytes = UINT64_C(4) * ESE_VECTOR_WORDS * count;
    if (begin % 4 != 0 || begin < ESE_HEADER_BYTES || begin + bytes > ESE_PAGE)
        return ese_fail(chip, ESE_FAIL_MODEL, "model.bin has a table of %u vectors at byte %u: no place "
                        "for it", (unsigned)count, (unsigned)begin);
    if (ese_crc32(0, image + begin, (size_t)bytes) != words[ESE_IMAGE_VECTORS_CRC])
        return ese_fail(chip, ESE_FAIL_MODEL, "the table of vectors in model.bin is damaged: wrong CRC");
    chip->vectors = calloc(count > 0 ? count : 1, sizeof *chip->vectors);
    if (chip->vectors == NULL)
        return ese_fail(chip, ESE_FAIL_MEMORY, "out of memory");
    chip->vector_count = count;
    for (uint32_t n = 0; n < count; n++) {
        const unsigned char *at = image + begin + (size_t)n * ESE_VECTOR_WORDS * 4;
        struct ese_vector *v = &chip->vectors[n];
        *v = (struct ese_vector){.layer = ese_get32(at + 4 * ESE_VECTOR_LAYER),
                                 .kind = ese_get32(at + 4 * ESE_VECTOR_KIND),
                                 .first = ese_get32(at + 4 * ESE_VECTOR_FIRST),
                                 .elements = ese_get32(at + 4 * ESE_VECTOR_ELEMENTS),
                                 .fraction = (int32_t)ese_get32(at + 4 * ESE_VECTOR_FRACTION)};
        if (!vector_fits(chip, v))
            return ese_fail(chip, ESE_FAIL_MODEL, "vector %u of model.bin does not lie within the state",
                            (unsigned)n);
    }
    return ESE_OK;
}

/* It is there for all channels alike: that of the first is everybody's. */
static int take_initial(struct ese_chip *chip, const unsigned char *image, const uint32_t *words)
{
    const uint64_t begin = words[ESE_IMAGE_INITIAL_OFFSET];
    if (begin == 0)
        return ESE_OK;
    if (ese_crc32(0, image + begin, chip->model.state_bytes) != words[ESE_IMAGE_INITIAL_CRC])
        return ese_fail(chip, ESE_FAIL_MODEL, "the initial state in model.bin is damaged: wrong CRC");
    chip->initial = malloc(ese_state_bytes(chip) + 1);
    if (chip->initial == NULL)
        return ese_fail(chip, ESE_FAIL_MEMORY, "out of memory");
    ese_get_state(chip, image + begin, 0, chip->initial);
    return ESE_OK;
}

/* ---- all -------------------------------------------------------------------------------------------------- */

/* Both files have the lengths of which the header speaks, and the initial state is the end of one. */
static int check_lengths(struct ese_chip *chip, const uint32_t *words, size_t model_bytes,
                         size_t weights_bytes)
{
    uint64_t model_right = image_bytes(chip, words);
    uint64_t weights_right = (uint64_t)words[ESE_IMAGE_WEIGHT_WORDS] * chip->bus_bytes;
    uint64_t initial = words[ESE_IMAGE_INITIAL_OFFSET];
    if (model_bytes != model_right || weights_bytes != weights_right)
        return ese_fail(chip, ESE_FAIL_MODEL, "%s has %zu bytes, the header says %llu",
                        model_bytes != model_right ? "model.bin" : "weights.bin",
                        model_bytes != model_right ? model_bytes : weights_bytes,
                        (unsigned long long)(model_bytes != model_right ? model_right
                                                                       : weights_right));
    if (initial != 0 && initial != model_right - chip->model.state_bytes)
        return ese_fail(chip, ESE_FAIL_MODEL, "model.bin has an initial state at byte %u, not at its end",
                        (unsigned)initial);
    return ESE_OK;
}

int ese_read_image(struct ese_chip *chip, const unsigned char *model, size_t model_bytes,
                   size_t weights_bytes)
{
    uint32_t words[ESE_HEADER_WORDS];
    if (model_bytes < ESE_PAGE)
        return ese_fail(chip, ESE_FAIL_MODEL, "model.bin has %zu bytes: no whole header", model_bytes);
    for (int w = 0; w < ESE_HEADER_WORDS; w++)
        words[w] = ese_get32(model + 4 * w);
    int result = check_header(chip, model, words);
    if (result == ESE_OK)
        result = take_header(chip, words);
    if (result == ESE_OK)
        result = check_lengths(chip, words, model_bytes, weights_bytes);
    if (result == ESE_OK)
        result = take_vectors(chip, model, words);
    if (result == ESE_OK)
        result = take_initial(chip, model, words);
    return result;
}
