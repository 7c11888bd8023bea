/* SPDX-License-Identifier: Apache-2.0
 * learner.h - the parts of models/learn/learn.h: for these files alone. */
#ifndef ESE_LEARNER_H
#define ESE_LEARNER_H

#include "models/cpu/team.h"
#include "models/learn/learn.h"
#include "models/learn/run.h"

/* A thread's streams, and what it finds. */
struct learn_worker {
    int first, streams;
    struct learn_run *student, *teacher;
    struct learn_scratch scratch;
    int lengths[LEARN_STREAMS];
    const int32_t *labels[LEARN_STREAMS]; /* of the chunk's frames, or NULL */
    float *gradient;
    struct learn_sums sums;
};

/* Utterances side by side, of which frames `t` .. t + frames - 1 are the chunk. */
struct learn_batch {
    const struct matrix *of[LEARN_STREAMS]; /* NULL: nothing on this stream */
    const int32_t *labels[LEARN_STREAMS]; /* of all frames of the utterance, or NULL */
    struct matrix made[LEARN_STREAMS];      /* of others; at NULL: of[] is the material's */
    int longest, t, frames;
    int chunk;   /* frames of all chunks but the last; each frame counts the same in all of them */
    int64_t there;                          /* frames of the chunk, all streams */
};

/* How far learning is: what a checkpoint keeps, beside the arrays. */
struct learn_position {
    int64_t seen, updates;
    int64_t frames;          /* to be seen */
    int64_t epoch, batch;
    int64_t reports, idle;   /* told so far; without anything better */
    double best_loss;        /* on what is held out; infinite: nothing is best yet */
};

/* What a checkpoint must have in common with a task: CRC-32s of the dense network, all that is said of it counted,
 * and of what pruning it at once leaves, which depends on densities and on the chip's PEs. */
struct learn_marks {
    uint32_t dense, pruned;
};

struct learner {
    const struct learn_task *task;
    struct learn_marks marks; /* where there is a checkpoint */
    struct learn_plan *plan;
    struct network copy;      /* for what walks networks */
    struct team *team;
    int threads, room;        /* frames of a chunk, at most */
    struct learn_worker workers[LEARN_STREAMS];
    float *dense, *at;        /* parameters */
    float *used;              /* what they count as: those of the mask, or these rounded */
    float *first, *second, *best;
    unsigned char *mask;      /* [matrix_count] 1: in use; 0: not in use, or for good */
    struct learn_position position;
    struct learn_batch batch;
    bool learning;            /* else only looking */
    float rate;
};

struct learner *learner_new(const struct learn_task *task, struct error *error);
void learner_free(struct learner *learner);

/* Begins with utterances of the material; with `random` with what is made of them, as the task
 * says. */
void learner_begin(struct learner *learner, const struct learn_material *material,
                   const int *utterances, struct random *random);

/* The next chunk of them, by all workers; false: there is none. */
bool learner_chunk(struct learner *learner);

/* Over all of the material, without learning. */
struct learn_sums learner_look(struct learner *learner, const struct learn_material *material);

/* Share of the work done; whether the density is that of the end; share of the weights in use. */
double learner_done(const struct learner *learner);
bool learner_ramp_is_over(const struct learner *learner);
double learner_density(const struct learner *learner);

/* The mask of the density of now, or that of the end, by which weights are 0 from then on. */
void learner_prune(struct learner *learner, bool end);

/* What the parameters count as. */
void learner_use(struct learner *learner);

/* An optimizer's step. */
void learner_update(struct learner *learner);

struct learn_marks learner_marks(const struct learn_task *task);

/* Writes where it is; goes on from there, if there is such a file and it is of this task.  Returns false if there
 * are files, and none of them was taken. */
bool learner_save(const struct learner *learner, struct error *error);
bool learner_resume(struct learner *learner);

#endif
