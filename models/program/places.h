/* SPDX-License-Identifier: Apache-2.0
 * places.h - where each vector of the network lies in the chip, and when its words are there.
 *
 * Products read the input buffer and two stores of vectors: `kept` has two banks, since a vector
 * that the next frame reads lives on while it is written anew; `scratch` has one, and vectors share
 * words where one is read for the last time before another is written.  What passes read of cell
 * states lies in the channels' cell memory; gates last for a row block.  A state that passes read and
 * products multiply (h of a GRU) lies in the kept store as well, in words of the same numbers: then
 * a saved state and the kept store have the same words, where others of the cell memory are left
 * out of the store.  A word holds `lanes` elements of every channel (of x: `fold`). */
#ifndef ESE_PLACES_H
#define ESE_PLACES_H

#include "models/program/program.h"

enum store { STORE_NONE, STORE_INPUT, STORE_KEPT, STORE_SCRATCH };

struct vector_place {
    enum store store; /* where products read it; NONE: they do not */
    int words;
    int base;         /* its first word there */
    int sequence;     /* the number of its first word among all that passes write to the stores in
                         a frame, which they do one after the other */
    int cell;         /* its first word in the cell memory, NONE: it is not there */
};

/* Gives each vector its place, and `derived` the sizes of the memories; call it when the products
 * are listed. */
void places_make(struct program *program);

/* Two vectors that share words of the scratch store though the first is still read when the second
 * is written; both NONE: there are none. */
struct place_fault {
    int first, second;
};

struct place_fault places_fault(const struct program *program);

/* The vectors of a saved state in its order: those of the cell memory, then those kept.  Returns
 * how many. */
int places_state(const struct program *program, int list[VECTORS_MOST]);

/* The word of a saved state in which such a vector begins. */
int places_state_word(const struct program *program, int vector);

/* What a product word says of its source: 0 x, 1 the kept store, of the frame before, 2 the scratch
 * store, 3 the kept store, of this frame. */
int places_source(const struct program *program, const struct product *product);

/* What a product word adds to the number of words written in the frame: words of its source below
 * that address are there. */
int places_offset(const struct program *program, const struct product *product);

#endif
