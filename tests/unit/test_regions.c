/* SPDX-License-Identifier: Apache-2.0
 * model.bin and weights.bin: header, sections, CRCs, and that their words are those of the .mem images. */
#include "model_testing.h"

#include <math.h>

#include "gen/image/regions.h"
#include "models/number/golden.h"
#include "models/program/places.h"

static struct config loadable_config(void)
{
    struct config config = plain_config();
    config.memory = MEMORY_RESIDENT;
    config.memory_ports = 2;
    config.axi_data_bits = AXI_128;
    config.axi_address_bits = 40;
    config.io = IO_MEMORY;
    config.headroom = 25;
    return config;
}

static uint32_t number(const struct region *model, enum model_word word)
{
    const unsigned char *at = (const unsigned char *)model->bytes.data + 4 * (size_t)word;
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void free_regions(struct region *regions)
{
    for (int n = 0; n < REGION_COUNT; n++)
        text_free(&regions[n].bytes);
}

static void free_images(struct named_image *images)
{
    for (int n = 0; n < IMAGE_COUNT; n++)
        mem_image_free(images[n].image);
}

/* zlib's CRC-32 bit by bit: not the code under test. */
static uint32_t plain_crc(const char *bytes, size_t count)
{
    uint32_t crc = UINT32_MAX;
    for (size_t n = 0; n < count; n++) {
        crc ^= (unsigned char)bytes[n];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
    }
    return ~crc;
}

/* Bit `bit` of what lies at `bytes`. */
static int bit_at(const char *bytes, size_t bit)
{
    return (unsigned char)bytes[bit / 8] >> bit % 8 & 1;
}

/* The words of the image, `word_bits` apart, with 0 between. */
static void expect_words(const char *bytes, const struct mem_image *image, int word_bits)
{
    for (int word = 0; word < mem_image_words(image); word++)
        for (int bit = 0; bit < word_bits; bit++) {
            int expected = bit < mem_image_width(image)
                               ? (int)mem_image_get(image, word, bit, 1) : 0;
            assert_int_equal(bit_at(bytes, (size_t)(word * word_bits + bit)), expected);
        }
}

static void expect_zeros(const char *bytes, size_t from, size_t to)
{
    for (size_t n = from; n < to; n++)
        assert_int_equal(bytes[n], 0);
}

static bool is_power_of_two(int value)
{
    return value > 0 && (value & (value - 1)) == 0;
}

/* Smallest power of two of bits, at least 8, that holds `bits`. */
static void expect_memory_bits(int memory_bits, int bits)
{
    assert_true(is_power_of_two(memory_bits) && memory_bits >= 8 && memory_bits >= bits);
    assert_true(memory_bits == 8 || memory_bits / 2 < bits);
}

/* The table of vectors: c, then y; returns its end. */
static size_t check_vectors(const struct program *p, const struct region *model)
{
    const struct layer *l = &p->network.layers[0];
    const int cell = l->as.cell, output = l->as.output > 0 ? l->as.output : cell;
    const int fractions[] = {quantized_vector(&p->quant, VALUE_C)->fraction,
                             quantized_output(&p->quant)->fraction};
    const int entries[2][8] = {
        {0, VECTOR_KIND_CELL, 0, cell, fractions[0], 0, 0, 0},
        {0, VECTOR_KIND_OUTPUT, p->d.cell_words, output, fractions[1], 0, 0, 0}};
    size_t at = number(model, MODEL_WORD_VECTORS_OFFSET);
    assert_int_equal(at, 64 * 4);
    assert_int_equal(number(model, MODEL_WORD_PARTS), 0); /* it is the whole network */
    assert_int_equal(number(model, MODEL_WORD_VECTORS), 2);
    for (int n = 0; n < 2; n++)
        for (int w = 0; w < 8; w++)
            assert_int_equal(number(model, (enum model_word)(64 + 8 * n + w)),
                             (uint32_t)entries[n][w]);
    assert_int_equal(number(model, MODEL_WORD_VECTORS_CRC), plain_crc(model->bytes.data + at, 64));
    return at + 64;
}

/* An element of a channel's state, wherever it lies. */
static int32_t state_element(const struct program *p, const char *state, int first, int element,
                             int channel)
{
    const struct derived *d = &p->d;
    const size_t bytes = (size_t)(p->config.activation_bits + 7) / 8;
    const int groups = (d->pes + d->lanes - 1) / d->lanes;
    const size_t word = (size_t)(first + element / d->pes * groups + element % d->pes / d->lanes);
    const char *at = state + word * (size_t)d->state_memory_bits / 8 +
                     (size_t)(channel * d->lanes + element % d->pes % d->lanes) * bytes;
    int32_t value = at[bytes - 1] < 0 ? -1 : 0;
    for (size_t n = bytes; n-- > 0;)
        value = (int32_t)((uint32_t)value << 8 | (unsigned char)at[n]);
    return value;
}

/* What the network begins with, behind all sections that end at `at`: the model ends with it. */
static void check_initial(const struct program *p, const struct region *model, size_t at)
{
    size_t begin = (at + 4095) / 4096 * 4096, bytes = number(model, MODEL_WORD_STATE_BYTES);
    if (network_begins_with_zeros(&p->network)) {
        assert_int_equal(number(model, MODEL_WORD_INITIAL_OFFSET), 0);
        assert_int_equal(number(model, MODEL_WORD_INITIAL_CRC), 0);
        assert_int_equal(model->bytes.length, at);
        return;
    }
    assert_int_equal(number(model, MODEL_WORD_INITIAL_OFFSET), begin);
    assert_int_equal(model->bytes.length, begin + bytes);
    assert_int_equal(number(model, MODEL_WORD_INITIAL_CRC), plain_crc(model->bytes.data + begin, bytes));
    expect_zeros(model->bytes.data, at, begin);
    const int firsts[] = {0, p->d.cell_words};
    const char *const names[] = {"c", "y"};
    for (int n = 0; n < 2; n++) {
        const int v = vector_named(&p->network, names[n]);
        const struct quant_vector *q = &p->quant.vectors[v];
        for (int e = 0; e < p->network.vectors[v].size; e++)
            for (int c = 0; c < p->config.channels; c++) {
                double exact = ldexp((double)p->network.vectors[v].initial[e], q->fraction);
                int32_t is = state_element(p, model->bytes.data + begin, firsts[n], e, c);
                assert_true(fabs(exact - is) <= 0.5);
            }
    }
}

static void check_regions(const struct program *p)
{
    const struct derived *d = &p->d;
    size_t bus = (size_t)d->bus_bits / 8;
    struct region regions[REGION_COUNT];
    struct named_image images[IMAGE_COUNT];
    regions_build(p, regions);
    images_build(p, images);
    const struct region *weights = &regions[REGION_WEIGHTS], *model = &regions[REGION_MODEL];
    assert_string_equal(weights->file, "weights.bin");
    assert_string_equal(model->file, "model.bin");
    assert_int_equal(weights->port, p->config.memory_ports == 2 ? 0 : 1);
    assert_int_equal(model->port, 1);

    expect_memory_bits(d->program_memory_bits,
                       mem_image_width(images[IMAGE_PRODUCTS].image) >
                               mem_image_width(images[IMAGE_PASSES].image)
                           ? mem_image_width(images[IMAGE_PRODUCTS].image)
                           : mem_image_width(images[IMAGE_PASSES].image));
    expect_memory_bits(d->weights_memory_bits, mem_image_width(images[IMAGE_WEIGHTS].image));
    expect_memory_bits(d->columns_memory_bits, mem_image_width(images[IMAGE_COLUMNS].image));
    expect_memory_bits(d->constants_memory_bits, mem_image_width(images[IMAGE_CONSTANTS].image));

    /* weights.bin */
    size_t used = (size_t)d->beats * (size_t)d->weights_memory_bits / 8;
    assert_int_equal(weights->bytes.length, (used + bus - 1) / bus * bus);
    expect_words(weights->bytes.data, images[IMAGE_WEIGHTS].image, d->weights_memory_bits);
    expect_zeros(weights->bytes.data, used, weights->bytes.length);
    assert_int_equal(number(model, MODEL_WORD_WEIGHT_WORDS), weights->bytes.length / bus);
    assert_int_equal(number(model, MODEL_WORD_WEIGHT_CRC),
                     plain_crc(weights->bytes.data, weights->bytes.length));

    /* model.bin: sections one after the other, each from 4 KiB on */
    const struct {
        int word_bits, words;
        enum model_word count, crc;
    } sections[SECTION_COUNT] = {
        {d->program_memory_bits, d->products + d->passes, MODEL_WORD_PROGRAM_WORDS,
         MODEL_WORD_PROGRAM_CRC},
        {d->columns_memory_bits, d->columns, MODEL_WORD_COLUMN_WORDS, MODEL_WORD_COLUMN_CRC},
        {d->constants_memory_bits, d->constants, MODEL_WORD_CONSTANT_WORDS,
         MODEL_WORD_CONSTANT_CRC},
    };
    size_t at = check_vectors(p, model);
    for (int n = 0; n < SECTION_COUNT; n++) {
        size_t begin = (at + 4095) / 4096 * 4096;
        struct section s = region_section(p, (enum section_name)n);
        assert_int_equal(s.offset, begin);
        used = (size_t)sections[n].words * (size_t)sections[n].word_bits / 8;
        size_t words = (used + bus - 1) / bus;
        assert_int_equal(s.bytes, words * bus);
        assert_int_equal(number(model, sections[n].count), words);
        assert_int_equal(number(model, sections[n].crc),
                         plain_crc(model->bytes.data + begin, words * bus));
        expect_zeros(model->bytes.data, at, begin);
        expect_zeros(model->bytes.data, begin + used, begin + words * bus);
        at = begin + words * bus;
    }
    check_initial(p, model, at);
    const char *program = model->bytes.data + 4096;
    expect_words(program, images[IMAGE_PRODUCTS].image, d->program_memory_bits);
    expect_words(program + (size_t)d->products * (size_t)d->program_memory_bits / 8,
                 images[IMAGE_PASSES].image, d->program_memory_bits);
    expect_words(model->bytes.data + region_section(p, SECTION_COLUMNS).offset,
                 images[IMAGE_COLUMNS].image, d->columns_memory_bits);
    expect_words(model->bytes.data + region_section(p, SECTION_CONSTANTS).offset,
                 images[IMAGE_CONSTANTS].image, d->constants_memory_bits);

    /* header */
    assert_memory_equal(model->bytes.data, "ESEM", 4);
    assert_int_equal(number(model, MODEL_WORD_LAYOUT), 2);
    assert_int_equal(number(model, MODEL_WORD_CHIP_HASH), p->chip_hash);
    assert_int_equal(number(model, MODEL_WORD_MODEL_HASH), p->config_hash);
    assert_int_equal(number(model, MODEL_WORD_X_SIZE), d->x_size);
    assert_int_equal(number(model, MODEL_WORD_Y_SIZE), d->y_size);
    assert_int_equal(number(model, MODEL_WORD_PRODUCTS), p->product_count);
    assert_int_equal(number(model, MODEL_WORD_PASSES), p->pass_count);
    assert_int_equal(number(model, MODEL_WORD_COLUMNS), d->columns);
    assert_int_equal(number(model, MODEL_WORD_CONSTANTS), d->constants);
    assert_int_equal(number(model, MODEL_WORD_BEATS), d->beats);
    assert_int_equal(number(model, MODEL_WORD_CELL_WORDS), d->cell_words);
    assert_int_equal(number(model, MODEL_WORD_KEPT_WORDS), d->kept_words);
    int element = (p->config.activation_bits + 7) / 8, word = 1;
    while (word < p->config.channels * element)
        word *= 2;
    assert_int_equal(number(model, MODEL_WORD_ELEMENT_BYTES), element);
    assert_int_equal(number(model, MODEL_WORD_XY_WORD_BYTES), word);
    size_t x = (size_t)(d->x_size * word), y = (size_t)(d->y_size * word);
    assert_int_equal(number(model, MODEL_WORD_X_FRAME_BYTES), (x + bus - 1) / bus * bus);
    assert_int_equal(number(model, MODEL_WORD_Y_FRAME_BYTES), (y + bus - 1) / bus * bus);
    int slot = d->lanes * element;
    for (word = 1; word < p->config.channels * slot;)
        word *= 2;
    assert_int_equal(number(model, MODEL_WORD_STATE_SLOT_BYTES), slot);
    assert_int_equal(number(model, MODEL_WORD_STATE_WORD_BYTES), word);
    assert_int_equal(number(model, MODEL_WORD_X_FRACTION), p->quant.vectors[0].fraction);
    assert_int_equal(number(model, MODEL_WORD_Y_FRACTION), quantized_output(&p->quant)->fraction);
    assert_int_equal(number(model, MODEL_WORD_ACTIVATION_BITS), p->config.activation_bits);
    assert_int_equal(number(model, MODEL_WORD_HEADER_CRC), plain_crc(model->bytes.data, 124));
    assert_int_equal(number(model, MODEL_WORD_HOST_CRC), plain_crc(model->bytes.data + 128, 124));
    free_regions(regions);
    free_images(images);
}

static void test_plain(void **state)
{
    (void)state;
    struct config config = loadable_config();
    struct program p;
    build(&p, &config);
    check_regions(&p);
    /* 20 elements of c over 4 PEs with one lane, 11 of y: 20 + 11 words of 4 bytes, in words of 16. */
    struct region regions[REGION_COUNT];
    regions_build(&p, regions);
    assert_int_equal(number(&regions[REGION_MODEL], MODEL_WORD_STATE_WORD_BYTES), 4);
    assert_int_equal(number(&regions[REGION_MODEL], MODEL_WORD_STATE_BYTES), 31 * 4 + 4);
    free_regions(regions);
    program_free(&p);
}

static void test_random(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 71);
    for (int n = 0; n < 40; n++) {
        struct config config = random_config(&random);
        config.memory = random_int(&random, 0, 1) ? MEMORY_RESIDENT : MEMORY_STREAM;
        config.memory_ports = random_int(&random, 1, 2);
        config.axi_data_bits = (enum axi_width)random_int(&random, AXI_128, AXI_1024);
        config.axi_address_bits = 32;
        config.channels = random_int(&random, 1, 9);
        config.io = IO_MEMORY;
        config.headroom = random_int(&random, 0, 1) ? 0 : random_int(&random, 0, 400);
        struct program p;
        build(&p, &config);
        check_regions(&p);
        program_free(&p);
    }
}

/* A network that begins with numbers. */
static void test_initial(void **state)
{
    (void)state;
    for (int pes = 1; pes <= 7; pes++) {
        struct config config = loadable_config();
        char path[] = "tests/fixtures/lstm_state.safetensors";
        config.model.path = path;
        config.model.pruning = PRUNING_NONE;
        config.pes = pes;
        config.elem_lanes = (pes + 1) / 2;
        config.model.input = 7, config.model.cell = 4, config.model.output = 0;
        config.model.peephole = config.model.projection = false;
        struct program p;
        build(&p, &config);
        assert_false(network_begins_with_zeros(&p.network));
        check_regions(&p);
        program_free(&p);
    }
}

/* What the chip holds itself: with external memory only the tables. */
static void test_on_chip(void **state)
{
    (void)state;
    struct config config = loadable_config();
    struct program p;
    build(&p, &config);
    for (int n = 0; n < IMAGE_COUNT; n++)
        assert_int_equal(image_is_on_chip(&p, n), n == IMAGE_SIGMOID || n == IMAGE_TANH);
    program_free(&p);
    config.memory = MEMORY_ROM;
    build(&p, &config);
    for (int n = 0; n < IMAGE_COUNT; n++)
        assert_true(image_is_on_chip(&p, n));
    program_free(&p);
}

/* A damaged image reaches its region, and the CRC there is that of the damaged bytes. */
static void test_damaged_image(void **state)
{
    (void)state;
    struct config config = loadable_config();
    struct program p;
    build(&p, &config);
    for (int n = 0; n <= IMAGE_PASSES; n++) {
        struct region sound[REGION_COUNT], hurt[REGION_COUNT];
        struct named_image images[IMAGE_COUNT];
        images_build(&p, images);
        regions_of_images(&p, images, sound);
        mem_image_set(images[n].image, 0, 0, 1, !mem_image_get(images[n].image, 0, 0, 1));
        regions_of_images(&p, images, hurt);
        enum region_name where = region_of_image(n);
        assert_int_equal(where, n == IMAGE_WEIGHTS ? REGION_WEIGHTS : REGION_MODEL);
        size_t at = where == REGION_WEIGHTS ? 0
                    : n == IMAGE_COLUMNS    ? region_section(&p, SECTION_COLUMNS).offset
                    : n == IMAGE_CONSTANTS  ? region_section(&p, SECTION_CONSTANTS).offset
                    : n == IMAGE_PRODUCTS   ? 4096
                                            : 4096 + (size_t)(p.d.products * p.d.program_memory_bits / 8);
        assert_int_equal(sound[where].bytes.data[at] ^ hurt[where].bytes.data[at], 1);
        assert_memory_not_equal(sound[REGION_MODEL].bytes.data, hurt[REGION_MODEL].bytes.data, 128);
        assert_int_equal(number(&hurt[REGION_MODEL], MODEL_WORD_HEADER_CRC),
                         plain_crc(hurt[REGION_MODEL].bytes.data, 124));
        free_regions(sound);
        free_regions(hurt);
        free_images(images);
    }
    program_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_initial),
        cmocka_unit_test(test_on_chip),
        cmocka_unit_test(test_damaged_image),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
