/* SPDX-License-Identifier: Apache-2.0
 * memory.h - a memory behind an AXI port: what it holds, how fast it answers, what it does wrong.
 *
 * One clock is one call: memory_step() is told what the chip showed before the edge, and leaves in
 * `drive` and `data` what it sees after it.  Reads are answered in order, and writes are; what was
 * written can be read from the clock on in which the write is answered.
 *
 *   memory.c        the clock, the read channels, faults; the ideal and the hostile memory
 *   memory_write.c  the write channels
 *   memory_store.c  contents; what the channels have in common
 *   memory_ddr3.c   banks, rows, refresh and turn-round of a DDR3-1600 behind a controller */
#ifndef ESE_MEMORY_H
#define ESE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "memory_store.h"

/* False: out of memory. */
bool memory_open(struct memory *memory, uint32_t data_bits);
void memory_close(struct memory *memory); /* all but the regions' contents */

/* Empty queues, counts from zero, nothing valid. */
void memory_reset(struct memory *memory, const struct stimulus_memory *how, uint64_t seed);

void memory_start(struct memory *memory); /* beats and clocks of the fault count from here */
void memory_lift(struct memory *memory);  /* no fault from here on */
void memory_step(struct memory *memory, const struct memory_seen *seen);

#endif
