/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/image/mem_image.h"
#include "models/base/crc32.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/ese-mem-XXXXXX";

static void write_text(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void test_layout(void **state)
{
    (void)state;
    struct mem_image *image = mem_image_new(70, 2);
    mem_image_set(image, 0, 0, 4, 0xa);
    mem_image_set(image, 0, 60, 8, 0xcd); /* over the limb */
    mem_image_set(image, 0, 68, 2, 3);
    mem_image_set(image, 1, 3, 64, UINT64_MAX);
    mem_image_set(image, 1, 3, 64, UINT64_C(0x0123456789abcdef)); /* nothing of the old stays */
    struct text text = {0};
    mem_image_render(image, &text);
    assert_string_equal(text_string(&text), "3cd00000000000000a\n"
                                            "00091a2b3c4d5e6f78\n");
    assert_int_equal(text.length, strlen(text.data));
    assert_int_equal(mem_image_get(image, 0, 60, 8), 0xcd);
    assert_true(mem_image_get(image, 1, 3, 64) == UINT64_C(0x0123456789abcdef));
    assert_int_equal(mem_image_get(image, 0, 69, 1), 1);
    text_free(&text);
    mem_image_free(image);
}

static void test_empty(void **state)
{
    (void)state;
    struct mem_image *image = mem_image_new(9, 0);
    struct text text = {0};
    mem_image_render(image, &text);
    assert_string_equal(text_string(&text), "");
    text_free(&text);
    mem_image_free(image);
}

/* Random fields against a plain array of bits, written and read back, for awkward widths. */
static void test_round_trip(void **state)
{
    (void)state;
    static const int WIDTHS[] = {1, 2, 3, 4, 5, 7, 8, 12, 63, 64, 65, 127, 128, 129, 300, 512};
    srand(1);
    for (size_t w = 0; w < sizeof WIDTHS / sizeof WIDTHS[0]; w++) {
        enum { WORDS = 5 };
        int width = WIDTHS[w];
        struct mem_image *image = mem_image_new(width, WORDS);
        unsigned char bits[WORDS][512] = {0};
        for (int i = 0; i < 400; i++) {
            int word = rand() % WORDS, most = width < 64 ? width : 64;
            int field = 1 + rand() % most, offset = rand() % (width - field + 1);
            uint64_t value = 0;
            for (int bit = 0; bit < field; bit++) {
                bits[word][offset + bit] = (unsigned char)(rand() >> 5 & 1);
                value |= (uint64_t)bits[word][offset + bit] << bit;
            }
            mem_image_set(image, word, offset, field, value);
            assert_true(mem_image_get(image, word, offset, field) == value);
        }
        struct text text = {0}, again = {0};
        mem_image_render(image, &text);
        write_text(text_string(&text));
        struct error error;
        struct mem_image *read = mem_image_read(path, width, WORDS, &error);
        assert_non_null(read);
        assert_int_equal(mem_image_width(read), width);
        assert_int_equal(mem_image_words(read), WORDS);
        for (int word = 0; word < WORDS; word++)
            for (int bit = 0; bit < width; bit++)
                assert_int_equal(mem_image_get(read, word, bit, 1), bits[word][bit]);
        mem_image_render(read, &again);
        assert_string_equal(text.data, again.data);
        text_free(&text);
        text_free(&again);
        mem_image_free(image);
        mem_image_free(read);
    }
}

static void refuses(const char *content, int width, int words, const char *expected)
{
    write_text(content);
    struct error error;
    assert_null(mem_image_read(path, width, words, &error));
    assert_memory_equal(error.text, path, strlen(path));
    assert_string_equal(error.text + strlen(path), expected);
}

static void test_refusals(void **state)
{
    (void)state;
    refuses("12\n345\n", 8, 2, ":2: 3 characters, but a word of 8 bits has 2 hex digits");
    refuses("12\r\n", 8, 1, ":1: 3 characters, but a word of 8 bits has 2 hex digits");
    refuses("12\n\n34\n", 8, 2, ":2: 0 characters, but a word of 8 bits has 2 hex digits");
    refuses("12\n3F\n", 8, 2, ":2:2: byte 0x46 is no digit: 0-9 and a-f are");
    refuses("x2\n", 8, 1, ":1:1: byte 0x78 is no digit: 0-9 and a-f are");
    refuses("12\n", 8, 2, ":2: ends after 1 of 2 words");
    refuses("", 8, 1, ":1: ends after 0 of 1 words");
    refuses("12\n34\n56\n", 8, 2, ":3: more than 2 words");
    refuses("12\n34", 8, 2, ":2: the last line does not end in a newline");
    refuses("1f\n2f\n", 5, 2, ":2: the word does not fit in 5 bits");

    struct error error;
    assert_null(mem_image_read("/nonexistent/x.mem", 8, 1, &error));
    assert_string_equal(error.text,
                        "cannot open '/nonexistent/x.mem': No such file or directory");
    assert_null(mem_image_read("/", 8, 1, &error));
    assert_string_equal(error.text, "cannot read '/': Is a directory");
}

static void test_crc(void **state)
{
    (void)state;
    assert_int_equal(crc32_of(0, "123456789", 9), 0xcbf43926);
    assert_int_equal(crc32_of(crc32_of(0, "1234", 4), "56789", 5), 0xcbf43926);
    assert_int_equal(crc32_of(0, "", 0), 0);
}

static void test_speed(void **state)
{
    (void)state;
    struct mem_image *image = mem_image_new(512, 10000);
    struct text text = {0};
    clock_t start = clock();
    for (int word = 0; word < 10000; word++)
        for (int lane = 0; lane < 32; lane++)
            mem_image_set(image, word, lane * 16, 16, (uint64_t)(word * 32 + lane) & 0xffff);
    mem_image_render(image, &text);
    uint32_t crc = crc32_of(0, text.data, text.length);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    print_message("10000 words of 512 bits: %.1f ms, crc %08x\n", 1e3 * seconds, (unsigned)crc);
    assert_int_equal(text.length, 10000 * 129);
    assert_true(seconds < 0.5); /* about 10 ms; sanitizers and busy machines take longer */
    text_free(&text);
    mem_image_free(image);
}

int main(void)
{
    int file = mkstemp(path);
    if (file < 0)
        return 1;
    close(file);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout),   cmocka_unit_test(test_empty),
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_crc),      cmocka_unit_test(test_speed),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
