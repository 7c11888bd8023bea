/* SPDX-License-Identifier: Apache-2.0
 * test_command_accuracy.c - what gen, report, model and verify say of a network that is not the user's any more:
 * other outputs than where it was trained, values that are clipped. */
#include <math.h>

#include "gen/report/accuracy.h"
#include "models/file/npy.h"
#include "tests/unit/verify_testing.h"

static char speech[] = "speech";

/* The home folder of presets and data, before the tests go to a folder of their own. */
static char home[PATH_MAX];

/* A trained model whose file has two gates in the other's place: two names of its header change places. */
static void put_swapped(const char *path, const char *from)
{
    struct text bytes = {0};
    struct error error;
    char file[PATH_MAX + 80];
    snprintf(file, sizeof file, "%s/models/speech/%s", home, from);
    assert_true(text_read_file(&bytes, file, &error));
    for (size_t n = 0; n + 10 < bytes.length; n++) {
        char *at = bytes.data + n;
        if (memcmp(at, "\"lstm.", 6) != 0)
            continue;
        char *gate = at + 8; /* of W_ix, w_ic, b_i */
        *gate = *gate == 'i' ? 'f' : *gate == 'f' ? 'i' : *gate;
    }
    put_bytes(path, bytes.data, bytes.length);
    text_free(&bytes);
}

static int report(const char *set, const char *json)
{
    const struct sets *sets = sets_of(set);
    struct report_options options = {
        .source = speech, .sets = sets->words, .set_count = sets->count, .json = json};
    struct capture capture = capture_begin();
    int status = command_report(&options);
    capture_end(capture);
    return status;
}

/* The preset has the outputs of the network as trained. */
static void expected_is_met(void **state)
{
    (void)state;
    assert_int_equal(report("", "r.json"), 0);
    json_t *root = json_of("r.json");
    assert_true(json_integer_value(json_at(root, "accuracy.expected.frames")) > 1000);
    assert_true(json_real_value(json_at(root, "accuracy.expected.given.snr_db")) > 100.0);
    double chip = json_real_value(json_at(root, "accuracy.expected.chip.snr_db"));
    assert_true(fabs(chip - json_real_value(json_at(root, "accuracy.snr_quantized_db"))) < 0.1);
    assert_int_equal(json_integer_value(json_at(root, "accuracy.expected.given_frames")), 6419);
    json_decref(root);
    printed("as given, against 6,419 frames expected");
    printed("\n    in floating point it agrees to 1e-05\n");
    printed("the chip, against 1,064 frames expected");
}

/* Gates in another order: bit-exact, and wrong. */
static void wrong_gates(void **state)
{
    static const char wrong[] = "the network is not the one that gave the expected outputs: in floating point "
                                "its y has ";
    static const char set[] = "model.path=swapped.safetensors model.expected=home/models/speech/scores";
    (void)state;
    put_swapped("swapped.safetensors", "speech-pruned.safetensors");
    assert_int_equal(report(set, NULL), 1);
    complained("ese: the network is not");
    complained("likely causes: another order of the gates, a transposed matrix, one of two biases left out");
    /* `gen` makes it, and says so; `verify` fails, though the chip does what the integers say. */
    assert_int_equal(gen(speech, "chip", set), 0);
    complained("ese: warning: the network is not");
    put_tools();
    put_simulators("PASS");
    struct chip_folder chip = opened("chip");
    int64_t cycles = chip.program.cycles_per_frame;
    put_measured((struct measured){"verilator", cycles, 0, 2, false}, &chip.program, NULL);
    chip_close(&chip);
    assert_int_equal(verify((struct verify_options){.sim = SIM_VERILATOR, .json = "v.json"}), 1);
    printed("\nverilator  bit-exact");
    printed("\nverdict: FAIL\n");
    complained(wrong);
    json_t *root = json_of("v.json");
    string_is(root, "verdict", "fail");
    assert_true(json_real_value(json_at(root, "accuracy.expected.given.snr_db")) < 20.0);
    json_decref(root);

    /* Another model over the preset: what the preset expects is no longer meant. */
    assert_int_equal(report("model.path=swapped.safetensors", NULL), 0);
    holds("stderr", "ese: note: model.expected was given with another model or other utterances: not used\n");
}

/* ---- files of the test's own: a few frames of the speech, and y as it is beside it or wrong ---- */

static void cut_file(const char *from, const char *to, int first, int frames, float add)
{
    struct error error = {""};
    struct npy all;
    char path[PATH_MAX + 80];
    snprintf(path, sizeof path, "%s/models/speech/%s", home, from);
    assert_true(npy_open(&all, path, &error));
    size_t cols = (size_t)all.shape[1];
    float *values = allocate((size_t)all.shape[0] * cols, sizeof *values);
    assert_true(npy_floats(&all, values, &error));
    for (size_t i = 0; i < (size_t)frames * cols; i++)
        values[(size_t)first * cols + i] += add;
    assert_true(npy_write_floats(to, 2, (const int[]){frames, (int)cols}, values + (size_t)first * cols, &error));
    free(values);
    npy_close(&all);
}

/* Each frame of each utterance counts, and the worst is named: only one of six that nobody else looks at is
 * wrong. */
static void one_wrong(void **state)
{
    (void)state;
    make_dir("in");
    make_dir("out");
    for (int n = 0; n < 6; n++) {
        char from[40], to[40];
        snprintf(from, sizeof from, "utt%02d.npy", n);
        snprintf(to, sizeof to, "in/u%d.npy", n);
        cut_file(from, to, 0, 12, 0.0f);
        snprintf(from, sizeof from, "scores/utt%02d.npy", n);
        snprintf(to, sizeof to, "out/u%d.npy", n);
        cut_file(from, to, 0, 12, n == 4 ? 0.1f : 0.0f);
    }
    assert_int_equal(report("model.utterances=in model.expected=out", NULL), 1);
    complained("against them, worst in u4 (rounding would leave 50 dB at least)");
    cut_file("scores/utt04.npy", "out/u4.npy", 0, 12, 0.0f);
    assert_int_equal(report("model.utterances=in model.expected=out", "r.json"), 0);
    json_t *root = json_of("r.json");
    number_is(root, "accuracy.expected.given_frames", 72);
    number_is(root, "accuracy.expected.frames", 12);
    json_decref(root);
    /* Other utterances: what the preset expects of its own is not meant. */
    assert_int_equal(report("model.utterances=in", NULL), 0);
    complained("ese: note: model.expected was given with another model or other utterances: not used");
    /* The features are not y. */
    assert_int_equal(report("model.utterances=in model.expected=in", NULL), 1);
    complained_only("in: has neither u0.y.npy nor u0.npy: every utterance needs its expected y");
}

/* What the order of additions cannot do is told, however small it is beside y. */
static void agreement(void **state)
{
    (void)state;
    cut_file("utt03.npy", "x.npy", 0, 12, 0.0f);
    cut_file("scores/utt03.npy", "wanted.npy", 0, 12, 0.0f);
    assert_int_equal(gen(speech, "near", "model.utterances=x.npy model.expected=wanted.npy"), 0);
    printed("in floating point, against 12 frames expected: largest difference ");
    printed(", agrees to 1e-05\n");
    cut_file("scores/utt03.npy", "wanted.npy", 0, 12, 1e-3f);
    assert_int_equal(gen(speech, "far", "model.utterances=x.npy model.expected=wanted.npy"), 0);
    printed(": largest difference 0.001, does not agree to 1e-05\n");
    assert_int_equal(report("model.utterances=x.npy model.expected=wanted.npy", "r.json"), 0);
    printed("\n    in floating point it does not agree to 1e-05\n");
    json_t *root = json_of("r.json");
    assert_true(json_is_false(json_at(root, "accuracy.expected.agrees")));
    json_decref(root);
    assert_int_equal(gen(speech, "none", "model.utterances=x.npy model.expected="), 0);
    struct text said = {0};
    struct error error;
    assert_true(text_read_file(&said, "stdout", &error));
    assert_null(strstr(text_string(&said), "in floating point"));
    text_free(&said);
}

static void agreement_limits(void **state)
{
    (void)state;
    struct error_sums sums = {.max_error = 1e-5, .max_wanted = 0.5}, more = {.max_error = 2e-5, .max_wanted = 4.0};
    assert_true(trained_agrees(&sums));
    sums.max_error = 1.01e-5;
    assert_false(trained_agrees(&sums));
    error_sums_join(&sums, &more); /* of all values */
    assert_true(trained_agrees(&sums));
    error_sums_add(&sums, -3.0, -3.00005);
    assert_false(trained_agrees(&sums));
    error_sums_add(&sums, -6.0, -6.0); /* by its size */
    assert_true(trained_agrees(&sums));
}

/* A chip with descriptors plays utterances beyond their end: there nothing is expected.  One file is copied under
 * another name, and so is its y. */
static void verify_expected(void **state)
{
    (void)state;
    cut_file("utt03.npy", "one.npy", 0, 4, 0.0f);
    cut_file("scores/utt03.npy", "wanted.npy", 0, 4, 0.0f);
    assert_int_equal(gen(speech, "first", "model.utterances=one.npy model.expected=wanted.npy memory=stream"), 0);
    remove("one.npy");
    remove("wanted.npy");
    assert_int_equal(rename("first", "chip"), 0);
    assert_true(exists("chip/model/utterances/utterance.npy"));
    assert_true(exists("chip/model/expected/utterance.y.npy"));
    put_tools();
    put_simulators("PASS");
    struct chip_folder chip = opened("chip");
    put_measured((struct measured){"verilator", chip.program.cycles_per_frame, 0, 2, false},
                 &chip.program, NULL);
    chip_close(&chip);
    verify((struct verify_options){.sim = SIM_VERILATOR, .json = "v.json"});
    json_t *root = json_of("v.json");
    int64_t expected = json_integer_value(json_at(root, "accuracy.expected.frames"));
    assert_true(expected >= 16 && expected < json_integer_value(json_at(root, "accuracy.frames")));
    assert_true(json_real_value(json_at(root, "accuracy.expected.given.snr_db")) > 100.0);
    assert_string_not_equal(json_string_value(json_at(root, "verdict")), "fail");
    json_decref(root);
}

static void missing_expected(void **state)
{
    static const char set[] = "model.expected=few";
    (void)state;
    assert_int_equal(report("model.expected=nowhere", NULL), 1);
    complained_only("nowhere: cannot be read: No such file or directory");
    make_dir("few");
    assert_int_equal(report(set, NULL), 1);
    complained_only("few: has neither utt00.y.npy nor utt00.npy: every utterance needs its expected y");
    put("few/utt00.y.npy", "no array");
    assert_int_equal(report(set, NULL), 1);
    complained("few/utt00.y.npy: ");
    assert_int_equal(report("model.utterances= model.path= model.layers.0.input=3 "
                            "model.layers.0.cell=4 model.layers.1.output=2 model.expected=few",
                            NULL), 1);
    complained_only("model.expected: is y of model.utterances, and there are none");
    put("y.npy", "no array");
    assert_int_equal(report("model.expected=y.npy", NULL), 1);
    complained("y.npy: is not a folder, and there are 32 utterances");
}

/* A format too narrow for x, and it shows. */
static void clipped(void **state)
{
    (void)state;
    begin_verify("model.formats.x=15");
    struct verify_options options = {.sim = SIM_VERILATOR, .frames = 3, .json = "v.json"};
    if (verify(options) != 0)
        complained_only("nothing: it is bit-exact");
    printed("\nverdict: inaccurate\n");
    complained("of the values of x do not fit its format and are clipped");
    json_t *root = json_of("v.json");
    string_is(root, "verdict", "inaccurate");
    string_is(root, "simulators.verilator.verdict", "pass");
    assert_true(json_integer_value(json_at(root, "accuracy.clipped.x.clipped")) > 0);
    json_decref(root);
    options.strict = true;
    assert_int_equal(verify(options), 1);
}

/* ---- the judgement itself ---- */

/* A program of a network with a vector of each value, numbered as these are. */
struct judged {
    struct network_vector vectors[VALUE_COUNT];
    struct quant_vector formats[VALUE_COUNT];
    struct program program;
};

static struct program *judged_program(struct judged *judged)
{
    *judged = (struct judged){.program.config.model.warn_snr_db = 20.0};
    for (int value = 0; value < VALUE_COUNT; value++)
        judged->vectors[value] = (struct network_vector){.layer = NONE, .value = (enum value)value};
    judged->program.network.vectors = judged->vectors;
    judged->program.network.vector_count = VALUE_COUNT;
    judged->program.quant.vectors = judged->formats;
    return &judged->program;
}

static struct accuracy good_accuracy(void)
{
    struct accuracy a = {.frames = 10, .quantized.snr_db = 25.0, .total.snr_db = 25.0,
                         .pruned.snr_db = INFINITY};
    return a;
}

/* z is clipped where its tables are flat: counted, never judged. */
static void z_is_flat(void **state)
{
    (void)state;
    struct judged judged;
    const struct program *p = judged_program(&judged);
    struct accuracy a = good_accuracy();
    struct text lines = {0};
    a.clips.values[VALUE_Z] = 1000;
    a.clips.clipped[VALUE_Z] = 900;
    assert_int_equal(accuracy_verdict(p, &a), VERDICT_PASS);
    assert_string_equal(accuracy_verdict_line(VERDICT_PASS, p, &a), "pass");
    a.quantized.snr_db = 5.0; /* coarse, but nothing is clipped */
    assert_int_equal(accuracy_verdict(p, &a), VERDICT_PASS);
    assert_string_equal(accuracy_verdict_line(VERDICT_PASS, p, &a), "pass, with a warning");
    accuracy_warnings(&lines, p, &a);
    assert_non_null(strstr(text_string(&lines), "too coarse or too narrow"));
    text_free(&lines);
    /* Pruning is warned of, and no part of it. */
    a = good_accuracy();
    a.pruned.snr_db = a.total.snr_db = 3.0;
    assert_int_equal(accuracy_verdict(p, &a), VERDICT_PASS);
}

static void each_value_is_judged(void **state)
{
    static const enum value values[] = {VALUE_X,    VALUE_Y,    VALUE_M,
                                        VALUE_C,    VALUE_KEPT, VALUE_GATE};
    (void)state;
    for (size_t n = 0; n < COUNT_OF(values); n++) {
        struct judged judged;
        const struct program *p = judged_program(&judged);
        struct accuracy a = good_accuracy();
        enum value v = values[n];
        a.clips.values[v] = 100000;
        a.clips.clipped[v] = 1;
        assert_int_equal(accuracy_verdict(p, &a), VERDICT_PASS); /* it does not show */
        a.quantized.snr_db = 19.9;
        assert_int_equal(accuracy_verdict(p, &a), VERDICT_INACCURATE);
        a.quantized.snr_db = 25.0;
        a.clips.clipped[v] = 101; /* more than one in a thousand */
        assert_int_equal(accuracy_verdict(p, &a), VERDICT_INACCURATE);
        /* But not more than twice what calibration chose. */
        judged.formats[v].format.clipped = 0.0006;
        assert_int_equal(accuracy_verdict(p, &a), VERDICT_PASS);
        judged.formats[v].format.clipped = 0.0005;
        assert_int_equal(accuracy_verdict(p, &a), VERDICT_INACCURATE);
    }
}

/* What rounding leaves is a matter of the weights' type. */
static void expected_limits(void **state)
{
    (void)state;
    struct program p = {.config.model.warn_snr_db = 20.0};
    struct accuracy a = good_accuracy();
    struct error error;
    a.trained = (struct trained){.frames = 5, .all.snr_db = 50.1};
    assert_int_equal(accuracy_verdict(&p, &a), VERDICT_PASS);
    a.trained.all.snr_db = 49.9;
    assert_int_equal(accuracy_verdict(&p, &a), VERDICT_FAIL);
    p.network.coarse = true; /* bfloat16 */
    assert_int_equal(accuracy_verdict(&p, &a), VERDICT_PASS);
    a.trained.all.snr_db = 24.9;
    assert_int_equal(accuracy_verdict(&p, &a), VERDICT_FAIL);
    a.trained.all.snr_db = -INFINITY;
    assert_false(accuracy_expected(&p, &a, &error));
    assert_non_null(strstr(error.text, "its y has no signal against them (rounding would leave 25 dB"));
    a.trained.frames = 0;
    assert_int_equal(accuracy_verdict(&p, &a), VERDICT_PASS);
}

/* Each number at its place. */
static void json_tells_them_apart(void **state)
{
    (void)state;
    struct program p = {.config.model.warn_snr_db = 20.0};
    struct accuracy a = {.frames = 10,
                         .pruned = {30.0, 0.1, 0.9},
                         .quantized = {40.0, 0.2, 0.8},
                         .total = {29.0, 0.3, 0.7},
                         .expected_frames = 4,
                         .expected_pruned = {28.0, 0.4, 0.6},
                         .expected_chip = {27.0, 0.5, 0.5},
                         .trained = {.frames = 6, .all = {60.0, 0.0, 1.0}}};
    json_t *root = accuracy_json(&p, &a);
    static const struct { const char *path; double value; } reals[] = {
        {"snr_pruned_db", 30.0}, {"snr_quantized_db", 40.0}, {"snr_db", 29.0},
        {"pruned.max_error", 0.1}, {"quantized.max_error", 0.2}, {"total.max_error", 0.3},
        {"pruned.correlation", 0.9}, {"quantized.correlation", 0.8}, {"total.correlation", 0.7},
        {"expected.pruned.snr_db", 28.0}, {"expected.chip.snr_db", 27.0}, {"expected.given.snr_db", 60.0},
    };
    for (size_t n = 0; n < COUNT_OF(reals); n++)
        real_is(root, reals[n].path, reals[n].value);
    number_is(root, "expected.frames", 4);
    number_is(root, "expected.given_frames", 6);
    assert_true(json_is_true(json_at(root, "expected.given.exact")));
    assert_true(json_is_false(json_at(root, "expected.chip.exact")));
    json_decref(root);
}

static int begin(void **state)
{
    if (getcwd(home, sizeof home) == NULL || scratch_begin(state) != 0)
        return 1;
    return symlink(home, "home"); /* a path without blanks */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expected_is_met),
        cmocka_unit_test_teardown(wrong_gates, end_tools),
        cmocka_unit_test(missing_expected),
        cmocka_unit_test(one_wrong),
        cmocka_unit_test(agreement),
        cmocka_unit_test(agreement_limits),
        cmocka_unit_test_teardown(verify_expected, end_tools),
        cmocka_unit_test_teardown(clipped, end_tools),
        cmocka_unit_test(z_is_flat),
        cmocka_unit_test(each_value_is_judged),
        cmocka_unit_test(expected_limits),
        cmocka_unit_test(json_tells_them_apart),
    };
    return cmocka_run_group_tests(tests, begin, scratch_end);
}
