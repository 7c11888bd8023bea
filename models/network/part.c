/* SPDX-License-Identifier: Apache-2.0 */
#include "models/network/part.h"

#include <stdlib.h>
#include <string.h>

static int round_up(int value, int unit)
{
    return (value + unit - 1) / unit * unit;
}

static bool is_half(const struct layer *l)
{
    return l->whole > l->size;
}

/* Which of the whole's elements a row of a tape has where, and how long the row is: the second half of one
 * of both directions begins at a multiple of `unit`. */
static int place_in_row(int element, int size, bool halves, int unit)
{
    const int half = size / 2;
    return halves && element >= half ? round_up(half, unit) + element - half : element;
}

/* ---- a part as a network ------------------------------------------------------------------------ */

static void copy_floats(float *to, const float *from, int count)
{
    if (from != NULL)
        memcpy(to, from, (size_t)count * sizeof *to);
}

static int sums_of(const struct network *n, int layer)
{
    for (int v = 0; v < n->vector_count; v++)
        if (n->vectors[v].layer == layer && n->vectors[v].value == VALUE_Z)
            return v;
    return NONE;
}

/* Vectors and passes have the same roles in both. */
static void map_layer(struct network_part *part, const struct network *n, int number)
{
    const struct layer *of = &part->network.layers[number], *whole = &n->layers[part->first + number];
    const int sums = sums_of(&part->network, number);
    if (sums != NONE)
        part->vectors[sums] = sums_of(n, part->first + number);
    part->vectors[of->reads] = whole->reads;
    part->vectors[of->writes] = whole->writes;
    for (int i = 0; i < LAYER_VECTORS; i++)
        if (of->vector[i] != NONE)
            part->vectors[of->vector[i]] = whole->vector[i];
    for (int i = 0; i < LAYER_PASSES; i++)
        if (of->pass[i] != NONE)
            part->passes[of->pass[i]] = whole->pass[i];
}

static void copy_pass(struct network_pass *to, const struct network_pass *from)
{
    copy_floats(to->bias, from->bias, to->rows);
    copy_floats(to->peep, from->peep, to->rows);
    to->no_bias = from->no_bias;
}

/* Of the vector that a layer writes a half has its elements only. */
static void copy_initial(struct network *n, const struct layer *l, int vector,
                         const struct network_vector *from, int first)
{
    struct network_vector *to = &n->vectors[vector];
    if (from->initial == NULL)
        return;
    to->initial = allocate((size_t)to->size, sizeof *to->initial);
    copy_floats(to->initial, from->initial + (vector == l->writes ? first : 0), to->size);
}

/* Columns of x that are padding stay without weights. */
static void copy_matrix(struct network_matrix *to, const struct network_matrix *from, bool halves,
                        int unit)
{
    for (int row = 0; row < from->weights.rows; row++)
        for (int column = 0; column < from->weights.cols; column++)
            matrix_row(&to->weights, row)[place_in_row(column, from->weights.cols, halves, unit)] =
                matrix_row(&from->weights, row)[column];
}

static void copy_layer(struct network_part *part, const struct network *n, int number, bool halves, int unit)
{
    struct network *to = &part->network;
    const struct layer *whole = &n->layers[part->first + number], *l = &to->layers[number];
    map_layer(part, n, number);
    for (int v = 1; v < to->vector_count; v++)
        if (to->vectors[v].layer == number)
            copy_initial(to, l, v, &n->vectors[part->vectors[v]], whole->first);
    for (int i = 0; i < to->pass_count; i++)
        if (to->passes[i].layer == number)
            copy_pass(&to->passes[i], &n->passes[part->passes[i]]);
    int from = 0;
    for (int i = 0; i < to->matrix_count; i++) {
        if (to->matrices[i].layer != number)
            continue;
        while (n->matrices[from].layer != part->first + number)
            from++;
        part->matrices[i] = from;
        copy_matrix(&to->matrices[i], &n->matrices[from++], halves && to->matrices[i].source == 0, unit);
    }
}

/* The layers that write what the part reads go both ways. */
static bool reads_halves(const struct network *n, const struct network_part *part)
{
    for (int i = 0; i < part->first; i++)
        if (n->layers[i].writes == n->layers[part->first].reads)
            return is_half(&n->layers[i]);
    return false;
}

static void make_network(struct network_part *part, const struct network *n, int unit)
{
    struct layer_config layers[LAYERS_MOST];
    const bool halves = reads_halves(n, part);
    const int size = n->vectors[n->layers[part->first].reads].size;
    for (int i = 0; i < part->count; i++) {
        layers[i] = n->layers[part->first + i].as;
        layers[i].direction = DIRECTION_FORWARD;
    }
    layers[0].input = place_in_row(size - 1, size, halves, unit) + 1;
    network_make_from(&part->network, layers, part->count, n->layers[part->first].number);
    part->vectors = allocate((size_t)part->network.vector_count, sizeof *part->vectors);
    part->passes = allocate((size_t)part->network.pass_count, sizeof *part->passes);
    part->matrices = allocate((size_t)part->network.matrix_count, sizeof *part->matrices);
    for (int v = 0; v < part->network.vector_count; v++)
        part->vectors[v] = NONE;
    for (int i = 0; i < part->count; i++)
        copy_layer(part, n, i, halves && i == 0, unit);
    part->network.coarse = n->coarse;
}

/* ---- all of them -------------------------------------------------------------------------------- */

static bool goes_backward(const struct layer *l)
{
    return l->as.direction == DIRECTION_BACKWARD;
}

static int length_of_part(const struct network *n, int first)
{
    int count = 1;
    if (is_half(&n->layers[first]))
        return 1;
    while (first + count < n->layer_count && !is_half(&n->layers[first + count]) &&
           goes_backward(&n->layers[first + count]) == goes_backward(&n->layers[first]))
        count++;
    return count;
}

int network_cut(const struct network *n, int unit, struct network_part parts[PARTS_MOST])
{
    int count = 0, tape = 0, vector = 0; /* what is written last */
    for (int first = 0; first < n->layer_count; first += parts[count - 1].count) {
        struct network_part *part = &parts[count++];
        *part = (struct network_part){.first = first, .count = length_of_part(n, first),
                                      .backward = goes_backward(&n->layers[first])};
        const struct layer *last = &n->layers[first + part->count - 1];
        tape += last->writes != vector;
        vector = last->writes;
        part->reads = tape - 1;
        part->writes = tape;
        part->at = round_up(last->first, unit);
        make_network(part, n, unit);
    }
    return count;
}

int network_tape_row(const struct network_part *parts, int count, int tape, int input)
{
    int row = tape == 0 ? input : 0;
    for (int i = 0; i < count; i++)
        if (parts[i].writes == tape)
            row = parts[i].at + parts[i].network.output;
    return row;
}

void network_part_free(struct network_part *part)
{
    network_free(&part->network);
    free(part->vectors);
    free(part->passes);
    free(part->matrices);
    *part = (struct network_part){0};
}
