/* SPDX-License-Identifier: Apache-2.0
 * report.h - what a chip costs and how fast it is, before any simulation. */
#ifndef ESE_REPORT_H
#define ESE_REPORT_H

#include "gen/folder/output.h"
#include "models/base/text.h"
#include "models/program/cycles.h"
#include "models/program/program.h"

/* Adds report.txt and report.json of a chip, and appends what a user must be warned of
 * (accuracy.h, occupancy.h), and what is to be said of outputs that are expected.  `cycles`: of two frames at least, and of enough to be in steady state. */
void report_add(struct output *output, const struct program *program, const struct cycles *cycles,
                struct text *warnings, struct text *said);

#endif
