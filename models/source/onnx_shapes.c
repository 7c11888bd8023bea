/* SPDX-License-Identifier: Apache-2.0
 * onnx_shapes.c - tensors in another shape, and of whole numbers with scales. */
#include <string.h>

#include "models/source/onnx_parts.h"

/* ---- shapes ---------------------------------------------------------------------------------- */

/* 0 is the size that was there, and one may be -1: what is left. */
bool onnx_reshape(struct onnx_tensor *t, const struct onnx_tensor *shape, bool zeros)
{
    int64_t sizes[ONNX_RANK_MOST], rest = -1;
    double count = 1.0;
    if (shape->rank != 1 || shape->count > ONNX_RANK_MOST)
        return false;
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

bool onnx_squeeze(struct onnx_tensor *t, const struct onnx_tensor *axes)
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

bool onnx_unsqueeze(struct onnx_tensor *t, const struct onnx_tensor *axes)
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

/* ---- scales ---------------------------------------------------------------------------------- */

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
        const int64_t wanted = i == axis && t->shape[i] > 0 ? (t->shape[i] - 1) / block + 1 : t->shape[i];
        if (scale->shape[i] != wanted)
            return false;
    }
    return true;
}

bool onnx_dequantize(struct onnx_tensor *t, const struct onnx_scales *s)
{
    int64_t axis = 0;
    const struct onnx_tensor *scale = s->scale, *zero = s->zero;
    const bool has_axis = onnx_index((double)s->axis, t->rank, &axis);
    if ((scale->count != 1 && !has_axis) || !scales_fit(t, scale, axis, s->block) ||
        (zero->count != scale->count && zero->count != 0))
        return false;
    for (size_t n = 0; n < t->count; n++) {
        const size_t place = scale_place(t, scale, (int)axis, s->block, n);
        const double offset = zero->count > 0 ? zero->values[place] : 0.0;
        t->values[n] = (t->values[n] - offset) * scale->values[place];
    }
    return true;
}
