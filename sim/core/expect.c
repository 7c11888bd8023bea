/* SPDX-License-Identifier: Apache-2.0 */
#include "expect.h"

#include <time.h>

#include "findings.h"

/* Of this frame of the phase. */
static size_t y_word(uint32_t frame, uint32_t channel, uint32_t element)
{
    const struct stimulus *plan = &harness.plan;
    return ((size_t)(harness.now->first_frame + frame) * plan->channels + channel) * plan->output +
           element;
}

int32_t expected_y(uint32_t frame, uint32_t channel, uint32_t element)
{
    return harness.plan.y[y_word(frame, channel, element)];
}

bool at_end(int32_t value)
{
    const int32_t most = (int32_t)((UINT32_C(1) << (harness.plan.activation_bits - 1)) - 1);
    return value == most || value == -most - 1;
}

void check_y_is(uint32_t frame, uint32_t channel, uint32_t element, int32_t got)
{
    struct harness *h = &harness;
    uint32_t bits = h->plan.activation_bits;
    int32_t expected = expected_y(frame, channel, element);
    h->y_checked++;
    h->y_at_ends += at_end(got);
    if (h->dump != NULL)
        h->dump[y_word(frame, channel, element)] = got;
    if (got != expected)
        mismatch(AT "y of frame %u, channel %u, element %u: expected %d, got %d%s", HERE, frame,
                 channel, element, expected, got,
                 sign_extend((uint32_t)got << (32 - bits) >> (32 - bits), bits) == expected
                     ? " (not sign-extended)"
                     : "");
}

void frame_is_out(void)
{
    struct harness *h = &harness;
    static time_t printed;
    h->last_move = h->cycle;
    h->y_frame++;
    h->result->frames_done = h->y_frame;
    time_t now = time(NULL);
    if (now != printed || h->y_frame == h->now->frame_count) {
        printf("phase %u of %u: frame %u of %u, cycle %lld\n", h->phase + 1, h->plan.phase_count,
               h->y_frame, h->now->frame_count, (long long)h->cycle);
        fflush(stdout);
        printed = now;
    }
}
