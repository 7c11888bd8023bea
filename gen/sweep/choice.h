/* SPDX-License-Identifier: Apache-2.0
 * choice.h - which points of a sweep stand for the others. */
#ifndef ESE_SWEEP_CHOICE_H
#define ESE_SWEEP_CHOICE_H

#include "gen/sweep/outcome.h"

/* A place in the outcome. */
struct choice {
    int place;
    bool of_front;
};

/* Chooses `count` points of the front, or all if it has no more, as evenly along it as may be and
 * its ends first; and as many others, each the one that is farthest from all that are chosen.  Two
 * points are as far apart as the places of their values on the axes, an axis being one long.
 *
 * choices  [2 * count], in this order; returns how many there are */
int choose_points(const struct outcome *outcome, int count, struct choice *choices);

#endif
