/* SPDX-License-Identifier: Apache-2.0
 * kernels.h - what a frame costs on a processor: products of a matrix with one vector or with
 * several side by side, and the gates behind them; in float, for every width of vector registers.
 *
 * Of several voices element e of voice v stands at [e * width + v], so that a weight meets a vector
 * of voices.  `width` is 1, or voices rounded up to whole registers. */
#ifndef ESE_CPU_KERNELS_H
#define ESE_CPU_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

#include "models/network/layer.h"

/* Rows and cells come in groups of so many, which is a multiple of every register's lanes. */
enum { CPU_GROUP = 16 };

/* A matrix as lists of its non-zeros, or with all that it has. */
struct cpu_rows {
    int rows, cols;  /* rows: a multiple of CPU_GROUP */
    int32_t *begin;  /* [rows + 1]; NULL: dense */
    uint16_t *col;
    float *value;
    float *at;       /* [rows][stride]; NULL: sparse */
    int stride;      /* a multiple of CPU_GROUP, zeros behind the columns */
};

/* Vectors of the gates' cells, zeros where a network has none. */
struct cpu_cells {
    bool candidate_tanh;
    float *bias[LSTM_GATES], *peep[LSTM_GATES];
};

/* What is multiplied [cols][width], and what comes of it. */
struct cpu_vectors {
    const float *in;
    float *out; /* begins with the first row that is asked for */
    int width;
};

/* Rows first..last-1 times the vectors.  A dense matrix reads them up to its stride, and takes
 * `first` and `last` as multiples of 4. */
typedef void cpu_product(const struct cpu_rows *rows, int first, int last, struct cpu_vectors v);

/* c and m of all cells [cells][width]. */
struct cpu_state {
    float *c, *m;
    int width;
};

/* The cells of one group, of which `cell` is the first, from their sums z
 * [LSTM_GATES][CPU_GROUP][width]. */
typedef void cpu_gates(const struct cpu_cells *cells, int cell, const float *z,
                       const struct cpu_state *state);

struct cpu_kernels {
    const char *name;
    int lanes; /* floats in a register */
    cpu_product *sparse, *sparse_one, *dense, *dense_one; /* `one`: of width 1 */
    cpu_gates *gates;
};

/* The kernels that this processor can run, the widest first; NULL behind the last. */
const struct cpu_kernels *cpu_kernels_at(int n);

#endif
