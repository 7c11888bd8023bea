/* SPDX-License-Identifier: Apache-2.0
 * states.c - channels that are saved and restored, and one that is closed in mid-flight: who speaks in
 * their frames, and the phases. */
#include "gen/verify/play_parts.h"

/* Five descriptors: all channels begin and are saved; others speak in their place, or nobody does;
 * most go on with what they had, each on another channel, and all are saved; one frame more; and half
 * of them play that frame and the next again. */
static const int STATE_BEGINS[] = {0, 2, 4, 6, 7};

enum { STATE_DESCRIPTORS = sizeof STATE_BEGINS / sizeof *STATE_BEGINS };

static int state_rotation(const struct program *p)
{
    return p->d.channels > 1 ? 1 : 0;
}

static bool is_restored(const struct program *p, int channel)
{
    return channel % 3 != 1 || p->d.channels < 3;
}

static bool is_played_again(int channel)
{
    return channel % 2 == 0;
}

static struct voice state_voice(const struct maker *mk, int channel, int t)
{
    int channels = mk->program->d.channels, frame = t;
    int from = (channel - state_rotation(mk->program) + channels) % channels;
    bool restored = is_restored(mk->program, channel), pause = channel % 4 == 3;
    int utterance = channel;
    if (t >= 7 && is_played_again(channel))
        frame = t - 1;
    if (t >= 4 && restored) {
        utterance = from;
        frame -= 2;
    } else if (t >= 2) {
        utterance = pause && t < 4 ? -1 : channels + channel;
        frame -= pause ? 4 : 2;
    }
    return (struct voice){utterance < 0 ? -1 : utterance % mk->drawn, frame};
}

void play_cast_states(struct maker *mk)
{
    int first = play_state_frames(mk), channels = mk->program->d.channels;
    for (int n = 0; n < STATE_DESCRIPTORS; n++)
        mk->play->begins[first + STATE_BEGINS[n]] = true;
    for (int t = 0; t < VERIFY_STATE_FRAMES; t++)
        for (int c = 0; c < channels; c++)
            mk->play->voices[(first + t) * channels + c] = state_voice(mk, c, t);
}

struct stimulus_phase *play_states(struct maker *mk, const char *name, int slowness)
{
    const struct program *p = mk->program;
    struct stimulus_phase *phase =
        play_phase(mk, name, play_state_frames(mk), VERIFY_STATE_FRAMES, slowness);
    struct stimulus_descriptor *d = phase->descriptors;
    BUG_UNLESS(phase->descriptor_count == STATE_DESCRIPTORS);
    phase->state_count = 2;
    d[0].save = d[2].restore = 0;
    d[2].save = d[4].restore = 1;
    d[2].rotate = (uint32_t)state_rotation(p);
    for (int c = 0; c < p->d.channels; c++) {
        uint32_t bit = UINT32_C(1) << c % 32;
        d[2].restored[c / 32] |= is_restored(p, c) ? bit : 0;
        d[4].restored[c / 32] |= is_played_again(c) ? bit : 0;
    }
    return phase;
}

/* ---- a channel that is closed ---------------------------------------------------------------------- */

/* All speak; the last channel is closed on the way, and speaks again when it is open. */
void play_cast_slot(struct maker *mk)
{
    int first = play_slot_frames(mk), channels = mk->program->d.channels;
    for (int t = 0; t < VERIFY_SLOT_FRAMES; t++) {
        mk->play->begins[first + t] = t % 2 == 0;
        for (int c = 0; c < channels; c++) {
            bool anew = c == channels - 1 && t >= VERIFY_SLOT_OPEN;
            mk->play->voices[(first + t) * channels + c] = (struct voice){
                (anew ? channels : c) % mk->drawn, anew ? t - VERIFY_SLOT_OPEN : t};
        }
    }
}

void play_slot(struct maker *mk)
{
    const struct cycles *cycles = &mk->play->cycles;
    struct stimulus_phase *phase =
        play_phase(mk, "slot", play_slot_frames(mk), VERIFY_SLOT_FRAMES, 10);
    phase->slot_channel = (uint32_t)mk->program->d.channels - 1;
    phase->slot_frame = VERIFY_SLOT_OPEN;
    phase->slot_cycle =
        (uint32_t)cycles->frames[0].start + play_below(mk, (uint64_t)cycles->cycles_per_frame);
}
