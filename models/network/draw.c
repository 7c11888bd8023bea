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
static const float GAIN_LOOP = 0.75f; /* W h', no gate between: above 1 it runs away, or is chaos */
static const float GAIN_SUM = 1.0f; /* W y, y as large as features: relu takes half of its power */
static const float LARGEST_LOOP = 0.5f; /* few relus, which nothing bounds, run away even so */

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
static void draw_matrix(struct random *random, struct matrix *matrix, float gain)
{
    const float scale = gain / sqrtf((float)matrix->cols);
    for (size_t i = 0; i < (size_t)matrix->rows * (size_t)matrix->cols; i++) {
        /* Powers of two: the product stays exact. */
        float width = random_below(random, 10) < WIDE_OF_10 ? WIDE : NARROW;
        matrix->at[i] = gauss(random, scale * width);
    }
}

static void draw_vector(struct random *random, float *vector, int size, float mean, float spread)
{
    for (int i = 0; i < size; i++)
        vector[i] = mean + gauss(random, spread);
}

/* Whether it multiplies what neither a function nor, as an LSTM's projection, its inputs bound. */
static bool is_of_sums(const struct network *n, const struct network_matrix *m)
{
    const struct network_vector *source = &n->vectors[m->source];
    return source->value == VALUE_Y && n->layers[source->layer].as.kind != LAYER_LSTM;
}

/* Whether what it multiplies comes back to it with no gate between. */
static bool is_loop(const struct network *n, const struct network_matrix *m)
{
    const struct network_pass *pass = &n->passes[m->pass];
    return pass->operation == OPERATION_GATE && pass->writes == m->source;
}

static float gain_of(const struct network *n, const struct network_matrix *m)
{
    const struct network_vector *source = &n->vectors[m->source];
    const bool projects = source->value == VALUE_M && source->layer == m->layer && !m->before;
    if (source->value == VALUE_X)
        return GAIN_X;
    if (projects)
        return GAIN_YM;
    if (is_loop(n, m))
        return GAIN_LOOP;
    if (!is_of_sums(n, m))
        return GAIN_R;
    return n->passes[m->pass].function == FUNCTION_RELU ? GAIN_X : GAIN_SUM;
}

static void limit(struct matrix *matrix, float largest)
{
    for (size_t i = 0; i < (size_t)matrix->rows * (size_t)matrix->cols; i++)
        matrix->at[i] = fminf(fmaxf(matrix->at[i], -largest), largest);
}

static void draw_pass(struct random *random, struct network *n, int number)
{
    struct network_pass *pass = &n->passes[number];
    const float share = pass->remembers ? FORGET_SHARE : 1.0f;
    for (int i = 0; i < n->matrix_count; i++) {
        const struct network_matrix *m = &n->matrices[i];
        if (m->pass != number)
            continue;
        draw_matrix(random, &n->matrices[i].weights, share * gain_of(n, m));
        if (is_of_sums(n, m) && is_loop(n, m))
            limit(&n->matrices[i].weights, LARGEST_LOOP);
    }
    if (pass->bias != NULL)
        draw_vector(random, pass->bias, pass->rows, pass->remembers ? FORGET_BIAS : 0.0f,
                    BIAS_SPREAD);
    if (pass->peep != NULL)
        draw_vector(random, pass->peep, pass->rows, 0.0f,
                    (pass->remembers ? FORGET_PEEPHOLE_SHARE : 1.0f) * PEEPHOLE_SPREAD);
}

void network_draw(struct network *network, const struct model_config *model)
{
    struct layer_config layers[LAYERS_MOST];
    struct random random;
    random_seed(&random, model->seed);
    network_make(network, layers, model_layers(model, layers));
    for (int pass = 0; pass < network->pass_count; pass++)
        draw_pass(&random, network, pass);
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
