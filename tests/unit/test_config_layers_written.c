/* SPDX-License-Identifier: Apache-2.0
 * test_config_layers_written.c - models that are a list of layers: written, read back, their keys. */
#include <unistd.h>

#include "models/base/random.h"
#include "tests/unit/config_testing.h"

/* ---- lists by hand --------------------------------------------------------------------------- */

static void written(void **state)
{
    static const char wanted[] =
        "  warn_snr_db: 20               # a signal to noise below it is warned of (0 to 200)\n"
        "  layers:\n"
        "    - kind: gru                 # what the layer is (lstm, gru, rnn or linear)\n"
        "      input: 3                  # size of x, first layer; the others read what the one "
        "before gives (1..16384)\n"
        "      cell: 4                   # size of c or h (1..16384)\n"
        "      reset: before             # r multiplies after the product with Wnr, or h before it "
        "(after or before)\n"
        "      bias: true                # the sums begin with biases (true or false)\n"
        "      direction: forward        # which end of the utterance is read first; both: two "
        "layers, side by side (forward, backward or both)\n"
        "      formats:\n"
        "        Wzx: 7                  # fraction bits of the weights Wzx (auto or -16..40)\n"
        "    - kind: gru\n"
        "      cell: 4\n"
        "      reset: after\n"
        "      bias: true\n"
        "      direction: forward\n"
        "      density: 0.5              # share of weights that pruning leaves; auto: that of the "
        "model (auto, or above 0, up to 1)\n";
    char *text = NULL;
    size_t size = 0;
    (void)state;
    struct config config = taken("model: {layers: [{kind: gru, input: 3, cell: 4, reset: before, formats: "
                                 "{Wzx: 7}}, {kind: gru, cell: 4, density: 0.5}]}", NULL);
    FILE *out = open_memstream(&text, &size);
    config_write(&config, out);
    fclose(out);
    assert_true(size > sizeof wanted);
    assert_string_equal(text + size - (sizeof wanted - 1), wanted);
    assert_null(strstr(text, "peephole"));
    free(text);
    there_and_back(&config);
    config_free(&config);
}

/* The short form has the keys that it had before there were lists. */
static void keys_of_the_short_form(void **state)
{
    static const char *const not_there[] = {"kept", "Wzx", "Whr", ".W ", "layers"};
    struct text names = {0};
    struct config config = taken("pes: 4", NULL);
    int count = 0;
    (void)state;
    for (int n = config_key_next(&config, -1); n >= 0; n = config_key_next(&config, n), count++)
        text_appendf(&names, "%s ", key_at(n)->name);
    assert_int_equal(count, KEY_COUNT - 20); /* kept twice; formats and densities of nine matrices of others */
    for (size_t n = 0; n < COUNT(not_there); n++)
        assert_null(strstr(text_string(&names), not_there[n]));
    text_free(&names);
    config_free(&config);

    /* Of a list they are those of its layers. */
    config = taken("model: {layers: [{kind: lstm, input: 3, cell: 4}, {kind: gru, cell: 5}, {kind: "
                   "linear, output: 6}]}", NULL);
    for (int n = config_key_next(&config, -1); n >= 0; n = config_key_next(&config, n))
        text_appendf(&names, "%s ", key_at(n)->name);
    assert_non_null(strstr(text_string(&names), "model.layers.1.reset model.layers.1.bias "));
    assert_non_null(strstr(text_string(&names), "model.layers.2.formats.W "));
    assert_null(strstr(text_string(&names), "model.cell "));
    assert_null(strstr(text_string(&names), "model.formats.Whx "));
    assert_null(strstr(text_string(&names), "model.layers.1.input "));
    assert_null(strstr(text_string(&names), "model.layers.1.output "));
    text_free(&names);
    config_free(&config);
}

static void names_and_numbers(void **state)
{
    (void)state;
    for (int id = 0; id < KEYS_MOST; id++) {
        assert_int_equal(key_id(key_at(id)), id);
        assert_ptr_equal(key_find(key_at(id)->name), key_at(id));
        assert_true(key_at(id)->offset < sizeof(struct config));
    }
}

/* ---- any list -------------------------------------------------------------------------------- */

/* Some value of a key, or for `most` the longest of them. */
static void append_value(struct text *text, const struct key *key, struct random *random, bool most)
{
    const double share = 0.1 + 0.8 * random_uniform(random);
    if (key->kind == KIND_WORD) {
        uint64_t count = 0;
        while (key->words[count] != NULL)
            count++;
        text_append(text, key->words[random_below(random, count)]);
    } else if (key->kind == KIND_FLAG) {
        text_append(text, random_below(random, 2) == 1 ? "true" : "false");
    } else if (key->kind == KIND_RANGE) {
        text_appendf(text, "%.17g", share);
    } else {
        const uint64_t width = (uint64_t)(key->max - key->min) + 1;
        text_appendf(text, "%lld", (long long)(most ? key->max
                                                    : key->min + (int64_t)random_below(random,
                                                        width)));
    }
}

/* Only the first layer says what it reads. */
static bool layer_has(int layer, enum layer_kind kind, int row)
{
    const bool reads = row == KEY_LAYER_input || row == KEY_LAYER_FORMAT_x ||
                       row == KEY_LAYER_RANGE_x;
    return (layer_rows[row].kinds >> kind & 1) != 0 && (layer == 0 || !reads);
}

/* A layer in flow style: what it must have, and of the rest some keys or, for `most`, all. */
static void append_layer(struct text *text, int n, enum layer_kind kind, struct random *random,
    bool most)
{
    text_appendf(text, "    - {kind: %s", layer_kind_name(kind));
    for (int row = 1; row < LAYER_KEY_COUNT; row++) {
        const struct key *key = &layer_rows[row];
        const bool size = key->kind == KIND_WHOLE;
        if (!layer_has(n, kind, row) || (!size && !most && random_below(random, 3) > 0))
            continue;
        if (strchr(key->name, '.') != NULL)
            continue;
        text_appendf(text, ", %s: ", key->name);
        append_value(text, key, random, most);
    }
    static const char *const sections[] = {"formats.", "ranges."};
    for (size_t s = 0; s < COUNT(sections); s++) {
        const size_t length = strlen(sections[s]);
        const char *comma = "";
        text_appendf(text, ", %.*s: {", (int)length - 1, sections[s]);
        for (int row = 0; row < LAYER_KEY_COUNT; row++) {
            const struct key *key = &layer_rows[row];
            if (strncmp(key->name, sections[s], length) != 0 || !layer_has(n, kind, row) ||
                (!most && random_below(random, 4) > 0))
                continue;
            text_appendf(text, "%s%s: ", comma, key->name + length);
            append_value(text, key, random, most);
            comma = ", ";
        }
        text_append_char(text, '}');
    }
    text_append(text, "}\n");
}

/* Whatever is taken is written and read back: lists drawn at random, and the longest that there is. */
static void any_list(void **state)
{
    struct random random;
    struct text text = {0};
    (void)state;
    random_seed(&random, 5);
    for (int round = 0; round < 60; round++) {
        const bool most = round == 0;
        const int count = most ? LAYERS_MOST : 1 + (int)random_below(&random, 6);
        text_cut(&text, 0);
        text_append(&text, "model:\n  layers:\n");
        for (int n = 0; n < count; n++)
            append_layer(&text, n, most ? LAYER_LSTM : (enum layer_kind)random_below(&random,
                LAYER_LINEAR + 1),
                         &random, most);
        struct config config = taken(text_string(&text), NULL);
        assert_int_equal(config.model.layer_count, count);
        there_and_back(&config);
        config_free(&config);
    }
    text_free(&text);
}

/* The longest configuration that there is can be read. */
static void longest(void **state)
{
    char path[] = "/tmp/test_config_layers.XXXXXX", name[4096] = "/";
    struct random random;
    struct text text = {0};
    struct error error;
    struct config back;
    (void)state;
    memset(name + 1, 'p', sizeof name - 2);
    random_seed(&random, 6);
    text_append(&text, "model:\n  layers:\n");
    for (int n = 0; n < LAYERS_MOST; n++)
        append_layer(&text, n, LAYER_LSTM, &random, true);
    struct config config = taken(text_string(&text), NULL);
    char **paths[] = {&config.model.path, &config.model.utterances, &config.model.expected};
    for (size_t n = 0; n < COUNT(paths); n++)
        *paths[n] = duplicate(name);
    FILE *out = fdopen(mkstemp(path), "w");
    assert_non_null(out);
    config_write(&config, out);
    fclose(out);
    if (!config_load(&back, path, NULL, 0, &error))
        fail_msg("%s", error.text);
    same_layers(&config, &back);
    config_free(&config);
    config_free(&back);
    text_free(&text);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written),
        cmocka_unit_test(keys_of_the_short_form),
        cmocka_unit_test(names_and_numbers),
        cmocka_unit_test(any_list),
        cmocka_unit_test(longest),
    };
    setenv("ESE_HOME", ".", 0); /* make runs the tests where the presets are */
    return cmocka_run_group_tests_name("config_layers_written", tests, NULL, NULL);
}
