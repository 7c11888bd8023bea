/* SPDX-License-Identifier: Apache-2.0
 * outcome.h - the rows of a sweep read back, and what is made of them. */
#ifndef ESE_SWEEP_OUTCOME_H
#define ESE_SWEEP_OUTCOME_H

#include "gen/sweep/record.h"
#include "gen/sweep/store.h"

/* Points that are ok and have a number for each goal. */
struct outcome {
    const struct sweep *sweep;
    struct tally tally;
    char first_failure[256]; /* "" : nothing failed */
    int count;
    int *points;    /* [count] in the order of the plan */
    double *values; /* [count][goals] */
    int front_count;
    int *front;     /* [front_count] places in `points`, the best in the first goal first */
};

bool outcome_read(struct outcome *outcome, const struct sweep *sweep, const struct store *store,
                  struct error *error);
void outcome_free(struct outcome *outcome);

/* The value of goal `goal` of the place-th point. */
double outcome_value(const struct outcome *outcome, int place, int goal);

/* Writes pareto.csv, columns.md, sweep.svg and sweep.json. */
bool outcome_write(const struct outcome *outcome, const struct store *store, struct error *error);

/* Writes a file of the folder, aside and then renamed; the text is empty then. */
bool outcome_write_file(const struct store *store, const char *name, struct text *text,
                        struct error *error);

/* Appends sweep.svg: the front, and the first goal along each axis that is a number. */
void outcome_svg(const struct outcome *outcome, struct text *svg);

/* Appends columns.md: what each column is. */
void outcome_columns(const struct sweep *sweep, struct text *text);

#endif
