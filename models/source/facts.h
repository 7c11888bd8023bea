/* SPDX-License-Identifier: Apache-2.0
 * facts.h - what the weights of a layer are like. */
#ifndef ESE_SOURCE_FACTS_H
#define ESE_SOURCE_FACTS_H

#include <stdint.h>

#include "models/source/source.h"

struct source_facts {
    uint64_t weights, zeros;  /* of all matrices */
    uint64_t biases;          /* elements of vectors */
    float least, most;        /* over all tensors; both 0: there are none */
    double imbalance;         /* of the worst matrix: non-zeros of the PE that has most over the mean, >= 1;
                                 0: there are no non-zeros */
};

/* Row r of a matrix is that of PE r modulo `pes`, 1 or more. */
struct source_facts source_facts(const struct source_layer *layer, int pes);

/* The value of a key, or NULL. */
const char *source_key_of(const struct source_layer *layer, const char *key);

#endif
