/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/folder/output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "models/base/version.h"

/* All tests work in a temporary folder of their own, which is the current one. */

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *at)
{
    (void)status, (void)kind;
    return at->level == 0 ? 0 : remove(path);
}

static int clean(void **state)
{
    (void)state;
    return nftw(".", remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Takes the place of the C library's: the call number `renames_until` fails with rename_errno. */
static int renames_until, rename_errno;

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    if (renames_until > 0 && --renames_until == 0) {
        errno = rename_errno;
        return -1;
    }
    return (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
}

static void put(const char *path, const char *content)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static struct text tree;

static int add_entry(const char *path, const struct stat *status, int kind, struct FTW *at)
{
    (void)at;
    struct error error;
    text_appendf(&tree, "%s %o", path, status->st_mode & 07777);
    if (kind == FTW_F) {
        text_append(&tree, " ");
        assert_true(text_read_file(&tree, path, &error));
    }
    text_append(&tree, "\n");
    return 0;
}

static int by_line(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Everything below the current folder as one string, sorted by line; to be freed. */
static char *snapshot(void)
{
    text_cut(&tree, 0);
    assert_int_equal(nftw(".", add_entry, 16, FTW_PHYS), 0);
    char *lines[1000];
    int count = 0;
    for (char *line = strtok(tree.data, "\n"); line != NULL; line = strtok(NULL, "\n"))
        lines[count++] = line;
    qsort(lines, (size_t)count, sizeof lines[0], by_line);
    struct text sorted = {0};
    for (int i = 0; i < count; i++)
        text_appendf(&sorted, "%s\n", lines[i]);
    return sorted.data;
}

static void unchanged(char *before)
{
    char *after = snapshot();
    assert_string_equal(after, before);
    free(after);
    free(before);
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static void holds(const char *path, const char *content)
{
    struct text text = {0};
    struct error error = {""};
    if (!text_read_file(&text, path, &error))
        fail_msg("%s", error.text);
    assert_string_equal(text_string(&text), content);
    text_free(&text);
}

static void add(struct output *output, const char *path, const char *content)
{
    struct text text = {0};
    text_append(&text, content);
    output_add(output, path, &text);
    text_free(&text);
}

/* An output of rtl/top.v with the given text, mem/a.mem, and `extra` when there is one. */
static struct output *some_output(const char *top, const char *extra)
{
    struct output *output = output_new();
    if (extra != NULL)
        add(output, extra, "extra\n");
    add(output, "rtl/top.v", top);
    add(output, "mem/a.mem", "00\nff\n");
    output_set_command(output, "ese gen tiny");
    output_set_config(output, "pes", "4");
    output_set_config(output, "encoding", "block");
    output_set_config_hash(output, 0xbeef);
    return output;
}

static bool write_some(const char *dir, const char *top, const char *extra, struct error *error)
{
    struct output *output = some_output(top, extra);
    error->text[0] = '\0';
    bool written = output_write(output, dir, error);
    output_free(output);
    return written;
}

static void writes(const char *dir, const char *top, const char *extra)
{
    struct error error;
    write_some(dir, top, extra, &error);
    assert_string_equal(error.text, "");
}

static void refuses(const char *dir, const char *message)
{
    struct error error;
    char *before = snapshot();
    assert_false(write_some(dir, "refused\n", "rtl/new.v", &error));
    assert_string_equal(error.text, message);
    unchanged(before);
}

static void test_new(void **state)
{
    (void)state;
    writes("out", "module top;\n", NULL);
    holds("out/rtl/top.v", "module top;\n");
    holds("out/mem/a.mem", "00\nff\n");
    holds("out/manifest.json",
          "{\n"
          "  \"command\": \"ese gen tiny\",\n"
          "  \"config\": {\n"
          "    \"encoding\": \"block\",\n"
          "    \"pes\": \"4\"\n"
          "  },\n"
          "  \"config_hash\": \"0000beef\",\n"
          "  \"files\": [\n"
          "    {\n"
          "      \"bytes\": 6,\n"
          "      \"path\": \"mem/a.mem\",\n"
          "      \"sha256\": "
          "\"07277df508f3683edb0b9ea9bb2d4648271b2b11c9dc176100a1da6a5ec8bef7\"\n"
          "    },\n"
          "    {\n"
          "      \"bytes\": 12,\n"
          "      \"path\": \"rtl/top.v\",\n"
          "      \"sha256\": "
          "\"6983d7c21f4bfce0fe987314baccc16758443e9d052f73dd7263a37de09ef283\"\n"
          "    }\n"
          "  ],\n"
          "  \"generator\": \"ese\",\n"
          "  \"version\": \"" ESE_VERSION "\"\n"
          "}\n");
    struct stat status;
    assert_int_equal(stat("out", &status), 0);
    mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(status.st_mode & 07777, 0777 & ~mask);
}

static void test_parents_and_names(void **state)
{
    (void)state;
    writes("a/b/out/", "x\n", NULL);
    assert_true(exists("a/b/out/rtl/top.v"));
    assert_int_equal(mkdir("empty", 0750), 0);
    assert_int_equal(symlink("empty", "link"), 0);
    writes("link", "x\n", NULL);
    struct stat status;
    assert_int_equal(lstat("link", &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(stat("empty", &status), 0);
    assert_int_equal(status.st_mode & 07777, 0750);
    holds("empty/rtl/top.v", "x\n");
    writes("link", "y\n", NULL);
    holds("empty/rtl/top.v", "y\n");
}

/* The order of the calls leaves no trace. */
static void test_same_bytes(void **state)
{
    (void)state;
    struct output *output = output_new();
    output_set_config_hash(output, 0xbeef);
    output_set_config(output, "encoding", "relative");
    output_set_config(output, "encoding", "block");
    output_set_config(output, "pes", "4");
    add(output, "mem/a.mem", "00\nff\n");
    struct text text = {0};
    text_append(&text, "module top;\n");
    output_take(output, "rtl/top.v", &text);
    assert_null(text.data);
    add(output, "rtl/a.v", "extra\n");
    output_set_command(output, "ese gen tiny");
    struct error error;
    assert_int_equal(mkdir("1", 0777), 0);
    assert_int_equal(chdir("1"), 0);
    assert_true(output_write(output, "out", &error));
    assert_true(output_write(output, "out", &error)); /* once more */
    output_free(output);
    char *first = snapshot();
    assert_int_equal(chdir(".."), 0);
    assert_int_equal(mkdir("2", 0777), 0);
    assert_int_equal(chdir("2"), 0);
    writes("out", "module top;\n", "rtl/a.v");
    unchanged(first);
    assert_int_equal(chdir(".."), 0);
}

static void set_old(const char *path)
{
    struct timespec times[2] = {{1000, 5}, {2000, 7}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static bool is_old(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_mtim.tv_sec == 2000 && status.st_mtim.tv_nsec == 7;
}

/* Fills out/ with what belongs to ese and what does not. */
static void fill_out(void)
{
    writes("out", "old\n", "rtl/gone/gone.v");
    put("out/notes.txt", "mine\n");
    put("out/rtl/mine.v", "mine\n");
    put("out/rtl/gone/mine.v", "mine\n");
    assert_int_equal(mkdir("out/sim", 0777), 0);
    assert_int_equal(mkdir("out/sim/build", 0700), 0);
    put("out/sim/build/sim.o", "object\n");
    set_old("out/mem/a.mem");
    set_old("out/rtl/top.v");
    set_old("out/manifest.json");
    set_old("out/sim/build/sim.o");
}

static void check_replaced(void)
{
    holds("out/rtl/top.v", "new\n");
    holds("out/sim/new.v", "extra\n");
    assert_true(is_old("out/mem/a.mem"));
    assert_false(is_old("out/rtl/top.v"));
    assert_false(is_old("out/manifest.json"));
    assert_false(exists("out/rtl/gone/gone.v"));
    holds("out/notes.txt", "mine\n");
    holds("out/rtl/mine.v", "mine\n");
    holds("out/rtl/gone/mine.v", "mine\n");
    assert_true(is_old("out/sim/build/sim.o"));
    char *all = snapshot();
    assert_null(strstr(all, "tmp-"));
    free(all);
}

static void test_replace(void **state)
{
    (void)state;
    fill_out();
    writes("out", "new\n", "sim/new.v");
    check_replaced();
}

static void test_all_times_kept(void **state)
{
    (void)state;
    writes("out", "same\n", NULL);
    set_old("out/mem/a.mem");
    set_old("out/rtl/top.v");
    set_old("out/manifest.json");
    writes("out", "same\n", NULL);
    assert_true(is_old("out/mem/a.mem") && is_old("out/rtl/top.v") && is_old("out/manifest.json"));
}

static void forces(const char *top, const char *extra)
{
    struct output *output = some_output(top, extra);
    struct error error = {""};
    output_set_force(output, true);
    if (!output_write(output, "out", &error))
        fail_msg("%s", error.text);
    output_free(output);
}

/* Work done by hand is not lost unasked, whether it would be replaced or removed. */
static void test_edited(void **state)
{
    (void)state;
    writes("out", "old\n", "rtl/old.v");
    put("out/rtl/top.v", "edited\n");
    refuses("out", "'out' has files that are not as ese left them: rtl/top.v; --force overwrites "
                   "them");
    put("out/rtl/old.v", "edited\n");
    put("out/rtl/new.v", "mine\n");
    put("out/notes.txt", "mine\n"); /* stays anyhow */
    refuses("out", "'out' has files that are not as ese left them: rtl/old.v, rtl/top.v, "
                   "rtl/new.v; --force overwrites them");
    forces("new\n", "rtl/new.v");
    holds("out/rtl/top.v", "new\n");
    holds("out/rtl/new.v", "extra\n");
    holds("out/notes.txt", "mine\n");
    assert_false(exists("out/rtl/old.v"));
    assert_int_equal(unlink("out/rtl/top.v"), 0); /* nothing is lost */
    writes("out", "new\n", "rtl/new.v");
    put("out/rtl/top.v", "refused\n"); /* by hand, what is to come */
    put("out/rtl/new.v", "extra\n");
    writes("out", "refused\n", "rtl/new.v");
}

static void test_many_edited(void **state)
{
    (void)state;
    struct output *output = some_output("top\n", NULL);
    struct error error = {""};
    char path[40];
    for (int n = 0; n < 9; n++) {
        snprintf(path, sizeof path, "rtl/m%d.v", n);
        add(output, path, "m\n");
    }
    assert_true(output_write(output, "out", &error));
    for (int n = 0; n < 9; n++) {
        snprintf(path, sizeof path, "out/rtl/m%d.v", n);
        put(path, "edited\n");
    }
    assert_false(output_write(output, "out", &error));
    assert_string_equal(error.text,
                        "'out' has files that are not as ese left them: rtl/m0.v, rtl/m1.v, "
                        "rtl/m2.v, rtl/m3.v, rtl/m4.v and 4 more; --force overwrites them");
    output_free(output);
}

static void test_not_ours(void **state)
{
    (void)state;
    put("file", "x\n");
    assert_int_equal(mkdir("full", 0777), 0);
    put("full/a", "x\n");
    refuses("file", "'file' is a file, and a folder is to be written there");
    refuses("file/out", "cannot write to 'file/out': Not a directory");
    refuses("full", "'full' is not empty and has no manifest.json of ese: it is not replaced");
    refuses("/proc/self/nothing/here",
            "cannot write to '/proc/self/nothing/here': No such file or directory");
    put("full/manifest.json", "{\"generator\": \"npm\", \"files\": []}");
    refuses("full", "full/manifest.json was not written by ese");
    put("full/manifest.json", "{\"generator\": \"ese\", \"files\": [{\"path\": \"../x\","
                              " \"sha256\": \"0\"}]}");
    refuses("full", "full/manifest.json: entry 0 of \"files\" is damaged");
    put("full/manifest.json", "{\"generator\": \"ese\"");
    refuses("full", "full/manifest.json:1:19: '}' expected near end of file");
}

/* Each rename of the run fails once: strays and the swap itself. */
static void test_swap_fails(void **state)
{
    (void)state;
    fill_out();
    for (int call = 1; call <= 5; call++) {
        renames_until = call;
        rename_errno = EIO;
        refuses("out", call == 1   ? "cannot keep 'out/notes.txt': Input/output error"
                       : call == 2 ? "cannot keep 'out/rtl/gone/mine.v': Input/output error"
                       : call == 3 ? "cannot keep 'out/rtl/mine.v': Input/output error"
                       : call == 4 ? "cannot keep 'out/sim': Input/output error"
                                   : "cannot replace 'out': Input/output error");
        assert_true(is_old("out/sim/build/sim.o"));
    }
    renames_until = 1;
    refuses("a/b/c", "cannot replace 'a/b/c': Input/output error");
}

static void test_unswappable(void **state)
{
    (void)state;
    static const int REASONS[] = {EXDEV, EBUSY, EINVAL};
    for (int call = 1; call <= 5; call++) {
        fill_out();
        renames_until = call;
        rename_errno = REASONS[call % 3];
        writes("out", "new\n", "sim/new.v");
        assert_int_equal(renames_until, 0);
        check_replaced();
        clean(NULL);
    }
    assert_int_equal(mkdir("out", 0777), 0);
    renames_until = 1;
    writes("out", "new\n", NULL);
    holds("out/rtl/top.v", "new\n");
    assert_int_equal(rmdir("out"), -1);
}

/* A file of the user where a folder is needed. */
static void test_in_the_way(void **state)
{
    (void)state;
    writes("out", "old\n", NULL);
    put("out/sim", "mine\n");
    char *before = snapshot();
    struct error error;
    assert_false(write_some("out", "new\n", "sim/x.v", &error));
    assert_string_equal(error.text, "cannot keep 'out/sim': File exists");
    unchanged(before);
}

static void test_full_disk(void **state)
{
    (void)state;
    writes("out", "old\n", NULL);
    put("out/mine", "mine\n");
    struct text large = {0};
    for (int i = 0; i < 100000; i++)
        text_append_char(&large, 'x');
    struct output *output = some_output("new\n", NULL);
    output_add(output, "rtl/zz.v", &large);
    text_free(&large);

    char *before = snapshot();
    struct rlimit was, limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    signal(SIGXFSZ, SIG_IGN);
    limit = was;
    limit.rlim_cur = 50000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    struct error old_error, new_error;
    bool old_written = output_write(output, "out", &old_error);
    bool new_written = output_write(output, "deep/new", &new_error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    assert_false(old_written);
    assert_false(new_written);
    assert_string_equal(old_error.text, "cannot write 'out/rtl/zz.v': File too large");
    assert_string_equal(new_error.text, "cannot write 'deep/new/rtl/zz.v': File too large");
    unchanged(before);
    output_free(output);
}

static void test_not_utf8(void **state)
{
    (void)state;
    struct output *output = some_output("x\n", NULL);
    output_set_command(output, "ese gen \xff");
    struct error error;
    assert_false(output_write(output, "out", &error));
    assert_string_equal(error.text, "the command line or the configuration is not UTF-8");
    assert_false(exists("out"));
    output_free(output);
}

static void checks(const char *expected)
{
    struct text changed = {0};
    struct error error = {""};
    if (!output_check("out", &changed, &error))
        fail_msg("%s", error.text);
    assert_string_equal(text_string(&changed), expected);
    text_free(&changed);
}

static void test_check(void **state)
{
    (void)state;
    writes("out", "module top;\n", "sim/deep/x.v");
    checks("");
    put("out/notes.txt", "beside the folders of ese\n");
    assert_int_equal(mkdir("out/sim/build", 0777), 0);
    put("out/sim/build/x.o", "not looked into\n");
    checks("");
    put("out/rtl/top.v", "module pot;\n");
    assert_int_equal(unlink("out/mem/a.mem"), 0);
    put("out/sim/deep/y.v", "y\n");
    put("out/rtl/z.v", "z\n");
    checks("missing mem/a.mem\nchanged rtl/top.v\nextra rtl/z.v\nextra sim/deep/y.v\n");
    writes("out", "module pot;\n", "sim/deep/x.v"); /* as it is there already */
    writes("out", "module top;\n", "sim/deep/x.v");
    checks("extra rtl/z.v\nextra sim/deep/y.v\n");

    struct text changed = {0};
    struct error error;
    assert_int_equal(unlink("out/manifest.json"), 0);
    assert_false(output_check("out", &changed, &error));
    assert_string_equal(error.text, "out: cannot open 'manifest.json': No such file or directory");
    assert_false(output_check("none", &changed, &error));
    assert_string_equal(error.text, "cannot open 'none': No such file or directory");
    assert_null(changed.data);
}

int main(void)
{
    char root[] = "/tmp/ese-output-XXXXXX";
    if (mkdtemp(root) == NULL || chdir(root) != 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_new, clean),
        cmocka_unit_test_teardown(test_edited, clean),
        cmocka_unit_test_teardown(test_many_edited, clean),
        cmocka_unit_test_teardown(test_parents_and_names, clean),
        cmocka_unit_test_teardown(test_same_bytes, clean),
        cmocka_unit_test_teardown(test_replace, clean),
        cmocka_unit_test_teardown(test_all_times_kept, clean),
        cmocka_unit_test_teardown(test_not_ours, clean),
        cmocka_unit_test_teardown(test_swap_fails, clean),
        cmocka_unit_test_teardown(test_unswappable, clean),
        cmocka_unit_test_teardown(test_in_the_way, clean),
        cmocka_unit_test_teardown(test_full_disk, clean),
        cmocka_unit_test_teardown(test_not_utf8, clean),
        cmocka_unit_test_teardown(test_check, clean),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    text_free(&tree);
    rmdir(root);
    return failed;
}
