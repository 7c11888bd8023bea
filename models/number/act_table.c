/* SPDX-License-Identifier: Apache-2.0 */
#include "models/number/act_table.h"

#include <math.h>
#include <stdlib.h>

#include "models/base/arithmetic.h"
#include "models/base/error.h"

enum {
    SIGM_RANGE_BITS = 4, /* |z| < 16 */
    TANH_RANGE_BITS = 3, /* |z| < 8 */
    TABLE_BITS = 9,      /* 512 entries of base and slope: half a block RAM */
    PAPER_BITS = 11,
    PAPER_SIGM_STEP = 4, /* one point per 1/16 */
    PAPER_TANH_STEP = 3
};

static double function(bool is_tanh, double z)
{
    return is_tanh ? tanh(z) : 1.0 / (1.0 + exp(-z));
}

int32_t act_lookup(const struct act_table *table, int gate_fraction, int64_t z)
{
    int64_t one = (int64_t)1 << gate_fraction;
    if (table->direct) {
        int64_t address =
            saturate(round_shift_right(z, table->address_shift), table->address_bits);
        return table->base[address & (((int64_t)1 << table->address_bits) - 1)];
    }
    int64_t limit = ((int64_t)1 << (table->address_bits + table->fraction_bits)) - 1;
    int64_t magnitude = z < 0 ? -z : z;
    if (magnitude > limit)
        magnitude = limit;
    int64_t entry = magnitude >> table->fraction_bits;
    int64_t rest = magnitude & (((int64_t)1 << table->fraction_bits) - 1);
    int64_t value = table->base[entry] +
                    round_shift_right(table->slope[entry] * rest, table->fraction_bits);
    if (z < 0)
        value = table->is_tanh ? -value : one - value;
    return (int32_t)(value > one - 1 ? one - 1 : value);
}

static void build_interpolated(struct act_table *table, int z_fraction, int gate_fraction)
{
    int range = table->is_tanh ? TANH_RANGE_BITS : SIGM_RANGE_BITS;
    /* At least one bit must be left to interpolate with, in both tables. */
    int most = z_fraction + TANH_RANGE_BITS - 1;
    table->address_bits = TABLE_BITS < most ? TABLE_BITS : most;
    table->fraction_bits = z_fraction + range - table->address_bits;
    int entries = 1 << table->address_bits;
    table->base = allocate((size_t)entries, sizeof *table->base);
    table->slope = allocate((size_t)entries, sizeof *table->slope);
    int32_t largest_slope = 0;
    for (int e = 0; e < entries; e++) {
        double at = ldexp(e, range - table->address_bits);
        double next = ldexp(e + 1, range - table->address_bits);
        table->base[e] = (int32_t)lround(ldexp(function(table->is_tanh, at), gate_fraction));
        table->slope[e] =
            (int32_t)lround(ldexp(function(table->is_tanh, next), gate_fraction)) - table->base[e];
        if (table->slope[e] > largest_slope)
            largest_slope = table->slope[e];
    }
    table->slope_bits = unsigned_bits(largest_slope);
}

static void build_direct(struct act_table *table, int z_fraction, int gate_fraction)
{
    int step = table->is_tanh ? PAPER_TANH_STEP : PAPER_SIGM_STEP;
    table->direct = true;
    table->address_bits = PAPER_BITS;
    table->address_shift = z_fraction - step;
    table->slope_bits = 1;
    int entries = 1 << PAPER_BITS;
    table->base = allocate((size_t)entries, sizeof *table->base);
    table->slope = allocate((size_t)entries, sizeof *table->slope);
    for (int e = 0; e < entries; e++) {
        int address = e < entries / 2 ? e : e - entries;
        double value = function(table->is_tanh, ldexp(address, -step));
        table->base[e] = (int32_t)quantize_value(value, gate_fraction, gate_fraction + 1);
    }
}

void act_table_build(struct act_table *table, bool is_tanh, enum table_kind kind, int z_fraction,
                     int z_bits, int gate_fraction)
{
    *table = (struct act_table){.is_tanh = is_tanh};
    if (kind == TABLE_PAPER)
        build_direct(table, z_fraction, gate_fraction);
    else
        build_interpolated(table, z_fraction, gate_fraction);
    int64_t top = (int64_t)1 << (z_bits - 1);
    for (int64_t z = -top; z < top; z++) {
        double exact = function(is_tanh, ldexp((double)z, -z_fraction));
        double error = fabs(ldexp(act_lookup(table, gate_fraction, z), -gate_fraction) - exact);
        if (error > table->max_error)
            table->max_error = error;
    }
}
