/* SPDX-License-Identifier: Apache-2.0
 * reference.h - a network in double precision, straight from the equations of its layers.
 * It bounds the golden model's error; it never judges the RTL. */
#ifndef ESE_REFERENCE_H
#define ESE_REFERENCE_H

#include "models/network/network.h"

enum { REFERENCE_VOICES = 8 };

/* Values of one frame.  A state is of one voice, or of REFERENCE_VOICES of them beside each other:
 * element e of voice v at [e * voices + v].  What is kept from frame to frame is the state proper;
 * the rest is there to be read. */
struct reference_state {
    const struct network *network;
    int voices;
    double **at; /* [vectors][size]; NULL: its values are not kept apart */
    double **z;  /* [passes][rows] pre-activations */
};

/* A network as lists of non-zeros, so that a step costs what the sparse network costs. */
struct reference;

struct reference *reference_new(const struct network *network);
void reference_free(struct reference *reference);
const struct network *reference_network(const struct reference *reference);

/* The same network, its weights rounded to `bits`, which each matrix has to itself; c is not
 * limited. */
struct reference *reference_rounded(const struct reference *reference, int bits);

/* How the weights of a matrix are rounded: to `fraction` fraction bits, clipped to what `bits` hold; those beyond
 * `spared` stay as they are (INFINITY: none does). */
struct weight_rounding {
    int bits, fraction;
    double spared;
};

/* One matrix of `to`, which reference_rounded() made of `from`, is that of `from`, rounded. */
void reference_round(struct reference *to, const struct reference *from, int matrix,
                     const struct weight_rounding *rounding);

struct reference_state reference_start(const struct network *network); /* one voice */
void reference_end(struct reference_state *state);

/* y of the frame, [output]. */
const double *reference_y(const struct reference_state *state);

/* One frame of x [input], the voices beside each other as above, of a network of which all layers
 * go forward.  Each voice's sums are formed in the order of the columns, whatever the number of
 * voices: the same bits everywhere. */
void reference_step(const struct reference *reference, struct reference_state *state,
                    const float *x);

/* All frames of an utterance, whatever the directions of the layers; y is [frames][output].  Who
 * wants to sees each layer's values of each frame. */
struct reference_visitor {
    void (*see)(void *context, const struct reference_state *state, const struct layer *layer);
    void *context;
};

void reference_run(const struct reference *reference, const struct matrix *x,
                   const struct reference_visitor *visitor, double *y);

/* REFERENCE_VOICES voices at the start of their utterances; several times as fast as one by one. */
struct reference_state reference_start_voices(const struct network *network);

/* One voice of several, alone; the state of all is freed. */
void reference_alone(struct reference_state *state, int voice);

/* One voice begins anew. */
void reference_restart(struct reference_state *state, int voice);

/* What a hardware of few bits would do to a cell state: what is beyond the limit is clipped after
 * every frame, and rounded to a multiple of the step; 0: not so. */
void reference_limit(struct reference *reference, int vector, double limit, double step);

/* ---- for the equations of layers (layer.h) ---- */

/* A row, and where a voice's lies among them. */
struct place {
    int row, index;
};

/* state->z of a pass: its matrices' products, and the bias. */
void reference_sums(const struct reference *reference, struct reference_state *state, int pass);

double reference_limited(const struct reference *reference, int vector, double value);

double sigmoid(double z);

#endif
