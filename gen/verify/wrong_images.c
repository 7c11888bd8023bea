/* SPDX-License-Identifier: Apache-2.0
 * wrong_images.c - model images and descriptors of which something is wrong, and what the chip must say
 * of each. */
#include <stdlib.h>
#include <string.h>

#include "fpga/contract/contract.h"
#include "gen/image/regions.h"
#include "gen/verify/play_parts.h"
#include "models/base/crc32.h"
#include "models/program/derive.h"

/* One more attempt of the phase, which must end with this error. */
static uint32_t add_error(struct stimulus_phase *phase, enum chip_error error)
{
    uint32_t *more = allocate(phase->error_count + 1, sizeof *more);
    if (phase->error_count > 0)
        memcpy(more, phase->errors, phase->error_count * sizeof *more);
    free(phase->errors);
    phase->errors = more;
    phase->errors[phase->error_count] = error;
    return phase->error_count++;
}

static void add_patch(struct stimulus_phase *phase, struct stimulus_patch patch)
{
    struct stimulus_patch *more = allocate(phase->patch_count + 1, sizeof *more);
    if (phase->patch_count > 0)
        memcpy(more, phase->patches, phase->patch_count * sizeof *more);
    free(phase->patches);
    phase->patches = more;
    phase->patches[phase->patch_count++] = patch;
}

static uint32_t word_at(const struct text *bytes, size_t offset)
{
    uint32_t value = 0;
    for (size_t n = 0; n < 4; n++)
        value |= (uint32_t)(unsigned char)bytes->data[offset + n] << 8 * n;
    return value;
}

struct header_word {
    enum model_word word;
    uint32_t value;
};

/* The header with other words, and with the CRC that belongs to them. */
static void add_header_words(struct stimulus_phase *phase, const struct text *model,
                             const struct header_word *words, size_t count, enum chip_error error)
{
    unsigned char header[MODEL_WORD_HEADER_CRC * 4];
    uint32_t attempt = add_error(phase, error);
    memcpy(header, model->data, sizeof header);
    for (size_t w = 0; w < count; w++) {
        uint64_t at = (uint64_t)words[w].word * 4;
        for (size_t n = 0; n < 4; n++)
            header[at + n] = (unsigned char)(words[w].value >> 8 * n);
        add_patch(phase, (struct stimulus_patch){attempt, STIMULUS_MODEL, at, 4, words[w].value});
    }
    add_patch(phase, (struct stimulus_patch){attempt, STIMULUS_MODEL, sizeof header, 4,
                                             crc32_of(0, header, sizeof header)});
}

static void add_header(struct stimulus_phase *phase, const struct text *model, enum model_word word,
                       uint32_t value, enum chip_error error)
{
    add_header_words(phase, model, &(struct header_word){word, value}, 1, error);
}

/* One more of something than the chip has room for, in as many bus words as that takes. */
static void add_too_large(struct maker *mk, struct stimulus_phase *phase, const struct text *model)
{
    const struct derived *chip = &mk->program->chip;
    struct derived d = mk->program->d;
    d.products = chip->products + 1;
    d.passes = chip->passes + 1;
    d.columns = chip->max_columns + 1;
    d.constants = chip->max_constants + 1;
    d.beats = chip->max_beats + 1;
    derive_bus_words(&d);
    const struct header_word counts[][2] = {
        {{MODEL_WORD_COLUMNS, (uint32_t)d.columns}, {MODEL_WORD_COLUMN_WORDS, (uint32_t)d.columns_bus_words}},
        {{MODEL_WORD_CONSTANTS, (uint32_t)d.constants},
         {MODEL_WORD_CONSTANT_WORDS, (uint32_t)d.constants_bus_words}},
        {{MODEL_WORD_BEATS, (uint32_t)d.beats}, {MODEL_WORD_WEIGHT_WORDS, (uint32_t)d.weights_bus_words}},
    };
    for (size_t n = 0; n < sizeof counts / sizeof *counts; n++)
        add_header_words(phase, model, counts[n], 2, CHIP_ERROR_MODEL_SIZE);
    /* Products and passes share a section. */
    for (int more = 0; more < 2; more++) {
        d.products = more == 0 ? chip->products + 1 : mk->program->d.products;
        d.passes = more == 1 ? chip->passes + 1 : mk->program->d.passes;
        derive_bus_words(&d);
        const struct header_word program[] = {{MODEL_WORD_PRODUCTS, (uint32_t)d.products},
                                              {MODEL_WORD_PASSES, (uint32_t)d.passes},
                                              {MODEL_WORD_PROGRAM_WORDS, (uint32_t)d.program_bus_words}};
        add_header_words(phase, model, program, 3, CHIP_ERROR_MODEL_SIZE);
    }
}

static void add_sizes(struct maker *mk, struct stimulus_phase *phase, const struct text *model)
{
    static const enum model_word counts[] = {
        MODEL_WORD_X_SIZE,  MODEL_WORD_Y_SIZE,    MODEL_WORD_PRODUCTS, MODEL_WORD_PASSES,
        MODEL_WORD_COLUMNS, MODEL_WORD_CONSTANTS, MODEL_WORD_BEATS,
    };
    const struct header_word states[] = {
        {MODEL_WORD_CELL_WORDS, (uint32_t)mk->program->chip.cell_words + 1},
        {MODEL_WORD_KEPT_WORDS, (uint32_t)mk->program->chip.kept_words + 1},
        {MODEL_WORD_CELL_WORDS, UINT32_MAX},
        {MODEL_WORD_KEPT_WORDS, UINT32_MAX},
    };
    const struct derived *d = &mk->program->chip;
    for (size_t n = 0; n < sizeof counts / sizeof *counts; n++)
        add_header(phase, model, counts[n], play_below(mk, 2) != 0 ? 0 : UINT32_MAX,
                   CHIP_ERROR_MODEL_SIZE);
    add_header(phase, model, MODEL_WORD_X_SIZE, (uint32_t)d->x_size + 1, CHIP_ERROR_MODEL_SIZE);
    add_header(phase, model, MODEL_WORD_Y_SIZE, (uint32_t)d->y_size + 1, CHIP_ERROR_MODEL_SIZE);
    add_too_large(mk, phase, model);
    for (size_t n = 0; n < sizeof states / sizeof *states; n++)
        add_header(phase, model, states[n].word, states[n].value, CHIP_ERROR_MODEL_SIZE);
    for (int word = MODEL_WORD_PROGRAM_WORDS; word <= MODEL_WORD_WEIGHT_WORDS; word++) {
        uint32_t right = word_at(model, (size_t)word * 4);
        add_header(phase, model, (enum model_word)word, play_below(mk, 2) != 0 ? right + 1 : right - 1,
                   CHIP_ERROR_MODEL_SIZE);
    }
}

/* A piece of memory whose CRC stands in the header. */
struct piece {
    enum stimulus_use use;
    uint64_t offset, bytes;
    enum model_word crc;
};

static void list_pieces(const struct program *p, const struct region *regions,
                        struct piece pieces[SECTION_COUNT + 1])
{
    static const enum model_word crcs[SECTION_COUNT] = {
        MODEL_WORD_PROGRAM_CRC, MODEL_WORD_COLUMN_CRC, MODEL_WORD_CONSTANT_CRC};
    for (int n = 0; n < SECTION_COUNT; n++) {
        struct section section = region_section(p, (enum section_name)n);
        pieces[n] = (struct piece){STIMULUS_MODEL, section.offset, section.bytes, crcs[n]};
    }
    pieces[SECTION_COUNT] = (struct piece){
        STIMULUS_WEIGHTS, 0, regions[REGION_WEIGHTS].bytes.length, MODEL_WORD_WEIGHT_CRC};
}

/* One bit of a piece is wrong. */
static void add_flip(struct maker *mk, struct stimulus_phase *phase, const struct region *regions,
                     const struct piece *piece)
{
    const struct text *bytes =
        &regions[piece->use == STIMULUS_MODEL ? REGION_MODEL : REGION_WEIGHTS].bytes;
    uint64_t offset = piece->offset + 4 * random_below(&mk->random, piece->bytes / 4);
    uint32_t word = word_at(bytes, (size_t)offset) ^ UINT32_C(1) << play_below(mk, 32);
    add_patch(phase, (struct stimulus_patch){add_error(phase, CHIP_ERROR_MODEL_CONTENTS),
                                             piece->use, offset, 4, word});
}

/* A bit of the header, without a CRC that hides it. */
static void add_header_flip(struct maker *mk, struct stimulus_phase *phase,
                            const struct text *model)
{
    uint32_t word = play_below(mk, CHIP_MODEL_WORDS);
    bool magic = word == MODEL_WORD_MAGIC || word == MODEL_WORD_LAYOUT;
    uint32_t attempt =
        add_error(phase, magic ? CHIP_ERROR_MODEL_MAGIC : CHIP_ERROR_MODEL_HEADER);
    uint32_t wrong = word_at(model, (size_t)word * 4) ^ UINT32_C(1) << play_below(mk, 32);
    add_patch(phase, (struct stimulus_patch){attempt, STIMULUS_MODEL, (uint64_t)word * 4, 4, wrong});
}

static void free_regions(struct region regions[REGION_COUNT])
{
    for (int n = 0; n < REGION_COUNT; n++)
        text_free(&regions[n].bytes);
}

void play_wrong_models(struct maker *mk)
{
    struct region regions[REGION_COUNT];
    struct piece pieces[SECTION_COUNT + 1];
    regions_build(mk->program, regions);
    list_pieces(mk->program, regions, pieces);
    const struct text *model = &regions[REGION_MODEL].bytes;
    struct stimulus_phase *headers = play_phase(mk, "headers", 0, 1, 60);
    headers->fault_moment = STIMULUS_AT_LOAD;
    headers->flags = STIMULUS_LOADED_BEFORE;
    add_header(headers, model, MODEL_WORD_MAGIC, (uint32_t)random_next(&mk->random),
               CHIP_ERROR_MODEL_MAGIC);
    add_header(headers, model, MODEL_WORD_LAYOUT, IDENTITY_LAYOUT + 1, CHIP_ERROR_MODEL_MAGIC);
    add_header(headers, model, MODEL_WORD_CHIP_HASH,
               mk->program->chip_hash ^ UINT32_C(1) << play_below(mk, 32), CHIP_ERROR_MODEL_CHIP);
    add_sizes(mk, headers, model);
    add_header_flip(mk, headers, model);

    struct stimulus_phase *contents = play_phase(mk, "contents", 0, 1, 60);
    contents->fault_moment = STIMULUS_AT_LOAD;
    for (int n = 0; n <= SECTION_COUNT; n++) {
        const struct piece *piece = &pieces[n];
        uint32_t crc = word_at(model, (size_t)piece->crc * 4);
        add_flip(mk, contents, regions, piece);
        add_header(contents, model, piece->crc, crc ^ UINT32_C(1) << play_below(mk, 32),
                   CHIP_ERROR_MODEL_CONTENTS);
        /* The file ended early, and something else lies where the rest should be. */
        uint64_t half = piece->bytes / 8 * 4;
        uint32_t attempt = add_error(contents, CHIP_ERROR_MODEL_CONTENTS);
        add_patch(contents, (struct stimulus_patch){attempt, piece->use, piece->offset + half,
                                                    piece->bytes - half,
                                                    (uint32_t)random_next(&mk->random)});
    }
    free_regions(regions);
}

/* A word of a descriptor that the chip does not take. */
struct wrong_word {
    enum descriptor_word word;
    uint32_t value;
};

/* One word of some descriptor is such, with another that makes the chip look at it. */
static void add_descriptor(struct maker *mk, struct stimulus_phase *phase, struct wrong_word wrong,
                           enum descriptor_word enable)
{
    uint32_t attempt = add_error(phase, CHIP_ERROR_DESCRIPTOR);
    uint64_t base = (uint64_t)play_below(mk, phase->descriptor_count) * STIMULUS_DESCRIPTOR_BYTES;
    if (enable != wrong.word)
        add_patch(phase, (struct stimulus_patch){attempt, STIMULUS_DESCRIPTORS,
                                                 base + (uint64_t)enable * 4, 4, 1});
    add_patch(phase, (struct stimulus_patch){attempt, STIMULUS_DESCRIPTORS,
                                             base + (uint64_t)wrong.word * 4, 4, wrong.value});
}

/* Not a multiple of a bus word. */
static uint32_t odd_bytes(struct maker *mk)
{
    const uint32_t bus = (uint32_t)mk->program->d.bus_bits / 8;
    return (uint32_t)random_next(&mk->random) |
           UINT32_C(1) << play_below(mk, (uint64_t)unsigned_bits(bus) - 1);
}

/* An address that is no multiple of a bus word, and one that is too large. */
static void add_addresses(struct maker *mk, struct stimulus_phase *phase, enum descriptor_word word,
                          enum descriptor_word enable)
{
    add_descriptor(mk, phase, (struct wrong_word){word, odd_bytes(mk)}, enable);
    if (mk->program->d.address_bits < 64)
        add_descriptor(mk, phase, (struct wrong_word){word + 1, UINT32_C(1) << 31}, enable);
}

void play_wrong_descriptors(struct maker *mk)
{
    static const enum descriptor_word addresses[][2] = {
        {DESCRIPTOR_WORD_X_ADDRESS, DESCRIPTOR_WORD_X_ADDRESS},
        {DESCRIPTOR_WORD_Y_ADDRESS, DESCRIPTOR_WORD_Y_ADDRESS},
        {DESCRIPTOR_WORD_RESTORE_ADDRESS, DESCRIPTOR_WORD_RESTORE},
        {DESCRIPTOR_WORD_SAVE_ADDRESS, DESCRIPTOR_WORD_FLAGS},
    };
    struct stimulus_phase *phase = play_phase(mk, "descriptors", 0, VERIFY_FEW_FRAMES, 40);
    const struct wrong_word words[] = {
        {DESCRIPTOR_WORD_MAGIC, (uint32_t)random_next(&mk->random)},
        {DESCRIPTOR_WORD_FRAMES, 0},
        {DESCRIPTOR_WORD_X_STRIDE, odd_bytes(mk)},
        {DESCRIPTOR_WORD_Y_STRIDE, odd_bytes(mk)},
    };
    for (size_t n = 0; n < sizeof words / sizeof *words; n++)
        add_descriptor(mk, phase, words[n], words[n].word);
    for (size_t n = 0; n < sizeof addresses / sizeof *addresses; n++)
        add_addresses(mk, phase, addresses[n][0], addresses[n][1]);
}

struct stimulus_phase *play_random_flip(struct maker *mk)
{
    struct region regions[REGION_COUNT];
    struct piece pieces[SECTION_COUNT + 1];
    regions_build(mk->program, regions);
    list_pieces(mk->program, regions, pieces);
    struct stimulus_phase *phase = play_phase(mk, "wrong model", 0, 1, 100);
    phase->fault_moment = STIMULUS_AT_LOAD;
    if (play_below(mk, 3) == 0)
        add_header_flip(mk, phase, &regions[REGION_MODEL].bytes);
    else
        add_flip(mk, phase, regions, &pieces[play_below(mk, SECTION_COUNT + 1)]);
    free_regions(regions);
    return phase;
}
