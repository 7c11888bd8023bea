/* SPDX-License-Identifier: Apache-2.0
 * onnx_fold.c - tensors that are constants behind operators: Constant, Identity, Cast, Reshape,
 * Squeeze, Unsqueeze, DequantizeLinear, Slice, Split, Gather, Concat, Transpose, Expand, Tile,
 * ConstantOfShape, Add, Sub, Mul; QONNX's Quant. */
#include "models/source/onnx_graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/source/onnx_parts.h"
#include "onnx.pb-c.h"

enum { STATE_RANK = 3, DEPTH_MOST = 200, WORK_OF_A_STEP = 64, NO_INPUT = 1 << 20 };

/* Computes f->output of f->node. */
typedef enum onnx_fold operator(struct onnx_folding *f, struct onnx_tensor *to);

static enum onnx_fold malformed(const struct onnx_folding *f, const char *what)
{
    char name[PRINTABLE_NAME];
    printable(name, sizeof name, onnx_node_name(f->node));
    fail(f->error, "%s: node '%s' (%s) %s", f->graph->file->name, name, f->node->op_type, what);
    return ONNX_FAILED;
}

static enum onnx_fold operand(struct onnx_folding *f, size_t input, struct onnx_tensor *tensor)
{
    *tensor = (struct onnx_tensor){0};
    if (onnx_input(f->node, input) == NULL)
        return malformed(f, "lacks an input");
    return onnx_fold(f->graph, f->scope, onnx_input(f->node, input), tensor, f->error);
}

static bool copy(struct onnx_tensor *to, const struct onnx_tensor *from)
{
    if (!onnx_tensor_new(to, from->rank, from->shape))
        return false;
    memcpy(to->values, from->values, from->count * sizeof *to->values);
    return true;
}

enum { FLOAT = 1, BOOL = 9, FLOAT16 = 10, DOUBLE = 11, BFLOAT16 = 16 };

static enum onnx_fold read_tensor(struct onnx_graph *graph, const Onnx__TensorProto *from,
                                  struct onnx_tensor *to, struct error *error)
{
    graph->coarse = graph->coarse || (from->has_data_type && from->data_type == BFLOAT16);
    return onnx_tensor_read(graph->file, from, to, error) ? ONNX_FOLDED : ONNX_FAILED;
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
            return read_tensor(f->graph, a->t, to, f->error);
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
    return operand(f, 0, to);
}

/* Before version 6 types are words. */
static int64_t cast_type(const Onnx__NodeProto *node)
{
    const Onnx__AttributeProto *to = onnx_attribute(node, "to");
    if (to == NULL || !to->has_s || to->s.len == 0)
        return onnx_int(node, "to", FLOAT);
    const bool real = to->s.len >= 5 && (memcmp(to->s.data, "FLOAT", 5) == 0 ||
                                         memcmp(to->s.data, "DOUBL", 5) == 0);
    return real ? DOUBLE : 0;
}

bool onnx_keeps_values(const Onnx__NodeProto *node)
{
    const int64_t type = onnx_is(node, "Cast") ? cast_type(node) : FLOAT;
    return type == FLOAT || type == FLOAT16 || type == DOUBLE || type == BFLOAT16;
}

/* Whole numbers are cut, and a float16 is kept as it is: weights in it come from such. */
static enum onnx_fold fold_cast(struct onnx_folding *f, struct onnx_tensor *to)
{
    const int64_t type = cast_type(f->node);
    const enum onnx_fold folded = operand(f, 0, to);
    const bool real = type == FLOAT16 || type == DOUBLE || type == BFLOAT16;
    f->graph->coarse = f->graph->coarse || type == BFLOAT16;
    for (size_t i = 0; folded == ONNX_FOLDED && !real && i < to->count; i++)
        to->values[i] = type == FLOAT  ? (double)float_of_double(to->values[i])
                        : type == BOOL ? (double)(to->values[i] != 0.0)
                                       : trunc(to->values[i]);
    return folded;
}

static enum onnx_fold fold_reshape(struct onnx_folding *f, struct onnx_tensor *to)
{
    struct onnx_tensor shape;
    enum onnx_fold folded = onnx_ints(f, "shape", 1, &shape);
    if (folded == ONNX_FOLDED)
        folded = operand(f, 0, to);
    if (folded == ONNX_FOLDED &&
        !onnx_reshape(to, &shape, onnx_int(f->node, "allowzero", 0) != 0))
        folded = malformed(f, "has a shape that its input does not have");
    onnx_tensor_free(&shape);
    return folded;
}

static enum onnx_fold fold_axes(struct onnx_folding *f, struct onnx_tensor *to)
{
    struct onnx_tensor axes;
    enum onnx_fold folded = onnx_ints(f, "axes", 1, &axes);
    if (folded == ONNX_FOLDED)
        folded = operand(f, 0, to);
    if (folded == ONNX_FOLDED &&
        !(onnx_is(f->node, "Squeeze") ? onnx_squeeze(to, &axes) : onnx_unsqueeze(to, &axes)))
        folded = malformed(f, "has axes that its input does not have");
    onnx_tensor_free(&axes);
    return folded;
}

static enum onnx_fold fold_dequantize(struct onnx_folding *f, struct onnx_tensor *to)
{
    struct onnx_tensor scale = {0}, zero = {0};
    enum onnx_fold folded = operand(f, 1, &scale);
    if (folded == ONNX_FOLDED && onnx_input(f->node, 2) != NULL)
        folded = operand(f, 2, &zero);
    if (folded == ONNX_FOLDED)
        folded = operand(f, 0, to);
    const struct onnx_scales scales = {&scale, &zero, onnx_int(f->node, "axis", 1),
                                       onnx_int(f->node, "block_size", 0)};
    if (folded == ONNX_FOLDED && !onnx_dequantize(to, &scales))
        folded = malformed(f, "has scales that do not fit its input");
    onnx_tensor_free(&scale);
    onnx_tensor_free(&zero);
    return folded;
}

/* Of QONNX, and Brevitas: x, scale, zero point, bits.  BipolarQuant has the scale alone: one bit. */
static enum onnx_fold fold_quant(struct onnx_folding *f, struct onnx_tensor *to)
{
    const bool bipolar = strcmp(f->node->op_type, "BipolarQuant") == 0;
    double one = 1.0, none = 0.0;
    struct onnx_tensor of[3] = {{0}};
    struct onnx_tensor given[3] = {{0}, {.count = 1, .values = &none}, {.count = 1, .values = &one}};
    enum onnx_fold folded = ONNX_FOLDED;
    for (size_t i = 0; folded == ONNX_FOLDED && i < (bipolar ? 1 : 3); i++)
        folded = operand(f, i + 1, &of[i]);
    for (int i = 0; i < (bipolar ? 1 : 3); i++)
        given[i] = of[i];
    if (folded == ONNX_FOLDED)
        folded = operand(f, 0, to);
    const Onnx__AttributeProto *rounding = onnx_attribute(f->node, "rounding_mode");
    const struct onnx_quant quant = {
        &given[0], &given[1], &given[2], onnx_int(f->node, "signed", 1) != 0,
        onnx_int(f->node, "narrow", 0) != 0, rounding != NULL ? (const char *)rounding->s.data : "",
        rounding != NULL ? rounding->s.len : 0};
    if (folded == ONNX_FOLDED && !onnx_quantize(to, &quant))
        folded = malformed(f, "has a scale, a zero point or bits that do not fit its input, or a "
                              "rounding that is not known");
    for (int i = 0; i < 3; i++)
        onnx_tensor_free(&of[i]);
    return folded;
}

/* ---- operators that take tensors apart -------------------------------------------------------- */

static bool axis_of(struct onnx_folding *f, const struct onnx_tensor *t, int64_t otherwise,
                    int64_t *axis)
{
    return onnx_index((double)onnx_int(f->node, "axis", otherwise), t->rank, axis);
}

static enum onnx_fold fold_slice(struct onnx_folding *f, struct onnx_tensor *to)
{
    static const char *const names[] = {"starts", "ends", "axes", "steps"};
    struct onnx_tensor from = {0}, of[4] = {{0}};
    enum onnx_fold folded = ONNX_FOLDED;
    for (size_t i = 0; folded == ONNX_FOLDED && i < 4; i++)
        folded = onnx_ints(f, names[i], i + 1, &of[i]);
    if (folded == ONNX_FOLDED)
        folded = operand(f, 0, &from);
    if (folded == ONNX_FOLDED && !onnx_slice(&from, of, to))
        folded = malformed(f, "takes a part that its input does not have");
    onnx_tensor_free(&from);
    for (int i = 0; i < 4; i++)
        onnx_tensor_free(&of[i]);
    return folded;
}

enum onnx_fold onnx_split_part(const struct onnx_folding *f, int64_t size, int64_t *first,
                               int64_t *count)
{
    struct onnx_tensor sizes;
    enum onnx_fold folded = onnx_ints(f, "split", 1, &sizes);
    const struct onnx_parting parting = {
        &sizes, onnx_int(f->node, "num_outputs", (int64_t)f->node->n_output), f->output};
    if (folded == ONNX_FOLDED && !onnx_part(&parting, size, first, count))
        folded = malformed(f, "makes parts that its input does not have");
    onnx_tensor_free(&sizes);
    return folded;
}

static enum onnx_fold fold_split(struct onnx_folding *f, struct onnx_tensor *to)
{
    struct onnx_tensor from;
    int64_t axis, first = 0, count = 0;
    enum onnx_fold folded = operand(f, 0, &from);
    if (folded == ONNX_FOLDED && !axis_of(f, &from, 0, &axis))
        folded = malformed(f, "has an axis that its input does not have");
    else if (folded == ONNX_FOLDED)
        folded = onnx_split_part(f, from.shape[axis], &first, &count);
    if (folded == ONNX_FOLDED && !onnx_take_part(&from, (int)axis, first, count, to))
        folded = malformed(f, "makes parts that are too large");
    onnx_tensor_free(&from);
    return folded;
}

static enum onnx_fold fold_transpose(struct onnx_folding *f, struct onnx_tensor *to)
{
    struct onnx_tensor from = {0}, perm;
    enum onnx_fold folded = onnx_ints(f, "perm", NO_INPUT, &perm);
    if (folded == ONNX_FOLDED)
        folded = operand(f, 0, &from);
    if (folded == ONNX_FOLDED && !onnx_transpose(&from, &perm, to))
        folded = malformed(f, "has an order of axes that its input does not have");
    onnx_tensor_free(&from);
    onnx_tensor_free(&perm);
    return folded;
}

static enum onnx_fold fold_gather(struct onnx_folding *f, struct onnx_tensor *to)
{
    struct onnx_tensor from = {0}, indices = {0};
    int64_t axis;
    enum onnx_fold folded = operand(f, 1, &indices);
    if (folded == ONNX_FOLDED)
        folded = operand(f, 0, &from);
    if (folded == ONNX_FOLDED &&
        (!axis_of(f, &from, 0, &axis) || !onnx_gather(&from, &indices, (int)axis, to)))
        folded = malformed(f, "takes elements that its input does not have");
    onnx_tensor_free(&from);
    onnx_tensor_free(&indices);
    return folded;
}

static enum onnx_fold fold_concat(struct onnx_folding *f, struct onnx_tensor *to)
{
    const size_t count = f->node->n_input;
    struct onnx_tensor *parts = allocate(count, sizeof *parts);
    enum onnx_fold folded = count > 0 ? ONNX_FOLDED : malformed(f, "has no inputs");
    int64_t axis;
    for (size_t n = 0; folded == ONNX_FOLDED && n < count; n++)
        folded = operand(f, n, &parts[n]);
    if (folded == ONNX_FOLDED &&
        (!axis_of(f, &parts[0], 1, &axis) || !onnx_concat(parts, count, axis, to)))
        folded = malformed(f, "has inputs that do not fit each other");
    for (size_t n = 0; n < count; n++)
        onnx_tensor_free(&parts[n]);
    free(parts);
    return folded;
}

/* ---- operators that make tensors larger ------------------------------------------------------- */

/* Sizes that Concat puts together: those that are not known are one. */
static enum onnx_fold loose_sizes(struct onnx_folding *f, const Onnx__NodeProto *concat,
                                  struct onnx_tensor *sizes)
{
    struct onnx_tensor all = {0};
    enum onnx_fold folded = ONNX_FOLDED;
    if (!onnx_tensor_new(&all, 1, &(int64_t){ONNX_RANK_MOST}))
        return ONNX_VARIES;
    all.count = 0;
    for (size_t i = 0; folded == ONNX_FOLDED && i < concat->n_input; i++) {
        struct onnx_tensor part;
        folded = onnx_fold(f->graph, f->scope, concat->input[i], &part, f->error);
        const size_t count = folded == ONNX_FOLDED ? part.count : 1;
        if (folded != ONNX_FAILED)
            folded = all.count + count <= ONNX_RANK_MOST ? ONNX_FOLDED : ONNX_VARIES;
        for (size_t k = 0; folded == ONNX_FOLDED && k < count; k++)
            all.values[all.count++] = part.count > 0 ? part.values[k] : 1.0;
        onnx_tensor_free(&part);
    }
    all.shape[0] = (int64_t)all.count;
    *sizes = all;
    return folded;
}

/* What PyTorch puts around sizes: Where(sizes == -1, 1, sizes), and a Reshape that leaves a list a list. */
static const Onnx__NodeProto *behind_sizes(const struct onnx_folding *f, const char *name,
                                           const struct onnx_scope **where)
{
    const Onnx__NodeProto *node = onnx_node_of(f->scope, name, where);
    for (int i = 0; i < DEPTH_MOST && node != NULL; i++) {
        const size_t from = onnx_is(node, "Where") ? 2 : 0;
        const bool around = from == 2 || onnx_is(node, "Cast") || onnx_is(node, "Identity") ||
                            onnx_is(node, "Reshape");
        if (!around || onnx_input(node, from) == NULL)
            break;
        node = onnx_node_of(*where, onnx_input(node, from), where);
    }
    return node;
}

/* As many ones as a list has numbers: ConstantOfShape(Shape(Concat ...)). */
static enum onnx_fold ones_for(struct onnx_folding *f, const Onnx__NodeProto *node, struct onnx_tensor *sizes)
{
    const struct onnx_scope *where = f->scope;
    const Onnx__AttributeProto *value = onnx_attribute(node, "value");
    const Onnx__NodeProto *shape = onnx_node_of(where, onnx_input(node, 0), &where);
    const Onnx__NodeProto *list =
        shape != NULL && onnx_is(shape, "Shape") && onnx_input(shape, 0) != NULL
            ? onnx_node_of(where, onnx_input(shape, 0), &where) : NULL;
    struct onnx_tensor one = {0};
    if (list == NULL || !onnx_is(list, "Concat") || value == NULL || value->t == NULL)
        return ONNX_VARIES;
    struct onnx_folding of = {f->graph, where, list, 0, f->error};
    enum onnx_fold folded = loose_sizes(&of, list, sizes);
    if (folded == ONNX_FOLDED && !onnx_tensor_read(f->graph->file, value->t, &one, f->error))
        folded = ONNX_FAILED;
    for (size_t i = 0; folded == ONNX_FOLDED && i < sizes->count; i++)
        sizes->values[i] = one.count == 1 ? one.values[0] : 0.0;
    onnx_tensor_free(&one);
    return folded;
}

/* Sizes that are an input.  In a loose graph some may be known only at run time; of rank -1: all. */
static enum onnx_fold sizes_of(struct onnx_folding *f, size_t input, struct onnx_tensor *sizes)
{
    const struct onnx_scope *where;
    enum onnx_fold folded = operand(f, input, sizes);
    if (folded != ONNX_VARIES || !f->graph->loose)
        return folded;
    const Onnx__NodeProto *node = behind_sizes(f, onnx_input(f->node, input), &where);
    struct onnx_folding of = {f->graph, where, node, 0, f->error};
    if (node != NULL && onnx_is(node, "Concat"))
        folded = loose_sizes(&of, node, sizes);
    else if (node != NULL && onnx_is(node, "ConstantOfShape") && onnx_input(node, 0) != NULL)
        folded = ones_for(&of, node, sizes);
    for (size_t i = 0; folded == ONNX_FOLDED && i < sizes->count; i++)
        if (sizes->values[i] == -1.0) /* of Expand: as it is */
            sizes->values[i] = 1.0;
    if (folded != ONNX_VARIES)
        return folded;
    onnx_tensor_free(sizes);
    *sizes = (struct onnx_tensor){.rank = -1};
    return ONNX_FOLDED;
}

static double product_of(const struct onnx_tensor *t, double from)
{
    for (size_t i = 0; i < t->count; i++)
        from *= t->values[i];
    return from;
}

static enum onnx_fold fold_larger(struct onnx_folding *f, struct onnx_tensor *to)
{
    const bool tile = onnx_is(f->node, "Tile");
    struct onnx_tensor from = {0}, sizes;
    enum onnx_fold folded = onnx_input(f->node, 2) == NULL ? sizes_of(f, 1, &sizes) : ONNX_VARIES;
    if (onnx_input(f->node, 2) != NULL)
        return folded; /* Tile before version 6 */
    if (folded == ONNX_FOLDED)
        folded = operand(f, 0, &from);
    if (folded == ONNX_FOLDED && sizes.rank >= 0 &&
        !onnx_may_fold(f->graph, f->node->output[0],
                       product_of(&sizes, (double)from.count), f->error))
        folded = ONNX_FAILED;
    else if (folded == ONNX_FOLDED && sizes.rank < 0) /* of a whole state only its batch can grow */
        folded = from.rank >= STATE_RANK && copy(to, &from) ? ONNX_FOLDED : ONNX_VARIES;
    else if (folded == ONNX_FOLDED && !(tile ? onnx_tile(&from, &sizes, to)
                                             : onnx_expand(&from, &sizes, to)))
        folded = malformed(f, "has sizes that its input cannot get");
    onnx_tensor_free(&from);
    onnx_tensor_free(&sizes);
    return folded;
}

static enum onnx_fold fold_constant_of_shape(struct onnx_folding *f, struct onnx_tensor *to)
{
    const Onnx__AttributeProto *value = onnx_attribute(f->node, "value");
    struct onnx_tensor sizes, all = {0};
    enum onnx_fold folded = sizes_of(f, 0, &sizes);
    if (folded == ONNX_FOLDED && sizes.rank < 0)
        folded = ONNX_VARIES;
    if (folded == ONNX_FOLDED && value != NULL && value->t != NULL &&
        !onnx_tensor_read(f->graph->file, value->t, &all, f->error))
        folded = ONNX_FAILED;
    if (folded == ONNX_FOLDED &&
        !onnx_may_fold(f->graph, f->node->output[0], product_of(&sizes, 1.0), f->error))
        folded = ONNX_FAILED;
    struct onnx_tensor one = {.count = 1, .values = all.count > 0 ? all.values : (double[]){0.0}};
    if (folded == ONNX_FOLDED && (all.count > 1 || !onnx_expand(&one, &sizes, to)))
        folded = malformed(f, "has a shape that no tensor has, or several values");
    onnx_tensor_free(&sizes);
    onnx_tensor_free(&all);
    return folded;
}

/* Elements of what two tensors are together. */
static double together(const struct onnx_tensor *a, const struct onnx_tensor *b)
{
    double count = 1.0;
    for (int i = 1; i <= a->rank || i <= b->rank; i++)
        count *= fmax(i <= a->rank ? (double)a->shape[a->rank - i] : 1.0,
                      i <= b->rank ? (double)b->shape[b->rank - i] : 1.0);
    return count;
}

static enum onnx_fold fold_arithmetic(struct onnx_folding *f, struct onnx_tensor *to)
{
    struct onnx_tensor a = {0}, b = {0};
    enum onnx_fold folded = onnx_attribute(f->node, "axis") == NULL ? operand(f, 0, &a)
                                                                    : ONNX_VARIES;
    if (folded == ONNX_FOLDED)
        folded = operand(f, 1, &b);
    if (folded == ONNX_FOLDED &&
        !onnx_may_fold(f->graph, f->node->output[0], together(&a, &b), f->error))
        folded = ONNX_FAILED;
    if (folded == ONNX_FOLDED && !onnx_arithmetic(f->node->op_type[0], &a, &b, to))
        folded = malformed(f, "has operands that do not fit each other");
    onnx_tensor_free(&a);
    onnx_tensor_free(&b);
    return folded;
}

/* ---- which of them --------------------------------------------------------------------------- */

static const struct {
    const char *type;
    operator *folds;
    bool qonnx; /* of the domains of QONNX, and of those before it */
} operators[] = {
    {"Constant", fold_constant, false},
    {"Identity", fold_identity, false},
    {"Cast", fold_cast, false},
    {"Reshape", fold_reshape, false},
    {"Squeeze", fold_axes, false},
    {"Unsqueeze", fold_axes, false},
    {"DequantizeLinear", fold_dequantize, false},
    {"Slice", fold_slice, false},
    {"Split", fold_split, false},
    {"Gather", fold_gather, false},
    {"Concat", fold_concat, false},
    {"Transpose", fold_transpose, false},
    {"Expand", fold_larger, false},
    {"Tile", fold_larger, false},
    {"ConstantOfShape", fold_constant_of_shape, false},
    {"Add", fold_arithmetic, false},
    {"Sub", fold_arithmetic, false},
    {"Mul", fold_arithmetic, false},
    {"Quant", fold_quant, true},
    {"IntQuant", fold_quant, true},
    {"BipolarQuant", fold_quant, true},
};

static bool is_qonnx(const Onnx__NodeProto *node)
{
    static const char *const domains[] = {"qonnx.custom_op.general", "finn.custom_op.general",
                                          "onnx.brevitas", "finn"};
    for (size_t i = 0; node->domain != NULL && i < sizeof domains / sizeof *domains; i++)
        if (strcmp(node->domain, domains[i]) == 0)
            return true;
    return false;
}

static operator *operator_of(const Onnx__NodeProto *node)
{
    const bool qonnx = is_qonnx(node) && node->op_type != NULL;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (operators[i].qonnx ? qonnx && strcmp(node->op_type, operators[i].type) == 0
                               : onnx_is(node, operators[i].type))
            return operators[i].folds;
    return NULL;
}

static enum onnx_fold fold_input(struct onnx_graph *graph, const char *name,
                                 struct onnx_tensor *tensor)
{
    for (int i = 0; i < graph->input_count && graph->fed; i++)
        if (strcmp(graph->inputs[i].name, name) == 0) {
            graph->used = true;
            return copy(tensor, &graph->inputs[i]) ? ONNX_FOLDED : ONNX_VARIES;
        }
    return ONNX_VARIES;
}

static enum onnx_fold fold_value(struct onnx_graph *graph, const struct onnx_scope *scope,
                                 const struct onnx_value *value, struct onnx_tensor *tensor,
                                 struct error *error)
{
    struct onnx_folding f = {graph, scope, NULL, value->output, error};
    switch (value->giver) {
    case GIVEN_BY_TENSOR:
        return read_tensor(graph, value->by, tensor, error);
    case GIVEN_BY_SPARSE:
        return onnx_tensor_read_sparse(graph->file, value->by, tensor, error) ? ONNX_FOLDED
                                                                            : ONNX_FAILED;
    case GIVEN_BY_INPUT:
        return scope->outer == NULL ? fold_input(graph, value->name, tensor) : ONNX_VARIES;
    default:
        f.node = value->by;
        return operator_of(f.node) != NULL ? operator_of(f.node)(&f, tensor)
                                                : ONNX_VARIES;
    }
}

static bool too_much(const struct onnx_graph *graph, const char *name, struct error *error)
{
    char shown[PRINTABLE_NAME];
    printable(shown, sizeof shown, name);
    return fail(error, "%s: tensor '%s' is computed from constants in more steps than a file of its "
                "size should need", graph->file->name, shown);
}

bool onnx_may_fold(struct onnx_graph *graph, const char *name, double count, struct error *error)
{
    return (double)graph->work + count <= (double)graph->work_most || too_much(graph, name, error);
}

enum onnx_fold onnx_fold(struct onnx_graph *graph, const struct onnx_scope *scope,
                         const char *name, struct onnx_tensor *tensor, struct error *error)
{
    char shown[PRINTABLE_NAME];
    const struct onnx_scope *where;
    struct onnx_value *value = onnx_find(scope, name, &where);
    const bool plain = !graph->fed && !graph->loose;
    enum onnx_fold folded = ONNX_VARIES;
    *tensor = (struct onnx_tensor){0};
    printable(shown, sizeof shown, name);
    if (graph->depth == DEPTH_MOST) {
        fail(error, "%s: tensor '%s' depends on itself, or on more than %d operators in a row",
             graph->file->name, shown, DEPTH_MOST);
        return ONNX_FAILED;
    }
    if (value == NULL || (value->varies && plain))
        return ONNX_VARIES;
    graph->depth++;
    if (graph->work <= graph->work_most)
        folded = fold_value(graph, where, value, tensor, error);
    graph->depth--;
    graph->work += WORK_OF_A_STEP + tensor->count;
    if (folded != ONNX_FAILED && graph->work > graph->work_most) {
        too_much(graph, name, error);
        folded = ONNX_FAILED;
    }
    value->varies = value->varies || (plain && folded == ONNX_VARIES);
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
