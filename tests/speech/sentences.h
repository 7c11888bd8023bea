/* SPDX-License-Identifier: Apache-2.0
 * sentences.h - sentences of everyday speech, drawn from a small grammar: digits, commands,
 * statements, questions, in the words that the speech model (models/speech) was trained on. */
#ifndef ESE_TESTS_SENTENCES_H
#define ESE_TESTS_SENTENCES_H

#include <stdint.h>

#include "models/base/error.h"

struct sentences {
    int count;
    char **of;
};

/* Appends every line of a file; what is there already stays. */
bool sentences_read(struct sentences *sentences, const char *path, struct error *error);

/* `count` sentences, no two of them alike, none of them among `others`.  A seed names them for
 * good. */
struct sentences sentences_draw(int count, uint64_t seed, const struct sentences *others);

bool sentences_have(const struct sentences *sentences, const char *sentence);

/* Takes a copy. */
void sentences_add(struct sentences *sentences, const char *sentence);
void sentences_free(struct sentences *sentences);

#endif
