/* SPDX-License-Identifier: Apache-2.0
 * onnx_fold.h - operators that are computed while a model is read. */
#ifndef ESE_ONNX_FOLD_H
#define ESE_ONNX_FOLD_H

#include "models/source/onnx_graph.h"
#include "models/source/onnx_view.h"

/* Computes f->output into `to`. */
typedef enum onnx_fold onnx_operator(struct onnx_folding *f, struct onnx_tensor *to);

/* NULL: it is not folded. */
onnx_operator *onnx_operator_of(const struct Onnx__NodeProto *node);

/* An input by number; ONNX_FAILED where the node does not have it. */
enum onnx_fold onnx_operand(struct onnx_folding *f, size_t input, struct onnx_tensor *tensor);

/* ONNX_FAILED, with the node's name before the message. */
enum onnx_fold onnx_malformed(struct onnx_folding *f, const char *what);

/* A view of a tensor, which is freed. */
enum onnx_fold onnx_take_view(struct onnx_folding *f, struct onnx_tensor *from,
                              const struct onnx_view *view, struct onnx_tensor *to);

/* ---- the operators that take tensors apart (onnx_parts.c) ---- */

onnx_operator onnx_fold_slice, onnx_fold_split, onnx_fold_gather, onnx_fold_concat,
    onnx_fold_transpose;

/* Where output `output` of a Split of `size` elements begins, and how many it has. */
enum onnx_fold onnx_split_part(struct onnx_folding *f, int64_t size, int64_t *first,
                               int64_t *count);

#endif
