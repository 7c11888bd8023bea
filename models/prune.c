/* SPDX-License-Identifier: Apache-2.0 */
#include "models/prune.h"

#include <math.h>
#include <stdlib.h>

struct candidate_weight {
    float magnitude;
    int index; /* into matrix.at: breaks ties, so that the result does not depend on qsort */
};

static int by_magnitude(const void *a, const void *b)
{
    const struct candidate_weight *p = a, *q = b;
    if (p->magnitude != q->magnitude)
        return p->magnitude < q->magnitude ? 1 : -1;
    return (p->index > q->index) - (p->index < q->index);
}

static void keep_largest(struct matrix *matrix, struct candidate_weight *weights, int count,
                         int keep)
{
    qsort(weights, (size_t)count, sizeof *weights, by_magnitude);
    for (int i = keep; i < count; i++)
        matrix->at[weights[i].index] = 0.0f;
}

/* Appends row `row` of the matrix to the candidates. */
static int gather_row(const struct matrix *matrix, int row, struct candidate_weight *weights,
                      int count)
{
    for (int col = 0; col < matrix->cols; col++) {
        int index = row * matrix->cols + col;
        weights[count++] = (struct candidate_weight){fabsf(matrix->at[index]), index};
    }
    return count;
}

static void prune_balanced(struct matrix *matrix, double density, int pes, int block_rows)
{
    int span = pes * block_rows;
    struct candidate_weight *weights =
        allocate((size_t)block_rows * (size_t)matrix->cols, sizeof *weights);
    for (int first = 0; first < matrix->rows; first += span) {
        int rows = matrix->rows - first < span ? matrix->rows - first : span;
        int keep = (int)lround(density * rows * matrix->cols / pes);
        for (int pe = 0; pe < pes; pe++) {
            int count = 0;
            for (int row = first + pe; row < first + rows; row += pes)
                count = gather_row(matrix, row, weights, count);
            keep_largest(matrix, weights, count, keep < count ? keep : count);
        }
    }
    free(weights);
}

static void prune_magnitude(struct matrix *matrix, double density)
{
    int total = matrix->rows * matrix->cols, count = 0;
    struct candidate_weight *weights = allocate((size_t)total, sizeof *weights);
    for (int row = 0; row < matrix->rows; row++)
        count = gather_row(matrix, row, weights, count);
    keep_largest(matrix, weights, count, (int)lround(density * total));
    free(weights);
}

void prune(struct network *network, enum pruning pruning, double density, int pes, int block_rows)
{
    struct matrix *matrices[2 * GATE_COUNT + 1];
    int count = 0;
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        matrices[count++] = &network->wx[gate];
        matrices[count++] = &network->wr[gate];
    }
    if (network->projection)
        matrices[count++] = &network->wym;
    for (int i = 0; i < count; i++) {
        if (pruning == PRUNING_BALANCED)
            prune_balanced(matrices[i], density, pes, block_rows);
        else if (pruning == PRUNING_MAGNITUDE)
            prune_magnitude(matrices[i], density);
    }
}
