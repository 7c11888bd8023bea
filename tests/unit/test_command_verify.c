/* SPDX-License-Identifier: Apache-2.0
 * test_command_verify.c - ese verify up to the simulators: what is refused, what is played. */
#include "tests/unit/verify_testing.h"

static void refuses(struct verify_options options, int status, const char *message)
{
    assert_int_equal(verify(options), status);
    complained_only(message);
    printed_nothing();
}

/* ---- what does not go together, or cannot be ------------------------------------------------- */

static void test_usage(void **state)
{
    (void)state;
    made("chip", "memory=resident");
    refuses((struct verify_options){.frames = 2}, 2,
            "--frames: 2 is too few; at least 3 are played, because a frame's cycles are measured "
            "in steady state");
    refuses((struct verify_options){.frames = 3, .faults = 1}, 2,
            "--faults plays phases of few frames: it does not go with --frames");
    refuses((struct verify_options){.svg = "x.svg", .faults = 1}, 2,
            "--svg: frames are charted in the usual phases: it does not go with --faults");
    char *cells[] = {(char[]){"cells.v"}};
    refuses((struct verify_options){.cells = cells, .cell_count = 1}, 2,
            "--cells are of a netlist: it does not go without --netlist");
    refuses((struct verify_options){.netlist = "n.v", .coverage = "folder"}, 2,
            "--coverage is of the chip's Verilog: it does not go with --netlist");
    refuses((struct verify_options){.netlist = "n.v", .trace = "x.fst", .trace_scope = "pe"}, 2,
            "--trace-scope: a netlist has no such modules: it does not go with --netlist");
    static const struct {
        struct verify_options options;
        const char *name;
    } unused[] = {{{.model = "other"}, "--model"}, {{.frames = 9}, "--frames"},
                  {{.faults = 2}, "--faults"},     {{.trace = "x.fst"}, "--trace"},
                  {{.saif = "x.saif"}, "--saif"},
                  {{.svg = "x.svg"}, "--svg"},     {{.coverage = "x"}, "--coverage"},
                  {{.sim = SIM_BOTH}, "--sim both"},
                  {{.netlist = "n.v"}, "--netlist"}};
    refuses((struct verify_options){.trace_phase = "steady"}, 2,
            "--trace-phase goes with --trace FILE.fst or --saif FILE.saif, and neither is "
            "given");
    refuses((struct verify_options){.trace_frames = true}, 2,
            "--trace-frames goes with --trace FILE.fst or --saif FILE.saif, and neither is "
            "given");
    refuses((struct verify_options){.trace_scope = "ese_pe"}, 2,
            "--trace-scope goes with --trace FILE.fst or --saif FILE.saif, and neither is "
            "given");
    for (size_t n = 0; n < COUNT_OF(unused); n++) {
        struct verify_options options = unused[n].options;
        char line[200];
        options.selftest = true;
        snprintf(line, sizeof line,
                 "--selftest plays frames of its own, with the chip's own model, in one simulator: "
                 "it does not go with %s", unused[n].name);
        refuses(options, 2, line);
    }
}

/* Files that cannot be written are told of before anything is done. */
static void test_unwritable(void **state)
{
    (void)state;
    begin_verify(NULL);
    refuses((struct verify_options){.json = "no/x.json"}, 1,
            "--json: cannot write 'no/x.json': No such file or directory");
    refuses((struct verify_options){.trace = "x.fst", .saif = "x.saif"}, 2,
            "--saif: a simulation writes one waveform, and the activity is counted in it: it does not "
            "go with --trace");
    refuses((struct verify_options){.saif = "x.saif", .faults = 2}, 2,
            "--saif is of phase steady: it does not go with --faults");
    refuses((struct verify_options){.saif = "no/x.saif"}, 1,
            "--saif: cannot write 'no/x.saif': No such file or directory");
    refuses((struct verify_options){.trace = "no/x.fst"}, 1,
            "--trace: cannot write 'no/x.fst': No such file or directory");
    refuses((struct verify_options){.svg = "no/x.svg"}, 1,
            "--svg: cannot write 'no/x.svg': No such file or directory");
    refuses((struct verify_options){.coverage = "no/x"}, 1,
            "--coverage: cannot make the folder 'no/x': No such file or directory");
    refuses((struct verify_options){.coverage = "chip"}, 1,
            "--coverage: 'chip' is there already; a folder that is not is made");
    refuses((struct verify_options){.json = "no/x.json", .selftest = true}, 1,
            "--json: cannot write 'no/x.json': No such file or directory");
    assert_int_equal(calls_of("gcc"), 0);
    assert_false(exists("chip/build"));
}

/* What there is not cannot go into a waveform; that is told of before anything is done. */
static void test_no_such_waveform(void **state)
{
    (void)state;
    begin_verify(NULL);
    refuses((struct verify_options){.trace = "x.fst", .trace_phase = "bumpy"}, 1,
            "--trace-phase: there is no phase 'bumpy'; there are steady, cut, rough, x ends early, "
            "x ends late and held");
    refuses((struct verify_options){.trace = "x.fst", .frames = 7, .trace_frames = true,
                                    .trace_first = 2, .trace_last = 7}, 1,
            "--trace-frames: there is no frame 7 in phase steady; it has 0:6");
    refuses((struct verify_options){.trace = "x.fst", .trace_phase = "cut", .trace_frames = true,
                                    .trace_last = 2}, 1,
            "--trace-frames: there is no frame 2 in phase cut; it has 0:1");
    assert_int_equal(calls_of("gcc"), 0);
    assert_false(exists("chip/build"));
}

static void test_wrong_folders(void **state)
{
    (void)state;
    begin_verify("memory=resident");
    made("rom", NULL);
    refuses((struct verify_options){.dir = "nosuch"}, 1,
            "'nosuch' is not a folder that 'ese gen' made: it has no manifest.json");
    refuses((struct verify_options){.dir = "nosuch", .selftest = true}, 1,
            "'nosuch' is not a folder that 'ese gen' made: it has no manifest.json");
    refuses((struct verify_options){.model = "chip"}, 1,
            "'chip' is not a folder that 'ese model' made: it has no model.bin");
    refuses((struct verify_options){.dir = "rom", .faults = 4}, 1,
            "--faults: 'rom' has its model in read-only memory; faults are for chips with memory: "
            "resident or stream");
    put("chip/build", "a file\n");
    refuses((struct verify_options){.frames = 3}, 1,
            "chip/build: cannot write to this folder: Not a directory");
    assert_int_equal(calls_of("gcc"), 0);
}

static void test_no_simulator(void **state)
{
    (void)state;
    begin_verify(NULL);
    char path[PATH_MAX + 8];
    snprintf(path, sizeof path, "%s/bin", scratch);
    setenv("PATH", path, 1);
    assert_int_equal(remove("bin/verilator"), 0);
    assert_int_equal(verify((struct verify_options){.frames = 3}), 1);
    complained("ese: verilator");
    printed_nothing();
}

/* Of Verilator's tools one is wanted only with --coverage. */
static void test_no_coverage_tool(void **state)
{
    (void)state;
    begin_verify(NULL);
    char path[PATH_MAX + 8];
    snprintf(path, sizeof path, "%s/bin", scratch);
    setenv("PATH", path, 1);
    refuses((struct verify_options){.frames = 3, .coverage = "out"}, 1,
            "verilator_coverage is not installed; it is in the Debian package verilator (apt-get "
            "install verilator)");
    assert_int_equal(calls_of("gcc"), 0);
    assert_false(exists("out") || exists("chip/build"));
}

/* Icarus counts neither lines nor bits, but what happened is told. */
static void test_icarus_coverage(void **state)
{
    (void)state;
    begin_verify(NULL);
    passes((struct verify_options){.frames = 3, .coverage = "out", .sim = SIM_ICARUS});
    printed("Lines and bits of the chip's Verilog are counted by Verilator only, which was not "
            "used");
    assert_true(file_has("out/summary.txt", "What happened, as counted by the harness: 31 bins"));
    assert_false(exists("out/rtl"));
    assert_false(called("--coverage-line"));
}

#define COVERED "chip/build/verilator-trace-coverage/"

/* Verilator counts without random values in registers that are not reset. */
static void test_coverage(void **state)
{
    (void)state;
    begin_verify(NULL);
    put_tool("verilator_coverage", "mkdir annotated; sed 's/^/%000000 /' rtl/ese_ram.v "
                                   ">annotated/ese_ram.v; cat coverage.dat >>annotated/ese_ram.v");
    put_simulator("echo \"$@\" >words; cp ../../verilator.json $results; echo VERDICT PASS\n"
                  "printf '# SystemC::Coverage-3\\nC \\047\\001f\\002rtl/ese_ram.v\\001l\\00219"
                  "\\001page\\002v_toggle/ese_ram\\001o\\002clk\\047 8\\n' >$coverage");
    passes((struct verify_options){.frames = 3, .coverage = "out/", .sim = SIM_VERILATOR,
                                   .trace = "wave.fst"});
    assert_true(called(" --coverage-line --coverage-toggle -Mdir "));
    assert_true(called(" --trace-fst "));
    assert_true(file_has("chip/mem/words", "+verilator+rand+reset+0 "));
    assert_true(file_has("out/rtl/ese_ram.v", "%000000 // ese_ram - "));
    assert_true(file_has("out/rtl/ese_ram.v", "# SystemC"));
    assert_true(same_files("out/coverage.dat", COVERED "coverage.dat"));
    assert_true(file_has("out/summary.txt", "\n  ese_ram "));
    printed("\n  ese_ram ");
    assert_int_equal(entries_in("out"), 4);
}

/* One that crashed has counted nothing, not even in an earlier run. */
static void test_no_counts(void **state)
{
    (void)state;
    begin_verify(NULL);
    put_tool("verilator_coverage", "exit 1");
    put_simulator("cp ../../verilator.json $results; echo VERDICT PASS");
    make_dir("work");
    make_dir("work/verilator-coverage");
    put("work/verilator-coverage/coverage.dat", "# of an earlier run\n");
    assert_int_equal(verify((struct verify_options){.frames = 3, .coverage = "out", .work = "work",
                                                    .sim = SIM_VERILATOR}), 0);
    assert_true(file_has("out/summary.txt", "The simulation did not get to its end: "));
    assert_int_equal(entries_in("out"), 1);
}

/* A chip that was changed is verified as it is, and that is said. */
static void test_changed(void **state)
{
    (void)state;
    begin_verify(NULL);
    passes((struct verify_options){.frames = 3});
    holds("stderr", "");
    put("chip/rtl/ese_top.v", "module ese_top; endmodule\n");
    put("chip/rtl/more.v", "module more; endmodule\n");
    passes((struct verify_options){.frames = 3});
    holds("stderr", "ese: note: not as generated:\nchanged rtl/ese_top.v\nextra rtl/more.v\n");
}

/* ---- which simulators ------------------------------------------------------------------------ */

static void runs_on(enum simulator_choice choice, bool verilator, bool icarus)
{
    remove("calls");
    passes((struct verify_options){.frames = 3, .sim = choice});
    assert_int_equal(exists("chip/build/verilator/results.json"), verilator);
    assert_int_equal(calls_of("vvp"), icarus);
    struct text text = contents("stdout");
    assert_int_equal(strstr(text_string(&text), "\nverilator  bit-exact") != NULL, verilator);
    assert_int_equal(strstr(text_string(&text), "\nicarus     bit-exact") != NULL, icarus);
    text_free(&text);
    remove("chip/build/verilator/results.json");
}

static void test_simulators(void **state)
{
    (void)state;
    begin_verify("pes=8 channels=8"); /* as many multipliers as Icarus is asked to simulate */
    runs_on(SIM_DEFAULT, true, true);
    runs_on(SIM_VERILATOR, true, false);
    runs_on(SIM_ICARUS, false, true);
    runs_on(SIM_BOTH, true, true);
}

static void test_large(void **state)
{
    (void)state;
    begin_verify("pes=5 channels=13");
    runs_on(SIM_DEFAULT, true, false);
    runs_on(SIM_BOTH, true, true);
}

static void test_options(void **state)
{
    (void)state;
    begin_verify(NULL);
    put_simulator("echo \"$@\" >words; cp ../../verilator.json $results; echo VERDICT PASS");
    passes((struct verify_options){.frames = 3, .sim = SIM_VERILATOR, .seed = 0x5fffe, .jobs = 7,
                                   .trace = "wave.fst"});
    assert_true(file_has("chip/mem/words", "+verilator+seed+65535 "));
    assert_true(file_has("chip/mem/words", "/wave.fst "));
    assert_true(called(" -j 7\n"));
    assert_true(called(" --trace-fst "));
    assert_true(exists("chip/build/verilator-trace"));
}

/* ---- where the work is done ------------------------------------------------------------------ */

static void test_work(void **state)
{
    (void)state;
    begin_verify("memory=resident headroom=50");
    passes((struct verify_options){.frames = 3, .work = "work"});
    assert_true(exists("work/stimulus.bin"));
    assert_true(exists("work/verilator/results.json") && exists("work/icarus/results.json"));
    put_simulators("FAIL: on purpose");
    assert_int_equal(verify((struct verify_options){.frames = 3, .work = "work"}), 1);
    assert_true(file_has("work/icarus/run.log", "on purpose"));
    holds("stderr", "");
    put_simulators("PASS"); /* whatever is wrong */
    assert_int_equal(
        verify((struct verify_options){.selftest = true, .work = "work", .sim = SIM_ICARUS}), 1);
    assert_true(exists("work/selftest/sigmoid.mem") && exists("work/selftest.bin"));
    assert_false(exists("chip/build"));
    unchanged("chip");
    refuses((struct verify_options){.work = "chip/config.yaml"}, 1,
            "--work: chip/config.yaml: cannot write to this folder: Not a directory");
}

/* Of a chip that cannot be written to nothing stays but what failed. */
static void test_read_only(void **state)
{
    (void)state;
    begin_verify(NULL);
    put("calls", "");
    assert_int_equal(chmod("chip", 0555) | chmod(".", 0777) | chmod("calls", 0666) |
                         chmod("stdout", 0666) | chmod("stderr", 0666), 0);
    bool root = geteuid() == 0;
    int before = entries_in(".");
    assert_true(!root || seteuid(65534) == 0);
    passes((struct verify_options){.frames = 3});
    complained("ese: note: 'chip' cannot be written to, so what is built is not kept; --work DIR");
    assert_int_equal(entries_in("."), before);
    assert_true(!root || seteuid(0) == 0);
    put_simulators("FAIL: on purpose");
    assert_true(!root || seteuid(65534) == 0);
    assert_int_equal(verify((struct verify_options){.frames = 3}), 1);
    assert_true(!root || seteuid(0) == 0);
    complained("ese: note: the folder with builds and logs stays: ");
    assert_true(entries_in(".") > before);
    assert_false(exists("chip/build"));
}

/* ---- what is played -------------------------------------------------------------------------- */

enum usual { USUAL_FRAMES = 20 };

/* The stimulus that was written is that of a play made here. */
static void played(const struct program *p, uint32_t hash, int frames, int faults, uint64_t seed)
{
    struct play play;
    struct error error = {""};
    if (faults > 0)
        play_faults(&play, p, faults, seed, false);
    else
        play_build(&play, p, frames, seed, false);
    play.stimulus.config_hash = hash;
    assert_true(stimulus_write(&play.stimulus, "wanted.bin", &error));
    assert_true(same_files("wanted.bin", "chip/build/stimulus.bin"));
    struct text list = {0}; /* what was played, but for the ends of lines */
    for (uint32_t n = 0; n < play.stimulus.phase_count && n < 4; n++)
        text_appendf(&list, " %s%s", play.stimulus.phases[n].name,
                     n + 1 < play.stimulus.phase_count ? "," : "\n");
    printed(text_string(&list));
    text_free(&list);
    play_free(&play);
}

static void test_stimulus(void **state)
{
    (void)state;
    begin_verify(NULL);
    struct chip_folder chip = opened("chip");
    uint32_t hash = chip.program.config_hash;
    passes((struct verify_options){0});
    played(&chip.program, hash, USUAL_FRAMES, 0, 0);
    printed("\n3 PEs x 2 channels, 20 frames, seed 0\n"
            "phases: steady, cut, rough, x ends early, x ends late, held\n");
    passes((struct verify_options){.frames = 5, .seed = 9, .seed_given = true});
    played(&chip.program, hash, 5, 0, 9);
    printed("\n3 PEs x 2 channels, 5 frames, seed 9\n");
    chip_close(&chip);
}

/* Faults are played on chips that load their model. */
static void test_faults(void **state)
{
    (void)state;
    begin_verify("memory=stream");
    struct chip_folder chip = opened("chip");
    struct cycles first; /* two frames, which are not in steady state yet */
    cycles_run(&chip.program, 2, &first);
    put_measured((struct measured){"verilator", first.cycles_per_frame, 0, 2, false}, &chip.program,
                 NULL);
    passes((struct verify_options){.faults = 6, .seed = 3, .sim = SIM_VERILATOR});
    cycles_free(&first);
    played(&chip.program, chip.program.config_hash, 0, 6, 3);
    passes((struct verify_options){.frames = 4, .sim = SIM_ICARUS});
    played(&chip.program, chip.program.config_hash, 4, 0, 0);
    struct text text = contents("stdout"); /* many phases, in lines of a terminal */
    const char *line = strstr(text_string(&text), "\nphases:") + 1;
    for (size_t length, next; strncmp(line, "verdict", 7) != 0; line += length + 1) {
        length = strcspn(line, "\n");
        if (strncmp(line + length, "\n       ", 8) != 0)
            break;
        next = strcspn(line + length + 8, ",\n"); /* the next name, which has no room there */
        assert_true(length <= 100 && length + next + 2 > 100);
    }
    text_free(&text);
    chip_close(&chip);
}

static void put_model(const char *dir)
{
    const struct sets *sets = sets_of("model.seed=5");
    struct model_options options = {.dir = "chip", .source = "tiny", .sets = sets->words,
                                    .set_count = sets->count, .output = dir};
    struct capture capture = capture_begin();
    int status = command_model(&options);
    capture_end(capture);
    assert_int_equal(status, 0);
}

/* Another model: its images beside the chip's tables; the chip keeps its hash. */
static void test_model(void **state)
{
    (void)state;
    begin_verify("memory=resident headroom=50");
    put_model("model");
    struct chip_folder chip = opened("chip");
    struct model_folder model;
    struct error error = {""};
    assert_true(model_open(&model, "model", &chip, &error));
    put_measured((struct measured){"verilator", model.program.cycles_per_frame, 0, 2, false},
                 &model.program, NULL);
    for (int round = 0; round < 2; round++) { /* the second finds the links of the first */
        passes((struct verify_options){.frames = 3, .model = "model", .sim = SIM_VERILATOR});
        played(&model.program, chip.program.config_hash, 3, 0, 0);
    }
    char folder[PATH_MAX + 40];
    snprintf(folder, sizeof folder, "%s/chip/build/model\n", scratch);
    assert_true(file_has("chip/build/verilator/run.log", folder));
    assert_int_equal(entries_in("chip/build/model"), 4);
    assert_true(same_files("chip/build/model/tanh.mem", "chip/mem/tanh.mem"));
    assert_true(same_files("chip/build/model/sigmoid.mem", "chip/mem/sigmoid.mem"));
    assert_true(same_files("chip/build/model/weights.bin", "model/weights.bin"));
    assert_true(same_files("chip/build/model/model.bin", "model/model.bin"));
    unchanged("chip");
    model_close(&model);
    chip_close(&chip);
}

/* Icarus, if nothing else is said; built and run where the netlist is. */
static void test_netlist(void **state)
{
    (void)state;
    begin_verify("prefix=left");
    put("netlist.v", "module left_top; CELL c (); endmodule\n");
    put("cells.v", "module CELL; endmodule\n");
    char *cells[] = {(char[]){"cells.v"}};
    struct verify_options options = {.netlist = "netlist.v", .cells = cells, .cell_count = 1,
                                     .frames = 6, .json = "out.json"};
    passes(options);
    assert_int_equal(calls_of("verilator"), 0);
    assert_true(called("-c rtl/files.f sim/ese_bench.v"));
    printed("netlist: netlist.v\nphases: ");
    holds("chip/build/netlist/rtl/files.f", "rtl/netlist.v\nrtl/cells.v\n");
    assert_true(exists("chip/build/netlist/icarus/run.log"));
    json_t *json = json_of("out.json");
    string_is(json, "netlist", "netlist.v");
    json_decref(json);
    unchanged("chip");
    options.json = NULL;
    options.sim = SIM_BOTH;
    passes(options);
    put_simulators("FAIL");
    assert_int_equal(verify(options), 1);
    complained("--sim icarus has the last word");
    put_tool("verilator", "[ \"$1\" != --version ] || exit 0\nexit 1");
    remove("chip/build/netlist/verilator/key");
    assert_int_equal(verify(options), 1);
    complained("--sim icarus has the last word");
    options.sim = SIM_DEFAULT;
    options.netlist = "cells.v";
    assert_int_equal(verify(options), 1);
    complained("--netlist: 'cells.v' has no module left_top, the top of this chip");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_usage, end_tools),
        cmocka_unit_test_teardown(test_unwritable, end_tools),
        cmocka_unit_test_teardown(test_no_such_waveform, end_tools),
        cmocka_unit_test_teardown(test_wrong_folders, end_tools),
        cmocka_unit_test_teardown(test_no_simulator, end_tools),
        cmocka_unit_test_teardown(test_no_coverage_tool, end_tools),
        cmocka_unit_test_teardown(test_icarus_coverage, end_tools),
        cmocka_unit_test_teardown(test_coverage, end_tools),
        cmocka_unit_test_teardown(test_no_counts, end_tools),
        cmocka_unit_test_teardown(test_changed, end_tools),
        cmocka_unit_test_teardown(test_simulators, end_tools),
        cmocka_unit_test_teardown(test_large, end_tools),
        cmocka_unit_test_teardown(test_options, end_tools),
        cmocka_unit_test_teardown(test_stimulus, end_tools),
        cmocka_unit_test_teardown(test_faults, end_tools),
        cmocka_unit_test_teardown(test_model, end_tools),
        cmocka_unit_test_teardown(test_netlist, end_tools),
        cmocka_unit_test_teardown(test_work, end_tools),
        cmocka_unit_test_teardown(test_read_only, end_tools),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
