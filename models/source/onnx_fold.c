/* SPDX-License-Identifier: Apache-2.0
 * onnx_fold.c - tensors that are constants behind operators: Constant, Identity, Cast, Reshape,
 * Squeeze, Unsqueeze, DequantizeLinear; those of onnx_parts.c. */
#include "models/source/onnx_fold.h"

#include <math.h>
#include <string.h>

#include "models/base/bytes.h"
#include "onnx.pb-c.h"

enum { DEPTH_MOST = 200, WORK_OF_A_STEP = 64 };

enum onnx_fold onnx_malformed(struct onnx_folding *f, const char *what)
{
    char name[PRINTABLE_NAME];
    printable(name, sizeof name, onnx_node_name(f->node));
    fail(f->error, "%s: node '%s' (%s) %s", f->graph->file->name, name, f->node->op_type, what);
    return ONNX_FAILED;
}

enum onnx_fold onnx_operand(struct onnx_folding *f, size_t input, struct onnx_tensor *tensor)
{
    *tensor = (struct onnx_tensor){0};
    if (onnx_input(f->node, input) == NULL)
        return onnx_malformed(f, "lacks an input");
    return onnx_fold(f->graph, f->scope, onnx_input(f->node, input), tensor, f->error);
}

enum onnx_fold onnx_take_view(struct onnx_folding *f, struct onnx_tensor *from,
                              const struct onnx_view *view, struct onnx_tensor *to)
{
    const bool good = onnx_view_copy(from, view, to);
    onnx_tensor_free(from);
    return good ? ONNX_FOLDED : onnx_malformed(f, "gives a tensor that is too large");
}

static bool copy(struct onnx_tensor *to, const struct onnx_tensor *from)
{
    if (!onnx_tensor_new(to, from->rank, from->shape))
        return false;
    memcpy(to->values, from->values, from->count * sizeof *to->values);
    return true;
}

/* ---- operators ------------------------------------------------------------------------------- */

static enum onnx_fold fold_list(struct onnx_tensor *to, const Onnx__AttributeProto *a)
{
    const bool floats = strcmp(a->name, "value_floats") == 0;
    const size_t count = floats ? a->n_floats : a->n_ints;
    if (!onnx_tensor_new(to, 1, &(int64_t){(int64_t)count}))
        return ONNX_VARIES;
    for (size_t i = 0; i < count; i++)
        to->values[i] = floats ? (double)a->floats[i] : (double)a->ints[i];
    return ONNX_FOLDED;
}

static enum onnx_fold fold_constant(struct onnx_folding *f, struct onnx_tensor *to)
{
    const struct onnx *file = f->graph->file;
    for (size_t i = 0; i < f->node->n_attribute; i++) {
        const Onnx__AttributeProto *a = f->node->attribute[i];
        const char *name = a->name != NULL ? a->name : "";
        if (a->t != NULL && strcmp(name, "value") == 0)
            return onnx_tensor_read(file, a->t, to, f->error) ? ONNX_FOLDED : ONNX_FAILED;
        if (a->sparse_tensor != NULL)
            return onnx_tensor_read_sparse(file, a->sparse_tensor, to, f->error) ? ONNX_FOLDED
                                                                               : ONNX_FAILED;
        if (strcmp(name, "value_floats") == 0 || strcmp(name, "value_ints") == 0)
            return fold_list(to, a);
        if (strcmp(name, "value_float") == 0 || strcmp(name, "value_int") == 0) {
            onnx_tensor_new(to, 0, NULL);
            to->values[0] = strcmp(name, "value_int") == 0 ? (double)a->i : (double)a->f;
            return ONNX_FOLDED;
        }
    }
    return ONNX_VARIES; /* of text */
}

static enum onnx_fold fold_identity(struct onnx_folding *f, struct onnx_tensor *to)
{
    return onnx_operand(f, 0, to);
}

/* Whole numbers are cut, and a float16 is kept as it is: weights in it come from such. */
static enum onnx_fold fold_cast(struct onnx_folding *f, struct onnx_tensor *to)
{
    enum { FLOAT = 1, BOOL = 9, FLOAT16 = 10, DOUBLE = 11, BFLOAT16 = 16 };
    const int64_t type = onnx_int(f->node, "to", FLOAT);
    const enum onnx_fold folded = onnx_operand(f, 0, to);
    const bool real = type == FLOAT16 || type == DOUBLE || type == BFLOAT16;
    for (size_t i = 0; folded == ONNX_FOLDED && !real && i < to->count; i++)
        to->values[i] = type == FLOAT  ? (double)float_of_double(to->values[i])
                        : type == BOOL ? (double)(to->values[i] != 0.0)
                                       : trunc(to->values[i]);
    return folded;
}

/* 0 is the size that was there, and one may be -1: what is left. */
static bool reshape(struct onnx_tensor *t, const struct onnx_tensor *shape, bool zeros)
{
    int64_t sizes[ONNX_RANK_MOST], rest = -1;
    double count = 1.0;
    for (int i = 0; i < (int)shape->count; i++) {
        double size = shape->values[i];
        if (size == 0.0 && !zeros)
            size = i < t->rank ? (double)t->shape[i] : -2.0;
        if (size == -1.0 && rest < 0)
            rest = i;
        else if (size < 0.0 || size > (double)INT32_MAX)
            return false;
        else
            count *= size;
        sizes[i] = (int64_t)size;
    }
    if (rest >= 0) {
        sizes[rest] = count > 0.0 ? (int64_t)((double)t->count / count) : 0;
        count *= (double)sizes[rest];
    }
    t->rank = (int)shape->count;
    memcpy(t->shape, sizes, (size_t)t->rank * sizeof *sizes);
    return count == (double)t->count;
}

static enum onnx_fold fold_reshape(struct onnx_folding *f, struct onnx_tensor *to)
{
    struct onnx_tensor shape;
    enum onnx_fold folded = onnx_ints(f, "shape", 1, &shape);
    if (folded == ONNX_FOLDED)
        folded = onnx_operand(f, 0, to);
    if (folded == ONNX_FOLDED &&
        (shape.rank != 1 || shape.count > ONNX_RANK_MOST ||
         !reshape(to, &shape, onnx_int(f->node, "allowzero", 0) != 0)))
        folded = onnx_malformed(f, "has a shape that its input does not have");
    onnx_tensor_free(&shape);
    return folded;
}

/* Which of `rank` axes are named; false: one is named twice, or is none. */
static bool mark_axes(const struct onnx_tensor *axes, int rank, bool marked[ONNX_RANK_MOST])
{
    for (size_t i = 0; i < axes->count; i++) {
        int64_t axis;
        if (!onnx_index(axes->values[i], rank, &axis) || marked[axis])
            return false;
        marked[axis] = true;
    }
    return true;
}

static bool squeeze(struct onnx_tensor *t, const struct onnx_tensor *axes)
{
    bool gone[ONNX_RANK_MOST] = {false};
    int rank = 0;
    if (axes->rank >= 0 && !mark_axes(axes, t->rank, gone))
        return false;
    for (int i = 0; i < t->rank; i++) {
        const bool leaves = axes->rank >= 0 ? gone[i] : t->shape[i] == 1;
        if (leaves && t->shape[i] != 1)
            return false;
        if (!leaves)
            t->shape[rank++] = t->shape[i];
    }
    t->rank = rank;
    return true;
}

static bool unsqueeze(struct onnx_tensor *t, const struct onnx_tensor *axes)
{
    bool is_new[ONNX_RANK_MOST] = {false};
    int64_t shape[ONNX_RANK_MOST];
    if (axes->rank < 0 || axes->count > (size_t)(ONNX_RANK_MOST - t->rank))
        return false;
    const int rank = t->rank + (int)axes->count;
    if (!mark_axes(axes, rank, is_new))
        return false;
    for (int i = 0, from = 0; i < rank; i++)
        shape[i] = is_new[i] ? 1 : t->shape[from++];
    t->rank = rank;
    memcpy(t->shape, shape, (size_t)rank * sizeof *shape);
    return true;
}

static enum onnx_fold fold_axes(struct onnx_folding *f, struct onnx_tensor *to)
{
    struct onnx_tensor axes;
    enum onnx_fold folded = onnx_ints(f, "axes", 1, &axes);
    if (folded == ONNX_FOLDED)
        folded = onnx_operand(f, 0, to);
    if (folded == ONNX_FOLDED &&
        !(onnx_is(f->node, "Squeeze") ? squeeze(to, &axes) : unsqueeze(to, &axes)))
        folded = onnx_malformed(f, "has axes that its input does not have");
    onnx_tensor_free(&axes);
    return folded;
}

/* ---- DequantizeLinear ------------------------------------------------------------------------ */

/* The element of a scale that goes with element n: one for all, one for each place of an axis, or
 * one for each block along it. */
static size_t scale_place(const struct onnx_tensor *t, const struct onnx_tensor *scale, int axis,
                          int64_t block, size_t n)
{
    size_t place = 0, below = t->count;
    if (scale->count == 1)
        return 0;
    for (int i = 0; i < t->rank; i++) {
        below /= (size_t)t->shape[i];
        size_t index = n / below % (size_t)t->shape[i];
        if (scale->rank == 1) {
            if (i == axis)
                return index;
        } else {
            index = i == axis ? index / (size_t)block : index;
            place = place * (size_t)scale->shape[i] + index;
        }
    }
    return place;
}

static bool scales_fit(const struct onnx_tensor *t, const struct onnx_tensor *scale, int64_t axis,
                       int64_t block)
{
    if (scale->count == 1)
        return true;
    if (scale->rank == 1)
        return axis < t->rank && scale->shape[0] == t->shape[axis];
    if (scale->rank != t->rank || block < 1)
        return false;
    for (int i = 0; i < t->rank; i++) {
        const int64_t wanted = i == axis ? (t->shape[i] + block - 1) / block : t->shape[i];
        if (scale->shape[i] != wanted)
            return false;
    }
    return true;
}

static enum onnx_fold scale_values(struct onnx_folding *f, struct onnx_tensor *to,
                                   const struct onnx_tensor *scale,
                                   const struct onnx_tensor *zero)
{
    int64_t axis = 0;
    const int64_t block = onnx_int(f->node, "block_size", 0);
    const bool has_axis = onnx_index((double)onnx_int(f->node, "axis", 1), to->rank, &axis);
    if ((scale->count != 1 && !has_axis) || !scales_fit(to, scale, axis, block) ||
        (zero->count != scale->count && zero->count != 0))
        return onnx_malformed(f, "has scales that do not fit its input");
    for (size_t n = 0; n < to->count; n++) {
        const size_t place = scale_place(to, scale, (int)axis, block, n);
        const double offset = zero->count > 0 ? zero->values[place] : 0.0;
        to->values[n] = (to->values[n] - offset) * scale->values[place];
    }
    return ONNX_FOLDED;
}

static enum onnx_fold fold_dequantize(struct onnx_folding *f, struct onnx_tensor *to)
{
    struct onnx_tensor scale = {0}, zero = {0};
    enum onnx_fold folded = onnx_operand(f, 1, &scale);
    if (folded == ONNX_FOLDED && onnx_input(f->node, 2) != NULL)
        folded = onnx_operand(f, 2, &zero);
    if (folded == ONNX_FOLDED)
        folded = onnx_operand(f, 0, to);
    if (folded == ONNX_FOLDED)
        folded = scale_values(f, to, &scale, &zero);
    onnx_tensor_free(&scale);
    onnx_tensor_free(&zero);
    return folded;
}

/* ---- which of them --------------------------------------------------------------------------- */

static const struct {
    const char *type;
    onnx_operator *folds;
} operators[] = {
    {"Constant", fold_constant},
    {"Identity", fold_identity},
    {"Cast", fold_cast},
    {"Reshape", fold_reshape},
    {"Squeeze", fold_axes},
    {"Unsqueeze", fold_axes},
    {"DequantizeLinear", fold_dequantize},
    {"Slice", onnx_fold_slice},
    {"Split", onnx_fold_split},
    {"Gather", onnx_fold_gather},
    {"Concat", onnx_fold_concat},
    {"Transpose", onnx_fold_transpose},
};

onnx_operator *onnx_operator_of(const Onnx__NodeProto *node)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (onnx_is(node, operators[i].type))
            return operators[i].folds;
    return NULL;
}

static enum onnx_fold fold_input(struct onnx_graph *graph, const char *name,
                                 struct onnx_tensor *tensor)
{
    for (int i = 0; i < graph->input_count && !graph->blind; i++)
        if (strcmp(graph->inputs[i].name, name) == 0)
            return copy(tensor, &graph->inputs[i]) ? ONNX_FOLDED : ONNX_VARIES;
    return ONNX_VARIES;
}

static enum onnx_fold fold_value(struct onnx_graph *graph, const struct onnx_scope *scope,
                                 const struct onnx_value *value, struct onnx_tensor *tensor,
                                 struct error *error)
{
    struct onnx_folding f = {graph, scope, NULL, value->output, error};
    switch (value->giver) {
    case GIVEN_BY_TENSOR:
        return onnx_tensor_read(graph->file, value->by, tensor, error) ? ONNX_FOLDED : ONNX_FAILED;
    case GIVEN_BY_SPARSE:
        return onnx_tensor_read_sparse(graph->file, value->by, tensor, error) ? ONNX_FOLDED
                                                                            : ONNX_FAILED;
    case GIVEN_BY_INPUT:
        return scope->outer == NULL ? fold_input(graph, value->name, tensor) : ONNX_VARIES;
    default:
        f.node = value->by;
        return onnx_operator_of(f.node) != NULL ? onnx_operator_of(f.node)(&f, tensor)
                                                : ONNX_VARIES;
    }
}

enum onnx_fold onnx_fold(struct onnx_graph *graph, const struct onnx_scope *scope,
                         const char *name, struct onnx_tensor *tensor, struct error *error)
{
    char shown[PRINTABLE_NAME];
    const struct onnx_scope *where;
    const struct onnx_value *value = onnx_find(scope, name, &where);
    enum onnx_fold folded = ONNX_VARIES;
    *tensor = (struct onnx_tensor){0};
    printable(shown, sizeof shown, name);
    if (graph->depth == DEPTH_MOST) {
        fail(error, "%s: tensor '%s' depends on itself, or on more than %d operators in a row",
             graph->file->name, shown, DEPTH_MOST);
        return ONNX_FAILED;
    }
    graph->depth++;
    if (value != NULL && graph->work <= graph->work_most)
        folded = fold_value(graph, where, value, tensor, error);
    graph->depth--;
    graph->work += WORK_OF_A_STEP + tensor->count;
    if (value != NULL && folded != ONNX_FAILED && graph->work > graph->work_most) {
        fail(error, "%s: tensor '%s' is computed from constants in more steps than a file of its "
             "size should need", graph->file->name, shown);
        folded = ONNX_FAILED;
    }
    if (folded != ONNX_FOLDED)
        onnx_tensor_free(tensor);
    return folded;
}

enum onnx_fold onnx_ints(const struct onnx_folding *f, const char *attribute, size_t input,
                         struct onnx_tensor *tensor)
{
    const Onnx__AttributeProto *a = onnx_attribute(f->node, attribute);
    const char *name = onnx_input(f->node, input);
    *tensor = (struct onnx_tensor){.rank = -1};
    if (a == NULL && name == NULL)
        return ONNX_FOLDED;
    if (a == NULL)
        return onnx_fold(f->graph, f->scope, name, tensor, f->error);
    if (!onnx_tensor_new(tensor, 1, &(int64_t){(int64_t)a->n_ints}))
        return ONNX_VARIES;
    for (size_t i = 0; i < a->n_ints; i++)
        tensor->values[i] = (double)a->ints[i];
    return ONNX_FOLDED;
}

/* ---- zeros ----------------------------------------------------------------------------------- */

static bool all_zero(const struct onnx_tensor *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->values[i] != 0.0)
            return false;
    return true;
}

/* What gives zeros if its first input, or all of them, are zero. */
static bool hands_zeros_on(const Onnx__NodeProto *node, size_t *inputs)
{
    static const char *const types[] = {"Identity", "Cast",      "Reshape", "Squeeze", "Unsqueeze",
                                        "Slice",    "Transpose", "Gather",  "Split",   "Expand",
                                        "Tile"};
    *inputs = 1;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (onnx_is(node, types[i]))
            return true;
    *inputs = node->n_input;
    return onnx_is(node, "Concat");
}

static bool is_zero(struct onnx_graph *graph, const struct onnx_scope *scope, const char *name,
                    int depth)
{
    struct onnx_tensor tensor;
    struct error ignored;
    const struct onnx_scope *where;
    size_t inputs;
    const enum onnx_fold folded = onnx_fold(graph, scope, name, &tensor, &ignored);
    const bool zero = folded == ONNX_FOLDED && all_zero(&tensor);
    onnx_tensor_free(&tensor);
    if (folded == ONNX_FOLDED || graph->work > graph->work_most || depth == DEPTH_MOST)
        return zero;
    const Onnx__NodeProto *node = onnx_node_of(scope, name, &where);
    if (node == NULL)
        return false;
    if (onnx_is(node, "ConstantOfShape")) {
        const Onnx__AttributeProto *value = onnx_attribute(node, "value");
        const bool read = value != NULL && value->t != NULL &&
                          onnx_tensor_read(graph->file, value->t, &tensor, &ignored);
        const bool all = value == NULL || (read && all_zero(&tensor));
        if (read)
            onnx_tensor_free(&tensor);
        return all;
    }
    if (!hands_zeros_on(node, &inputs) || inputs == 0)
        return false;
    for (size_t i = 0; i < inputs; i++)
        if (onnx_input(node, i) == NULL ||
            !is_zero(graph, where, onnx_input(node, i), depth + 1))
            return false;
    return true;
}

bool onnx_is_zero(struct onnx_graph *graph, const struct onnx_scope *scope, const char *name)
{
    return is_zero(graph, scope, name, 0);
}
