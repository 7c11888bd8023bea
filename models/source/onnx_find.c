/* SPDX-License-Identifier: Apache-2.0
 * onnx_find.c - the nodes of a model that are layers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/source/onnx_layers.h"
#include "onnx.pb-c.h"

enum { LAYERS_MOST = 4096, CELLS_MOST = 1024, PASSED_MOST = 4 }; /* of a file */

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

/* The Add behind a product without a bias, if what it adds is a constant vector. */
static void take_bias(struct onnx_layers *layers, struct onnx_layer *layer)
{
    const Onnx__NodeProto *add = only_user(layer, "Add");
    int rank;
    int64_t shape[ONNX_RANK_MOST];
    const bool has_one = onnx_is(layer->node, "Gemm") && onnx_input(layer->node, 2) != NULL;
    if (add == NULL || has_one || onnx_attribute(add, "axis") != NULL)
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

/* Why a product with a constant is no linear layer of ours; NULL: it is none with a constant. */
static const char *why_passed(struct onnx_layers *layers, const struct onnx_scope *scope,
                              const Onnx__NodeProto *node)
{
    const char *x = onnx_input(node, 0), *w = onnx_input(node, 1), *c = onnx_input(node, 2);
    int left, right, rank;
    int64_t shape[ONNX_RANK_MOST];
    if ((!onnx_is(node, "Gemm") && !onnx_is(node, "MatMul")) || x == NULL || w == NULL)
        return NULL;
    const bool has_left = onnx_shape(layers, scope, x, &left, shape);
    const bool has_right = onnx_shape(layers, scope, w, &right, shape);
    if (has_left == has_right)
        return NULL;
    if (has_left)
        return left == 2 ? "has its constant matrix on the left, where frames are columns; export it "
                           "as x W, with frames as rows" : NULL;
    if (onnx_is(node, "Gemm") && onnx_int(node, "transA", 0) != 0)
        return "reads frames as columns (transA); export it without";
    if (right > 2)
        return "has a constant of more than two dimensions; export it with one matrix";
    return c != NULL && !onnx_shape(layers, scope, c, &rank, shape)
               ? "adds what is no constant; export it with an Add behind it" : NULL;
}

/* It is left to the host, like all that is no layer; but if there is no other one, that is why. */
static void pass_over(struct onnx_layers *layers, const struct onnx_scope *scope,
                      const Onnx__NodeProto *node)
{
    const char *why = why_passed(layers, scope, node);
    if (why == NULL || layers->passed++ >= PASSED_MOST)
        return;
    onnx_refuse(layers, scope, node, "%s", why);
    source_add_note(layers->source, "%s", layers->error->text);
    if (layers->passed == 1)
        layers->first_passed = *layers->error;
}

static void refuse_recurrent(struct onnx_layers *layers, const struct onnx_scope *scope,
                             const Onnx__NodeProto *node, const char *what)
{
    onnx_refuse(layers, scope, node, "%s", what);
    onnx_note_refused(layers);
}

static void add_product(struct onnx_layers *layers, const struct onnx_scope *scope,
                        const Onnx__NodeProto *node)
{
    int rank;
    int64_t shape[ONNX_RANK_MOST];
    const bool turned = onnx_is_turned(node);
    if (!onnx_is_product(layers, scope, node) ||
        !onnx_shape(layers, scope, onnx_input(node, 1), &rank, shape)) {
        pass_over(layers, scope, node);
        return;
    }
    struct onnx_layer *layer = add_layer(layers, scope, node, onnx_output(node, 0));
    layer->kind = ONNX_LINEAR;
    layer->form.features = (int)shape[turned ? 0 : 1];
    for (int i = 0; onnx_is(node, "Conv") && i < rank; i++)
        layer->form.axes[i] = i == 1 ? 'F' : rank != 3 ? 'N' : i == 0 ? 'P' : 'Q';
    layer->product = (struct onnx_product){node, scope, NULL};
    take_bias(layers, layer);
    if (onnx_feeds_gates(scope, layer->y)) {
        layers->count--;
        refuse_recurrent(layers, scope, node, "has the gates of a cell of single operators that is none of those "
                         "that are known; export it from nn.LSTM or nn.GRU by torch.onnx.export(..., dynamo=False)");
        return;
    }
    take_activation(layer);
}

static bool is_read(const struct onnx_scope *scope, const char *name)
{
    const struct onnx_scope *where;
    const struct onnx_value *value = name != NULL ? onnx_find(scope, name, &where) : NULL;
    return value != NULL && value->uses > 0;
}

/* What it gives: all frames, or if nobody reads those the one where it ends.  Of a layer that runs
 * backward that is the first one, and of one of both directions it is two: nothing can be linked to
 * it (of no axes). */
static void add_recurrent(struct onnx_layers *layers, const struct onnx_scope *scope,
                          const Onnx__NodeProto *node)
{
    const Onnx__AttributeProto *direction = onnx_attribute(node, "direction");
    const bool turned = onnx_int(node, "layout", 0) != 0;
    const bool both = direction != NULL && direction->s.len == strlen("bidirectional");
    const bool forward = direction == NULL || direction->s.len == 0 ||
                         (direction->s.data[0] | 0x20) == 'f';
    const char *all = onnx_output(node, 0), *last = onnx_output(node, 1);
    const bool use_last = last != NULL && !is_read(scope, all) && (is_read(scope, last) || all == NULL);
    const char *y = use_last ? last : all;
    const int64_t size = onnx_int(node, "hidden_size", 0);
    if (onnx_input(node, 0) == NULL) {
        refuse_recurrent(layers, scope, node, "has no x");
        return;
    }
    if (!is_read(scope, y) && is_read(scope, onnx_output(node, 2))) {
        refuse_recurrent(layers, scope, node, "gives the graph nothing but its c, which a network of "
                         "ours does not; export it so that its y is read");
        return;
    }
    if (y == NULL)
        return; /* nobody wants anything of it */
    struct onnx_layer *layer = add_layer(layers, scope, node, y);
    layer->kind = ONNX_RECURRENT;
    layer->form.features = size > 0 && size < INT32_MAX / 2 ? (int)size : 0;
    layer->form.directions = both ? 2 : 1;
    layer->form.one_frame = use_last;
    snprintf(layer->form.axes, sizeof layer->form.axes, "%s",
             !use_last ? (turned ? "BTDF" : "TDBF")
             : forward ? (turned ? "BDF" : "DBF")
                       : "");
}

/* ---- cells ----------------------------------------------------------------------------------- */

struct cells {
    struct found {
        const struct onnx_scope *scope;
        const Onnx__NodeProto *node; /* o * tanh(c) */
        struct onnx_cell cell;
        bool again; /* the same weights once more: frames stand one behind the other */
        int from;   /* of which the states come then, by number */
    } *at;
    int count;
};

static bool same_weights(const struct onnx_cell *a, const struct onnx_cell *b)
{
    const struct onnx_scope *of_a = a->of_y.scope, *of_b = b->of_y.scope;
    const char *left = onnx_input(a->of_y.node, 1), *right = onnx_input(b->of_y.node, 1);
    onnx_root(&of_a, &left);
    onnx_root(&of_b, &right);
    return of_a == of_b && a->of_y.scope == b->of_y.scope && strcmp(left, right) == 0;
}

/* The cell before it in the graph that has its weights and whose states it has; -1: none. */
static int goes_on_from(struct onnx_layers *layers, const struct cells *cells,
                        const struct onnx_cell *cell)
{
    for (int i = cells->count - 1; i >= 0; i--)
        if (cells->at[i].cell.y != NULL && same_weights(&cells->at[i].cell, cell) &&
            onnx_goes_on(layers, &cells->at[i].cell, cells->at[i].node, cell))
            return i;
    return -1;
}

/* What a cell gives goes into another one that was found. */
static bool has_successor(struct onnx_layers *layers, const struct cells *cells,
                          const struct found *found)
{
    for (int i = 0; i < cells->count; i++)
        if (cells->at[i].again &&
            onnx_goes_on(layers, &found->cell, found->node, &cells->at[i].cell))
            return true;
    return false;
}

/* Cells that cannot be read, as their states are not theirs, and all that have their weights. */
static void check_cells(struct onnx_layers *layers, struct cells *cells, int first)
{
    for (int i = first; i < cells->count; i++) {
        struct found *found = &cells->at[i];
        const bool good =
            found->cell.y == NULL ||
            (found->again ? onnx_check_order(layers, &cells->at[found->from].cell, &found->cell)
                          : onnx_check_cell(layers, &found->cell,
                                            has_successor(layers, cells, found) ? NULL
                                                                                : found->node));
        if (good)
            continue;
        onnx_note_refused(layers);
        for (int k = first; k < cells->count; k++)
            if (k != i && cells->at[k].cell.y != NULL &&
                same_weights(&cells->at[k].cell, &found->cell))
                cells->at[k].cell.y = NULL;
        found->cell.y = NULL;
    }
}

static void find_cells(struct onnx_layers *layers, const struct onnx_scope *scope,
                       struct cells *cells)
{
    const int first = cells->count;
    int again = 0;
    for (size_t n = 0; n < scope->graph->n_node && cells->count < CELLS_MOST; n++) {
        struct found *found = &cells->at[cells->count];
        *found = (struct found){.scope = scope, .node = scope->graph->node[n]};
        if (!onnx_find_cell(layers, scope, found->node, &found->cell) &&
            !onnx_find_other_cell(layers, scope, found->node, &found->cell))
            continue;
        found->from = found->cell.y != NULL ? goes_on_from(layers, cells, &found->cell) : -1;
        found->again = found->from >= 0;
        again += found->again;
        cells->count++;
    }
    check_cells(layers, cells, first);
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
    layers->scopes = allocate(LAYERS_MOST, sizeof *layers->scopes);
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
