/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/prune.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A weight as one number: the bits of its magnitude, which as a float of at least 0 orders like a
 * whole number, above the complement of its index into matrix.at, which breaks ties.  Larger
 * stays. */
typedef uint64_t ranked;

static ranked rank(float weight, int index)
{
    float magnitude = fabsf(weight);
    uint32_t bits;
    memcpy(&bits, &magnitude, sizeof bits);
    return (ranked)bits << 32 | (uint32_t)~(uint32_t)index;
}

static size_t index_of(ranked weight)
{
    return (size_t)~(uint32_t)weight;
}

static ranked median(ranked a, ranked b, ranked c)
{
    ranked low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

/* Brings the `keep` largest to the front, in any order: quickselect.  No two are equal. */
static void select_largest(ranked *weights, int count, int keep)
{
    int first = 0, last = keep > 0 ? count - 1 : 0;
    while (first < last) {
        ranked pivot = median(weights[first], weights[first + (last - first) / 2], weights[last]);
        int left = first, right = last;
        while (left <= right) {
            while (weights[left] > pivot)
                left++;
            while (weights[right] < pivot)
                right--;
            if (left <= right) {
                ranked swap = weights[left];
                weights[left++] = weights[right];
                weights[right--] = swap;
            }
        }
        if (keep <= right)
            last = right;
        else if (keep > left)
            first = left;
        else
            return;
    }
}

static void keep_largest(struct matrix *matrix, ranked *weights, int count, int keep)
{
    select_largest(weights, count, keep);
    for (int i = keep; i < count; i++)
        matrix->at[index_of(weights[i])] = 0.0f;
}

/* Appends every `step`th weight of row `row`, from column `first` on, to the candidates. */
static int gather_row(const struct matrix *matrix, int row, int first, int step, ranked *weights,
                      int count)
{
    for (int col = first; col < matrix->cols; col += step) {
        int index = row * matrix->cols + col;
        weights[count++] = rank(matrix->at[index], index);
    }
    return count;
}

/* How many of 0..all-1 are `place` modulo `step`. */
static int owned(int all, int step, int place)
{
    return all > place ? (all - place + step - 1) / step : 0;
}

/* Weights that every PE keeps of a row block, or all that it has: as many in all as `density` says.  Where rows are
 * few, or density is high, some PEs have fewer than the others keep. */
static int balanced_share(const struct matrix *matrix, int rows, double density, const struct geometry *g, int fold)
{
    const double all = density * rows * matrix->cols, even = all / g->pes;
    const int owners = geometry_owners(g, fold);
    int share = (int)lround(even);
    for (;;) {
        int64_t kept = 0;
        int more = 0, fewer = 0; /* PEs that have more than they are to keep; fewer than their even share */
        for (int pe = 0; pe < g->pes; pe++) {
            const int has = owned(rows, owners, pe / fold) * owned(matrix->cols, fold, pe % fold);
            kept += has < share ? has : share;
            more += has > share;
            fewer += has < even;
        }
        if (fewer == 0 || more == 0 || kept >= llround(all))
            return share;
        share += (int)((llround(all) - kept + more - 1) / more);
    }
}

static void prune_balanced(struct matrix *matrix, double density, const struct geometry *g,
                           int fold)
{
    int span = geometry_span(g, fold), owners = geometry_owners(g, fold);
    ranked *weights = allocate((size_t)g->block_rows * (size_t)matrix->cols, sizeof *weights);
    for (int first = 0; first < matrix->rows; first += span) {
        int rows = matrix->rows - first < span ? matrix->rows - first : span;
        int keep = balanced_share(matrix, rows, density, g, fold);
        for (int pe = 0; pe < g->pes; pe++) {
            int count = 0;
            for (int row = first + pe / fold; row < first + rows; row += owners)
                count = gather_row(matrix, row, pe % fold, fold, weights, count);
            keep_largest(matrix, weights, count, keep < count ? keep : count);
        }
    }
    free(weights);
}

static void prune_magnitude(struct matrix *matrix, double density)
{
    int total = matrix->rows * matrix->cols, count = 0;
    ranked *weights = allocate((size_t)total, sizeof *weights);
    for (int row = 0; row < matrix->rows; row++)
        count = gather_row(matrix, row, 0, 1, weights, count);
    keep_largest(matrix, weights, count, (int)lround(density * total));
    free(weights);
}

void prune(struct network *n, const struct model_config *model, const struct geometry *g)
{
    prune_partly(n, model, g, 0.0);
}

void prune_partly(struct network *n, const struct model_config *model, const struct geometry *g, double rest)
{
    for (int i = 0; i < n->matrix_count; i++) {
        struct matrix *matrix = &n->matrices[i].weights;
        const double last = network_density(n, i, model), density = last + (1.0 - last) * rest;
        if (model->pruning == PRUNING_BALANCED)
            prune_balanced(matrix, density, g, geometry_fold_of(g, n, i));
        else if (model->pruning == PRUNING_MAGNITUDE)
            prune_magnitude(matrix, density);
    }
}
