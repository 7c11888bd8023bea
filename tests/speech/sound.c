/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/speech/sound.h"

#include <math.h>
#include <stdlib.h>

#include "models/base/error.h"

/* 16000 / 22050; the filter's length on either side, in samples at the rate that both divide. */
enum { UP = 320, DOWN = 441, HALF = 10 * DOWN, TAPS = 2 * HALF + 1 };
static const double KAISER = 5.0, PI = 3.14159265358979323846;

/* The modified Bessel function of order 0. */
static double bessel(double x)
{
    double sum = 1.0, term = 1.0;
    for (int k = 1; term > 1e-17 * sum; k++) {
        term *= x * x / (4.0 * k * k);
        sum += term;
    }
    return sum;
}

/* Passes what is under half of the lower rate; its sum is UP, as of UP samples one is not 0. */
static double *filter_new(void)
{
    double *taps = allocate(TAPS, sizeof *taps), sum = 0.0;
    for (int n = 0; n < TAPS; n++) {
        const double at = n - HALF, share = at / HALF;
        const double sinc = n == HALF ? 1.0 : sin(PI * at / DOWN) / (PI * at / DOWN);
        taps[n] = sinc * bessel(KAISER * sqrt(1.0 - share * share));
        sum += taps[n];
    }
    for (int n = 0; n < TAPS; n++)
        taps[n] *= UP / sum;
    return taps;
}

struct sound sound_resampled(const short *samples, size_t count)
{
    struct sound sound = {.count = (count * UP + DOWN - 1) / DOWN};
    double *taps = filter_new();
    sound.at = allocate(sound.count, sizeof *sound.at);
    for (size_t n = 0; n < sound.count; n++) {
        const size_t at = n * DOWN; /* where both rates meet */
        const size_t from = at <= HALF ? 0 : (at - HALF + UP - 1) / UP;
        const size_t last = (at + HALF) / UP;
        for (size_t k = from; k <= last && k < count; k++)
            sound.at[n] += taps[at + HALF - k * UP] * samples[k] / 32768.0;
    }
    free(taps);
    return sound;
}

static double rms(const double *at, size_t count)
{
    double sum = 0.0;
    for (size_t n = 0; n < count; n++)
        sum += at[n] * at[n];
    return sqrt(sum / (double)count);
}

static void scale(double *at, size_t count, double by)
{
    for (size_t n = 0; n < count; n++)
        at[n] *= by;
}

/* White noise, its lower tones raised by 3 dB an octave: P. Kellet's sum of filters of order 1. */
static void make_pink(double *at, size_t count, struct random *random)
{
    static const double keep[] = {0.99886, 0.99332, 0.96900, 0.86650, 0.55000, -0.7616};
    static const double take[] = {0.0555179, 0.0750759, 0.1538520,
                                  0.3104856, 0.5329522, -0.0168980};
    enum { FILTERS = sizeof keep / sizeof *keep };
    double state[FILTERS] = {0.0}, before = 0.0;
    for (size_t n = 0; n < count; n++) {
        const double white = random_gauss(random);
        at[n] = 0.115926 * before + 0.5362 * white;
        before = white;
        for (int f = 0; f < FILTERS; f++) {
            state[f] = keep[f] * state[f] + take[f] * white;
            at[n] += state[f];
        }
    }
}

static double between(struct random *random, double low, double high)
{
    return low + (high - low) * random_uniform(random);
}

struct sound sound_in_noise(const struct sound *clean, size_t first, size_t end, size_t *lead,
                            struct random *random)
{
    *lead = 1600 + random_below(random, 3200);
    struct sound sound = {.count = *lead + clean->count + 800 + random_below(random, 1600)};
    sound.at = allocate(sound.count, sizeof *sound.at);
    make_pink(sound.at, sound.count, random);
    const double white = random_uniform(random),
                 pink = sqrt(1.0 - white) / rms(sound.at, sound.count);
    const double noise = rms(clean->at + first, end - first) *
                         pow(10.0, -between(random, 15.0, 30.0) / 20.0);
    for (size_t n = 0; n < sound.count; n++)
        sound.at[n] = noise * (pink * sound.at[n] + sqrt(white) * random_gauss(random));
    for (size_t n = 0; n < clean->count; n++)
        sound.at[*lead + n] += clean->at[n];
    scale(sound.at, sound.count,
          0.5 * pow(10.0, between(random, -20.0, -8.0) / 20.0) / rms(sound.at, sound.count));
    return sound;
}

void sound_free(struct sound *sound)
{
    free(sound->at);
    *sound = (struct sound){0};
}
