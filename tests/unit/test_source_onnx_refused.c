/* SPDX-License-Identifier: Apache-2.0
 * test_source_onnx_refused.c - what no chip of ours computes is refused by name, in a sentence that says
 * what to do; graphs that run in circles, lie deep in each other or grow end soon. */
#include <unistd.h>

#include "models/source/read.h"
#include "tests/unit/onnx_testing.h"

/* ---- operators ------------------------------------------------------------------------------- */

static void clip(void **state)
{
    (void)state;
    Onnx__ModelProto *m = model_of("lstm");
    Onnx__AttributeProto *a = add_attribute(node_of(m, "LSTM"), "clip");
    a->has_f = true;
    a->f = 3.0f;
    must_refuse(m, "(LSTM) has clip 3, which bounds what goes into its activations; export it "
                   "without clip");
}

static void set_activations(Onnx__NodeProto *node, int count, const char *const *names)
{
    for (size_t i = 0; i < node->n_attribute; i++)
        if (strcmp(node->attribute[i]->name, "activations") == 0)
            set_text(&node->attribute[i]->name, "activations_before");
    Onnx__AttributeProto *a = add_attribute(node, "activations");
    a->n_strings = (size_t)count;
    a->strings = calloc((size_t)count, sizeof *a->strings);
    for (int i = 0; i < count; i++)
        a->strings[i] = (ProtobufCBinaryData){strlen(names[i]), (uint8_t *)duplicate(names[i])};
}

#define LIST(...) (const char *const[]){__VA_ARGS__}

static void activations(void **state)
{
    (void)state;
    Onnx__ModelProto *m = model_of("lstm");
    set_activations(node_of(m, "LSTM"), 3, LIST("HardSigmoid", "Tanh", "Tanh"));
    must_refuse(m, "has activation 'HardSigmoid'; train and export it with Sigmoid and Tanh");
    m = model_of("lstm");
    set_activations(node_of(m, "LSTM"), 3, LIST("Sigmoid", "Tanh", "Relu"));
    must_refuse(m, "has activation 'Relu' where Tanh is expected");
    m = model_of("lstm");
    set_activations(node_of(m, "LSTM"), 2, LIST("Sigmoid", "Tanh"));
    must_refuse(m, "has another number of activations");
    m = model_of("rnn_both");
    set_activations(node_of(m, "RNN"), 2, LIST("Tanh", "Relu"));
    must_refuse(m, "has other activations in one direction than in the other");
    m = model_of("rnn");
    set_activations(node_of(m, "RNN"), 1, LIST("Sigmoid"));
    must_refuse(m, "has activation 'Sigmoid' where Tanh is expected");
    m = model_of("gru");
    set_activations(node_of(m, "GRU"), 2, LIST("Sigmoid", "Relu"));
    must_refuse(m, "has activation 'Relu' where Tanh is expected");
    m = model_of("lstm"); /* what onnxruntime takes, too */
    set_activations(node_of(m, "LSTM"), 3, LIST("sigmoid", "TANH", "tanh"));
    struct source source = must_read(m);
    assert_int_equal(source.chain_count, 1);
    source_free(&source);
}

static void direction(void **state)
{
    (void)state;
    Onnx__ModelProto *m = model_of("lstm");
    Onnx__NodeProto *node = node_of(m, "LSTM");
    for (size_t i = 0; i < node->n_attribute; i++)
        if (strcmp(node->attribute[i]->name, "direction") == 0)
            node->attribute[i]->s.data[0] = 'x';
    must_refuse(m, "has a direction that is not known");
}

/* sequence_lens: those of a full batch pass, if the graph says how many frames there are. */
static Onnx__ModelProto *with_lengths(int64_t frames, int32_t length)
{
    Onnx__ModelProto *m = model_of("lstm");
    Onnx__TensorProto *t = malloc(sizeof *t);
    onnx__tensor_proto__init(t);
    t->name = duplicate("lengths");
    t->has_data_type = true;
    t->data_type = ONNX__TENSOR_PROTO__DATA_TYPE__INT32;
    t->n_dims = t->n_int32_data = 1;
    t->dims = malloc(sizeof *t->dims);
    t->dims[0] = 1;
    t->int32_data = malloc(sizeof *t->int32_data);
    t->int32_data[0] = length;
    m->graph->initializer = realloc(m->graph->initializer,
                                    (m->graph->n_initializer + 1) * sizeof(void *));
    m->graph->initializer[m->graph->n_initializer++] = t;
    Onnx__NodeProto *node = node_of(m, "LSTM");
    if (node->n_input == 4) {
        node->input = realloc(node->input, 5 * sizeof *node->input);
        node->input[node->n_input++] = duplicate("");
    }
    set_text(&node->input[4], "lengths");
    Onnx__TensorShapeProto__Dimension *dim = m->graph->input[0]->type->tensor_type->shape->dim[0];
    free(dim->dim_param);
    dim->dim_param = NULL;
    dim->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
    dim->dim_value = frames;
    return m;
}

static void lengths(void **state)
{
    (void)state;
    must_refuse(with_lengths(7, 6), "has sequence_lens, by which utterances of a batch end early; "
                                    "export it without");
    struct source source = must_read(with_lengths(7, 7));
    source_free(&source);
    Onnx__ModelProto *m = model_of("lstm"); /* X for lengths: nobody knows them */
    Onnx__NodeProto *node = node_of(m, "LSTM");
    node->input = realloc(node->input, 5 * sizeof *node->input);
    if (node->n_input == 4)
        node->input[node->n_input++] = duplicate("X");
    else
        set_text(&node->input[4], "X");
    must_refuse(m, "has sequence_lens");
}

static void weights_that_vary(void **state)
{
    (void)state;
    Onnx__ModelProto *m = model_of("lstm");
    set_text(&node_of(m, "LSTM")->input[1], "X");
    must_refuse(m, "has weights 'X' that are no constants; export it with its weights");
}

static void other_shapes(void **state)
{
    (void)state;
    Onnx__ModelProto *m = model_of("lstm_square");
    set_text(&node_of(m, "LSTM")->input[3], node_of(m, "LSTM")->input[1]);
    must_refuse(m, "has B of another shape than [1, 40]");
    m = model_of("lstm");
    set_text(&node_of(m, "LSTM")->input[2], node_of(m, "LSTM")->input[1]);
    must_refuse(m, "has R of another shape than [1, 20, 5]");
}

static void hidden_size(void **state)
{
    (void)state;
    static const int64_t sizes[] = {4, 0, -1, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        Onnx__ModelProto *m = model_of("lstm");
        Onnx__NodeProto *node = node_of(m, "LSTM");
        for (size_t a = 0; a < node->n_attribute; a++)
            if (strcmp(node->attribute[a]->name, "hidden_size") == 0)
                node->attribute[a]->i = sizes[i];
        must_refuse(m, i == 0 ? "has W of another shape than [1, 16, 3]"
                              : "has a hidden_size that no layer has");
    }
}

static void no_layer(void **state)
{
    (void)state;
    Onnx__ModelProto *m = model_of("lstm");
    set_text(&node_of(m, "LSTM")->op_type, "Scan");
    must_refuse(m, "has no LSTM, GRU, RNN or linear layer that is known");
    m = model_of("lstm"); /* of another domain it is another operator */
    set_text(&node_of(m, "LSTM")->domain, "com.example");
    must_refuse(m, "has no LSTM");
}

static void not_finite(void **state)
{
    (void)state;
    Onnx__ModelProto *m = model_of("lstm");
    memcpy(tensor_of(m, "LSTM", 1)->raw_data.data, "\0\0\x80\x7f", 4);
    must_refuse(m, "has a weight that is no finite number");
    m = model_of("lstm");
    memcpy(tensor_of(m, "LSTM", 3)->raw_data.data, "\0\0\xc0\x7f", 4);
    must_refuse(m, "has a bias, a peephole or a state that is no finite number");
    m = model_of("linear");
    memcpy(tensor_of(m, "Add", 1)->raw_data.data, "\0\0\xc0\x7f", 4);
    must_refuse(m, "has a weight that is no finite number");
}

/* An entry of a batch that begins with another state than the others. */
static void states_of_a_batch(void **state)
{
    (void)state;
    Onnx__ModelProto *m = model_of("lstm_state");
    Onnx__TensorProto *t = tensor_of(m, "LSTM", 5);
    const size_t size = t->raw_data.len;
    t->raw_data.data = realloc(t->raw_data.data, 2 * size);
    memcpy(t->raw_data.data + size, t->raw_data.data, size);
    t->raw_data.len = 2 * size;
    t->dims[1] = 2;
    struct source source = must_read(m);
    source_free(&source);
    m = model_of("lstm_state");
    t = tensor_of(m, "LSTM", 5);
    t->raw_data.data = realloc(t->raw_data.data, 2 * size);
    memset(t->raw_data.data + size, 0, size);
    t->raw_data.len = 2 * size;
    t->dims[1] = 2;
    must_refuse(m, "has an initial state that differs within the batch");
}

/* Two square products, from tensors that say nothing, with names that say nothing; or names that
 * say the contrary of the sizes. */
static void cells(void **state)
{
    (void)state;
    static const char *const names[] = {"weight_ih", "weight_hh"};
    Onnx__ModelProto *m = model_of("cell_names");
    for (size_t i = 0; i < m->graph->n_node; i++)
        for (size_t n = 0; n < m->graph->node[i]->n_input; n++)
            for (size_t k = 0; k < 2; k++)
                if (strcmp(m->graph->node[i]->input[n], names[k]) == 0)
                    m->graph->node[i]->input[n][7] = 'x';
    for (size_t i = 0; i < m->graph->n_initializer; i++)
        for (size_t k = 0; k < 2; k++)
            if (strcmp(m->graph->initializer[i]->name, names[k]) == 0)
                m->graph->initializer[i]->name[7] = 'x';
    must_refuse(m, "(Gemm) is part of an LSTM cell of single operators in which the product with x "
                   "and that with the state cannot be told apart, or that has a projection; export "
                   "it from nn.LSTM");
    m = model_of("cell"); /* sizes and names contradict each other */
    for (size_t i = 0; i < m->graph->n_node; i++)
        for (size_t n = 0; n < m->graph->node[i]->n_input; n++)
            if (strncmp(m->graph->node[i]->input[n], "weight_", 7) == 0)
                m->graph->node[i]->input[n][7] ^= 'i' ^ 'h';
    for (size_t i = 0; i < m->graph->n_initializer; i++)
        if (strncmp(m->graph->initializer[i]->name, "weight_", 7) == 0)
            m->graph->initializer[i]->name[7] ^= 'i' ^ 'h';
    must_refuse(m, "cannot be told apart, or that has a projection");
}

/* What is behind them is told of. */
static void other_cells(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"torch_gru_cell", "(Gemm) is part of what looks like a GRU cell of single operators, which is not "
                           "read; export it from nn.GRU with dynamo=False, or give its state dict"},
        {"torch_rnn_cell", "(Gemm) is part of what looks like an RNN cell of single operators, which is not "
                           "read; export it from nn.RNN"},
        {"torch_relu_cell", "(Gemm) is part of what looks like an RNN cell"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct source source = must_read(model_of(names[i][0]));
        assert_int_equal(source.chain_count, 1);
        assert_string_equal(source.chains[0].name, "/behind/Gemm");
        assert_non_null(source.refused);
        if (strstr(source.refused[0], names[i][1]) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", source.refused[0], names[i][1]);
        source_free(&source);
    }
    Onnx__ModelProto *m = model_of("cell"); /* gates of another cell are no linear layer either */
    set_text(&node_of(m, "Sigmoid")->op_type, "HardSigmoid");
    must_refuse(m, "(Gemm) has the gates of a cell of single operators that is none of those that are known; "
                   "export it from nn.LSTM or nn.GRU");
    m = model_of("torch_rnn_cell"); /* two of one tensor are layers of a network */
    Onnx__TensorProto *w = tensor_of(m, "Gemm", 1);
    assert_int_equal(w->dims[1], 6);
    w->dims[1] = 5;
    w->raw_data.len = 6 * 5 * sizeof(float);
    set_text(&node_of(m, "Gemm")->input[0], "x");
    struct source source = must_read(m);
    assert_null(source.refused);
    assert_int_equal(source.chain_count, 3);
    source_free(&source);
}

/* Neither names of weights nor a state tell the products of the cell apart, only sizes do. */
static void hide(const Onnx__ModelProto *m)
{
    for (size_t i = 0; i < m->graph->n_initializer; i++)
        if (strncmp(m->graph->initializer[i]->name, "cell.weight_", 12) == 0)
            m->graph->initializer[i]->name[5] = 'x';
    for (size_t i = 0; i < m->graph->n_node; i++)
        for (size_t n = 0; n < m->graph->node[i]->n_input; n++)
            if (strncmp(m->graph->node[i]->input[n], "cell.weight_", 12) == 0)
                m->graph->node[i]->input[n][5] = 'x';
    set_text(&node_of(m, "Gather")->input[0], "h");
}

/* A product with y that gives what the one of x reads: y may be projected, if sizes alone tell. */
static void cell_projected(void **state)
{
    (void)state;
    for (int named = 0; named <= 1; named++)
        for (int size = 4; size <= 5; size++) {
            Onnx__ModelProto *m = model_of("torch_cell");
            for (size_t i = 0; i < m->graph->n_initializer; i++) {
                Onnx__TensorProto *t = m->graph->initializer[i];
                if (strncmp(t->name, "behind.", 7) != 0)
                    continue;
                const size_t bytes = (size_t)size * (t->n_dims == 2 ? 6 : 1) * sizeof(float);
                free(t->raw_data.data);
                t->raw_data = (ProtobufCBinaryData){bytes, calloc(1, bytes)};
                t->dims[0] = size;
            }
            if (named == 0)
                hide(m);
            struct source source = must_read(m);
            bool said = false;
            if (named == 0 && size == 5) { /* what is behind it is told of */
                assert_non_null(strstr(source.refused[0], "cannot be told apart, or that has a projection"));
                source_free(&source);
                continue;
            }
            assert_null(source.refused);
            for (int i = 0; i < source.chains[0].assumed_count; i++)
                said = said || strstr(source.chains[0].assumed[i],
                                      named ? "y is not projected; which of its products is that of y of the "
                                              "frame before is told by the name of its weights"
                                            : "is told by its size") != NULL;
            assert_true(said);
            source_free(&source);
        }
}

/* A function that calls itself, once or twice: 2^16 of it. */
static void functions(void **state)
{
    (void)state;
    for (size_t calls = 0; calls <= 2; calls++) {
        Onnx__ModelProto *m = model_of("lstm");
        Onnx__FunctionProto *f = malloc(sizeof *f);
        onnx__function_proto__init(f);
        f->name = duplicate("Body");
        f->domain = duplicate("own");
        f->node = malloc(2 * sizeof *f->node);
        for (size_t i = 0; i < 2; i++) {
            f->node[i] = malloc(sizeof *f->node[i]);
            onnx__node_proto__init(f->node[i]);
            f->node[i]->op_type = duplicate(i < calls ? "Body" : "Identity");
            f->node[i]->domain = duplicate("own");
        }
        f->n_node = 2;
        m->functions = malloc(sizeof *m->functions);
        m->functions[m->n_functions++] = f;
        Onnx__NodeProto *call = node_of(m, "Squeeze");
        set_text(&call->op_type, "Body");
        call->domain = duplicate("own");
        struct source source = must_read(m);
        assert_int_equal(source.refused != NULL, calls > 0);
        if (calls > 0)
            assert_non_null(strstr(source.refused[0], "(Body) calls functions of the model's own, of more "
                                                   "operators, or deeper in each other, than a file of its "
                                                   "size should have; put them in their place by "
                                                   "onnx.inliner.inline_local_functions(model)"));
        source_free(&source);
    }
}

/* ---- types ----------------------------------------------------------------------------------- */

static void types(void **state)
{
    (void)state;
    static const struct {
        int type;
        const char *what;
    } all[] = {{0, "has elements of type no type"}, {8, "of type strings"},
               {14, "of type complex64"},           {17, "of type float8e4m3fn"},
               {22, "of type int4, expected float"}, {23, "of type float4e2m1"},
               {99, "of type 99, which no version of ONNX that is known has"},
               {-1, "of type -1"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        Onnx__ModelProto *m = model_of("lstm");
        tensor_of(m, "LSTM", 1)->data_type = all[i].type;
        must_refuse(m, all[i].what);
    }
}

static void sizes_that_lie(void **state)
{
    (void)state;
    Onnx__ModelProto *m = model_of("lstm");
    tensor_of(m, "LSTM", 1)->dims[1] = 21;
    must_refuse(m, "has 240 bytes of data, its shape and type float want 252");
    m = model_of("lstm");
    tensor_of(m, "LSTM", 1)->dims[1] = INT64_C(1) << 40;
    must_refuse(m, "has a shape of more than 268435456 elements, or a negative one");
    m = model_of("lstm");
    tensor_of(m, "LSTM", 1)->dims[0] = -1;
    must_refuse(m, "has a shape of more than 268435456 elements, or a negative one");
    m = model_of("weights_floats");
    tensor_of(m, "LSTM", 1)->n_float_data--;
    must_refuse(m, "values, its shape wants");
}

/* ---- data outside ---------------------------------------------------------------------------- */

static void refuse_place(const char *key, const char *value, const char *what)
{
    char path[] = "tests/fixtures/onnx/outside.onnx-test";
    Onnx__ModelProto *m = model_of("external");
    Onnx__TensorProto *t = tensor_of(m, "LSTM", 1);
    for (size_t i = 0; i < t->n_external_data; i++)
        if (strcmp(t->external_data[i]->key, key) == 0)
            set_text(&t->external_data[i]->value, value);
    const size_t size = onnx__model_proto__get_packed_size(m);
    struct text bytes = {0};
    struct source source;
    struct error error = {""};
    onnx__model_proto__pack(m, (uint8_t *)text_reserve(&bytes, size));
    bytes.length = size;
    bytes.data[size] = '\0';
    onnx__model_proto__free_unpacked(m, NULL);
    assert_true(text_write_file(&bytes, path, &error));
    text_free(&bytes);
    const bool good = source_onnx(&source, path, NULL, &error);
    remove(path);
    if (good || strstr(error.text, what) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.text, what);
}

static void outside(void **state)
{
    (void)state;
    refuse_place("location", "../fixtures.def", "which is outside of the model's folder");
    refuse_place("location", "a/../../fixtures.def", "which is outside of the model's folder");
    refuse_place("location", "/etc/passwd", "which is outside of the model's folder");
    refuse_place("location", "", "which is outside of the model's folder");
    refuse_place("location", "none", "of a file beside the model, which is not there");
    refuse_place("offset", "100000", "which is not there or not so long");
    refuse_place("offset", "18446744073709551615", "which is not there or not so long");
    refuse_place("offset", "x", "its offset is no number");
    refuse_place("length", "7", "has 7 bytes of data in 'external.weights'");
    assert_int_equal(symlink("../fixtures.def", "tests/fixtures/onnx/link-test"), 0);
    refuse_place("location", "link-test", "which is outside of the model's folder");
    remove("tests/fixtures/onnx/link-test");
    must_refuse(model_of("external"), "lies outside of the file, and where is not known");
}

/* ---- graphs ---------------------------------------------------------------------------------- */

static void circles(void **state)
{
    (void)state;
    Onnx__ModelProto *m = model_of("weights_transposed");
    set_text(&node_of(m, "Transpose")->input[0], node_of(m, "Identity")->output[0]);
    must_refuse(m, "depends on itself, or on more than 200 operators in a row");
    m = model_of("lstm"); /* layers in a circle are two chains, or one */
    set_text(&node_of(m, "LSTM")->input[0], node_of(m, "Squeeze")->output[0]);
    struct source source = must_read(m);
    source_free(&source);
}

/* Each the last one twice: 2^60 elements, or steps. */
static void growth(void **state)
{
    (void)state;
    Onnx__ModelProto *m = model_of("lstm");
    char last[32];
    snprintf(last, sizeof last, "%s", node_of(m, "LSTM")->input[1]);
    for (int i = 0; i < 60; i++) {
        char next[32];
        snprintf(next, sizeof next, "grown_%d", i);
        Onnx__AttributeProto *axis = add_attribute(add_node(m, "Concat", (const char *[]){last, last}, 2, next), "axis");
        axis->has_i = true;
        axis->i = 1;
        memcpy(last, next, sizeof last);
    }
    set_text(&node_of(m, "LSTM")->input[1], last);
    must_refuse(m, "is computed from constants in more steps than a file of its size should need");
}

/* Graphs in graphs: `If` in its own branch. */
static void depth(void **state)
{
    (void)state;
    enum { LEVELS = 30000 };
    struct source source;
    struct error error = {""};
    struct text bytes = {0}, inner = {0};
    text_append_bytes(&bytes, "\x08\x08", 2);
    /* ends of lengths are made from the inside out: node { attribute { g { ... } } } */
    unsigned char *all = allocate((size_t)LEVELS * 20, 1);
    size_t at = (size_t)LEVELS * 20, size = 0;
    for (int i = 0; i < 3 * LEVELS; i++) {
        static const unsigned char tags[] = {0x32, 0x2a, 0x0a}; /* g, attribute, node */
        unsigned char head[8];
        size_t length = 0;
        head[length++] = tags[i % 3];
        for (size_t rest = size; ; rest >>= 7) {
            head[length++] = (unsigned char)((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
            if (rest <= 0x7f)
                break;
        }
        if (length > at)
            break;
        at -= length;
        memcpy(all + at, head, length);
        size += length;
    }
    unsigned char head[6] = {0x3a};
    for (int i = 1; i < 6; i++)
        head[i] = (unsigned char)((size >> (7 * (i - 1)) & 0x7f) | (i < 5 ? 0x80 : 0));
    text_append_bytes(&bytes, head, sizeof head);
    text_append_bytes(&bytes, all + at, size);
    assert_false(source_onnx_bytes(&source, bytes.data, bytes.length, "a.onnx", &error));
    if (strstr(error.text, "lie in each other more than 64 deep") == NULL)
        fail_msg("%s", error.text);
    free(all);
    text_free(&bytes);
    text_free(&inner);
}

/* Two bytes of the file that are a hundred of memory. */
static void many_messages(void **state)
{
    (void)state;
    enum { NODES = 4 << 20 };
    struct source source;
    struct error error = {""};
    struct text bytes = {0};
    const size_t size = 2 * (size_t)NODES;
    unsigned char head[8] = {0x08, 0x08, 0x3a};
    for (int i = 3; i < 8; i++)
        head[i] = (unsigned char)((size >> (7 * (i - 3)) & 0x7f) | (i < 7 ? 0x80 : 0));
    text_append_bytes(&bytes, head, sizeof head);
    for (int i = 0; i < NODES; i++)
        text_append_bytes(&bytes, "\x0a\x00", 2);
    assert_false(source_onnx_bytes(&source, bytes.data, bytes.length, "a.onnx", &error));
    if (strstr(error.text, "need too much memory for a file of") == NULL)
        fail_msg("%s", error.text);
    text_free(&bytes);
}

/* ---- one of several -------------------------------------------------------------------------- */

/* A chain that cannot be read leaves the others, and a note. */
static void one_of_two(void **state)
{
    (void)state;
    Onnx__ModelProto *m = model_of("lstm_stack");
    Onnx__NodeProto *second = NULL;
    for (size_t i = 0; i < m->graph->n_node; i++)
        if (strcmp(m->graph->node[i]->op_type, "LSTM") == 0)
            second = m->graph->node[i];
    set_text(&second->input[0], "Z");
    Onnx__AttributeProto *a = add_attribute(second, "clip");
    a->has_f = true;
    a->f = 3.0f;
    struct source source = must_read(m);
    assert_int_equal(source.chain_count, 1);
    assert_int_equal(source.chains[0].layer_count, 1);
    assert_non_null(strstr(source.refused[0], "has clip 3"));
    struct error error = {""}; /* nobody is to take the rest for all of it */
    assert_null(source_only(&source, "a.onnx", &error));
    assert_non_null(strstr(error.text, "a.onnx: cannot be read as a whole (node 'node_lstm_"));
    source.asked = true;
    assert_ptr_equal(source_only(&source, "a.onnx", &error), &source.chains[0]);
    source_free(&source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clip),
        cmocka_unit_test(activations),
        cmocka_unit_test(direction),
        cmocka_unit_test(lengths),
        cmocka_unit_test(weights_that_vary),
        cmocka_unit_test(other_shapes),
        cmocka_unit_test(hidden_size),
        cmocka_unit_test(no_layer),
        cmocka_unit_test(not_finite),
        cmocka_unit_test(states_of_a_batch),
        cmocka_unit_test(cells),
        cmocka_unit_test(other_cells),
        cmocka_unit_test(cell_projected),
        cmocka_unit_test(functions),
        cmocka_unit_test(types),
        cmocka_unit_test(sizes_that_lie),
        cmocka_unit_test(outside),
        cmocka_unit_test(circles),
        cmocka_unit_test(growth),
        cmocka_unit_test(depth),
        cmocka_unit_test(many_messages),
        cmocka_unit_test(one_of_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
