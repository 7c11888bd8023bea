/* SPDX-License-Identifier: Apache-2.0
 * stores.h - which vectors the chip holds from column to column and from frame to frame, and how many
 * words they take.
 *
 * The cell memory has the cell states of all layers, one behind the other; the kept store what layers
 * give and read in the frame after, likewise; the scratch store what is read only in the frame in which
 * it is written.  A saved state is the words of the cell memory, then those of the kept store.  A word
 * holds `lanes` elements of a channel; element_word() and element_lane() (derive.h) say where. */
#ifndef ESE_STORES_H
#define ESE_STORES_H

#include "models/program/program.h"

/* Words of each; 0: the network has nothing for it. */
struct stores {
    int cells, kept, scratch;
};

struct stores program_stores(const struct program *program);

/* A vector of the state. */
struct state_vector {
    int vector;   /* of the network */
    bool is_cell; /* in the cell memory, else in the kept store */
    int first;    /* word of the saved state in which it begins */
};

/* The vectors of the state in the order in which they lie there; returns how many. */
int state_vectors(const struct program *program, struct state_vector list[VECTORS_MOST]);

#endif
