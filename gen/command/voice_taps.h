/* SPDX-License-Identifier: Apache-2.0
 * voice_taps.h - `ese run --taps`: every vector that the layers wrote, of all utterances, against
 * the golden model. */
#ifndef ESE_VOICE_TAPS_H
#define ESE_VOICE_TAPS_H

#include "gen/command/voices.h"

/* Who spoke when, descriptor by descriptor. */
struct voice_taps {
    uint32_t channels;
    uint32_t count, room;
    struct voice_batch *batches;
};

/* For ese_server_watch(), with a struct voice_taps, whose channels are given, as `user`. */
void voice_taps_note(const struct ese_played *played, void *taps);

/* Compares what the simulation has left in a file (tap_read.h); adds to `check`, whose first
 * difference is then the first in the order in which values are computed.  False: the file does not
 * hold the frames that were played. */
bool voice_taps_check(const struct voice_taps *taps, const struct program *program,
                      const char *path, struct voices_check *check, struct error *error);

void voice_taps_free(struct voice_taps *taps);

#endif
