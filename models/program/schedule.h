/* SPDX-License-Identifier: Apache-2.0
 * schedule.h - which block product when, and in which order its columns (design: paper, section 3).
 *
 * A frame is a list of passes (one accumulator block each: i, f, g, o of every row block, then y) and
 * of products that fill them.  Accumulator blocks go round: pass p of the frame takes the block
 * after pass p - 1's.  The list is the same every frame, and frames follow each other without a
 * gap: while y of a frame is emptied, the x-products of the next one run. */
#ifndef ESE_SCHEDULE_H
#define ESE_SCHEDULE_H

#include "models/program/encode.h"
#include "models/program/program.h"

/* The slices of every block product, in the order of the paper's state flow: they depend neither on
 * the schedule nor on the number of lanes. */
struct encoded {
    int count;
    struct slices *blocks;
};

void schedule_encode(struct encoded *encoded, const struct program *program);
void encoded_free(struct encoded *encoded);

/* Lists passes and products in program->passes / products (names, sources, shifts; streams are not
 * there yet) in an order that keeps the multipliers busy.  `slices` comes back with one entry a
 * product, in list order; the array is the caller's, what it points to stays with `encoded`. */
void schedule_products(struct program *program, const struct encoded *encoded,
                       struct slices **slices);

/* Orders the columns of every product and writes program->columns, lengths, entries.  Where the depth of
 * the weight buffers is given already (d.weight_fifo_bits), the PEs' streams keep within it. */
void schedule_columns(struct program *program, const struct slices *slices, enum column_order order);

#endif
