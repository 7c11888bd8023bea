/* SPDX-License-Identifier: Apache-2.0
 * test_config_layers.c - models that are a list of layers: read, set, refused. */
#include <sys/stat.h>
#include <unistd.h>

#include "gen/config/home.h"
#include "tests/unit/config_testing.h"

/* Three layers, in block and in flow style. */
static const char THREE[] = "model:\n"
                            "  layers:\n"
                            "    - {kind: lstm, input: 153, cell: 1024, output: 512, "
                            "peephole: true}\n"
                            "    - kind: gru\n"
                            "      cell: 256\n"
                            "      reset: before\n"
                            "    - {kind: linear, output: 40, bias: false, activation: sigmoid}\n";

/* A layer of each kind, with what it cannot be without. */
static const char *const least[] = {
    [LAYER_LSTM] = "kind: lstm, input: 3, cell: 4",
    [LAYER_GRU] = "kind: gru, input: 3, cell: 4",
    [LAYER_RNN] = "kind: rnn, input: 3, cell: 4",
    [LAYER_LINEAR] = "kind: linear, input: 3, output: 4",
};

enum { KINDS = COUNT(least) };

/* ---- what is read ---------------------------------------------------------------------------- */

static void lists(void **state)
{
    (void)state;
    struct config config = taken(THREE, NULL);
    struct config wanted = {.model = {.layer_count = 3}};
    struct layer_config *lstm = wanted.model.layers, *gru = lstm + 1, *linear = lstm + 2;
    *lstm = layer_default(LAYER_LSTM);
    lstm->input = 153;
    lstm->cell = 1024;
    lstm->output = 512;
    lstm->peephole = true;
    *gru = layer_default(LAYER_GRU);
    gru->cell = 256;
    gru->reset = RESET_BEFORE;
    *linear = layer_default(LAYER_LINEAR);
    linear->output = 40;
    linear->bias = false;
    linear->activation = ACTIVATION_SIGMOID;
    same_layers(&config, &wanted);
    config_free(&config);

    static const char *const one[] = {
        "model: {layers: [{kind: rnn, input: 3, cell: 4, formats: {x: 5}, ranges: {y: 2.5}}]}",
        "model:\n  layers:\n  - input: 3\n    cell: 4\n    ranges:\n      y: 2.5\n"
        "    formats: {x: 5}\n    kind: rnn\n",
    };
    struct config flow = taken(one[0], NULL), block = taken(one[1], NULL);
    same_layers(&flow, &block);
    assert_int_equal(flow.model.layers[0].formats.x, 5);
    assert_int_equal(flow.model.layers[0].formats.y, FORMAT_AUTO);
    assert_true(flow.model.layers[0].ranges.y == 2.5);
    assert_int_equal(flow.model.formats.x, FORMAT_AUTO);
    config_free(&flow);
    config_free(&block);
}

/* "formats.x" and a value as flow style has them. */
static void append_key(struct text *text, const char *name, const char *value)
{
    const char *dot = strchr(name, '.');
    if (dot != NULL)
        text_appendf(text, "%.*s: {%s: %s}", (int)(dot - name), name, dot + 1, value);
    else
        text_appendf(text, "%s: %s", name, value);
}

/* A key of a layer comes in through the file and through --set, or is refused both ways. */
static void try_key(enum layer_kind kind, const char *name, const char *value, bool good)
{
    struct text file = {0}, base = {0}, set = {0}, where = {0};
    text_appendf(&base, "model:\n  layers:\n    - {%s}\n", least[kind]);
    text_appendf(&file, "model:\n  layers:\n    - {%s, ", least[kind]);
    append_key(&file, name, value);
    text_append(&file, "}\n");
    text_appendf(&where, "model.layers.0.%s", name);
    text_appendf(&set, "%s=%s", text_string(&where), value);
    if (good) {
        struct config left = taken(text_string(&file), NULL);
        struct config right = taken(text_string(&base), (char *)(uintptr_t)text_string(&set));
        same_layers(&left, &right);
        assert_same(&left, &right);
        there_and_back(&left);
        config_free(&left);
        config_free(&right);
    } else {
        refused(text_string(&file), NULL, "my.yaml:3: ", text_string(&where), NULL);
        refused(text_string(&base), (char *)(uintptr_t)text_string(&set), "--set: ",
                text_string(&where), NULL);
    }
    text_free(&file);
    text_free(&base);
    text_free(&set);
    text_free(&where);
}

/* The contract, not config.def: which kinds have which keys. */
static const struct {
    const char *name, *values[4], *wrong;
    bool of[KINDS]; /* lstm, gru, rnn, linear */
} contract[] = {
    {"output", {"1", "16384"}, "0", {true, false, false, false}}, /* linear: is in `least` */
    {"peephole", {"true", "false"}, "maybe", {true}},
    {"candidate", {"tanh", "sigm"}, "relu", {true}},
    {"coupled", {"none", "input", "forget"}, "output", {true}},
    {"projection_bias", {"false"}, "1", {true}},
    {"reset", {"after", "before"}, "beside", {false, true}},
    {"nonlinearity", {"tanh", "relu"}, "sigm", {false, false, true}},
    {"activation", {"none", "relu", "sigmoid", "tanh"}, "sigm", {false, false, false, true}},
    {"bias", {"true", "false"}, "none", {true, true, true, true}},
    {"direction", {"forward", "backward", "both"}, "up", {true, true, true}},
    {"density", {"auto", "0.25", "1"}, "1.5", {true, true, true, true}},
    {"formats.x", {"auto", "-16", "40"}, "41", {true, true, true, true}},
    {"formats.y", {"3"}, "few", {true, true, true, true}},
    {"formats.m", {"3"}, "1.5", {true}},
    {"formats.c", {"3"}, "-17", {true}},
    {"formats.kept", {"3"}, "41", {false, true}},
    {"formats.Wix", {"3"}, "41", {true}},
    {"formats.Wfx", {"3"}, "41", {true}},
    {"formats.Wcx", {"3"}, "41", {true}},
    {"formats.Wox", {"3"}, "41", {true}},
    {"formats.Wir", {"3"}, "41", {true}},
    {"formats.Wfr", {"3"}, "41", {true}},
    {"formats.Wcr", {"3"}, "41", {true}},
    {"formats.Wor", {"3"}, "41", {true}},
    {"formats.Wym", {"3"}, "41", {true}},
    {"formats.Wzx", {"3"}, "41", {false, true}},
    {"formats.Wrx", {"3"}, "41", {false, true}},
    {"formats.Wnx", {"3"}, "41", {false, true}},
    {"formats.Wzr", {"3"}, "41", {false, true}},
    {"formats.Wrr", {"3"}, "41", {false, true}},
    {"formats.Wnr", {"3"}, "41", {false, true}},
    {"formats.Whx", {"3"}, "41", {false, false, true}},
    {"formats.Whr", {"3"}, "41", {false, false, true}},
    {"formats.W", {"3"}, "41", {false, false, false, true}},
    {"densities.Wix", {"auto", "0.2", "1"}, "1.5", {true}},
    {"densities.Wfx", {"0.2"}, "0", {true}},
    {"densities.Wcx", {"0.2"}, "1.5", {true}},
    {"densities.Wox", {"0.2"}, "0", {true}},
    {"densities.Wir", {"0.2"}, "1.5", {true}},
    {"densities.Wfr", {"0.2"}, "0", {true}},
    {"densities.Wcr", {"0.2"}, "1.5", {true}},
    {"densities.Wor", {"0.2"}, "0", {true}},
    {"densities.Wym", {"0.2"}, "1.5", {true}},
    {"densities.Wzx", {"0.2"}, "0", {false, true}},
    {"densities.Wrx", {"0.2"}, "1.5", {false, true}},
    {"densities.Wnx", {"0.2"}, "0", {false, true}},
    {"densities.Wzr", {"0.2"}, "1.5", {false, true}},
    {"densities.Wrr", {"0.2"}, "0", {false, true}},
    {"densities.Wnr", {"0.2"}, "1.5", {false, true}},
    {"densities.Whx", {"0.2"}, "0", {false, false, true}},
    {"densities.Whr", {"0.2"}, "1.5", {false, false, true}},
    {"densities.W", {"0.2"}, "0", {false, false, false, true}},
    {"ranges.x", {"auto", "0.5", "1e6"}, "0", {true, true, true, true}},
    {"ranges.y", {"3"}, "-1", {true, true, true, true}},
    {"ranges.m", {"3"}, "-1", {true}},
    {"ranges.c", {"3"}, "-1", {true}},
    {"ranges.kept", {"3"}, "-1", {false, true}},
};

static void kinds_and_keys(void **state)
{
    (void)state;
    for (size_t n = 0; n < COUNT(contract); n++)
        for (enum layer_kind kind = LAYER_LSTM; kind <= LAYER_LINEAR; kind++) {
            if (kind == LAYER_LINEAR && strcmp(contract[n].name, "output") == 0)
                continue;
            for (int v = 0; v < 4 && contract[n].values[v] != NULL; v++)
                try_key(kind, contract[n].name, contract[n].values[v], contract[n].of[kind]);
            try_key(kind, contract[n].name, contract[n].wrong, false);
        }
    /* None is forgotten: kind, input and cell stand in `least`. */
    assert_int_equal(COUNT(contract) + 3, LAYER_KEY_COUNT);
}

static void sizes(void **state)
{
    static const char *const text =
        "model: {layers: [{kind: gru, input: 3, cell: 4}, {kind: linear, output: 5}]}";
    static const char *const names[] = {"model.layers.0.input", "model.layers.0.cell",
                                        "model.layers.1.output"};
    static const char *const good[] = {"1", "16384"};
    static const char *const wrong[] = {"0", "16385", "-1", "x", ""};
    (void)state;
    for (size_t n = 0; n < COUNT(names); n++) {
        char set[80];
        for (size_t v = 0; v < COUNT(good); v++) {
            snprintf(set, sizeof set, "%s=%s", names[n], good[v]);
            struct config config = taken(text, set);
            config_free(&config);
        }
        for (size_t v = 0; v < COUNT(wrong); v++) {
            snprintf(set, sizeof set, "%s=%s", names[n], wrong[v]);
            refused(text, set, "--set: ", names[n], "1..16384", NULL);
        }
    }
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void wrong_keys(void **state)
{
    (void)state;
    refused("model:\n  layers:\n  - {kind: lstm, input: 3, cell: 4}\n  - kind: gru\n    cell: 4\n"
            "    output: 5\n", NULL, "my.yaml:6: model.layers.1.output: a layer of kind gru has no "
            "such key, allowed: kind, cell, reset, bias, direction, density, densities, formats and ranges",
            NULL);
    refused("model:\n  layers:\n  - {kind: linear, input: 3, output: 4, cell: 4}\n", NULL,
            "my.yaml:3: model.layers.0.cell: a layer of kind linear has no such key, allowed: "
            "kind, input, output, activation, bias, density, densities, formats and ranges", NULL);
    refused("model:\n  layers:\n  - kind: rnn\n    cell: 4\n    formats:\n      Wix: 4\n", NULL,
            "my.yaml:6: model.layers.0.formats.Wix: a layer of kind rnn has no such key, allowed: "
            "x, y, Whx, Whr", NULL);
    refused("model:\n  layers:\n  - {kind: lstm, input: 3, cell: 4}\n"
            "  - {kind: rnn, input: 4, cell: 4}", NULL,
            "my.yaml:4: model.layers.1.input: only the first layer has it", NULL);
    refused("model:\n  layers:\n  - {kind: lstm, input: 3, cell: 4}\n"
            "  - {kind: rnn, cell: 4, formats: {x: 9}}", NULL, "my.yaml:4: model.layers.1.formats.x: "
            "only the first layer has it", "(here are allowed: y, Whx, Whr)", NULL);
    refused(THREE, "model.layers.1.kind=lstm",
            "my.yaml:6: model.layers.1.reset: a layer of kind lstm", NULL);
    refused("model:\n  layers:\n  - kind: rnn\n    cel: 4\n", NULL, "my.yaml:4: unknown key "
            "'model.layers.0.cel' (did you mean 'model.layers.0.cell'?)", NULL);
    refused("model: {layers: [{kind: rnn, Whx: 4}]}", NULL,
            "(did you mean 'model.layers.0.formats.Whx'?)", NULL);
    refused("model: {layers: [{kind: rnn, formats: {Why: 4}}]}", NULL,
            "unknown key 'model.layers.0.formats.Why' (did you mean 'model.layers.0.formats.Whx'?)",
            NULL);
    refused("model: {layers: [{kind: rnn, quantum: 4}]}", NULL,
            "unknown key 'model.layers.0.quantum' ('ese gen --help' lists", NULL);
    refused("layers: [{kind: rnn}]", NULL, "unknown key 'layers' (did you mean 'model.layers'?)",
            NULL);
    refused("model.layers.0.cell: 4", NULL, "my.yaml:1: unknown key 'model.layers.0.cell': write "
            "'cell' in an entry of the list 'layers:' in the section 'model:'", NULL);
    refused("model: {layers: [{kind: rnn, formats.x: 4}]}", NULL,
            "write 'x' in a section 'model.layers.0.formats:'", NULL);
}

static void structure(void **state)
{
    (void)state;
    refused("model:\n  layers:\n", NULL, "my.yaml:2: model.layers: wants a list", NULL);
    refused("model:\n  layers: 3\n", NULL, "my.yaml:2: model.layers: wants a list", NULL);
    refused("model:\n  layers: {kind: gru}\n", NULL, "my.yaml:2: model.layers: wants a list", NULL);
    refused("model:\n  layers: []\n", NULL, "my.yaml:2: model.layers: is an empty list", NULL);
    refused("model:\n  layers:\n  - kind: gru\n    input: 3\n    cell: 4\n  - lstm\n", NULL,
            "my.yaml:6: model.layers.1: wants a section of keys", NULL);
    refused("model:\n  layers:\n  - [{kind: gru}]\n", NULL,
            "my.yaml:3: model.layers.0: wants a section", NULL);
    refused("model:\n  layers:\n  -\n", NULL, "my.yaml:3: model.layers.0: wants a section", NULL);
    refused("model:\n  layers:\n  - {cell: 4}\n", NULL,
            "my.yaml:3: model.layers.0: has no kind, allowed: lstm, gru, rnn or linear", NULL);
    refused("model:\n  layers:\n  - kind:\n", NULL, "my.yaml:3: model.layers.0.kind: no value",
            NULL);
    refused("model:\n  layers:\n  - {kind: lstn}\n", NULL,
            "my.yaml:3: model.layers.0.kind: 'lstn' is not known, allowed: lstm, gru, rnn or "
            "linear", NULL);
    refused("model:\n  layers:\n  - kind: [gru]\n", NULL, "model.layers.0.kind: wants one value",
            NULL);
    refused("model:\n  layers:\n  - kind: gru\n    cell: 3\n    cell: 3\n", NULL,
            "my.yaml:5: model.layers.0.cell: is given twice", NULL);
    refused("model:\n  layers:\n  - kind: gru\n    formats:\n      x: 3\n      x: 3\n", NULL,
            "my.yaml:6: model.layers.0.formats.x: is given twice", NULL);
    refused("model:\n  layers: [{kind: gru}]\n  layers: [{kind: gru}]\n", NULL,
            "my.yaml:3: model.layers: is given twice", NULL);
    refused("model:\n  layers:\n  - kind: gru\n    formats: 3\n", NULL,
            "my.yaml:4: model.layers.0.formats: wants a section", NULL);
    refused("model:\n  layers:\n  - kind: gru\n    ranges: {y: [3]}\n", NULL,
            "my.yaml:4: model.layers.0.ranges.y: wants one value, not a list", NULL);
    refused("model:\n  layers:\n  - &a {kind: gru, cell: 3}\n  - *a\n", NULL, "anchors and aliases",
            NULL);
    refused("model:\n  layers:\n  - {? [a] : 3}\n", NULL, "my.yaml:3: a key must be a word", NULL);
    refused("model:\n  layers:\n  - {kind: gru, formats: {x: \"3\\0\"}}\n", NULL, "zero byte",
            NULL);
}

/* A list of so many small layers. */
static void append_list(struct text *text, int count)
{
    text_append(text, "model:\n  layers:\n");
    for (int n = 0; n < count; n++)
        text_appendf(text, "  - {kind: gru, %scell: 4}\n", n == 0 ? "input: 3, " : "");
}

static void how_many(void **state)
{
    struct text text = {0};
    (void)state;
    append_list(&text, LAYERS_MOST);
    struct config config = taken(text_string(&text), "model.layers.31.cell=9");
    assert_int_equal(config.model.layer_count, 32);
    assert_int_equal(config.model.layers[31].cell, 9);
    config_free(&config);
    text_cut(&text, 0);
    append_list(&text, LAYERS_MOST + 1);
    refused(text_string(&text), NULL, "my.yaml:2: model.layers: has more than 32 entries", NULL);
    text_free(&text);
}

static void missing_sizes(void **state)
{
    (void)state;
    refused("model: {layers: [{kind: lstm, cell: 3}]}", NULL,
            "my.yaml:1: model.layers.0: the first layer needs input, 1..16384", NULL);
    refused("model: {layers: [{kind: lstm, input: 3}]}", NULL,
            "model.layers.0: a layer of kind lstm needs cell, 1..16384", NULL);
    refused("model:\n  layers:\n  - {kind: gru, input: 3, cell: 3}\n  - bias: true\n"
            "    kind: rnn\n", NULL,
            "my.yaml:5: model.layers.1: a layer of kind rnn needs cell", NULL);
    refused("model:\n  layers:\n  - {kind: gru, input: 3, cell: 3}\n  - {kind: linear}\n", NULL,
            "my.yaml:4: model.layers.1: a layer of kind linear needs output", NULL);
    refused("model: {layers: [{kind: lstm, input: 3, cell: 4, projection_bias: true}]}", NULL,
            "model.layers.0.projection_bias: there is no projection, whose size is output", NULL);
    struct config config = taken(
        "model: {layers: [{kind: lstm, input: 3, cell: 4, output: 2, projection_bias: true}]}",
        NULL);
    assert_true(config.model.layers[0].projection_bias);
    config_free(&config);
}

/* ---- --set ----------------------------------------------------------------------------------- */

static void sets(void **state)
{
    static char *const several[] = {"model.layers.1.cell=64", "model.layers.1.formats.Wzx=7",
                                    "model.layers.1.cell=65", "model.layers.2.ranges.y=4"};
    struct config config;
    struct error error;
    (void)state;
    assert_true(parse(&config, THREE, several, COUNT(several), &error));
    assert_int_equal(config.model.layers[1].cell, 65);
    assert_int_equal(config.model.layers[1].formats.Wzx, 7);
    assert_true(config.model.layers[2].ranges.y == 4.0);
    assert_int_equal(config.model.layers[0].cell, 1024);
    config_free(&config);
    config = taken(THREE, "model.layers.0.kind=lstm");
    config_free(&config);

    refused(THREE, "model.layers.3.cell=64", "--set: model.layers.3.cell: there are 3 layers, "
            "counted from 0", NULL);
    refused("model: {layers: [{kind: gru, input: 3, cell: 4}]}", "model.layers.1.cell=64",
            "there is 1 layer, counted from 0", NULL);
    refused(THREE, "model.layers.1.cells=64",
            "--set: unknown key 'model.layers.1.cells' (did you mean 'model.layers.1.cell'?)",
            NULL);
    static char *const names[] = {"model.layers.32.cell=64", "model.layers.01.cell=64",
                                  "model.layers.-1.cell=64", "model.layers.x.cell=64",
                                  "model.layers..cell=64",   "model.layers.1=64",
                                  "model.layers.=64",        "model.layers.99999999999.cell=64"};
    for (size_t n = 0; n < COUNT(names); n++)
        refused(THREE, names[n], "--set: unknown key 'model.layers.",
                ": a key of a layer is model.layers.N.KEY, N in 0..31", NULL);
    refused(THREE, "model.layers=[]", "--set: model.layers: is a list, which only a file gives",
            NULL);
}

/* Either the short form of one LSTM or a list. */
static void short_form(void **state)
{
    static const char *const keys[] = {"input: 3", "cell: 3", "output: 3", "peephole: true",
                                       "projection: true", "candidate: tanh"};
    (void)state;
    for (size_t n = 0; n < COUNT(keys); n++) {
        const bool projects = strcmp(keys[n], "projection: true") == 0;
        const int length = (int)strcspn(keys[n], ":");
        char text[120], set[60], message[120];
        snprintf(text, sizeof text, "model:\n  layers: [{kind: gru, input: 3, cell: 4}]\n  %s\n",
                 keys[n]);
        snprintf(set, sizeof set, "model.%.*s=%s", length, keys[n], keys[n] + length + 2);
        snprintf(message, sizeof message,
                 "model.%.*s: the model has a list of layers, where this is model.layers.N.%.*s, N "
                 "counted", length, keys[n], projects ? 6 : length, projects ? "output" : keys[n]);
        refused(text, NULL, "my.yaml:3: ", message, NULL);
        refused(THREE, set, "--set: ", message, NULL);
    }
    refused("pes: 4", "model.layers.0.cell=64",
            "--set: model.layers.0.cell: the model is no list of layers (a file gives one, in "
            "model.layers); of its one LSTM this is model.cell", NULL);
    refused("pes: 4", "model.layers.0.formats.c=4", "of its one LSTM this is model.formats.c",
            NULL);
    refused("pes: 4", "model.layers.0.bias=true", "(a file gives one, in model.layers)", NULL);
}

/* A list replaces the short form of a preset; the rest of the preset stays. */
static void over_a_preset(void **state)
{
    (void)state;
    struct config config =
        taken("base: tiny\nmodel: {layers: [{kind: rnn, input: 3, cell: 4}]}", NULL);
    struct config alone = taken("pes: 3\nchannels: 2\nfifo_depth: 4\nmodel: {density: 0.4, layers: "
                                "[{kind: rnn, input: 3, cell: 4}]}", NULL);
    assert_int_equal(config.pes, 3);
    assert_int_equal(config.model.input, 0);
    assert_int_equal(config.model.cell, 0);
    assert_int_equal(config.model.output, 0);
    same_layers(&config, &alone);
    assert_same(&config, &alone);
    config_free(&config);
    config_free(&alone);
    refused("base: tiny\nmodel: {cell: 4, layers: [{kind: rnn, input: 3, cell: 4}]}", NULL,
            "my.yaml:2: model.cell: the model has a list of layers", NULL);
}

/* Makes a home, a new `folder`, with a preset whose model is THREE. */
static void list_as_preset(char folder[static 32])
{
    char path[80], *fpga = realpath("fpga", NULL);
    strcpy(folder, "/tmp/test_config_layers.XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/fpga", folder);
    assert_int_equal(symlink(fpga, path), 0);
    snprintf(path, sizeof path, "%s/gen", folder);
    assert_int_equal(mkdir(path, 0777), 0);
    strcat(path, "/presets");
    assert_int_equal(mkdir(path, 0777), 0);
    strcat(path, "/three.yaml");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(THREE, file);
    fclose(file);
    free(fpga);
}

static void remove_home(const char *folder)
{
    static const char *const parts[] = {"/gen/presets/three.yaml", "/gen/presets", "/gen", "/fpga",
                                        ""};
    for (size_t n = 0; n < COUNT(parts); n++) {
        char path[80];
        snprintf(path, sizeof path, "%s%s", folder, parts[n]);
        assert_int_equal(remove(path), 0);
    }
}

/* A list replaces the whole list of a preset; the short form does not go over one. */
static void over_a_list(void **state)
{
    char folder[32], *home = duplicate(ese_home());
    (void)state;
    list_as_preset(folder);
    setenv("ESE_HOME", folder, 1);
    struct config config = taken("base: three", "model.layers.1.cell=7");
    assert_int_equal(config.model.layer_count, 3);
    assert_int_equal(config.model.layers[1].cell, 7);
    assert_int_equal(config.model.layers[1].reset, RESET_BEFORE);
    config_free(&config);
    static const char own[] =
        "model: {layers: [{kind: gru, input: 3, cell: 4}, {kind: gru, cell: 5}]}";
    char text[120];
    snprintf(text, sizeof text, "base: three\n%s", own);
    config = taken(text, NULL);
    struct config alone = taken(own, NULL);
    same_layers(&config, &alone);
    config_free(&config);
    config_free(&alone);
    refused(text, "model.layers.2.output=4", "there are 2 layers, counted from 0", NULL);
    refused("base: three\nmodel:\n  cell: 4\n", NULL,
            "my.yaml:3: model.cell: the model has a list of layers", NULL);
    setenv("ESE_HOME", home, 1);
    free(home);
    remove_home(folder);
}

/* ---- a model from a file --------------------------------------------------------------------- */

static void with_a_path(void **state)
{
    (void)state;
    struct config config =
        taken("model: {path: a.st, layers: [{kind: lstm}, {kind: linear}]}", NULL);
    assert_int_equal(config.model.layers[0].input, 0);
    assert_int_equal(config.model.layers[1].output, 0);
    assert_int_equal(config.model.pruning, PRUNING_NONE);
    there_and_back(&config);
    config_free(&config);

    /* Sizes beside the path are for whoever reads the file; those below it went with what it
     * replaces, as in the short form. */
    config = taken("model: {path: a.st, layers: [{kind: lstm, input: 3, cell: 4}]}", NULL);
    assert_int_equal(config.model.layers[0].input, 3);
    assert_int_equal(config.model.layers[0].cell, 4);
    there_and_back(&config);
    config_free(&config);
    config = taken("model: {layers: [{kind: lstm, input: 3, cell: 4, output: 2, peephole: true}]}",
                   "model.path=a.st");
    assert_int_equal(config.model.layers[0].input, 0);
    assert_int_equal(config.model.layers[0].cell, 0);
    assert_int_equal(config.model.layers[0].output, 0);
    assert_true(config.model.layers[0].peephole);
    config_free(&config);
    config = taken("base: speech-lstm\nmodel: {layers: [{kind: lstm, input: 3, cell: 4}]}", NULL);
    assert_non_null(config.model.path);
    assert_int_equal(config.model.layers[0].cell, 4);
    config_free(&config);
    config = taken("base: speech\nmodel: {layers: [{kind: gru, input: 3, cell: 4}]}", NULL);
    assert_int_equal(config.model.layer_count, 1); /* another list, not more of it */
    assert_int_equal(config.model.layers[0].kind, LAYER_GRU);
    config_free(&config);
    refused("base: speech\nmodel: {cell: 9}", NULL,
            "my.yaml:2: model.cell: the model has a list of layers", NULL);
    refused("model: {path: a.st, layers: [{kind: lstm}]}", "model.path=",
            "my.yaml:1: model.layers.0: the first layer needs input", NULL);
}

/* Formats and ranges of the model are there if one of its layers has them. */
static void of_the_model(void **state)
{
    (void)state;
    struct config config = taken(THREE, "model.formats.Wzx=5");
    assert_int_equal(config.model.formats.Wzx, 5);
    assert_int_equal(config.model.layers[1].formats.Wzx, FORMAT_AUTO);
    there_and_back(&config);
    config_free(&config);
    refused(THREE, "model.formats.Whx=5", "--set: model.formats.Whx: no layer of the model has it "
            "(only of kind rnn)", NULL);
    refused("model: {ranges: {kept: 3}}", NULL, "my.yaml:1: model.ranges.kept: no layer of the "
            "model has it (only of kind gru)", NULL);
    config = taken("model: {formats: {Wzx: auto}}", NULL);
    config_free(&config);
}

/* Layers are the model's: a chip that is there does not decide them. */
static void for_a_chip(void **state)
{
    char path[] = "/tmp/test_config_layers.XXXXXX";
    struct config chip = taken("pes: 4\nmemory: resident", NULL), config;
    struct error error;
    (void)state;
    const int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, THREE, sizeof THREE - 1), sizeof THREE - 1);
    close(file);
    assert_true(config_load_model(&config, &chip, path, NULL, 0, &error));
    assert_int_equal(config.pes, 4);
    assert_int_equal(config.model.layer_count, 3);
    for (int n = config_key_next(&config, -1); n >= 0; n = config_key_next(&config, n))
        if (key_at(n)->layer != NO_LAYER)
            assert_int_equal(key_at(n)->role, ROLE_MODEL);
    config_free(&config);
    config_free(&chip);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists),
        cmocka_unit_test(kinds_and_keys),
        cmocka_unit_test(sizes),
        cmocka_unit_test(wrong_keys),
        cmocka_unit_test(structure),
        cmocka_unit_test(how_many),
        cmocka_unit_test(missing_sizes),
        cmocka_unit_test(sets),
        cmocka_unit_test(short_form),
        cmocka_unit_test(over_a_preset),
        cmocka_unit_test(over_a_list),
        cmocka_unit_test(with_a_path),
        cmocka_unit_test(of_the_model),
        cmocka_unit_test(for_a_chip),
    };
    setenv("ESE_HOME", ".", 0); /* make runs the tests where the presets are */
    return cmocka_run_group_tests_name("config_layers", tests, NULL, NULL);
}
