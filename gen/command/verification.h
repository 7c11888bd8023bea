/* SPDX-License-Identifier: Apache-2.0
 * verification.h - what a run of `ese verify` has, and what came of it: between command_verify.c,
 * which plays, verify_results.c and verify_print.c. */
#ifndef ESE_VERIFICATION_H
#define ESE_VERIFICATION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "gen/command/commands.h"
#include "gen/folder/chip_folder.h"
#include "gen/folder/workspace.h"
#include "gen/report/accuracy.h"
#include "gen/verify/coverage.h"
#include "gen/verify/play.h"
#include "gen/verify/simulate.h"
#include "gen/verify/waveform.h"

struct verification {
    const struct verify_options *options;
    struct chip_folder chip;
    struct model_folder model;     /* if the options name one */
    const struct program *program; /* of the model that is played */
    struct workspace work;
    char *netlist;                 /* folder that is built, NULL: the chip's own */
    char *images;                  /* folder to run in, NULL: the chip's own */
    struct play play;
    char *stimulus;
    struct waveform waveform;      /* if the options want one */
    bool used[SIMULATOR_COUNT];
    struct simulation_result results[SIMULATOR_COUNT];
    struct coverage coverage;      /* if the options want it, of Verilator */
    bool pass;             /* the chip does what the golden model says */
    enum verdict verdict;
};

/* ---- verify_results.c ---- */

bool verification_waits(const struct verification *v); /* for the memory */

/* Are there so many frames, or such long ones, that the model says when they start? */
bool verification_settles(const struct verification *v);

/* Cycles of a frame in a phase, or -1. */
int64_t verification_phase_cycles(const struct verification *v,
                                  const struct simulation_phase *phase);

int64_t verification_cycles(const struct verification *v); /* in steady state, as measured; or -1 */
double verification_utilization(const struct verification *v, int64_t cycles);

/* The harness compares every frame's start with the model; here the simulators with each other. */
bool verification_same_cycles(const struct verification *v);

json_t *verification_json(const struct verification *v);

/* What was reached and what happened; if `whole` with all that was. */
void verification_coverage(const struct verification *v, bool whole, struct text *text);

/* ---- verify_print.c ---- */

void verification_print(const struct verification *v);

/* A frame as planned, and below it as measured. */
bool verification_draw(const struct verification *v, struct error *error);

#endif
