/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify/tokens.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- tokens ---------------------------------------------------------------------------------- */

static bool is_word_character(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$';
}

/* Behind a space, comment, attribute or directive that begins there; or `at`.  A directive begins a
 * line; what else has a ` is a macro. */
static const char *skip_blank(const char *at, bool begins_line)
{
    const char *end = at;
    if (isspace((unsigned char)*at) || (*at == '`' && !begins_line))
        return at + 1;
    if (strncmp(at, "//", 2) == 0 || *at == '`')
        return at + strcspn(at, "\n");
    if (strncmp(at, "/*", 2) == 0)
        end = strstr(at, "*/");
    else if (strncmp(at, "(*", 2) == 0 && at[2] != ')')
        end = strstr(at, "*)");
    else
        return at;
    return end != NULL ? end + 2 : at + strlen(at);
}

static int token_length(const char *at)
{
    static const char *const signs[] = {"<<", ">>", "<=", ">=", "==", "!=", "&&", "||"};
    int length = 1;
    if (*at == '"') {
        while (at[length] != '\0' && at[length] != '"')
            length++;
        return length + (at[length] == '"');
    }
    if (is_word_character(*at)) {
        /* A sized number is one token. */
        while (is_word_character(at[length]) ||
               (isdigit((unsigned char)*at) && at[length] == '\''))
            length++;
        return length;
    }
    for (size_t n = 0; n < sizeof signs / sizeof *signs; n++)
        if (strncmp(at, signs[n], 2) == 0)
            return 2;
    return 1;
}

static void add(struct tokens *tokens, const char *at, int length)
{
    if (tokens->count + 1 >= tokens->room) {
        int room = 2 * tokens->room + 256;
        struct token *list = allocate((size_t)room, sizeof *list);
        if (tokens->count > 0)
            memcpy(list, tokens->list, (size_t)tokens->count * sizeof *list);
        free(tokens->list);
        tokens->list = list;
        tokens->room = room;
    }
    tokens->list[tokens->count++] = (struct token){at, length};
    tokens->list[tokens->count] = (struct token){"", 0};
}

bool tokens_read(struct tokens *tokens, const char *path, struct error *error)
{
    *tokens = (struct tokens){0};
    if (!text_read_file(&tokens->source, path, error))
        return false;
    const char *start = text_string(&tokens->source);
    for (const char *at = start; *at != '\0';) {
        const char *next = skip_blank(at, at == start || at[-1] == '\n');
        if (next == at) {
            int length = token_length(at);
            add(tokens, at, length);
            next = at + length;
        }
        at = next;
    }
    if (tokens->count > 0)
        return true;
    tokens_free(tokens);
    return fail(error, "%.500s is empty", path);
}

void tokens_free(struct tokens *tokens)
{
    text_free(&tokens->source);
    free(tokens->list);
    *tokens = (struct tokens){0};
}

bool token_is(const struct token *token, const char *text)
{
    return (size_t)token->length == strlen(text) &&
           memcmp(token->at, text, (size_t)token->length) == 0;
}

bool token_is_word(const struct token *token)
{
    return isalpha((unsigned char)*token->at) || *token->at == '_';
}

int tokens_skip(const struct tokens *tokens, int at)
{
    int depth = 0;
    for (; at < tokens->count; at++) {
        char sign = *tokens->list[at].at;
        depth += sign == '(' || sign == '[' || sign == '{';
        depth -= sign == ')' || sign == ']' || sign == '}';
        if (depth <= 0)
            return at + 1;
    }
    return at;
}

/* ---- expressions ----------------------------------------------------------------------------- */

struct reader {
    const struct tokens *tokens;
    const struct names *names;
    int at;
};

/* Behind the last token an empty one. */
static const struct token *here(const struct reader *r)
{
    return &r->tokens->list[r->at < r->tokens->count ? r->at : r->tokens->count];
}

static struct value number(int64_t number)
{
    return (struct value){.kind = VALUE_NUMBER, .number = number};
}

static struct value expression(struct reader *r, int least);

/* 12, 4'd12, 8'hff: the digits, in their base. */
static struct value literal(const struct token *token)
{
    char text[64], *end;
    if (token->length >= (int)sizeof text)
        return (struct value){0};
    memcpy(text, token->at, (size_t)token->length);
    text[token->length] = '\0';
    char *quote = strchr(text, '\''), *digits = quote != NULL ? quote + 2 : text;
    int base = quote == NULL || quote[1] == 'd' ? 10
               : quote[1] == 'h' ? 16 : quote[1] == 'b' ? 2 : 8;
    int64_t result = strtoll(digits, &end, base);
    return *end == '\0' ? number(result) : (struct value){0};
}

static struct value named(const struct reader *r, const struct token *name)
{
    for (const struct names *n = r->names; n != NULL; n = n->before)
        if (n->name.length == name->length &&
            memcmp(n->name.at, name->at, (size_t)name->length) == 0)
            return n->value;
    return (struct value){0};
}

static struct value operand(struct reader *r)
{
    const struct token *token = here(r);
    struct value value = {0};
    if (token_is(token, "(")) {
        r->at++;
        value = expression(r, 0);
        if (token_is(here(r), ")"))
            r->at++;
        return value;
    }
    if (token_is(token, "-") || token_is(token, "!")) {
        r->at++;
        value = operand(r);
        value.number = *token->at == '-' ? -value.number : !value.number;
        return value.kind == VALUE_NUMBER ? value : (struct value){0};
    }
    r->at = tokens_skip(r->tokens, r->at);
    if (*token->at == '"')
        return (struct value){.kind = VALUE_STRING, .string = *token};
    if (isdigit((unsigned char)*token->at))
        return literal(token);
    value = named(r, token);
    while (token_is(here(r), "[") || token_is(here(r), "(")) { /* a bit, a function */
        r->at = tokens_skip(r->tokens, r->at);
        value = (struct value){0};
    }
    return value;
}

/* What stands between operands, those that bind less first. */
static const struct operation { const char *sign; int binds; } OPERATIONS[] = {
    {"||", 1}, {"&&", 2}, {"==", 3}, {"!=", 3}, {"<", 4},  {">", 4}, {"<=", 4},
    {">=", 4}, {"<<", 5}, {">>", 5}, {"+", 6},  {"-", 6},  {"*", 7}, {"/", 7},
};

static const struct operation *operation(const struct token *token)
{
    for (size_t n = 0; n < sizeof OPERATIONS / sizeof *OPERATIONS; n++)
        if (token_is(token, OPERATIONS[n].sign))
            return &OPERATIONS[n];
    return NULL;
}

static struct value calculate(const char *sign, int64_t a, int64_t b)
{
    bool shifts = b >= 0 && b < 62;
    switch (sign[0]) {
    case '|': return number(a || b);
    case '&': return number(a && b);
    case '=': return number(a == b);
    case '!': return number(a != b);
    case '+': return number(a + b);
    case '-': return number(a - b);
    case '*': return number(a * b);
    case '/': return b != 0 ? number(a / b) : (struct value){0};
    case '<':
        if (sign[1] == '<')
            return shifts ? number(a << b) : (struct value){0};
        return number(sign[1] == '=' ? a <= b : a < b);
    default:
        if (sign[1] == '>')
            return shifts ? number(a >> b) : (struct value){0};
        return number(sign[1] == '=' ? a >= b : a > b);
    }
}

static struct value combine(const char *sign, const struct value *a, const struct value *b)
{
    if (a->kind == VALUE_NUMBER && b->kind == VALUE_NUMBER)
        return calculate(sign, a->number, b->number);
    if (a->kind != VALUE_STRING || b->kind != VALUE_STRING || sign[1] != '=')
        return (struct value){0};
    bool same = a->string.length == b->string.length &&
                memcmp(a->string.at, b->string.at, (size_t)a->string.length) == 0;
    return number(sign[0] == '=' ? same : !same);
}

static struct value expression(struct reader *r, int least)
{
    struct value value = operand(r);
    for (const struct operation *o; (o = operation(here(r))) != NULL && o->binds > least;) {
        r->at++;
        struct value right = expression(r, o->binds);
        value = combine(o->sign, &value, &right);
    }
    if (least == 0 && token_is(here(r), "?")) {
        r->at++;
        struct value then = expression(r, 0);
        r->at += token_is(here(r), ":");
        struct value otherwise = expression(r, 0);
        value = value.kind != VALUE_NUMBER ? (struct value){0} : value.number ? then : otherwise;
    }
    return value;
}

static bool ends(const struct token *token)
{
    return token->length == 0 || (token->length == 1 && strchr(",;):", *token->at) != NULL);
}

struct value tokens_value(const struct tokens *tokens, int *at, const struct names *names)
{
    struct reader reader = {tokens, names, *at};
    struct value value = expression(&reader, 0);
    if (!ends(here(&reader)))
        value = (struct value){0};
    while (!ends(here(&reader)))
        reader.at = tokens_skip(tokens, reader.at);
    *at = reader.at;
    return value;
}
