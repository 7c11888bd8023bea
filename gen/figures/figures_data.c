/* SPDX-License-Identifier: Apache-2.0
 * The figures as CSV and JSON. */
#include <string.h>

#include "gen/figures/figures.h"
#include "gen/report/facts.h"
#include "gen/report/paper_table.h"

static const char *source_of(const struct figure_point *point)
{
    return !point->rerun_done ? "model" : point->agrees ? "rtl" : "differs";
}

static void table1_csv(struct text *text, const struct figure *f)
{
    text_append(text, "encoding,column_order,matrix,rows,cols,paper_density_percent,density_percent,"
                      "paper_entries,entries,paper_theory_us,theory_us,paper_real_us,real_us,"
                      "paper_gops,gops,paper_dense_gops,dense_gops,cycles,source\n");
    for (int s = 0; s < f->series_count; s++) {
        const struct figure_point *p = figure_at(f, s, 0);
        const struct figure_row total = figure_total(p);
        for (int r = 0; r <= PAPER_ROWS; r++) {
            const struct paper_row *paper = r < PAPER_ROWS ? &paper_rows[r] : &paper_total;
            const struct figure_row *ours = r < PAPER_ROWS ? figure_row_named(p, paper->matrix) : &total;
            int64_t dense = r < PAPER_ROWS ? (int64_t)ours->rows * ours->cols : p->weights;
            text_appendf(text, "%s,%s,%s,%d,%d,%.1f,%.4f,%d,%lld,%.1f,%.4f,%.2f,%.4f,%.1f,%.2f,%.1f,"
                               "%.2f,%lld,%s\n",
                         encoding_name(p->encoding), column_order_name(p->order), paper->matrix,
                         ours->rows, ours->cols, paper->density_percent,
                         percent(ours->entries, dense), paper->entries, (long long)ours->entries,
                         paper->theoretical_us, cycles_to_us(p->clock_mhz, ours->entries) / p->pes,
                         paper->real_us, cycles_to_us(p->clock_mhz, ours->cycles), paper->gops,
                         figure_gops(p, ours->entries, ours->cycles), paper->equivalent_gops,
                         figure_gops(p, dense, ours->cycles), (long long)ours->cycles,
                         source_of(p));
        }
    }
}

/* A point of the paper: of all columns it has the settings and one result. */
static void paper_csv(struct text *text, enum pruning pruning, double speedup, double faster)
{
    text_appendf(text, "ESE,%s,,%s,%.3g,%.0f,%d,,,,,,,,,,", encoding_name(ENCODING_RELATIVE),
                 pruning_name(pruning), paper_values[PAPER_DENSITY].value,
                 paper_values[PAPER_DEPTH].value, PAPER_PES);
    if (speedup > 0.0)
        text_appendf(text, "%.2f", speedup);
    text_append_char(text, ',');
    if (faster > 0.0)
        text_appendf(text, "%.1f", faster);
    text_append(text, ",paper\n");
}

void figure_csv(struct text *text, const struct figure *f)
{
    if (f->kind == FIGURE_TABLE1) {
        table1_csv(text, f);
        return;
    }
    text_append(text, "model,encoding,column_order,pruning,density,fifo_depth,pes,lanes,nonzeros,"
                      "fillers,padding,columns,least_load,largest_load,cycles_per_frame,utilization,"
                      "speedup,faster_percent,source\n");
    for (int n = 0; n < f->point_count; n++) {
        const struct figure_point *p = &f->points[n];
        text_appendf(text, "%s,%s,%s,%s,%.3g,%d,%d,%d,%lld,%lld,%lld,%lld,%lld,%lld,%lld,%.6f,",
                     p->trained ? "speech" : "paper", encoding_name(p->encoding),
                     column_order_name(p->order), pruning_name(p->pruning), p->density,
                     p->fifo_depth, p->pes, p->lanes, (long long)p->nonzeros, (long long)p->fillers,
                     (long long)p->padding, (long long)p->columns, (long long)p->load_least,
                     (long long)p->load_most, (long long)p->cycles, p->utilization);
        if (f->kind == FIGURE_FIG6)
            text_appendf(text, "%.4f", figure_speedup(f, n / f->step_count, n % f->step_count));
        text_append_char(text, ',');
        if (f->kind == FIGURE_BALANCE && p->pruning == PRUNING_BALANCED)
            text_appendf(text, "%.2f", 100.0 * figure_gain(f, n));
        text_appendf(text, ",%s\n", source_of(p));
    }
    if (f->kind == FIGURE_FIG6) {
        paper_csv(text, PRUNING_BALANCED, paper_values[PAPER_SPEEDUP].value, 0.0);
        paper_csv(text, PRUNING_MAGNITUDE, paper_values[PAPER_PLAIN_SPEEDUP].value, 0.0);
    } else if (f->kind == FIGURE_BALANCE) {
        paper_csv(text, PRUNING_BALANCED, 0.0, paper_values[PAPER_BALANCE].value);
    }
}

/* ---- JSON ---------------------------------------------------------------------------------------- */

static json_t *integer(int64_t value)
{
    return json_integer((json_int_t)value);
}

static json_t *rows_json(const struct figure_point *p)
{
    json_t *rows = json_array();
    for (int r = 0; r < p->row_count; r++) {
        const struct figure_row *row = &p->rows[r];
        json_array_append_new(
            rows, json_pack("{s:s, s:i, s:i, s:o, s:o, s:o, s:f, s:f}", "matrix", row->matrix, "rows",
                            row->rows, "cols", row->cols, "nonzeros", integer(row->nonzeros),
                            "entries", integer(row->entries), "cycles", integer(row->cycles), "us",
                            cycles_to_us(p->clock_mhz, row->cycles), "gops",
                            figure_gops(p, row->entries, row->cycles)));
    }
    return rows;
}

static void add_rerun(json_t *json, const struct figure_point *p)
{
    if (!p->rerun_done)
        return;
    json_object_set_new(json, "rtl",
                        json_pack("{s:i, s:o, s:b, s:f, s:f}", "channels", p->rerun_channels,
                                  "cycles_per_frame", integer(p->rtl_cycles), "agrees", p->agrees,
                                  "build_seconds", p->rtl_build_seconds, "run_seconds",
                                  p->rtl_run_seconds));
}

static json_t *point_json(const struct figure *f, int n)
{
    const struct figure_point *p = &f->points[n];
    json_t *json = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:f, s:i, s:i, s:i, s:i}", "series",
        f->series[n / f->step_count].name, "model", p->trained ? "speech" : "paper", "encoding",
        encoding_name(p->encoding), "column_order", column_order_name(p->order), "pruning",
        pruning_name(p->pruning), "density", p->density, "fifo_depth", p->fifo_depth, "pes", p->pes,
        "channels", p->channels, "lanes", p->lanes);
    json_t *results = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:s, s:f, s:f}", "weights",
        integer(p->weights), "nonzeros", integer(p->nonzeros), "fillers", integer(p->fillers),
        "padding", integer(p->padding), "columns", integer(p->columns), "least_load",
        integer(p->load_least), "largest_load", integer(p->load_most), "cycles_per_frame",
        integer(p->cycles), "utilization", p->utilization, "source", source_of(p), "build_seconds",
        p->build_seconds, "step_seconds", p->step_seconds);
    json_object_update(json, results);
    json_decref(results);
    if (f->kind == FIGURE_FIG6)
        json_object_set_new(json, "speedup",
                            json_real(figure_speedup(f, n / f->step_count, n % f->step_count)));
    if (f->kind == FIGURE_BALANCE && p->pruning == PRUNING_BALANCED)
        json_object_set_new(json, "faster_than_plain", json_real(figure_gain(f, n)));
    if (f->kind == FIGURE_TABLE1)
        json_object_set_new(json, "matrices", rows_json(p));
    add_rerun(json, p);
    return json;
}

static json_t *paper_json(void)
{
    json_t *values = json_array();
    for (int v = 0; v < PAPER_VALUES; v++)
        json_array_append_new(values, json_pack("{s:s, s:f, s:s}", "name", paper_values[v].name,
                                                "value", paper_values[v].value, "source",
                                                paper_values[v].source));
    return values;
}

json_t *figure_json(const struct figure *f)
{
    json_t *points = json_array();
    double slowest = 0.0;
    int agree, reruns = figure_reruns(f, &agree);
    for (int n = 0; n < f->point_count; n++) {
        json_array_append_new(points, point_json(f, n));
        if (f->points[n].step_seconds > slowest)
            slowest = f->points[n].step_seconds;
    }
    return json_pack("{s:i, s:i, s:i, s:f, s:o, s:o}", "points_modelled", f->point_count, "points_rerun", reruns, "points_agree", agree,
                     "slowest_step_seconds", slowest, "paper", paper_json(), "points", points);
}
