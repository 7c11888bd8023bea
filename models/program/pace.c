/* SPDX-License-Identifier: Apache-2.0
 * pace.c - where all elements are there from the beginning the order follows from what the PEs are
 * ahead alone; such orders are kept, for the next schedule of the same slices. */
#include "models/program/pace.h"

#include <stdlib.h>
#include <string.h>

#include "models/program/encode.h"

enum {
    CANDIDATES_MAX = 256, /* columns that the greedy order looks at: bounds its time */
    SIDE_BY_SIDE = 8,     /* sums of PEs that the processor can add at once */
    ORDERS_KEPT = 4
};

/* An order that was found with all elements there. */
struct found {
    float *before, *after; /* [stride] what the PEs were ahead */
    int *order;            /* [count]; NULL: none was found yet */
};

struct pace {
    const uint16_t *lengths; /* of the slices */
    int columns, pes, stride;
    int count;        /* columns that have entries: nobody needs the elements of others */
    int *used;        /* [count] those, ascending */
    float *share;     /* [pes] of the product's entries, 1 being the average PE's */
    float *mean;      /* [columns] mean length */
    float *deviation; /* [columns][stride] lengths less the PE's share of them; NULL: not now */
    float *spread;    /* [columns] sum of the squares of that */
    struct found found[ORDERS_KEPT];
    int next_found;
};

int pace_stride(int pes)
{
    return (pes + SIDE_BY_SIDE - 1) / SIDE_BY_SIDE * SIDE_BY_SIDE;
}

/* ---- what does not change -------------------------------------------------------------------- */

static float *shares_of(const struct pace *p)
{
    int64_t *entries = allocate((size_t)p->pes, sizeof *entries), total = 0;
    float *share = allocate((size_t)p->pes, sizeof *share);
    for (int column = 0; column < p->columns; column++)
        for (int pe = 0; pe < p->pes; pe++)
            entries[pe] += p->lengths[(size_t)column * (size_t)p->pes + (size_t)pe];
    for (int pe = 0; pe < p->pes; pe++)
        total += entries[pe];
    for (int pe = 0; pe < p->pes && total > 0; pe++)
        share[pe] = (float)((double)entries[pe] * p->pes / (double)total);
    free(entries);
    return share;
}

struct pace *pace_new(const struct slices *slices)
{
    struct pace *p = allocate(1, sizeof *p);
    *p = (struct pace){.lengths = slices->lengths,
                       .columns = slices->columns,
                       .pes = slices->pes,
                       .stride = pace_stride(slices->pes)};
    p->share = shares_of(p);
    p->used = allocate((size_t)p->columns, sizeof *p->used);
    p->mean = allocate((size_t)p->columns, sizeof *p->mean);
    p->spread = allocate((size_t)p->columns, sizeof *p->spread);
    for (int column = 0; column < p->columns; column++) {
        int sum = 0;
        for (int pe = 0; pe < p->pes; pe++)
            sum += p->lengths[(size_t)column * (size_t)p->pes + (size_t)pe];
        p->mean[column] = (float)sum / (float)p->pes;
        if (sum > 0)
            p->used[p->count++] = column;
    }
    return p;
}

static void make_deviations(struct pace *p)
{
    p->deviation = allocate((size_t)p->columns * (size_t)p->stride, sizeof *p->deviation);
    for (int n = 0; n < p->count; n++) {
        const int column = p->used[n];
        const uint16_t *lengths = p->lengths + (size_t)column * (size_t)p->pes;
        float *deviation = p->deviation + (size_t)column * (size_t)p->stride, squares = 0.0f;
        for (int pe = 0; pe < p->pes; pe++) {
            deviation[pe] = (float)lengths[pe] - p->mean[column] * p->share[pe];
            squares += deviation[pe] * deviation[pe];
        }
        p->spread[column] = squares;
    }
}

static void drop_deviations(struct pace *p)
{
    free(p->deviation);
    p->deviation = NULL;
}

void pace_free(struct pace *p)
{
    if (p == NULL)
        return;
    for (int n = 0; n < ORDERS_KEPT; n++) {
        free(p->found[n].before);
        free(p->found[n].after);
        free(p->found[n].order);
    }
    drop_deviations(p);
    free(p->share);
    free(p->used);
    free(p->mean);
    free(p->spread);
    free(p);
}

int pace_columns(const struct pace *p, const int **columns)
{
    *columns = p->used;
    return p->count;
}

float pace_mean(const struct pace *p, int column)
{
    return p->mean[column];
}

/* ---- one column after the other -------------------------------------------------------------- */

static float dot(const float *restrict a, const float *restrict b, int stride)
{
    float sums[SIDE_BY_SIDE] = {0.0f}, sum = 0.0f;
    for (int n = 0; n < stride; n += SIDE_BY_SIDE)
        for (int k = 0; k < SIDE_BY_SIDE; k++)
            sums[k] += a[n + k] * b[n + k];
    for (int k = 0; k < SIDE_BY_SIDE; k++)
        sum += sums[k];
    return sum;
}

/* Position in order[next .. count - 1], ascending, of the best next column: least sum of squares of
 * what the PEs are ahead afterwards, among the columns ready; where there is none, the one that is
 * ready first. */
static int choose(const struct pace *p, const struct pace_clock *c, const int *order, int next)
{
    const double now = c->clock - c->lead;
    int best = -1, soonest = next, seen = 0;
    float best_cost = 0.0f;
    for (int n = next; n < p->count && seen < CANDIDATES_MAX; n++) {
        const int column = order[n];
        if (c->ready != NULL) {
            if (c->ready[column] < c->ready[order[soonest]])
                soonest = n;
            if (c->ready[column] > now)
                continue;
        }
        seen++;
        const float *deviation = p->deviation + (size_t)column * (size_t)p->stride;
        float cost = 2.0f * dot(c->ahead, deviation, p->stride) + p->spread[column];
        if (best < 0 || cost < best_cost) {
            best = n;
            best_cost = cost;
        }
    }
    return best < 0 ? soonest : best;
}

static void pass_time(const struct pace *p, struct pace_clock *c, int column)
{
    if (c->ready != NULL && c->ready[column] > c->clock)
        c->clock = c->ready[column];
    c->clock += p->mean[column] > 1.0f ? (double)p->mean[column] : 1.0;
}

static void order_greedily(struct pace *p, struct pace_clock *c, int *order)
{
    for (int next = 0; next < p->count; next++) {
        const int n = choose(p, c, order, next), column = order[n];
        memmove(&order[next + 1], &order[next], (size_t)(n - next) * sizeof *order);
        order[next] = column;
        const float *deviation = p->deviation + (size_t)column * (size_t)p->stride;
        for (int pe = 0; pe < p->stride; pe++)
            c->ahead[pe] += deviation[pe];
        pass_time(p, c, column);
    }
}

/* ---- orders that were found before ----------------------------------------------------------- */

static bool all_ready(const struct pace *p, const struct pace_clock *c)
{
    for (int n = 0; c->ready != NULL && n < p->count; n++)
        if (c->ready[p->used[n]] > c->clock - c->lead)
            return false;
    return true;
}

static const struct found *find(const struct pace *p, const float *ahead)
{
    for (int n = 0; n < ORDERS_KEPT; n++)
        if (p->found[n].order != NULL &&
            memcmp(p->found[n].before, ahead, (size_t)p->stride * sizeof *ahead) == 0)
            return &p->found[n];
    return NULL;
}

static void keep(struct pace *p, const float *before, const float *after, const int *order)
{
    struct found *f = &p->found[p->next_found];
    const size_t stride = (size_t)p->stride, count = (size_t)p->count;
    p->next_found = (p->next_found + 1) % ORDERS_KEPT;
    if (f->order == NULL)
        *f = (struct found){allocate(stride, sizeof(float)), allocate(stride, sizeof(float)),
                            allocate(count, sizeof(int))};
    memcpy(f->before, before, stride * sizeof *before);
    memcpy(f->after, after, stride * sizeof *after);
    memcpy(f->order, order, count * sizeof *order);
}

static void order_all_ready(struct pace *p, struct pace_clock *c, int *order)
{
    const size_t stride = (size_t)p->stride;
    const struct found *found = find(p, c->ahead);
    if (found == NULL) {
        float *before = allocate(stride, sizeof *before);
        memcpy(before, c->ahead, stride * sizeof *before);
        struct pace_clock all = *c;
        all.ready = NULL;
        order_greedily(p, &all, order);
        c->clock = all.clock;
        keep(p, before, c->ahead, order);
        free(before);
        return;
    }
    memcpy(order, found->order, (size_t)p->count * sizeof *order);
    memcpy(c->ahead, found->after, stride * sizeof *c->ahead);
    for (int n = 0; n < p->count; n++)
        pass_time(p, c, order[n]);
}

static void order_naturally(const struct pace *p, struct pace_clock *c, const int *order)
{
    for (int n = 0; n < p->count; n++)
        pass_time(p, c, order[n]);
}

void pace_order(struct pace *p, struct pace_clock *c, bool greedy, int *order)
{
    memcpy(order, p->used, (size_t)p->count * sizeof *order);
    if (!greedy) {
        order_naturally(p, c, order);
        return;
    }
    if (p->deviation == NULL)
        make_deviations(p);
    if (all_ready(p, c))
        order_all_ready(p, c, order);
    else
        order_greedily(p, c, order);
    if (p->pes < SIDE_BY_SIDE) /* where they would be larger than the slices themselves */
        drop_deviations(p);
}
