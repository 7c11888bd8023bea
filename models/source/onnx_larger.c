/* SPDX-License-Identifier: Apache-2.0
 * onnx_larger.c - tensors that are repeated along their axes, and sums and products of such: Expand,
 * Tile, Add, Sub, Mul. */
#include <string.h>

#include "models/base/bytes.h"
#include "models/source/onnx_parts.h"

/* Where in `from` the element of `to` at n is: axes are counted from the last one, and an index
 * goes round. */
static size_t place_of(const struct onnx_tensor *from, const struct onnx_tensor *to, size_t n)
{
    size_t place = 0, step = 1;
    for (int i = 1; i <= from->rank; i++) {
        const size_t size = (size_t)from->shape[from->rank - i];
        place += n % size * step;
        n /= (size_t)to->shape[to->rank - i];
        step *= size;
    }
    return place;
}

static void repeat(const struct onnx_tensor *from, struct onnx_tensor *to)
{
    for (size_t n = 0; n < to->count; n++)
        to->values[n] = from->values[place_of(from, to, n)];
}

/* The shape of both together. */
static bool common_shape(const struct onnx_tensor *a, const int64_t *sizes, int rank,
                         struct onnx_tensor *to)
{
    int64_t shape[ONNX_RANK_MOST];
    const int most = a->rank > rank ? a->rank : rank;
    for (int i = 1; i <= most; i++) {
        const int64_t left = i <= a->rank ? a->shape[a->rank - i] : 1;
        const int64_t right = i <= rank ? sizes[rank - i] : 1;
        if (left != right && left != 1 && right != 1)
            return false;
        shape[most - i] = left == 1 ? right : left;
    }
    return onnx_tensor_new(to, most, shape);
}

/* Whole numbers that are sizes. */
static bool sizes_of(const struct onnx_tensor *t, int64_t sizes[ONNX_RANK_MOST])
{
    if (t->rank != 1 || t->count > ONNX_RANK_MOST)
        return false;
    for (size_t i = 0; i < t->count; i++) {
        if (!(t->values[i] >= 0.0 && t->values[i] <= (double)INT32_MAX))
            return false;
        sizes[i] = (int64_t)t->values[i];
    }
    return true;
}

bool onnx_expand(const struct onnx_tensor *from, const struct onnx_tensor *sizes,
                 struct onnx_tensor *to)
{
    int64_t wanted[ONNX_RANK_MOST];
    if (!sizes_of(sizes, wanted) || !common_shape(from, wanted, (int)sizes->count, to))
        return false;
    repeat(from, to);
    return true;
}

bool onnx_tile(const struct onnx_tensor *from, const struct onnx_tensor *times,
               struct onnx_tensor *to)
{
    int64_t shape[ONNX_RANK_MOST];
    if (!sizes_of(times, shape) || times->count != (size_t)from->rank)
        return false;
    for (int i = 0; i < from->rank; i++)
        shape[i] *= from->shape[i];
    if (!onnx_tensor_new(to, from->rank, shape))
        return false;
    repeat(from, to);
    return true;
}

bool onnx_arithmetic(char what, const struct onnx_tensor *a, const struct onnx_tensor *b,
                     struct onnx_tensor *to)
{
    if (!common_shape(a, b->shape, b->rank, to))
        return false;
    for (size_t n = 0; n < to->count; n++) {
        const double left = a->values[place_of(a, to, n)], right = b->values[place_of(b, to, n)];
        to->values[n] = what == 'A'   ? left + right
                        : what == 'S' ? left - right
                                      : left * right;
    }
    return true;
}
