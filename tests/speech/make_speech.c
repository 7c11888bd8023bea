/* SPDX-License-Identifier: Apache-2.0
 * make_speech MODELS DIR TRAIN TEST - speech by espeak-ng, as the features that the speech model
 * hears.
 *
 * TRAIN sentences, each spoken four times in another voice, make DIR/train: features without
 * labels.  TEST other sentences, each spoken twice, make DIR/test: features with labels, phones and
 * sentences.  No sentence of MODELS/sentences.txt, which are those that models/speech is judged by,
 * is among them. */
#include <errno.h>
#include <espeak-ng/speak_lib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "models/base/text.h"
#include "models/file/npy.h"
#include "tests/speech/features.h"
#include "tests/speech/phones.h"
#include "tests/speech/sentences.h"
#include "tests/speech/sound.h"

enum { SEED = 11, TRAIN_TIMES = 4, TEST_TIMES = 2, SENTENCES_MOST = 20000 };

static const char *const accents[] = {"gmw/en-US", "gmw/en-US", "gmw/en", "gmw/en-GB-x-rp"};
static const char *const variants[] = {
    "",    "",    "+m1", "+m2", "+m3", "+m4",     "+m5",   "+m6",    "+m7",    "+m8",
    "+f1", "+f2", "+f3", "+f4", "+f5", "+klatt2", "+Andy", "+Annie", "+steph", "+Michael"};

/* One utterance: who says what, and how. */
struct utterance {
    int sentence, time;
    char voice[40];
    int speed, pitch, range;
    uint64_t seed; /* of the noise */
};

/* What the synthesizer says to the callback. */
struct spoken {
    short *samples;
    size_t count;
    struct said said;
};

static struct spoken spoken;

static void add_phoneme(double sample, const char *name, size_t length)
{
    struct said *said = &spoken.said;
    said->phonemes = realloc(said->phonemes, (size_t)(said->count + 1) * sizeof *said->phonemes);
    BUG_UNLESS(said->phonemes != NULL);
    struct phoneme *p = &said->phonemes[said->count++];
    *p = (struct phoneme){.sample = sample};
    memcpy(p->name, name, length);
}

static int heard(short *samples, int count, espeak_EVENT *event)
{
    for (; event->type != espeakEVENT_LIST_TERMINATED; event++)
        if (event->type == espeakEVENT_PHONEME)
            add_phoneme(event->sample, event->id.string, sizeof event->id.string);
    if (samples == NULL || count <= 0)
        return 0;
    spoken.samples = realloc(spoken.samples, (spoken.count + (size_t)count) * sizeof *samples);
    BUG_UNLESS(spoken.samples != NULL);
    memcpy(spoken.samples + spoken.count, samples, (size_t)count * sizeof *samples);
    spoken.count += (size_t)count;
    return 0;
}

static bool synthesizer_open(struct error *error)
{
    const int rate = espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, NULL,
                                       espeakINITIALIZE_PHONEME_EVENTS |
                                           espeakINITIALIZE_DONT_EXIT);
    if (rate != SYNTHESIZER_RATE)
        return fail(error, "espeak-ng: %d samples a second, and not %d", rate, SYNTHESIZER_RATE);
    espeak_SetSynthCallback(heard);
    return true;
}

/* Says it as a sentence is written. */
static bool say(const struct utterance *u, const char *sentence, struct error *error)
{
    static char voice[sizeof u->voice];
    struct text text = {0};
    if (strcmp(voice, u->voice) != 0 && espeak_SetVoiceByName(u->voice) != EE_OK)
        return fail(error, "espeak-ng has no voice '%s'", u->voice);
    snprintf(voice, sizeof voice, "%s", u->voice);
    espeak_SetParameter(espeakRATE, u->speed, 0);
    espeak_SetParameter(espeakPITCH, u->pitch, 0);
    espeak_SetParameter(espeakRANGE, u->range, 0);
    text_appendf(&text, "%s.", sentence);
    if (text.data[0] >= 'a' && text.data[0] <= 'z')
        text.data[0] = (char)(text.data[0] - 'a' + 'A');
    spoken.count = 0;
    spoken.said.count = 0;
    spoken.said.american = strstr(u->voice, "en-US") != NULL;
    bool ok = espeak_Synth(text_string(&text), text.length + 1, 0, POS_CHARACTER, 0,
                           espeakCHARS_UTF8, NULL, NULL) == EE_OK &&
              espeak_Synchronize() == EE_OK;
    text_free(&text);
    add_phoneme((double)spoken.count, "", 0);
    if (!ok || spoken.count == 0 || spoken.said.count < 3)
        return fail(error, "espeak-ng says nothing of '%s'", sentence);
    return true;
}

static bool write_features(const char *path, const struct matrix *x, struct error *error)
{
    const int shape[] = {x->rows, x->cols};
    struct text name = {0};
    text_appendf(&name, "%s.npy", path);
    const bool ok = npy_write_floats(text_string(&name), 2, shape, x->at, error);
    text_free(&name);
    return ok;
}

static bool write_labels(const char *path, size_t lead, int frames, struct error *error)
{
    int32_t *labels = allocate((size_t)frames, sizeof *labels);
    struct text name = {0};
    text_appendf(&name, "%s.labels.npy", path);
    const bool ok = phones_label(&spoken.said, (double)lead, frames, labels, error) &&
                    npy_write_ints(text_string(&name), 1, &frames, labels, error);
    text_free(&name);
    free(labels);
    return ok;
}

static size_t at_speech_rate(double sample)
{
    return (size_t)(sample * SPEECH_RATE / SYNTHESIZER_RATE);
}

/* Files of what has just been said; with `labels`, these too. */
static bool write_spoken(const struct utterance *u, const char *path,
                         const struct feature_scale *scale, bool labels, struct error *error)
{
    struct random random;
    size_t lead;
    random_seed(&random, u->seed);
    const struct said *said = &spoken.said;
    struct sound clean = sound_resampled(spoken.samples, spoken.count);
    struct sound sound = sound_in_noise(&clean, at_speech_rate(said->phonemes[0].sample),
                                        at_speech_rate(said->phonemes[said->count - 2].sample),
                                        &lead, &random);
    struct matrix x = features_of(sound.at, sound.count, scale);
    const bool ok = write_features(path, &x, error) &&
                    (!labels || write_labels(path, lead, x.rows, error));
    free(x.at);
    sound_free(&sound);
    sound_free(&clean);
    return ok;
}

/* Those of one voice follow each other, which saves most of the time. */
static int by_voice(const void *left, const void *right)
{
    const struct utterance *a = left, *b = right;
    const int voice = strcmp(a->voice, b->voice);
    if (voice != 0)
        return voice;
    return a->sentence != b->sentence ? a->sentence - b->sentence : a->time - b->time;
}

static struct utterance *draw(int sentences, int times, struct random *random)
{
    struct utterance *list = allocate((size_t)(sentences * times), sizeof *list);
    for (int n = 0; n < sentences * times; n++) {
        struct utterance *u = &list[n];
        u->sentence = n / times;
        u->time = n % times;
        snprintf(u->voice, sizeof u->voice, "%s%s",
                 accents[random_below(random, sizeof accents / sizeof *accents)],
                 variants[random_below(random, sizeof variants / sizeof *variants)]);
        u->speed = 130 + (int)random_below(random, 71);
        u->pitch = 30 + (int)random_below(random, 41);
        u->range = 30 + (int)random_below(random, 41);
        u->seed = random_next(random);
    }
    qsort(list, (size_t)(sentences * times), sizeof *list, by_voice);
    return list;
}

static bool make_folder(const char *dir, struct error *error)
{
    return mkdir(dir, 0777) == 0 || errno == EEXIST ||
           fail(error, "cannot create the folder '%s': %s", dir, strerror(errno));
}

/* Who speaks: sentences, how often, with labels or not. */
struct part {
    struct sentences sentences;
    int times;
    bool labels;
};

static bool speak(const struct part *part, const char *dir, const struct feature_scale *scale,
                  struct error *error)
{
    struct random random;
    random_seed(&random, SEED + (uint64_t)part->times);
    const int count = part->sentences.count * part->times;
    struct utterance *list = draw(part->sentences.count, part->times, &random);
    bool ok = make_folder(dir, error);
    for (int n = 0; ok && n < count; n++) {
        struct text path = {0};
        text_appendf(&path, "%s/%05d-%d", dir, list[n].sentence, list[n].time);
        ok = say(&list[n], part->sentences.of[list[n].sentence], error) &&
             write_spoken(&list[n], text_string(&path), scale, part->labels, error);
        text_free(&path);
    }
    free(list);
    return ok;
}

/* phones.txt and sentences.txt, which has a line for each utterance. */
static bool write_lists(const struct part *part, const char *dir, struct error *error)
{
    struct text phones = {0}, sentences = {0}, path = {0};
    for (int n = 0; phone_name(n) != NULL; n++)
        text_appendf(&phones, "%s\n", phone_name(n));
    for (int n = 0; n < part->sentences.count * part->times; n++)
        text_appendf(&sentences, "%s\n", part->sentences.of[n / part->times]);
    text_appendf(&path, "%s/phones.txt", dir);
    bool ok = text_write_file(&phones, text_string(&path), error);
    text_cut(&path, 0);
    text_appendf(&path, "%s/sentences.txt", dir);
    ok = ok && text_write_file(&sentences, text_string(&path), error);
    text_free(&phones);
    text_free(&sentences);
    text_free(&path);
    return ok;
}

static bool make_parts(const char *dir, const struct part *train, const struct part *test,
                       const struct feature_scale *scale, struct error *error)
{
    struct text of_train = {0}, of_test = {0};
    text_appendf(&of_train, "%s/train", dir);
    text_appendf(&of_test, "%s/test", dir);
    const bool ok = make_folder(dir, error) && synthesizer_open(error) &&
                    speak(train, text_string(&of_train), scale, error) &&
                    speak(test, text_string(&of_test), scale, error) &&
                    write_lists(test, text_string(&of_test), error);
    text_free(&of_train);
    text_free(&of_test);
    return ok;
}

static bool make(const char *models, const char *dir, int train, int test, struct error *error)
{
    struct sentences others = {0};
    struct feature_scale scale;
    struct text path = {0};
    text_appendf(&path, "%s/sentences.txt", models);
    bool ok = sentences_read(&others, text_string(&path), error);
    text_cut(&path, 0);
    text_appendf(&path, "%s/speech-dense.safetensors", models);
    ok = ok && feature_scale_read(&scale, text_string(&path), error);
    text_free(&path);
    if (ok) {
        struct part of_test = {sentences_draw(test, SEED, &others), TEST_TIMES, true};
        for (int n = 0; n < test; n++)
            sentences_add(&others, of_test.sentences.of[n]);
        struct part of_train = {sentences_draw(train, SEED + 1, &others), TRAIN_TIMES, false};
        ok = make_parts(dir, &of_train, &of_test, &scale, error);
        sentences_free(&of_train.sentences);
        sentences_free(&of_test.sentences);
    }
    sentences_free(&others);
    return ok;
}

static int number(const char *text)
{
    char *end;
    const long value = strtol(text, &end, 10);
    return *end != '\0' || end == text || value < 1 || value > SENTENCES_MOST ? 0 : (int)value;
}

int main(int count, char **words)
{
    struct error error;
    if (count != 5 || number(words[3]) == 0 || number(words[4]) == 0) {
        fprintf(stderr, "usage: make_speech MODELS DIR TRAIN TEST, of 1 to %d sentences\n",
                SENTENCES_MOST);
        return 2;
    }
    const bool ok = make(words[1], words[2], number(words[3]), number(words[4]), &error);
    if (!ok)
        fprintf(stderr, "make_speech: %s\n", error.text);
    free(spoken.samples);
    free(spoken.said.phonemes);
    return ok ? 0 : 1;
}
