/* SPDX-License-Identifier: Apache-2.0
 * centres.c - k-means of y, and an output layer of the centres. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/error.h"
#include "models/cpu/blas.h"
#include "models/learn/loss.h"

enum { ROUNDS = 25, HALVINGS = 40, BLOCK = 512, FRAMES_OF_SHARE = 500 };
static const double LARGEST_SHARE = 0.8;
static const double SHARPEST = 1000.0; /* times |y|^2: y that hardly changes has no centres to be told apart */

struct cloud {
    const float *y; /* [frames][size] */
    int frames, size, count;
    float *centres; /* [count][size] */
    int *nearest;   /* [frames] */
};

static float distance(const struct cloud *c, int frame, int centre)
{
    const float *y = c->y + (size_t)frame * (size_t)c->size;
    const float *at = c->centres + (size_t)centre * (size_t)c->size;
    float sum = 0.0f;
    for (int i = 0; i < c->size; i++)
        sum += (y[i] - at[i]) * (y[i] - at[i]);
    return sum;
}

/* The nearest has the largest 2 c y - |c|^2, which for a block of frames is a product. */
static void find_nearest_of(struct cloud *c, int first, int frames, const float *squares, float *scores)
{
    const size_t count = (size_t)c->count, size = (size_t)c->size;
    memset(scores, 0, (size_t)frames * count * sizeof *scores);
    blas_add(&(struct blas_sum){.rows = frames,
                                .columns = c->count,
                                .inner = c->size,
                                .left = {c->y + (size_t)first * size, size, false},
                                .right = {c->centres, size, true},
                                .out = scores,
                                .stride = count});
    for (int f = 0; f < frames; f++) {
        float most = -INFINITY;
        for (int k = 0; k < c->count; k++) {
            const float score = 2.0f * scores[(size_t)f * count + (size_t)k] - squares[k];
            if (score > most) {
                most = score;
                c->nearest[first + f] = k;
            }
        }
    }
}

static void find_nearest(struct cloud *c)
{
    float *squares = allocate((size_t)c->count, sizeof *squares);
    float *scores = allocate((size_t)BLOCK * (size_t)c->count, sizeof *scores);
    for (int k = 0; k < c->count; k++)
        for (int i = 0; i < c->size; i++) {
            const float at = c->centres[(size_t)k * (size_t)c->size + (size_t)i];
            squares[k] += at * at;
        }
    for (int first = 0; first < c->frames; first += BLOCK)
        find_nearest_of(c, first, c->frames - first < BLOCK ? c->frames - first : BLOCK, squares,
                        scores);
    free(squares);
    free(scores);
}

/* One that nobody is nearest to stays where it is. */
static void move_centres(struct cloud *c)
{
    const size_t size = (size_t)c->size;
    double *sums = allocate((size_t)c->count * size, sizeof *sums);
    int *members = allocate((size_t)c->count, sizeof *members);
    for (int f = 0; f < c->frames; f++) {
        members[c->nearest[f]]++;
        for (size_t i = 0; i < size; i++)
            sums[(size_t)c->nearest[f] * size + i] += (double)c->y[(size_t)f * size + i];
    }
    for (int k = 0; k < c->count; k++)
        for (size_t i = 0; i < size && members[k] > 0; i++)
            c->centres[(size_t)k * size + i] = (float)(sums[(size_t)k * size + i] / members[k]);
    free(members);
    free(sums);
}

/* The mean of the largest share of softmax(-sharpness * distance). */
static double largest_share(const struct cloud *c, double sharpness)
{
    double sum = 0.0;
    for (int f = 0; f < c->frames; f++) {
        const double least = (double)distance(c, f, c->nearest[f]);
        double all = 0.0;
        for (int k = 0; k < c->count; k++)
            all += exp(-sharpness * ((double)distance(c, f, k) - least));
        sum += 1.0 / all;
    }
    return sum / c->frames;
}

/* It grows with the sharpness; a few hundred frames tell it. */
static double find_sharpness(const struct cloud *all)
{
    struct cloud c = *all;
    double square = 1e-30, low = -20.0;
    for (size_t i = 0; i < (size_t)all->frames * (size_t)all->size; i++)
        square += (double)all->y[i] * (double)all->y[i] / all->frames;
    double high = log2(SHARPEST / square);
    low = fmin(low, high);
    c.frames = c.frames < FRAMES_OF_SHARE ? c.frames : FRAMES_OF_SHARE;
    for (int i = 0; i < HALVINGS; i++) {
        const double middle = (low + high) / 2.0;
        if (largest_share(&c, exp2(middle)) < LARGEST_SHARE)
            low = middle;
        else
            high = middle;
    }
    return exp2(low);
}

/* Softmax of -sharpness |y - c|^2, without |y|^2. */
static void make_layer(struct learn_loss *l, const struct cloud *c)
{
    const double sharpness = find_sharpness(c);
    l->weights = allocate((size_t)c->count * (size_t)c->size, sizeof *l->weights);
    l->bias = allocate((size_t)c->count, sizeof *l->bias);
    for (int k = 0; k < c->count; k++) {
        double square = 0.0;
        for (int i = 0; i < c->size; i++) {
            const size_t at = (size_t)k * (size_t)c->size + (size_t)i;
            l->weights[at] = (float)(2.0 * sharpness * (double)c->centres[at]);
            square += (double)c->centres[at] * (double)c->centres[at];
        }
        l->bias[k] = (float)(-sharpness * square);
    }
}

void learn_loss_of_centres(struct learn_loss *l, const float *y, int frames, int classes,
                           struct random *random)
{
    struct cloud c = {.y = y, .frames = frames, .size = l->output,
                      .count = classes < frames ? classes : frames};
    const size_t size = (size_t)c.size;
    c.centres = allocate((size_t)c.count * size, sizeof *c.centres);
    c.nearest = allocate((size_t)frames, sizeof *c.nearest);
    for (int k = 0; k < c.count; k++)
        memcpy(c.centres + (size_t)k * size,
               y + (size_t)random_below(random, (uint64_t)frames) * size, size * sizeof *y);
    for (int round = 0; round < ROUNDS; round++) {
        find_nearest(&c);
        move_centres(&c);
    }
    find_nearest(&c);
    l->classes = c.count;
    l->made_up = true;
    make_layer(l, &c);
    free(c.centres);
    free(c.nearest);
}
