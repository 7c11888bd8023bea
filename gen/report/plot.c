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
    TOP = 70,
    BOTTOM = 450,
    LEGEND = RIGHT + 22,
    LEGEND_STEP = 24,
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

static void write_escaped(struct text *svg, const char *string)
{
    for (; *string != '\0'; string++)
        switch (*string) {
        case '<': text_append(svg, "&lt;"); break;
        case '>': text_append(svg, "&gt;"); break;
        case '&': text_append(svg, "&amp;"); break;
        default: text_append_char(svg, *string);
        }
}

static void write_label(struct text *svg, double x, double y, const char *anchor, int size,
                        const char *color, const char *string)
{
    text_appendf(svg, "<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\" font-size=\"%d\" fill=\"%s\">",
                 pixel(x), pixel(y), anchor, size, color);
    write_escaped(svg, string);
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

static void begin_page(struct text *svg, const char *title, const char *note)
{
    text_appendf(svg,
                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                 "viewBox=\"0 0 %d %d\" font-family=\"Helvetica, Arial, sans-serif\">\n"
                 "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n",
                 WIDTH, HEIGHT, WIDTH, HEIGHT, WIDTH, HEIGHT);
    write_label(svg, LEFT, 28, "start", 17, ink, title);
    write_label(svg, LEFT, 50, "start", FONT, "#555555", note);
}

static void end_page(struct text *svg)
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

static void write_y_axis(struct text *svg, const struct plot_axis *axis)
{
    struct text number = {0};
    for (int t = 0; t < axis->tick_count; t++) {
        double y = y_of(axis, axis->ticks[t]);
        write_line(svg, LEFT, y, RIGHT, y, grid, 1.0, NULL);
        tick_text(&number, axis, axis->ticks[t]);
        write_label(svg, LEFT - 8, y + 4, "end", FONT, ink, text_string(&number));
    }
    text_free(&number);
    text_appendf(svg, "<text transform=\"translate(22 %d) rotate(-90)\" text-anchor=\"middle\" "
                      "font-size=\"%d\" fill=\"%s\">",
                 (TOP + BOTTOM) / 2, FONT, ink);
    write_escaped(svg, axis->label);
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
    write_label(svg, (LEFT + RIGHT) / 2.0, BOTTOM + 46, "middle", FONT, ink, axis->label);
}

static void write_base_line(struct text *svg)
{
    write_line(svg, LEFT, BOTTOM, RIGHT, BOTTOM, ink, 1.5, NULL);
}

/* ---- lines --------------------------------------------------------------------------------------- */

static void write_dot(struct text *svg, double x, double y, const char *color)
{
    text_appendf(svg, "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"3.5\" fill=\"%s\"/>\n", pixel(x), pixel(y),
                 color);
}

static void write_diamond(struct text *svg, double x, double y)
{
    text_appendf(svg, "<path d=\"M%.2f %.2f l7 7 l-7 7 l-7 -7 z\" fill=\"%s\" stroke=\"#ffffff\"/>\n",
                 pixel(x), pixel(y - 7.0), ink);
}

static const char *color_of(const struct plot_series *s)
{
    return s->style == PLOT_GUIDE ? "#999999" : colors[s->color];
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
    if (s->style != PLOT_MARKS)
        write_series_line(svg, plot, s);
    for (int n = 0; n < s->count && s->style != PLOT_GUIDE; n++) {
        double x = x_of(&plot->x, s->x[n]), y = y_of(&plot->y, s->y[n]);
        if (s->style == PLOT_MARKS) {
            write_diamond(svg, x, y);
            tick_text(&number, &plot->y, round(s->y[n] * 10.0) / 10.0);
            write_label(svg, x + 11, y + 5, "start", FONT - 1, ink, text_string(&number));
        } else {
            write_dot(svg, x, y, color_of(s));
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
        else
            write_line(svg, LEGEND, y, LEGEND + 30, y, color_of(series), 2.2,
                       dashes_of(series->style));
        if (series->style == PLOT_LINE || series->style == PLOT_DASHED)
            write_dot(svg, LEGEND + 15, y, color_of(series));
        write_label(svg, LEGEND + 38, y + 4, "start", FONT - 1, ink, series->name);
    }
}

void plot_lines(struct text *svg, const struct plot *plot)
{
    begin_page(svg, plot->title, plot->note);
    write_y_axis(svg, &plot->y);
    write_x_axis(svg, &plot->x);
    write_base_line(svg);
    for (int s = 0; s < plot->series_count; s++)
        write_series(svg, plot, &plot->series[s]);
    write_line_legend(svg, plot);
    end_page(svg);
}

/* ---- bars ---------------------------------------------------------------------------------------- */

static void write_bar(struct text *svg, const struct plot_bars *plot, double x, double width,
                      double value, const char *color)
{
    struct text number = {0};
    double y = y_of(&plot->y, value);
    text_appendf(svg, "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"%s\"/>\n",
                 pixel(x), pixel(y), pixel(width), pixel(BOTTOM - y), color);
    text_appendf(&number, "%.*f", plot->decimals, value);
    write_label(svg, x + width / 2.0, y - 4.0, "middle", plot->group_count > 6 ? 9 : FONT, ink,
                text_string(&number));
    text_free(&number);
}

static void write_bar_legend(struct text *svg, const struct plot_bars *plot)
{
    double y = TOP + 8;
    for (int s = 0; s < plot->series_count; s++, y += LEGEND_STEP) {
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
    double room = (double)(RIGHT - LEFT) / plot->group_count;
    double width = room * 0.84 / plot->series_count;
    width = width < 60.0 ? width : 60.0;
    begin_page(svg, plot->title, plot->note);
    write_y_axis(svg, &plot->y);
    for (int g = 0; g < plot->group_count; g++) {
        double middle = LEFT + room * (g + 0.5), left = middle - width * plot->series_count / 2.0;
        for (int s = 0; s < plot->series_count; s++)
            write_bar(svg, plot, left + s * width, width * 0.94,
                      plot->values[s * plot->group_count + g], colors[plot->colors[s]]);
        write_label(svg, middle, BOTTOM + 20, "middle", FONT, ink, plot->groups[g]);
    }
    if (plot->mark != NULL) {
        double y = y_of(&plot->y, *plot->mark);
        write_line(svg, LEFT, y, RIGHT, y, ink, 2.0, "5 3");
    }
    write_base_line(svg);
    write_bar_legend(svg, plot);
    end_page(svg);
}
