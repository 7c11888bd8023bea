/* SPDX-License-Identifier: Apache-2.0
 * host_queue.h - what a host keeps in memory for a chip with a queue of descriptors: the ring, x, y and
 * saved states.  Writes descriptors and x, and looks at every byte of y when its descriptor is done.
 *
 * All of it lies in the data port's memory, from the plan's queue_base on, each piece on pages of its
 * own with an unused page behind it.  Sizes are those of the model image's header, and so are strides but
 * in phases that are scattered.  What nobody has written yet is noise.  Without a queue all of this does nothing. */
#ifndef ESE_HOST_QUEUE_H
#define ESE_HOST_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

void queue_begin(void);          /* a phase begins */
void queue_rewind(void);         /* nothing is submitted any more */
void queue_end(void);            /* the phase is over: its memory is given back */

uint64_t queue_ring(void);       /* address of the ring */

/* Writes descriptors to the ring and tells the chip, if there are some, there is room, and the phase lets
 * them come by now, `played` clocks after start. */
bool queue_hand_over(int64_t played);

/* The chip reports that so many are done: their y must be there.  False: impossible. */
bool queue_done(uint32_t head);

/* A word of the model image's header. */
uint32_t model_word(uint32_t word);

#endif
