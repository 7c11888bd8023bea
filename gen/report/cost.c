/* SPDX-License-Identifier: Apache-2.0
 * cost.c - the report's part on number formats, memory and resources. */
#include <math.h>
#include <stdio.h>

#include "gen/report/accuracy.h"
#include "gen/report/facts.h"
#include "gen/report/paper_table.h"
#include "models/program/element.h"

static void write_format(struct text *text, const char *what, int bits, int fraction)
{
    text_appendf(text, "  %-41s %3d bits, %2d of them fraction\n", what, bits, fraction);
}

/* Of a layer: x of the first, and what it writes, keeps and hands on. */
static void write_vectors(struct text *text, const struct program *p, int layer)
{
    static const enum value order[] = {VALUE_X, VALUE_C, VALUE_M, VALUE_KEPT};
    const struct network *n = &p->network;
    const int writes = layer == NONE ? NONE : n->layers[layer].writes;
    if (writes != NONE && n->vectors[writes].layer == layer)
        write_format(text, n->vectors[writes].name, p->quant.vectors[writes].bits,
                     p->quant.vectors[writes].fraction);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        for (int v = 0; v < n->vector_count; v++)
            if (n->vectors[v].layer == layer && n->vectors[v].value == order[i] && v != writes)
                write_format(text, n->vectors[v].name, p->quant.vectors[v].bits,
                             p->quant.vectors[v].fraction);
}

/* "bias", "bias of layer 1" */
static void write_of_layer(struct text *text, const struct program *p, int layer, const char *what,
                           const int format[2])
{
    char name[80];
    const int number = p->network.layers[layer].number;
    snprintf(name, sizeof name, p->network.layer_count > 1 ? "%s of layer %d" : "%s", what, number);
    write_format(text, name, format[0], format[1]);
}

static void write_sums(struct text *text, const struct program *p, int layer)
{
    const struct derived *d = &p->d;
    const struct network *n = &p->network;
    int gates = NONE, plain = NONE, sees = NONE;
    for (int i = 0; i < n->pass_count; i++) {
        if (n->passes[i].layer != layer)
            continue;
        *(n->passes[i].sums != NONE ? &gates : &plain) = i;
        sees = n->passes[i].peep != NULL ? i : sees;
    }
    const int sum = p->quant.passes[gates != NONE ? gates : plain].sum;
    if (gates != NONE)
        write_of_layer(text, p, layer, "accumulator of a gate", (int[]){d->acc_bits, sum});
    if (plain != NONE)
        write_of_layer(text, p, layer,
                       n->vectors[n->passes[plain].writes].value == VALUE_KEPT
                           ? "accumulator of what is kept" : "accumulator of y",
                       (int[]){d->acc_bits, p->quant.passes[plain].sum});
    write_of_layer(text, p, layer, "bias", (int[]){d->bias_bits, sum});
    if (sees != NONE)
        write_of_layer(text, p, layer, "peephole weight",
                       (int[]){d->peep_bits,
                               sum - p->quant.vectors[n->passes[sees].right].fraction});
    write_of_layer(text, p, layer,
                   sees != NONE ? "accumulator + bias + peephole" : "accumulator + bias",
                   (int[]){d->sum_bits, sum});
}

static void write_formats(struct text *text, const struct facts *f)
{
    const struct program *p = f->program;
    const struct derived *d = &p->d;
    text_append(text, "\nNumbers (two's complement)\n");
    for (int layer = NONE; layer < p->network.layer_count; layer++)
        write_vectors(text, p, layer);
    if (facts_has_sigmoid(f) || facts_has_tanh(f)) {
        write_format(text, network_first(&p->network, VALUE_C) != NONE ? "gates, tanh(c)" : "gates",
                     d->activation_bits, p->quant.gate_fraction);
        write_format(text, "pre-activation z", d->z_bits, p->quant.z_fraction);
    }
    for (int layer = 0; layer < p->network.layer_count; layer++)
        write_sums(text, p, layer);
    if (d->acc_bits > f->product_bits)
        text_appendf(text,
                     "  An accumulator has %d bits: the largest row sum of |weights| needs them, "
                     "whatever the\n  activations are. ",
                     d->acc_bits);
    else
        text_appendf(text,
                     "  An accumulator has the %d bits of one product; no row sum of |weights| "
                     "needs more,\n  whatever the activations are. ",
                     d->acc_bits);
    text_appendf(text, "One product has %d bits; for any weights it would take %d.\n",
                 f->product_bits, f->any_weights_bits);
}

/* Decibels, or what there is instead. */
static void write_snr(struct text *text, const struct tensor_quality *t)
{
    if (!t->compared)
        text_appendf(text, " %8s %10s %10s\n", "-", "-", "-");
    else if (isinf(t->snr_db))
        text_appendf(text, " %8s %10.2e %10s\n", t->max_error > 0.0 ? "none" : "exact",
                     t->max_error, commas(t->saturated).text);
    else
        text_appendf(text, " %8.1f %10.2e %10s\n", t->snr_db, t->max_error,
                     commas(t->saturated).text);
}

/* "Wix 3 of 512 (1 bit finer), Wym 1 of 96 (2 bits finer)" */
static void write_clipped_weights(struct text *text, const struct program *p)
{
    const struct fraction_choice *choice = &p->quant.choice;
    const char *comma = "  Clipped: ";
    for (int n = 0; n < p->network.matrix_count; n++) {
        const struct quant_matrix *m = &p->quant.matrices[n];
        if (m->finer == 0 || m->clipped == 0)
            continue;
        text_appendf(text, "%s%s %s of %s (%d bit%s finer)", comma, m->name, commas(m->clipped).text,
                     commas(m->begin[m->rows]).text, m->finer, m->finer == 1 ? "" : "s");
        comma = ",\n           ";
    }
    if (comma[0] == ',')
        text_appendf(text, ".\n  So y has %.1f dB on %s frames of calibration, as far as weights go; %.1f dB if none "
                     "were clipped.\n", choice->snr_db, commas(choice->frames).text, choice->whole_snr_db);
}

static void write_outliers(struct text *text, const struct program *p)
{
    const struct fraction_choice *choice = &p->quant.choice;
    for (int n = 0; n < choice->outlier_count; n++) {
        const struct quant_outlier *o = &choice->outliers[n];
        const bool more = n + 1 < choice->outlier_count && o[1].matrix == o->matrix;
        text_appendf(text, "  Outlier: %s[%d, %d] = %.6g", p->quant.matrices[o->matrix].name, o->row, o->col,
                     o->value);
        text_appendf(text, more ? ", with\n"
                                : " makes its matrix coarse:\n           y has %.1f dB, without it %.1f "
                                  "(weights alone)\n",
                     o->snr_db, o->spared_snr_db);
    }
}

static void write_quality(struct text *text, const struct facts *f)
{
    const struct quality *q = &f->quality;
    text_append(text, "\nQuantization (against floating point)\n");
    text_appendf(text, "  %-8s %5s %9s %10s %8s %10s %10s\n", "tensor", "bits", "fraction",
                 "largest", "SNR dB", "max error", "saturated");
    for (int n = 0; n < q->tensor_count; n++) {
        const struct tensor_quality *t = &q->tensors[n];
        text_appendf(text, "  %-8s %5d %9d %10.4f", t->name, t->bits, t->fraction, t->largest);
        write_snr(text, t);
    }
    write_clipped_weights(text, f->program);
    write_outliers(text, f->program);
    text_append(text, "  The float and the integer model each go on from their own state.\n");
}

static void write_table(struct text *text, const char *name, const struct act_table *table,
                        int gate_fraction)
{
    double lsb = ldexp(table->max_error, gate_fraction);
    text_appendf(text, "  %-8s %d %s, largest error %.2e = %.2f LSB\n", name,
                 1 << table->address_bits,
                 table->direct ? "points, the nearest is taken"
                               : "entries for |z|, interpolated",
                 table->max_error, lsb);
}

static void write_tables(struct text *text, const struct facts *f)
{
    const struct quantized *q = &f->program->quant;
    if (!facts_has_sigmoid(f) && !facts_has_tanh(f))
        return;
    text_append(text, "\nSigmoid and Tanh\n");
    if (facts_has_sigmoid(f))
        write_table(text, "Sigmoid", &q->sigm, q->gate_fraction);
    if (facts_has_tanh(f))
        write_table(text, "Tanh", &q->tanh, q->gate_fraction);
}

static void write_memories(struct text *text, const struct facts *f)
{
    const struct resources *r = &f->resources;
    text_append(text, "\nMemory\n");
    text_appendf(text, "  %-14s %-18s %7s %7s x %-6s %11s %8s %7s %9s\n", "unit", "holds", "copies",
                 "words", "bits", "bits", "RAMB36", "URAM288", "LUTs");
    for (int n = 0; n < r->memory_count; n++) {
        const struct memory *m = &r->memories[n];
        text_appendf(text, "  %-14s %-18s %7s %7d x %-6d %11s", m->unit, m->holds,
                     commas(m->copies).text, m->words, m->width, commas(m->bits).text);
        if (m->kind == IN_BLOCK_RAM)
            text_appendf(text, " %8.1f\n", (double)m->bram18 / 2.0);
        else if (m->kind == IN_ULTRA_RAM)
            text_appendf(text, " %8s %7s\n", "", commas(m->uram).text);
        else
            text_appendf(text, " %8s %7s %9s\n", "", "",
                         m->kind == IN_LUT_RAM ? commas(m->luts).text : "LUT ROM");
    }
}

static void write_share(struct text *text, const struct share *share)
{
    struct number used = commas(share->used / share->parts);
    if (share->used % share->parts != 0) /* half a block RAM */
        snprintf(used.text, sizeof used.text, "%.1f", (double)share->used / share->parts);
    text_appendf(text, "  %-24s %9s %11s %9.1f %%", share->name, used.text,
                 commas(share->available / share->parts).text, share_percent(share));
}

/* What the chip takes of its device, and what the paper's took. */
static void write_shares(struct text *text, const struct facts *f)
{
    static const int *const paper[RESOURCE_KINDS] = {[OF_LUT] = &paper_used.lut,
                                                     [OF_FF] = &paper_used.ff,
                                                     [OF_LUTRAM] = &paper_used.lutram,
                                                     [OF_BRAM36] = &paper_used.bram,
                                                     [OF_DSP] = &paper_used.dsp};
    const struct occupancy *o = &f->occupancy;
    const bool beside = paper_shape(&f->program->network);
    text_appendf(text, "\nResources, by formula; device %s, %s\n", o->device->name,
                 o->device->family);
    text_appendf(text, "  %-24s %9s %11s %11s%s\n", "", "used", "there are", "used",
                 beside ? "   paper's" : "");
    for (int n = 0; n < RESOURCE_KINDS; n++) {
        if (o->shares[n].used == 0 && o->shares[n].available == 0) /* a device without UltraRAM */
            continue;
        write_share(text, &o->shares[n]);
        if (beside && paper[n] != NULL)
            text_appendf(text, " %9s", commas(*paper[n]).text);
        text_append_char(text, '\n');
    }
    text_appendf(text, "  The chip %s; ", o->fits ? "fits" : "does not fit");
    occupancy_channels(text, o);
    text_append(text, o->ends_first != NULL ? ";\n" : ".\n");
    if (o->ends_first != NULL)
        text_appendf(text, "  with one more there are too few %s.\n", o->ends_first);
    text_appendf(text,
                 "  LUTs, with those used as RAM, and flip-flops: as Yosys maps the modules, to %d %%.\n"
                 "  What there is: %s.\n",
                 LOGIC_ERROR_PERCENT, o->device->source);
}

static void write_resources(struct text *text, const struct facts *f)
{
    const struct derived *d = &f->program->d;
    const struct resources *r = &f->resources;
    write_shares(text, f);
    text_appendf(text, "  DSP: %s for SpMV, %d a PE and channel (%d x %d bits);\n",
                 commas(r->dsp_spmv).text, r->dsp_spmv / d->pes / d->channels, d->aligned_bits,
                 d->activation_bits);
    if (d->has_cells)
        text_appendf(text, "  %s element-wise, a lane and channel: %sf*c', and g*i or o*tanh(c).\n",
                     commas(r->dsp_elem).text, d->has_peepholes ? "peephole product, " : "");
    else
        text_append(text, "  none element-wise, as there are no cells.\n");
    if (r->small_multipliers > 0)
        text_appendf(text, "  Not counted: %s small multipliers (%d x %d bits, interpolation), "
                     "DSPs or LUTs as synthesis likes.\n",
                     commas(r->small_multipliers).text, r->small_a, r->small_b);
    text_appendf(text, "  %s bits in block RAM, ", commas(r->block_bits).text);
    if (r->ultra)
        text_appendf(text, "%s in UltraRAM, ", commas(r->ultra_bits).text);
    text_appendf(text, "%s in LUT RAM.  Synthesis has the last word.\n",
                 commas(r->distributed_bits).text);
}

void facts_text_cost(struct text *text, const struct facts *f)
{
    write_formats(text, f);
    accuracy_formats_text(text, f->program);
    write_tables(text, f);
    write_quality(text, f);
    accuracy_text(text, f->program, &f->quality);
    if (f->on_chip) {
        write_memories(text, f);
        write_resources(text, f);
    } else {
        text_appendf(text, "\nMemory and resources: not known, as there is no such chip: %s\n",
                     f->no_chip.text);
    }
}
