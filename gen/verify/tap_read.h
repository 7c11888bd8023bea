/* SPDX-License-Identifier: Apache-2.0
 * tap_read.h - reads, frame by frame, the words that have left the element-wise path of a chip that
 * was served: the file that +taps named (sim/stimulus.h). */
#ifndef ESE_TAP_READ_H
#define ESE_TAP_READ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "gen/verify/taps.h"

struct tap_read {
    FILE *file;
    char *path;
    struct taps taps;       /* all vectors that leave the path */
    struct stimulus frame;  /* shape, passes and vectors of one frame, the one that was read last */
    bool **unknown;         /* [vectors][channels * elements] the value is X */
    uint64_t frames;        /* that were read */
    uint32_t *words;        /* of one word of the file: keep, data, unknown */
};

/* Free it on failure, too. */
bool tap_open(struct tap_read *tap, const struct program *program, const char *path,
              struct error *error);

/* The next frame.  False: the file ends before it does, or the chip wrote something else than the
 * program says; the message tells which frame of the chip, counted from 0. */
bool tap_next(struct tap_read *tap, struct error *error);

/* No word is behind the last frame. */
bool tap_at_end(struct tap_read *tap, struct error *error);

void tap_free(struct tap_read *tap);

#endif
