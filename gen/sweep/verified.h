/* SPDX-License-Identifier: Apache-2.0
 * verified.h - some points of a sweep as chips, simulated: are their rows true? */
#ifndef ESE_SWEEP_VERIFIED_H
#define ESE_SWEEP_VERIFIED_H

#include "gen/sweep/choice.h"

/* Generates and verifies up to `count` points of the front and as many others (choice.h), and
 * writes verified.csv: of each why it was chosen, the verdict, the cycles of a frame as measured,
 * and its row.  The chip and what `ese verify --json` says of it stay in the folder, as chips/ID
 * and chips/ID.json, and count the next time.
 *
 * good  set: all verdicts are "pass" or "inaccurate", and all cycles are those of the rows */
bool verify_points(const struct outcome *outcome, const struct store *store, int count, int jobs,
                   bool *good, struct error *error);

#endif
