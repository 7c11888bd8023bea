/* SPDX-License-Identifier: Apache-2.0
 * onnx_find.c - the nodes of a model that are layers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/source/onnx_layers.h"
#include "onnx.pb-c.h"

enum { LAYERS_MOST = 4096, CELLS_MOST = 1024 }; /* of a file */

/* ---- layers ---------------------------------------------------------------------------------- */

static struct onnx_layer *add_layer(struct onnx_layers *layers, const struct onnx_scope *scope,
                                    const Onnx__NodeProto *node, const char *y)
{
    const struct onnx_scope *where;
    struct onnx_layer *layer = &layers->at[layers->count++];
    *layer = (struct onnx_layer){.scope = scope, .node = node, .x = onnx_input(node, 0), .y = y,
                                 .before = -1, .behind = -1, .form = {.directions = 1}};
    layer->gives = onnx_find(scope, y, &where);
    return layer;
}

/* The one node of that type that reads a tensor, if nothing else does. */
static const Onnx__NodeProto *only_user(const struct onnx_layer *layer, const char *type)
{
    const struct onnx_value *value = layer->gives;
    const bool only = value->uses == 1 && value->user != NULL && !value->is_output &&
                      value->user_scope == layer->scope && onnx_is(value->user, type) &&
                      onnx_output(value->user, 0) != NULL;
    return only ? value->user : NULL;
}

static void gives(struct onnx_layer *layer, const Onnx__NodeProto *node)
{
    const struct onnx_scope *where;
    layer->y = onnx_output(node, 0);
    layer->gives = onnx_find(layer->scope, layer->y, &where);
}

/* The Add behind a MatMul, if what it adds is a constant vector. */
static void take_bias(struct onnx_layers *layers, struct onnx_layer *layer)
{
    const Onnx__NodeProto *add = only_user(layer, "Add");
    int rank;
    int64_t shape[ONNX_RANK_MOST];
    if (add == NULL || !onnx_is(layer->node, "MatMul") || onnx_attribute(add, "axis") != NULL)
        return; /* before version 7 an axis says where the vector goes */
    const char *left = onnx_input(add, 0), *right = onnx_input(add, 1);
    const char *other = left != NULL && strcmp(left, layer->y) == 0 ? right : left;
    if (other == NULL || !onnx_shape(layers, layer->scope, other, &rank, shape))
        return;
    int64_t count = 1;
    for (int i = 0; i < rank; i++)
        count *= shape[i];
    if (count != 1 && (rank == 0 || shape[rank - 1] != count || count != layer->form.features))
        return;
    layer->product.bias = other;
    gives(layer, add);
}

static void take_activation(struct onnx_layer *layer)
{
    static const char *const known[][2] = {
        {"Relu", "relu"}, {"Sigmoid", "sigmoid"}, {"Tanh", "tanh"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const Onnx__NodeProto *node = only_user(layer, known[i][0]);
        if (node == NULL)
            continue;
        layer->activation = known[i][1];
        gives(layer, node);
        return;
    }
}

static void add_product(struct onnx_layers *layers, const struct onnx_scope *scope,
                        const Onnx__NodeProto *node)
{
    int rank;
    int64_t shape[ONNX_RANK_MOST];
    const bool turned = onnx_is_turned(node);
    if (!onnx_is_product(layers, scope, node) ||
        !onnx_shape(layers, scope, onnx_input(node, 1), &rank, shape))
        return;
    struct onnx_layer *layer = add_layer(layers, scope, node, onnx_output(node, 0));
    layer->kind = ONNX_LINEAR;
    layer->form.features = (int)shape[turned ? 0 : 1];
    for (int i = 0; onnx_is(node, "Conv") && i < rank; i++)
        layer->form.axes[i] = i == 1 ? 'F' : 'N';
    layer->product = (struct onnx_product){node, scope, NULL};
    take_bias(layers, layer);
    take_activation(layer);
}

/* What it gives: all frames, or if nobody reads those the last one, which of a layer that runs
 * backward is another. */
static void add_recurrent(struct onnx_layers *layers, const struct onnx_scope *scope,
                          const Onnx__NodeProto *node)
{
    const struct onnx_scope *where;
    const Onnx__AttributeProto *direction = onnx_attribute(node, "direction");
    const bool turned = onnx_int(node, "layout", 0) != 0;
    const bool both = direction != NULL && direction->s.len == strlen("bidirectional");
    const bool forward = direction == NULL || direction->s.len == 0 ||
                         (direction->s.data[0] | 0x20) == 'f';
    const char *all = onnx_output(node, 0), *last = onnx_output(node, 1);
    const struct onnx_value *read = all != NULL ? onnx_find(scope, all, &where) : NULL;
    const bool use_last = last != NULL && forward && (read == NULL || read->uses == 0);
    const char *y = use_last ? last : all != NULL ? all : last;
    const int64_t size = onnx_int(node, "hidden_size", 0);
    if (onnx_input(node, 0) == NULL || y == NULL)
        return;
    struct onnx_layer *layer = add_layer(layers, scope, node, y);
    layer->kind = ONNX_RECURRENT;
    layer->form.features = size > 0 && size < INT32_MAX / 2 ? (int)size : 0;
    layer->form.directions = both ? 2 : 1;
    layer->form.one_frame = y != all;
    snprintf(layer->form.axes, sizeof layer->form.axes, "%s",
             y != all ? (turned ? "BDF" : "DBF") : (turned ? "BTDF" : "TDBF"));
}

/* ---- cells ----------------------------------------------------------------------------------- */

struct cells {
    struct found {
        const struct onnx_scope *scope;
        const Onnx__NodeProto *node; /* o * tanh(c) */
        struct onnx_cell cell;
        bool again; /* the same weights once more: frames stand one behind the other */
    } *at;
    int count;
};

static bool is_again(const struct cells *cells, const struct onnx_cell *cell)
{
    const char *name = onnx_input(cell->of_y.node, 1);
    for (int i = 0; i < cells->count; i++)
        if (cells->at[i].scope == cell->of_y.scope &&
            strcmp(onnx_input(cells->at[i].cell.of_y.node, 1), name) == 0)
            return true;
    return false;
}

static void find_cells(struct onnx_layers *layers, const struct onnx_scope *scope,
                       struct cells *cells)
{
    int again = 0;
    for (size_t n = 0; n < scope->graph->n_node && cells->count < CELLS_MOST; n++) {
        struct found *found = &cells->at[cells->count];
        *found = (struct found){.scope = scope, .node = scope->graph->node[n]};
        if (!onnx_find_cell(layers, scope, found->node, &found->cell) &&
            !onnx_find_other_cell(layers, scope, found->node, &found->cell))
            continue;
        found->again = is_again(cells, &found->cell);
        again += found->again && found->cell.y != NULL;
        cells->count++;
    }
    if (again > 0)
        source_add_note(layers->source, "%d LSTM cells of single operators have the weights of one "
                        "before them: the frames stand one behind the other in the graph", again);
}

static void add_cell(struct onnx_layers *layers, const struct found *found)
{
    struct onnx_layer *layer =
        add_layer(layers, found->scope, found->node, onnx_output(found->node, 0));
    layer->kind = ONNX_CELL;
    layer->cell = found->cell;
    layer->x = onnx_input(found->cell.of_x.node, 0);
    layer->form.features = (int)found->cell.size;
    memcpy(layer->form.axes, "BF", sizeof "BF");
}

/* The node is part of a cell: the last one is where that stands in the order of the graph. */
static bool add_of_cell(struct onnx_layers *layers, const struct cells *cells,
                        const Onnx__NodeProto *node)
{
    for (int i = 0; i < cells->count; i++) {
        const struct found *found = &cells->at[i];
        if (found->node == node && !found->again && found->cell.y != NULL)
            add_cell(layers, found);
        if (found->node == node || found->cell.of_x.node == node || found->cell.of_y.node == node)
            return true;
    }
    return false;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void add_node(struct onnx_layers *layers, const struct onnx_scope *scope,
                     const struct cells *cells, const Onnx__NodeProto *node)
{
    if (node->op_type == NULL || add_of_cell(layers, cells, node))
        return;
    if (onnx_is_recurrent(node))
        add_recurrent(layers, scope, node);
    else
        add_product(layers, scope, node);
}

void onnx_list_layers(struct onnx_layers *layers)
{
    struct cells cells = {.at = allocate(CELLS_MOST, sizeof *cells.at)};
    layers->at = allocate(LAYERS_MOST, sizeof *layers->at);
    for (int s = 0; s < layers->graph->scope_count; s++)
        find_cells(layers, layers->graph->scopes[s], &cells);
    for (int s = 0; s < layers->graph->scope_count; s++) {
        const struct onnx_scope *scope = layers->graph->scopes[s];
        for (size_t n = 0; n < scope->graph->n_node && layers->count < LAYERS_MOST; n++)
            add_node(layers, scope, &cells, scope->graph->node[n]);
    }
    if (layers->count == LAYERS_MOST)
        source_add_note(layers->source, "there are more layers than the first %d, which are not "
                        "looked at", LAYERS_MOST);
    free(cells.at);
}
