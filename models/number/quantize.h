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

/* What is clipped where it leaves its format: x on the host, the others in the chip. */
enum value { VALUE_X, VALUE_Y, VALUE_M, VALUE_C, VALUE_Z, VALUE_COUNT };

extern const char *const value_names[VALUE_COUNT]; /* "x" ... */

struct quant_matrix {
    int rows, cols;
    int fraction;    /* fraction bits of the stored weights */
    int shift;       /* left shift that aligns the product with the accumulator */
    int64_t clipped; /* weights that the format does not hold: none unless a key chose it */
    int16_t *at;     /* [rows][cols], weight_bits wide */
    int *begin;      /* [rows + 1] the non-zero ones again: those of a row from here on ... */
    int32_t *col;    /* ... lie in these columns ... */
    int16_t *weight; /* ... and have these values */
    char name[8];    /* "Wix" */
};

/* Fraction bits.  Gates and tanh(c) have activation_bits - 1. */
struct formats {
    int x, y, c, m, gate, z;
    int sum;         /* accumulator of the gates: z + round_shift */
    int project;     /* accumulator of y: y + round_shift */
};

/* How a value's format came about. */
struct value_format {
    double largest, usual; /* magnitudes that calibration met: all, 99.9 % */
    double limit;          /* magnitude that the format ends at */
    double clipped;        /* share of the values of calibration beyond it */
    double clip_snr_db;    /* of y, with c clipped and otherwise exact; infinite where nothing is clipped */
    bool given;            /* by a key */
};

/* What calibration looked at. */
struct calibration {
    int frames, of_frames; /* so many of those that are not held out */
    int utterances;
    bool drawn;            /* noise, since no utterances were given */
};

struct quantized {
    int input, cell, output;
    int weight_bits, activation_bits;
    bool peephole, projection;
    enum candidate candidate;
    struct formats formats;
    struct value_format values[VALUE_COUNT];
    struct calibration calibration;
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
                  const struct utterances *calibration, const struct quantized *chip,
                  const struct config *config, struct error *error);
void quantized_free(struct quantized *quant);

/* The matrices in the order of network_matrices(); as constant as `quant` is.  Returns how many. */
int quantized_matrices(const struct quantized *quant, struct quant_matrix *list[MATRICES_MOST]);

/* Weights of all matrices, pruned ones counted. */
int64_t quantized_dense_weights(const struct quantized *quant);

#endif
