/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report/chart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BAR_WIDTH = 60,
    INDENT = 37,     /* columns before the bars */
    ROWS_MOST = 64,  /* with more a row stands for a matrix or a kind of pass */
    TICKS = 4
};

static const char MARK_PRODUCT = '=', MARK_PASS = '#', MARK_IDLE = '.';

/* A line of the chart: one product or pass, or all of a kind. */
struct row {
    const char *state;
    char name[24];
    bool is_pass;
    int count;            /* intervals */
    int64_t begin, end;   /* first cycle, one behind the last */
    int64_t cycles;       /* of all intervals */
    char bar[BAR_WIDTH + 1];
};

struct chart {
    const struct program *program;
    const struct interval *products, *passes;
    int64_t start;
    int64_t length; /* last cycle that anything happens in, from start */
    int64_t step;   /* cycles a column of the bars */
    int row_count;
    struct row *rows;
};

static int column_of(const struct chart *c, int64_t cycle)
{
    int64_t column = cycle / c->step;
    return column < 0 ? 0 : column >= BAR_WIDTH ? BAR_WIDTH - 1 : (int)column;
}

/* Cycles of the interval that fall into a column. */
static int64_t busy_in(const struct chart *c, int column, const struct interval *interval)
{
    int64_t begin = interval->begin - c->start, end = interval->end - c->start;
    int64_t from = column * c->step, to = from + c->step;
    int64_t busy = (end < to ? end : to) - (begin > from ? begin : from);
    return busy > 0 ? busy : 0;
}

/* Fills the columns that the interval takes half of, and one at least. */
static void draw(const struct chart *c, char *bar, const struct interval *interval, char mark)
{
    bool drawn = false;
    for (int column = 0; column < BAR_WIDTH; column++)
        if (2 * busy_in(c, column, interval) >= c->step) {
            bar[column] = mark;
            drawn = true;
        }
    if (!drawn)
        bar[column_of(c, interval->begin - c->start)] = mark;
}

static void add_to_row(const struct chart *c, struct row *row, const struct interval *interval,
                       char mark)
{
    int64_t begin = interval->begin - c->start, end = interval->end - c->start;
    if (row->count == 0 || begin < row->begin)
        row->begin = begin;
    if (row->count == 0 || end > row->end)
        row->end = end;
    row->count++;
    row->cycles += end - begin;
    draw(c, row->bar, interval, mark);
}

static struct row *row_of(struct chart *c, bool is_pass, const char *state, const char *name)
{
    for (int r = 0; r < c->row_count; r++)
        if (c->rows[r].is_pass == is_pass && strcmp(c->rows[r].name, name) == 0)
            return &c->rows[r];
    struct row *row = &c->rows[c->row_count++];
    *row = (struct row){.state = state, .is_pass = is_pass};
    snprintf(row->name, sizeof row->name, "%s", name);
    memset(row->bar, ' ', BAR_WIDTH);
    return row;
}

bool chart_is_grouped(const struct program *p)
{
    return p->product_count + p->pass_count > ROWS_MOST;
}

void chart_short_name(char *name, size_t size, const char *full)
{
    snprintf(name, size, "%.*s", (int)strcspn(full, "["), full);
}

/* "Wix[3]" stands in row "Wix" where the chart is grouped. */
static void row_name(char *name, size_t size, const char *full, bool grouped)
{
    if (grouped)
        chart_short_name(name, size, full);
    else
        snprintf(name, size, "%s", full);
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    if (left->begin != right->begin)
        return left->begin < right->begin ? -1 : 1;
    if (left->is_pass != right->is_pass)
        return left->is_pass ? 1 : -1;
    return strcmp(left->name, right->name);
}

static void collect_rows(struct chart *c, bool grouped)
{
    const struct program *p = c->program;
    char name[24];
    c->rows = allocate((size_t)p->product_count + (size_t)p->pass_count, sizeof *c->rows);
    for (int n = 0; n < p->product_count; n++) {
        if (c->products[n].begin < 0)
            continue;
        row_name(name, sizeof name, p->products[n].name, grouped);
        add_to_row(c, row_of(c, false, p->products[n].state, name), &c->products[n], MARK_PRODUCT);
    }
    for (int n = 0; n < p->pass_count; n++) {
        if (c->passes[n].begin < 0)
            continue;
        row_name(name, sizeof name, p->passes[n].name, grouped);
        add_to_row(c, row_of(c, true, p->passes[n].state, name), &c->passes[n], MARK_PASS);
    }
    qsort(c->rows, (size_t)c->row_count, sizeof *c->rows, compare_rows);
}

static void stretch(int64_t *length, const struct interval *list, int count, int64_t start)
{
    for (int n = 0; n < count; n++)
        if (list[n].begin >= 0 && list[n].end - start > *length)
            *length = list[n].end - start;
}

static char state_digit(const char *state)
{
    size_t length = strlen(state);
    return length > 0 ? state[length - 1] : '?';
}

/* The row of one unit: in every column the state of what it did there longest. */
static void draw_unit(const struct chart *c, char *bar, bool is_pass)
{
    const struct program *p = c->program;
    const struct interval *list = is_pass ? c->passes : c->products;
    int count = is_pass ? p->pass_count : p->product_count;
    int64_t best[BAR_WIDTH] = {0};
    memset(bar, MARK_IDLE, BAR_WIDTH);
    bar[BAR_WIDTH] = '\0';
    for (int n = 0; n < count; n++) {
        int64_t begin = list[n].begin - c->start, end = list[n].end - c->start;
        if (list[n].begin < 0 || end <= begin)
            continue;
        for (int column = column_of(c, begin); column <= column_of(c, end - 1); column++) {
            int64_t busy = busy_in(c, column, &list[n]);
            if (busy > best[column]) {
                best[column] = busy;
                bar[column] = state_digit(is_pass ? p->passes[n].state : p->products[n].state);
            }
        }
    }
}

/* A matrix, or a kind of pass, and the paper's state that it belongs to. */
struct kind {
    char name[24];
    char digit;
    bool is_pass;
};

static void add_kind(struct kind *kinds, int *count, const char *name, const char *state,
                     bool is_pass)
{
    struct kind kind = {.digit = state_digit(state), .is_pass = is_pass};
    chart_short_name(kind.name, sizeof kind.name, name);
    for (int k = 0; k < *count; k++)
        if (kinds[k].is_pass == is_pass && strcmp(kinds[k].name, kind.name) == 0)
            return;
    BUG_UNLESS(*count < CHART_KINDS_MOST);
    kinds[(*count)++] = kind;
}

/* What the two units do in each of the paper's states. */
static void write_states(struct text *text, const struct program *p)
{
    struct kind kinds[CHART_KINDS_MOST];
    int count = 0;
    for (int n = 0; n < p->product_count; n++)
        add_kind(kinds, &count, p->products[n].name, p->products[n].state, false);
    for (int n = 0; n < p->pass_count; n++)
        add_kind(kinds, &count, p->passes[n].name, p->passes[n].state, true);
    text_append(text, "  state     SpMV           element-wise\n");
    for (char digit = '0'; digit <= '9'; digit++) {
        struct text unit[2] = {{0}, {0}};
        for (int k = 0; k < count; k++)
            if (kinds[k].digit == digit)
                text_appendf(&unit[kinds[k].is_pass], " %s", kinds[k].name);
        if (unit[0].length > 0 && unit[1].length == 0)
            text_appendf(text, "  STATE_%c  %s\n", digit, text_string(&unit[0]));
        else if (unit[1].length > 0)
            text_appendf(text, "  STATE_%c  %-15s%s\n", digit, text_string(&unit[0]),
                         text_string(&unit[1]));
        text_free(&unit[0]);
        text_free(&unit[1]);
    }
}

/* The scale above the bars: a number every BAR_WIDTH / TICKS columns. */
static void write_scale(struct text *text, const struct chart *c)
{
    text_appendf(text, "%-*s", INDENT + 1, "  cycle");
    for (int tick = 0; tick < TICKS; tick++)
        text_appendf(text, "%-*lld", tick < TICKS - 1 ? BAR_WIDTH / TICKS : 0,
                     (long long)(tick * (BAR_WIDTH / TICKS) * c->step));
    text_append_char(text, '\n');
}

static void write_units(struct text *text, const struct chart *c)
{
    char bar[BAR_WIDTH + 1];
    draw_unit(c, bar, false);
    text_appendf(text, "%-*s|%s|\n", INDENT, "  SpMV, by state", bar);
    draw_unit(c, bar, true);
    text_appendf(text, "%-*s|%s|\n", INDENT, "  element-wise, by state", bar);
}

static void write_rows(struct text *text, const struct chart *c, bool grouped)
{
    text_appendf(text, "  %-8s %-7s %8s %8s\n", "state", grouped ? "all of" : "",
                 grouped ? "blocks" : "begin", grouped ? "cycles" : "end");
    for (int r = 0; r < c->row_count; r++) {
        const struct row *row = &c->rows[r];
        text_appendf(text, "  %-8s %-7s %8lld %8lld |%s|\n", row->state, row->name,
                     (long long)(grouped ? row->count : row->begin),
                     (long long)(grouped ? row->cycles : row->end), row->bar);
    }
}

void chart_text(struct text *text, const struct program *p, const struct interval *products,
                const struct interval *passes, int64_t start)
{
    struct chart c = {.program = p, .products = products, .passes = passes, .start = start};
    stretch(&c.length, products, p->product_count, start);
    int64_t products_end = c.length;
    stretch(&c.length, passes, p->pass_count, start);
    if (c.length == 0) {
        text_append(text, "nothing ran\n");
        return;
    }
    c.step = (c.length + BAR_WIDTH - 1) / BAR_WIDTH;
    bool grouped = chart_is_grouped(p);
    collect_rows(&c, grouped);
    text_appendf(text, "'%c' SpMV broadcasts columns, '%c' element-wise steps; "
                 "a mark is %lld cycle%s\n",
                 MARK_PRODUCT, MARK_PASS, (long long)c.step, c.step == 1 ? "" : "s");
    if (grouped)
        text_appendf(text, "%d products and %d passes, a row for all of a matrix or kind\n",
                     p->product_count, p->pass_count);
    text_append_char(text, '\n');
    write_states(text, p);
    text_append_char(text, '\n');
    write_scale(text, &c);
    write_units(text, &c);
    text_append_char(text, '\n');
    write_rows(text, &c, grouped);
    if (c.length > products_end)
        text_appendf(text, "\nthe last pass ends %lld cycles after the last column, "
                     "while the products of the next frame run\n",
                     (long long)(c.length - products_end));
    free(c.rows);
}
