/* SPDX-License-Identifier: Apache-2.0
 * golden_simple.c - the equations of models/network/layer_rnn.c and layer_linear.c in integers. */
#include <stdlib.h>

#include "models/network/layer.h"
#include "models/number/golden_layer.h"

/* What no table bounds leaves as the rounded sum; relu drops what is negative. */
static int32_t activate(const struct quantized *q, struct golden_state *s, int pass, int64_t sum)
{
    const struct network_pass *p = &q->shape.passes[pass];
    switch (p->function) {
    case FUNCTION_SIGMOID:
        return (int32_t)golden_sigmoid(q, golden_z(q, s, pass, sum));
    case FUNCTION_TANH:
        return (int32_t)golden_tanh(q, golden_z(q, s, pass, sum));
    case FUNCTION_RELU:
        return golden_result(q, s, p->writes, sum > 0 ? sum : 0, q->passes[pass].sum);
    default:
        return golden_result(q, s, p->writes, sum, q->passes[pass].sum);
    }
}

/* y = function(sums), a layer of one pass. */
static void step(const struct quantized *q, struct golden_state *s, const struct layer *l, int pass)
{
    int64_t *acc = golden_products(q, s, pass);
    for (int row = 0; row < q->shape.passes[pass].rows; row++)
        s->at[l->writes][row + l->first] =
            activate(q, s, pass, golden_sum(q, pass, row, acc[row], 0));
    free(acc);
}

void golden_rnn(const struct quantized *q, struct golden_state *s, const struct layer *l)
{
    step(q, s, l, l->pass[RNN_H]);
}

void golden_linear(const struct quantized *q, struct golden_state *s, const struct layer *l)
{
    step(q, s, l, l->pass[LINEAR_Y]);
}
