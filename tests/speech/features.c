/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/speech/features.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>

#include "models/file/safetensors.h"

enum { POINTS = 512, LEVELS = 9, BINS = POINTS / 2 + 1 };
static const double EMPHASIS = 0.97, LOWEST_HZ = 64.0, HIGHEST_HZ = 8000.0, FLOOR = 1e-8;
static const double PI = 3.14159265358979323846;

/* What is the same for every frame. */
struct bank {
    double window[SPEECH_WINDOW];
    double complex turn[POINTS / 2]; /* exp(-2 pi i k / POINTS) */
    double weight[SPEECH_BANDS][BINS];
    int first[SPEECH_BANDS], end[SPEECH_BANDS]; /* bins of a band that count */
};

static double mel_of(double hz)
{
    return 2595.0 * log10(1.0 + hz / 700.0);
}

static double hz_of(double mel)
{
    return 700.0 * (pow(10.0, mel / 2595.0) - 1.0);
}

/* The corners of the triangles are evenly spaced in mel: a band has its top where the neighbours
 * end. */
static double corner(int n)
{
    const double low = mel_of(LOWEST_HZ), high = mel_of(HIGHEST_HZ);
    return hz_of(low + (high - low) * n / (SPEECH_BANDS + 1));
}

static void make_band(struct bank *bank, int band)
{
    const double low = corner(band), top = corner(band + 1), high = corner(band + 2);
    bank->first[band] = BINS;
    for (int bin = 0; bin < BINS; bin++) {
        const double hz = (double)bin * SPEECH_RATE / POINTS;
        const double weight = fmin((hz - low) / (top - low), (high - hz) / (high - top));
        bank->weight[band][bin] = fmax(0.0, weight);
        if (weight <= 0.0)
            continue;
        bank->first[band] = bank->first[band] < bin ? bank->first[band] : bin;
        bank->end[band] = bin + 1;
    }
}

static struct bank *bank_new(void)
{
    struct bank *bank = allocate(1, sizeof *bank);
    for (int n = 0; n < SPEECH_WINDOW; n++)
        bank->window[n] = 0.54 - 0.46 * cos(2.0 * PI * n / (SPEECH_WINDOW - 1));
    for (int k = 0; k < POINTS / 2; k++)
        bank->turn[k] = cexp(-2.0 * PI * I * k / POINTS);
    for (int band = 0; band < SPEECH_BANDS; band++)
        make_band(bank, band);
    return bank;
}

static int reversed(int index)
{
    int result = 0;
    for (int level = 0; level < LEVELS; level++)
        result |= (index >> level & 1) << (LEVELS - 1 - level);
    return result;
}

/* The discrete Fourier transform of values that stand in reversed order. */
static void transform(const struct bank *bank, double complex *at)
{
    for (int half = 1; half < POINTS; half *= 2)
        for (int begin = 0; begin < POINTS; begin += 2 * half)
            for (int k = 0; k < half; k++) {
                const double complex even = at[begin + k];
                const double complex odd = at[begin + half + k] *
                                           bank->turn[k * (POINTS / 2 / half)];
                at[begin + k] = even + odd;
                at[begin + half + k] = even - odd;
            }
}

/* `before`: the sample before the first. */
static void frame_of(const struct bank *bank, const double *samples, double before, double *out)
{
    double complex at[POINTS] = {0};
    double power[BINS];
    for (int n = 0; n < SPEECH_WINDOW; n++) {
        at[reversed(n)] = (samples[n] - EMPHASIS * before) * bank->window[n];
        before = samples[n];
    }
    transform(bank, at);
    for (int bin = 0; bin < BINS; bin++)
        power[bin] = creal(at[bin]) * creal(at[bin]) + cimag(at[bin]) * cimag(at[bin]);
    for (int band = 0; band < SPEECH_BANDS; band++) {
        double sum = 0.0;
        for (int bin = bank->first[band]; bin < bank->end[band]; bin++)
            sum += power[bin] * bank->weight[band][bin];
        out[band] = log(sum + FLOOR);
    }
}

int features_frames(size_t count)
{
    return count < SPEECH_WINDOW ? 0 : 1 + (int)((count - SPEECH_WINDOW) / SPEECH_STEP);
}

struct matrix features_of(const double *samples, size_t count, const struct feature_scale *scale)
{
    struct matrix found = {.rows = features_frames(count), .cols = SPEECH_BANDS};
    struct bank *bank = bank_new();
    BUG_UNLESS(found.rows > 0);
    found.at = allocate((size_t)found.rows * SPEECH_BANDS, sizeof *found.at);
    for (int t = 0; t < found.rows; t++) {
        const double *begin = samples + (size_t)t * SPEECH_STEP;
        float *row = found.at + (size_t)t * SPEECH_BANDS;
        double bands[SPEECH_BANDS];
        frame_of(bank, begin, t > 0 ? begin[-1] : 0.0, bands); /* the very first stays as it is */
        for (int band = 0; band < SPEECH_BANDS; band++)
            row[band] = (float)((bands[band] - scale->mean[band]) / scale->deviation[band]);
    }
    free(bank);
    return found;
}

bool feature_scale_read(struct feature_scale *scale, const char *path, struct error *error)
{
    struct safetensors file;
    const int shape[] = {SPEECH_BANDS};
    if (!safetensors_open(&file, path, error))
        return false;
    const bool ok = safetensors_fetch(&file, "feature.mean", 1, shape, scale->mean, error) &&
                    safetensors_fetch(&file, "feature.std", 1, shape, scale->deviation, error);
    safetensors_close(&file);
    return ok;
}
