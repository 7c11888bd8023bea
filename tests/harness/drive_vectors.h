/* SPDX-License-Identifier: Apache-2.0
 * drive_vectors.h - what the passes of the stand-in write, as the head of fake_top.v says. */
#ifndef ESE_TESTS_DRIVE_VECTORS_H
#define ESE_TESTS_DRIVE_VECTORS_H

#include <string.h>

#include "gen/verify/stimulus.h"

static inline int32_t wrap(int64_t value, uint32_t bits)
{
    int64_t size = INT64_C(1) << bits;
    value = ((value % size) + size) % size;
    return (int32_t)(value >= size / 2 ? value - size : value);
}

/* The vectors, of as many elements as x: numbers in the stimulus, or STIMULUS_NO_VECTOR. */
static int32_t vector_c, vector_m, vector_y;

static inline void add_vectors(struct stimulus *s, uint32_t layers)
{
    const char *name = layers > 1 ? "0.c" : "c";
    vector_c = vector_m = STIMULUS_NO_VECTOR;
    if (layers > 0)
        vector_c = (int32_t)stimulus_add_vector(s, name, s->input, true);
    if (layers > 1)
        vector_m = (int32_t)stimulus_add_vector(s, "1.m", s->input, true);
    vector_y = (int32_t)stimulus_add_vector(s, layers > 1 ? "1.y" : "y", s->input, layers != 1);
    s->leaves = (uint32_t)vector_y;
}

static inline void set_pass(struct stimulus *s, uint32_t number, struct stimulus_pass pass)
{
    s->passes[number] = pass;
    s->pass_beats[number] = stimulus_words_of(&pass, s->lanes);
}

/* As the head of fake_top.v says. */
static inline void set_passes(struct stimulus *s, uint32_t layers, uint32_t half)
{
    const uint32_t rows = s->input;
    set_pass(s, 0, (struct stimulus_pass){layers > 0 ? vector_c : vector_y, 0, rows, s->lanes});
    s->pass_beats[s->pass_count - 1] = rows;
    if (layers < 2)
        return;
    s->pass_beats[1] = 2;
    set_pass(s, 2, (struct stimulus_pass){vector_m, 0, half, s->pes});
    set_pass(s, 3, (struct stimulus_pass){vector_m, half, rows - half, s->pes});
    set_pass(s, 4, (struct stimulus_pass){vector_y, 0, rows, s->lanes});
}

static inline int32_t *expected(const struct stimulus *s, int32_t vector, uint32_t frame,
                                uint32_t channel)
{
    return stimulus_values(s, &s->vectors[vector], frame, channel);
}

static inline void expect_element(struct stimulus *s, uint32_t f, uint32_t ch, uint32_t e,
                                  int32_t value)
{
    expected(s, vector_y, f, ch)[e] = value;
    if (vector_c != STIMULUS_NO_VECTOR)
        expected(s, vector_c, f, ch)[e] = value;
    if (vector_m != STIMULUS_NO_VECTOR)
        expected(s, vector_m, f, ch)[e] = wrap((int64_t)value + 1, s->activation_bits);
}

/* Of what passes write. */
static inline bool damage_vectors(struct stimulus *s, const char *scenario)
{
    if (strcmp(scenario, "order") == 0) { /* y of frame 2 is seen when frame 3 has been computed */
        expected(s, vector_y, 2, 0)[3] ^= 1;
        expected(s, vector_c, 3, 0)[0] ^= 1;
    } else if (strcmp(scenario, "untapped") == 0) {
        s->passes[2].vector = s->passes[3].vector = STIMULUS_NO_VECTOR;
        s->vectors[vector_m].tapped = 0;
    } else if (strcmp(scenario, "only_y") == 0) {
        for (uint32_t v = 0; v < s->vector_count; v++)
            s->vectors[v].tapped = 0;
    } else if (strcmp(scenario, "leaves") == 0) {
        s->leaves = s->vector_count;
    } else if (strcmp(scenario, "elements") == 0) {
        s->passes[3].first++;
    } else if (strcmp(scenario, "vector_number") == 0) {
        s->passes[2].vector = (int32_t)s->vector_count;
    } else if (strcmp(scenario, "negative") == 0) {
        s->passes[2].vector = -2;
    } else if (strcmp(scenario, "owners") == 0) {
        s->passes[2].owners = s->pes + 1;
    } else if (strcmp(scenario, "no_owners") == 0) {
        s->passes[2].owners = 0;
    } else if (strcmp(scenario, "rows") == 0) {
        s->passes[2].rows += s->lanes;
    } else {
        return false;
    }
    return true;
}

#endif
