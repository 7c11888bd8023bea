/* SPDX-License-Identifier: Apache-2.0
 * paper_table.h - the figures of the ESE paper that a chip of the same shape is compared with.
 *
 * Source of the performance figures: Table 1 of "ESE: Efficient Speech Recognition Engine with
 * Compressed LSTM on FPGA" (S. Han et al., 2016/2017): XCKU060, 32 PEs a channel, 200 MHz.  Its
 * operation counts are those of 32 voices at once.
 * Source of the resource figures: the paper's resource table for the same chip. */
#ifndef ESE_PAPER_TABLE_H
#define ESE_PAPER_TABLE_H

#include "models/base/text.h"
#include "models/program/program.h"

enum { PAPER_ROWS = 9, PAPER_PES = 32, PAPER_CHANNELS = 32, PAPER_MHZ = 200 };

struct paper_row {
    const char *matrix;     /* as in quant_matrix.name */
    int rows, cols;         /* 0 in the row of totals */
    double density_percent; /* entries stored, fillers included, of rows * cols */
    int entries;            /* the paper's "bytes": one a stored entry */
    double theoretical_us;  /* entries / PEs at the clock */
    double real_us;
    double gops;            /* two operations an entry and voice */
    double equivalent_gops; /* the same with the dense matrix's */
};

struct paper_resources {
    int lut, lutram, ff, bram, dsp;
};

/* A processor beside the chip, in the same table: a frame of PAPER_CHANNELS voices. */
struct paper_processor {
    const char *name;
    double dense_us, sparse_us;
};

extern const struct paper_processor paper_cpu;
extern const struct paper_row paper_rows[PAPER_ROWS];
extern const struct paper_row paper_total;  /* the real time is more than the sum of the rows' */
extern const int paper_total_cycles;        /* paper_total.real_us at PAPER_MHZ */
extern const struct paper_resources paper_used; /* of an XCKU060 */

/* Appends lines of a legend: what GOPS count, and how a row can have more than an array of `pes`
 * PEs x `channels` at PAPER_MHZ. */
void paper_gops_note(struct text *text, int pes, int channels);

/* Whether a network has the shape that the figures are for. */
bool paper_shape(const struct network *network);

#endif
