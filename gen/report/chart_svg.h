/* SPDX-License-Identifier: Apache-2.0
 * chart_svg.h - the schedule of a frame as a picture, in the manner of the paper's Figure 4.
 *
 * gnuplot draws it.  Its version decides on the bytes; nothing else of the machine does. */
#ifndef ESE_CHART_SVG_H
#define ESE_CHART_SVG_H

#include <stdbool.h>
#include <stdint.h>

#include "models/base/error.h"
#include "models/base/text.h"
#include "models/program/cycles.h"
#include "models/program/program.h"

enum { CHART_FRAMES_MOST = 2 };

/* When a frame's products [product_count] and passes [pass_count] ran, in clock cycles.  An interval
 * that begins below 0 did not happen and is left out. */
struct chart_times {
    const struct interval *products, *passes;
    int64_t start; /* the frame's first broadcast: cycle 0 of the picture */
    const enum stall *waits; /* [product_count] why a product did not follow the one before at once
                                (cycles.h); NULL: not known */
};

/* A frame to draw, and the one after it, of which only the beginning is shown. */
struct chart_frame {
    const char *heading; /* "as planned" */
    struct chart_times now, next;
};

/* Appends the gnuplot script of `count` (1 .. CHART_FRAMES_MOST) frames, one above the other on the
 * same axis; it writes chart.svg to the folder that gnuplot runs in.  Each has the two units on
 * top, and below them the paper's states, or the layers of another network than one LSTM, with a
 * row for each matrix and kind of pass, or with many layers for each unit.  A bar bears the name of
 * its block, unless there are as many blocks as the text chart groups as well.  Where no column is
 * broadcast there is a bar of another colour, and in the heading what was waited for. */
void chart_script(struct text *script, const struct program *program,
                  const struct chart_frame *frames, int count);

/* Can the picture be drawn, and written to `path`?  To be asked before the work that it is for; `path`
 * NULL: none is wanted. */
bool chart_svg_check(const char *path, struct error *error);

/* Draws it; the file appears whole or not at all. */
bool chart_svg_write(const char *path, const struct program *program,
                     const struct chart_frame *frames, int count, struct error *error);

#endif
