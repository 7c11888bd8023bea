/* SPDX-License-Identifier: Apache-2.0
 * learner.c - a chunk by all threads, forward and back, and the optimizer's step. */
#include "models/learn/learner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/arithmetic.h"
#include "models/cpu/blas.h"
#include "models/program/prune.h"

enum { WARM_UP = 50, FRACTION_MOST = 30 };
static const double RAMP = 0.6, LEAST_RATE = 3e-5, PI = 3.14159265358979323846;
static const float FADE = 1.0f; /* about so many times the rate goes of a weight that is not in use, at every step */

/* ---- room ------------------------------------------------------------------------------------ */

/* Layers that go backward want whole utterances; slower ones are made, too (material.c). */
static int room_of(const struct learn_task *task)
{
    int longest = 0;
    for (int n = 0; n < task->material->count; n++)
        longest = task->material->of[n]->rows > longest ? task->material->of[n]->rows : longest;
    for (int n = 0; n < task->held_out->count; n++)
        longest = task->held_out->of[n]->rows > longest ? task->held_out->of[n]->rows : longest;
    return network_is_forward(task->dense) ? LEARN_CHUNK : longest * 4 / 3 + 2;
}

static void room_for_worker(struct learner *l, int number)
{
    struct learn_worker *w = &l->workers[number];
    w->first = LEARN_STREAMS * number / l->threads;
    w->streams = LEARN_STREAMS * (number + 1) / l->threads - w->first;
    w->student = learn_run_new(l->plan, w->streams, l->room, true);
    w->teacher = learn_run_new(l->plan, w->streams, l->room, false);
    w->scratch = learn_scratch_new(l->task->loss, w->streams * l->room);
    w->gradient = allocate_aligned(l->plan->count, sizeof *w->gradient);
}

static float *list_of(const struct learner *l)
{
    return allocate_aligned(l->plan->count, sizeof(float));
}

bool learn_can(struct error *error)
{
    return blas_for_threads() ||
           fail(error, "learning takes OpenBLAS for threads, and this machine has %s: "
                       "apt-get install libopenblas0-pthread",
                blas_name() != NULL ? blas_name() : "none");
}

struct learner *learner_new(const struct learn_task *task, struct error *error)
{
    if (!learn_can(error))
        return NULL;
    struct team *team = team_new(task->threads, error);
    if (team == NULL)
        return NULL;
    struct learner *l = allocate(1, sizeof *l);
    *l = (struct learner){.task = task, .plan = learn_plan_new(task->dense), .team = team,
                          .threads = task->threads, .room = room_of(task),
                          .position = {.frames = task->frames, .best_loss = INFINITY}};
    l->copy = network_copy(task->dense);
    l->dense = list_of(l);
    l->at = list_of(l);
    l->used = list_of(l);
    l->mask = allocate(l->plan->matrix_count, sizeof *l->mask);
    l->first = list_of(l);
    l->second = list_of(l);
    l->best = list_of(l);
    learn_plan_read(l->plan, task->dense, l->dense);
    memcpy(l->at, l->dense, l->plan->count * sizeof *l->at);
    for (size_t i = 0; i < l->plan->matrix_count; i++) /* where nobody prunes, zeros stay */
        l->mask[i] = task->model->pruning != PRUNING_NONE || l->dense[i] != 0.0f;
    learner_use(l);
    for (int number = 0; number < task->threads; number++)
        room_for_worker(l, number);
    return l;
}

static void end_batch(struct learner *l)
{
    for (int s = 0; s < LEARN_STREAMS; s++)
        free(l->batch.made[s].at);
    l->batch = (struct learn_batch){0};
}

void learner_free(struct learner *l)
{
    if (l == NULL)
        return;
    for (int number = 0; number < l->threads; number++) {
        struct learn_worker *w = &l->workers[number];
        learn_run_free(w->student);
        learn_run_free(w->teacher);
        learn_scratch_free(&w->scratch);
        free(w->gradient);
    }
    end_batch(l);
    team_free(l->team);
    network_free(&l->copy);
    learn_plan_free(l->plan);
    free(l->used);
    free(l->dense);
    free(l->at);
    free(l->mask);
    free(l->first);
    free(l->second);
    free(l->best);
    free(l);
}

/* ---- a batch, chunk by chunk ----------------------------------------------------------------- */

void learner_begin(struct learner *l, const struct learn_material *material, const int *utterances,
                   struct random *random)
{
    end_batch(l);
    for (int s = 0; s < LEARN_STREAMS; s++) {
        if (utterances[s] == NONE)
            continue;
        l->batch.of[s] = material->of[utterances[s]];
        l->batch.labels[s] = material->labels[utterances[s]];
        if (random != NULL) {
            l->batch.labels[s] = NULL;
            l->batch.made[s] = l->task->augment ? learn_augmented(material, utterances[s], random)
                                                : learn_noisy(material, utterances[s], random);
            l->batch.of[s] = &l->batch.made[s];
        }
        if (l->batch.of[s]->rows > l->batch.longest)
            l->batch.longest = l->batch.of[s]->rows;
    }
    const int chunks = (l->batch.longest + l->room - 1) / l->room;
    l->batch.chunk = chunks > 0 ? (l->batch.longest + chunks - 1) / chunks : 0;
    for (int number = 0; number < l->threads; number++)
        for (int s = 0; s < l->workers[number].streams; s++) {
            learn_run_restart(l->workers[number].student, s);
            learn_run_restart(l->workers[number].teacher, s);
        }
}

static int frames_of(const struct learn_batch *b, int stream)
{
    const int rest = b->of[stream] == NULL ? 0 : b->of[stream]->rows - b->t;
    return rest < 0 ? 0 : rest < b->frames ? rest : b->frames;
}

/* The chunk's x, zeros where nothing is. */
static void set_x(const struct learner *l, struct learn_worker *w)
{
    const struct learn_batch *b = &l->batch;
    const size_t input = (size_t)l->plan->network->input;
    float *x = learn_run_x(w->student);
    for (int t = 0; t < b->frames; t++)
        for (int s = 0; s < w->streams; s++, x += input)
            if (t < w->lengths[s])
                memcpy(x, matrix_row(b->of[w->first + s], b->t + t), input * sizeof *x);
            else
                memset(x, 0, input * sizeof *x);
    memcpy(learn_run_x(w->teacher), learn_run_x(w->student),
           (size_t)b->frames * (size_t)w->streams * input * sizeof *x);
}

static void work(void *with, int member)
{
    struct learner *l = with;
    struct learn_worker *w = &l->workers[member];
    for (int s = 0; s < w->streams; s++) {
        const int32_t *labels = l->batch.labels[w->first + s];
        w->lengths[s] = frames_of(&l->batch, w->first + s);
        w->labels[s] = labels != NULL && w->lengths[s] > 0 ? labels + l->batch.t : NULL;
    }
    set_x(l, w);
    learn_run_forward(w->teacher, l->dense, l->batch.frames, w->lengths);
    learn_run_forward(w->student, l->used, l->batch.frames, w->lengths);
    const struct learn_frames frames = {.streams = w->streams,
                                        .frames = l->batch.frames,
                                        .lengths = w->lengths,
                                        .y = learn_run_y(w->student),
                                        .wanted = learn_run_y(w->teacher),
                                        .labels = w->labels,
                                        .dy = l->learning ? learn_run_dy(w->student) : NULL,
                                        .weight = 1.0f / (float)(LEARN_STREAMS * l->batch.chunk)};
    learn_loss_add(l->task->loss, &frames, &w->scratch, &w->sums);
    if (!l->learning)
        return;
    memset(w->gradient, 0, l->plan->count * sizeof *w->gradient);
    learn_run_backward(w->student, l->used, w->gradient);
}

bool learner_chunk(struct learner *l)
{
    struct learn_batch *b = &l->batch;
    b->t += b->frames;
    if (b->t >= b->longest)
        return false;
    b->frames = b->longest - b->t < b->chunk ? b->longest - b->t : b->chunk;
    b->there = 0;
    for (int s = 0; s < LEARN_STREAMS; s++)
        b->there += frames_of(b, s);
    team_run(l->team, work, l);
    return true;
}

struct learn_sums learner_look(struct learner *l, const struct learn_material *material)
{
    struct learn_epoch epoch = learn_epoch_new(material, LEARN_STREAMS, 0);
    struct learn_sums sums = {0};
    const bool learning = l->learning;
    l->learning = false;
    for (int number = 0; number < l->threads; number++)
        l->workers[number].sums = (struct learn_sums){0};
    for (int b = 0; b < epoch.batches; b++) {
        learner_begin(l, material, epoch.utterance + b * LEARN_STREAMS, NULL);
        while (learner_chunk(l))
            ;
    }
    for (int number = 0; number < l->threads; number++) {
        learn_sums_join(&sums, &l->workers[number].sums);
        l->workers[number].sums = (struct learn_sums){0};
    }
    l->learning = learning;
    learn_epoch_free(&epoch);
    return sums;
}

/* ---- densities ------------------------------------------------------------------------------- */

double learner_done(const struct learner *l)
{
    return (double)l->position.seen / (double)l->position.frames;
}

bool learner_ramp_is_over(const struct learner *l)
{
    return learner_done(l) >= RAMP;
}

/* What of that which is to go in the end is still there. */
static double rest_of(const struct learner *l)
{
    const double rest = fmax(0.0, 1.0 - learner_done(l) / RAMP);
    return rest * rest * rest;
}

double learner_density(const struct learner *l)
{
    size_t left = 0;
    for (size_t i = 0; i < l->plan->matrix_count; i++)
        left += l->mask[i];
    return (double)left / (double)l->plan->matrix_count;
}

void learner_prune(struct learner *l, bool end)
{
    learn_plan_write(l->plan, l->at, &l->copy);
    prune_partly(&l->copy, l->task->model, l->task->geometry, end ? 0.0 : rest_of(l));
    learn_plan_read(l->plan, &l->copy, l->used);
    for (size_t i = 0; i < l->plan->matrix_count; i++)
        l->mask[i] = l->used[i] != 0.0f;
    if (end)
        memcpy(l->at, l->used, l->plan->count * sizeof *l->at);
    learner_use(l);
}

/* ---- the step -------------------------------------------------------------------------------- */

static void round_matrix(float *to, const float *from, size_t count, int bits)
{
    double largest = 0.0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs((double)from[i]));
    const int fraction = fraction_for(largest, bits, FRACTION_MOST);
    for (size_t i = 0; i < count; i++)
        to[i] = (float)ldexp((double)quantize_value((double)from[i], fraction, bits), -fraction);
}

void learn_round(struct network *n, int bits)
{
    for (int m = 0; m < n->matrix_count; m++) {
        struct matrix *w = &n->matrices[m].weights;
        round_matrix(w->at, w->at, (size_t)w->rows * (size_t)w->cols, bits);
    }
}

void learner_use(struct learner *l)
{
    const struct network *n = l->plan->network;
    const size_t matrices = l->plan->matrix_count;
    for (size_t i = 0; i < matrices; i++)
        l->used[i] = l->mask[i] ? l->at[i] : 0.0f;
    memcpy(l->used + matrices, l->at + matrices, (l->plan->count - matrices) * sizeof *l->at);
    for (int m = 0; l->task->weight_bits > 0 && m < n->matrix_count; m++) {
        const struct matrix *w = &n->matrices[m].weights;
        float *weights = l->used + l->plan->matrices[m];
        round_matrix(weights, weights, (size_t)w->rows * (size_t)w->cols, l->task->weight_bits);
    }
}

/* Whether weights that are not in use may be so again. */
static bool comes_back(const struct learner *l)
{
    return l->task->model->pruning != PRUNING_NONE && !learner_ramp_is_over(l);
}

/* Parameters first .. last-1: the gradients of all workers, in their order, and Adam. */
static void step_range(struct learner *l, size_t first, size_t last, bool masked)
{
    float *gradient = l->workers[0].gradient;
    for (int number = 1; number < l->threads; number++)
        for (size_t i = first; i < last; i++)
            gradient[i] += l->workers[number].gradient[i];
    const double updates = (double)l->position.updates + 1.0;
    const struct learn_adam adam = {.rate = l->rate,
                                    .first_rest = (float)(1.0 - pow(0.9, updates)),
                                    .second_rest = (float)(1.0 - pow(0.999, updates)),
                                    .gradient = gradient + first,
                                    .mask = masked ? l->mask + first : NULL,
                                    .fade = comes_back(l) ? 1.0f / (1.0f + FADE * l->rate) : 0.0f,
                                    .parameters = l->at + first,
                                    .first = l->first + first,
                                    .second = l->second + first,
                                    .count = last - first};
    learn_kernels_best()->adam(&adam);
}

static void step(void *with, int member)
{
    struct learner *l = with;
    const size_t matrices = l->plan->matrix_count, all = l->plan->count;
    const size_t threads = (size_t)l->threads, number = (size_t)member;
    step_range(l, matrices * number / threads, matrices * (number + 1) / threads, true);
    if (member == 0)
        step_range(l, matrices, all, false);
}

void learner_update(struct learner *l)
{
    const double warm = fmin(1.0, ((double)l->position.updates + 1.0) / WARM_UP);
    const double cosine = 0.5 * (1.0 + cos(PI * fmin(1.0, learner_done(l))));
    l->rate = (float)(warm * fmax(LEAST_RATE, (double)l->task->rate * cosine));
    team_run(l->team, step, l);
    l->position.updates++;
    l->position.seen += l->batch.there;
    learner_use(l);
}
