/* SPDX-License-Identifier: Apache-2.0
 * test_labels.c - files of labels, good and bad; classes of a frame. */
#include "models/network/labels.h"

#include "models/file/npy.h"
#include "models/network/matrix.h"
#include "tests/unit/scratch.h"

/* Two utterances, of 3 and of 1 frames. */
static char first_name[] = "first", second_name[] = "second";
static char *names[] = {first_name, second_name};
static struct matrix frames[] = {{.rows = 3, .cols = 2}, {.rows = 1, .cols = 2}};
static const struct utterances two = {.count = 2, .names = names, .frames = frames};

static void put_labels(const char *name, int count, const int32_t *labels)
{
    char path[100];
    struct error error = {""};
    snprintf(path, sizeof path, "in/%s.labels.npy", name);
    if (!npy_write_ints(path, 1, &count, labels, &error))
        fail_msg("%s", error.text);
}

/* A folder in which all is well. */
static void put_folder(const char *phones)
{
    make_dir("in");
    put("in/phones.txt", phones);
    put_labels("first", 3, (const int32_t[]){0, 2, 1});
    put_labels("second", 1, (const int32_t[]){2});
}

static void refused(const char *message)
{
    struct labels labels;
    struct error error = {""};
    assert_false(labels_read(&labels, "in", &two, 3, &error));
    assert_string_equal(error.text, message);
}

static void test_good(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "sil\nAH\nfifteen-letters\n", /* the longest name */
        "sil\nAH\nfifteen-letters",   /* no line break at the end */
        "sil\r\nAH\r\nfifteen-letters\r\n",
    };
    put_folder("");
    for (size_t n = 0; n < COUNT_OF(texts); n++) {
        struct labels labels;
        struct error error = {""};
        put("in/phones.txt", texts[n]);
        if (!labels_read(&labels, "in", &two, 3, &error))
            fail_msg("%s", error.text);
        assert_int_equal(labels.phone_count, 3);
        assert_string_equal(labels.phones[0], "sil");
        assert_string_equal(labels.phones[1], "AH");
        assert_string_equal(labels.phones[2], "fifteen-letters");
        assert_int_equal(labels.utterance_count, 2);
        assert_int_equal(labels.of[0][0], 0);
        assert_int_equal(labels.of[0][1], 2);
        assert_int_equal(labels.of[0][2], 1);
        assert_int_equal(labels.of[1][0], 2);
        labels_free(&labels);
    }
}

static void test_no_utterances(void **state)
{
    (void)state;
    struct labels labels;
    struct error error = {""};
    struct utterances none = {0};
    put_folder("sil\n");
    assert_true(labels_read(&labels, "in", &none, 1, &error));
    assert_int_equal(labels.utterance_count, 0);
    assert_int_equal(labels.phone_count, 1);
    labels_free(&labels);
}

static void test_phones(void **state)
{
    (void)state;
    struct text text = {0};
    assert_false(labels_in("in"));
    refused("cannot open 'in/phones.txt': the names of the labels belong there");
    put_folder("sil\nAH\nsixteen-letters!\n");
    assert_true(labels_in("in"));
    refused("in/phones.txt:3: a name has 1..15 characters");
    put("in/phones.txt", "sil\n\nAH\n");
    refused("in/phones.txt:2: a name has 1..15 characters");
    for (int n = 0; n < 300; n++) /* longer than the reader's line */
        text_append_char(&text, 'x');
    put("in/phones.txt", text_string(&text));
    refused("in/phones.txt:1: a name has 1..15 characters");
    text_free(&text);
    put("in/phones.txt", "sil\nAH\n"); /* a class without a name, a name without a class */
    refused("in/phones.txt: has 2 lines, the network scores 3 classes");
    put("in/phones.txt", "sil\nAH\nEH\nS\n");
    refused("in/phones.txt: has 4 lines, the network scores 3 classes");
}

static void test_range(void **state)
{
    (void)state;
    put_folder("sil\nAH\nEH\n");
    put_labels("first", 3, (const int32_t[]){0, 3, 1});
    refused("in/first.labels.npy: label 3 is outside 0..2");
    put_labels("first", 3, (const int32_t[]){0, 2, -1});
    refused("in/first.labels.npy: label -1 is outside 0..2");
    put_labels("first", 3, (const int32_t[]){0, 2, 2});
    put_labels("second", 1, (const int32_t[]){INT32_MAX});
    refused("in/second.labels.npy: label 2147483647 is outside 0..2");
}

static void test_shape(void **state)
{
    (void)state;
    struct error error = {""};
    put_folder("sil\nAH\nEH\n");
    put_labels("first", 2, (const int32_t[]){0, 2});
    refused("in/first.labels.npy: has shape [2], expected [3], one label a frame");
    put_labels("first", 4, (const int32_t[]){0, 2, 1, 1});
    refused("in/first.labels.npy: has shape [4], expected [3], one label a frame");
    assert_true(npy_write_ints("in/first.labels.npy", 2, (const int[]){3, 1},
                               (const int32_t[]){0, 2, 1}, &error));
    refused("in/first.labels.npy: has shape [3, 1], expected [3], one label a frame");
}

static void test_files(void **state)
{
    (void)state;
    struct labels labels;
    struct error error = {""};
    put_folder("sil\nAH\nEH\n");
    assert_true(npy_write_floats("in/second.labels.npy", 1, (const int[]){1},
                                 (const float[]){1.0f}, &error));
    assert_false(labels_read(&labels, "in", &two, 3, &error));
    assert_non_null(strstr(error.text, "in/second.labels.npy"));
    put("in/second.labels.npy", "no array\n");
    assert_false(labels_read(&labels, "in", &two, 3, &error));
    assert_non_null(strstr(error.text, "in/second.labels.npy"));
    assert_int_equal(unlink("in/second.labels.npy"), 0);
    assert_false(labels_read(&labels, "in", &two, 3, &error));
    assert_non_null(strstr(error.text, "in/second.labels.npy"));
    assert_non_null(strstr(error.text, "No such file or directory"));
    put("in/sentences.txt", "one line\n"); /* of which nothing is wanted here */
    assert_true(labels_read_some(&labels, "in", &two, 3, &error));
    assert_true(labels.of[0] != NULL && labels.of[1] == NULL);
    labels_free(&labels);
}

static void test_sentences(void **state)
{
    (void)state;
    static const char *const texts[] = {"to be\nor not\n", "to be\r\nor not", "to be\n\n"};
    struct labels labels;
    struct error error = {""};
    put_folder("sil\nAH\nEH\n");
    assert_true(labels_read(&labels, "in", &two, 3, &error));
    assert_int_equal(labels.sentence_count, 0);
    labels_free(&labels);
    for (size_t n = 0; n < COUNT_OF(texts); n++) {
        put("in/sentences.txt", texts[n]);
        assert_true(labels_read(&labels, "in", &two, 3, &error));
        assert_int_equal(labels.sentence_count, 2);
        assert_string_equal(labels.sentences[0], "to be");
        assert_string_equal(labels.sentences[1], n < 2 ? "or not" : "");
        labels_free(&labels);
    }
    put("in/sentences.txt", "to be\nor not\nto be\n");
    refused("in/sentences.txt: has 3 lines, expected 2: what is said in each utterance");
    put("in/sentences.txt", "to be or not to be\n");
    refused("in/sentences.txt: has 1 lines, expected 2: what is said in each utterance");
}

/* ---- phones ---------------------------------------------------------------------------------- */

static void said(const char *frames_of, const char *phones)
{
    int32_t labels[20], out[20];
    int count = (int)strlen(frames_of);
    for (int t = 0; t < count; t++)
        labels[t] = frames_of[t] - '0';
    assert_int_equal(phones_said(labels, count, out), strlen(phones));
    for (size_t n = 0; phones[n] != '\0'; n++)
        assert_int_equal(out[n], phones[n] - '0');
}

static void test_said(void **state)
{
    (void)state;
    said("", "");
    said("0000", "");
    said("1", "1");
    said("0011122000", "12");
    said("1101122", "112"); /* a pause parts two of the same */
    said("12121", "12121");
}

/* Letters are phones. */
static void edits(const char *from, const char *to, int expected)
{
    int32_t numbers[2][40];
    int counts[2] = {(int)strlen(from), (int)strlen(to)};
    for (int side = 0; side < 2; side++)
        for (int n = 0; n < counts[side]; n++)
            numbers[side][n] = (side == 0 ? from : to)[n];
    assert_int_equal(phone_edits(numbers[0], counts[0], numbers[1], counts[1]), expected);
    assert_int_equal(phone_edits(numbers[1], counts[1], numbers[0], counts[0]), expected);
}

static void test_edits(void **state)
{
    (void)state;
    edits("", "", 0);
    edits("", "abc", 3);
    edits("abc", "abc", 0);
    edits("abc", "xbc", 1);
    edits("abc", "bc", 1);
    edits("abc", "abxc", 1);
    edits("abcd", "bcda", 2);       /* not four replacements */
    edits("ab", "ba", 2);           /* no swaps */
    edits("kitten", "sitting", 3);
    edits("sunday", "saturday", 3);
    edits("intention", "execution", 5);
}

/* ---- classes --------------------------------------------------------------------------------- */

static void test_classify(void **state)
{
    (void)state;
    static const float weights[] = {1, 0, 0, 1, -1, -1};
    struct layer_config layer = layer_default(LAYER_LINEAR);
    struct network after;
    layer.input = 2;
    layer.output = 3;
    network_make(&after, &layer, 1);
    memcpy(after.matrices[0].weights.at, weights, sizeof weights);
    const struct network network = {.output = 2, .after = &after};
    float *bias = after.passes[0].bias;
    assert_int_equal(network_classes(&network), 3);
    bias[2] = 0.5f;
    assert_int_equal(classify(&network, (const double[]){2, 1}), 0);
    assert_int_equal(classify(&network, (const double[]){1, 2}), 1);
    assert_int_equal(classify(&network, (const double[]){-1, -2}), 2);
    assert_int_equal(classify(&network, (const double[]){0, 0}), 2);     /* by its bias */
    assert_int_equal(classify(&network, (const double[]){1, 1}), 0);     /* of equals the first */
    bias[0] = -10;
    bias[2] = -30;
    assert_int_equal(classify(&network, (const double[]){-5, -5}), 1);   /* all scores below 0 */
    network_free(&after);
}

/* y of a linear layer at the end are scores; of any other, of one before the end, they are not. */
static void test_scores(void **state)
{
    (void)state;
    struct layer_config layers[2] = {layer_default(LAYER_LSTM), layer_default(LAYER_LINEAR)};
    struct network n;
    layers[0].input = layers[0].cell = 2;
    layers[1].output = 3;
    network_make(&n, layers, 2);
    assert_int_equal(network_classes(&n), 3);
    assert_int_equal(classify(&n, (const double[]){1, 5, 4}), 1);
    assert_int_equal(classify(&n, (const double[]){-9, -8, -7}), 2);
    assert_int_equal(classify(&n, (const double[]){0, 2, 2}), 1); /* of equals the first */
    network_free(&n);
    network_make(&n, layers, 1);
    assert_int_equal(network_classes(&n), 0);
    network_free(&n);
    layers[0] = layers[1];
    layers[0].input = 2;
    layers[1] = layer_default(LAYER_RNN);
    layers[1].cell = 4;
    network_make(&n, layers, 2);
    assert_int_equal(network_classes(&n), 0);
    network_free(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_good, scratch_clean),
        cmocka_unit_test_teardown(test_no_utterances, scratch_clean),
        cmocka_unit_test_teardown(test_phones, scratch_clean),
        cmocka_unit_test_teardown(test_range, scratch_clean),
        cmocka_unit_test_teardown(test_shape, scratch_clean),
        cmocka_unit_test_teardown(test_files, scratch_clean),
        cmocka_unit_test_teardown(test_sentences, scratch_clean),
        cmocka_unit_test(test_said),
        cmocka_unit_test(test_edits),
        cmocka_unit_test(test_classify),
        cmocka_unit_test(test_scores),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
