/* SPDX-License-Identifier: Apache-2.0
 * pareto.c - sorted by the first goal, then the second ..., a point can only be beaten by one
 * before it. */
#include "gen/sweep/pareto.h"

#include <stdlib.h>

#include "models/base/error.h"

struct field {
    const double *values;
    int goals;
    const bool *more;
};

/* Less is better. */
static double cost(const struct field *f, int point, int goal)
{
    double value = f->values[(size_t)point * (size_t)f->goals + (size_t)goal];
    return f->more[goal] ? -value : value;
}

static int compare(const void *left, const void *right, void *with)
{
    const int l = *(const int *)left, r = *(const int *)right;
    const struct field *f = with;
    for (int goal = 0; goal < f->goals; goal++)
        if (cost(f, l, goal) < cost(f, r, goal) || cost(f, l, goal) > cost(f, r, goal))
            return cost(f, l, goal) < cost(f, r, goal) ? -1 : 1;
    return l < r ? -1 : 1;
}

static bool beats(const struct field *f, int left, int right)
{
    bool better = false;
    for (int goal = 0; goal < f->goals; goal++) {
        if (cost(f, left, goal) > cost(f, right, goal))
            return false;
        better = better || cost(f, left, goal) < cost(f, right, goal);
    }
    return better;
}

int pareto_front(const double *values, int count, int goals, const bool *more, int *front)
{
    struct field f = {values, goals, more};
    int *order = allocate((size_t)count, sizeof *order), length = 0;
    for (int n = 0; n < count; n++)
        order[n] = n;
    qsort_r(order, (size_t)count, sizeof *order, compare, &f);
    for (int n = 0; n < count; n++) {
        bool beaten = false;
        for (int k = 0; k < length && !beaten; k++)
            beaten = beats(&f, front[k], order[n]);
        if (!beaten)
            front[length++] = order[n];
    }
    free(order);
    return length;
}
