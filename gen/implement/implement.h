/* SPDX-License-Identifier: Apache-2.0
 * implement.h - a chip synthesized, and where there is a tool for it placed and routed.
 *
 * All is done in one folder, which can be taken elsewhere and holds what it needs: rtl/ and mem/
 * of the chip, synth.ys (to be run in mem/), pins.v, the logs; netlist.v of the chip alone. */
#ifndef ESE_IMPLEMENT_H
#define ESE_IMPLEMENT_H

#include <stdbool.h>

#include "gen/folder/chip_folder.h"
#include "gen/implement/pins.h"
#include "gen/implement/target.h"
#include "gen/implement/tools.h"

/* Cells of one kind, or places on the device. */
struct usage {
    char *name;
    int used, available; /* available 0: not known */
};

/* A stretch of a path inside one instance. */
struct hop {
    char *instance;      /* "u_front_end.u_ptr_read", "": the top */
    int levels;          /* cells passed, without those that it begins and ends at */
    double logic, routing; /* ns */
};

struct placement {
    int seed;
    double mhz;
    int hop_count;
    struct hop *hops; /* the slowest path from clock to clock */
};

struct implementation {
    const struct target *target;
    struct tools tools;
    char *folder;
    struct pins pins;
    int cell_count;
    struct usage *cells;  /* of the chip's netlist */
    int site_count;
    struct usage *sites;  /* of the device, as placed, wrapper included; of the first seed */
    int seed_count, mhz;  /* seeds placed; what was aimed at */
    struct placement *placements; /* [seed_count] in order of mhz; NULL: not placed */
};

/* Copies the chip into the folder and synthesizes it. */
bool implement_synthesize(struct implementation *i, const struct chip_folder *chip,
                          struct error *error);

/* Places and routes with seeds 1..seed_count. */
bool implement_place(struct implementation *i, struct error *error);

void implementation_free(struct implementation *i);

/* The one in the middle, of an even number the slower one. */
const struct placement *implementation_median(const struct implementation *i);

/* Sums over the netlist's cells. */
int implementation_multipliers(const struct implementation *i);
int implementation_ram_kbit(const struct implementation *i);

#endif
