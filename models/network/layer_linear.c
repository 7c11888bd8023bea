/* SPDX-License-Identifier: Apache-2.0
 * layer_linear.c - a linear layer: y = act(W x + b), act: none, relu, sigmoid, tanh. */
#include <math.h>
#include <stddef.h>

#include "models/network/layer.h"

static const enum function functions[] = {[ACTIVATION_NONE] = FUNCTION_NONE,
                                          [ACTIVATION_RELU] = FUNCTION_RELU,
                                          [ACTIVATION_SIGMOID] = FUNCTION_SIGMOID,
                                          [ACTIVATION_TANH] = FUNCTION_TANH};

static int output(const struct layer_config *l)
{
    return l->output;
}

static bool is_bounded(const struct layer *l)
{
    return l->as.activation == ACTIVATION_SIGMOID || l->as.activation == ACTIVATION_TANH;
}

static void describe(struct network *n, struct layer *l)
{
    layer_writes(n, l, is_bounded(l) ? VALUE_GATE : VALUE_Y, HELD_VECTORS);
    if (is_bounded(l))
        l->vector[LINEAR_SUM] = layer_vector(
            n, l, (struct network_vector){.name = "z", .size = l->as.output, .value = VALUE_Z});
    layer_group(n);
    struct network_pass y = layer_pass_new("y", l->as.output);
    y.function = functions[l->as.activation];
    y.writes = l->writes;
    y.first = l->first;
    y.constants = l->as.bias;
    y.bias_tensor = l->as.bias ? "b" : NULL;
    l->pass[LINEAR_Y] = layer_pass(n, l, y);
    layer_matrix_x(n, l, l->pass[LINEAR_Y], "W", "W");
}

static double activate(enum activation activation, double z)
{
    switch (activation) {
    case ACTIVATION_RELU:
        return fmax(z, 0.0);
    case ACTIVATION_SIGMOID:
        return sigmoid(z);
    case ACTIVATION_TANH:
        return tanh(z);
    default:
        return z;
    }
}

static void step(const struct reference *r, struct reference_state *s, const struct layer *l)
{
    const double *z = s->z[l->pass[LINEAR_Y]];
    double *y = s->at[l->writes] + l->first * s->voices;
    reference_sums(r, s, l->pass[LINEAR_Y]);
    for (int i = 0; i < l->as.output * s->voices; i++)
        y[i] = activate(l->as.activation, z[i]);
}

const struct layer_form layer_linear = {output, describe, step};
