/* SPDX-License-Identifier: Apache-2.0
 * test_npy.c - every type, byte order and element order of .npy, against values written down. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/error.h"
#include "models/file/npy.h"

#include <cmocka.h> /* last: it has a macro called fail */

enum { VALUES = 6 };

/* Bits as they stand in a file, most significant byte first, and the float that they are. */
struct sample {
    const char *code;
    unsigned width;
    uint64_t bits[VALUES];
    float value[VALUES];
};

/* Ties, and what lies just beyond one: to nearest even, rounded once.  Among them 2^60 + 2^36 + 1
 * and 2^63 + 2^39 + 1, which by way of double would become ties. */
static const struct sample samples[] = {
    {"f2", 2, {0x3c00, 0xc100, 1, 0x7bff, 0x8000, 0x3555},
     {1.0f, -2.5f, 0x1p-24f, 65504.0f, -0.0f, 0.333251953125f}},
    {"f4", 4, {0x3f800000, 0xc0200000, 1, 0x7f7fffff, 0x80000000, 0x3eaaaaab},
     {1.0f, -2.5f, 0x1p-149f, FLT_MAX, -0.0f, 0x1.555556p-2f}},
    {"f8", 8,
     {0x3ff0000000000000, 0xc004000000000000, 0x3fd5555555555555, 0x47efffffe0000000, 1,
      0xbff0000010000001},
     {1.0f, -2.5f, 0x1.555556p-2f, FLT_MAX, 0.0f, -0x1.000002p0f}},
    {"i1", 1, {0, 1, 0x7f, 0x80, 0xff, 0x9c}, {0, 1, 127, -128, -1, -100}},
    {"i2", 2, {0, 0x7fff, 0x8000, 0xffff, 0x1234, 0xff00}, {0, 32767, -32768, -1, 4660, -256}},
    {"i4", 4, {0x7fffffff, 0x80000000, 0xffffffff, 0x1000001, 0x1000003, 0x12345678},
     {0x1p31f, -0x1p31f, -1, 16777216, 16777220, 305419904}},
    {"i8", 8,
     {0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff, 0x1000001000000001, 0x0123, 3},
     {0x1p63f, -0x1p63f, -1, 0x1.000002p60f, 291, 3}},
    {"u1", 1, {0, 1, 0x7f, 0x80, 0xff, 200}, {0, 1, 127, 128, 255, 200}},
    {"u2", 2, {0, 0x7fff, 0x8000, 0xffff, 0x1234, 0xff00}, {0, 32767, 32768, 65535, 4660, 65280}},
    {"u4", 4, {0x7fffffff, 0x80000000, 0xffffffff, 0x1000001, 0x1000003, 7},
     {0x1p31f, 0x1p31f, 0x1p32f, 16777216, 16777220, 7}},
    {"u8", 8,
     {0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff, 0x8000008000000001, 0, 9},
     {0x1p63f, 0x1p63f, 0x1p64f, 0x1.000002p63f, 0, 9}},
};
enum { SAMPLES = sizeof samples / sizeof samples[0] };

struct layout {
    int version;
    char order; /* of bytes: '<' or '>' ('|' is written like '<') */
    bool fortran;
    int shape[NPY_MAX_RANK]; /* ends at the first 0 */
};

static int dimension(const struct layout *layout, int i)
{
    return layout->shape[i] != 0 ? layout->shape[i] : 1;
}

static size_t print_header(char *out, size_t size, const char *code, const struct layout *layout)
{
    size_t used = (size_t)snprintf(out, size, "{'descr': '%c%s', 'fortran_order': %s, 'shape': (",
                                   layout->order, code, layout->fortran ? "True" : "False");
    for (int i = 0; i < NPY_MAX_RANK && layout->shape[i] != 0; i++)
        used += (size_t)snprintf(out + used, size - used, "%d,", layout->shape[i]);
    return used + (size_t)snprintf(out + used, size - used, "), }  \n");
}

static void put(unsigned char *at, uint64_t bits, unsigned width, char order)
{
    for (unsigned i = 0; i < width; i++)
        at[order == '>' ? width - 1 - i : i] = (unsigned char)(bits >> 8 * i & 0xff);
}

/* A file of elements of `bits`, given row-major, in a block of exactly its size. */
static unsigned char *file_of(const struct layout *layout, const char *code, unsigned width,
                              const uint64_t *bits, size_t *size)
{
    char header[256];
    size_t length = print_header(header, sizeof header, code, layout);
    size_t start = (layout->version == 1 ? 10 : 12) + length;
    int n0 = dimension(layout, 0), n1 = dimension(layout, 1), n2 = dimension(layout, 2);
    int n3 = dimension(layout, 3), n = 0;
    *size = start + (size_t)(n0 * n1 * n2 * n3) * width;
    unsigned char *bytes = allocate(*size, 1);
    memcpy(bytes, "\x93NUMPY", 6);
    bytes[6] = (unsigned char)layout->version;
    put(bytes + 8, length, layout->version == 1 ? 2 : 4, '<');
    memcpy(bytes + start - length, header, length);
    for (int i = 0; i < n0; i++)
        for (int j = 0; j < n1; j++)
            for (int k = 0; k < n2; k++)
                for (int l = 0; l < n3; l++, n++) {
                    int place = layout->fortran ? i + n0 * (j + n1 * (k + n2 * l)) : n;
                    put(bytes + start + (size_t)place * width, bits[n], width, layout->order);
                }
    return bytes;
}

static void check_sample(const struct sample *sample, const struct layout *layout)
{
    struct npy array;
    struct error error = {""};
    float out[VALUES];
    size_t size;
    unsigned char *bytes = file_of(layout, sample->code, sample->width, sample->bits, &size);
    if (!npy_parse(&array, bytes, size, "a.file", &error) || !npy_floats(&array, out, &error))
        fail_msg("%c%s: %s", layout->order, sample->code, error.text);
    for (int i = 0; i < VALUES; i++)
        if (memcmp(&out[i], &sample->value[i], sizeof out[i]) != 0)
            fail_msg("%c%s fortran %d: element %d is %a, expected %a", layout->order, sample->code,
                     layout->fortran, i, (double)out[i], (double)sample->value[i]);
    npy_close(&array);
    free(bytes);
}

static void every_type_in_every_order(void **state)
{
    (void)state;
    static const int shapes[][NPY_MAX_RANK] = {{6},    {2, 3},    {3, 2},       {1, 2, 3},
                                               {6, 1}, {1, 1, 6}, {2, 1, 3, 1}, {1, 3, 1, 2}};
    for (int s = 0; s < SAMPLES; s++)
        for (size_t n = 0; n < sizeof shapes / sizeof shapes[0]; n++)
            for (int way = 0; way < 12; way++) {
                struct layout layout = {.version = 1 + way % 3,
                                        .order = way / 3 % 2 ? '>' : '<',
                                        .fortran = way / 6};
                memcpy(layout.shape, shapes[n], sizeof layout.shape);
                check_sample(&samples[s], &layout);
                if (samples[s].width == 1) {
                    layout.order = '|';
                    check_sample(&samples[s], &layout);
                }
            }
}

/* Three dimensions of different sizes, 60 elements: no transposition but the right one. */
static void fortran_order_is_turned(void **state)
{
    (void)state;
    const struct layout layout = {1, '>', true, {3, 4, 5}};
    uint64_t bits[60];
    float out[60];
    struct npy array;
    struct error error;
    size_t size;
    for (unsigned i = 0; i < 60; i++)
        bits[i] = 1000 + i;
    unsigned char *bytes = file_of(&layout, "i2", 2, bits, &size);
    assert_true(npy_parse(&array, bytes, size, "a.file", &error));
    assert_true(npy_floats(&array, out, &error));
    for (int i = 0; i < 60; i++)
        assert_true(out[i] == (float)(1000 + i));
    npy_close(&array);
    free(bytes);
}

/* By the definition of binary16 and not by shifting bits into a binary32. */
static double value_of_half(unsigned bits)
{
    int exponent = (int)(bits >> 10 & 31), fraction = (int)(bits & 1023);
    double size = exponent == 31  ? (fraction ? (double)NAN : (double)INFINITY)
                  : exponent == 0 ? ldexp(fraction, -24)
                                  : ldexp(1024 + fraction, exponent - 25);
    return bits & 0x8000 ? -size : size;
}

static void every_half(void **state)
{
    (void)state;
    int refused = 0;
    for (unsigned bits = 0; bits < 65536; bits++) {
        const struct layout layout = {1, bits & 1 ? '>' : '<', false, {1}};
        double expected = value_of_half(bits);
        struct npy array;
        struct error error = {""};
        float out;
        size_t size;
        unsigned char *bytes = file_of(&layout, "f2", 2, &(uint64_t){bits}, &size);
        assert_true(npy_parse(&array, bytes, size, "a.file", &error));
        bool read = npy_floats(&array, &out, &error);
        assert_int_equal(read, isfinite(expected));
        if (read)
            assert_true((double)out == expected && !signbit(out) == !(bits & 0x8000));
        else
            assert_non_null(strstr(error.text, isnan(expected) ? "NaN at [0]" : "infinity at [0]"));
        refused += !read;
        npy_close(&array);
        free(bytes);
    }
    assert_int_equal(refused, 2048);
}

/* The value at [1, 1] of a [3, 2] in Fortran order: the fifth in the file, the fourth by rows. */
static void refuse_value(const char *code, unsigned width, uint64_t bad, const char *what)
{
    const struct layout layout = {1, '>', true, {3, 2}};
    uint64_t bits[VALUES] = {0, 0, 0, bad, 0, 0};
    struct npy array;
    struct error error = {""};
    float out[VALUES];
    size_t size;
    unsigned char *bytes = file_of(&layout, code, width, bits, &size);
    assert_true(npy_parse(&array, bytes, size, "a.file", &error));
    if (npy_floats(&array, out, &error))
        fail_msg("accepted what should give \"%s\"", what);
    assert_string_equal(error.text, what);
    npy_close(&array);
    free(bytes);
}

static void values_refused(void **state)
{
    (void)state;
    static const char nan[] = "a.file: has NaN at [1, 1], expected a finite float";
    static const char infinity[] = "a.file: has an infinity at [1, 1], expected a finite float";
    refuse_value("f2", 2, 0x7c00, infinity);
    refuse_value("f2", 2, 0xfe01, nan);
    refuse_value("f4", 4, 0xff800000, infinity);
    refuse_value("f4", 4, 0x7f800001, nan);
    refuse_value("f8", 8, 0x7ff0000000000000, infinity);
    refuse_value("f8", 8, 0x7ff0000000000001, nan);
    refuse_value("f8", 8, 0x7e37e43c8800759c,
                 "a.file: has 1e+300 at [1, 1], beyond a float32, allowed is up to 3.40282347e+38");
    refuse_value("f8", 8, 0xc7f0000000000000, /* -2^128 */
                 "a.file: has -3.40282367e+38 at [1, 1], beyond a float32, allowed is up to "
                 "3.40282347e+38");
}

/* --- integers --------------------------------------------------------------------------------- */

static void check_int(const char *code, unsigned width, uint64_t bits, bool fits, int32_t expected)
{
    const struct layout layout = {1, '>', false, {1, 1}};
    struct npy array;
    struct error error = {""};
    int32_t out = 0;
    size_t size;
    unsigned char *bytes = file_of(&layout, code, width, &bits, &size);
    assert_true(npy_parse(&array, bytes, size, "a.file", &error));
    assert_int_equal(npy_ints(&array, &out, &error), fits);
    if (fits)
        assert_int_equal(out, expected);
    else
        assert_string_equal(error.text, "a.file: has too large a number at [0, 0], allowed are "
                                        "-2147483648..2147483647");
    npy_close(&array);
    free(bytes);
}

static void integers_read(void **state)
{
    (void)state;
    check_int("i1", 1, 0x80, true, -128);
    check_int("u1", 1, 0x80, true, 128);
    check_int("i2", 2, 0xfffe, true, -2);
    check_int("u2", 2, 0xfffe, true, 65534);
    check_int("i4", 4, 0x80000000, true, INT32_MIN);
    check_int("u4", 4, 0x7fffffff, true, INT32_MAX);
    check_int("u4", 4, 0x80000000, false, 0);
    check_int("i8", 8, 0xffffffff80000000, true, INT32_MIN);
    check_int("i8", 8, 0xffffffff7fffffff, false, 0);
    check_int("i8", 8, 0x80000000, false, 0);
    check_int("i8", 8, 0x7fffffff, true, INT32_MAX);
    check_int("u8", 8, 0x7fffffff, true, INT32_MAX);
    check_int("u8", 8, 0xffffffffffffffff, false, 0); /* not -1 */
}

static void floats_are_no_integers(void **state)
{
    (void)state;
    const struct layout layout = {1, '>', false, {1}};
    struct npy array;
    struct error error;
    int32_t out;
    size_t size;
    unsigned char *bytes = file_of(&layout, "f8", 8, &(uint64_t){0}, &size);
    assert_true(npy_parse(&array, bytes, size, "a.file", &error));
    assert_false(npy_ints(&array, &out, &error));
    assert_string_equal(error.text, "a.file: has type '>f8', expected whole numbers: i1, i2, i4, "
                                    "i8, u1, u2, u4, u8");
    npy_close(&array);
    free(bytes);
}

/* --- files cut short -------------------------------------------------------------------------- */

/* Every beginning of a file, in a block as long as it is, and the file with a byte more. */
static void every_cut_refused(void **state)
{
    (void)state;
    for (int version = 1; version <= 3; version++) {
        const struct layout layout = {version, '>', true, {2, 3}};
        struct npy array;
        struct error error;
        size_t size;
        unsigned char *bytes = file_of(&layout, "i8", 8, samples[6].bits, &size);
        for (size_t cut = 0; cut <= size + 1; cut++) {
            unsigned char *part = allocate(cut, 1);
            memcpy(part, bytes, cut < size ? cut : size);
            assert_int_equal(npy_parse(&array, part, cut, "a.file", &error), cut == size);
            if (cut == size)
                npy_close(&array);
            free(part);
        }
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_in_every_order),
        cmocka_unit_test(fortran_order_is_turned),
        cmocka_unit_test(every_half),
        cmocka_unit_test(values_refused),
        cmocka_unit_test(integers_read),
        cmocka_unit_test(floats_are_no_integers),
        cmocka_unit_test(every_cut_refused),
    };
    return cmocka_run_group_tests_name("npy", tests, NULL, NULL);
}
