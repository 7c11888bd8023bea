/* SPDX-License-Identifier: Apache-2.0
 * command_testing.h - commands called as main() calls them, and chips that they made. */
#ifndef ESE_TESTS_COMMAND_TESTING_H
#define ESE_TESTS_COMMAND_TESTING_H

#include <ftw.h>
#include <jansson.h>

#include "gen/command/commands.h"
#include "gen/folder/chip_folder.h"
#include "gen/folder/output.h"
#include "tests/unit/scratch.h"

enum { SETS_MOST = 8 };

/* "key=value key=value ..." as a command takes them; the words live until the next call. */
struct sets {
    char *words[SETS_MOST];
    size_t count;
    char text[PATH_MAX + 256];
};

static inline struct sets *sets_of(const char *text)
{
    static struct sets sets;
    sets = (struct sets){0};
    snprintf(sets.text, sizeof sets.text, "%s", text != NULL ? text : "");
    for (char *word = strtok(sets.text, " "); word != NULL; word = strtok(NULL, " ")) {
        assert_true(sets.count < SETS_MOST);
        sets.words[sets.count++] = word;
    }
    return &sets;
}

/* ese gen SOURCE -o DIR --set ... */
static inline int gen(const char *source, const char *dir, const char *set)
{
    const struct sets *sets = sets_of(set);
    struct gen_options options = {.source = source, .sets = sets->words, .set_count = sets->count,
                                  .output = dir, .command_line = "not looked at"};
    struct capture capture = capture_begin();
    int status = command_gen(&options);
    capture_end(capture);
    return status;
}

/* The chip that a test begins with. */
static inline void made(const char *dir, const char *set)
{
    if (gen("tiny", dir, set) != 0)
        complained_only("nothing: a plain chip is made");
}

/* The chip in a folder, opened again; to be closed. */
static inline struct chip_folder opened(const char *dir)
{
    struct chip_folder chip;
    struct error error = {""};
    if (!chip_open(&chip, dir, &error))
        fail_msg("%s", error.text);
    return chip;
}

/* The folder is what its manifest says, nothing more and nothing less. */
static inline void unchanged(const char *dir)
{
    struct text changed = {0};
    struct error error = {""};
    if (!output_check(dir, &changed, &error))
        fail_msg("%s", error.text);
    assert_string_equal(text_string(&changed), "");
    text_free(&changed);
}

/* ---- folders --------------------------------------------------------------------------------- */

static int entries_seen;

static inline int count_entry(const char *path, const struct stat *status, int kind, struct FTW *at)
{
    (void)path, (void)status, (void)kind;
    entries_seen += at->level > 0;
    return 0;
}

/* Files and folders in a folder, at any depth. */
static inline int entries_in(const char *dir)
{
    entries_seen = 0;
    assert_int_equal(nftw(dir, count_entry, 16, FTW_PHYS), 0);
    return entries_seen;
}

/* ---- results in JSON ------------------------------------------------------------------------- */

static inline json_t *json_of(const char *path)
{
    json_error_t problem;
    json_t *root = json_load_file(path, 0, &problem);
    if (root == NULL)
        fail_msg("%s:%d: %s", path, problem.line, problem.text);
    return root;
}

/* A value by its path, "network.cell"; "faults.2" is the third of a list. */
static inline const json_t *json_at(const json_t *root, const char *path)
{
    char key[64];
    while (root != NULL && *path != '\0') {
        size_t length = strcspn(path, ".");
        snprintf(key, sizeof key, "%.*s", (int)length, path);
        root = json_is_array(root) ? json_array_get(root, strtoul(key, NULL, 10))
                                   : json_object_get(root, key);
        path += length + (path[length] == '.');
    }
    return root;
}

static inline void number_is(const json_t *root, const char *path, int64_t value)
{
    const json_t *found = json_at(root, path);
    if (!json_is_integer(found) || json_integer_value(found) != value)
        fail_msg("%s is %lld, not %lld", path, (long long)json_integer_value(found),
                 (long long)value);
}

static inline void string_is(const json_t *root, const char *path, const char *value)
{
    const json_t *found = json_at(root, path);
    if (!json_is_string(found))
        fail_msg("%s is no string", path);
    assert_string_equal(json_string_value(found), value);
}

static inline void real_is(const json_t *root, const char *path, double value)
{
    const json_t *found = json_at(root, path);
    double difference = json_number_value(found) - value;
    double most = 1e-6 * (value < 0 ? -value : value);
    if (!json_is_number(found) || difference > most || difference < -most)
        fail_msg("%s is %g, not %g", path, json_number_value(found), value);
}

#endif
