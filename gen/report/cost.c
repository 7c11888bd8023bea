/* SPDX-License-Identifier: Apache-2.0
 * cost.c - the report's part on number formats, memory and resources. */
#include <math.h>
#include <stdio.h>

#include "gen/report/accuracy.h"
#include "gen/report/facts.h"
#include "gen/report/paper_table.h"

static void write_format(struct text *text, const char *what, int bits, int fraction)
{
    text_appendf(text, "  %-34s %3d bits, %2d of them fraction\n", what, bits, fraction);
}

static void write_formats(struct text *text, const struct facts *f)
{
    const struct derived *d = &f->program->d;
    const struct quantized *q = &f->program->quant;
    const struct formats *formats = &q->formats;
    text_append(text, "\nNumbers (two's complement)\n");
    write_format(text, "x", d->activation_bits, formats->x);
    write_format(text, "y", d->activation_bits, formats->y);
    write_format(text, "c", d->activation_bits, formats->c);
    write_format(text, "m", d->activation_bits, formats->m);
    write_format(text, "gates, tanh(c)", d->activation_bits, formats->gate);
    write_format(text, "pre-activation z", d->z_bits, formats->z);
    write_format(text, "accumulator of a gate", d->acc_bits, formats->sum);
    if (q->projection)
        write_format(text, "accumulator of y", d->acc_bits, formats->project);
    write_format(text, "bias", d->bias_bits, formats->sum);
    if (q->peephole)
        write_format(text, "peephole weight", d->peep_bits, formats->sum - formats->c);
    write_format(text, "accumulator + bias + peephole", d->sum_bits, formats->sum);
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
    text_append(text, "  The float and the integer model each go on from their own state.\n");
}

static void write_table(struct text *text, const char *name, const struct act_table *table,
                        const struct formats *formats)
{
    double lsb = ldexp(table->max_error, formats->gate);
    text_appendf(text, "  %-8s %d %s, largest error %.2e = %.2f LSB\n", name,
                 1 << table->address_bits,
                 table->direct ? "points, the nearest is taken"
                               : "entries for |z|, interpolated",
                 table->max_error, lsb);
}

static void write_memories(struct text *text, const struct facts *f)
{
    static const char *const kinds[] = {"block", "LUT RAM", "LUT ROM"};
    const struct resources *r = &f->resources;
    text_append(text, "\nMemory\n");
    text_appendf(text, "  %-14s %-18s %8s %7s x %-6s %11s %9s %9s\n", "unit", "holds", "copies",
                 "words", "bits", "bits", "RAMB36", "LUTs");
    for (int n = 0; n < r->memory_count; n++) {
        const struct memory *m = &r->memories[n];
        text_appendf(text, "  %-14s %-18s %8s %7d x %-6d %11s", m->unit, m->holds,
                     commas(m->copies).text, m->words, m->width, commas(m->bits).text);
        if (m->kind == IN_BLOCK_RAM)
            text_appendf(text, " %9.1f\n", (double)m->bram18 / 2.0);
        else if (m->kind == IN_LUT_RAM)
            text_appendf(text, " %9s %9s\n", "", commas(m->luts).text);
        else
            text_appendf(text, " %9s %9s\n", "", kinds[m->kind]);
    }
}

static void write_use(struct text *text, const char *what, double used, int device, int paper,
                      bool beside)
{
    struct number whole = commas((int64_t)used);
    if (used > floor(used)) /* half a block RAM */
        snprintf(whole.text, sizeof whole.text, "%.1f", used);
    text_appendf(text, "  %-34s %9s %9.1f %%", what, whole.text, 100.0 * used / device);
    if (beside)
        text_appendf(text, " %9s", commas(paper).text);
    text_append_char(text, '\n');
}

static void write_resources(struct text *text, const struct facts *f)
{
    const struct derived *d = &f->program->d;
    const struct resources *r = &f->resources;
    bool beside = paper_shape(&f->program->quant);
    text_appendf(text, "\nResources, by formula (of an XCKU060: %s RAMB36E2, %s DSP48E2, %s LUTs "
                 "for RAM)\n",
                 commas(paper_device.bram).text, commas(paper_device.dsp).text,
                 commas(paper_device.lutram).text);
    text_appendf(text, "  %-34s %9s %11s%s\n", "", "used", "of chip",
                 beside ? "   paper's" : "");
    write_use(text, "block RAMs of 36 Kb", (double)r->bram18 / 2.0, paper_device.bram,
              paper_used.bram, beside);
    write_use(text, "LUTs used as RAM", (double)r->lutram, paper_device.lutram, paper_used.lutram,
              beside);
    write_use(text, "DSP48E2", r->dsp_spmv + r->dsp_elem, paper_device.dsp, paper_used.dsp, beside);
    text_appendf(text, "  DSP: %s for SpMV, one a PE and channel (%d x %d bits);\n"
                 "  %s element-wise, a lane and channel: %s.\n",
                 commas(r->dsp_spmv).text, d->aligned_bits, d->activation_bits,
                 commas(r->dsp_elem).text,
                 f->program->quant.peephole ? "peephole product, f*c', and g*i or o*tanh(c)"
                                            : "f*c', and g*i or o*tanh(c)");
    if (r->small_multipliers > 0)
        text_appendf(text, "  Not counted: %s small multipliers (%d x %d bits, interpolation), "
                     "DSPs or LUTs as synthesis likes.\n",
                     commas(r->small_multipliers).text, r->small_a, r->small_b);
    text_appendf(text, "  %s bits in block RAM, %s in LUT RAM.  Synthesis has the last word.\n",
                 commas(r->block_bits).text, commas(r->distributed_bits).text);
    if (r->bram18 > 2 * paper_device.bram || r->lutram > paper_device.lutram ||
        r->dsp_spmv + r->dsp_elem > paper_device.dsp)
        text_append(text, "  It does not fit into an XCKU060.\n");
}

void facts_text_cost(struct text *text, const struct facts *f)
{
    const struct quantized *q = &f->program->quant;
    write_formats(text, f);
    accuracy_formats_text(text, f->program);
    text_append(text, "\nSigmoid and Tanh\n");
    write_table(text, "Sigmoid", &q->sigm, &q->formats);
    write_table(text, "Tanh", &q->tanh, &q->formats);
    write_quality(text, f);
    accuracy_text(text, f->program, &f->quality);
    write_memories(text, f);
    write_resources(text, f);
}
