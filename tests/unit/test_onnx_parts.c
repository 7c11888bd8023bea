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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
