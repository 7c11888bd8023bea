/* SPDX-License-Identifier: Apache-2.0
 * test_simulate.c - chips are built and run, by scripts in place of the simulators. */
#include "gen/verify/simulate.h"

#include <fcntl.h>
#include <sys/file.h>

#include "tests/unit/fake_tools.h"

#define PASSES "echo '" FAKE_PASS "' >\"$results\"; echo VERDICT PASS"

/* A folder as far as it matters here, and the tools. */
static int begin(void **state)
{
    (void)state;
    make_dir("chip");
    make_dir("chip/rtl");
    make_dir("chip/sim");
    make_dir("chip/mem");
    put("chip/rtl/files.f", "rtl/ese_top.v\n");
    put("chip/rtl/ese_top.v", "module ese_top; endmodule\n");
    put("chip/sim/ese_bench.v", "module ese_bench; endmodule\n");
    put("chip/mem/weights.mem", "0\n");
    put("stimulus.bin", "frames\n");
    put_tools();
    put_simulator(PASSES);
    return 0;
}

static struct simulation plain(enum simulator simulator)
{
    return (struct simulation){.simulator = simulator, .folder = "chip",
                               .work = "chip/build", .stimulus = "stimulus.bin",
                               .seed = 1, .jobs = 3};
}

static struct simulation_result run(const struct simulation *simulation)
{
    struct simulation_result result;
    struct error error = {""};
    if (!simulate(simulation, &result, &error))
        fail_msg("%s", error.text);
    return result;
}

static void passes(const struct simulation *simulation, bool builds)
{
    struct simulation_result result = run(simulation);
    assert_true(result.pass);
    assert_int_equal(checked_sum(&result.checked, CHECKED_VALUES), 7);
    assert_int_equal(result.build_seconds > 0, builds);
    assert_true(result.run_seconds > 0);
    simulation_result_free(&result);
}

/* A run that does not pass is a result. */
static void ends(const struct simulation *simulation, const char *reason)
{
    struct simulation_result result = run(simulation);
    assert_false(result.pass);
    assert_string_equal(result.reason, reason);
    simulation_result_free(&result);
}

static void cannot(const struct simulation *simulation, const char *message)
{
    struct simulation_result result;
    struct error error = {""};
    struct capture capture = capture_begin();
    bool good = simulate(simulation, &result, &error);
    capture_end(capture);
    simulation_result_free(&result);
    assert_false(good);
    assert_string_equal(error.text, message);
}

static struct text in_scratch(const char *name)
{
    struct text text = {0};
    text_appendf(&text, "%s/%s", scratch, name);
    return text;
}

/* ---- success --------------------------------------------------------------------------------- */

static void test_verilator(void **state)
{
    (void)state;
    struct simulation simulation = plain(SIMULATOR_VERILATOR);
    put_simulator("echo \"$@\" >\"$results.words\"; pwd; " PASSES);
    passes(&simulation, true);
    assert_true(called("gcc -std=c11 -O2 -g -c sim/"));
    assert_true(called("verilator --cc"));
    assert_true(called(" -CFLAGS -fcoroutines "));
    assert_true(called(" --top-module ese_bench -Mdir . -f rtl/files.f "));
    assert_true(called(" -j 3\n"));
    assert_false(called("--trace"));
    assert_int_equal(calls_of("iverilog") + calls_of("vvp"), 0);
    assert_string_equal(simulator_name(SIMULATOR_VERILATOR), "verilator");

    struct text words = {0}, folder = {0};
    text_appendf(&words, "+verilator+rand+reset+2 +verilator+seed+1 +stimulus=%s/stimulus.bin "
                         "+results=%s/chip/build/verilator/results.json\n", scratch, scratch);
    holds("chip/build/verilator/results.json.words", text_string(&words));
    text_appendf(&folder, "%s/chip/mem\nVERDICT PASS\n", scratch); /* where the images are */
    holds("chip/build/verilator/run.log", text_string(&folder));
    text_free(&words);
    text_free(&folder);
}

static void test_icarus(void **state)
{
    (void)state;
    struct simulation simulation = plain(SIMULATOR_ICARUS);
    passes(&simulation, true);
    assert_true(called("iverilog-vpi --name=ese_harness sim/"));
    assert_true(
        called("iverilog -g2005 -s ese_bench -Isim -o ese_bench.vvp -c rtl/files.f "));
    struct text line = {0};
    text_appendf(&line,
                 "vvp -n -M %s/chip/build/icarus -m ese_harness "
                 "%s/chip/build/icarus/ese_bench.vvp +stimulus=%s/stimulus.bin "
                 "+results=%s/chip/build/icarus/results.json\n",
                 scratch, scratch, scratch, scratch);
    assert_true(called(text_string(&line)));
    text_free(&line);
    assert_int_equal(calls_of("gcc") + calls_of("verilator"), 0);
    assert_string_equal(simulator_name(SIMULATOR_ICARUS), "icarus");
}

static void test_options(void **state)
{
    (void)state;
    static const char *const more[] = {"+memory=ddr3", "+last", NULL};
    struct simulation simulation = plain(SIMULATOR_ICARUS);
    make_dir("elsewhere");
    simulation.images = "elsewhere";
    simulation.dump = "dump.bin";
    simulation.trace.path = "trace.fst";
    simulation.plusargs = more;
    put_simulator("pwd >\"$dump\"; " PASSES);
    passes(&simulation, true);
    struct text line = {0}, folder = in_scratch("elsewhere\n");
    text_appendf(&line,
                 "/ese_bench.vvp -fst +stimulus=%s/stimulus.bin +results=%s/chip/build/icarus-trace/"
                 "results.json +dump=%s/dump.bin +trace=%s/trace.fst +scopes=%s/chip/build/icarus-trace/"
                 "scopes.vh +memory=ddr3 +last\n",
                 scratch, scratch, scratch, scratch, scratch);
    assert_true(called(text_string(&line)));
    holds("dump.bin", text_string(&folder));
    text_free(&line);
    text_free(&folder);
}

static void test_seed(void **state)
{
    (void)state;
    static const struct {
        uint32_t seed;
        const char *word;
    } seeds[] = {{0, "+verilator+seed+1"}, {77, "+verilator+seed+77"},
                 {0x80000005, "+verilator+seed+5"}, {0x80000000, "+verilator+seed+1"}};
    struct simulation simulation = plain(SIMULATOR_VERILATOR);
    for (size_t n = 0; n < COUNT_OF(seeds); n++) {
        struct text script = {0};
        text_appendf(&script, "case \" $* \" in *' %s '*) " PASSES ";; esac", seeds[n].word);
        put_simulator(text_string(&script));
        simulation.seed = seeds[n].seed;
        passes(&simulation, n == 0);
        text_free(&script);
    }
}

/* ---- a build is used again ------------------------------------------------------------------- */

static void test_build_again(void **state)
{
    (void)state;
    struct simulation simulation = plain(SIMULATOR_VERILATOR);
    passes(&simulation, true);
    passes(&simulation, false);
    simulation.jobs = 7; /* makes no difference to what is built */
    passes(&simulation, false);
    put("chip/mem/weights.mem", "1\n"); /* nor do the images */
    passes(&simulation, false);
    assert_int_equal(calls_of("verilator --cc"), 1);
    put("chip/rtl/ese_top.v", "module ese_top; wire w; endmodule\n");
    passes(&simulation, true);
    put("chip/sim/ese_bench.v", "module ese_bench; wire w; endmodule\n");
    passes(&simulation, true);
    put("chip/rtl/more.v", "");
    passes(&simulation, true);
    assert_int_equal(rename("chip/rtl/more.v", "chip/rtl/other.v"), 0);
    passes(&simulation, true);
    assert_int_equal(calls_of("verilator --cc"), 5);
    passes(&simulation, false);
    put("chip/rtl/.hidden", "x"); /* an editor's */
    passes(&simulation, false);
    simulation.simulator = SIMULATOR_ICARUS; /* has a build of its own */
    passes(&simulation, true);
    passes(&simulation, false);
}

/* A traced model is slower, and lies apart. */
static void test_build_traced(void **state)
{
    (void)state;
    struct simulation simulation = plain(SIMULATOR_VERILATOR);
    passes(&simulation, true);
    simulation.trace.path = "trace.fst";
    passes(&simulation, true);
    assert_true(called(" --trace-fst -DESE_TRACE sim/ese_captions.v -Mdir . "));
    assert_true(exists("chip/build/verilator-trace/run.log"));
    assert_false(same_files("chip/build/verilator/key", "chip/build/verilator-trace/key"));
    passes(&simulation, false);
    simulation.trace.path = NULL;
    passes(&simulation, false);
    simulation.trace.path = "trace.vcd"; /* another model of Verilator's */
    passes(&simulation, true);
    assert_true(called(" --trace -DESE_TRACE "));
    simulation.simulator = SIMULATOR_ICARUS;
    passes(&simulation, true);
    assert_true(called(" -DESE_TRACE -I. sim/ese_captions.v "));
    assert_false(called(" -fst "));
    assert_true(exists("chip/build/icarus-trace/run.log"));
    simulation.trace.path = "trace.fst"; /* but not of Icarus's */
    passes(&simulation, false);
    assert_true(called(" -fst "));
}

/* What of the bench goes into a waveform, Icarus must know when it builds. */
static void test_scopes(void **state)
{
    (void)state;
    struct simulation simulation = plain(SIMULATOR_VERILATOR);
    simulation.trace = (struct simulation_trace){.path = "trace.fst", .window = "0,1,2",
                                                 .names = "names.mem"};
    for (int s = 0; s < SIMULATOR_COUNT; s++) {
        const char *file = s == SIMULATOR_ICARUS ? "chip/build/icarus-trace/scopes.vh"
                                                 : "chip/build/verilator-trace/scopes.vh";
        simulation.simulator = (enum simulator)s;
        simulation.trace.scopes = NULL;
        passes(&simulation, true);
        if (s == SIMULATOR_ICARUS) /* whose program is a tool */
            assert_true(called(" +trace_window=0,1,2 ") && called("/names.mem +scopes="));
        holds(file, "$dumpvars(0, ese_bench);\n");
        simulation.trace.scopes = "$dumpvars(1, ese_bench);\n";
        passes(&simulation, s == SIMULATOR_ICARUS);
        holds(file, simulation.trace.scopes);
    }
}

/* The waveform of an earlier run is not taken for this one's. */
static void test_old_waveform(void **state)
{
    (void)state;
    struct simulation simulation = plain(SIMULATOR_VERILATOR);
    simulation.trace.path = "trace.fst";
    put("trace.fst", "old");
    passes(&simulation, true);
    assert_false(exists("trace.fst"));
}

static void test_build_fails(void **state)
{
    (void)state;
    struct simulation simulation = plain(SIMULATOR_VERILATOR);
    struct text message = {0}, log = in_scratch("chip/build/verilator/build.log");
    put_tool("verilator",
             "for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do echo line $n.; done; exit 9");
    text_appendf(&message, "verilator failed, exit status 9; its output is in %s",
                 text_string(&log));
    cannot(&simulation, text_string(&message));
    complained("line 3.\n");
    complained("line 14.\n");
    assert_false(file_has("stderr", "line 2."));
    assert_true(file_has(text_string(&log), "line 1.\n"));
    cannot(&simulation, text_string(&message)); /* is not taken for a build */
    assert_int_equal(calls_of("verilator --cc"), 2);

    put_tool("gcc", "kill -9 $$");
    text_cut(&message, 0);
    text_appendf(&message, "gcc failed, killed by signal 9 (Killed); its output is in %s",
                 text_string(&log));
    cannot(&simulation, text_string(&message));
    assert_int_equal(calls_of("verilator --cc"), 2); /* the second step is not tried */
    text_free(&message);
    text_free(&log);
}

/* A build that was good once does not outlive one that failed. */
static void test_build_fails_later(void **state)
{
    (void)state;
    struct simulation simulation = plain(SIMULATOR_ICARUS);
    struct text message = {0};
    passes(&simulation, true);
    put("chip/rtl/ese_top.v", "module wrong\n");
    put_tool("iverilog", "echo syntax error; exit 1");
    text_appendf(&message,
                 "iverilog failed, exit status 1; its output is in %s/chip/build/icarus/build.log",
                 scratch);
    cannot(&simulation, text_string(&message));
    complained("syntax error");
    put("chip/rtl/ese_top.v", "module ese_top; endmodule\n");
    cannot(&simulation, text_string(&message));
    put_tool("iverilog", "");
    passes(&simulation, true);
    text_free(&message);
}

/* ---- paths that make cannot build in --------------------------------------------------------- */

/* Where the second step of a build was run. */
static void put_builders(void)
{
    put_tool("iverilog-vpi", "echo module >ese_harness.vpi; test -f sim/ese_bench.v");
    put_tool("iverilog", "pwd >>../places; echo model >ese_bench.vvp; chmod +x ese_bench.vvp\n"
                         "test -f rtl/ese_top.v");
}

static void builds_beside(const char *work)
{
    struct simulation simulation = plain(SIMULATOR_ICARUS);
    char path[200];
    simulation.work = work;
    passes(&simulation, true);
    passes(&simulation, false);
    snprintf(path, sizeof path, "%s/icarus/ese_bench.vvp", work);
    holds(path, "model\n");
    assert_int_equal(access(path, X_OK), 0);
    snprintf(path, sizeof path, "%s/icarus/ese_harness.vpi", work);
    holds(path, "module\n");
    snprintf(path, sizeof path, "%s/icarus/rtl", work);
    assert_false(exists(path)); /* no link stays behind */
}

static void test_odd_paths(void **state)
{
    (void)state;
    static const char *const names[] = {"a b", "quo'te", "dou\"ble", "\303\244", "dol$lar", "se;mi",
                                        "back\\slash", "ha#sh"};
    put_builders();
    for (size_t n = 0; n < COUNT_OF(names); n++) {
        make_dir(names[n]);
        builds_beside(names[n]);
    }
    assert_int_equal(calls_of("iverilog"), COUNT_OF(names));
    struct text places = contents("places");
    for (const char *at = text_string(&places); *at != '\0'; at += strcspn(at, "\n") + 1) {
        assert_int_equal(strncmp(at, scratch, strlen(scratch)), 0);
        at += strlen(scratch);
        assert_int_equal(strncmp(at, "/ese-build-", 11), 0);
        assert_int_equal(strcspn(at + 11, "\n"), 6);
        char place[PATH_MAX + 40];
        snprintf(place, sizeof place, "%s%.17s", scratch, at);
        assert_false(exists(place));
    }
    text_free(&places);
}

/* A chip in such a path, and a work folder in a good one. */
static void test_odd_chip(void **state)
{
    (void)state;
    struct simulation simulation = plain(SIMULATOR_ICARUS);
    put_builders();
    assert_int_equal(rename("chip", "the chip"), 0);
    simulation.folder = "the chip";
    simulation.work = "work";
    passes(&simulation, true);
    struct text place = in_scratch("work/icarus\n");
    holds("work/places", text_string(&place));
    assert_false(exists("the chip/build"));
    text_free(&place);
}

static void test_odd_temporary(void **state)
{
    (void)state;
    struct simulation simulation = plain(SIMULATOR_ICARUS);
    struct simulation_result result;
    struct error error = {""};
    char temporary[PATH_MAX + 8];
    snprintf(temporary, sizeof temporary, "%s/t t", scratch);
    make_dir("t t");
    setenv("TMPDIR", temporary, 1);
    passes(&simulation, true); /* nobody asks */
    simulation.work = "a work";
    assert_false(simulate(&simulation, &result, &error));
    simulation_result_free(&result);
    setenv("TMPDIR", scratch, 1);
    assert_non_null(strstr(error.text, "make cannot build in "));
    assert_non_null(strstr(error.text, "/a work/icarus, nor for temporary files in "));
    assert_non_null(strstr(error.text, ": set TMPDIR to a folder whose path has no spaces"));
    assert_int_equal(rmdir("t t"), 0);
    assert_int_equal(calls_of("iverilog"), 1);
}

/* ---- simulators that end badly --------------------------------------------------------------- */

static void test_run_fails(void **state)
{
    (void)state;
    for (int s = 0; s < SIMULATOR_COUNT; s++) {
        struct simulation simulation = plain((enum simulator)s);
        put_simulator(PASSES "; exit 3");
        ends(&simulation, "the simulator failed: exit status 3");
        put_simulator(PASSES "; kill -SEGV $$");
        ends(&simulation, "the simulator failed: killed by signal 11 (Segmentation fault)");
        put_simulator("exit 0");
        ends(&simulation, "the simulator ended without a verdict: exit status 0");
        put_simulator("echo VERDICT PASS");
        ends(&simulation, "the simulator left no whole results file");
        put_simulator("echo '{\"verdict\": \"fail\", \"reason\": \"y\"}' >\"$results\"; echo "
                      "VERDICT FAIL: y; "
                      "exit 1");
        ends(&simulation, "y");
        put_simulator(PASSES "; head -c 100000 /dev/zero; echo");
        ends(&simulation, "the simulator ended without a verdict: exit status 0");
    }
}

/* What an earlier run has left is not taken for this one's. */
static void test_run_leftovers(void **state)
{
    (void)state;
    struct simulation simulation = plain(SIMULATOR_VERILATOR);
    passes(&simulation, true);
    put_simulator("echo VERDICT PASS");
    ends(&simulation, "the simulator left no whole results file");
    put_simulator(PASSES);
    passes(&simulation, false);
    put_simulator("echo '" FAKE_PASS "' >\"$results\"");
    ends(&simulation, "the simulator ended without a verdict: exit status 0");
}

static void test_run_too_long(void **state)
{
    (void)state;
    struct simulation simulation = plain(SIMULATOR_ICARUS);
    simulation.limit_seconds = 1;
    put_simulator("while :; do read x </dev/zero; done");
    ends(&simulation, "the simulator ended without a verdict: killed after 1 seconds of processor time");
}

/* ---- what is missing ------------------------------------------------------------------------- */

static void test_missing_tools(void **state)
{
    (void)state;
    static const struct {
        enum simulator simulator;
        const char *tool, *package;
    } tools[] = {
        {SIMULATOR_VERILATOR, "verilator", "verilator"},
        {SIMULATOR_VERILATOR, "make", "make"},
        {SIMULATOR_VERILATOR, "g++", "g++"},
        {SIMULATOR_VERILATOR, "gcc", "gcc"},
        {SIMULATOR_ICARUS, "iverilog", "iverilog"},
        {SIMULATOR_ICARUS, "iverilog-vpi", "iverilog"},
        {SIMULATOR_ICARUS, "vvp", "iverilog"},
        {SIMULATOR_ICARUS, "cc", "gcc"},
    };
    struct text bin = in_scratch("bin");
    setenv("PATH", text_string(&bin), 1);
    for (size_t n = 0; n < COUNT_OF(tools); n++) {
        struct simulation simulation = plain(tools[n].simulator);
        char path[40], message[200];
        snprintf(path, sizeof path, "bin/%s", tools[n].tool);
        snprintf(message, sizeof message, "%s is not installed; it is in the Debian package %s "
                 "(apt-get install %s)", tools[n].tool, tools[n].package, tools[n].package);
        assert_int_equal(rename(path, "away"), 0);
        cannot(&simulation, message);
        assert_int_equal(rename("away", path), 0);
    }
    assert_false(exists("chip/build")); /* before anything is done */
    text_free(&bin);
}

/* What a Verilator says of itself; it is asked before it builds. */
static void test_versions(void **state)
{
    (void)state;
    static const struct {
        const char *says, *refused; /* NULL: builds */
    } versions[] = {
        {"Verilator 4.038 2020-07-11 rev v4.036-114-g0cd4a57ad", "4.038"},
        {"Verilator 5.004 2022-12-14 rev v5.004", "5.004"},
        {"Verilator 5.006 2023-01-22 rev (Debian 5.006-3)", NULL},
        {"Verilator 5.048 2026-04-26 rev v5.048", NULL},
        {"Verilator 6.001 2030-01-01", NULL},
        {" rev vUNKNOWN-built20260516-4e853d8", NULL}, /* of PyPI */
    };
    struct simulation simulation = plain(SIMULATOR_VERILATOR);
    for (size_t n = 0; n < COUNT_OF(versions); n++) {
        char says[200], message[200];
        put_verilator(versions[n].says);
        snprintf(says, sizeof says, "module ese_top; endmodule // %zu\n", n);
        put("chip/rtl/ese_top.v", says);
        if (versions[n].refused == NULL) {
            passes(&simulation, true);
            continue;
        }
        snprintf(message, sizeof message,
                 "this is Verilator %s, and 5.006 is the oldest that will do",
                 versions[n].refused);
        cannot(&simulation, message);
        assert_int_equal(calls_of("verilator --cc"), 0);
    }
}

static void test_missing_folders(void **state)
{
    (void)state;
    struct simulation simulation = plain(SIMULATOR_VERILATOR);
    struct text message = {0};
    simulation.folder = "none";
    cannot(&simulation, "cannot read the folder none: No such file or directory");
    make_dir("empty");
    simulation.folder = "empty";
    simulation.work = "empty/build";
    text_appendf(&message, "cannot read the folder %s/empty/rtl: No such file or directory",
                 scratch);
    cannot(&simulation, text_string(&message));
    make_dir("full");
    put("full/build", "");
    simulation.folder = "full";
    simulation.work = "full/build";
    text_cut(&message, 0);
    text_appendf(&message, "cannot create %s/full/build/verilator: Not a directory", scratch);
    cannot(&simulation, text_string(&message));
    simulation = plain(SIMULATOR_VERILATOR);
    simulation.images = "none";
    text_cut(&message, 0);
    text_appendf(&message, "cannot enter %s/none: No such file or directory", scratch);
    cannot(&simulation, text_string(&message));
    text_free(&message);
}

static void test_long_paths(void **state)
{
    (void)state;
    struct simulation simulation = plain(SIMULATOR_VERILATOR);
    struct simulation_result result;
    struct error error = {""};
    char path[1200];
    memset(path, 'p', sizeof path);
    path[0] = '/';
    path[1001] = '\0'; /* one character too many for the bench */
    simulation.stimulus = path;
    assert_false(simulate(&simulation, &result, &error));
    assert_non_null(strstr(error.text, "path longer than 1000 characters"));
    simulation_result_free(&result);
    path[1000] = '\0';
    passes(&simulation, false);
}

/* ---- to be served ---------------------------------------------------------------------------- */

static void test_prepare(void **state)
{
    (void)state;
    static const char *const more[] = {"+memory=hostile", NULL};
    struct simulation simulation = plain(SIMULATOR_VERILATOR);
    struct simulation_start start;
    struct error error = {""};
    struct text words = {0}, images = in_scratch("chip/mem"),
                log = in_scratch("chip/build/verilator/run.log");
    simulation.stimulus = NULL;
    simulation.plusargs = more;
    make_dir("chip/build");
    make_dir("chip/build/verilator");
    put("chip/build/verilator/run.log", "of an earlier run\n");
    if (!simulation_prepare(&simulation, &start, &error))
        fail_msg("%s", error.text);
    assert_true(start.build_seconds > 0);
    assert_string_equal(start.folder, text_string(&images));
    assert_string_equal(start.log_path, text_string(&log));
    assert_false(exists(start.log_path));
    for (size_t n = 0; n < start.command.count; n++)
        text_appendf(&words, "%s ", start.command.words[n]);
    assert_null(start.command.words[start.command.count]);
    assert_non_null(
        strstr(text_string(&words), "/chip/build/verilator/Vese_bench +verilator+rand"));
    assert_non_null(strstr(text_string(&words), " +memory=hostile "));
    assert_null(strstr(text_string(&words), "+stimulus"));

    /* Nobody else gets the chip until that is over. */
    int lock = open("chip/build/verilator/lock", O_RDWR | O_CLOEXEC);
    assert_true(lock >= 0);
    assert_int_equal(flock(lock, LOCK_SH | LOCK_NB), -1);
    simulation_start_free(&start);
    assert_int_equal(flock(lock, LOCK_EX | LOCK_NB), 0);
    close(lock);
    assert_int_equal(start.lock, -1);
    assert_null(start.folder);
    text_free(&words);
    text_free(&images);
    text_free(&log);
}

static void test_prepare_fails(void **state)
{
    (void)state;
    struct simulation simulation = plain(SIMULATOR_ICARUS);
    struct simulation_start start;
    struct error error = {""};
    put_tool("iverilog-vpi", "exit 1");
    struct capture capture = capture_begin();
    bool good = simulation_prepare(&simulation, &start, &error);
    capture_end(capture);
    assert_false(good);
    assert_non_null(strstr(error.text, "iverilog-vpi failed, exit status 1"));
    simulation_start_free(&start);
    simulation.folder = "none";
    assert_false(simulation_prepare(&simulation, &start, &error));
    assert_string_equal(error.text, "cannot read the folder none: No such file or directory");
    simulation_start_free(&start);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end_tools)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_verilator),     TEST(test_icarus),            TEST(test_options),
        TEST(test_seed),          TEST(test_build_again),       TEST(test_build_traced),
        TEST(test_scopes),        TEST(test_old_waveform),
        TEST(test_build_fails),   TEST(test_build_fails_later), TEST(test_run_fails),
        TEST(test_run_leftovers), TEST(test_run_too_long),      TEST(test_missing_tools),
        TEST(test_missing_folders), TEST(test_long_paths),      TEST(test_prepare),
        TEST(test_prepare_fails), TEST(test_odd_paths),         TEST(test_odd_chip),
        TEST(test_odd_temporary), TEST(test_versions),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
