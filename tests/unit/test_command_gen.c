/* SPDX-License-Identifier: Apache-2.0
 * test_command_gen.c - ese gen: a folder with a chip, or a message and nothing. */
#include "tests/unit/command_testing.h"

#include "gen/config/config_file.h"

static void refuses(const char *source, const char *dir, const char *set, const char *message)
{
    assert_int_equal(gen(source, dir, set), 1);
    complained(message);
    printed_nothing();
    struct text text = contents("stderr");
    assert_int_equal(strncmp(text_string(&text), "ese: ", 5), 0);
    assert_ptr_equal(strchr(text_string(&text), '\n'), text.data + text.length - 1); /* one line */
    text_free(&text);
}

/* What it says is so by a program that is built here. */
static void says(const char *set, const char *lanes)
{
    const struct sets *sets = sets_of(set);
    struct config config;
    struct program program;
    struct error error = {""};
    assert_true(config_load(&config, "tiny", sets->words, sets->count, &error));
    assert_true(program_build(&program, &config, &error));
    struct text line = {0};
    text_appendf(&line, "chip: %d PEs x %d channels, %lld cycles a frame, %s: see chip/README.md\n",
                 config.pes, config.channels, (long long)program.cycles_per_frame, lanes);
    assert_int_equal(gen("tiny", "chip", set), 0);
    holds("stdout", text_string(&line));
    holds("stderr", "");
    text_free(&line);
    program_free(&program);
    config_free(&config);
}

static void test_line(void **state)
{
    (void)state;
    says(NULL, "2 lanes");
    says("elem_lanes=1", "1 lane");
    says("pes=5 channels=7 elem_lanes=5", "5 lanes");
}

static void test_folder(void **state)
{
    (void)state;
    static const char *const files[] = {
        "rtl/ese_top.v", "rtl/files.f", "mem/weights.mem", "mem/tanh.mem", "sim/ese_bench.v",
        "sim/verilator.vlt", "report.txt", "report.json", "config.yaml", "manifest.json", "README.md"};
    made("chip", NULL);
    for (size_t n = 0; n < COUNT_OF(files); n++) {
        char path[100];
        snprintf(path, sizeof path, "chip/%s", files[n]);
        if (!exists(path))
            fail_msg("%s is not there", path);
    }
    unchanged("chip");
    json_t *manifest = json_of("chip/manifest.json");
    string_is(manifest, "command", "gen tiny");
    json_decref(manifest);
    struct chip_folder chip = opened("chip");
    assert_int_equal(chip.config.pes, 3);
    chip_close(&chip);
}

/* The same configuration gives the same bytes; another one does not. */
static void test_same_bytes(void **state)
{
    (void)state;
    made("a", NULL);
    made("b", NULL);
    made("c", "model.seed=2");
    assert_true(same_files("a/manifest.json", "b/manifest.json"));
    assert_true(same_files("a/mem/weights.mem", "b/mem/weights.mem"));
    assert_false(same_files("a/mem/weights.mem", "c/mem/weights.mem"));
    assert_false(same_files("a/manifest.json", "c/manifest.json"));
    json_t *manifest = json_of("c/manifest.json");
    string_is(manifest, "command", "gen tiny --set model.seed=2");
    json_decref(manifest);
}

/* A chip may take the place of another; what is not ese's stays. */
static void test_again(void **state)
{
    (void)state;
    made("chip", "memory=stream");
    assert_true(exists("chip/mem/weights.bin"));
    put("chip/notes.txt", "mine\n");
    made("chip", "pes=4");
    assert_false(exists("chip/mem/weights.bin"));
    holds("chip/notes.txt", "mine\n");
    unchanged("chip");
    struct chip_folder chip = opened("chip");
    assert_int_equal(chip.config.pes, 4);
    chip_close(&chip);
}

static void test_edited(void **state)
{
    (void)state;
    made("chip", NULL);
    put("chip/rtl/ese_top.v", "mine\n");
    refuses("tiny", "chip", "pes=4",
            "'chip' has files that are not as ese left them: rtl/ese_top.v");
    holds("chip/rtl/ese_top.v", "mine\n");
    struct gen_options options = {.source = "tiny", .output = "chip", .force = true,
                                  .command_line = "not looked at"};
    struct capture capture = capture_begin();
    assert_int_equal(command_gen(&options), 0);
    capture_end(capture);
    unchanged("chip");
}

/* The clock of the reports is that of the bench. */
static void test_clock(void **state)
{
    (void)state;
    static const char *const params = "chip/sim/ese_bench_params.vh";
    made("chip", NULL);
    assert_true(file_has(params, "HALF_PERIOD = 2.500; // ns, of 200 MHz\n"));
    assert_true(file_has("chip/README.md", "at 200 MHz"));
    json_t *usual = json_of("chip/report.json");
    made("chip", "clock_mhz=150 memory=stream");
    assert_true(file_has(params, "HALF_PERIOD = 3.333; // ns, of 150 MHz\n"));
    assert_true(file_has("chip/README.md", "at 150 MHz"));
    assert_true(file_has("chip/report.txt", "a frame at 150 MHz"));
    assert_true(file_has("chip/report.txt", "bits, 150 MHz)"));
    json_t *slow = json_of("chip/report.json");
    double us = json_real_value(json_object_get(usual, "us_per_frame"));
    double slow_us = json_real_value(json_object_get(slow, "us_per_frame"));
    assert_true(us > 0.0 && slow_us > us * 1.333 && slow_us < us * 1.334);
    assert_int_equal(json_integer_value(json_object_get(slow, "clock_mhz")), 150);
    json_decref(usual);
    json_decref(slow);
}

static void test_own_file(void **state)
{
    (void)state;
    put("my.yaml", "pes: 2\nchannels: 1\nmodel:\n  input: 3\n  cell: 4\n  output: 4\n"
                   "  projection: false\n");
    assert_int_equal(gen("my.yaml", "new/folders/chip", NULL), 0);
    printed("new/folders/chip: 2 PEs x 1 channels, ");
    struct chip_folder chip = opened("new/folders/chip");
    assert_int_equal(chip.program.network.layers[0].as.cell, 4);
    assert_false(network_has_projection(&chip.program.network));
    chip_close(&chip);
}

static void test_bad_configuration(void **state)
{
    (void)state;
    refuses("nosuch", "chip", NULL, "'nosuch'");
    refuses("./nosuch.yaml", "chip", NULL, "nosuch.yaml");
    refuses("tiny", "chip", "pes=0", "pes");
    refuses("tiny", "chip", "colour=red", "unknown key 'colour'");
    refuses("tiny", "chip", "model.path=nosuch.safetensors", "nosuch.safetensors");
    put("my.yaml", "pes: [\n");
    refuses("my.yaml", "chip", NULL, "my.yaml");
    assert_false(exists("chip"));
}

static void test_bad_folder(void **state)
{
    (void)state;
    put("file", "mine\n");
    refuses("tiny", "file", NULL, "file");
    holds("file", "mine\n");
    refuses("tiny", "file/chip", NULL, "file");
    make_dir("full");
    put("full/notes.txt", "mine\n");
    refuses("tiny", "full", NULL, "full");
    assert_int_equal(entries_in("full"), 1);
    holds("full/notes.txt", "mine\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_line, scratch_clean),
        cmocka_unit_test_teardown(test_folder, scratch_clean),
        cmocka_unit_test_teardown(test_same_bytes, scratch_clean),
        cmocka_unit_test_teardown(test_again, scratch_clean),
        cmocka_unit_test_teardown(test_edited, scratch_clean),
        cmocka_unit_test_teardown(test_clock, scratch_clean),
        cmocka_unit_test_teardown(test_own_file, scratch_clean),
        cmocka_unit_test_teardown(test_bad_configuration, scratch_clean),
        cmocka_unit_test_teardown(test_bad_folder, scratch_clean),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
