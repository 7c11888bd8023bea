/* SPDX-License-Identifier: Apache-2.0
 * The figures as text. */
#include <stdio.h>
#include <string.h>

#include "gen/figures/figures.h"
#include "gen/report/facts.h"
#include "gen/report/paper_table.h"

/* '*' behind a number: run again in RTL and the same to the cycle; '!': not the same. */
static char mark_of(const struct figure_point *point)
{
    return !point->rerun_done ? ' ' : point->agrees ? '*' : '!';
}

static void write_channels(struct text *text, const struct figure_point *point)
{
    text_appendf(text, "%d channel%s", point->rerun_channels, point->rerun_channels == 1 ? "" : "s");
}

/* Which points are modelled, which were run again. */
static void write_sources(struct text *text, const struct figure *f)
{
    int agree, wanted = 0, count = figure_reruns(f, &agree);
    for (int n = 0; n < f->point_count; n++)
        wanted += f->points[n].rerun != RERUN_NEVER;
    text_append(text, "\nSource\n");
    if (count == 0) {
        text_appendf(text,
                     "  All %d points are modelled, by the model that is exact to the cycle.\n"
                     "  --verify runs %d of them again in RTL under Verilator.\n",
                     f->point_count, wanted);
        return;
    }
    text_appendf(text,
                 "  %d of %d points were run again in RTL under Verilator, and %s to the cycle%s\n",
                 count, f->point_count, agree == count ? "all agree" : "NOT ALL AGREE",
                 f->kind != FIGURE_TABLE1 ? " (* agrees, ! does not):" : ":");
    for (int n = 0; n < f->point_count; n++) {
        const struct figure_point *p = &f->points[n];
        if (!p->rerun_done)
            continue;
        text_appendf(text, "    %s%s, %s, %s; %.0f %% left; depth %d: RTL %s, model %s; ",
                     p->trained ? "trained, " : "", encoding_name(p->encoding),
                     column_order_name(p->order), pruning_name(p->pruning), 100.0 * p->density,
                     p->fifo_depth, commas(p->rtl_cycles).text, commas(p->cycles).text);
        write_channels(text, p);
        text_append(text, p->agrees ? "\n" : ": DIFFERS\n");
    }
    text_appendf(text,
                 "%s  All channels do the same in the same cycle, so that the cycles do not depend on "
                 "how many there\n  are; one channel is quicker to simulate.\n",
                 count < f->point_count ? "  All other points are modelled.\n" : "");
}

/* ---- Table 1 ---------------------------------------------------------------------------------- */

static void write_table_row(struct text *text, const struct figure_point *p,
                            const struct paper_row *paper, const struct figure_row *ours)
{
    char size[32] = "";
    int64_t dense = paper->rows > 0 ? (int64_t)ours->rows * ours->cols : p->weights;
    if (paper->rows > 0)
        snprintf(size, sizeof size, "%dx%d", paper->rows, paper->cols);
    text_appendf(text, "  %-5s %-8s %5.1f %5.1f %8s %8s %6.1f %6.2f %6.*f %6.2f %6.1f %6.1f %7.1f %7.1f\n",
                 paper->matrix, size, paper->density_percent, percent(ours->entries, dense),
                 commas(paper->entries).text, commas(ours->entries).text, paper->theoretical_us,
                 cycles_to_us(p->clock_mhz, ours->entries) / p->pes, paper->rows > 0 ? 2 : 1,
                 paper->real_us,
                 cycles_to_us(p->clock_mhz, ours->cycles), paper->gops,
                 figure_gops(p, ours->entries, ours->cycles), paper->equivalent_gops,
                 figure_gops(p, dense, ours->cycles));
}

static void write_table(struct text *text, const struct figure *f, int series)
{
    const struct figure_point *p = figure_at(f, series, 0);
    const struct figure_row total = figure_total(p);
    text_appendf(text, "\n%s encoding, columns in %s order: %s cycles a frame (%s)\n",
                 encoding_name(p->encoding), column_order_name(p->order), commas(p->cycles).text,
                 !p->rerun_done ? "model" : p->agrees ? "model and RTL" : "RTL DIFFERS");
    text_appendf(text, "  %-14s %11s %17s %13s %13s %13s %15s\n", "matrix", "density %", "entries",
                 "theory us", "real us", "GOPS", "as dense GOPS");
    for (int r = 0; r < PAPER_ROWS; r++)
        write_table_row(text, p, &paper_rows[r], figure_row_named(p, paper_rows[r].matrix));
    write_table_row(text, p, &paper_total, &total);
    text_appendf(text,
                 "  %s cycles against %s: %.2f times as fast; %.2f %% of the multiplier slots "
                 "do useful work,\n  %.2f %% multiply fillers, %.2f %% padding\n",
                 commas(p->cycles).text, commas(paper_total_cycles).text,
                 (double)paper_total_cycles / (double)p->cycles, 100.0 * p->utilization,
                 percent(p->fillers, p->pes * p->cycles), percent(p->padding, p->pes * p->cycles));
}

static void table1_text(struct text *text, const struct figure *f)
{
    const struct figure_point *p = figure_at(f, 0, 0);
    text_appendf(text,
                 "Table 1 of the ESE paper, row by row: in each pair the paper left, ours right\n"
                 "%d PEs x %d channels at %d MHz, FIFO depth %d; the paper: %d x %d, depth %.0f\n",
                 p->pes, p->channels, p->clock_mhz, p->fifo_depth, PAPER_PES, PAPER_CHANNELS,
                 paper_values[PAPER_DEPTH].value);
    for (int series = 0; series < f->series_count; series++)
        write_table(text, f, series);
    double sum = 0.0;
    for (int r = 0; r < PAPER_ROWS; r++)
        sum += paper_rows[r].real_us;
    text_appendf(text,
                 "\nReading it\n"
                 "  theory: entries / PEs.  real: to the next matrix's first column; the rows add up "
                 "to the total\n  (the paper's to %.2f us).  The paper's encoding is relative; its "
                 "density and entries include\n  fillers, and so do ours.\n",
                 sum);
    paper_gops_note(text, p->pes, p->channels);
}

/* ---- the sweeps ---------------------------------------------------------------------------------- */

static void write_series_names(struct text *text, const struct figure *f, const char *first,
                               int width)
{
    text_appendf(text, "  %-8s", first);
    for (int s = 0; s < f->series_count; s++)
        text_appendf(text, "  %*s ", width, f->series[s].name);
    text_append_char(text, '\n');
}

/* Below this share of weights a column a cycle is not enough to keep the PEs busy. */
static double binding_density(const struct figure_point *p)
{
    return (double)p->columns * p->pes / (double)p->weights;
}

static void fig6_text(struct text *text, const struct figure *f)
{
    const struct figure_point *first = figure_at(f, 0, 0);
    text_appendf(text,
                 "Speedup against density, relative to the dense network on the same hardware\n"
                 "%d PEs, FIFO depth %d; cycles a frame and speedup\n\n",
                 first->pes, first->fifo_depth);
    write_series_names(text, f, "weights", 27);
    text_appendf(text, "  %-8s", "left");
    for (int s = 0; s < f->series_count; s++)
        text_appendf(text, "  %18s %8s ", "cycles", "speedup");
    text_append(text, "     1 / left\n");
    for (int step = 0; step < f->step_count; step++) {
        text_appendf(text, "  %5.0f %% ", 100.0 * figure_at(f, 0, step)->density);
        for (int s = 0; s < f->series_count; s++) {
            const struct figure_point *p = figure_at(f, s, step);
            text_appendf(text, "  %18s %7.2fx%c", commas(p->cycles).text,
                         figure_speedup(f, s, step), mark_of(p));
        }
        text_appendf(text, "  %10.2fx\n", 1.0 / figure_at(f, 0, step)->density);
    }
    text_appendf(text, "  the paper, at %.0f %%: %.1fx with load balance (%s),\n  %.1fx without (%s)\n",
                 100.0 * paper_values[PAPER_DENSITY].value, paper_values[PAPER_SPEEDUP].value,
                 paper_values[PAPER_SPEEDUP].source, paper_values[PAPER_PLAIN_SPEEDUP].value,
                 paper_values[PAPER_PLAIN_SPEEDUP].source);
    text_append(text, "\nWhat binds\n"
                      "  At high densities the multipliers, as long as the PEs get work evenly.  "
                      "At low ones the broadcast\n  of one column a cycle:\n");
    for (int s = 0; s < f->series_count; s += 2) {
        const struct figure_point *p = figure_at(f, s, f->step_count - 1);
        text_appendf(text,
                     "    %-18.*s %s columns a frame, which is what binds below %.1f %% of the "
                     "weights;\n    %18s at %.0f %%: %s cycles, of which the entries of a PE take "
                     "%s\n",
                     (int)strcspn(f->series[s].name, ";"), f->series[s].name,
                     commas(p->columns).text, 100.0 * binding_density(p), "", 100.0 * p->density,
                     commas(p->cycles).text, commas(p->entries / p->pes).text);
    }
    text_append(text,
                "  Cycles at 100 % are less than weights / PEs: weights that quantize to 0 are "
                "not stored.\n");
}

static void fifo_text(struct text *text, const struct figure *f)
{
    const struct figure_point *first = figure_at(f, 0, 0);
    text_appendf(text,
                 "Utilization against FIFO depth: non-zero weights / (PEs x cycles)\n"
                 "%d PEs, %.0f %% of the weights left, load-balanced\n\n",
                 first->pes, 100.0 * first->density);
    write_series_names(text, f, "depth", 20);
    for (int step = 0; step < f->step_count; step++) {
        text_appendf(text, "  %-8d", figure_at(f, 0, step)->fifo_depth);
        for (int s = 0; s < f->series_count; s++) {
            const struct figure_point *p = figure_at(f, s, step);
            text_appendf(text, "  %10s %7.2f %%%c", commas(p->cycles).text, 100.0 * p->utilization,
                         mark_of(p));
        }
        text_append_char(text, '\n');
    }
    text_append(text, "  at most ");
    for (int s = 0; s < f->series_count; s++) {
        const struct figure_point *p = figure_at(f, s, f->step_count - 1);
        text_appendf(text, "  %10s %7.2f %% ", "", percent(p->nonzeros, p->nonzeros + p->fillers));
    }
    text_appendf(text,
                 "\n  at most: with every PE busy in every cycle, fillers being no useful work\n"
                 "  the paper: depth %.0f (%s)\n",
                 paper_values[PAPER_DEPTH].value, paper_values[PAPER_DEPTH].source);
}

static const struct figure_point *fastest_plain(const struct figure *f)
{
    const struct figure_point *best = NULL;
    for (int n = 0; n < f->point_count; n++) {
        const struct figure_point *p = &f->points[n];
        if (!p->trained && p->pruning == PRUNING_MAGNITUDE &&
            (best == NULL || p->cycles < best->cycles))
            best = p;
    }
    return best;
}

static void balance_text(struct text *text, const struct figure *f)
{
    const struct figure_point *first = figure_at(f, 0, 0);
    text_appendf(text,
                 "Load-balance-aware against plain magnitude pruning at %.0f %%\n"
                 "%d PEs, FIFO depth %d; load: non-zero weights of one PE\n\n",
                 100.0 * first->density, first->pes, first->fifo_depth);
    text_appendf(text, "  %-18s %-9s %9s %12s %12s %13s %8s\n", "", "pruning", "cycles",
                 "utilization", "least load", "largest load", "faster");
    for (int s = 0; s < f->series_count; s++) {
        const struct figure_point *p = figure_at(f, s, 0);
        bool balanced = p->pruning == PRUNING_BALANCED;
        text_appendf(text, "  %-18s %-9s %8s%c %10.2f %% %12s %13s", f->series[s].name,
                     balanced ? "balanced" : "plain", commas(p->cycles).text, mark_of(p),
                     100.0 * p->utilization, commas(p->load_least).text,
                     commas(p->load_most).text);
        if (balanced)
            text_appendf(text, " %6.1f %%", 100.0 * figure_gain(f, s));
        text_append_char(text, '\n');
    }
    text_appendf(text, "  %-18s %-9s %9s %12s %12s %13s %6.1f %%  (%s)\n", "the paper", "balanced",
                 "", "", "", "", paper_values[PAPER_BALANCE].value,
                 paper_values[PAPER_BALANCE].source);
    const struct figure_point *trained = figure_at(f, f->series_count - 1, 0);
    const struct figure_point *plain = fastest_plain(f);
    text_appendf(text,
                 "\n  faster: than plain pruning in the same encoding and order.  The fastest plain "
                 "one of this size is\n  %s, %s, with %s cycles: ours is %.1f %% faster than "
                 "that.\n",
                 encoding_name(plain->encoding), column_order_name(plain->order),
                 commas(plain->cycles).text,
                 100.0 * ((double)plain->cycles / (double)first->cycles - 1.0));
    text_appendf(text,
                 "  The paper-size model is synthetic unless model.path says otherwise: its rows are "
                 "alike, and\n  loads differ by chance alone.  trained: the dense speech model of "
                 "models/speech, pruned here,\n  on %d PEs; settings of the command line do not "
                 "apply to it.\n",
                 trained->pes);
}

void figure_text(struct text *text, const struct figure *f)
{
    static void (*const writers[FIGURE_COUNT])(struct text *, const struct figure *) = {
        [FIGURE_TABLE1] = table1_text,
        [FIGURE_FIG6] = fig6_text,
        [FIGURE_FIFO] = fifo_text,
        [FIGURE_BALANCE] = balance_text,
    };
    writers[f->kind](text, f);
    write_sources(text, f);
}
