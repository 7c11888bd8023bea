/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report/plot.h"

#include <math.h>
#include <string.h>

/* The page and the area of the data, in pixels. */
enum {
    WIDTH = 880,
    HEIGHT = 520,
    LEFT = 76,
    RIGHT = 640,
    BARS_RIGHT = 852, /* bars need the room: their legend stands above them */
    TOP = 70,
    BOTTOM = 450,
    LEGEND = RIGHT + 22,
    LEGEND_STEP = 24,
    BARS_LEGEND = 20, /* first line, and to the next */
    BARS_LEGEND_STEP = 18,
    FONT = 13
};

static const char *const colors[PLOT_COLORS] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                "#8c8c8c"};
static const char *const ink = "#222222", *const grid = "#dddddd";

const char *plot_color_code(enum plot_color color)
{
    return colors[color];
}

/* Two decimals are a hundredth of a pixel; -0.00 would depend on rounding. */
static double pixel(double value)
{
    return round(value * 100.0) / 100.0 + 0.0;
}

static void write_label(struct text *svg, double x, double y, const char *anchor, int size,
                        const char *color, const char *string)
{
    text_appendf(svg, "<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\" font-size=\"%d\" fill=\"%s\">",
                 pixel(x), pixel(y), anchor, size, color);
    text_append_xml(svg, string);
    text_append(svg, "</text>\n");
}

static void write_line(struct text *svg, double x1, double y1, double x2, double y2,
                       const char *color, double width, const char *dashes)
{
    text_appendf(svg, "<line x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\" stroke=\"%s\" "
                      "stroke-width=\"%.1f\"",
                 pixel(x1), pixel(y1), pixel(x2), pixel(y2), color, width);
    if (dashes != NULL)
        text_appendf(svg, " stroke-dasharray=\"%s\"", dashes);
    text_append(svg, "/>\n");
}

static void begin_file(struct text *svg, int pages)
{
    const int height = pages * HEIGHT;
    text_appendf(svg,
                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                 "viewBox=\"0 0 %d %d\" font-family=\"Helvetica, Arial, sans-serif\">\n"
                 "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n",
                 WIDTH, height, WIDTH, height, WIDTH, height);
}

static void write_title(struct text *svg, const char *title, const char *note)
{
    write_label(svg, LEFT, 28, "start", 17, ink, title);
    write_label(svg, LEFT, 50, "start", FONT, "#555555", note);
}

static void end_file(struct text *svg)
{
    text_append(svg, "</svg>\n");
}

/* 0 at `low`, 1 at `high`. */
static double share_of(const struct plot_axis *axis, double value)
{
    if (axis->logarithmic)
        return log(value / axis->low) / log(axis->high / axis->low);
    return (value - axis->low) / (axis->high - axis->low);
}

static double x_of(const struct plot_axis *axis, double value)
{
    return LEFT + share_of(axis, value) * (RIGHT - LEFT);
}

static double y_of(const struct plot_axis *axis, double value)
{
    return BOTTOM - share_of(axis, value) * (BOTTOM - TOP);
}

static void tick_text(struct text *text, const struct plot_axis *axis, double tick)
{
    text_cut(text, 0);
    text_appendf(text, "%g%s", tick * (axis->factor != 0.0 ? axis->factor : 1.0),
                 axis->suffix != NULL ? axis->suffix : "");
}

static void write_y_axis(struct text *svg, const struct plot_axis *axis, double right)
{
    struct text number = {0};
    for (int t = 0; t < axis->tick_count; t++) {
        double y = y_of(axis, axis->ticks[t]);
        write_line(svg, LEFT, y, right, y, grid, 1.0, NULL);
        tick_text(&number, axis, axis->ticks[t]);
        write_label(svg, LEFT - 8, y + 4, "end", FONT, ink, text_string(&number));
    }
    text_free(&number);
    text_appendf(svg, "<text transform=\"translate(22 %d) rotate(-90)\" text-anchor=\"middle\" "
                      "font-size=\"%d\" fill=\"%s\">",
                 (TOP + BOTTOM) / 2, FONT, ink);
    text_append_xml(svg, axis->label);
    text_append(svg, "</text>\n");
}

static void write_x_axis(struct text *svg, const struct plot_axis *axis)
{
    struct text number = {0};
    for (int t = 0; t < axis->tick_count; t++) {
        double x = x_of(axis, axis->ticks[t]);
        write_line(svg, x, TOP, x, BOTTOM, grid, 1.0, NULL);
        tick_text(&number, axis, axis->ticks[t]);
        write_label(svg, x, BOTTOM + 20, "middle", FONT, ink, text_string(&number));
    }
    text_free(&number);
}

/* The line at the bottom, and what stands along it. */
static void write_base(struct text *svg, double right, const char *label)
{
    write_line(svg, LEFT, BOTTOM, right, BOTTOM, ink, 1.5, NULL);
    write_label(svg, (LEFT + right) / 2.0, BOTTOM + 46, "middle", FONT, ink, label);
}

/* ---- lines --------------------------------------------------------------------------------------- */

static void write_diamond(struct text *svg, double x, double y)
{
    text_appendf(svg, "<path d=\"M%.2f %.2f l7 7 l-7 7 l-7 -7 z\" fill=\"%s\" stroke=\"#ffffff\"/>\n",
                 pixel(x), pixel(y - 7.0), ink);
}

static const char *color_of(const struct plot_series *s)
{
    return s->style == PLOT_GUIDE ? "#999999" : colors[s->color];
}

static void write_dot(struct text *svg, double x, double y, const struct plot_series *s)
{
    text_appendf(svg, "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"%s\" fill=\"%s\"/>\n", pixel(x), pixel(y),
                 s->style == PLOT_DOTS ? "2" : "3.5", color_of(s));
}

static const char *dashes_of(enum plot_style style)
{
    return style == PLOT_DASHED ? "7 4" : style == PLOT_GUIDE ? "3 3" : NULL;
}

static void write_series_line(struct text *svg, const struct plot *plot,
                              const struct plot_series *s)
{
    text_append(svg, "<polyline points=\"");
    for (int n = 0; n < s->count; n++)
        text_appendf(svg, "%s%.2f,%.2f", n > 0 ? " " : "", pixel(x_of(&plot->x, s->x[n])),
                     pixel(y_of(&plot->y, s->y[n])));
    text_appendf(svg, "\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"", color_of(s),
                 s->style == PLOT_GUIDE ? "1.5" : "2.2");
    if (dashes_of(s->style) != NULL)
        text_appendf(svg, " stroke-dasharray=\"%s\"", dashes_of(s->style));
    text_append(svg, "/>\n");
}

static void write_series(struct text *svg, const struct plot *plot, const struct plot_series *s)
{
    struct text number = {0};
    if (s->style != PLOT_MARKS && s->style != PLOT_DOTS)
        write_series_line(svg, plot, s);
    for (int n = 0; n < s->count && s->style != PLOT_GUIDE; n++) {
        double x = x_of(&plot->x, s->x[n]), y = y_of(&plot->y, s->y[n]);
        if (s->style == PLOT_MARKS) {
            write_diamond(svg, x, y);
            tick_text(&number, &plot->y, round(s->y[n] * 10.0) / 10.0);
            write_label(svg, x + 11, y + 5, "start", FONT - 1, ink, text_string(&number));
        } else {
            write_dot(svg, x, y, s);
        }
    }
    text_free(&number);
}

static void write_line_legend(struct text *svg, const struct plot *plot)
{
    for (int s = 0; s < plot->series_count; s++) {
        const struct plot_series *series = &plot->series[s];
        double y = TOP + 8 + s * LEGEND_STEP;
        if (series->style == PLOT_MARKS)
            write_diamond(svg, LEGEND + 15, y);
        else if (series->style != PLOT_DOTS)
            write_line(svg, LEGEND, y, LEGEND + 30, y, color_of(series), 2.2,
                       dashes_of(series->style));
        if (series->style != PLOT_MARKS && series->style != PLOT_GUIDE)
            write_dot(svg, LEGEND + 15, y, series);
        write_label(svg, LEGEND + 38, y + 4, "start", FONT - 1, ink, series->name);
    }
}

static void write_lines(struct text *svg, const struct plot *plot)
{
    write_title(svg, plot->title, plot->note);
    write_y_axis(svg, &plot->y, RIGHT);
    write_x_axis(svg, &plot->x);
    write_base(svg, RIGHT, plot->x.label);
    for (int s = 0; s < plot->series_count; s++)
        write_series(svg, plot, &plot->series[s]);
    write_line_legend(svg, plot);
}

void plot_lines(struct text *svg, const struct plot *plot)
{
    begin_file(svg, 1);
    write_lines(svg, plot);
    end_file(svg);
}

void plot_sheet(struct text *svg, const struct plot *const *plots, int count)
{
    begin_file(svg, count);
    for (int n = 0; n < count; n++) {
        text_appendf(svg, "<g transform=\"translate(0 %d)\">\n", n * HEIGHT);
        write_lines(svg, plots[n]);
        text_append(svg, "</g>\n");
    }
    end_file(svg);
}

/* ---- bars ---------------------------------------------------------------------------------------- */

/* Where the bars stand. */
struct bars {
    const struct plot_bars *plot;
    double room;  /* of a group */
    double width; /* of a bar and the gap behind it */
};

static double bar_left(const struct bars *b, int series, int group)
{
    double middle = LEFT + b->room * (group + 0.5);
    return middle - b->width * b->plot->series_count / 2.0 + series * b->width;
}

static void write_bar(struct text *svg, const struct bars *b, int series, int group)
{
    const struct plot_bars *plot = b->plot;
    double y = y_of(&plot->y, plot->values[series * plot->group_count + group]);
    text_appendf(svg, "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"%s\"/>\n",
                 pixel(bar_left(b, series, group)), pixel(y), pixel(b->width * 0.94),
                 pixel(BOTTOM - y), colors[plot->colors[series]]);
}

/* Over the bar; on white, for the line across may run there. */
static void write_bar_value(struct text *svg, const struct bars *b, int series, int group)
{
    const struct plot_bars *plot = b->plot;
    double value = plot->values[series * plot->group_count + group];
    int size = plot->group_count > 6 ? 9 : FONT;
    struct text number = {0};
    text_appendf(&number, "%.*f", plot->decimals, value);
    double width = 0.7 * size * (double)number.length, y = y_of(&plot->y, value) - 4.0;
    double x = bar_left(b, series, group) + b->width * 0.47;
    if (plot->mark != NULL)
        text_appendf(svg, "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%d\" "
                          "fill=\"#ffffff\"/>\n",
                     pixel(x - width / 2.0), pixel(y - size), pixel(width), size + 2);
    write_label(svg, x, y, "middle", size, ink, text_string(&number));
    text_free(&number);
}

static void write_bar_legend(struct text *svg, const struct plot_bars *plot)
{
    double y = BARS_LEGEND;
    for (int s = 0; s < plot->series_count; s++, y += BARS_LEGEND_STEP) {
        text_appendf(svg, "<rect x=\"%d\" y=\"%.2f\" width=\"14\" height=\"14\" fill=\"%s\"/>\n",
                     LEGEND, pixel(y - 7.0), colors[plot->colors[s]]);
        write_label(svg, LEGEND + 22, y + 4, "start", FONT - 1, ink, plot->series[s]);
    }
    if (plot->mark == NULL)
        return;
    write_line(svg, LEGEND, y, LEGEND + 14, y, ink, 2.0, "5 3");
    write_label(svg, LEGEND + 22, y + 4, "start", FONT - 1, ink, plot->mark_name);
}

void plot_bars(struct text *svg, const struct plot_bars *plot)
{
    struct bars b = {.plot = plot, .room = (double)(BARS_RIGHT - LEFT) / plot->group_count};
    b.width = fmin(b.room * 0.84 / plot->series_count, 60.0);
    begin_file(svg, 1);
    write_title(svg, plot->title, plot->note);
    write_y_axis(svg, &plot->y, BARS_RIGHT);
    for (int g = 0; g < plot->group_count; g++) {
        for (int s = 0; s < plot->series_count; s++)
            write_bar(svg, &b, s, g);
        write_label(svg, LEFT + b.room * (g + 0.5), BOTTOM + 20, "middle", FONT, ink,
                    plot->groups[g]);
    }
    if (plot->mark != NULL) {
        double y = y_of(&plot->y, *plot->mark);
        write_line(svg, LEFT, y, BARS_RIGHT, y, ink, 2.0, "5 3");
    }
    for (int g = 0; g < plot->group_count; g++)
        for (int s = 0; s < plot->series_count; s++)
            write_bar_value(svg, &b, s, g);
    write_base(svg, BARS_RIGHT, plot->x_label);
    write_bar_legend(svg, plot);
    end_file(svg);
}
