/* SPDX-License-Identifier: Apache-2.0
 * plan.h - which points a sweep looks at, and in what order. */
#ifndef ESE_SWEEP_PLAN_H
#define ESE_SWEEP_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "gen/sweep/axes.h"

enum { POINTS_MOST = 1000000 };

struct plan {
    const struct axes *axes;
    int count;
    int *at;              /* [count][axes->count] which value of each axis */
    int order[AXES_MOST]; /* the axes, the outermost first */
    int outer;            /* so many of them change the network, or how it is pruned */
};

/* All combinations of values. */
bool plan_grid(struct plan *plan, const struct axes *axes, struct error *error);

/* A Latin hypercube: `samples` points such that on every axis each value comes as often as any
 * other, or once more.  Points that fall together are one. */
bool plan_sample(struct plan *plan, const struct axes *axes, int samples, uint64_t seed,
                 struct error *error);

/* Leaves the points that are wanted. */
typedef bool plan_wanted_fn(const struct plan *plan, int point, const void *with);
void plan_keep(struct plan *plan, plan_wanted_fn *wanted, const void *with);

/* Orders the points so that neighbours have much in common of what a stock keeps
 * (models/program/stock.h), `base` being what the axes do not say.  What is the same is in the
 * order of the axes. */
void plan_order(struct plan *plan, const struct config *base);

/* Leaves part `part` of `parts`, counted from 1: runs of points that one behind the other are the
 * whole. */
void plan_shard(struct plan *plan, int part, int parts);

void plan_free(struct plan *plan);

/* The value of an axis at a point. */
const char *plan_value(const struct plan *plan, int point, int axis);

/* Points from `point` on that a process should do one after the other: they have the pruned network
 * in common, and with it what calibration says, and as a rule their schedules. */
int plan_run(const struct plan *plan, int point);

#endif
