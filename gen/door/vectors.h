/* SPDX-License-Identifier: Apache-2.0
 * vectors.h - frames of x with the y that must come out: the first that `ese verify` plays when it is to play
 * VECTOR_FRAMES. */
#ifndef ESE_DOOR_VECTORS_H
#define ESE_DOOR_VECTORS_H

#include "gen/emit/bench.h"
#include "gen/folder/output.h"
#include "models/program/program.h"

enum { VECTOR_SEED = 0 }; /* that of `ese verify`, if nothing else is said */

/* Adds vectors/x.hex, y.hex, voices.hex and stimulus.bin; the chip's README.md says what they are. */
void vectors_add(struct output *output, const struct program *program);

#endif
