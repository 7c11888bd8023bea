/* SPDX-License-Identifier: Apache-2.0
 * test_chip_texts.c - what a chip says of itself, in the head of its top and in its README, for any
 * list of layers: the module tree is that of the Verilog, and nothing is named that is not there. */
#include <ctype.h>
#include <math.h>
#include <sys/stat.h>

#include "gen/emit/emit.h"
#include "gen/report/report.h"
#include "gen/verify/instances.h"
#include "models/program/cycles.h"
#include "models/program/places.h"
#include "tests/unit/layers_testing.h"
#include "tests/unit/scratch.h"

static struct layer_config lstm(int cell, int output, bool peephole)
{
    struct layer_config layer = layer_of(SHAPE_LSTM, cell);
    layer.output = output;
    layer.peephole = peephole;
    return layer;
}

/* The chip of the layers lies in "chip" then. */
static void emit_layers(struct program *p, const struct layer_config *layers, int count,
                        enum memory_mode memory, enum io_mode io)
{
    struct config config = plain_config();
    struct error error = {""};
    struct output *output = output_new();
    struct text warnings = {0}, said = {0};
    config.memory = memory;
    config.io = io;
    config.memory_ports = 2;
    config.axi_data_bits = AXI_256;
    config.axi_address_bits = 40;
    config.model.layer_count = count;
    memcpy(config.model.layers, layers, (size_t)count * sizeof *layers);
    config.model.layers[0].input = 13;
    build(p, &config);
    report_add(output, p, p->cycles, &warnings, &said);
    text_free(&warnings);
    text_free(&said);
    if (!emit_chip(output, p, p->cycles, "gen test", &error) ||
        !output_write(output, "chip", &error))
        fail_msg("%s", error.text);
    output_free(output);
}

static struct text read_chip(const char *name)
{
    struct text path = {0}, text = {0};
    struct error error;
    text_appendf(&path, "chip/%s", name);
    assert_true(text_read_file(&text, text_string(&path), &error));
    text_free(&path);
    return text;
}

static void has(const struct text *text, const char *wanted)
{
    if (strstr(text_string(text), wanted) == NULL)
        fail_msg("no '%s' in:\n%s", wanted, text_string(text));
}

/* Not as a word of its own, but for what a shell reads. */
static void has_no_word(const struct text *text, const char *word)
{
    const char *const all = text_string(text);
    for (const char *at = all; (at = strstr(at, word)) != NULL; at++) {
        const char before = at > all ? at[-1] : ' ', behind = at[strlen(word)];
        if (!isalnum((unsigned char)before) && strchr("_-./`", before) == NULL &&
            !isalnum((unsigned char)behind) && strchr("_-.", behind) == NULL)
            fail_msg("'%s' in '%.60s'", word, at > all + 20 ? at - 20 : all);
    }
}

/* ---- the module tree ------------------------------------------------------------------------- */

enum { DEEP = 16, TREE_MOST = 100 };

struct tree {
    int count;
    char module[TREE_MOST][48], parent[TREE_MOST][48];
};

static struct tree read_tree(const struct text *top)
{
    struct tree tree = {0};
    char at[DEEP][48] = {"ese_top"};
    const char *line = strstr(text_string(top), "// Module tree\n");
    assert_non_null(line);
    for (line = strchr(line, '\n') + 1; strncmp(line, "//   ", 5) == 0;
         line = strchr(line, '\n') + 1) {
        const int depth = (int)(strspn(line + 2, " ") - 1) / 2;
        assert_true(depth >= 1 && depth < DEEP && tree.count < TREE_MOST);
        const char *name = line + 2 + strspn(line + 2, " ");
        snprintf(at[depth], sizeof at[0], "%.*s", (int)strcspn(name, " \n"), name);
        snprintf(tree.module[tree.count], sizeof at[0], "%s", at[depth]);
        snprintf(tree.parent[tree.count++], sizeof at[0], "%s", at[depth - 1]);
    }
    return tree;
}

/* The instance that it lies in. */
static const struct instance *outer(const struct instances *all, int n)
{
    int around = n - 1;
    while (!instance_is_within(all->list[n].path, all->list[around].path))
        around--;
    return &all->list[around];
}

static bool is_in_chip(const struct instances *all, const char *module, const char *parent)
{
    for (int n = 1; n < all->count; n++)
        if (strcmp(all->list[n].module, module) == 0 &&
            strcmp(outer(all, n)->module, parent) == 0)
            return true;
    return false;
}

/* A module of the datapath, which the tree names; small parts of everything (util) it need not. */
static bool is_named(const char *module)
{
    static const char *const rooms[] = {"core", "array", "element"};
    for (size_t n = 0; n < COUNT(rooms); n++) {
        char path[96];
        struct stat unused;
        snprintf(path, sizeof path, "%s/templates/%s/%s.v", getenv("ESE_HOME"), rooms[n], module);
        if (stat(path, &unused) == 0)
            return true;
    }
    return false;
}

static void must_be_the_tree(void)
{
    struct text top = read_chip("rtl/ese_top.v");
    const struct tree tree = read_tree(&top);
    struct instances all;
    struct error error = {""};
    if (!instances_read(&all, "chip", &error))
        fail_msg("%s", error.text);
    for (int n = 0; n < tree.count; n++)
        if (!is_in_chip(&all, tree.module[n], tree.parent[n]))
            fail_msg("there is no %s in %s", tree.module[n], tree.parent[n]);
    for (int n = 2; n < all.count; n++) {
        bool found = !is_named(all.list[n].module);
        for (int row = 0; row < tree.count; row++)
            found |= strcmp(tree.module[row], all.list[n].module) == 0;
        if (!found)
            fail_msg("the tree has no %s", all.list[n].module);
    }
    instances_free(&all);
    text_free(&top);
}

static void test_tree(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 17);
    for (int round = 0; round < 12; round++) {
        struct layer_config layers[3];
        const int count = random_int(&random, 1, 3);
        struct program p;
        for (int n = 0; n < count; n++) {
            static const enum layer_shape shapes[] = {SHAPE_LSTM, SHAPE_PROJECTION, SHAPE_COUPLED,
                                                      SHAPE_RNN, SHAPE_LINEAR};
            layers[n] = layer_of(shapes[random_int(&random, 0, COUNT(shapes) - 1)],
                                 random_int(&random, 1, 20));
            if (layers[n].kind == LAYER_LINEAR)
                layers[n].activation = (enum activation)random_int(&random, 0, ACTIVATION_TANH);
            if (layers[n].kind == LAYER_RNN)
                layers[n].nonlinearity = (enum nonlinearity)random_int(&random, 0, 1);
        }
        emit_layers(&p, layers, count, (enum memory_mode)(round % 3),
                    round % 3 != MEMORY_ROM && round % 2 == 0 ? IO_MEMORY : IO_STREAM);
        must_be_the_tree();
        program_free(&p);
        scratch_clean(NULL);
    }
}

/* ---- words ----------------------------------------------------------------------------------- */

/* One LSTM has the paper's. */
static void test_lstm(void **state)
{
    (void)state;
    const struct layer_config one = lstm(20, 9, true);
    struct program p;
    emit_layers(&p, &one, 1, MEMORY_ROM, IO_STREAM);
    struct text readme = read_chip("README.md"), top = read_chip("rtl/ese_top.v");
    has(&readme, "# test: a sparse LSTM accelerator in Verilog\n");
    has(&readme, "| network | x 13, c 20, y 9; peepholes, projection, g = tanh |\n");
    has(&readme, "this frame begins an utterance: c and y of the frame before count as zero |");
    has(&readme, "\n| m | 16 | 15 | +-1 |\n");
    has(&readme, "3 element of y or m, 4 queue full");
    has(&readme, "`mem/sigmoid.mem`, `mem/tanh.mem` | the tables |");
    has(&readme, "# every y and c against the integer model");
    has(&top, "// ese_top - sparse LSTM accelerator 'test', generated");
    has(&top, "each; x has 13, c 20, y 9 elements.\n");
    text_free(&readme);
    text_free(&top);
    program_free(&p);
}

static void has_formats(const struct text *readme, const struct program *p)
{
    for (int v = 0; v < p->network.vector_count; v++) {
        const struct network_vector *vector = &p->network.vectors[v];
        char row[96];
        if (vector->value == VALUE_Z || (v != network_output(&p->network) &&
                                         vector->value == VALUE_GATE))
            continue;
        snprintf(row, sizeof row, "\n| %s | 16 | %d | +-%.6g |\n", vector->name,
                 p->quant.vectors[v].fraction, ldexp(1.0, 15 - p->quant.vectors[v].fraction));
        has(readme, row);
    }
}

/* Layers with numbers of their own. */
static void test_stack(void **state)
{
    (void)state;
    const struct layer_config layers[] = {lstm(20, 9, true), lstm(16, 0, false),
                                          layer_of(SHAPE_RNN, 12), layer_of(SHAPE_LINEAR, 5)};
    struct program p;
    emit_layers(&p, layers, COUNT(layers), MEMORY_RESIDENT, IO_STREAM);
    struct text readme = read_chip("README.md"), top = read_chip("rtl/ese_top.v");
    has_no_word(&readme, "LSTM");
    has(&readme, "| network | x 13, y 5; 4 layers: see below |\n");
    has(&readme, "\n| 0 | lstm 13 -> 20 -> 9, peepholes | 0.y ");
    has(&readme, "\n| 1 | lstm 9 -> 16 | 1.y ");
    has(&readme, "\n| 2 | rnn 16 -> 12, tanh | 2.y 15 |\n");
    has(&readme, "\n| 3 | linear 12 -> 5 | 3.y ");
    has(&readme, " y, which leaves the chip, is `3.y`.\n");
    has(&readme, "a channel keeps 0.c, 1.c, 0.y, 1.y and 2.y: that is its state.\n");
    has(&readme, "begins an utterance: the states of the frame before count as zero |");
    has(&readme, "3 element of a vector, 4 queue full");
    has_formats(&readme, &p);
    has(&top, "sparse accelerator of a network of layers 'test', generated");
    has(&top, "\n//   0  lstm 13 -> 20 -> 9, peepholes: 0.y ");
    has(&top, "\n//   2  rnn 16 -> 12, tanh: 2.y 15\n");
    text_free(&readme);
    text_free(&top);
    program_free(&p);
}

/* Without cells there is no c, no gate and no m; without functions no table. */
static void test_no_cells(void **state)
{
    (void)state;
    struct layer_config layers[] = {layer_of(SHAPE_RNN, 12), layer_of(SHAPE_LINEAR, 5)};
    static const char *const words[] = {"c", "m", "c'", "gates", "peephole", "LSTM", "cells"};
    for (int relu = 0; relu < 2; relu++) {
        struct program p;
        struct stat unused;
        layers[0].nonlinearity = relu ? NONLINEARITY_RELU : NONLINEARITY_TANH;
        emit_layers(&p, layers, COUNT(layers), MEMORY_ROM, IO_STREAM);
        struct text readme = read_chip("README.md"), report = read_chip("report.txt");
        for (size_t n = 0; n < COUNT(words); n++)
            has_no_word(&readme, words[n]);
        has(&readme, "a channel keeps 0.y: that is its state.\n");
        has(&readme, "begins an utterance: 0.y of the frame before counts as zero |");
        has(&readme, "# every y against the integer model");
        has(&report, "  none element-wise, as there are no cells.\n");
        assert_true((strstr(text_string(&readme), "`mem/tanh.mem` | the table |") != NULL) == !relu);
        assert_true((strstr(text_string(&report), "\nSigmoid and Tanh\n") != NULL) == !relu);
        assert_int_equal(stat("chip/mem/tanh.mem", &unused), relu ? -1 : 0);
        assert_int_equal(stat("chip/mem/sigmoid.mem", &unused), -1);
        text_free(&readme);
        text_free(&report);
        program_free(&p);
        scratch_clean(NULL);
    }
}

static void test_no_state(void **state)
{
    (void)state;
    const struct layer_config one = layer_of(SHAPE_LINEAR, 5);
    struct program p;
    emit_layers(&p, &one, 1, MEMORY_ROM, IO_STREAM);
    struct text readme = read_chip("README.md");
    has(&readme, "No layer has a state: each frame stands for itself.\n");
    has(&readme, "begins an utterance: which means nothing here: no layer has a state |");
    assert_null(strstr(text_string(&readme), "one after the other"));
    text_free(&readme);
    program_free(&p);
    emit_layers(&p, &one, 1, MEMORY_STREAM, IO_MEMORY);
    readme = read_chip("README.md");
    has(&readme, "\nThere is no state: a descriptor that restores or saves one moves nothing.\n");
    assert_null(strstr(text_string(&readme), "saved state is"));
    assert_null(strstr(text_string(&readme), "The state goes on"));
    text_free(&readme);
    program_free(&p);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_teardown(function, scratch_clean)
    const struct CMUnitTest tests[] = {
        TEST(test_tree), TEST(test_lstm), TEST(test_stack), TEST(test_no_cells), TEST(test_no_state),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
