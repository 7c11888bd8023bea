/* SPDX-License-Identifier: Apache-2.0
 * frames.h - utterances as frames for a board, and what became of them. */
#ifndef ESE_ULX3S_FRAMES_H
#define ESE_ULX3S_FRAMES_H

#include "fpga/ulx3s/talk.h"
#include "models/network/labels.h"
#include "models/network/utterances.h"
#include "models/number/output_error.h"
#include "models/program/program.h"

/* The first `limit` frames of each utterance, quantized as the chip wants them. */
struct frames frames_make(const struct program *program, const struct utterances *utterances,
                          int limit);
void frames_free(struct frames *frames);

/* y against the golden model, bit for bit, and against the y of whoever trained the network. */
struct frames_check {
    int64_t values, wrong;
    char first[160];              /* of those that are wrong: which, and what it should be */
    bool expected_known;
    struct output_error expected; /* of the chip against the expected y */
};

/* `expected`: y of each utterance, or one with a count of 0. */
void frames_check(const struct frames *frames, const struct program *program,
                  const struct utterances *utterances, const struct utterances *expected,
                  struct frames_check *check);

/* Frames whose largest score, of classify(), is that of their label. */
int64_t frames_right(const struct frames *frames, const struct program *program,
                     const struct labels *labels);

/* FOLDER/NAME.npy of each utterance, float32 [frames, output]. */
bool frames_write(const struct frames *frames, const struct program *program,
                  const struct utterances *utterances, const char *folder, struct error *error);

#endif
