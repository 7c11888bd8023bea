/* SPDX-License-Identifier: Apache-2.0
 * test_import.c - one LSTM and utterances from files: what is read, and each thing refused.
 * test_import_layers.c has layers of all kinds. */
#include <math.h>

#include "models/file/npy.h"
#include "models/network/labels.h"
#include "tests/unit/model_file.h"

/* --- models in files -------------------------------------------------------------------------- */

/* Input 3, cell 4, output 2, 5 classes. */
static const struct entry layer[] = {
    {"lstm.W_ix", 2, 4, 3}, {"lstm.W_fx", 2, 4, 3}, {"lstm.W_cx", 2, 4, 3}, {"lstm.W_ox", 2, 4, 3},
    {"lstm.W_ir", 2, 4, 2}, {"lstm.W_fr", 2, 4, 2}, {"lstm.W_cr", 2, 4, 2}, {"lstm.W_or", 2, 4, 2},
    {"lstm.b_i", 1, 4, 1},  {"lstm.b_f", 1, 4, 1},  {"lstm.b_c", 1, 4, 1},  {"lstm.b_o", 1, 4, 1},
    {"lstm.W_ym", 2, 2, 4}, {"lstm.w_ic", 1, 4, 1}, {"lstm.w_fc", 1, 4, 1}, {"lstm.w_oc", 1, 4, 1},
    {"output.W", 2, 5, 2},  {"output.b", 1, 5, 1},  {"feature.mean", 1, 3, 1},
};
enum { ENTRIES = sizeof layer / sizeof layer[0] };

/* Writes a model of all-different numbers, without the tensors that `without` lists (blanks
 * between).  The tensor called change->name takes that shape, if the rank is not 0, and the name
 * `as`, if any. */
static void write_model(const char *without, const struct entry *change, const char *as)
{
    struct entry entries[ENTRIES];
    int count = 0;
    for (int i = 0; i < ENTRIES; i++) {
        struct entry e = layer[i];
        if (without != NULL && strstr(without, e.name) != NULL)
            continue;
        if (change != NULL && strcmp(change->name, e.name) == 0) {
            if (change->rank != 0)
                e = *change;
            if (as != NULL)
                e.name = as;
        }
        entries[count++] = e;
    }
    write_entries(entries, count);
}

/* What a configuration says that asks for nothing but a file. */
static struct model_config asks_for(char *path)
{
    return (struct model_config){.path = path};
}

static void read_model(struct network *n)
{
    struct error error = {""};
    const struct model_config model = asks_for(model_path);
    if (!network_read(n, &model, &error))
        fail_msg("%s", error.text);
}

static void refuse_model(const char *what)
{
    const struct model_config model = asks_for(model_path);
    refuse(&model, what);
}

/* The matrix of the layer behind. */
static const struct matrix *after_of(const struct network *n)
{
    assert_non_null(n->after);
    return matrix_named(n->after, "W");
}

static void models_read(void **state)
{
    (void)state;
    struct network n;
    struct lstm lstm;
    struct error error;
    struct model_config model = asks_for(model_path);

    write_model(NULL, NULL, NULL);
    model.candidate = CANDIDATE_SIGM;
    assert_true(network_read(&n, &model, &error));
    assert_true(lstm_of(&n, &lstm));
    assert_true(n.input == 3 && n.output == 2 && n.names.lstm);
    assert_true(lstm.as->cell == 4 && lstm.as->output == 2);
    assert_true(lstm.as->candidate == CANDIDATE_SIGM && lstm.as->peephole);
    assert_true(after_of(&n)->rows == 5 && n.after->passes[0].bias[4] > 0);
    assert_true(lstm.wx[LSTM_I]->at[0] == 0.125f && lstm.wx[LSTM_I]->at[11] == 1.5f);
    assert_true(lstm.wx[LSTM_G]->at[0] == 25 / 8.0f); /* third in the file: W_cx */
    assert_true(lstm.wym->rows == 2 && lstm.wym->cols == 4 && lstm.peep[LSTM_G] == NULL);
    network_free(&n);

    write_model("lstm.w_ic lstm.w_fc lstm.w_oc output.W output.b", NULL, NULL);
    read_model(&n);
    assert_true(lstm_of(&n, &lstm));
    assert_true(!lstm.as->peephole && lstm.peep[LSTM_I] == NULL && n.after == NULL);
    network_free(&n);

    write_model("output.b", NULL, NULL);
    read_model(&n);
    assert_true(after_of(&n)->rows == 5 && n.after->passes[0].no_bias);
    network_free(&n);
}

/* One of them, all of them, and the one of the scores. */
static void missing_biases_are_zeros(void **state)
{
    (void)state;
    static const struct {
        const char *without, *missing, *gates;
    } cases[] = {
        {"lstm.b_f", "lstm.b_f", "f"},
        {"lstm.b_o lstm.b_c", "lstm.b_c, lstm.b_o", "go"},
        {"lstm.b_i lstm.b_f lstm.b_c lstm.b_o", "lstm.b_i, lstm.b_f, lstm.b_c, lstm.b_o", "ifgo"},
        {"lstm.b_i output.b", "lstm.b_i, output.b", "i"},
        {"output.b", "output.b", ""},
    };
    struct network n;
    char missing[128];
    for (size_t i = 0; i < COUNT(cases); i++) {
        write_model(cases[i].without, NULL, NULL);
        read_model(&n);
        assert_true(network_missing_biases(&n, missing, sizeof missing));
        assert_string_equal(missing, cases[i].missing);
        for (const char *letter = "ifgo"; *letter != '\0'; letter++) {
            const struct network_pass *gate = pass_named(&n, (char[]){*letter, '\0'});
            bool zero = strchr(cases[i].gates, *letter) != NULL;
            assert_int_equal(gate->no_bias, zero);
            for (int row = 0; row < gate->rows; row++)
                assert_int_equal(gate->bias[row] > 0, !zero);
        }
        network_free(&n);
    }
    write_model("output.W output.b", NULL, NULL);
    read_model(&n);
    assert_false(network_missing_biases(&n, missing, sizeof missing));
    network_free(&n);
}

static void classes_without_bias(void **state)
{
    (void)state;
    static const float rows[] = {1, 0, 0, 1, -1, 0, 0, -1, -1, -1};
    struct network n;
    write_model("output.b", NULL, NULL);
    read_model(&n);
    memcpy(after_of(&n)->at, rows, sizeof rows);
    assert_int_equal(classify(&n, (double[]){0.5, 0.25}), 0);
    assert_int_equal(classify(&n, (double[]){-0.5, 0.75}), 1);
    assert_int_equal(classify(&n, (double[]){-0.5, 0.25}), 2);
    assert_int_equal(classify(&n, (double[]){0.25, -0.5}), 3);
    assert_int_equal(classify(&n, (double[]){-0.5, -0.25}), 4);
    network_free(&n);
}

/* What an LSTM may have, as messages list it. */
#define ALLOWED                                                                     \
    "lstm.W_ix, lstm.W_fx, lstm.W_cx, lstm.W_ox, lstm.W_ir, lstm.W_fr, lstm.W_cr, " \
    "lstm.W_or, lstm.W_ym, lstm.b_i, lstm.w_ic, lstm.b_f, lstm.w_fc, lstm.b_c, "    \
    "lstm.b_o, lstm.w_oc, lstm.b_y, lstm.c_0, lstm.y_0"

/* A misspelt bias is not a missing one. */
static void misspelt_biases_refused(void **state)
{
    (void)state;
    write_model(NULL, &(struct entry){.name = "lstm.b_f"}, "lstm.bf");
    refuse_model("tensor 'lstm.bf' is unknown, allowed are " ALLOWED);
}

static void missing_tensors_refused(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        char what[64];
        snprintf(what, sizeof what, "tensor '%s' is missing", layer[i].name);
        write_model(layer[i].name, NULL, NULL);
        refuse_model(what);
    }
    write_model("lstm.w_fc", NULL, NULL);
    refuse_model("tensor 'lstm.w_fc' is missing beside 'lstm.w_oc'");
    write_model("output.W", NULL, NULL);
    refuse_model("tensor 'output.W' is missing beside 'output.b'");
    write_model("lstm.W_ym", NULL, NULL);
    refuse_model("tensor 'lstm.W_ir' has shape [4, 2], expected [4, 4] without tensor 'lstm.W_ym'");
    write_model(NULL, &(struct entry){.name = "lstm.W_ym"}, "lstm.W_my");
    refuse_model("tensor 'lstm.W_my' is unknown, allowed are " ALLOWED);
}

static void wrong_shapes_refused(void **state)
{
    (void)state;
    /* Each tensor one longer than the others say; W_ix and W_ir themselves set the sizes. */
    for (int i = 0; i < ENTRIES - 3; i++) {
        struct entry wrong = layer[i];
        char what[128];
        if (strcmp(wrong.name, "lstm.W_ix") == 0 || strcmp(wrong.name, "lstm.W_ir") == 0)
            continue;
        wrong.rows++;
        if (wrong.rank == 2)
            snprintf(what, sizeof what, "tensor '%s' has shape [%d, %d], expected [%d, %d]",
                     wrong.name, wrong.rows, wrong.cols, layer[i].rows, layer[i].cols);
        else
            snprintf(what, sizeof what, "tensor '%s' has shape [%d], expected [%d]", wrong.name,
                     wrong.rows, layer[i].rows);
        write_model(NULL, &wrong, NULL);
        refuse_model(what);
    }
    write_model(NULL, &(struct entry){"lstm.W_ir", 2, 5, 2}, NULL);
    refuse_model("tensor 'lstm.W_ir' has shape [5, 2], expected [4, 2]");
    write_model(NULL, &(struct entry){"lstm.W_ix", 1, 4, 1}, NULL);
    refuse_model("tensor 'lstm.W_ix' has 1 dimensions, expected 2");
    write_model(NULL, &(struct entry){"lstm.W_ix", 2, 4, 16385}, NULL);
    refuse_model("tensor 'lstm.W_ix' has dimension 16385, allowed are 1..16384");
    write_model(NULL, &(struct entry){"lstm.W_ix", 2, 4, 0}, NULL);
    refuse_model("tensor 'lstm.W_ix' has dimension 0, allowed are 1..16384");
    write_model(NULL, &(struct entry){"output.W", 2, 5, 3}, NULL);
    refuse_model("tensor 'output.W' has shape [5, 3], expected [5, 2]");
    write_model(NULL, &(struct entry){"output.b", 1, 6, 1}, NULL);
    refuse_model("tensor 'output.b' has shape [6], expected [5]");
}

static void unreadable_files_refused(void **state)
{
    (void)state;
    struct network network;
    struct error error;
    char long_path[600];

    unlink(model_path);
    refuse_model("cannot be read: No such file or directory");
    struct model_config model = asks_for(folder);
    assert_false(network_read(&network, &model, &error));
    check_message(&error, folder, "is not a regular file");

    assert_int_equal(mkfifo(model_path, 0600), 0); /* must not wait for a writer */
    refuse_model("is not a regular file");
    unlink(model_path);

    /* A hole of 3 GiB, refused before any of it is read. */
    FILE *file = fopen(model_path, "wb");
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), (off_t)3 << 30), 0);
    fclose(file);
    refuse_model("is 3221225472 bytes long, at most 2147483648 are allowed");

    write_model(NULL, NULL, NULL);
    assert_int_equal(truncate(model_path, 1000), 0);
    refuse_model("the header claims");

    memset(long_path, '\n', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    model = asks_for(long_path);
    assert_false(network_read(&network, &model, &error));
    check_message(&error, "???", "...: cannot be read: File name too long");
}

/* Models that people have, and whose first bytes say what they are. */
static void other_kinds_named(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *what;
    } cases[] = {
        {"", 0, "is an empty file, expected a safetensors file"},
        {"\x89HDF\r\n\x1a\n", 8, "is an HDF5 file (Keras?), expected a safetensors file"},
        {"lstm: none\n", 11, "is plain text, expected a safetensors file"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        FILE *file = fopen(model_path, "wb");
        assert_non_null(file);
        fwrite(cases[i].bytes, cases[i].size, 1, file);
        assert_int_equal(fclose(file), 0);
        refuse_model(cases[i].what);
    }
    write_model(NULL, NULL, NULL);
    struct utterances u;
    struct error error;
    assert_false(utterances_read(&u, model_path, 3, &error));
    check_message(&error, model_path, "is a safetensors file, expected a NumPy .npy file");
}

static size_t nonzeros(const struct matrix *matrix)
{
    size_t count = 0;
    for (size_t i = 0; i < (size_t)matrix->rows * (size_t)matrix->cols; i++)
        count += matrix->at[i] < 0 || matrix->at[i] > 0;
    return count;
}

static void speech_model_read(void **state)
{
    (void)state;
    struct network n;
    struct error error;
    for (int pruned = 0; pruned < 2; pruned++) {
        char pruned_path[] = "models/speech/speech-pruned.safetensors",
             dense_path[] = "models/speech/speech-dense.safetensors";
        const struct model_config model = asks_for(pruned ? pruned_path : dense_path);
        if (!network_read(&n, &model, &error))
            fail_msg("%s", error.text);
        const struct layer_config *as = &lstm_layer(&n)->as;
        assert_true(n.input == 40 && as->cell == 128 && as->output == 64 && as->peephole);
        assert_true(after_of(&n)->rows == 40 && !n.after->passes[0].no_bias);
        size_t count = 0;
        for (int i = 0; i < n.matrix_count; i++)
            count += nonzeros(&n.matrices[i].weights);
        assert_int_equal(count, pruned ? 6208 : 61440);
        network_free(&n);
    }
}

/* --- utterances ------------------------------------------------------------------------------- */

static void speech_utterances_read(void **state)
{
    (void)state;
    struct utterances u;
    struct error error;
    int frames = 0;

    if (!utterances_read(&u, "models/speech", 40, &error))
        fail_msg("%s", error.text);
    assert_int_equal(u.count, 32);
    for (int i = 0; i < u.count; i++) {
        char name[16];
        snprintf(name, sizeof name, "utt%02d", i);
        assert_string_equal(u.names[i], name);
        assert_int_equal(u.frames[i].cols, 40);
        frames += u.frames[i].rows;
    }
    assert_int_equal(frames, 6419);
    utterances_free(&u);

    assert_true(utterances_read(&u, "models/speech/utt00.npy", 40, &error));
    assert_true(u.count == 1 && u.frames[0].rows == 269);
    assert_string_equal(u.names[0], "utt00");
    utterances_free(&u);
}

static void refuse_utterances(const char *path, int input, const char *what)
{
    struct utterances u;
    struct error error = {""};
    if (utterances_read(&u, path, input, &error))
        fail_msg("accepted what should give \"%s\"", what);
    check_message(&error, path, what);
}

/* What the utterance of a file holds, for each shape that it may have. */
static void batch_of_one_read(void **state)
{
    (void)state;
    static const int shapes[][3] = {{2, 3}, {1, 2, 3}};
    const float values[6] = {1, 2, 3, 4, 5, 6};
    struct utterances u;
    struct error error;
    char path[64];
    snprintf(path, sizeof path, "%s/a.npy", folder);
    for (int i = 0; i < 2; i++) {
        assert_true(npy_write_floats(path, 2 + i, shapes[i], values, &error));
        if (!utterances_read(&u, path, 3, &error))
            fail_msg("%s", error.text);
        assert_true(u.count == 1 && u.frames[0].rows == 2 && u.frames[0].cols == 3);
        assert_memory_equal(u.frames[0].at, values, sizeof values);
        utterances_free(&u);
    }
    assert_true(npy_write_ints(path, 2, (int[]){1, 3}, (int32_t[]){-1, 16777217, 3}, &error));
    assert_true(utterances_read(&u, path, 3, &error));
    assert_memory_equal(u.frames[0].at, ((float[]){-1, 16777216, 3}), 3 * sizeof(float));
    utterances_free(&u);
    unlink(path);
}

static void bad_utterances_refused(void **state)
{
    (void)state;
    static const char speech[] = "models/speech";
    const float values[6] = {0};
    struct error error;
    char path[64];
    snprintf(path, sizeof path, "%s/a.npy", folder);

    refuse_utterances(path, 3, "cannot be read: No such file or directory");
    refuse_utterances(folder, 3, "holds no utterances, expected files NAME.npy");
    refuse_utterances(speech, 41, "utt00.npy: has shape [269, 40], expected [frames, 41] or "
                              "[1, frames, 41]");
    refuse_utterances("models/speech/README.md", 40, "is plain text, expected a NumPy .npy file");
    assert_true(npy_write_floats(path, 1, (int[]){6}, values, &error));
    refuse_utterances(path, 6, "has shape [6], expected [frames, 6] or [1, frames, 6]");
    assert_true(npy_write_floats(path, 0, (int[]){1}, values, &error));
    refuse_utterances(path, 1, "has shape [], expected [frames, 1] or [1, frames, 1]");
    assert_true(npy_write_floats(path, 3, (int[]){2, 1, 3}, values, &error));
    refuse_utterances(path, 3, "has shape [2, 1, 3], expected [frames, 3] or [1, frames, 3]");
    assert_true(npy_write_floats(path, 3, (int[]){1, 3, 2}, values, &error));
    refuse_utterances(path, 3, "has shape [1, 3, 2], expected [frames, 3] or [1, frames, 3]");
    assert_true(npy_write_floats(path, 4, (int[]){1, 1, 2, 3}, values, &error));
    refuse_utterances(path, 3, "has shape [1, 1, 2, 3], expected [frames, 3]");
    assert_true(npy_write_floats(path, 3, (int[]){1, 0, 6}, values, &error));
    refuse_utterances(path, 6, "has 0 frames, allowed are 1..1048576");
    assert_true(npy_write_floats(path, 2, (int[]){0, 6}, values, &error));
    refuse_utterances(folder, 6, "/a.npy: has 0 frames, allowed are 1..1048576");
    assert_true(npy_write_floats(path, 2, (int[]){1, 6}, (float[]){0, 0, 0, NAN, 0, 0}, &error));
    refuse_utterances(path, 6, "has NaN at [0, 3], expected a finite float");
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_read),
        cmocka_unit_test(missing_biases_are_zeros),
        cmocka_unit_test(classes_without_bias),
        cmocka_unit_test(misspelt_biases_refused),
        cmocka_unit_test(missing_tensors_refused),
        cmocka_unit_test(wrong_shapes_refused),
        cmocka_unit_test(unreadable_files_refused),
        cmocka_unit_test(other_kinds_named),
        cmocka_unit_test(speech_model_read),
        cmocka_unit_test(speech_utterances_read),
        cmocka_unit_test(batch_of_one_read),
        cmocka_unit_test(bad_utterances_refused),
    };
    return cmocka_run_group_tests_name("import", tests, make_folder, remove_folder);
}
