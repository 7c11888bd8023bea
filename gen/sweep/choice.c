/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/sweep/choice.h"

#include <math.h>
#include <stdlib.h>

/* Axes with one value do not part points. */
static double distance(const struct outcome *o, int left, int right)
{
    const struct axes *axes = &o->sweep->axes;
    const int *l = o->sweep->plan.at + (size_t)o->points[left] * (size_t)axes->count;
    const int *r = o->sweep->plan.at + (size_t)o->points[right] * (size_t)axes->count;
    double sum = 0.0;
    for (int n = 0; n < axes->count; n++)
        if (axes->list[n].count > 1)
            sum += fabs((double)(l[n] - r[n])) / (axes->list[n].count - 1);
    return sum;
}

static int choose_of_front(const struct outcome *o, int count, struct choice *choices)
{
    const int all = o->front_count, taken = count < all ? count : all;
    for (int n = 0; n < taken; n++) {
        int at = taken > 1 ? (int)((int64_t)n * (all - 1) / (taken - 1)) : 0;
        choices[n] = (struct choice){o->front[at], true};
    }
    return taken;
}

/* How far each point is from the nearest that is chosen; one that is chosen: 0. */
static void keep_nearest(const struct outcome *o, int chosen, double *nearest)
{
    for (int place = 0; place < o->count; place++)
        nearest[place] = fmin(nearest[place], distance(o, place, chosen));
}

int choose_points(const struct outcome *o, int count, struct choice *choices)
{
    int chosen = choose_of_front(o, count, choices);
    double *nearest = allocate((size_t)o->count, sizeof *nearest);
    for (int place = 0; place < o->count; place++)
        nearest[place] = INFINITY;
    for (int n = 0; n < chosen; n++)
        keep_nearest(o, choices[n].place, nearest);
    for (int n = 0; n < count; n++) {
        int farthest = -1;
        for (int place = 0; place < o->count; place++)
            if (nearest[place] > 0.0 && (farthest < 0 || nearest[place] > nearest[farthest]))
                farthest = place;
        if (farthest < 0)
            break;
        choices[chosen++] = (struct choice){farthest, false};
        keep_nearest(o, farthest, nearest);
    }
    free(nearest);
    return chosen;
}
