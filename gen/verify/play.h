/* SPDX-License-Identifier: Apache-2.0
 * play.h - what `ese verify` plays on a chip, and what must come out.
 *
 * Phases over the same frames: `steady`, input always there and output always taken, every frame at
 * the cycle that the model says; `cut`, a reset in mid-flight; `rough`, random gaps before x and
 * back-pressure on y, or descriptors that come late.  With streams also `x ends early` and `x ends
 * late`, a frame of x with a wrong end, and `held`, y held back until everything is full.  A
 * loadable chip has more of them (faults.c): other memories, soft resets, faults of the buses,
 * wrong model images, states saved and restored, a channel closed in mid-flight.
 *
 * Every channel plays utterances of its own, which begin and end at different frames; with io memory
 * where a descriptor does. */
#ifndef ESE_PLAY_H
#define ESE_PLAY_H

#include <stdint.h>

#include "gen/verify/stimulus.h"
#include "gen/verify/taps.h"
#include "models/base/random.h"
#include "models/program/cycles.h"
#include "models/program/program.h"
#include "models/program/side_by_side.h"

enum { PHASE_STEADY, VERIFY_FRAMES_LEAST = 3 };

/* Where the utterance of a channel stands in a frame: for those who look at the outputs. */
struct voice {
    int utterance; /* number in program.utterances or of the drawn ones, -1: idle */
    int frame;     /* of the utterance; beyond its end it begins anew, without a reset of the state */
};

struct play {
    struct stimulus stimulus;
    struct taps taps;        /* the network's vectors behind those of the stimulus */
    bool tapped;             /* all vectors are compared */
    struct cycles cycles;    /* of the model, for the frames of `steady` */
    struct voice *voices;    /* [frames][channels] */
    bool *begins;            /* [frames] a descriptor begins here, in whatever phase */
    struct accuracy accuracy; /* of y in all active frames, each counted once for all phases */
    int frames;              /* of `steady` */
    uint32_t phases;         /* that were planned: stimulus.phase_count may be lowered */
};

/* Plays each utterance from its beginning; `frames` >= VERIFY_FRAMES_LEAST; `taps`: all vectors are
 * compared (taps.h). */
void play_build(struct play *play, const struct program *program, int frames, uint64_t seed,
                bool taps);

/* Only `steady`, as play_build() has it, without taps. */
void play_steady_frames(struct play *play, const struct program *program, int frames, uint64_t seed);

/* `steady`, and then `count` phases of few frames in which something drawn at random goes wrong: for a
 * loadable chip. */
void play_faults(struct play *play, const struct program *program, int count, uint64_t seed,
                 bool taps);

/* One phase, no gaps: every utterance of the program, or the first `limit` frames of each, one after
 * the other on whichever channel is free. */
void play_utterances(struct play *play, const struct program *program, int limit);

void play_free(struct play *play);

/* Clocks that a frame takes of the memory, at a bus word a clock: all its words, or those that the array wants within
 * a while when that is more than is read ahead. */
int64_t play_memory_clocks(const struct program *program, const struct cycles *cycles);

/* Is a bus word a clock too little for the array? */
bool play_waits_for_memory(const struct program *program, const struct cycles *cycles);

#endif
