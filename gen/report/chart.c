/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report/chart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/report/layers.h"

enum {
    BAR_WIDTH = 60,
    INDENT = 30,     /* columns before the bars, without names ... */
    NAME_LEAST = 7,  /* ... and of those */
    ROWS_MOST = 64,  /* with more a row stands for several */
    TICKS = 4
};

static const char MARK_PRODUCT = '=', MARK_PASS = '#', MARK_IDLE = '.';

/* A line of the chart: one product or pass, or all of a kind. */
struct row {
    struct chart_block block; /* its first */
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
    enum chart_rows rows_are;
    int name_width;
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

static struct row *row_of(struct chart *c, bool is_pass, int number)
{
    const struct chart_block block = chart_block(c->program, is_pass, number, c->rows_are);
    for (int r = 0; r < c->row_count; r++)
        if (c->rows[r].is_pass == is_pass && strcmp(c->rows[r].block.row, block.row) == 0 &&
            (c->rows_are != CHART_LAYERS || c->rows[r].block.order == block.order))
            return &c->rows[r];
    struct row *row = &c->rows[c->row_count++];
    const int width = (int)strlen(block.row);
    *row = (struct row){.block = block, .is_pass = is_pass};
    memset(row->bar, ' ', BAR_WIDTH);
    c->name_width = width > c->name_width ? width : c->name_width;
    return row;
}

/* ---- rows and parts ---- */

bool chart_by_layers(const struct program *p)
{
    return p->network.layer_count > 0 && network_only(&p->network, LAYER_LSTM) == NULL;
}

enum chart_rows chart_rows(const struct program *p)
{
    if (p->product_count + p->pass_count <= ROWS_MOST)
        return CHART_BLOCKS;
    return p->network.layer_count > 1 &&
                   p->network.matrix_count + p->network.pass_count > ROWS_MOST
               ? CHART_LAYERS
               : CHART_KINDS;
}

/* A product's or pass's layer. */
static int layer_of(const struct program *p, bool is_pass, int number)
{
    const struct network *n = &p->network;
    return n->layers[is_pass ? n->passes[p->passes[number].of].layer
                             : n->matrices[p->products[number].matrix].layer].number;
}

static void name_part(struct chart_block *block, const struct program *p, bool is_pass, int number)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    if (chart_by_layers(p)) {
        block->order = layer_of(p, is_pass, number);
        block->digit = digits[block->order % (int)(sizeof digits - 1)];
        snprintf(block->part, sizeof block->part, "layer %d", block->order);
        return;
    }
    const char *state = is_pass ? p->passes[number].state : p->products[number].state;
    block->digit = *state != '\0' ? state[strlen(state) - 1] : '?';
    block->order = block->digit;
    snprintf(block->part, sizeof block->part, "%s", state);
}

struct chart_block chart_block(const struct program *p, bool is_pass, int number,
                               enum chart_rows rows)
{
    const char *name = is_pass ? p->passes[number].name : p->products[number].name;
    const size_t length = rows == CHART_BLOCKS ? strlen(name) : strcspn(name, "[");
    struct chart_block block = {.name = name};
    if (rows == CHART_LAYERS)
        snprintf(block.row, sizeof block.row, "%s", is_pass ? "passes" : "products");
    else
        snprintf(block.row, sizeof block.row, "%.*s", (int)length, name);
    name_part(&block, p, is_pass, number);
    return block;
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    if (left->begin != right->begin)
        return left->begin < right->begin ? -1 : 1;
    if (left->is_pass != right->is_pass)
        return left->is_pass ? 1 : -1;
    return strcmp(left->block.row, right->block.row);
}

static void collect_rows(struct chart *c)
{
    const struct program *p = c->program;
    c->rows = allocate((size_t)p->product_count + (size_t)p->pass_count, sizeof *c->rows);
    for (int n = 0; n < p->product_count; n++) {
        if (c->products[n].begin < 0)
            continue;
        add_to_row(c, row_of(c, false, n), &c->products[n], MARK_PRODUCT);
    }
    for (int n = 0; n < p->pass_count; n++) {
        if (c->passes[n].begin < 0)
            continue;
        add_to_row(c, row_of(c, true, n), &c->passes[n], MARK_PASS);
    }
    qsort(c->rows, (size_t)c->row_count, sizeof *c->rows, compare_rows);
}

static void stretch(int64_t *length, const struct interval *list, int count, int64_t start)
{
    for (int n = 0; n < count; n++)
        if (list[n].begin >= 0 && list[n].end - start > *length)
            *length = list[n].end - start;
}

/* The row of one unit: in every column the part of what it did there longest. */
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
                bar[column] = chart_block(p, is_pass, n, CHART_KINDS).digit;
            }
        }
    }
}

/* Appends a matrix or kind of pass to what its part does, " Wix Wfx", unless it is there. */
static void add_kind(struct text *parts, const struct chart_block *block)
{
    struct text word = {0}, all = {0};
    text_appendf(&word, " %s ", block->row);
    text_appendf(&all, "%s ", text_string(&parts[block->digit - '0']));
    if (strstr(text_string(&all), text_string(&word)) == NULL)
        text_appendf(&parts[block->digit - '0'], " %s", block->row);
    text_free(&word);
    text_free(&all);
}

enum { DIGITS = 10 };

/* What the two units do in each of the paper's states. */
static void write_states(struct text *text, const struct program *p)
{
    struct text parts[2][DIGITS] = {{{0}}};
    for (int is_pass = 0; is_pass < 2; is_pass++)
        for (int n = 0; n < (is_pass ? p->pass_count : p->product_count); n++) {
            const struct chart_block block = chart_block(p, is_pass, n, CHART_KINDS);
            if (block.digit >= '0' && block.digit <= '9')
                add_kind(parts[is_pass], &block);
        }
    text_append(text, "  state     SpMV           element-wise\n");
    for (int digit = 0; digit < DIGITS; digit++) {
        struct text *products = &parts[0][digit], *passes = &parts[1][digit];
        if (products->length > 0 && passes->length == 0)
            text_appendf(text, "  STATE_%d  %s\n", digit, text_string(products));
        else if (passes->length > 0)
            text_appendf(text, "  STATE_%d  %-15s%s\n", digit, text_string(products),
                         text_string(passes));
        text_free(products);
        text_free(passes);
    }
}

static void write_layers(struct text *text, const struct program *p)
{
    for (int layer = 0; layer < p->network.layer_count; layer++) {
        text_appendf(text, "  layer %-3d ", p->network.layers[layer].number);
        layer_text(text, &p->network, layer);
        text_append_char(text, '\n');
    }
}

/* The scale above the bars: a number every BAR_WIDTH / TICKS columns. */
static void write_scale(struct text *text, const struct chart *c)
{
    text_appendf(text, "%-*s", INDENT + c->name_width + 1, "  cycle");
    for (int tick = 0; tick < TICKS; tick++)
        text_appendf(text, "%-*lld", tick < TICKS - 1 ? BAR_WIDTH / TICKS : 0,
                     (long long)(tick * (BAR_WIDTH / TICKS) * c->step));
    text_append_char(text, '\n');
}

static void write_units(struct text *text, const struct chart *c)
{
    const char *parts = chart_by_layers(c->program) ? "layer" : "state";
    char bar[BAR_WIDTH + 1], label[40];
    for (int is_pass = 0; is_pass < 2; is_pass++) {
        draw_unit(c, bar, is_pass);
        snprintf(label, sizeof label, "  %s, by %s", is_pass ? "element-wise" : "SpMV", parts);
        text_appendf(text, "%-*s|%s|\n", INDENT + c->name_width, label, bar);
    }
}

static void write_rows(struct text *text, const struct chart *c)
{
    const bool grouped = c->rows_are != CHART_BLOCKS;
    text_appendf(text, "  %-8s %-*s %8s %8s\n", chart_by_layers(c->program) ? "layer" : "state",
                 c->name_width, grouped ? "all of" : "", grouped ? "blocks" : "begin",
                 grouped ? "cycles" : "end");
    for (int r = 0; r < c->row_count; r++) {
        const struct row *row = &c->rows[r];
        text_appendf(text, "  %-8s %-*s %8lld %8lld |%s|\n", row->block.part, c->name_width,
                     row->block.row, (long long)(grouped ? row->count : row->begin),
                     (long long)(grouped ? row->cycles : row->end), row->bar);
    }
}

void chart_text(struct text *text, const struct program *p, const struct interval *products,
                const struct interval *passes, int64_t start)
{
    struct chart c = {.program = p,
                      .products = products,
                      .passes = passes,
                      .start = start,
                      .rows_are = chart_rows(p),
                      .name_width = NAME_LEAST};
    stretch(&c.length, products, p->product_count, start);
    int64_t products_end = c.length;
    stretch(&c.length, passes, p->pass_count, start);
    if (c.length == 0) {
        text_append(text, "nothing ran\n");
        return;
    }
    c.step = (c.length + BAR_WIDTH - 1) / BAR_WIDTH;
    collect_rows(&c);
    text_appendf(text, "'%c' SpMV broadcasts columns, '%c' element-wise steps; "
                 "a mark is %lld cycle%s\n",
                 MARK_PRODUCT, MARK_PASS, (long long)c.step, c.step == 1 ? "" : "s");
    if (c.rows_are != CHART_BLOCKS)
        text_appendf(text, "%d products and %d passes, a row for all of a %s\n", p->product_count,
                     p->pass_count, c.rows_are == CHART_KINDS ? "matrix or kind" : "layer");
    text_append_char(text, '\n');
    if (chart_by_layers(p))
        write_layers(text, p);
    else
        write_states(text, p);
    text_append_char(text, '\n');
    write_scale(text, &c);
    write_units(text, &c);
    text_append_char(text, '\n');
    write_rows(text, &c);
    if (c.length > products_end)
        text_appendf(text, "\nthe last pass ends %lld cycles after the last column, "
                     "while the products of the next frame run\n",
                     (long long)(c.length - products_end));
    free(c.rows);
}
