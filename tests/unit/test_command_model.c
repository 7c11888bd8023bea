/* SPDX-License-Identifier: Apache-2.0
 * test_command_model.c - ese model: another model for a chip that is there. */
#include "tests/unit/command_testing.h"

#include "gen/image/regions.h"
#include "gen/report/facts.h"
#include "models/program/quality.h"

static int model(const char *dir, const char *source, const char *output, const char *set,
                 const char *json)
{
    const struct sets *sets = sets_of(set);
    struct model_options options = {.dir = dir, .source = source, .sets = sets->words,
                                    .set_count = sets->count, .output = output, .json = json};
    struct capture capture = capture_begin();
    int status = command_model(&options);
    capture_end(capture);
    return status;
}

static void refuses(const char *dir, const char *set, const char *message)
{
    assert_int_equal(model(dir, "tiny", "model", set, NULL), 1);
    complained(message);
    printed_nothing();
    assert_false(exists("model"));
}

/* A chip and another model for it, opened again. */
struct both {
    struct chip_folder chip;
    struct model_folder model;
};

static struct both open_both(void)
{
    struct both both = {.chip = opened("chip")};
    struct error error = {""};
    if (!model_open(&both.model, "model", &both.chip, &error))
        fail_msg("%s", error.text);
    return both;
}

static void close_both(struct both *both)
{
    model_close(&both->model);
    chip_close(&both->chip);
}

static int largest_shift(const struct program *p)
{
    int most = 0;
    for (int n = 0; n < p->product_count; n++) {
        const int shift = quantized_matrix(&p->quant, p->products[n].matrix)->shift;
        most = shift > most ? shift : most;
    }
    return most;
}

static void line(const char *format, ...)
{
    char text[200];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    printed(text);
}

/* ---- what is written and said ---------------------------------------------------------------- */

static void test_text(void **state)
{
    (void)state;
    made("chip", "memory=stream headroom=50");
    assert_int_equal(model("chip", "tiny", "model", "model.seed=5 model.input=4", NULL), 0);
    holds("stderr", "");
    struct both both = open_both();
    const struct program *p = &both.model.program;
    assert_int_not_equal(p->config_hash, both.chip.program.config_hash);
    line("model: model %08x for chip %08x (chip)\n", p->config_hash, p->chip_hash);
    line("x 4, c 12, y 6; 552 weights, of which %d (", (int)p->true_nonzeros);
    line("%d cycles, ", (int)p->cycles_per_frame);
    line("%d of the chip's %d column words\n", p->d.columns, both.chip.program.d.max_columns);
    line("%d of the chip's %d weight beats\n", p->d.beats, both.chip.program.d.max_beats);
    line("%d of the chip's %d words\n", p->d.constants, both.chip.program.d.max_constants);
    line("%d of the chip's %d bits\n", largest_shift(p), both.chip.program.d.max_shift);
    line("model.bin %s, ", commas((int64_t)region_size(p, REGION_MODEL)).text);
    line("weights.bin %s bytes\n", commas((int64_t)region_size(p, REGION_WEIGHTS)).text);
    printed("of noise");
    printed("dB signal to noise, largest error ");
    close_both(&both);
}

/* Of other networks than one LSTM there is no c; the layers are listed. */
static void test_layers(void **state)
{
    (void)state;
    put("rnn.yaml", "pes: 3\nchannels: 2\nmemory: resident\nmodel:\n  layers:\n"
                    "    - {kind: rnn, input: 5, cell: 12}\n    - {kind: linear, output: 6}\n");
    if (gen("rnn.yaml", "chip", NULL) != 0)
        complained_only("nothing: a chip is made");
    const struct sets *sets = sets_of("model.seed=5");
    struct model_options options = {.dir = "chip", .source = "rnn.yaml", .sets = sets->words,
                                    .set_count = sets->count, .output = "model",
                                    .json = "model.json"};
    struct capture capture = capture_begin();
    assert_int_equal(command_model(&options), 0);
    capture_end(capture);
    printed("x 5, y 6, 2 layers; 276 weights, of which ");
    printed("\n  0.y ");
    json_t *json = json_of("model.json");
    const json_t *network = json_at(json, "network");
    assert_true(json_is_null(json_object_get(network, "cell")));
    assert_int_equal(json_array_size(json_object_get(network, "layers")), 2);
    json_decref(json);
}

static void test_folder(void **state)
{
    (void)state;
    made("chip", "memory=resident");
    struct text before = contents("chip/manifest.json");
    assert_int_equal(model("chip", "tiny", "model", "model.seed=5", NULL), 0);
    holds("chip/manifest.json", text_string(&before));
    text_free(&before);
    assert_true(is_model_folder("model"));
    unchanged("model");
    struct both both = open_both();
    const struct program *p = &both.model.program;
    assert_int_equal(p->config.model.seed, 5);
    struct stat status;
    assert_int_equal(stat("model/model.bin", &status), 0);
    assert_int_equal(status.st_size, region_size(p, REGION_MODEL));
    assert_int_equal(stat("model/weights.bin", &status), 0);
    assert_int_equal(status.st_size, region_size(p, REGION_WEIGHTS));
    close_both(&both);
    json_t *manifest = json_of("model/manifest.json");
    string_is(manifest, "command", "model tiny --set model.seed=5");
    json_decref(manifest);
}

static void check_vectors(const json_t *root, const struct program *p)
{
    struct quality quality;
    quality_measure(&quality, p, QUALITY_WORK);
    const json_t *vectors = json_at(root, "vectors");
    size_t seen = 0;
    for (int n = 0; n < quality.tensor_count; n++) {
        const struct tensor_quality *t = &quality.tensors[n];
        if (t->kind != TENSOR_VECTOR || !t->compared)
            continue;
        const json_t *found = json_array_get(vectors, seen++);
        string_is(found, "name", t->name);
        number_is(found, "fraction", t->fraction);
        number_is(found, "values", t->values);
        number_is(found, "saturated", t->saturated);
        real_is(found, "snr_db", t->snr_db);
        real_is(found, "max_error", t->max_error);
    }
    assert_true(seen >= 3);
    assert_int_equal(json_array_size(vectors), seen);
}

static void test_json(void **state)
{
    (void)state;
    made("chip", "memory=stream headroom=50");
    assert_int_equal(model("chip", "tiny", "model", "model.density=0.3", "model.json"), 0);
    printed("model: model "); /* the text as well */
    struct both both = open_both();
    const struct program *p = &both.model.program, *chip = &both.chip.program;
    json_t *root = json_of("model.json");
    char hash[16];
    snprintf(hash, sizeof hash, "%08x", chip->chip_hash);
    string_is(root, "chip_hash", hash);
    snprintf(hash, sizeof hash, "%08x", p->config_hash);
    string_is(root, "model_hash", hash);
    number_is(root, "network.input", 5);
    number_is(root, "network.cell", 12);
    number_is(root, "network.output", 6);
    number_is(root, "network.state", 12 + 6); /* c and y */
    number_is(root, "network.nonzeros", (int64_t)p->true_nonzeros);
    number_is(root, "cycles_per_frame", p->cycles_per_frame);
    real_is(root, "us_per_frame", (double)p->cycles_per_frame / 200.0);
    string_is(root, "column_order", column_order_name(p->column_order));
    number_is(root, "room.columns.used", p->d.columns);
    number_is(root, "room.columns.room", chip->d.max_columns);
    number_is(root, "room.beats.used", p->d.beats);
    number_is(root, "room.beats.room", chip->d.max_beats);
    number_is(root, "room.constants.used", p->d.constants);
    number_is(root, "room.constants.room", chip->d.max_constants);
    number_is(root, "room.shift.used", largest_shift(p));
    number_is(root, "room.shift.room", chip->d.max_shift);
    number_is(root, "bytes.model", (int64_t)region_size(p, REGION_MODEL));
    number_is(root, "bytes.weights", (int64_t)region_size(p, REGION_WEIGHTS));
    check_vectors(root, p);
    json_decref(root);
    close_both(&both);
    assert_int_equal(model("chip", "tiny", "model", "model.density=0.3", "-"), 0);
    assert_true(same_files("stdout", "model.json")); /* and nothing else */
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void test_no_such_chip(void **state)
{
    (void)state;
    refuses("nosuch", NULL, "'nosuch' is not a folder that 'ese gen' made");
    made("chip", NULL);
    refuses("chip", NULL,
            "'chip' holds its model in ROM (memory: rom), where no other can be loaded");
}

static void test_does_not_fit(void **state)
{
    (void)state;
    made("chip", "memory=stream headroom=0");
    refuses("chip", "model.cell=13", "c has 13 elements, the chip takes at most 12");
    refuses("chip", "model.density=1.0", "the chip has");
    refuses("chip", "model.peephole=false", "peephole");
    refuses("chip", "model.candidate=sigm", "candidate is sigm, the chip's is tanh");
}

static void test_bad_configuration(void **state)
{
    (void)state;
    made("chip", "memory=stream");
    refuses("chip", "model.density=2", "model.density");
    refuses("chip", "pes=4", "pes"); /* the chip's, not the model's */
    assert_int_equal(model("chip", "nosuch", "model", NULL, NULL), 1);
    complained("'nosuch'");
}

/* A chip is not overwritten by a model, not even its own. */
static void test_output(void **state)
{
    (void)state;
    made("chip", "memory=stream");
    made("other", NULL);
    assert_int_equal(model("chip", "tiny", "chip", "model.seed=5", NULL), 1);
    complained_only("'chip' holds a chip: a model goes to a folder of its own");
    assert_int_equal(model("chip", "tiny", "other", "model.seed=5", NULL), 1);
    complained_only("'other' holds a chip: a model goes to a folder of its own");
    unchanged("chip");
    unchanged("other");
    put("file", "mine\n");
    assert_int_equal(model("chip", "tiny", "file", "model.seed=5", NULL), 1);
    complained("file");
    holds("file", "mine\n");
    assert_int_equal(model("chip", "tiny", "model", "model.seed=5", "no/model.json"), 1);
    complained_only("--json: cannot write 'no/model.json': No such file or directory");
    assert_false(exists("model")); /* before the work */
    assert_int_equal(model("chip", "tiny", "model", "model.seed=5", "model/model.json"), 0);
    assert_true(exists("model/model.json"));
    assert_int_equal(model("chip", "tiny", "model", "model.seed=6", NULL), 0); /* takes its place */
    assert_int_equal(model("model", "tiny", "another", NULL, NULL), 1);
    complained_only("'model' holds a model that 'ese model' made, not a chip");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_text, scratch_clean),
        cmocka_unit_test_teardown(test_layers, scratch_clean),
        cmocka_unit_test_teardown(test_folder, scratch_clean),
        cmocka_unit_test_teardown(test_json, scratch_clean),
        cmocka_unit_test_teardown(test_no_such_chip, scratch_clean),
        cmocka_unit_test_teardown(test_does_not_fit, scratch_clean),
        cmocka_unit_test_teardown(test_bad_configuration, scratch_clean),
        cmocka_unit_test_teardown(test_output, scratch_clean),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
