/* SPDX-License-Identifier: Apache-2.0
 * compress_print.h - what `ese compress` tells: on standard output while it learns and when it is
 * done, in --json, and as warnings. */
#ifndef ESE_COMPRESS_PRINT_H
#define ESE_COMPRESS_PRINT_H

#include <jansson.h>

#include "models/learn/learn.h"

/* A network over what is held out. */
struct compress_row {
    char name[32];
    bool is_dense; /* that which the others are compared with */
    struct learn_sums judged; /* by the output layer, if there is one, whatever the loss is */
    struct learn_sums sums;   /* by the loss */
};

enum { COMPRESS_ROWS = 4 };

struct compress_telling {
    const struct learn_task *task;
    struct learn_loss judge; /* its classes are people's, or it has none */
    bool silent;             /* standard output is for JSON */
    json_t *reports;         /* list of all so far, to be made and given away by the caller */
    struct compress_row rows[COMPRESS_ROWS];
    int row_count;
    double loss_learnt; /* of what came out over the recordings that it learnt from, as they are */
    struct learn_outcome outcome;
};

/* For struct learn_watch; the context is the telling. */
void compress_begin(void *telling, const struct learn_beginning *beginning);
void compress_tell(void *telling, const struct learn_report *report);

/* Sets the networks beside each other: dense, pruned at once, learnt, that one rounded. */
bool compress_compare(struct compress_telling *telling, const struct network *at_once,
                      const struct network *learnt, int weight_bits, struct error *error);

/* As --loss has it, and what auto makes of it. */
const char *compress_loss_name(const struct learn_loss *loss);

/* The table; warnings, on standard error; all of it for a file. */
void compress_print_table(const struct compress_telling *telling);
void compress_warn(const struct compress_telling *telling);
json_t *compress_json(const struct compress_telling *telling);

/* Frames that would be enough to learn from; 0: there are enough.  Held out recordings say so:
 * their loss is that of the others where there are enough of them. */
int64_t compress_frames_wanted(int64_t frames, double loss_learnt, double loss_held_out);

#endif
