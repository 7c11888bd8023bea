/* SPDX-License-Identifier: Apache-2.0
 * cycles.h - the exact cycle model: when every product and pass runs, clock by clock.
 *
 * Steps the datapath's control (streams, ActQueues, credits, accumulator blocks, element-wise
 * passes) without its data.  With input always valid and output always ready it agrees with the RTL
 * to the cycle. */
#ifndef ESE_CYCLES_H
#define ESE_CYCLES_H

#include <stdint.h>

#include "models/program/program.h"

struct interval {
    int64_t begin, end; /* clock cycles, end exclusive */
};

/* Why no column was broadcast in a cycle; first that applies. */
enum stall {
    STALL_NONE,
    STALL_INPUT,
    STALL_COLUMNS,
    STALL_ACC,
    STALL_ELEMENT,
    STALL_QUEUE,
    STALL_COUNT
};

struct cycles_frame {
    int64_t start;               /* cycle in which its first column is broadcast */
    struct interval *products;   /* [product_count] first .. last column broadcast */
    struct interval *passes;     /* [pass_count] first .. last element step */
    enum stall *waits;           /* [product_count] what its first column waited for longest, after
                                    the last one of the product before */
    int64_t stalls[STALL_COUNT]; /* broadcast stage, from this frame's start to the next one's */
    int64_t issued;              /* entries issued (all PEs), from its start to the next one's */
    int64_t idle[STALL_COUNT];   /* clocks of PEs that issued none, by what the queues met last:
                                    STALL_NONE a column, STALL_QUEUE one that another PE had no room
                                    for, else a gap of that cause */
    int64_t *idle_for;           /* [product_count] of those of STALL_ELEMENT: which one waited */
};

struct cycles {
    int frame_count;
    struct cycles_frame *frames; /* [frame_count] */
    int64_t end;                 /* cycle after the last y word is accepted */
    int64_t cycles_per_frame;    /* start-to-start distance of the last two frames */
};

/* Runs `frames` (>= 2) frames from reset; cycle 0 is the first with reset released. */
void cycles_run(const struct program *program, int frames, struct cycles *result);
void cycles_free(struct cycles *result);
const char *stall_name(enum stall stall);

#endif
