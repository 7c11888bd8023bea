/* SPDX-License-Identifier: Apache-2.0
 * cycles_chip.h - the chip as the cycle model sees it: its control, clock by clock. */
#ifndef ESE_CYCLES_CHIP_H
#define ESE_CYCLES_CHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/program/cycles.h"
#include "models/program/cycles_pes.h"

/* Why there is no column, and for which product. */
struct gap {
    enum stall why;
    int product;
};

struct broadcast { /* a column on its way from the column stream to the ActQueues */
    bool valid, closes;
    int column, block;
    struct gap gap; /* where there is none */
};

struct block { /* of the accumulators */
    bool busy, closed, ready;
    int opened_for; /* pass */
    int pending; /* slices enqueued and not retired */
};

struct chip {
    const struct program *program;
    const struct derived *d;
    int64_t now;
    struct cycles *result;

    /* Input buffer */
    bool x_full[2];
    int x_bank, x_count;

    /* Product sequencer and PtrRead */
    int frame, product, column; /* column within the product */
    int frame_base;             /* accumulator block of the frame's pass 0 */
    int64_t waited[STALL_COUNT]; /* clocks, of the product whose first column is to be sent */
    struct broadcast *fetch;    /* [fetch_clocks] the last of them is sent to the ActQueues */
    bool room;                  /* in the queues that the last one needs, as seen a clock before */
    struct gap met;             /* what the queues met in the clock before: PEs that have nothing to
                                   do have it for that */

    /* PEs and accumulator blocks */
    struct pes pes;
    struct block *blocks;
    int block_count;
    int retire_clocks; /* issue to accumulator written */
    int *retiring;     /* [retire_clocks][block_count] a ring: slices whose last entry went then */
    int retire_at;     /* this clock's */

    /* Pass sequencer and element-wise path */
    int pass_frame, pass, beat, pass_base;
    bool running;
    int write_stage;   /* at which a step's result is written */
    int *steps;        /* [write_stage] a ring: the pass of the step of a clock, plus 1; 0: none */
    int step_at;       /* this clock's */
    int in_flight;     /* of the steps, those that are not 0 */
    int64_t written_words, written_seen; /* of all vectors that products read, in the order of the
                          passes, since the first frame; as columns see them */
    int reserved, output_words, output_lane, pass_outputs;
    int64_t words_out;
};

struct chip chip_new(const struct program *program, struct cycles *result);
void chip_free(struct chip *chip);
void chip_step(struct chip *chip);

/* Everything that decides what the chip does from now on, with its frame as the present one: when
 * two states are equal, what follows is equal.  [chip_state_size()] numbers. */
size_t chip_state_size(const struct chip *chip);
void chip_state(const struct chip *chip, int32_t *state);

#endif
