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

/* A quantized look-up table for |z|: entry e holds the function at e << fraction_bits and the step to the next. */
struct act_table {
    int address_bits, fraction_bits;
    int slope_bits;
    bool is_tanh;
    bool direct;       /* paper: signed address, no interpolation */
    int address_shift; /* direct: z is divided by 2^address_shift, rounding, to give the address */
    int32_t *base;     /* [1 << address_bits], gate format */
    int32_t *slope;    /* [1 << address_bits] */
    double max_error;  /* largest |table - function| over all z */
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

/* Sigmoid or Tanh of the pre-activation z (format formats.z), in gate format. */
int32_t act_lookup(const struct act_table *table, int gate_fraction, int64_t z);

/* Builds a table for inputs with z_fraction fraction bits; max_error is measured over all inputs. */
void act_table_build(struct act_table *table, bool is_tanh, enum table_kind kind, int z_fraction,
                     int z_bits, int gate_fraction);

#endif
