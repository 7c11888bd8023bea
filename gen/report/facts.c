/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double cycles_to_us(int clock_mhz, int64_t cycles)
{
    return (double)cycles / clock_mhz;
}

double facts_us(const struct facts *facts, int64_t cycles)
{
    return cycles_to_us(facts->program->config.clock_mhz, cycles);
}

double gops(const struct facts *facts, int64_t multiplications, int64_t cycles)
{
    double operations = 2.0 * (double)multiplications * facts->program->d.channels;
    return cycles > 0 ? operations / facts_us(facts, cycles) / 1e3 : 0.0;
}

double percent(int64_t part, int64_t whole)
{
    return whole != 0 ? 100.0 * (double)part / (double)whole : 0.0;
}

struct number commas(int64_t value)
{
    char digits[24];
    struct number n;
    size_t length = (size_t)snprintf(digits, sizeof digits, "%lld", (long long)value), at = 0;
    for (size_t i = 0; i < length; i++) {
        n.text[at++] = digits[i];
        if (digits[i] != '-' && i + 1 < length && (length - i - 1) % 3 == 0)
            n.text[at++] = ',';
    }
    n.text[at] = '\0';
    return n;
}

/* Non-zero weights of a row block: rows go round over the PEs, block by block. */
static int64_t nonzeros_of(const struct program *p, const struct product *product)
{
    const struct quant_matrix *m = product->matrix;
    int span = geometry_span(&p->geometry, product->fold), first = product->row_block * span;
    int64_t count = 0;
    for (int row = first; row < first + span && row < m->rows; row++)
        for (int col = 0; col < m->cols; col++)
            count += m->at[(size_t)row * (size_t)m->cols + (size_t)col] != 0;
    return count;
}

static int64_t entries_of(const struct program *p, const struct product *product)
{
    size_t pes = (size_t)p->d.pes, first = (size_t)product->first_column * pes;
    int64_t count = 0;
    for (size_t i = first; i < first + (size_t)product->columns * pes; i++)
        count += p->lengths[i];
    return count;
}

static int matrix_of(struct facts *f, const struct quant_matrix *matrix)
{
    for (int m = 0; m < f->matrix_count; m++)
        if (f->matrices[m] == matrix)
            return m;
    BUG_UNLESS(f->matrix_count < MATRICES_MOST);
    f->matrices[f->matrix_count] = matrix;
    return f->matrix_count++;
}

static void list_matrices(struct facts *f)
{
    const struct quantized *q = &f->program->quant;
    struct quant_matrix *list[MATRICES_MOST];
    int count = quantized_matrices(q, list);
    for (int n = 0; n < count; n++)
        matrix_of(f, list[n]);
    f->dense_weights = quantized_dense_weights(q);
}

static void gather_work(struct facts *f)
{
    const struct program *p = f->program;
    f->products = allocate((size_t)p->product_count, sizeof *f->products);
    for (int n = 0; n < p->product_count; n++) {
        const struct product *product = &p->products[n];
        struct effort *work = &f->products[n], *sum = &f->matrix_work[matrix_of(f, product->matrix)];
        int64_t next = n + 1 < p->product_count ? f->frame->products[n + 1].begin
                                                : f->frame->start + f->cycles->cycles_per_frame;
        *work = (struct effort){.columns = product->columns,
                              .nonzeros = nonzeros_of(p, product),
                              .entries = entries_of(p, product),
                              .begin = f->frame->products[n].begin - f->frame->start,
                              .cycles = next - f->frame->products[n].begin};
        sum->columns += work->columns;
        sum->nonzeros += work->nonzeros;
        sum->entries += work->entries;
        sum->cycles += work->cycles;
    }
}

static void gather_passes(struct facts *f)
{
    const struct program *p = f->program;
    for (int n = 0; n < p->pass_count; n++) {
        int64_t end = f->frame->passes[n].end - f->frame->start;
        f->latency = end > f->latency ? end : f->latency;
        f->element_steps += p->passes[n].beats;
    }
}

void facts_gather(struct facts *f, const struct program *p, const struct cycles *cycles,
                  double quality_work)
{
    BUG_UNLESS(cycles->frame_count >= 2);
    *f = (struct facts){.program = p,
                        .cycles = cycles,
                        .frame = &cycles->frames[cycles->frame_count - 2]};
    const struct derived *d = &p->d;
    int64_t slots = d->pes * cycles->cycles_per_frame, nonzeros = (int64_t)p->true_nonzeros;
    list_matrices(f);
    gather_work(f);
    gather_passes(f);
    f->limit_cycles = (nonzeros + d->pes - 1) / d->pes;
    f->stored_entries = (int64_t)d->beats * d->pes;
    f->idle_slots = slots - f->frame->issued;
    f->utilization = (double)nonzeros / (double)slots;
    f->us = facts_us(f, cycles->cycles_per_frame);
    f->product_bits = d->aligned_bits + d->activation_bits;
    int gate_terms = d->x_size + d->y_size;
    int terms = p->quant.projection && d->c_size > gate_terms ? d->c_size : gate_terms;
    f->any_weights_bits = f->product_bits + unsigned_bits(terms - 1);
    f->traffic = derive_traffic(f->program);
    resources_count(&f->resources, p);
    quality_measure(&f->quality, p, quality_work);
}

void facts_free(struct facts *f)
{
    free(f->products);
}
