/* SPDX-License-Identifier: Apache-2.0
 * kind.h - what a file is by its first bytes, so that a refusal can name it.
 *
 * Nothing is decoded here; a kind is a guess that the reader of that kind has to confirm. */
#ifndef ESE_KIND_H
#define ESE_KIND_H

#include <stdbool.h>
#include <stddef.h>

#include "models/base/error.h"

enum file_kind {
    KIND_UNKNOWN,
    KIND_EMPTY,
    KIND_NPY,
    KIND_SAFETENSORS,
    KIND_TORCH_ZIP,
    KIND_TORCH_PICKLE,
    KIND_KERAS,
    KIND_NPZ,
    KIND_ZIP,
    KIND_HDF5,
    KIND_MATLAB,
    KIND_ONNX,
    KIND_TFLITE,
    KIND_GGUF,
    KIND_PICKLE,
    KIND_KALDI_MODEL,
    KIND_KALDI_MATRIX,
    KIND_KALDI_ARCHIVE,
    KIND_WAV,
    KIND_FLAC,
    KIND_GZIP,
    KIND_BZIP2,
    KIND_XZ,
    KIND_ZSTD,
    KIND_TAR,
    KIND_LFS,
    KIND_HTML,
    KIND_TEXT,
    KIND_COUNT
};

enum file_kind file_kind(const unsigned char *bytes, size_t size);

/* "a PyTorch checkpoint (zip)", "plain text": fits behind "is ". */
const char *file_kind_name(enum file_kind kind);

/* Refuses bytes that are of another kind than `wanted`, and names both.  Bytes of no kind that is
 * known here pass: what they lack, the reader of `wanted` can say.  `name` is printable. */
bool file_kind_check(enum file_kind wanted, const unsigned char *bytes, size_t size,
                     const char *name, struct error *error);

#endif
