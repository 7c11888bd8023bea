/* SPDX-License-Identifier: Apache-2.0
 * layers.c - the kinds of layers, and a network of them. */
#include <stdio.h>
#include <stdlib.h>

#include "models/network/layer.h"

const struct layer_form *layer_form(enum layer_kind kind)
{
    static const struct layer_form *const forms[] = {[LAYER_LSTM] = &layer_lstm,
                                                     [LAYER_GRU] = &layer_gru,
                                                     [LAYER_RNN] = &layer_rnn,
                                                     [LAYER_LINEAR] = &layer_linear};
    return forms[kind];
}

/* A direction of a layer of the configuration.  Returns the vector that it writes. */
static int add_layer(struct network *n, struct layer layer, bool alone)
{
    n->layers = realloc(n->layers, (size_t)(n->layer_count + 1) * sizeof *n->layers);
    BUG_UNLESS(n->layers != NULL);
    struct layer *l = &n->layers[n->layer_count++];
    *l = layer;
    for (int i = 0; i < LAYER_VECTORS; i++)
        l->vector[i] = NONE;
    for (int i = 0; i < LAYER_PASSES; i++)
        l->pass[i] = NONE;
    if (!alone)
        snprintf(l->prefix, sizeof l->prefix, "%d.%s", l->number,
                 l->first > 0 ? "reverse." : "");
    layer_form(l->as.kind)->describe(n, l);
    return l->writes;
}

/* The first layer has the number `first`. */
static void make(struct network *n, const struct layer_config *layers, int count, int first, bool alone)
{
    *n = (struct network){.input = layers[0].input, .names.output = NONE};
    int reads = layer_vector(
        n, NULL,
        (struct network_vector){
            .name = "x", .size = n->input, .value = VALUE_X, .held = HELD_INPUT});
    for (int i = 0; i < count; i++) {
        const bool both = layers[i].direction == DIRECTION_BOTH;
        struct layer layer = {.as = layers[i], .number = first + i, .reads = reads, .writes = NONE};
        layer.size = layer_form(layer.as.kind)->output(&layer.as);
        layer.as.input = n->vectors[reads].size;
        layer.whole = both ? 2 * layer.size : layer.size;
        if (both)
            layer.as.direction = DIRECTION_FORWARD;
        layer.writes = add_layer(n, layer, alone);
        layer.first = layer.size;
        layer.as.direction = DIRECTION_BACKWARD;
        if (both)
            add_layer(n, layer, alone);
        reads = layer.writes;
    }
    n->output = n->vectors[reads].size;
}

void network_make(struct network *n, const struct layer_config *layers, int count)
{
    make(n, layers, count, 0, count == 1 && layers[0].direction != DIRECTION_BOTH);
}

void network_make_from(struct network *n, const struct layer_config *layers, int count, int first)
{
    make(n, layers, count, first, false);
}
