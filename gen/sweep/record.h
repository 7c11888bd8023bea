/* SPDX-License-Identifier: Apache-2.0
 * record.h - sweep.json: which sweep a folder holds. */
#ifndef ESE_SWEEP_RECORD_H
#define ESE_SWEEP_RECORD_H

#include "gen/sweep/sweep.h"

#define RECORD_NAME "sweep.json"

/* What has become of the points so far. */
struct tally {
    int points, ok, failed, excluded, front;
};

/* If the open folder `dir` has a sweep.json, is it of this sweep, or, if `part`, of any part of
 * it? */
bool record_check(const struct sweep *sweep, int folder, const char *dir, bool part,
                  struct error *error);

bool record_write(const struct sweep *sweep, const char *dir, const struct tally *tally,
                  struct error *error);

#endif
