/* SPDX-License-Identifier: Apache-2.0
 * onnx_parts.h - operators of ONNX on tensors that are known.  False: an operand does not have the
 * axes, indices or sizes that are asked for, or the result is too large; what `to` has is then to be
 * freed like any other. */
#ifndef ESE_ONNX_PARTS_H
#define ESE_ONNX_PARTS_H

#include "models/file/onnx.h"

/* Index or axis, negative ones counted from the end; false: it is not within 0..size-1. */
bool onnx_index(double index, int64_t size, int64_t *place);

/* Starts, ends, axes, steps: of rank -1 where they are not given, as the last two need not be. */
bool onnx_slice(const struct onnx_tensor *from, const struct onnx_tensor of[4],
                struct onnx_tensor *to);

/* A Split into sizes that are given, or, of rank -1, into so many equal parts. */
struct onnx_parting {
    const struct onnx_tensor *sizes;
    int64_t parts;
    int output; /* which part */
};

/* Where of `size` elements a part begins, and how many it has. */
bool onnx_part(const struct onnx_parting *parting, int64_t size, int64_t *first, int64_t *count);
bool onnx_take_part(const struct onnx_tensor *from, int axis, int64_t first, int64_t count,
                    struct onnx_tensor *to);

/* `perm` of rank -1: the axes the other way round. */
bool onnx_transpose(const struct onnx_tensor *from, const struct onnx_tensor *perm,
                    struct onnx_tensor *to);
bool onnx_gather(const struct onnx_tensor *from, const struct onnx_tensor *indices, int axis,
                 struct onnx_tensor *to);
bool onnx_concat(const struct onnx_tensor *parts, size_t count, int64_t axis,
                 struct onnx_tensor *to);

/* ---- larger (onnx_larger.c) ---- */

/* To the shape that it and `sizes` have together: an axis of one becomes as long as the other. */
bool onnx_expand(const struct onnx_tensor *from, const struct onnx_tensor *sizes,
                 struct onnx_tensor *to);
/* Each axis so often. */
bool onnx_tile(const struct onnx_tensor *from, const struct onnx_tensor *times,
               struct onnx_tensor *to);
/* `what` is how Add, Sub or Mul begins. */
bool onnx_arithmetic(char what, const struct onnx_tensor *a, const struct onnx_tensor *b,
                     struct onnx_tensor *to);

/* ---- in place (onnx_shapes.c) ---- */

/* In a shape 0 is the size that was there, unless `zeros` are meant, and one may be -1. */
bool onnx_reshape(struct onnx_tensor *tensor, const struct onnx_tensor *shape, bool zeros);

/* `axes` of rank -1: all axes of size one. */
bool onnx_squeeze(struct onnx_tensor *tensor, const struct onnx_tensor *axes);
bool onnx_unsqueeze(struct onnx_tensor *tensor, const struct onnx_tensor *axes);

struct onnx_scales {
    const struct onnx_tensor *scale, *zero; /* zero points: none, or as many as scales */
    int64_t axis, block;                    /* of scales that are several */
};

struct onnx_quant {
    const struct onnx_tensor *scale, *zero, *bits; /* each as large as the tensor, or to be spread over it */
    bool is_signed, narrow;                        /* narrow: without the number that is one too many */
    const char *rounding;                          /* "ROUND", no NUL behind it */
    size_t rounding_length;
};

/* To the nearest of what QONNX's Quant can give (onnx_quant.c); false: `rounding` is not known, too. */
bool onnx_quantize(struct onnx_tensor *tensor, const struct onnx_quant *quant);

/* (value - zero) * scale */
bool onnx_dequantize(struct onnx_tensor *tensor, const struct onnx_scales *scales);

#endif
