/* SPDX-License-Identifier: Apache-2.0
 * golden.h - the integer model: every value the hardware produces, bit for bit.
 *
 * Written from the equations of the layers (models/network/layer_KIND.c) and the number formats of
 * quantize.h; it knows nothing of PEs, queues or streams, and takes passes in the order of the
 * equations.  Each voice has a state of its own. */
#ifndef ESE_GOLDEN_H
#define ESE_GOLDEN_H

#include <stdint.h>

#include "models/number/quantize.h"

/* How many values of each vector there were, and how many of them left their format and were
 * clipped. */
struct clip_counts {
    int64_t values[VECTORS_MOST], clipped[VECTORS_MOST];
};

void clip_counts_add(struct clip_counts *sum, const struct clip_counts *counts);

struct golden_state {
    const struct quantized *quant;
    int32_t **at; /* [vectors][size] in the vectors' formats, NULL for VALUE_Z; those that are kept
                     are the state proper */
    struct clip_counts counts; /* since the start, but of x */
};

struct golden_state golden_start(const struct quantized *quant); /* the start of an utterance */
void golden_end(struct golden_state *state);

/* y of the frame, [output]. */
const int32_t *golden_y(const struct golden_state *state);

/* x of a frame as the host makes it: rounded, and clipped, which `counts` says (NULL: nobody asks). */
void quantize_x(const struct quantized *quant, const float *features, int32_t *x,
                struct clip_counts *counts);

/* One frame of a network of which all layers go forward: x [input] in its format. */
void golden_step(const struct quantized *quant, struct golden_state *state, const int32_t *x);

/* All frames of an utterance, whatever the directions of the layers: x [frames][input] to
 * y [frames][output]; adds to the counts. */
void golden_run(const struct quantized *quant, int frames, const int32_t *x, int32_t *y,
                struct clip_counts *counts);

#endif
