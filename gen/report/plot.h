/* SPDX-License-Identifier: Apache-2.0
 * plot.h - line plots and bar charts as SVG.
 *
 * Written out by hand: the same data give the same bytes on every machine, and no plotting program
 * need be there. */
#ifndef ESE_PLOT_H
#define ESE_PLOT_H

#include <stdbool.h>

#include "models/base/text.h"

enum plot_style {
    PLOT_LINE,   /* with a dot at each point */
    PLOT_DASHED, /* likewise, dashed */
    PLOT_GUIDE,  /* thin and grey, without dots: a limit */
    PLOT_DOTS,   /* small, no line */
    PLOT_MARKS   /* black diamonds with their value, no line: somebody else's result */
};

/* Colours to tell from one another with any eyes; each series says which one it has. */
enum plot_color { PLOT_BLUE, PLOT_ORANGE, PLOT_GREEN, PLOT_PURPLE, PLOT_GREY, PLOT_COLORS };

struct plot_axis {
    const char *label;   /* with its unit, "time (us)" */
    bool logarithmic;    /* low > 0 */
    double low, high;    /* low > high turns the axis round */
    const double *ticks; /* values that get a line and a number */
    int tick_count;
    double factor;       /* of the numbers shown, 0: 1 */
    const char *suffix;  /* behind them, or NULL */
};

struct plot_series {
    const char *name;
    enum plot_style style;
    enum plot_color color;
    const double *x, *y;
    int count;
};

struct plot {
    const char *title, *note; /* note: a line below the title */
    struct plot_axis x, y;
    const struct plot_series *series;
    int series_count;
};

/* Groups of bars side by side. */
struct plot_bars {
    const char *title, *note;
    struct plot_axis y;
    const char *x_label;
    const char *const *groups; /* [group_count] names below the axis */
    int group_count;
    const char *const *series; /* [series_count] names in the legend */
    const enum plot_color *colors;
    int series_count;
    const double *values;      /* [series_count][group_count] */
    int decimals;              /* of the values written over the bars */
    const double *mark;        /* a line across, or NULL */
    const char *mark_name;
};

/* As in SVG, "#rrggbb". */
const char *plot_color_code(enum plot_color color);

void plot_lines(struct text *svg, const struct plot *plot);

/* Several, one below the other. */
void plot_sheet(struct text *svg, const struct plot *const *plots, int count);
void plot_bars(struct text *svg, const struct plot_bars *plot);

#endif
