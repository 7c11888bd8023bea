/* SPDX-License-Identifier: Apache-2.0
 * onnx_moves.c - what operators that only move elements make of the axes of a tensor. */
#include "models/source/onnx_moves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "onnx.pb-c.h"

enum { STEPS_MOST = 64 };

/* ---- one operator ---------------------------------------------------------------------------- */

/* Constant whole numbers; false: they are not constant. */
static bool ints_of(const struct onnx_step *s, const char *attribute, size_t input,
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

static bool transpose(const struct onnx_step *s, struct onnx_form *form)
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
    return (letter != '\0' && strchr("TBPQN1", letter) != NULL) ||
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

static bool change_axes(const struct onnx_step *s, struct onnx_form *form)
{
    struct onnx_tensor axes;
    const bool good = ints_of(s, "axes", 1, &axes) &&
                      (onnx_is(s->node, "Squeeze") ? squeeze(&axes, form) : unsqueeze(&axes, form));
    onnx_tensor_free(&axes);
    return good;
}

/* Or may it be? */
static bool is_time(char letter)
{
    return letter == 'T' || letter == 'N' || letter == 'P' || letter == 'Q';
}

/* One index of an axis that is not that of features. */
static bool gather(const struct onnx_step *s, struct onnx_form *form)
{
    struct onnx_tensor index;
    const int axis = axis_of((double)onnx_int(s->node, "axis", 0), rank_of(form));
    const bool good = ints_of(s, "", 1, &index) && index.count == 1 && index.rank <= 1 &&
                      axis >= 0 && can_go(form, axis);
    if (good) {
        form->one_frame = form->one_frame || is_time(form->axes[axis]);
        if (index.rank == 0)
            remove_axis(form, axis);
        else
            form->axes[axis] = '1';
    }
    onnx_tensor_free(&index);
    return good;
}

/* The last state of a layer that goes one way: it has one place on its first axis. */
static bool is_last_state(const struct onnx_scope *scope, const char *name)
{
    const struct onnx_scope *where;
    const struct onnx_value *value = name != NULL ? onnx_find(scope, name, &where) : NULL;
    if (value == NULL || value->giver != GIVEN_BY_NODE || value->output != 1)
        return false;
    const Onnx__AttributeProto *direction = onnx_attribute(value->by, "direction");
    const bool both = direction != NULL && direction->s.len == strlen("bidirectional");
    return !both && onnx_int(value->by, "layout", 0) == 0 &&
           (onnx_is(value->by, "LSTM") || onnx_is(value->by, "GRU") || onnx_is(value->by, "RNN"));
}

const char *onnx_picked(const struct onnx_step *s, const struct onnx_scope **where)
{
    const char *name = onnx_input(s->node, 0);
    const struct onnx_value *all = name != NULL ? onnx_find(s->scope, name, where) : NULL;
    if (!onnx_is(s->node, "Gather") || onnx_int(s->node, "axis", 0) != 0 || all == NULL ||
        all->giver != GIVEN_BY_NODE || all->uses != 1 || all->is_output)
        return NULL;
    const Onnx__NodeProto *joins = all->by;
    struct onnx_tensor index;
    if (!onnx_is(joins, "Concat") || onnx_int(joins, "axis", 1) != 0 || !ints_of(s, "", 1, &index))
        return NULL;
    bool good = index.count == 1;
    for (size_t i = 0; i < joins->n_input; i++)
        good = good && is_last_state(*where, onnx_input(joins, i));
    const int place = good ? axis_of(index.values[0], (int)joins->n_input) : -1;
    onnx_tensor_free(&index);
    return place >= 0 ? onnx_input(joins, (size_t)place) : NULL;
}

/* Some of the frames, or of the batch. */
static bool slice(const struct onnx_step *s, struct onnx_form *form)
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
static double run_time_size(const struct onnx_step *s, const struct onnx_scope *scope, const char *name)
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
    const struct onnx_step gather_step = {s->layers, where, node};
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
static bool shape_of(const struct onnx_step *s, double sizes[ONNX_RANK_MOST], int *rank)
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

/* The axes before the features that are longer than one, as far as that is known. */
static int long_axes(const struct onnx_form *form, int end, char axes[ONNX_AXES])
{
    int count = 0;
    for (int i = 0; i < end; i++) {
        const char letter = form->axes[i];
        const bool one = letter == '1' || (letter == 'D' && form->directions == 1) ||
                         onnx_axis_size(form, letter) == 1;
        if (!one)
            axes[count++] = letter;
    }
    axes[count] = '\0';
    return count;
}

/* Axes of `to` with no letter yet get those of `axes`, which are in the same order, as a Reshape
 * leaves elements where they are.  Unless there is but one, each size has to be known, or that of all
 * others if it is -1. */
static bool name_axes(const struct onnx_form *form, const char *axes, const double *sizes,
                      struct onnx_form *to, int end)
{
    int at = 0, rest = 0;
    const bool single = axes[0] != '\0' && axes[1] == '\0';
    for (int i = 0; i < end; i++) {
        if (to->axes[i] == '1')
            continue;
        const char letter = axes[at++];
        const double size = (double)onnx_axis_size(form, letter);
        if (to->axes[i] != 0 ? to->axes[i] != letter
                             : !single && sizes[i] != -1.0 && (size == 0.0 || sizes[i] != size))
            return false;
        rest += to->axes[i] == 0 && !single && sizes[i] == -1.0;
        to->axes[i] = letter;
    }
    return rest <= 1;
}

/* What the axes before the features are in the new shape.  Copied ones alone have all elements, as
 * then the others are one; and one alone of what were several is all of them in one. */
static bool reshape_axes(const struct onnx_form *form, const double *sizes, struct onnx_form *to,
                         int end)
{
    char axes[ONNX_AXES];
    const int begin = features_begin(form), had = long_axes(form, begin, axes);
    int count = 0, unknown = 0;
    for (int i = 0; i < end; i++) {
        const int from = copied_axis(sizes[i], i);
        char letter = from >= 0 && from < begin ? form->axes[from] : sizes[i] == 1.0 ? '1' : '\0';
        if (letter != '\0' && strchr(axes, letter) == NULL)
            letter = '1';
        to->axes[i] = letter;
        count += letter != '1';
        unknown += letter == '\0';
    }
    if (had == 0) /* and so are these */
        memset(to->axes, '1', (size_t)end);
    if (count == had || had == 0)
        return had == 0 || name_axes(form, axes, sizes, to, end);
    if (count == 1 && unknown == 1) {
        for (int i = 0; i < end; i++)
            to->axes[i] = to->axes[i] == '1' ? '1' : 'N';
        return had > 1;
    }
    for (int i = 0, at = 0; i < end; i++) /* some of them, in their order */
        if (to->axes[i] != '1') {
            while (axes[at] != '\0' && axes[at] != to->axes[i])
                at++;
            if (to->axes[i] == '\0' || axes[at++] == '\0')
                return false;
        }
    return true;
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
    for (int i = 0; i < rank - 1; i++)
        copies = copies && copied_axis(sizes[i], i) == i;
    if (!reshape_axes(form, sizes, &to, rank - 1))
        return false;
    to.axes[rank - 1] = 'F';
    to.features = total;
    to.directions = with_d ? 1 : form->directions;
    *form = to;
    return total > 0 && (kept || sizes[rank - 1] == (double)total ||
                         (sizes[rank - 1] == -1.0 && copies));
}

static bool reshape(const struct onnx_step *s, struct onnx_form *form)
{
    double sizes[ONNX_RANK_MOST];
    int rank;
    return onnx_int(s->node, "allowzero", 0) == 0 && shape_of(s, sizes, &rank) &&
           reshape_to(form, sizes, rank);
}

/* All before an axis in one, and all from it on. */
static bool flatten(const struct onnx_step *s, struct onnx_form *form)
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

/* ---- which of them --------------------------------------------------------------------------- */

static bool same(const struct onnx_step *s, struct onnx_form *form)
{
    (void)s;
    (void)form;
    return true;
}

static const struct mover {
    const char *type;
    bool (*moves)(const struct onnx_step *s, struct onnx_form *form);
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

bool onnx_is_mover(const Onnx__NodeProto *node)
{
    return mover_of(node) != NULL;
}

bool onnx_moves(const struct onnx_step *step, struct onnx_form *form)
{
    return mover_of(step->node)->moves(step, form);
}

int64_t onnx_axis_size(const struct onnx_form *form, char letter)
{
    const char *at = letter != '\0' ? strchr(ONNX_SIZED, letter) : NULL;
    return at != NULL ? form->size[at - ONNX_SIZED] : 0;
}
