/* SPDX-License-Identifier: Apache-2.0
 * onnx_cell_other.c - RNN and GRU cells that an exporter took apart, which are not read:
 *
 *   y = Tanh(Gemm(x, Wx) + Gemm(y', Wy))                           or Relu
 *   n = Tanh(part of Gemm(x, Wx) + r * part of Gemm(y', Wy))       r = Sigmoid(...)
 *
 * Their products are no linear layers, so they have to be known for what they are. */
#include <string.h>

#include "models/source/onnx_layers.h"
#include "onnx.pb-c.h"

enum { SUM_DEPTH = 4 };

struct finding {
    struct onnx_layers *layers;
    const struct onnx_scope *scope;
    struct onnx_product products[2];
    int count;
};

static const Onnx__NodeProto *node_of(const struct finding *f, const char *name)
{
    const struct onnx_scope *where;
    const Onnx__NodeProto *node = name != NULL ? onnx_node_of(f->scope, name, &where) : NULL;
    return node != NULL && where == f->scope ? node : NULL;
}

static bool is_constant(const struct finding *f, const char *name)
{
    int rank;
    int64_t shape[ONNX_RANK_MOST];
    return name != NULL && onnx_shape(f->layers, f->scope, name, &rank, shape);
}

/* Adds the products that a sum has; false: it has something else, too. */
static bool find_products(struct finding *f, const char *name, int depth)
{
    const Onnx__NodeProto *node = node_of(f, name);
    if (node == NULL || depth > SUM_DEPTH)
        return is_constant(f, name);
    if (onnx_is(node, "Add"))
        return find_products(f, onnx_input(node, 0), depth + 1) &&
               find_products(f, onnx_input(node, 1), depth + 1);
    if (onnx_is(node, "Conv") || !onnx_is_product(f->layers, f->scope, node))
        return is_constant(f, name);
    if (f->count == 2)
        return false;
    f->products[f->count++] = (struct onnx_product){node, f->scope, NULL};
    return true;
}

/* [output, input] */
static bool sizes_of(const struct finding *f, const struct onnx_product *p, int64_t sizes[2])
{
    int64_t shape[ONNX_RANK_MOST];
    int rank;
    const int turned = onnx_is_turned(p->node);
    if (!onnx_shape(f->layers, p->scope, onnx_input(p->node, 1), &rank, shape) || rank != 2)
        return false;
    sizes[0] = shape[turned ? 0 : 1];
    sizes[1] = shape[turned ? 1 : 0];
    return true;
}

/* Two of as many rows, of two tensors, of which one is what `blocks` of the rows give. */
static bool fit(const struct finding *f, int64_t blocks)
{
    int64_t a[2], b[2];
    return f->count == 2 &&
           strcmp(onnx_input(f->products[0].node, 0), onnx_input(f->products[1].node, 0)) != 0 &&
           sizes_of(f, &f->products[0], a) && sizes_of(f, &f->products[1], b) &&
           a[0] == b[0] && (a[1] * blocks == a[0] || b[1] * blocks == a[0]);
}

static bool is_rnn(struct finding *f, const Onnx__NodeProto *node)
{
    return (onnx_is(node, "Tanh") || onnx_is(node, "Relu")) &&
           find_products(f, onnx_input(node, 0), 0) && fit(f, 1);
}

/* Of a part of a product. */
static bool find_part(struct finding *f, const char *name)
{
    const Onnx__NodeProto *node = node_of(f, name);
    const int before = f->count;
    return node != NULL && (onnx_is(node, "Split") || onnx_is(node, "Slice")) &&
           find_products(f, onnx_input(node, 0), 1) && f->count == before + 1;
}

/* Sigmoid(...) * part, either way round. */
static bool find_reset(struct finding *f, const Onnx__NodeProto *node)
{
    for (size_t way = 0; way < 2; way++) {
        const Onnx__NodeProto *gate = node_of(f, onnx_input(node, way));
        if (gate != NULL && onnx_is(gate, "Sigmoid") && find_part(f, onnx_input(node, 1 - way)))
            return true;
    }
    return false;
}

static bool is_gru(struct finding *f, const Onnx__NodeProto *node)
{
    const Onnx__NodeProto *sum = onnx_is(node, "Tanh") ? node_of(f, onnx_input(node, 0)) : NULL;
    for (size_t way = 0; sum != NULL && onnx_is(sum, "Add") && way < 2; way++) {
        const Onnx__NodeProto *product = node_of(f, onnx_input(sum, way));
        f->count = 0;
        if (product != NULL && onnx_is(product, "Mul") && find_reset(f, product) &&
            find_part(f, onnx_input(sum, 1 - way)) && fit(f, 3))
            return true;
    }
    return false;
}

bool onnx_find_other_cell(struct onnx_layers *layers, const struct onnx_scope *scope,
                          const Onnx__NodeProto *node, struct onnx_cell *cell)
{
    struct finding f = {.layers = layers, .scope = scope};
    const bool rnn = is_rnn(&f, node);
    if (!rnn)
        f.count = 0;
    if (!rnn && !is_gru(&f, node))
        return false;
    *cell = (struct onnx_cell){.of_x = f.products[0], .of_y = f.products[1]};
    onnx_refuse(layers, scope, f.products[0].node,
                "is part of what looks like %s cell of single operators, which is not read; export "
                "it from nn.%s with dynamo=False, or give its state dict",
                rnn ? "an RNN" : "a GRU", rnn ? "RNN" : "GRU");
    onnx_note_refused(layers);
    return true;
}

/* How many Sigmoid and Tanh read a tensor. */
static int squashes(const struct onnx_scope *scope, const char *name)
{
    int count = 0;
    for (size_t n = 0; n < scope->graph->n_node; n++) {
        const Onnx__NodeProto *node = scope->graph->node[n];
        const bool is = onnx_is(node, "Sigmoid") || onnx_is(node, "Tanh") || onnx_is(node, "HardSigmoid");
        count += is && onnx_input(node, 0) != NULL && strcmp(onnx_input(node, 0), name) == 0;
    }
    return count;
}

/* Of the parts of a tensor, or of a sum that it is in, how many go into one such. */
static int gates_of(const struct onnx_scope *scope, const char *name, int depth)
{
    int gates = 0;
    for (size_t n = 0; depth < SUM_DEPTH && n < scope->graph->n_node; n++) {
        const Onnx__NodeProto *node = scope->graph->node[n];
        const bool sum = onnx_is(node, "Add"), cut = onnx_is(node, "Split") || onnx_is(node, "Slice");
        bool reads = false;
        for (size_t i = 0; (sum || cut) && i < node->n_input && i < (sum ? 2 : 1); i++)
            reads = reads || strcmp(node->input[i], name) == 0;
        for (size_t i = 0; reads && i < node->n_output; i++)
            gates += sum ? gates_of(scope, node->output[i], depth + 1)
                         : squashes(scope, node->output[i]) == 1;
    }
    return gates;
}

bool onnx_feeds_gates(const struct onnx_scope *scope, const char *name)
{
    enum { GATES_LEAST = 3 };
    return gates_of(scope, name, 0) >= GATES_LEAST;
}
