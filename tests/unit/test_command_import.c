/* SPDX-License-Identifier: Apache-2.0
 * test_command_import.c - ese import: what is said of a file of PyTorch, the file that is written, and that a
 * chip of either is the same. */
#include "models/file/npy.h"
#include "models/file/safetensors.h"
#include "tests/unit/command_testing.h"

#define FIXTURES "/tests/fixtures/torch/"

static char path[PATH_MAX + 64];

static const char *fixture(const char *name)
{
    snprintf(path, sizeof path, "%s" FIXTURES "%s", getenv("ESE_HOME"), name);
    return path;
}

static int import(const char *name, const char *node, const char *output, const char *json)
{
    const struct import_options options = {.file = fixture(name), .node = node, .output = output, .pes = 2,
                                           .json = json};
    struct capture capture = capture_begin();
    int status = command_import(&options);
    capture_end(capture);
    return status;
}

static void test_text(void **state)
{
    (void)state;
    assert_int_equal(import("stack-module_stream.pt", NULL, NULL, NULL), 0);
    holds("stderr", "");
    printed("stack-module_stream.pt: PyTorch checkpoint (one stream)\n");
    printed("\nrnn+fc\n  rnn, layer 0: lstm, 3 -> 4, forward\n    values -");
    printed(", 112 weights, none of them 0\n");
    printed("\n  fc: linear, 4 -> 5, activation none\n");
    printed("\nLeft to the host:\n  conv (convolution: weight [3, 1, 3], bias [3])\n");
    printed("  layers:\n  - kind: lstm\n  - kind: lstm\n  - kind: linear\n    activation: none\n");
    assert_int_equal(import("rnn_relu-zip.pt", NULL, NULL, NULL), 0);
    printed("  rnn: rnn, 3 -> 10, both, nonlinearity: not in the file\n");
    printed("  - kind: rnn\n    nonlinearity: # not in the file: to be filled in\n    direction: both\n");
}

static void test_several(void **state)
{
    (void)state;
    assert_int_equal(import("several.pt", NULL, NULL, NULL), 0);
    printed("\nThese are 8 chains");
    assert_int_equal(import("several.pt", NULL, "out.safetensors", NULL), 1);
    complained("several chains of layers, one is to be taken");
    assert_false(exists("out.safetensors"));
    assert_int_equal(import("several.pt", "rnn+again", NULL, NULL), 0);
    printed("\nWith -o OUT.safetensors this chain becomes a file for model.path.\n");
    assert_int_equal(import("several.pt", "rnn+again", "out.safetensors", NULL), 0);
    printed("  path: \"out.safetensors\"\n");
    assert_true(exists("out.safetensors"));
}

static const json_t *layer_of(const json_t *json, int layer)
{
    const json_t *chain = json_array_get(json_object_get(json, "chains"), 0);
    return json_array_get(json_object_get(chain, "layers"), (size_t)layer);
}

static json_int_t whole(const json_t *layer, const char *key)
{
    return json_integer_value(json_object_get(layer, key));
}

static void test_json(void **state)
{
    (void)state;
    assert_int_equal(import("stack-zip.pt", NULL, NULL, "out.json"), 0);
    json_t *json = json_load_file("out.json", 0, NULL);
    assert_non_null(json);
    assert_int_equal(whole(layer_of(json, 0), "input"), 3);
    assert_int_equal(whole(layer_of(json, 0), "weights"), 112);
    assert_int_equal(whole(layer_of(json, 2), "output"), 5);
    assert_string_equal(json_string_value(json_object_get(layer_of(json, 1), "kind")), "lstm");
    json_decref(json);
    assert_int_equal(import("rnn-zip.pt", NULL, NULL, "-"), 0);
    printed("\"nonlinearity\": null");
}

/* A file of our own with known numbers: 6 of 16 are zeros, and of two PEs the first has 4 of 10. */
static void test_facts(void **state)
{
    static const char header[] =
        "{\"fc.weight\":{\"dtype\":\"F32\",\"shape\":[4,4],\"data_offsets\":[0,64]}}    ";
    static const float values[16] = {1, 0, 0, 0, 2, 3, 4, 0, 5, 6, -7, 0, 8, 9, 10, 0};
    struct text bytes = {0};
    const char length[8] = {(char)strlen(header)};
    (void)state;
    text_append_bytes(&bytes, length, sizeof length);
    text_append(&bytes, header);
    text_append_bytes(&bytes, values, sizeof values);
    put_bytes("zeros.safetensors", bytes.data, bytes.length);
    text_free(&bytes);
    const struct import_options options = {.file = "zeros.safetensors", .pes = 2};
    struct capture capture = capture_begin();
    assert_int_equal(command_import(&options), 0);
    capture_end(capture);
    printed("values -7 to 10, 16 weights, 37.5 % of them 0; of 2 PEs the one with most non-zeros has 1.20 times "
            "the mean\n");
}

/* A chip of the file that PyTorch wrote, and one of what import made of it. */
static void test_same_chip(void **state)
{
    static const char *const images[] = {"weights", "constants", "products", "passes"};
    char set[PATH_MAX + 128];
    (void)state;
    snprintf(set, sizeof set, "model.path=%s", fixture("stack-wrapped_stream.pt"));
    made("direct", set);
    assert_int_equal(import("stack-wrapped_stream.pt", NULL, "out.safetensors", NULL), 0);
    made("by_way", "model.path=out.safetensors");
    for (size_t i = 0; i < COUNT_OF(images); i++) {
        char left[64], right[64];
        snprintf(left, sizeof left, "direct/mem/%s.mem", images[i]);
        snprintf(right, sizeof right, "by_way/mem/%s.mem", images[i]);
        assert_true(same_files(left, right));
    }
    assert_true(same_files("direct/model/model.safetensors", "out.safetensors"));
}

/* A tensor of the fixture's file as a .npy file, its values times `factor`. */
static void write_npy(const char *tensor, const char *to, float factor)
{
    struct safetensors file;
    struct error error;
    assert_true(safetensors_open(&file, fixture("stack.safetensors"), &error));
    const struct tensor *t = safetensors_find(&file, tensor);
    float *values = malloc((size_t)t->count * sizeof *values);
    assert_non_null(values);
    assert_true(safetensors_fetch(&file, tensor, 2, t->shape, values, &error));
    for (uint64_t i = 0; i < t->count; i++)
        values[i] *= factor;
    assert_true(npy_write_floats(to, 2, t->shape, values, &error));
    free(values);
    safetensors_close(&file);
}

static int compared(const char *node, const char *input, const char *expected, const char *json)
{
    const struct import_options options = {.file = fixture("stack-zip.pt"), .node = node, .input = input,
                                           .expected = expected, .json = json};
    struct capture capture = capture_begin();
    int status = command_import(&options);
    capture_end(capture);
    return status;
}

static void test_expected(void **state)
{
    (void)state;
    write_npy("x", "x.npy", 1.0f);
    write_npy("y", "y.npy", 1.0f);
    write_npy("y", "near.npy", 1.0005f);
    write_npy("y", "other.npy", 1.01f);
    assert_int_equal(compared(NULL, "x.npy", "y.npy", "out.json"), 0);
    printed("\nAgainst the expected outputs, in floating point: 6 frames of 1 utterance, largest difference ");
    printed(" dB: agrees to 1e-05\n");
    json_t *json = json_load_file("out.json", 0, NULL);
    const json_t *expected = json_object_get(json, "expected");
    assert_true(json_is_true(json_object_get(expected, "good")));
    assert_true(json_is_true(json_object_get(expected, "agrees")));
    assert_true(json_real_value(json_object_get(expected, "max_error")) < 1e-6);
    assert_int_equal(whole(expected, "frames"), 6);
    json_decref(json);
    assert_int_equal(compared(NULL, "x.npy", "near.npy", NULL), 0);
    printed(" dB: does not agree to 1e-05\n");
    assert_int_equal(compared(NULL, "x.npy", "other.npy", NULL), 1);
    complained("stack-zip.pt: the network is not the one that gave the expected outputs");
    assert_int_equal(compared("rnn", "x.npy", "y.npy", NULL), 1); /* another width */
    complained("y.npy");
    assert_int_equal(compared(NULL, "x.npy", NULL, NULL), 1);
    complained("one says nothing without the other");
}

static void test_refused(void **state)
{
    (void)state;
    assert_int_equal(import("script.pt", NULL, NULL, NULL), 1);
    complained("is a TorchScript program; export it to ONNX, or save its weights");
    printed_nothing();
    assert_int_equal(import("stack.safetensors", NULL, NULL, NULL), 1);
    complained("its tensors are not named as PyTorch does");
    assert_int_equal(import("nothing.pt", NULL, NULL, NULL), 1);
    complained("nothing.pt");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_text, scratch_clean),
        cmocka_unit_test_teardown(test_several, scratch_clean),
        cmocka_unit_test_teardown(test_json, scratch_clean),
        cmocka_unit_test_teardown(test_facts, scratch_clean),
        cmocka_unit_test_teardown(test_same_chip, scratch_clean),
        cmocka_unit_test_teardown(test_expected, scratch_clean),
        cmocka_unit_test_teardown(test_refused, scratch_clean),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
