/* SPDX-License-Identifier: Apache-2.0
 * The figures as pictures. */
#include <math.h>
#include <stdio.h>

#include "gen/figures/figures.h"
#include "gen/report/facts.h"
#include "gen/report/paper_table.h"
#include "gen/report/plot.h"

enum { STEPS_MOST = 16, SERIES_MOST = 8 };

/* Series of points as x and y; the paper's and the limit of the hardware stand beside them. */
struct curves {
    double x[SERIES_MOST][STEPS_MOST], y[SERIES_MOST][STEPS_MOST];
    struct plot_series series[SERIES_MOST];
    int count;
};

static struct plot_series *add_curve(struct curves *c, const char *name, enum plot_style style,
                                     enum plot_color color, int points)
{
    BUG_UNLESS(c->count < SERIES_MOST && points <= STEPS_MOST);
    int n = c->count++;
    c->series[n] = (struct plot_series){
        .name = name, .style = style, .color = color, .x = c->x[n], .y = c->y[n], .count = points};
    return &c->series[n];
}

static void set_point(struct curves *c, int point, double x, double y)
{
    c->x[c->count - 1][point] = x;
    c->y[c->count - 1][point] = y;
}

/* ---- speedup, FIFO depth ---------------------------------------------------------------------------- */

static void fig6_svg(struct text *svg, const struct figure *f)
{
    static const double x_ticks[] = {1.0, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05};
    static const double y_ticks[] = {1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 15.0, 20.0};
    struct curves c = {.count = 0};
    add_curve(&c, "1 / weights left", PLOT_GUIDE, PLOT_GREY, f->step_count);
    for (int step = 0; step < f->step_count; step++)
        set_point(&c, step, figure_at(f, 0, step)->density, 1.0 / figure_at(f, 0, step)->density);
    for (int s = 0; s < f->series_count; s++) {
        const struct figure_series *series = &f->series[s];
        add_curve(&c, series->name, series->pruning == PRUNING_BALANCED ? PLOT_LINE : PLOT_DASHED,
                  series->encoding == ENCODING_BLOCK ? PLOT_BLUE : PLOT_ORANGE, f->step_count);
        for (int step = 0; step < f->step_count; step++)
            set_point(&c, step, figure_at(f, s, step)->density, figure_speedup(f, s, step));
    }
    add_curve(&c, "the paper", PLOT_MARKS, PLOT_GREY, 2);
    set_point(&c, 0, paper_values[PAPER_DENSITY].value, paper_values[PAPER_SPEEDUP].value);
    set_point(&c, 1, paper_values[PAPER_DENSITY].value, paper_values[PAPER_PLAIN_SPEEDUP].value);
    plot_lines(svg, &(struct plot){
                        .title = "Speedup over the dense network on the same hardware",
                        .note = "balanced: load-balance-aware pruning; plain: by magnitude alone",
                        .x = {"weights left (%)", true, 1.05, 0.046, x_ticks,
                              sizeof x_ticks / sizeof *x_ticks, 100.0, " %"},
                        .y = {"speedup (times as fast)", true, 0.95, 21.0, y_ticks,
                              sizeof y_ticks / sizeof *y_ticks, 1.0, "x"},
                        .series = c.series,
                        .series_count = c.count});
}

static void fifo_svg(struct text *svg, const struct figure *f)
{
    static const double y_ticks[] = {0.0, 0.2, 0.4, 0.6, 0.8, 1.0};
    double x_ticks[STEPS_MOST];
    struct curves c = {.count = 0};
    for (int s = 0; s < f->series_count; s++) {
        const struct figure_series *series = &f->series[s];
        add_curve(&c, series->name, series->order == ORDER_GREEDY ? PLOT_LINE : PLOT_DASHED,
                  series->encoding == ENCODING_BLOCK ? PLOT_BLUE : PLOT_ORANGE, f->step_count);
        for (int step = 0; step < f->step_count; step++) {
            x_ticks[step] = figure_at(f, s, step)->fifo_depth;
            set_point(&c, step, x_ticks[step], figure_at(f, s, step)->utilization);
        }
    }
    add_curve(&c, "the paper's choice: 8", PLOT_GUIDE, PLOT_GREY, 2);
    set_point(&c, 0, paper_values[PAPER_DEPTH].value, 0.0);
    set_point(&c, 1, paper_values[PAPER_DEPTH].value, 1.0);
    plot_lines(svg, &(struct plot){
                        .title = "Utilization of the multipliers against FIFO depth",
                        .note = "non-zero weights / (PEs x cycles); fillers of relative are no work",
                        .x = {"FIFO depth (activations of a PE)", true, 0.9,
                              1.1 * x_ticks[f->step_count - 1], x_ticks, f->step_count, 1.0, NULL},
                        .y = {"utilization of the multipliers (%)", false, 0.0, 1.04, y_ticks,
                              sizeof y_ticks / sizeof *y_ticks, 100.0, " %"},
                        .series = c.series,
                        .series_count = c.count});
}

/* ---- Table 1, balance ----------------------------------------------------------------------------------- */

static void table1_svg(struct text *svg, const struct figure *f)
{
    static const double ticks[] = {0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0};
    static const enum plot_color bar_colors[] = {PLOT_GREY, PLOT_ORANGE, PLOT_BLUE};
    enum { BARS = 3 };
    double values[BARS][PAPER_ROWS];
    const char *groups[PAPER_ROWS], *names[BARS];
    char legends[BARS][64], title[64];
    const struct figure_point *natural = figure_at(f, 2, 0), *block = figure_at(f, 0, 0);
    const int mhz = block->clock_mhz;
    for (int r = 0; r < PAPER_ROWS; r++) {
        groups[r] = paper_rows[r].matrix;
        values[0][r] = paper_rows[r].real_us;
        values[1][r] = cycles_to_us(mhz, figure_row_named(natural, groups[r])->cycles);
        values[2][r] = cycles_to_us(mhz, figure_row_named(block, groups[r])->cycles);
    }
    snprintf(legends[0], sizeof legends[0], "the paper: %.1f us", paper_total.real_us);
    snprintf(legends[1], sizeof legends[1], "relative, natural: %.1f us",
             cycles_to_us(mhz, natural->cycles));
    snprintf(legends[2], sizeof legends[2], "block, greedy: %.1f us",
             cycles_to_us(mhz, block->cycles));
    snprintf(title, sizeof title, "Table 1: time of each matrix at %d MHz", mhz);
    for (int b = 0; b < BARS; b++)
        names[b] = legends[b];
    plot_bars(svg, &(struct plot_bars){.title = title,
                                       .note = "from its first column to the next one's; "
                                               "in the legend a whole frame",
                                       .y = {"time of the matrix (us)", false, 0.0, 17.0, ticks,
                                             sizeof ticks / sizeof *ticks, 1.0, NULL},
                                       .x_label = "weight matrix",
                                       .groups = groups,
                                       .group_count = PAPER_ROWS,
                                       .series = names,
                                       .colors = bar_colors,
                                       .series_count = BARS,
                                       .values = values[0],
                                       .decimals = 1});
}

static void balance_svg(struct text *svg, const struct figure *f)
{
    static const enum plot_color bar_colors[] = {PLOT_BLUE};
    static const char *const names[] = {"ours"};
    const char *groups[SERIES_MOST];
    double values[SERIES_MOST], ticks[STEPS_MOST], most = paper_values[PAPER_BALANCE].value;
    int count = 0, tick_count = 0;
    for (int s = 0; s < f->series_count; s += 2) {
        groups[count] = f->series[s].name;
        values[count] = 100.0 * figure_gain(f, s);
        most = fmax(most, values[count++]);
    }
    double step = most > 50.0 ? 20.0 : 5.0, top = step * (floor(most / step) + 1.0);
    for (double t = 0.0; t <= top && tick_count < STEPS_MOST; t += step)
        ticks[tick_count++] = t;
    plot_bars(svg, &(struct plot_bars){.title = "What load-balance-aware pruning gains",
                                       .note = "a frame is faster than with plain magnitude pruning "
                                               "to as many weights, by percent",
                                       .y = {"faster by (%)", false, 0.0, top, ticks, tick_count,
                                             1.0, " %"},
                                       .x_label = "encoding, order of columns; or trained model",
                                       .groups = groups,
                                       .group_count = count,
                                       .series = names,
                                       .colors = bar_colors,
                                       .series_count = 1,
                                       .values = values,
                                       .decimals = 1,
                                       .mark = &paper_values[PAPER_BALANCE].value,
                                       .mark_name = "the paper: 11 %"});
}

void figure_svg(struct text *svg, const struct figure *f)
{
    static void (*const writers[FIGURE_COUNT])(struct text *, const struct figure *) = {
        [FIGURE_TABLE1] = table1_svg,
        [FIGURE_FIG6] = fig6_svg,
        [FIGURE_FIFO] = fifo_svg,
        [FIGURE_BALANCE] = balance_svg,
    };
    writers[f->kind](svg, f);
}
