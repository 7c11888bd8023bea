/* SPDX-License-Identifier: Apache-2.0
 * phones.h - the synthesizer's phonemes as the phones of models/speech/phones.txt. */
#ifndef ESE_TESTS_PHONES_H
#define ESE_TESTS_PHONES_H

#include <stdbool.h>
#include <stdint.h>

#include "models/base/error.h"

enum { LABEL_DELAY = 4 }; /* frames by which the model answers late */

/* A phoneme begins, at a sample of the synthesizer's. */
struct phoneme {
    double sample;
    char name[9]; /* as the synthesizer writes it */
};

/* What was said; the last is where it ends. */
struct said {
    int count;
    struct phoneme *phonemes;
    bool american; /* says its r */
};

/* Labels [frames] of frames whose windows begin at 0, 160 ... of samples at 16 kHz, of which `lead`
 * stand before what was said; the phone at a window's middle, LABEL_DELAY frames later.  Fails at a
 * phoneme that is not known. */
bool phones_label(const struct said *said, double lead, int frames, int32_t *labels,
                  struct error *error);

/* "SIL", ...: NULL behind the last. */
const char *phone_name(int phone);

#endif
