/* SPDX-License-Identifier: Apache-2.0
 * test_source_onnx_chains.c - which layers of an ONNX graph make a chain and which do not, what is said of
 * the rest of the graph, and weights that are inputs of it. */
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

static void must_say(const struct source *s, int chain, const char *what)
{
    if (!says(s->chains[chain].host, s->chains[chain].host_count, what))
        fail_msg("chain %d does not say \"%s\"", chain, what);
}

/* The n-th node of a type. */
static Onnx__NodeProto *nth(const Onnx__ModelProto *m, const char *type, int n)
{
    for (size_t i = 0; i < m->graph->n_node; i++)
        if (strcmp(m->graph->node[i]->op_type, type) == 0 && n-- == 0)
            return m->graph->node[i];
    fail_msg("no node %s", type);
    return NULL;
}

/* The model becomes so many chains. */
static void expect_chains(Onnx__ModelProto *m, int count)
{
    struct source s = must_read(m);
    if (s.chain_count != count)
        fail_msg("%d chains, expected %d", s.chain_count, count);
    source_free(&s);
}

/* ---- what is said ---------------------------------------------------------------------------- */

static void what_is_said(void **state)
{
    (void)state;
    struct source s = must_read(model_of("lstm"));
    assert_string_equal(s.producer, "ese fixtures, opset 14");
    assert_string_equal(s.chains[0].name, "node_lstm_4");
    assert_string_equal(s.chains[0].layers[0].name, "node_lstm_4");
    assert_int_equal(s.chains[0].layers[0].input, 3);
    assert_int_equal(s.chains[0].layers[0].output, 5);
    must_say(&s, 0, "x is tensor 'X', an input of the graph");
    must_say(&s, 0, "y is tensor 'lstm_4', which node 'node_squeeze_6' (Squeeze) reads");
    source_free(&s);

    s = must_read(model_of("torch_cell"));
    must_say(&s, 0, "a cell of single operators, which runs once a frame; its c and y of the frame "
                    "before are tensors '/Gather_1_output_0' and '/Gather_output_0'");
    must_say(&s, 0, "y is tensor 'y', an output of the graph");
    source_free(&s);

    s = must_read(model_of("torch_lstm_last"));
    must_say(&s, 0, "reads one frame of what is before it");
    source_free(&s);

    s = must_read(model_of("in_if"));
    assert_true(says(s.notes, s.note_count, "has the same weights as"));
    assert_int_equal(strncmp(s.chains[0].name, "node_if_", 8), 0);
    assert_non_null(strstr(s.chains[0].name, "_branch.node_lstm_"));
    source_free(&s);

    s = must_read(model_of("lstm_state"));
    must_say(&s, 0, "its y before the first frame is not zero: a chip starts with it by RESTORE");
    source_free(&s);

    s = must_read(model_of("zero_states"));
    assert_false(says(s.chains[0].host, s.chains[0].host_count, "before the first frame"));
    source_free(&s);
}

/* A state that is an input of the graph is left to the host. */
static void states_of_the_host(void **state)
{
    (void)state;
    Onnx__ModelProto *m = model_of("lstm_state");
    set_text(&node_of(m, "LSTM")->input[5], "h0");
    struct source s = must_read(m);
    must_say(&s, 0, "its y before the first frame is tensor 'h0': zeros unless the host restores");
    for (int i = 0; i < s.chains[0].layers[0].tensor_count; i++)
        assert_string_not_equal(s.chains[0].layers[0].tensors[i].name, "y_0");
    source_free(&s);
}

/* ---- chains ---------------------------------------------------------------------------------- */

static void forks(void **state)
{
    (void)state;
    expect_chains(model_of("lstm_stack"), 1);
    Onnx__ModelProto *m = model_of("lstm_stack"); /* another node reads what is between them */
    set_text(&m->graph->output[0]->name, nth(m, "Squeeze", 0)->output[0]);
    expect_chains(m, 2);
    m = model_of("lstm_stack");
    set_text(&nth(m, "Squeeze", 1)->input[0], nth(m, "LSTM", 0)->output[0]);
    expect_chains(m, 2);
}

static Onnx__AttributeProto *perm_of(const Onnx__ModelProto *m)
{
    Onnx__NodeProto *node = nth(m, "Transpose", 0);
    for (size_t i = 0; i < node->n_attribute; i++)
        if (strcmp(node->attribute[i]->name, "perm") == 0)
            return node->attribute[i];
    fail_msg("no perm");
    return NULL;
}

/* Features that are not those of one frame in their order. */
static void axes(void **state)
{
    (void)state;
    static const int64_t orders[][4] = {{0, 2, 3, 1}, {0, 1, 2, 3}, {2, 0, 1, 3}, {3, 2, 1, 0}};
    expect_chains(model_of("lstm_both_stack"), 1);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        Onnx__ModelProto *m = model_of("lstm_both_stack");
        memcpy(perm_of(m)->ints, orders[i], sizeof orders[i]);
        expect_chains(m, 2);
    }
    static const int64_t shapes[][3] = {{0, -1, 4}, {0, 0, 4},  {-1, 0, 0}, {0, 0, 9},
                                         {0, 0, -13}, {0, 0, INT64_MIN}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        Onnx__ModelProto *m = model_of("lstm_both_stack");
        memcpy(tensor_of(m, "Reshape", 1)->raw_data.data, shapes[i], sizeof shapes[i]);
        expect_chains(m, 2);
    }
    Onnx__ModelProto *m = model_of("lstm_both_stack"); /* all in one, as long as it is 8 */
    memcpy(tensor_of(m, "Reshape", 1)->raw_data.data, (const int64_t[]){-1, 1, 8}, 24);
    expect_chains(m, 1);
    m = model_of("batch_first"); /* frames in the place of the batch */
    memcpy(perm_of(m)->ints, (const int64_t[]){0, 1, 2}, 24);
    expect_chains(m, 1);
    m = model_of("lstm_stack"); /* a mover that is none */
    set_text(&nth(m, "Squeeze", 0)->op_type, "Softmax");
    expect_chains(m, 2);
}

/* One of three that cannot be read: the others are told of, and why it is not. */
static void parted(void **state)
{
    (void)state;
    static const int chains[] = {1, 2, 1}, layers[] = {2, 1, 2};
    for (int bad = 0; bad < 3; bad++) {
        Onnx__ModelProto *m = model_of("batch_first");
        if (bad < 2) {
            Onnx__AttributeProto *clip = add_attribute(nth(m, "GRU", bad), "clip");
            clip->has_f = true;
            clip->f = 3.0f;
        } else {
            memcpy(tensor_of(m, "Gemm", 2)->raw_data.data, "\0\0\xc0\x7f", 4);
        }
        struct source s = must_read(m);
        if (s.chain_count != chains[bad] || s.chains[0].layer_count != layers[bad])
            fail_msg("without layer %d: %d chains, the first of %d layers", bad, s.chain_count,
                     s.chains[0].layer_count);
        assert_true(says(s.refused, s.refused_count, bad < 2 ? "(GRU) has clip 3" : "is no finite number"));
        must_say(&s, 0, bad == 0 ? "(Squeeze) gives" : "which node");
        source_free(&s);
    }
}

/* Weights of eight bits that count. */
static void coarse(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        Onnx__ModelProto *m = model_of("lstm_stack");
        Onnx__TensorProto *t = tensor_of(m, "LSTM", 1);
        for (size_t n = 0; i == 1 && n < t->raw_data.len / 4; n++)
            memcpy(t->raw_data.data + 2 * n, t->raw_data.data + 4 * n + 2, 2);
        t->raw_data.len /= i == 1 ? 2 : 1;
        t->data_type = i == 1 ? ONNX__TENSOR_PROTO__DATA_TYPE__BFLOAT16 : t->data_type;
        struct source s = must_read(m);
        assert_int_equal(s.chains[0].layers[0].coarse, i == 1);
        assert_int_equal(s.chains[0].layers[1].coarse, 0);
        source_free(&s);
    }
    Onnx__ModelProto *m = model_of("weights_float16");
    for (size_t i = 0; i < m->graph->n_node; i++)
        for (size_t k = 0; k < m->graph->node[i]->n_attribute; k++)
            if (strcmp(m->graph->node[i]->attribute[k]->name, "to") == 0)
                m->graph->node[i]->attribute[k]->i = ONNX__TENSOR_PROTO__DATA_TYPE__BFLOAT16;
    struct source s = must_read(m);
    assert_int_equal(s.chains[0].layers[0].coarse, 1);
    source_free(&s);
}

/* ---- linear layers --------------------------------------------------------------------------- */

static const char *key_of(const struct source_layer *layer, const char *key)
{
    for (int i = 0; i < layer->key_count; i++)
        if (strcmp(layer->keys[i].key, key) == 0)
            return layer->keys[i].value;
    return NULL;
}

static void activations(void **state)
{
    (void)state;
    struct source s = must_read(model_of("linear_relu"));
    assert_string_equal(key_of(&s.chains[0].layers[0], "activation"), "relu");
    source_free(&s);
    Onnx__ModelProto *m = model_of("linear_relu");
    set_text(&node_of(m, "Relu")->op_type, "LeakyRelu");
    s = must_read(m);
    assert_null(key_of(&s.chains[0].layers[0], "activation"));
    must_say(&s, 0, "(LeakyRelu) reads");
    source_free(&s);
}

/* What is added must be a constant, one for each output. */
static void biases(void **state)
{
    (void)state;
    struct source s = must_read(model_of("linear"));
    assert_int_equal(s.chains[0].layers[0].tensor_count, 2);
    source_free(&s);
    Onnx__ModelProto *m = model_of("linear");
    set_text(&node_of(m, "Add")->input[1], "X");
    s = must_read(m);
    assert_int_equal(s.chains[0].layers[0].tensor_count, 1);
    must_say(&s, 0, "(Add) reads");
    source_free(&s);
    m = model_of("batch_first");
    set_text(&node_of(m, "Gemm")->input[2], "X");
    s = must_read(m); /* the layers before it are a chain of their own */
    assert_int_equal(s.chain_count, 1);
    assert_int_equal(s.chains[0].layer_count, 2);
    source_free(&s);
}

/* ---- weights that are inputs ----------------------------------------------------------------- */

static void write_message(const char *path, const ProtobufCMessage *message)
{
    struct text bytes = {0};
    struct error error = {""};
    const size_t size = protobuf_c_message_get_packed_size(message);
    protobuf_c_message_pack(message, (uint8_t *)text_reserve(&bytes, size));
    bytes.length = size;
    bytes.data[size] = '\0';
    if (!text_write_file(&bytes, path, &error))
        fail_msg("%s", error.text);
    text_free(&bytes);
}

/* All initializers become inputs behind X, and files; the names in those may be others. */
static void write_model(const char *folder, const char *data, bool named)
{
    Onnx__ModelProto *m = model_of("lstm");
    Onnx__GraphProto *g = m->graph;
    char path[256];
    g->input = realloc(g->input, (1 + g->n_initializer) * sizeof *g->input);
    for (size_t i = 0; i < g->n_initializer; i++) {
        Onnx__ValueInfoProto *input = malloc(sizeof *input);
        onnx__value_info_proto__init(input);
        input->name = duplicate(g->initializer[i]->name);
        g->input[g->n_input++] = input;
        if (!named)
            set_text(&g->initializer[i]->name, "another");
        snprintf(path, sizeof path, "%s/%s/input_%zu.pb", folder, data, i + 1);
        write_message(path, &g->initializer[i]->base);
    }
    if (!named)
        set_text(&g->initializer[0]->name, "X"); /* a file for X: what is fed is no weight */
    snprintf(path, sizeof path, "%s/%s/input_0.pb", folder, data);
    write_message(path, &g->initializer[0]->base);
    for (size_t i = 0; i < g->n_initializer; i++)
        onnx__tensor_proto__free_unpacked(g->initializer[i], NULL);
    g->n_initializer = 0;
    snprintf(path, sizeof path, "%s/model.onnx", folder);
    write_message(path, &m->base);
    onnx__model_proto__free_unpacked(m, NULL);
}

static void compare_layers(const struct source_layer *a, const struct source_layer *b)
{
    assert_int_equal(a->tensor_count, b->tensor_count);
    for (int i = 0; i < a->tensor_count; i++) {
        assert_string_equal(a->tensors[i].name, b->tensors[i].name);
        assert_memory_equal(a->tensors[i].values, b->tensors[i].values,
                            (size_t)a->tensors[i].shape[0] * sizeof(float));
    }
}

/* Before version 6 a Cast has a word, before 7 an Add may have an axis. */
static void old_versions(void **state)
{
    (void)state;
    struct source whole = must_read(model_of("lstm_state")), s;
    Onnx__ModelProto *m = model_of("weights_float16");
    for (size_t i = 0; i < m->graph->n_node; i++)
        for (size_t k = 0; k < m->graph->node[i]->n_attribute; k++) {
            Onnx__AttributeProto *a = m->graph->node[i]->attribute[k];
            if (strcmp(a->name, "to") != 0)
                continue;
            a->has_i = false;
            a->has_s = true;
            a->s = (ProtobufCBinaryData){5, (uint8_t *)duplicate("FLOAT")};
        }
    s = must_read(m);
    compare_layers(&whole.chains[0].layers[0], &s.chains[0].layers[0]);
    source_free(&s);
    source_free(&whole);
    m = model_of("linear");
    Onnx__AttributeProto *axis = add_attribute(node_of(m, "Add"), "axis");
    axis->has_i = true;
    axis->i = 1;
    s = must_read(m);
    must_say(&s, 0, "(Add) reads");
    source_free(&s);
}

static void inputs(void **state)
{
    (void)state;
    struct source whole = must_read(model_of("lstm")), s;
    struct error error = {""};
    for (int named = 0; named <= 1; named++) {
        char folder[] = "/tmp/ese-onnx-XXXXXX", data[64], path[128];
        assert_non_null(mkdtemp(folder));
        snprintf(data, sizeof data, "%s/test_data_set_0", folder);
        snprintf(path, sizeof path, "%s/model.onnx", folder);
        assert_int_equal(mkdir(data, 0700), 0);
        write_model(folder, "test_data_set_0", named);
        if (!source_onnx(&s, path, named ? data : NULL, &error))
            fail_msg("%s", error.text);
        compare_layers(&whole.chains[0].layers[0], &s.chains[0].layers[0]);
        source_free(&s);
        assert_false(source_onnx(&s, path, "/none", &error));
        assert_non_null(strstr(error.text, "/none: is no folder with input_0.pb"));
        assert_false(source_onnx(&s, path, folder, &error)); /* a folder without any */
        assert_non_null(strstr(error.text, "name a folder with the values of inputs"));
        for (int i = 0; i <= 8; i++) {
            snprintf(path, sizeof path, "%s/input_%d.pb", data, i);
            unlink(path);
        }
        snprintf(path, sizeof path, "%s/model.onnx", folder);
        unlink(path);
        assert_int_equal(rmdir(data), 0);
        assert_int_equal(rmdir(folder), 0);
    }
    source_free(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said),
        cmocka_unit_test(states_of_the_host),
        cmocka_unit_test(forks),
        cmocka_unit_test(axes),
        cmocka_unit_test(parted),
        cmocka_unit_test(coarse),
        cmocka_unit_test(activations),
        cmocka_unit_test(biases),
        cmocka_unit_test(old_versions),
        cmocka_unit_test(inputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
