/* SPDX-License-Identifier: Apache-2.0
 * expect.h - y as the plan has it, wherever it comes from: a stream, or memory.  Frames are counted
 * within the phase. */
#ifndef ESE_EXPECT_H
#define ESE_EXPECT_H

#include "harness.h"

int32_t expected_y(uint32_t frame, uint32_t channel, uint32_t element);

/* Is a value the largest or the smallest of its format?  One that was clipped is. */
bool at_end(int32_t value);

/* Compares, counts, and keeps the value for the dump. */
void check_y_is(uint32_t frame, uint32_t channel, uint32_t element, int32_t got);

/* y of one more frame has come. */
void frame_is_out(void);

#endif
