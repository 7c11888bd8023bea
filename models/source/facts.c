/* SPDX-License-Identifier: Apache-2.0 */
#include "models/source/facts.h"

#include <stdlib.h>
#include <string.h>

const char *source_key_of(const struct source_layer *layer, const char *key)
{
    for (int i = 0; i < layer->key_count; i++)
        if (strcmp(layer->keys[i].key, key) == 0)
            return layer->keys[i].value;
    return NULL;
}

static void see_range(struct source_facts *f, const float *values, size_t count)
{
    const bool first = f->weights + f->biases == 0;
    for (size_t i = 0; i < count; i++) {
        if ((first && i == 0) || values[i] < f->least)
            f->least = values[i];
        if ((first && i == 0) || values[i] > f->most)
            f->most = values[i];
    }
}

/* Rows go round the PEs; without any weight nobody has more than others. */
static void see_matrix(struct source_facts *f, const struct source_tensor *t, int pes)
{
    const size_t columns = (size_t)t->shape[1];
    uint64_t *of_pe = allocate((size_t)pes, sizeof *of_pe), all = 0, most = 0;
    for (int row = 0; row < t->shape[0]; row++)
        for (size_t i = 0; i < columns; i++)
            of_pe[row % pes] += t->values[(size_t)row * columns + i] != 0.0f;
    for (int pe = 0; pe < pes; pe++) {
        all += of_pe[pe];
        most = of_pe[pe] > most ? of_pe[pe] : most;
    }
    free(of_pe);
    const double imbalance = all > 0 ? (double)most * (double)pes / (double)all : 0.0;
    f->imbalance = imbalance > f->imbalance ? imbalance : f->imbalance;
    f->weights += (uint64_t)t->shape[0] * columns;
    f->zeros += (uint64_t)t->shape[0] * columns - all;
}

struct source_facts source_facts(const struct source_layer *layer, int pes)
{
    struct source_facts f = {0};
    for (int i = 0; i < layer->tensor_count; i++) {
        const struct source_tensor *t = &layer->tensors[i];
        see_range(&f, t->values, (size_t)t->shape[0] * (size_t)(t->rank == 2 ? t->shape[1] : 1));
        if (t->rank == 2)
            see_matrix(&f, t, pes);
        else
            f.biases += (uint64_t)t->shape[0];
    }
    return f;
}
