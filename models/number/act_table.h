/* SPDX-License-Identifier: Apache-2.0
 * act_table.h - Sigmoid and Tanh as quantized look-up tables (paper, section 4).
 *
 * Interpolated: both functions are symmetric, so the table covers |z| only, Sigmoid to 16 and Tanh
 * to 8, where they are flat; the low bits of |z| interpolate.  Paper: 2048 points over [-64, 64) and
 * [-128, 128), the nearest point is taken. */
#ifndef ESE_ACT_TABLE_H
#define ESE_ACT_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "models/network/config.h"

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

/* Sigmoid or Tanh of the pre-activation z (format formats.z), in gate format. */
int32_t act_lookup(const struct act_table *table, int gate_fraction, int64_t z);

/* Builds a table for inputs with z_fraction fraction bits; max_error is measured over all inputs. */
void act_table_build(struct act_table *table, bool is_tanh, enum table_kind kind, int z_fraction,
                     int z_bits, int gate_fraction);

#endif
