/* SPDX-License-Identifier: Apache-2.0 */
#include "slot.h"

#include <string.h>

#include "bins.h"
#include "findings.h"

/* Frames of x that a chip may have taken in beyond the last one that has started. */
enum { FRAMES_AHEAD = 4 };

static const uint32_t NEVER = UINT32_MAX;

static struct {
    bool closed, opened; /* the host has written so */
    uint32_t earliest, latest, from; /* frame with which it is closed: bounds, and as seen */
} slot;

static bool used(void)
{
    return harness.now->slot_cycle != 0;
}

void slot_rewind(void)
{
    slot.closed = slot.opened = false;
    slot.earliest = slot.latest = slot.from = NEVER;
}

bool slot_should_close(int64_t played)
{
    return used() && !slot.closed && played >= (int64_t)harness.now->slot_cycle;
}

bool slot_should_open(void)
{
    return slot.latest != NEVER && !slot.opened && harness.y_frame >= harness.now->slot_frame;
}

void slot_writes(bool closes)
{
    if (!closes)
        return;
    slot.closed = true;
    slot.earliest = harness.started;
}

void slot_wrote(bool closed)
{
    bin_hit(closed ? BIN_SLOT_CLOSED : BIN_SLOT_OPENED);
    if (closed)
        slot.latest = harness.started + FRAMES_AHEAD;
    else
        slot.opened = true;
}

bool slot_holds(uint32_t frame)
{
    return used() && frame >= harness.now->slot_frame && !slot.opened;
}

uint32_t slot_channel(uint32_t frame)
{
    const struct stimulus_phase *p = harness.now;
    bool may = used() && slot.closed && frame >= slot.earliest && frame < p->slot_frame;
    return may ? p->slot_channel : harness.plan.channels;
}

void slot_saw_closed(uint32_t frame)
{
    if (frame < slot.from)
        slot.from = frame;
}

bool slot_is_closed(uint32_t frame)
{
    return used() && frame >= slot.from && frame < harness.now->slot_frame;
}

const uint32_t *frame_active(uint32_t frame)
{
    static uint32_t without[64];
    const struct harness *h = &harness;
    uint32_t words = stimulus_mask_words(h->plan.channels);
    const uint32_t *active = h->plan.active + (size_t)(h->now->first_frame + frame) * words;
    if (!slot_is_closed(frame))
        return active;
    memcpy(without, active, words * sizeof *without);
    bits_set(without, h->now->slot_channel, 1, 0);
    return without;
}

void slot_check(uint32_t frame)
{
    uint32_t channel = slot_channel(frame);
    if (channel < harness.plan.channels && frame >= slot.latest && !slot_is_closed(frame) &&
        mask_bit(frame_active(frame), channel))
        violation(AT "channel %u still counts in frame %u, and was to be closed from frame %u on",
                  HERE, channel, frame, slot.latest);
}
