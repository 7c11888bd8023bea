/* SPDX-License-Identifier: Apache-2.0
 * reference.h - the LSTM in double precision, straight from the equations of network.h.
 * It bounds the golden model's error; it never judges the RTL. */
#ifndef ESE_REFERENCE_H
#define ESE_REFERENCE_H

#include "models/network/network.h"

enum { REFERENCE_VOICES = 8 };

/* Values of one frame; all but c and y are read-only results.  A state is of one voice, or of
 * REFERENCE_VOICES of them beside each other: element e of voice v at [e * voices + v]. */
struct reference_state {
    int cell, output, voices;
    double *c, *y;                /* state, [cell] and [output]; zero at the start of an utterance */
    double *z[GATE_COUNT];        /* pre-activations [cell] */
    double *gate[GATE_COUNT];     /* [cell] */
    double *m;                    /* [cell] */
};

/* A network as lists of non-zeros, so that a step costs what the sparse network costs. */
struct reference;

struct reference *reference_new(const struct network *network);
void reference_free(struct reference *reference);
struct reference_state reference_start(const struct network *network); /* one voice */
void reference_end(struct reference_state *state);

/* One frame of x [input], the voices beside each other as above.  Each voice's sums are formed in the order of
 * the columns, whatever the number of voices: the same bits everywhere. */
void reference_step(const struct reference *reference, struct reference_state *state,
                    const float *x);

/* REFERENCE_VOICES voices at the start of their utterances; several times as fast as one by one. */
struct reference_state reference_start_voices(const struct network *network);

/* One voice of several, alone; the state of all is freed. */
void reference_alone(const struct network *network, struct reference_state *state, int voice);

/* One voice begins anew. */
void reference_restart(struct reference_state *state, int voice);

/* What a hardware of few bits would do to the cell state: c beyond the limit is clipped after every frame,
 * and rounded to a multiple of the step; 0: not so. */
void reference_limit_c(struct reference *reference, double limit, double step);

#endif
