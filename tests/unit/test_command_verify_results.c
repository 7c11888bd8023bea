/* SPDX-License-Identifier: Apache-2.0
 * test_command_verify_results.c - ese verify from what the simulators have measured: verdict,
 * text, JSON, picture. */
#include "tests/unit/verify_testing.h"

#include "gen/report/chart_svg.h"
#include "gen/verify/simulate_result.h"
#include "models/program/derive.h"

static void fails(struct verify_options options)
{
    assert_int_equal(verify(options), 1);
    holds("stderr", ""); /* it is no error of the input */
}

static struct verify_options few(enum simulator_choice sim)
{
    return (struct verify_options){.frames = 4, .sim = sim};
}

static void measure(const struct program *p, const char *simulator, int64_t cycles)
{
    put_measured((struct measured){simulator, cycles, 0, 2, false}, p, NULL);
}

/* ---- cycles ---------------------------------------------------------------------------------- */

static void test_pass(void **state)
{
    (void)state;
    begin_verify(NULL);
    struct chip_folder chip = opened("chip");
    const struct program *p = &chip.program;
    char line[200];
    passes(few(SIM_DEFAULT));
    printed("\nverilator  bit-exact  80 c and 70 y values, 5000 cycles at 10000 a second, "
            "built in ");
    printed("\nicarus     bit-exact  80 c and 70 y values, 5000 cycles at 10000 a second, "
            "built in ");
    snprintf(line, sizeof line, "\ncycles a frame: %lld measured, %lld by the model; %.1f %% of "
             "the multiplier slots do useful work\n", (long long)p->cycles_per_frame,
             (long long)p->cycles_per_frame,
             100.0 * (double)p->true_nonzeros / (3.0 * (double)p->cycles_per_frame));
    printed(line);
    printed("\nFrame 3 as measured by verilator:\n");
    printed("\nAccuracy of y on the 7 frames played, of noise\n");
    printed("\nverdict: pass\n");
    chip_close(&chip);
}

/* What does not go into a line of the terminal goes on in the next. */
static void test_long_line(void **state)
{
    (void)state;
    begin_verify(NULL);
    struct chip_folder chip = opened("chip");
    json_t *changes = json_pack("{s:[{s:s, s:s, s:i}, {s:s, s:s, s:i}]}", "checked", "vector",
                                "0.reverse.c", "at", "result", "values", 123456, "vector",
                                "12.reverse.y", "at", "output", "values", 70);
    put_measured((struct measured){"verilator", chip.program.cycles_per_frame, 0, 2, false},
                 &chip.program, changes);
    passes(few(SIM_VERILATOR));
    printed("\nverilator  bit-exact  123,456 0.reverse.c and 70 12.reverse.y values\n"
            "           5000 cycles at 10000 a second, built in ");
    chip_close(&chip);
}

/* Neither simulator may differ from the model, nor from the other. */
static void test_cycles(void **state)
{
    (void)state;
    begin_verify(NULL);
    struct chip_folder chip = opened("chip");
    const struct program *p = &chip.program;
    int64_t cycles = p->cycles_per_frame;
    for (int wrong = 1; wrong < 4; wrong++) {
        measure(p, "verilator", cycles + (wrong & 1));
        measure(p, "icarus", cycles + (wrong >> 1));
        fails(few(SIM_BOTH));
        printed("bit-exact");
        printed("\nthe cycles of a frame are not as they should be, or not the same in all "
                "simulators\n");
        printed("\nverdict: FAIL\n");
        assert_int_equal(verify(few(SIM_VERILATOR)), wrong & 1);
        assert_int_equal(verify(few(SIM_ICARUS)), wrong >> 1);
    }
    measure(p, "icarus", cycles - 1);
    fails(few(SIM_ICARUS));
    chip_close(&chip);
}

static void test_not_measured(void **state)
{
    (void)state;
    begin_verify(NULL);
    struct chip_folder chip = opened("chip");
    measure(&chip.program, "verilator", 0); /* no phase */
    fails(few(SIM_VERILATOR));
    printed("\ncycles a frame: not measured, ");
    printed("\nverdict: FAIL\n");
    measure(&chip.program, "verilator", -1); /* a phase of one frame */
    fails(few(SIM_VERILATOR));
    printed("\ncycles a frame: not measured, ");
    measure(&chip.program, "icarus", chip.program.cycles_per_frame); /* only by the other */
    fails(few(SIM_BOTH));
    printed(" measured, ");
    chip_close(&chip);
}

/* Where frames wait for the memory, some more and some less, the mean of the second half counts; it
 * may be a little more than a bus word a clock, but not less than the array takes. */
static void test_waits_for_memory(void **state)
{
    (void)state;
    begin_verify("memory=stream memory_ports=1 axi_data_bits=128 pes=16 channels=1 model.cell=40 "
                 "model.density=1.0");
    struct chip_folder chip = opened("chip");
    const struct program *p = &chip.program;
    struct cycles cycles;
    cycles_run(p, 4, &cycles);
    int64_t bus = derive_traffic(p).clocks, least = cycles.cycles_per_frame * 9 / 10;
    cycles_free(&cycles);
    assert_true(bus > p->cycles_per_frame);
    char line[120];
    measure(p, "verilator", bus);
    passes(few(SIM_VERILATOR));
    put_measured((struct measured){"verilator", bus, 0, 0, true}, p, NULL);
    passes(few(SIM_VERILATOR));
    snprintf(line, sizeof line,
             "\nexternal memory, at a bus word a clock: %lld, so the array waits\n",
             (long long)bus);
    printed(line);
    measure(p, "verilator", least);
    passes(few(SIM_VERILATOR));
    measure(p, "verilator", least - 1);
    fails(few(SIM_VERILATOR));
    int64_t most = bus + bus / 10 + (INT64_C(3) << p->d.fetch_bits) / 2; /* of four frames */
    measure(p, "verilator", most);
    passes(few(SIM_VERILATOR));
    measure(p, "verilator", most + 1);
    fails(few(SIM_VERILATOR));
    chip_close(&chip);
}

static void test_ddr3(void **state)
{
    (void)state;
    begin_verify("memory=resident");
    struct chip_folder chip = opened("chip");
    const struct program *p = &chip.program;
    char line[120];
    int64_t cycles = p->cycles_per_frame;
    put_measured((struct measured){"verilator", cycles, 2 * cycles, 2, false}, p, NULL);
    passes(few(SIM_VERILATOR));
    snprintf(line, sizeof line, "\nwith a memory like DDR3-1600: %lld, 100.0 %% more\n",
             2 * (long long)p->cycles_per_frame);
    printed(line);
    measure(p, "verilator", p->cycles_per_frame);
    passes(few(SIM_VERILATOR));
    assert_false(file_has("stdout", "DDR3"));
    chip_close(&chip);
}

/* ---- failures -------------------------------------------------------------------------------- */

static void test_wrong_values(void **state)
{
    (void)state;
    begin_verify(NULL);
    struct chip_folder chip = opened("chip");
    const struct program *p = &chip.program;
    put_measured((struct measured){"icarus", p->cycles_per_frame, 0, 2, false}, p,
                 json_pack("{s:s, s:s, s:i, s:i, s:[s, s], s:[s]}", "verdict", "fail", "reason",
                           "y is wrong", "mismatches", 5, "violations", 6, "first_mismatches",
                           "one", "two", "first_violations", "three"));
    fails(few(SIM_BOTH));
    printed("\nverilator  bit-exact");
    printed("\nicarus     FAIL       80 c and 70 y values");
    printed("\n           y is wrong (5 wrong values, 6 other faults); log: ");
    printed("/build/icarus/run.log\n           one\n           two\n           three\n");
    printed("\nverdict: FAIL\n");
    chip_close(&chip);
}

/* Of a chip of several layers, told apart from the reason if that is something else. */
static void test_first(void **state)
{
    (void)state;
    begin_verify(NULL);
    struct chip_folder chip = opened("chip");
    const struct program *p = &chip.program;
    json_t *first = json_pack(
        "{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "vector", "1.c", "at", "result",
        "phase", "rough", "pass", 7, "frame", 2, "channel", 1, "element", 3, "cycle", 99,
        "expected", 5, "got", -6);
    put_measured((struct measured){"icarus", p->cycles_per_frame, 0, 2, false}, p,
                 json_pack("{s:s, s:s, s:o}", "verdict", "fail", "reason", "it is late",
                           "first_difference", first));
    struct verify_options options = few(SIM_ICARUS);
    options.json = "result.json";
    fails(options);
    printed("\n           it is late (0 wrong values, 0 other faults); log: ");
    printed("\n           first wrong value: phase rough, pass 7, 1.c of frame 2, channel 1, "
            "element 3: expected 5, got -6\n"
            "           with --taps all vectors are compared, and the first");
    json_t *root = json_of("result.json");
    string_is(root, "simulators.icarus.first_difference.vector", "1.c");
    string_is(root, "simulators.icarus.first_difference.at", "result");
    string_is(root, "simulators.icarus.first_difference.phase", "rough");
    number_is(root, "simulators.icarus.first_difference.pass", 7);
    number_is(root, "simulators.icarus.first_difference.channel", 1);
    number_is(root, "simulators.icarus.first_difference.cycle", 99);
    number_is(root, "simulators.icarus.first_difference.got", -6);
    json_decref(root);
    put_measured((struct measured){"icarus", p->cycles_per_frame, 0, 2, false}, p,
                 json_pack("{s:s, s:s, s:{s:s, s:s, s:i, s:i, s:i, s:i, s:s}}", "verdict", "fail",
                           "reason", "it went wrong here: y of frame 1, channel 0, element 4: "
                           "expected 8, got X", "first_difference", "vector", "y", "at", "output",
                           "frame", 1, "channel", 0, "element", 4, "expected", 8, "got", "X"));
    options.taps = true;
    fails(options);
    printed("\n           it went wrong here: y of frame 1, channel 0, element 4: expected 8, "
            "got X");
    assert_false(file_has("stdout", "first wrong value") || file_has("stdout", "with --taps"));
    printed("\nagain: ese verify chip --taps --frames 4 --seed 0 --sim icarus\n");
    chip_close(&chip);
}

/* A simulator that breaks is a failure of the chip, too, and not the end: the other one runs. */
static void test_broken(void **state)
{
    (void)state;
    begin_verify(NULL);
    put_simulator("case $results in */verilator/*) kill -9 $$;; esac\n"
                  "cp ../../icarus.json $results; echo VERDICT PASS");
    fails(few(SIM_BOTH));
    printed("the simulator ended without a verdict: killed by signal 9 (Killed)");
    printed("\nicarus     bit-exact");
    printed("\nagain: ese verify chip --frames 4 --seed 0 --sim verilator\nverdict: FAIL\n");
    put_simulators("FAIL: both");
    fails(few(SIM_BOTH));
    printed("\nagain: ese verify chip --frames 4 --seed 0 --sim both\n");
    fails(few(SIM_ICARUS));
    printed("\nagain: ese verify chip --frames 4 --seed 0 --sim icarus\n");
}

/* What is to be typed again is quoted for a shell; faults have no frames to count. */
static void test_again(void **state)
{
    (void)state;
    made("a chip", "memory=stream");
    begin_verify(NULL);
    put_simulators("FAIL: on purpose");
    struct verify_options faults = {.dir = "a chip", .work = "work", .faults = 5,
                                    .seed = 3, .sim = SIM_ICARUS};
    assert_int_equal(verify(faults), 1);
    printed("\nagain: ese verify 'a chip' --work work --faults 5 --seed 3 --sim icarus\n");
}

/* One simulator's waveform is not overwritten by the other's. */
static void test_traces(void **state)
{
    (void)state;
    begin_verify(NULL);
    put_simulator("for word; do case $word in +trace=*) trace=${word#+trace=};; esac; done\n"
                  "echo $results >$trace\n"
                  "cp ../../$(basename $(dirname $results) -trace).json $results\n"
                  "echo VERDICT PASS");
    passes((struct verify_options){.frames = 4, .sim = SIM_BOTH, .trace = "w.fst"});
    assert_true(file_has("w.fst", "/verilator-trace/"));
    assert_true(file_has("w.icarus.fst", "/icarus-trace/"));
    assert_true(file_has("w.gtkw", "/w.fst\"\n") && file_has("w.icarus.gtkw", "/w.icarus.fst\"\n"));
    passes((struct verify_options){.frames = 4, .sim = SIM_ICARUS, .trace = "w.fst"});
    assert_true(file_has("w.fst", "/icarus-trace/"));
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void check_json(const json_t *root, const struct program *p, const struct play *play)
{
    char hash[16];
    snprintf(hash, sizeof hash, "%08x", p->config_hash);
    string_is(root, "verdict", "fail");
    string_is(root, "config_hash", hash);
    number_is(root, "frames", 4);
    number_is(root, "channels", 2);
    number_is(root, "pes", 3);
    number_is(root, "seed", 11);
    number_is(root, "mismatches", 7 + 5); /* of both */
    number_is(root, "cycles_per_frame", p->cycles_per_frame + 1);
    number_is(root, "model_cycles_per_frame", p->cycles_per_frame);
    number_is(root, "memory_cycles_per_frame", derive_traffic(p).clocks);
    real_is(root, "mac_utilization",
            (double)p->true_nonzeros / (3.0 * (double)(p->cycles_per_frame + 1)));
    real_is(root, "max_float_error", play->accuracy.quantized.max_error);
    assert_int_equal(json_array_size(json_at(root, "phases")), play->stimulus.phase_count);
    string_is(root, "phases.1", play->stimulus.phases[1].name);
    assert_int_equal(json_object_size(json_at(root, "simulators")), 2);
}

static void check_simulator(const json_t *root, int64_t cycles)
{
    string_is(root, "verdict", "fail");
    number_is(root, "cycles", 5000);
    real_is(root, "cycles_per_second", 10000);
    string_is(root, "checked.0.vector", "c");
    string_is(root, "checked.0.at", "result");
    number_is(root, "checked.0.values", 80);
    number_is(root, "checked.0.different", 0);
    number_is(root, "checked.0.at_ends", 0);
    string_is(root, "checked.1.vector", "y");
    string_is(root, "checked.1.at", "output");
    number_is(root, "checked.1.values", 70);
    assert_null(json_object_get(root, "first_difference"));
    number_is(root, "mismatches", 5);
    number_is(root, "violations", 6);
    string_is(root, "messages.0", "one");
    string_is(root, "messages.1", "two");
    assert_true(json_number_value(json_at(root, "build_seconds")) > 0);
    assert_true(json_number_value(json_at(root, "run_seconds")) > 0);
    string_is(root, "phases.0.name", "steady");
    number_is(root, "phases.0.seed", 77);
    number_is(root, "phases.0.frames", 6);
    number_is(root, "phases.0.cycles", 1234);
    assert_true(json_is_false(json_at(root, "phases.0.cut")));
    number_is(root, "phases.0.cycles_per_frame", cycles);
}

static void test_json(void **state)
{
    (void)state;
    begin_verify(NULL);
    struct chip_folder chip = opened("chip");
    const struct program *p = &chip.program;
    struct verify_options options = {.frames = 4, .seed = 11, .json = "result.json"};
    struct play play;
    play_build(&play, p, 4, 11, false);
    put_measured((struct measured){"verilator", p->cycles_per_frame + 1, 0, 2, false}, p,
                 json_pack("{s:i}", "mismatches", 7));
    put_measured((struct measured){"icarus", p->cycles_per_frame, 0, 2, false}, p,
                 json_pack("{s:s, s:i, s:i, s:[s], s:[s]}", "verdict", "fail", "mismatches", 5,
                           "violations", 6, "first_mismatches", "one", "first_violations", "two"));
    fails(options);
    printed("verdict: FAIL"); /* the text as well */
    json_t *root = json_of("result.json");
    check_json(root, p, &play);
    check_simulator(json_at(root, "simulators.icarus"), p->cycles_per_frame);
    string_is(root, "simulators.verilator.verdict", "pass");
    json_decref(root);
    options.json = "-";
    fails(options);
    root = json_of("stdout"); /* nothing else */
    check_json(root, p, &play);
    json_decref(root);
    play_free(&play);
    chip_close(&chip);
}

/* ---- the picture ----------------------------------------------------------------------------- */

/* Frames 3 and 4 as the cycle model has them, and as put_measured() says. */
static void draw(const char *path, const struct program *p)
{
    struct simulation_result result = {.results_path = duplicate("verilator.json"),
                                       .log_path = duplicate("none")};
    struct cycles cycles;
    struct error error = {""};
    cycles_run(p, 5, &cycles);
    simulation_result_read(&result, true, "");
    const struct cycles_frame *planned = cycles.frames + 3;
    const struct simulation_phase *phase = &result.phases[0];
    const struct simulation_chart *charts = phase->charts;
    const struct chart_frame frames[] = {
        {.heading = "as planned",
         .now = {planned[0].products, planned[0].passes, planned[0].start, planned[0].waits},
         .next = {planned[1].products, planned[1].passes, planned[1].start, planned[1].waits}},
        {.heading = "frame 3 as measured by verilator",
         /* At times that are not the model's. */
         .now = {charts[0].products, charts[0].passes, phase->frames[3].start, NULL},
         .next = {charts[1].products, charts[1].passes, phase->frames[4].start, NULL}}};
    assert_true(chart_svg_write(path, p, frames, 2, &error));
    simulation_result_free(&result);
    cycles_free(&cycles);
}

static void test_picture(void **state)
{
    (void)state;
    begin_verify(NULL);
    struct chip_folder chip = opened("chip");
    const struct program *p = &chip.program;
    struct verify_options options = {.frames = 5, .svg = "frame.svg"};
    passes(options);
    draw("wanted.svg", p);
    assert_true(same_files("frame.svg", "wanted.svg"));
    put_measured((struct measured){"verilator", p->cycles_per_frame, 0, 0, false}, p, NULL);
    passes(options); /* the first that has charted frames */
    assert_true(file_has("frame.svg", "frame 3 as measured by icarus"));
    printed("\nFrame 3 as measured by icarus:\n");
    assert_int_equal(remove("frame.svg"), 0);
    put_measured((struct measured){"icarus", p->cycles_per_frame, 0, 1, false}, p, NULL);
    assert_int_equal(verify(options), 1);
    complained_only("--svg: nothing to draw: the simulator did not get through a frame");
    printed("verdict: pass");
    put_measured((struct measured){"icarus", p->cycles_per_frame, 0, 0, false}, p, NULL);
    assert_int_equal(verify(options), 1);
    complained_only("--svg: nothing to draw: the simulator did not get through a frame");
    assert_false(exists("frame.svg"));
    chip_close(&chip);
}

/* ---- the selftest ---------------------------------------------------------------------------- */

static void holds_bytes(const char *path, const struct text *bytes, bool wanted)
{
    struct text text = contents(path);
    bool same = text.length == bytes->length && memcmp(text.data, bytes->data, text.length) == 0;
    assert_int_equal(same, wanted);
    text_free(&text);
}

/* A simulator that passes whatever is wrong: the selftest notices, and verify says so. */
static void test_selftest(void **state)
{
    (void)state;
    begin_verify(NULL);
    fails((struct verify_options){.selftest = true, .json = "self.json"});
    printed("a weight bit");
    printed("NOT DETECTED");
    json_t *root = json_of("self.json");
    string_is(root, "verdict", "fail");
    json_decref(root);
    assert_true(exists("chip/build/verilator")); /* one simulator is enough */
    assert_false(exists("chip/build/icarus"));
    fails((struct verify_options){.selftest = true, .sim = SIM_ICARUS});
    assert_true(exists("chip/build/icarus"));

    struct text first = contents("chip/build/selftest.bin"); /* what was played last */
    fails((struct verify_options){.selftest = true});
    holds_bytes("chip/build/selftest.bin", &first, true);
    fails((struct verify_options){.selftest = true, .seed = 1});
    holds_bytes("chip/build/selftest.bin", &first, false);
    text_free(&first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_pass, end_tools),
        cmocka_unit_test_teardown(test_long_line, end_tools),
        cmocka_unit_test_teardown(test_cycles, end_tools),
        cmocka_unit_test_teardown(test_not_measured, end_tools),
        cmocka_unit_test_teardown(test_waits_for_memory, end_tools),
        cmocka_unit_test_teardown(test_ddr3, end_tools),
        cmocka_unit_test_teardown(test_wrong_values, end_tools),
        cmocka_unit_test_teardown(test_first, end_tools),
        cmocka_unit_test_teardown(test_broken, end_tools),
        cmocka_unit_test_teardown(test_again, end_tools),
        cmocka_unit_test_teardown(test_traces, end_tools),
        cmocka_unit_test_teardown(test_json, end_tools),
        cmocka_unit_test_teardown(test_picture, end_tools),
        cmocka_unit_test_teardown(test_selftest, end_tools),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
