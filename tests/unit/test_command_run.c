/* SPDX-License-Identifier: Apache-2.0
 * test_command_run.c - ese run on a chip that the golden model plays, right and wrong; what it
 * refuses, and what it leaves behind then. */
#include "gen/command/voices.h"
#include "models/network/reference.h"
#include "tests/unit/run_testing.h"

/* ---- success --------------------------------------------------------------------------------- */

static void check_result(const json_t *root, const struct program *p, const char *verdict,
                         int wrong)
{
    char hash[16];
    int64_t frames = json_integer_value(json_at(root, "frames"));
    snprintf(hash, sizeof hash, "%08x", (unsigned)p->chip_hash);
    string_is(root, "chip_hash", hash);
    snprintf(hash, sizeof hash, "%08x", (unsigned)p->config_hash);
    string_is(root, "model_hash", hash);
    string_is(root, "verdict", verdict);
    number_is(root, "utterances", VOICES);
    number_is(root, "voice_frames", 63);
    assert_true(frames >= 32 && frames <= 63); /* on two channels */
    number_is(root, "channels", 2);
    real_is(root, "occupancy", 63.0 / (2.0 * (double)frames));
    number_is(root, "cycles", frames * p->cycles_per_frame);
    real_is(root, "cycles_per_frame", (double)p->cycles_per_frame);
    number_is(root, "model_cycles_per_frame", p->cycles_per_frame);
    real_is(root, "utilization", (double)p->true_nonzeros / (3.0 * (double)p->cycles_per_frame));
    number_is(root, "values_checked",
              strcmp(verdict, "not compared") == 0 ? 0 : 63 * p->network.output);
    number_is(root, "mismatches", wrong);
    static const char *const stalls[] = {"input", "columns", "acc",   "element",
                                         "queue", "weights", "output"};
    for (int n = 0; n < 7; n++) {
        char path[40];
        snprintf(path, sizeof path, "stalls.%s", stalls[n]);
        number_is(root, path, 301 + n);
    }
}

static void test_right(void **state)
{
    (void)state;
    begin_run("memory=stream");
    struct chip_folder chip = opened("chip");
    struct run_options options = checked;
    options.json = "result.json";
    if (run(options) != 0)
        complained_only("nothing: all is well");
    check_outputs(&chip.program.quant);
    printed("5 utterances, 63 frames, on 2 channels: ");
    printed("verilator, ideal memory, built in ");
    char line[100];
    snprintf(line, sizeof line, "bit-exact: %d y values against the golden model\n",
             63 * chip.program.network.output);
    printed(line);
    printed("stalls          input 301, columns 302, accumulator 303, element 304, queue 305; "
            "weights 306, output 307\n");
    printed("written to      out\n");
    json_t *root = json_of("result.json");
    check_result(root, &chip.program, "pass", 0);
    string_is(root, "simulator", "verilator");
    string_is(root, "memory", "ideal");
    number_is(root, "ports.weights.bursts", 100);
    number_is(root, "ports.weights.busy", 103);
    number_is(root, "ports.data.beats_read", 105);
    number_is(root, "ports.data.beats_written", 106);
    json_decref(root);
    assert_true(file_has("words", "+memory=ideal"));
    assert_false(file_has("words", "+taps="));
    chip_close(&chip);
}

/* Bit-exact, and yet not what the network computes: the inputs are louder than those that chose the formats,
 * and x is clipped.  The verdict says so, the exit status if it is asked to. */
static void test_loud(void **state)
{
    (void)state;
    begin_run("memory=stream");
    struct chip_folder chip = opened("chip");
    put_voices(8.0);
    struct run_options options = checked;
    options.json = "result.json";
    if (run(options) != 0)
        complained_only("nothing: it is bit-exact");
    printed("bit-exact: ");
    printed("\nverdict: inaccurate\n");
    complained("ese: warning: ");
    complained("of the values of x do not fit its format and are clipped");
    json_t *root = json_of("result.json");
    check_result(root, &chip.program, "inaccurate", 0);
    number_is(root, "accuracy.clipped.x.values", 63 * X);
    assert_true(json_integer_value(json_at(root, "accuracy.clipped.x.clipped")) > 63 * X / 10);
    assert_true(json_real_value(json_at(root, "accuracy.snr_quantized_db")) < 20.0);
    json_decref(root);
    check_outputs(&chip.program.quant);
    options.strict = true;
    assert_int_equal(run(options), 1);
    printed("\nverdict: inaccurate\n");
    /* Quiet ones pass, strictly. */
    put_voices(1.0);
    assert_int_equal(run(options), 0);
    printed("\nverdict: pass\n");
    chip_close(&chip);
}

/* y of the inputs as the network itself gives it, with an error. */
static void put_expected(const struct network *network, double error)
{
    struct reference *reference = reference_new(network);
    struct error message = {""};
    for (int n = 0; n < VOICES; n++) {
        struct npy in;
        char path[40];
        float features[40 * X], y[40 * 64];
        snprintf(path, sizeof path, "in/%d.npy", n);
        assert_true(npy_open(&in, path, &message) && npy_floats(&in, features, &message));
        npy_close(&in);
        struct reference_state voice = reference_start(network);
        for (int t = 0; t < rows_of[n]; t++) {
            reference_step(reference, &voice, features + t * X);
            for (int i = 0; i < network->output; i++)
                y[t * network->output + i] = (float)(reference_y(&voice)[i] * (1.0 + error));
        }
        reference_end(&voice);
        snprintf(path, sizeof path, "expected/%d.y.npy", n);
        assert_true(npy_write_floats(path, 2, (const int[]){rows_of[n], network->output}, y, &message));
    }
    reference_free(reference);
}

static void test_expected(void **state)
{
    (void)state;
    begin_run("memory=stream");
    struct chip_folder chip = opened("chip");
    struct run_options options = checked;
    options.expected = "expected";
    options.json = "result.json";
    make_dir("expected");
    put_expected(&chip.program.network, 1e-4);
    if (run(options) != 0)
        complained_only("nothing: all is well");
    json_t *root = json_of("result.json");
    string_is(root, "verdict", "pass");
    number_is(root, "accuracy.expected.frames", 63);
    double snr = json_real_value(json_at(root, "accuracy.expected.given.snr_db"));
    assert_true(snr > 79.0 && snr < 81.0);
    json_decref(root);

    /* Another network's, though the chip does what its own says. */
    put_expected(&chip.program.network, 0.02);
    assert_int_equal(run(options), 1);
    printed("bit-exact: ");
    printed("\nverdict: FAIL\n");
    complained("ese: the network is not the one that gave the expected outputs: in floating point its y has "
               "34.");
    root = json_of("result.json");
    string_is(root, "verdict", "fail");
    json_decref(root);

    /* Not asked for: those that the chip's folder has, of inputs that are the same. */
    options.expected = NULL;
    assert_int_equal(run(options), 0);
    root = json_of("result.json");
    assert_null(json_at(root, "accuracy.expected"));
    json_decref(root);
    options.expected = "expected";

    /* None of one input, or of another length. */
    remove("expected/3.y.npy");
    assert_int_equal(run(options), 1);
    complained("expected: has neither 3.y.npy nor 3.npy: every utterance needs its expected y");
    options.expected = "in"; /* 3.npy is there, but is the input itself */
    assert_int_equal(run(options), 1);
    complained("in: has neither ");
    options.expected = "nowhere";
    assert_int_equal(run(options), 1);
    complained("nowhere: cannot be read: No such file or directory");
    options.expected = "expected";
    options.check = false;
    assert_int_equal(run(options), 2);
    complained("ese: --expected: outputs are compared, which --no-check forbids");
    options.check = true;
    assert_int_equal(rename("expected/0.y.npy", "expected/3.y.npy"), 0);
    assert_int_equal(rename("expected/1.y.npy", "expected/0.npy"), 0);
    assert_int_equal(run(options), 1);
    complained("0.npy: has y of 31 frames, the utterance has 7");
    chip_close(&chip);
}

static void test_options(void **state)
{
    (void)state;
    begin_run("memory=resident memory_ports=1");
    struct chip_folder chip = opened("chip");
    struct run_options options = {
        .check = false, .sim = SIM_ICARUS, .memory = MEMORY_DDR3, .json = "-"};
    make_dir("out");
    put("out/mine", "");
    assert_int_equal(run(options), 0);
    json_t *root = json_of("stdout"); /* and nothing else */
    check_result(root, &chip.program, "not compared", 0);
    string_is(root, "simulator", "icarus");
    string_is(root, "memory", "ddr3");
    assert_null(json_at(root, "ports.weights"));
    number_is(root, "ports.data.bursts", 104);
    json_decref(root);
    assert_true(file_has("words", "+memory=ddr3"));
    assert_true(exists("out/mine"));
    check_outputs(&chip.program.quant);
    options.memory = MEMORY_HOSTILE;
    options.json = NULL;
    assert_int_equal(run(options), 0);
    printed("icarus, hostile memory, built in 0.0 s");
    printed("outputs         not compared\n");
    chip_close(&chip);
}

/* One frame is too few for the speed; a single input. */
static void test_short(void **state)
{
    (void)state;
    char input[] = "in/2.npy", *inputs[] = {input};
    begin_run("memory=stream");
    struct run_options options = {
        .check = true, .inputs = inputs, .input_count = 1, .json = "result.json"};
    assert_int_equal(run(options), 0);
    printed("1 utterance, 1 frames, on 2 channels: 1 frames of the chip, 50.0 % of their slots "
            "taken\n");
    printed("cycles a frame  too few frames to tell\n");
    json_t *root = json_of("result.json");
    assert_true(json_is_null(json_at(root, "cycles_per_frame")));
    assert_true(json_is_null(json_at(root, "utilization")));
    json_decref(root);
    assert_true(exists("out/2.npy"));
    assert_false(exists("out/1.npy"));
}

/* Another model for the chip: it is loaded, and its golden model is what counts. */
static void test_model(void **state)
{
    (void)state;
    begin_run("memory=stream");
    const struct sets *sets = sets_of("model.seed=5");
    const struct model_options model = {.dir = "chip",
                                        .source = "tiny",
                                        .sets = sets->words,
                                        .set_count = sets->count,
                                        .output = "other",
                                        .command_line = ""};
    struct capture capture = capture_begin();
    int status = command_model(&model);
    capture_end(capture);
    assert_int_equal(status, 0);
    struct run_options options = checked;
    char folder[PATH_MAX + 20];
    snprintf(folder, sizeof folder, "%s/other", scratch);
    put_served("right", folder);
    options.model = "other";
    options.json = "result.json";
    if (run(options) != 0)
        complained_only("nothing: all is well");
    struct chip_folder chip = opened("chip");
    struct model_folder other;
    struct error error;
    assert_true(model_open(&other, "other", &chip, &error));
    assert_true(other.program.config_hash != chip.program.config_hash);
    json_t *root = json_of("result.json");
    check_result(root, &other.program, "pass", 0);
    json_decref(root);
    check_outputs(&other.program.quant);
    put_served("right", ""); /* a chip that has not taken the model over */
    assert_int_equal(run(options), 1);
    printed("WRONG: ");
    model_close(&other);
    chip_close(&chip);
}

/* ---- chips that are wrong -------------------------------------------------------------------- */

static void test_wrong_value(void **state)
{
    (void)state;
    begin_run("memory=stream");
    struct chip_folder chip = opened("chip");
    struct run_options options = checked;
    options.json = "result.json";
    put_served("wrong y", "");
    assert_int_equal(run(options), 1);
    holds("stderr", ""); /* that is a result */
    char line[100];
    snprintf(line, sizeof line,
             "outputs         WRONG: 1 of %d values; 1: frame 2, element 5 of y is ",
             63 * chip.program.network.output);
    printed(line);
    json_t *root = json_of("result.json");
    check_result(root, &chip.program, "fail", 1);
    json_decref(root);
    assert_true(exists("out/1.npy"));
    options.check = false;
    assert_int_equal(run(options), 0);
    chip_close(&chip);
}

static void test_wrong_chips(void **state)
{
    (void)state;
    static const struct {
        const char *manner, *part;
        bool plays; /* all utterances */
    } chips[] = {
        {"wrong frames", "register FRAMES says ", true},
        {"wrong issues", "register MULTIPLIED says ", true},
        {"error", "; 0 of 5 utterances were finished\n", false},
        {"no counts", "not today; the simulator's log: ", true},
        {"nobody", "register ID is 00000000", false},
    };
    begin_run("memory=stream");
    for (size_t n = 0; n < COUNT_OF(chips); n++) {
        put_served(chips[n].manner, "");
        fails(checked, chips[n].part);
        assert_int_equal(exists("out"), chips[n].plays);
        if (chips[n].plays)
            assert_int_equal(entries_in("out"), VOICES);
        clear_out();
    }
    put_simulator("exit 3");
    refused(checked, "/chip/build/verilator/run.log");
    struct run_options elsewhere = checked;
    elsewhere.work = "builds";
    refused(elsewhere, "/builds/verilator/run.log");
    make_dir("out"); /* of others */
    assert_int_equal(run(checked), 1);
    assert_true(exists("out"));
}

/* What was finished stays when the rest does not come. */
static void test_unfinished(void **state)
{
    (void)state;
    struct run_options whole = checked;
    begin_run("memory=stream");
    whole.output_dir = "whole";
    if (run(whole) != 0)
        complained_only("nothing: all is well");
    put_served("dies", "");
    fails(checked, "/run.log; 1 of 5 utterances were finished: see out\n");
    assert_int_equal(entries_in("out"), 1);
    assert_true(same_files("out/3.npy", "whole/3.npy")); /* the longest but one */
    clear_out();
    put_served("interrupts", "");
    signal(SIGINT, SIG_DFL); /* a shell's background jobs ignore it, and so would ese */
    fails(checked, "ese: interrupted; 2 of 5 utterances were finished: see out\n");
    assert_int_equal(entries_in("out"), 2);
    assert_true(same_files("out/3.npy", "whole/3.npy") && same_files("out/4.npy", "whole/4.npy"));
    struct sigaction now;
    assert_int_equal(sigaction(SIGINT, NULL, &now), 0);
    assert_true(now.sa_handler == SIG_DFL);
}

/* ---- what is refused before ------------------------------------------------------------------ */

static void test_wrong_kind(void **state)
{
    (void)state;
    make_dir("in");
    put_voices(1.0);
    refused(checked, "'chip' is not a folder that 'ese gen' made: it has no manifest.json");
    made("chip", "");
    refused(
        checked,
        "the chip in 'chip' has its model in ROM and no host interface: generate one with --set "
        "memory=resident or --set memory=stream");
    made("chip", "memory=stream io=stream");
    refused(checked,
            "the chip in 'chip' takes x and y by streams, not from memory: generate it with --set "
            "io=memory");
    made("chip", "memory=stream");
    struct run_options options = checked;
    options.model = "in";
    refused(options, "'in' is not a folder that 'ese model' made: it has no model.bin");
    options = checked;
    options.json = "none/result.json";
    refused(options, "--json: cannot write 'none/result.json': No such file or directory");
}

static void test_bad_inputs(void **state)
{
    (void)state;
    char first[] = "in/1.npy", second[] = "more/1.npy", none[] = "none.npy",
         *inputs[] = {first, second};
    begin_run("memory=stream");
    struct run_options options = {.check = true, .inputs = inputs, .input_count = 2};
    refused(options, "more/1.npy");
    make_dir("more");
    assert_int_equal(link("in/1.npy", "more/1.npy"), 0);
    refused(options, "two inputs would both be written as 1.npy: in/1.npy and more/1.npy");
    inputs[1] = none;
    refused(options, "none.npy");
    assert_int_equal(calls_of("verilator"), 0); /* before anything is built */
}

static void test_bad_folders(void **state)
{
    (void)state;
    begin_run("memory=stream");
    struct run_options options = checked;
    put("plain", "");
    options.output_dir = "plain";
    refused(options, "plain is not a folder");
    options.output_dir = "none/out";
    refused(options, "cannot create the folder none/out: No such file or directory");
    options.output_dir = "no\nne/out";
    refused(options, "cannot create the folder no?ne/out: No such file or directory");
    assert_int_equal(calls_of("verilator"), 0);
}

static void test_no_simulator(void **state)
{
    (void)state;
    begin_run("memory=stream");
    char bin[PATH_MAX + 8], *path = duplicate(getenv("PATH"));
    snprintf(bin, sizeof bin, "%s/bin", scratch);
    assert_int_equal(unlink("bin/verilator"), 0);
    setenv("PATH", bin, 1);
    refused(checked, "verilator is not installed; it is in the Debian package verilator");
    setenv("PATH", path, 1);
    free(path);
    put_tool("verilator", "exit 1");
    assert_int_equal(run(checked), 1);
    complained("verilator failed, exit status 1");
    assert_false(exists("out"));
}

#define TEST(function) cmocka_unit_test_teardown(function, end_tools)

int main(int count, char **words)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_unfinished, end_tools),
        TEST(test_right),        TEST(test_loud),        TEST(test_expected),
        TEST(test_options),      TEST(test_short),
        TEST(test_model),        TEST(test_wrong_value), TEST(test_wrong_chips),
        TEST(test_wrong_kind),   TEST(test_bad_inputs),  TEST(test_bad_folders),
        TEST(test_no_simulator),
    };
    if (count > 4 && strcmp(words[1], "serve") == 0)
        return served_main(count, words);
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
