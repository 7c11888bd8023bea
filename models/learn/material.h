/* SPDX-License-Identifier: Apache-2.0
 * material.h - recordings to learn from, side by side in batches, and what can be made of few of
 * them.
 *
 * Where `most` is set, recordings longer than that come in pieces of nearly the same length: a network with
 * layers that go backward has all frames of an utterance in memory.
 *
 * A batch is utterances of nearly the same length, one a stream; which ones meet, and the order of
 * the batches, is drawn anew for every epoch.  An epoch's number and the seed say everything about
 * it. */
#ifndef ESE_LEARN_MATERIAL_H
#define ESE_LEARN_MATERIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "models/base/random.h"
#include "models/network/matrix.h"

struct learn_material {
    int count, input;
    const struct matrix **of; /* [count] frames in rows */
    const int32_t **labels;   /* [count] of their frames, NULL: nobody knows */
    int64_t frames;
    float *deviation;         /* [input] of the features */
    int most;                 /* frames of one of them; 0: as many as there are */
    struct matrix **pieces;   /* [piece_count] of others' frames, which are longer */
    int piece_count;
    uint32_t crc;             /* of all frames: whether two are the same material */
};

/* Another one; it must outlive the material. */
void learn_material_add(struct learn_material *material, const struct matrix *frames);

/* Likewise with a label for each frame, which nothing is learnt from: they are for judging what was
 * learnt. */
void learn_material_add_labelled(struct learn_material *material, const struct matrix *frames,
                                 const int32_t *labels);

/* After the last has been added. */
void learn_material_close(struct learn_material *material);
void learn_material_free(struct learn_material *material);

/* How many of `others` are here, too: have as many frames and the same CRC-32. */
int learn_material_shared(const struct learn_material *material, const struct learn_material *others);

/* The batches of an epoch: number of the utterance of each place, NONE where there is none. */
struct learn_epoch {
    int batches, streams;
    int *utterance; /* [batches][streams] */
};

struct learn_epoch learn_epoch_new(const struct learn_material *material, int streams,
                                   uint64_t seed);
void learn_epoch_free(struct learn_epoch *epoch);

/* A recording in noise, to be freed: nobody learns by heart what never comes again. */
struct matrix learn_noisy(const struct learn_material *material, int number, struct random *random);

/* Another recording out of utterance `number`, to be freed: at another speed, mixed with others,
 * its end replaced, louder or not, in noise.  Nothing of it knows what features are. */
struct matrix learn_augmented(const struct learn_material *material, int number,
                              struct random *random);

#endif
