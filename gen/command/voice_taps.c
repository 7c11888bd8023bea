/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/command/voice_taps.h"

#include <stdlib.h>
#include <string.h>

#include "gen/verify/tap_read.h"
#include "models/number/golden.h"

struct voice_batch {
    uint32_t frames;
    const struct voice_file **voices; /* [channels] NULL: idle */
    uint32_t *from;                   /* [channels] frame of the utterance that is the first here */
};

/* ---- who spoke when -------------------------------------------------------------------------- */

void voice_taps_note(const struct ese_played *played, void *user)
{
    struct voice_taps *taps = user;
    if (taps->count == taps->room) {
        taps->room = 2 * taps->room + 16;
        struct voice_batch *more = allocate(taps->room, sizeof *more);
        if (taps->count > 0)
            memcpy(more, taps->batches, taps->count * sizeof *more);
        free(taps->batches);
        taps->batches = more;
    }
    struct voice_batch *batch = &taps->batches[taps->count++];
    *batch = (struct voice_batch){.frames = played->frames,
                                  .voices = allocate(taps->channels, sizeof *batch->voices),
                                  .from = allocate(taps->channels, sizeof *batch->from)};
    for (uint32_t c = 0; c < taps->channels; c++) {
        const struct ese_utterance *u = played->voices[c];
        batch->voices[c] = u != NULL ? u->user : NULL;
        batch->from[c] = u != NULL ? played->from[c] : 0;
    }
}

void voice_taps_free(struct voice_taps *taps)
{
    for (uint32_t n = 0; n < taps->count; n++) {
        free(taps->batches[n].voices);
        free(taps->batches[n].from);
    }
    free(taps->batches);
    *taps = (struct voice_taps){0};
}

/* ---- one frame of the chip ------------------------------------------------------------------- */

struct taps_check {
    const struct program *program;
    struct tap_read tap;
    struct golden_state *golden; /* [channels] */
    const struct voice_file **voices; /* [channels] of this frame, NULL: idle */
    uint32_t *frames;            /* [channels] of their utterances */
    int32_t *x;
    struct voices_check *check;
    int first_entry;             /* in check->checked: that of vector 0 */
    bool found;                  /* a difference */
};

static void step(struct taps_check *t, uint32_t channel)
{
    const struct quantized *q = &t->program->quant;
    const uint32_t frame = t->frames[channel];
    if (frame == 0) {
        golden_end(&t->golden[channel]);
        t->golden[channel] = golden_start(q);
    }
    quantize_x(q, matrix_row(&t->voices[channel]->features, (int)frame), t->x, NULL);
    golden_step(q, &t->golden[channel], t->x);
}

static void compare(struct taps_check *t, uint32_t pass, uint32_t element, uint32_t channel)
{
    const struct stimulus *s = &t->tap.frame;
    const uint32_t v = (uint32_t)s->passes[pass].vector;
    const int32_t got = stimulus_values(s, &s->vectors[v], 0, channel)[element];
    const int32_t expected = t->golden[channel].at[t->tap.taps.vectors[v]][element];
    const bool unknown = t->tap.unknown[v][channel * s->vectors[v].elements + element];
    const int32_t most = (int32_t)((INT64_C(1) << (s->activation_bits - 1)) - 1);
    struct checked *checked = &t->check->checked.list[t->first_entry + (int)v];
    checked->values++;
    checked->at_ends += !unknown && (got == most || got == -most - 1);
    if (!unknown && got == expected)
        return;
    checked->different++;
    if (t->found)
        return;
    t->found = true;
    voices_keep_first(t->check, t->voices[channel],
                      &(struct difference){.vector = checked->vector, .unknown = unknown,
                                           .pass = pass, .frame = t->frames[channel],
                                           .channel = channel, .element = element, .cycle = -1,
                                           .expected = expected, .got = got});
}

/* In the order in which values are computed. */
static void compare_frame(struct taps_check *t)
{
    const struct stimulus *s = &t->tap.frame;
    for (uint32_t c = 0; c < s->channels; c++)
        if (t->voices[c] != NULL)
            step(t, c);
    for (uint32_t pass = 0; pass < s->pass_count; pass++)
        for (uint32_t row = 0; row < s->passes[pass].rows; row++)
            for (uint32_t c = 0; c < s->channels; c++)
                if (t->voices[c] != NULL)
                    compare(t, pass, s->passes[pass].first + row, c);
}

/* ---- all of them ----------------------------------------------------------------------------- */

static bool check_batch(struct taps_check *t, const struct voice_batch *batch, struct error *error)
{
    const uint32_t channels = t->tap.frame.channels;
    for (uint32_t f = 0; f < batch->frames; f++) {
        if (!tap_next(&t->tap, error))
            return false;
        for (uint32_t c = 0; c < channels; c++) {
            t->voices[c] = batch->voices[c];
            t->frames[c] = batch->from[c] + f;
        }
        compare_frame(t);
    }
    return true;
}

static void begin(struct taps_check *t, uint32_t channels)
{
    const struct stimulus *s = &t->tap.frame;
    t->golden = allocate(channels, sizeof *t->golden);
    t->voices = allocate(channels, sizeof *t->voices);
    t->frames = allocate(channels, sizeof *t->frames);
    t->x = allocate((size_t)t->program->network.input, sizeof *t->x);
    for (uint32_t c = 0; c < channels; c++)
        t->golden[c] = golden_start(&t->program->quant);
    t->first_entry = t->check->checked.count;
    for (uint32_t v = 0; v < s->vector_count; v++)
        checked_add(&t->check->checked, s->vectors[v].name, false);
}

static void end(struct taps_check *t, uint32_t channels)
{
    for (uint32_t c = 0; c < channels; c++)
        golden_end(&t->golden[c]);
    free(t->golden);
    free(t->voices);
    free(t->frames);
    free(t->x);
}

bool voice_taps_check(const struct voice_taps *taps, const struct program *program,
                      const char *path, struct voices_check *check, struct error *error)
{
    struct taps_check t = {.program = program, .check = check};
    bool ok = tap_open(&t.tap, program, path, error);
    if (ok) {
        begin(&t, taps->channels);
        for (uint32_t n = 0; ok && n < taps->count; n++)
            ok = check_batch(&t, &taps->batches[n], error);
        ok = ok && tap_at_end(&t.tap, error);
        end(&t, taps->channels);
    }
    tap_free(&t.tap);
    return ok;
}
