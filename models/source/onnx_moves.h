/* SPDX-License-Identifier: Apache-2.0
 * onnx_moves.h - Reshape, Transpose, Squeeze and the like: which axis is which behind them.
 *
 * A Reshape leaves elements in their order.  Axes longer than one therefore stay in their order, too,
 * and which is which is certain if it copies sizes, if there is but one, or if sizes that the graph
 * declares say so. */
#ifndef ESE_ONNX_MOVES_H
#define ESE_ONNX_MOVES_H

#include "models/source/onnx_layers.h"

struct onnx_step {
    struct onnx_layers *layers;
    const struct onnx_scope *scope;
    const struct Onnx__NodeProto *node;
};

bool onnx_is_mover(const struct Onnx__NodeProto *node);

/* False: it is not certain what the axes are behind it. */
bool onnx_moves(const struct onnx_step *step, struct onnx_form *form);

/* Of a Gather that takes one of the last states of some layers, which a Concat puts behind each other
 * as a framework's h_n has them, the name of that one, where the Concat is; NULL: it is none. */
const char *onnx_picked(const struct onnx_step *step, const struct onnx_scope **where);

/* Of T, B, P or Q; 0: it is not known. */
int64_t onnx_axis_size(const struct onnx_form *form, char letter);

#endif
