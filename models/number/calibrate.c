/* SPDX-License-Identifier: Apache-2.0 */
#include "models/number/calibrate.h"

#include <math.h>
#include <stdlib.h>

#include "models/network/reference.h"

/* Multiplications that calibration may cost: a fraction of a second. */
static const double WORK_LIMIT = 1e8;

/* Magnitudes of c are counted in bins of 1/16 octave from 2^-16 to 2^16. */
enum { BINS_PER_OCTAVE = 16, OCTAVES = 32, BINS = BINS_PER_OCTAVE * OCTAVES };

static void count_magnitude(int64_t *bins, double value)
{
    double position = value == 0.0 ? 0.0 : (log2(fabs(value)) + OCTAVES / 2) * BINS_PER_OCTAVE;
    int bin = position < 0.0 ? 0 : position >= BINS ? BINS - 1 : (int)position;
    bins[bin]++;
}

static double percentile(const int64_t *bins, double share)
{
    int64_t total = 0, below = 0;
    for (int bin = 0; bin < BINS; bin++)
        total += bins[bin];
    int bin = 0;
    for (; bin < BINS - 1; bin++) {
        below += bins[bin];
        if ((double)below >= share * (double)total)
            break;
    }
    return exp2((double)(bin + 1) / BINS_PER_OCTAVE - OCTAVES / 2);
}

static double largest(double so_far, const double *values, int count)
{
    for (int i = 0; i < count; i++)
        so_far = fmax(so_far, fabs(values[i]));
    return so_far;
}

static double nonzeros(const struct network *network)
{
    struct network_matrix list[MATRICES_MOST];
    int count = network_matrices(network, list);
    double sum = 1.0;
    for (int n = 0; n < count; n++) {
        const struct matrix *m = list[n].matrix;
        for (size_t i = 0; i < (size_t)m->rows * (size_t)m->cols; i++)
            sum += m->at[i] != 0.0f;
    }
    return sum;
}

struct ranges calibrate(const struct network *network, const struct utterances *utterances)
{
    struct ranges r = {0};
    int64_t *bins = allocate(BINS, sizeof *bins);
    struct reference *reference = reference_new(network);
    /* Sigmoids and tanh weigh like some thirty multiplications each. */
    double frame_cost = nonzeros(network) + 150.0 * network->cell;
    int frames_each = (int)fmax(8.0, WORK_LIMIT / frame_cost / utterances->count);
    for (int u = 0; u < utterances->count; u++) {
        const struct matrix *features = &utterances->frames[u];
        struct reference_state state = reference_start(network);
        for (int t = 0; t < features->rows && t < frames_each; t++) {
            const float *x = features->at + (size_t)t * (size_t)features->cols;
            reference_step(reference, &state, x);
            for (int i = 0; i < features->cols; i++)
                r.x = fmax(r.x, fabs((double)x[i]));
            for (int i = 0; i < network->cell; i++)
                count_magnitude(bins, state.c[i]);
            r.m = largest(r.m, state.m, network->cell);
            r.y = largest(r.y, state.y, network->output);
        }
        reference_end(&state);
    }
    r.c = percentile(bins, 0.999);
    reference_free(reference);
    free(bins);
    return r;
}
