/* SPDX-License-Identifier: Apache-2.0
 * memory_write.h - the write channels of a memory: memory_step() calls these in each clock. */
#ifndef ESE_MEMORY_WRITE_H
#define ESE_MEMORY_WRITE_H

#include "memory_store.h"

bool memory_write_open(struct memory *memory); /* false: out of memory */
void memory_write_reset(struct memory *memory);

/* What was shown is taken: before the clock counts on. */
void memory_write_take(struct memory *memory, const struct memory_seen *seen);

/* What is shown from now on: after it. */
void memory_write_drive(struct memory *memory, const struct memory_seen *seen);

#endif
