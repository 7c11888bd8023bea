/* SPDX-License-Identifier: Apache-2.0
 * golden.h - the integer model: every value the hardware produces, bit for bit.
 *
 * Written from the equations of network.h and the number formats of quantize.h; it knows nothing of
 * PEs, queues or streams.  Each voice has a state of its own. */
#ifndef ESE_GOLDEN_H
#define ESE_GOLDEN_H

#include <stdint.h>

#include "models/number/quantize.h"

/* How many values there were, and how many of them left their format and were clipped. */
struct clip_counts {
    int64_t values[VALUE_COUNT], clipped[VALUE_COUNT];
};

void clip_counts_add(struct clip_counts *sum, const struct clip_counts *counts);

struct golden_state {
    int32_t *c; /* [cell] cell state c, format quant.formats.c */
    int32_t *y; /* [output] recurrent y, format quant.formats.y */
    struct clip_counts counts; /* of y, m, c and z since the start; without projection y is m, and m is counted */
};

struct golden_state golden_start(const struct quantized *quant); /* zeros: start of an utterance */
void golden_end(struct golden_state *state);

/* x of a frame as the host makes it: rounded, and clipped, which `counts` says (NULL: nobody asks). */
void quantize_x(const struct quantized *quant, const float *features, int32_t *x,
                struct clip_counts *counts);

/* One frame: x [input] in format formats.x; afterwards state->y is y_t and state->c is c_t. */
void golden_step(const struct quantized *quant, struct golden_state *state, const int32_t *x);

#endif
