/* SPDX-License-Identifier: Apache-2.0
 * window.h - which clocks of the simulation go into a waveform, and what stands in it as text.
 *
 * The window is the whole simulation, a phase, or some frames of a phase: from the end of the last
 * column of the frame before them, or from the phase's beginning, until the last y of theirs is
 * taken.  It opens once, even if the phase is played anew. */
#ifndef ESE_WINDOW_H
#define ESE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "stimulus.h"

/* Texts as Verilog has them, the last character in the lowest byte.  In this order: the phase; of
 * the next column to be broadcast its frame, and the channels that have a voice in it; the same of
 * the next element-wise step. */
enum { CAPTIONS = 5, CAPTION_WORDS = CAPTIONS * STIMULUS_CAPTION / 4 };

/* "PHASE,FIRST,LAST": number of a phase, and of its first and last frame, all from 0; "":
 * everything.  To be called before the first clock. */
void window_set(const char *window);

/* After each clock. */
void window_step(void);

bool window_is_open(void);

const uint32_t *window_captions(void); /* [CAPTION_WORDS] */

#endif
