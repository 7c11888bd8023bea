/* SPDX-License-Identifier: Apache-2.0
 * scratch.h - a temporary folder that a test works in, files in it, and what a command prints. */
#ifndef ESE_TESTS_SCRATCH_H
#define ESE_TESTS_SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "models/base/text.h"

#include <cmocka.h> /* last: it has a macro called fail */

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static char scratch[PATH_MAX];

static inline int scratch_remove_entry(const char *path, const struct stat *status, int kind,
                                       struct FTW *at)
{
    (void)status, (void)kind;
    return at->level == 0 ? 0 : remove(path);
}

/* For the group: a folder, which becomes the current one and that of temporary files.  The presets
 * stay where they are. */
static inline int scratch_begin(void **state)
{
    (void)state;
    char *home = realpath(getenv("ESE_HOME") != NULL ? getenv("ESE_HOME") : ".", NULL);
    char folder[] = "/tmp/ese-unit-XXXXXX";
    bool good = home != NULL && setenv("ESE_HOME", home, 1) == 0 && mkdtemp(folder) != NULL &&
                realpath(folder, scratch) != NULL && chdir(scratch) == 0 &&
                setenv("TMPDIR", scratch, 1) == 0;
    free(home);
    return good ? 0 : -1;
}

/* After a test: the folder is there, and empty. */
static inline int scratch_clean(void **state)
{
    (void)state;
    return chdir(scratch) != 0 ? -1 : nftw(scratch, scratch_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static inline int scratch_end(void **state)
{
    return scratch_clean(state) == 0 && chdir("/") == 0 && rmdir(scratch) == 0 ? 0 : -1;
}

/* ---- files ----------------------------------------------------------------------------------- */

static inline void make_dir(const char *path)
{
    if (mkdir(path, 0777) != 0)
        fail_msg("cannot create %s", path);
}

static inline void put_bytes(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        fail_msg("cannot write %s", path);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline void put(const char *path, const char *content)
{
    put_bytes(path, content, strlen(content));
}

static inline bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* What is in a file; to be freed. */
static inline struct text contents(const char *path)
{
    struct text text = {0};
    struct error error = {""};
    if (!text_read_file(&text, path, &error))
        fail_msg("%s", error.text);
    return text;
}

static inline void holds(const char *path, const char *content)
{
    struct text text = contents(path);
    assert_string_equal(text_string(&text), content);
    text_free(&text);
}

static inline bool file_has(const char *path, const char *part)
{
    struct text text = contents(path);
    bool has = strstr(text_string(&text), part) != NULL;
    text_free(&text);
    return has;
}

static inline bool same_files(const char *a, const char *b)
{
    struct text left = contents(a), right = contents(b);
    bool same = left.length == right.length && memcmp(text_string(&left), text_string(&right),
                                                      left.length) == 0;
    text_free(&left);
    text_free(&right);
    return same;
}

/* ---- what a function prints ------------------------------------------------------------------ */

/* Standard output and error go to files of the temporary folder between the two calls. */
struct capture {
    int out, err; /* the real ones */
};

static inline int capture_to(FILE *stream, int number, const char *name)
{
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/%s", scratch, name);
    fflush(stream);
    int real = dup(number);
    assert_non_null(freopen(path, "w", stream));
    return real;
}

static inline struct capture capture_begin(void)
{
    struct capture capture;
    capture.out = capture_to(stdout, 1, "stdout");
    capture.err = capture_to(stderr, 2, "stderr");
    return capture;
}

static inline void capture_end(struct capture capture)
{
    fflush(stdout);
    fflush(stderr);
    dup2(capture.out, 1);
    dup2(capture.err, 2);
    close(capture.out);
    close(capture.err);
}

static inline void check_has(const char *stream, const char *part)
{
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/%s", scratch, stream);
    struct text text = contents(path);
    if (strstr(text_string(&text), part) == NULL)
        fail_msg("%s lacks '%s':\n%s", stream, part, text_string(&text));
    text_free(&text);
}

/* All of standard output, or of standard error, since capture_begin(). */
static inline void printed(const char *part)
{
    check_has("stdout", part);
}

static inline void complained(const char *part)
{
    check_has("stderr", part);
}

/* Nothing but this line, as a command complains. */
static inline void complained_only(const char *line)
{
    char path[PATH_MAX + 16];
    struct text wanted = {0};
    snprintf(path, sizeof path, "%s/stderr", scratch);
    text_appendf(&wanted, "ese: %s\n", line);
    holds(path, text_string(&wanted));
    text_free(&wanted);
}

static inline void printed_nothing(void)
{
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/stdout", scratch);
    holds(path, "");
}

#endif
