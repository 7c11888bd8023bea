/* SPDX-License-Identifier: Apache-2.0
 * labels.h - phone labels beside utterances: for judging a speech model by what it recognises. */
#ifndef ESE_LABELS_H
#define ESE_LABELS_H

#include <stdint.h>

#include "models/network/network.h"
#include "models/network/utterances.h"

/* FOLDER/phones.txt, one name a line, as many as there are classes, line 1 is label 0 (silence),
 * and FOLDER/NAME.labels.npy, integers [frames], for every utterance; FOLDER/sentences.txt, if it
 * is there, has what is said in each, a line an utterance in order of name. */
struct labels {
    int classes, phone_count, utterance_count;
    char **phones;
    int32_t **of;
    int sentence_count; /* 0 or utterance_count */
    char **sentences;
};

#define PHONES_FILE "phones.txt"
#define SENTENCES_FILE "sentences.txt"

/* Whether a folder has labels at all: the names of them. */
bool labels_in(const char *folder);

bool labels_read(struct labels *labels, const char *folder, const struct utterances *utterances,
                 int classes, struct error *error);

/* Of those utterances that have some: of[n] is NULL where there is no file.  Names need not be there, and sentences
 * are left out. */
bool labels_read_some(struct labels *labels, const char *folder, const struct utterances *utterances,
                      int classes, struct error *error);
void labels_free(struct labels *labels);

/* Labels of frames as the phones that they say: repeats once, silence left out.  Returns how many;
 * `phones` has room for [frames]. */
int phones_said(const int32_t *labels, int frames, int32_t *phones);

/* Levenshtein distance: how many phones have to be put in, left out or replaced, at least, to make
 * `to` of `from`. */
int phone_edits(const int32_t *from, int from_count, const int32_t *to, int to_count);

/* How many classes a frame is scored for: by network->after, or where there is none by the network
 * itself, if it ends in a linear layer, whose y are the scores then.  0: nothing is scored. */
int network_classes(const struct network *network);

/* The class with the largest score for one frame's y, the first of equals; y may be in any unit if
 * it is the scores itself. */
int classify(const struct network *network, const double *y);

#endif
