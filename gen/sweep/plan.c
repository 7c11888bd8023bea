/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/sweep/plan.h"

#include <stdlib.h>
#include <string.h>

#include "models/base/random.h"
#include "models/program/stock.h"

enum { RUN_MOST = 64 };

static int *point_at(const struct plan *plan, int point)
{
    return plan->at + (size_t)point * (size_t)plan->axes->count;
}

const char *plan_value(const struct plan *plan, int point, int axis)
{
    return plan->axes->list[axis].values[point_at(plan, point)[axis]];
}

static void plan_room(struct plan *plan, const struct axes *axes, int count)
{
    *plan = (struct plan){.axes = axes, .count = count};
    plan->at = allocate((size_t)count * (size_t)axes->count, sizeof *plan->at);
    for (int n = 0; n < axes->count; n++)
        plan->order[n] = n;
}

bool plan_grid(struct plan *plan, const struct axes *axes, struct error *error)
{
    int64_t count = 1;
    for (int n = 0; n < axes->count; n++) {
        count *= axes->list[n].count;
        if (count > POINTS_MOST)
            return fail(error,
                        "the axes have more than %d points; --sample lhs:N draws some of them",
                        POINTS_MOST);
    }
    plan_room(plan, axes, (int)count);
    for (int point = 0; point < plan->count; point++) {
        int rest = point;
        for (int n = axes->count - 1; n >= 0; n--) {
            point_at(plan, point)[n] = rest % axes->list[n].count;
            rest /= axes->list[n].count;
        }
    }
    return true;
}

/* ---- samples --------------------------------------------------------------------------------- */

static void shuffle(int *list, int count, struct random *random)
{
    for (int n = count - 1; n > 0; n--) {
        int other = (int)random_below(random, (uint64_t)n + 1), kept = list[n];
        list[n] = list[other];
        list[other] = kept;
    }
}

static int compare(const void *left, const void *right, void *with)
{
    const int *l = left, *r = right;
    const struct plan *plan = with;
    for (int n = 0; n < plan->axes->count; n++) {
        int axis = plan->order[n];
        if (l[axis] != r[axis])
            return l[axis] < r[axis] ? -1 : 1;
    }
    return 0;
}

static void sort(struct plan *plan)
{
    const size_t size = (size_t)plan->axes->count * sizeof *plan->at;
    qsort_r(plan->at, (size_t)plan->count, size, compare, plan);
}

static void drop_twins(struct plan *plan)
{
    const size_t size = (size_t)plan->axes->count * sizeof *plan->at;
    int kept = 0;
    sort(plan);
    for (int point = 0; point < plan->count; point++) {
        if (kept > 0 && memcmp(point_at(plan, point), point_at(plan, kept - 1), size) == 0)
            continue;
        memmove(point_at(plan, kept++), point_at(plan, point), size);
    }
    plan->count = kept;
}

bool plan_sample(struct plan *plan, const struct axes *axes, int samples, uint64_t seed,
                 struct error *error)
{
    struct random random;
    if (samples < 1 || samples > POINTS_MOST)
        return fail(error, "--sample: lhs:%d is outside 1..%d", samples, POINTS_MOST);
    random_seed(&random, seed);
    plan_room(plan, axes, samples);
    int *strata = allocate((size_t)samples, sizeof *strata);
    for (int n = 0; n < axes->count; n++) {
        for (int s = 0; s < samples; s++)
            strata[s] = (int)((int64_t)s * axes->list[n].count / samples);
        /* With fewer samples than values the strata are wider than a value: any in it will do. */
        for (int s = 0; s < samples && axes->list[n].count > samples; s++) {
            int64_t end = (int64_t)(s + 1) * axes->list[n].count / samples;
            strata[s] += (int)random_below(&random, (uint64_t)(end - strata[s]));
        }
        shuffle(strata, samples, &random);
        for (int s = 0; s < samples; s++)
            point_at(plan, s)[n] = strata[s];
    }
    free(strata);
    drop_twins(plan);
    return true;
}

/* ---- the order ------------------------------------------------------------------------------- */

static struct config with_value(const struct config *base, const struct axis *axis, int value)
{
    struct config config = *base;
    struct error error;
    BUG_UNLESS(key_set(axis->key, &config, axis->values[value], &error));
    return config;
}

/* The first stage that depends on the axis; `always`: between any two neighbours of its values. */
static enum stage stage_of(const struct axis *axis, const struct config *base, bool *always)
{
    enum stage first = STAGE_COUNT;
    *always = true;
    if (axis->key->kind == KIND_PATH) /* all of them are the network's, and not to be freed */
        return STAGE_NETWORK;
    for (int v = 1; v < axis->count; v++) {
        const struct config left = with_value(base, axis, v - 1), right = with_value(base, axis, v);
        enum stage stage = stock_first_apart(&left, &right);
        *always = *always && (v == 1 || stage == first);
        first = stage < first ? stage : first;
    }
    return first;
}

/* Outermost are the axes of early stages; of one stage those that always change its result. */
void plan_order(struct plan *plan, const struct config *base)
{
    int ranks[AXES_MOST];
    plan->outer = 0;
    for (int n = 0; n < plan->axes->count; n++) {
        bool always;
        const enum stage stage = stage_of(&plan->axes->list[n], base, &always);
        int rank = 2 * (int)stage + !always, place = n;
        plan->outer += stage < STAGE_NUMBERS;
        for (; place > 0 && ranks[place - 1] > rank; place--) {
            ranks[place] = ranks[place - 1];
            plan->order[place] = plan->order[place - 1];
        }
        ranks[place] = rank;
        plan->order[place] = n;
    }
    sort(plan);
}

void plan_keep(struct plan *plan, plan_wanted_fn *wanted, const void *with)
{
    const size_t size = (size_t)plan->axes->count * sizeof *plan->at;
    int kept = 0;
    for (int point = 0; point < plan->count; point++)
        if (wanted(plan, point, with))
            memmove(point_at(plan, kept++), point_at(plan, point), size);
    plan->count = kept;
}

void plan_shard(struct plan *plan, int part, int parts)
{
    int begin = (int)((int64_t)plan->count * (part - 1) / parts);
    int end = (int)((int64_t)plan->count * part / parts);
    const size_t size = (size_t)plan->axes->count * sizeof *plan->at;
    memmove(plan->at, point_at(plan, begin), (size_t)(end - begin) * size);
    plan->count = end - begin;
}

int plan_run(const struct plan *plan, int point)
{
    int length = 1;
    for (; length < RUN_MOST && point + length < plan->count; length++)
        for (int n = 0; n < plan->outer; n++) {
            int axis = plan->order[n];
            if (point_at(plan, point)[axis] != point_at(plan, point + length)[axis])
                return length;
        }
    return length;
}

void plan_free(struct plan *plan)
{
    free(plan->at);
    *plan = (struct plan){0};
}
