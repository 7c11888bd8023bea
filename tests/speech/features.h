/* SPDX-License-Identifier: Apache-2.0
 * features.h - what the speech model (models/speech) hears of sound: logarithms of the power in 40
 * bands.
 *
 * Pre-emphasis 0.97; Hamming windows of 25 ms every 10 ms; power spectrum of 512 points; triangles
 * on the mel scale from 64 Hz to 8 kHz; log(power + 1e-8).  All in double. */
#ifndef ESE_TESTS_FEATURES_H
#define ESE_TESTS_FEATURES_H

#include <stddef.h>

#include "models/base/error.h"
#include "models/network/matrix.h"

enum { SPEECH_RATE = 16000, SPEECH_BANDS = 40, SPEECH_WINDOW = 400, SPEECH_STEP = 160 };

/* Mean and deviation of the features of what the model was trained on. */
struct feature_scale {
    float mean[SPEECH_BANDS], deviation[SPEECH_BANDS];
};

/* feature.mean and feature.std of a model's file. */
bool feature_scale_read(struct feature_scale *scale, const char *path, struct error *error);

/* Frames of so many samples at SPEECH_RATE: 0 of fewer than a window. */
int features_frames(size_t count);

/* Features [frames][SPEECH_BANDS] of samples within +-1, of the model's mean and deviation; at
 * least one frame. */
struct matrix features_of(const double *samples, size_t count, const struct feature_scale *scale);

#endif
