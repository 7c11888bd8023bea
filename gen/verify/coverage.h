/* SPDX-License-Identifier: Apache-2.0
 * coverage.h - how much of a chip's Verilog a run has reached: lines and bits, module by module.
 *
 * A line counts as covered if all that can happen in it has happened: each of its branches taken, a
 * condition without else also not met.  A bit counts if it has gone up and down; signals of more
 * than 256 bits do not count, nor those that nobody reads, unused_.  What coverage.def says cannot
 * happen in this chip is not missed. */
#ifndef ESE_COVERAGE_H
#define ESE_COVERAGE_H

#include <jansson.h>
#include <stdbool.h>

#include "gen/verify/coverage_points.h"
#include "models/base/error.h"
#include "models/base/text.h"
#include "models/program/program.h"

struct coverage_count {
    int covered, missed, never; /* never: cannot be covered, by the list */
};

struct coverage_module {
    char name[80];
    struct coverage_count lines, toggles;
};

/* A line that was missed, or bits of a signal; `why` they cannot be reached, NULL: they can. */
struct coverage_hole {
    const struct coverage_module *module;
    int line;
    char *what;      /* the line's text; "data[7:4,2]" */
    bool toggle;
    const char *why;
};

struct coverage {
    int module_count, hole_count;
    struct coverage_module *modules; /* in order of name */
    struct coverage_count lines, toggles;
    struct coverage_hole *holes;     /* in order of module and line */
    struct text wrong;               /* lines about what was hit although it cannot be */
};

/* Of what a run of this chip has left in `path`; the chip's Verilog is in DIR/rtl.  Free it on
 * failure, too. */
bool coverage_read(struct coverage *coverage, const char *path, const char *dir,
                   const struct program *program, struct error *error);
void coverage_free(struct coverage *coverage);

/* The modules as a table, lines that were missed; if `whole` also bits, and what cannot be. */
void coverage_text(struct text *text, const struct coverage *coverage, bool whole);
json_t *coverage_json(const struct coverage *coverage);

/* ---- coverage_folder.c ---- */

/* Can the folder be made?  To be asked before the work that it is for; NULL: none is wanted. */
bool coverage_folder_check(const char *folder, struct error *error);

/* Makes it: summary.txt; if `counts` are not NULL also these, coverage.dat, and each file of
 * DIR/rtl with counts before its lines, rtl/NAME.v.  All of it, or nothing. */
bool coverage_folder_write(const char *folder, const char *counts, const char *dir,
                           const struct text *summary, struct error *error);

#endif
