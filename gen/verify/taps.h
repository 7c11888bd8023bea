/* SPDX-License-Identifier: Apache-2.0
 * taps.h - which vectors of a network are compared with the golden model, and what each pass of its
 * program writes of them: c of every layer and the network's y always; with --taps every vector
 * whose words leave the element-wise path, so that a fault is located. */
#ifndef ESE_TAPS_H
#define ESE_TAPS_H

#include "gen/verify/stimulus.h"
#include "models/program/program.h"

struct taps {
    int count;
    int vectors[VECTORS_MOST];  /* of the network, in the order in which passes write them */
    bool tapped[VECTORS_MOST];  /* ... compared where they leave the path, too; all but y always */
    int leaves;                 /* of `vectors`, the one that leaves the chip */
};

struct taps taps_of(const struct program *program, bool all);

/* What a pass of the program writes; the vector is a number of `taps`. */
struct stimulus_pass taps_pass(const struct taps *taps, const struct program *program, int pass);

/* The vectors of a stimulus that has none yet, and after stimulus_allocate() its passes. */
void taps_add_vectors(const struct taps *taps, const struct program *program,
                      struct stimulus *stimulus);
void taps_add_passes(const struct taps *taps, const struct program *program,
                     struct stimulus *stimulus);

#endif
