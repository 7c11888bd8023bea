/* SPDX-License-Identifier: Apache-2.0
 * quantize.h - the network in integers, and the arithmetic of the chip.
 *
 * A value v in a format with F fraction bits is the integer round(v * 2^F).  Linear quantization,
 * its own F for each matrix and vector ("dynamic precision"), found from the weights and from
 * calibration.  All matrices that meet in one accumulator are brought to one binary point by
 * shifting their weights left, which costs nothing: the shift is made once for all channels. */
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
    int64_t clipped; /* weights that the format does not hold */
    bool asked;      /* a key chose the format; else ... */
    int finer;       /* ... so many bits finer than clips nothing, which makes y better */
    int16_t *at;     /* [rows][cols], weight_bits wide */
    int *begin;      /* [rows + 1] the non-zero ones again: those of a row from here on ... */
    int32_t *col;    /* ... lie in these columns ... */
    int16_t *weight; /* ... and have these values */
    char name[NAME_MOST]; /* "Wix" */
};

/* How a value's format came about. */
struct value_format {
    double largest, usual; /* magnitudes that calibration met: all, 99.9 % */
    double limit;          /* magnitude that the format ends at */
    double clipped;        /* share of the values of calibration beyond it */
    double clip_snr_db;    /* of y, with c clipped and otherwise exact; infinite: nothing clipped */
    bool given;            /* by a key */
};

/* A weight far larger than all others of its matrix, whose format it makes coarser by two bits or more. */
struct quant_outlier {
    int matrix, row, col;
    double value;
    double snr_db, spared_snr_db; /* of y, with the matrix's weights rounded as they are, and as finely as they were
                                     without its outliers, these being exact */
};

enum { OUTLIERS_MOST = 16, OUTLIERS_OF_MATRIX = 4 };

/* What the formats of the weights were chosen by. */
struct fraction_choice {
    int frames;              /* 0: no utterances, and so by the weights alone */
    double whole_snr_db;     /* of y, with weights rounded in formats that clip none of them ... */
    double snr_db;           /* ... and as they are */
    int outlier_count;       /* those that cost y 3 dB at least, by matrix */
    struct quant_outlier outliers[OUTLIERS_MOST];
};

/* What calibration looked at. */
struct calibration {
    int frames, of_frames; /* so many of those that are not held out */
    int utterances;
    bool drawn;            /* noise, since no utterances were given */
};

/* A vector of the network.  Gates and tanh(c) have activation_bits - 1 fraction bits. */
struct quant_vector {
    int bits, fraction;
    struct value_format format;
};

/* A pass: its sum has `sum` fraction bits, of which rounding drops `round_shift`; z, or the result
 * where no function bounds it, has the rest. */
struct quant_pass {
    int sum, round_shift;
    int64_t *bias; /* [rows], fraction `sum`; NULL: none */
    int32_t *peep; /* [rows], fraction sum - that of the vector that it sees; NULL: none */
};

struct quantized {
    struct network shape; /* its tables without their numbers, which are others' */
    int weight_bits, activation_bits;
    int gate_fraction;    /* of gates, tanh(c) and GRU's h */
    int z_bits, z_fraction;
    struct calibration calibration;
    struct fraction_choice choice;
    int max_shift;
    int acc_bits, bias_bits, peep_bits, sum_bits; /* narrowest that cannot overflow, and headroom */
    struct quant_matrix *matrices; /* [shape.matrix_count] */
    struct quant_vector *vectors;  /* [shape.vector_count] */
    struct quant_pass *passes;     /* [shape.pass_count] */
    struct act_table sigm, tanh;
};

/* Chooses the formats by what the calibrator saw of the network (calibrate.h), and quantizes it. */
struct calibrator;
bool quantize(struct quantized *quant, const struct network *network, struct calibrator *calibrator,
              const struct config *config, struct error *error);

/* Quantizes another network with the formats, round shifts, max_shift and tables of a chip that is
 * there already, whose layers are the same but for their sizes; `config` is that chip's.  acc_bits,
 * bias_bits, peep_bits and sum_bits tell what the network needs.  Fails where a matrix would need a larger shift than the chip has. */
bool quantize_for(struct quantized *quant, const struct network *network,
                  struct calibrator *calibrator, const struct quantized *chip,
                  const struct config *config, struct error *error);

/* A part of a network (models/network/part.h) with the numbers of the whole. */
struct network_part;
void quantize_part(struct quantized *quant, const struct network_part *part, const struct quantized *whole,
                   enum table_kind table);
void quantized_free(struct quantized *quant);

/* All numbers and tables, once formats, fractions and shifts are there: for those who quantize. */
void quantize_all(struct quantized *quant, const struct network *network, enum table_kind table);

/* The n-th matrix. */
const struct quant_matrix *quantized_matrix(const struct quantized *quant, int n);

/* The format of the first vector of such a value, NULL: there is none. */
const struct quant_vector *quantized_vector(const struct quantized *quant, enum value value);

/* What the last layer writes. */
const struct quant_vector *quantized_output(const struct quantized *quant);

/* Bits by which the product P*Q of a pass is shifted left, to the binary point of its sum. */
int quantized_product_shift(const struct quantized *quant, int pass);

/* Weights of all matrices, pruned ones counted. */
int64_t quantized_dense_weights(const struct quantized *quant);

#endif
