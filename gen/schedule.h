/* SPDX-License-Identifier: Apache-2.0
 * schedule.h - which block product when, and in which order its columns (design: paper, section 3).
 *
 * A frame is a list of passes (one accumulator block each: i, f, g, o of every row block, then y) and
 * of products that fill them.  Accumulator blocks go round: pass p of the frame takes the block
 * after pass p - 1's.  The list is the same every frame, and frames follow each other without a
 * gap: while y of a frame is emptied, the x-products of the next one run. */
#ifndef ESE_SCHEDULE_H
#define ESE_SCHEDULE_H

#include "models/encode.h"
#include "models/program.h"

/* Clock cycles between stages, as built in templates/; the cycle model steps the same stages. */
enum {
    LAG_CLOSE = 9, /* last column broadcast to first element step of the pass */
    LAG_ELEMENT = 18 /* element step to the first broadcast that may use its result */
};

/* Lists passes and products in program->passes / products (names, sources, shifts; streams are not
 * there yet) in an order that keeps the multipliers busy.  `slices` comes back with one entry a
 * product, in list order. */
void schedule_products(struct program *program, const struct geometry *geometry,
                       struct slices **slices);

/* Orders the columns of every product and writes program->columns, lengths, entries. */
void schedule_columns(struct program *program, const struct slices *slices);

#endif
