/* SPDX-License-Identifier: Apache-2.0
 * test_formats.c - safetensors and .npy from memory: what is read, and each thing refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/base/bytes.h"
#include "models/file/npy.h"
#include "models/file/safetensors.h"

#include <cmocka.h> /* last: it has a macro called fail */

/* One line that begins with the file's name, says `what`, and does not end in a full stop. */
static void check_message(const struct error *error, const char *what)
{
    size_t length = strlen(error->text);
    if (strstr(error->text, what) == NULL)
        fail_msg("\"%s\" does not contain \"%s\"", error->text, what);
    assert_int_equal(strncmp(error->text, "a.file: ", 8), 0);
    assert_null(strchr(error->text, '\n'));
    assert_true(length < sizeof error->text - 1);
    assert_int_not_equal(error->text[length - 1], '.');
}

/* --- safetensors ------------------------------------------------------------------------------ */

/* A file of a header and `data_size` bytes of data, in a block that the caller frees. */
static unsigned char *tensors(const char *header, const void *data, size_t data_size, size_t *size)
{
    size_t length = strlen(header);
    unsigned char *bytes = allocate(8 + length + data_size, 1);
    store_u32(bytes, (uint32_t)length);
    memcpy(bytes + 8, header, length);
    if (data != NULL)
        memcpy(bytes + 8 + length, data, data_size);
    *size = 8 + length + data_size;
    return bytes;
}

static void refuse_tensors(const char *header, size_t data_size, const char *what)
{
    struct safetensors file;
    struct error error = {""};
    size_t size;
    unsigned char *bytes = tensors(header, NULL, data_size, &size);
    if (safetensors_parse(&file, bytes, size, "a.file", &error))
        fail_msg("accepted %s", header);
    check_message(&error, what);
    free(bytes);
}

#define T(name, dtype, shape, begin, end)                     \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape \
    ",\"data_offsets\":[" #begin "," #end "]}"

static void headers_refused(void **state)
{
    (void)state;
    refuse_tensors("", 0, "not valid JSON");
    refuse_tensors("{", 0, "not valid JSON");
    refuse_tensors("{\"a\n\": 1}", 0, "not valid JSON");
    refuse_tensors("{} x", 0, "not valid JSON");
    refuse_tensors("[]", 0, "not a JSON object");
    refuse_tensors("{\"a\":3}", 0, "tensor 'a' is not described by an object");
    refuse_tensors("{" T("a", "F32", "[1]", 0, 4) "," T("a", "F32", "[1]", 4, 8) "}", 8,
                   "not valid JSON: duplicate object key");
    refuse_tensors("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 0, "duplicate object key");
    refuse_tensors("{\"a\":{\"type\":\"F32\"}}", 0, "tensor 'a' has key 'type', allowed are dtype");
    refuse_tensors("{\"a\":{\"shape\":[1]}}", 0, "tensor 'a' has no string 'dtype'");
    refuse_tensors("{\"a\":{\"dtype\":\"F32\"}}", 0, "tensor 'a' has no list 'shape'");
    refuse_tensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", 0,
                   "tensor 'a' has no 'data_offsets' of two whole numbers");
    refuse_tensors("{" T("a", "C64", "[1]", 0, 8) "}", 8,
                   "tensor 'a' has unknown type 'C64', expected F32, F16, BF16 or F64");
    refuse_tensors("{\"a\\nb\":1}", 0, "tensor 'a?b'");
}

static void shapes_refused(void **state)
{
    (void)state;
    refuse_tensors("{" T("a", "F32", "[-1]", 0, 4) "}", 4,
                   "tensor 'a' has dimension -1, allowed are 0..2147483647");
    refuse_tensors("{" T("a", "F32", "[2147483648]", 0, 4) "}", 4, "has dimension 2147483648");
    refuse_tensors("{" T("a", "F32", "[99999999999999999999]", 0, 4) "}", 4, "not valid JSON");
    refuse_tensors("{" T("a", "F32", "[1.5]", 0, 4) "}", 4, "not a whole number");
    refuse_tensors("{" T("a", "F32", "[\"1\"]", 0, 4) "}", 4, "not a whole number");
    /* 2^62 elements of 4 bytes are 0 modulo 2^64 */
    refuse_tensors("{" T("a", "F32", "[2147483647,2147483647,4]", 0, 0) "}", 0, "more elements");
    refuse_tensors("{" T("a", "F32", "[65536,65536,65536,65536]", 0, 0) "}", 0, "more elements");
    refuse_tensors("{" T("a", "F32", "[1,1,1,1,1,1,1,1,1]", 0, 4) "}", 4,
                   "has 9 dimensions, at most 8 are allowed");
}

static void layouts_refused(void **state)
{
    (void)state;
    refuse_tensors("{" T("a", "F32", "[2]", 0, 8) "}", 4,
                   "tensor 'a' ends at byte 8 of the data, which is 4 bytes long");
    refuse_tensors("{" T("a", "F32", "[1]", 4, 0) "}", 4,
                   "tensor 'a' has data_offsets [4, 0], expected 0 <= begin <= end");
    refuse_tensors("{" T("a", "F32", "[1]", -4, 0) "}", 4, "has data_offsets [-4, 0]");
    refuse_tensors("{" T("a", "F32", "[3]", 0, 8) "}", 8,
                   "tensor 'a' has 8 bytes of data, expected 12 for its shape in F32");
    refuse_tensors("{" T("b", "U8", "[2]", 0, 2) "," T("a", "F32", "[1]", 2, 6) "}", 6,
                   "tensor 'a' starts at byte 2 of the data, expected a multiple of 4 for F32");
    refuse_tensors("{" T("a", "F32", "[2]", 0, 8) "," T("b", "F32", "[2]", 4, 12) "}", 12,
                   "tensor 'b' overlaps tensor 'a'");
    refuse_tensors("{" T("a", "F32", "[1]", 0, 4) "," T("b", "F32", "[1]", 8, 12) "}", 12,
                   "tensor 'b' leaves a gap before it");
    refuse_tensors("{" T("a", "F32", "[1]", 4, 8) "}", 8, "tensor 'a' leaves a gap before it");
    refuse_tensors("{" T("a", "F32", "[1]", 0, 4) "}", 5,
                   "the data is 5 bytes long, its tensors end at byte 4");
    refuse_tensors("{}", 1, "the data is 1 bytes long, its tensors end at byte 0");
}

static void lengths_refused(void **state)
{
    (void)state;
    struct safetensors file;
    struct error error;
    unsigned char bytes[10] = {0};

    assert_false(safetensors_parse(&file, bytes, 7, "a.file", &error));
    check_message(&error, "is 7 bytes long, a safetensors file has at least 8");
    bytes[0] = 3;
    assert_false(safetensors_parse(&file, bytes, 10, "a.file", &error));
    check_message(&error, "the header claims 3 bytes, the file has 2 after its length");
    memset(bytes, 0xff, 8);
    assert_false(safetensors_parse(&file, bytes, 10, "a.file", &error));
    check_message(&error, "the header claims 18446744073709551615 bytes");
}

/* The same four numbers in each type; tensors of other types and none at all lie between. */
static void types_converted(void **state)
{
    (void)state;
    static const unsigned char data[] = {
        0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0x04, 0xc0, /* F64: 1, -2.5 */
        1, 2, 3, 4, 5, 6, 7, 8,                                     /* I64 */
        0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0,                         /* F32: 1, -2.5 */
        0, 0x3c, 0, 0xc1, 1, 0, 0, 0x80,                            /* F16: 1, -2.5, 2^-24, -0 */
        0x80, 0x3f, 0x20, 0xc0,                                     /* BF16: 1, -2.5 */
    };
    static const char header[] =
        "{\"__metadata__\":{\"x\":[1]}," T("bf", "BF16", "[2]", 40, 44) ","
        T("d", "F64", "[2]", 0, 16) "," T("n", "I64", "[]", 16, 24) ","
        T("none", "F32", "[0,7]", 24, 24) "," T("f", "F32", "[2,1]", 24, 32) ","
        T("h", "F16", "[4]", 32, 40) "}  ";
    struct safetensors file;
    struct error error;
    float out[4];
    const int two[] = {2}, four[] = {4}, column[] = {2, 1};
    size_t size;
    unsigned char *bytes = tensors(header, data, sizeof data, &size);
    if (!safetensors_parse(&file, bytes, size, "a.file", &error))
        fail_msg("%s", error.text);

    assert_int_equal(file.count, 6);
    assert_true(safetensors_fetch(&file, "d", 1, two, out, &error));
    assert_true(out[0] == 1.0f && out[1] == -2.5f);
    assert_true(safetensors_fetch(&file, "f", 2, column, out, &error));
    assert_true(out[0] == 1.0f && out[1] == -2.5f);
    assert_true(safetensors_fetch(&file, "bf", 1, two, out, &error));
    assert_true(out[0] == 1.0f && out[1] == -2.5f);
    assert_true(safetensors_fetch(&file, "h", 1, four, out, &error));
    assert_true(out[0] == 1.0f && out[1] == -2.5f && out[2] == 0x1p-24f);
    assert_true(out[3] == 0.0f && signbit(out[3]));

    assert_false(safetensors_fetch(&file, "n", 0, NULL, out, &error));
    check_message(&error, "tensor 'n' has type 'I64', expected F32, F16, BF16 or F64");
    assert_false(safetensors_fetch(&file, "f", 1, two, out, &error));
    check_message(&error, "tensor 'f' has shape [2, 1], expected [2]");
    assert_false(safetensors_fetch(&file, "d", 1, four, out, &error));
    check_message(&error, "tensor 'd' has shape [2], expected [4]");
    assert_false(safetensors_fetch(&file, "g", 1, two, out, &error));
    check_message(&error, "tensor 'g' is missing");
    safetensors_close(&file);
    free(bytes);
}

/* Fetches a tensor [2, 2] whose last element holds `bits`. */
static void refuse_value(const char *type, unsigned width, uint64_t bits, const char *what)
{
    char header[128];
    unsigned char data[32] = {0};
    struct safetensors file;
    struct error error;
    const int shape[] = {2, 2};
    float out[4];
    size_t size;
    for (unsigned i = 0; i < width; i++)
        data[3 * width + i] = (unsigned char)(bits >> 8 * i & 0xff);
    snprintf(header, sizeof header,
             "{\"a\":{\"dtype\":\"%s\",\"shape\":[2,2],\"data_offsets\":[0,%u]}}", type, 4 * width);
    unsigned char *bytes = tensors(header, data, 4 * width, &size);
    assert_true(safetensors_parse(&file, bytes, size, "a.file", &error));
    assert_false(safetensors_fetch(&file, "a", 2, shape, out, &error));
    check_message(&error, what);
    safetensors_close(&file);
    free(bytes);
}

static void values_refused(void **state)
{
    (void)state;
    static const char nan[] = "tensor 'a' has NaN at [1, 1], expected a finite float";
    static const char infinity[] = "tensor 'a' has an infinity at [1, 1]";
    refuse_value("F32", 4, 0x7fc00000, nan);
    refuse_value("F32", 4, 0xff800000, infinity);
    refuse_value("F16", 2, 0x7e00, nan);
    refuse_value("F16", 2, 0xfc00, infinity);
    refuse_value("BF16", 2, 0x7fc0, nan);
    refuse_value("BF16", 2, 0x7f80, infinity);
    refuse_value("F64", 8, 0xfff8000000000000, nan);
    refuse_value("F64", 8, 0x7ff0000000000000, infinity);
    refuse_value("F64", 8, 0x7e37e43c8800759c,
                 "tensor 'a' has 1e+300 at [1, 1], beyond a float32, allowed is up to");
}

/* --- .npy ------------------------------------------------------------------------------------- */

static unsigned char *array(int version, const char *header, size_t data_size, size_t *size)
{
    size_t length = strlen(header), start = version == 1 ? 10 : 12;
    unsigned char *bytes = allocate(start + length + data_size, 1);
    memcpy(bytes, "\x93NUMPY", 6);
    bytes[6] = (unsigned char)version;
    store_u16(bytes + 8, (uint16_t)length);
    memcpy(bytes + start, header, length);
    *size = start + length + data_size;
    return bytes;
}

#define HEADER(descr, order, shape) \
    "{'descr': '" descr "', 'fortran_order': " order ", 'shape': " shape ", }  \n"

static void refuse_array(int version, const char *header, size_t data_size, const char *what)
{
    struct npy parsed;
    struct error error = {""};
    size_t size;
    unsigned char *bytes = array(version, header, data_size, &size);
    if (npy_parse(&parsed, bytes, size, "a.file", &error))
        fail_msg("accepted %s", header);
    check_message(&error, what);
    free(bytes);
}

static void arrays_refused(void **state)
{
    (void)state;
    refuse_array(1, HEADER("<f4", "0", "(1,)"), 4, "expected True or False as 'fortran_order'");
    refuse_array(1, HEADER("<f4", "Trues", "(1,)"), 4, "a comma between entries");
    refuse_array(1, HEADER("<f4", "False", "(2, 3)"), 23,
                 "has 23 bytes of data, expected 24 for its shape in '<f4'");
    refuse_array(1, HEADER("<f8", "False", "(3,)"), 25, "has 25 bytes of data, expected 24");
    refuse_array(1, HEADER("<f4", "False", "(-1,)"), 4, "has a negative dimension");
    refuse_array(1, HEADER("<f4", "False", "(2147483648,)"), 4, "a dimension that is too large");
    refuse_array(1, HEADER("<f4", "False", "(99999999999999999999999,)"), 4, "too large");
    refuse_array(1, HEADER("<f4", "False", "(65536, 65536, 65536, 65536)"), 0, "more elements");
    refuse_array(1, HEADER("<f4", "False", "(1, 1, 1, 1, 1, 1, 1, 1, 1)"), 4, "more than 8 dimensions");
    refuse_array(1, HEADER("<f4", "False", "(1)"), 4, "a tuple of whole numbers as 'shape'");
    refuse_array(1, HEADER("<f4", "False", "(1 2)"), 8, "a comma between dimensions");
    refuse_array(1, HEADER("<f4", "False", "(1L,)"), 4, "the header is malformed");
    refuse_array(1, HEADER("<f4", "False", "1"), 4, "the header is malformed");
    refuse_array(1, HEADER("<f4", "False", "(1,)") "x", 4, "nothing behind the dictionary");
    refuse_array(1, "{'descr': '<f4', 'descr': '<f4'}", 4, "each key once");
    refuse_array(1, "{'descr': '<f4', 'shape': (1,)}", 4, "expected the keys 'descr'");
    refuse_array(1, "{'descr': '<f4', 'more': 1}", 4, "'shape' only");
    refuse_array(1, "{'descr': '<f4' 'shape': (1,)}", 4, "a comma between entries");
    refuse_array(1, "{'descr': '<f4", 4, "malformed");
    refuse_array(1, "{", 0, "malformed");
    refuse_array(1, "", 0, "malformed");
    refuse_array(4, HEADER("<f4", "False", "(1,)"), 4, "has format version 4.0, expected 1.0");
}

/* Each with what it is, where NumPy has a word for it, and with what is allowed. */
static const struct {
    const char *descr, *what;
} other_types[] = {
    {"'|b1'", "has type '|b1' (booleans)"},
    {"'<c8'", "has type '<c8' (complex numbers)"},
    {"'|O'", "has type '|O' (Python objects)"},
    {"'|S5'", "has type '|S5' (strings)"},
    {"'<U5'", "has type '<U5' (strings)"},
    {"'|V16'", "has type '|V16' (records)"},
    {"'<M8[ns]'", "has type '<M8[ns]' (times)"},
    {"'<m8[s]'", "has type '<m8[s]' (times)"},
    {"[('a', '<f4')]", "has records as elements"},
    {"'<f16'", "has type '<f16'"},
    {"'<f1'", "has type '<f1'"},
    {"'<f3'", "has type '<f3'"},
    {"'<i3'", "has type '<i3'"},
    {"'<u16'", "has type '<u16'"},
    {"'<f4 '", "has type '<f4 '"},
    {"'=f4'", "has type '=f4'"}, /* of which machine? */
    {"'|f4'", "has type '|f4'"},
    {"'|i2'", "has type '|i2'"},
    {"'f4'", "has type 'f4'"},
    {"'<f'", "has type '<f'"},
    {"'<'", "has type '<'"},
    {"''", "has type ''"},
    {"'float32'", "has type 'float32'"},
    {"'<f4\n'", "has type '<f4?'"},
    {"'<f4\\n'", "a string as 'descr'"},
    {"4", "a string as 'descr'"},
};

static void types_refused(void **state)
{
    (void)state;
    static const char allowed[] =
        ", expected f2, f4, f8 or i1, i2, i4, i8, u1, u2, u4, u8 in either byte order";
    for (size_t i = 0; i < sizeof other_types / sizeof other_types[0]; i++) {
        char header[128], what[256];
        bool malformed = strncmp(other_types[i].what, "has", 3) != 0;
        snprintf(header, sizeof header, "{'descr': %s, 'fortran_order': False, 'shape': (1,), }",
                 other_types[i].descr);
        snprintf(what, sizeof what, "%s%s", other_types[i].what, malformed ? "" : allowed);
        refuse_array(1, header, 4, what);
    }
}

static void beginnings_refused(void **state)
{
    (void)state;
    struct npy parsed;
    struct error error;
    unsigned char bytes[12] = "\x93NUMPY\1\0\3\0";

    assert_false(npy_parse(&parsed, bytes, 5, "a.file", &error));
    check_message(&error, "is no .npy file, expected it to start with \\x93NUMPY");
    assert_false(npy_parse(&parsed, bytes, 9, "a.file", &error));
    check_message(&error, "ends within its header");
    assert_false(npy_parse(&parsed, bytes, 12, "a.file", &error));
    check_message(&error, "the header claims 3 bytes, the file has 2 after its length");
    bytes[7] = 1;
    assert_false(npy_parse(&parsed, bytes, 12, "a.file", &error));
    check_message(&error, "has format version 1.1, expected 1.0, 2.0 or 3.0");
}

static void versions_and_spellings_read(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        size_t bytes;
        int rank, first;
    } cases[] = {
        {HEADER("<f4", "False", "(2, 3)"), 24, 2, 2},
        {HEADER("<i4", "False", "(5,)"), 20, 1, 5},
        {HEADER("<f8", "False", "()"), 8, 0, 0},
        {"{\"shape\":(3,4,),\"descr\":\"<f4\",\"fortran_order\":False}", 48, 2, 3},
        {HEADER("<f4", "False", "(0, 2147483647)"), 0, 2, 0},
    };
    struct npy parsed;
    struct error error;
    size_t size;
    for (int version = 1; version <= 3; version++)
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            unsigned char *bytes = array(version, cases[i].header, cases[i].bytes, &size);
            if (!npy_parse(&parsed, bytes, size, "a.file", &error))
                fail_msg("%s", error.text);
            assert_int_equal(parsed.rank, cases[i].rank);
            assert_int_equal(parsed.shape[0], cases[i].first);
            npy_close(&parsed);
            free(bytes);
        }
}

static void refuse_element(const char *header, const unsigned char *element, size_t width,
                           const char *what)
{
    struct npy parsed;
    struct error error;
    float out[3];
    size_t size;
    unsigned char *bytes = array(1, header, 3 * width, &size);
    memcpy(bytes + size - width, element, width);
    assert_true(npy_parse(&parsed, bytes, size, "a.file", &error));
    assert_false(npy_floats(&parsed, out, &error));
    check_message(&error, what);
    npy_close(&parsed);
    free(bytes);
}

static void elements_refused(void **state)
{
    (void)state;
    static const unsigned char f4_nan[] = {0, 0, 0xc0, 0x7f}, f4_inf[] = {0, 0, 0x80, 0xff};
    static const unsigned char f8_nan[] = {1, 0, 0, 0, 0, 0, 0xf0, 0x7f};
    static const unsigned char f8_large[] = {0, 0, 0, 0, 0, 0, 0xf0, 0x47}; /* 2^128 */
    refuse_element(HEADER("<f4", "False", "(3,)"), f4_nan, 4, "has NaN at [2]");
    refuse_element(HEADER("<f4", "False", "(3,)"), f4_inf, 4, "has an infinity at [2]");
    refuse_element(HEADER("<f8", "False", "(3,)"), f8_nan, 8, "has NaN at [2]");
    refuse_element(HEADER("<f8", "False", "(3,)"), f8_large, 8,
                   "has 3.40282367e+38 at [2], beyond a float32");
}

static void arrays_written_and_read(void **state)
{
    (void)state;
    static const int shape[] = {2, 3};
    static const float floats[6] = {0.0f, -1.5f, 3.25f, 1e-42f, 3e38f, -0.0f};
    static const int32_t ints[6] = {0, -1, INT32_MAX, INT32_MIN, 7, 8};
    char path[] = "/tmp/ese-test-XXXXXX";
    char temporary[sizeof path + 4];
    float floats_back[6];
    int32_t ints_back[6];
    struct npy array_read;
    struct error error;
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    snprintf(temporary, sizeof temporary, "%s.tmp", path);

    assert_true(npy_write_floats(path, 2, shape, floats, &error));
    assert_int_not_equal(access(temporary, F_OK), 0);
    assert_true(npy_open(&array_read, path, &error));
    assert_int_equal((array_read.data - array_read.owned) % 64, 0);
    assert_true(array_read.rank == 2 && array_read.shape[0] == 2 && array_read.shape[1] == 3);
    assert_true(npy_floats(&array_read, floats_back, &error));
    assert_memory_equal(floats, floats_back, sizeof floats);
    assert_false(npy_ints(&array_read, ints_back, &error));
    assert_non_null(strstr(error.text, "has type '<f4', expected whole numbers: i1"));
    npy_close(&array_read);

    assert_true(npy_write_ints(path, 2, shape, ints, &error));
    assert_true(npy_open(&array_read, path, &error));
    assert_true(npy_ints(&array_read, ints_back, &error));
    assert_memory_equal(ints, ints_back, sizeof ints);
    npy_close(&array_read);
    unlink(path);

    assert_false(npy_write_ints("/nonexistent/a.npy", 2, shape, ints, &error));
    assert_non_null(strstr(error.text, "/nonexistent/a.npy: cannot be written: No such file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_refused),
        cmocka_unit_test(shapes_refused),
        cmocka_unit_test(layouts_refused),
        cmocka_unit_test(lengths_refused),
        cmocka_unit_test(types_converted),
        cmocka_unit_test(values_refused),
        cmocka_unit_test(arrays_refused),
        cmocka_unit_test(types_refused),
        cmocka_unit_test(beginnings_refused),
        cmocka_unit_test(versions_and_spellings_read),
        cmocka_unit_test(elements_refused),
        cmocka_unit_test(arrays_written_and_read),
    };
    return cmocka_run_group_tests_name("formats", tests, NULL, NULL);
}
