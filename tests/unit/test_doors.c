/* SPDX-License-Identifier: Apache-2.0
 * test_doors.c - what stands in a chip's folder for the tools of others: the vectors are the frames that are
 * played, ports are those that Verilog declares, each kind of chip has its files.  The tools themselves:
 * tests/doors, tests/interop. */
#include "gen/door/door.h"

#include "gen/door/ports.h"
#include "gen/door/printers.h"
#include "gen/door/vectors.h"
#include "gen/emit/prefix.h"
#include "gen/verify/play.h"
#include "models/base/version.h"
#include "tests/unit/command_testing.h"
#include "tests/unit/model_testing.h"

/* ---- vectors ------------------------------------------------------------------------------------------- */

/* The digits [from, from + count) of a line, the last digit being 0. */
static uint32_t digits(const char *line, size_t length, size_t from, size_t count)
{
    uint32_t value = 0;
    assert_true(from + count <= length);
    for (size_t n = 0; n < count; n++) {
        char digit[2] = {line[length - from - count + n], '\0'};
        value = value << 4 | (uint32_t)strtoul(digit, NULL, 16);
    }
    return value;
}

static const char *next_line(const char *line, size_t *length)
{
    *length = strcspn(line, "\n");
    assert_true(line[*length] == '\n');
    return line + *length + 1;
}

static void check_elements(const char *path, const struct stimulus *s, const int32_t *values, uint32_t size,
                           bool voices_only)
{
    struct text text = contents(path);
    const char *line = text_string(&text);
    size_t wide = s->element_bits / 4, length;
    for (uint32_t t = 0; t < VECTOR_FRAMES; t++)
        for (uint32_t e = 0; e < size; e++) {
            const char *at = line;
            line = next_line(line, &length);
            assert_int_equal(length, s->channels * wide);
            for (uint32_t c = 0; c < s->channels; c++) {
                uint32_t got = digits(at, length, c * wide, wide);
                bool shown = !voices_only || stimulus_get(s->active, s, t, c);
                int32_t value = values[((size_t)t * s->channels + c) * size + e];
                assert_int_equal(got, shown ? (uint32_t)value & ((1u << s->element_bits) - 1) : 0);
            }
        }
    assert_string_equal(line, "");
    text_free(&text);
}

static void check_voices(const struct stimulus *s)
{
    struct text text = contents("vectors/voices.hex");
    const char *line = text_string(&text);
    for (uint32_t t = 0; t < VECTOR_FRAMES; t++) {
        size_t length;
        const char *at = line;
        line = next_line(line, &length);
        assert_int_equal(length, (2 * s->channels + 3) / 4);
        for (uint32_t bit = 0; bit < 2 * s->channels; bit++) {
            const uint32_t *mask = bit < s->channels ? s->active : s->first;
            assert_int_equal(digits(at, length, bit / 4, 1) >> bit % 4 & 1,
                             stimulus_get(mask, s, t, bit % s->channels));
        }
    }
    assert_string_equal(line, "");
    text_free(&text);
}

/* The play is the one of `ese verify`, with all its phases and their frames behind these. */
static void check_chip(const struct config *config)
{
    struct program program;
    struct play play;
    struct error error = {""};
    build(&program, config);
    struct output *output = output_new();
    vectors_add(output, &program);
    if (!output_write(output, "vectors", &error))
        fail_msg("%s", error.text);
    output_free(output);
    assert_int_equal(chdir("vectors"), 0);
    play_build(&play, &program, VECTOR_FRAMES, VECTOR_SEED, false);
    const struct stimulus *s = &play.stimulus;
    check_elements("vectors/x.hex", s, s->x, s->input, false);
    check_elements("vectors/y.hex", s, stimulus_y(s)->values, stimulus_y(s)->elements, true);
    check_voices(s);
    assert_int_equal(chdir(".."), 0);
    play_free(&play);
    program_free(&program);
}

static void test_vectors(void **state)
{
    (void)state;
    static const struct {
        int channels, bits, memory, io;
    } chips[] = {
        {1, 16, MEMORY_ROM, IO_STREAM},     {3, 9, MEMORY_ROM, IO_STREAM},
        {35, 16, MEMORY_STREAM, IO_MEMORY}, {2, 18, MEMORY_RESIDENT, IO_STREAM},
        {5, 8, MEMORY_RESIDENT, IO_MEMORY},
    };
    for (size_t n = 0; n < COUNT_OF(chips); n++) {
        struct config config = plain_config();
        config.channels = chips[n].channels;
        config.activation_bits = chips[n].bits;
        config.memory = chips[n].memory;
        config.io = chips[n].io;
        check_chip(&config);
    }
}

/* ---- registers ----------------------------------------------------------------------------------------- */

static uint32_t field_of(const struct program *p, const char *name, const char *field)
{
    struct register_entry list[REGISTERS_MOST];
    const int count = registers_list(p, list);
    for (int n = 0; n < count; n++)
        for (int k = 0; strcmp(list[n].name, name) == 0 && k < list[n].field_count; k++)
            if (strcmp(list[n].fields[k].name, field) == 0)
                return door_field_value(&list[n], &list[n].fields[k]);
    fail_msg("there is no field %s of %s", field, name);
    return 0;
}

/* Constants are made whole, their fields stand in a list: what the field of that name holds. */
static void test_fields(void **state)
{
    (void)state;
    struct config config = plain_config();
    struct program p;
    config.memory = MEMORY_RESIDENT;
    config.io = IO_STREAM;
    config.channels = 3;
    build(&p, &config);
    assert_int_equal(field_of(&p, "VERSION", "MAJOR"), ESE_VERSION_MAJOR);
    assert_int_equal(field_of(&p, "VERSION", "MINOR"), ESE_VERSION_MINOR);
    assert_int_equal(field_of(&p, "FEATURES", "RESIDENT"), 1);
    assert_int_equal(field_of(&p, "FEATURES", "QUEUE"), 0);
    assert_int_equal(field_of(&p, "FEATURES", "TWO_PORTS"), config.memory_ports > 1);
    assert_int_equal(field_of(&p, "FEATURES", "BUS_BYTES"), p.d.bus_bits / 8);
    assert_int_equal(field_of(&p, "PES_CHANNELS", "PES"), p.d.pes);
    assert_int_equal(field_of(&p, "PES_CHANNELS", "CHANNELS"), 3);
    assert_int_equal(field_of(&p, "Y_SIZE_LANES", "Y"), p.d.y_size);
    assert_int_equal(field_of(&p, "Y_SIZE_LANES", "LANES"), p.d.lanes);
    program_free(&p);
}

/* ---- ports --------------------------------------------------------------------------------------------- */

static void test_ports(void **state)
{
    (void)state;
    struct port_list list;
    struct error error = {""};
    assert_true(ports_read(&list,
                           "// input wire no,\n"
                           "\nmodule top (\n    (* X = \"input wire y\" *)\n    input  wire        aclk,\n\n"
                           "    input  wire                m_axi_d_rvalid,\n"
                           "    output wire [39:0] m_axi_d_araddr,\n    input  wire [0:0] s_axis_x_tdata,\n"
                           "    output wire [4:0]          mon_stall\n);\n    input  wire nothing,\n",
                           &error));
    assert_int_equal(list.count, 5);
    assert_string_equal(list.ports[2].name, "m_axi_d_araddr");
    assert_true(list.ports[2].output && list.ports[2].bits == 40 && list.ports[2].vector);
    assert_true(!list.ports[0].output && list.ports[0].bits == 1 && !list.ports[0].vector);
    assert_true(list.ports[3].bits == 1 && list.ports[3].vector);
    assert_false(ports_read(&list, "\nmodule top;\nendmodule\n", &error));
    assert_string_equal(error.text, "the top has no ports");
}

/* ---- files --------------------------------------------------------------------------------------------- */

static void test_files(void **state)
{
    (void)state;
    made("rom", NULL);
    made("named", "memory=stream prefix=left");
    static const char *const both[] = {"tiny.core",         "cocotb/test_chip.py", "cocotb/chip.py",
                                       "cocotb/Makefile",   "vectors/x.hex",       "vectors/y.hex",
                                       "vectors/voices.hex", "vectors/stimulus.bin"};
    static const char *const host[] = {"ipxact/left_top.xml", "registers/left_registers.rdl",
                                       "registers/left_registers.svd",
                                       "registers/left_registers_pkg.sv", "driver/left.dtsi"};
    char path[100];
    for (size_t n = 0; n < COUNT_OF(both); n++) {
        snprintf(path, sizeof path, "rom/%s", both[n]);
        assert_true(exists(path));
        snprintf(path, sizeof path, "named/%s", both[n]);
        assert_true(exists(path));
    }
    for (size_t n = 0; n < COUNT_OF(host); n++) {
        snprintf(path, sizeof path, "named/%s", host[n]);
        assert_true(exists(path));
    }
    assert_true(exists("rom/ipxact/ese_top.xml"));
    assert_false(exists("rom/registers"));
    assert_false(exists("rom/driver"));
    struct text text = contents("named/tiny.core");
    assert_non_null(strstr(text_string(&text), "toplevel: left_top\n"));
    assert_non_null(strstr(text_string(&text), "- rtl/left_queue.v\n"));
    assert_non_null(strstr(text_string(&text), "- mem/left_sigmoid.mem: {copyto: left_sigmoid.mem}\n"));
    text_free(&text);
}

/* A configuration has the name of its file, of which not every character is one for other tools. */
static void test_core_name(void **state)
{
    (void)state;
    static struct { char name[12], core[12]; } names[] = {
        {"my-chip-1", "my_chip_1"}, {"1x", "1x"}, {"__", "chip__"}, {"_a", "_a"}};
    for (size_t n = 0; n < COUNT_OF(names); n++) {
        struct config config = plain_config();
        struct text text = {0};
        config.name = names[n].name;
        prefix_core(&text, &config);
        assert_string_equal(text_string(&text), names[n].core);
        text_free(&text);
    }
}

#define TEST(function) cmocka_unit_test_teardown(function, scratch_clean)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_vectors), TEST(test_fields), TEST(test_ports),
                                       TEST(test_files), TEST(test_core_name)};
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
