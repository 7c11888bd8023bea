/* SPDX-License-Identifier: Apache-2.0
 * learn.c - epochs, reports, and when it is enough. */
#include "models/learn/learn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "models/learn/learner.h"

enum {
    MASK_EVERY = 20,   /* updates, at most */
    MASK_SHARE = 50,   /* at most that part of the updates */
    REPORTS = 20,
    LOOKS = 4,         /* at what is held out, more than the reports: whoever compares networks */
    TRIED_UPDATES = 6, /* at least, for telling the rate */
    IDLE_REPORTS = 4   /* so many with nothing better on what is held out: that is all there is */
};
static const double TRIED_SHARE = 0.03; /* of the time */

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
    double until;     /* a trial ends then; 0: this is none */
    bool ramp_over, stopped;
    bool at_once;     /* what came out: see struct learn_outcome */
    double density;
};

static bool is_over(const struct learning *g)
{
    const struct learn_position *p = &g->learner->position;
    const bool tried = g->until > 0.0 && p->updates >= TRIED_UPDATES && seconds() >= g->until;
    return p->seen >= p->frames || g->stopped || p->idle >= IDLE_REPORTS || tried;
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
    struct learn_report r = {.seen = l->position.seen, .frames = l->position.frames,
                             .density = learner_density(l)};
    for (int number = 0; number < l->threads; number++) {
        learn_sums_join(&r.learnt, &l->workers[number].sums);
        l->workers[number].sums = (struct learn_sums){0};
    }
    r.held_out = learner_look(l, l->task->held_out);
    if (!isfinite(learn_sums_loss(&r.held_out)))
        return fail(error, "after %lld frames the loss is no number: weights, or what recordings make of "
                           "them, have left all bounds", (long long)r.seen);
    keep_best(g, learn_sums_loss(&r.held_out));
    l->position.reports++;
    const double rest = (double)(r.frames - r.seen) / (double)(r.seen - g->seen);
    r.seconds_left = rest > 0.0 ? rest * (seconds() - g->begun) : 0.0;
    if (g->watch->tell != NULL)
        g->watch->tell(g->watch->context, &r);
    return learner_save(l, error);
}

/* ---- epochs ---------------------------------------------------------------------------------- */

/* Short runs have few updates, and want a way down nevertheless. */
static int64_t mask_every(const struct learner *l)
{
    const int64_t share = l->position.frames / (LEARN_STREAMS * LEARN_CHUNK) / MASK_SHARE;
    return share < 1 ? 1 : share < MASK_EVERY ? share : MASK_EVERY;
}

static void prune_if_due(struct learning *g)
{
    struct learner *l = g->learner;
    if (l->task->model->pruning == PRUNING_NONE) {
        g->ramp_over = true;
    } else if (learner_ramp_is_over(l)) {
        if (!g->ramp_over)
            learner_prune(l, true);
        g->ramp_over = true;
    } else if (l->position.updates % mask_every(l) == 0) {
        learner_prune(l, false);
    }
}

static void learn_batch(struct learning *g, const int *utterances, uint64_t seed)
{
    struct learner *l = g->learner;
    struct random random;
    random_seed(&random, seed);
    learner_begin(l, l->task->material, utterances,
                  l->task->augment || l->task->noise ? &random : NULL);
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

static double held_out_loss(struct learner *l)
{
    const struct learn_sums sums = learner_look(l, l->task->held_out);
    return learn_sums_loss(&sums);
}

/* The best, or where nothing was judged since the ramp, what there is, pruned; if that is no better, the
 * dense network pruned at once. */
static void finish(struct learning *g, struct network *learnt)
{
    struct learner *l = g->learner;
    g->density = learner_density(l);
    if (!g->ramp_over)
        learner_prune(l, true);
    if (!isfinite(l->position.best_loss)) {
        memcpy(l->best, l->at, l->plan->count * sizeof *l->best);
        l->position.best_loss = held_out_loss(l);
    }
    memcpy(l->at, l->dense, l->plan->count * sizeof *l->at);
    learner_prune(l, true);
    g->at_once = !(l->position.best_loss <= held_out_loss(l));
    learn_plan_write(l->plan, g->at_once ? l->at : l->best, learnt);
    if (l->task->weight_bits > 0)
        learn_round(learnt, l->task->weight_bits);
}

/* ---- so many seconds ------------------------------------------------------------------------- */

/* Learns for a while by a learner that is then thrown away.  Returns the frames of a second. */
static double rate_of(struct learning *g, double until)
{
    struct learner *l = g->learner;
    struct learn_epoch epoch = learn_epoch_new(l->task->material, LEARN_STREAMS, l->task->seed);
    const double begun = seconds();
    l->learning = true;
    g->until = until;
    for (int b = 0; !is_over(g); b++)
        learn_batch(g, epoch.utterance + b % epoch.batches * LEARN_STREAMS,
                    l->task->seed + (uint64_t)b);
    learn_epoch_free(&epoch);
    return (double)l->position.seen / (seconds() - begun);
}

/* How many frames the time is enough for, what is looked at between them counted. */
static bool frames_in_time(const struct learn_task *task, const struct learn_watch *watch,
                           int64_t *frames, struct error *error)
{
    struct learning g = {.learner = learner_new(task, error), .watch = watch};
    const double begun = seconds();
    if (g.learner == NULL)
        return false;
    g.learner->position.frames = INT64_MAX;
    learner_look(g.learner, task->held_out);
    const double look = seconds() - begun;
    const double rate = rate_of(&g, begun + TRIED_SHARE * task->seconds);
    const double left = task->seconds - (seconds() - begun) - (REPORTS + LOOKS) * look;
    *frames = (int64_t)fmax(LEARN_STREAMS * LEARN_CHUNK, left * rate);
    learner_free(g.learner);
    return true;
}

static void tell_outcome(const struct learning *g, bool resumed)
{
    const struct learn_position *p = &g->learner->position;
    if (g->learner->task->outcome != NULL)
        *g->learner->task->outcome = (struct learn_outcome){
            .frames = p->frames, .seen = p->seen, .resumed = resumed, .stopped = g->stopped,
            .density = g->density, .on_the_way = !g->ramp_over,
            .enough = p->idle >= IDLE_REPORTS, .at_once = g->at_once,
            .kept = p->reports > 0 && g->learner->task->checkpoint != NULL};
}

bool learn(const struct learn_task *task, const struct learn_watch *watch, struct network *learnt,
           struct error *error)
{
    const struct learn_marks marks = learner_marks(task); /* first: it takes memory for itself */
    struct learning g = {.learner = learner_new(task, error), .watch = watch};
    if (g.learner == NULL)
        return false;
    g.learner->marks = marks;
    const bool other = !learner_resume(g.learner);
    bool good = g.learner->position.frames > 0 ||
                frames_in_time(task, watch, &g.learner->position.frames, error);
    if (good && watch->begin != NULL)
        watch->begin(watch->context, &(struct learn_beginning){g.learner->position.seen, g.learner->position.frames,
                                                               other});
    g.begun = seconds();
    g.seen = g.learner->position.seen;
    g.ramp_over = learner_ramp_is_over(g.learner);
    g.learner->learning = true;
    while (good && !is_over(&g))
        good = learn_epoch(&g, error);
    if (good) {
        finish(&g, learnt);
        tell_outcome(&g, g.seen > 0);
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
