/* SPDX-License-Identifier: Apache-2.0 */
#include "models/learn/loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/error.h"
#include "models/cpu/blas.h"
#include "models/network/network.h"

struct learn_scratch learn_scratch_new(const struct learn_loss *l, int frames)
{
    const size_t count = (size_t)l->classes * (size_t)frames;
    return (struct learn_scratch){allocate_aligned(count, sizeof(float)),
                                  allocate_aligned(count, sizeof(float))};
}

void learn_scratch_free(struct learn_scratch *s)
{
    free(s->scores);
    free(s->wanted);
    *s = (struct learn_scratch){0};
}

void learn_loss_free(struct learn_loss *l)
{
    free(l->weights);
    free(l->bias);
    *l = (struct learn_loss){0};
}

/* ---- classes --------------------------------------------------------------------------------- */

static void scores_of(const struct learn_loss *l, const float *y, size_t frames, float *scores)
{
    const size_t classes = (size_t)l->classes, output = (size_t)l->output;
    if (l->weights == NULL) {
        memcpy(scores, y, frames * classes * sizeof *scores);
        return;
    }
    for (size_t i = 0; i < frames; i++)
        memcpy(scores + i * classes, l->bias, classes * sizeof *scores);
    blas_add(&(struct blas_sum){.rows = (int)frames,
                                .columns = l->classes,
                                .inner = l->output,
                                .left = {y, output, false},
                                .right = {l->weights, output, true},
                                .out = scores,
                                .stride = classes});
}

static void add_back(const struct learn_loss *l, const float *d_scores, size_t frames, float *dy)
{
    const size_t classes = (size_t)l->classes, output = (size_t)l->output;
    for (size_t i = 0; l->weights == NULL && i < frames * output; i++)
        dy[i] += d_scores[i];
    if (l->weights != NULL)
        blas_add(&(struct blas_sum){.rows = (int)frames,
                                    .columns = l->output,
                                    .inner = l->classes,
                                    .left = {d_scores, classes, false},
                                    .right = {l->weights, output, false},
                                    .out = dy,
                                    .stride = output});
}

static int largest_of(const float *scores, int count)
{
    int best = 0;
    for (int i = 1; i < count; i++)
        if (scores[i] > scores[best])
            best = i;
    return best;
}

/* Label of a frame that counts as number `place` of all streams' frames, NONE if there is none. */
static int label_of(const struct learn_frames *f, size_t place)
{
    const size_t streams = (size_t)f->streams;
    const int32_t *labels = f->labels != NULL ? f->labels[place % streams] : NULL;
    return labels != NULL ? (int)labels[place / streams] : NONE;
}

/* One frame of one stream: its scores become their gradient, if there is to be one. */
static void add_class(const struct learn_loss *l, const struct learn_frames *f,
                      struct learn_scores s, int label, struct learn_sums *sums)
{
    const int largest = largest_of(s.scores, l->classes);
    sums->agree += largest == largest_of(s.wanted, l->classes);
    sums->labelled += label != NONE;
    sums->right += largest == label;
    s.weight = f->weight * l->of_classes;
    if (l->of_classes > 0.0f)
        sums->loss += (double)l->of_classes * learn_kernels_best()->softmax(&s);
}

static void add_classes(const struct learn_loss *l, const struct learn_frames *f,
                        const struct learn_scratch *scratch, struct learn_sums *sums)
{
    const size_t count = (size_t)f->frames * (size_t)f->streams, classes = (size_t)l->classes;
    scores_of(l, f->y, count, scratch->scores);
    scores_of(l, f->wanted, count, scratch->wanted);
    for (size_t i = 0; i < count; i++) {
        float *scores = scratch->scores + i * classes;
        if ((int)(i / (size_t)f->streams) < f->lengths[i % (size_t)f->streams])
            add_class(l, f, (struct learn_scores){.count = l->classes,
                                                  .wanted = scratch->wanted + i * classes,
                                                  .scores = scores}, label_of(f, i), sums);
        else
            memset(scores, 0, classes * sizeof *scores);
    }
    if (f->dy != NULL && l->of_classes > 0.0f)
        add_back(l, scratch->scores, count, f->dy);
}

/* ---- y --------------------------------------------------------------------------------------- */

static void add_y(const struct learn_loss *l, const struct learn_frames *f, size_t at,
                  struct learn_sums *sums)
{
    const float scale = l->of_y / ((float)l->output * l->mean_square);
    const float *y = f->y + at, *wanted = f->wanted + at;
    double error = 0.0, signal = 0.0;
    for (int i = 0; i < l->output; i++) {
        const float apart = y[i] - wanted[i];
        error += (double)(apart * apart);
        signal += (double)(wanted[i] * wanted[i]);
    }
    for (int i = 0; f->dy != NULL && scale > 0.0f && i < l->output; i++)
        f->dy[at + (size_t)i] += 2.0f * scale * f->weight * (y[i] - wanted[i]);
    sums->error += error;
    sums->signal += signal;
    sums->loss += (double)scale * error;
}

void learn_loss_add(const struct learn_loss *l, const struct learn_frames *f,
                    const struct learn_scratch *scratch, struct learn_sums *sums)
{
    if (l->classes > 0)
        add_classes(l, f, scratch, sums);
    for (int t = 0; t < f->frames; t++)
        for (int s = 0; s < f->streams; s++)
            if (t < f->lengths[s]) {
                add_y(l, f, ((size_t)t * (size_t)f->streams + (size_t)s) * (size_t)l->output, sums);
                sums->frames++;
            }
}

/* ---- sums ------------------------------------------------------------------------------------ */

void learn_sums_join(struct learn_sums *sums, const struct learn_sums *others)
{
    sums->frames += others->frames;
    sums->agree += others->agree;
    sums->labelled += others->labelled;
    sums->right += others->right;
    sums->loss += others->loss;
    sums->signal += others->signal;
    sums->error += others->error;
}

double learn_sums_loss(const struct learn_sums *s)
{
    return s->frames > 0 ? s->loss / (double)s->frames : 0.0;
}

double learn_sums_agreement(const struct learn_sums *s)
{
    return s->frames > 0 ? (double)s->agree / (double)s->frames : 0.0;
}

double learn_sums_right(const struct learn_sums *s)
{
    return s->labelled > 0 ? (double)s->right / (double)s->labelled : 0.0;
}

double learn_sums_snr_db(const struct learn_sums *s)
{
    return s->error > 0.0 ? 10.0 * log10(s->signal / s->error) : INFINITY;
}
