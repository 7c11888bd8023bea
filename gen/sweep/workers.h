/* SPDX-License-Identifier: Apache-2.0
 * workers.h - points computed by several processes, their lines written by one. */
#ifndef ESE_SWEEP_WORKERS_H
#define ESE_SWEEP_WORKERS_H

#include "gen/sweep/store.h"

enum { WORKERS_MOST = 256 };

/* What is done for a point, in one of several processes; and before these begin, for the first
 * point, so that they share what it leaves in the stock. */
struct work {
    void (*compute)(struct sweep *sweep, int point, struct stock *stock, struct row *row);
    void (*prepare)(struct sweep *sweep, int point, struct stock *stock);
};

/* The lines of points, as point.c makes them. */
extern const struct work work_of_rows;

/* Fills the store with the points that it does not have; NULL: all points are done, and where their
 * results go is the work's affair.  A process that dies costs the point that it was at, which
 * becomes a failed row.  Fails if nothing can be written, or no process be had. */
bool workers_run(struct sweep *sweep, struct store *store, int jobs, const struct work *work,
                 struct error *error);

#endif
