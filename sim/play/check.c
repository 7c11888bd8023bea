/* SPDX-License-Identifier: Apache-2.0
 * check.c - the y stream, the monitor outputs. */
#include "check.h"

#include <string.h>

#include "bins.h"
#include "expect.h"
#include "findings.h"
#include "host.h"
#include "host_attempt.h"
#include "ports.h"
#include "check_result.h"
#include "slot.h"

static bool same(const uint32_t *a, const uint32_t *b, uint32_t words)
{
    return b == NULL || memcmp(a, b, words * sizeof *a) == 0;
}

/* May the chip do other than play on?  Stopped, or struck by a fault that is planned. */
static bool disturbed(void)
{
    if (!axi_present())
        return false;
    const struct stimulus_phase *phase = harness.now;
    bool struck = axi_struck() || harness.fault_sent || phase->patch_count != 0 ||
                  phase->flags & STIMULUS_NO_LOAD;
    bool awaited = phase->expected_error != 0 || phase->error_count != 0;
    return !host_running() || (awaited && host_wrong_attempt() && struck);
}

void check_reset(const struct sample *sample)
{
    if (harness.reset_seen < RESET_EDGES) /* the chip registers its reset: anything is allowed */
        return;
    if (unknown_bits(&sample->control, 0, CONTROL_BITS) & CONTROL_Y_VALID)
        violation(AT "y tvalid is X in reset", HERE);
    else if (sample->control.value[0] & CONTROL_Y_VALID)
        violation(AT "y tvalid is high in reset", HERE);
}

/* ---- y ------------------------------------------------------------------------------------------ */

static void check_y_value(const struct sample *sample, uint32_t channel)
{
    struct harness *h = &harness;
    uint32_t bits = h->plan.element_bits, at = channel * bits;
    if (unknown_bits(&sample->y_data, at, bits)) {
        const struct value_at y = y_at(h->y_frame, channel, h->y_element);
        check_unknown(&y);
        return;
    }
    check_y_is(h->y_frame, channel, h->y_element,
               sign_extend(bits_get(sample->y_data.value, at, bits), bits));
}

/* A channel without a voice. */
static void check_y_idle(const struct sample *sample, uint32_t channel)
{
    struct harness *h = &harness;
    uint32_t bits = h->plan.element_bits, at = channel * bits;
    if (unknown_bits(&sample->y_data, at, bits))
        mismatch(AT "y of frame %u, channel %u, element %u: the channel is idle, expected 0, got X",
                 HERE, h->y_frame, channel, h->y_element);
    else if (bits_get(sample->y_data.value, at, bits) != 0)
        mismatch(AT "y of frame %u, channel %u, element %u: the channel is idle, expected 0, got %d",
                 HERE, h->y_frame, channel, h->y_element,
                 sign_extend(bits_get(sample->y_data.value, at, bits), bits));
}

/* tuser tells of the first frame without the channel that is being closed. */
static void watch_slot(const struct sample *sample)
{
    uint32_t frame = harness.y_frame, channel = slot_channel(frame);
    if (channel < harness.plan.channels && mask_bit(frame_active(frame), channel) &&
        !bits_get(sample->y_user.value, channel, 1))
        slot_saw_closed(frame);
    slot_check(frame);
}

/* A new word is there: look at all of it. */
static void check_y_word(const struct sample *sample, bool last)
{
    struct harness *h = &harness;
    if (h->y_element == 0)
        watch_slot(sample);
    const uint32_t *active = frame_active(h->y_frame);
    for (uint32_t c = 0; c < h->plan.channels; c++)
        if (mask_bit(active, c))
            check_y_value(sample, c);
        else
            check_y_idle(sample, c);
    for (uint32_t i = 0; i < stimulus_mask_words(h->plan.channels); i++) {
        uint32_t size = h->plan.channels - 32 * i < 32 ? h->plan.channels - 32 * i : 32;
        if (unknown_bits(&sample->y_user, 32 * i, size)) {
            violation(AT "y tuser is X, frame %u element %u", HERE, h->y_frame, h->y_element);
        } else if (bits_get(sample->y_user.value, 32 * i, size) != active[i]) {
            violation(AT "y tuser of channels %u.. is %x, active are %x, frame %u element %u", HERE,
                      32 * i, bits_get(sample->y_user.value, 32 * i, size), active[i], h->y_frame,
                      h->y_element);
        }
    }
    const uint32_t elements = stimulus_y(&h->plan)->elements;
    bool should = h->y_element + 1 == elements;
    if (unknown_bits(&sample->control, 0, CONTROL_BITS) & CONTROL_Y_LAST)
        violation(AT "y tlast is X, frame %u element %u", HERE, h->y_frame, h->y_element);
    else if (last != should)
        violation(AT "y tlast is %d at element %u of %u, frame %u", HERE, last, h->y_element,
                  elements, h->y_frame);
}

static void check_held(const struct sample *sample, bool last)
{
    struct harness *h = &harness;
    if (!same(h->y_held, sample->y_data.value, h->y_words) ||
        !same(h->y_held_x, sample->y_data.unknown, h->y_words) ||
        !same(h->y_held_user, sample->y_user.value, stimulus_mask_words(h->plan.channels)) ||
        h->y_held_last != last)
        violation(AT "y changed while it waited for ready, frame %u element %u", HERE, h->y_frame,
                  h->y_element);
}

static void y_taken(void)
{
    struct harness *h = &harness;
    h->last_move = h->cycle;
    if (++h->y_element < stimulus_y(&h->plan)->elements)
        return;
    h->y_element = 0;
    frame_is_out();
}

static void check_y(const struct sample *sample, uint32_t control)
{
    struct harness *h = &harness;
    bool last = control & CONTROL_Y_LAST, ready = h->drive & DRIVE_Y_READY;
    if (!(control & CONTROL_Y_VALID)) {
        if (h->y_waiting && !disturbed())
            violation(AT "y tvalid fell before the word was taken, frame %u element %u", HERE,
                      h->y_frame, h->y_element);
        h->y_waiting = false;
        h->wait_cycles = 0;
        return;
    }
    if (h->y_frame == h->now->frame_count) {
        if (!h->y_waiting)
            violation(AT "a y word after the last frame", HERE);
        h->y_waiting = !ready;
        return;
    }
    if (h->y_waiting)
        check_held(sample, last);
    else
        check_y_word(sample, last);
    if (!ready)
        bin_hit(BIN_Y_WAIT);
    else if (!h->y_waiting)
        bin_hit(BIN_Y_TAKEN_AT_ONCE);
    h->y_waiting = !ready;
    h->wait_cycles = ready ? 0 : h->wait_cycles + 1;
    if (ready) {
        y_taken();
        return;
    }
    memcpy(h->y_held, sample->y_data.value, h->y_words * sizeof *h->y_held);
    if (sample->y_data.unknown != NULL)
        memcpy(h->y_held_x, sample->y_data.unknown, h->y_words * sizeof *h->y_held_x);
    memcpy(h->y_held_user, sample->y_user.value,
           stimulus_mask_words(h->plan.channels) * sizeof *h->y_held_user);
    h->y_held_last = last;
}

/* ---- monitor -------------------------------------------------------------------------------------- */

/* Counts one step of product or pass `index`; the frame that it belongs to. */
static uint32_t count_step(uint64_t *counts, const uint32_t *per_frame, uint32_t index)
{
    return (uint32_t)(counts[index]++ / (per_frame[index] != 0 ? per_frame[index] : 1));
}

static void extend(struct span *spans, uint32_t count, uint32_t frame, uint32_t index)
{
    const struct stimulus_phase *phase = harness.now;
    if (frame < phase->chart_first || frame - phase->chart_first >= phase->chart_count)
        return;
    struct span *span = &spans[(size_t)(frame - phase->chart_first) * count + index];
    if (span->begin < 0)
        span->begin = harness.cycle;
    span->end = harness.cycle + 1;
}

/* Is this the expected cycle?  With AXI ports both count from the start of the first frame of which
 * one is expected, because how long that takes depends on the host and the memory. */
static bool in_time(int64_t *cycle, int64_t *expected)
{
    const struct stimulus_phase *phase = harness.now;
    int64_t slack = 0;
    if (*expected < 0)
        return true;
    if (axi_present()) {
        uint32_t from = 0;
        while (phase->starts != NULL && from + 1 < phase->frame_count && phase->starts[from] < 0)
            from++;
        *cycle -= harness.result->frames[from].start;
        *expected -= phase->starts != NULL && phase->starts[from] >= 0 ? phase->starts[from] : 0;
        slack = *expected * phase->slack_permille / 1000;
    }
    return *cycle >= *expected && *cycle <= *expected + slack;
}

static void frame_starts(uint32_t frame)
{
    struct harness *h = &harness;
    h->result->frames[frame].start = h->cycle;
    h->started = frame + 1;
    bin_frame(frame);
    int64_t expected = h->now->starts != NULL ? h->now->starts[frame] : -1;
    int64_t cycle = h->cycle;
    if (!in_time(&cycle, &expected))
        violation("phase %s: frame %u starts in cycle %lld, expected in %lld", h->now->name, frame,
                  (long long)cycle, (long long)expected);
}

static void check_product(uint32_t index)
{
    struct harness *h = &harness;
    h->last_move = h->cycle;
    if (index >= h->plan.product_count) {
        violation(AT "mon_product is %u, there are %u products", HERE, index,
                  h->plan.product_count);
        return;
    }
    bin_product(index);
    bool opens = index == 0 && h->product_count[0] % h->plan.product_columns[0] == 0;
    uint32_t frame = count_step(h->product_count, h->plan.product_columns, index);
    if (frame >= h->now->frame_count) {
        if (h->product_count[index] == (uint64_t)h->now->frame_count *
                                               h->plan.product_columns[index] + 1)
            violation(AT "product %u has columns after the last frame", HERE, index);
        return;
    }
    if (opens)
        frame_starts(frame);
    extend(h->result->products, h->plan.product_count, frame, index);
}

static void check_pass(uint32_t index)
{
    struct harness *h = &harness;
    h->last_move = h->cycle;
    if (index >= h->plan.pass_count) {
        violation(AT "mon_pass is %u, there are %u passes", HERE, index, h->plan.pass_count);
        return;
    }
    bin_pass(index);
    uint32_t frame = count_step(h->pass_count, h->plan.pass_beats, index);
    if (frame < h->now->frame_count)
        extend(h->result->passes, h->plan.pass_count, frame, index);
    else if (h->pass_count[index] ==
             (uint64_t)h->now->frame_count * h->plan.pass_beats[index] + 1)
        violation(AT "pass %u has steps after the last frame", HERE, index);
}

static void count_issues(const struct sample *sample, struct frame_result *frame)
{
    struct harness *h = &harness;
    for (uint32_t base = 0; base < h->plan.pes; base += 32) {
        uint32_t size = h->plan.pes - base < 32 ? h->plan.pes - base : 32;
        if (unknown_bits(&sample->issue, base, size))
            violation(AT "mon_issue is X for some of PEs %u..%u", HERE, base, base + size - 1);
        uint32_t word = bits_get(sample->issue.value, base, size) &
                        ~unknown_bits(&sample->issue, base, size);
        if (word != 0)
            h->last_move = h->cycle;
        for (; word != 0; word &= word - 1) {
            h->result->issues[base + (uint32_t)__builtin_ctz(word)]++;
            if (frame != NULL)
                frame->issued++;
        }
    }
}

static void check_monitor(const struct sample *sample, uint32_t control, uint32_t indices)
{
    struct harness *h = &harness;
    if (control & CONTROL_PRODUCT_VALID)
        check_product(indices & 0xffff);
    if (control & CONTROL_PASS_VALID)
        check_pass(indices >> 16);

    uint32_t causes = control >> CONTROL_STALL & 31;
    if ((causes & (causes - 1)) != 0 || (causes != 0 && control & CONTROL_PRODUCT_VALID))
        violation(AT "mon_stall is %x while a column is%s broadcast: not one cause", HERE, causes,
                  control & CONTROL_PRODUCT_VALID ? "" : " not");
    if (causes != 0)
        bin_hit(BIN_STALL_INPUT + __builtin_ctz(causes));
    if (control & CONTROL_WEIGHT_STALL)
        bin_hit(BIN_STALL_WEIGHTS);
    if (h->tail_left < 0) {
        struct frame_result *frame =
            h->started != 0 ? &h->result->frames[h->started - 1] : NULL;
        count_issues(sample, frame);
        if (frame != NULL) {
            for (int i = 0; i < STALL_CAUSES; i++)
                frame->stalls[i] += causes >> i & 1;
            frame->weight_stalls += !!(control & CONTROL_WEIGHT_STALL);
        }
    }

    /* The host looks at errors too: what is planned, and what start clears, is its business. */
    if (disturbed())
        return;
    if (control & CONTROL_ERROR && !h->error_seen) {
        h->error_seen = true;
        if (!h->fault_sent)
            violation(AT "mon_error is high, but x was framed well", HERE);
    } else if (!(control & CONTROL_ERROR) && h->error_seen) {
        violation(AT "mon_error fell without a reset", HERE);
        h->error_seen = false;
    }
}

/* ---- all ------------------------------------------------------------------------------------------ */

void check_running(const struct sample *sample)
{
    uint32_t control = sample->control.value[0];
    uint32_t unknown = unknown_bits(&sample->control, 0, CONTROL_BITS);
    control &= ~unknown;
    uint32_t wanted = CONTROL_X_READY | CONTROL_Y_VALID | CONTROL_RESULT_VALID |
                      CONTROL_PRODUCT_VALID | CONTROL_PASS_VALID | CONTROL_WEIGHT_STALL |
                      CONTROL_ERROR | 31u << CONTROL_STALL;
    if (unknown & wanted) {
        static const struct { uint32_t mask; const char *name; } outputs[] = {
            {CONTROL_X_READY, "s_axis_x_tready"},
            {CONTROL_Y_VALID, "m_axis_y_tvalid"},
            {CONTROL_RESULT_VALID, "mon_result_valid"},
            {CONTROL_PRODUCT_VALID, "mon_product_valid"},
            {CONTROL_PASS_VALID, "mon_pass_valid"},
            {CONTROL_WEIGHT_STALL, "mon_weight_stall"},
            {CONTROL_ERROR, "mon_error"},
            {31u << CONTROL_STALL, "mon_stall"},
        };
        for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++)
            if (unknown & wanted & outputs[i].mask)
                violation(AT "%s is X", HERE, outputs[i].name);
    }
    uint32_t unknown_index = unknown_bits(&sample->control, 32, 32);
    if (control & CONTROL_PRODUCT_VALID && unknown_index & 0xffff)
        violation(AT "mon_product is X", HERE);
    if (control & CONTROL_PASS_VALID && unknown_index >> 16)
        violation(AT "mon_pass is X", HERE);
    check_monitor(sample, control, sample->control.value[1] & ~unknown_index);
    check_y(sample, control);
    if (control & CONTROL_RESULT_VALID)
        check_result(sample);
}

static void check_counts(const char *what, const uint64_t *counts, const uint32_t *per_frame,
                         uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint64_t expected = (uint64_t)per_frame[i] * harness.now->frame_count;
        if (counts[i] < expected)
            violation("phase %s: %s %u ran %llu steps in all frames, expected %llu",
                      harness.now->name, what, i, (unsigned long long)counts[i],
                      (unsigned long long)expected);
    }
}

void check_phase_end(void)
{
    struct harness *h = &harness;
    const struct stimulus_phase *phase = h->now;
    bool fault = phase->flags & (STIMULUS_LAST_EARLY | STIMULUS_LAST_MISSING);
    if (h->result->end < 0) /* cut short, as planned */
        return;
    if (fault && !axi_present())
        violation("phase %s: mon_error did not rise although tlast of x was wrong", phase->name);
    else if (phase->cut_cycle != 0)
        violation("phase %s: over before the reset in cycle %u", phase->name, phase->cut_cycle);
    check_result_end();
    check_counts("product", h->product_count, h->plan.product_columns, h->plan.product_count);
    check_counts("pass", h->pass_count, h->plan.pass_beats, h->plan.pass_count);
    int64_t end = h->result->end, expected = phase->end;
    if (!in_time(&end, &expected))
        violation("phase %s: the last y word is out after cycle %lld, expected %lld", phase->name,
                  (long long)end, (long long)expected);
}
