/* SPDX-License-Identifier: Apache-2.0
 * arithmetic.h - the chip's rounding and saturation, and widths of integers.
 *
 * These are the only places where precision is given up.  templates/ has a Verilog module of the
 * same name for each; tests compare the two exhaustively at small widths. */
#ifndef ESE_ARITHMETIC_H
#define ESE_ARITHMETIC_H

#include <stdint.h>

/* floor(value / 2^shift + 1/2): half rounds towards plus infinity.  shift in 0..62. */
int64_t round_shift_right(int64_t value, int shift);

/* The nearest value that `bits` bits hold in two's complement. */
int64_t saturate(int64_t value, int bits);

/* round(value * 2^fraction), half away from zero, saturated to `bits`. */
int64_t quantize_value(double value, int fraction, int bits);

/* The same; *clipped is one more if it did not fit. */
int64_t quantize_counted(double value, int fraction, int bits, int64_t *clipped);

/* Fewest bits, at least 2, that hold -magnitude..magnitude in two's complement. */
int signed_bits(int64_t magnitude);

/* Fewest bits, at least 1, that hold 0..value. */
int unsigned_bits(int64_t value);

/* Largest f with value * 2^f <= 2^(bits-1) - 1, within -limit..limit; limit for value 0. */
int fraction_for(double value, int bits, int limit);

#endif
