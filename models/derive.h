/* SPDX-License-Identifier: Apache-2.0
 * derive.h - the numbers of derived.def, computed here and nowhere else. */
#ifndef ESE_DERIVE_H
#define ESE_DERIVE_H

#include "models/encode.h"
#include "models/program.h"

/* Rows of an accumulator block and the shape of the PE array, before any stream exists. */
struct geometry derive_geometry(const struct config *config, const struct network *network);

/* Fills what follows from configuration and quantized network. */
void derive_shapes(struct program *program, const struct geometry *geometry, int lanes);

/* Fills what follows from the streams; call after schedule_columns(). */
void derive_streams(struct program *program);

/* Where element `element` of a vector lies in the vector RAMs. */
int element_word(const struct derived *d, int element);
int element_lane(const struct derived *d, int element);

#endif
