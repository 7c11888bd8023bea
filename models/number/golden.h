/* SPDX-License-Identifier: Apache-2.0
 * golden.h - the integer model: every value the hardware produces, bit for bit.
 *
 * Written from the equations of network.h and the number formats of quantize.h; it knows nothing of
 * PEs, queues or streams.  Each voice has a state of its own. */
#ifndef ESE_GOLDEN_H
#define ESE_GOLDEN_H

#include <stdint.h>

#include "models/number/quantize.h"

struct golden_state {
    int32_t *c; /* [cell] cell state c, format quant.formats.c */
    int32_t *y; /* [output] recurrent y, format quant.formats.y */
};

struct golden_state golden_start(const struct quantized *quant); /* zeros: start of an utterance */
void golden_end(struct golden_state *state);

/* One frame: x [input] in format formats.x; afterwards state->y is y_t and state->c is c_t. */
void golden_step(const struct quantized *quant, struct golden_state *state, const int32_t *x);

#endif
