/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify/verilog_text.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More files in each other include themselves. */
enum { INCLUDE_DEPTH = 8 };

static const char *behind(const char *at, const char *mark)
{
    const char *found = strstr(at, mark);
    return found != NULL ? found + strlen(mark) : at + strlen(at);
}

/* Behind a string whose first quote is before `at`. */
static const char *behind_string(const char *at)
{
    while (*at != '\0' && *at != '"' && *at != '\n')
        at += at[0] == '\\' && at[1] != '\0' ? 2 : 1;
    return *at == '"' ? at + 1 : at;
}

/* Behind what is no token: blanks and comments. */
static const char *skip_blank(const char *at)
{
    for (;;) {
        if (isspace((unsigned char)*at))
            at++;
        else if (at[0] == '/' && at[1] == '/')
            at += strcspn(at, "\n");
        else if (at[0] == '/' && at[1] == '*')
            at = behind(at + 2, "*/");
        else
            return at;
    }
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$';
}

/* The word at `at`, of length 0 if none begins there. */
static struct verilog_word word_at(const char *at)
{
    struct verilog_word word = {at, 0};
    if (at[0] == '\\' && at[1] != '\0' && !isspace((unsigned char)at[1])) {
        word.start = at + 1;
        while (word.start[word.length] != '\0' && !isspace((unsigned char)word.start[word.length]))
            word.length++;
    } else {
        while (in_word(at[word.length]))
            word.length++;
    }
    return word;
}

bool verilog_next_word(const char **at, struct verilog_word *word)
{
    while (*(*at = skip_blank(*at)) != '\0') {
        *word = word_at(*at);
        if (word->length > 0) {
            *at = word->start + word->length;
            return true;
        }
        *at = **at == '"' ? behind_string(*at + 1) : *at + 1;
    }
    return false;
}

bool verilog_word_is(const struct verilog_word *word, const char *name)
{
    return word->length == strlen(name) && memcmp(word->start, name, word->length) == 0;
}

/* ---- modules --------------------------------------------------------------------------------- */

static void add_module(struct verilog_modules *modules, const struct verilog_module *module)
{
    enum { STEP = 64 };
    if (modules->count % STEP == 0) {
        struct verilog_module *list = allocate(modules->count + STEP, sizeof *list);
        if (modules->count > 0)
            memcpy(list, modules->list, modules->count * sizeof *list);
        free(modules->list);
        modules->list = list;
    }
    modules->list[modules->count++] = *module;
}

/* The module whose keyword ends at *at; *at moves behind it. */
static void take_module(struct verilog_modules *modules, const char *begin, const char **at)
{
    struct verilog_module module = {.begin = begin};
    struct verilog_word word;
    if (!verilog_next_word(at, &module.name))
        return;
    while (verilog_next_word(at, &word))
        if (verilog_word_is(&word, "endmodule"))
            break;
    module.end = *at;
    add_module(modules, &module);
}

/* Outside of modules: attributes in a row belong to what follows them. */
void verilog_find_modules(struct verilog_modules *modules, const char *text)
{
    const char *attributes = NULL;
    *modules = (struct verilog_modules){0};
    for (const char *at = text; *(at = skip_blank(at)) != '\0';) {
        struct verilog_word word = word_at(at);
        const char *begin = attributes != NULL ? attributes : at;
        if (at[0] == '(' && at[1] == '*') {
            attributes = begin;
            at = behind(at + 2, "*)");
            continue;
        }
        attributes = NULL;
        if (word.length == 0) {
            at = *at == '"' ? behind_string(at + 1) : at + 1;
            continue;
        }
        at = word.start + word.length;
        if (verilog_word_is(&word, "module"))
            take_module(modules, begin, &at);
    }
}

void verilog_modules_free(struct verilog_modules *modules)
{
    free(modules->list);
    *modules = (struct verilog_modules){0};
}

/* ---- files ----------------------------------------------------------------------------------- */

static bool read_at_depth(struct text *text, const char *path, int depth, struct error *error);

/* The name in a line that is an `include and nothing else. */
static bool included_name(const char *line, char name[static PATH_MAX])
{
    char format[40];
    snprintf(format, sizeof format, "`include \"%%%d[^\"\n]\"", PATH_MAX - 1);
    return sscanf(line + strspn(line, " \t"), format, name) == 1;
}

static bool include(struct text *text, const char *from, const char *name, int depth,
                    struct error *error)
{
    struct text path = {0};
    const char *slash = strrchr(from, '/');
    if (slash != NULL && name[0] != '/')
        text_appendf(&path, "%.*s", (int)(slash - from) + 1, from);
    text_append(&path, name);
    bool ok = read_at_depth(text, text_string(&path), depth, error);
    text_free(&path);
    return ok;
}

static bool read_at_depth(struct text *text, const char *path, int depth, struct error *error)
{
    struct text file = {0};
    char name[PATH_MAX];
    if (depth > INCLUDE_DEPTH)
        return fail(error, "%.500s: files that include each other more than %d deep", path,
                    INCLUDE_DEPTH);
    bool ok = text_read_file(&file, path, error);
    for (const char *line = text_string(&file); ok && *line != '\0';) {
        size_t length = strcspn(line, "\n");
        length += line[length] == '\n';
        if (included_name(line, name))
            ok = include(text, path, name, depth + 1, error);
        else
            text_append_bytes(text, line, length);
        line += length;
    }
    text_free(&file);
    return ok;
}

bool verilog_read(struct text *text, const char *path, struct error *error)
{
    return read_at_depth(text, path, 0, error);
}
