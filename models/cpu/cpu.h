/* SPDX-License-Identifier: Apache-2.0
 * cpu.h - a network in float at the speed of this machine: several voices side by side, on several
 * threads.
 *
 * What models/network/reference.h computes in double, up to rounding.  It judges nothing: a chip's
 * time is held against its. */
#ifndef ESE_CPU_H
#define ESE_CPU_H

#include "models/cpu/kernels.h"
#include "models/network/network.h"

enum cpu_form {
    CPU_SPARSE, /* lists of non-zeros */
    CPU_DENSE,  /* all weights, zeros or not */
    CPU_BLAS    /* all weights, by OpenBLAS: if there is one, and one for threads (blas.h) */
};

enum { CPU_VOICES_MOST = 1024 };

struct cpu_plan {
    enum cpu_form form;
    const struct cpu_kernels *kernels;
    int voices, threads;
};

struct cpu;

/* Lays the network out for so many voices, which all begin an utterance; later the network is not
 * needed.  NULL: no threads can be had, or the network is not one LSTM. */
struct cpu *cpu_new(const struct network *network, const struct cpu_plan *plan,
                    struct error *error);
void cpu_free(struct cpu *cpu);

/* Goes on by so many frames of x [frames][input][voices]. */
void cpu_run(struct cpu *cpu, const float *x, int frames);

/* y of the last frame. */
float cpu_y(const struct cpu *cpu, int element, int voice);

#endif
