/* SPDX-License-Identifier: Apache-2.0
 * learn.h - a network learns, without labels, what a dense one does, while its weights become few.
 *
 *   density   D + (1 - D)(1 - done/0.6)^3 up to six tenths of the frames, then D; the mask is
 *             that of models/program/prune.h, on the weights as they are, every 20 updates, or so
 *             often that the way down has 30 steps.  On the way down weights that are not in use
 *             learn on, fade, and are in use again if they grow; from its end on what is 0 stays 0
 *   updates   one a chunk of up to 64 frames of 16 streams, which carry their states; Adam, its
 *             rate rising over 50 updates, then falling as a cosine
 *   loss      models/learn/loss.h, of the frames that are there; with `noise` what both networks hear
 *             has noise of 0.3 deviations in it
 *   best      weights after the ramp's end with the least loss on recordings that nothing is learnt
 *             from; if the dense network pruned at once has less, that
 *
 * A time instead of a number of frames is made one: the rate is measured, then all begins, with the
 * ramp and the cosine of that number.  It stands in the checkpoint: whoever goes on has the same.
 *
 * Each thread has its streams and its gradient, and these are added in order: on one machine the
 * same weights for the same number of threads.  Other processors have other kernels of OpenBLAS,
 * and other last bits. */
#ifndef ESE_LEARN_H
#define ESE_LEARN_H

#include "models/base/error.h"
#include "models/learn/loss.h"
#include "models/learn/material.h"
#include "models/network/network.h"
#include "models/program/geometry.h"

enum {
    LEARN_STREAMS = 16,
    LEARN_CHUNK = 64,
    LEARN_FEW_FRAMES = 50000, /* with fewer, recordings made of recordings help */
    LEARN_PIECE = 500, /* recordings up to this many frames are never cut */
    LEARN_PIECES = 64  /* longer ones where layers go backward, or where they are more than this part of all */
};

/* How it went. */
struct learn_outcome {
    int64_t frames, seen; /* that were to be seen; that were */
    double density;       /* when it ended: share of the weights in use ... */
    bool on_the_way;      /* ... which had not come down to what it should be, and was then pruned to it at once */
    bool resumed;         /* it went on from a checkpoint */
    bool stopped;         /* by the watch */
    bool enough;          /* nothing got better any more */
    bool at_once;         /* nothing learnt was better than pruning at once, and that is the result */
    bool kept;            /* there is a checkpoint to go on from */
};

/* What is asked for. */
struct learn_task {
    const struct network *dense;        /* to learn from, and to begin with */
    const struct model_config *model;   /* pruning, densities */
    const struct geometry *geometry;    /* of the chip */
    const struct learn_material *material, *held_out;
    const struct learn_loss *loss;
    int64_t frames;                     /* to be seen; 0: as many as `seconds` are enough for */
    double seconds;                     /* by the clock, about; looked at where `frames` is 0 */
    int threads;                        /* 1 .. LEARN_STREAMS */
    uint64_t seed;
    float rate;
    bool noise;                         /* recordings are learnt from in noise */
    bool augment;                       /* others are made of them, in noise, too */
    int weight_bits;                    /* weights count as rounded to these; 0: as they are */
    struct learn_outcome *outcome;      /* is told there; NULL: nobody asks */
    const char *checkpoint; /* file to go on from and to write, with ".0" or ".1"; NULL: none */
};

/* How far it is, twenty times. */
struct learn_report {
    int64_t seen, frames;
    double density; /* share of the weights that are in use */
    struct learn_sums learnt, held_out; /* since the last report; now */
    double seconds_left;
};

/* Before the first frame: what became of a checkpoint. */
struct learn_beginning {
    int64_t seen, frames; /* seen: 0, or as the checkpoint has it */
    bool other;           /* there is one, of another task or damaged, which will be written over */
};

struct learn_watch {
    void (*begin)(void *context, const struct learn_beginning *beginning);
    void (*tell)(void *context, const struct learn_report *report);
    bool (*stop)(void *context); /* asked often: whether to end with what is best so far */
    void *context;
};

/* Whether this machine has what it takes. */
bool learn_can(struct error *error);

/* `learnt` is a copy of the dense network, and becomes the best. */
bool learn(const struct learn_task *task, const struct learn_watch *watch, struct network *learnt,
           struct error *error);

/* Takes the checkpoint away, when what was learnt is safe. */
void learn_forget(const struct learn_task *task);

/* How a network compares with the dense one over material. */
struct learn_sums learn_compare(const struct learn_task *task, const struct network *network,
                                const struct learn_material *material, struct error *error);

/* Its weights as `bits` hold them, which each matrix has to itself. */
void learn_round(struct network *network, int bits);

/* y of the dense network over so many frames of the material, at least one utterance:
 * [frames][output], to be freed. */
float *learn_teach(const struct network *dense, const struct learn_material *material, int most,
                   int *frames);

#endif
