/* SPDX-License-Identifier: Apache-2.0 */
#include "fpga/ulx3s/talk.h"

#include <stdlib.h>

enum { ATTEMPTS_MOST = 8, QUIET_PART = 8 };
enum { FRAME_BESIDES = 8 }; /* boundaries, kind, number, check sum, and some */

/* What came from the board, or did not. */
enum answer { ANSWER_HELLO, ANSWER_Y, ANSWER_ERROR, ANSWER_OTHER, ANSWER_NONE, ANSWER_FAILED };

/* ---- receiving ------------------------------------------------------------------------------- */

static const unsigned char *bytes_of(const struct talk *talk)
{
    return (const unsigned char *)talk->finder.bytes.data;
}

static int y_bytes_of(const struct talk *talk)
{
    return talk->frames.y_size * element_bytes(talk->frames.activation_bits);
}

/* Whether it has sent more than a board would between two answers that say something new: an answer
 * to each frame that may be under way, each byte with an escape. */
static bool babbles(const struct talk *talk)
{
    int64_t frame = IDENTITY_BYTES + y_bytes_of(talk) + FRAME_BESIDES;
    return talk->heard > 2 * frame * (LINK_WINDOW_MOST + 1);
}

static enum answer answer_kind(const struct talk *talk)
{
    size_t y_bytes = (size_t)y_bytes_of(talk);
    size_t payload = talk->finder.bytes.length - KIND_AND_NUMBER;
    int kind = bytes_of(talk)[0];
    if (kind == LINK_HELLO && payload == IDENTITY_BYTES)
        return ANSWER_HELLO;
    if (kind == LINK_Y && payload == y_bytes)
        return ANSWER_Y;
    if (kind == LINK_ERROR && payload == 1 && reason_text(bytes_of(talk)[KIND_AND_NUMBER]) != NULL)
        return ANSWER_ERROR;
    return ANSWER_OTHER;
}

/* The next frame from the board; ANSWER_NONE: for so long there was not even a byte. */
static enum answer hear(struct talk *talk, double seconds, struct error *error)
{
    unsigned char byte;
    for (;;)
        switch (port_receive(talk->port, seconds, &byte, error)) {
        case PORT_FAILED:
            return ANSWER_FAILED;
        case PORT_NOTHING:
            return ANSWER_NONE;
        case PORT_BYTE:
            talk->heard++;
            if (babbles(talk)) {
                fail(error, "the device sends without end, but not what a board sends: is it the "
                            "right device and speed?");
                return ANSWER_FAILED;
            }
            if (frame_found(&talk->finder, byte))
                return answer_kind(talk);
        }
}

/* ---- beginning ------------------------------------------------------------------------------- */

/* What comes first of: a HELLO, silence, the end of the line. */
static enum answer hear_hello(struct talk *talk, struct error *error)
{
    enum answer answer;
    do
        answer = hear(talk, talk->timeout, error);
    while (answer != ANSWER_HELLO && answer != ANSWER_NONE && answer != ANSWER_FAILED);
    return answer;
}

bool talk_start(struct talk *talk, struct error *error)
{
    struct text line = {0};
    frame_append(&line, LINK_START, 0, NULL, 0);
    enum answer answer = ANSWER_NONE;
    talk->heard = 0;
    for (int attempt = 0; attempt < ATTEMPTS_MOST && answer == ANSWER_NONE; attempt++)
        answer = port_send(talk->port, line.data, line.length, error) ? hear_hello(talk, error)
                                                                      : ANSWER_FAILED;
    text_free(&line);
    if (answer == ANSWER_HELLO)
        talk->board = identity_load(bytes_of(talk) + KIND_AND_NUMBER);
    if (answer == ANSWER_NONE)
        return fail(error, "the board does not answer: is it the right device and speed, and is "
                           "the bitstream loaded?");
    return answer == ANSWER_HELLO;
}

/* Begins anew with the utterance whose y is not complete. */
static bool restart(struct talk *talk, struct error *error)
{
    int from = talk->answered;
    while (!talk->frames.first[from])
        from--;
    talk->restarts++;
    talk->base = talk->sent = talk->answered = from;
    return talk_start(talk, error);
}

/* ---- frames ---------------------------------------------------------------------------------- */

static int number_of(const struct talk *talk, int frame)
{
    return (frame - talk->base) & 0xff;
}

static void append_frame(const struct talk *talk, struct text *line, int frame)
{
    const struct frames *f = &talk->frames;
    const int bytes = element_bytes(f->activation_bits);
    const int32_t *x = f->x + (size_t)frame * (size_t)f->x_size;
    unsigned char *payload = allocate((size_t)f->x_size, (size_t)bytes);
    for (int n = 0; n < f->x_size; n++)
        element_store(payload + n * bytes, bytes, x[n]);
    frame_append(line, f->first[frame] ? LINK_FIRST : LINK_GO_ON, number_of(talk, frame), payload,
                 (size_t)(f->x_size * bytes));
    free(payload);
}

/* As far ahead as the board has room. */
static bool send_ahead(struct talk *talk, struct error *error)
{
    int window = talk->window > 0 ? talk->window : talk->board.window;
    struct text line = {0};
    for (; talk->sent < talk->frames.count && talk->sent - talk->answered < window; talk->sent++) {
        append_frame(talk, &line, talk->sent);
        talk->resent += talk->sent < talk->most_sent;
    }
    if (talk->sent > talk->most_sent)
        talk->most_sent = talk->sent;
    bool ok = port_send(talk->port, line.data, line.length, error);
    text_free(&line);
    return ok;
}

/* y of the frame that is due; false: of another, so that one was lost. */
static bool take_y(struct talk *talk)
{
    const struct frames *f = &talk->frames;
    const int bytes = element_bytes(f->activation_bits);
    if (talk->answered == talk->sent || bytes_of(talk)[1] != number_of(talk, talk->answered))
        return false;
    int32_t *y = f->y + (size_t)talk->answered * (size_t)f->y_size;
    for (int n = 0; n < f->y_size; n++)
        y[n] = element_load(bytes_of(talk) + KIND_AND_NUMBER + n * bytes, bytes);
    talk->answered++;
    talk->heard = 0;
    return true;
}

/* The frame that the board wants next, of those under way or the one after them; -1: none. */
static int wanted(const struct talk *talk)
{
    for (int frame = talk->answered; frame <= talk->sent; frame++)
        if (number_of(talk, frame) == bytes_of(talk)[1])
            return frame;
    return -1;
}

enum outcome { GOES_ON, LOST, FAILED };

/* Some frame was not taken: waits until the board has answered all that it will, and goes back to
 * what it wants by then.  Frames whose y comes have been taken, whatever was wrong besides. */
static enum outcome go_back(struct talk *talk, struct error *error)
{
    enum answer answer = ANSWER_ERROR;
    int next = talk->sent;
    for (; answer != ANSWER_NONE; answer = hear(talk, talk->timeout / QUIET_PART, error)) {
        if (answer == ANSWER_FAILED)
            return FAILED;
        if (answer == ANSWER_HELLO || (answer == ANSWER_Y && !take_y(talk)))
            return LOST;
        if (answer == ANSWER_ERROR) {
            talk->errors[bytes_of(talk)[KIND_AND_NUMBER]]++;
            next = wanted(talk);
            if (next < 0)
                return LOST;
        }
    }
    talk->sent = next > talk->answered ? next : talk->answered;
    return GOES_ON;
}

static enum outcome step(struct talk *talk, struct error *error)
{
    if (!send_ahead(talk, error))
        return FAILED;
    switch (hear(talk, talk->timeout, error)) {
    case ANSWER_FAILED:
        return FAILED;
    case ANSWER_Y:
        return take_y(talk) ? GOES_ON : LOST;
    case ANSWER_ERROR:
        return go_back(talk, error);
    case ANSWER_OTHER:
        return GOES_ON;
    default: /* silence, or the board has begun anew */
        return LOST;
    }
}

bool talk_play(struct talk *talk, struct error *error)
{
    int attempts = 0, best = 0;
    while (talk->answered < talk->frames.count) {
        enum outcome outcome = step(talk, error);
        if (talk->answered > best) {
            best = talk->answered;
            attempts = 0;
        }
        if (outcome == FAILED || (outcome == LOST && !restart(talk, error)))
            return false;
        if (outcome == LOST && ++attempts == ATTEMPTS_MOST)
            return fail(error, "frame %d: no y of it came, in %d attempts", best, attempts);
    }
    return true;
}

void talk_end(struct talk *talk)
{
    frame_finder_free(&talk->finder);
}
