/* SPDX-License-Identifier: Apache-2.0
 * expect.h - values as the plan has them, wherever they come from: a monitor output, a stream, or
 * memory.  Frames are counted within the phase. */
#ifndef ESE_EXPECT_H
#define ESE_EXPECT_H

#include "harness.h"

int32_t expected_value(const struct value_at *at);

/* Compares, counts, keeps the first one that differs.  `got` may have more bits than a value. */
void check_value(const struct value_at *at, int32_t got);

/* The same of a value that is X. */
void check_unknown(const struct value_at *at);

/* Element of y where it leaves the chip. */
struct value_at y_at(uint32_t frame, uint32_t channel, uint32_t element);

/* The same as check_value(), and keeps the value for the dump. */
void check_y_is(uint32_t frame, uint32_t channel, uint32_t element, int32_t got);

/* y of one more frame has come. */
void frame_is_out(void);

#endif
