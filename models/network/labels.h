/* SPDX-License-Identifier: Apache-2.0
 * labels.h - phone labels beside utterances: for judging a speech model by what it recognises. */
#ifndef ESE_LABELS_H
#define ESE_LABELS_H

#include <stdint.h>

#include "models/network/network.h"
#include "models/network/utterances.h"

/* FOLDER/phones.txt, one name a line, line 1 is label 0 (silence), and FOLDER/NAME.labels.npy,
 * integers [frames], for every utterance. */
struct labels {
    int phone_count, utterance_count;
    char **phones;
    int32_t **of;
};

bool labels_read(struct labels *labels, const char *folder, const struct utterances *utterances,
                 struct error *error);
void labels_free(struct labels *labels);

/* The class with the largest score for one frame's y. */
int classify(const struct network *network, const double *y);

#endif
