/* SPDX-License-Identifier: Apache-2.0
 * trained.h - is the network the one that was trained?  Its y in floating point, as given, over all
 * utterances, against what whoever trained it says that y is. */
#ifndef ESE_TRAINED_H
#define ESE_TRAINED_H

#include "models/number/output_error.h"
#include "models/program/program.h"

/* Below this it cannot be: what the arithmetic of training and the type of the weights in the file
 * cost stays above it. */
double trained_least_db(const struct program *program);
double trained_least_db_of(const struct network *network);

struct trained {
    int64_t frames;   /* that were compared; 0: nothing is expected */
    struct output_error all;
    const char *worst; /* utterance of the program with the largest error; NULL: not told apart */
    double worst_db;   /* power of y of all utterances to that of its error */
};

struct trained trained_compare(const struct program *program);

#endif
