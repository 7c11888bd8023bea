/* SPDX-License-Identifier: Apache-2.0
 * bins.h - what happened in a simulation, by name, and what did not. */
#ifndef ESE_VERIFY_BINS_H
#define ESE_VERIFY_BINS_H

#include <jansson.h>
#include <stdint.h>

#include "gen/verify/simulate.h"
#include "models/base/text.h"
#include "models/program/program.h"
#include "sim/stimulus.h"

struct verify_bin {
    const char *group; /* "stall", "register"; of what there are several of a kind also `of` */
    char of[32];       /* name of a register, "" in other groups */
    char name[64];
    int64_t hits;
    const char *never; /* why it cannot happen on this chip, NULL: it can */
};

struct verify_bins {
    int count, room;
    struct verify_bin *list; /* those of a group, and of one thing, stand together */
};

/* All bins of a chip, with what a simulation of this plan has counted. */
struct verify_bins bins_of(const struct simulation_bins *counted, const struct stimulus *plan,
                           const struct program *program);
void bins_free(struct verify_bins *bins);

int bins_missed(const struct verify_bins *bins); /* could have been hit and were not */

/* If `whole` the hits of each; then those that were missed, and those that cannot be hit, with the
 * reason. */
void bins_text(struct text *text, const struct verify_bins *bins, bool whole);
json_t *bins_json(const struct verify_bins *bins);

#endif
