/* SPDX-License-Identifier: Apache-2.0
 * ese_server.h - keeps all channels of a chip busy with utterances of any length.
 *
 * Utterances wait in line; one that ends gives its channel to the next at that very frame.
 * Consecutive frames with the same voices make a descriptor, and as many descriptors are queued as
 * the ring takes, so that the chip goes from one to the next without a pause while the program copies
 * inputs and collects outputs.  What the chip has not yet begun can be overtaken by nothing: a new
 * utterance waits for at most places * frames frames even if a channel is idle.
 *
 * A live voice comes in pieces: each piece is an utterance, whose `restore` is what `save` of the piece
 * before has left.  So a chip can also serve more voices than it has channels.  Saving and restoring
 * let the pipeline run empty, which costs about two frames' time each; so does every utterance that
 * begins if the model has an initial state. */
#ifndef ESE_SERVER_H
#define ESE_SERVER_H

#include "ese_driver.h"

struct ese_utterance {
    const int32_t *x;             /* [frames][x_size], fraction bits model.x_fraction */
    int32_t *y;                   /* [frames][y_size], fraction bits model.y_fraction; filled in */
    uint32_t frames;              /* at least 1 */
    const unsigned char *restore; /* [ese_state_bytes()] state to begin with, NULL: the model's
                                     initial state, or zeros if it has none */
    unsigned char *save;          /* [ese_state_bytes()] filled in with the state after the last
                                     frame, NULL: not wanted; may be `restore` */
    void *user;                   /* the caller's own */

    /* Kept by the server: */
    uint32_t sent, received;      /* frames; all are received: the utterance is done */
    struct ese_utterance *next;
};

struct ese_server_options {
    uint32_t places; /* of the ring, a power of two; 0: 16 */
    uint32_t frames; /* most of a descriptor; 0: 8.  Fewer: less delay, and more interrupts */
};

struct ese_server_counts {
    uint64_t frames;      /* of the chip, each with up to all channels */
    uint64_t voice_frames; /* of utterances */
    uint64_t descriptors;
    uint32_t utterances;  /* done */

    /* Between the first descriptor that was done since the last start and the last one, as read from
     * the chip's counters; frames 0: there were not two. */
    uint64_t steady_frames, steady_cycles, steady_multiplied;
};

struct ese_server;

/* Starts the chip, which has a model; NULL with the reason in chip->message. */
struct ese_server *ese_server_open(struct ese_chip *chip, const struct ese_server_options *options);

/* What a descriptor has played. */
struct ese_played {
    uint32_t frames;                     /* of the chip */
    struct ese_utterance *const *voices; /* [channels] NULL: idle */
    const uint32_t *from;                /* [channels] frame of the utterance that was the first */
};

/* From now on `played` is told of each descriptor that is done, in the order of the chip's frames
 * and before the utterances that end with it are done; NULL: nobody is. */
void ese_server_watch(struct ese_server *server,
                      void (*played)(const struct ese_played *played, void *user), void *user);

/* Puts an utterance in line.  It and what it points to are to stay until it is done. */
int ese_server_submit(struct ese_server *server, struct ese_utterance *utterance);

/* Queues what fits, waits for something to be done, collects it.  `done` (may be NULL) is set to a list
 * of the utterances that are done now, linked by `next`, NULL: none.  Returns at once with nothing
 * outstanding. */
int ese_server_step(struct ese_server *server, struct ese_utterance **done);

/* Are there utterances not done yet? */
bool ese_server_busy(const struct ese_server *server);

/* Steps until all are done. */
int ese_server_finish(struct ese_server *server);

/* After ESE_FAIL_CHIP or ESE_FAIL_TIMEOUT: stops the chip, starts it again, and plays all utterances
 * that are not done anew, from their first frame.  If that fails too, try ese_load() and then this. */
int ese_server_recover(struct ese_server *server);

void ese_server_counts(const struct ese_server *server, struct ese_server_counts *counts);

/* Stops the chip. */
void ese_server_close(struct ese_server *server);

#endif
