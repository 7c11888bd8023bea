/* SPDX-License-Identifier: Apache-2.0
 * test_play_models.c - wrong model images and descriptors of a play, looked at by a loader and a
 * queue written from the documents: each must be refused, with the code that is expected. */
#include <zlib.h>

#include "gen/emit/registers.h"
#include "gen/image/regions.h"
#include "models/base/bytes.h"
#include "tests/unit/play_walk.h"

struct staged {
    struct program program;
    struct play play;
    struct region regions[REGION_COUNT]; /* as they should be */
};

static void stage(struct staged *s, const struct config *config, uint64_t seed)
{
    build(&s->program, config);
    regions_build(&s->program, s->regions);
    play_build(&s->play, &s->program, VERIFY_FRAMES_LEAST, seed, false);
}

static void leave(struct staged *s)
{
    for (int n = 0; n < REGION_COUNT; n++)
        text_free(&s->regions[n].bytes);
    play_free(&s->play);
    program_free(&s->program);
}

/* ---- the loader ------------------------------------------------------------------------------ */

static uint32_t word(const unsigned char *model, enum model_word at)
{
    return load_u32(model + 4 * at);
}

static uint32_t crc_of(const unsigned char *bytes, size_t size)
{
    return (uint32_t)crc32(0, bytes, (uInt)size);
}

/* Bus words of so many words of a power of two of bits each. */
static uint32_t bus_words(const struct derived *d, uint64_t count, int bits)
{
    return (uint32_t)((count * (uint64_t)bits + (uint64_t)d->bus_bits - 1) / (uint64_t)d->bus_bits);
}

static bool in_range(uint32_t value, int most)
{
    return value >= 1 && value <= (uint32_t)most;
}

/* Counts that the chip has room for, sections as long as those take, states of the chip's size at
 * most. */
static bool sizes_fit(const struct program *p, const unsigned char *m)
{
    const struct derived *chip = &p->chip;
    uint64_t programs = (uint64_t)word(m, MODEL_WORD_PRODUCTS) + word(m, MODEL_WORD_PASSES);
    return in_range(word(m, MODEL_WORD_X_SIZE), chip->x_size) &&
           in_range(word(m, MODEL_WORD_Y_SIZE), chip->y_size) &&
           in_range(word(m, MODEL_WORD_PRODUCTS), chip->products) &&
           in_range(word(m, MODEL_WORD_PASSES), chip->passes) &&
           in_range(word(m, MODEL_WORD_COLUMNS), chip->max_columns) &&
           in_range(word(m, MODEL_WORD_CONSTANTS), chip->max_constants) &&
           in_range(word(m, MODEL_WORD_BEATS), chip->max_beats) &&
           word(m, MODEL_WORD_CELL_WORDS) <= (uint32_t)chip->cell_words &&
           word(m, MODEL_WORD_KEPT_WORDS) <= (uint32_t)chip->kept_words &&
           word(m, MODEL_WORD_PROGRAM_WORDS) ==
               bus_words(chip, programs, chip->program_memory_bits) &&
           word(m, MODEL_WORD_COLUMN_WORDS) ==
               bus_words(chip, word(m, MODEL_WORD_COLUMNS), chip->columns_memory_bits) &&
           word(m, MODEL_WORD_CONSTANT_WORDS) ==
               bus_words(chip, word(m, MODEL_WORD_CONSTANTS), chip->constants_memory_bits) &&
           word(m, MODEL_WORD_WEIGHT_WORDS) ==
               bus_words(chip, word(m, MODEL_WORD_BEATS), chip->weights_memory_bits);
}

static bool contents_right(const struct program *p, const unsigned char *model, size_t size,
                           const unsigned char *weights, size_t weights_size)
{
    size_t bus = (size_t)p->chip.bus_bits / 8, at = REGION_ALIGNMENT;
    bool right = crc_of(weights, weights_size) == word(model, MODEL_WORD_WEIGHT_CRC);
    assert_int_equal(word(model, MODEL_WORD_WEIGHT_WORDS) * bus, weights_size);
    for (int n = 0; n < SECTION_COUNT; n++) {
        size_t bytes = word(model, (enum model_word)(MODEL_WORD_PROGRAM_WORDS + n)) * bus;
        assert_true(at + bytes <= size);
        right = right && crc_of(model + at, bytes) ==
                             word(model, (enum model_word)(MODEL_WORD_PROGRAM_CRC + n));
        at += (bytes + REGION_ALIGNMENT - 1) / REGION_ALIGNMENT * REGION_ALIGNMENT;
    }
    return right;
}

/* What the chip says of an image: the first thing that is wrong. */
static enum chip_error load(const struct program *p, const unsigned char *model, size_t size,
                            const unsigned char *weights, size_t weights_size)
{
    if (word(model, MODEL_WORD_MAGIC) != IDENTITY_IMAGE ||
        word(model, MODEL_WORD_LAYOUT) != IDENTITY_LAYOUT)
        return CHIP_ERROR_MODEL_MAGIC;
    if (word(model, MODEL_WORD_HEADER_CRC) != crc_of(model, 4 * MODEL_WORD_HEADER_CRC))
        return CHIP_ERROR_MODEL_HEADER;
    if (word(model, MODEL_WORD_CHIP_HASH) != p->chip_hash)
        return CHIP_ERROR_MODEL_CHIP;
    if (!sizes_fit(p, model))
        return CHIP_ERROR_MODEL_SIZE;
    return contents_right(p, model, size, weights, weights_size) ? CHIP_ERROR_NONE
                                                                  : CHIP_ERROR_MODEL_CONTENTS;
}

/* Writes the words of an attempt over copies of the regions. */
static int apply(const struct stimulus_phase *phase, uint32_t attempt,
                 unsigned char *const regions[2], const size_t sizes[2])
{
    int changed = 0;
    for (uint32_t n = 0; n < phase->patch_count; n++) {
        const struct stimulus_patch *patch = &phase->patches[n];
        assert_true(patch->attempt < phase->error_count);
        if (patch->attempt != attempt)
            continue;
        assert_true(patch->target < STIMULUS_USES && patch->offset % 4 == 0 &&
                    patch->bytes % 4 == 0);
        assert_true(patch->bytes > 0 && patch->offset + patch->bytes <= sizes[patch->target]);
        for (uint64_t at = patch->offset; at < patch->offset + patch->bytes; at += 4) {
            changed += load_u32(regions[patch->target] + at) != patch->word;
            store_u32(regions[patch->target] + at, patch->word);
        }
    }
    return changed;
}

static void check_attempt(const struct staged *s, const struct stimulus_phase *phase,
                          uint32_t attempt)
{
    unsigned char *regions[2];
    size_t sizes[2];
    for (int n = 0; n < 2; n++) {
        const struct text *bytes =
            &s->regions[n == STIMULUS_WEIGHTS ? REGION_WEIGHTS : REGION_MODEL].bytes;
        sizes[n] = bytes->length;
        regions[n] = allocate(sizes[n], 1);
        memcpy(regions[n], bytes->data, sizes[n]);
    }
    assert_int_equal(load(&s->program, regions[STIMULUS_MODEL], sizes[STIMULUS_MODEL],
                          regions[STIMULUS_WEIGHTS], sizes[STIMULUS_WEIGHTS]), CHIP_ERROR_NONE);
    assert_true(apply(phase, attempt, regions, sizes) > 0);
    enum chip_error found = load(&s->program, regions[STIMULUS_MODEL], sizes[STIMULUS_MODEL],
                                 regions[STIMULUS_WEIGHTS], sizes[STIMULUS_WEIGHTS]);
    if (found != phase->errors[attempt])
        fail_msg("%s %u: expected %u, is %d", phase->name, (unsigned)attempt,
                 (unsigned)phase->errors[attempt], (int)found);
    free(regions[0]);
    free(regions[1]);
}

/* ---- images ---------------------------------------------------------------------------------- */

static int expected(const struct stimulus_phase *phase, enum chip_error error)
{
    int count = 0;
    for (uint32_t n = 0; n < phase->error_count; n++)
        count += phase->errors[n] == error;
    return count;
}

static bool patched(const struct stimulus_phase *phase, uint32_t target, uint64_t offset)
{
    for (uint32_t n = 0; n < phase->patch_count; n++)
        if (phase->patches[n].target == target && phase->patches[n].offset == offset)
            return true;
    return false;
}

/* Every field that the chip looks at is wrong once. */
static void check_headers(const struct staged *s)
{
    const struct stimulus_phase *headers = phase_there(&s->play, "headers");
    assert_int_equal(flags_of(headers), STIMULUS_LOADED_BEFORE);
    assert_int_equal(headers->fault_moment, STIMULUS_AT_LOAD);
    assert_int_equal(headers->expected_error, 0);
    for (uint32_t n = 0; n < headers->error_count; n++)
        check_attempt(s, headers, n);
    for (int at = 0; at <= MODEL_WORD_WEIGHT_WORDS; at++)
        if (at != MODEL_WORD_MODEL_HASH)
            assert_true(patched(headers, STIMULUS_MODEL, (uint64_t)at * 4));
    assert_true(expected(headers, CHIP_ERROR_MODEL_MAGIC) >= 2);
    assert_int_equal(expected(headers, CHIP_ERROR_MODEL_CHIP), 1);
    assert_int_equal(expected(headers, CHIP_ERROR_MODEL_SIZE), 7 + 2 + 5 + 4 + 4);
    assert_true(headers->limit_cycles > 60 * headers->idle_cycles / 100);
}

/* A bit, a CRC and the rest of a file that ended early, of each section and of the weights. */
static void check_contents(const struct staged *s)
{
    const struct stimulus_phase *contents = phase_there(&s->play, "contents");
    assert_int_equal(contents->fault_moment, STIMULUS_AT_LOAD);
    assert_int_equal(contents->error_count, 3 * (SECTION_COUNT + 1));
    assert_int_equal(expected(contents, CHIP_ERROR_MODEL_CONTENTS), contents->error_count);
    for (uint32_t n = 0; n < contents->error_count; n++)
        check_attempt(s, contents, n);
    for (int n = 0; n < SECTION_COUNT + 1; n++)
        assert_true(patched(contents, STIMULUS_MODEL, (uint64_t)(MODEL_WORD_PROGRAM_CRC + n) * 4));
    assert_true(
        patched(contents, STIMULUS_WEIGHTS, s->regions[REGION_WEIGHTS].bytes.length / 8 * 4));
}

static void test_images(void **state)
{
    (void)state;
    for (int chip = 1; chip < PLAY_CHIP_COUNT; chip++)
        for (uint64_t seed = 0; seed < 6; seed++) {
            struct config config = play_chip(chip);
            struct staged s;
            config.headroom = seed % 2 == 0 ? 25 : 0;
            config.axi_data_bits = (enum axi_width)(seed % 4);
            stage(&s, &config, seed);
            check_headers(&s);
            check_contents(&s);
            leave(&s);
        }
}

/* Of another model for the chip, smaller than the chip's own: its sizes, the chip's limits. */
static void test_other_model(void **state)
{
    (void)state;
    struct config config = play_chip(5), smaller = config;
    struct program chip;
    struct staged s;
    struct error error = {""};
    build(&chip, &config);
    smaller.model.input = 7;
    smaller.model.cell = 15;
    smaller.model.output = 8;
    smaller.model.seed = 2;
    if (!program_build_for(&s.program, &chip, &smaller, &error))
        fail_msg("%s", error.text);
    regions_build(&s.program, s.regions);
    play_build(&s.play, &s.program, VERIFY_FRAMES_LEAST, 3, false);
    assert_int_equal(s.play.stimulus.input, 7);
    check_headers(&s);
    check_contents(&s);
    for (uint32_t n = 0; n < s.play.stimulus.phase_count; n++)
        walk_phase(&s.play, &s.program.quant, &s.play.stimulus.phases[n]);
    leave(&s);
    program_free(&chip);
}

static void test_random_flips(void **state)
{
    (void)state;
    struct config config = play_chip(4);
    struct staged s;
    int flips = 0, magic = 0, header = 0, weights = 0;
    stage(&s, &config, 1);
    play_free(&s.play);
    play_faults(&s.play, &s.program, 1000, 5, false);
    for (uint32_t n = 1; n <= 1000; n++) {
        const struct stimulus_phase *phase = &s.play.stimulus.phases[n];
        if (phase->error_count == 0)
            continue;
        assert_int_equal(phase->error_count, 1);
        assert_int_equal(phase->patch_count, 1);
        assert_int_equal(phase->fault_moment, STIMULUS_AT_LOAD);
        check_attempt(&s, phase, 0);
        flips++;
        magic += phase->errors[0] == CHIP_ERROR_MODEL_MAGIC;
        header += phase->errors[0] == CHIP_ERROR_MODEL_HEADER;
        weights += phase->patches[0].target == STIMULUS_WEIGHTS;
    }
    assert_true(flips > 50 && weights > 5 && header > magic && magic + header < flips);
    leave(&s);
}

/* ---- descriptors ----------------------------------------------------------------------------- */

static bool is_wrong(const uint32_t *words, int at, const struct derived *d)
{
    uint64_t address = (uint64_t)words[at + 1] << 32 | words[at];
    return address % ((uint64_t)d->bus_bits / 8) != 0 ||
           (d->address_bits < 64 && address >> d->address_bits != 0);
}

/* A descriptor as it may be in memory; what is not looked at is whatever it is. */
static enum chip_error descriptor_error(const uint32_t *words, const struct derived *d)
{
    uint32_t restored = 0;
    for (int n = 0; n < STIMULUS_MASK_WORDS; n++)
        restored |= words[DESCRIPTOR_WORD_RESTORE + n];
    const struct { int word; bool used; } addresses[] = {
        {DESCRIPTOR_WORD_X_ADDRESS, true},
        {DESCRIPTOR_WORD_Y_ADDRESS, true},
        {DESCRIPTOR_WORD_RESTORE_ADDRESS, restored != 0},
        {DESCRIPTOR_WORD_SAVE_ADDRESS, (words[DESCRIPTOR_WORD_FLAGS] & 1) != 0},
    };
    bool wrong = words[DESCRIPTOR_WORD_MAGIC] != IDENTITY_DESCRIPTOR || words[DESCRIPTOR_WORD_FRAMES] == 0;
    for (size_t n = 0; n < COUNT(addresses); n++)
        wrong = wrong || (addresses[n].used && is_wrong(words, addresses[n].word, d));
    for (int n = DESCRIPTOR_WORD_X_STRIDE; n <= DESCRIPTOR_WORD_Y_STRIDE; n++)
        wrong = wrong || words[n] % ((uint32_t)d->bus_bits / 8) != 0;
    return wrong ? CHIP_ERROR_DESCRIPTOR : CHIP_ERROR_NONE;
}

/* One attempt: a single descriptor is one that the chip does not take, and only by these words. */
static void check_descriptor(const struct stimulus_phase *phase, uint32_t attempt,
                             const struct derived *d)
{
    uint32_t words[32] = {[DESCRIPTOR_WORD_MAGIC] = IDENTITY_DESCRIPTOR,
                          [DESCRIPTOR_WORD_FRAMES] = 1,
                          [DESCRIPTOR_WORD_X_ADDRESS] = 0x10000,
                          [DESCRIPTOR_WORD_Y_ADDRESS] = 0x20000};
    uint64_t descriptor = UINT64_MAX;
    assert_int_equal(descriptor_error(words, d), CHIP_ERROR_NONE);
    for (uint32_t n = 0; n < phase->patch_count; n++) {
        const struct stimulus_patch *patch = &phase->patches[n];
        if (patch->attempt != attempt)
            continue;
        assert_int_equal(patch->target, STIMULUS_DESCRIPTORS);
        assert_int_equal(patch->bytes, 4);
        assert_true(descriptor == UINT64_MAX ||
                    descriptor == patch->offset / STIMULUS_DESCRIPTOR_BYTES);
        descriptor = patch->offset / STIMULUS_DESCRIPTOR_BYTES;
        words[patch->offset % STIMULUS_DESCRIPTOR_BYTES / 4] = patch->word;
    }
    assert_true(descriptor < phase->descriptor_count);
    assert_int_equal(phase->errors[attempt], descriptor_error(words, d));
}

static void test_descriptors(void **state)
{
    (void)state;
    static const int address_bits[] = {32, 40, 63, 64};
    for (size_t n = 0; n < COUNT(address_bits); n++)
        for (uint64_t seed = 0; seed < 5; seed++) {
            struct config config = play_chip(3);
            struct staged s;
            config.axi_address_bits = address_bits[n];
            stage(&s, &config, seed);
            const struct stimulus_phase *phase = phase_there(&s.play, "descriptors");
            /* Magic number, frames, strides, four addresses: not aligned, and beyond the bus if anything is. */
            const int beyond = address_bits[n] < 64;
            assert_int_equal(phase->error_count, 4 + 4 * (1 + beyond));
            assert_int_equal(expected(phase, CHIP_ERROR_DESCRIPTOR), phase->error_count);
            for (uint32_t attempt = 0; attempt < phase->error_count; attempt++)
                check_descriptor(phase, attempt, &s.program.d);
            for (int at = DESCRIPTOR_WORD_X_ADDRESS; at < DESCRIPTOR_WORD_X_STRIDE; at++) {
                bool high = at % 2 == 1, found = false;
                for (uint64_t d = 0; d < phase->descriptor_count; d++)
                    found = found || patched(phase, STIMULUS_DESCRIPTORS,
                                             d * STIMULUS_DESCRIPTOR_BYTES + (uint64_t)at * 4);
                assert_int_equal(found, !high || address_bits[n] < 64);
            }
            leave(&s);
        }
    struct config config = play_chip(1);
    struct staged s;
    stage(&s, &config, 1);
    assert_null(phase_named(&s.play, "descriptors")); /* there are none with streams */
    leave(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_images),       cmocka_unit_test(test_other_model),
        cmocka_unit_test(test_random_flips), cmocka_unit_test(test_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
