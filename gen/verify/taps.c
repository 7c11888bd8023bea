/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify/taps.h"

/* What nobody but passes reads stays in the channels: a gate is written before the path ends. */
static bool leaves_path(const struct network_vector *vector)
{
    return (vector->held & ~HELD_GATES) != 0;
}

static int number_of(const struct taps *taps, int vector)
{
    for (int n = 0; n < taps->count; n++)
        if (taps->vectors[n] == vector)
            return n;
    return STIMULUS_NO_VECTOR;
}

struct taps taps_of(const struct program *p, bool all)
{
    const struct network *n = &p->network;
    const int output = network_output(n);
    struct taps taps = {0};
    for (int pass = 0; pass < p->pass_count; pass++) {
        const int vector = p->passes[pass].writes;
        const struct network_vector *v = &n->vectors[vector];
        const bool tapped = all || v->value == VALUE_C;
        if (!leaves_path(v) || (!tapped && vector != output) ||
            number_of(&taps, vector) != STIMULUS_NO_VECTOR)
            continue;
        taps.tapped[taps.count] = tapped;
        taps.vectors[taps.count++] = vector;
    }
    taps.leaves = number_of(&taps, output);
    BUG_UNLESS(taps.leaves != STIMULUS_NO_VECTOR);
    return taps;
}

struct stimulus_pass taps_pass(const struct taps *taps, const struct program *p, int number)
{
    const struct pass *pass = &p->passes[number];
    const struct geometry *g = &p->geometry;
    if (!leaves_path(&p->network.vectors[pass->writes]))
        return (struct stimulus_pass){.vector = STIMULUS_NO_VECTOR};
    const int first = p->network.passes[pass->of].first +
                      pass->row_block * geometry_span(g, pass->fold);
    return (struct stimulus_pass){.vector = number_of(taps, pass->writes),
                                  .first = (uint32_t)first,
                                  .rows = (uint32_t)pass->rows,
                                  .owners = (uint32_t)geometry_owners(g, pass->fold)};
}

void taps_add_vectors(const struct taps *taps, const struct program *p, struct stimulus *s)
{
    for (int n = 0; n < taps->count; n++) {
        const struct network_vector *v = &p->network.vectors[taps->vectors[n]];
        stimulus_add_vector(s, v->name, (uint32_t)v->size, taps->tapped[n]);
    }
    s->leaves = (uint32_t)taps->leaves;
}

void taps_add_passes(const struct taps *taps, const struct program *p, struct stimulus *s)
{
    for (int n = 0; n < p->pass_count; n++) {
        s->pass_beats[n] = (uint32_t)p->passes[n].beats;
        s->passes[n] = taps_pass(taps, p, n);
    }
}
