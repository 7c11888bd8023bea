/* SPDX-License-Identifier: Apache-2.0
 * reference.h - the LSTM in double precision, straight from the equations of network.h.
 * It bounds the golden model's error; it never judges the RTL. */
#ifndef ESE_REFERENCE_H
#define ESE_REFERENCE_H

#include "models/network/network.h"

/* Values of one frame; all but c and y are read-only results. */
struct reference_state {
    int cell, output;
    double *c, *y;                /* state, [cell] and [output]; zero at the start of an utterance */
    double *z[GATE_COUNT];        /* pre-activations [cell] */
    double *gate[GATE_COUNT];     /* [cell] */
    double *m;                    /* [cell] */
};

/* A network as lists of non-zeros, so that a step costs what the sparse network costs. */
struct reference;

struct reference *reference_new(const struct network *network);
void reference_free(struct reference *reference);
struct reference_state reference_start(const struct network *network);
void reference_end(struct reference_state *state);
void reference_step(const struct reference *reference, struct reference_state *state,
                    const float *x);

#endif
