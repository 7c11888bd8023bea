/* SPDX-License-Identifier: Apache-2.0
 * test_workspace.c - where commands work: the folder named, the chip's own, a temporary one. */
#include "gen/folder/workspace.h"

#include "tests/unit/scratch.h"

enum { NOBODY = 65534 };

static struct workspace open_as(const char *chip, const char *given)
{
    struct workspace workspace;
    struct error error = {""};
    struct capture capture = capture_begin();
    bool ok = workspace_open(&workspace, chip, given, &error);
    capture_end(capture);
    if (!ok)
        fail_msg("%s", error.text);
    return workspace;
}

static void cannot(const char *chip, const char *given, const char *message)
{
    struct workspace workspace;
    struct error error = {""};
    assert_false(workspace_open(&workspace, chip, given, &error));
    assert_string_equal(error.text, message);
    assert_null(workspace.dir);
    workspace_close(&workspace, true);
}

static void test_own(void **state)
{
    (void)state;
    make_dir("chip");
    for (int round = 0; round < 2; round++) {
        struct workspace workspace = open_as("chip", NULL);
        assert_string_equal(workspace.dir, "chip/build");
        assert_false(workspace.temporary);
        workspace_close(&workspace, round == 1);
        assert_true(exists("chip/build"));
        assert_int_equal(rmdir("chip/build"), 0); /* nothing is in it */
        make_dir("chip/build");
    }
    holds("stderr", "");
}

static void test_given(void **state)
{
    (void)state;
    make_dir("chip");
    struct workspace workspace = open_as("chip", "work here");
    assert_string_equal(workspace.dir, "work here");
    assert_false(workspace.temporary);
    workspace_close(&workspace, false);
    assert_true(exists("work here"));
    assert_false(exists("chip/build"));
    put("file", "");
    cannot("chip", "no/such",
           "--work: no/such: cannot write to this folder: No such file or directory");
    cannot("chip", "file", "--work: file: cannot write to this folder: Not a directory");
    cannot("nosuch", NULL, "nosuch/build: cannot write to this folder: No such file or directory");
}

/* As someone who may not write there; root may everywhere. */
static void test_closed(void **state)
{
    (void)state;
    make_dir("chip");
    make_dir("open");
    assert_int_equal(chmod("chip", 0555) | chmod("open", 0777) | chmod(".", 0777), 0);
    assert_true(geteuid() != 0 || seteuid(NOBODY) == 0);
    struct workspace kept = open_as("chip", NULL), gone = open_as("chip", NULL);
    struct workspace named = open_as("chip", "open");
    char pattern[PATH_MAX + 16];
    snprintf(pattern, sizeof pattern, "%s/ese-work-", scratch);
    assert_true(kept.temporary && gone.temporary && !named.temporary);
    assert_int_equal(strncmp(kept.dir, pattern, strlen(pattern)), 0);
    assert_true(exists(kept.dir) && exists(gone.dir));
    char *there = duplicate(kept.dir), *not_there = duplicate(gone.dir);
    make_dir("open/file");
    workspace_close(&named, true);
    struct capture capture = capture_begin();
    workspace_close(&gone, false);
    workspace_close(&kept, true);
    capture_end(capture);
    assert_true(geteuid() != NOBODY || seteuid(0) == 0);
    assert_true(exists(there));
    assert_false(exists(not_there));
    assert_true(exists("open/file"));
    struct text line = {0};
    text_appendf(&line, "ese: note: the folder with builds and logs stays: %s\n", there);
    holds("stderr", text_string(&line));
    text_free(&line);
    free(there);
    free(not_there);
}

static void test_absolute(void **state)
{
    (void)state;
    struct error error = {""};
    char path[PATH_MAX], wanted[PATH_MAX + 8], longest[PATH_MAX + 8];
    assert_true(path_absolute(path, "/x y", &error));
    assert_string_equal(path, "/x y");
    assert_true(path_absolute(path, "x y", &error));
    snprintf(wanted, sizeof wanted, "%s/x y", scratch);
    assert_string_equal(path, wanted);
    memset(longest, 'p', sizeof longest);
    longest[PATH_MAX - 1] = '\0';
    assert_false(path_absolute(path, longest, &error));
    assert_non_null(strstr(error.text, "path too long"));
    longest[0] = '/';
    assert_true(path_absolute(path, longest, &error));
}

static void test_temporary(void **state)
{
    (void)state;
    struct error error = {""};
    char *a = temporary_folder("x", &error), *b = temporary_folder("x", &error);
    char path[PATH_MAX + 16];
    assert_true(a != NULL && b != NULL && strcmp(a, b) != 0);
    snprintf(path, sizeof path, "%s/file", a);
    put(path, "");
    assert_true(remove_folder(a) && remove_folder(b));
    assert_false(exists(a) || exists(b) || remove_folder(a));
    snprintf(path, sizeof path, "%s/none", scratch);
    setenv("TMPDIR", path, 1);
    assert_null(temporary_folder("x", &error));
    setenv("TMPDIR", scratch, 1);
    assert_non_null(strstr(error.text, "cannot create a temporary folder in "));
    assert_non_null(strstr(error.text, "/none: No such file or directory"));
    free(a);
    free(b);
}

#define TEST(function) cmocka_unit_test_teardown(function, scratch_clean)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_own), TEST(test_given), TEST(test_closed),
                                       TEST(test_absolute), TEST(test_temporary)};
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
