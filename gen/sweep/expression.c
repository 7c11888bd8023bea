/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/sweep/expression.h"

#include <ctype.h>
#include <math.h>
#include <muParserDLL.h>
#include <stdlib.h>
#include <string.h>

#include "gen/config/config_keys.h"
#include "models/base/bytes.h"

#define NAME_CHARACTERS "0123456789_.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

struct expression {
    struct scope *scope;
    const char *where;
    muParserHandle_t parser;
    bool uses[SCOPE_MOST];
};

/* ---- names ----------------------------------------------------------------------------------- */

static bool is_number(const char *text)
{
    char *end;
    strtod(text, &end);
    return end != text && *end == '\0';
}

/* Can the key be a number, be it that some of its values are words? */
static bool can_be_number(const struct key *key)
{
    if (key->kind == KIND_PATH || key->kind == KIND_NAME || key->kind == KIND_DEVICE)
        return false;
    if (key->kind != KIND_WORD)
        return true;
    for (int n = 0; key->words[n] != NULL; n++)
        if (is_number(key->words[n]))
            return true;
    return false;
}

static void add(struct scope *scope, struct scope_name name)
{
    BUG_UNLESS(scope->count < SCOPE_MOST);
    name.value = NAN;
    scope->at[scope->count++] = name;
}

void scope_begin(struct scope *scope, const struct config *config)
{
    scope->count = 0;
    for (int n = config_key_next(config, -1); n >= 0; n = config_key_next(config, n))
        if (can_be_number(key_at(n)))
            add(scope, (struct scope_name){.name = key_at(n)->name, .key = n, .column = -1});
    for (int n = 0; n < COLUMN_COUNT; n++)
        if (columns[n].kind != COLUMN_TEXT)
            add(scope, (struct scope_name){.name = columns[n].name, .key = -1, .column = n});
}

int scope_add(struct scope *scope, const char *name)
{
    add(scope, (struct scope_name){.name = name, .key = -1, .column = -1});
    return scope->count - 1;
}

bool scope_has(const struct scope *scope, const char *name)
{
    for (int n = 0; n < scope->count; n++)
        if (strcmp(scope->at[n].name, name) == 0)
            return true;
    return false;
}

void scope_set_keys(struct scope *scope, const struct config *config)
{
    struct text text = {0};
    for (int n = 0; n < scope->count; n++) {
        struct scope_name *name = &scope->at[n];
        name->value = NAN;
        if (name->key < 0)
            continue;
        text_cut(&text, 0);
        key_write(key_at(name->key), config, &text);
        const char *value = text_string(&text);
        if (key_at(name->key)->kind == KIND_FLAG)
            name->value = strcmp(value, "true") == 0;
        else if (is_number(value))
            name->value = strtod(value, NULL);
    }
    text_free(&text);
}

void scope_set_columns(struct scope *scope, const json_t *report)
{
    for (int n = 0; n < scope->count; n++)
        if (scope->at[n].column >= 0)
            scope->at[n].value = column_value(&columns[scope->at[n].column], report);
}

/* ---- muParser -------------------------------------------------------------------------------- */

/* "cycles, dsp ... and snr_db" */
static void list_names(const struct scope *scope, struct text *list)
{
    const char *comma = "";
    for (int n = 0; n < scope->count; n++) {
        if (scope->at[n].key >= 0)
            continue;
        text_appendf(list, "%s%s", comma, scope->at[n].name);
        comma = ", ";
    }
}

static bool unknown(const struct scope *scope, const char *name, const char *where,
                    struct error *error)
{
    char shown[PRINTABLE_NAME];
    struct text list = {0};
    printable(shown, sizeof shown, name);
    const struct key *key = key_find(name);
    if (key != NULL && can_be_number(key))
        return fail(error, "%s: '%s' is no key of this model", where, shown);
    if (key != NULL)
        return fail(error, "%s: '%s' is a word, and expressions know numbers", where, shown);
    const char *guess = key_guess(name);
    list_names(scope, &list);
    fail(error, "%s: there is no '%s'%s%s%s; there are the keys of a configuration and %s", where,
         shown, guess != NULL ? " (did you mean '" : "", guess != NULL ? guess : "",
         guess != NULL ? "'?)" : "", text_string(&list));
    text_free(&list);
    return false;
}

/* What muParser does not take. */
static bool explain(const struct expression *e, struct error *error)
{
    char token[PRINTABLE_NAME], message[PRINTABLE_PATH];
    printable(token, sizeof token, mupGetErrorToken(e->parser));
    printable(message, sizeof message, mupGetErrorMsg(e->parser));
    mupErrorReset(e->parser);
    size_t length = strspn(token, NAME_CHARACTERS);
    if (isalpha((unsigned char)token[0]) && token[length] == '\0' && !scope_has(e->scope, token))
        return unknown(e->scope, token, e->where, error);
    return fail(error, "%s: %s", e->where, message);
}

/* muParser would assign to what stands left of it. */
static bool assigns(const char *text)
{
    for (const char *at = strchr(text, '='); at != NULL; at = strchr(at + 1, '=')) {
        if (at[1] == '=')
            at++;
        else if (at == text || strchr("<>!", at[-1]) == NULL)
            return true;
    }
    return false;
}

static bool set_up(struct expression *e, const char *text, struct error *error)
{
    int results = 0;
    if (assigns(text))
        return fail(error, "%s: '=' is no comparison, '==' is", e->where);
    mupDefineNameChars(e->parser, NAME_CHARACTERS);
    for (int n = 0; n < e->scope->count; n++)
        mupDefineVar(e->parser, e->scope->at[n].name, &e->scope->at[n].value);
    mupSetExpr(e->parser, text);
    mupEvalMulti(e->parser, &results);
    if (mupError(e->parser)) /* of either; asking forgets it */
        return explain(e, error);
    if (results != 1)
        return fail(error, "%s: has %d values, not one", e->where, results);
    const int count = mupGetExprVarNum(e->parser);
    for (int v = 0; v < count; v++) {
        const char *name = NULL;
        double *value = NULL;
        mupGetExprVar(e->parser, (unsigned)v, &name, &value);
        for (int n = 0; n < e->scope->count; n++)
            e->uses[n] = e->uses[n] || value == &e->scope->at[n].value;
    }
    return true;
}

struct expression *expression_new(const char *text, struct scope *scope, const char *where,
                                  struct error *error)
{
    struct expression *e = allocate(1, sizeof *e);
    *e = (struct expression){.scope = scope, .where = where, .parser = mupCreate(muBASETYPE_FLOAT)};
    if (set_up(e, text, error))
        return e;
    expression_free(e);
    return NULL;
}

void expression_free(struct expression *e)
{
    if (e == NULL)
        return;
    mupRelease(e->parser);
    free(e);
}

bool expression_needs_results(const struct expression *e)
{
    for (int n = 0; n < e->scope->count; n++)
        if (e->uses[n] && e->scope->at[n].key < 0)
            return true;
    return false;
}

bool expression_value(const struct expression *e, double *value, struct error *error)
{
    for (int n = 0; n < e->scope->count; n++)
        if (e->uses[n] && isnan(e->scope->at[n].value))
            return fail(error, "%s: %s is no number here", e->where, e->scope->at[n].name);
    *value = mupEval(e->parser);
    return !mupError(e->parser) || explain(e, error);
}

_Static_assert(sizeof(muFloat_t) == sizeof(double), "values are read where they lie");
