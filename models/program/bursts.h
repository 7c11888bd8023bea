/* SPDX-License-Identifier: Apache-2.0
 * bursts.h - what the array asks of external memory from clock to clock, against what is read ahead. */
#ifndef ESE_BURSTS_H
#define ESE_BURSTS_H

#include <stdint.h>

#include "models/program/program.h"

/* Clocks that a frame in steady state waits, about, because the array asks for more within a while than a port
 * brings at a bus word a clock and the buffer of a stream holds.  0 where it does not, for memories that are
 * not streamed, and where all words of a frame take longer than the frame (derive_traffic). */
int64_t bursts_late(const struct program *program);

#endif
