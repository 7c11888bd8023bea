/* SPDX-License-Identifier: Apache-2.0
 * recognise_play.h - utterances played on the simulated chip for `ese recognise`: what it gives for them. */
#ifndef ESE_RECOGNISE_PLAY_H
#define ESE_RECOGNISE_PLAY_H

#include "gen/folder/chip_folder.h"
#include "gen/folder/workspace.h"
#include "gen/verify/simulate.h"
#include "models/network/part.h"
#include "models/program/side_by_side.h"

/* Of a network with layers that go backward one part after the other, each over all frames. */
struct recognised {
    int32_t **y;           /* [utterance][frames][output] */
    int utterances;
    int count;             /* simulations: 1, or that of the parts */
    struct simulation_result results[PARTS_MOST];
    bool pass;             /* all of them */
    int64_t cycles_per_frame, model_cycles; /* sums of all; measured: 0 in too few frames */
    struct accuracy accuracy;
};

/* Plays the utterances of the chip's program, `limit` frames of each at most, or 0.  With layers that go backward a
 * shorter utterance is another: the program's are cut, and what was expected of the longer ones goes.  A part
 * meets what the golden model gives for those before it, against which these are held.  False if no
 * simulation came about.  Free it in either case. */
bool recognise_play(struct recognised *recognised, struct chip_folder *chip, const struct workspace *work,
                    int limit, struct error *error);
void recognised_free(struct recognised *recognised);

/* The one that did not pass, or the first. */
const struct simulation_result *recognised_result(const struct recognised *recognised);

#endif
