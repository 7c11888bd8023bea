/* SPDX-License-Identifier: Apache-2.0
 * network_testing.h - networks and inputs made in memory, quantized, and judged against floating point. */
#ifndef ESE_TESTS_NETWORK_TESTING_H
#define ESE_TESTS_NETWORK_TESTING_H

#include <math.h>

#include "models/network/reference.h"
#include "models/number/golden.h"
#include "tests/unit/model_testing.h"

static inline float *vector(int size, float value)
{
    float *v = allocate((size_t)size, sizeof *v);
    for (int i = 0; i < size; i++)
        v[i] = value;
    return v;
}

/* A layer without peepholes and projection, all weights 0, gates half open. */
static inline struct network empty_network(int input, int cell)
{
    struct network n;
    struct layer_config layer = layer_default(LAYER_LSTM);
    layer.input = input;
    layer.cell = cell;
    network_make(&n, &layer, 1);
    return n;
}

static inline void put(struct matrix *m, int row, int col, float value)
{
    m->at[row * m->cols + col] = value;
}

static inline struct utterances utterances_of(int count, int frames, int input)
{
    struct utterances u = {.count = count,
                           .names = allocate((size_t)count, sizeof *u.names),
                           .frames = allocate((size_t)count, sizeof *u.frames)};
    for (int n = 0; n < count; n++) {
        u.names[n] = duplicate("u");
        u.frames[n] = matrix_new(frames, input);
    }
    return u;
}

static inline void fill(struct matrix *frames, int first, int last, double scale, struct random *random)
{
    for (int t = first; t < last; t++)
        for (int i = 0; i < frames->cols; i++)
            frames->at[t * frames->cols + i] = (float)(scale * random_gauss(random));
}

/* Signal to noise of y, the integer model against the reference, over all frames. */
static inline double snr_of(const struct quantized *q, const struct network *n, const struct utterances *u,
                     struct clip_counts *counts)
{
    struct reference *reference = reference_new(n);
    double signal = 0.0, noise = 0.0;
    const int fraction = quantized_output(q)->fraction;
    int32_t *x = allocate((size_t)n->input, sizeof *x);
    for (int k = 0; k < u->count; k++) {
        struct reference_state exact = reference_start(n);
        struct golden_state golden = golden_start(q);
        for (int t = 0; t < u->frames[k].rows; t++) {
            const float *features = u->frames[k].at + (size_t)t * (size_t)n->input;
            quantize_x(q, features, x, counts);
            golden_step(q, &golden, x);
            reference_step(reference, &exact, features);
            const double *y = reference_y(&exact);
            for (int i = 0; i < n->output; i++) {
                double error = y[i] - ldexp(golden_y(&golden)[i], -fraction);
                signal += y[i] * y[i];
                noise += error * error;
            }
        }
        if (counts != NULL)
            clip_counts_add(counts, &golden.counts);
        golden_end(&golden);
        reference_end(&exact);
    }
    free(x);
    reference_free(reference);
    return 10.0 * log10(signal / noise);
}

static inline struct config accuracy_config(void)
{
    struct config c = plain_config();
    c.model.projection = c.model.peephole = false;
    return c;
}

#endif
