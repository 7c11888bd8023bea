/* SPDX-License-Identifier: Apache-2.0
 * test_numpy_files.c - archives and pickles that NumPy wrote (tests/fixtures/numpy): y of the network that is
 * read is PyTorch's, whose weights they are; names that are nearly PyTorch's; no file that is cut is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/file/numpy.h"
#include "models/network/layer.h"
#include "models/source/read.h"
#include "models/source/torch_names.h"
#include "tests/unit/y_testing.h"

#include <cmocka.h> /* last: it has a macro called fail */

#define FOLDER "tests/fixtures/numpy/"
#define AGREE 1e-6 /* weights of float32, y of PyTorch in float64, rounded once */
#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

enum { PATH = 128 };

/* A file, whose x and y PyTorch's fixtures have, and its layers. */
static const struct sample {
    const char *file, *values;
    int layers;
} samples[] = {
    {"stack.npz", "stack", 3},
    {"stack-packed.npz", "stack", 3},
    {"stack-order.npz", "stack", 3},
    {"stack-more.npz", "stack", 3},
    {"stack-slash.npz", "stack", 3},
    {"stack-object.npz", "stack", 3},
    {"stack-object.npy", "stack", 3},
    {"stack-2.pkl", "stack", 3},
    {"stack-3.pkl", "stack", 3},
    {"stack-4.pkl", "stack", 3},
    {"stack-5.pkl", "stack", 3},
    {"stack-order_2.pkl", "stack", 3},
    {"stack-order_5.pkl", "stack", 3},
    {"stack-wrapped.pkl", "stack", 3},
    {"stack-again.npz", "stack", 3},
    {"stack-again_2.pkl", "stack", 3},
    {"stack-again_4.pkl", "stack", 3},
    {"stack-again_5.pkl", "stack", 3},
    {"stack-again_order.pkl", "stack", 3},
    {"half.npz", "half", 1},
    {"gru-short.npz", "gru", 3},
    {"gru_both-short.pkl", "gru_both", 2},
    {"gru_cell-short.npz", "gru_cell", 1},
    {"lstm_cell-short.npz", "lstm_cell", 1},
    {"lstm_projection-short.npz", "lstm_projection", 2},
    {"rnn-short.npz", "rnn", 1},
};

static void test_y(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        char path[PATH];
        struct network n;
        struct error error;
        struct model_config model = {.path = path, .density = 1.0};
        snprintf(path, sizeof path, FOLDER "%s", samples[i].file);
        if (strncmp(samples[i].file, "rnn", 3) == 0) { /* which arrays do not tell */
            model.layer_count = 1;
            model.layers[0] = layer_default(LAYER_RNN);
        }
        if (!network_read(&n, &model, &error))
            fail_msg("%s", error.text);
        assert_int_equal(n.layers[n.layer_count - 1].number + 1, samples[i].layers);
        snprintf(path, sizeof path, "tests/fixtures/torch/%s.safetensors", samples[i].values);
        compare_y(samples[i].file, path, &n, AGREE);
        network_free(&n);
    }
}

/* ---- what is said, and what is refused ----------------------------------------------------------------- */

static void refused(const char *file, const char *what)
{
    char path[PATH];
    struct source source;
    struct error error = {""};
    snprintf(path, sizeof path, FOLDER "%s", file);
    if (source_read(&source, path, &(struct source_request){0}, &error))
        fail_msg("%s is read", file);
    if (strstr(error.text, what) == NULL || strncmp(error.text, path, strlen(path)) != 0)
        fail_msg("\"%s\" does not contain \"%s\"", error.text, what);
}

static void test_refused(void **state)
{
    (void)state;
    refused("columns.npz", "'enc_w_ih_l0' and its like have a column for each output, as in x W: to be read "
                           "they have to be stored the other way round");
    refused("whole.npz", "array 'rnn.weight_ih_l0': has type '|i1', expected f2, f4 or f8: a scale of whole "
                         "numbers is not known");
    refused("infinite.npz", "array 'rnn.weight_ih_l0': has an infinity at [0, 0]");
    refused("text.npz", "(arrays of what is no number are left out: 'rnn.weight_hh_l0' (strings))");
    refused("twice.npz", "array 'a.w' is there twice");
    refused("one.npy", "is a NumPy .npy file of one array, expected one of a dictionary, or a .npz file");
    refused("tensor.pkl", "array 'rnn.weight_ih_l0' is a tensor of PyTorch in a plain pickle: save it by "
                          "torch.save(), or as arrays, VALUE.numpy()");
}

/* An object in an array is no part of a name. */
static void test_object(void **state)
{
    struct source source;
    struct error error;
    (void)state;
    assert_true(source_read(&source, FOLDER "stack-object.npz", &(struct source_request){0}, &error));
    assert_string_equal(source.chains[0].name, "params.rnn+params.fc");
    source_free(&source);
}

static void must_note(const char *file, const char *what, int count)
{
    char path[PATH];
    struct source source;
    struct error error;
    int found = 0;
    snprintf(path, sizeof path, FOLDER "%s", file);
    if (!source_read(&source, path, &(struct source_request){0}, &error))
        fail_msg("%s", error.text);
    for (int i = 0; i < source.note_count; i++)
        found += strstr(source.notes[i], what) != NULL;
    if (found != count)
        fail_msg("%s: \"%s\" stands in %d notes, expected %d", file, what, found, count);
    source_free(&source);
}

static void test_notes(void **state)
{
    (void)state;
    must_note("stack-more.npz", "arrays of what is no number are left out: 'names' (strings), 'flag' "
                                "(booleans)", 1);
    must_note("stack-wrapped.pkl", "'names' (strings), 'flags' (booleans), 'records' (records), 'when' "
                                   "(times)", 1);
    must_note("stack.npz", "", 0);
    must_note("gru_both-short.pkl", "'dec_w_ih_l0' and its like are taken for PyTorch's: a GRU's, gates r, "
                                    "z, n in that order", 1);
    must_note("gru_both-short.pkl", "taken for PyTorch's", 1);
    must_note("lstm_cell-short.npz", "'w_ih' and its like are taken for PyTorch's: an LSTM's, gates i, f, g, "
                                     "o in that order; outputs", 1);
    must_note("rnn-short.npz", "an RNN's; outputs of the network tell", 1);
}

/* ---- names --------------------------------------------------------------------------------------------- */

/* Arrays of zeros, "name", rows, columns; the layers that are found in them. */
struct zeros {
    const char *name;
    int shape[2];
};

static bool fetch_zeros(const void *context, int tensor, float *out, struct error *error)
{
    const struct named_tensors *names = context;
    const struct named_tensor *t = &names->at[tensor];
    (void)error;
    memset(out, 0, (size_t)t->shape[0] * (size_t)(t->rank == 2 ? t->shape[1] : 1) * sizeof *out);
    return true;
}

static bool read_zeros(struct source *source, const struct zeros *of, int count, struct error *error)
{
    struct named_tensors names = {.file = "file", .count = count, .context = &names, .fetch = fetch_zeros};
    *source = (struct source){0};
    names.at = allocate((size_t)count, sizeof *names.at);
    for (int i = 0; i < count; i++)
        names.at[i] = (struct named_tensor){of[i].name, "<f4", of[i].shape[1] > 0 ? 2 : 1, of[i].shape};
    const bool good = torch_names_read(source, &names, NULL, error);
    free(names.at);
    return good;
}

/* The chain, or the message; `part`: something else is in no chain. */
static void found(const char *what, const struct zeros *of, int count, bool part)
{
    struct source source;
    struct error error = {""};
    const bool good = read_zeros(&source, of, count, &error);
    const char *found = good ? source.chains[0].name : error.text;
    if (good ? strcmp(found, what) != 0 : strstr(found, what) == NULL)
        fail_msg("\"%s\" is found, expected \"%s\"", found, what);
    if (good && (source.refused_count > 0) != part)
        fail_msg("\"%s\" is found, but %s", found, part ? "as all" : source.refused[0]);
    if (good && part && strstr(source.refused[0], "is in no layer") == NULL)
        fail_msg("%s", source.refused[0]);
    source_free(&source);
}

#define NONE "file: has no tensors of nn.LSTM"
#define FOUND(what, ...) \
    found(what, (const struct zeros[]){__VA_ARGS__}, (int)COUNT_OF(((const struct zeros[]){__VA_ARGS__})), false)
#define FOUND_PART(what, ...) \
    found(what, (const struct zeros[]){__VA_ARGS__}, (int)COUNT_OF(((const struct zeros[]){__VA_ARGS__})), true)

static void test_names(void **state)
{
    (void)state;
    FOUND("enc", {"enc_w_ih", {6, 3}}, {"enc_w_hh", {6, 2}}, {"enc_b_ih", {6, 0}}, {"enc_b_hh", {6, 0}});
    FOUND("enc", {"enc_W_ih", {8, 3}}, {"enc_W_hh", {8, 2}}, {"enc_b_ih", {8, 0}}, {"enc_b_hh", {8, 0}});
    FOUND("a.b_c", {"a.b_c.w_ih_l0", {8, 3}}, {"a.b_c.w_hh_l0", {8, 2}});
    FOUND("enc", {"enc_weight_ih", {8, 3}}, {"enc_weight_hh", {8, 2}});
    FOUND("enc+fc", {"enc_w_ih", {8, 3}}, {"enc_w_hh", {8, 2}}, {"fc_w", {7, 2}}, {"fc_b", {7, 0}});
    FOUND("enc+fc", {"enc_w_ih", {8, 3}}, {"enc_w_hh", {8, 2}}, {"fc.W", {7, 2}}, {"fc.B", {7, 0}});
    FOUND("params.rnn+params.fc", {"params.rnn.weight_ih", {8, 3}}, {"params.rnn.weight_hh", {8, 2}},
          {"params.fc.weight", {7, 2}}, {"params.fc.bias", {7, 0}});
    /* a matrix that is no linear layer's: no bias of its rows */
    FOUND_PART("enc", {"enc_w_ih", {8, 3}}, {"enc_w_hh", {8, 2}}, {"fc_w", {7, 2}}, {"fc_b", {6, 0}});
    FOUND_PART("enc", {"enc_w_ih", {8, 3}}, {"enc_w_hh", {8, 2}}, {"fc_w", {7, 2}});
    /* two blocks; rows that do not agree; a bias of others; a side that is missing; columns */
    FOUND(NONE, {"enc_w_ih", {4, 3}}, {"enc_w_hh", {4, 2}});
    FOUND(NONE, {"enc_w_ih", {6, 3}}, {"enc_w_hh", {8, 2}});
    FOUND(NONE, {"enc_w_ih", {8, 3}}, {"enc_w_hh", {8, 2}}, {"enc_b_ih", {6, 0}}, {"enc_b_hh", {8, 0}});
    FOUND(NONE, {"enc_w_ih", {8, 3}});
    FOUND(NONE, {"enc_w_ih", {3, 8}}, {"enc_w_hh", {2, 8}});
    /* other words, and names that would be there twice */
    FOUND(NONE, {"encw_ih", {8, 3}}, {"encw_hh", {8, 2}});
    FOUND(NONE, {"enc_w_ih_x", {8, 3}}, {"enc_w_hh_x", {8, 2}});
    FOUND(NONE, {"enc_w_ih_l", {8, 3}}, {"enc_w_hh_l", {8, 2}});
    FOUND("has tensors that its kind, lstm, has not: 2 of 4 are known",
          {"enc_w_ih", {8, 3}}, {"enc.w_ih", {8, 3}}, {"enc_w_hh", {8, 2}}, {"enc.w_hh", {8, 2}});
    FOUND("module 'enc' has tensors that its kind, lstm, has not: 4 of 5 are known",
          {"enc_w_ih", {8, 3}}, {"enc_w_hh", {8, 2}}, {"enc_b_ih", {8, 0}}, {"enc_b_hh", {8, 0}},
          {"enc.b_hh", {8, 0}});
    FOUND(NONE, {"w", {8, 3}}, {"b", {8, 0}});
}

/* A module that cannot be read leaves the others, and the file is not read as a whole. */
static void test_parted(void **state)
{
    static const struct zeros all[] = {{"a.weight_ih_l0", {8, 3}}, {"a.weight_hh_l0", {8, 2}},
                                       {"b.weight_ih_l0", {8, 3}}, {"b.weight_hh_l0", {7, 2}},
                                       {"fc.weight", {5, 2}},      {"fc.bias", {6, 0}}};
    struct source source;
    struct error error;
    (void)state;
    assert_true(read_zeros(&source, all, COUNT_OF(all), &error));
    assert_int_equal(source.chain_count, 1);
    assert_string_equal(source.chains[0].name, "a");
    assert_true(source.chains[0].layers[0].tensor_count > 0);
    assert_int_equal(source.refused_count, 2);
    assert_non_null(strstr(source.refused[0], "tensor bias of module 'fc' has shape [6], expected [5]"));
    assert_non_null(strstr(source.refused[1], "tensor weight_hh_l0 of module 'b' has shape [7, 2], expected"));
    assert_null(source_only(&source, "file", &error));
    assert_non_null(strstr(error.text, "file: cannot be read as a whole (tensor bias of module 'fc'"));
    source_free(&source);
    assert_false(read_zeros(&source, all + 2, 2, &error));
    assert_non_null(strstr(error.text, "tensor weight_hh_l0 of module 'b' has shape [7, 2]"));
    source_free(&source);
}

/* What sizes do not show is said. */
static void test_square(void **state)
{
    static const struct zeros
        square[] = {{"w_ih", {3, 3}}, {"w_hh", {3, 3}}, {"fc_w", {3, 3}}, {"fc_b", {3, 0}}},
        other[] = {{"w_ih", {3, 2}}, {"w_hh", {3, 3}}, {"fc_w", {4, 3}}, {"fc_b", {4, 0}}};
    static const char note[] = "a row for each output, which square matrices do not show";
    struct source source;
    struct error error;
    (void)state;
    for (int i = 0; i < 2; i++) {
        int count = 0;
        assert_true(read_zeros(&source, i == 0 ? square : other, 4, &error));
        for (int n = 0; n < source.note_count; n++)
            count += strstr(source.notes[n], note) != NULL;
        assert_int_equal(count, i == 0 ? 2 : 0);
        source_free(&source);
    }
}

/* ---- pickles by hand ----------------------------------------------------------------------------------- */

#define ARRAY_2 "\x80\2}U\1acnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\1b\x87R(K\1"
#define TYPE_F4 "cnumpy\ndtype\nU\2f4K\0K\1\x87R(K\3U\1<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"

static bool parse(struct numpy_file *file, const char *bytes, size_t size, struct error *error)
{
    return numpy_parse(file, (const unsigned char *)bytes, size, "file", error);
}

#define PARSE(file, bytes, error) parse(file, bytes, sizeof(bytes) - 1, error)

/* As Python 2 writes it: data are a str. */
static void test_python_2(void **state)
{
    static const char bytes[] = ARRAY_2 "K\2\x85" TYPE_F4 "\x89U\x08\0\0\x80?\0\0\0\xc0tbs.";
    struct numpy_file file;
    struct error error;
    float values[2];
    (void)state;
    if (!PARSE(&file, bytes, &error))
        fail_msg("%s", error.text);
    assert_int_equal(file.count, 1);
    assert_string_equal(file.arrays[0].name, "a");
    assert_true(npy_floats(&file.arrays[0].values, values, &error));
    assert_true(values[0] == 1.0f && values[1] == -2.0f);
    numpy_close(&file);
}

#define REFUSED(bytes, what) refuse_bytes(bytes, sizeof(bytes) - 1, what)

static void refuse_bytes(const char *bytes, size_t size, const char *what)
{
    struct numpy_file file;
    struct error error = {""};
    if (parse(&file, bytes, size, &error))
        fail_msg("a pickle is read that should be refused: %s", what);
    if (strstr(error.text, what) == NULL)
        fail_msg("\"%s\" does not contain \"%s\"", error.text, what);
}

static void test_wrong_pickles(void **state)
{
    (void)state;
    REFUSED(ARRAY_2 "K\3\x85" TYPE_F4 "\x89U\x08\0\0\x80?\0\0\0\xc0tbs.",
            "file: array 'a': has 8 bytes of data, expected 12 for its shape in '<f4'");
    REFUSED(ARRAY_2 "K\1\x85" TYPE_F4 "\x89U\x08\0\0\x80?\0\0\0\xc0tbs.", "has 8 bytes of data, expected 4");
    REFUSED(ARRAY_2 "J\xff\xff\xff\xff\x85" TYPE_F4 "\x89U\0tbs.", "has no shape of at most 8 dimensions");
    REFUSED(ARRAY_2 "(K\1K\1K\1K\1K\1K\1K\1K\1K\1t" TYPE_F4 "\x89U\4\0\0\0\0tbs.", "has no shape of at most");
    REFUSED(ARRAY_2 "J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86" TYPE_F4 "\x89U\0tbs.", "has more elements than");
    REFUSED(ARRAY_2 "K\1\x85NU\4\0\0\0\0tbs.", "file: array 'a' is not as NumPy writes it");
    REFUSED(ARRAY_2 "K\1\x85N\x89U\4\0\0\0\0tbs.", "file: array 'a' is not as NumPy writes it");
    REFUSED(ARRAY_2 "K\1\x85" TYPE_F4 "\x89Ntbs.", "file: array 'a' has no data as NumPy writes them");
    REFUSED(ARRAY_2 "K\1\x85" TYPE_F4 "\x89" "c_codecs\nencode\nX\2\0\0\0\xc4\x80U\6latin1\x86Rtbs.",
            "file: array 'a' has no data as NumPy writes them"); /* a character beyond a byte */
    REFUSED(ARRAY_2 "K\1\x85" TYPE_F4 "\x89" "cos\nsystem\nX\4\0\0\0true\x85Rtbs.", "has no data as NumPy");
}

/* ---- sizes that lie ------------------------------------------------------------------------------------ */

/* One text, which so many arrays decode anew. */
static struct text many_of_one(int arrays, int size)
{
    static const char begin[] = "q\0" TYPE_F4 "q\1" "00(",
                      array[] = "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\1b\x87R("
                                "K\1",
                      rest[] = "\x85h\1\x89" "c_codecs\nencode\nh\0U\6latin1\x86Rtb";
    struct text bytes = {0};
    unsigned char length[4];
    store_u32(length, (uint32_t)size);
    text_append(&bytes, "\x80\2]X");
    text_append_bytes(&bytes, length, sizeof length);
    for (int i = 0; i < size; i++)
        text_append_char(&bytes, 'a');
    text_append_bytes(&bytes, begin, sizeof begin - 1);
    store_u32(length, (uint32_t)size / 4);
    for (int i = 0; i < arrays; i++) {
        text_append_bytes(&bytes, array, sizeof array - 1);
        text_append_char(&bytes, 'J');
        text_append_bytes(&bytes, length, sizeof length);
        text_append_bytes(&bytes, rest, sizeof rest - 1);
    }
    text_append(&bytes, "e.");
    return bytes;
}

static void test_growth(void **state)
{
    enum { ARRAYS = 100, SMALL = 4096, LARGE = 65536 };
    struct numpy_file file;
    struct error error = {""};
    (void)state;
    struct text bytes = many_of_one(ARRAYS, SMALL);
    if (!parse(&file, bytes.data, bytes.length, &error))
        fail_msg("%s", error.text);
    assert_int_equal(file.count, ARRAYS);
    assert_true(file.budget == bytes.length * NUMPY_GROWTH - (uint64_t)ARRAYS * SMALL);
    numpy_close(&file);
    text_free(&bytes);
    bytes = many_of_one(ARRAYS, LARGE);
    refuse_bytes(bytes.data, bytes.length, "has 65536 bytes, with which all arrays have more than 64 times "
                                           "the size of the file");
    text_free(&bytes);
}

/* ---- cut short ----------------------------------------------------------------------------------------- */

static void check_line(const struct error *error)
{
    assert_true(strlen(error->text) > 0);
    assert_null(strpbrk(error->text, "\n\r"));
}

static void fetch_all(const struct numpy_file *file, bool must)
{
    struct error error = {""};
    for (int i = 0; i < file->count; i++) {
        const struct npy *values = &file->arrays[i].values;
        float *out = allocate((size_t)values->count, sizeof *out);
        const bool good = npy_floats(values, out, &error);
        assert_true(good || !must);
        if (!good)
            check_line(&error);
        free(out);
    }
}

static void test_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        char path[PATH];
        unsigned char *bytes;
        size_t size;
        struct numpy_file file;
        struct error error = {""};
        snprintf(path, sizeof path, FOLDER "%s", samples[i].file);
        assert_true(bytes_read(path, &bytes, &size, &error));
        assert_true(numpy_parse(&file, bytes, size, path, &error));
        fetch_all(&file, true);
        numpy_close(&file);
        for (size_t length = 0; length < size; length++) {
            unsigned char *part = allocate(length, 1); /* of that length, for the sanitizer */
            memcpy(part, bytes, length);
            error.text[0] = '\0';
            if (numpy_parse(&file, part, length, path, &error))
                fail_msg("%s is read without what is behind byte %zu", path, length);
            check_line(&error);
            free(part);
        }
        free(bytes);
    }
}

/* A byte is another: refused, or read as something of the same size; never more than that. */
static void test_damaged(void **state)
{
    static const char *const files[] = {"half.npz", "gru_cell-short.npz", "stack-2.pkl",
                                        "stack-again_order.pkl", "stack-object.npy", "stack-wrapped.pkl"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        char path[PATH];
        unsigned char *bytes;
        size_t size;
        struct numpy_file file;
        struct error error = {""};
        snprintf(path, sizeof path, FOLDER "%s", files[i]);
        assert_true(bytes_read(path, &bytes, &size, &error));
        for (size_t at = 0; at < size; at++)
            for (int bit = 0; bit < 8; bit += 3) {
                bytes[at] ^= (unsigned char)(1 << bit);
                error.text[0] = '\0';
                if (numpy_parse(&file, bytes, size, path, &error)) {
                    fetch_all(&file, false);
                    numpy_close(&file);
                } else {
                    check_line(&error);
                }
                bytes[at] ^= (unsigned char)(1 << bit);
            }
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_y),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_object),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_parted),
        cmocka_unit_test(test_square),
        cmocka_unit_test(test_python_2),
        cmocka_unit_test(test_wrong_pickles),
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_damaged),
    };
    cmocka_set_test_filter(getenv("ESE_TEST_ONLY")); /* NULL: all */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
