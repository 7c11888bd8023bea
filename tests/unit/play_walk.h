/* SPDX-License-Identifier: Apache-2.0
 * play_walk.h - a play as a chip would live through it: frame by frame, in the golden model.
 *
 * It knows of a play what the simulation is told: who speaks, whose utterance begins, x,
 * descriptors. What must come out follows from that alone. */
#ifndef ESE_PLAY_WALK_H
#define ESE_PLAY_WALK_H

#include "gen/verify/play.h"
#include "models/number/golden.h"
#include "tests/unit/model_testing.h"

/* A small chip whose memory is not rom, or is. */
static inline struct config play_config(enum memory_mode memory, enum io_mode io, int ports)
{
    struct config config = plain_config();
    config.memory = memory;
    config.io = io;
    config.channels = 5;
    config.elem_lanes = 2;
    if (memory != MEMORY_ROM) {
        config.memory_ports = ports;
        config.axi_data_bits = AXI_256;
        config.axi_address_bits = 40;
        config.headroom = 25;
    }
    return config;
}

/* Every way in which a chip gets its weights and its x. */
static const struct {
    enum memory_mode memory;
    enum io_mode io;
    int ports;
} PLAY_CHIPS[] = {
    {MEMORY_ROM, IO_STREAM, 0},      {MEMORY_RESIDENT, IO_STREAM, 1}, {MEMORY_STREAM, IO_STREAM, 2},
    {MEMORY_RESIDENT, IO_MEMORY, 2}, {MEMORY_STREAM, IO_MEMORY, 1},   {MEMORY_STREAM, IO_MEMORY, 2},
};
enum { PLAY_CHIP_COUNT = sizeof PLAY_CHIPS / sizeof *PLAY_CHIPS };

static inline struct config play_chip(int n)
{
    return play_config(PLAY_CHIPS[n].memory, PLAY_CHIPS[n].io, PLAY_CHIPS[n].ports);
}

static inline const struct stimulus_phase *phase_named(const struct play *play, const char *name)
{
    for (uint32_t n = 0; n < play->stimulus.phase_count; n++)
        if (strcmp(play->stimulus.phases[n].name, name) == 0)
            return &play->stimulus.phases[n];
    return NULL;
}

/* But for where x, y and states lie. */
static inline uint32_t flags_of(const struct stimulus_phase *phase)
{
    return phase->flags & ~(uint32_t)STIMULUS_SCATTERED;
}

static inline const struct stimulus_phase *phase_there(const struct play *play, const char *name)
{
    const struct stimulus_phase *phase = phase_named(play, name);
    if (phase == NULL)
        fail_msg("there is no phase %s", name);
    return phase;
}

/* ---- values ---------------------------------------------------------------------------------- */

enum { WALK_CHANNELS = 40, WALK_STATES = 2 };

/* A channel's state; nothing is known of it before an utterance begins or a state is restored. */
struct walk_voice {
    bool known;
    struct golden_state state;
};

struct walk_play {
    const struct play *play;
    const struct quantized *q;
    const struct stimulus_phase *phase;
    uint32_t channels;
    struct walk_voice now[WALK_CHANNELS], saved[WALK_STATES][WALK_CHANNELS];
};

static inline void walk_copy(const struct quantized *q, struct walk_voice *to,
                             const struct walk_voice *from)
{
    to->known = from->known;
    for (int v = 0; v < q->shape.vector_count; v++)
        if (q->shape.vectors[v].kept)
            memcpy(to->state.at[v], from->state.at[v],
                   (size_t)q->shape.vectors[v].size * sizeof **to->state.at);
}

static inline void walk_restore(struct walk_play *w, const struct stimulus_descriptor *d)
{
    uint32_t channels = w->channels;
    assert_true(d->restore >= 0 && (uint32_t)d->restore < w->phase->state_count);
    assert_true(d->rotate < channels);
    for (uint32_t c = 0; c < channels; c++)
        if (d->restored[c / 32] >> c % 32 & 1) {
            const struct walk_voice *from =
                &w->saved[d->restore][(c + channels - d->rotate) % channels];
            assert_true(from->known);
            walk_copy(w->q, &w->now[c], from);
        }
}

static inline void walk_save(struct walk_play *w, const struct stimulus_descriptor *d)
{
    assert_true(d->save >= 0 && (uint32_t)d->save < w->phase->state_count);
    for (uint32_t c = 0; c < w->channels; c++)
        walk_copy(w->q, &w->saved[d->save][c], &w->now[c]);
}

static inline void walk_begin(const struct quantized *q, struct walk_voice *voice)
{
    voice->known = true;
    for (int v = 0; v < q->shape.vector_count; v++)
        if (q->shape.vectors[v].kept)
            memset(voice->state.at[v], 0,
                   (size_t)q->shape.vectors[v].size * sizeof **voice->state.at);
}

/* Vectors that are compared, by name; y and c are among them. */
static inline void walk_vectors(const struct walk_play *w, uint32_t t, uint32_t c,
                                const struct golden_state *golden)
{
    const struct stimulus *s = &w->play->stimulus;
    bool cells = false;
    for (uint32_t n = 0; n < s->vector_count; n++) {
        const struct stimulus_vector *vector = &s->vectors[n];
        int v = 0;
        while (strcmp(w->q->shape.vectors[v].name, vector->name) != 0)
            assert_true(++v < w->q->shape.vector_count);
        assert_int_equal(vector->elements, w->q->shape.vectors[v].size);
        assert_memory_equal(stimulus_values(s, vector, t, c), golden->at[v],
                            vector->elements * sizeof *vector->values);
        cells = cells || w->q->shape.vectors[v].value == VALUE_C;
    }
    assert_true(cells);
    assert_memory_equal(stimulus_values(s, stimulus_y(s), t, c), golden_y(golden),
                        stimulus_y(s)->elements * sizeof(int32_t));
}

static inline void walk_frame(struct walk_play *w, uint32_t t)
{
    const struct stimulus *s = &w->play->stimulus;
    for (uint32_t c = 0; c < w->channels; c++) {
        size_t slot = (size_t)t * s->channels + c;
        struct walk_voice *voice = &w->now[c];
        bool active = stimulus_get(s->active, s, t, c), first = stimulus_get(s->first, s, t, c);
        assert_true(active || !first);
        if (first)
            walk_begin(w->q, voice);
        if (!active) {
            voice->known = false;
            continue;
        }
        assert_true(voice->known);
        golden_step(w->q, &voice->state, s->x + slot * s->input);
        walk_vectors(w, t, c, &voice->state);
    }
}

/* The channels are the same in all frames of a descriptor, and utterances begin with the first. */
static inline void walk_descriptor(struct walk_play *w, const struct stimulus_descriptor *d,
                                   uint32_t t)
{
    const struct stimulus *s = &w->play->stimulus;
    assert_true(d->frames >= 1);
    if (d->restore >= 0)
        walk_restore(w, d);
    for (uint32_t f = t; f < t + d->frames; f++) {
        for (uint32_t c = 0; c < s->channels; c++) {
            bool restored = d->restored[c / 32] >> c % 32 & 1;
            assert_int_equal(stimulus_get(s->active, s, f, c), stimulus_get(s->active, s, t, c));
            assert_true(f == t || !stimulus_get(s->first, s, f, c));
            assert_true(!restored || (d->restore >= 0 && stimulus_get(s->active, s, t, c)));
            assert_true(!restored || !stimulus_get(s->first, s, t, c));
        }
        walk_frame(w, f);
    }
    if (d->save >= 0)
        walk_save(w, d);
}

static inline void walk_voices(struct walk_play *w, bool begin)
{
    for (uint32_t c = 0; c < w->channels; c++)
        for (int n = -1; n < WALK_STATES; n++) {
            struct walk_voice *voice = n < 0 ? &w->now[c] : &w->saved[n][c];
            if (begin)
                *voice = (struct walk_voice){false, golden_start(w->q)};
            else
                golden_end(&voice->state);
        }
}

/* From the reset on: all vectors of the phase that are compared, and its descriptors. */
static inline void walk_phase(const struct play *play, const struct quantized *q,
                              const struct stimulus_phase *phase)
{
    const struct stimulus *s = &play->stimulus;
    struct walk_play w = {.play = play, .q = q, .phase = phase, .channels = s->channels};
    uint32_t t = phase->first_frame;
    assert_true(s->channels <= WALK_CHANNELS && phase->state_count <= WALK_STATES);
    assert_true(phase->frame_count >= 1 && t + phase->frame_count <= s->frame_count);
    walk_voices(&w, true);
    if (s->io == STIMULUS_IO_MEMORY) {
        assert_true(phase->descriptor_count >= 1);
        for (uint32_t n = 0; n < phase->descriptor_count; t += phase->descriptors[n++].frames)
            walk_descriptor(&w, &phase->descriptors[n], t);
    } else {
        assert_int_equal(phase->descriptor_count, 0);
        for (; t < phase->first_frame + phase->frame_count; t++)
            walk_frame(&w, t);
    }
    assert_int_equal(t, phase->first_frame + phase->frame_count); /* descriptors sum to frames */
    walk_voices(&w, false);
}

#endif
