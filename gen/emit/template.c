/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/emit/template.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "gen/config/home.h"

bool template_copy(struct output *output, const char *folder, const char *file, const char *as,
                   struct error *error)
{
    struct text path = {0}, text = {0};
    text_appendf(&path, "%s/%s/%s", ese_home(), folder, file);
    bool ok = text_read_file(&text, text_string(&path), error);
    if (ok)
        output_take(output, as, &text);
    text_free(&path);
    text_free(&text);
    return ok;
}

static bool is_word_character(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

bool template_mentions(const char *text, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = strstr(text, name); at != NULL; at = strstr(at + 1, name))
        if ((at == text || !is_word_character(at[-1])) && !is_word_character(at[length]) &&
            (at == text || at[-1] != '.'))
            return true;
    return false;
}

/* Of the named constants in derived.def, those that the text uses. */
static void bind_constants(struct bindings *b, const struct derived *d, const char *text)
{
#define DERIVED(name, constant, meaning)                      \
    if (template_mentions(text, #constant)) {                 \
        struct bindings *row = bind_row(b, "CONSTANTS_USED"); \
        bind_text(row, "CONSTANT", "%-19s", #constant);       \
        bind_text(row, "VALUE", "%7d", d->name);              \
        bind_text(row, "MEANING", "%s", meaning);             \
    }
#include "models/program/derived.def"
}

/* Is it a named constant of derived.def? */
static bool is_constant(const char *name)
{
#define DERIVED(field, constant, meaning) \
    if (strcmp(name, #constant) == 0)     \
        return true;
#include "models/program/derived.def"
    return false;
}

/* Does the template give the parameter a value, as in ".NAME (1)"? */
static bool is_given(const char *template, const char *name)
{
    struct text given = {0};
    text_appendf(&given, ".%s ", name);
    bool is = strstr(template, text_string(&given)) != NULL;
    text_free(&given);
    return is;
}

static void bind_number(struct bindings *b, const char *list, const char *name,
                        const char *template)
{
    if (is_constant(name)) {
        struct bindings *row = bind_row(b, list);
        bind_text(row, "PARAMETER", "%-18s", name);
        bind_text(row, "NUMBER", "%s", name);
    } else if (!is_given(template, name)) {
        char text[80];
        snprintf(text, sizeof text, "the template gives %s a value", name);
        bug_at(__FILE__, __LINE__, text);
    }
}

void template_bind_numbers(struct bindings *b, const char *list, const char *module,
                           const char *template)
{
    const char *at = strstr(module, " #(\n"), *end = strstr(module, "\n) (\n");
    BUG_UNLESS(at != NULL && end != NULL);
    for (; at < end; at++) {
        if (at[0] == '/' && at[1] == '/')
            at += strcspn(at, "\n");
        if (*at != '=')
            continue;
        const char *stop = at, *start;
        while (stop[-1] == ' ')
            stop--;
        for (start = stop; is_word_character(start[-1]);)
            start--;
        char name[40];
        snprintf(name, sizeof name, "%.*s", (int)(stop - start), start);
        bind_number(b, list, name, template);
    }
}

bool template_read(struct text *source, const char *name, struct error *error)
{
    struct text path = {0};
    text_appendf(&path, "%s/%s", ese_home(), name);
    bool ok = text_read_file(source, text_string(&path), error);
    text_free(&path);
    return ok;
}

bool template_render(struct output *output, const char *template, const struct text *source,
                     struct bindings *b, const struct derived *d, const char *as,
                     struct error *error)
{
    struct text rendered = {0};
    if (d != NULL)
        bind_list(b, "CONSTANTS_USED");
    bool ok = render(text_string(source), template, RENDER_VERILOG, b, &rendered, error);
    if (ok && d != NULL) {
        bind_constants(b, d, text_string(&rendered));
        text_cut(&rendered, 0);
        ok = render(text_string(source), template, RENDER_VERILOG, b, &rendered, error);
    }
    ok = ok && bindings_check_used(b, error);
    if (ok)
        output_take(output, as, &rendered);
    else
        fputs(bindings_report(b), stderr);
    bindings_free(b);
    text_free(&rendered);
    return ok;
}

const char *template_module(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash != NULL ? slash + 1 : name;
}

bool template_add_module(struct output *output, struct text *list, const char *name,
                         struct error *error)
{
    char file[64], as[80];
    snprintf(file, sizeof file, "%s.v", name);
    snprintf(as, sizeof as, "rtl/%s.v", template_module(name));
    text_appendf(list, "%s\n", as);
    return template_copy(output, "templates", file, as, error);
}
