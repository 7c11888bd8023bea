/* SPDX-License-Identifier: Apache-2.0
 * align.h - inside the quantizer: fraction bits and shifts of the matrices, and of the sums that they meet in. */
#ifndef ESE_ALIGN_H
#define ESE_ALIGN_H

#include "models/number/quantize.h"

enum { ALIGN_WIDE_BITS = 27 }; /* the wider operand of a DSP48E2 carries the aligned weight */

/* What is aligned; the formats of its vectors are there. */
struct aligning {
    struct quantized *quant;
    const struct network *network;
    struct calibrator *calibrator;
    const struct config *config;
    bool of_chip; /* sums and max_shift are those of a chip that is there already, and stay */
};

/* Chooses fraction and shift of every matrix, the sums of every pass and max_shift.  Without a key a
 * matrix gets the finest fraction that clips none of its weights, and `finer` [matrices] bits more
 * (NULL: none), as far as there is room for them.  Fails where a key asks for what there is no room
 * for, or the matrices of a layer cannot be brought to one binary point. */
bool align(const struct aligning *aligning, const int *finer, struct error *error);

/* The format of a matrix is what a key of the user's says. */
bool align_is_asked(const struct aligning *aligning, int matrix);

/* The largest shift that such a chip can have. */
int align_shift_limit(const struct quantized *quant);

/* What else may be behind numbers that cannot be aligned: ", or ask for less in ..." or nothing. */
const char *align_or_keys(const struct model_config *model);

#endif
