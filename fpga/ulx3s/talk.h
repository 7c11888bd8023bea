/* SPDX-License-Identifier: Apache-2.0
 * talk.h - x of frames to a board, y back, whatever gets lost between.
 *
 * The host's half of the protocol in README.md: it sends ahead as many frames as the board has room
 * for, goes back where one was not taken, and where y is lost begins its utterance anew. */
#ifndef ESE_ULX3S_TALK_H
#define ESE_ULX3S_TALK_H

#include <stdint.h>

#include "fpga/ulx3s/port.h"
#include "fpga/ulx3s/protocol.h"

/* Frames one after the other, utterance after utterance. */
struct frames {
    int count;
    int x_size, y_size, activation_bits;
    int32_t *x;       /* [count][x_size] */
    bool *first;      /* [count] the frame begins an utterance; frame 0 does */
    int32_t *y;       /* [count][y_size], to be filled */
};

struct talk {
    struct port *port;
    double timeout;  /* seconds without a byte after which something was lost */
    int window;      /* frames without answer, at most; 0: as the board says */
    struct frames frames;
    struct identity board;

    /* What happened. */
    int64_t resent;               /* frames sent once more */
    int64_t restarts;             /* times that all was begun anew */
    int64_t errors[REASON_COUNT]; /* frames that the board did not take, by reason */

    /* Where it stands: all frames below `answered` are done, those below `sent` under way. */
    int base;                     /* the frame that has number 0 */
    int sent, answered, most_sent;
    int64_t heard;                /* bytes since the last that said something new */
    struct frame_finder finder;
};

/* Makes the board begin anew, and asks who it is. */
bool talk_start(struct talk *talk, struct error *error);

/* All of talk->frames.  The board must be one for them: see talk->board. */
bool talk_play(struct talk *talk, struct error *error);

void talk_end(struct talk *talk);

#endif
