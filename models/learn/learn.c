/* SPDX-License-Identifier: Apache-2.0
 * learn.c - epochs, reports, and when it is enough. */
#include "models/learn/learn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "models/learn/learner.h"

enum {
    MASK_EVERY = 20,
    REPORTS = 20,
    IDLE_REPORTS = 4 /* so many with nothing better on what is held out: that is all that there is */
};
static const double RAMP_END = 0.6;

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* One call of learn(). */
struct learning {
    struct learner *learner;
    const struct learn_watch *watch;
    double begun;     /* by the clock ... */
    int64_t seen;     /* ... with so many frames seen */
    bool ramp_over, stopped;
};

static bool is_over(const struct learning *g)
{
    const struct learn_position *p = &g->learner->position;
    return p->seen >= g->learner->task->frames || g->stopped || p->idle >= IDLE_REPORTS;
}

/* ---- reports --------------------------------------------------------------------------------- */

static void keep_best(struct learning *g, double loss)
{
    struct learner *l = g->learner;
    if (!g->ramp_over)
        return;
    if (loss < l->position.best_loss) {
        memcpy(l->best, l->at, l->plan->count * sizeof *l->best);
        l->position.best_loss = loss;
        l->position.idle = 0;
    } else {
        l->position.idle++;
    }
}

static bool report(struct learning *g, struct error *error)
{
    struct learner *l = g->learner;
    struct learn_report r = {.seen = l->position.seen, .frames = l->task->frames,
                             .density = learner_density(l, network_all_density(l->task->dense, l->task->model))};
    for (int number = 0; number < l->threads; number++) {
        learn_sums_join(&r.learnt, &l->workers[number].sums);
        l->workers[number].sums = (struct learn_sums){0};
    }
    r.held_out = learner_look(l, l->task->held_out);
    keep_best(g, learn_sums_loss(&r.held_out));
    l->position.reports++;
    const double rest = (double)(r.frames - r.seen) / (double)(r.seen - g->seen);
    r.seconds_left = rest > 0.0 ? rest * (seconds() - g->begun) : 0.0;
    if (g->watch->tell != NULL)
        g->watch->tell(g->watch->context, &r);
    return learner_save(l, error);
}

/* ---- epochs ---------------------------------------------------------------------------------- */

static void prune_if_due(struct learning *g)
{
    struct learner *l = g->learner;
    if (l->task->model->pruning == PRUNING_NONE) {
        g->ramp_over = true;
    } else if (learner_done(l) >= RAMP_END) {
        if (!g->ramp_over)
            learner_prune(l, true);
        g->ramp_over = true;
    } else if (l->position.updates % MASK_EVERY == 0) {
        learner_prune(l, false);
    }
}

static void learn_batch(struct learning *g, const int *utterances, uint64_t seed)
{
    struct learner *l = g->learner;
    struct random random;
    random_seed(&random, seed);
    learner_begin(l, l->task->material, utterances, l->task->augment ? &random : NULL);
    while (!is_over(g)) {
        prune_if_due(g);
        if (!learner_chunk(l))
            return;
        learner_update(l);
        g->stopped = g->watch->stop != NULL && g->watch->stop(g->watch->context);
    }
}

/* One after the other, from where it is. */
static bool learn_epoch(struct learning *g, struct error *error)
{
    struct learner *l = g->learner;
    struct learn_position *p = &l->position;
    const uint64_t seed = l->task->seed * 1000003 + (uint64_t)p->epoch;
    struct learn_epoch epoch = learn_epoch_new(l->task->material, LEARN_STREAMS, seed);
    bool good = true;
    while (good && !is_over(g) && p->batch < epoch.batches) {
        learn_batch(g, epoch.utterance + p->batch * LEARN_STREAMS,
                    (seed << 20) + (uint64_t)p->batch);
        p->batch++;
        if (learner_done(l) * REPORTS >= (double)(p->reports + 1) && !g->stopped)
            good = report(g, error);
    }
    if (p->batch >= epoch.batches) {
        p->batch = 0;
        p->epoch++;
    }
    learn_epoch_free(&epoch);
    return good;
}

/* The best, or where nothing was judged since the ramp, what there is, pruned. */
static void finish(struct learning *g, struct network *learnt)
{
    struct learner *l = g->learner;
    if (!g->ramp_over)
        learner_prune(l, true);
    const bool judged = isfinite(l->position.best_loss);
    learn_plan_write(l->plan, judged ? l->best : l->at, learnt);
    if (l->task->weight_bits > 0)
        learn_round(learnt, l->task->weight_bits);
}

bool learn(const struct learn_task *task, const struct learn_watch *watch, struct network *learnt,
           struct error *error)
{
    struct learning g = {.learner = learner_new(task, error), .watch = watch, .begun = seconds()};
    bool good = g.learner != NULL;
    if (!good)
        return false;
    learner_resume(g.learner);
    g.seen = g.learner->position.seen;
    g.ramp_over = learner_done(g.learner) >= RAMP_END;
    g.learner->learning = true;
    while (good && !is_over(&g))
        good = learn_epoch(&g, error);
    if (good) {
        finish(&g, learnt);
        if (!g.stopped)
            learner_forget(g.learner);
    }
    learner_free(g.learner);
    return good;
}

/* ---- looking --------------------------------------------------------------------------------- */

struct learn_sums learn_compare(const struct learn_task *task, const struct network *network,
                                const struct learn_material *material, struct error *error)
{
    struct learn_sums sums = {0};
    struct learner *l = learner_new(task, error);
    if (l == NULL)
        return sums;
    learn_plan_read(l->plan, network, l->at);
    learner_use(l);
    sums = learner_look(l, material);
    learner_free(l);
    return sums;
}

float *learn_teach(const struct network *dense, const struct learn_material *material, int most,
                   int *frames)
{
    struct learn_plan *plan = learn_plan_new(dense);
    float *parameters = allocate(plan->count, sizeof *parameters), *y = NULL;
    const size_t output = (size_t)dense->output;
    learn_plan_read(plan, dense, parameters);
    *frames = 0;
    const int step = (int)(material->frames / most) + 1; /* utterances from everywhere */
    for (int n = 0; n < material->count && *frames < most; n += step) {
        const struct matrix *x = material->of[n];
        struct learn_run *run = learn_run_new(plan, 1, x->rows, false);
        memcpy(learn_run_x(run), x->at, (size_t)x->rows * (size_t)x->cols * sizeof *y);
        learn_run_forward(run, parameters, x->rows, NULL);
        y = realloc(y, (size_t)(*frames + x->rows) * output * sizeof *y);
        BUG_UNLESS(y != NULL);
        memcpy(y + (size_t)*frames * output, learn_run_y(run), (size_t)x->rows * output * sizeof *y);
        *frames += x->rows;
        learn_run_free(run);
    }
    free(parameters);
    learn_plan_free(plan);
    return y;
}
