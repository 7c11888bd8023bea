/* SPDX-License-Identifier: Apache-2.0
 * test_hash.c - what config.def calls fixed in the chip tells chips apart: no model image of one is taken
 * by the other. */
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
        if (strcmp(key->name, "fold") == 0 && config.fold > FOLD_2) /* two lanes: no more than two */
            break;
        assert_true(count < MOST);
        hashes[count++] = hash_of(&config, chip);
    }
    assert_true(count >= 2);
    for (int a = 0; a < count; a++)
        for (int b = 0; b < a; b++)
            if (hashes[a] == hashes[b])
                fail_msg("%s is fixed in the chip, but %s is the same with two values of it", key->name,
                         chip ? "CHIP_HASH" : "CONFIG_HASH");
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
    c.ram_hint = RAM_HINT_NONE;
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

/* What a model decides when a chip is made for it, and what is fixed from then on. */
static void fixed_by_model(void **state)
{
    (void)state;
    struct config c = base();
    struct program p;
    build(&p, &c);
    struct quantized *q = &p.quant;
    int *numbers[] = {&q->formats.x, &q->formats.y, &q->formats.c, &q->formats.m, &q->formats.z,
                      &q->formats.sum, &q->formats.project, (int *)(void *)&q->candidate};
    for (size_t n = 0; n < COUNT(numbers); n++) {
        *numbers[n] ^= 1;
        assert_int_not_equal(hash_chip(&p), p.chip_hash);
        *numbers[n] ^= 1;
    }
    bool *flags[] = {&q->peephole, &q->projection, &q->sigm.direct};
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

/* All that a model's images hold. */
static void all_of_a_model(void **state)
{
    (void)state;
    struct config c = base();
    struct program p;
    build(&p, &c);
    const uint32_t hash = p.config_hash;
#define CHANGES(place)                              \
    do {                                            \
        (place)++;                                  \
        assert_int_not_equal(hash_program(&p), hash); \
        (place)--;                                  \
    } while (0)
    CHANGES(p.chip_hash);
    CHANGES(p.d.beats);
    CHANGES(p.quant.bias[GATE_F][5]);
    CHANGES(p.quant.peep[GATE_O][2]);
    CHANGES(p.products[1].pass);
    CHANGES(*(int *)(void *)&p.products[1].source);
    CHANGES(p.products[1].shift);
    CHANGES(p.products[1].fold);
    CHANGES(p.products[1].columns);
    CHANGES(p.columns[4].element);
    CHANGES(p.lengths[7]);
    CHANGES(p.entries[9]);
#undef CHANGES
    assert_int_equal(hash_program(&p), hash);
    program_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_keys),
        cmocka_unit_test(written_keys),
        cmocka_unit_test(model_keys),
        cmocka_unit_test(fixed_by_model),
        cmocka_unit_test(all_of_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
