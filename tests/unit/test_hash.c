/* SPDX-License-Identifier: Apache-2.0
 * test_hash.c - what config.def calls fixed in the chip tells chips apart: no model image of one is taken
 * by the other. */
#include "gen/config/config_keys.h"
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

/* Another value for the key, the `number`th that comes to mind; false if there is none. */
static bool other_value(const struct key *key, struct config *config, int number)
{
    struct error error;
    char text[32];
    if (key->words != NULL && key->kind == KIND_WORD) {
        for (int n = 0; n < number; n++)
            if (key->words[n] == NULL)
                return false;
        return key->words[number] != NULL && key_set(key, config, key->words[number], &error);
    }
    if (number > 0 || key->kind != KIND_WHOLE)
        return false;
    int *value = (int *)(void *)((char *)config + key->offset);
    snprintf(text, sizeof text, "%d", *value * 2 <= key->max ? *value * 2 : *value - 1);
    return key_set(key, config, text, &error);
}

static bool tells_apart(const struct key *key, bool chip)
{
    struct config plain = base();
    uint32_t hash = hash_of(&plain, chip);
    for (int number = 0;; number++) {
        struct config other = base();
        if (!other_value(key, &other, number))
            return false;
        if (other.memory == MEMORY_ROM) /* which has no queue */
            other.io = IO_STREAM;
        if (hash_of(&other, chip) != hash)
            return true;
    }
}

static void fixed_keys(void **state)
{
    (void)state;
    for (int n = 0; n < KEY_COUNT; n++)
        if (config_keys[n].role == ROLE_FIXED && !tells_apart(&config_keys[n], true))
            fail_msg("%s is fixed in the chip, but CHIP_HASH is the same without it",
                     config_keys[n].name);
}

static void attached_keys(void **state)
{
    (void)state;
    for (int n = 0; n < KEY_COUNT; n++)
        if (config_keys[n].role == ROLE_ATTACHED && !tells_apart(&config_keys[n], true))
            fail_msg("%s is in the Verilog, but CHIP_HASH is the same without it",
                     config_keys[n].name);
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
    model.column_order = ORDER_NATURAL;
    assert_true(program_build_for(&other, &chip, &model, &error));
    assert_int_equal(other.chip_hash, chip.chip_hash);
    assert_int_not_equal(other.config_hash, chip.config_hash);
    program_free(&other);
    program_free(&chip);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_keys),
        cmocka_unit_test(attached_keys),
        cmocka_unit_test(model_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
