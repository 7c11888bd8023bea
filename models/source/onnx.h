/* SPDX-License-Identifier: Apache-2.0
 * onnx.h - recurrent and linear layers of an ONNX model.
 *
 * Read are LSTM, GRU and RNN with all that a network of ours can have, com.microsoft's DynamicQuantizeLSTM,
 * Gemm and MatMul with constants (with the Add and Relu, Sigmoid or Tanh behind them), Conv with a kernel of
 * one element before or behind such layers, and LSTM cells of single operators; in the model's graph and in
 * bodies of If, Loop and Scan.  Weights may be computed from constants (onnx_fold.c).  A layer that cannot be
 * read parts its chain in two, and is among what was refused; if there is no other one, that is the error.
 * Initial states are constants, inputs, or what the layer had; one that a node computes is refused. */
#ifndef ESE_SOURCE_ONNX_H
#define ESE_SOURCE_ONNX_H

#include <stddef.h>

#include "models/source/source.h"

/* `inputs` is a folder with values of the graph's inputs, input_0.pb ..., for weights and lengths of
 * recurrent layers among them, which a note then says; all others are what is fed at run time.  NULL:
 * test_data_set_0 beside the file, if there is one.  After a failure nothing is to be freed. */
bool source_onnx(struct source *source, const char *path, const char *inputs, struct error *error);

/* The same of bytes, without any other file. */
bool source_onnx_bytes(struct source *source, const void *bytes, size_t size, const char *name,
                       struct error *error);

#endif
