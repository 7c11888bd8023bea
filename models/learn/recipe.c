/* SPDX-License-Identifier: Apache-2.0 */
#include "models/learn/recipe.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/network/labels.h"

enum {
    FRAMES_OF_Y = 25000, /* of material, up to which y counts as much as the classes */
    CENTRES_OUTPUT = 8, /* elements of y at least */
    CENTRES = 200, FRAMES_OF_CENTRES = 30000, FRAMES_OF_SQUARE = 4000
};
static const float RATE = 8e-3f;

bool learn_has_classes(const struct network *n)
{
    const struct layer *last = &n->layers[n->layer_count - 1];
    if (n->after != NULL)
        return n->after->output > 1;
    return last->as.kind == LAYER_LINEAR && last->as.activation == ACTIVATION_NONE && n->output > 1;
}

static void take_classes(struct learn_loss *l, const struct network *n)
{
    l->classes = network_classes(n);
    if (n->after == NULL)
        return;
    const struct matrix *w = &n->after->matrices[0].weights;
    const size_t count = (size_t)w->rows * (size_t)w->cols;
    l->weights = allocate(count, sizeof *l->weights);
    l->bias = allocate((size_t)w->rows, sizeof *l->bias);
    memcpy(l->weights, w->at, count * sizeof *l->weights);
    if (n->after->passes[0].bias != NULL)
        memcpy(l->bias, n->after->passes[0].bias, (size_t)w->rows * sizeof *l->bias);
}

struct learn_loss learn_judge(const struct network *dense, float mean_square)
{
    struct learn_loss judge = {.output = dense->output, .mean_square = mean_square};
    if (learn_has_classes(dense))
        take_classes(&judge, dense);
    return judge;
}

/* The mean square of y of the dense network; and where the loss is by centres, those. */
static void look_at_y(struct learn_loss *l, const struct network *dense,
                      const struct learn_material *material, bool centres, uint64_t seed)
{
    struct random random;
    int frames;
    float *y = learn_teach(dense, material, centres ? FRAMES_OF_CENTRES : FRAMES_OF_SQUARE, &frames);
    const size_t count = (size_t)frames * (size_t)dense->output;
    double square = 0.0;
    for (size_t i = 0; i < count; i++)
        square += (double)y[i] * (double)y[i];
    *l = (struct learn_loss){.output = dense->output};
    l->mean_square = fmaxf(1e-20f, (float)(square / (double)count));
    random_seed(&random, seed);
    if (centres)
        learn_loss_of_centres(l, y, frames, CENTRES, &random);
    free(y);
}

/* Beside classes. */
static float share_of_y(const struct network *dense, int64_t frames)
{
    if (frames <= FRAMES_OF_Y)
        return 1.0f;
    return dense->after != NULL ? 0.0f : (float)FRAMES_OF_Y / (float)frames;
}

bool learn_make_loss(struct learn_loss *l, const struct network *dense,
                     const struct learn_material *material, enum learn_by by, uint64_t seed)
{
    const bool classes = learn_has_classes(dense);
    if (by == LEARN_AUTO && !classes)
        by = dense->output < CENTRES_OUTPUT ? LEARN_Y : LEARN_CENTRES;
    if (by == LEARN_CLASSES && !classes)
        return false;
    look_at_y(l, dense, material, by == LEARN_CENTRES, seed);
    if (by != LEARN_CENTRES)
        *l = learn_judge(dense, l->mean_square);
    l->of_classes = by == LEARN_Y ? 0.0f : 1.0f;
    l->of_y = by == LEARN_CLASSES ? 0.0f : by == LEARN_AUTO ? share_of_y(dense, material->frames) : 1.0f;
    return true;
}

int learn_piece(const struct network *dense, int64_t frames)
{
    const int64_t share = frames / LEARN_PIECES;
    return !network_is_forward(dense) || share < LEARN_PIECE ? LEARN_PIECE : share < INT_MAX ? (int)share : INT_MAX;
}

void learn_set_recipe(struct learn_task *task)
{
    task->rate = RATE;
    task->noise = task->loss->of_classes > 0.0f;
    task->augment = task->material->frames < LEARN_FEW_FRAMES;
}
