/* SPDX-License-Identifier: Apache-2.0
 * render.c - the template engine: one pass over the lines, a block calling itself for the blocks
 * in it.  Blocks that are left out are walked as well, without emitting: they are checked and
 * their keys count as used. */
#include "gen/emit/render.h"

#include <stdlib.h>
#include <string.h>

#include "gen/emit/bindings.h"

/* A line of the template, without its newline. */
struct line {
    const char *start;
    size_t length;
    int number;
};

/* Where keys are looked up: a row or, outermost, the bindings of the run. */
struct scope {
    const struct scope *outer;
    struct names *names;
    const struct bindings *row; /* NULL where a list is walked without a row */
    bool last;                  /* of the rows */
    bool open;                  /* a list without rows: it could have any keys */
};

struct run {
    const char *name, *prefix;
    const char *next; /* rest of the template */
    struct line line; /* the one before `next` */
    bool stopped;
    struct text *out, *report;
    size_t report_start;
    struct error *error;
    int errors;
};

enum directive { PLAIN, IF, IFNOT, ELSE, END, FOR, WRONG };

static const char *const DIRECTIVES[] = {
    [IF] = "if", [IFNOT] = "ifnot", [ELSE] = "else", [END] = "end", [FOR] = "for",
};

/* What ended a block. */
enum ending { BY_END, BY_ELSE, BY_TEXT };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool starts_with(const char *at, const char *end, const char *with, size_t length)
{
    return (size_t)(end - at) >= length && memcmp(at, with, length) == 0;
}

/* Reports an error at a place of a line, once however many rows come across it. */
static void error_at(struct run *run, const struct line *line, const char *at, const char *format,
                     ...) __attribute__((format(printf, 4, 5)));
static void error_at(struct run *run, const struct line *line, const char *at, const char *format,
                     ...)
{
    struct text message = {0};
    text_appendf(&message, "%s:%d:%d: ", run->name, line->number, (int)(at - line->start) + 1);
    size_t place = message.length;
    text_append(&message, "error: ");
    va_list arguments;
    va_start(arguments, format);
    text_vappendf(&message, format, arguments);
    va_end(arguments);
    text_append_char(&message, '\n');

    if (strstr(text_string(run->report) + run->report_start, message.data) == NULL) {
        text_append_bytes(run->report, message.data, message.length);
        text_appendf(run->report, "    %.*s\n    ", (int)line->length, line->start);
        /* Tabs stay, and the later bytes of a UTF-8 character take no room. */
        for (const char *c = line->start; c < at; c++)
            if (((unsigned char)*c & 0xc0) != 0x80)
                text_append_char(run->report, *c == '\t' ? '\t' : ' ');
        text_append(run->report, "^\n");

        if (run->errors++ == 0) {
            text_cut(&message, message.length - 1);
            fail(run->error, "%.*s%s", (int)place, message.data,
                 message.data + place + strlen("error: "));
        }
    }
    text_free(&message);
}

static bool next_line(struct run *run)
{
    if (run->stopped || *run->next == '\0')
        return false;
    size_t length = strcspn(run->next, "\n");
    run->line = (struct line){run->next, length, run->line.number + 1};
    run->next += length;
    run->next += *run->next == '\n';
    return true;
}

/* Finds a key of the given kind from the innermost scope on.  NULL with an error when there is
 * none; NULL without one where it cannot be known or, in a part that is left out, has no value. */
static const struct value *find(struct run *run, const struct scope *scope, bool emit,
                                enum kind kind, const char *key, size_t length,
                                struct name **found)
{
    static const char *const PLACES[] = {
        [KIND_TEXT] = "a text: it stands in '@{...}'",
        [KIND_FLAG] = "a flag: it stands in 'if' and 'ifnot'",
        [KIND_LIST] = "a list: it stands in 'for'",
    };
    bool open = false;
    *found = NULL;
    for (; scope != NULL; scope = scope->outer) {
        open |= scope->open;
        struct name *name = names_find(scope->names, key, length);
        const struct value *value =
            name != NULL && scope->row != NULL ? value_find(scope->row, name) : NULL;
        if (name == NULL || (emit && value == NULL))
            continue;
        name->used = true;
        *found = name;
        if (name->kind == kind)
            return value;
        error_at(run, &run->line, key, "'%s' is %s", name->key, PLACES[name->kind]);
        return NULL;
    }
    if (!open)
        error_at(run, &run->line, key, "nothing is bound to '%.*s'", (int)length, key);
    return NULL;
}

static size_t key_length(const char *at, const char *end)
{
    const char *start = at;
    while (at < end && ((*at >= 'A' && *at <= 'Z') || *at == '_' || (*at >= '0' && *at <= '9')))
        at++;
    return start < end && *start >= 'A' && *start <= 'Z' ? (size_t)(at - start) : 0;
}

/* Appends what @{KEY} stands for. */
static void emit_key(struct run *run, const struct scope *scope, bool emit, const char *key,
                     size_t length)
{
    if (scope->outer != NULL && length == 3 && memcmp(key, "SEP", 3) == 0) {
        if (emit && !scope->last)
            text_append_char(run->out, ',');
        return;
    }
    struct name *name;
    const struct value *value = find(run, scope, emit, KIND_TEXT, key, length, &name);
    if (emit && value != NULL)
        text_append(run->out, value->text);
}

static void plain_line(struct run *run, const struct scope *scope, bool emit)
{
    const char *at = run->line.start, *end = at + run->line.length;
    while (at < end) {
        if (starts_with(at, end, "@@{", 3)) {
            if (emit)
                text_append(run->out, "@{");
            at += 3;
        } else if (starts_with(at, end, "@{", 2)) {
            size_t length = key_length(at + 2, end);
            const char *close = memchr(at, '}', (size_t)(end - at));
            if (close == NULL) {
                error_at(run, &run->line, at, "'@{' has no '}' on this line");
                break;
            }
            if (length == 0 || at + 2 + length != close)
                error_at(run, &run->line, at + 2,
                         "'%.*s' is no key: capital letters, digits and '_' are",
                         (int)(close - at - 2), at + 2);
            else
                emit_key(run, scope, emit, at + 2, length);
            at = close + 1;
        } else {
            const char *mark = memchr(at + 1, '@', (size_t)(end - at - 1));
            const char *stop = mark != NULL ? mark : end;
            if (emit)
                text_append_bytes(run->out, at, (size_t)(stop - at));
            at = stop;
        }
    }
    if (emit && *end == '\n')
        text_append_char(run->out, '\n');
}

/* The first place where the prefix, without its blanks, stands in the line and is not part of a
 * key; NULL when there is none. */
static const char *find_marker(const struct run *run, size_t *length)
{
    const char *end = run->line.start + run->line.length;
    *length = strcspn(run->prefix, " ");
    for (const char *at = run->line.start; at < end; at++)
        if (starts_with(at, end, run->prefix, *length)) {
            char follows = at + *length < end ? at[*length] : '\0';
            if (follows != '{' && follows != '@')
                return at;
        }
    return NULL;
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && is_blank(*at))
        at++;
    return at;
}

/* Takes off what frames a directive: its text is then from `at` to `end`. */
static bool unframe(struct run *run, const char *marker, size_t marker_length, const char **at,
                    const char **end)
{
    const struct line *line = &run->line;
    const char *start = line->start, *stop = line->start + line->length;
    while (stop > start && is_blank(stop[-1]))
        stop--;
    if (run->prefix[0] == '<') {
        if (stop - start < 3 || memcmp(stop - 3, "-->", 3) != 0) {
            error_at(run, line, marker, "the directive does not end in '-->'");
            return false;
        }
        for (stop -= 3; stop > start && is_blank(stop[-1]); stop--)
            ;
    }
    start = marker + marker_length;
    if (skip_blanks(line->start, marker) != marker || start >= stop || !is_blank(*start)) {
        error_at(run, line, marker, "a directive stands alone on its line, as in '%sif NAME%s'",
                 run->prefix, run->prefix[0] == '<' ? " -->" : "");
        return false;
    }
    *at = skip_blanks(start, stop);
    *end = stop;
    return true;
}

/* Recognizes a directive; `argument` is the name behind it, inside the line. */
static enum directive parse_directive(struct run *run, const char **argument, size_t *length)
{
    const char *marker, *at, *end;
    size_t marker_length;
    if ((marker = find_marker(run, &marker_length)) == NULL)
        return PLAIN;
    if (!unframe(run, marker, marker_length, &at, &end))
        return WRONG;

    size_t word = 0;
    while (at + word < end && !is_blank(at[word]))
        word++;
    enum directive directive = IF;
    while (directive < WRONG && (strlen(DIRECTIVES[directive]) != word ||
                                 memcmp(DIRECTIVES[directive], at, word) != 0))
        directive++;
    if (directive == WRONG) {
        error_at(run, &run->line, at, "'%.*s' is no directive: if, ifnot, else, end, for are",
                 (int)word, at);
        return WRONG;
    }

    *argument = at = skip_blanks(at + word, end);
    *length = key_length(at, end);
    if (directive == ELSE || directive == END) {
        if (at < end)
            error_at(run, &run->line, at, "nothing may follow '%s'", DIRECTIVES[directive]);
    } else if (*length == 0 || at + *length != end) {
        error_at(run, &run->line, at, "'%s' takes one name: capital letters, digits and '_'",
                 DIRECTIVES[directive]);
        *length = 0;
    }
    return directive;
}

static enum ending block(struct run *run, const struct scope *scope, bool emit, int depth,
                         bool may_else);

static enum ending conditional(struct run *run, const struct scope *scope, bool emit, int depth,
                               bool negated, const char *key, size_t length)
{
    struct name *name;
    const struct value *value =
        length > 0 ? find(run, scope, emit, KIND_FLAG, key, length, &name) : NULL;
    bool holds = value != NULL && value->flag != negated;
    enum ending ending = block(run, scope, emit && holds, depth, true);
    if (ending == BY_ELSE)
        ending = block(run, scope, emit && value != NULL && !holds, depth, false);
    return ending;
}

static enum ending loop(struct run *run, const struct scope *scope, bool emit, int depth,
                        const char *key, size_t length)
{
    struct name *name = NULL;
    const struct value *list =
        length > 0 ? find(run, scope, emit, KIND_LIST, key, length, &name) : NULL;
    int rows = list != NULL ? list->row_count : 0;
    struct scope inner = {.outer = scope, .open = rows == 0};
    if (name != NULL && name->kind == KIND_LIST)
        inner.names = name->row_names;
    if (!emit || rows == 0)
        return block(run, &inner, false, depth, false);

    const char *body = run->next;
    struct line line = run->line;
    enum ending ending = BY_END;
    for (int i = 0; i < rows && !run->stopped; i++) {
        run->next = body;
        run->line = line;
        inner.row = list->rows[i];
        inner.last = i == rows - 1;
        ending = block(run, &inner, true, depth, false);
    }
    return ending;
}

/* Walks lines up to the directive that ends the block. */
static enum ending block(struct run *run, const struct scope *scope, bool emit, int depth,
                         bool may_else)
{
    if (depth > RENDER_DEPTH) {
        error_at(run, &run->line, run->line.start, "more than %d blocks in each other",
                 RENDER_DEPTH);
        run->stopped = true;
    }
    while (next_line(run)) {
        struct line line = run->line;
        const char *argument = NULL;
        size_t length = 0;
        enum directive directive = parse_directive(run, &argument, &length);
        enum ending inner = BY_END;
        switch (directive) {
        case PLAIN:
            plain_line(run, scope, emit);
            break;
        case IF:
        case IFNOT:
            inner = conditional(run, scope, emit, depth + 1, directive == IFNOT, argument, length);
            break;
        case FOR:
            inner = loop(run, scope, emit, depth + 1, argument, length);
            break;
        case ELSE:
            if (may_else)
                return BY_ELSE;
            error_at(run, &line, line.start, "'else' without an 'if' before it");
            break;
        case END:
            if (depth > 0)
                return BY_END;
            error_at(run, &line, line.start, "'end' without an 'if' or 'for' before it");
            break;
        case WRONG:
            break;
        }
        if (inner == BY_TEXT && !run->stopped)
            error_at(run, &line, line.start, "'%s' has no 'end'", DIRECTIVES[directive]);
    }
    return BY_TEXT;
}

bool render(const char *template_text, const char *name, const char *prefix,
            struct bindings *bindings, struct text *out, struct error *error)
{
    size_t before = out->length;
    struct run run = {
        .name = name,
        .prefix = prefix,
        .next = template_text,
        .out = out,
        .report = &bindings->report,
        .report_start = bindings->report.length,
        .error = error,
    };
    struct scope scope = {.names = bindings->names, .row = bindings};
    block(&run, &scope, true, 0, false);
    if (run.errors == 0)
        return true;
    text_cut(out, before);
    fail_count(error, run.errors);
    return false;
}
