/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report/report.h"

#include <stdlib.h>
#include <string.h>

#include "gen/folder/json_file.h"
#include "gen/report/accuracy.h"
#include "gen/report/chart.h"
#include "gen/report/facts.h"
#include "gen/report/layers.h"
#include "gen/report/paper_table.h"
#include "models/base/version.h"

enum { PRODUCTS_MOST = 64 }; /* with more products a line is a matrix */

static const char *const stall_meanings[STALL_COUNT] = {
    [STALL_NONE] = "a column is broadcast",
    [STALL_INPUT] = "x of the frame is not there yet",
    [STALL_COLUMNS] = "the stream of columns has none",
    [STALL_ACC] = "no accumulator block is free",
    [STALL_ELEMENT] = "the element of y or m is not computed yet",
    [STALL_QUEUE] = "an ActQueue is full: the multipliers have work",
};

/* What the lanes beyond the fewest bring and cost. */
static void write_fewer_lanes(struct text *text, const struct facts *f)
{
    const struct program *p = f->program;
    const int more = p->d.lanes - p->fewer_lanes;
    if (p->fewer_lanes == 0)
        return;
    text_appendf(text, "  %-14s with %d: %s cycles instead of %s", "", p->fewer_lanes,
                 commas(p->fewer_lanes_cycles).text, commas(f->cycles->cycles_per_frame).text);
    if (f->on_chip)
        text_appendf(text, ", %d multipliers and about %s LUTs less", more * f->resources.dsp_lane,
                     commas(more * p->d.channels * logic_lane_luts(p)).text);
    text_append_char(text, '\n');
}

/* The matrices of a group: "gates", the only one's name, "gates of layer 1". */
static void name_group(struct text *name, const struct network *n, int group)
{
    int count = 0, last = 0;
    for (int i = 0; i < n->matrix_count; i++)
        if (n->passes[n->matrices[i].pass].group == group)
            count++, last = i;
    if (count == 1)
        text_append(name, n->matrices[last].name);
    else if (n->layer_count == 1)
        text_append(name, "gates");
    else
        text_appendf(name, "gates of layer %d", n->layers[n->matrices[last].layer].number);
}

static void write_fold(struct text *text, const char *name, int fold, const struct program *p)
{
    if (fold > 1)
        text_appendf(text, "  %-14s %s: %d PEs share rows, a broadcast carries %d columns\n",
                     "fold", name, fold, fold);
    else if (geometry_fold(&p->geometry) > 1)
        text_appendf(text, "  %-14s %s: none\n", "fold", name);
}

static bool all_fold_alike(const struct program *p)
{
    for (int group = 1; group < p->network.group_count; group++)
        if (p->geometry.folds[group] != p->geometry.folds[0])
            return false;
    return true;
}

/* Which matrices are folded (models/program/geometry.h): those that are, or all if it was asked for. */
static void write_folds(struct text *text, const struct program *p)
{
    struct text name = {0};
    if (p->network.layer_count > 1 && all_fold_alike(p)) {
        write_fold(text, "every matrix", p->geometry.folds[0], p);
        return;
    }
    for (int group = 0; group < p->network.group_count; group++) {
        text_cut(&name, 0);
        name_group(&name, &p->network, group);
        write_fold(text, text_string(&name), p->geometry.folds[group], p);
    }
    text_free(&name);
}

/* Of one LSTM its vectors have the paper's names. */
static bool is_lstm(const struct facts *f)
{
    return network_only(&f->program->network, LAYER_LSTM) != NULL;
}

static void write_network(struct text *text, const struct facts *f)
{
    const struct network *n = &f->program->network;
    const struct derived *d = &f->program->d;
    if (is_lstm(f))
        text_appendf(text, "  %-14s x %d, c %d, y %d; %s, %s, g = %s\n", "network", d->x_size,
                     d->c_size, d->y_size,
                     network_has_peepholes(n) ? "peepholes" : "no peepholes",
                     network_has_projection(n) ? "projection" : "no projection: y is m",
                     candidate_name(n->layers[0].as.candidate));
    else
        text_appendf(text, "  %-14s x %d, y %d; %d layer%s\n", "network", d->x_size, d->y_size,
                     n->layer_count, n->layer_count == 1 ? "" : "s");
}

static void write_size(struct text *text, const struct facts *f)
{
    if (f->on_chip)
        text_appendf(text, "  %-14s %s bytes with columns and constants, %.1f times as small as "
                     "32-bit floats\n", "", commas(f->image.bytes).text,
                     (double)f->image.dense_bytes / (double)f->image.bytes);
    else
        text_appendf(text, "  %-14s %s bytes of entries\n", "", commas(f->image.weight_bytes).text);
}

static void write_chip(struct text *text, const struct facts *f)
{
    const struct program *p = f->program;
    const struct derived *d = &p->d;
    const struct config *config = &p->config;
    text_appendf(text, "%s: a sparse %s (ese %s, configuration %08x)\n\n", config->name,
                 accelerator_text(&p->network), ESE_VERSION, (unsigned)p->config_hash);
    text_appendf(text, "Chip\n  %-14s %d PEs x %d channels, FIFO depth %d\n", "array", d->pes,
                 d->channels, d->fifo_depth);
    write_network(text, f);
    text_appendf(text, "  %-14s %s, of which %s (%.2f %%) are not zero; %s\n", "weights",
                 commas(f->dense_weights).text, commas((int64_t)p->true_nonzeros).text,
                 percent((int64_t)p->true_nonzeros, f->dense_weights),
                 config->model.path != NULL ? "from a file" : "synthetic");
    write_size(text, f);
    text_appendf(text, "  %-14s %s, %d + %d bits an entry; columns in %s order; weights in %s\n",
                 "encoding", encoding_name(config->encoding), d->weight_bits, d->index_bits,
                 column_order_name(p->column_order), memory_mode_name(config->memory));
    if (p->greedy_cycles > 0)
        text_appendf(text, "  %-14s %s, greedy would take %s cycles\n", "column order",
                     column_order_name(p->column_order), commas(p->greedy_cycles).text);
    text_appendf(text, "  %-14s %d a channel, %s\n", "lanes", d->lanes,
                 config->elem_lanes == LANES_AUTO
                     ? d->fold > 1 ? "the fewest that fold and come within 0.5 % of the fastest"
                                   : "the fewest that come within 0.5 % of the fastest"
                     : "as configured");
    write_fewer_lanes(text, f);
    write_folds(text, p);
    text_appendf(text, "  %-14s %s element-wise steps a frame, a lane each doing one a cycle\n", "",
                 commas(f->element_steps).text);
}

static void write_broadcasts(struct text *text, const struct facts *f)
{
    text_append(text, "\nBroadcasts, cycles a frame\n");
    for (int s = 0; s < STALL_COUNT; s++)
        text_appendf(text, "  %-14s %9s  %s\n",
                     s == STALL_NONE ? "broadcast" : stall_name((enum stall)s),
                     commas(f->frame->stalls[s]).text,
                     s == STALL_ELEMENT && !is_lstm(f) ? "an element is not computed yet"
                                                       : stall_meanings[s]);
}

static void write_speed(struct text *text, const struct facts *f)
{
    const struct program *p = f->program;
    int64_t cycles = f->cycles->cycles_per_frame, slots = p->d.pes * cycles;
    int64_t fillers = (int64_t)p->filler_entries, padding = (int64_t)p->padding_entries;
    text_append(text, "\nSpeed (steady state: x always there, y always taken)\n");
    text_appendf(text, "  %-14s %s cycles; the limit, non-zeros / PEs, is %s\n", "a frame",
                 commas(cycles).text, commas(f->limit_cycles).text);
    text_appendf(text, "  %-14s %.3f us (%.5f ms) a frame at %d MHz\n", "time", f->us, f->us / 1e3,
                 p->config.clock_mhz);
    text_appendf(text, "  %-14s %s frames/s of each channel, %s of all %d\n", "",
                 commas((int64_t)(1e6 / f->us)).text,
                 commas((int64_t)(1e6 / f->us * p->d.channels)).text, p->d.channels);
    text_appendf(text, "  %-14s %s keep up, a frame of each every %g ms: channels x frames in that time\n",
                 "voices", commas(f->voices).text, p->config.frame_ms);
    text_appendf(text, "  %-14s %s cycles from a frame's first column to its last element step\n",
                 "latency", commas(f->latency).text);
    text_appendf(text, "  %-14s %.1f GOPS, as the dense network %.1f GOPS", "throughput",
                 gops(f, (int64_t)p->true_nonzeros, cycles), gops(f, f->dense_weights, cycles));
    if (f->on_chip)
        text_appendf(text, "; %.2f operations per DSP and cycle", f->dsp_work);
    text_append_char(text, '\n');
    text_appendf(text, "  %-14s %.2f %% of PEs x cycles are non-zeros: utilization\n",
                 "multipliers", 100.0 * f->utilization);
    text_appendf(text, "  %-14s %.2f %% fillers (%s), %.2f %% padding (%s), %.2f %% idle\n", "",
                 percent(fillers, slots), commas(fillers).text, percent(padding, slots),
                 commas(padding).text, percent(f->idle_slots, slots));
    write_broadcasts(text, f);
}

static void write_work(struct text *text, const struct facts *f, const char *name,
                       const char *state, const struct effort *work, bool has_begin)
{
    double limit = (double)work->nonzeros / f->program->d.pes;
    text_appendf(text, "  %-8s %-8s %9s %9s %9s %9.1f %9s", name, state,
                 commas(work->columns).text, commas(work->nonzeros).text,
                 commas(work->entries).text, limit, commas(work->cycles).text);
    if (has_begin)
        text_appendf(text, " %9s", commas(work->begin).text);
    text_append_char(text, '\n');
}

static void write_products(struct text *text, const struct facts *f)
{
    const struct program *p = f->program;
    bool each = p->product_count <= PRODUCTS_MOST;
    text_appendf(text, "\n%s\n  %-8s %-8s %9s %9s %9s %9s %9s%s\n",
                 each ? "Products, in the order of the frame" : "Matrices, all row blocks together",
                 each ? "product" : "matrix", each ? "state" : "size", "columns", "non-zeros",
                 "entries", "limit", "cycles", each ? "     begin" : "");
    for (int n = 0; each && n < p->product_count; n++)
        write_work(text, f, p->products[n].name, p->products[n].state, &f->products[n], true);
    for (int m = 0; !each && m < p->network.matrix_count; m++) {
        const struct quant_matrix *matrix = &p->quant.matrices[m];
        char size[32];
        snprintf(size, sizeof size, "%dx%d", matrix->rows, matrix->cols);
        write_work(text, f, matrix->name, size, &f->matrix_work[m], false);
    }
    text_append(text,
                "  limit: non-zeros / PEs.  cycles: to the next product's first column; the queues "
                "let\n  a product's multiplications end a little after its columns.\n");
}

static void write_paper_row(struct text *text, const struct facts *f, const struct paper_row *row,
                            int64_t dense, const struct effort *work)
{
    char size[32] = "";
    if (row->rows > 0)
        snprintf(size, sizeof size, "%dx%d", row->rows, row->cols);
    text_appendf(text, "  %-5s %-8s %7s %7s %5.1f %6.2f %5.*f %6.2f %6.1f %6.1f %7.1f %7.1f\n",
                 row->matrix, size, commas(row->entries).text, commas(work->entries).text,
                 row->theoretical_us, facts_us(f, work->entries) / f->program->d.pes,
                 row->rows > 0 ? 2 : 1, row->real_us, facts_us(f, work->cycles), row->gops,
                 gops(f, work->entries, work->cycles), row->equivalent_gops,
                 gops(f, dense, work->cycles));
}

/* Table 1 of the paper beside ours, for a network of its shape. */
static void write_paper(struct text *text, const struct facts *f)
{
    struct effort total = {0};
    if (!paper_shape(&f->program->network))
        return;
    text_appendf(text,
                 "\nBeside Table 1 of the paper (%d PEs x %d channels, %d MHz), left the paper's\n"
                 "  %-14s %15s %12s %12s %13s %15s\n",
                 PAPER_PES, PAPER_CHANNELS, PAPER_MHZ, "matrix", "entries", "at best us", "real us",
                 "GOPS", "as dense GOPS");
    for (int row = 0; row < PAPER_ROWS; row++)
        for (int m = 0; m < f->program->network.matrix_count; m++) {
            const struct quant_matrix *matrix = &f->program->quant.matrices[m];
            if (strcmp(matrix->name, paper_rows[row].matrix) != 0)
                continue;
            write_paper_row(text, f, &paper_rows[row], (int64_t)matrix->rows * matrix->cols,
                            &f->matrix_work[m]);
            total.entries += f->matrix_work[m].entries;
            total.cycles += f->matrix_work[m].cycles;
        }
    write_paper_row(text, f, &paper_total, f->dense_weights, &total);
    text_appendf(text,
                 "  at best: entries / PEs; real: to the first column of the next matrix.\n"
                 "  Total %s cycles against %s: %.2f times as fast.\n",
                 commas(total.cycles).text, commas(paper_total_cycles).text,
                 (double)paper_total_cycles / (double)total.cycles);
    paper_gops_note(text, f->program->d.pes, f->program->d.channels);
}

void facts_text(struct text *text, const struct facts *f, bool chart)
{
    write_chip(text, f);
    write_speed(text, f);
    if (f->on_chip)
        facts_text_memory(text, f);
    if (!f->on_chip || !is_lstm(f)) {
        lost_text(text, &f->lost, f->program, f->frame);
        facts_text_layers(text, f);
    }
    write_products(text, f);
    write_paper(text, f);
    facts_text_cost(text, f);
    if (chart) {
        text_append(text, "\nSchedule of a frame, as planned\n");
        chart_text(text, f->program, f->frame->products, f->frame->passes, f->frame->start);
    }
}

void report_add(struct output *output, const struct program *p, const struct cycles *cycles,
                struct text *warnings, struct text *said)
{
    struct facts facts;
    struct text text = {0}, json_text = {0};
    facts_gather(&facts, p, cycles, QUALITY_WORK);
    facts_text(&text, &facts, true);
    accuracy_warnings(warnings, p, &facts.quality.accuracy);
    accuracy_agreement_line(said, &facts.quality.accuracy);
    accuracy_warn_expected(warnings, p, &facts.quality.accuracy);
    occupancy_warning(warnings, &facts.occupancy);
    json_t *json = facts_json(&facts);
    char *dump = json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(JSON_REAL_DIGITS));
    BUG_UNLESS(dump != NULL);
    text_appendf(&json_text, "%s\n", dump);
    output_take(output, "report.txt", &text);
    output_take(output, "report.json", &json_text);
    free(dump);
    json_decref(json);
    facts_free(&facts);
}
