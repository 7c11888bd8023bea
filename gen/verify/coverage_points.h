/* SPDX-License-Identifier: Apache-2.0
 * coverage_points.h - what Verilator has counted in a run: branches of the source, and bits.
 *
 * Its file has a line a point, of every instance of a module, and from some version on one for each
 * edge of a bit.  Here these are one point. */
#ifndef ESE_COVERAGE_POINTS_H
#define ESE_COVERAGE_POINTS_H

#include <stdbool.h>
#include <stdint.h>

#include "models/base/error.h"
#include "models/base/text.h"

struct coverage_point {
    const char *file;    /* "rtl/ese_pe.v" */
    bool toggle;         /* a bit; else a piece of source that runs or does not */
    int line, column;
    char *what;          /* "if", "else", "case" ...; of a bit its name, "data[3]" */
    const char *lines;   /* that run with it, "12-14,18"; "" of a bit */
    uint64_t count;      /* of a bit: how often it went up and down */
};

/* In order of file, then pieces of source before bits, then line, column, what. */
struct coverage_points {
    struct text text; /* holds the strings */
    struct coverage_point *list;
    int count;
};

/* Free them on failure, too. */
bool coverage_points_read(struct coverage_points *points, const char *path, struct error *error);
void coverage_points_free(struct coverage_points *points);

/* A range of `lines`: moves *at behind it; false at their end. */
bool coverage_next_lines(const char **at, int *first, int *last);

#endif
