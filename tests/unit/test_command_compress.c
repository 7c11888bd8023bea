/* SPDX-License-Identifier: Apache-2.0
 * test_command_compress.c - ese compress: what it refuses, prints, warns of and writes; a chip
 * takes the file. */
#include <math.h>

#include "gen/command/compress_print.h"
#include "models/base/crc32.h"
#include "models/base/random.h"
#include "models/cpu/blas.h"
#include "models/file/npy.h"
#include "models/learn/recipe.h"
#include "models/network/export.h"
#include "models/network/labels.h"
#include "tests/unit/command_testing.h"

enum { INPUT = 6, CLASSES = 5, RECORDINGS = 22, FRAMES = 70 };

static struct network net; /* dense */

static void write_floats(const char *path, int frames, int width, const float *values)
{
    struct error error;
    if (!npy_write_floats(path, 2, (const int[]){frames, width}, values, &error))
        fail_msg("%s", error.text);
}

/* An LSTM and, if there are to be classes, a linear layer; net.safetensors and c.yaml. */
static void make_network_of(enum direction direction, bool classes)
{
    static const char lstm[] = "  - kind: lstm\n", both[] = "    direction: both\n",
                      linear[] = "  - kind: linear\n    density: 1\n";
    struct layer_config layers[2] = {layer_default(LAYER_LSTM), layer_default(LAYER_LINEAR)};
    struct model_config model = {.layer_count = classes ? 2 : 1, .density = 1.0, .seed = 4};
    struct text bytes = {0}, yaml = {0};
    struct error error;
    layers[0].input = INPUT;
    layers[0].cell = 12;
    layers[0].direction = direction;
    layers[1].output = CLASSES;
    memcpy(model.layers, layers, sizeof layers);
    network_free(&net);
    network_draw(&net, &model);
    if (!network_pack(&net, (const char *const[]){NULL}, &bytes, &error) ||
        !text_write_file(&bytes, "net.safetensors", &error))
        fail_msg("%s", error.text);
    text_appendf(&yaml,
                 "pes: 2\nmodel:\n  path: net.safetensors\n  density: 0.25\n  utterances: speech\n"
                 "  layers:\n%s%s%s",
                 lstm, direction == DIRECTION_BOTH ? both : "", classes ? linear : "");
    put("c.yaml", text_string(&yaml));
    text_free(&bytes);
    text_free(&yaml);
}

static void make_network(bool classes)
{
    make_network_of(DIRECTION_FORWARD, classes);
}

/* Labels are what the dense network decides, of every third frame another. */
static void label(const char *path, const float *x)
{
    struct reference *r = reference_new(&net);
    struct reference_state state = reference_start(&net);
    int32_t labels[FRAMES];
    struct error error;
    for (int t = 0; t < FRAMES; t++) {
        reference_step(r, &state, x + (size_t)(t * INPUT));
        labels[t] = (classify(&net, reference_y(&state)) + (t % 3 == 0)) % CLASSES;
    }
    reference_end(&state);
    reference_free(r);
    if (!npy_write_ints(path, 1, (const int[]){FRAMES}, labels, &error))
        fail_msg("%s", error.text);
}

static void make_speech(const char *folder, int count, bool labelled)
{
    struct utterances drawn;
    char path[PATH_MAX];
    utterances_draw(&drawn, count, FRAMES, INPUT, crc32_of(0, folder, strlen(folder)));
    make_dir(folder);
    for (int n = 0; n < count; n++) {
        snprintf(path, sizeof path, "%s/r%02d.npy", folder, n);
        write_floats(path, FRAMES, INPUT, drawn.frames[n].at);
        snprintf(path, sizeof path, "%s/r%02d.labels.npy", folder, n);
        if (labelled)
            label(path, drawn.frames[n].at);
    }
    snprintf(path, sizeof path, "%s/phones.txt", folder);
    if (labelled)
        put(path, "a\nb\nc\nd\ne\n");
    utterances_free(&drawn);
}

static int compress(const char *set, struct compress_options options)
{
    const struct sets *sets = sets_of(set);
    options.source = "c.yaml";
    options.sets = sets->words;
    options.set_count = sets->count;
    options.output = options.output != NULL ? options.output : "out.safetensors";
    options.threads = options.threads > 0 ? options.threads : 1;
    options.frames = options.frames > 0 || options.minutes > 0.0 ? options.frames : 20000;
    struct capture capture = capture_begin();
    const int status = command_compress(&options);
    capture_end(capture);
    return status;
}

static void refused(const char *set, struct compress_options options, const char *why)
{
    assert_int_equal(compress(set, options), 1);
    complained(why);
    printed_nothing();
    assert_false(exists("out.safetensors"));
}

static void test_refused(void **state)
{
    (void)state;
    make_network(false);
    make_speech("speech", 3, false);
    make_speech("one", 1, false);
    make_dir("wide");
    write_floats("wide/a.npy", 1, INPUT + 1, (const float[INPUT + 1]){0});
    put("no.yaml", "pes: 2\n");
    refused("model.utterances=none", (struct compress_options){0}, "none");
    refused("model.utterances=one", (struct compress_options){0},
            "model.utterances: 1 recording, and learning takes two at least, of which one is held");
    refused("model.utterances=wide", (struct compress_options){0}, "wide/a.npy");
    refused("", (struct compress_options){.held_out = "wide"}, "wide/a.npy");
    refused("", (struct compress_options){.held_out = "none"}, "none");
    refused("model.path=none.safetensors", (struct compress_options){0}, "none.safetensors");
    refused("", (struct compress_options){.loss = LEARN_CLASSES},
            "--loss classes: the network has no output layer of classes");
    refused("", (struct compress_options){.json = "none/a.json"}, "--json");
    refused("", (struct compress_options){.output = "none/a.safetensors"}, "--output");
    refused("", (struct compress_options){.output = "net.safetensors"},
            "net.safetensors: is read here, and would be lost");
    refused("", (struct compress_options){.output = "c.yaml"}, "c.yaml: is read here");
    refused("", (struct compress_options){.output = "speech/r01.npy"}, "speech/r01.npy: is read here");
    refused("", (struct compress_options){.json = "speech/../net.safetensors"}, "net.safetensors: is read here");
    refused("", (struct compress_options){.json = "./out.safetensors"}, "is the file for the network");
    refused("", (struct compress_options){.json = "out.safetensors"},
            "--json: 'out.safetensors' is the file for the network");
    refused("", (struct compress_options){.held_out = "./speech"},
            "./speech: everything that is held out is learnt from, too");
    put("c.yaml", "pes: 2\nmodel:\n  input: 6\n  cell: 12\n  utterances: speech\n");
    refused("", (struct compress_options){0}, "there is no model.path");
    put("c.yaml", "pes: 2\nmodel:\n  path: net.safetensors\n  layers:\n  - kind: lstm\n");
    refused("", (struct compress_options){0}, "there is no model.utterances");
}

static void test_labels(void **state)
{
    (void)state;
    make_network(true);
    make_speech("speech", RECORDINGS, true);
    assert_int_equal(compress("", (struct compress_options){.json = "out.json"}), 0);
    /* of all weights: those of the output layer stay */
    printed(" of 20000   density 0.30   loss ");
    printed("as the dense network  frames right    SNR of y       loss\ndense                      "
            "        100.0 %");
    printed("held out: 140 frames of 2 recordings; learnt from: 1400 of 20, each 14.");
    complained("ese: warning: too few recordings: the loss is ");
    complained(" on the 1400 frames learnt from and ");
    json_t *json = json_of("out.json");
    string_is(json, "loss", "classes and y");
    char held_out[64];
    snprintf(held_out, sizeof held_out, "learnt from and %.3g on what is held out",
             json_number_value(json_at(json, "table.2.loss")));
    complained(held_out);
    number_is(json, "frames_wanted", 100000);
    number_is(json, "material_frames", 20 * FRAMES);
    assert_true(json_array_size(json_at(json, "reports")) >= 10);
    string_is(json, "table.0.network", "dense");
    string_is(json, "table.3.network", "12-bit weights");
    real_is(json, "table.0.agreement", 1.0);
    real_is(json, "table.0.frames_right",
            2.0 * 46 / 140); /* of 70 each, frames 0, 3 .. 69 are wrong */
    const double right = json_number_value(json_at(json, "table.2.frames_right"));
    const double loss = json_number_value(json_at(json, "table.2.loss"));
    assert_true(right > 0.0 && right < 1.0 &&
                loss < json_number_value(json_at(json, "table.1.loss")));
    json_decref(json);
    /* labels of some are enough: here of one of those held out */
    assert_int_equal(remove("speech/r04.labels.npy"), 0);
    assert_int_equal(remove("speech/r05.labels.npy"), 0);
    assert_int_equal(compress("", (struct compress_options){.json = "out.json"}), 0);
    printed("held out: 140 frames of 2 recordings, 70 of them with labels; learnt from");
    json = json_of("out.json");
    real_is(json, "table.0.frames_right", 46.0 / 70);
    json_decref(json);
    /* but they must fit */
    write_floats("speech/r15.labels.npy", 1, 3, (const float[]){0, 1, 2});
    assert_int_equal(compress("", (struct compress_options){.output = "other.safetensors"}), 1);
    complained("r15.labels.npy");
}

static void copy_recording(const char *from, const char *to)
{
    struct matrix frames;
    struct error error;
    assert_true(frames_read(&frames, from, INPUT, &error));
    write_floats(to, frames.rows, INPUT, frames.at);
    free(frames.at);
}

/* Recordings on both sides are told of. */
static void test_shared(void **state)
{
    (void)state;
    make_network(false);
    make_speech("speech", 4, false);
    make_speech("others", 3, false);
    copy_recording("speech/r01.npy", "others/r01.npy");
    assert_int_equal(compress("", (struct compress_options){.held_out = "others", .frames = 2000}), 0);
    complained("ese: warning: 1 of 3 recordings held out are learnt from, too");
}

/* Where nothing is pruned there is nothing to be learnt; where nothing better was learnt that is said. */
static void test_at_once(void **state)
{
    (void)state;
    make_network(false);
    make_speech("speech", RECORDINGS, false);
    assert_int_equal(compress("model.density=1", (struct compress_options){.json = "out.json"}), 0);
    json_t *json = json_of("out.json");
    assert_true(json_is_false(json_at(json, "pruned_at_once")));
    assert_true(fabs(json_number_value(json_at(json, "table.2.loss"))) < 1e-9);
    json_decref(json);
    struct learn_material material = {.frames = 1000000};
    struct learn_task task = {.material = &material};
    struct compress_telling telling = {.task = &task, .row_count = COMPRESS_ROWS, .outcome = {.at_once = true}};
    struct capture capture = capture_begin();
    compress_warn(&telling);
    capture_end(capture);
    complained_only("warning: nothing that was learnt has a smaller loss on what is held out than the dense network "
                    "pruned at once: that is what is written");
}

/* A network that goes backward has recordings in pieces. */
static void test_pieces(void **state)
{
    enum { LONG = 2 * LEARN_PIECE + 1, MANY = 130 };
    static float frames[LONG * INPUT];
    char path[32];
    (void)state;
    make_network(false);
    make_speech("speech", 4, false);
    for (int i = 0; i < LONG * INPUT; i++)
        frames[i] = sinf(0.37f * (float)i);
    for (int n = 0; n < MANY; n++) { /* so that the long one is no large part of all */
        snprintf(path, sizeof path, "speech/s%03d.npy", n);
        write_floats(path, LEARN_PIECE, INPUT, frames + n);
    }
    write_floats("speech/r01.npy", LONG, INPUT, frames);
    assert_int_equal(compress("", (struct compress_options){.frames = 3000}), 0);
    struct text told = contents("stdout");
    assert_null(strstr(text_string(&told), "pieces"));
    text_free(&told);
    make_network_of(DIRECTION_BOTH, false);
    assert_int_equal(compress("memory=resident", (struct compress_options){.frames = 3000}), 0);
    printed("long recordings came in pieces of 500 frames at most: layers go backward");
    make_network(false);
    for (int n = 0; n < MANY; n++) {
        snprintf(path, sizeof path, "speech/s%03d.npy", n);
        assert_int_equal(remove(path), 0);
    }
    assert_int_equal(compress("", (struct compress_options){.frames = 3000}), 0);
    printed("long recordings came in pieces of 500 frames at most\n");
}

static void test_centres(void **state)
{
    (void)state;
    make_network(false);
    make_speech("speech", RECORDINGS, false);
    make_speech("others", 4, false);
    assert_int_equal(compress("", (struct compress_options){.json = "-", .held_out = "others"}), 0);
    json_error_t problem;
    json_t *json = json_load_file("stdout", 0, &problem);
    assert_non_null(json); /* and nothing else */
    string_is(json, "loss", "centres");
    number_is(json, "held_out_frames", 4 * FRAMES);
    assert_true(json_is_null(json_at(json, "table.2.agreement")));
    assert_true(json_is_null(json_at(json, "table.2.frames_right")));
    json_decref(json);
    assert_int_equal(compress("", (struct compress_options){.loss = LEARN_Y, .minutes = 0.005,
                                                            .json = "out.json"}), 0);
    json = json_of("out.json");
    string_is(json, "loss", "y");
    assert_true(json_integer_value(json_at(json, "frames")) >= 1024);
    json_decref(json);
}

/* y of the dense network. */
static void expect(const char *folder, int count)
{
    struct reference *r = reference_new(&net);
    double y[FRAMES * CLASSES];
    float values[FRAMES * CLASSES];
    char path[PATH_MAX];
    make_dir(folder);
    for (int n = 0; n < count; n++) {
        struct matrix x;
        struct error error;
        snprintf(path, sizeof path, "speech/r%02d.npy", n);
        assert_true(frames_read(&x, path, INPUT, &error));
        reference_run(r, &x, NULL, y);
        for (int i = 0; i < FRAMES * CLASSES; i++)
            values[i] = (float)y[i];
        snprintf(path, sizeof path, "%s/r%02d.npy", folder, n);
        write_floats(path, FRAMES, CLASSES, values);
        free(x.at);
    }
    reference_free(r);
}

/* It is another network than that of the expected outputs, and that is no fault; another number of PEs is noted. */
static void test_other(void **state)
{
    (void)state;
    make_network(true);
    make_speech("speech", 4, false);
    expect("expected", 4);
    assert_int_equal(compress("", (struct compress_options){.frames = 3000}), 0);
    assert_int_equal(gen("c.yaml", "dense", "model.pruning=none model.expected=expected"), 0);
    printed("against 280 frames expected: largest difference ");
    printed(", agrees to 1e-05");
    put("c.yaml", "pes: 2\nmodel:\n  path: out.safetensors\n  utterances: speech\n  expected: expected\n"
                  "  pruning: none\n  layers:\n  - kind: lstm\n  - kind: linear\n");
    assert_int_equal(gen("c.yaml", "sparse", ""), 0);
    printed("against 280 frames expected: y has ");
    printed(" dB signal to noise; 'ese compress' made the network another one");
    struct text said = contents("stderr");
    assert_null(strstr(text_string(&said), "is not the one that gave the expected outputs"));
    assert_null(strstr(text_string(&said), "compressed for"));
    text_free(&said);
    assert_int_equal(gen("c.yaml", "wide", "pes=4"), 0);
    complained("ese: note: out.safetensors: compressed for 2 PEs, among which its non-zeros are spread evenly; 4 PEs "
               "wait for each other");
}

/* What was learnt is a model whose weights are as few as the chip wants, and a chip of it needs no
 * pruning. */
static void test_chip(void **state)
{
    (void)state;
    make_network(true);
    make_speech("speech", RECORDINGS, false);
    assert_int_equal(gen("c.yaml", "before", "model.pruning=balanced"), 0);
    complained("let 'ese compress' teach it from the dense network, without labels, or give");
    assert_int_equal(compress("", (struct compress_options){0}), 0);
    assert_int_equal(gen("c.yaml", "chip", "model.path=out.safetensors model.pruning=none"), 0);
    struct chip_folder before = opened("before"), after = opened("chip");
    assert_int_equal(after.program.true_nonzeros, before.program.true_nonzeros);
    assert_true(after.program.true_nonzeros > 0);
    chip_close(&before);
    chip_close(&after);
}

/* By hand, from models/learn/recipe.h. */
static void test_recipe(void **state)
{
    struct learn_loss loss = {.of_classes = 1.0f};
    struct learn_material material = {.frames = LEARN_FEW_FRAMES - 1};
    struct learn_task task = {.loss = &loss, .material = &material};
    (void)state;
    learn_set_recipe(&task);
    assert_true(task.noise && task.augment && task.rate == 8e-3f);
    material.frames = LEARN_FEW_FRAMES;
    learn_set_recipe(&task);
    assert_true(task.noise && !task.augment);
    loss.of_classes = 0.0f;
    learn_set_recipe(&task);
    assert_true(!task.noise && !task.augment);
}

static float share_of_y(const struct network *dense, const struct matrix *frames, int recordings)
{
    struct learn_material material = {0};
    struct learn_loss loss;
    for (int n = 0; n < recordings; n++)
        learn_material_add(&material, frames);
    learn_material_close(&material);
    assert_true(learn_make_loss(&loss, dense, &material, LEARN_AUTO, 1) && loss.of_classes == 1.0f);
    const float share = loss.of_y;
    learn_loss_free(&loss);
    learn_material_free(&material);
    return share;
}

/* Beside classes y counts less where there are many recordings; behind it a layer for scores, not at all. */
static void test_share(void **state)
{
    const struct matrix *scores;
    struct utterances u;
    (void)state;
    make_network(true);
    utterances_draw(&u, 1, 1000, INPUT, 1);
    assert_true(share_of_y(&net, &u.frames[0], 25) == 1.0f && share_of_y(&net, &u.frames[0], 100) == 0.25f);
    struct network behind = network_copy(&net);
    make_network(false);
    scores = &behind.matrices[behind.matrix_count - 1].weights;
    struct layer_config linear = layer_default(LAYER_LINEAR);
    linear.input = scores->cols;
    linear.output = scores->rows;
    net.after = allocate(1, sizeof *net.after);
    network_make(net.after, &linear, 1);
    assert_true(share_of_y(&net, &u.frames[0], 25) == 1.0f && share_of_y(&net, &u.frames[0], 100) == 0.0f);
    network_free(&behind);
    utterances_free(&u);
}

static void check_loss(enum learn_by by, const char *name)
{
    struct learn_material material = {0};
    struct utterances u;
    struct learn_loss loss;
    utterances_draw(&u, 3, FRAMES, INPUT, 1);
    for (int n = 0; n < u.count; n++)
        learn_material_add(&material, &u.frames[n]);
    learn_material_close(&material);
    assert_true(learn_make_loss(&loss, &net, &material, by, 1));
    assert_string_equal(compress_loss_name(&loss), name);
    learn_loss_free(&loss);
    learn_material_free(&material);
    utterances_free(&u);
}

static void test_losses(void **state)
{
    (void)state;
    make_network(true);
    check_loss(LEARN_AUTO, "classes and y");
    check_loss(LEARN_CLASSES, "classes");
    check_loss(LEARN_Y, "y");
    make_network(false);
    check_loss(LEARN_AUTO, "centres");
    check_loss(LEARN_Y, "y");
}

static void test_wanted(void **state)
{
    (void)state;
    assert_int_equal(compress_frames_wanted(480000, 1.0, 1.4), 0);
    assert_int_equal(compress_frames_wanted(100000, 0.2, 0.4), 200000);
    assert_int_equal(compress_frames_wanted(100000, 0.2, 0.5), 300000);
    assert_int_equal(compress_frames_wanted(123456, 0.1, 0.2), 250000);
    assert_int_equal(compress_frames_wanted(1000, 0.2, 0.21), 0);
    assert_int_equal(compress_frames_wanted(1000, 0.2, 0.25), 2 * LEARN_FEW_FRAMES);
    assert_int_equal(compress_frames_wanted(40000, 0.1, 0.4), 240000);
}

int main(void)
{
    if (!blas_for_threads()) {
        fprintf(stderr, "no OpenBLAS for threads\n");
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_refused, scratch_clean),
        cmocka_unit_test_teardown(test_labels, scratch_clean),
        cmocka_unit_test_teardown(test_centres, scratch_clean),
        cmocka_unit_test_teardown(test_shared, scratch_clean),
        cmocka_unit_test_teardown(test_at_once, scratch_clean),
        cmocka_unit_test_teardown(test_pieces, scratch_clean),
        cmocka_unit_test_teardown(test_chip, scratch_clean),
        cmocka_unit_test_teardown(test_other, scratch_clean),
        cmocka_unit_test(test_recipe),
        cmocka_unit_test_teardown(test_losses, scratch_clean),
        cmocka_unit_test_teardown(test_share, scratch_clean),
        cmocka_unit_test(test_wanted),
    };
    const int status = cmocka_run_group_tests(tests, scratch_begin, scratch_end);
    network_free(&net);
    return status;
}
