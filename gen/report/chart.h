/* SPDX-License-Identifier: Apache-2.0
 * chart.h - the schedule of a frame as text, in the manner of the paper's Figure 4. */
#ifndef ESE_CHART_H
#define ESE_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/base/text.h"
#include "models/program/cycles.h"
#include "models/program/program.h"

/* Appends the chart of one frame that begins at cycle `start`: when each block product is broadcast
 * [product_count] and each element-wise pass steps [pass_count], planned or measured.  An interval
 * that begins below 0 did not happen and is left out.  Time goes from left to right.  Above stand
 * the two units with the paper's states; below a row for each product and pass in the order in
 * which they begin, or where those are too many a row for each matrix and kind of pass. */
void chart_text(struct text *text, const struct program *program, const struct interval *products,
                const struct interval *passes, int64_t start);

/* ---- for other pictures of the same -------------------------------------------------------------- */

enum { CHART_KINDS_MOST = 14 }; /* nine matrices, five kinds of pass */

/* Are these too many blocks to show each? */
bool chart_is_grouped(const struct program *program);

/* The matrix or kind of a block: "Wix" of "Wix[3]". */
void chart_short_name(char *name, size_t size, const char *full);

#endif
