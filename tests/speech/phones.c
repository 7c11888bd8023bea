/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/speech/phones.h"

#include <stdlib.h>
#include <string.h>

#include "tests/speech/features.h"
#include "tests/speech/sound.h"

static const char *const phones[] = {
    "SIL", "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY",
    "F",   "G",  "HH", "IH", "IY", "JH", "K",  "L", "M",  "N", "NG", "OW", "OY", "P",
    "R",   "S",  "SH", "T",  "TH", "UH", "UW", "V", "W",  "Y", "Z",  "ZH", NULL};

/* A phoneme is one phone, or two, of which the first has `share` of the time. */
struct sound_of {
    const char *phoneme, *first, *second;
    double share;
};

#define ONE(phoneme, phone) {phoneme, phone, NULL, 1.0}

static const struct sound_of everywhere[] = {
    ONE("n", "N"),
    ONE("t", "T"),
    ONE("t#", "T"),
    ONE("d", "D"),
    ONE("I", "IH"),
    ONE("I2", "IH"),
    ONE("I#", "IH"),
    ONE("s", "S"),
    ONE("D", "DH"),
    ONE("k", "K"),
    ONE("l", "L"),
    ONE("z", "Z"),
    ONE("r", "R"),
    ONE("r-", "R"),
    ONE("m", "M"),
    ONE("E", "EH"),
    ONE("eI", "EY"),
    ONE("aI", "AY"),
    ONE("@", "AH"),
    ONE("@2", "AH"),
    ONE("@5", "AH"),
    ONE("@-", "AH"),
    ONE("a#", "AH"),
    ONE("V", "AH"),
    ONE("i:", "IY"),
    ONE("i", "IY"),
    ONE("b", "B"),
    ONE("w", "W"),
    ONE("f", "F"),
    ONE("p", "P"),
    ONE("a", "AE"),
    ONE("3", "ER"),
    ONE("3:", "ER"),
    ONE("v", "V"),
    ONE("u:", "UW"),
    ONE("0", "AA"),
    ONE("O2", "AO"),
    ONE("O:", "AO"),
    ONE("A:", "AA"),
    ONE("oU", "OW"),
    ONE("T", "TH"),
    ONE("h", "HH"),
    ONE("tS", "CH"),
    ONE("j", "Y"),
    ONE("dZ", "JH"),
    ONE("S", "SH"),
    ONE("Z", "ZH"),
    ONE("N", "NG"),
    ONE("g", "G"),
    ONE("aU", "AW"),
    ONE("U", "UH"),
    ONE("OI", "OY"),
    ONE("_:", "SIL"),
    ONE("_", "SIL"),
    {"@L", "AH", "L", 0.4},
    {"i@", "IY", "AH", 0.6},
    {"aI@", "AY", "AH", 0.65},
    {"aI3", "AY", "ER", 0.65},
};

static const struct sound_of british[] = {
    ONE("aa", "AA"), ONE("O@", "AO"), ONE("o@", "AO"),          ONE("A@", "AA"),
    ONE("e@", "EH"), ONE("U@", "UH"), {"i@3", "IH", "AH", 0.6},
};

static const struct sound_of american[] = {
    ONE("aa", "AE"),        {"O@", "AO", "R", 0.6}, {"o@", "AO", "R", 0.6},  {"A@", "AA", "R", 0.6},
    {"e@", "EH", "R", 0.6}, {"U@", "UH", "R", 0.6}, {"i@3", "IH", "R", 0.6},
};

static const char LINK[] = ";"; /* stays with the phoneme before it */

const char *phone_name(int phone)
{
    return phones[phone];
}

static int32_t number_of(const char *phone)
{
    int32_t n = 0;
    while (strcmp(phones[n], phone) != 0)
        n++;
    return n;
}

static const struct sound_of *look(const struct sound_of *list, size_t count, const char *phoneme)
{
    for (size_t n = 0; n < count; n++)
        if (strcmp(list[n].phoneme, phoneme) == 0)
            return &list[n];
    return NULL;
}

static const struct sound_of *sound_of(const struct said *said, const char *phoneme)
{
    const struct sound_of *found = look(everywhere, sizeof everywhere / sizeof *everywhere,
                                        phoneme);
    if (found != NULL)
        return found;
    return said->american ? look(american, sizeof american / sizeof *american, phoneme)
                          : look(british, sizeof british / sizeof *british, phoneme);
}

/* Labels frames from a sample of the synthesizer's on; later phones write over them. */
static void label_from(double sample, double lead, int frames, const char *phone, int32_t *labels)
{
    const double begin = lead + sample * SPEECH_RATE / SYNTHESIZER_RATE;
    const int32_t number = number_of(phone);
    for (int t = frames - 1; t >= LABEL_DELAY; t--) {
        if ((t - LABEL_DELAY) * SPEECH_STEP + SPEECH_WINDOW / 2 < begin)
            return;
        labels[t] = number;
    }
}

/* An r behind it is a phoneme of its own. */
static bool takes_its_r(const struct sound_of *sound, const char *next)
{
    return sound->second != NULL && strcmp(sound->second, "R") == 0 && next[0] == 'r';
}

bool phones_label(const struct said *said, double lead, int frames, int32_t *labels,
                  struct error *error)
{
    memset(labels, 0, (size_t)frames * sizeof *labels);
    for (int n = 0; n + 1 < said->count; n++) {
        const struct phoneme *p = &said->phonemes[n], *next = p + 1;
        if (strcmp(p->name, LINK) == 0)
            continue;
        if (strcmp(next->name, LINK) == 0 && n + 2 < said->count)
            next++;
        const struct sound_of *sound = sound_of(said, p->name);
        if (sound == NULL)
            return fail(error, "the phoneme '%s' of the synthesizer is none that is known",
                        p->name);
        label_from(p->sample, lead, frames, sound->first, labels);
        if (sound->second != NULL && !takes_its_r(sound, next->name))
            label_from(p->sample + sound->share * (next->sample - p->sample), lead, frames,
                       sound->second, labels);
    }
    return true;
}
