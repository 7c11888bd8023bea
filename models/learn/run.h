/* SPDX-License-Identifier: Apache-2.0
 * run.h - a network in float over some frames of several streams, and the gradient of a loss back through them.
 *
 * Streams stand side by side: values of a vector are [frames][streams][size].  A call is for the next frames of
 * all of them; what is kept from frame to frame stays from call to call, and no gradient goes back beyond the
 * first frame of a call.  A network with layers that go backward is given whole utterances; frames from
 * an utterance's end on count for nothing then.
 *
 * Products are OpenBLAS's, by the calling thread (models/cpu/blas.h). */
#ifndef ESE_LEARN_RUN_H
#define ESE_LEARN_RUN_H

#include "models/learn/elements.h"
#include "models/learn/plan.h"

struct learn_run;

/* Room for so many streams and frames; with `back`, for gradients, too. */
struct learn_run *learn_run_new(const struct learn_plan *plan, int streams, int frames, bool back);
void learn_run_free(struct learn_run *run);

/* A stream begins an utterance. */
void learn_run_restart(struct learn_run *run, int stream);

/* x of `frames` frames [frames][streams][input], to be written before a call. */
float *learn_run_x(struct learn_run *run);

/* Goes on by so many frames; `lengths` says of each stream how many of them are there, and is looked at
 * where layers go backward only. */
void learn_run_forward(struct learn_run *run, const float *parameters, int frames, const int *lengths);

/* What came of it, [frames][streams][output]. */
const float *learn_run_y(const struct learn_run *run);

/* The gradient of the loss by y, to be written between forward and backward: all 0 after forward. */
float *learn_run_dy(struct learn_run *run);

/* Adds the gradient by all parameters to `gradient`. */
void learn_run_backward(struct learn_run *run, const float *parameters, float *gradient);

#endif
