/* SPDX-License-Identifier: Apache-2.0
 * sound.h - what a synthesizer said, as a microphone in a room would have it. */
#ifndef ESE_TESTS_SOUND_H
#define ESE_TESTS_SOUND_H

#include <stddef.h>

#include "models/base/random.h"

enum { SYNTHESIZER_RATE = 22050 };

struct sound {
    double *at; /* within +-1 */
    size_t count;
};

/* From SYNTHESIZER_RATE to 16 kHz, by a filter of linear phase. */
struct sound sound_resampled(const short *samples, size_t count);

/* 0.1 to 0.3 s before it and 0.05 to 0.15 s behind, in a mixture of white and pink noise 15 to 30
 * dB under samples `first` .. end - 1, at a level within 12 dB.  `lead`: samples before it. */
struct sound sound_in_noise(const struct sound *clean, size_t first, size_t end, size_t *lead,
                            struct random *random);

void sound_free(struct sound *sound);

#endif
