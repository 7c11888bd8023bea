/* SPDX-License-Identifier: Apache-2.0 */
#include "window.h"

#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "slot.h"

static struct {
    bool narrow; /* not everything */
    unsigned phase, first, last;
    bool open, over;
} window;

void window_set(const char *text)
{
    window.narrow = sscanf(text, "%u,%u,%u", &window.phase, &window.first, &window.last) == 3;
    window.open = !window.narrow;
}

/* The frame whose turn it is after `counts` of all products or passes. */
static uint32_t frame_of(const uint64_t *counts, const uint32_t *per_frame, uint32_t count)
{
    uint64_t done = 0, frame = 0;
    for (uint32_t i = 0; i < count; i++) {
        done += counts[i];
        frame += per_frame[i];
    }
    return frame > 0 ? (uint32_t)(done / frame) : 0;
}

static uint32_t column_frame(void)
{
    const struct stimulus *plan = &harness.plan;
    return frame_of(harness.product_count, plan->product_columns, plan->product_count);
}

static uint32_t step_frame(void)
{
    const struct stimulus *plan = &harness.plan;
    return frame_of(harness.pass_count, plan->pass_beats, plan->pass_count);
}

void window_step(void)
{
    if (!window.narrow || window.over || !harness.planned)
        return;
    bool here = harness.phase == window.phase && !harness.over;
    if (!window.open)
        window.open = here && (window.first == 0 || column_frame() >= window.first);
    else if (!here || harness.y_frame > window.last) {
        window.open = false;
        window.over = true;
    }
}

bool window_is_open(void)
{
    return window.open;
}

/* ---- captions -------------------------------------------------------------------------------- */

/* What does not fit ends in "..". */
static void put(uint32_t *words, const char *text)
{
    size_t length = strlen(text), most = STIMULUS_CAPTION;
    memset(words, 0, STIMULUS_CAPTION);
    for (size_t n = 0; n < length && n < most; n++) {
        bool cut = length > most && n >= most - 2;
        size_t place = (length < most ? length : most) - 1 - n;
        words[place / 4] |= (uint32_t)(cut ? '.' : (unsigned char)text[n]) << 8 * (place % 4);
    }
}

static bool has_channel(const uint32_t *mask, uint32_t channel)
{
    return channel < harness.plan.channels && mask_bit(mask, channel);
}

/* "0-3,7" */
static void put_channels(uint32_t *words, const uint32_t *mask)
{
    char text[2 * STIMULUS_CAPTION] = "";
    size_t length = 0;
    for (uint32_t c = 0; c < harness.plan.channels && length < STIMULUS_CAPTION + 1; c++) {
        if (!has_channel(mask, c))
            continue;
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%u",
                                   length > 0 ? "," : "", c);
        uint32_t first = c;
        while (has_channel(mask, c + 1))
            c++;
        if (c > first)
            length += (size_t)snprintf(text + length, sizeof text - length, "-%u", c);
    }
    put(words, length > 0 ? text : "none");
}

/* Nothing behind the last frame. */
static void put_frame(uint32_t *number, uint32_t *channels, uint32_t frame)
{
    char text[STIMULUS_CAPTION] = "";
    if (frame < harness.now->frame_count) {
        snprintf(text, sizeof text, "%u", frame);
        put_channels(channels, frame_active(frame));
    } else {
        put(channels, "");
    }
    put(number, text);
}

const uint32_t *window_captions(void)
{
    enum { WORDS = STIMULUS_CAPTION / 4 };
    static uint32_t captions[CAPTION_WORDS];
    if (!harness.planned)
        return captions;
    put(captions, harness.now->name);
    put_frame(captions + WORDS, captions + 2 * WORDS, column_frame());
    put_frame(captions + 3 * WORDS, captions + 4 * WORDS, step_frame());
    return captions;
}
