/* SPDX-License-Identifier: Apache-2.0 */
#include "models/network/network.h"

#include <stdlib.h>
#include <string.h>

static double density_key(const struct density_keys *d, const char *name)
{
#define DENSITY_OF(id)          \
    if (strcmp(name, #id) == 0) \
        return d->id;
    FORMAT_MATRICES(DENSITY_OF)
#undef DENSITY_OF
    return 0.0;
}

double network_density(const struct network *n, int matrix, const struct model_config *model)
{
    const struct network_matrix *m = &n->matrices[matrix];
    const struct layer_config *layer = &n->layers[m->layer].as;
    const double asked[] = {density_key(&layer->densities, m->key), density_key(&model->densities, m->key),
                            layer->density};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        if (asked[i] > 0.0)
            return asked[i];
    return model->density;
}

const struct layer *network_only(const struct network *n, enum layer_kind kind)
{
    return n->layer_count == 1 && n->layers[0].as.kind == kind ? &n->layers[0] : NULL;
}

int network_output(const struct network *n)
{
    return n->layers[n->layer_count - 1].writes;
}

int network_first(const struct network *n, enum value value)
{
    for (int v = 0; v < n->vector_count; v++)
        if (n->vectors[v].value == value)
            return v;
    return NONE;
}

bool network_has_peepholes(const struct network *n)
{
    for (int i = 0; i < n->layer_count; i++)
        if (n->layers[i].as.peephole)
            return true;
    return false;
}

bool network_has_projection(const struct network *n)
{
    for (int i = 0; i < n->layer_count; i++)
        if (n->layers[i].as.kind == LAYER_LSTM && n->layers[i].as.output > 0)
            return true;
    return false;
}

/* Gates have one format all; so has an output that is one, but that is what people look for. */
static bool is_listed(const struct network *n, int vector)
{
    return n->vectors[vector].value != VALUE_GATE ||
           (n->vectors[vector].held & HELD_VECTORS) != 0;
}

int network_listed(const struct network *n, int list[VECTORS_MOST])
{
    int count = 0;
    for (int layer = NONE; layer < n->layer_count; layer++)
        for (int value = 0; value < VALUE_COUNT; value++)
            for (int v = 0; v < n->vector_count; v++)
                if (n->vectors[v].layer == layer && (int)n->vectors[v].value == value &&
                    is_listed(n, v))
                    list[count++] = v;
    return count;
}

static bool is_zero(const struct network_vector *vector)
{
    for (int i = 0; vector->initial != NULL && i < vector->size; i++)
        if (vector->initial[i] != 0.0f)
            return false;
    return true;
}

int network_initial(const struct network *n)
{
    for (int v = 0; v < n->vector_count; v++)
        if (!is_zero(&n->vectors[v]))
            return v;
    return NONE;
}

bool network_begins_with_zeros(const struct network *n)
{
    return network_initial(n) == NONE;
}

bool network_is_forward(const struct network *n)
{
    for (int i = 0; i < n->layer_count; i++)
        if (n->layers[i].as.direction != DIRECTION_FORWARD)
            return false;
    return true;
}

/* ---- all of it ------------------------------------------------------------------------------- */

bool network_same_matrices(const struct network *left, const struct network *right)
{
    BUG_UNLESS(left->matrix_count == right->matrix_count);
    for (int n = 0; n < left->matrix_count; n++) {
        const struct matrix *l = &left->matrices[n].weights, *r = &right->matrices[n].weights;
        for (size_t i = 0; i < (size_t)l->rows * (size_t)l->cols; i++)
            if (l->at[i] != r->at[i])
                return false;
    }
    return true;
}

static void *copy_list(const void *list, int count, size_t size)
{
    if (list == NULL)
        return NULL;
    return memcpy(allocate((size_t)count, size), list, (size_t)count * size);
}

static struct matrix copy_matrix(const struct matrix *m)
{
    struct matrix copy = matrix_new(m->rows, m->cols);
    memcpy(copy.at, m->at, (size_t)m->rows * (size_t)m->cols * sizeof *m->at);
    return copy;
}

struct network network_copy(const struct network *n)
{
    struct network copy = *n;
    copy.layers = copy_list(n->layers, n->layer_count, sizeof *n->layers);
    copy.vectors = copy_list(n->vectors, n->vector_count, sizeof *n->vectors);
    copy.matrices = copy_list(n->matrices, n->matrix_count, sizeof *n->matrices);
    copy.passes = copy_list(n->passes, n->pass_count, sizeof *n->passes);
    for (int i = 0; i < n->vector_count; i++)
        copy.vectors[i].initial =
            copy_list(n->vectors[i].initial, n->vectors[i].size, sizeof(float));
    for (int i = 0; i < n->matrix_count; i++)
        copy.matrices[i].weights = copy_matrix(&n->matrices[i].weights);
    for (int i = 0; i < n->pass_count; i++) {
        copy.passes[i].bias = copy_list(n->passes[i].bias, n->passes[i].rows, sizeof(float));
        copy.passes[i].peep = copy_list(n->passes[i].peep, n->passes[i].rows, sizeof(float));
    }
    if (n->after != NULL) {
        copy.after = allocate(1, sizeof *copy.after);
        *copy.after = network_copy(n->after);
    }
    return copy;
}

void network_free(struct network *n)
{
    for (int i = 0; i < n->vector_count; i++)
        free(n->vectors[i].initial);
    for (int i = 0; i < n->matrix_count; i++)
        free(n->matrices[i].weights.at);
    for (int i = 0; i < n->pass_count; i++) {
        free(n->passes[i].bias);
        free(n->passes[i].peep);
    }
    free(n->layers);
    free(n->vectors);
    free(n->matrices);
    free(n->passes);
    if (n->after != NULL)
        network_free(n->after);
    free(n->after);
    *n = (struct network){0};
}
