/* SPDX-License-Identifier: Apache-2.0 */
#include "model_testing.h"

#include <math.h>

#include "gen/emit/emit.h"
#include "gen/report/chart.h"
#include "gen/report/facts.h"
#include "gen/report/layers.h"
#include "gen/sweep/columns.h"
#include "models/program/chip_can.h"

/* Reports on networks of layers, and which networks there is no chip for. */

static const double LITTLE_WORK = 1e5; /* two frames of anything but the smallest networks */

static struct layer_config layer(enum layer_kind kind, int cell, int output)
{
    struct layer_config l = layer_default(kind);
    l.cell = cell;
    l.output = output;
    return l;
}

/* An LSTM with everything, a GRU and a linear layer. */
static struct config three_layers(void)
{
    struct config c = plain_config();
    c.model.layer_count = 3;
    c.model.layers[0] = layer(LAYER_LSTM, 40, 24);
    c.model.layers[0].input = 13;
    c.model.layers[0].peephole = true;
    c.model.layers[1] = layer(LAYER_GRU, 32, 0);
    c.model.layers[2] = layer(LAYER_LINEAR, 0, 10);
    c.model.layers[2].activation = ACTIVATION_RELU;
    return c;
}

struct built {
    struct program program;
    struct facts facts;
    struct text text;
    json_t *json;
};

static void report_on(struct built *b)
{
    facts_gather(&b->facts, &b->program, b->program.cycles, LITTLE_WORK);
    facts_text(&b->text, &b->facts, true);
    b->json = facts_json(&b->facts);
}

static void prepare(struct built *b, const struct config *config)
{
    *b = (struct built){0};
    build(&b->program, config);
    report_on(b);
}

/* Of a network that begins with a state, which its chip cannot be given. */
static void prepare_without_chip(struct built *b, const struct config *config)
{
    *b = (struct built){0};
    build(&b->program, config);
    struct network_vector *c =
        &b->program.network.vectors[vector_named(&b->program.network, "0.c")];
    c->initial = allocate((size_t)c->size, sizeof *c->initial);
    c->initial[0] = 0.25f;
    report_on(b);
}

static void drop(struct built *b)
{
    json_decref(b->json);
    text_free(&b->text);
    facts_free(&b->facts);
    program_free(&b->program);
}

static const json_t *member(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    if (value == NULL)
        fail_msg("no %s", name);
    return value;
}

static int64_t whole(const json_t *object, const char *name)
{
    assert_true(json_is_integer(member(object, name)));
    return json_integer_value(member(object, name));
}

/* What the PEs do adds up to all of their clocks, in the report's own numbers. */
static void must_add_up(const struct built *b)
{
    const json_t *clocks = member(member(b->json, "lost"), "pe_clocks");
    const int64_t all = whole(b->json, "cycles_per_frame") * b->program.d.pes;
    int64_t sum = 0;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)clocks, key, value) {
        sum += json_integer_value(value);
    }
    if (sum != all)
        fail_msg("%lld of %lld PE clocks: %s", (long long)sum, (long long)all,
                 config_line(&b->program.config));
    assert_int_equal(whole(clocks, "nonzeros"), b->program.true_nonzeros);
    assert_int_equal(all - whole(clocks, "nonzeros") - whole(clocks, "fillers") -
                         whole(clocks, "nulls") - whole(clocks, "rest"),
                     b->facts.idle_slots);
}

static void must_have(const struct built *b, const char *line)
{
    if (strstr(text_string(&b->text), line) == NULL)
        fail_msg("no '%s' in:\n%s", line, text_string(&b->text));
}

/* ---- one report ---- */

/* An LSTM without projection writes m, which the next layer reads: it is judged as any y is, and the
 * states of the paper's Figure 4 are told by what is a layer's x. */
static void test_two_lstms(void **state)
{
    (void)state;
    struct config config = plain_config();
    struct built b;
    config.model.layer_count = 2;
    config.model.layers[0] = config.model.layers[1] = layer(LAYER_LSTM, 24, 0);
    config.model.layers[0].input = 13;
    prepare(&b, &config);
    for (int n = 0; n < b.facts.quality.tensor_count; n++)
        if (!b.facts.quality.tensors[n].compared)
            fail_msg("%s is not compared", b.facts.quality.tensors[n].name);
    for (int n = 0; n < b.program.product_count; n++) {
        const struct product *product = &b.program.products[n];
        if (strncmp(product->name + 2, "Wix", 3) == 0)
            assert_string_equal(product->state, "STATE_1");
        if (strncmp(product->name + 2, "Wor", 3) == 0)
            assert_string_equal(product->state, "STATE_4");
    }
    drop(&b);
}

static void test_layers_json(void **state)
{
    (void)state;
    static const char *const kinds[] = {"lstm", "gru", "linear"};
    struct config config = three_layers();
    struct built b;
    int64_t cycles = 0, nonzeros = 0, weights = 0;
    double share = 0.0;
    prepare(&b, &config);
    const json_t *layers = member(b.json, "layers");
    assert_int_equal(json_array_size(layers), 3);
    for (size_t n = 0; n < 3; n++) {
        const json_t *l = json_array_get(layers, n);
        const json_t *written = json_array_get(member(l, "vectors"), 0);
        assert_int_equal(whole(l, "layer"), n);
        assert_string_equal(json_string_value(member(l, "kind")), kinds[n]);
        cycles += whole(l, "cycles");
        nonzeros += whole(l, "nonzeros");
        weights += whole(l, "weights");
        share += json_number_value(member(l, "share"));
        for (size_t v = 0; !json_is_true(member(written, "written")); v++)
            written = json_array_get(member(l, "vectors"), v + 1);
        assert_true(json_number_value(member(written, "snr_db")) > 30.0);
        assert_int_equal(whole(written, "bits"), 16);
    }
    assert_int_equal(cycles, b.program.cycles_per_frame);
    assert_int_equal(nonzeros, b.program.true_nonzeros);
    assert_int_equal(weights, b.facts.dense_weights);
    assert_true(fabs(share - 1.0) < 1e-9);
    must_add_up(&b);
    drop(&b);
}

static const json_t *memory_that_holds(const struct built *b, const char *holds)
{
    const json_t *list = member(b->json, "memories");
    for (size_t n = 0; n < json_array_size(list); n++)
        if (strcmp(json_string_value(member(json_array_get(list, n), "holds")), holds) == 0)
            return json_array_get(list, n);
    return NULL;
}

static void test_layers_text(void **state)
{
    (void)state;
    struct config config = three_layers();
    struct built b;
    prepare(&b, &config);
    must_have(&b, "  network        x 13, y 10; 3 layers\n");
    must_have(&b, "  0     lstm 13 -> 40 -> 24, peepholes ");
    must_have(&b, "  1     gru 24 -> 32, reset after ");
    must_have(&b, "  2     linear 32 -> 10, relu ");
    must_have(&b, "         writes 0.y 16.");
    must_have(&b, "; keeps 1.kept 16.");
    must_have(&b, "\nWhere the cycles go\n");
    must_have(&b, "  SpMV, by layer ");
    must_have(&b, "  layer 1  1.Wzx[0] ");
    assert_non_null(memory_that_holds(&b, "c, h"));
    assert_non_null(memory_that_holds(&b, "i, r"));
    assert_non_null(memory_that_holds(&b, "f, z"));
    assert_non_null(memory_that_holds(&b, "hidden sums"));
    drop(&b);
    prepare_without_chip(&b, &config);
    must_have(&b, "\nMemory and resources: not known, as there is no such chip: layer 0: utterances "
                  "begin with an initial state");
    must_have(&b, "  SpMV, by layer ");
    assert_null(strstr(text_string(&b.text), "DSP"));
    drop(&b);
}

/* One LSTM has its own text, and both parts in JSON. */
static void test_one_lstm(void **state)
{
    (void)state;
    struct config config = plain_config();
    struct built b;
    prepare(&b, &config);
    must_have(&b, "a sparse LSTM accelerator");
    must_have(&b, "\nResources, by formula");
    assert_null(strstr(text_string(&b.text), "Where the cycles go"));
    assert_null(strstr(text_string(&b.text), "\nLayers\n"));
    assert_int_equal(json_array_size(member(b.json, "layers")), 1);
    assert_true(json_is_object(member(b.json, "device")));
    must_add_up(&b);
    drop(&b);
}

/* ---- reports on chips of several layers ---- */

static const json_t *vector_of(const struct built *b, size_t layer, const char *name)
{
    const json_t *list = member(json_array_get(member(b->json, "layers"), layer), "vectors");
    for (size_t n = 0; n < json_array_size(list); n++)
        if (strcmp(json_string_value(member(json_array_get(list, n), "name")), name) == 0)
            return json_array_get(list, n);
    fail_msg("layer %zu has no %s", layer, name);
    return NULL;
}

/* As the layers have them, not the extremes that the chip is made for. */
static void must_have_formats(const struct built *b)
{
    const struct program *p = &b->program;
    for (int v = 0; v < p->network.vector_count; v++) {
        const struct network_vector *vector = &p->network.vectors[v];
        if (vector->value != VALUE_C && vector->value != VALUE_Y && vector->value != VALUE_M)
            continue;
        const json_t *said = vector_of(b, (size_t)vector->layer, vector->name);
        assert_int_equal(whole(said, "fraction"), p->quant.vectors[v].fraction);
        assert_true(json_is_true(member(said, "state")) == vector->kept);
    }
    for (int i = 0; i < p->network.pass_count; i++) {
        const struct network_pass *pass = &p->network.passes[i];
        const json_t *of = json_array_get(member(b->json, "layers"), (size_t)pass->layer);
        const bool projects = pass->sums == NONE &&
                              p->network.layers[pass->layer].as.kind == LAYER_LSTM;
        assert_int_equal(whole(member(of, projects ? "project" : "sum"), "fraction"),
                         p->quant.passes[i].sum);
    }
}

/* Two LSTMs whose cells have formats of their own, an RNN and a linear layer. */
static void test_stack(void **state)
{
    (void)state;
    static const char *const filled[] = {"dsp", "bram36", "lut", "fits", "image_bytes",
                                         "operations_per_dsp_cycle"};
    static const char *const of_lstm[] = {"gate_fold", "y_fold"};
    struct config config = plain_config();
    struct built b;
    config.model.layer_count = 4;
    config.model.layers[0] = layer(LAYER_LSTM, 40, 24);
    config.model.layers[0].input = 13;
    config.model.layers[0].formats.c = 11;
    config.model.layers[1] = layer(LAYER_LSTM, 16, 0);
    config.model.layers[1].formats.c = 9;
    config.model.layers[2] = layer(LAYER_RNN, 20, 0);
    config.model.layers[3] = layer(LAYER_LINEAR, 0, 10);
    prepare(&b, &config);
    must_have(&b, "test: a sparse accelerator of a network of layers (ese ");
    must_have(&b, "  1     lstm 24 -> 16 ");
    must_have(&b, "\nWhere the cycles go\n");
    must_have(&b, "  0.c                                        16 bits, 11 of them fraction\n");
    must_have(&b, "  1.c                                        16 bits,  9 of them fraction\n");
    must_have(&b, "  accumulator + bias of layer 2 ");
    must_have(&b, "\n  H buffer       kept, two banks ");
    must_have(&b, "\n  H buffer       other vectors ");
    must_have(&b, "\n  ElemMul        c ");
    must_have(&b, "  an element is not computed yet\n");
    assert_int_equal(whole(memory_that_holds(&b, "kept, two banks"), "words"),
                     (int64_t)2 << b.program.d.kept_word_bits);
    must_have_formats(&b);
    assert_true(json_is_null(member(member(b.json, "network"), "cell")));
    assert_true(json_is_null(member(member(b.json, "formats"), "c")));
    for (size_t n = 0; n < COUNT(filled); n++)
        assert_true(!isnan(column_value(column_find(filled[n]), b.json)));
    for (size_t n = 0; n < COUNT(of_lstm); n++)
        assert_true(isnan(column_value(column_find(of_lstm[n]), b.json)));
    for (int m = 0; m < b.program.network.matrix_count; m++) {
        const json_t *matrix = json_array_get(member(b.json, "matrices"), (size_t)m);
        const int group = b.program.network.passes[b.program.network.matrices[m].pass].group;
        assert_int_equal(whole(matrix, "fold"), b.program.geometry.folds[group]);
    }
    must_add_up(&b);
    drop(&b);
}

/* No cell: no memory, multiplier or text of one. */
static void test_no_cells(void **state)
{
    (void)state;
    struct config config = plain_config();
    struct built b;
    config.model.layer_count = 2;
    config.model.layers[0] = layer(LAYER_RNN, 20, 0);
    config.model.layers[0].input = 13;
    config.model.layers[0].nonlinearity = NONLINEARITY_RELU;
    config.model.layers[1] = layer(LAYER_LINEAR, 0, 10);
    prepare(&b, &config);
    assert_null(memory_that_holds(&b, "c"));
    assert_null(memory_that_holds(&b, "i"));
    assert_null(memory_that_holds(&b, "table"));
    assert_non_null(memory_that_holds(&b, "kept, two banks"));
    assert_int_equal(whole(member(b.json, "resources"), "dsp_elem"), 0);
    assert_true(json_is_null(member(member(b.json, "tables"), "sigmoid")));
    assert_true(json_is_null(member(member(b.json, "tables"), "tanh")));
    assert_null(strstr(text_string(&b.text), "tanh(c)"));
    assert_null(strstr(text_string(&b.text), "peephole"));
    must_have(&b, "  accumulator + bias of layer 0 ");
    drop(&b);
}

/* Of what nobody knows JSON has null, and a sweep's row nothing. */
static void test_not_known(void **state)
{
    (void)state;
    static const char *const unknown[] = {"dsp", "bram36", "lut", "fits", "ends_first", "y_fold",
                                          "image_bytes", "frame_bytes", "operations_per_dsp_cycle"};
    struct config config = three_layers();
    struct built b;
    prepare_without_chip(&b, &config);
    for (size_t n = 0; n < COUNT(unknown); n++) {
        const struct result_column *column = column_find(unknown[n]);
        struct text field = {0};
        column_write(column, b.json, &field);
        assert_string_equal(text_string(&field), "");
        assert_true(isnan(column_value(column, b.json)));
        text_free(&field);
    }
    assert_true(column_value(column_find("cycles"), b.json) == (double)b.program.cycles_per_frame);
    assert_true(json_is_null(member(b.json, "memories")));
    drop(&b);
}

/* ---- where the cycles go ---- */

static void test_any_adds_up(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 16);
    for (int round = 0; round < 60; round++) {
        struct config config = random_config(&random);
        struct built b;
        if (round % 2 == 0) {
            const struct config three = three_layers();
            config.model.layer_count = 3;
            memcpy(config.model.layers, three.model.layers, sizeof three.model.layers);
        }
        prepare(&b, &config);
        must_add_up(&b);
        drop(&b);
    }
}

/* A linear layer behind a cell of one row block: nothing can be listed before it. */
static void test_uncovered(void **state)
{
    (void)state;
    struct config config = plain_config();
    struct built b;
    config.fold = FOLD_1;
    config.model.layer_count = 2;
    config.model.layers[0] = layer(LAYER_LSTM, 64, 0);
    config.model.layers[0].input = 64;
    config.model.layers[1] = layer(LAYER_LINEAR, 0, 64);
    config.model.density = 1.0;
    prepare(&b, &config);
    const json_t *list = member(member(b.json, "lost"), "uncovered_products");
    const json_t *first = json_array_get(list, 0);
    const double expected = lost_uncovered(&b.program);
    double lost = 0.0;
    for (size_t n = 0; n < json_array_size(list); n++)
        lost += json_number_value(member(json_array_get(list, n), "cycles"));
    assert_string_equal(json_string_value(member(first, "product")), "1.W[0]");
    assert_string_equal(json_string_value(member(first, "waits_for")), "0.y");
    assert_true(lost > expected - 4.0 && lost < expected + 4.0);
    assert_true(b.program.cycles_per_frame >= lost_bound(&b.program));
    assert_true((double)b.program.cycles_per_frame <
                (double)lost_bound(&b.program) + lost + 0.01 * (double)b.facts.limit_cycles);
    drop(&b);
}

/* A chart of many layers has two rows a layer, in their order. */
static void test_many_layers(void **state)
{
    (void)state;
    struct config config = three_layers();
    struct built b;
    config.model.layer_count = 13;
    for (int n = 1; n < 13; n++)
        config.model.layers[n] = layer(LAYER_GRU, 12, 0);
    prepare(&b, &config);
    assert_int_equal(chart_rows(&b.program), CHART_LAYERS);
    must_have(&b, "a row for all of a layer\n");
    must_have(&b, "\n  layer 12 passes ");
    const char *two = strstr(text_string(&b.text), "\n  layer 2  products ");
    const char *ten = strstr(text_string(&b.text), "\n  layer 10 products ");
    assert_true(two != NULL && ten != NULL && two < ten);
    must_add_up(&b);
    drop(&b);
}

/* ---- what is refused ---- */

/* What only the network itself tells, and whoever writes a chip. */
static void test_initial_state(void **state)
{
    (void)state;
    struct config config = plain_config();
    struct program program;
    struct error error = {""};
    build(&program, &config);
    struct network_vector *c = &program.network.vectors[vector_named(&program.network, "c")];
    c->initial = allocate((size_t)c->size, sizeof *c->initial);
    assert_true(chip_can(&program.network, &program.config, &error));
    c->initial[c->size - 1] = 0.5f;
    assert_false(chip_can(&program.network, &program.config, &error));
    assert_non_null(strstr(error.text, "layer 0: utterances begin with an initial state of the model's"));
    config.memory = MEMORY_STREAM;
    assert_false(chip_can(&program.network, &config, &error));
    config.io = IO_MEMORY; /* where a host restores it */
    assert_true(chip_can(&program.network, &config, &error));
    struct output *output = output_new();
    assert_false(emit_chip(output, &program, program.cycles, "gen test", &error));
    assert_false(emit_model(output, &program, "model test", &error));
    output_free(output);
    program_free(&program);
}

static void test_backward(void **state)
{
    (void)state;
    struct config config = three_layers();
    struct program program;
    struct error error = {""};
    config.model.layers[1].direction = DIRECTION_BOTH;
    assert_false(program_build(&program, &config, &error));
    assert_non_null(strstr(error.text, "layer 1 goes backward, over whole utterances: that takes a chip with x and y "
                           "in memory (memory: resident or stream, io: memory)"));
    program_free(&program);
    config.memory = MEMORY_STREAM; /* but x and y on streams */
    assert_false(program_build(&program, &config, &error));
    program_free(&program);
    config.io = IO_MEMORY;
    assert_true(program_build(&program, &config, &error));
    assert_int_equal(program.part_count, 4);
    program_free(&program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_lstms),
        cmocka_unit_test(test_layers_json), cmocka_unit_test(test_layers_text),
        cmocka_unit_test(test_one_lstm),    cmocka_unit_test(test_stack),
        cmocka_unit_test(test_no_cells),    cmocka_unit_test(test_not_known),
        cmocka_unit_test(test_any_adds_up), cmocka_unit_test(test_uncovered),
        cmocka_unit_test(test_many_layers),
        cmocka_unit_test(test_initial_state), cmocka_unit_test(test_backward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
