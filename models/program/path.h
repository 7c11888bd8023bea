/* SPDX-License-Identifier: Apache-2.0
 * path.h - the program of a network with layers that go backward: one of each part of it.
 *
 * A part (models/network/part.h) is a program as any other, of a network that goes forward.  All parts
 * are of one chip, which is as large as the largest of them in everything: the path's `d`. */
#ifndef ESE_PATH_H
#define ESE_PATH_H

#include "models/network/part.h"
#include "models/program/program.h"

/* A part of it, and its program. */
struct path_part {
    struct network_part cut;  /* its network is the program's, too */
    struct program program;
};

/* Elements of a row of a tape that lie in one bus word. */
int path_unit(const struct config *config);

/* Fills the fields of STAGE_SCHEDULE (stock.h) for configuration, network, numbers and geometry of a program
 * whose network goes both ways; for a chip that is there already, or, without one, with a chip of its own. */
void path_schedule(struct program *program, const struct program *chip);

/* Once the path is the one that is taken: the parts' streams, and all hashes. */
void path_finish(struct program *program);

/* Whether the chip takes all parts' streams, or one line that says what does not fit. */
bool path_fits(const struct program *program, const struct program *chip, struct error *error);

/* Gives each part the utterances that it meets, of those of the whole or of noise: what the integer model of
 * the parts before it writes, turned round if it goes backward. */
void path_utterances(struct program *program);

/* All frames of an utterance through the integer models of the parts: x [frames][input] to y [frames][output]. */
void path_run(const struct program *program, int frames, const int32_t *x, int32_t *y);

/* What becomes of y of the whole network, over the frames that calibration did not see (all, if it saw all) of the
 * utterances that it has, or over noise (side_by_side.h). */
struct accuracy;
struct accuracy path_accuracy(const struct program *program);

#endif
