/* SPDX-License-Identifier: Apache-2.0 */
#include "models/base/arithmetic.h"

#include <math.h>

int64_t round_shift_right(int64_t value, int shift)
{
    if (shift == 0)
        return value;
    return (value + ((int64_t)1 << (shift - 1))) >> shift;
}

int64_t saturate(int64_t value, int bits)
{
    int64_t top = ((int64_t)1 << (bits - 1)) - 1;
    return value > top ? top : value < -top - 1 ? -top - 1 : value;
}

int64_t quantize_counted(double value, int fraction, int bits, int64_t *clipped)
{
    double scaled = round(ldexp(value, fraction)), top = ldexp(1.0, bits - 1);
    *clipped += scaled >= top || scaled < -top;
    if (scaled >= top)
        return (int64_t)top - 1;
    return scaled < -top ? -(int64_t)top : (int64_t)scaled;
}

int64_t quantize_value(double value, int fraction, int bits)
{
    int64_t clipped = 0;
    return quantize_counted(value, fraction, bits, &clipped);
}

int signed_bits(int64_t magnitude)
{
    return unsigned_bits(magnitude) + 1;
}

int unsigned_bits(int64_t value)
{
    int bits = 1;
    while (bits < 63 && value >> bits != 0)
        bits++;
    return bits;
}

int fraction_for(double value, int bits, int limit)
{
    double top = ldexp(1.0, bits - 1) - 1.0;
    int fraction = limit;
    while (fraction > -limit && ldexp(value, fraction) > top)
        fraction--;
    return fraction;
}
