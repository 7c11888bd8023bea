/* SPDX-License-Identifier: Apache-2.0
 * learn_testing.h - small networks that learn. */
#ifndef ESE_LEARN_TESTING_H
#define ESE_LEARN_TESTING_H

#include "models/cpu/blas.h"
#include "models/learn/run.h"
#include "models/network/reference.h"
#include "tests/unit/model_testing.h"

static inline struct layer_config learning_layer(struct random *random, enum layer_kind kind)
{
    struct layer_config l = layer_default(kind);
    const int size = random_int(random, 1, 9);
    if (kind == LAYER_LINEAR)
        l.output = size;
    else
        l.cell = size;
    if (kind == LAYER_LSTM && random_int(random, 0, 1))
        l.output = random_int(random, 1, 9);
    random_options(random, &l);
    l.direction = kind == LAYER_LINEAR ? DIRECTION_FORWARD
                                       : (enum direction)(random_int(random, 0, 5) % 4 % 3);
    return l;
}

/* Number `n` of networks of one to three layers, which go through all kinds. */
static inline struct network learning_network(struct random *random, int n)
{
    struct model_config model = plain_config().model;
    struct network network;
    model.layer_count = 1 + n / 4 % 3;
    model.seed = (uint64_t)n;
    for (int i = 0; i < model.layer_count; i++)
        model.layers[i] = learning_layer(
            random, (enum layer_kind)(i == 0 ? n % 4 : random_int(random, 0, 3)));
    model.layers[0].input = random_int(random, 1, 9);
    network_draw(&network, &model);
    return network;
}

static inline float *drawn_floats(struct random *random, size_t count)
{
    float *at = allocate(count, sizeof *at);
    for (size_t i = 0; i < count; i++)
        at[i] = (float)random_gauss(random);
    return at;
}

#endif
