/* SPDX-License-Identifier: Apache-2.0
 * test_licence.c - every emitted file says whose it is, or cannot hold a comment and lies beside
 * the permission. */
#include "gen/emit/licence.h"

#include "tests/unit/command_testing.h"

enum { LINES = 2 };

/* What only a program reads. */
static bool is_data(const char *path)
{
    static const char *const endings[] = {".mem", ".bin", ".json", ".txt", ".yaml",
                                          ".f",   ".npy", ".safetensors", ".hex",
                                          "/LICENSE"};
    for (size_t n = 0; n < COUNT_OF(endings); n++) {
        size_t length = strlen(endings[n]), whole = strlen(path);
        if (whole > length && strcmp(path + whole - length, endings[n]) == 0)
            return true;
    }
    return false;
}

static int marked_files;

static int check_entry(const char *path, const struct stat *status, int kind, struct FTW *at)
{
    (void)status, (void)at;
    if (kind != FTW_F || is_data(path))
        return 0;
    struct text text = contents(path);
    const char *first = text_string(&text), *second = strchr(first, '\n');
    const char *id = strstr(first, LICENCE_OUTPUT), *plain = strstr(first, LICENCE_PLAIN);
    if (second == NULL || id == NULL || plain == NULL || id > second || plain < second ||
        plain > strchr(second + 1, '\n'))
        fail_msg("%s does not begin with the lines of the output: %.150s", path, first);
    const char *other = first;
    for (; (other = strstr(other, "SPDX-License-Identifier")) != NULL; other++)
        if (other != id)
            fail_msg("%s names another licence: %.80s", path, other);
    assert_true(licence_is_in(path));
    text_free(&text);
    marked_files++;
    return 0;
}

static void all_marked(const char *dir, int least)
{
    char path[200];
    struct text text = {0}, source = {0};
    marked_files = 0;
    assert_int_equal(nftw(dir, check_entry, 16, FTW_PHYS), 0);
    assert_true(marked_files >= least);
    snprintf(path, sizeof path, "%s/LICENSE", dir);
    text = contents(path);
    text_appendf(&source, "%s/LICENSE-OUTPUT", getenv("ESE_HOME"));
    assert_true(same_files(path, text_string(&source)));
    assert_non_null(strstr(text_string(&text), "under terms of your choice"));
    assert_non_null(strstr(text_string(&text), "LicenseRef-ese-output"));
    text_free(&text);
    text_free(&source);
    unchanged(dir);
}

static void test_chips(void **state)
{
    (void)state;
    made("rom", NULL);
    all_marked("rom", 40);
    made("stream", "memory=stream");
    all_marked("stream", 80);
    made("resident", "memory=resident io=stream memory_ports=1 activation_table=paper");
    all_marked("resident", 70);
}

static void test_model(void **state)
{
    (void)state;
    made("chip", "memory=stream");
    struct model_options options = {.dir = "chip", .source = "tiny", .output = "model"};
    struct capture capture = capture_begin();
    int status = command_model(&options);
    capture_end(capture);
    assert_int_equal(status, 0);
    all_marked("model", 0);
}

/* Each kind of comment, and no file twice. */
static void becomes(const char *path, const char *before, const char *after)
{
    struct output *output = output_new();
    struct text text = {0};
    struct error error = {""};
    text_append(&text, before);
    output_take(output, path, &text);
    assert_true(licence_add(output, &error));
    assert_true(output_write(output, "out", &error));
    output_free(output);
    char file[100];
    snprintf(file, sizeof file, "out/%s", path);
    holds(file, after);
    assert_true(exists("out/LICENSE"));
}

#define SOURCE "SPDX-License-Identifier:" " Apache-2.0"

static void test_comments(void **state)
{
    (void)state;
    becomes("x.v", "// " SOURCE "\n// x - y\n",
            "// " LICENCE_OUTPUT "\n// " LICENCE_PLAIN "\n// x - y\n");
    becomes("x.h", "/* " SOURCE "\n * x.h - y */\n",
            "/* " LICENCE_OUTPUT "\n * " LICENCE_PLAIN "\n * x.h - y */\n");
    becomes("x.c", "/* " SOURCE " */\nint x;\n",
            "/* " LICENCE_OUTPUT "\n * " LICENCE_PLAIN " */\nint x;\n");
    becomes("x.md", "<!-- " SOURCE " -->\n# X\n",
            "<!-- " LICENCE_OUTPUT " -->\n<!-- " LICENCE_PLAIN " -->\n# X\n");
    becomes("x.mem", "00\n", "00\n");
    becomes("a.v/x", "00\n", "00\n");
}

#define TEST(function) cmocka_unit_test_teardown(function, scratch_clean)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_chips), TEST(test_model), TEST(test_comments)};
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
