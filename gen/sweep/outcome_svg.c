/* SPDX-License-Identifier: Apache-2.0
 * outcome_svg.c - the front in its first two goals, and the first goal along each axis. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/report/plot.h"
#include "gen/sweep/outcome.h"
#include "gen/sweep/pareto.h"

enum { TICKS_MOST = 24, SERIES_MOST = 3, PAGES_MOST = AXES_MOST + 1, LABEL = 96,
       FEW = 12 /* values of an axis that each get a tick */ };

/* A page and what its pointers point to. */
struct page {
    struct plot plot;
    struct plot_series series[SERIES_MOST];
    double *x[SERIES_MOST], *y[SERIES_MOST];
    double x_ticks[TICKS_MOST], y_ticks[TICKS_MOST];
    char title[2 * LABEL], x_label[LABEL], y_label[LABEL];
};

/* ---- scales ---------------------------------------------------------------------------------- */

/* 1, 2, 5, 10 ... */
static void logarithmic_ticks(struct plot_axis *axis, double *ticks)
{
    static const double steps[] = {1.0, 2.0, 5.0};
    const double decades = log10(axis->high / axis->low);
    const int few = decades > 4.0 ? 1 : 3; /* of the steps */
    for (int e = (int)floor(log10(axis->low)); e <= (int)ceil(log10(axis->high)); e++)
        for (int n = 0; n < few; n++) {
            double tick = steps[n] * pow(10.0, e);
            if (tick >= axis->low && tick <= axis->high && axis->tick_count < TICKS_MOST)
                ticks[axis->tick_count++] = tick;
        }
}

static void linear_ticks(struct plot_axis *axis, double *ticks)
{
    const double rough = (axis->high - axis->low) / 8.0, power = pow(10.0, floor(log10(rough)));
    const double step = power * (rough > 5.0 * power ? 10.0 : rough > 2.0 * power ? 5.0 : 2.0);
    for (double n = ceil(axis->low / step); n * step <= axis->high && axis->tick_count < TICKS_MOST;
         n++)
        ticks[axis->tick_count++] = n * step;
}

/* Logarithmic where the values lie far apart. */
static void scale(struct plot_axis *axis, double *ticks, const double *values, int count)
{
    double low = INFINITY, high = -INFINITY;
    for (int n = 0; n < count; n++)
        if (isfinite(values[n])) {
            low = fmin(low, values[n]);
            high = fmax(high, values[n]);
        }
    if (!(low <= high))
        low = high = 1.0;
    axis->logarithmic = low > 0.0 && high / low > 8.0;
    const double room = high > low ? (high - low) / 20.0 : fmax(fabs(high) / 20.0, 1e-9);
    axis->low = axis->logarithmic ? low / 1.15 : low - room;
    axis->high = axis->logarithmic ? high * 1.15 : high + room;
    axis->ticks = ticks;
    if (axis->logarithmic)
        logarithmic_ticks(axis, ticks);
    else
        linear_ticks(axis, ticks);
}

static void label_goal(char label[static LABEL], const struct goal *goal)
{
    const struct result_column *column = column_find(goal->name);
    const char *unit = column != NULL ? column->unit : "";
    snprintf(label, LABEL, "%s%s%s%s, %s is better", goal->name, *unit != '\0' ? " (" : "", unit,
             *unit != '\0' ? ")" : "", goal->more ? "more" : "less");
}

/* ---- pages ----------------------------------------------------------------------------------- */

static struct plot_series *add_series(struct page *p, const char *name, enum plot_style style,
                                      enum plot_color color, int room)
{
    int n = p->plot.series_count++;
    p->x[n] = allocate((size_t)room, sizeof(double));
    p->y[n] = allocate((size_t)room, sizeof(double));
    p->series[n] = (struct plot_series){
        .name = name, .style = style, .color = color, .x = p->x[n], .y = p->y[n]};
    return &p->series[n];
}

/* What is infinite lies on no paper. */
static void add_point(struct page *p, struct plot_series *series, double x, double y)
{
    const int n = (int)(series - p->series);
    if (!isfinite(x) || !isfinite(y))
        return;
    p->x[n][series->count] = x;
    p->y[n][series->count++] = y;
}

static void finish(struct page *p)
{
    p->plot.series = p->series;
    scale(&p->plot.x, p->x_ticks, p->x[0], p->series[0].count);
    scale(&p->plot.y, p->y_ticks, p->y[0], p->series[0].count);
    p->plot.x.label = p->x_label;
    p->plot.y.label = p->y_label;
    p->plot.title = p->title;
}

/* With one goal the second axis is the first again. */
static void front_page(struct page *p, const struct outcome *o)
{
    const struct goal *goals = o->sweep->goals;
    const int other = o->sweep->goal_count > 1, two = 1 + other;
    bool more[] = {goals[0].more, goals[other].more};
    double *values = allocate(2 * (size_t)o->count, sizeof *values);
    int *front = allocate((size_t)o->count, sizeof *front);
    struct plot_series *all = add_series(p, "all points", PLOT_DOTS, PLOT_GREY, o->count);
    for (int n = 0; n < o->count; n++) {
        for (int g = 0; g < two; g++)
            values[n * two + g] = outcome_value(o, n, g);
        add_point(p, all, outcome_value(o, n, 0), outcome_value(o, n, other));
    }
    struct plot_series *best =
        add_series(p, "front of all goals", PLOT_DOTS, PLOT_ORANGE, o->front_count);
    for (int n = 0; n < o->front_count; n++)
        add_point(p, best, outcome_value(o, o->front[n], 0), outcome_value(o, o->front[n], other));
    const int count = pareto_front(values, o->count, two, more, front);
    struct plot_series *line = add_series(p, "front of these two", PLOT_LINE, PLOT_BLUE, count);
    for (int n = 0; n < count; n++)
        add_point(p, line, outcome_value(o, front[n], 0), outcome_value(o, front[n], other));
    free(values);
    free(front);
    snprintf(p->title, sizeof p->title, "%s against %s", goals[other].name, goals[0].name);
    p->plot.note = "each dot a point; those that no other beats";
    label_goal(p->x_label, &goals[0]);
    label_goal(p->y_label, &goals[other]);
    finish(p);
}

static int compare(const void *left, const void *right)
{
    double l = *(const double *)left, r = *(const double *)right;
    return l < r ? -1 : l > r;
}

/* At one value of an axis: all points, the middle one, the best. */
static void add_value(struct page *p, const struct outcome *o, int axis, int value)
{
    const struct plan *plan = &o->sweep->plan;
    const double x = strtod(o->sweep->axes.list[axis].values[value], NULL);
    double *found = allocate((size_t)o->count, sizeof *found);
    int count = 0;
    for (int n = 0; n < o->count; n++)
        if (plan->at[(size_t)o->points[n] * (size_t)plan->axes->count + (size_t)axis] == value) {
            found[count++] = outcome_value(o, n, 0);
            add_point(p, &p->series[0], x, found[count - 1]);
        }
    qsort(found, (size_t)count, sizeof *found, compare);
    if (count > 0) {
        add_point(p, &p->series[1], x, found[count / 2]);
        add_point(p, &p->series[2], x, found[o->sweep->goals[0].more ? count - 1 : 0]);
    }
    free(found);
}

static void axis_page(struct page *p, const struct outcome *o, int axis)
{
    const struct axis *a = &o->sweep->axes.list[axis];
    add_series(p, "all points", PLOT_DOTS, PLOT_GREY, o->count);
    add_series(p, "the middle one", PLOT_DASHED, PLOT_BLUE, a->count);
    add_series(p, "the best", PLOT_LINE, PLOT_ORANGE, a->count);
    for (int value = 0; value < a->count; value++)
        add_value(p, o, axis, value);
    snprintf(p->title, sizeof p->title, "%s along %s", o->sweep->goals[0].name, a->key->name);
    snprintf(p->x_label, sizeof p->x_label, "%s", a->key->name);
    p->plot.note = "over all that the other axes are";
    label_goal(p->y_label, &o->sweep->goals[0]);
    finish(p);
    if (a->count > FEW)
        return;
    for (int value = 0; value < a->count; value++)
        p->x_ticks[value] = strtod(a->values[value], NULL);
    p->plot.x.tick_count = a->count;
}

static bool is_numeric(const struct axis *axis)
{
    for (int n = 0; n < axis->count; n++) {
        char *end;
        strtod(axis->values[n], &end);
        if (end == axis->values[n] || *end != '\0')
            return false;
    }
    return axis->count > 1;
}

void outcome_svg(const struct outcome *o, struct text *svg)
{
    struct page *pages = allocate(PAGES_MOST, sizeof *pages);
    const struct plot *plots[PAGES_MOST];
    int count = 0;
    front_page(&pages[count++], o);
    for (int axis = 0; axis < o->sweep->axes.count; axis++)
        if (is_numeric(&o->sweep->axes.list[axis]))
            axis_page(&pages[count++], o, axis);
    for (int n = 0; n < count; n++)
        plots[n] = &pages[n].plot;
    plot_sheet(svg, plots, count);
    for (int n = 0; n < count; n++)
        for (int s = 0; s < pages[n].plot.series_count; s++) {
            free(pages[n].x[s]);
            free(pages[n].y[s]);
        }
    free(pages);
}
