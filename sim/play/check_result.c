/* SPDX-License-Identifier: Apache-2.0 */
#include "check_result.h"

#include "expect.h"
#include "findings.h"
#include "slot.h"

/* Words that a pass writes in a frame. */
static uint32_t words_of(uint32_t pass)
{
    return stimulus_words_of(&harness.plan.passes[pass], harness.plan.lanes);
}

/* A row in all channels: that of a lane. */
static void check_row(const struct sample *sample, struct value_at at, uint32_t lane)
{
    const struct stimulus *plan = &harness.plan;
    const uint32_t *active = frame_active(at.frame);
    const uint32_t bits = plan->activation_bits;
    for (at.channel = 0; at.channel < plan->channels; at.channel++) {
        if (!mask_bit(active, at.channel) || at.channel == slot_channel(at.frame))
            continue;
        uint32_t bit = (at.channel * plan->lanes + lane) * bits;
        if (unknown_bits(&sample->result_data, bit, bits))
            check_unknown(&at);
        else
            check_value(&at, sign_extend(bits_get(sample->result_data.value, bit, bits), bits));
    }
}

/* The lanes that hold a row are the word's first. */
static void check_keep(const struct sample *sample, uint32_t pass, uint32_t rows)
{
    for (uint32_t lane = 0; lane < harness.plan.lanes; lane++) {
        if (unknown_bits(&sample->result_keep, lane, 1))
            violation(AT "mon_result_keep is X in lane %u", HERE, lane);
        else if (bits_get(sample->result_keep.value, lane, 1) != (lane < rows))
            violation(AT "mon_result_keep is %d in lane %u, pass %u: %u lanes hold a row", HERE,
                      lane >= rows, lane, pass, rows);
    }
}

static void check_word(const struct sample *sample, uint32_t number, uint32_t frame, uint32_t word)
{
    const struct stimulus *plan = &harness.plan;
    const struct stimulus_pass *pass = &plan->passes[number];
    const struct stimulus_rows rows = stimulus_rows_of(pass, plan->lanes, word);
    struct value_at at = {.frame = frame, .pass = number, .vector = (uint32_t)pass->vector};
    check_keep(sample, number, rows.count);
    if (pass->vector == STIMULUS_NO_VECTOR || !plan->vectors[pass->vector].tapped)
        return;
    for (uint32_t lane = 0; lane < rows.count; lane++) {
        at.element = pass->first + rows.first + lane;
        check_row(sample, at, lane);
    }
}

void check_result(const struct sample *sample)
{
    struct harness *h = &harness;
    const uint32_t number = sample->result.value[0] & 0xffff;
    h->last_move = h->cycle;
    if (unknown_bits(&sample->result, 0, 16)) {
        violation(AT "mon_result is X", HERE);
        return;
    }
    if (number >= h->plan.pass_count || words_of(number) == 0) {
        violation(AT "mon_result is %u: no pass whose words leave the element-wise path", HERE,
                  number);
        return;
    }
    const uint64_t count = h->result_count[number]++, frame = count / words_of(number);
    if (h->result_count[number] > h->pass_count[number])
        violation(AT "mon_result is %u, but that pass has made no step for it", HERE, number);
    if (frame < h->now->frame_count)
        check_word(sample, number, (uint32_t)frame, (uint32_t)(count % words_of(number)));
    else if (count == (uint64_t)h->now->frame_count * words_of(number))
        violation(AT "pass %u has results after the last frame", HERE, number);
}

void check_result_end(void)
{
    const struct harness *h = &harness;
    for (uint32_t n = 0; n < h->plan.pass_count; n++) {
        const uint64_t expected = (uint64_t)words_of(n) * h->now->frame_count;
        if (h->result_count[n] < expected)
            violation("phase %s: pass %u wrote %llu words in all frames, expected %llu",
                      h->now->name, n, (unsigned long long)h->result_count[n],
                      (unsigned long long)expected);
    }
}

struct result_text result_progress(void)
{
    struct result_text text;
    uint32_t pass = 0;
    uint64_t frame = UINT64_MAX, word = 0; /* of the pass that is to write the next word */
    for (uint32_t n = 0; n < harness.plan.pass_count; n++)
        if (words_of(n) != 0 && harness.result_count[n] / words_of(n) < frame) {
            pass = n;
            frame = harness.result_count[n] / words_of(n);
            word = harness.result_count[n] % words_of(n);
        }
    snprintf(text.text, sizeof text.text, "results at frame %llu, pass %u, word %llu",
             (unsigned long long)frame, pass, (unsigned long long)word);
    return text;
}
