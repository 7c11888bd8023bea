/* SPDX-License-Identifier: Apache-2.0
 * onnx_path.c - which layer reads what another one gives.
 *
 * Between two layers there may be operators that only move elements: they are passed over as long
 * as it is certain that every frame's features reach the next layer in their order.  For that each
 * axis is followed by a letter (onnx_layers.h).  Where more than one node reads a tensor between
 * them, or the host takes it, the chain ends; but a y that leaves the graph as the state of the next
 * frame is one that a chip keeps. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/source/onnx_layers.h"
#include "onnx.pb-c.h"

enum { STEPS_MOST = 64, WAY_OUT = 4, NOT_LINKED = -1 };

/* ---- one operator ---------------------------------------------------------------------------- */

struct step {
    struct onnx_layers *layers;
    const struct onnx_scope *scope;
    const Onnx__NodeProto *node;
};

/* Constant whole numbers; false: they are not constant. */
static bool ints_of(const struct step *s, const char *attribute, size_t input,
                    struct onnx_tensor *tensor)
{
    struct error ignored;
    const struct onnx_folding f = {s->layers->graph, s->scope, s->node, 0, &ignored};
    return onnx_ints(&f, attribute, input, tensor) == ONNX_FOLDED;
}

static int rank_of(const struct onnx_form *form)
{
    return (int)strlen(form->axes);
}

static int axis_of(double axis, int rank)
{
    axis += axis < 0.0 ? (double)rank : 0.0;
    return axis >= 0.0 && axis < (double)rank ? (int)axis : -1;
}

static bool transpose(const struct step *s, struct onnx_form *form)
{
    const Onnx__AttributeProto *perm = onnx_attribute(s->node, "perm");
    const int rank = rank_of(form);
    struct onnx_form to = *form;
    if (perm != NULL && perm->n_ints != (size_t)rank)
        return false;
    for (int i = 0; i < rank; i++) {
        const int from = axis_of(perm != NULL ? (double)perm->ints[i] : rank - 1 - i, rank);
        if (from < 0)
            return false;
        to.axes[i] = form->axes[from];
    }
    *form = to;
    return true;
}

/* May an axis go, as its size is one?  That of time in a graph for a frame at a time. */
static bool can_go(const struct onnx_form *form, int axis)
{
    const char letter = form->axes[axis];
    return letter == 'T' || letter == 'B' || letter == '1' || letter == 'N' ||
           (letter == 'D' && form->directions == 1);
}

static void remove_axis(struct onnx_form *form, int axis)
{
    memmove(form->axes + axis, form->axes + axis + 1, strlen(form->axes + axis));
}

static bool squeeze(const struct onnx_tensor *axes, struct onnx_form *form)
{
    const int rank = rank_of(form);
    bool gone[ONNX_AXES] = {false};
    for (size_t i = 0; i < axes->count; i++) {
        const int axis = axis_of(axes->values[i], rank);
        if (axis < 0 || !can_go(form, axis))
            return false;
        gone[axis] = true;
    }
    for (int axis = rank - 1; axis >= 0; axis--)
        if (gone[axis])
            remove_axis(form, axis);
    return axes->rank >= 0;
}

static bool unsqueeze(const struct onnx_tensor *axes, struct onnx_form *form)
{
    const int rank = rank_of(form) + (int)axes->count;
    struct onnx_form to = *form;
    if (axes->rank < 0 || axes->count > ONNX_RANK_MOST || rank > ONNX_RANK_MOST)
        return false;
    memset(to.axes, 0, sizeof to.axes);
    for (size_t i = 0; i < axes->count; i++) {
        const int axis = axis_of(axes->values[i], rank);
        if (axis < 0 || to.axes[axis] != 0)
            return false;
        to.axes[axis] = '1';
    }
    for (int i = 0, from = 0; i < rank; i++)
        if (to.axes[i] == 0)
            to.axes[i] = form->axes[from++];
    *form = to;
    return true;
}

static bool change_axes(const struct step *s, struct onnx_form *form)
{
    struct onnx_tensor axes;
    const bool good = ints_of(s, "axes", 1, &axes) &&
                      (onnx_is(s->node, "Squeeze") ? squeeze(&axes, form) : unsqueeze(&axes, form));
    onnx_tensor_free(&axes);
    return good;
}

/* One index of an axis that is not that of features. */
static bool gather(const struct step *s, struct onnx_form *form)
{
    struct onnx_tensor index;
    const int axis = axis_of((double)onnx_int(s->node, "axis", 0), rank_of(form));
    const bool good = ints_of(s, "", 1, &index) && index.count == 1 && index.rank <= 1 &&
                      axis >= 0 && can_go(form, axis);
    if (good) {
        form->one_frame = form->one_frame || form->axes[axis] == 'T' || form->axes[axis] == 'N';
        if (index.rank == 0)
            remove_axis(form, axis);
        else
            form->axes[axis] = '1';
    }
    onnx_tensor_free(&index);
    return good;
}

/* Some of the frames, or of the batch. */
static bool slice(const struct step *s, struct onnx_form *form)
{
    struct onnx_tensor axes, steps;
    bool good = ints_of(s, "axes", 3, &axes);
    good = ints_of(s, "steps", 4, &steps) && good && axes.count == 1 &&
           (steps.rank < 0 || (steps.count == 1 && steps.values[0] == 1.0));
    if (good) {
        const int axis = axis_of(axes.values[0], rank_of(form));
        good = axis >= 0 && (form->axes[axis] == 'T' || form->axes[axis] == 'B');
        form->one_frame = form->one_frame || (good && form->axes[axis] == 'T');
    }
    onnx_tensor_free(&axes);
    onnx_tensor_free(&steps);
    return good;
}

/* ---- Reshape --------------------------------------------------------------------------------- */

/* Sizes that are those of an axis of what is reshaped are OWN_AXIS - axis, as Reshape's 0 is. */
static const double OWN_AXIS = -10.0;

/* Of Reshape(x, Concat(Unsqueeze(Gather(Shape(x), axis)) ...)) a size. */
static double run_time_size(const struct step *s, const struct onnx_scope *scope, const char *name)
{
    const struct onnx_scope *where = scope;
    const Onnx__NodeProto *node = NULL;
    double size = (double)NAN;
    for (int i = 0; i < STEPS_MOST && name != NULL; i++) {
        node = onnx_node_of(where, name, &where);
        if (node == NULL || (!onnx_is(node, "Unsqueeze") && !onnx_is(node, "Squeeze") &&
                             !onnx_is(node, "Cast") && !onnx_is(node, "Identity")))
            break;
        name = onnx_input(node, 0);
    }
    if (node == NULL || !onnx_is(node, "Gather") || onnx_input(node, 0) == NULL)
        return size;
    const struct step gather_step = {s->layers, where, node};
    const Onnx__NodeProto *shape = onnx_node_of(where, onnx_input(node, 0), &where);
    struct onnx_tensor index;
    if (shape != NULL && onnx_is(shape, "Shape") && where == s->scope &&
        onnx_input(shape, 0) != NULL && onnx_attribute(shape, "start") == NULL &&
        strcmp(onnx_input(shape, 0), onnx_input(s->node, 0)) == 0 &&
        ints_of(&gather_step, "", 1, &index)) {
        if (index.count == 1 && index.values[0] >= 0.0 && index.values[0] < ONNX_RANK_MOST)
            size = OWN_AXIS - index.values[0];
        onnx_tensor_free(&index);
    }
    return size;
}

/* What is no size counts as not known. */
static double given_size(double size)
{
    return size >= -1.0 && size <= (double)INT32_MAX ? size : (double)NAN;
}

/* The axis whose size it is, or -1. */
static int copied_axis(double size, int place)
{
    return size == 0.0 ? place : size <= OWN_AXIS ? (int)(OWN_AXIS - size) : -1;
}

/* The shape that is asked for, NAN where it is known only at run time; false: not even its rank. */
static bool shape_of(const struct step *s, double sizes[ONNX_RANK_MOST], int *rank)
{
    struct onnx_tensor shape;
    if (ints_of(s, "shape", 1, &shape)) {
        const bool good = shape.rank == 1 && shape.count <= ONNX_RANK_MOST;
        *rank = good ? (int)shape.count : 0;
        for (int i = 0; i < *rank; i++)
            sizes[i] = given_size(shape.values[i]);
        onnx_tensor_free(&shape);
        return good;
    }
    const struct onnx_scope *where;
    const char *name = onnx_input(s->node, 1);
    const Onnx__NodeProto *made = name != NULL ? onnx_node_of(s->scope, name, &where) : NULL;
    if (made == NULL || !onnx_is(made, "Concat") || made->n_input > ONNX_RANK_MOST)
        return false;
    *rank = (int)made->n_input;
    for (int i = 0; i < *rank; i++) {
        struct onnx_tensor one = {0};
        struct error ignored;
        const bool known = onnx_input(made, (size_t)i) != NULL &&
                           onnx_fold(s->layers->graph, where, onnx_input(made, (size_t)i), &one,
                                     &ignored) == ONNX_FOLDED;
        sizes[i] = known && one.count == 1
                       ? given_size(one.values[0])
                       : run_time_size(s, where, onnx_input(made, (size_t)i));
        onnx_tensor_free(&one);
    }
    return true;
}

/* The axes at the end that are the features of a frame: F, with D before it, and ones. */
static int features_begin(const struct onnx_form *form)
{
    int at = rank_of(form) - 1;
    bool f = false;
    for (; at >= 0; at--) {
        const char letter = form->axes[at];
        if (letter == 'F' && !f)
            f = true;
        else if (letter == 'D' ? !f : letter != '1')
            break;
    }
    return at + 1;
}

static bool reshape_to(struct onnx_form *form, const double *sizes, int rank)
{
    const int begin = features_begin(form);
    const bool with_d = strchr(form->axes + begin, 'D') != NULL;
    const int total = form->features * (with_d ? form->directions : 1);
    const bool kept = rank > 0 && begin == rank_of(form) - 1 &&
                      copied_axis(sizes[rank - 1], rank - 1) == begin;
    struct onnx_form to = *form;
    bool copies = rank == begin + 1;
    if (rank < 1 || strchr(form->axes + begin, 'F') == NULL)
        return false;
    memset(to.axes, 0, sizeof to.axes);
    for (int i = 0; i < rank - 1; i++) {
        const int from = copied_axis(sizes[i], i);
        copies = copies && from == i;
        to.axes[i] = from >= 0 && from < begin ? form->axes[from] : 'N';
    }
    to.axes[rank - 1] = 'F';
    to.features = total;
    to.directions = with_d ? 1 : form->directions;
    *form = to;
    return total > 0 && (kept || sizes[rank - 1] == (double)total ||
                         (sizes[rank - 1] == -1.0 && copies));
}

static bool reshape(const struct step *s, struct onnx_form *form)
{
    double sizes[ONNX_RANK_MOST];
    int rank;
    return onnx_int(s->node, "allowzero", 0) == 0 && shape_of(s, sizes, &rank) &&
           reshape_to(form, sizes, rank);
}

/* All before an axis in one, and all from it on. */
static bool flatten(const struct step *s, struct onnx_form *form)
{
    const int64_t axis = onnx_int(s->node, "axis", 1);
    const int begin = features_begin(form), rank = rank_of(form);
    const int64_t at = axis < 0 ? axis + rank : axis;
    if (at < begin || at >= rank)
        return false;
    for (int i = begin; i < (int)at; i++)
        if (form->axes[i] != '1' && !(form->axes[i] == 'D' && form->directions == 1))
            return false;
    const double sizes[] = {-1.0, (double)(form->features * form->directions)};
    return reshape_to(form, sizes, 2);
}

/* ---- ways from layer to layer ---------------------------------------------------------------- */

static bool same(const struct step *s, struct onnx_form *form)
{
    (void)s;
    (void)form;
    return true;
}

static const struct mover {
    const char *type;
    bool (*moves)(const struct step *s, struct onnx_form *form);
} movers[] = {
    {"Identity", same},         {"Dropout", same},          {"Cast", same},
    {"Transpose", transpose},   {"Squeeze", change_axes},   {"Unsqueeze", change_axes},
    {"Gather", gather},         {"Slice", slice},           {"Reshape", reshape},
    {"Flatten", flatten},
};

static const struct mover *mover_of(const Onnx__NodeProto *node)
{
    for (size_t i = 0; i < sizeof movers / sizeof *movers; i++)
        if (onnx_is(node, movers[i].type))
            return onnx_keeps_values(node) ? &movers[i] : NULL;
    return NULL;
}

/* The node that gives a tensor if it only moves elements of its first input. */
static const Onnx__NodeProto *moving(const struct onnx_scope *scope, const char *name,
                                     const struct onnx_scope **where)
{
    const struct onnx_value *value = onnx_find(scope, name, where);
    if (value == NULL || value->giver != GIVEN_BY_NODE)
        return NULL;
    const Onnx__NodeProto *node = value->by;
    const bool moves = mover_of(node) != NULL && value->output == 0;
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
    return value != NULL && where == scope && (mover_of(node) != NULL || onnx_is(node, "Concat")) &&
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
static int way_back(const struct onnx_layers *layers, int number, struct step *steps, int *count)
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
        if (mover_of(node) == NULL || value->output != 0 || onnx_input(node, 0) == NULL)
            return NOT_LINKED;
        steps[*count] = (struct step){(struct onnx_layers *)layers, where, node};
        scope = where;
        name = onnx_input(node, 0);
    }
    return NOT_LINKED;
}

/* Does what arrives have the axes that the layer wants? */
static bool arrives(const struct onnx_layer *layer, const struct onnx_form *form)
{
    const int rank = rank_of(form);
    const bool turned = layer->kind == ONNX_RECURRENT && onnx_int(layer->node, "layout", 0) != 0;
    if (rank < 1 || form->axes[rank - 1] != 'F' ||
        (strchr(form->axes, 'D') != NULL && form->directions != 1))
        return false;
    if (layer->kind != ONNX_RECURRENT)
        return rank == 2 || (layer->kind == ONNX_LINEAR && onnx_is(layer->node, "MatMul"));
    if (rank != 3 || form->one_frame)
        return false;
    const char time = form->axes[turned ? 1 : 0], batch = form->axes[turned ? 0 : 1];
    return (time == 'T' || time == 'N') && batch != 'T' && batch != 'F';
}

/* What a layer gives that nothing is known of before it. */
static void own_form(struct onnx_layer *layer)
{
    const bool gemm = layer->kind == ONNX_LINEAR && onnx_is(layer->node, "Gemm");
    if (layer->kind == ONNX_LINEAR)
        memcpy(layer->form.axes, gemm ? "NF" : "NNF", gemm ? 3 : 4);
}

/* A product gives what it reads, with other features. */
static void hand_on(struct onnx_layer *layer, const struct onnx_form *form)
{
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
    struct step *steps = allocate(STEPS_MOST, sizeof *steps);
    int count;
    const int before = way_back(layers, number, steps, &count);
    own_form(layer);
    if (before != NOT_LINKED) {
        struct onnx_form form = layers->at[before].form;
        bool good = true;
        while (good && count-- > 0)
            good = mover_of(steps[count].node)->moves(&steps[count], &form);
        if (good && arrives(layer, &form)) {
            layer->before = before;
            layers->at[before].behind = number;
            layer->one_frame = form.one_frame && (layers->at[before].kind == ONNX_RECURRENT ||
                                                  !layers->at[before].form.one_frame);
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
