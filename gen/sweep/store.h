/* SPDX-License-Identifier: Apache-2.0
 * store.h - the folder of a sweep while it runs: points.csv and points.jsonl grow by whole lines,
 * and what is there when it begins anew is kept.
 *
 * A point is there if both files have its line.  A program that was killed may leave a line that is
 * cut off, or in one file only, and a power failure or an editor one of other characters: those are
 * dropped, and their points computed again. */
#ifndef ESE_SWEEP_STORE_H
#define ESE_SWEEP_STORE_H

#include <sys/types.h>

#include "gen/sweep/sweep.h"

/* Where a line of a file is; length 0: it is not there. */
struct span {
    off_t offset;
    size_t length;
};

struct store {
    const struct sweep *sweep;
    const char *dir;
    int folder; /* locked: nobody else writes to it */
    int files[2];
    off_t ends[2];
    struct span *spans[2]; /* [points] */
    int there;  /* points */
    int unsaved; /* since the last fsync() */
};

/* Opens a folder, which is made if it is not there.  Refuses one that holds something else than
 * this sweep, as its sweep.json says, or that another process writes to. */
bool store_open(struct store *store, const struct sweep *sweep, const char *dir,
                struct error *error);
void store_close(struct store *store);

/* Opens the folder of a part of the sweep to read from it, whatever else becomes of it
 * meanwhile. */
bool store_open_part(struct store *store, const struct sweep *sweep, const char *dir,
                     struct error *error);

/* A child that does not write: leaves the lock to its parent. */
void store_leave(struct store *store);

bool store_has(const struct store *store, int point);

/* Adds the lines of a point. */
bool store_add(struct store *store, int point, const struct row *row, struct error *error);

/* Appends the lines of a point that is there; the one of points.csv. */
bool store_read(const struct store *store, int point, struct row *row, struct error *error);
bool store_read_csv(const struct store *store, int point, struct text *line, struct error *error);

/* Both files anew, in the order of the plan. */
bool store_finish(struct store *store, struct error *error);

#endif
