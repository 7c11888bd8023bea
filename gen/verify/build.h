/* SPDX-License-Identifier: Apache-2.0
 * build.h - a generated chip with its bench, built for a simulator, or found built.
 *
 * GNU make, and so Verilator, cannot build in a path with a space or the like.  What is to lie in
 * such a path is built in a temporary folder, and only the programs come over. */
#ifndef ESE_BUILD_H
#define ESE_BUILD_H

#include <limits.h>
#include <stdbool.h>

#include "gen/folder/process.h"
#include "gen/verify/simulate.h"

/* One build: where it lies and what it was made from. */
struct build {
    enum simulator simulator;
    const struct simulation_trace *trace; /* NULL: no waveform */
    bool coverage;
    int jobs;
    char root[PATH_MAX];   /* the generated chip */
    char folder[PATH_MAX]; /* WORK/NAME */
    char log[PATH_MAX];
    struct command steps[2];
};

/* In the folder, what a waveform holds of the bench. */
#define SCOPES_FILE "/scopes.vh"

/* Builds unless there is a build of the same sources; then *seconds stays as it is. */
bool build_chip(struct build *build, double *seconds, struct error *error);

#endif
