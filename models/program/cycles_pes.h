/* SPDX-License-Identifier: Apache-2.0
 * cycles_pes.h - the PEs of the cycle model: ActQueues, weight buffers, issue.
 *
 * A clock costs one step over the PEs, eight at once, that only counts, and more only for those
 * whose queue takes or gives a slice. */
#ifndef ESE_CYCLES_PES_H
#define ESE_CYCLES_PES_H

#include <stdbool.h>
#include <stdint.h>

#include "models/program/program.h"

struct slice { /* of a column, one PE's */
    uint16_t length; /* entries; 0: there is none */
    uint16_t block;  /* accumulator block that they go to */
};

/* Arrays of [stride] have a number for every PE, and 0 behind them. */
struct pes {
    int count, depth;       /* PEs; slices that an ActQueue holds */
    int places;             /* one more: where the next slice goes is free, whoever gets one */
    int stride;             /* PEs, rounded up to what is stepped at once */
    int16_t weight_room;    /* entries that a weight buffer holds */
    bool stuffed;           /* a weight buffer is full */
    int16_t *weights;       /* [stride] entries in the weight buffer */
    int16_t *left;          /* [stride] entries of the queue's head still to be issued; 0: empty */
    int16_t *held;          /* [stride] slices in the queue */
    int16_t *full;          /* [stride] not 0: it was full a clock ago, or may have become so */
    int16_t *popped;        /* [stride] not 0: the head's last entry was issued in this clock */
    int16_t *one, *none;    /* [stride] 1 for every PE; 0 for every PE */
    int *popping;           /* [stride] PEs of whom that is so, one behind the other */
    struct slice *queues;   /* [count][places] rings */
    int *head;              /* [count] where the oldest slice is */
    int16_t *lengths;       /* [columns][stride] entries that the PEs have of a column */
    int *takers;            /* [columns] PEs that have some */
};

/* What is pushed in a clock, and where what leaves is counted. */
struct push {
    int column; /* -1: none */
    int block;
};

struct pes pes_new(const struct program *program);
void pes_free(struct pes *pes);

/* No queue that gets something of the column is full; as seen a clock before, or now. */
bool pes_had_room(const struct pes *pes, int column);
bool pes_have_room(const struct pes *pes, int column);

/* One clock; `beat`: one of weights reaches all buffers, of which none is full.  Returns the
 * entries issued; adds the slices whose last entry was issued to retired[block]. */
int pes_step(struct pes *pes, struct push push, bool beat, int *retired);

/* How many slices of the column the queues get. */
int pes_takers(const struct pes *pes, int column);

#endif
