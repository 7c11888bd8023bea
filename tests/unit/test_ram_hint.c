/* SPDX-License-Identifier: Apache-2.0
 * test_ram_hint.c - a chip without hints about its memories has none in rtl/, and is the same chip
 * else; and which memory has which hint. */
#include "gen/emit/emit.h"

#include "models/program/cycles.h"
#include "tests/unit/command_testing.h"
#include "tests/unit/model_testing.h"

static const char *const with_hints = "with", *const without_hints = "without";
static int hints;

static void emit(const struct config *config, const char *dir)
{
    struct program program;
    struct error error = {""};
    build(&program, config);
    struct output *output = output_new();
    if (!emit_chip(output, &program, program.cycles, "test", &error) ||
        !output_write(output, dir, &error))
        fail_msg("%s", error.text);
    output_free(output);
    program_free(&program);
}

/* The line without the attribute; false if it has none. */
static bool plain_line(const char *line, size_t length, char *plain, size_t size)
{
    char line_text[400], style[20];
    int end = 0;
    snprintf(line_text, sizeof line_text, "%.*s", (int)length, line);
    const char *at = strstr(line_text, "(* ram_style = ");
    if (at == NULL)
        return false;
    assert_int_equal(sscanf(at, "(* ram_style = %19[A-Z_a-z\"] *) %n", style, &end), 1);
    assert_true(strcmp(style, "\"block\"") == 0 || strcmp(style, "\"distributed\"") == 0 ||
                strcmp(style, "RAM_STYLE") == 0);
    snprintf(plain, size, "%.*s%s", (int)(at - line_text), line_text, at + end);
    return true;
}

/* Line by line the same, but for the attribute. */
static void compare_lines(const char *path, const char *with, const char *without)
{
    while (*with != '\0' && *without != '\0') {
        size_t length = strcspn(with, "\n"), other = strcspn(without, "\n");
        char plain[400];
        bool same = length == other && memcmp(with, without, length) == 0;
        bool hinted = length < sizeof plain && plain_line(with, length, plain, sizeof plain);
        if (hinted ? strlen(plain) != other || memcmp(plain, without, other) != 0 : !same)
            fail_msg("%s: '%.*s' became '%.*s'", path, (int)length, with, (int)other, without);
        hints += hinted;
        with += length + (with[length] == '\n');
        without += other + (without[other] == '\n');
    }
    assert_int_equal(*with, *without);
}

static int compare_entry(const char *path, const struct stat *status, int kind, struct FTW *at)
{
    char other[PATH_MAX];
    (void)status, (void)at;
    const char *name = path + strlen(with_hints);
    if (kind != FTW_F || strcmp(name, "/config.yaml") == 0 || strcmp(name, "/manifest.json") == 0)
        return 0;
    snprintf(other, sizeof other, "%s%s", without_hints, name);
    if (strncmp(name, "/rtl/", 5) != 0 && same_files(path, other))
        return 0;
    struct text with = contents(path), without = contents(other);
    compare_lines(name, text_string(&with), text_string(&without));
    if (strstr(text_string(&without), "ram_style") != NULL)
        fail_msg("%s still has a ram_style", name);
    text_free(&with);
    text_free(&without);
    return 0;
}

static struct config of_memory(enum memory_mode memory)
{
    struct config c = plain_config();
    c.memory = memory;
    c.io = memory == MEMORY_ROM ? IO_STREAM : IO_MEMORY;
    c.memory_ports = 1;
    c.axi_data_bits = AXI_256;
    c.axi_address_bits = 40;
    return c;
}

/* A chip with and without them; so many memories have one. */
static void compare(enum memory_mode memory, const char *prefix, int least)
{
    struct config c = of_memory(memory);
    snprintf(c.prefix, sizeof c.prefix, "%s", prefix);
    emit(&c, with_hints);
    c.ram_hint = RAM_HINT_NONE;
    emit(&c, without_hints);
    assert_int_equal(entries_in(with_hints), entries_in(without_hints));
    hints = 0;
    assert_int_equal(nftw(with_hints, compare_entry, 16, FTW_PHYS), 0);
    assert_true(hints >= least);
    unchanged(without_hints);
}

static void read_only_memory(void **state)
{
    (void)state;
    compare(MEMORY_ROM, PREFIX_DEFAULT, 7);
}

static void loaded_memory(void **state)
{
    (void)state;
    compare(MEMORY_RESIDENT, "other", 9);
}

/* Of three streams the weights alone are told where they lie. */
static void weights(void **state)
{
    static const char TO_WEIGHTS[] = ".RAM_STYLE (WEIGHTS_RAM)\n    ) u_weights (";
    static const struct {
        enum weights_ram ram;
        const char *style;
    } cases[] = {{WEIGHTS_AUTO, "block"}, {WEIGHTS_BLOCK, "block"}, {WEIGHTS_ULTRA, "ultra"}};
    (void)state;
    for (size_t n = 0; n < COUNT(cases); n++) {
        struct config c = of_memory(MEMORY_RESIDENT);
        char path[64], wanted[40];
        c.weights_ram = cases[n].ram;
        strcpy(c.device, "xck26");
        snprintf(path, sizeof path, "chip%zu", n);
        emit(&c, path);
        strcat(path, "/rtl/ese_mem_controller.v");
        snprintf(wanted, sizeof wanted, ".WEIGHTS_RAM        (\"%s\"),", cases[n].style);
        struct text text = contents(path);
        const char *at = strstr(text_string(&text), ".WEIGHTS_RAM");
        assert_non_null(at);
        assert_int_equal(strncmp(at, wanted, strlen(wanted)), 0);
        text_free(&text);
        snprintf(path, sizeof path, "chip%zu/rtl/ese_resident_model.v", n);
        text = contents(path);
        at = strstr(text_string(&text), ".RAM_STYLE (");
        assert_non_null(at);
        assert_int_equal(strncmp(at, TO_WEIGHTS, strlen(TO_WEIGHTS)), 0);
        assert_null(strstr(at + 1, ".RAM_STYLE ("));
        text_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(read_only_memory, scratch_clean),
        cmocka_unit_test_teardown(loaded_memory, scratch_clean),
        cmocka_unit_test_teardown(weights, scratch_clean),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
