/* SPDX-License-Identifier: Apache-2.0
 * config_text.c - configurations and keys as text: written files and --help. */
#include <stdio.h>
#include <string.h>

#include "gen/config/config_keys.h"

/* Column of the comments in a written file; column and width of the descriptions in --help. */
enum { COMMENT_COLUMN = 32, DESCRIPTION_COLUMN = 20, HELP_WIDTH = 78 };

/* In double quotes, where any path can be told apart from a number, a comment or "~". */
static void quote(struct text *line, const char *value)
{
    text_append_char(line, '"');
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\')
            text_append_char(line, '\\');
        text_append_char(line, *value);
    }
    text_append_char(line, '"');
}

static void pad(struct text *line, size_t column)
{
    do
        text_append_char(line, ' ');
    while (line->length < column);
}

/* A model from a file brings its own shape; and where a shape is not known, none is written. */
static bool has_line(const struct key *key, const struct config *config)
{
    const struct model_config *model = &config->model;
    const bool drawn = model->path == NULL;
    switch (key - config_keys) {
    case KEY_MODEL_input:
        return drawn && model->input > 0;
    case KEY_MODEL_cell:
        return drawn && model->cell > 0;
    case KEY_MODEL_output:
        return drawn && model->output > 0;
    case KEY_MODEL_peephole:
    case KEY_MODEL_projection:
        return drawn;
    default:
        return true;
    }
}

/* Opens the sections that a key lies in and the one before it did not; returns how deep it lies. */
static int open_sections(const char *before, const char *name, FILE *out)
{
    int depth = 0;
    const char *part = name;
    for (const char *dot; (dot = strchr(part, '.')) != NULL; part = dot + 1, depth++)
        if (strncmp(before, name, (size_t)(dot + 1 - name)) != 0)
            fprintf(out, "%*s%.*s:\n", 2 * depth, "", (int)(dot - part), part);
    return depth;
}

static const char *path_of(const struct key *key, const struct config *config)
{
    return *(char *const *)((const char *)config + key->offset);
}

/* No path says nothing, nor does a key that stands at "auto": left out where there are many of its kind. */
static bool is_silent(const struct key *key, const struct config *config)
{
    struct text value = {0};
    if (key->kind == KIND_PATH)
        return path_of(key, config) == NULL;
    if (key->kind != KIND_FRACTION && key->kind != KIND_RANGE)
        return false;
    key_write(key, config, &value);
    bool silent = strcmp(text_string(&value), "auto") == 0;
    text_free(&value);
    return silent;
}

static void write_key(const struct key *key, const struct config *config, int depth, FILE *out)
{
    struct text line = {0}, allowed = {0};
    const char *dot = strrchr(key->name, '.');
    key_allowed(key, &allowed);
    if (key->kind == KIND_PATH) /* long: its comment goes before it */
        fprintf(out, "%*s# %s\n", 2 * depth, "", key->meaning);
    text_appendf(&line, "%*s%s: ", 2 * depth, "", dot != NULL ? dot + 1 : key->name);
    if (key->kind == KIND_PATH) {
        quote(&line, path_of(key, config));
    } else {
        key_write(key, config, &line);
        pad(&line, COMMENT_COLUMN);
        text_appendf(&line, "# %s (%s)", key->meaning, text_string(&allowed));
    }
    fprintf(out, "%s\n", text_string(&line));
    text_free(&line);
    text_free(&allowed);
}

void config_write(const struct config *config, FILE *out)
{
    const char *before = "";
    for (int i = 0; i < KEY_COUNT; i++) {
        const struct key *key = &config_keys[i];
        if (!has_line(key, config) || is_silent(key, config))
            continue;
        write_key(key, config, open_sections(before, key->name, out), out);
        before = key->name;
    }
}

bool config_key(const struct config *config, int index, const char **name, struct text *value)
{
    if (index >= KEY_COUNT)
        return false;
    *name = config_keys[index].name;
    key_write(&config_keys[index], config, value);
    return true;
}

bool config_key_is_path(int index)
{
    return config_keys[index].kind == KIND_PATH;
}

/* Prints words, broken into lines that begin at the column of the descriptions. */
static void print_wrapped(struct text *line, const char *words, FILE *out)
{
    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        if (line->length + 1 + length > HELP_WIDTH) {
            fprintf(out, "%s\n", text_string(line));
            text_cut(line, 0);
        }
        pad(line, DESCRIPTION_COLUMN);
        text_append_bytes(line, words, length);
        words += length;
        words += strspn(words, " ");
    }
    fprintf(out, "%s\n", text_string(line));
}

void config_describe_keys(FILE *out)
{
    fprintf(out, "Keys: what is allowed [the default], meaning\n\n");
    for (int i = 0; i < KEY_COUNT; i++) {
        const struct key *key = &config_keys[i];
        const char *fallback = key->fallback;
        struct text line = {0}, words = {0};

        if (i == KEY_MODEL_pruning)
            fallback = "balanced, or none with model.path";
        key_allowed(key, &words);
        text_appendf(&words, *fallback != '\0' ? " [%s]" : "%s", fallback);
        text_appendf(&words, ", %s", key->meaning);
        text_appendf(&line, "  %s", key->name);
        print_wrapped(&line, text_string(&words), out);
        text_free(&line);
        text_free(&words);
    }
    fprintf(out, "\n"
                 "In a file, keys with a dot go into a section ('model:', below it 'cell: 12'),\n"
                 "and 'base: PRESET' takes from a preset what the file does not say.  A model\n"
                 "from model.path brings its own input, cell, output, peephole and projection.\n");
}
