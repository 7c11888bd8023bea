/* SPDX-License-Identifier: Apache-2.0
 * loss.h - how far a network is from the one that it learns from, frame by frame, and its gradient
 * by y.
 *
 *   classes   KL(softmax(scores of the other) || softmax(scores)): scores are y, or an output
 *             layer's of y
 *   y         squares of the difference, over the mean square of the other's y
 *
 * Without an output layer there are centres of the other's y (k-means): the softmax over the
 * distances of a y from them is that of a linear layer, since |y|^2 is the same for all of them. */
#ifndef ESE_LEARN_LOSS_H
#define ESE_LEARN_LOSS_H

#include <stdbool.h>
#include <stdint.h>

#include "models/base/random.h"
#include "models/learn/elements.h"

struct learn_loss {
    int output, classes;  /* elements of y; of the scores, 0: there are none */
    float *weights;       /* [classes][output]; NULL: y are the scores */
    float *bias;          /* [classes] */
    bool made_up;         /* by centres: a class says nothing to people */
    float of_classes, of_y; /* what each counts in the sum; 0: is not looked at */
    float mean_square;    /* of the other's y */
};

/* Over the frames that are there: lengths[s] of stream s. */
struct learn_frames {
    int streams, frames;
    const int *lengths;
    const float *y, *wanted; /* [frames][streams][output] */
    const int32_t *const *labels; /* [streams] of these frames; NULL, all or one: there are none */
    float *dy;               /* NULL: is not asked for; times `weight` */
    float weight;
};

/* What has been seen so far. */
struct learn_sums {
    int64_t frames, agree; /* with the same class at the top */
    int64_t labelled, right; /* frames that a label is known of; whose class is that */
    double loss;           /* summed over frames */
    double signal, error;  /* of y */
};

/* Room for the scores of so many frames of y, all streams counted, and of what is wanted. */
struct learn_scratch {
    float *scores, *wanted;
};

struct learn_scratch learn_scratch_new(const struct learn_loss *loss, int frames);
void learn_scratch_free(struct learn_scratch *scratch);

void learn_loss_add(const struct learn_loss *loss, const struct learn_frames *frames,
                    const struct learn_scratch *scratch, struct learn_sums *sums);

void learn_sums_join(struct learn_sums *sums, const struct learn_sums *others);
double learn_sums_loss(const struct learn_sums *sums);      /* a frame */
double learn_sums_agreement(const struct learn_sums *sums); /* 0 .. 1 */
double learn_sums_right(const struct learn_sums *sums);     /* 0 .. 1 of those with labels */
double learn_sums_snr_db(const struct learn_sums *sums);

/* `classes` centres of y [frames][output], as an output layer whose largest share is 0.8 in the
 * mean. */
void learn_loss_of_centres(struct learn_loss *loss, const float *y, int frames, int classes,
                           struct random *random);

void learn_loss_free(struct learn_loss *loss);

#endif
