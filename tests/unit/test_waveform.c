/* SPDX-License-Identifier: Apache-2.0
 * test_waveform.c - what simulators and GTKWave are told of a waveform. */
#include "gen/verify/waveform.h"

#include "tests/unit/command_testing.h"

static struct waveform planned(const struct waveform_options *options, const struct play *play,
                               const char *chip)
{
    struct waveform waveform;
    struct error error = {""};
    if (!waveform_plan(&waveform, options, play, chip, &error))
        fail_msg("%s", error.text);
    return waveform;
}

static void refused(const struct waveform_options *options, const struct play *play,
                    const char *begin)
{
    struct waveform waveform;
    struct error error = {""};
    assert_false(waveform_plan(&waveform, options, play, "chip", &error));
    assert_memory_equal(error.text, begin, strlen(begin));
    waveform_free(&waveform);
}

/* Two phases of a chip of so many PEs. */
static struct play played(uint32_t pes)
{
    static struct stimulus_phase phases[] = {{.name = "steady", .frame_count = 5},
                                             {.name = "weights slverr", .frame_count = 2}};
    return (struct play){.stimulus = {.pes = pes, .channels = 2, .phases = phases,
                                      .phase_count = COUNT_OF(phases)}};
}

static void is_window(struct waveform_options options, const char *wanted)
{
    struct play play = played(1);
    struct waveform waveform = planned(&options, &play, "none");
    if (wanted == NULL)
        assert_null(waveform.window);
    else
        assert_string_equal(waveform.window, wanted);
    assert_null(waveform.scopes);
    waveform_free(&waveform);
}

static void test_windows(void **state)
{
    (void)state;
    struct play play = played(1);
    is_window((struct waveform_options){.last = -1}, NULL);
    is_window((struct waveform_options){.first = 3, .last = 4}, "0,3,4");
    is_window((struct waveform_options){.phase = "weights slverr", .last = -1}, "1,0,2147483647");
    is_window((struct waveform_options){.phase = "weights slverr", .first = 1, .last = 1}, "1,1,1");
    refused(&(struct waveform_options){.phase = "weights", .last = -1}, &play,
            "--trace-phase: there is no phase 'weights'; there are steady and weights slverr");
    refused(&(struct waveform_options){.first = 1, .last = 5}, &play,
            "--trace-frames: there is no frame 5 in phase steady; it has 0:4");
    refused(&(struct waveform_options){.phase = "weights slverr", .last = 2}, &play,
            "--trace-frames: there is no frame 2 in phase weights slverr; it has 0:1");
}

/* However many phases there are, the line is whole. */
static void test_many_phases(void **state)
{
    (void)state;
    enum { MANY = 300 };
    static struct stimulus_phase phases[MANY];
    struct play play = {.stimulus = {.phases = phases, .phase_count = MANY}};
    struct waveform waveform;
    struct error error = {""};
    for (int n = 0; n < MANY; n++)
        snprintf(phases[n].name, sizeof phases[n].name, "%d weights slverr", n + 1);
    struct waveform_options options = {.phase = "x", .last = -1};
    assert_false(waveform_plan(&waveform, &options, &play, "chip", &error));
    assert_non_null(strstr(error.text, "there are 1 weights slverr, 2 weights slverr, "));
    assert_string_equal(error.text + strlen(error.text) - strlen(", ..."), ", ...");
}

static void has_scopes(const char *scope, uint32_t pes, const char *wanted)
{
    struct play play = played(pes);
    struct waveform_options options = {.last = -1, .scope = scope};
    struct capture capture = capture_begin();
    struct waveform waveform = planned(&options, &play, "chip");
    capture_end(capture);
    if (wanted == NULL)
        assert_null(waveform.scopes);
    else
        assert_string_equal(waveform.scopes, wanted);
    waveform_free(&waveform);
}

#define CORE "ese_bench.u_chip.u_core"
#define CHANNEL CORE ".u_array.u_voices.g_channel"
#define BENCH "$dumpvars(1, ese_bench);\n$dumpvars(0, ese_bench.u_captions);\n"

static void test_scopes(void **state)
{
    (void)state;
    struct play play = played(1);
    made("chip", "pes=2 model.projection=false");
    has_scopes(NULL, 32, NULL);
    holds("stderr", "");
    has_scopes("ese_bench", 33, NULL);
    has_scopes("ese_controller", 1, BENCH "$dumpvars(0, " CORE ".u_controller);\n");
    has_scopes(CORE ".u_vectors.g_kept.g_channel[1]", 1,
               BENCH "$dumpvars(0, " CORE ".u_vectors.g_kept.g_channel[1]);\n");
    has_scopes(CORE ".u_controller.u_passes", 1,
               BENCH "$dumpvars(0, " CORE ".u_controller.u_passes);\n");
    has_scopes("ese_pe", 1,
               BENCH "$dumpvars(0, " CHANNEL "[0].u_channel.g_pe[0].u_pe);\n"
                     "$dumpvars(0, " CHANNEL "[0].u_channel.g_pe[1].u_pe);\n"
                     "$dumpvars(0, " CHANNEL "[1].u_channel.g_pe[0].u_pe);\n"
                     "$dumpvars(0, " CHANNEL "[1].u_channel.g_pe[1].u_pe);\n");
    const char *const none[] = {"u_controller", "ese", "",
                                CORE ".u_vectors.g_kept.g_channel[2]",
                                CORE ".u_controller.", CORE ".u_controller.g_m"};
    for (size_t n = 0; n < COUNT_OF(none); n++) {
        char line[200];
        snprintf(line, sizeof line, "--trace-scope: there is no module or instance '%s'; the modules are "
                                    "ese_bench, ese_top, ", none[n]);
        refused(&(struct waveform_options){.last = -1, .scope = none[n]}, &play, line);
    }
}

/* Of a large chip only one channel goes in, and whatever there is but once. */
static void test_large(void **state)
{
    (void)state;
    made("chip", "pes=2 model.projection=false");
    has_scopes(NULL, 33,
               BENCH "$dumpvars(1, ese_bench.u_chip);\n"
                     "$dumpvars(0, ese_bench.u_chip.u_model);\n"
                     "$dumpvars(1, " CORE ");\n"
                     "$dumpvars(0, " CORE ".u_column);\n"
                     "$dumpvars(0, " CORE ".u_input);\n"
                     "$dumpvars(0, " CORE ".u_controller);\n"
                     "$dumpvars(1, " CORE ".u_array);\n"
                     "$dumpvars(0, " CORE ".u_array.u_front_end);\n"
                     "$dumpvars(0, " CORE ".u_array.u_element_control);\n"
                     "$dumpvars(1, " CORE ".u_array.u_voices);\n"
                     "$dumpvars(0, " CORE ".u_array.u_voices.u_control);\n"
                     "$dumpvars(0, " CORE ".u_array.u_voices.u_elements);\n"
                     "$dumpvars(0, " CHANNEL "[0].u_channel);\n"
                     "$dumpvars(1, " CORE ".u_vectors);\n"
                     "$dumpvars(0, " CORE ".u_vectors.g_kept.g_channel[0].u_ram);\n"
                     "$dumpvars(0, " CORE ".u_output);\n");
    complained("ese: note: of 2 channels only the first is in the waveform; --trace-scope ese_bench "
               "writes everything\n");
}

static void test_names(void **state)
{
    (void)state;
    made("chip", "model.projection=false");
    struct chip_folder chip = opened("chip");
    struct waveform waveform = {0};
    struct error error = {""};
    char line[300];
    make_dir("work");
    assert_true(waveform_write_names(&waveform, &chip.program, "work", &error));
    assert_string_equal(waveform.names, "work/names.mem");
    snprintf(line, sizeof line, "@0\n%0*d5769785b305d // Wix[0]\n",
             2 * (STIMULUS_CAPTION - (int)strlen("Wix[0]")), 0);
    struct text names = contents("work/names.mem");
    assert_memory_equal(text_string(&names), line, strlen(line));
    snprintf(line, sizeof line, "\n@%x\n%0*d695b305d // i[0]\n", 1 << chip.program.d.product_bits,
             2 * (STIMULUS_CAPTION - (int)strlen("i[0]")), 0);
    assert_non_null(strstr(text_string(&names), line));
    text_free(&names);
    waveform_free(&waveform);
    chip_close(&chip);
}

static void test_files(void **state)
{
    (void)state;
    static const char *const names[][3] = {{"a/w.fst", ".icarus", "a/w.icarus.fst"},
                                           {"a.b/w.vcd", "", "a.b/w.vcd"}};
    for (size_t n = 0; n < COUNT_OF(names); n++) {
        char *file = waveform_file(names[n][0], names[n][1]);
        assert_string_equal(file, names[n][2]);
        free(file);
    }
    assert_null(waveform_file(NULL, ".icarus"));
}

static void view(const char *set, bool streams)
{
    made("chip", set);
    struct chip_folder chip = opened("chip");
    struct error error = {""};
    put("w.vcd", "");
    assert_true(waveform_write_view("w.vcd", &chip.program, &error));
    assert_true(file_has("w.gtkw", "\n@28\nese_bench.aclk\n@28\nese_bench.aresetn\n"));
    assert_true(file_has("w.gtkw",
                         "\n@820\n+{product_name} ese_bench.u_captions.product_name[511:0]\n"));
    assert_int_equal(file_has("w.gtkw", "\nese_bench.y_valid\n"), streams);
    remove("w.vcd");
    remove("w.gtkw");
    struct capture capture = capture_begin();
    assert_true(waveform_write_view("w.vcd", &chip.program, &error));
    capture_end(capture);
    complained("ese: note: no w.vcd: the simulation did not get to what it was to show\n");
    assert_false(exists("w.gtkw"));
    chip_close(&chip);
    scratch_clean(NULL);
}

static void test_view(void **state)
{
    (void)state;
    view("pes=1", true);
    view("memory=stream", false);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_teardown(function, scratch_clean)
    const struct CMUnitTest tests[] = {
        TEST(test_windows), TEST(test_many_phases), TEST(test_scopes), TEST(test_large),
        TEST(test_names),   TEST(test_files),       TEST(test_view),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
