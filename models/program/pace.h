/* SPDX-License-Identifier: Apache-2.0
 * pace.h - the greedy order of a product's columns.
 *
 * It takes next the column that keeps every PE nearest to its own pace, among those whose vector
 * element is expected to be there.  A PE's pace is its share of the product's entries: where the
 * shares differ (plain pruning, fillers) no order can make the PEs' work even, and one that tries
 * leaves the columns of the busiest PE for the end, where the others wait. */
#ifndef ESE_PACE_H
#define ESE_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct slices;

/* What the order knows of the columns of slices, and of orders that it found before. */
struct pace;

struct pace *pace_new(const struct slices *slices);
void pace_free(struct pace *pace);

/* Columns that have entries, ascending; returns how many. */
int pace_columns(const struct pace *pace, const int **columns);

/* Mean number of entries that a PE has in a column. */
float pace_mean(const struct pace *pace, int column);

/* Floats that `ahead` must have, a few more than PEs. */
int pace_stride(int pes);

/* The state of the array while a product runs. */
struct pace_clock {
    float *ahead;        /* [pace_stride] entries so far of each PE, less what its pace expects */
    double clock;        /* expected time of the multipliers */
    double lead;         /* columns are chosen so long before */
    const double *ready; /* [columns] expected time of the vector's element; NULL: all are there */
};

/* Writes the columns into `order` as they are to be taken, greedily or ascending, and moves the
 * state on. */
void pace_order(struct pace *pace, struct pace_clock *clock, bool greedy, int *order);

#endif
