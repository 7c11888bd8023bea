/* SPDX-License-Identifier: Apache-2.0
 * verify_plan.h - what `ese verify` plays on a chip, and what must come out.
 *
 * Phases over the same frames: `steady`, input always there and output always taken, every frame at
 * the cycle that the model says; `cut`, a reset in mid-flight; `rough`, random gaps before x and
 * back-pressure on y, or descriptors that come late.  With streams also `held`, y held back until
 * everything is full, and `misframed`, a frame of x with a wrong end.  A loadable chip has more of
 * them (verify_memory.c): other memories, soft resets, faults of the buses, wrong model images,
 * states saved and restored, a channel closed in mid-flight.
 *
 * Every channel plays utterances of its own, which begin and end at different frames; with io memory
 * where a descriptor does. */
#ifndef ESE_VERIFY_PLAN_H
#define ESE_VERIFY_PLAN_H

#include <stdint.h>

#include "gen/verify/stimulus.h"
#include "models/base/random.h"
#include "models/program/cycles.h"
#include "models/program/program.h"

enum { PHASE_STEADY, VERIFY_FRAMES_LEAST = 3 };

/* Where the utterance of a channel stands in a frame: for those who look at the outputs. */
struct voice {
    int utterance; /* number in program.utterances or of the drawn ones, -1: idle */
    int frame;     /* of the utterance; beyond its end it begins anew, without a reset of the state */
};

struct verify_plan {
    struct stimulus stimulus;
    struct cycles cycles;    /* of the model, for the frames of `steady` */
    struct voice *voices;    /* [frames][channels] */
    bool *begins;            /* [frames] a descriptor begins here, in whatever phase */
    double max_float_error;  /* largest |golden y - float y| over all active frames */
    int frames;              /* of `steady` */
    uint32_t phases;         /* that were planned: stimulus.phase_count may be lowered */
};

/* Plays each utterance from its beginning; `frames` >= VERIFY_FRAMES_LEAST. */
void verify_plan_build(struct verify_plan *plan, const struct program *program, int frames,
                       uint64_t seed);

/* `steady`, and then `count` phases of few frames in which something drawn at random goes wrong: for a
 * loadable chip. */
void verify_plan_faults(struct verify_plan *plan, const struct program *program, int count,
                        uint64_t seed);

/* One phase, no gaps: every utterance of the program, or the first `limit` frames of each, one after
 * the other on whichever channel is free. */
void recognise_plan_build(struct verify_plan *plan, const struct program *program, int limit);

void verify_plan_free(struct verify_plan *plan);

/* Is a bus word a clock too little for the array? */
bool verify_waits_for_memory(const struct program *program, const struct cycles *cycles);

/* ---- between verify_plan.c, verify_memory.c and verify_images.c ----------------------------------- */

enum {
    VERIFY_CHANCE = 65536,    /* stimulus chances are out of this */
    VERIFY_FEW_FRAMES = 2,    /* of a phase in which something goes wrong */
    VERIFY_STATE_FRAMES = 9,  /* of the phases that save and restore */
    VERIFY_SLOT_FRAMES = 12,  /* of the phase that closes a channel */
    VERIFY_SLOT_OPEN = 10     /* its frame with which the channel speaks again */
};

/* A plan that is being made.  Its frames: those of `steady`, of the states, of the closed channel. */
struct planner {
    struct verify_plan *plan;
    const struct program *program;
    struct random random;
    int frames;       /* of steady */
    int64_t pace;     /* clocks of a frame, by the array or by the memory */
    int drawn;        /* utterances there are */
};

/* Adds a phase over frames [first, first + count), with descriptors if the chip wants them, an ideal
 * memory and time-outs for a memory `slowness` times slower. */
struct stimulus_phase *plan_phase(struct planner *planner, const char *name, int first, int count,
                                  int slowness);

/* Descriptors of a phase: one for every `begins`. */
void plan_descriptors(struct planner *planner, struct stimulus_phase *phase);

int plan_state_frames(const struct planner *planner); /* first of them */
int plan_slot_frames(const struct planner *planner);

/* verify_memory.c: who speaks in the frames of the states and of the closed channel; and the phases. */
void plan_cast_states(struct planner *planner);
void plan_cast_slot(struct planner *planner);
void plan_memory_phases(struct planner *planner);
void plan_random_fault(struct planner *planner, int number);
uint32_t plan_below(struct planner *planner, uint64_t limit); /* a random number; limit 0 is 1 */

/* verify_images.c */
void plan_wrong_models(struct planner *planner);
void plan_wrong_descriptors(struct planner *planner);
struct stimulus_phase *plan_random_flip(struct planner *planner);

uint32_t plan_load_beats(const struct program *program, enum stimulus_port port);

#endif
