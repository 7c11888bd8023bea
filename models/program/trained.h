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

/* Only the order of additions is between the two: no y is further off than TRAINED_AGREES, or, where some are
 * larger than 1, than that share of the largest.  Other networks may be the same, too: half precision
 * leaves more. */
#define TRAINED_AGREES 1e-5
bool trained_agrees(const struct error_sums *sums);

struct trained {
    int64_t frames;   /* that were compared; 0: nothing is expected */
    struct output_error all;
    bool agrees;       /* trained_agrees() */
    const char *worst; /* utterance of the program with the largest error; NULL: not told apart */
    double worst_db;   /* power of y of all utterances to that of its error */
};

struct trained trained_compare(const struct program *program);

#endif
