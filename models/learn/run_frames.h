/* SPDX-License-Identifier: Apache-2.0
 * run_frames.h - what the ways forward and back of models/learn/run.h have in common. */
#ifndef ESE_LEARN_RUN_FRAMES_H
#define ESE_LEARN_RUN_FRAMES_H

#include "models/learn/run.h"

/* A vector has a slot for each frame, one before the first and one behind the last: frame t is slot
 * t + 1. */
struct learn_run {
    const struct learn_plan *plan;
    const struct learn_kernels *kernels;
    int streams, room;  /* frames, at most */
    int frames;         /* of the last call */
    int *lengths;       /* [streams] of that call */
    bool *begins;       /* [streams] an utterance, with the next call */
    float **z;          /* [layers] sums [frames][streams][sums]; then functions of them */
    float **at, **d_at; /* [vectors] values, gradients [slots][streams][size]; NULL: in place, or x */
    float **d_gate;     /* [vectors] gradients of gates in place, [streams][size] */
    float **tanhs;      /* [passes] of OPERATION_OUT, [frames][streams][rows] */
};

/* Whether a layer goes from the last frame to the first. */
bool learn_goes_back(const struct learn_run *run, int layer);

/* The slot of what frame t of a layer reads as the frame before. */
int learn_slot_before(const struct learn_run *run, int layer, int t);

/* A vector's slot, from element `first` on. */
struct learn_span learn_slot(const struct learn_run *run, float *const *values, int vector, int slot);

/* Operands and results of a pass in frame t, without gradients. */
struct learn_elements learn_elements_at(const struct learn_run *run, const float *parameters, int pass, int t);

/* The sums of a product from frame t on. */
float *learn_sums(const struct learn_run *run, const struct learn_product *product, int t);

/* Whether a layer keeps a vector from frame to frame. */
bool learn_is_state(const struct learn_run *run, int layer, int vector);

/* A vector's slot is what an utterance begins with. */
void learn_slot_restart(const struct learn_run *run, int vector, int slot, int stream);

#endif
