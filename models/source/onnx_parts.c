/* SPDX-License-Identifier: Apache-2.0
 * onnx_parts.c - parts of tensors, in another order, put together: Slice, Split, Gather, Concat,
 * Transpose. */
#include "models/source/onnx_parts.h"

#include <math.h>
#include <string.h>

/* ---- views ----------------------------------------------------------------------------------- */

/* A tensor whose element [i, j ...] is that of another one at first + i*step[0] + j*step[1] ... */
struct onnx_view {
    int rank;
    int64_t shape[ONNX_RANK_MOST], step[ONNX_RANK_MOST], first;
};

static struct onnx_view view_of(const struct onnx_tensor *tensor)
{
    struct onnx_view view = {.rank = tensor->rank};
    int64_t step = 1;
    for (int i = tensor->rank - 1; i >= 0; i--) {
        view.shape[i] = tensor->shape[i];
        view.step[i] = step;
        step *= tensor->shape[i];
    }
    return view;
}

static bool copy_view(const struct onnx_tensor *from, const struct onnx_view *view,
                    struct onnx_tensor *to)
{
    int64_t index[ONNX_RANK_MOST] = {0}, at = view->first;
    if (!onnx_tensor_new(to, view->rank, view->shape))
        return false;
    for (size_t n = 0; n < to->count; n++) {
        BUG_UNLESS(at >= 0 && at < (int64_t)from->count);
        to->values[n] = from->values[at];
        for (int i = view->rank - 1; i >= 0; i--) {
            at += view->step[i];
            if (++index[i] < view->shape[i])
                break;
            at -= view->step[i] * view->shape[i];
            index[i] = 0;
        }
    }
    return true;
}

bool onnx_index(double index, int64_t size, int64_t *place)
{
    if (index < 0.0)
        index += (double)size;
    if (!(index >= 0.0 && index < (double)size))
        return false;
    *place = (int64_t)index;
    return true;
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

bool onnx_slice(const struct onnx_tensor *from, const struct onnx_tensor of[4],
                struct onnx_tensor *to)
{
    struct onnx_view view = view_of(from);
    return slice(&view, of) && copy_view(from, &view, to);
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
static void equal_part(const struct onnx_parting *p, int64_t size, int64_t *first, int64_t *count)
{
    const int64_t parts = p->parts < 1 ? 1 : p->parts;
    const int64_t each = size / parts + (size % parts != 0);
    *first = each <= size && p->output <= size / (each < 1 ? 1 : each) ? each * p->output : size;
    *count = size - *first < each ? size - *first : each;
}

bool onnx_part(const struct onnx_parting *p, int64_t size, int64_t *first, int64_t *count)
{
    if (p->sizes->rank >= 0)
        return part_of_list(p->sizes, p->output, size, first, count);
    equal_part(p, size, first, count);
    return true;
}

bool onnx_take_part(const struct onnx_tensor *from, int axis, int64_t first, int64_t count,
                    struct onnx_tensor *to)
{
    struct onnx_view view = view_of(from);
    view.first = first * view.step[axis];
    view.shape[axis] = count;
    return copy_view(from, &view, to);
}

/* ---- Transpose ------------------------------------------------------------------------------- */

/* All axes once; without a list, the other way round. */
static bool transpose(const struct onnx_tensor *from, const struct onnx_tensor *perm,
                      struct onnx_view *view)
{
    const struct onnx_view old = view_of(from);
    bool seen[ONNX_RANK_MOST] = {false};
    *view = old;
    if (perm->rank >= 0 && perm->count != (size_t)from->rank)
        return false;
    for (int i = 0; i < from->rank; i++) {
        int64_t axis;
        const double asked = perm->rank >= 0 ? perm->values[i] : (double)(from->rank - 1 - i);
        if (!onnx_index(asked, from->rank, &axis) || seen[axis])
            return false;
        seen[axis] = true;
        view->shape[i] = old.shape[axis];
        view->step[i] = old.step[axis];
    }
    return true;
}

bool onnx_transpose(const struct onnx_tensor *from, const struct onnx_tensor *perm,
                    struct onnx_tensor *to)
{
    struct onnx_view view;
    return transpose(from, perm, &view) && copy_view(from, &view, to);
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

bool onnx_gather(const struct onnx_tensor *from, const struct onnx_tensor *indices, int axis,
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

/* ---- Concat ---------------------------------------------------------------------------------- */

static bool joins(const struct onnx_tensor *a, const struct onnx_tensor *b, int64_t axis)
{
    for (int i = 0; i < a->rank; i++)
        if (i != axis && a->shape[i] != b->shape[i])
            return false;
    return a->rank == b->rank;
}

bool onnx_concat(const struct onnx_tensor *parts, size_t count, int64_t axis,
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
