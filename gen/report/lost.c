/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report/lost.h"

#include <stdlib.h>

#include "gen/report/numbers.h"
#include "models/program/derive.h"

static const struct {
    const char *key, *label, *meaning;
} parts[LOST_COUNT] = {
#define LOST_PART(name, key, label, meaning) {key, label, meaning},
    LOST_PARTS(LOST_PART)
#undef LOST_PART
};

void lost_count(struct lost *lost, const struct program *p, const struct cycles_frame *f)
{
    const int64_t entries =
        (int64_t)(p->true_nonzeros + p->filler_entries + p->padding_entries);
    *lost = (struct lost){{[LOST_NONZEROS] = (int64_t)p->true_nonzeros,
                           [LOST_FILLERS] = (int64_t)p->filler_entries,
                           [LOST_NULLS] = (int64_t)p->padding_entries,
                           [LOST_UNEVEN] = f->idle[STALL_QUEUE],
                           [LOST_COLUMNS] = f->idle[STALL_NONE],
                           [LOST_UNCOVERED] = f->idle[STALL_ELEMENT],
                           [LOST_ACCUMULATOR] = f->idle[STALL_ACC],
                           [LOST_INPUT] = f->idle[STALL_INPUT],
                           [LOST_STREAM] = f->idle[STALL_COLUMNS],
                           [LOST_REST] = f->issued - entries}};
}

int64_t lost_sum(const struct lost *lost)
{
    int64_t sum = 0;
    for (int part = 0; part < LOST_COUNT; part++)
        sum += lost->clocks[part];
    return sum;
}

int lost_uncovered(const struct program *p)
{
    return derive_lag_close(&p->d) + derive_lag_element(&p->d) - 2;
}

int64_t lost_bound(const struct program *p)
{
    const size_t pes = (size_t)p->d.pes;
    int64_t *entries = allocate(pes, sizeof *entries), bound = 0;
    for (int n = 0; n < p->product_count; n++) {
        const struct product *product = &p->products[n];
        int64_t most = product->columns;
        for (size_t pe = 0; pe < pes; pe++) {
            entries[pe] = 0;
            for (int c = 0; c < product->columns; c++)
                entries[pe] += p->lengths[(size_t)(product->first_column + c) * pes + pe];
            most = entries[pe] > most ? entries[pe] : most;
        }
        bound += most;
    }
    free(entries);
    return bound;
}

/* ---- text ---- */

static double mean(const struct program *p, int64_t clocks)
{
    return (double)clocks / p->d.pes;
}

static void write_line(struct text *text, const struct program *p, const char *label,
                       int64_t clocks, int64_t all, const char *meaning)
{
    text_appendf(text, "  %-14s %12s %11.1f %8.2f %%  %s\n", label, commas(clocks).text,
                 mean(p, clocks), percent(clocks, all), meaning);
}

/* Matrices whose products wait: a matrix has a product for each row block. */
static void write_uncovered(struct text *text, const struct program *p,
                            const struct cycles_frame *f)
{
    for (int m = 0; m < p->network.matrix_count; m++) {
        const struct network_matrix *matrix = &p->network.matrices[m];
        int64_t clocks = 0;
        for (int n = 0; n < p->product_count; n++)
            clocks += p->products[n].matrix == m ? f->idle_for[n] : 0;
        if (clocks > 0)
            text_appendf(text, "  uncovered: %s waits %.1f cycles for %s\n", matrix->name,
                         mean(p, clocks), p->network.vectors[matrix->source].name);
    }
}

void lost_text(struct text *text, const struct lost *lost, const struct program *p,
               const struct cycles_frame *f)
{
    const int64_t all = lost_sum(lost);
    text_appendf(text, "\nWhere the cycles go\n  %-14s %12s %11s %10s\n", "a PE's clocks",
                 "of all PEs", "of each", "share");
    for (int part = 0; part < LOST_COUNT; part++)
        if (lost->clocks[part] != 0)
            write_line(text, p, parts[part].label, lost->clocks[part], all, parts[part].meaning);
    write_line(text, p, "a frame", all, all, "");
    write_uncovered(text, p, f);
    text_appendf(text,
                 "  One that is uncovered costs about %d cycles.  The entries of the busiest PE, or the "
                 "columns if\n  they are more, of each product by itself come to %s cycles: the "
                 "bound, but that the queues let\n  a PE be ahead.\n",
                 lost_uncovered(p), commas(lost_bound(p)).text);
}

/* ---- JSON ---- */

static json_t *uncovered_json(const struct program *p, const struct cycles_frame *f)
{
    json_t *list = json_array();
    for (int n = 0; n < p->product_count; n++)
        if (f->idle_for[n] > 0)
            json_array_append_new(
                list, json_pack("{s:s, s:s, s:I, s:f}", "product", p->products[n].name, "waits_for",
                                p->network.vectors[p->products[n].source].name, "pe_clocks",
                                (json_int_t)f->idle_for[n], "cycles", mean(p, f->idle_for[n])));
    return list;
}

json_t *lost_json(const struct lost *lost, const struct program *p, const struct cycles_frame *f)
{
    json_t *clocks = json_object(), *cycles = json_object();
    for (int part = 0; part < LOST_COUNT; part++) {
        json_object_set_new(clocks, parts[part].key, json_integer(lost->clocks[part]));
        json_object_set_new(cycles, parts[part].key, json_real(mean(p, lost->clocks[part])));
    }
    return json_pack("{s:o, s:o, s:I, s:i, s:o}", "pe_clocks", clocks, "cycles", cycles,
                     "bound_cycles", (json_int_t)lost_bound(p), "uncovered_cycles",
                     lost_uncovered(p), "uncovered_products", uncovered_json(p, f));
}
