/* SPDX-License-Identifier: Apache-2.0
 * test_source_onnx_axes.c - which axis of an ONNX tensor is that of time behind a Reshape, which frames the
 * graph takes of a layer, and what is no chain: other graphs, copies of layers, numbers that are cut. */
#include <math.h>

#include "tests/unit/onnx_testing.h"

static bool says(char *const *lines, int count, const char *what)
{
    for (int i = 0; i < count; i++)
        if (strstr(lines[i], what) != NULL)
            return true;
    return false;
}

/* The model becomes so many chains. */
static void expect_chains(Onnx__ModelProto *m, int count)
{
    struct source s = must_read(m);
    if (s.chain_count != count)
        fail_msg("%d chains, expected %d", s.chain_count, count);
    source_free(&s);
}

/* Of X, [T, B, features]: 0 is not known. */
static void declare(Onnx__ModelProto *m, int64_t time, int64_t batch)
{
    const int64_t sizes[] = {time, batch};
    for (int i = 0; i < 2; i++) {
        Onnx__TensorShapeProto__Dimension *dim = m->graph->input[0]->type->tensor_type->shape->dim[i];
        if (dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM)
            free(dim->dim_param);
        dim->value_case = sizes[i] > 0 ? ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
                                       : ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE__NOT_SET;
        dim->dim_value = sizes[i];
    }
}

/* lstm_stack with an operator on what is between the layers, [T, B, 5]. */
static Onnx__ModelProto *with_between(const char *type, const char *operand)
{
    Onnx__ModelProto *m = model_of("lstm_stack");
    const char *inputs[] = {node_of(m, "Squeeze")->output[0], operand};
    add_node(m, type, inputs, operand != NULL ? 2 : 1, "between");
    set_text(&nth_node(m, "LSTM", 1)->input[0], "between");
    return m;
}

/* One frame in a call, several side by side, and nothing that goes on: frames may be on the axis of the batch. */
static void one_frame_a_call(void **state)
{
    static const struct {
        int64_t time, batch;
        bool said;
    } all[] = {{1, 0, true}, {1, 9, true}, {1, 1, false}, {0, 0, false}, {7, 0, false}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        Onnx__ModelProto *m = model_of("lstm_stack");
        declare(m, all[i].time, all[i].batch);
        set_text(&nth_node(m, "LSTM", 0)->input[5], "");
        set_text(&nth_node(m, "LSTM", 0)->input[6], "");
        struct source s = must_read(m);
        bool said = false;
        for (int k = 0; k < s.chains[0].assumed_count; k++)
            said = said || strstr(s.chains[0].assumed[k], "its graph has one frame in a call") != NULL;
        assert_int_equal(said, all[i].said);
        source_free(&s);
    }
}

/* ---- Reshape --------------------------------------------------------------------------------- */

static void reshapes(void **state)
{
    (void)state;
    static const struct {
        int64_t time, batch, shape[3];
        int chains;
    } all[] = {
        {0, 1, {0, 0, -1}, 1},  {0, 0, {0, 0, 5}, 1},   {0, 1, {-1, 1, 5}, 1}, {0, 1, {1, -1, 5}, 2},
        {0, 0, {1, -1, 5}, 2},  {7, 1, {7, 1, 5}, 1},   {7, 1, {1, 7, 5}, 2},  {0, 1, {7, 1, 5}, 1},
        {0, 1, {1, 7, 5}, 2},   {7, 2, {7, 2, 5}, 1},   {7, 2, {2, 7, 5}, 2},  {7, 2, {7, -1, 5}, 1},
        {7, 2, {-1, 2, 5}, 1},  {7, 2, {-1, 7, 5}, 2},  {7, 2, {2, -1, 5}, 2}, {7, 2, {14, 1, 5}, 1},
        {7, 2, {1, 14, 5}, 2},  {0, 0, {-1, 3, 5}, 2},  {0, 3, {-1, 3, 5}, 1}, {1, 1, {1, 1, 5}, 1},
        {1, 4, {1, -1, 5}, 1},  {1, 4, {-1, 1, 5}, 2},  {0, 0, {0, 1, 5}, 1},  {0, 0, {1, 0, 5}, 2},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        Onnx__ModelProto *m = with_between("Reshape", "shape");
        struct source s;
        declare(m, all[i].time, all[i].batch);
        add_ints(m, "shape", all[i].shape, 3);
        s = must_read(m);
        if (s.chain_count != all[i].chains)
            fail_msg("case %zu: %d chains", i, s.chain_count);
        source_free(&s);
    }
}

/* Reshape(y, Concat(Shape(y)[a], Shape(y)[b], 5)): sizes that change places are no Transpose. */
static Onnx__ModelProto *with_copied_sizes(int64_t a, int64_t b)
{
    Onnx__ModelProto *m = with_between("Reshape", "sizes");
    const char *y = node_of(m, "Squeeze")->output[0];
    add_node(m, "Shape", &y, 1, "whole");
    add_node(m, "Gather", (const char *[]){"whole", "a"}, 2, "first");
    add_node(m, "Gather", (const char *[]){"whole", "b"}, 2, "second");
    Onnx__AttributeProto *axis =
        add_attribute(add_node(m, "Concat", (const char *[]){"first", "second", "five"}, 3, "sizes"),
                      "axis");
    axis->has_i = true;
    axis->i = 0;
    add_ints(m, "a", &a, 1);
    add_ints(m, "b", &b, 1);
    add_ints(m, "five", &(int64_t){5}, 1);
    return m;
}

static void copied_sizes(void **state)
{
    (void)state;
    expect_chains(with_copied_sizes(0, 1), 1);
    expect_chains(with_copied_sizes(1, 0), 2);
    Onnx__ModelProto *m = with_copied_sizes(1, 0); /* nor together with one */
    Onnx__AttributeProto *perm =
        add_attribute(add_node(m, "Transpose", (const char *[]){"between"}, 1, "turned"), "perm");
    perm->n_ints = 3;
    perm->ints = malloc(3 * sizeof *perm->ints);
    memcpy(perm->ints, (const int64_t[]){1, 0, 2}, 3 * sizeof *perm->ints);
    set_text(&nth_node(m, "LSTM", 1)->input[0], "turned");
    declare(m, 0, 0);
    expect_chains(m, 2);
}

/* Of a linear layer either axis may be that of time, but not one that a Reshape has made. */
static void behind_products(void **state)
{
    (void)state;
    static const int64_t shapes[][3] = {{0, 0, 5}, {1, -1, 5}, {-1, 1, 5}};
    static const float w[30] = {1.0f};
    for (int i = 0; i < 4; i++) {
        Onnx__ModelProto *m = model_of("lstm_stack");
        Onnx__NodeProto *first = node_of(m, "LSTM");
        set_text(&first->op_type, "MatMul"); /* in the place of the first layer */
        set_text(&first->input[1], "w");
        for (size_t k = 2; k < first->n_input; k++)
            free(first->input[k]);
        first->n_input = 2;
        for (size_t k = 0; k < first->n_attribute; k++)
            onnx__attribute_proto__free_unpacked(first->attribute[k], NULL);
        first->n_attribute = 0;
        add_initializer(m, new_tensor("w", (const int64_t[]){6, 5}, 2, w));
        Onnx__NodeProto *squeeze = node_of(m, "Squeeze");
        set_text(&squeeze->op_type, i < 3 ? "Reshape" : "Identity");
        set_text(&squeeze->input[1], "shape");
        squeeze->n_input = i < 3 ? 2 : 1;
        if (i == 3)
            free(squeeze->input[1]);
        add_ints(m, "shape", shapes[i < 3 ? i : 0], 3);
        expect_chains(m, i == 1 ? 2 : 1);
    }
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* A Cast to whole numbers cuts, and one to another float does not. */
static void casts(void **state)
{
    (void)state;
    static const int types[][2] = {{1, 1}, {10, 1}, {11, 1}, {16, 1}, {6, 2}, {7, 2}, {9, 2}, {2, 2}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        Onnx__ModelProto *m = with_between("Cast", NULL);
        Onnx__AttributeProto *to = add_attribute(m->graph->node[m->graph->n_node - 1], "to");
        to->has_i = true;
        to->i = types[i][0];
        expect_chains(m, types[i][1]);
    }
}

/* Where x has 8 bits when the network runs, so have the numbers that it gives. */
static void eight_bits(void **state)
{
    (void)state;
    struct source s = must_read(model_of("int8_dynamic"));
    assert_true(s.chains[0].layers[0].coarse);
    source_free(&s);
    s = must_read(model_of("int8"));
    assert_false(s.chains[0].layers[0].coarse);
    source_free(&s);
}

/* A large constant that many nodes have: it is looked at once. */
static void many_products(void **state)
{
    (void)state;
    enum { SIZE = 1 << 22, NODES = 100 };
    static const int64_t dims[] = {1, 1024, SIZE / 1024};
    float *values = calloc(SIZE, sizeof *values);
    Onnx__ModelProto *m = model_of("lstm");
    add_initializer(m, new_tensor("large", dims, 3, values));
    for (int i = 0; i < NODES; i++) {
        char name[32];
        snprintf(name, sizeof name, "product_%d", i);
        add_node(m, "MatMul", (const char *[]){"X", "large"}, 2, name);
    }
    free(values);
    expect_chains(m, 1);
}

/* ---- frames ---------------------------------------------------------------------------------- */

/* The layer gives its last state only. */
static struct source with_last(const char *name)
{
    Onnx__ModelProto *m = model_of(name);
    Onnx__NodeProto *node = node_of(m, "LSTM");
    set_operand(&node->output, &node->n_output, 1, "last");
    set_text(&m->graph->output[0]->name, "last");
    for (size_t i = 0; i < m->graph->n_node; i++)
        if (m->graph->node[i] != node)
            set_text(&m->graph->node[i]->input[0], "X");
    return must_read(m);
}

static void last_states(void **state)
{
    (void)state;
    static const char *const all[][2] = {
        {"lstm", "the graph takes the last frame only"},
        {"lstm_backward", "the graph takes the first frame only, where it ends"},
        {"lstm_both", "the graph takes the last frame of the forward direction and, behind that, the "
                      "first frame of the other"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct source s = with_last(all[i][0]);
        if (!says(s.chains[0].host, s.chains[0].host_count, all[i][1]))
            fail_msg("%s: it is not said that %s", all[i][0], all[i][1]);
        source_free(&s);
    }
}

/* What reads the last state: of a layer that runs forward that is one frame. */
static void behind_last_states(void **state)
{
    (void)state;
    static const char *const all[] = {"lstm", "lstm_backward"};
    static const float w[10] = {1.0f};
    for (int i = 0; i < 2; i++) {
        Onnx__ModelProto *m = model_of(all[i]);
        Onnx__NodeProto *node = node_of(m, "LSTM"), *squeeze = node_of(m, "Squeeze");
        set_operand(&node->output, &node->n_output, 1, "last");
        set_text(&node->output[0], "");
        set_text(&squeeze->input[0], "last");
        set_text(&squeeze->input[1], "none");
        add_ints(m, "none", &(int64_t){0}, 1);
        add_node(m, "Gemm", (const char *[]){squeeze->output[0], "w"}, 2, "logits");
        add_initializer(m, new_tensor("w", (const int64_t[]){5, 2}, 2, w));
        set_text(&m->graph->output[0]->name, "logits");
        struct source s = must_read(m);
        assert_int_equal(s.chain_count, i == 0 ? 1 : 2);
        assert_int_equal(i, !says(s.chains[0].host, s.chains[0].host_count,
                                  "logits reads one frame of what is before it"));
        source_free(&s);
    }
    Onnx__ModelProto *m = model_of("lstm"); /* its c is no y */
    Onnx__NodeProto *node = node_of(m, "LSTM");
    set_operand(&node->output, &node->n_output, 2, "c");
    set_text(&node->output[0], "");
    set_text(&node_of(m, "Squeeze")->input[0], "c");
    must_refuse(m, "(LSTM) gives the graph nothing but its c");
}

static Onnx__NodeProto *giver_of(const Onnx__ModelProto *model, const char *tensor)
{
    for (size_t i = 0; i < model->graph->n_node; i++)
        if (strcmp(model->graph->node[i]->output[0], tensor) == 0)
            return model->graph->node[i];
    fail_msg("nothing gives %s", tensor);
    return NULL;
}

/* Three layers' last states behind each other, of which a layer reads one. */
static void behind_one_of_last_states(void **state)
{
    (void)state;
    for (int64_t place = -4; place <= 3; place++) {
        Onnx__ModelProto *m = model_of("torch_gru_stacked_last");
        Onnx__NodeProto *gather = giver_of(m, node_of(m, "Gemm")->input[0]);
        const Onnx__NodeProto *index = giver_of(m, gather->input[1]);
        memcpy(index->attribute[0]->t->raw_data.data, &place, sizeof place);
        struct source s = must_read(m);
        assert_int_equal(s.chain_count, place == 2 || place == -1 ? 1 : 2);
        if (s.chain_count == 1)
            assert_int_equal(s.chains[0].layer_count, 4);
        source_free(&s);
    }
    for (int what = 0; what < 3; what++) {
        Onnx__ModelProto *m = model_of("torch_gru_stacked_last");
        Onnx__NodeProto *gather = giver_of(m, node_of(m, "Gemm")->input[0]);
        Onnx__NodeProto *joins = giver_of(m, gather->input[0]);
        if (what == 0) /* not of layers */
            joins->attribute[0]->i = 2;
        else if (what == 1) /* one of them is read twice */
            set_operand(&joins->input, &joins->n_input, 3, joins->input[2]);
        else /* the graph hands them all on */
            set_text(&m->graph->output[0]->name, joins->output[0]);
        struct source s = must_read(m);
        assert_int_equal(s.chain_count, 2);
        source_free(&s);
    }
}

/* ---- other graphs, and copies ---------------------------------------------------------------- */

/* The second layer is in one branch of an If: whether it runs nobody knows. */
static void in_one_branch(void **state)
{
    (void)state;
    Onnx__ModelProto *m = model_of("lstm_stack");
    Onnx__GraphProto *g = m->graph, *body = malloc(sizeof *body);
    onnx__graph_proto__init(body);
    body->node = malloc(2 * sizeof *body->node);
    memcpy(body->node, g->node + 2, 2 * sizeof *body->node);
    body->n_node = g->n_node = 2;
    body->output = malloc(sizeof *body->output);
    body->output[0] = malloc(sizeof **body->output);
    onnx__value_info_proto__init(body->output[0]);
    body->output[0]->name = duplicate(g->output[0]->name);
    body->n_output = 1;
    set_text(&g->output[0]->name, "y");
    add_attribute(add_node(m, "If", (const char *[]){"condition"}, 1, "y"), "then_branch")->g = body;
    expect_chains(m, 2);
}

/* One layer twice, of one name: both are there, and can be asked for. */
static void copies(void **state)
{
    (void)state;
    Onnx__ModelProto *m = model_of("lstm");
    const Onnx__NodeProto *node = node_of(m, "LSTM");
    Onnx__NodeProto *copy = add_node(m, "LSTM", (const char *[]){"Z", node->input[1], node->input[2],
                                                                node->input[3]}, 4, "z");
    set_text(&copy->name, node->name);
    Onnx__AttributeProto *size = add_attribute(copy, "hidden_size");
    size->has_i = true;
    size->i = 5;
    struct source s = must_read(m);
    assert_int_equal(s.chain_count, 2);
    assert_string_equal(s.chains[0].name, "node_lstm_4.1");
    assert_string_equal(s.chains[1].name, "node_lstm_4.2");
    source_free(&s);
}

/* ---- products that are none of ours ---------------------------------------------------------- */

static void products(void **state)
{
    (void)state;
    static const float w[24] = {1.0f};
    Onnx__ModelProto *m = model_of("linear");
    Onnx__NodeProto *node = node_of(m, "MatMul");
    char *kept = node->input[0];
    node->input[0] = node->input[1];
    node->input[1] = kept;
    must_refuse(m, "(MatMul) has its constant matrix on the left, where frames are columns");
    m = model_of("linear");
    set_text(&node_of(m, "MatMul")->input[1], "w");
    add_initializer(m, new_tensor("w", (const int64_t[]){1, 6, 4}, 3, w));
    must_refuse(m, "(MatMul) has a constant of more than two dimensions; export it with one matrix");
    m = model_of("linear_added");
    Onnx__AttributeProto *turned = add_attribute(node_of(m, "Gemm"), "transA");
    turned->has_i = true;
    turned->i = 1;
    must_refuse(m, "(Gemm) reads frames as columns (transA); export it without");
    m = model_of("linear_added");
    node = node_of(m, "Gemm");
    set_operand(&node->input, &node->n_input, 2, "Z");
    must_refuse(m, "(Gemm) adds what is no constant; export it with an Add behind it");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reshapes),      cmocka_unit_test(copied_sizes),
        cmocka_unit_test(behind_products), cmocka_unit_test(casts),
        cmocka_unit_test(eight_bits),    cmocka_unit_test(many_products),
        cmocka_unit_test(last_states),   cmocka_unit_test(behind_last_states),
        cmocka_unit_test(behind_one_of_last_states),
        cmocka_unit_test(in_one_branch), cmocka_unit_test(copies),
        cmocka_unit_test(products),      cmocka_unit_test(one_frame_a_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
