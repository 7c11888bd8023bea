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
 * the two units with the paper's states, or the layers of another network than one LSTM; below a
 * row for each product and pass in the order in which they begin, or where those are too many a row
 * for each matrix and kind of pass, or each layer and unit. */
void chart_text(struct text *text, const struct program *program, const struct interval *products,
                const struct interval *passes, int64_t start);

/* ---- for other pictures of the same -------------------------------------------------------------- */

/* What a row is. */
enum chart_rows { CHART_BLOCKS, CHART_KINDS, CHART_LAYERS };

/* The finest of which there are not too many. */
enum chart_rows chart_rows(const struct program *program);

/* A product or pass, and what row it stands in. */
struct chart_block {
    const char *name;         /* "Wix[3]" */
    char row[BLOCK_NAME_MOST]; /* "Wix[3]", "Wix", "products" */
    char part[12];            /* "STATE_1", "layer 3" */
    int order;                /* of that part among all */
    char digit;               /* for it */
};

struct chart_block chart_block(const struct program *program, bool is_pass, int number,
                               enum chart_rows rows);

/* Whether parts are layers, not the paper's states. */
bool chart_by_layers(const struct program *program);

#endif
