/* SPDX-License-Identifier: Apache-2.0
 * onnx_linear.c - products with constant matrices: Gemm, MatMul and the Add behind it, and Conv that
 * reads one frame at a time. */
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/source/onnx_layers.h"
#include "onnx.pb-c.h"

static bool varies(struct onnx_layers *layers, const struct onnx_scope *scope, const char *name)
{
    int rank;
    int64_t shape[ONNX_RANK_MOST];
    return !onnx_shape(layers, scope, name, &rank, shape);
}

/* All of a list are that number; so is one that is not there. */
static bool all_are(const Onnx__NodeProto *node, const char *name, int64_t value)
{
    const Onnx__AttributeProto *a = onnx_attribute(node, name);
    for (size_t i = 0; a != NULL && i < a->n_ints; i++)
        if (a->ints[i] != value)
            return false;
    return true;
}

/* A kernel of one element that goes over all of them: [output, input, 1 ...]. */
static bool is_pointwise(const Onnx__NodeProto *node)
{
    return onnx_is(node, "Conv") && onnx_int(node, "group", 1) == 1 &&
           all_are(node, "kernel_shape", 1) && all_are(node, "strides", 1) && all_are(node, "pads", 0);
}

/* [output, input] of a product's matrix, whose shape is a Conv's kernel, too. */
static bool matrix_shape(const Onnx__NodeProto *node, int *rank, const int64_t shape[ONNX_RANK_MOST])
{
    for (int i = 2; onnx_is(node, "Conv") && i < *rank; i++)
        if (shape[i] != 1)
            return false;
    const bool flat = onnx_is(node, "Conv") ? *rank > 2 : *rank == 2;
    *rank = 2;
    return flat && shape[0] > 0 && shape[1] > 0;
}

bool onnx_is_turned(const Onnx__NodeProto *node)
{
    return onnx_is(node, "Conv") || (onnx_is(node, "Gemm") && onnx_int(node, "transB", 0) != 0);
}

bool onnx_is_product(struct onnx_layers *layers, const struct onnx_scope *scope,
                     const Onnx__NodeProto *node)
{
    return onnx_has_matrix(layers, scope, node) && varies(layers, scope, onnx_input(node, 0));
}

bool onnx_has_matrix(struct onnx_layers *layers, const struct onnx_scope *scope,
                     const Onnx__NodeProto *node)
{
    const char *x = onnx_input(node, 0), *w = onnx_input(node, 1);
    int rank;
    int64_t shape[ONNX_RANK_MOST];
    const bool gemm = onnx_is(node, "Gemm") && onnx_int(node, "transA", 0) == 0;
    const bool biased = gemm || is_pointwise(node);
    if (biased && onnx_input(node, 2) != NULL &&
        !onnx_shape(layers, scope, onnx_input(node, 2), &rank, shape))
        return false;
    return (biased || onnx_is(node, "MatMul")) && x != NULL && w != NULL &&
           onnx_output(node, 0) != NULL && onnx_shape(layers, scope, w, &rank, shape) &&
           matrix_shape(node, &rank, shape);
}

static double real_of(const Onnx__NodeProto *node, const char *name)
{
    const Onnx__AttributeProto *attribute = onnx_attribute(node, name);
    return attribute != NULL ? (double)attribute->f : 1.0;
}

/* One for each row, or one for all. */
static bool bias_fits(const struct onnx_weights *w)
{
    const struct onnx_tensor *b = &w->bias;
    const bool last = b->rank == 0 || b->shape[b->rank - 1] == (int64_t)b->count;
    return b->values == NULL || (last && (b->count == 1 || b->count == (size_t)w->output));
}

double onnx_weights_bias(const struct onnx_weights *w, int64_t row)
{
    if (w->bias.values == NULL)
        return 0.0;
    return w->beta * w->bias.values[w->bias.count == 1 ? 0 : (size_t)row];
}

static bool read_bias(struct onnx_layers *layers, const struct onnx_product *p,
                      struct onnx_weights *w)
{
    const char *name = p->bias != NULL ? p->bias : onnx_input(p->node, 2);
    if (name == NULL)
        return true;
    const enum onnx_fold folded =
        onnx_fold(layers->graph, p->scope, name, &w->bias, layers->error);
    if (folded == ONNX_FAILED)
        return false;
    return (folded == ONNX_FOLDED && bias_fits(w)) ||
           onnx_refuse(layers, p->scope, p->node, "adds '%s', which is no constant bias, one for "
                       "each of its %lld outputs", name, (long long)w->output);
}

bool onnx_weights_read(struct onnx_layers *layers, const struct onnx_product *p,
                       struct onnx_weights *w)
{
    const bool gemm = onnx_is(p->node, "Gemm");
    const bool turned = onnx_is_turned(p->node);
    *w = (struct onnx_weights){.alpha = gemm ? real_of(p->node, "alpha") : 1.0,
                               .beta = gemm && p->bias == NULL ? real_of(p->node, "beta") : 1.0};
    const enum onnx_fold folded = onnx_fold(layers->graph, p->scope, onnx_input(p->node, 1),
                                            &w->matrix, layers->error);
    if (folded != ONNX_FOLDED || !matrix_shape(p->node, &w->matrix.rank, w->matrix.shape))
        return folded != ONNX_FAILED &&
               onnx_refuse(layers, p->scope, p->node, "has no constant matrix");
    const int64_t *shape = w->matrix.shape;
    w->output = shape[turned ? 0 : 1];
    w->input = shape[turned ? 1 : 0];
    for (size_t i = 0; i < w->matrix.count; i++)
        w->matrix.values[i] *= w->alpha;
    w->view = (struct onnx_matrix){w->matrix.values, 0, turned ? (size_t)shape[1] : 1,
                                   turned ? 1 : (size_t)shape[1]};
    return read_bias(layers, p, w);
}

void onnx_weights_free(struct onnx_weights *w)
{
    onnx_tensor_free(&w->matrix);
    onnx_tensor_free(&w->bias);
}

static bool put_bias(struct source_layer *to, const struct onnx_weights *w)
{
    const size_t size = (size_t)w->output;
    if (w->bias.values == NULL)
        return true;
    double *bias = allocate(size, sizeof *bias);
    for (size_t i = 0; i < size; i++)
        bias[i] = onnx_weights_bias(w, (int64_t)i);
    const bool good =
        onnx_put_matrix(to, "b", &(struct onnx_matrix){bias, 0, 1, 0}, (int)size, 0);
    free(bias);
    return good;
}

bool onnx_take_linear(struct onnx_layers *layers, const struct onnx_layer *layer,
                      struct source_chain *chain)
{
    struct onnx_weights w;
    bool good = onnx_weights_read(layers, &layer->product, &w);
    if (good) {
        char name[PRINTABLE_NAME];
        struct text full = {0};
        printable(name, sizeof name, onnx_node_name(layer->node));
        text_appendf(&full, "%s%s", layer->scope->name, name);
        struct source_layer *to =
            source_add_layer(chain, full.data, (int)w.input, (int)w.output);
        text_free(&full);
        source_add_key(to, "kind", "linear");
        if (layer->activation != NULL)
            source_add_key(to, "activation", layer->activation);
        good = (onnx_put_matrix(to, "W", &w.view, (int)w.output, (int)w.input) &&
                put_bias(to, &w)) ||
               onnx_refuse(layers, layer->scope, layer->node,
                           "has a weight that is no finite number");
    }
    onnx_weights_free(&w);
    return good;
}
