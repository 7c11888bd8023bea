/* SPDX-License-Identifier: Apache-2.0
 * test_registers_kept.c - a host program of an older version finds everything where it was: registers and
 * fields never move while the major version stays.  A new one gets its line here, at the end of its table. */
#include "gen/emit/register_map.h"

#include <string.h>

#include "tests/unit/model_testing.h"
#include "tests/unit/scratch.h"

static const struct {
    const char *name;
    unsigned offset;
    enum register_kind kind;
} KEPT[] = {
    {"ID", 0x00, ACCESS_CONSTANT},
    {"VERSION", 0x04, ACCESS_CONSTANT},
    {"CONFIG_HASH", 0x08, ACCESS_CONSTANT},
    {"CHIP_HASH", 0x0C, ACCESS_CONSTANT},
    {"FEATURES", 0x10, ACCESS_CONSTANT},
    {"PES_CHANNELS", 0x14, ACCESS_CONSTANT},
    {"X_SIZE", 0x18, ACCESS_CONSTANT}, /* was X_C_SIZE, with elements of c from bit 16 on */
    {"Y_SIZE_LANES", 0x1C, ACCESS_CONSTANT},
    {"CONTROL", 0x20, ACCESS_COMMAND},
    {"STATUS", 0x24, ACCESS_STATUS},
    {"ERROR", 0x28, ACCESS_STATUS},
    {"IRQ_ENABLE", 0x2C, ACCESS_SETTING},
    {"IRQ_STATUS", 0x30, ACCESS_EVENTS},
    {"WATCHDOG", 0x34, ACCESS_SETTING},
    {"SLOT", 0x38, ACCESS_COMMAND},
    {"WEIGHTS_ADDRESS", 0x40, ACCESS_SETTING},
    {"WEIGHTS_ADDRESS_HIGH", 0x44, ACCESS_SETTING},
    {"MODEL_ADDRESS", 0x48, ACCESS_SETTING},
    {"MODEL_ADDRESS_HIGH", 0x4C, ACCESS_SETTING},
    {"QUEUE_ADDRESS", 0x50, ACCESS_SETTING},
    {"QUEUE_ADDRESS_HIGH", 0x54, ACCESS_SETTING},
    {"QUEUE_MASK", 0x58, ACCESS_SETTING},
    {"QUEUE_TAIL", 0x5C, ACCESS_RUN_SETTING},
    {"QUEUE_HEAD", 0x60, ACCESS_STATUS},
    {"MODEL_HASH", 0x64, ACCESS_STATUS},
    {"MODEL_X_SIZE", 0x68, ACCESS_STATUS}, /* was MODEL_X_C_SIZE */
    {"MODEL_Y_SIZE", 0x6C, ACCESS_STATUS},
    {"FRAMES", 0x70, ACCESS_STATUS},
    {"CYCLES", 0x74, ACCESS_STATUS},
    {"CYCLES_HIGH", 0x78, ACCESS_STATUS},
    {"MULTIPLIED", 0x7C, ACCESS_STATUS},
    {"MULTIPLIED_HIGH", 0x80, ACCESS_STATUS},
    {"STALL_INPUT", 0x84, ACCESS_STATUS},
    {"STALL_COLUMNS", 0x88, ACCESS_STATUS},
    {"STALL_ACCUMULATOR", 0x8C, ACCESS_STATUS},
    {"STALL_ELEMENT", 0x90, ACCESS_STATUS},
    {"STALL_QUEUE", 0x94, ACCESS_STATUS},
    {"STALL_WEIGHTS", 0x98, ACCESS_STATUS},
    {"STALL_OUTPUT", 0x9C, ACCESS_STATUS},
    {"CELL_WORDS", 0xA0, ACCESS_CONSTANT},
    {"KEPT_WORDS", 0xA4, ACCESS_CONSTANT},
    {"MODEL_CELL_WORDS", 0xA8, ACCESS_STATUS},
    {"MODEL_KEPT_WORDS", 0xAC, ACCESS_STATUS},
};

static const struct {
    const char *of, *name;
    int low, bits;
} KEPT_FIELDS[] = {
    {"VERSION", "PATCH", 0, 8},
    {"VERSION", "MINOR", 8, 8},
    {"VERSION", "MAJOR", 16, 16},
    {"FEATURES", "RESIDENT", 0, 1},
    {"FEATURES", "QUEUE", 1, 1},
    {"FEATURES", "TWO_PORTS", 2, 1},
    {"FEATURES", "BUS_BYTES", 16, 16},
    {"PES_CHANNELS", "PES", 0, 16},
    {"PES_CHANNELS", "CHANNELS", 16, 16},
    {"Y_SIZE_LANES", "Y", 0, 16},
    {"Y_SIZE_LANES", "LANES", 16, 16},
    {"CONTROL", "START", 0, 1},
    {"CONTROL", "STOP", 1, 1},
    {"CONTROL", "LOAD", 2, 1},
    {"STATUS", "RUNNING", 0, 1},
    {"STATUS", "STOPPING", 1, 1},
    {"STATUS", "ERROR", 2, 1},
    {"STATUS", "IDLE", 3, 1},
    {"STATUS", "LOADING", 4, 1},
    {"STATUS", "LOADED", 5, 1},
    {"IRQ_STATUS", "ERROR", 0, 1},
    {"IRQ_STATUS", "FRAME", 1, 1},
    {"IRQ_STATUS", "LOADED", 2, 1},
    {"IRQ_STATUS", "DESCRIPTOR", 3, 1},
    {"SLOT", "CHANNEL", 0, 16},
    {"SLOT", "CLOSED", 16, 1},
    {"SLOT", "WRITE", 31, 1},
};

static const struct register_entry *find(const struct register_entry *list, int count, const char *name)
{
    for (int n = 0; n < count; n++)
        if (strcmp(list[n].name, name) == 0)
            return &list[n];
    fail_msg("register %s is gone", name);
    return NULL;
}

static void test_registers(void **state)
{
    (void)state;
    struct register_entry list[REGISTERS_MOST];
    const int count = registers_list_all(list);
    for (size_t n = 0; n < COUNT_OF(KEPT); n++) {
        const struct register_entry *entry = find(list, count, KEPT[n].name);
        assert_int_equal(entry->offset, KEPT[n].offset);
        assert_int_equal(entry->kind, KEPT[n].kind);
    }
    assert_int_equal(count, COUNT_OF(KEPT));
}

static void test_fields(void **state)
{
    (void)state;
    struct register_entry list[REGISTERS_MOST];
    const int count = registers_list_all(list);
    int fields = 0;
    for (int n = 0; n < count; n++)
        fields += list[n].field_count;
    assert_int_equal(fields, COUNT_OF(KEPT_FIELDS));
    for (size_t n = 0; n < COUNT_OF(KEPT_FIELDS); n++) {
        const struct register_entry *entry = find(list, count, KEPT_FIELDS[n].of);
        int k = 0;
        while (k < entry->field_count && strcmp(entry->fields[k].name, KEPT_FIELDS[n].name) != 0)
            k++;
        assert_true(k < entry->field_count);
        assert_int_equal(entry->fields[k].low, KEPT_FIELDS[n].low);
        assert_int_equal(entry->fields[k].bits, KEPT_FIELDS[n].bits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_registers), cmocka_unit_test(test_fields)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
