/* SPDX-License-Identifier: Apache-2.0
 * test_command_accuracy.c - what gen, report, model and verify say of a network that is not the user's any more:
 * other outputs than where it was trained, values that are clipped. */
#include <math.h>

#include "gen/report/accuracy.h"
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
    json_decref(root);
    printed("as given, against the expected outputs");
    printed("the chip, against the expected outputs");
}

/* Gates in another order: bit-exact, and wrong. */
static void wrong_gates(void **state)
{
    static const char wrong[] = "the network is not the one that gave the expected outputs: in floating point "
                                "its y has ";
    static const char set[] = "model.path=swapped.safetensors model.expected=home/models/speech";
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
    holds("stderr", "");
}

static void missing_expected(void **state)
{
    static const char set[] = "model.expected=few";
    (void)state;
    make_dir("few");
    assert_int_equal(report(set, NULL), 1);
    complained_only("few: has neither utt00.y.npy nor utt00.npy: every utterance needs its expected y");
    put("few/utt00.y.npy", "no array");
    assert_int_equal(report(set, NULL), 1);
    complained("few/utt00.y.npy: ");
    assert_int_equal(report("model.utterances= model.path= model.expected=few", NULL), 1);
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

/* z is clipped where its tables are flat: counted, never judged. */
static void z_is_flat(void **state)
{
    (void)state;
    struct program p = {.config.model.warn_snr_db = 20.0};
    struct accuracy a = {.frames = 10, .quantized.snr_db = 25.0, .total.snr_db = 25.0,
                         .pruned.snr_db = INFINITY};
    struct text lines = {0};
    a.clips.values[VALUE_Z] = 1000;
    a.clips.clipped[VALUE_Z] = 900;
    assert_int_equal(accuracy_verdict(&p, &a), VERDICT_PASS);
    a.quantized.snr_db = 5.0; /* coarse, but nothing is clipped */
    assert_int_equal(accuracy_verdict(&p, &a), VERDICT_PASS);
    accuracy_warnings(&lines, &p, &a);
    assert_non_null(strstr(text_string(&lines), "too coarse or too narrow"));
    a.clips.values[VALUE_C] = 100000;
    a.clips.clipped[VALUE_C] = 1;
    assert_int_equal(accuracy_verdict(&p, &a), VERDICT_INACCURATE);
    a.quantized.snr_db = 25.0; /* it does not show */
    assert_int_equal(accuracy_verdict(&p, &a), VERDICT_PASS);
    a.clips.clipped[VALUE_C] = 101; /* more than one in a thousand */
    assert_int_equal(accuracy_verdict(&p, &a), VERDICT_INACCURATE);
    p.quant.values[VALUE_C].clipped = 0.0006; /* but not more than twice what calibration chose */
    assert_int_equal(accuracy_verdict(&p, &a), VERDICT_PASS);
    p.quant.values[VALUE_C].clipped = 0.0005;
    assert_int_equal(accuracy_verdict(&p, &a), VERDICT_INACCURATE);
    /* Pruning is warned of, and no part of it. */
    a.clips.clipped[VALUE_C] = 0;
    a.pruned.snr_db = a.total.snr_db = 3.0;
    assert_int_equal(accuracy_verdict(&p, &a), VERDICT_PASS);
    text_free(&lines);
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
        cmocka_unit_test_teardown(clipped, end_tools),
        cmocka_unit_test(z_is_flat),
    };
    return cmocka_run_group_tests(tests, begin, scratch_end);
}
