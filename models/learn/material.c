/* SPDX-License-Identifier: Apache-2.0 */
#include "models/learn/material.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/crc32.h"
#include "models/base/error.h"
#include "models/network/network.h"

/* Lengths count as up to so many frames more or less, so that others meet in every epoch. */
enum { JITTER = 12 };
static const float NOISE = 0.3f;

void learn_material_add(struct learn_material *m, const struct matrix *frames)
{
    learn_material_add_labelled(m, frames, NULL);
}

static void add_whole(struct learn_material *m, const struct matrix *frames, const int32_t *labels)
{
    m->of = realloc(m->of, (size_t)(m->count + 1) * sizeof *m->of);
    m->labels = realloc(m->labels, (size_t)(m->count + 1) * sizeof *m->labels);
    BUG_UNLESS(m->of != NULL && m->labels != NULL);
    m->labels[m->count] = labels;
    m->of[m->count++] = frames;
    m->frames += frames->rows;
    m->input = frames->cols;
}

/* Frames first .. last-1 of a recording. */
static const struct matrix *piece_of(struct learn_material *m, const struct matrix *frames, int first, int last)
{
    struct matrix *piece = allocate(1, sizeof *piece);
    *piece = (struct matrix){.rows = last - first, .cols = frames->cols,
                             .at = frames->at + (size_t)first * (size_t)frames->cols};
    m->pieces = realloc(m->pieces, (size_t)(m->piece_count + 1) * sizeof *m->pieces);
    BUG_UNLESS(m->pieces != NULL);
    m->pieces[m->piece_count++] = piece;
    return piece;
}

void learn_material_add_labelled(struct learn_material *m, const struct matrix *frames,
                                 const int32_t *labels)
{
    if (frames->rows == 0)
        return;
    if (m->most == 0 || frames->rows <= m->most) {
        add_whole(m, frames, labels);
        return;
    }
    const int pieces = (frames->rows + m->most - 1) / m->most;
    for (int n = 0; n < pieces; n++) {
        const int first = (int)((int64_t)frames->rows * n / pieces),
                  last = (int)((int64_t)frames->rows * (n + 1) / pieces);
        add_whole(m, piece_of(m, frames, first, last), labels != NULL ? labels + first : NULL);
    }
}

static uint32_t crc_of(uint32_t crc, const struct matrix *frames)
{
    crc = crc32_of(crc, &frames->rows, sizeof frames->rows);
    return crc32_of(crc, frames->at, (size_t)frames->rows * (size_t)frames->cols * sizeof *frames->at);
}

void learn_material_close(struct learn_material *m)
{
    const size_t input = (size_t)m->input;
    double *sum = allocate(input, sizeof *sum), *square = allocate(input, sizeof *square);
    m->deviation = allocate(input, sizeof *m->deviation);
    for (int n = 0; n < m->count; n++)
        for (size_t i = 0; i < (size_t)m->of[n]->rows * input; i++) {
            const double x = (double)m->of[n]->at[i];
            sum[i % input] += x;
            square[i % input] += x * x;
        }
    for (size_t i = 0; i < input && m->frames > 0; i++) {
        const double mean = sum[i] / (double)m->frames;
        m->deviation[i] = (float)sqrt(fmax(0.0, square[i] / (double)m->frames - mean * mean));
    }
    for (int n = 0; n < m->count; n++)
        m->crc = crc_of(m->crc, m->of[n]);
    free(sum);
    free(square);
}

void learn_material_free(struct learn_material *m)
{
    for (int n = 0; n < m->piece_count; n++)
        free(m->pieces[n]);
    free(m->pieces);
    free(m->of);
    free(m->labels);
    free(m->deviation);
    *m = (struct learn_material){0};
}

/* Recordings with the same mark are taken for the same. */
static uint64_t mark_of(const struct matrix *frames)
{
    return (uint64_t)frames->rows << 32 | crc_of(0, frames);
}

static int by_value(const void *left, const void *right)
{
    const uint64_t l = *(const uint64_t *)left, r = *(const uint64_t *)right;
    return (l > r) - (l < r);
}

int learn_material_shared(const struct learn_material *m, const struct learn_material *others)
{
    uint64_t *marks = allocate((size_t)m->count, sizeof *marks);
    int shared = 0;
    for (int n = 0; n < m->count; n++)
        marks[n] = mark_of(m->of[n]);
    qsort(marks, (size_t)m->count, sizeof *marks, by_value);
    for (int n = 0; n < others->count; n++) {
        const uint64_t mark = mark_of(others->of[n]);
        shared += bsearch(&mark, marks, (size_t)m->count, sizeof *marks, by_value) != NULL;
    }
    free(marks);
    return shared;
}

/* ---- epochs ---------------------------------------------------------------------------------- */

struct placed {
    int length, number;
};

static int by_length(const void *left, const void *right)
{
    const struct placed *l = left, *r = right;
    if (l->length != r->length)
        return l->length < r->length ? -1 : 1;
    return l->number < r->number ? -1 : l->number > r->number;
}

static void shuffle(int *order, int count, struct random *random)
{
    for (int i = count - 1; i > 0; i--) {
        const int other = (int)random_below(random, (uint64_t)i + 1), keep = order[i];
        order[i] = order[other];
        order[other] = keep;
    }
}

struct learn_epoch learn_epoch_new(const struct learn_material *m, int streams, uint64_t seed)
{
    struct learn_epoch e = {.batches = (m->count + streams - 1) / streams, .streams = streams};
    struct placed *placed = allocate((size_t)m->count, sizeof *placed);
    int *order = allocate((size_t)e.batches, sizeof *order);
    struct random random;
    random_seed(&random, seed);
    for (int n = 0; n < m->count; n++)
        placed[n] = (struct placed){
            m->of[n]->rows + (int)random_below(&random, 2 * JITTER + 1) - JITTER, n};
    qsort(placed, (size_t)m->count, sizeof *placed, by_length);
    for (int b = 0; b < e.batches; b++)
        order[b] = b;
    shuffle(order, e.batches, &random);
    e.utterance = allocate((size_t)e.batches * (size_t)streams, sizeof *e.utterance);
    for (int i = 0; i < e.batches * streams; i++) {
        const int from = order[i / streams] * streams + i % streams;
        e.utterance[i] = from < m->count ? placed[from].number : NONE;
    }
    free(order);
    free(placed);
    return e;
}

void learn_epoch_free(struct learn_epoch *e)
{
    free(e->utterance);
    *e = (struct learn_epoch){0};
}

/* ---- few recordings -------------------------------------------------------------------------- */

static double drawn_between(struct random *random, double low, double high)
{
    return low + (high - low) * random_uniform(random);
}

/* At `speed` times the speed, by straight lines between frames. */
static struct matrix at_speed(const struct matrix *from, double speed)
{
    const int rows = (int)fmax(1.0, floor((from->rows - 1) / speed) + 1.0);
    struct matrix to = matrix_new(rows, from->cols);
    for (int t = 0; t < rows; t++) {
        const double at = fmin(t * speed, from->rows - 1);
        const int left = (int)at, right = left + 1 < from->rows ? left + 1 : left;
        const float share = (float)(at - left);
        for (int i = 0; i < from->cols; i++)
            matrix_row(&to, t)[i] = (1.0f - share) * matrix_row(from, left)[i] +
                                    share * matrix_row(from, right)[i];
    }
    return to;
}

/* Louder, and more of the first features than of the last, or the other way round: where features
 * are logarithms of powers, that is what a microphone does. */
static void shift(struct matrix *to, const float *deviation, struct random *random)
{
    const float level = 0.3f * (float)random_gauss(random),
                tilt = 0.3f * (float)random_gauss(random);
    const float step = to->cols > 1 ? 2.0f / (float)(to->cols - 1) : 0.0f;
    for (int t = 0; t < to->rows; t++)
        for (int i = 0; i < to->cols; i++)
            matrix_row(to, t)[i] += deviation[i] * (level + tilt * ((float)i * step - 1.0f));
}

/* Another recording, which goes on from its beginning when it is over, in frames first..; `share`
 * of it. */
static void mix_in(struct matrix *to, int first, const struct matrix *other, float share)
{
    for (int t = first; t < to->rows; t++) {
        const float *from = matrix_row(other, (t - first) % other->rows);
        for (int i = 0; i < to->cols; i++)
            matrix_row(to, t)[i] = (1.0f - share) * matrix_row(to, t)[i] + share * from[i];
    }
}

static const struct matrix *any_of(const struct learn_material *m, struct random *random)
{
    return m->of[random_below(random, (uint64_t)m->count)];
}

/* A share of each feature's own deviation. */
static void add_noise(struct matrix *to, const float *deviation, struct random *random)
{
    for (int t = 0; t < to->rows; t++)
        for (int i = 0; i < to->cols; i++)
            matrix_row(to, t)[i] += NOISE * deviation[i] * (float)random_gauss(random);
}

struct matrix learn_noisy(const struct learn_material *m, int number, struct random *random)
{
    struct matrix to = at_speed(m->of[number], 1.0);
    add_noise(&to, m->deviation, random);
    return to;
}

struct matrix learn_augmented(const struct learn_material *m, int number, struct random *random)
{
    const bool speeds = random_uniform(random) < 0.7;
    const double speed = drawn_between(random, 0.75, 1.33);
    struct matrix to = at_speed(m->of[number], speeds ? speed : 1.0);
    if (random_uniform(random) < 0.6)
        mix_in(&to, 0, any_of(m, random), (float)drawn_between(random, 0.0, 0.5));
    if (random_uniform(random) < 0.6)
        mix_in(&to, (int)random_below(random, (uint64_t)to.rows), any_of(m, random), 1.0f);
    if (random_uniform(random) < 0.6)
        shift(&to, m->deviation, random);
    add_noise(&to, m->deviation, random);
    return to;
}
