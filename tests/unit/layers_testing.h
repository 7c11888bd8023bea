/* SPDX-License-Identifier: Apache-2.0
 * layers_testing.h - configurations of networks of layers. */
#ifndef ESE_TESTS_LAYERS_TESTING_H
#define ESE_TESTS_LAYERS_TESTING_H

#include "tests/unit/model_testing.h"

/* Kinds of layers that differ in their tables: which vectors, matrices and passes they have. */
enum layer_shape {
    SHAPE_LSTM, SHAPE_PROJECTION, SHAPE_COUPLED, SHAPE_AFTER, SHAPE_BEFORE, SHAPE_RNN, SHAPE_LINEAR,
    SHAPE_COUNT
};

static inline struct layer_config layer_of(enum layer_shape shape, int size)
{
    static const enum layer_kind kinds[SHAPE_COUNT] = {
        [SHAPE_AFTER] = LAYER_GRU, [SHAPE_BEFORE] = LAYER_GRU, [SHAPE_RNN] = LAYER_RNN,
        [SHAPE_LINEAR] = LAYER_LINEAR}; /* all others: LAYER_LSTM */
    struct layer_config layer = layer_default(kinds[shape]);
    layer.cell = shape == SHAPE_LINEAR ? 0 : size;
    layer.output = shape == SHAPE_LINEAR ? size : 0;
    layer.coupled = shape == SHAPE_COUPLED ? COUPLED_INPUT : COUPLED_NONE;
    layer.reset = shape == SHAPE_BEFORE ? RESET_BEFORE : RESET_AFTER;
    if (shape == SHAPE_PROJECTION)
        layer.output = (size + 1) / 2;
    return layer;
}

/* Layers that go forward, of all kinds and options, instead of the configuration's LSTM. */
static inline void random_layers(struct config *c, struct random *random, int count, int most)
{
    c->model.layer_count = count;
    for (int n = 0; n < count; n++) {
        const enum layer_shape shape = (enum layer_shape)random_int(random, 0, SHAPE_COUNT - 1);
        struct layer_config layer = layer_of(shape, random_int(random, 1, most));
        layer.peephole = layer.kind == LAYER_LSTM && random_int(random, 0, 1);
        layer.projection_bias = shape == SHAPE_PROJECTION && random_int(random, 0, 1);
        if (shape == SHAPE_RNN)
            layer.nonlinearity = (enum nonlinearity)random_int(random, 0, 1);
        if (shape == SHAPE_LINEAR)
            layer.activation = (enum activation)random_int(random, 0, ACTIVATION_TANH);
        c->model.layers[n] = layer;
    }
    c->model.layers[0].input = random_int(random, 1, 30);
}

#endif
