/* SPDX-License-Identifier: Apache-2.0
 * onnx_parts.c - operators that take tensors apart, and put them together: Slice, Split, Gather,
 * Concat, Transpose. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/source/onnx_fold.h"
#include "onnx.pb-c.h"

static bool axis_of(struct onnx_folding *f, const struct onnx_tensor *t, int64_t otherwise,
                    int64_t *axis)
{
    return onnx_index((double)onnx_int(f->node, "axis", otherwise), t->rank, axis);
}

/* ---- Slice ----------------------------------------------------------------------------------- */

static double clamp(double value, double low, double high)
{
    return fmin(fmax(value, low), high);
}

/* Elements start, start + step ... before end, as ONNX counts them. */
static bool slice_axis(struct onnx_view *view, int64_t axis, const double range[3])
{
    const double size = (double)view->shape[axis], step = range[2];
    double start = range[0] + (range[0] < 0.0 ? size : 0.0);
    double end = range[1] + (range[1] < 0.0 ? size : 0.0);
    if (step == 0.0 || fabs(step) > (double)INT32_MAX)
        return false;
    start = step > 0.0 ? clamp(start, 0.0, size) : clamp(start, 0.0, size - 1.0);
    end = step > 0.0 ? clamp(end, 0.0, size) : clamp(end, -1.0, size - 1.0);
    const double count = fmax(ceil((end - start) / step), 0.0);
    view->shape[axis] = (int64_t)count;
    if (count > 0.0)
        view->first += (int64_t)start * view->step[axis];
    view->step[axis] *= (int64_t)step;
    return true;
}

/* starts, ends, axes, steps; of the last two there may be none. */
static bool slice(struct onnx_view *view, const struct onnx_tensor of[4])
{
    const size_t count = of[0].count;
    bool seen[ONNX_RANK_MOST] = {false};
    if (of[0].rank < 0 || of[1].count != count || (of[2].rank >= 0 && of[2].count != count) ||
        (of[3].rank >= 0 && of[3].count != count))
        return false;
    for (size_t i = 0; i < count; i++) {
        int64_t axis;
        const double range[] = {of[0].values[i], of[1].values[i],
                                of[3].rank >= 0 ? of[3].values[i] : 1.0};
        if (!onnx_index(of[2].rank >= 0 ? of[2].values[i] : (double)i, view->rank, &axis) ||
            seen[axis] || !slice_axis(view, axis, range))
            return false;
        seen[axis] = true;
    }
    return true;
}

enum onnx_fold onnx_fold_slice(struct onnx_folding *f, struct onnx_tensor *to)
{
    static const char *const names[] = {"starts", "ends", "axes", "steps"};
    struct onnx_tensor from = {0}, of[4] = {{0}};
    enum onnx_fold folded = ONNX_FOLDED;
    for (size_t i = 0; folded == ONNX_FOLDED && i < 4; i++)
        folded = onnx_ints(f, names[i], i + 1, &of[i]);
    if (folded == ONNX_FOLDED)
        folded = onnx_operand(f, 0, &from);
    if (folded == ONNX_FOLDED) {
        struct onnx_view view = onnx_view_of(&from);
        folded = slice(&view, of) ? onnx_take_view(f, &from, &view, to)
                                  : onnx_malformed(f, "takes a part that its input does not have");
    }
    onnx_tensor_free(&from);
    for (int i = 0; i < 4; i++)
        onnx_tensor_free(&of[i]);
    return folded;
}

/* ---- Split ----------------------------------------------------------------------------------- */

static bool part_of_list(const struct onnx_tensor *sizes, int output, int64_t size, int64_t *first,
                         int64_t *count)
{
    double at = 0.0, part = 0.0;
    if (output >= (int)sizes->count)
        return false;
    for (int i = 0; i <= output; i++) {
        at += part;
        part = sizes->values[i];
        if (!(part >= 0.0 && at + part <= (double)size))
            return false;
    }
    *first = (int64_t)at;
    *count = (int64_t)part;
    return true;
}

/* Equal parts, the last one smaller if need be. */
static void equal_part(struct onnx_folding *f, int64_t size, int64_t *first, int64_t *count)
{
    int64_t parts = onnx_int(f->node, "num_outputs", (int64_t)f->node->n_output);
    parts = parts < 1 ? 1 : parts;
    const int64_t each = size / parts + (size % parts != 0);
    *first = each * f->output < size ? each * f->output : size;
    *count = size - *first < each ? size - *first : each;
}

enum onnx_fold onnx_split_part(struct onnx_folding *f, int64_t size, int64_t *first,
                               int64_t *count)
{
    struct onnx_tensor sizes;
    enum onnx_fold folded = onnx_ints(f, "split", 1, &sizes);
    if (folded == ONNX_FOLDED && sizes.rank < 0)
        equal_part(f, size, first, count);
    else if (folded == ONNX_FOLDED && !part_of_list(&sizes, f->output, size, first, count))
        folded = onnx_malformed(f, "makes parts that its input does not have");
    onnx_tensor_free(&sizes);
    return folded;
}

enum onnx_fold onnx_fold_split(struct onnx_folding *f, struct onnx_tensor *to)
{
    struct onnx_tensor from;
    int64_t axis, first = 0, count = 0;
    enum onnx_fold folded = onnx_operand(f, 0, &from);
    if (folded != ONNX_FOLDED)
        return folded;
    struct onnx_view view = onnx_view_of(&from);
    if (!axis_of(f, &from, 0, &axis))
        folded = onnx_malformed(f, "has an axis that its input does not have");
    else
        folded = onnx_split_part(f, from.shape[axis], &first, &count);
    if (folded == ONNX_FOLDED) {
        view.first = first * view.step[axis];
        view.shape[axis] = count;
        folded = onnx_take_view(f, &from, &view, to);
    }
    onnx_tensor_free(&from);
    return folded;
}

/* ---- Transpose ------------------------------------------------------------------------------- */

/* All axes once; without a list, the other way round. */
static bool transpose(const struct onnx_tensor *from, const Onnx__AttributeProto *perm,
                      struct onnx_view *view)
{
    const struct onnx_view old = onnx_view_of(from);
    bool seen[ONNX_RANK_MOST] = {false};
    *view = old;
    if (perm != NULL && perm->n_ints != (size_t)from->rank)
        return false;
    for (int i = 0; i < from->rank; i++) {
        int64_t axis;
        const double asked = perm != NULL ? (double)perm->ints[i] : (double)(from->rank - 1 - i);
        if (!onnx_index(asked, from->rank, &axis) || seen[axis])
            return false;
        seen[axis] = true;
        view->shape[i] = old.shape[axis];
        view->step[i] = old.step[axis];
    }
    return true;
}

enum onnx_fold onnx_fold_transpose(struct onnx_folding *f, struct onnx_tensor *to)
{
    struct onnx_tensor from;
    struct onnx_view view;
    enum onnx_fold folded = onnx_operand(f, 0, &from);
    if (folded != ONNX_FOLDED)
        return folded;
    if (transpose(&from, onnx_attribute(f->node, "perm"), &view))
        return onnx_take_view(f, &from, &view, to);
    onnx_tensor_free(&from);
    return onnx_malformed(f, "has an order of axes that its input does not have");
}

/* ---- Gather ---------------------------------------------------------------------------------- */

static size_t product(const int64_t *shape, int from, int to)
{
    size_t count = 1;
    for (int i = from; i < to; i++)
        count *= (size_t)shape[i];
    return count;
}

/* `indices` in place of an axis. */
static bool gather_shape(const struct onnx_tensor *from, const struct onnx_tensor *indices,
                         int axis, struct onnx_tensor *to)
{
    int64_t shape[2 * ONNX_RANK_MOST];
    int rank = 0;
    for (int i = 0; i < axis; i++)
        shape[rank++] = from->shape[i];
    for (int i = 0; i < indices->rank; i++)
        shape[rank++] = indices->shape[i];
    for (int i = axis + 1; i < from->rank; i++)
        shape[rank++] = from->shape[i];
    return onnx_tensor_new(to, rank, shape);
}

static bool gather(const struct onnx_tensor *from, const struct onnx_tensor *indices, int axis,
                   struct onnx_tensor *to)
{
    const size_t blocks = product(from->shape, 0, axis);
    const size_t size = product(from->shape, axis + 1, from->rank);
    if (!gather_shape(from, indices, axis, to))
        return false;
    for (size_t n = 0; n < indices->count; n++) {
        int64_t index;
        if (!onnx_index(indices->values[n], from->shape[axis], &index))
            return false;
        for (size_t block = 0; block < blocks && size > 0; block++)
            memcpy(to->values + (block * indices->count + n) * size,
                   from->values + (block * (size_t)from->shape[axis] + (size_t)index) * size,
                   size * sizeof *to->values);
    }
    return true;
}

enum onnx_fold onnx_fold_gather(struct onnx_folding *f, struct onnx_tensor *to)
{
    struct onnx_tensor from = {0}, indices = {0};
    int64_t axis;
    enum onnx_fold folded = onnx_operand(f, 1, &indices);
    if (folded == ONNX_FOLDED)
        folded = onnx_operand(f, 0, &from);
    if (folded == ONNX_FOLDED &&
        (!axis_of(f, &from, 0, &axis) || !gather(&from, &indices, (int)axis, to)))
        folded = onnx_malformed(f, "takes elements that its input does not have");
    onnx_tensor_free(&from);
    onnx_tensor_free(&indices);
    return folded;
}

/* ---- Concat ---------------------------------------------------------------------------------- */

static bool joins(const struct onnx_tensor *a, const struct onnx_tensor *b, int64_t axis)
{
    for (int i = 0; i < a->rank; i++)
        if (i != axis && a->shape[i] != b->shape[i])
            return false;
    return a->rank == b->rank;
}

static bool join(const struct onnx_tensor *parts, size_t count, int64_t axis,
                 struct onnx_tensor *to)
{
    int64_t shape[ONNX_RANK_MOST];
    memcpy(shape, parts[0].shape, sizeof shape);
    for (size_t n = 1; n < count; n++) {
        if (!joins(&parts[0], &parts[n], axis))
            return false;
        shape[axis] += parts[n].shape[axis];
    }
    if (!onnx_tensor_new(to, parts[0].rank, shape))
        return false;
    const size_t blocks = product(shape, 0, (int)axis);
    const size_t whole = product(shape, (int)axis, to->rank);
    size_t at = 0;
    for (size_t n = 0; n < count; n++) {
        const size_t size = product(parts[n].shape, (int)axis, to->rank);
        for (size_t block = 0; block < blocks && size > 0; block++)
            memcpy(to->values + block * whole + at, parts[n].values + block * size,
                   size * sizeof *to->values);
        at += size;
    }
    return true;
}

enum onnx_fold onnx_fold_concat(struct onnx_folding *f, struct onnx_tensor *to)
{
    const size_t count = f->node->n_input;
    struct onnx_tensor *parts = allocate(count, sizeof *parts);
    enum onnx_fold folded = count > 0 ? ONNX_FOLDED : onnx_malformed(f, "has no inputs");
    int64_t axis;
    for (size_t n = 0; folded == ONNX_FOLDED && n < count; n++)
        folded = onnx_operand(f, n, &parts[n]);
    if (folded == ONNX_FOLDED &&
        (!axis_of(f, &parts[0], 1, &axis) || !join(parts, count, axis, to)))
        folded = onnx_malformed(f, "has inputs that do not fit each other");
    for (size_t n = 0; n < count; n++)
        onnx_tensor_free(&parts[n]);
    free(parts);
    return folded;
}
