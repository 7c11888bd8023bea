/* SPDX-License-Identifier: Apache-2.0
 * describe.c - what the tables of a layer are written with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/network/layer.h"

static void *grown(void *list, int count, size_t size)
{
    list = realloc(list, (size_t)(count + 1) * size);
    BUG_UNLESS(list != NULL);
    return list;
}

/* Names of the only layer are short. */
static void name_of(const struct layer *layer, char name[NAME_MOST], const char *what)
{
    snprintf(name, NAME_MOST, "%s%s", layer != NULL ? layer->prefix : "", what);
}

int layer_vector(struct network *n, const struct layer *layer, struct network_vector vector)
{
    char name[NAME_MOST];
    n->vectors = grown(n->vectors, n->vector_count, sizeof *n->vectors);
    name_of(layer, name, vector.name);
    memcpy(vector.name, name, sizeof name);
    vector.layer = layer != NULL ? (int)(layer - n->layers) : NONE;
    n->vectors[n->vector_count] = vector;
    return n->vector_count++;
}

void layer_group(struct network *n)
{
    n->group_count++;
}

struct network_pass layer_pass_new(const char *letter, int rows)
{
    return (struct network_pass){.letter = letter,
                                 .rows = rows,
                                 .writes = NONE,
                                 .by = NONE,
                                 .in = NONE,
                                 .state_of = NONE,
                                 .left = NONE,
                                 .right = NONE};
}

static int sums_of(const struct network *n, int layer)
{
    for (int vector = 0; vector < n->vector_count; vector++)
        if (n->vectors[vector].layer == layer && n->vectors[vector].value == VALUE_Z)
            return vector;
    BUG_UNLESS(!"a layer with functions has such a vector");
    return NONE;
}

int layer_pass(struct network *n, const struct layer *layer, struct network_pass pass)
{
    n->passes = grown(n->passes, n->pass_count, sizeof *n->passes);
    name_of(layer, pass.name, pass.letter);
    pass.layer = (int)(layer - n->layers);
    pass.group = n->group_count - 1;
    pass.sums = pass.function == FUNCTION_NONE || pass.function == FUNCTION_RELU
                    ? NONE
                    : sums_of(n, pass.layer);
    if (pass.bias_tensor != NULL)
        pass.bias = allocate((size_t)pass.rows, sizeof *pass.bias);
    if (pass.peep_tensor != NULL)
        pass.peep = allocate((size_t)pass.rows, sizeof *pass.peep);
    n->passes[n->pass_count] = pass;
    return n->pass_count++;
}

void layer_matrix(struct network *n, const struct layer *layer, struct network_matrix matrix)
{
    n->matrices = grown(n->matrices, n->matrix_count, sizeof *n->matrices);
    name_of(layer, matrix.name, matrix.key);
    matrix.layer = (int)(layer - n->layers);
    matrix.weights = matrix_new(n->passes[matrix.pass].rows, matrix.columns);
    n->matrices[n->matrix_count++] = matrix;
}

void layer_matrix_x(struct network *n, const struct layer *layer, int pass, const char *key,
                    const char *tensor)
{
    layer_matrix(n, layer,
                 (struct network_matrix){.pass = pass,
                                         .key = key,
                                         .tensor = tensor,
                                         .source = layer->reads,
                                         .columns = layer->as.input});
}

void layer_matrix_y(struct network *n, const struct layer *layer, int pass, const char *key,
                    const char *tensor)
{
    layer_matrix(n, layer,
                 (struct network_matrix){.pass = pass,
                                         .key = key,
                                         .tensor = tensor,
                                         .source = layer->writes,
                                         .first = layer->first,
                                         .columns = layer->size,
                                         .before = true});
}

int layer_writes(struct network *n, struct layer *layer, enum value value, int held)
{
    if (layer->writes == NONE)
        layer->writes = layer_vector(n, layer,
                                     (struct network_vector){.name = "y",
                                                             .size = layer->whole,
                                                             .value = value,
                                                             .held = held,
                                                             .kept = layer->as.kind != LAYER_LINEAR});
    return layer->writes;
}
