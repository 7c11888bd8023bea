/* SPDX-License-Identifier: Apache-2.0 */
#include "models/source/onnx_view.h"

struct onnx_view onnx_view_of(const struct onnx_tensor *tensor)
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

bool onnx_view_copy(const struct onnx_tensor *from, const struct onnx_view *view,
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
