/* SPDX-License-Identifier: Apache-2.0
 * test_onnx_parts.c - operators of ONNX on known tensors, against values written down: those of the
 * standard's examples, and what NumPy gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/source/onnx_parts.h"

#include <cmocka.h> /* last: it has a macro called fail */

#define LIST(...) (const double[]){__VA_ARGS__}, sizeof((double[]){__VA_ARGS__}) / sizeof(double)
#define SHAPE(...) (const int64_t[]){__VA_ARGS__}, sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)

/* 0, 1, 2 ... */
static struct onnx_tensor counted(const int64_t *shape, size_t rank)
{
    struct onnx_tensor t;
    assert_true(onnx_tensor_new(&t, (int)rank, shape));
    for (size_t i = 0; i < t.count; i++)
        t.values[i] = (double)i;
    return t;
}

static struct onnx_tensor list(const double *values, size_t count)
{
    struct onnx_tensor t;
    assert_true(onnx_tensor_new(&t, 1, &(int64_t){(int64_t)count}));
    memcpy(t.values, values, count * sizeof *values);
    return t;
}

static const struct onnx_tensor none = {.rank = -1};

static void expect(struct onnx_tensor *t, const int64_t *shape, size_t rank)
{
    assert_int_equal(t->rank, rank);
    for (size_t i = 0; i < rank; i++)
        assert_int_equal(t->shape[i], shape[i]);
}

/* Frees it. */
static void expect_values(struct onnx_tensor *t, const double *values, size_t count)
{
    assert_int_equal(t->count, count);
    for (size_t i = 0; i < count; i++)
        if (t->values[i] != values[i])
            fail_msg("value %zu is %g, expected %g", i, t->values[i], values[i]);
    onnx_tensor_free(t);
}

/* ---- Slice ----------------------------------------------------------------------------------- */

/* Of 0 .. 9. */
static struct onnx_tensor slice(double start, double end, double step)
{
    struct onnx_tensor from = counted(SHAPE(10)), to;
    struct onnx_tensor of[] = {list(&start, 1), list(&end, 1), none, list(&step, 1)};
    assert_true(onnx_slice(&from, of, &to));
    onnx_tensor_free(&from);
    for (int i = 0; i < 4; i++)
        onnx_tensor_free(&of[i]);
    return to;
}

static void slices(void **state)
{
    (void)state;
    struct onnx_tensor t = slice(2, 5, 1);
    expect_values(&t, LIST(2, 3, 4));
    t = slice(-3, 0x1p63, 1);
    expect_values(&t, LIST(7, 8, 9));
    t = slice(-100, -8, 1);
    expect_values(&t, LIST(0, 1));
    t = slice(1, 9, 3);
    expect_values(&t, LIST(1, 4, 7));
    t = slice(-1, -0x1p63, -4);
    expect_values(&t, LIST(9, 5, 1));
    t = slice(100, 6, -1);
    expect_values(&t, LIST(9, 8, 7));
    t = slice(5, 5, 1);
    assert_int_equal(t.count, 0);
    onnx_tensor_free(&t);
    t = slice(7, 3, 1);
    assert_int_equal(t.count, 0);
    onnx_tensor_free(&t);
    t = slice(100, 200, 1);
    assert_int_equal(t.count, 0);
    onnx_tensor_free(&t);
}

static void slices_of_axes(void **state)
{
    (void)state;
    struct onnx_tensor from = counted(SHAPE(3, 4)), to;
    struct onnx_tensor of[] = {list(LIST(1, 0)), list(LIST(3, 4)), list(LIST(-1, 0)),
                               list(LIST(1, 2))};
    assert_true(onnx_slice(&from, of, &to));
    expect(&to, SHAPE(2, 2));
    expect_values(&to, LIST(1, 2, 9, 10));
    of[2].values[0] = 0; /* an axis twice */
    assert_false(onnx_slice(&from, of, &to));
    of[2].values[0] = 2; /* none */
    assert_false(onnx_slice(&from, of, &to));
    of[2].values[0] = 1;
    of[3].values[0] = 0; /* no step */
    assert_false(onnx_slice(&from, of, &to));
    onnx_tensor_free(&from);
    for (int i = 0; i < 4; i++)
        onnx_tensor_free(&of[i]);
}

/* ---- Split ----------------------------------------------------------------------------------- */

static void expect_part(struct onnx_tensor sizes, int64_t parts, int output, int64_t first,
                        int64_t count)
{
    int64_t at = -1, got = -1;
    const struct onnx_parting p = {&sizes, parts, output};
    assert_int_equal(onnx_part(&p, 7, &at, &got), first >= 0);
    if (first >= 0) {
        assert_int_equal(at, first);
        assert_int_equal(got, count);
    }
    onnx_tensor_free(&sizes);
}

static void splits(void **state)
{
    (void)state;
    expect_part(list(LIST(2, 4, 1)), 3, 0, 0, 2);
    expect_part(list(LIST(2, 4, 1)), 3, 1, 2, 4);
    expect_part(list(LIST(2, 4, 1)), 3, 2, 6, 1);
    expect_part(list(LIST(2, 4, 2)), 3, 2, -1, 0);
    expect_part(list(LIST(2, -1, 6)), 3, 1, -1, 0);
    expect_part(list(LIST(2, 5)), 3, 2, -1, 0);
    expect_part(none, 4, 0, 0, 2); /* 7 = 2 + 2 + 2 + 1 */
    expect_part(none, 4, 3, 6, 1);
    expect_part(none, 7, 6, 6, 1);
    expect_part(none, 5, 4, 7, 0); /* 7 = 2 + 2 + 2 + 1 + 0 */
    expect_part(none, INT64_MAX, 6, 6, 1);
    struct onnx_tensor from = counted(SHAPE(2, 5)), to;
    assert_true(onnx_take_part(&from, 1, 2, 2, &to));
    expect(&to, SHAPE(2, 2));
    expect_values(&to, LIST(2, 3, 7, 8));
    onnx_tensor_free(&from);
}

/* ---- Transpose, Gather, Concat --------------------------------------------------------------- */

static void transpositions(void **state)
{
    (void)state;
    struct onnx_tensor from = counted(SHAPE(2, 3, 2)), to, perm = list(LIST(1, 2, 0));
    assert_true(onnx_transpose(&from, &perm, &to));
    expect(&to, SHAPE(3, 2, 2));
    expect_values(&to, LIST(0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11));
    assert_true(onnx_transpose(&from, &none, &to));
    expect(&to, SHAPE(2, 3, 2));
    expect_values(&to, LIST(0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11));
    perm.values[0] = 0; /* an axis twice */
    assert_false(onnx_transpose(&from, &perm, &to));
    perm.count = 2;
    assert_false(onnx_transpose(&from, &perm, &to));
    onnx_tensor_free(&from);
    onnx_tensor_free(&perm);
}

static void gathers(void **state)
{
    (void)state;
    struct onnx_tensor from = counted(SHAPE(3, 2)), to, at = list(LIST(2, -3));
    assert_true(onnx_gather(&from, &at, 0, &to));
    expect(&to, SHAPE(2, 2));
    expect_values(&to, LIST(4, 5, 0, 1));
    at.rank = 0; /* one index takes its axis away */
    at.count = 1;
    assert_true(onnx_gather(&from, &at, 0, &to));
    expect(&to, SHAPE(2));
    expect_values(&to, LIST(4, 5));
    at.values[0] = 3;
    assert_false(onnx_gather(&from, &at, 0, &to));
    onnx_tensor_free(&to);
    at.values[0] = 1;
    assert_true(onnx_gather(&from, &at, 1, &to));
    expect_values(&to, LIST(1, 3, 5));
    onnx_tensor_free(&from);
    onnx_tensor_free(&at);
}

static void concatenations(void **state)
{
    (void)state;
    struct onnx_tensor parts[] = {counted(SHAPE(2, 1)), counted(SHAPE(2, 2))}, to;
    assert_true(onnx_concat(parts, 2, 1, &to));
    expect(&to, SHAPE(2, 3));
    expect_values(&to, LIST(0, 0, 1, 1, 2, 3));
    assert_false(onnx_concat(parts, 2, 0, &to));
    onnx_tensor_free(&parts[0]);
    onnx_tensor_free(&parts[1]);
}

/* ---- shapes ---------------------------------------------------------------------------------- */

static void reshape(const double *sizes, size_t count, const char *expected, bool zeros)
{
    struct onnx_tensor t = counted(SHAPE(2, 3, 4)), shape = list(sizes, count);
    char got[64] = "";
    if (onnx_reshape(&t, &shape, zeros))
        for (int i = 0; i < t.rank; i++)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%lld ", (long long)t.shape[i]);
    assert_string_equal(got, expected);
    onnx_tensor_free(&t);
    onnx_tensor_free(&shape);
}

static void reshapes(void **state)
{
    (void)state;
    reshape(LIST(4, 6), "4 6 ", false);
    reshape(LIST(0, -1), "2 12 ", false);
    reshape(LIST(-1, 0, 2), "4 3 2 ", false);
    reshape(LIST(24), "24 ", false);
    reshape(LIST(1, 24, 1, -1), "1 24 1 1 ", false);
    reshape(LIST(5, -1), "", false);
    reshape(LIST(-1, -1), "", false);
    reshape(LIST(4, 5), "", false);
    reshape(LIST(0, 12), "", true);
    reshape(LIST(24, 1, 1, 0), "", false); /* there is no such axis */
    reshape(LIST(-2, -12), "", false);
    reshape(LIST(0x1p40, 0x1p40), "", false);
}

static void axes(void **state)
{
    (void)state;
    struct onnx_tensor t = counted(SHAPE(1, 3, 1)), of = list(LIST(-1));
    assert_true(onnx_squeeze(&t, &of));
    expect(&t, SHAPE(1, 3));
    assert_true(onnx_squeeze(&t, &none));
    expect(&t, SHAPE(3));
    assert_false(onnx_squeeze(&t, &of));
    onnx_tensor_free(&of);
    of = list(LIST(0, -1));
    assert_true(onnx_unsqueeze(&t, &of));
    expect(&t, SHAPE(1, 3, 1));
    of.values[0] = -1;
    assert_false(onnx_unsqueeze(&t, &of)); /* twice */
    of.values[0] = 5;
    assert_false(onnx_unsqueeze(&t, &of));
    assert_false(onnx_unsqueeze(&t, &none));
    onnx_tensor_free(&t);
    onnx_tensor_free(&of);
}

/* ---- DequantizeLinear ------------------------------------------------------------------------ */

static void scales(void **state)
{
    (void)state;
    const struct onnx_tensor no_zero = {0};
    struct onnx_tensor t = counted(SHAPE(2, 3)), zero = list(LIST(1)), one = list(LIST(0.5));
    struct onnx_scales s = {&one, &zero, 1, 0};
    assert_true(onnx_dequantize(&t, &s));
    expect_values(&t, LIST(-0.5, 0, 0.5, 1, 1.5, 2));
    t = counted(SHAPE(2, 3));
    struct onnx_tensor three = list(LIST(1, 10, 100));
    s = (struct onnx_scales){&three, &no_zero, -1, 0};
    assert_true(onnx_dequantize(&t, &s));
    expect_values(&t, LIST(0, 10, 200, 3, 40, 500));
    t = counted(SHAPE(2, 3));
    s.axis = 0; /* which has two places */
    assert_false(onnx_dequantize(&t, &s));
    s = (struct onnx_scales){&three, &zero, 1, 0};
    assert_false(onnx_dequantize(&t, &s)); /* one zero point for three scales */
    onnx_tensor_free(&t);
    t = counted(SHAPE(2, 4)); /* blocks of two along axis 1 */
    struct onnx_tensor blocks = counted(SHAPE(2, 2));
    s = (struct onnx_scales){&blocks, &no_zero, 1, 2};
    assert_true(onnx_dequantize(&t, &s));
    expect_values(&t, LIST(0, 0, 2, 3, 8, 10, 18, 21));
    t = counted(SHAPE(2, 4));
    s.block = INT64_MAX; /* one block */
    assert_false(onnx_dequantize(&t, &s));
    onnx_tensor_free(&t);
    onnx_tensor_free(&zero);
    onnx_tensor_free(&one);
    onnx_tensor_free(&three);
    onnx_tensor_free(&blocks);
}

/* ---- Quant ----------------------------------------------------------------------------------- */

/* What qonnx 1.0.0 makes of these. */
static const double numbers[] = {-3.0, -1.25, -0.75, -0.3, 0.0, 0.25, 0.6, 0.75, 1.25, 9.0};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

static const struct rounded {
    double scale, zero, bits;
    bool is_signed, narrow;
    const char *rounding;
    double values[NUMBERS];
} rounded[] = {
    {0.5, 0, 3, 1, 0, "ROUND", {-2.0, -1.0, -1.0, -0.5, 0.0, 0.0, 0.5, 1.0, 1.0, 1.5}},
    {0.5, 0, 3, 1, 0, "", {-2.0, -1.0, -1.0, -0.5, 0.0, 0.0, 0.5, 1.0, 1.0, 1.5}},
    {0.5, 0, 3, 1, 1, "round", {-1.5, -1.0, -1.0, -0.5, 0.0, 0.0, 0.5, 1.0, 1.0, 1.5}},
    {0.5, 0, 3, 0, 0, "HALF_EVEN", {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 1.0, 1.0, 3.5}},
    {0.5, 0, 3, 0, 1, "ROUND", {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 1.0, 1.0, 3.0}},
    {0.5, 1, 4, 1, 0, "CEIL", {-3.0, -1.0, -0.5, 0.0, 0.0, 0.5, 1.0, 1.0, 1.5, 3.0}},
    {0.5, 1, 4, 1, 0, "FLOOR", {-3.0, -1.5, -1.0, -0.5, 0.0, 0.0, 0.5, 0.5, 1.0, 3.0}},
    {0.5, 0, 8, 1, 0, "UP", {-3.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.0, 1.5, 9.0}},
    {0.5, 0, 8, 1, 0, "DOWN", {-3.0, -1.0, -0.5, 0.0, 0.0, 0.0, 0.5, 0.5, 1.0, 9.0}},
    {0.5, 0, 8, 1, 0, "HALF_UP", {-3.0, -1.5, -1.0, -0.5, 0.0, 0.5, 0.5, 1.0, 1.5, 9.0}},
    {0.5, 0, 8, 1, 0, "HALF_DOWN", {-3.0, -1.0, -0.5, -0.5, 0.0, 0.0, 0.5, 0.5, 1.0, 9.0}},
    {0.25, 0, 1, 1, 0, "ROUND", {-0.25, -0.25, -0.25, -0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25}},
};

static bool quantize(struct onnx_tensor *t, const struct rounded *r)
{
    struct onnx_tensor scale = list(&r->scale, 1), zero = list(&r->zero, 1), bits = list(&r->bits, 1);
    const struct onnx_quant q = {&scale, &zero, &bits, r->is_signed, r->narrow, r->rounding,
                                 strlen(r->rounding)};
    const bool good = onnx_quantize(t, &q);
    onnx_tensor_free(&scale);
    onnx_tensor_free(&zero);
    onnx_tensor_free(&bits);
    return good;
}

static void quants(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rounded / sizeof *rounded; i++) {
        struct onnx_tensor t = list(numbers, NUMBERS);
        assert_true(quantize(&t, &rounded[i]));
        expect_values(&t, rounded[i].values, NUMBERS);
    }
    struct onnx_tensor t = list(numbers, NUMBERS);
    assert_false(quantize(&t, &(struct rounded){1, 0, 8, 1, 0, "NEAREST", {0}}));
    onnx_tensor_free(&t);
}

/* A scale for each row, for each column, for all; none that fits. */
static void quants_spread(void **state)
{
    (void)state;
    static const struct {
        int64_t rank, shape[3];
        bool fits;
        double values[6];
    } scales[] = {{2, {2, 1}, true, {0, 1, 2, 2, 4, 4}}, {2, {1, 3}, true, {0, 0, 2, 3, 4, 4}},
                  {1, {3}, true, {0, 0, 2, 3, 4, 4}},    {1, {1}, true, {0, 1, 2, 3, 4, 5}},
                  {1, {2}, false, {0}},                  {3, {1, 2, 1}, true, {0, 1, 2, 2, 4, 4}},
                  {3, {2, 2, 1}, false, {0}},            {2, {2, 3}, true, {0, 0, 2, 3, 4, 5}}};
    static const double of[] = {1, 2, 2, 3, 4, 5};
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        struct onnx_tensor t = counted(SHAPE(2, 3)), scale, zero = list(LIST(0)), bits = list(LIST(16));
        assert_true(onnx_tensor_new(&scale, (int)scales[i].rank, scales[i].shape));
        memcpy(scale.values, of, (scale.count < 6 ? scale.count : 6) * sizeof *of);
        const struct onnx_quant q = {&scale, &zero, &bits, true, false, "DOWN", 4};
        assert_int_equal(onnx_quantize(&t, &q), scales[i].fits);
        onnx_tensor_free(&scale);
        onnx_tensor_free(&zero);
        onnx_tensor_free(&bits);
        if (scales[i].fits)
            expect_values(&t, scales[i].values, 6);
        else
            onnx_tensor_free(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quants),
        cmocka_unit_test(quants_spread),
        cmocka_unit_test(slices),
        cmocka_unit_test(slices_of_axes),
        cmocka_unit_test(splits),
        cmocka_unit_test(transpositions),
        cmocka_unit_test(gathers),
        cmocka_unit_test(concatenations),
        cmocka_unit_test(reshapes),
        cmocka_unit_test(axes),
        cmocka_unit_test(scales),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
