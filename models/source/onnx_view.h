/* SPDX-License-Identifier: Apache-2.0
 * onnx_view.h - parts of tensors, in another order. */
#ifndef ESE_ONNX_VIEW_H
#define ESE_ONNX_VIEW_H

#include "models/file/onnx.h"

/* A tensor whose element [i, j ...] is that of another one at first + i*step[0] + j*step[1] ... */
struct onnx_view {
    int rank;
    int64_t shape[ONNX_RANK_MOST], step[ONNX_RANK_MOST], first;
};

struct onnx_view onnx_view_of(const struct onnx_tensor *tensor);

/* Elements of `to` behind which there are no others of `from`: every view made of onnx_view_of()
 * by taking parts and changing the order is within it. */
bool onnx_view_copy(const struct onnx_tensor *from, const struct onnx_view *view,
                    struct onnx_tensor *to);

/* Index or axis, negative ones counted from the end; false: it is not within 0..size-1. */
bool onnx_index(double index, int64_t size, int64_t *place);

#endif
