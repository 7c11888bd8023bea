/* SPDX-License-Identifier: Apache-2.0
 * onnx.h - reader of ONNX models: the message as protobuf-c unpacks it, and tensors as numbers.
 *
 * Before anything is unpacked every length in the file is checked against what is left of it, and
 * how deep messages lie in each other; what unpacking takes is bounded by the size of the file.
 * Values are doubles, which every weight, index and shape fits in.  Data outside of the file are
 * read from its own folder only.  Messages name the file, the tensor, what is wrong and what is
 * allowed. */
#ifndef ESE_ONNX_H
#define ESE_ONNX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/base/error.h"

struct Onnx__ModelProto; /* onnx.pb-c.h, made by protoc-c of Debian's onnx.proto */
struct Onnx__TensorProto;
struct Onnx__SparseTensorProto;

enum { ONNX_RANK_MOST = 8 };

struct onnx {
    char *name;   /* of the file, for messages */
    char *folder; /* where data outside of it lie, NULL: nowhere */
    size_t size;  /* of the file */
    struct Onnx__ModelProto *model; /* has a graph */
};

struct onnx_tensor {
    char *name; /* NULL: it has none */
    int rank;
    int64_t shape[ONNX_RANK_MOST]; /* each 0..2^31-1 */
    size_t count;
    double *values; /* row-major */
};

/* Unpacks `size` bytes.  After a failure there is nothing to close. */
bool onnx_parse(struct onnx *file, const void *bytes, size_t size, const char *name,
                struct error *error);
bool onnx_open(struct onnx *file, const char *path, struct error *error);
void onnx_close(struct onnx *file);

/* Numbers of any type but strings, complex ones and those of less than 8 bits; whether they are
 * finite is not looked at. */
bool onnx_tensor_read(const struct onnx *file, const struct Onnx__TensorProto *from,
                      struct onnx_tensor *tensor, struct error *error);

/* The same with zeros between its values. */
bool onnx_tensor_read_sparse(const struct onnx *file, const struct Onnx__SparseTensorProto *from,
                             struct onnx_tensor *tensor, struct error *error);

/* Of a file with a TensorProto alone: input_0.pb. */
bool onnx_tensor_open(struct onnx_tensor *tensor, const char *path, struct error *error);

/* Zeros of a shape; false: they are too many. */
bool onnx_tensor_new(struct onnx_tensor *tensor, int rank, const int64_t *shape);
void onnx_tensor_free(struct onnx_tensor *tensor);

#endif
