/* SPDX-License-Identifier: Apache-2.0 */
#include "models/number/golden.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/number/golden_layer.h"

/* ---- states ---------------------------------------------------------------------------------- */

struct golden_state golden_start(const struct quantized *q)
{
    const struct network *n = &q->shape;
    struct golden_state s = {.quant = q};
    s.at = allocate((size_t)n->vector_count, sizeof *s.at);
    for (int vector = 0; vector < n->vector_count; vector++) {
        const struct network_vector *v = &n->vectors[vector];
        const struct quant_vector *quant = &q->vectors[vector];
        if (v->value == VALUE_Z)
            continue;
        s.at[vector] = allocate((size_t)v->size, sizeof **s.at);
        for (int i = 0; v->initial != NULL && i < v->size; i++)
            s.at[vector][i] =
                (int32_t)quantize_value((double)v->initial[i], quant->fraction, quant->bits);
    }
    return s;
}

void golden_end(struct golden_state *s)
{
    for (int vector = 0; vector < s->quant->shape.vector_count; vector++)
        free(s->at[vector]);
    free(s->at);
}

const int32_t *golden_y(const struct golden_state *s)
{
    return s->at[network_output(&s->quant->shape)];
}

void clip_counts_add(struct clip_counts *sum, const struct clip_counts *counts)
{
    for (int vector = 0; vector < VECTORS_MOST; vector++) {
        sum->values[vector] += counts->values[vector];
        sum->clipped[vector] += counts->clipped[vector];
    }
}

/* ---- what the equations are made of ---------------------------------------------------------- */

/* saturate(), counted. */
static int64_t clip(struct clip_counts *counts, int vector, int64_t exact, int bits)
{
    int64_t clipped = saturate(exact, bits);
    counts->values[vector]++;
    counts->clipped[vector] += clipped != exact;
    return clipped;
}

/* acc[row] += (W v)[row], aligned to the accumulator's binary point. */
static void multiply(const struct quant_matrix *m, const int32_t *vector, int64_t *acc)
{
    for (int row = 0; row < m->rows; row++) {
        int64_t sum = 0;
        for (int i = m->begin[row]; i < m->begin[row + 1]; i++)
            sum += (int64_t)m->weight[i] * vector[m->col[i]];
        acc[row] += sum * ((int64_t)1 << m->shift);
    }
}

int64_t *golden_products(const struct quantized *q, const struct golden_state *s, int pass)
{
    int64_t *acc = allocate((size_t)q->shape.passes[pass].rows, sizeof *acc);
    for (int i = 0; i < q->shape.matrix_count; i++) {
        const struct network_matrix *m = &q->shape.matrices[i];
        if (m->pass == pass)
            multiply(&q->matrices[i], s->at[m->source] + m->first, acc);
    }
    return acc;
}

int64_t golden_sum(const struct quantized *q, int pass, int row, int64_t acc, int64_t product)
{
    const int64_t *bias = q->passes[pass].bias;
    BUG_UNLESS(saturate(acc, q->acc_bits) == acc);
    int64_t sum = acc + (bias != NULL ? bias[row] : 0) + product;
    BUG_UNLESS(saturate(sum, q->sum_bits) == sum);
    return sum;
}

int64_t golden_peephole(const struct quantized *q, int pass, int row, int32_t c)
{
    return q->passes[pass].peep != NULL ? (int64_t)q->passes[pass].peep[row] * c : 0;
}

int64_t golden_z(const struct quantized *q, struct golden_state *s, int pass, int64_t sum)
{
    return clip(&s->counts, q->shape.passes[pass].sums,
                round_shift_right(sum, q->passes[pass].round_shift),
                q->z_bits);
}

int64_t golden_sigmoid(const struct quantized *q, int64_t z)
{
    return act_lookup(&q->sigm, q->gate_fraction, z);
}

int64_t golden_tanh(const struct quantized *q, int64_t z)
{
    return act_lookup(&q->tanh, q->gate_fraction, z);
}

int32_t golden_result(const struct quantized *q, struct golden_state *s, int vector, int64_t exact,
                      int fraction)
{
    const struct quant_vector *v = &q->vectors[vector];
    return (int32_t)clip(&s->counts, vector, round_shift_right(exact, fraction - v->fraction),
                         v->bits);
}

int64_t golden_blend(const struct quantized *q, int vector, int64_t by, int64_t state,
                     int64_t in_times_a)
{
    return by * state * ((int64_t)1 << (q->gate_fraction - q->vectors[vector].fraction)) +
           in_times_a;
}

void quantize_x(const struct quantized *q, const float *features, int32_t *x,
                struct clip_counts *counts)
{
    int64_t clipped = 0;
    for (int i = 0; i < q->shape.input; i++)
        x[i] = (int32_t)quantize_counted((double)features[i], q->vectors[0].fraction,
                                         q->vectors[0].bits, &clipped);
    if (counts != NULL) {
        counts->values[0] += q->shape.input;
        counts->clipped[0] += clipped;
    }
}
