/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report/facts.h"

#include <stdlib.h>

#include "models/program/bursts.h"
#include "models/program/chip_can.h"
#include "models/program/element.h"
#include "models/program/path.h"

bool facts_has_sigmoid(const struct facts *facts)
{
    return !facts->on_chip || element_has_sigmoid(&facts->program->d);
}

bool facts_has_tanh(const struct facts *facts)
{
    return !facts->on_chip || element_has_tanh(&facts->program->d);
}

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

/* Non-zero weights of a row block: rows go round over the PEs, block by block. */
static int64_t nonzeros_of(const struct program *p, const struct product *product)
{
    const struct quant_matrix *m = quantized_matrix(&p->quant, product->matrix);
    int span = geometry_span(&p->geometry, product->fold), first = product->row_block * span;
    int end = first + span < m->rows ? first + span : m->rows;
    return m->begin[end] - m->begin[first];
}

static int64_t entries_of(const struct program *p, const struct product *product)
{
    size_t pes = (size_t)p->d.pes, first = (size_t)product->first_column * pes;
    int64_t count = 0;
    for (size_t i = first; i < first + (size_t)product->columns * pes; i++)
        count += p->lengths[i];
    return count;
}

static void add_work(struct effort *sum, const struct effort *work)
{
    sum->columns += work->columns;
    sum->nonzeros += work->nonzeros;
    sum->entries += work->entries;
    sum->cycles += work->cycles;
}

static void gather_work(struct facts *f)
{
    const struct program *p = f->program;
    f->products = allocate((size_t)p->product_count, sizeof *f->products);
    f->matrix_work = allocate((size_t)p->network.matrix_count, sizeof *f->matrix_work);
    f->layer_work = allocate((size_t)p->network.layer_count, sizeof *f->layer_work);
    for (int n = 0; n < p->product_count; n++) {
        const struct product *product = &p->products[n];
        struct effort *work = &f->products[n];
        int64_t next = n + 1 < p->product_count ? f->frame->products[n + 1].begin
                                                : f->frame->start + f->cycles->cycles_per_frame;
        *work = (struct effort){.columns = product->columns,
                              .nonzeros = nonzeros_of(p, product),
                              .entries = entries_of(p, product),
                              .begin = f->frame->products[n].begin - f->frame->start,
                              .cycles = next - f->frame->products[n].begin};
        add_work(&f->matrix_work[product->matrix], work);
        add_work(&f->layer_work[p->network.matrices[product->matrix].layer], work);
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

static int64_t bytes(int64_t words, int bits)
{
    return (words * bits + 7) / 8;
}

static int64_t dense_bytes(const struct facts *f)
{
    const struct program *p = f->program;
    int64_t constants = 0;
    for (int n = 0; n < p->network.pass_count; n++) {
        const struct network_pass *pass = &p->network.passes[n];
        constants += ((pass->bias != NULL) + (pass->peep != NULL)) * pass->rows;
    }
    return (int64_t)sizeof(float) * (f->dense_weights + constants);
}

static void add_image(struct facts *f, const struct program *p)
{
    const struct derived *d = &p->d;
    const int64_t weights = bytes(d->beats, weight_beat_bits(d));
    const int64_t rest =
        bytes(d->columns, column_word_bits(d)) + bytes(d->constants, constant_word_bits(d));
    f->image.weight_bytes += weights;
    f->image.bytes += f->on_chip ? weights + rest : 0;
}

static void add_traffic(struct facts *f, const struct program *p)
{
    const struct traffic t = derive_traffic(p);
    f->traffic.read[0] += t.read[0];
    f->traffic.read[1] += t.read[1];
    f->traffic.written += t.written;
    f->traffic.clocks += t.clocks;
    f->late += bursts_late(p);
}

/* What is known of a chip that there is, or could be. */
static void gather_chip(struct facts *f)
{
    const struct program *p = f->program;
    resources_count(&f->resources, p);
    occupancy_count(&f->occupancy, p, &f->resources);
    f->dsp_work = 2.0 * (double)p->true_nonzeros * p->d.channels /
                  ((double)(f->resources.dsp_spmv + f->resources.dsp_elem) *
                   (double)f->cycles->cycles_per_frame);
}

/* Products in a row of a pass. */
static int terms_of(const struct network *n, int pass)
{
    int terms = 0;
    for (int i = 0; i < n->matrix_count; i++)
        terms += n->matrices[i].pass == pass ? n->matrices[i].weights.cols : 0;
    return terms;
}

/* What follows from a frame's cycles and the non-zeros. */
static void gather_speed(struct facts *f)
{
    const struct program *p = f->program;
    const struct derived *d = &p->d;
    const int64_t cycles = f->cycles->cycles_per_frame, nonzeros = (int64_t)p->true_nonzeros;
    int terms = 1;
    f->dense_weights = quantized_dense_weights(&p->quant);
    f->image.dense_bytes = dense_bytes(f);
    f->limit_cycles = (nonzeros + d->pes - 1) / d->pes;
    f->utilization = (double)nonzeros / (double)(d->pes * cycles);
    f->us = facts_us(f, cycles);
    f->voices = d->channels * (int64_t)(p->config.frame_ms * 1e3 / f->us);
    f->product_bits = d->aligned_bits + d->activation_bits;
    for (int n = 0; n < p->network.pass_count; n++)
        terms = terms_of(&p->network, n) > terms ? terms_of(&p->network, n) : terms;
    f->any_weights_bits = f->product_bits + unsigned_bits(terms - 1);
}

void facts_gather(struct facts *f, const struct program *p, const struct cycles *cycles,
                  double quality_work)
{
    BUG_UNLESS(cycles->frame_count >= 2);
    *f = (struct facts){.program = p,
                        .cycles = cycles,
                        .frame = &cycles->frames[cycles->frame_count - 2]};
    f->on_chip = chip_can(&p->network, &p->config, &f->no_chip);
    gather_speed(f);
    gather_work(f);
    gather_passes(f);
    f->stored_entries = (int64_t)p->d.beats * p->d.pes;
    f->idle_slots = p->d.pes * cycles->cycles_per_frame - f->frame->issued;
    add_image(f, p);
    lost_count(&f->lost, p, f->frame);
    if (f->on_chip) {
        add_traffic(f, p);
        gather_chip(f);
    }
    quality_measure(&f->quality, p, quality_work);
}

void facts_gather_parts(struct facts *f, const struct program *p)
{
    *f = (struct facts){.program = p, .cycles = p->cycles, .on_chip = true};
    f->frame = &f->sums;
    gather_speed(f);
    for (int n = 0; n < p->part_count; n++) {
        const struct program *part = &p->parts[n].program;
        const struct cycles_frame *frame = &part->cycles->frames[part->cycles->frame_count - 2];
        for (int s = 0; s < STALL_COUNT; s++)
            f->sums.stalls[s] += frame->stalls[s];
        add_image(f, part);
        add_traffic(f, part);
    }
    gather_chip(f);
}

void facts_free(struct facts *f)
{
    free(f->products);
    free(f->matrix_work);
    free(f->layer_work);
}
