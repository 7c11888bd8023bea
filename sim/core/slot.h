/* SPDX-License-Identifier: Apache-2.0
 * slot.h - a channel that the host closes in mid-flight and opens again, if the phase has one.
 *
 * From which frame on the channel is closed depends on how far ahead the chip takes x in.  It must
 * not be one that had started when the host wrote, and soon must be; once closed, it stays so until
 * the frame with which the channel speaks again.  Frames are counted within the phase. */
#ifndef ESE_SLOT_H
#define ESE_SLOT_H

#include "harness.h"

void slot_rewind(void);

/* For the host: is it time?  And that it has been done. */
bool slot_should_close(int64_t played);
bool slot_should_open(void);
void slot_writes(bool closes); /* the write begins */
void slot_wrote(bool closed);  /* it was answered */

/* The frame, and those after it, must not be offered yet. */
bool slot_holds(uint32_t frame);

/* The channel that may be closed in this frame, or as many as there are. */
uint32_t slot_channel(uint32_t frame);

void slot_saw_closed(uint32_t frame);  /* the chip says so, by y or by tuser */
void slot_check(uint32_t frame);       /* after that: is it what it must be? */
bool slot_is_closed(uint32_t frame);

/* The frame's channels, [mask_words], less one that is closed; until the next call. */
const uint32_t *frame_active(uint32_t frame);

#endif
