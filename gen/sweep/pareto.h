/* SPDX-License-Identifier: Apache-2.0
 * pareto.h - which points no other beats. */
#ifndef ESE_SWEEP_PARETO_H
#define ESE_SWEEP_PARETO_H

#include <stdbool.h>

/* values[count][goals]; no NANs.  Writes the numbers of those points that no other equals or beats
 * in all goals and beats in one, the best in the first goal first; returns how many.  `front` has
 * room for all. */
int pareto_front(const double *values, int count, int goals, const bool *more, int *front);

#endif
