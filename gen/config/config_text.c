/* SPDX-License-Identifier: Apache-2.0
 * config_text.c - configurations and keys as text: written files and --help. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "gen/config/config_keys.h"
#include "gen/config/device.h"

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

/* A model from a file brings its own shape; and where a shape is not known, none is written.  In a
 * list a layer says what is known of it. */
static bool has_line(const struct key *key, const struct config *config)
{
    const struct model_config *model = &config->model;
    const bool drawn = model->path == NULL;
    if (key->layer != NO_LAYER && key->kind == KIND_WHOLE)
        return *(const int *)((const char *)config + key->offset) > 0;
    switch (key_id(key)) {
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

/* Opens the sections that a key lies in and the one before it did not; returns how deep it lies.
 * An entry of a list opens with its first key. */
static int open_sections(const char *before, const char *name, FILE *out)
{
    int depth = 0;
    const char *part = name;
    for (const char *dot; (dot = strchr(part, '.')) != NULL; part = dot + 1, depth++)
        if (!isdigit((unsigned char)*part) && strncmp(before, name, (size_t)(dot + 1 - name)) != 0)
            fprintf(out, "%*s%.*s:\n", 2 * depth, "", (int)(dot - part), part);
    return depth;
}

static const char *path_of(const struct key *key, const struct config *config)
{
    return *(char *const *)((const char *)config + key->offset);
}

/* No path says nothing, nor does a key that stands at "auto": left out where there are many of its
 * kind. */
static bool is_silent(const struct key *key, const struct config *config)
{
    return key->kind == KIND_PATH ? path_of(key, config) == NULL : key_is_auto(key, config);
}

static bool is_written(const struct key *key, const struct config *config)
{
    return key_is_of(key, config) && has_line(key, config) && !is_silent(key, config);
}

/* What a key means stands where the first layer says it. */
static bool is_explained(const struct key *key, const struct config *config)
{
    for (int layer = 0; layer < key->layer; layer++)
        if (is_written(key_at(key_id(key) - (key->layer - layer) * LAYER_KEY_COUNT), config))
            return true;
    return false;
}

static void append_comment(const struct key *key, struct text *line)
{
    pad(line, COMMENT_COLUMN);
    text_appendf(line, "# %s (", key->meaning);
    key_allowed(key, line);
    text_append_char(line, ')');
}

static void write_key(const struct key *key, const struct config *config, int depth, FILE *out)
{
    struct text line = {0};
    const char *dot = strrchr(key->name, '.');
    const bool entry = key->layer != NO_LAYER && row_of(key) == &layer_rows[KEY_LAYER_kind];
    const int indent = 2 * depth - (entry ? 2 : 0);
    if (key->kind == KIND_PATH) /* long: its comment goes before it */
        fprintf(out, "%*s# %s\n", indent, "", key->meaning);
    text_appendf(&line, "%*s%s%s: ", indent, "", entry ? "- " : "",
                 dot != NULL ? dot + 1 : key->name);
    if (key->kind == KIND_PATH)
        quote(&line, path_of(key, config));
    else
        key_write(key, config, &line);
    if (key->kind != KIND_PATH && !is_explained(key, config))
        append_comment(key, &line);
    fprintf(out, "%s\n", text_string(&line));
    text_free(&line);
}

void config_write(const struct config *config, FILE *out)
{
    const char *before = "";
    for (int n = config_key_next(config, -1); n >= 0; n = config_key_next(config, n)) {
        const struct key *key = key_at(n);
        if (!is_written(key, config))
            continue;
        write_key(key, config, open_sections(before, key->name, out), out);
        before = key->name;
    }
}

int config_key_next(const struct config *config, int before)
{
    const int end = KEY_COUNT + config->model.layer_count * LAYER_KEY_COUNT;
    for (int key = before + 1; key < end; key++)
        if (key_is_of(key_at(key), config))
            return key;
    return -1;
}

void config_key(const struct config *config, int key, const char **name, struct text *value)
{
    *name = key_at(key)->name;
    key_write(key_at(key), config, value);
}

bool config_key_is_path(int key)
{
    return key_at(key)->kind == KIND_PATH;
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

/* What `device` can be. */
static void print_devices(FILE *out)
{
    struct text line = {0}, names = {0};
    struct error error;
    if (!device_names(&names, &error)) {
        text_append(&names, "none: ");
        text_append(&names, error.text);
    }
    text_append(&line, "Devices:");
    print_wrapped(&line, text_string(&names), out);
    fputc('\n', out);
    text_free(&line);
    text_free(&names);
}

/* "  NAME    what is allowed [the default], meaning (kinds of layers)" */
static void print_key(const struct key *key, const char *fallback, FILE *out)
{
    struct text line = {0}, words = {0};
    key_allowed(key, &words);
    text_appendf(&words, *fallback != '\0' ? " [%s]" : "%s", fallback);
    text_appendf(&words, ", %s", key->meaning);
    if (key->kinds != OF_ALL) {
        text_append(&words, " (");
        kinds_append(key->kinds, &words);
        text_append(&words, ")");
    }
    text_appendf(&line, "  %s", key->name);
    print_wrapped(&line, text_string(&words), out);
    text_free(&line);
    text_free(&words);
}

/* Sizes and the kind have no default. */
static void print_layer_key(const struct key *row, FILE *out)
{
    const struct config config = {.model.layers = {layer_default(LAYER_LSTM)}};
    struct text fallback = {0};
    if (row->kind != KIND_WHOLE && row != &layer_rows[KEY_LAYER_kind])
        key_write(key_at(KEY_COUNT + (int)(row - layer_rows)), &config, &fallback);
    print_key(row, text_string(&fallback), out);
    text_free(&fallback);
}

static void print_layer_keys(FILE *out)
{
    fprintf(out, "\nKeys of a layer (and the kinds that have it).  A model of several layers is a\n"
                 "list: in 'model:' a section 'layers:' with entries '- {kind: gru, cell: 12}'.\n"
                 "In --set such a key is model.layers.N.KEY, N counted from 0.  Densities,\n"
                 "formats and ranges are named as the model's, which hold where a layer has none.\n\n");
    for (int n = 0; n < LAYER_KEY_COUNT; n++)
        if (strchr(layer_rows[n].name, '.') == NULL)
            print_layer_key(&layer_rows[n], out);
}

void config_describe_keys(FILE *out)
{
    fprintf(out, "Keys: what is allowed [the default], meaning\n\n");
    for (int i = 0; i < KEY_COUNT; i++) {
        const bool pruning = i == KEY_MODEL_pruning;
        const char *fallback = config_keys[i].fallback;
        print_key(&config_keys[i], pruning ? "balanced, or none with model.path" : fallback, out);
    }
    print_layer_keys(out);
    fputc('\n', out);
    print_devices(out);
    fprintf(out, "In a file, keys with a dot go into a section ('model:', below it 'cell: 12'),\n"
                 "and 'base: PRESET' takes from a preset what the file does not say.  A model\n"
                 "from model.path brings its own input, cell, output, peephole and projection.\n"
                 "Beside model.layers these, and model.candidate, are not allowed.\n");
}
