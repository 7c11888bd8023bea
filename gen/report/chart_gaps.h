/* SPDX-License-Identifier: Apache-2.0
 * chart_gaps.h - where the schedule of a frame has no column to broadcast, and why. */
#ifndef ESE_CHART_GAPS_H
#define ESE_CHART_GAPS_H

#include "gen/report/chart_svg.h"

struct chart_gap {
    int64_t begin, end; /* from the frame's start */
    const char *cause;  /* "m", "an accumulator block": what is waited for; NULL: not known */
};

/* The gaps between the products of a frame, and before the next one; `gaps` has room for
 * [product_count].  Returns how many. */
int chart_gaps(const struct program *program, const struct chart_frame *frame,
               struct chart_gap *gaps);

/* Appends "; SpMV waits 45 cycles for m, 2 for y" where causes are known. */
void chart_gaps_text(struct text *text, const struct chart_gap *gaps, int count);

#endif
