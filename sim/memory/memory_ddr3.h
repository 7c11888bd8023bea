/* SPDX-License-Identifier: Apache-2.0
 * memory_ddr3.h - when a DDR3 memory has read or written what it was asked for. */
#ifndef ESE_MEMORY_DDR3_H
#define ESE_MEMORY_DDR3_H

#include "memory_store.h"

void ddr3_reset(struct memory *memory);

/* The burst waits from now on: one of the two queues of memory->ddr3. */
void ddr3_take(struct memory *memory, struct memory_queue *queue, const struct memory_burst *burst);

void ddr3_step(struct memory *memory); /* one clock */

bool ddr3_has_beat(const struct memory *memory);    /* the next to be shown has come */
bool ddr3_has_written(const struct memory *memory); /* all of the first burst */

#endif
