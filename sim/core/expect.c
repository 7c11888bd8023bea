/* SPDX-License-Identifier: Apache-2.0 */
#include "expect.h"

#include <string.h>
#include <time.h>

#include "findings.h"

int32_t expected_value(const struct value_at *at)
{
    const struct stimulus *plan = &harness.plan;
    return stimulus_values(plan, &plan->vectors[at->vector], harness.now->first_frame + at->frame,
                           at->channel)[at->element];
}

/* Is a value the largest or the smallest of its format?  One that was clipped is. */
static bool at_end(int32_t value)
{
    const int32_t most = (int32_t)((UINT32_C(1) << (harness.plan.activation_bits - 1)) - 1);
    return value == most || value == -most - 1;
}

static struct checked *checked_of(const struct value_at *at)
{
    return &harness.checked[at->leaves ? harness.plan.vector_count : at->vector];
}

/* ---- differences ----------------------------------------------------------------------------- */

static int order(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

/* Was this one computed before the one that is kept? */
static bool is_earlier(const struct value_at *at)
{
    const struct difference *first = &harness.first;
    int by = order(harness.turn, first->turn);
    by = by != 0 ? by : order(at->frame, first->at.frame);
    by = by != 0 ? by : order(at->pass, first->at.pass);
    by = by != 0 ? by : order(at->element, first->at.element);
    by = by != 0 ? by : order(at->channel, first->at.channel);
    return by != 0 ? by < 0 : !at->leaves && first->at.leaves;
}

/* The pass that writes an element of y. */
static uint32_t pass_of(uint32_t element)
{
    const struct stimulus *plan = &harness.plan;
    for (uint32_t n = 0; n < plan->pass_count; n++) {
        const struct stimulus_pass *pass = &plan->passes[n];
        if (pass->vector == (int32_t)plan->leaves && element >= pass->first &&
            element - pass->first < pass->rows)
            return n;
    }
    return plan->pass_count;
}

/* `got` as text, with what is to be said of it. */
static void differs(const struct value_at *at, int32_t got, bool unknown, const char *text)
{
    struct harness *h = &harness;
    struct difference seen = {.found = true, .unknown = unknown, .turn = h->turn,
                              .phase = h->phase, .cycle = h->cycle, .at = *at,
                              .expected = expected_value(at), .got = got};
    char pass[32] = "";
    if (at->leaves)
        seen.at.pass = pass_of(at->element);
    else
        snprintf(pass, sizeof pass, ", pass %u", at->pass);
    snprintf(seen.text, sizeof seen.text,
             "phase %s, cycle %lld%s: %s of frame %u, channel %u, element %u: expected %d, got %s",
             HERE, pass, h->plan.vectors[at->vector].name, at->frame, at->channel, at->element,
             seen.expected, text);
    h->reason_is_value = h->reason_is_value || h->reason[0] == '\0';
    checked_of(at)->different++;
    if (!h->first.found || is_earlier(&seen.at))
        h->first = seen;
    mismatch("%s", seen.text);
}

void check_value(const struct value_at *at, int32_t got)
{
    struct checked *checked = checked_of(at);
    const uint32_t spare = 32 - harness.plan.activation_bits;
    const int32_t expected = expected_value(at);
    char text[48];
    checked->values++;
    checked->at_ends += at_end(got);
    if (got == expected)
        return;
    snprintf(text, sizeof text, "%d%s", got,
             sign_extend((uint32_t)got << spare >> spare, 32 - spare) == expected
                 ? " (not sign-extended)"
                 : "");
    differs(at, got, false, text);
}

void check_unknown(const struct value_at *at)
{
    checked_of(at)->values++;
    differs(at, 0, true, "X");
}

/* ---- y --------------------------------------------------------------------------------------- */

struct value_at y_at(uint32_t frame, uint32_t channel, uint32_t element)
{
    return (struct value_at){.frame = frame, .element = element, .channel = channel,
                             .vector = harness.plan.leaves, .leaves = true};
}

void check_y_is(uint32_t frame, uint32_t channel, uint32_t element, int32_t got)
{
    struct harness *h = &harness;
    const struct value_at at = y_at(frame, channel, element);
    if (h->dump != NULL)
        h->dump[((size_t)(h->now->first_frame + frame) * h->plan.channels + channel) *
                    stimulus_y(&h->plan)->elements + element] = got;
    check_value(&at, got);
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
