/* SPDX-License-Identifier: Apache-2.0
 * test_source_onnx_states.c - initial states of ONNX layers and cells that are read, left to the host or
 * refused, and values of inputs that are weights and those that are not. */
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/onnx_testing.h"

static bool says(char *const *lines, int count, const char *what)
{
    for (int i = 0; i < count; i++)
        if (strstr(lines[i], what) != NULL)
            return true;
    return false;
}

static void must_note(const struct source *s, const char *what)
{
    if (!says(s->notes, s->note_count, what))
        fail_msg("no note says \"%s\"", what);
}

static void must_say(const struct source *s, const char *what)
{
    if (!says(s->chains[0].host, s->chains[0].host_count, what))
        fail_msg("it does not say \"%s\"", what);
}

static const struct source_tensor *tensor_named(const struct source *s, const char *name)
{
    const struct source_layer *layer = &s->chains[0].layers[0];
    for (int i = 0; i < layer->tensor_count; i++)
        if (strcmp(layer->tensors[i].name, name) == 0)
            return &layer->tensors[i];
    return NULL;
}

/* The node gives a state of the LSTM, in front of which it comes to stand. */
static void put_first(Onnx__ModelProto *m, Onnx__NodeProto *node)
{
    Onnx__GraphProto *g = m->graph;
    BUG_UNLESS(g->node[g->n_node - 1] == node);
    memmove(g->node + 1, g->node, (g->n_node - 1) * sizeof *g->node);
    g->node[0] = node;
}

/* ---- states of an operator ------------------------------------------------------------------- */

/* ConstantOfShape of a half. */
static void of_a_shape(void **state)
{
    (void)state;
    static const int64_t sizes[] = {1, 1, 4};
    Onnx__ModelProto *m = model_of("lstm_state");
    Onnx__NodeProto *node = add_node(m, "ConstantOfShape", (const char *[]){"sizes"}, 1, "half");
    Onnx__AttributeProto *value = add_attribute(node, "value");
    value->t = new_tensor("", (const int64_t[]){1}, 1, (const float[]){0.5f});
    add_ints(m, "sizes", sizes, 3);
    put_first(m, node);
    set_text(&node_of(m, "LSTM")->input[5], "half");
    struct source s = must_read(m);
    for (int i = 0; i < 4; i++)
        assert_true(tensor_named(&s, "y_0")->values[i] == 0.5f);
    must_say(&s, "its y before the first frame is not zero: a chip starts with it by RESTORE");
    source_free(&s);
}

/* Expand of one element, for a batch that only run time knows. */
static void of_one_element(void **state)
{
    (void)state;
    Onnx__ModelProto *m = model_of("lstm_state");
    add_initializer(m, new_tensor("half", (const int64_t[]){1, 1, 1}, 3, (const float[]){0.5f}));
    put_first(m, add_node(m, "Expand", (const char *[]){"half", "sizes"}, 2, "h0"));
    set_text(&node_of(m, "LSTM")->input[5], "h0");
    struct source s = must_read(m);
    for (int i = 0; i < 4; i++)
        assert_true(tensor_named(&s, "y_0")->values[i] == 0.5f);
    source_free(&s);
    m = model_of("lstm_state"); /* it is no state */
    add_initializer(m, new_tensor("half", (const int64_t[]){3}, 1, (const float[3]){0.5f}));
    put_first(m, add_node(m, "Expand", (const char *[]){"half", "sizes"}, 2, "h0"));
    set_text(&node_of(m, "LSTM")->input[5], "h0");
    must_refuse(m, "has a state 'h0' that node 'h0' (Expand) computes");
}

/* What nodes compute of an input, or another layer gives, is no state that the host could know. */
static void computed(void **state)
{
    (void)state;
    Onnx__ModelProto *m = model_of("lstm_state");
    put_first(m, add_node(m, "Mul", (const char *[]){"h0", "mask"}, 2, "masked"));
    set_text(&node_of(m, "LSTM")->input[5], "masked");
    must_refuse(m, "has a state 'masked' that node 'masked' (Mul) computes; export it with a state "
                   "that is an input of the graph, or a constant");
    m = model_of("lstm_state"); /* only part of it, and moved */
    put_first(m, add_node(m, "Identity", (const char *[]){"h0"}, 1, "moved"));
    set_text(&node_of(m, "LSTM")->input[5], "moved");
    struct source s = must_read(m);
    must_say(&s, "its y before the first frame is tensor 'moved': zeros unless the host restores");
    source_free(&s);
    m = model_of("lstm_stack"); /* the second layer begins where the first one ends */
    Onnx__NodeProto *first = nth_node(m, "LSTM", 0), *second = nth_node(m, "LSTM", 1);
    set_operand(&first->output, &first->n_output, 1, "last");
    set_operand(&second->input, &second->n_input, 5, "last");
    s = must_read(m); /* the first one is what is left */
    assert_int_equal(s.chains[0].layer_count, 1);
    assert_int_equal(s.refused_count, 1);
    assert_non_null(strstr(s.refused[0], "has a state 'last' that node 'node_lstm_6' (LSTM) computes"));
    source_free(&s);
}

/* ---- states of a cell ------------------------------------------------------------------------ */

static void rename_input(Onnx__ModelProto *m, const char *from, const char *to)
{
    for (size_t i = 0; i < m->graph->n_node; i++)
        for (size_t k = 0; k < m->graph->node[i]->n_input; k++)
            if (strcmp(m->graph->node[i]->input[k], from) == 0)
                set_text(&m->graph->node[i]->input[k], to);
}

/* A mask on either state, before the cell or behind it. */
static void masked_cells(void **state)
{
    (void)state;
    for (int n = 0; n < 2; n++) {
        Onnx__ModelProto *m = model_of("cell");
        rename_input(m, n == 0 ? "h" : "c", "masked");
        put_first(m, add_node(m, "Mul", (const char *[]){n == 0 ? "h" : "c", "mask"}, 2, "masked"));
        must_refuse(m, "(Add) has a state 'masked' that node 'masked' (Mul) computes");
        m = model_of("cell");
        char *out = duplicate(m->graph->output[n]->name);
        add_node(m, "Mul", (const char *[]){out, "mask"}, 2, "masked");
        set_text(&m->graph->output[n]->name, "masked");
        must_refuse(m, "as it is: a chip keeps its own c and y; export it so that they are outputs of "
                       "the graph");
        m = model_of("cell");
        add_node(m, "Unsqueeze", (const char *[]){out, "axes"}, 2, "moved");
        set_text(&m->graph->output[n]->name, "moved");
        struct source s = must_read(m);
        source_free(&s);
        free(out);
    }
}

/* The graph becomes the body of a Loop: inputs i, go, h, c, outputs go, y, c; X is around it. */
static Onnx__ModelProto *in_loop(Onnx__ModelProto *m)
{
    static const char *const outer[] = {"count", "go_on", "h0", "c0"};
    Onnx__GraphProto *body = m->graph, *g = malloc(sizeof *g);
    onnx__graph_proto__init(g);
    m->graph = g;
    g->input = malloc(sizeof *g->input);
    g->input[0] = body->input[0];
    g->n_input = 1;
    Onnx__ValueInfoProto **inputs = malloc(4 * sizeof *inputs), **outputs = malloc(3 * sizeof *outputs);
    for (int i = 0; i < 2; i++) {
        inputs[i] = malloc(sizeof **inputs);
        onnx__value_info_proto__init(inputs[i]);
        inputs[i]->name = duplicate(i == 0 ? "i" : "go");
        inputs[2 + i] = body->input[1 + i];
        outputs[1 + i] = body->output[i];
    }
    outputs[0] = malloc(sizeof **outputs);
    onnx__value_info_proto__init(outputs[0]);
    outputs[0]->name = duplicate("go");
    free(body->input);
    free(body->output);
    body->input = inputs;
    body->output = outputs;
    body->n_input = 4;
    body->n_output = 3;
    Onnx__NodeProto *loop = add_node(m, "Loop", outer, 4, "ends");
    add_attribute(loop, "body")->g = body;
    return m;
}

static void cells_in_a_loop(void **state)
{
    (void)state;
    struct source s = must_read(in_loop(model_of("cell")));
    assert_int_equal(s.chain_count, 1);
    source_free(&s);
    Onnx__ModelProto *m = model_of("cell"); /* y and c the other way round */
    Onnx__ValueInfoProto *kept = m->graph->output[0];
    m->graph->output[0] = m->graph->output[1];
    m->graph->output[1] = kept;
    must_refuse(in_loop(m), "as it is: a chip keeps its own c and y");
    m = in_loop(model_of("cell")); /* what it begins with is computed */
    put_first(m, add_node(m, "Exp", (const char *[]){"e"}, 1, "h0"));
    must_refuse(m, "has a state 'h' that node 'h0' (Exp) computes");
}

/* Frames one behind the other: as they come, or the second one first. */
static void frames(void **state)
{
    (void)state;
    struct source s = must_read(model_of("torch_frames"));
    assert_int_equal(s.chain_count, 1);
    assert_non_null(tensor_named(&s, "y_0"));
    assert_non_null(tensor_named(&s, "c_0"));
    must_note(&s, "6 LSTM cells of single operators have the weights of one before them");
    source_free(&s);
    Onnx__ModelProto *m = model_of("torch_frames");
    Onnx__NodeProto *of[2];
    for (int i = 0, found = 0; found < 2; i++)
        if (strcmp(nth_node(m, "Gather", i)->input[0], "x") == 0)
            of[found++] = nth_node(m, "Gather", i);
    char *kept = of[0]->input[1];
    of[0]->input[1] = of[1]->input[1];
    of[1]->input[1] = kept;
    must_refuse(m, "that reads frame 0 behind frame 1; export it so that frames are read in their "
                   "order");
    m = model_of("torch_frames"); /* from frame to frame y is something else */
    Onnx__NodeProto *next = NULL;
    for (int i = 0; next == NULL; i++) /* the second product with W_hh, of the first cell's y */
        if (strstr(nth_node(m, "Gemm", i)->input[0], "Mul_2_output") != NULL)
            next = nth_node(m, "Gemm", i);
    put_first(m, add_node(m, "Mul", (const char *[]){next->input[0], "x"}, 2, "halved"));
    set_text(&next->input[0], "halved");
    must_refuse(m, "has a state 'halved' that node 'halved' (Mul) computes");
}

/* ---- values of inputs ------------------------------------------------------------------------ */

static void write_file(const char *folder, const char *name, const ProtobufCMessage *message)
{
    struct text bytes = {0}, path = {0};
    struct error error = {""};
    const size_t size = protobuf_c_message_get_packed_size(message);
    text_appendf(&path, "%s/%s", folder, name);
    protobuf_c_message_pack(message, (uint8_t *)text_reserve(&bytes, size));
    bytes.length = size;
    bytes.data[size] = '\0';
    if (!text_write_file(&bytes, path.data, &error))
        fail_msg("%s", error.text);
    text_free(&bytes);
    text_free(&path);
}

/* Reads the model beside a folder with a value of `input`; both are removed. */
static bool read_beside(Onnx__ModelProto *m, const char *input, struct source *s, struct error *error)
{
    static const float values[15] = {1.0f, 2.0f, 3.0f};
    char folder[] = "/tmp/ese-onnx-XXXXXX", data[64], path[128];
    assert_non_null(mkdtemp(folder));
    snprintf(data, sizeof data, "%s/test_data_set_0", folder);
    assert_int_equal(mkdir(data, 0700), 0);
    write_file(folder, "model.onnx", &m->base);
    onnx__model_proto__free_unpacked(m, NULL);
    snprintf(path, sizeof path, "%s/input_0.pb", data);
    if (input != NULL) {
        Onnx__TensorProto *t = new_tensor(input, (const int64_t[]){1, 1, 5}, 3, values);
        write_file(data, "input_0.pb", &t->base);
        onnx__tensor_proto__free_unpacked(t, NULL);
    } else
        assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(path, sizeof path, "%s/model.onnx", folder);
    const bool good = source_onnx(s, path, NULL, error);
    remove(path);
    snprintf(path, sizeof path, "%s/input_0.pb", data);
    remove(path);
    remove(data);
    remove(folder);
    return good;
}

static void add_input(Onnx__ModelProto *m, const char *name)
{
    Onnx__GraphProto *g = m->graph;
    Onnx__ValueInfoProto *input = malloc(sizeof *input);
    onnx__value_info_proto__init(input);
    input->name = duplicate(name);
    g->input = realloc(g->input, (g->n_input + 1) * sizeof *g->input);
    g->input[g->n_input++] = input;
}

/* What was fed once is no bias and no state. */
static void values_of_inputs(void **state)
{
    (void)state;
    struct source s;
    struct error error = {""};
    Onnx__ModelProto *m = model_of("lstm_state");
    set_text(&node_of(m, "LSTM")->input[5], "h0");
    add_input(m, "h0");
    if (!read_beside(m, "h0", &s, &error))
        fail_msg("%s", error.text);
    assert_null(tensor_named(&s, "y_0"));
    assert_false(says(s.notes, s.note_count, "of folder"));
    source_free(&s);
    m = model_of("linear");
    add_input(m, "z");
    set_text(&node_of(m, "Add")->input[1], "z");
    assert_true(read_beside(m, "z", &s, &error));
    assert_int_equal(s.chains[0].layers[0].tensor_count, 1);
    must_say(&s, "(Add) reads");
    source_free(&s);
    m = model_of("lstm"); /* but it may be a bias of a recurrent layer: it is one of another size */
    add_input(m, "z");
    set_text(&node_of(m, "LSTM")->input[3], "z");
    assert_false(read_beside(m, "z", &s, &error));
    assert_non_null(strstr(error.text, "has B of another shape than [1, 40]"));
    m = model_of("lstm");
    assert_false(read_beside(m, NULL, &s, &error));
    assert_non_null(strstr(error.text, "input_0.pb: is not a regular file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_shape),      cmocka_unit_test(of_one_element),
        cmocka_unit_test(computed),
        cmocka_unit_test(masked_cells),    cmocka_unit_test(cells_in_a_loop),
        cmocka_unit_test(frames),          cmocka_unit_test(values_of_inputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
