/* SPDX-License-Identifier: Apache-2.0
 * verify_plan.h - what `ese verify` plays on a chip, and what must come out.
 *
 * Phases over the same frames: `steady`, input always there and output always taken, every frame at
 * the cycle that the model says; `cut`, a reset in mid-flight while y waits; `rough`, random gaps on x
 * and back-pressure on y.  Where the model lies in external memory these have an ideal memory, and
 * there are more: `ddr3` and `hostile`, two other memories; `stop`, a soft reset in mid-flight; and
 * one for each fault of a bus, which must stop the chip with the right code, and from which it must
 * recover.  Every channel plays utterances of its own, which begin and end at different frames. */
#ifndef ESE_VERIFY_PLAN_H
#define ESE_VERIFY_PLAN_H

#include <stdint.h>

#include "gen/stimulus.h"
#include "models/cycles.h"
#include "models/program.h"

enum { PHASE_STEADY, PHASE_CUT, PHASE_ROUGH, PHASE_HELD, PHASE_MISFRAMED, PHASE_DDR3, PHASE_HOSTILE,
       PHASE_STOP, PHASE_FAULTS };

/* Where the utterance of a channel stands in a frame: for those who look at the outputs. */
struct voice {
    int utterance; /* number in program.utterances or of the drawn ones, -1: idle */
    int frame;     /* of the utterance */
};

struct verify_plan {
    struct stimulus stimulus;
    struct cycles cycles;    /* of the model, for all frames */
    struct voice *voices;    /* [frames][channels] */
    double max_float_error;  /* largest |golden y - float y| over all active frames */
};

/* Plays each utterance from its beginning; `frames` >= 2. */
void verify_plan_build(struct verify_plan *plan, const struct program *program, int frames,
                       uint64_t seed);

/* One phase, no gaps: every utterance of the program, or the first `limit` frames of each, one after
 * the other on whichever channel is free. */
void recognise_plan_build(struct verify_plan *plan, const struct program *program, int limit);

void verify_plan_free(struct verify_plan *plan);

#endif
