/* SPDX-License-Identifier: Apache-2.0
 * test_hash.c - what config.def calls fixed in the chip tells chips apart: no model image of one is
 * taken by the other. */
#include "gen/config/config_keys.h"
#include "models/program/hash.h"
#include "tests/unit/model_testing.h"

/* All of a chip can be otherwise: memory outside, several lanes, PEs that can share rows. */
static struct config base(void)
{
    struct config c = plain_config();
    c.pes = 16;
    c.elem_lanes = 2;
    c.fold = FOLD_1;
    c.memory = MEMORY_STREAM;
    c.io = IO_MEMORY;
    c.memory_ports = 1;
    c.axi_data_bits = AXI_512;
    c.axi_address_bits = 40;
    c.headroom = 25;
    return c;
}

static uint32_t hash_of(const struct config *config, bool chip)
{
    struct program program;
    build(&program, config);
    uint32_t hash = chip ? program.chip_hash : program.config_hash;
    program_free(&program);
    return hash;
}

/* The configuration with the `number`th value of the key; false if there are not so many. */
static bool with_value(const struct key *key, struct config *config, int number)
{
    struct error error;
    char text[32];
    *config = base();
    if (key->kind == KIND_WORD) {
        if (key->words[number] == NULL || !key_set(key, config, key->words[number], &error))
            return false;
    } else {
        assert_int_equal(key->kind, KIND_WHOLE); /* else: say here what other values there are */
        int *value = (int *)(void *)((char *)config + key->offset);
        int other = *value > 0 && *value * 2 <= key->max ? *value * 2 : *value + 1;
        if (number > 1)
            return false;
        snprintf(text, sizeof text, "%d", other <= key->max ? other : *value - 1);
        if (number == 1)
            assert_true(key_set(key, config, text, &error));
    }
    if (config->memory == MEMORY_ROM) /* which has no queue */
        config->io = IO_STREAM;
    return true;
}

/* Whose `auto`, the first value, stands for one of the others. */
static bool has_auto(const struct key *key)
{
    return key->kind == KIND_WORD && strcmp(key->words[0], "auto") == 0;
}

/* No two values of the key give the same hash. */
static void expect_apart(const struct key *key, bool chip)
{
    enum { MOST = 8 };
    uint32_t hashes[MOST];
    int count = 0;
    struct config config;
    for (int number = has_auto(key); with_value(key, &config, number); number++) {
        if (strcmp(key->name, "fold") == 0 && config.fold > FOLD_2) /* two lanes: no more */
            break;
        assert_true(count < MOST);
        hashes[count++] = hash_of(&config, chip);
    }
    assert_true(count >= 2);
    for (int a = 0; a < count; a++)
        for (int b = 0; b < a; b++)
            if (hashes[a] == hashes[b])
                fail_msg("%s is fixed in the chip, but %s is the same with two values of it",
                         key->name, chip ? "CHIP_HASH" : "CONFIG_HASH");
}

static void fixed_keys(void **state)
{
    (void)state;
    for (int n = 0; n < KEY_COUNT; n++) {
        if (config_keys[n].role == ROLE_MODEL || config_keys[n].role == ROLE_WRITTEN)
            continue;
        expect_apart(&config_keys[n], true);
        expect_apart(&config_keys[n], false);
    }
}

/* Two chips that differ only in how they are written down take the same model images. */
static void written_keys(void **state)
{
    (void)state;
    struct config c = base();
    uint32_t chip = hash_of(&c, true), config = hash_of(&c, false);
    strcpy(c.prefix, "other");
    c.clock_mhz = 77;
    c.frame_ms = 12.5;
    c.ram_hint = RAM_HINT_NONE;
    c.axi_cache = 15;
    c.axi_prot = 2;
    c.weights_ram = WEIGHTS_BLOCK;
    strcpy(c.device, "xc7z020");
    assert_int_equal(hash_of(&c, true), chip);
    assert_int_equal(hash_of(&c, false), config);
}

/* Two models for one chip: one hash for the chip, two for what it runs. */
static void model_keys(void **state)
{
    (void)state;
    struct config c = base(), model = base();
    struct program chip, other;
    struct error error;
    build(&chip, &c);
    model.model.seed = 2;
    model.model.density = 0.3;
    model.column_order = ORDER_NATURAL;
    assert_true(program_build_for(&other, &chip, &model, &error));
    assert_int_equal(other.chip_hash, chip.chip_hash);
    assert_int_not_equal(other.config_hash, chip.config_hash);
    /* What is hashed of the chip is nothing that the model brings. */
    assert_true(other.d.beats != chip.d.beats || other.d.columns != chip.d.columns);
    assert_int_equal(hash_chip(&other), chip.chip_hash);
    program_free(&other);
    program_free(&chip);
}

static int *fraction_of(struct quantized *q, const char *vector)
{
    return &q->vectors[vector_named(&q->shape, vector)].fraction;
}

/* Sums lie a round shift below what is left of them. */
static void move_sums(struct quantized *q, int by)
{
    for (int n = 0; n < q->shape.pass_count; n++) {
        const struct network_pass *pass = &q->shape.passes[n];
        struct quant_pass *quant = &q->passes[n];
        const int left = pass->function == FUNCTION_NONE ? q->vectors[pass->writes].fraction
                                                         : q->z_fraction;
        assert_int_equal(quant->sum, left + quant->round_shift);
        quant->round_shift += by;
        quant->sum += by;
    }
}

#define CHOICE(place) ((int *)(void *)&(place))

/* What a model decides when a chip is made for it, and what is fixed from then on. */
static void fixed_by_model(void **state)
{
    (void)state;
    struct config c = base();
    struct program p;
    build(&p, &c);
    struct quantized *q = &p.quant;
    struct layer_config *layer = &q->shape.layers[0].as;
    int *numbers[] = {fraction_of(q, "x"), fraction_of(q, "y"), fraction_of(q, "c"),
                      fraction_of(q, "m"), &q->gate_fraction, &q->z_fraction,
                      CHOICE(layer->kind), CHOICE(layer->candidate), CHOICE(layer->coupled),
                      CHOICE(layer->direction)};
    for (size_t n = 0; n < COUNT(numbers); n++) {
        *numbers[n] ^= 1;
        assert_int_not_equal(hash_chip(&p), p.chip_hash);
        *numbers[n] ^= 1;
    }
    move_sums(q, 1);
    assert_int_not_equal(hash_chip(&p), p.chip_hash);
    move_sums(q, -1);
    const int output = layer->output;
    layer->output = 0; /* no projection */
    assert_int_not_equal(hash_chip(&p), p.chip_hash);
    layer->output = output;
    bool *flags[] = {&layer->peephole, &layer->projection_bias, &layer->bias, &q->sigm.direct};
    for (size_t n = 0; n < COUNT(flags); n++) {
        *flags[n] = !*flags[n];
        assert_int_not_equal(hash_chip(&p), p.chip_hash);
        *flags[n] = !*flags[n];
    }
    int32_t *tables[] = {q->sigm.base, q->sigm.slope, q->tanh.base, q->tanh.slope};
    for (size_t n = 0; n < COUNT(tables); n++) {
        tables[n][3]++;
        assert_int_not_equal(hash_chip(&p), p.chip_hash);
        tables[n][3]--;
    }
    assert_int_equal(hash_chip(&p), p.chip_hash);
    program_free(&p);
}

/* The first product of x, or of y of the frame before. */
static int product_of(const struct program *p, const char *vector)
{
    for (int n = 0; n < p->product_count; n++)
        if (p->products[n].source == vector_named(&p->network, vector))
            return n;
    fail_msg("no product of %s", vector);
    return NONE;
}

/* All that a model's images hold. */
static void all_of_a_model(void **state)
{
    (void)state;
    struct config c = base();
    struct program p;
    build(&p, &c);
    const uint32_t hash = p.config_hash;
    const int x = product_of(&p, "x"), y = product_of(&p, "y");
    const int forget = pass_number(&p.network, "f"), out = pass_number(&p.network, "o");
#define CHANGES(place)                              \
    do {                                            \
        (place)++;                                  \
        assert_int_not_equal(hash_program(&p), hash); \
        (place)--;                                  \
    } while (0)
    CHANGES(p.chip_hash);
    CHANGES(p.d.beats);
    CHANGES(p.quant.passes[forget].bias[5]);
    CHANGES(p.quant.passes[out].peep[2]);
    CHANGES(p.products[1].pass);
    CHANGES(p.products[x].source);
    p.products[y].before = false;
    assert_int_not_equal(hash_program(&p), hash);
    p.products[y].before = true;
    CHANGES(p.quant.matrices[0].shift);
    CHANGES(p.products[1].fold);
    CHANGES(p.products[1].columns);
    CHANGES(p.columns[4].element);
    CHANGES(p.lengths[7]);
    CHANGES(p.entries[9]);
#undef CHANGES
    assert_int_equal(hash_program(&p), hash);
    program_free(&p);
}

/* Options of the other kinds of layers. */
static void fixed_by_kind(void **state)
{
    (void)state;
    struct config c = base();
    struct program p;
    build(&p, &c);
    struct layer_config *layer = &p.quant.shape.layers[0].as;
    const struct {
        enum layer_kind kind;
        int *option;
    } options[] = {{LAYER_GRU, CHOICE(layer->reset)},
                   {LAYER_RNN, CHOICE(layer->nonlinearity)},
                   {LAYER_LINEAR, CHOICE(layer->activation)}};
    for (size_t n = 0; n < COUNT(options); n++) {
        layer->kind = options[n].kind;
        const uint32_t hash = hash_chip(&p);
        *options[n].option ^= 1;
        assert_int_not_equal(hash_chip(&p), hash);
        *options[n].option ^= 1;
    }
    program_free(&p);
}

/* Of several layers, too, that are all like the only one of a chip. */
static void fixed_by_layers(void **state)
{
    (void)state;
    struct config c = base();
    struct program p;
    c.model.layer_count = 3;
    for (int n = 0; n < 3; n++) {
        c.model.layers[n] = layer_default(LAYER_LSTM);
        c.model.layers[n].cell = 30 - 5 * n;
        c.model.layers[n].output = 12;
    }
    c.model.layers[0].input = 7;
    build(&p, &c);
    for (int n = 0; n < 3; n++) {
        struct layer_config *layer = &p.quant.shape.layers[n].as;
        int *numbers[] = {&layer->cell, &layer->output, CHOICE(layer->candidate)};
        for (size_t i = 0; i < COUNT(numbers); i++) {
            *numbers[i] ^= 1;
            assert_int_not_equal(hash_chip(&p), p.chip_hash);
            *numbers[i] ^= 1;
        }
    }
    program_free(&p);
}

static void fixed_by_what_is_kept(void **state)
{
    (void)state;
    struct config c = base();
    struct program p;
    c.model.layer_count = 1;
    c.model.layers[0] = layer_default(LAYER_GRU);
    c.model.layers[0].input = 7;
    c.model.layers[0].cell = 9;
    build(&p, &c);
    ++*fraction_of(&p.quant, "kept");
    assert_int_not_equal(hash_chip(&p), p.chip_hash);
    program_free(&p);
}

/* What an utterance begins with is part of the model. */
static void begins_with(void **state)
{
    (void)state;
    struct config c = base();
    struct program p;
    build(&p, &c);
    const int y = network_output(&p.network);
    float *initial = allocate((size_t)p.network.output, sizeof *initial);
    p.network.vectors[y].initial = initial; /* the tables are those of its numbers as well */
    initial[1] = 0.5f;
    const uint32_t hash = hash_program(&p);
    assert_int_not_equal(hash, p.config_hash);
    initial[1] = 0.25f;
    assert_int_not_equal(hash_program(&p), hash);
    program_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_keys),
        cmocka_unit_test(written_keys),
        cmocka_unit_test(model_keys),
        cmocka_unit_test(fixed_by_model),
        cmocka_unit_test(fixed_by_kind),
        cmocka_unit_test(all_of_a_model),
        cmocka_unit_test(fixed_by_layers),
        cmocka_unit_test(fixed_by_what_is_kept),
        cmocka_unit_test(begins_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
