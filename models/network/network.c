/* SPDX-License-Identifier: Apache-2.0 */
#include "models/network/network.h"

#include <stdlib.h>
#include <string.h>

int network_matrices(const struct network *network, struct network_matrix list[MATRICES_MOST])
{
    static const char *const of_x[GATE_COUNT] = {"Wix", "Wfx", "Wcx", "Wox"};
    static const char *const of_y[GATE_COUNT] = {"Wir", "Wfr", "Wcr", "Wor"};
    struct network *n = (struct network *)network;
    int count = 0;
    for (int gate = 0; gate < GATE_COUNT; gate++)
        list[count++] = (struct network_matrix){of_x[gate], VECTOR_X, false, &n->wx[gate]};
    for (int gate = 0; gate < GATE_COUNT; gate++)
        list[count++] = (struct network_matrix){of_y[gate], VECTOR_Y, false, &n->wr[gate]};
    if (n->projection)
        list[count++] = (struct network_matrix){"Wym", VECTOR_M, true, &n->wym};
    return count;
}

static struct matrix copy_matrix(const struct matrix *m)
{
    struct matrix copy = matrix_new(m->rows, m->cols);
    if (m->at != NULL)
        memcpy(copy.at, m->at, (size_t)m->rows * (size_t)m->cols * sizeof *m->at);
    return copy;
}

static float *copy_vector(const float *vector, int size)
{
    if (vector == NULL)
        return NULL;
    float *copy = allocate((size_t)size, sizeof *copy);
    memcpy(copy, vector, (size_t)size * sizeof *copy);
    return copy;
}

bool network_same_matrices(const struct network *left, const struct network *right)
{
    struct network_matrix l[MATRICES_MOST], r[MATRICES_MOST];
    int count = network_matrices(left, l);
    BUG_UNLESS(network_matrices(right, r) == count);
    for (int n = 0; n < count; n++) {
        size_t size = (size_t)l[n].matrix->rows * (size_t)l[n].matrix->cols;
        for (size_t i = 0; i < size; i++)
            if (l[n].matrix->at[i] != r[n].matrix->at[i])
                return false;
    }
    return true;
}

struct network network_copy(const struct network *network)
{
    struct network copy = *network;
    struct network_matrix from[MATRICES_MOST], to[MATRICES_MOST];
    int count = network_matrices(network, from);
    network_matrices(&copy, to);
    for (int n = 0; n < count; n++)
        *to[n].matrix = copy_matrix(from[n].matrix);
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        copy.bias[gate] = copy_vector(network->bias[gate], network->cell);
        copy.peep[gate] = copy_vector(network->peep[gate], network->cell);
    }
    copy.classes = copy_matrix(&network->classes);
    copy.class_bias = copy_vector(network->class_bias, network->classes.rows);
    return copy;
}

void network_free(struct network *network)
{
    struct network_matrix list[MATRICES_MOST];
    int count = network_matrices(network, list);
    for (int n = 0; n < count; n++)
        free(list[n].matrix->at);
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        free(network->bias[gate]);
        free(network->peep[gate]);
    }
    free(network->classes.at);
    free(network->class_bias);
    *network = (struct network){0};
}
