/* SPDX-License-Identifier: Apache-2.0
 * golden_gru.c - the equations of models/network/layer_gru.c in integers. */
#include <stdlib.h>

#include "models/network/layer.h"
#include "models/number/golden_layer.h"

static int64_t gate(const struct quantized *q, struct golden_state *s, int pass, int row,
                    int64_t acc)
{
    return golden_sigmoid(q, golden_z(q, s, pass, golden_sum(q, pass, row, acc, 0)));
}

/* A gate of all rows, into its vector. */
static void gates(const struct quantized *q, struct golden_state *s, int pass, int vector)
{
    int64_t *acc = golden_products(q, s, pass);
    for (int row = 0; row < q->shape.passes[pass].rows; row++)
        s->at[vector][row] = (int32_t)gate(q, s, pass, row, acc[row]);
    free(acc);
}

/* r * h', which a matrix multiplies. */
static void reset(const struct quantized *q, struct golden_state *s, const struct layer *l)
{
    const int pass = l->pass[GRU_R], vector = l->vector[GRU_RESET];
    int64_t *acc = golden_products(q, s, pass);
    for (int row = 0; row < l->as.cell; row++) {
        const int64_t r = gate(q, s, pass, row, acc[row]);
        s->at[vector][row] = golden_result(q, s, vector, r * s->at[l->writes][row + l->first],
                                           2 * q->gate_fraction);
    }
    free(acc);
}

/* Wnr h' + cn, which r multiplies. */
static void keep(const struct quantized *q, struct golden_state *s, const struct layer *l)
{
    const int pass = l->pass[GRU_K], vector = l->vector[GRU_KEPT];
    int64_t *acc = golden_products(q, s, pass);
    for (int row = 0; row < l->as.cell; row++)
        s->at[vector][row] = golden_result(q, s, vector, golden_sum(q, pass, row, acc[row], 0),
                                           q->passes[pass].sum);
    free(acc);
}

/* r * (Wnr h' + cn) at the binary point of n's sum. */
static int64_t reset_product(const struct quantized *q, const struct golden_state *s,
                             const struct layer *l, int row)
{
    if (l->as.reset == RESET_BEFORE)
        return 0;
    const int kept = l->vector[GRU_KEPT];
    const int up = q->passes[l->pass[GRU_N]].sum - q->gate_fraction - q->vectors[kept].fraction;
    return (int64_t)s->at[l->vector[GRU_GATE_R]][row] * s->at[kept][row] * ((int64_t)1 << up);
}

void golden_gru(const struct quantized *q, struct golden_state *s, const struct layer *l)
{
    const int n = l->pass[GRU_N];
    gates(q, s, l->pass[GRU_Z], l->vector[GRU_GATE_Z]);
    if (l->as.reset == RESET_AFTER) {
        gates(q, s, l->pass[GRU_R], l->vector[GRU_GATE_R]);
        keep(q, s, l);
    } else {
        reset(q, s, l);
    }
    int64_t *acc = golden_products(q, s, n);
    for (int row = 0; row < l->as.cell; row++) {
        int32_t *h = &s->at[l->writes][row + l->first];
        const int64_t z = s->at[l->vector[GRU_GATE_Z]][row];
        const int64_t sum = golden_sum(q, n, row, acc[row], reset_product(q, s, l, row));
        const int64_t a = golden_tanh(q, golden_z(q, s, n, sum));
        /* 1 - z is exact and takes a bit more than z; the sum is rounded once. */
        const int64_t rest = ((int64_t)1 << q->gate_fraction) - z;
        *h = golden_result(q, s, l->writes, golden_blend(q, l->writes, z, *h, rest * a),
                           2 * q->gate_fraction);
    }
    free(acc);
}
