/* SPDX-License-Identifier: Apache-2.0
 * test_zip.c - entries of zip archives, and archives that lie, are damaged, or would fill the memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "models/base/bytes.h"
#include "models/base/text.h"
#include "models/file/zip.h"

#include <cmocka.h> /* last: it has a macro called fail */

enum { STORED = 0, DEFLATED = 8, LOCAL = 30, CENTRAL = 46, END = 22 };

/* ---- archives, written by hand ------------------------------------------------------------------------- */

struct entry {
    const char *name;
    const void *packed; /* what stands in the file */
    size_t packed_size;
    uint32_t size, crc; /* as claimed */
    uint16_t method, flags;
};

static void put(struct text *out, int bytes, uint32_t value)
{
    for (int i = 0; i < bytes; i++)
        text_append_char(out, (char)(value >> (8 * i) & 0xff));
}

/* What the local and the central header of an entry have in common. */
static void put_facts(struct text *out, const struct entry *e)
{
    put(out, 2, 20);
    put(out, 2, e->flags);
    put(out, 2, e->method);
    put(out, 4, 0x21 << 16); /* 1980 */
    put(out, 4, e->crc);
    put(out, 4, (uint32_t)e->packed_size);
    put(out, 4, e->size);
    put(out, 2, (uint32_t)strlen(e->name));
    put(out, 2, 0);
}

static struct text archive(const struct entry *entries, int count)
{
    struct text out = {0}, list = {0};
    for (int i = 0; i < count; i++) {
        const struct entry *e = &entries[i];
        const uint32_t at = (uint32_t)out.length;
        text_append(&out, "PK\3\4");
        put_facts(&out, e);
        text_append(&out, e->name);
        text_append_bytes(&out, e->packed, e->packed_size);
        text_append(&list, "PK\1\2");
        put(&list, 2, 20);
        put_facts(&list, e);
        put(&list, 4, 0);
        put(&list, 2, 0);
        put(&list, 4, 0);
        put(&list, 4, at);
        text_append(&list, e->name);
    }
    const uint32_t at = (uint32_t)out.length, size = (uint32_t)list.length;
    text_append_bytes(&out, list.data, list.length);
    text_append(&out, "PK\5\6");
    put(&out, 4, 0);
    put(&out, 2, (uint32_t)count);
    put(&out, 2, (uint32_t)count);
    put(&out, 4, size);
    put(&out, 4, at);
    put(&out, 2, 0);
    text_free(&list);
    return out;
}

static struct entry stored(const char *name, const char *content)
{
    const size_t size = strlen(content);
    return (struct entry){.name = name, .packed = content, .packed_size = size, .size = (uint32_t)size,
                          .crc = (uint32_t)crc32(0, (const Bytef *)content, (uInt)size)};
}

/* ---- tests --------------------------------------------------------------------------------------------- */

static struct zip_entries opened(const struct text *bytes)
{
    struct zip_entries zip;
    struct error error;
    if (!zip_parse(&zip, bytes->data, bytes->length, "file", &error))
        fail_msg("%s", error.text);
    return zip;
}

static void reads(const struct zip_entries *zip, int entry, const char *content)
{
    unsigned char *bytes;
    size_t size;
    struct error error;
    if (!zip_read(zip, entry, 100, &bytes, &size, &error))
        fail_msg("%s", error.text);
    assert_int_equal(size, strlen(content));
    assert_memory_equal(bytes, content, size);
    free(bytes);
}

/* The only entry of an archive of it is not read, and why. */
static void refused(struct entry entry, uint64_t most, const char *what)
{
    struct text bytes = archive(&entry, 1);
    struct zip_entries zip;
    unsigned char *content = NULL;
    size_t size;
    struct error error = {""};
    if (zip_parse(&zip, bytes.data, bytes.length, "file", &error)) {
        assert_false(zip_read(&zip, 0, most, &content, &size, &error));
        assert_null(content);
        assert_int_equal(strncmp(error.text, "file: entry 'a/b' ", 18), 0);
        zip_free(&zip);
    }
    if (strstr(error.text, what) == NULL)
        fail_msg("\"%s\" does not contain \"%s\"", error.text, what);
    text_free(&bytes);
}

static void test_entries(void **state)
{
    const struct entry entries[] = {stored("model/data.pkl", "one"), stored("model/data/0", "two"),
                                    stored("empty", "")};
    struct text bytes = archive(entries, 3);
    struct zip_entries zip = opened(&bytes);
    (void)state;
    assert_int_equal(zip.count, 3);
    assert_string_equal(zip_name(&zip, 1), "model/data/0");
    assert_int_equal(zip_find(&zip, "empty"), 2);
    assert_int_equal(zip_find(&zip, "data.pkl"), ZIP_MISSING);
    assert_int_equal(zip_find_below(&zip, "data.pkl"), 0);
    assert_int_equal(zip_find_below(&zip, "data/0"), 1);
    assert_int_equal(zip_find_below(&zip, "0"), ZIP_MISSING);
    reads(&zip, 0, "one");
    reads(&zip, 1, "two");
    reads(&zip, 2, "");
    zip_free(&zip);
    text_free(&bytes);
}

static void test_lies(void **state)
{
    struct entry e = stored("a/b", "content");
    (void)state;
    refused(e, 6, "has 7 bytes, at most 6 are allowed");
    e.crc ^= 1;
    refused(e, 100, "is damaged");
    e = stored("a/b", "content");
    e.size = 8; /* but stored in 7 */
    refused(e, 100, "is damaged");
    e.method = DEFLATED;
    e.size = UINT32_MAX - 1;
    refused(e, UINT64_MAX, "more than 64 times the file");
    e = stored("a/b", "content");
    e.flags = 1;
    refused(e, 100, "is encrypted");
    e = stored("a/b", "content");
    e.method = DEFLATED;
    refused(e, 100, "is damaged");
    e.method = 98;
    refused(e, 100, "is damaged, or packed in a way that is not read");
}

/* Zeros without end: what an entry claims, and what comes out of it. */
static void test_bomb(void **state)
{
    const size_t size = 1 << 20;
    unsigned char *zeros = calloc(size, 1), *packed = malloc(size);
    (void)state;
    assert_non_null(zeros);
    assert_non_null(packed);
    z_stream z = {.next_in = zeros, .avail_in = (uInt)size, .next_out = packed, .avail_out = (uInt)size};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    struct entry e = {.name = "a/b", .packed = packed, .packed_size = z.total_out, .size = (uint32_t)size,
                      .crc = (uint32_t)crc32(0, zeros, (uInt)size), .method = DEFLATED};
    refused(e, UINT64_MAX, "more than 64 times the file");
    e.size = 10; /* a small claim: no more than that is read, and then it is no whole entry */
    refused(e, 100, "is damaged");
    deflateEnd(&z);
    free(zeros);
    free(packed);
}

static void test_cut(void **state)
{
    const struct entry entries[] = {stored("a/b", "one"), stored("a/c", "two")};
    struct text bytes = archive(entries, 2);
    struct zip_entries zip;
    (void)state;
    for (size_t length = 0; length < bytes.length; length++) {
        struct error error = {""};
        if (zip_parse(&zip, bytes.data, length, "file", &error))
            fail_msg("an archive is read without what is behind byte %zu", length);
        assert_int_equal(strncmp(error.text, "file: is no whole zip archive: ", 31), 0);
    }
    text_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_lies),
        cmocka_unit_test(test_bomb),
        cmocka_unit_test(test_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
