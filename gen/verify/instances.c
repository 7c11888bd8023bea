/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify/instances.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/verify/tokens.h"

enum { MODULES_MOST = 100, LOOPS_MOST = 100000, DEPTH_MOST = 50 };

struct modules {
    int count;
    struct tokens tokens[MODULES_MOST];
    int begin[MODULES_MOST]; /* token with the module's name */
};

/* Where one is in the body of a module's instance. */
struct walk {
    struct instances *found;
    const struct modules *modules;
    const struct tokens *tokens;
    int at;
    const char *path; /* of the instance or generate block */
    int depth;        /* instances around this one */
    struct names *names;
};

/* The token so many ahead; behind the last an empty one. */
static const struct token *ahead(const struct walk *w, int count)
{
    int at = w->at + count;
    return &w->tokens->list[at < w->tokens->count ? at : w->tokens->count];
}

static const struct token *here(const struct walk *w)
{
    return ahead(w, 0);
}

static bool is(const struct walk *w, const char *text)
{
    return token_is(here(w), text);
}

static bool at_end(const struct walk *w)
{
    return w->at >= w->tokens->count;
}

/* ---- names ----------------------------------------------------------------------------------- */

static void name(struct walk *w, const struct token *token, struct value value)
{
    struct names *names = allocate(1, sizeof *names);
    *names = (struct names){w->names, *token, value};
    w->names = names;
}

static void forget(struct walk *w, const struct names *until)
{
    while (w->names != until) {
        struct names *gone = w->names;
        w->names = (struct names *)gone->before;
        free(gone);
    }
}

static const struct value *given(const struct names *names, const struct token *token)
{
    for (; names != NULL; names = names->before)
        if (names->name.length == token->length &&
            memcmp(names->name.at, token->at, (size_t)token->length) == 0)
            return &names->value;
    return NULL;
}

/* "NAME = VALUE" one after the other, until a ";" or ")"; what is given counts instead. */
static void take_parameters(struct walk *w, const struct names *others)
{
    while (!at_end(w) && !is(w, ";") && !is(w, ")")) {
        const struct token *token = here(w);
        w->at = tokens_skip(w->tokens, w->at);
        if (!token_is_word(token) || !is(w, "="))
            continue;
        w->at++;
        struct value value = tokens_value(w->tokens, &w->at, w->names);
        const struct value *other = given(others, token);
        name(w, token, other != NULL ? *other : value);
    }
    w->at++;
}

/* ---- what has no instances ------------------------------------------------------------------- */

static void skip_to(struct walk *w, const char *end)
{
    while (!at_end(w) && !is(w, end))
        w->at = tokens_skip(w->tokens, w->at);
    w->at++;
}

/* From a "begin" to behind its "end". */
static void skip_block(struct walk *w)
{
    int depth = 0;
    do {
        depth += is(w, "begin") || is(w, "case") || is(w, "casez");
        depth -= is(w, "end") || is(w, "endcase");
        w->at++;
    } while (depth > 0 && !at_end(w));
}

/* A statement, or an item of a generate block. */
static void skip_statement(struct walk *w)
{
    while (is(w, "@") || is(w, "#")) /* @(posedge clk), @*, #1 */
        w->at = tokens_skip(w->tokens, w->at + 1);
    bool is_if = is(w, "if");
    if (is(w, "begin") || is(w, "case") || is(w, "casez")) {
        skip_block(w);
    } else if (is_if || is(w, "for") || is(w, "while") || is(w, "repeat")) {
        w->at = tokens_skip(w->tokens, w->at + 1);
        skip_statement(w);
        if (is_if && is(w, "else")) {
            w->at++;
            skip_statement(w);
        }
    } else {
        skip_to(w, ";");
    }
}

/* ---- what has -------------------------------------------------------------------------------- */

static void walk_item(struct walk *w);
static void walk_module(struct walk *outer, int module, const char *path,
                        const struct names *given);

static int find_module(const struct modules *modules, const struct token *token)
{
    for (int n = 0; n < modules->count; n++) {
        const struct token *name = &modules->tokens[n].list[modules->begin[n]];
        if (name->length == token->length &&
            memcmp(name->at, token->at, (size_t)name->length) == 0)
            return n;
    }
    return -1;
}

/* "PATH.NAME", and in a loop "PATH.NAME[3]"; to be freed. */
static char *join(const char *path, const struct token *name, int64_t index)
{
    struct text joined = {0};
    text_appendf(&joined, "%s.%.*s", path, name->length, name->at);
    if (index >= 0)
        text_appendf(&joined, "[%lld]", (long long)index);
    return joined.data;
}

/* MODULE #(.PARAMETER (VALUE), ...) NAME (...); */
static void walk_instance(struct walk *w, int module)
{
    struct walk values = {.tokens = w->tokens};
    w->at++;
    if (is(w, "#")) {
        int end = tokens_skip(w->tokens, w->at + 1);
        for (w->at += 2; w->at < end - 1; w->at++) {
            if (!is(w, "."))
                continue;
            const struct token *token = ahead(w, 1);
            w->at += 3;
            name(&values, token, tokens_value(w->tokens, &w->at, w->names));
        }
        w->at = end;
    }
    char *path = join(w->path, here(w), -1);
    walk_module(w, module, path, values.names);
    free(path);
    forget(&values, NULL);
    skip_to(w, ";");
}

/* The item behind a condition or a loop, or those between "begin" and "end". */
static void walk_block(struct walk *w, int64_t index)
{
    if (!is(w, "begin")) {
        walk_item(w);
        return;
    }
    const char *outer = w->path;
    const struct names *names = w->names;
    char *path = NULL;
    w->at++;
    if (is(w, ":")) {
        path = join(outer, ahead(w, 1), index);
        w->path = path;
        w->at += 2;
    }
    while (!at_end(w) && !is(w, "end"))
        walk_item(w);
    w->at++;
    forget(w, names);
    w->path = outer;
    free(path);
}

/* An unknown condition counts as met, and as not met. */
static void walk_if(struct walk *w)
{
    w->at += 2;
    struct value condition = tokens_value(w->tokens, &w->at, w->names);
    bool known = condition.kind == VALUE_NUMBER;
    w->at++;
    if (known && !condition.number)
        skip_statement(w);
    else
        walk_block(w, -1);
    if (!is(w, "else"))
        return;
    w->at++;
    if (known && condition.number)
        skip_statement(w);
    else
        walk_block(w, -1);
}

/* for (c = 0; c < CHANNELS; c = c + 1) BLOCK */
static void walk_for(struct walk *w)
{
    const struct names *names = w->names;
    int block = tokens_skip(w->tokens, w->at + 1);
    const struct token *variable = ahead(w, 2);
    w->at += 4;
    struct value value = tokens_value(w->tokens, &w->at, w->names);
    int condition = w->at + 1;
    for (int turn = 0; turn < LOOPS_MOST && value.kind == VALUE_NUMBER; turn++) {
        name(w, variable, value);
        w->at = condition;
        struct value goes_on = tokens_value(w->tokens, &w->at, w->names);
        int step = w->at + 3;
        if (goes_on.kind != VALUE_NUMBER || !goes_on.number)
            break;
        w->at = block;
        walk_block(w, value.number);
        w->at = step;
        value = tokens_value(w->tokens, &w->at, w->names);
        forget(w, names);
    }
    forget(w, names);
    w->at = block;
    skip_statement(w);
}

static void walk_item(struct walk *w)
{
    int module;
    if (is(w, "generate") || is(w, "endgenerate")) {
        w->at++;
    } else if (is(w, "parameter") || is(w, "localparam")) {
        w->at++;
        take_parameters(w, NULL);
    } else if (is(w, "always") || is(w, "initial")) {
        w->at++;
        skip_statement(w);
    } else if (is(w, "function")) {
        skip_to(w, "endfunction");
    } else if (is(w, "task")) {
        skip_to(w, "endtask");
    } else if (is(w, "if")) {
        walk_if(w);
    } else if (is(w, "for")) {
        walk_for(w);
    } else if ((module = find_module(w->modules, here(w))) >= 0) {
        walk_instance(w, module);
    } else {
        skip_to(w, ";");
    }
}

static void record(struct instances *found, const char *path, const struct token *module)
{
    if (found->count == found->room) {
        found->room = 2 * found->room + 64;
        struct instance *list = allocate((size_t)found->room, sizeof *list);
        if (found->count > 0)
            memcpy(list, found->list, (size_t)found->count * sizeof *list);
        free(found->list);
        found->list = list;
    }
    struct text named = {0};
    text_append_bytes(&named, module->at, (size_t)module->length);
    found->list[found->count++] = (struct instance){duplicate(path), named.data};
}

static void walk_module(struct walk *outer, int module, const char *path,
                        const struct names *given)
{
    struct walk w = {.found = outer->found,
                     .modules = outer->modules,
                     .tokens = &outer->modules->tokens[module],
                     .at = outer->modules->begin[module],
                     .path = path,
                     .depth = outer->depth + 1};
    if (w.depth > DEPTH_MOST) /* it is in itself */
        return;
    record(w.found, path, here(&w));
    w.at++;
    if (is(&w, "#")) {
        w.at += 2;
        take_parameters(&w, given);
    }
    skip_to(&w, ";"); /* the ports */
    while (!at_end(&w) && !is(&w, "endmodule"))
        walk_item(&w);
    forget(&w, NULL);
}

/* ---- all ------------------------------------------------------------------------------------- */

static bool read_module(struct modules *modules, const char *path, struct error *error)
{
    if (modules->count == MODULES_MOST)
        return fail(error, "%.500s: more than %d modules", path, MODULES_MOST);
    struct tokens *tokens = &modules->tokens[modules->count];
    if (!tokens_read(tokens, path, error))
        return false;
    int at = 0;
    while (at < tokens->count && !token_is(&tokens->list[at], "module"))
        at++;
    modules->begin[modules->count++] = at + 1 < tokens->count ? at + 1 : tokens->count;
    return true;
}

/* Those of rtl/files.f, whose first is the top. */
static bool read_modules(struct modules *modules, const char *chip, struct error *error)
{
    struct text path = {0}, list = {0};
    text_appendf(&path, "%s/rtl/files.f", chip);
    bool ok = text_read_file(&list, text_string(&path), error);
    for (const char *line = text_string(&list); ok && *line != '\0';) {
        int length = (int)strcspn(line, "\n");
        text_cut(&path, 0);
        text_appendf(&path, "%s/%.*s", chip, length, line);
        ok = length == 0 || read_module(modules, text_string(&path), error);
        line += length + (line[length] == '\n');
    }
    text_free(&path);
    text_free(&list);
    return ok;
}

bool instances_read(struct instances *instances, const char *chip, struct error *error)
{
    static const struct token bench = {"ese_bench", 9};
    struct modules *modules = allocate(1, sizeof *modules);
    *instances = (struct instances){0};
    record(instances, "ese_bench", &bench);
    bool ok = read_modules(modules, chip, error);
    if (ok && modules->count > 0)
        walk_module(&(struct walk){.found = instances, .modules = modules}, 0,
                    "ese_bench.u_chip", NULL);
    for (int n = 0; n < modules->count; n++)
        tokens_free(&modules->tokens[n]);
    free(modules);
    return ok;
}

void instances_free(struct instances *instances)
{
    for (int n = 0; n < instances->count; n++) {
        free(instances->list[n].path);
        free(instances->list[n].module);
    }
    free(instances->list);
    *instances = (struct instances){0};
}

bool instance_is_within(const char *path, const char *outer)
{
    size_t length = strlen(outer);
    return strncmp(path, outer, length) == 0 && (path[length] == '\0' || path[length] == '.');
}
