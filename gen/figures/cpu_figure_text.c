/* SPDX-License-Identifier: Apache-2.0
 * The processor beside the chip, as text, CSV and JSON. */
#include "gen/figures/cpu_figure.h"

#include "gen/folder/json_file.h"
#include "gen/report/facts.h"
#include "gen/report/paper_table.h"

/* What the paper measured on its processor. */
static double paper_us(bool pruned)
{
    return pruned ? paper_cpu.sparse_us : paper_cpu.dense_us;
}

static const char *network_name(bool pruned)
{
    return pruned ? "pruned" : "dense";
}

static void write_head(struct text *text, const struct cpu_figure *f)
{
    const char *of_blas = f->blas == NULL ? "not found, dense is our own kernel alone" : f->blas;
    text_appendf(text,
                 "Time of a frame on this processor, in float, and on the chip\n"
                 "%s, %d core%s; OpenBLAS: %s%s\n"
                 "LSTM %d/%d/%d, %s weights, of which pruning leaves %s\n"
                 "the chip: %d PEs x %d channels at %d MHz, %s cycles a frame of all channels\n\n",
                 f->processor, f->cores, f->cores == 1 ? "" : "s", of_blas,
                 f->blas != NULL && !f->blas_for_threads ? ", built for one thread" : "", f->input,
                 f->cell, f->output, commas(f->weights[0]).text, commas(f->weights[1]).text, f->pes,
                 f->channels, f->clock_mhz, commas(f->cycles).text);
    text_appendf(text, "  %-7s %-27s %5s %6s %11s %20s %10s %8s %9s\n", "network", "product",
                 "cores", "voices", "us a frame", "half of the runs", "us a voice", "chip us",
                 "ratio");
}

static void write_row(struct text *text, const struct cpu_figure *f, const struct cpu_row *row)
{
    struct text product = {0};
    text_appendf(&product, "%s%s", row->product == f->blas ? "" : "ours, ", row->product);
    text_appendf(text, "  %-7s %-27s %5d %6d %11.1f %9.1f -%9.1f %10.2f %8.2f %8.2fx%s\n",
                 network_name(row->pruned), text_string(&product), row->threads, row->voices,
                 row->us[SPREAD_MEDIAN], row->us[SPREAD_LOWER], row->us[SPREAD_UPPER],
                 row->us[SPREAD_MEDIAN] / row->voices, row->chip_us, cpu_ratio(row),
                 cpu_disturbed(row) ? " !" : "");
    text_free(&product);
}

static void write_paper(struct text *text)
{
    for (int pruned = 0; pruned < 2; pruned++)
        text_appendf(text, "  %-7s %-27s %5s %6d %11.1f %20s %10.2f %8.2f %8.2fx\n",
                     network_name(pruned), paper_cpu.name, "", PAPER_CHANNELS, paper_us(pruned), "",
                     paper_us(pruned) / PAPER_CHANNELS, paper_total.real_us,
                     paper_us(pruned) / paper_total.real_us);
    text_append(text, "  the last two: the paper's processor and its chip\n");
}

void cpu_figure_text(struct text *text, const struct cpu_figure *f)
{
    double error = 0.0;
    bool disturbed = false;
    write_head(text, f);
    for (int n = 0; n < f->row_count; n++) {
        write_row(text, f, &f->rows[n]);
        error = f->rows[n].error > error ? f->rows[n].error : error;
        disturbed = disturbed || cpu_disturbed(&f->rows[n]);
    }
    if (f->paper_shape)
        write_paper(text);
    text_appendf(text,
                 "\nReading it\n"
                 "  us a frame: of all voices, the median of %d runs; half of the runs lie within "
                 "the two times\n  behind it.%s\n"
                 "  chip us: cycles of the cycle model at the chip's clock, for as many voices; as "
                 "many as there\n  are channels take the time of one.  "
                 "ratio: us a frame / chip us.\n"
                 "  Frames follow each other, with the weights in the caches as far as these hold "
                 "them.\n"
                 "  Before it was measured, y of each product was held against the float model: "
                 "differences of at\n  most %.1e of the largest y.\n",
                 CPU_RUNS,
                 disturbed ? "  !: other work took part of the cores meanwhile, and what stands "
                             "there says little."
                           : "",
                 error);
}

void cpu_figure_csv(struct text *text, const struct cpu_figure *f)
{
    text_append(text, "network,weights,product,cores,voices,runs,frames_per_run,us_least,us_lower,"
                      "us_per_frame,us_upper,us_most,us_per_voice,core_share,chip_us,ratio,error,"
                      "source\n");
    for (int n = 0; n < f->row_count; n++) {
        const struct cpu_row *row = &f->rows[n];
        text_appendf(text, "%s,%lld,%s,%d,%d,%d,%d", network_name(row->pruned),
                     (long long)f->weights[row->pruned], row->product, row->threads, row->voices,
                     CPU_RUNS, row->frames);
        for (int s = 0; s < SPREAD_COUNT; s++)
            text_appendf(text, ",%.3f", row->us[s]);
        text_appendf(text, ",%.4f,%.3f,%.4f,%.5f,%.3g,measured\n",
                     row->us[SPREAD_MEDIAN] / row->voices, row->share, row->chip_us,
                     cpu_ratio(row), row->error);
    }
    for (int pruned = 0; f->paper_shape && pruned < 2; pruned++)
        text_appendf(text, "%s,,%s,,%d,,,,,%.1f,,,%.4f,,%.1f,%.5f,,paper\n", network_name(pruned),
                     paper_cpu.name, PAPER_CHANNELS, paper_us(pruned),
                     paper_us(pruned) / PAPER_CHANNELS, paper_total.real_us,
                     paper_us(pruned) / paper_total.real_us);
}

static json_t *row_json(const struct cpu_figure *f, const struct cpu_row *row)
{
    return json_pack("{s:s, s:I, s:s, s:i, s:i, s:i, s:i, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, "
                     "s:f, s:f}",
                     "network", network_name(row->pruned), "weights",
                     (json_int_t)f->weights[row->pruned], "product", row->product, "cores",
                     row->threads, "voices", row->voices, "runs", CPU_RUNS, "frames_per_run",
                     row->frames, "us_least", row->us[SPREAD_LEAST], "us_lower",
                     row->us[SPREAD_LOWER], "us_per_frame", row->us[SPREAD_MEDIAN], "us_upper",
                     row->us[SPREAD_UPPER], "us_most", row->us[SPREAD_MOST], "us_per_voice",
                     row->us[SPREAD_MEDIAN] / row->voices, "core_share", row->share, "chip_us",
                     row->chip_us, "ratio",
                     cpu_ratio(row), "error", row->error);
}

json_t *cpu_figure_json(const struct cpu_figure *f)
{
    json_t *rows = json_array(), *paper = json_array();
    for (int n = 0; n < f->row_count; n++)
        json_array_append_new(rows, row_json(f, &f->rows[n]));
    for (int pruned = 0; f->paper_shape && pruned < 2; pruned++)
        json_array_append_new(paper, json_pack("{s:s, s:s, s:i, s:f, s:f, s:f}", "network",
                                               network_name(pruned), "product", paper_cpu.name,
                                               "voices", PAPER_CHANNELS, "us_per_frame",
                                               paper_us(pruned), "chip_us", paper_total.real_us,
                                               "ratio", paper_us(pruned) / paper_total.real_us));
    json_t *chip = json_pack("{s:i, s:i, s:i, s:I, s:f}", "pes", f->pes, "channels", f->channels,
                             "clock_mhz", f->clock_mhz, "cycles_per_frame", (json_int_t)f->cycles,
                             "us_per_frame", cycles_to_us(f->clock_mhz, f->cycles));
    return json_pack("{s:o, s:i, s:s?, s:b, s:i, s:i, s:i, s:o, s:o, s:o}", "processor",
                     json_text(f->processor), "cores", f->cores, "openblas", f->blas,
                     "openblas_for_threads", f->blas_for_threads, "input", f->input, "cell",
                     f->cell, "output", f->output, "chip", chip, "rows", rows, "paper", paper);
}
