/* SPDX-License-Identifier: Apache-2.0
 * layer_rnn.c - a simple recurrent layer: h = tanh | relu (Whx x + Whr h' + bh), y = h, where h' is
 * h of the frame before. */
#include <math.h>
#include <stddef.h>

#include "models/network/layer.h"

static bool is_relu(const struct layer *l)
{
    return l->as.nonlinearity == NONLINEARITY_RELU;
}

static int output(const struct layer_config *l)
{
    return l->cell;
}

static void describe(struct network *n, struct layer *l)
{
    layer_writes(n, l, is_relu(l) ? VALUE_Y : VALUE_GATE, HELD_VECTORS);
    if (!is_relu(l))
        l->vector[RNN_SUM] = layer_vector(
            n, l, (struct network_vector){.name = "z", .size = l->as.cell, .value = VALUE_Z});
    layer_group(n);
    struct network_pass h = layer_pass_new("h", l->as.cell);
    h.function = is_relu(l) ? FUNCTION_RELU : FUNCTION_TANH;
    h.writes = l->writes;
    h.first = l->first;
    h.constants = true;
    h.bias_tensor = l->as.bias ? "b_h" : NULL;
    l->pass[RNN_H] = layer_pass(n, l, h);
    layer_matrix_x(n, l, l->pass[RNN_H], "Whx", "W_hx");
    layer_matrix_y(n, l, l->pass[RNN_H], "Whr", "W_hr");
}

static void step(const struct reference *r, struct reference_state *s, const struct layer *l)
{
    const double *z = s->z[l->pass[RNN_H]];
    double *h = s->at[l->writes] + l->first * s->voices;
    reference_sums(r, s, l->pass[RNN_H]);
    for (int i = 0; i < l->as.cell * s->voices; i++)
        h[i] = is_relu(l) ? fmax(z[i], 0.0) : tanh(z[i]);
}

const struct layer_form layer_rnn = {output, describe, step};
