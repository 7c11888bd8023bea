/* SPDX-License-Identifier: Apache-2.0
 * vectors.c - what goes into a chip and must come out, as text for benches of others, and as the file that the
 * chip's own bench plays: the same frames. */
#include "gen/door/vectors.h"

#include "gen/verify/play.h"

/* A line an element of a frame, channel 0 in the lowest digits, as on the streams.  Where `active` is given,
 * channels without a voice are 0. */
static void print_elements(struct text *text, const struct stimulus *s, const int32_t *values, uint32_t size,
                           bool voices_only)
{
    int digits = (int)s->element_bits / 4;
    for (uint32_t t = 0; t < s->frame_count; t++)
        for (uint32_t e = 0; e < size; e++) {
            for (uint32_t c = s->channels; c-- > 0;) {
                bool shown = !voices_only || stimulus_get(s->active, s, t, c);
                int32_t value = values[((size_t)t * s->channels + c) * size + e];
                text_appendf(text, "%0*x", digits,
                             shown ? (uint32_t)value & ((UINT32_C(1) << s->element_bits) - 1) : 0);
            }
            text_append_char(text, '\n');
        }
}

static unsigned voice_bit(const struct stimulus *s, uint32_t frame, uint32_t bit)
{
    uint32_t channel = bit % s->channels;
    return bit < 2 * s->channels &&
           stimulus_get(bit < s->channels ? s->active : s->first, s, frame, channel);
}

/* A line a frame, as s_axis_x_tuser. */
static void print_voices(struct text *text, const struct stimulus *s)
{
    for (uint32_t t = 0; t < s->frame_count; t++) {
        for (uint32_t digit = (2 * s->channels + 3) / 4; digit-- > 0;) {
            unsigned value = 0;
            for (uint32_t bit = 0; bit < 4; bit++)
                value |= voice_bit(s, t, 4 * digit + bit) << bit;
            text_appendf(text, "%x", value);
        }
        text_append_char(text, '\n');
    }
}

void vectors_add(struct output *output, const struct program *p)
{
    struct play play;
    struct text x = {0}, y = {0}, voices = {0}, whole = {0};
    play_steady_frames(&play, p, VECTOR_FRAMES, VECTOR_SEED);
    const struct stimulus *s = &play.stimulus;
    print_elements(&x, s, s->x, s->input, false);
    print_elements(&y, s, stimulus_y(s)->values, stimulus_y(s)->elements, true);
    print_voices(&voices, s);
    stimulus_pack(s, &whole);
    output_take(output, "vectors/x.hex", &x);
    output_take(output, "vectors/y.hex", &y);
    output_take(output, "vectors/voices.hex", &voices);
    output_take(output, "vectors/stimulus.bin", &whole);
    play_free(&play);
}
