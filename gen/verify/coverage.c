/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify/coverage.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/folder/workspace.h"

/* ---- what cannot happen ---------------------------------------------------------------------- */

/* A rule of coverage.def that holds for this chip. */
struct never {
    const char *module;    /* "": any */
    bool toggle;
    const char *from, *to; /* texts of a line; of a toggle `from` is the signal */
    int low, high;         /* bits of it */
    const char *why;
};

enum { NEVER_MOST = 128, BITS_MOST = 4096 };

/* So many bits does a number have. */
static int bits_of(int number)
{
    int bits = 0;
    for (; number > 0; number >>= 1)
        bits++;
    return bits;
}

static int list_never(const struct program *p, struct never list[NEVER_MOST])
{
    const struct derived *d = &p->chip;
    int count = 0;
#define NEVER_LINE(module, from, to, when, why) \
    if (when)                                   \
        list[count++] = (struct never){module, false, from, to, 0, 0, why};
#define NEVER_TOGGLE(module, signal, low, high, when, why) \
    if (when)                                              \
        list[count++] = (struct never){module, true, signal, "", (low), (high), why};
#include "gen/verify/coverage.def"
    BUG_UNLESS(count <= NEVER_MOST);
    return count;
}

/* ---- of one file ----------------------------------------------------------------------------- */

struct reader {
    struct coverage *coverage;
    const struct program *program;
    struct never never[NEVER_MOST];
    int never_count, hole_room;
    struct coverage_module *module;
    struct text source; /* its file, lines ended by NULs */
    const char **lines; /* [line_count + 1], from 1 on */
    const char **never_lines; /* why a line is never reached, NULL: it can be; likewise */
    int line_count;
};

static void open_lines(struct reader *r)
{
    r->line_count = 0;
    for (size_t i = 0; i < r->source.length; i++)
        r->line_count += r->source.data[i] == '\n';
    r->lines = allocate((size_t)r->line_count + 2, sizeof *r->lines);
    char *at = r->source.data;
    for (int n = 1; n <= r->line_count; n++) {
        char *end = strchr(at, '\n');
        *end = '\0';
        r->lines[n] = at + strspn(at, " \t");
        at = end + 1;
    }
}

/* Is the rule about this file's module?  Both have a prefix, each its own. */
static bool is_of(const struct never *never, const struct reader *r)
{
    const char *name = r->module->name, *prefix = r->program->config.prefix;
    size_t length = strlen(prefix);
    bool mine = strncmp(name, prefix, length) == 0;
    return never->module[0] == '\0' ||
           (mine && strcmp(never->module + strlen(PREFIX_DEFAULT), name + length) == 0);
}

static void mark_never_lines(struct reader *r)
{
    r->never_lines = allocate((size_t)r->line_count + 2, sizeof *r->never_lines);
    for (int n = 0; n < r->never_count; n++) {
        const struct never *never = &r->never[n];
        bool inside = false;
        for (int line = 1; line <= r->line_count && !never->toggle && is_of(never, r); line++) {
            inside = inside || strstr(r->lines[line], never->from) != NULL;
            if (inside)
                r->never_lines[line] = never->why;
            inside = inside && strstr(r->lines[line], never->to) == NULL;
        }
    }
}

static void close_file(struct reader *r)
{
    text_cut(&r->source, 0);
    free(r->lines);
    free(r->never_lines);
    r->lines = r->never_lines = NULL;
}

static bool open_file(struct reader *r, const char *file, const char *dir, struct error *error)
{
    char path[PATH_MAX], tail[PATH_MAX];
    const char *name = strrchr(file, '/') + 1;
    r->module = &r->coverage->modules[r->coverage->module_count++];
    snprintf(r->module->name, sizeof r->module->name, "%.*s", (int)strcspn(name, "."), name);
    close_file(r);
    if (!path_join(tail, "/", file, error) || !path_join(path, dir, tail, error) ||
        !text_read_file(&r->source, path, error))
        return false;
    open_lines(r);
    mark_never_lines(r);
    return true;
}

/* The signal of a rule: its name, or that of one of its elements. */
static bool is_signal(const char *name, const char *signal)
{
    size_t length = strlen(signal);
    return strncmp(name, signal, length) == 0 &&
           (name[length] == '\0' || name[length] == '[');
}

/* Without the generate blocks that newer Verilators name. */
static const char *plain_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL ? dot + 1 : name;
}

/* Why a bit never goes up and down; NULL: it can. */
static const char *why_no_toggle(const struct reader *r, const char *name, int bit)
{
    for (int n = 0; n < r->never_count; n++) {
        const struct never *never = &r->never[n];
        if (never->toggle && bit >= never->low && bit <= never->high && is_of(never, r) &&
            is_signal(plain_name(name), never->from))
            return never->why;
    }
    return NULL;
}

static void add_hole(struct reader *r, struct coverage_hole hole)
{
    struct coverage *c = r->coverage;
    if (c->hole_count == r->hole_room) {
        r->hole_room = 2 * r->hole_room + 64;
        struct coverage_hole *more = allocate((size_t)r->hole_room, sizeof *more);
        for (int n = 0; n < c->hole_count; n++)
            more[n] = c->holes[n];
        free(c->holes);
        c->holes = more;
    }
    hole.module = r->module;
    c->holes[c->hole_count++] = hole;
}

/* ---- lines ----------------------------------------------------------------------------------- */

enum line_state { LINE_PLAIN, LINE_COVERED, LINE_MISSED };

static void mark_lines(const struct reader *r, const struct coverage_point *point,
                       enum line_state *states)
{
    const char *at = point->lines;
    int first = point->line, last = point->line;
    bool more = *at == '\0' || coverage_next_lines(&at, &first, &last);
    for (; more; more = coverage_next_lines(&at, &first, &last))
        for (int line = first; line <= last && line <= r->line_count; line++)
            if (point->count == 0)
                states[line] = LINE_MISSED;
            else if (states[line] == LINE_PLAIN)
                states[line] = LINE_COVERED;
}

static void count_lines(struct reader *r, const struct coverage_point *points, int count)
{
    enum line_state *states = allocate((size_t)r->line_count + 1, sizeof *states);
    struct coverage_count *lines = &r->module->lines;
    for (int n = 0; n < count; n++)
        mark_lines(r, &points[n], states);
    for (int line = 1; line <= r->line_count; line++) {
        const char *why = r->never_lines[line];
        if (states[line] == LINE_COVERED) {
            lines->covered++;
            if (why != NULL)
                text_appendf(&r->coverage->wrong, "%s.v:%d: %s\n", r->module->name, line,
                             r->lines[line]);
        } else if (states[line] == LINE_MISSED) {
            lines->never += why != NULL;
            lines->missed += why == NULL;
            add_hole(r, (struct coverage_hole){
                            .line = line, .what = duplicate(r->lines[line]), .why = why});
        }
    }
    free(states);
}

/* ---- bits ------------------------------------------------------------------------------------ */

/* What names begin with that nobody reads: these bits do not count. */
static const char UNUSED[] = "unused_";

/* The signal's name in `name`; the number of its last index, 0 if it has none. */
static int split_bit(const char *what, struct text *name)
{
    const char *index = strrchr(what, '[');
    text_cut(name, 0);
    text_append_bytes(name, what, index != NULL ? (size_t)(index - what) : strlen(what));
    return index != NULL ? atoi(index + 1) : 0;
}

/* Bits of a signal that were missed; or those of them that cannot be hit. */
struct missed_bits {
    const char *why;
    bool *bits;
    int top; /* the highest, -1: none */
};

static struct missed_bits missed_bits(void)
{
    return (struct missed_bits){.bits = allocate(BITS_MOST, sizeof(bool)), .top = -1};
}

static void add_bit(struct missed_bits *m, int bit, const char *why)
{
    bit = bit < BITS_MOST ? bit : BITS_MOST - 1;
    m->bits[bit] = true;
    m->top = bit > m->top ? bit : m->top;
    m->why = why;
}

/* "data[7:4,2]"; then none are missed. */
static void close_bits(struct reader *r, struct missed_bits *m, const struct text *name, int line)
{
    if (m->top < 0)
        return;
    struct text what = {0};
    text_append(&what, text_string(name));
    char separator = '[';
    for (int high = m->top; high >= 0 && m->top > 0; high--) { /* bit 0 alone: most likely a wire */
        if (!m->bits[high])
            continue;
        int low = high;
        while (low > 0 && m->bits[low - 1])
            low--;
        text_appendf(&what, low < high ? "%c%d:%d" : "%c%d", separator, high, low);
        separator = ',';
        high = low;
    }
    text_append(&what, m->top > 0 ? "]" : "");
    add_hole(r, (struct coverage_hole){
                    .line = line, .what = what.data, .toggle = true, .why = m->why});
    memset(m->bits, 0, BITS_MOST * sizeof *m->bits);
    m->top = -1;
}

static void count_bit(struct reader *r, const struct coverage_point *point, const char *why)
{
    struct coverage_count *toggles = &r->module->toggles;
    bool hit = point->count > 0;
    toggles->covered += hit;
    toggles->never += !hit && why != NULL;
    toggles->missed += !hit && why == NULL;
    if (hit && why != NULL)
        text_appendf(&r->coverage->wrong, "%s.v:%d: %s\n", r->module->name, point->line,
                     point->what);
}

static void count_toggles(struct reader *r, const struct coverage_point *points, int count)
{
    struct missed_bits missed = missed_bits(), never = missed_bits();
    struct text name = {0}, before = {0};
    for (int n = 0; n < count; n++) {
        int bit = split_bit(points[n].what, &name);
        if (strncmp(plain_name(text_string(&name)), UNUSED, strlen(UNUSED)) == 0)
            continue;
        const char *why = why_no_toggle(r, text_string(&name), bit);
        if (strcmp(text_string(&name), text_string(&before)) != 0 && n > 0) {
            close_bits(r, &missed, &before, points[n - 1].line);
            close_bits(r, &never, &before, points[n - 1].line);
        }
        text_cut(&before, 0);
        text_append(&before, text_string(&name));
        count_bit(r, &points[n], why);
        if (points[n].count == 0)
            add_bit(why != NULL ? &never : &missed, bit, why);
    }
    close_bits(r, &missed, &before, count > 0 ? points[count - 1].line : 0);
    close_bits(r, &never, &before, count > 0 ? points[count - 1].line : 0);
    free(missed.bits);
    free(never.bits);
    text_free(&name);
    text_free(&before);
}

/* ---- all files ------------------------------------------------------------------------------- */

/* Points from `first` on that are of one file, and of one kind. */
static int run_of(const struct coverage_points *points, int first)
{
    const struct coverage_point *a = &points->list[first];
    int count = 1;
    while (first + count < points->count && points->list[first + count].toggle == a->toggle &&
           strcmp(points->list[first + count].file, a->file) == 0)
        count++;
    return count;
}

static void add_counts(struct coverage_count *sum, const struct coverage_count *more)
{
    sum->covered += more->covered;
    sum->missed += more->missed;
    sum->never += more->never;
}

static bool count_files(struct reader *r, const struct coverage_points *points, const char *dir,
                        struct error *error)
{
    const char *file = "";
    for (int n = 0, count; n < points->count; n += count) {
        const struct coverage_point *first = &points->list[n];
        count = run_of(points, n);
        if (strncmp(first->file, "rtl/", strlen("rtl/")) != 0)
            continue;
        if (strcmp(first->file, file) != 0 && !open_file(r, first->file, dir, error))
            return false;
        file = first->file;
        (first->toggle ? count_toggles : count_lines)(r, first, count);
    }
    return true;
}

bool coverage_read(struct coverage *coverage, const char *path, const char *dir,
                   const struct program *program, struct error *error)
{
    struct coverage_points points;
    struct reader r = {.coverage = coverage, .program = program};
    *coverage = (struct coverage){0};
    r.never_count = list_never(program, r.never);
    bool ok = coverage_points_read(&points, path, error);
    if (ok) {
        coverage->modules = allocate((size_t)points.count + 1, sizeof *coverage->modules);
        ok = count_files(&r, &points, dir, error);
    }
    for (int n = 0; n < coverage->module_count; n++) {
        add_counts(&coverage->lines, &coverage->modules[n].lines);
        add_counts(&coverage->toggles, &coverage->modules[n].toggles);
    }
    coverage_points_free(&points);
    close_file(&r);
    text_free(&r.source);
    return ok;
}

void coverage_free(struct coverage *coverage)
{
    for (int n = 0; n < coverage->hole_count; n++)
        free(coverage->holes[n].what);
    free(coverage->holes);
    free(coverage->modules);
    text_free(&coverage->wrong);
    *coverage = (struct coverage){0};
}
