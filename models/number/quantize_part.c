/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "models/network/part.h"
#include "models/number/quantize.h"

void quantize_part(struct quantized *q, const struct network_part *part, const struct quantized *whole,
                   enum table_kind table)
{
    const struct network *n = &part->network;
    *q = *whole;
    q->shape = *n;
    q->matrices = allocate((size_t)n->matrix_count, sizeof *q->matrices);
    q->vectors = allocate((size_t)n->vector_count, sizeof *q->vectors);
    q->passes = allocate((size_t)n->pass_count, sizeof *q->passes);
    for (int v = 0; v < n->vector_count; v++)
        if (part->vectors[v] != NONE)
            q->vectors[v] = whole->vectors[part->vectors[v]];
    for (int i = 0; i < n->pass_count; i++)
        q->passes[i] = (struct quant_pass){.sum = whole->passes[part->passes[i]].sum,
                                           .round_shift = whole->passes[part->passes[i]].round_shift};
    for (int i = 0; i < n->matrix_count; i++) {
        const struct quant_matrix *m = &whole->matrices[part->matrices[i]];
        q->matrices[i] = (struct quant_matrix){.fraction = m->fraction, .shift = m->shift};
        snprintf(q->matrices[i].name, sizeof q->matrices[i].name, "%s", n->matrices[i].name);
    }
    quantize_all(q, n, table);
}
