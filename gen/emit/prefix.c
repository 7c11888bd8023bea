/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/emit/prefix.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* What every module's name begins with in templates/. */
#define OURS PREFIX_DEFAULT "_"

/* The macros in rtl/, and what they begin with. */
#define OUR_MACROS "ESE_"
static const char macros[] = " ESE_MEM_DIR ";

struct renaming {
    char prefix[PREFIX_MOST + 2]; /* "left_" */
    struct macro_prefix macros;   /* "LEFT_" */
    struct text modules; /* " ese_top ese_pe ... " */
};

static bool is_word_character(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$';
}

static size_t word_length(const char *word)
{
    size_t length = 0;
    while (is_word_character(word[length]))
        length++;
    return length;
}

static bool has_word(const char *list, const char *word)
{
    struct text spaced = {0};
    text_append(&spaced, " ");
    text_append_bytes(&spaced, word, word_length(word));
    text_append(&spaced, " ");
    bool has = strstr(list, text_string(&spaced)) != NULL;
    text_free(&spaced);
    return has;
}

/* Words of the list, which all begin with `ours`. */
static void rename_words(struct text *text, const char *list, const char *ours, const char *prefix)
{
    struct text renamed = {0};
    const char *start = text_string(text), *rest = start;
    for (const char *at = start; (at = strstr(at, ours)) != NULL; at += strlen(ours)) {
        bool begins = at == start || !is_word_character(at[-1]);
        if (!begins || !has_word(list, at))
            continue;
        text_append_bytes(&renamed, rest, (size_t)(at - rest));
        text_append(&renamed, prefix);
        rest = at + strlen(ours);
    }
    text_append(&renamed, rest);
    text_free(text);
    *text = renamed;
}

static bool is_module(const char *path)
{
    return strncmp(path, "rtl/" OURS, strlen("rtl/" OURS)) == 0;
}

static void collect(struct text *path, struct text *contents, void *with)
{
    struct renaming *renaming = with;
    (void)contents;
    const char *name = text_string(path) + strlen("rtl/");
    if (is_module(text_string(path)))
        text_appendf(&renaming->modules, "%.*s ", (int)word_length(name), name);
}

static void rename_in(struct text *path, struct text *contents, void *with)
{
    const struct renaming *renaming = with;
    const char *modules = text_string(&renaming->modules);
    /* The bench's own tasks have names like those of modules. */
    if (strcmp(text_string(path), "sim/ese_bench.v") == 0)
        modules = " ese_top ";
    else if (strncmp(text_string(path), "rtl/", 4) != 0 &&
             strcmp(text_string(path), "sim/verilator.vlt") != 0)
        return;
    rename_words(contents, modules, OURS, renaming->prefix);
    rename_words(contents, macros, OUR_MACROS, renaming->macros.text);
    if (is_module(text_string(path)))
        rename_words(path, modules, OURS, renaming->prefix);
}

struct macro_prefix prefix_of_macros(const struct config *config)
{
    struct macro_prefix macro;
    snprintf(macro.text, sizeof macro.text, "%s_", config->prefix);
    for (char *at = macro.text; *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
    return macro;
}

void prefix_apply(struct output *output, const struct config *config)
{
    if (strcmp(config->prefix, PREFIX_DEFAULT) == 0)
        return;
    struct renaming renaming = {.macros = prefix_of_macros(config)};
    snprintf(renaming.prefix, sizeof renaming.prefix, "%s_", config->prefix);
    text_append(&renaming.modules, " ");
    output_change(output, collect, &renaming);
    output_change(output, rename_in, &renaming);
    text_free(&renaming.modules);
}

struct top_name prefix_top(const struct config *config)
{
    struct top_name top;
    snprintf(top.text, sizeof top.text, "%s_top", config->prefix);
    return top;
}

void prefix_core(struct text *text, const struct config *config)
{
    bool has_any = false; /* FuseSoC does not take a name of nothing but `_` */
    for (const char *at = config->name; *at != '\0'; at++)
        has_any = has_any || isalnum((unsigned char)*at);
    text_append(text, has_any ? "" : "chip");
    for (const char *at = config->name; *at != '\0'; at++)
        text_append_char(text, isalnum((unsigned char)*at) ? *at : '_');
}
