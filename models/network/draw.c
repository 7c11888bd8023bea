/* SPDX-License-Identifier: Apache-2.0
 * draw.c - a network and utterances out of random numbers, for work without trained ones.
 *
 * What matters to the hardware is how pruned weights lie and that the numbers have the sizes of a
 * trained network's: gates that move without sticking at 0 or 1, |c| up to about 8, |y| up to about
 * 1, also after pruning to a tenth of the weights.
 *
 * Every product below is exact in a double (25 bits of a Gaussian, 24 of a float) and rounded once,
 * so that all machines and compilers agree on each bit. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/base/random.h"
#include "models/network/network.h"
#include "models/network/utterances.h"

/* Weights are a mixture of two Gaussians: few wide, many narrow, variance 1 together:
 * 0.2 * 2^2 + 0.8 * 0.5^2.  The largest tenth then holds about half of the energy, like in trained
 * layers; of a single Gaussian it would hold less, and pruning would silence the network. */
static const uint64_t WIDE_OF_10 = 2;
static const float WIDE = 2.0f, NARROW = 0.5f;

/* Standard deviations of a sum of products with inputs of unit variance, before pruning. */
static const float GAIN_X = 1.25f;  /* W x: features have unit variance */
static const float GAIN_R = 1.5f;  /* W y': |y| is well below 1 */
static const float GAIN_YM = 0.75f; /* W m */

/* The forget gate moves less than the others, and its own cell moves it still less: a large c that
 * keeps the gate open makes itself larger. */
static const float FORGET_SHARE = 0.4f, FORGET_PEEPHOLE_SHARE = 0.125f;
static const float FORGET_BIAS = 1.0f; /* remembers some frames */
static const float BIAS_SPREAD = 0.2f;
static const float PEEPHOLE_SPREAD = 0.2f;

/* Colour of the noise: x = 15/16 x' + sqrt(1 - (15/16)^2) n, correlated over some 15 frames. */
static const double NOISE_KEEP = 0.9375;
static const float NOISE_FRESH = 0.34798527f;

static float gauss(struct random *random, float spread)
{
    return (float)(random_gauss(random) * (double)spread);
}

/* Row-major; the scale follows the number of inputs of a row. */
static struct matrix draw_matrix(struct random *random, int rows, int cols, float gain)
{
    struct matrix matrix = matrix_new(rows, cols);
    const float scale = gain / sqrtf((float)cols);
    for (size_t i = 0; i < (size_t)rows * (size_t)cols; i++) {
        /* Powers of two: the product stays exact. */
        float width = random_below(random, 10) < WIDE_OF_10 ? WIDE : NARROW;
        matrix.at[i] = gauss(random, scale * width);
    }
    return matrix;
}

static float *draw_vector(struct random *random, int size, float mean, float spread)
{
    float *vector = allocate((size_t)size, sizeof *vector);
    for (int i = 0; i < size; i++)
        vector[i] = mean + gauss(random, spread);
    return vector;
}

void network_draw(struct network *network, const struct model_config *model)
{
    struct random random;
    random_seed(&random, model->seed);

    *network = (struct network){
        .input = model->input,
        .cell = model->cell,
        .output = model->projection ? model->output : model->cell,
        .peephole = model->peephole,
        .projection = model->projection,
        .candidate = model->candidate,
    };
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        const float share = gate == GATE_F ? FORGET_SHARE : 1.0f;
        const float peephole_share = gate == GATE_F ? FORGET_PEEPHOLE_SHARE : 1.0f;
        network->wx[gate] = draw_matrix(&random, network->cell, network->input, share * GAIN_X);
        network->wr[gate] = draw_matrix(&random, network->cell, network->output, share * GAIN_R);
        network->bias[gate] = draw_vector(&random, network->cell,
                                          gate == GATE_F ? FORGET_BIAS : 0.0f, BIAS_SPREAD);
        if (network->peephole && gate != GATE_G)
            network->peep[gate] = draw_vector(&random, network->cell, 0.0f,
                                              peephole_share * PEEPHOLE_SPREAD);
    }
    if (network->projection)
        network->wym = draw_matrix(&random, network->output, network->cell, GAIN_YM);
}

void utterances_draw(struct utterances *utterances, int count, int frames, int input, uint64_t seed)
{
    struct random random;
    random_seed(&random, seed);

    *utterances = (struct utterances){
        .count = count,
        .drawn = true,
        .names = allocate((size_t)count, sizeof(char *)),
        .frames = allocate((size_t)count, sizeof(struct matrix)),
    };
    for (int u = 0; u < count; u++) {
        char name[32];
        snprintf(name, sizeof name, "noise%02d", u);
        utterances->names[u] = duplicate(name);
        utterances->frames[u] = matrix_new(frames, input);

        float *x = utterances->frames[u].at;
        for (size_t i = 0; i < (size_t)frames * (size_t)input; i++) {
            if (i < (size_t)input) { /* the first frame: unit variance from the start */
                x[i] = gauss(&random, 1.0f);
                continue;
            }
            double kept = NOISE_KEEP * (double)x[i - (size_t)input];
            double fresh = (double)NOISE_FRESH * random_gauss(&random);
            x[i] = (float)(kept + fresh);
        }
    }
}
