/* SPDX-License-Identifier: Apache-2.0
 * test_onnx.c - tensors of ONNX: every type, in raw_data and in the lists of fields, against values
 * written down; files with one tensor. */
#include <math.h>
#include <unistd.h>

#include "models/base/text.h"
#include "models/file/onnx.h"
#include "tests/unit/onnx_testing.h"

enum { VALUES = 4 };

static const struct sample {
    int type;
    unsigned width;
    uint64_t bits[VALUES];
    double value[VALUES];
} samples[] = {
    {1, 4, {0x3f800000, 0xc0200000, 1, 0x7f7fffff}, {1.0, -2.5, 0x1p-149, 0x1.fffffep127}},
    {2, 1, {0, 1, 0x80, 0xff}, {0, 1, 128, 255}},
    {3, 1, {0, 1, 0x80, 0xff}, {0, 1, -128, -1}},
    {4, 2, {0, 1, 0x8000, 0xffff}, {0, 1, 32768, 65535}},
    {5, 2, {0, 1, 0x8000, 0xffff}, {0, 1, -32768, -1}},
    {6, 4, {0, 1, 0x80000000, 0xffffffff}, {0, 1, -0x1p31, -1}},
    {7, 8, {0, 1, 0x8000000000000000, 0xffffffffffffffff}, {0, 1, -0x1p63, -1}},
    {9, 1, {0, 1, 1, 0}, {0, 1, 1, 0}},
    {10, 2, {0x3c00, 0xc100, 1, 0x7bff}, {1.0, -2.5, 0x1p-24, 65504}},
    {11, 8, {0x3ff0000000000000, 0x3fd5555555555555, 1, 0xc000000000000000},
     {1.0, 0x1.5555555555555p-2, 0x1p-1074, -2.0}},
    {12, 4, {0, 1, 0x80000000, 0xffffffff}, {0, 1, 0x1p31, 4294967295.0}},
    {13, 8, {0, 1, 0x8000000000000000, 0x100000000}, {0, 1, 0x1p63, 0x1p32}},
    {16, 2, {0x3f80, 0xc020, 0x0001, 0x7f7f}, {1.0, -2.5, 0x1p-133, 0x1.fep127}},
};
enum { SAMPLES = sizeof samples / sizeof *samples };

static const struct onnx file = {.name = "a.onnx"};

static void check(const struct sample *s, const Onnx__TensorProto *from)
{
    struct onnx_tensor t;
    struct error error = {""};
    if (!onnx_tensor_read(&file, from, &t, &error))
        fail_msg("type %d: %s", s->type, error.text);
    assert_int_equal(t.rank, 2);
    assert_int_equal(t.count, VALUES);
    for (int i = 0; i < VALUES; i++)
        if (t.values[i] != s->value[i])
            fail_msg("type %d: value %d is %a, expected %a", s->type, i, t.values[i], s->value[i]);
    onnx_tensor_free(&t);
}

static void raw_data(void **state)
{
    (void)state;
    for (int n = 0; n < SAMPLES; n++) {
        const struct sample *s = &samples[n];
        Onnx__TensorProto from = ONNX__TENSOR_PROTO__INIT;
        int64_t dims[] = {2, 2};
        uint8_t bytes[VALUES * 8];
        for (size_t i = 0; i < VALUES; i++)
            for (size_t b = 0; b < s->width; b++)
                bytes[i * s->width + b] = (uint8_t)(s->bits[i] >> 8 * b & 0xff);
        from.n_dims = 2;
        from.dims = dims;
        from.has_data_type = from.has_raw_data = true;
        from.data_type = s->type;
        from.raw_data = (ProtobufCBinaryData){VALUES * s->width, bytes};
        check(s, &from);
    }
}

/* float16 and bfloat16 lie in int32_data by their bits; whatever stands above those is not read. */
static void lists(void **state)
{
    (void)state;
    for (int n = 0; n < SAMPLES; n++) {
        const struct sample *s = &samples[n];
        Onnx__TensorProto from = ONNX__TENSOR_PROTO__INIT;
        int64_t dims[] = {2, 2}, int64s[VALUES];
        float floats[VALUES];
        double doubles[VALUES];
        int32_t int32s[VALUES];
        uint64_t uint64s[VALUES];
        for (int i = 0; i < VALUES; i++) {
            floats[i] = s->type == 1 ? (float)s->value[i] : 0.0f;
            doubles[i] = s->value[i];
            int32s[i] = (int32_t)(uint32_t)s->bits[i];
            int64s[i] = (int64_t)s->bits[i];
            uint64s[i] = s->bits[i];
        }
        from.n_dims = 2;
        from.dims = dims;
        from.has_data_type = true;
        from.data_type = s->type;
        switch (s->type) {
        case 1:
            from.n_float_data = VALUES;
            from.float_data = floats;
            break;
        case 7:
            from.n_int64_data = VALUES;
            from.int64_data = int64s;
            break;
        case 11:
            from.n_double_data = VALUES;
            from.double_data = doubles;
            break;
        case 12:
        case 13:
            from.n_uint64_data = VALUES;
            from.uint64_data = uint64s;
            break;
        default:
            from.n_int32_data = VALUES;
            from.int32_data = int32s;
        }
        check(s, &from);
    }
}

static void a_file(void **state)
{
    (void)state;
    char path[] = "/tmp/ese-onnx-XXXXXX";
    const int descriptor = mkstemp(path);
    static const char bytes[] = "\x08\x02\x10\x01\x42\x01X\x4a\x08\0\0\x80\x3f\0\0\0\xc0";
    const size_t size = sizeof bytes - 1;
    struct onnx_tensor t;
    struct error error = {""};
    assert_true(descriptor >= 0);
    for (size_t cut = 0; cut <= size; cut++) {
        assert_int_equal(ftruncate(descriptor, 0), 0);
        assert_int_equal(pwrite(descriptor, bytes, cut, 0), (ssize_t)cut);
        const bool good = onnx_tensor_open(&t, path, &error);
        assert_int_equal(good, cut == size);
    }
    assert_string_equal(t.name, "X");
    assert_int_equal(t.count, 2);
    assert_true(t.values[0] == 1.0 && t.values[1] == -2.0);
    onnx_tensor_free(&t);
    close(descriptor);
    unlink(path);
    assert_false(onnx_tensor_open(&t, path, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raw_data),
        cmocka_unit_test(lists),
        cmocka_unit_test(a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
