/* SPDX-License-Identifier: Apache-2.0
 * blas.h - OpenBLAS, if this machine has it.  It is looked for at run time: nothing of it is
 * needed to build. */
#ifndef ESE_CPU_BLAS_H
#define ESE_CPU_BLAS_H

#include <stdbool.h>
#include <stddef.h>

#include "models/cpu/kernels.h"

/* What it calls itself, "OpenBLAS 0.3.21 Haswell"; NULL: there is none. */
const char *blas_name(void);

/* May several threads call it at a time?  Debian has one that returns wrong sums then; it says of
 * itself that it is for one thread. */
bool blas_for_threads(void);

/* Of dense rows, by the calling thread alone. */
cpu_product blas_product;

/* A matrix, row-major, or `turned`: what stands at [row][column] is its [column][row]. */
struct blas_factor {
    const float *at;
    size_t stride; /* between rows as they stand */
    bool turned;
};

/* out [rows][columns] += left [rows][inner] * right [inner][columns] */
struct blas_sum {
    int rows, columns, inner;
    struct blas_factor left, right;
    float *out;
    size_t stride;
};

/* By the calling thread alone; there must be an OpenBLAS. */
void blas_add(const struct blas_sum *sum);

#endif
