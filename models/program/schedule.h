/* SPDX-License-Identifier: Apache-2.0
 * schedule.h - which block product when, and in which order its columns (design: paper, section 3).
 *
 * A frame is a list of passes (one accumulator block each: of an LSTM i, f, g, o of every row
 * block, then y; layer by layer) and of products that fill them.  Accumulator blocks go round: pass
 * p of the frame takes the block after pass p - 1's.  The list is the same every frame, and frames
 * follow each other without a gap: while y of a frame is emptied, the x-products of the next one
 * run.
 *
 * A list is good if for each product (i) before the first of its pass all products of the passes up
 * to the one that had its block are listed, and (ii) before one that reads a vector of this frame
 * all products of all passes up to that vector's last writer.  One that breaks (i) with a pass of
 * one product runs to its end, with wrong sums; any other locks up. */
#ifndef ESE_SCHEDULE_H
#define ESE_SCHEDULE_H

#include "models/program/encode.h"
#include "models/program/program.h"

/* The slices of every block product, matrix by matrix: they depend neither on the schedule nor on
 * the number of lanes. */
struct encoded {
    int count;
    int *first;           /* [matrices] the block that is a matrix's first */
    struct slices *blocks;
    int64_t least_cycles; /* no schedule is faster: entries of the busiest PE, or columns */
};

void schedule_encode(struct encoded *encoded, const struct program *program);
void encoded_free(struct encoded *encoded);

/* As many entries everywhere, of weights and of fillers: what schedule_products() and
 * schedule_columns() make of them for the same network and geometry is the same. */
bool encoded_alike(const struct encoded *left, const struct encoded *right);

/* Lists passes and products in program->passes / products (names, sources; streams are not there
 * yet) in an order that keeps the multipliers busy. */
void schedule_products(struct program *program, const struct encoded *encoded);

/* The first product of the list that breaks (i) or (ii), and how; product NONE: it is good. */
struct schedule_fault {
    int product;
    const char *what;
};

struct schedule_fault schedule_fault(const struct program *program);

/* The slices of a product. */
const struct slices *schedule_slices(const struct program *program, const struct encoded *encoded,
                                     const struct product *product);

/* Orders the columns of every product and writes program->columns, origins, lengths.  Where the
 * depth of the weight buffers is given already (d.weight_fifo_bits), the PEs' streams keep within
 * it. */
void schedule_columns(struct program *program, const struct encoded *encoded,
                      enum column_order order);

/* Writes program->entries, once columns and lengths are settled. */
void schedule_entries(struct program *program, const struct encoded *encoded);

#endif
