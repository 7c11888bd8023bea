/* SPDX-License-Identifier: Apache-2.0
 * lost.h - where the cycles of a frame go: what every PE does in each of them. */
#ifndef ESE_LOST_H
#define ESE_LOST_H

#include <jansson.h>

#include "models/base/text.h"
#include "models/program/cycles.h"
#include "models/program/program.h"

/* What a PE does in a clock, its key in JSON, what people read; sums to PEs x cycles of a frame.
 * Up to LOST_NULLS it multiplies. */
#define LOST_PARTS(X)                                                                          \
    X(NONZEROS, "nonzeros", "non-zeros", "the limit")                                          \
    X(FILLERS, "fillers", "fillers", "gaps over the index range")                              \
    X(NULLS, "nulls", "null entries", "keep the PEs' streams in step")                         \
    X(UNEVEN, "uneven", "uneven PEs", "nothing to do while the queue of another PE is full")   \
    X(COLUMNS, "columns", "few entries", "a column a clock, and the PE has none of it")        \
    X(UNCOVERED, "uncovered", "uncovered", "a product waits for what a pass has yet to write") \
    X(ACCUMULATOR, "accumulator", "accumulators", "no accumulator block is free")              \
    X(INPUT, "input", "input", "x of the frame is not there yet")                              \
    X(STREAM, "stream", "stream", "the stream of columns has none")                            \
    X(REST, "rest", "rest", "entries of the frame before, less those left to the next")

enum lost_part {
#define LOST_PART(name, key, label, meaning) LOST_##name,
    LOST_PARTS(LOST_PART)
#undef LOST_PART
    LOST_COUNT
};

struct lost {
    int64_t clocks[LOST_COUNT]; /* of all PEs */
};

void lost_count(struct lost *lost, const struct program *program, const struct cycles_frame *frame);

/* All of them: PEs x cycles of a frame. */
int64_t lost_sum(const struct lost *lost);

/* Clocks that a product costs whose source is written just before it, if nothing could be listed
 * between. */
int lost_uncovered(const struct program *program);

/* The least that a frame takes with each product by itself: entries of the busiest PE, or
 * columns. */
int64_t lost_bound(const struct program *program);

/* The part of the text, and the same as JSON. */
void lost_text(struct text *text, const struct lost *lost, const struct program *program,
               const struct cycles_frame *frame);
json_t *lost_json(const struct lost *lost, const struct program *program,
                  const struct cycles_frame *frame);

#endif
