/* SPDX-License-Identifier: Apache-2.0
 * quantize.h - the network in integers, and the arithmetic of the chip.
 *
 * A value v in a format with F fraction bits is the integer round(v * 2^F).  Linear quantization,
 * its own F for each matrix and vector ("dynamic precision"), found from the weights and from
 * calibration.  All matrices that meet in one accumulator are brought to one binary point by shifting
 * their weights left, which costs nothing: the shift is made once for all channels. */
#ifndef ESE_QUANTIZE_H
#define ESE_QUANTIZE_H

#include <stdint.h>

#include "models/base/arithmetic.h"
#include "models/network/network.h"
#include "models/network/utterances.h"
#include "models/number/act_table.h"

struct quant_matrix {
    int rows, cols;
    int fraction;    /* fraction bits of the stored weights */
    int shift;       /* left shift that aligns the product with the accumulator */
    int16_t *at;     /* [rows][cols], weight_bits wide */
    char name[8];    /* "Wix" */
};

/* Fraction bits.  Gates and tanh(c) have activation_bits - 1. */
struct formats {
    int x, y, c, m, gate, z;
    int sum;         /* accumulator of the gates: z + round_shift */
    int project;     /* accumulator of y: y + round_shift */
};

struct quantized {
    int input, cell, output;
    int weight_bits, activation_bits;
    bool peephole, projection;
    enum candidate candidate;
    struct formats formats;
    int round_shift;
    int max_shift;
    int z_bits;
    int acc_bits, bias_bits, peep_bits, sum_bits; /* narrowest that cannot overflow, and headroom */
    struct quant_matrix wx[GATE_COUNT], wr[GATE_COUNT], wym;
    int64_t *bias[GATE_COUNT];  /* [cell], fraction formats.sum */
    int32_t *peep[GATE_COUNT];  /* [cell], fraction formats.sum - formats.c; NULL: none */
    struct act_table sigm, tanh;
};

/* Chooses the formats and quantizes.  `calibration` holds at least one utterance. */
bool quantize(struct quantized *quant, const struct network *network,
              const struct utterances *calibration, const struct config *config,
              struct error *error);

/* Quantizes another network with the formats, round_shift, max_shift and tables of a chip that is
 * there already; `config` is that chip's.  acc_bits, bias_bits, peep_bits and sum_bits tell what the
 * network needs.  Fails where a matrix would need a larger shift than the chip has. */
bool quantize_for(struct quantized *quant, const struct network *network,
                  const struct quantized *chip, const struct config *config, struct error *error);
void quantized_free(struct quantized *quant);

/* The matrices in the order of network_matrices(); as constant as `quant` is.  Returns how many. */
int quantized_matrices(const struct quantized *quant, struct quant_matrix *list[MATRICES_MOST]);

/* Weights of all matrices, pruned ones counted. */
int64_t quantized_dense_weights(const struct quantized *quant);

#endif
