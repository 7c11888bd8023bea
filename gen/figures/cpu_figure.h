/* SPDX-License-Identifier: Apache-2.0
 * cpu_figure.h - the CPU half of the paper's Table 1, on the processor at hand: a frame of the
 * network, dense and pruned, in float, measured; and the same of the chip, by its cycles. */
#ifndef ESE_CPU_FIGURE_H
#define ESE_CPU_FIGURE_H

#include <jansson.h>

#include "models/base/error.h"
#include "models/base/text.h"
#include "models/network/config.h"

enum { CPU_RUNS = 15, CPU_ROWS_MOST = 12 };

/* Of the times of the runs: their quartiles, and the ends. */
enum { SPREAD_LEAST, SPREAD_LOWER, SPREAD_MEDIAN, SPREAD_UPPER, SPREAD_MOST, SPREAD_COUNT };

struct cpu_row {
    bool pruned;
    const char *product; /* whose: "AVX2", of ours; "OpenBLAS 0.3.21 ..." */
    int threads, voices;
    int frames;              /* of a run */
    double us[SPREAD_COUNT]; /* a frame of all voices */
    double share;            /* of the cores' time that the runs got; other work has the rest */
    double chip_us;          /* likewise of the chip: as often as the voices need its channels */
    double error;            /* largest difference of y to the float model, of the largest y or 1 */
};

struct cpu_figure {
    char processor[128]; /* as it calls itself */
    int cores;           /* that may be used, and are */
    const char *blas;    /* NULL: there is none */
    bool blas_for_threads;
    bool paper_shape;    /* the network is as large as the paper's, whose times stand beside it */
    int input, cell, output, pes, channels, clock_mhz;
    int64_t cycles;                 /* of the chip, a frame */
    int64_t weights[2];             /* dense; pruned */
    int row_count;
    struct cpu_row rows[CPU_ROWS_MOST];
};

/* Measures runs of at least `run_ms`, on one thread and on as many as processors may be used, or on
 * `jobs`, if that is not 0 and less.  Fails if a product is not that of the float model. */
bool cpu_figure_measure(struct cpu_figure *figure, const struct config *config, int jobs,
                        double run_ms, struct error *error);

/* How many times as long as the chip. */
double cpu_ratio(const struct cpu_row *row);

/* Whether other work has disturbed it so much that it says little of the processor. */
bool cpu_disturbed(const struct cpu_row *row);

/* ---- cpu_figure_text.c ---- */

void cpu_figure_text(struct text *text, const struct cpu_figure *figure);
void cpu_figure_csv(struct text *text, const struct cpu_figure *figure);
json_t *cpu_figure_json(const struct cpu_figure *figure);

#endif
