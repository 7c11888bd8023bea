/* SPDX-License-Identifier: Apache-2.0
 * test_speech.c - what makes speech for the speech model to learn from: features against a file
 * that the program wrote which made those of models/speech; no sentence is one that the model is
 * judged by; labels come late. */
#include <math.h>

#include "models/base/text.h"
#include "models/file/npy.h"
#include "tests/speech/features.h"
#include "tests/speech/phones.h"
#include "tests/speech/sentences.h"
#include "tests/speech/sound.h"
#include "tests/unit/scratch.h"

enum { HEAD = 44, MANY = 6000 };

static const char *in_home(const char *path)
{
    static char whole[4096];
    snprintf(whole, sizeof whole, "%s/%s", getenv("ESE_HOME"), path);
    return whole;
}

/* Samples of a wave file, 16 bits each at 16 kHz. */
static double *wave_read(const char *path, size_t *count)
{
    struct text text = {0};
    struct error error = {""};
    if (!text_read_file(&text, path, &error))
        fail_msg("%s", error.text);
    const unsigned char *bytes = (const unsigned char *)text.data;
    assert_memory_equal(bytes, "RIFF", 4);
    assert_int_equal(bytes[24] | bytes[25] << 8, SPEECH_RATE);
    *count = (text.length - HEAD) / 2;
    double *samples = allocate(*count, sizeof *samples);
    for (size_t n = 0; n < *count; n++)
        samples[n] = (int16_t)(bytes[HEAD + 2 * n] | bytes[HEAD + 2 * n + 1] << 8) / 32768.0;
    text_free(&text);
    return samples;
}

static void features_are_those_of_the_model(void **state)
{
    (void)state;
    struct feature_scale scale;
    struct npy file;
    struct error error = {""};
    size_t count;
    double *samples = wave_read(in_home("tests/speech/fixture.wav"), &count);
    if (!feature_scale_read(&scale, in_home("models/speech/speech-dense.safetensors"), &error) ||
        !npy_open(&file, in_home("tests/speech/fixture.npy"), &error))
        fail_msg("%s", error.text);
    struct matrix found = features_of(samples, count, &scale);
    assert_int_equal(found.rows, file.shape[0]);
    assert_int_equal(found.cols, file.shape[1]);
    float *wanted = allocate((size_t)file.count, sizeof *wanted);
    assert_true(npy_floats(&file, wanted, &error));
    for (size_t n = 0; n < file.count; n++)
        if (fabsf(found.at[n] - wanted[n]) > 1e-6f * fmaxf(1.0f, fabsf(wanted[n])))
            fail_msg("frame %zu, band %zu: %.9g, wanted %.9g", n / SPEECH_BANDS, n % SPEECH_BANDS,
                     (double)found.at[n], (double)wanted[n]);
    free(wanted);
    npy_close(&file);
    free(found.at);
    free(samples);
}

static int in_common(const struct sentences *left, const struct sentences *right)
{
    int common = 0;
    for (int n = 0; n < left->count; n++)
        common += sentences_have(right, left->of[n]);
    return common;
}

/* The grammar says some of those that the model is judged by; they are left out. */
static void sentences_are_others(void **state)
{
    (void)state;
    struct sentences judged = {0}, nothing = {0};
    struct error error = {""};
    if (!sentences_read(&judged, in_home("models/speech/sentences.txt"), &error))
        fail_msg("%s", error.text);
    assert_int_equal(judged.count, 32);
    struct sentences free_of_care = sentences_draw(MANY, 3, &nothing);
    struct sentences careful = sentences_draw(MANY, 3, &judged);
    assert_true(in_common(&judged, &free_of_care) >= 3);
    assert_int_equal(in_common(&judged, &careful), 0);
    for (int n = 0; n < 500; n++)
        for (int m = 0; m < n; m++)
            assert_string_not_equal(careful.of[n], careful.of[m]);
    sentences_free(&judged);
    sentences_free(&free_of_care);
    sentences_free(&careful);
}

/* At the rate of the synthesizer, where its phonemes begin, and labels of frames 10 ms apart: the
 * middle of the first window is at 12.5 ms. */
static void labels_come_late(void **state)
{
    (void)state;
    struct phoneme phonemes[] = {{0.0, "_"},
                                 {0.05 * SYNTHESIZER_RATE, "A@"},
                                 {0.10 * SYNTHESIZER_RATE, "t"},
                                 {0.12 * SYNTHESIZER_RATE, "i"},
                                 {0.13 * SYNTHESIZER_RATE, ";"},
                                 {0.15 * SYNTHESIZER_RATE, ""}};
    struct said said = {6, phonemes, true};
    static const char *const wanted[] = {"SIL", "SIL", "SIL", "SIL", "SIL", "SIL", "SIL", "SIL",
                                         "AA",  "AA",  "AA",  "R",   "R",   "T",   "T",   "IY"};
    enum { FRAMES = sizeof wanted / sizeof *wanted };
    int32_t labels[FRAMES];
    struct error error = {""};
    assert_true(phones_label(&said, 0.0, FRAMES, labels, &error));
    for (int t = 0; t < FRAMES; t++)
        assert_string_equal(phone_name(labels[t]), wanted[t]);
    said.american = false;
    assert_true(phones_label(&said, 0.0, FRAMES, labels, &error));
    assert_string_equal(phone_name(labels[12]), "AA");
    assert_true(phones_label(&said, 0.02 * SPEECH_RATE, FRAMES, labels, &error));
    assert_string_equal(phone_name(labels[9]), "SIL");
    assert_string_equal(phone_name(labels[10]), "AA");
    snprintf(phonemes[2].name, sizeof phonemes[2].name, "tt");
    assert_false(phones_label(&said, 0.0, FRAMES, labels, &error));
    assert_string_equal(error.text, "the phoneme 'tt' of the synthesizer is none that is known");
}

/* A tone stays what it is, at its level; one beyond half of the lower rate is gone. */
static void resampling_keeps_tones(void **state)
{
    (void)state;
    enum { COUNT = SYNTHESIZER_RATE / 5 };
    const double pi = 3.14159265358979323846;
    short tone[COUNT], beyond[COUNT];
    for (int n = 0; n < COUNT; n++) {
        tone[n] = (short)lrint(16384.0 * sin(2.0 * pi * 1000.0 * n / SYNTHESIZER_RATE));
        beyond[n] = (short)lrint(16384.0 * sin(2.0 * pi * 9500.0 * n / SYNTHESIZER_RATE));
    }
    struct sound kept = sound_resampled(tone, COUNT), gone = sound_resampled(beyond, COUNT);
    assert_int_equal(kept.count, SPEECH_RATE / 5);
    for (size_t n = 200; n + 200 < kept.count; n++) {
        assert_true(fabs(kept.at[n] - 0.5 * sin(2.0 * pi * 1000.0 * (double)n / SPEECH_RATE)) <
                    1e-3);
        assert_true(fabs(gone.at[n]) < 1e-2);
    }
    sound_free(&kept);
    sound_free(&gone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_are_those_of_the_model),
        cmocka_unit_test(sentences_are_others),
        cmocka_unit_test(labels_come_late),
        cmocka_unit_test(resampling_keeps_tones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
