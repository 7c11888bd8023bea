/* SPDX-License-Identifier: Apache-2.0
 * test_arithmetic.c - rounding, saturation and widths against exact integers, from the definitions in
 * arithmetic.h. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "models/base/arithmetic.h"

#include <cmocka.h> /* last: it has a macro called fail */

__extension__ typedef __int128 wide;

/* floor(a / b), b > 0. */
static wide floor_div(wide a, wide b)
{
    wide q = a / b;
    return a % b != 0 && a < 0 ? q - 1 : q;
}

/* floor(value / 2^shift + 1/2) = floor((2 value + 2^shift) / 2^(shift + 1)) */
static wide rounded(int64_t value, int shift)
{
    return floor_div(2 * (wide)value + ((wide)1 << shift), (wide)1 << (shift + 1));
}

static void rounding_exact(void **state)
{
    (void)state;
    for (int shift = 0; shift <= 14; shift++)
        for (int64_t value = -5000; value <= 5000; value++)
            assert_true(round_shift_right(value, shift) == (int64_t)rounded(value, shift));
    for (int shift = 0; shift <= 62; shift++)
        for (int bit = 0; bit <= 61; bit++)
            for (int64_t near = -2; near <= 2; near++) {
                int64_t value = ((int64_t)1 << bit) + near;
                assert_true(round_shift_right(value, shift) == (int64_t)rounded(value, shift));
                assert_true(round_shift_right(-value, shift) == (int64_t)rounded(-value, shift));
            }
}

static void half_goes_up(void **state)
{
    (void)state;
    assert_true(round_shift_right(1, 1) == 1);
    assert_true(round_shift_right(-1, 1) == 0);
    assert_true(round_shift_right(-3, 1) == -1);
    assert_true(round_shift_right(-8, 4) == 0);
    assert_true(round_shift_right(-9, 4) == -1);
    assert_true(round_shift_right(-24, 4) == -1);
    assert_true(round_shift_right(-25, 4) == -2);
}

/* The nearest number that fits, found by trying all that fit. */
static void saturation_nearest(void **state)
{
    (void)state;
    for (int bits = 1; bits <= 8; bits++) {
        int64_t top = 1;
        for (int i = 1; i < bits; i++)
            top *= 2;
        for (int64_t value = -700; value <= 700; value++) {
            int64_t best = -top;
            for (int64_t fits = -top; fits < top; fits++)
                if (llabs((long long)(fits - value)) < llabs((long long)(best - value)))
                    best = fits;
            assert_true(saturate(value, bits) == best);
        }
    }
    for (int bits = 2; bits <= 62; bits++) {
        int64_t top = (int64_t)1 << (bits - 1);
        assert_true(saturate(top - 1, bits) == top - 1);
        assert_true(saturate(top, bits) == top - 1);
        assert_true(saturate(-top, bits) == -top);
        assert_true(saturate(-top - 1, bits) == -top);
        assert_true(saturate(INT64_MAX, bits) == top - 1);
        assert_true(saturate(INT64_MIN, bits) == -top);
    }
}

/* Numerator / 64 * 2^fraction, rounded half away from zero, then clipped. */
static int64_t quantized(int numerator, int fraction, int bits)
{
    int64_t magnitude = numerator < 0 ? -numerator : numerator;
    int shift = 6 - fraction; /* value is numerator / 2^shift */
    int64_t result = shift <= 0 ? magnitude << -shift
                                : (int64_t)floor_div(2 * (wide)magnitude + ((wide)1 << shift),
                                                     (wide)1 << (shift + 1));
    int64_t top = (int64_t)1 << (bits - 1);
    result = numerator < 0 ? -result : result;
    return result > top - 1 ? top - 1 : result < -top ? -top : result;
}

static void quantization_exact(void **state)
{
    (void)state;
    for (int bits = 2; bits <= 10; bits++)
        for (int fraction = -4; fraction <= 9; fraction++)
            for (int numerator = -1100; numerator <= 1100; numerator++)
                assert_true(quantize_value(numerator / 64.0, fraction, bits) ==
                            quantized(numerator, fraction, bits));
}

static void quantization_of_extremes(void **state)
{
    (void)state;
    assert_true(quantize_value(1e300, 40, 12) == 2047);
    assert_true(quantize_value(-1e300, 40, 12) == -2048);
    assert_true(quantize_value(1e-300, 40, 12) == 0);
    assert_true(quantize_value(-1e-300, 40, 12) == 0);
    assert_true(quantize_value(HUGE_VAL, 0, 48) == ((int64_t)1 << 47) - 1);
    assert_true(quantize_value(-HUGE_VAL, 0, 48) == -((int64_t)1 << 47));
    assert_true(quantize_value(0.5, 0, 8) == 1);
    assert_true(quantize_value(-0.5, 0, 8) == -1);
    assert_true(quantize_value(-128.5, 0, 8) == -128);
    assert_true(quantize_value(127.49, 0, 8) == 127);
    assert_true(quantize_value(127.5, 0, 8) == 127);
}

static void widths_fewest(void **state)
{
    (void)state;
    assert_int_equal(unsigned_bits(0), 1);
    assert_int_equal(signed_bits(0), 2);
    for (int64_t value = 1; value <= 70000; value++) {
        int bits = unsigned_bits(value);
        assert_true(value < (int64_t)1 << bits && value >= (int64_t)1 << (bits - 1));
        /* -value..value in `bits` bits of two's complement, and not in one less */
        bits = signed_bits(value);
        assert_true(value <= ((int64_t)1 << (bits - 1)) - 1);
        assert_true(value > ((int64_t)1 << (bits - 2)) - 1);
    }
    for (int bit = 1; bit <= 61; bit++) {
        int64_t power = (int64_t)1 << bit;
        assert_int_equal(unsigned_bits(power - 1), bit);
        assert_int_equal(unsigned_bits(power), bit + 1);
        assert_int_equal(signed_bits(power - 1), bit + 1);
        assert_int_equal(signed_bits(power), bit + 2);
    }
    assert_int_equal(unsigned_bits(INT64_MAX), 63);
}

static void fraction_largest(void **state)
{
    (void)state;
    for (int bits = 4; bits <= 18; bits++)
        for (int limit = 3; limit <= 24; limit += 7) {
            double top = (double)(((int64_t)1 << (bits - 1)) - 1);
            for (int step = -600; step <= 600; step++) {
                double value = ldexp(1.0 + (step & 63) / 64.0, step >> 5);
                int best = -limit; /* where nothing fits, the smallest there is */
                for (int f = -limit; f <= limit; f++)
                    if (ldexp(value, f) <= top)
                        best = f;
                assert_int_equal(fraction_for(value, bits, limit), best);
            }
            assert_int_equal(fraction_for(0.0, bits, limit), limit);
        }
}

/* A weight of the format that fraction_for() chose is never clipped. */
static void fraction_fits(void **state)
{
    (void)state;
    for (int bits = 4; bits <= 16; bits++)
        for (int step = 1; step <= 4000; step++) {
            double value = step / 37.0;
            int64_t q = quantize_value(-value, fraction_for(value, bits, 24), bits);
            assert_true(fabs(ldexp((double)q, -fraction_for(value, bits, 24)) + value) <=
                        ldexp(0.5, -fraction_for(value, bits, 24)));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounding_exact),       cmocka_unit_test(half_goes_up),
        cmocka_unit_test(saturation_nearest),   cmocka_unit_test(quantization_exact),
        cmocka_unit_test(quantization_of_extremes), cmocka_unit_test(widths_fewest),
        cmocka_unit_test(fraction_largest),     cmocka_unit_test(fraction_fits),
    };
    return cmocka_run_group_tests_name("arithmetic", tests, NULL, NULL);
}
