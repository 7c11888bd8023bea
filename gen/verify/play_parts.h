/* SPDX-License-Identifier: Apache-2.0
 * play_parts.h - between the files that make a play: phase.c, traffic.c, cast.c, states.c, faults.c,
 * wrong_images.c and play.c, each of which knows only those before it. */
#ifndef ESE_PLAY_PARTS_H
#define ESE_PLAY_PARTS_H

#include "gen/verify/play.h"

enum {
    VERIFY_CHANCE = 65536,    /* stimulus chances are out of this */
    VERIFY_FEW_FRAMES = 2,    /* of a phase in which something goes wrong */
    VERIFY_STATE_FRAMES = 9,  /* of the phases that save and restore */
    VERIFY_SLOT_FRAMES = 12,  /* of the phase that closes a channel */
    VERIFY_SLOT_OPEN = 10     /* its frame with which the channel speaks again */
};

/* A play that is being made.  Its frames: those of `steady`, of the states, of the closed channel. */
struct maker {
    struct play *play;
    const struct program *program;
    struct random random;
    int frames;       /* of steady */
    int64_t pace;     /* clocks of a frame, by the array or by the memory */
    int drawn;        /* utterances there are */
    bool only_steady; /* there are no frames but those */
};

/* ---- phase.c ---- */

/* Adds a phase over frames [first, first + count), with descriptors if the chip wants them, an ideal
 * memory and time-outs for a memory `slowness` times slower. */
struct stimulus_phase *play_phase(struct maker *maker, const char *name, int first, int count,
                                  int slowness);

int play_state_frames(const struct maker *maker); /* first of them */
int play_slot_frames(const struct maker *maker);
int play_all_frames(const struct maker *maker); /* how many there are */

uint32_t play_below(struct maker *maker, uint64_t limit); /* a random number; limit 0 is 1 */

/* ---- traffic.c ---- */

/* Pieces that are read one after the other, each in bursts of its own. */
struct pieces_read {
    int count, words[8];
};

/* Bus words of what the port reads for a frame, at the least; or when the model is loaded. */
struct pieces_read play_pieces(const struct program *program, enum stimulus_port port,
                               enum stimulus_moment moment);
uint32_t play_beats(const struct pieces_read *pieces);

/* Of a whole model. */
uint32_t play_load_beats(const struct program *program, enum stimulus_port port);

/* ---- cast.c: who speaks in `steady` and in `utterances` ---- */

void play_cast_voices(struct maker *maker, const struct utterances *utterances);
void play_cast_descriptors(struct maker *maker);

/* Which utterance is spoken when, on which channel: each on the one that is free first; the frames that
 * takes. */
int play_cast_utterances(struct play *play, const struct program *program, int limit);

/* ---- states.c: who speaks in the frames of the states and of the closed channel, and their phases ---- */

void play_cast_states(struct maker *maker);
void play_cast_slot(struct maker *maker);
struct stimulus_phase *play_states(struct maker *maker, const char *name, int slowness);
void play_slot(struct maker *maker);

/* ---- wrong_images.c ---- */

void play_wrong_models(struct maker *maker);
void play_wrong_descriptors(struct maker *maker);
struct stimulus_phase *play_random_flip(struct maker *maker);

/* ---- faults.c ---- */

void play_memory_phases(struct maker *maker);
void play_random_fault(struct maker *maker, int number);

#endif
