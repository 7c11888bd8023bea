/* SPDX-License-Identifier: Apache-2.0
 * golden_layer.h - what the equations of layers in integers are made of: golden_KIND.c. */
#ifndef ESE_GOLDEN_LAYER_H
#define ESE_GOLDEN_LAYER_H

#include "models/number/golden.h"

/* A frame of a layer of each kind: what it reads is there. */
void golden_lstm(const struct quantized *quant, struct golden_state *state,
                 const struct layer *layer);
void golden_gru(const struct quantized *quant, struct golden_state *state,
                const struct layer *layer);
void golden_rnn(const struct quantized *quant, struct golden_state *state,
                const struct layer *layer);
void golden_linear(const struct quantized *quant, struct golden_state *state,
                   const struct layer *layer);

/* Accumulators of a pass, [rows]: the products of its matrices.  The caller frees them. */
int64_t *golden_products(const struct quantized *quant, const struct golden_state *state,
                         int pass);

/* Adder Tree: accumulator, bias and peephole product, or another; exact. */
int64_t golden_sum(const struct quantized *quant, int pass, int row, int64_t acc, int64_t product);

/* What a peephole weight makes of c, at the sum's binary point. */
int64_t golden_peephole(const struct quantized *quant, int pass, int row, int32_t c);

/* A sum as z, and what the functions make of it, with gate_fraction fraction bits. */
int64_t golden_z(const struct quantized *quant, struct golden_state *state, int pass, int64_t sum);
int64_t golden_sigmoid(const struct quantized *quant, int64_t z);
int64_t golden_tanh(const struct quantized *quant, int64_t z);

/* An exact value with `fraction` fraction bits, rounded and clipped to the vector's format. */
int32_t golden_result(const struct quantized *quant, struct golden_state *state, int vector,
                      int64_t exact, int fraction);

/* by * state + in * a, where `in` and a are gates: brought to one binary point, exact. */
int64_t golden_blend(const struct quantized *quant, int vector, int64_t by, int64_t state,
                     int64_t in_times_a);

#endif
