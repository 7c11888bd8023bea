/* SPDX-License-Identifier: Apache-2.0
 * import_compare.h - an imported network in floating point, against what the framework gave. */
#ifndef ESE_IMPORT_COMPARE_H
#define ESE_IMPORT_COMPARE_H

#include "models/number/output_error.h"
#include "models/source/source.h"

struct import_compared {
    int utterances;
    int64_t frames;
    struct output_error error;
    bool agrees; /* trained_agrees() */
    bool good;   /* the framework's network is this one, as far as its number format lets tell */
};

/* Inputs and expected outputs: a .npy file each, or folders, as model.utterances and model.expected. */
bool import_compare(struct import_compared *result, const struct source_chain *chain, const char *inputs,
                    const char *expected, struct error *error);

#endif
