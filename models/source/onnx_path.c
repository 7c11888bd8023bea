/* SPDX-License-Identifier: Apache-2.0
 * onnx_path.c - which layer reads what another one gives.
 *
 * Between two layers there may be operators that only move elements: they are passed over as long
 * as it is certain that every frame's features reach the next layer in their order.  For that each
 * axis is followed by a letter (onnx_layers.h).  Where more than one node reads a tensor between
 * them, or the host takes it, the chain ends; but a y that leaves the graph as the state of the next
 * frame is one that a chip keeps. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/source/onnx_moves.h"
#include "onnx.pb-c.h"

enum { STEPS_MOST = 64, WAY_OUT = 4, NOT_LINKED = -1 };

static int rank_of(const struct onnx_form *form)
{
    return (int)strlen(form->axes);
}


/* ---- ways from layer to layer ---------------------------------------------------------------- */

/* The node that gives a tensor if it only moves elements of its first input. */
static const Onnx__NodeProto *moving(const struct onnx_scope *scope, const char *name,
                                     const struct onnx_scope **where)
{
    const struct onnx_value *value = onnx_find(scope, name, where);
    if (value == NULL || value->giver != GIVEN_BY_NODE)
        return NULL;
    const Onnx__NodeProto *node = value->by;
    const bool moves = onnx_is_mover(node) && value->output == 0;
    return moves && onnx_input(node, 0) != NULL ? node : NULL;
}

void onnx_root(const struct onnx_scope **scope, const char **name)
{
    const struct onnx_scope *where;
    const Onnx__NodeProto *node;
    for (int i = 0; i < STEPS_MOST && (node = moving(*scope, *name, &where)) != NULL; i++) {
        *scope = where;
        *name = onnx_input(node, 0);
    }
    if (onnx_find(*scope, *name, &where) != NULL)
        *scope = where;
}

/* The layer before `number` that gives this value, or NOT_LINKED. */
static int giver_of(const struct onnx_layers *layers, int number, const struct onnx_value *value)
{
    for (int i = 0; i < number; i++)
        if (layers->at[i].gives == value)
            return i;
    return NOT_LINKED;
}

static bool leads_out(struct onnx_graph *graph, const struct onnx_scope *scope,
                      const struct onnx_value *value, const Onnx__NodeProto *via, int depth);

static bool node_leads_out(struct onnx_graph *graph, const struct onnx_scope *scope,
                           const Onnx__NodeProto *node, int depth)
{
    const struct onnx_scope *where;
    const char *to = onnx_output(node, 0);
    const struct onnx_value *value = to != NULL ? onnx_find(scope, to, &where) : NULL;
    return value != NULL && where == scope && (onnx_is_mover(node) || onnx_is(node, "Concat")) &&
           leads_out(graph, scope, value, NULL, depth + 1);
}

/* All that reads it in this graph, but `via`, only hands it on to an output of the graph. */
static bool leads_out(struct onnx_graph *graph, const struct onnx_scope *scope,
                      const struct onnx_value *value, const Onnx__NodeProto *via, int depth)
{
    int uses = value->is_output;
    graph->work += scope->graph->n_node;
    if (graph->work > graph->work_most)
        return false;
    for (size_t n = 0; depth < WAY_OUT && n < scope->graph->n_node; n++) {
        const Onnx__NodeProto *node = scope->graph->node[n];
        int reads = 0;
        for (size_t i = 0; i < node->n_input; i++)
            reads += strcmp(node->input[i], value->name) == 0;
        if (reads == 0 || onnx_is(node, "Shape") || onnx_is(node, "Size"))
            continue;
        uses += reads;
        if (node != via && !node_leads_out(graph, scope, node, depth))
            return false;
    }
    return uses == value->uses && (via != NULL || uses > 0);
}

/* Nothing but the layer behind it wants the tensor. */
static bool is_only_read(const struct onnx_value *value)
{
    return value->uses == 1 && !value->is_output;
}

static bool keeps_state(const struct onnx_layer *layer)
{
    return layer->kind == ONNX_CELL || (layer->kind == ONNX_RECURRENT && layer->form.one_frame);
}

/* The node of a layer that reads its x. */
static const Onnx__NodeProto *reader(const struct onnx_layer *layer)
{
    return layer->kind == ONNX_CELL ? layer->cell.of_x.node : layer->node;
}

/* Backwards from what a layer reads to the layer that gives it; `steps` from its end. */
static int way_back(const struct onnx_layers *layers, int number, struct onnx_step *steps, int *count)
{
    const struct onnx_scope *scope = layers->at[number].scope, *where;
    const char *name = layers->at[number].x;
    const Onnx__NodeProto *via = reader(&layers->at[number]);
    int forks = 0;
    for (*count = 0; *count < STEPS_MOST; ++*count) {
        const struct onnx_value *value = onnx_find(scope, name, &where);
        if (value == NULL || value->giver != GIVEN_BY_NODE || where != layers->at[number].scope)
            return NOT_LINKED; /* a body may run at other times than what is around it, or not */
        const int giver = giver_of(layers, number, value);
        const Onnx__NodeProto *node = value->by;
        if (!is_only_read(value) && !leads_out(layers->graph, where, value, via, 0))
            return NOT_LINKED;
        forks += !is_only_read(value);
        if (giver != NOT_LINKED)
            return forks == 0 || keeps_state(&layers->at[giver]) ? giver : NOT_LINKED;
        via = node;
        if (!onnx_is_mover(node) || value->output != 0 || onnx_input(node, 0) == NULL)
            return NOT_LINKED;
        steps[*count] = (struct onnx_step){(struct onnx_layers *)layers, where, node};
        const char *picked = onnx_picked(&steps[*count], &scope);
        scope = picked != NULL ? scope : where;
        name = picked != NULL ? picked : onnx_input(node, 0);
    }
    return NOT_LINKED;
}

static bool is_conv(const struct onnx_layer *layer)
{
    return layer->kind == ONNX_LINEAR && onnx_is(layer->node, "Conv");
}

/* Is it certain that this axis is that of time, or has but one frame, and the other is not? */
static bool is_sequence(const struct onnx_form *form, char time, char batch)
{
    const bool first = time == '1' && onnx_axis_size(form, 'T') == 1;
    return (first || (time != '\0' && strchr("TNPQ", time) != NULL)) &&
           strchr(time == 'N' ? "1" : "B1PQ", batch) != NULL;
}

/* Does what arrives have the axes that the layer wants? */
static bool arrives(const struct onnx_layer *layer, const struct onnx_form *form)
{
    const int rank = rank_of(form);
    if (is_conv(layer)) /* channels are its second axis */
        return rank > 2 && form->axes[1] == 'F' && strchr(form->axes, 'D') == NULL;
    const bool turned = layer->kind == ONNX_RECURRENT && onnx_int(layer->node, "layout", 0) != 0;
    if (rank < 1 || form->axes[rank - 1] != 'F' ||
        (strchr(form->axes, 'D') != NULL && form->directions != 1))
        return false;
    if (layer->kind != ONNX_RECURRENT)
        return rank == 2 || (layer->kind == ONNX_LINEAR && onnx_is(layer->node, "MatMul"));
    return rank == 3 && !form->one_frame &&
           is_sequence(form, form->axes[turned ? 1 : 0], form->axes[turned ? 0 : 1]);
}

/* Sizes that the graph declares, 0 for those that it does not; -1: not even how many. */
static int declared(const struct onnx_layer *layer, int64_t sizes[ONNX_RANK_MOST])
{
    return onnx_declared(layer->scope, layer->x, sizes);
}

/* What a layer gives that nothing is known of before it: the axes of a product are P and Q, of which
 * either may be that of time.  A Conv's kernel has told. */
static void own_form(struct onnx_layer *layer)
{
    static const char *const axes[] = {"", "F", "PF", "PQF"};
    const bool gemm = layer->kind == ONNX_LINEAR && onnx_is(layer->node, "Gemm");
    const bool turned = layer->kind == ONNX_RECURRENT && onnx_int(layer->node, "layout", 0) != 0;
    int64_t sizes[ONNX_RANK_MOST] = {0};
    int rank = declared(layer, sizes);
    if (layer->kind == ONNX_RECURRENT && rank == 3) {
        layer->form.size[0] = sizes[turned ? 1 : 0];
        layer->form.size[1] = sizes[turned ? 0 : 1];
    }
    if (layer->kind != ONNX_LINEAR || is_conv(layer))
        return;
    rank = gemm ? 2 : rank < 0 ? 3 : rank;
    snprintf(layer->form.axes, sizeof layer->form.axes, "%s", rank < 4 ? axes[rank] : "");
    layer->form.size[2] = rank > 1 && rank < 4 ? sizes[0] : 0;
    layer->form.size[3] = rank == 3 ? sizes[1] : 0;
}

/* A product gives what it reads, with other features. */
static void hand_on(struct onnx_layer *layer, const struct onnx_form *form)
{
    if (layer->kind == ONNX_RECURRENT && layer->form.size[0] == 0 && layer->form.size[1] == 0) {
        const bool turned = onnx_int(layer->node, "layout", 0) != 0;
        layer->form.size[0] = onnx_axis_size(form, form->axes[turned ? 1 : 0]);
        layer->form.size[1] = form->axes[turned ? 0 : 1] == '1'
                                  ? 1 : onnx_axis_size(form, form->axes[turned ? 0 : 1]);
    }
    if (layer->kind != ONNX_LINEAR)
        return;
    const int features = layer->form.features;
    layer->form = *form;
    layer->form.features = features;
    layer->form.directions = 1;
}

static void link_layer(struct onnx_layers *layers, int number)
{
    struct onnx_layer *layer = &layers->at[number];
    struct onnx_step *steps = allocate(STEPS_MOST, sizeof *steps);
    int count;
    const int before = way_back(layers, number, steps, &count);
    own_form(layer);
    if (before != NOT_LINKED) {
        struct onnx_form form = layers->at[before].form;
        bool good = true;
        while (good && count-- > 0)
            good = onnx_moves(&steps[count], &form);
        if (good && arrives(layer, &form)) {
            layer->before = before;
            layers->at[before].behind = number;
            layer->one_frame = form.one_frame && onnx_axis_size(&form, 'T') != 1 &&
                               (layers->at[before].kind == ONNX_RECURRENT || !layers->at[before].form.one_frame);
            hand_on(layer, &form);
        }
    }
    free(steps);
}

void onnx_link_layers(struct onnx_layers *layers)
{
    for (int i = 0; i < layers->count; i++)
        link_layer(layers, i);
}
