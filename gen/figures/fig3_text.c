/* SPDX-License-Identifier: Apache-2.0
 * Figure 3 as text, CSV, SVG and JSON. */
#include <stdio.h>

#include "gen/figures/fig3.h"
#include "gen/report/facts.h"
#include "gen/report/plot.h"

/* ---- text
 * ------------------------------------------------------------------------------------------ */

static void write_head(struct text *text, const struct fig3 *f)
{
    text_appendf(
        text,
        "Recognition against the weights that are left (the paper's Figure 3): the speech model\n"
        "%d recordings without labels, %d of them held out, %s frames in the others; %s frames "
        "seen at a "
        "point\n",
        f->recordings, f->held_out, commas(f->material).text, commas(f->frames).text);
}

static void write_columns(struct text *text)
{
    text_appendf(text, "  %-8s", "weights");
    for (int s = 0; s < FIG3_SERIES; s++)
        text_appendf(text, "   %-20s", fig3_series[s].name);
    text_appendf(text, "\n  %-8s", "left");
    for (int s = 0; s < FIG3_SERIES; s++)
        text_appendf(text, "   %8s %11s", "at once", "distilled");
    text_append_char(text, '\n');
}

static void write_rows(struct text *text, const struct fig3 *f, int set,
                       double value(const struct fig3_score *score))
{
    text_appendf(text, "  %-8s   %20.1f\n", "100 %", value(&f->sets[set].dense));
    for (int d = 0; d < FIG3_DENSITIES; d++) {
        struct text left = {0};
        text_appendf(&left, "%g %%", 100.0 * fig3_densities[d]);
        text_appendf(text, "  %-8s", text_string(&left));
        text_free(&left);
        for (int s = 0; s < FIG3_SERIES; s++) {
            const struct fig3_point *p = fig3_at(f, s, d);
            text_appendf(text, "   %8.1f %11.1f", value(&p->at_once[set]),
                         value(&p->distilled[set]));
        }
        text_append_char(text, '\n');
    }
}

static double seconds(const struct fig3 *f)
{
    double sum = 0.0;
    for (int n = 0; n < FIG3_POINTS; n++)
        sum += f->points[n].seconds;
    return sum / FIG3_POINTS;
}

void fig3_text(struct text *text, const struct fig3 *f)
{
    write_head(text, f);
    for (int set = 0; set < FIG3_SETS; set++) {
        const struct fig3_set *s = &f->sets[set];
        if (s->utterances == 0)
            continue;
        text_appendf(text, "\nFrames right, percent, of %s in %d utterances (%s)\n",
                     commas(s->dense.frames).text, s->utterances, s->name);
        write_columns(text);
        write_rows(text, f, set, fig3_right);
        text_appendf(text, "\nPhone error rate, percent, of %s phones in the same\n",
                     commas(s->dense.phones).text);
        write_columns(text);
        write_rows(text, f, set, fig3_errors);
    }
    text_appendf(
        text,
        "\nThe paper, on TIMIT: a phone error rate of %.1f %% with %.1f %% of the weights, load "
        "balanced,\n"
        "%.1f points above its dense network (%s; its curve is a picture without numbers).\n\n"
        "Reading it\n"
        "  balanced: every PE keeps as many weights of a matrix; magnitude: the largest of the "
        "whole "
        "matrix.\n"
        "  distilled: learnt from the dense network's scores while the density fell, as `ese "
        "compress` "
        "does.\n"
        "  A point took %.1f s of a processor.  Another seed moves one of 5.5 M frames by half a "
        "point.\n",
        fig3_paper.phone_errors, 100.0 * fig3_paper.density, fig3_paper.more, fig3_paper.source,
        seconds(f));
}

/* ---- CSV, JSON
 * ------------------------------------------------------------------------------------- */

/* A score with where it stands. */
struct row {
    const struct fig3_series *series; /* NULL: the dense network */
    double density;
    int64_t left;
    const char *when; /* "dense", "at once", "distilled" */
    int set;
    const struct fig3_score *score;
};

typedef void take_row(void *with, const struct fig3 *figure, const struct row *row);

static void each_point(const struct fig3 *f, int set, int series, take_row *take, void *with)
{
    for (int d = 0; d < FIG3_DENSITIES; d++) {
        const struct fig3_point *p = fig3_at(f, series, d);
        struct row row = {&fig3_series[series], fig3_densities[d], p->left, "at once", set,
                          &p->at_once[set]};
        take(with, f, &row);
        row.when = "distilled";
        row.score = &p->distilled[set];
        take(with, f, &row);
    }
}

static void each_row(const struct fig3 *f, take_row *take, void *with)
{
    for (int set = 0; set < FIG3_SETS; set++) {
        if (f->sets[set].utterances == 0)
            continue;
        const struct row dense = {NULL,    1.0, f->points[0].weights,
                                  "dense", set, &f->sets[set].dense};
        take(with, f, &dense);
        for (int s = 0; s < FIG3_SERIES; s++)
            each_point(f, set, s, take, with);
    }
}

static const char *pruning_of(const struct row *row)
{
    return row->series == NULL                        ? "none"
           : row->series->pruning == PRUNING_BALANCED ? "balanced"
                                                      : "magnitude";
}

static void csv_row(void *with, const struct fig3 *f, const struct row *row)
{
    struct text *text = with;
    text_appendf(text, "%s,", pruning_of(row));
    if (row->series != NULL && row->series->pruning == PRUNING_BALANCED)
        text_appendf(text, "%d", row->series->pes);
    text_appendf(text, ",%g,%lld,%s,%s,%d,%lld,%.3f,%lld,%.3f,%lld,measured\n", row->density,
                 (long long)row->left, row->when, f->sets[row->set].name,
                 f->sets[row->set].utterances, (long long)row->score->frames,
                 fig3_right(row->score), (long long)row->score->phones, fig3_errors(row->score),
                 (long long)(row->when[1] == 'i' ? f->frames : 0));
}

void fig3_csv(struct text *text, const struct fig3 *f)
{
    text_append(text, "pruning,pes,density,weights,when,set,utterances,frames,right_percent,phones,"
                      "phone_error_percent,frames_seen,source\n");
    each_row(f, csv_row, text);
    text_appendf(text, "balanced,,%g,,distilled with labels,TIMIT,,,,,%.1f,,paper\n",
                 fig3_paper.density, fig3_paper.phone_errors);
}

static void json_row(void *with, const struct fig3 *f, const struct row *row)
{
    json_array_append_new(
        with,
        json_pack("{s:s, s:i, s:f, s:I, s:s, s:s, s:I, s:f, s:f}", "pruning", pruning_of(row),
                  "pes", row->series == NULL ? 0 : row->series->pes, "density", row->density,
                  "weights", (json_int_t)row->left, "when", row->when, "set",
                  f->sets[row->set].name, "frames", (json_int_t)row->score->frames, "right_percent",
                  fig3_right(row->score), "phone_error_percent", fig3_errors(row->score)));
}

/* Balanced less magnitude, distilled, on the larger set: at each density the series that is further
 * off. */
static json_t *differences(const struct fig3 *f)
{
    json_t *list = json_array();
    const int set = fig3_larger(f);
    for (int d = 0; d < FIG3_DENSITIES; d++) {
        double worst = 0.0;
        const double magnitude = fig3_right(&fig3_at(f, FIG3_SERIES - 1, d)->distilled[set]);
        for (int s = 0; s < FIG3_SERIES - 1; s++) {
            const double off = fig3_right(&fig3_at(f, s, d)->distilled[set]) - magnitude;
            worst = off * off > worst * worst ? off : worst;
        }
        json_array_append_new(
            list, json_pack("{s:f, s:f}", "density", fig3_densities[d], "points", worst));
    }
    return list;
}

json_t *fig3_json(const struct fig3 *f)
{
    json_t *rows = json_array();
    each_row(f, json_row, rows);
    return json_pack("{s:i, s:i, s:I, s:I, s:o, s:o, s:{s:f, s:f, s:f}, s:f}", "recordings",
                     f->recordings, "held_out", f->held_out, "material_frames",
                     (json_int_t)f->material, "frames_seen", (json_int_t)f->frames, "rows", rows,
                     "balanced_minus_magnitude", differences(f), "paper", "density",
                     fig3_paper.density, "phone_error_percent", fig3_paper.phone_errors,
                     "points_above_dense", fig3_paper.more, "seconds_a_point", seconds(f));
}

/* ---- picture
 * --------------------------------------------------------------------------------------- */

enum { CURVES = 2 * FIG3_SERIES };

struct curves {
    double y[CURVES][FIG3_DENSITIES];
    struct plot_series series[CURVES + 1];
    char names[CURVES][48];
    int count;
};

static const enum plot_color colors[FIG3_SERIES] = {PLOT_BLUE, PLOT_GREEN, PLOT_ORANGE};

static void add_curves(struct curves *c, const struct fig3 *f, bool distilled,
                       double value(const struct fig3_score *score))
{
    const int set = fig3_larger(f);
    for (int s = 0; s < FIG3_SERIES; s++, c->count++) {
        snprintf(c->names[c->count], sizeof c->names[0], "%s, %s", fig3_series[s].name,
                 distilled ? "distilled" : "at once");
        for (int d = 0; d < FIG3_DENSITIES; d++)
            c->y[c->count][d] = value(distilled ? &fig3_at(f, s, d)->distilled[set]
                                                : &fig3_at(f, s, d)->at_once[set]);
        c->series[c->count] = (struct plot_series){.name = c->names[c->count],
                                                   .style = distilled ? PLOT_LINE : PLOT_DASHED,
                                                   .color = colors[s],
                                                   .x = fig3_densities,
                                                   .y = c->y[c->count],
                                                   .count = FIG3_DENSITIES};
    }
}

static double most_errors(const struct fig3 *f)
{
    double most = fig3_paper.phone_errors;
    for (int n = 0; n < FIG3_POINTS; n++) {
        const double errors = fig3_errors(&f->points[n].distilled[fig3_larger(f)]);
        most = errors > most ? errors : most;
    }
    return most;
}

static const double x_ticks[] = {0.3, 0.2, 0.15, 0.1, 0.074, 0.05};
#define X_AXIS {"weights left (%)", true, 0.33, 0.045, x_ticks, FIG3_DENSITIES, 100.0, " %"}

void fig3_svg(struct text *svg, const struct fig3 *f)
{
    static const double y_ticks[] = {0.0, 20.0, 40.0, 60.0, 80.0, 100.0};
    static const double error_ticks[] = {0.0,  10.0, 20.0,  30.0,  40.0, 50.0,
                                         60.0, 80.0, 100.0, 150.0, 200.0};
    const double top = 1.1 * most_errors(f);
    struct curves right = {.count = 0}, errors = {.count = 0};
    int ticks = 0;
    while (ticks < (int)(sizeof error_ticks / sizeof *error_ticks) && error_ticks[ticks] <= top)
        ticks++;
    add_curves(&right, f, true, fig3_right);
    add_curves(&right, f, false, fig3_right);
    add_curves(&errors, f, true, fig3_errors);
    errors.series[errors.count] = (struct plot_series){.name = "the paper, on TIMIT",
                                                       .style = PLOT_MARKS,
                                                       .color = PLOT_GREY,
                                                       .x = &fig3_paper.density,
                                                       .y = &fig3_paper.phone_errors,
                                                       .count = 1};
    const struct plot sheets[] = {
        {.title = "Frames right against the weights that are left",
         .note = "balanced: load-balance-aware pruning; distilled: learnt from the dense network, "
                 "no labels",
         .x = X_AXIS,
         .y = {"frames right (%)", false, 0.0, 100.0, y_ticks, sizeof y_ticks / sizeof *y_ticks,
               1.0, " %"},
         .series = right.series,
         .series_count = right.count},
        {.title = "Phone error rate, distilled",
         .note = "the paper's network and speech are others",
         .x = X_AXIS,
         .y = {"phone error rate (%)", false, 0.0, top, error_ticks, ticks, 1.0, " %"},
         .series = errors.series,
         .series_count = errors.count + 1}};
    plot_sheet(svg, (const struct plot *const[]){&sheets[0], &sheets[1]}, 2);
}
