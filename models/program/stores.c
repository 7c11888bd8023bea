/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/stores.h"

#include "models/program/derive.h"

static int words_of(const struct program *p, int vector)
{
    return element_word(&p->d, p->network.vectors[vector].size - 1) + 1;
}

static bool is_cell(const struct network_vector *v)
{
    return v->kept && (v->held & HELD_CELLS) != 0;
}

static bool is_kept(const struct network_vector *v)
{
    return v->kept && !is_cell(v) && (v->held & HELD_VECTORS) != 0;
}

/* A product reads it in the frame in which it is written, and nobody in the frame after. */
static bool is_scratch(const struct network *n, int vector)
{
    const struct network_vector *v = &n->vectors[vector];
    if (v->kept || (v->held & HELD_VECTORS) == 0)
        return false;
    for (int i = 0; i < n->matrix_count; i++)
        if (n->matrices[i].source == vector)
            return true;
    return false;
}

struct stores program_stores(const struct program *p)
{
    struct stores sum = {0};
    for (int v = 0; v < p->network.vector_count; v++) {
        const struct network_vector *vector = &p->network.vectors[v];
        if (is_cell(vector))
            sum.cells += words_of(p, v);
        else if (is_kept(vector))
            sum.kept += words_of(p, v);
        else if (is_scratch(&p->network, v))
            sum.scratch += words_of(p, v);
    }
    return sum;
}

int state_vectors(const struct program *p, struct state_vector list[VECTORS_MOST])
{
    int count = 0, word = 0;
    for (int cells = 1; cells >= 0; cells--)
        for (int v = 0; v < p->network.vector_count; v++) {
            const struct network_vector *vector = &p->network.vectors[v];
            if (cells ? !is_cell(vector) : !is_kept(vector))
                continue;
            list[count++] = (struct state_vector){v, cells != 0, word};
            word += words_of(p, v);
        }
    return count;
}
