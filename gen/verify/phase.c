/* SPDX-License-Identifier: Apache-2.0
 * phase.c - one phase: its frames, its time-outs, its descriptors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/verify/play_parts.h"

enum {
    WATCHDOG = 20000,      /* clocks: longer than any memory model pauses */
    RING_BITS = 4,         /* room for so many descriptors that the chip never waits for one */
    SHORTEST_RESET = 1     /* clocks: what the chip's README promises */
};

int play_state_frames(const struct maker *mk)
{
    return mk->frames;
}

int play_slot_frames(const struct maker *mk)
{
    return mk->frames + (mk->program->config.io == IO_MEMORY ? VERIFY_STATE_FRAMES : 0);
}

int play_all_frames(const struct maker *mk)
{
    if (mk->only_steady)
        return mk->frames;
    return play_slot_frames(mk) + (mk->program->config.memory != MEMORY_ROM ? VERIFY_SLOT_FRAMES : 0);
}

uint32_t play_below(struct maker *mk, uint64_t limit)
{
    return (uint32_t)random_below(&mk->random, limit > 0 ? limit : 1);
}

/* One for every frame that begins one. */
static void add_descriptors(struct maker *mk, struct stimulus_phase *phase)
{
    const bool *begins = mk->play->begins + phase->first_frame;
    phase->descriptors = allocate(phase->frame_count, sizeof *phase->descriptors);
    phase->descriptor_count = 0;
    for (uint32_t t = 0; t < phase->frame_count; t++) {
        if (t == 0 || begins[t])
            phase->descriptors[phase->descriptor_count++] =
                (struct stimulus_descriptor){.save = -1, .restore = -1};
        phase->descriptors[phase->descriptor_count - 1].frames++;
    }
}

struct stimulus_phase *play_phase(struct maker *mk, const char *name, int first, int count,
                                  int slowness)
{
    struct play *play = mk->play;
    struct stimulus *s = &play->stimulus;
    struct stimulus_phase *more = allocate(s->phase_count + 1, sizeof *more);
    if (s->phase_count > 0)
        memcpy(more, s->phases, s->phase_count * sizeof *more);
    free(s->phases);
    s->phases = more;
    struct stimulus_phase *phase = &s->phases[s->phase_count++];
    play->phases = s->phase_count;

    *phase = stimulus_phase_default();
    snprintf(phase->name, sizeof phase->name, "%s", name);
    phase->first_frame = (uint32_t)first;
    phase->frame_count = (uint32_t)count;
    if (phase > s->phases && phase[-1].cut_cycle != 0)
        phase->reset_cycles = SHORTEST_RESET;
    phase->seed = random_next(&mk->random);
    phase->watchdog = WATCHDOG;
    int64_t cycles = play->cycles.end + (int64_t)count * mk->pace;
    if (mk->program->config.memory != MEMORY_ROM)
        for (int port = 0; port < STIMULUS_PORTS; port++)
            cycles += play_load_beats(mk->program, (enum stimulus_port)port);
    phase->limit_cycles = (uint64_t)(cycles * 2 * slowness) + 100000;
    phase->idle_cycles = (uint64_t)(mk->pace * 2) + 25000;
    if (s->io == STIMULUS_IO_MEMORY) {
        add_descriptors(mk, phase);
        phase->ring_bits = RING_BITS;
    }
    return phase;
}
