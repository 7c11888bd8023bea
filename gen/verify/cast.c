/* SPDX-License-Identifier: Apache-2.0
 * cast.c - who speaks when. */
#include <stdlib.h>

#include "gen/verify/play_parts.h"

enum {
    IDLE_MOST = 3,         /* frames that a channel may rest between two utterances */
    DESCRIPTOR_FRAMES_MOST = 5,
    QUEUE_CLOCKS = 100     /* at most, from the end of a descriptor's x to the first of the next one's */
};

/* Frames so short that the first of a descriptor waits for its x, which is asked for when that of the
 * descriptor before has been given; those after it find the array empty, and are faster than in steady state. */
static bool wait_for_descriptors(const struct maker *mk)
{
    return mk->play->cycles.cycles_per_frame < mk->program->d.x_size + QUEUE_CLOCKS;
}

/* Each channel takes the next utterance when its last one has ended and it has rested a little. */
void play_cast_voices(struct maker *mk, const struct utterances *u)
{
    const int channels = mk->program->d.channels;
    int next = 0;
    for (int c = 0; c < channels; c++) {
        /* Channel 0 begins at once, so that some channel speaks in the first frame. */
        int rest = c == 0 ? 0 : (int)random_below(&mk->random, IDLE_MOST + 1);
        struct voice voice = {-1, 0};
        for (int t = 0; t < mk->frames; t++) {
            if (voice.utterance >= 0 && ++voice.frame == u->frames[voice.utterance].rows) {
                voice.utterance = -1;
                rest = (int)random_below(&mk->random, IDLE_MOST + 1);
            }
            if (voice.utterance < 0 && rest-- == 0)
                voice = (struct voice){next++ % u->count, 0};
            mk->play->voices[t * channels + c] = voice;
        }
    }
}

/* The same where voices change only where a descriptor begins.  With an initial state the chip would wait for
 * the pipeline wherever one begins to speak: all do so in the first frame, or not at all. */
void play_cast_descriptors(struct maker *mk)
{
    struct play *play = mk->play;
    const bool late = network_begins_with_zeros(&mk->program->network); /* one may begin */
    int channels = mk->program->d.channels, next = 0;
    for (int t = 0, left = 1; t < mk->frames; t++) {
        /* One frame, two frames, and then any number; the last two, between which the clocks of a frame are
         * measured, are of one, and all where that would be wrong otherwise. */
        play->begins[t] = t == 0 || (--left <= 0 && t < mk->frames - 1 && !wait_for_descriptors(mk));
        if (play->begins[t] && t > 0)
            left = t == 1 ? 2 : 1 + (int)random_below(&mk->random, DESCRIPTOR_FRAMES_MOST);
    }
    for (int c = 0; c < channels; c++) {
        struct voice voice = {-1, 0};
        for (int t = 0; t < mk->frames; t++) {
            voice.frame++;
            if (play->begins[t]) {
                uint64_t draw = random_below(&mk->random, 8);
                bool silent = voice.utterance < 0, begins = (silent && draw < 5) || draw < 2;
                /* Speaks on, falls silent, or begins to speak; channel 0 begins at once. */
                if ((begins && (late || t == 0)) || (c == 0 && t == 0))
                    voice = (struct voice){next++ % mk->drawn, 0};
                else if (silent || draw < 3)
                    voice.utterance = -1;
            }
            play->voices[t * channels + c] = voice;
        }
    }
}

int play_cast_utterances(struct play *play, const struct program *p, int limit)
{
    const struct utterances *u = &p->utterances;
    int channels = p->d.channels, frames = 0;
    int *end = allocate((size_t)channels, sizeof *end);
    int *channel = allocate((size_t)u->count, sizeof *channel);
    int *begin = allocate((size_t)u->count, sizeof *begin);
    for (int n = 0; n < u->count; n++) {
        for (int c = 1; c < channels; c++)
            if (end[c] < end[channel[n]])
                channel[n] = c;
        int rows = limit > 0 && limit < u->frames[n].rows ? limit : u->frames[n].rows;
        begin[n] = end[channel[n]];
        end[channel[n]] += rows;
        frames = end[channel[n]] > frames ? end[channel[n]] : frames;
    }
    frames = frames < 2 ? 2 : frames;
    play->voices = allocate((size_t)frames * (size_t)channels, sizeof *play->voices);
    play->begins = allocate((size_t)frames, sizeof *play->begins);
    for (int i = 0; i < frames * channels; i++)
        play->voices[i].utterance = -1;
    for (int n = 0; n < u->count; n++) {
        int rows = limit > 0 && limit < u->frames[n].rows ? limit : u->frames[n].rows;
        for (int t = 0; t < rows; t++)
            play->voices[(begin[n] + t) * channels + channel[n]] = (struct voice){n, t};
        play->begins[begin[n]] = true;
        if (begin[n] + rows < frames)
            play->begins[begin[n] + rows] = true;
    }
    free(end);
    free(channel);
    free(begin);
    return frames;
}
