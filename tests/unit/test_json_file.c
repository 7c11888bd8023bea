/* SPDX-License-Identifier: Apache-2.0
 * test_json_file.c - JSON to files and to standard output; whether a file can be written. */
#include "gen/folder/json_file.h"

#include <fcntl.h>
#include <poll.h>

#include "tests/unit/scratch.h"

static json_t *some(void)
{
    return json_pack("{s:i, s:f, s:[s, b, n], s:I}", "z", 1, "a", 1.0 / 3, "list", "\xc3\xa9\"", 1,
                     "big", (json_int_t)INT64_MAX);
}

/* Order of the keys as made, indented by 2, 9 digits, a line break at the end. */
static const char some_text[] = "{\n"
                                "  \"z\": 1,\n"
                                "  \"a\": 0.333333333,\n"
                                "  \"list\": [\n"
                                "    \"\xc3\xa9\\\"\",\n"
                                "    true,\n"
                                "    null\n"
                                "  ],\n"
                                "  \"big\": 9223372036854775807\n"
                                "}\n";

static void test_write(void **state)
{
    (void)state;
    struct error error = {""};
    assert_true(json_write(some(), "a.json", &error));
    holds("a.json", some_text);
    put("b.json", "something longer that was there before, and is to go away as a whole\n");
    assert_true(json_write(json_array(), "b.json", &error));
    holds("b.json", "[]\n");
    assert_string_equal(error.text, "");
}

static void test_text(void **state)
{
    (void)state;
    struct error error = {""};
    json_t *list = json_array();
    json_array_append_new(list, json_text("caf\xc3\xa9"));
    json_array_append_new(list, json_text("caf\xe9/\xc3\xa9"));
    assert_null(json_text(NULL));
    assert_true(json_write(list, "text.json", &error));
    holds("text.json", "[\n  \"caf\xc3\xa9\",\n  \"caf?/?\?\"\n]\n");
}

static void test_takes_over(void **state)
{
    (void)state;
    struct error error = {""};
    json_t *value = some();
    json_incref(value);
    assert_true(json_write(value, "a.json", &error));
    assert_int_equal(value->refcount, 1);
    json_incref(value);
    assert_false(json_write(value, "none/a.json", &error)); /* on failure, too */
    assert_int_equal(value->refcount, 1);
    json_decref(value);
}

static void test_write_fails(void **state)
{
    (void)state;
    struct error error = {""};
    assert_false(json_write(some(), "none/a.json", &error));
    assert_non_null(strstr(error.text, "none/a.json"));
    assert_non_null(strstr(error.text, "No such file or directory"));
    assert_false(exists("none"));
    make_dir("folder");
    assert_false(json_write(some(), "folder", &error));
    assert_non_null(strstr(error.text, "folder"));
}

static void test_standard_output(void **state)
{
    (void)state;
    struct error error = {""};
    struct capture capture = capture_begin();
    bool good = json_write(some(), "-", &error);
    capture_end(capture);
    assert_true(good);
    holds("stdout", some_text);
    holds("stderr", "");
    assert_false(exists("-"));
}

/* More than a buffer's worth to a device that is full. */
static void test_standard_output_full(void **state)
{
    (void)state;
    struct error error = {""};
    json_t *list = json_array();
    for (int n = 0; n < 20000; n++)
        json_array_append_new(list, json_integer(n));
    struct capture capture = capture_begin();
    bool full = freopen("/dev/full", "w", stdout) != NULL;
    bool good = json_write(list, "-", &error);
    clearerr(stdout);
    capture_end(capture);
    clearerr(stdout);
    assert_true(full);
    assert_false(good);
    assert_string_equal(error.text, "cannot write to standard output: No space left on device");
}

/* ---- can it be written ----------------------------------------------------------------------- */

static void can(const char *path)
{
    struct error error = {""};
    if (!output_file_check("--json", path, &error))
        fail_msg("%s", error.text);
    assert_string_equal(error.text, "");
}

static void cannot(const char *path, const char *message)
{
    struct error error = {""};
    assert_false(output_file_check("--trace", path, &error));
    assert_string_equal(error.text, message);
}

static void test_check(void **state)
{
    (void)state;
    can(NULL);
    can("-");
    assert_false(exists("-"));
    can("new");
    assert_false(exists("new")); /* nothing is left behind */
    put("old", "content\n");
    can("old");
    holds("old", "content\n"); /* nor changed */
    assert_int_equal(mkfifo("pipe", 0666), 0);
    can("pipe"); /* though nobody reads it, and without waiting for somebody */
    struct pollfd reader = {.fd = open("pipe", O_RDONLY | O_NONBLOCK), .events = POLLIN};
    assert_true(reader.fd >= 0);
    can("pipe");
    assert_int_equal(poll(&reader, 1, 0), 0); /* who still waits for the first byte, not for more */
    close(reader.fd);
    assert_true(exists("pipe"));
}

static void test_check_fails(void **state)
{
    (void)state;
    cannot("none/file", "--trace: cannot write 'none/file': No such file or directory");
    assert_false(exists("none"));
    make_dir("folder");
    cannot("folder", "--trace: cannot write 'folder': Is a directory");
    put("plain", "");
    cannot("plain/file", "--trace: cannot write 'plain/file': Not a directory");
    assert_int_equal(symlink("none/there", "link"), 0);
    cannot("link", "--trace: cannot write 'link': No such file or directory");
    if (geteuid() == 0) /* to whom nothing is forbidden */
        return;
    assert_int_equal(chmod("plain", 0444), 0);
    cannot("plain", "--trace: cannot write 'plain': Permission denied");
}

/* A folder that is not there yet. */
static void test_check_in(void **state)
{
    (void)state;
    struct error error = {""};
    static const char *const later[] = {"out/file", "out/a/file"};
    for (size_t n = 0; n < COUNT_OF(later); n++) {
        assert_true(output_file_check_in("--json", later[n], "out", &error));
        assert_true(output_file_check_in("--json", later[n], "out/", &error));
    }
    assert_false(exists("out"));
    assert_true(output_file_check_in("--json", NULL, "out", &error));
    assert_true(output_file_check_in("--json", "file", NULL, &error));
    assert_false(output_file_check_in("--json", "output/file", "out", &error));
    assert_false(output_file_check_in("--json", "out/file", NULL, &error));
    make_dir("out"); /* it is there */
    assert_true(output_file_check_in("--json", "out/file", "out", &error));
    assert_false(output_file_check_in("--json", "out/a/file", "out", &error));
    assert_string_equal(error.text, "--json: cannot write 'out/a/file': No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_write, scratch_clean),
        cmocka_unit_test_teardown(test_text, scratch_clean),
        cmocka_unit_test_teardown(test_takes_over, scratch_clean),
        cmocka_unit_test_teardown(test_write_fails, scratch_clean),
        cmocka_unit_test_teardown(test_standard_output, scratch_clean),
        cmocka_unit_test_teardown(test_standard_output_full, scratch_clean),
        cmocka_unit_test_teardown(test_check, scratch_clean),
        cmocka_unit_test_teardown(test_check_fails, scratch_clean),
        cmocka_unit_test_teardown(test_check_in, scratch_clean),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
