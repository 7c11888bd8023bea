/* SPDX-License-Identifier: Apache-2.0
 * elements.h - what learning does element by element, in the widest registers that this processor has.
 *
 * exp() is a polynomial: sigmoid and tanh are right to some 2e-7 of 1. */
#ifndef ESE_LEARN_ELEMENTS_H
#define ESE_LEARN_ELEMENTS_H

#include <stddef.h>

#include "models/network/network.h"

/* Values of several streams: those of stream s at [s * step]; step 0: the same for all of them.
 * at NULL: there are none. */
struct learn_span {
    float *at;
    size_t step;
};

/* A pass in one frame of all streams, and its way back.  Gradients that begin with `d_` are added to, but for
 * d_out of a gate in place, which is taken and left 0. */
struct learn_elements {
    enum operation operation;
    enum function function;
    int rows, streams;
    struct learn_span z;     /* sum; then function(sum); on the way back the gradient of the sum */
    struct learn_span left, right, by, in, state;
    struct learn_span out;   /* what is written; NULL: z itself */
    struct learn_span tanhs; /* OPERATION_OUT: tanh(state) */
    struct learn_span d_left, d_right, d_by, d_in, d_state, d_out;
};

/* What Adam does to `count` parameters: beta 0.9 and 0.999. */
struct learn_adam {
    float rate, first_rest, second_rest; /* 1 - beta^updates of the moments */
    const float *gradient;
    const unsigned char *mask;           /* 1 or 0: whether it is in use; NULL: all are */
    float fade; /* what is left of those that are not, after their step; 0: they have none, and stay */
    float *parameters, *first, *second;
    size_t count;
};

/* Scores of a frame, [count], and what they should be. */
struct learn_scores {
    int count;
    const float *wanted;
    float *scores; /* becomes weight * (softmax(scores) - softmax(wanted)) */
    float weight;
};

struct learn_kernels {
    const char *name;
    void (*forward)(const struct learn_elements *elements);
    void (*backward)(const struct learn_elements *elements);
    void (*adam)(const struct learn_adam *adam);

    /* out [rows] += the sum of `count` vectors */
    void (*sum)(float *out, struct learn_span vectors, int rows, size_t count);

    /* Returns KL(softmax(wanted) || softmax(scores)). */
    double (*softmax)(const struct learn_scores *scores);
};

/* The widest that this processor can run. */
const struct learn_kernels *learn_kernels_best(void);

#endif
