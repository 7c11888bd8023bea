/* SPDX-License-Identifier: Apache-2.0
 * utterances.h - recorded or drawn inputs of a network. */
#ifndef ESE_UTTERANCES_H
#define ESE_UTTERANCES_H

#include <stdbool.h>
#include <stdint.h>

#include "models/base/error.h"
#include "models/network/matrix.h"

/* Utterances: features a frame in rows. */
struct utterances {
    int count;
    bool drawn; /* noise, not recorded */
    char *source; /* folder or file that they were read from, or NULL */
    char **names; /* file name without folder and extension */
    struct matrix *frames; /* [frames, input] each */
};

/* Reads one .npy file, or every .npy in a folder in order of name (files named *.labels.npy and
 * *.y.npy are left out), each [frames, input] or [1, frames, input] of floats or integers, as
 * models/file/npy.h has them. */
bool utterances_read(struct utterances *utterances, const char *path, int input,
                     struct error *error);

/* `count` utterances of `frames` frames of coloured Gaussian noise, unit variance. */
void utterances_draw(struct utterances *utterances, int count, int frames, int input, uint64_t seed);

/* Reads one file, [frames, width] or [1, frames, width]. */
bool frames_read(struct matrix *frames, const char *path, int width, struct error *error);

/* Reads what y of each utterance has to be, as whoever trained the network had it: out of the file `path` for
 * the only one, or out of PATH/NAME.y.npy or else PATH/NAME.npy.  Fails if one is not there, or has not
 * the utterance's frames. */
bool expected_read(struct utterances *expected, const char *path, const struct utterances *utterances,
                   int output, struct error *error);

/* That file of an utterance; NULL: there is none. */
char *expected_file(const char *path, const char *name);

/* As many, of the same names, of which no frames are there yet. */
struct utterances utterances_named(const struct utterances *utterances);

/* Frames of all of them. */
int64_t utterances_length(const struct utterances *utterances);

void utterances_free(struct utterances *utterances);

#endif
