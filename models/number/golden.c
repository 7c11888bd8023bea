/* SPDX-License-Identifier: Apache-2.0 */
#include "models/number/golden.h"

#include <stdlib.h>
#include <string.h>

struct golden_state golden_start(const struct quantized *quant)
{
    return (struct golden_state){allocate((size_t)quant->cell, sizeof(int32_t)),
                                 allocate((size_t)quant->output, sizeof(int32_t))};
}

void golden_end(struct golden_state *state)
{
    free(state->c);
    free(state->y);
}

/* acc[row] += (W x)[row], aligned to the accumulator's binary point. */
static void multiply(const struct quant_matrix *m, const int32_t *x, int64_t *acc)
{
    for (int row = 0; row < m->rows; row++) {
        const int16_t *w = m->at + (size_t)row * (size_t)m->cols;
        int64_t sum = 0;
        for (int col = 0; col < m->cols; col++)
            sum += (int64_t)w[col] * x[col];
        acc[row] += sum * ((int64_t)1 << m->shift);
    }
}

static void check_width(const struct quantized *q, int64_t acc)
{
    BUG_UNLESS(saturate(acc, q->acc_bits) == acc);
}

/* Adder Tree: accumulator, bias and peephole product to a pre-activation. */
static int64_t pre_activation(const struct quantized *q, int gate, int row, int64_t acc, int32_t c)
{
    check_width(q, acc);
    int64_t sum = acc + q->bias[gate][row];
    if (q->peep[gate] != NULL)
        sum += (int64_t)q->peep[gate][row] * c;
    BUG_UNLESS(saturate(sum, q->sum_bits) == sum);
    return saturate(round_shift_right(sum, q->round_shift), q->z_bits);
}

/* The cell state in the format of a pre-activation, for tanh(c). */
static int64_t to_z(const struct quantized *q, int32_t c)
{
    int up = q->formats.z - q->formats.c;
    int64_t z = up >= 0 ? c * ((int64_t)1 << up) : round_shift_right(c, -up);
    return saturate(z, q->z_bits);
}

void golden_step(const struct quantized *q, struct golden_state *state, const int32_t *x)
{
    const int bits = q->activation_bits, gate = q->formats.gate;
    size_t cell = (size_t)q->cell;
    int64_t *acc = allocate(GATE_COUNT * cell + (size_t)q->output, sizeof *acc);
    int64_t *acc_y = acc + GATE_COUNT * cell;
    int32_t *m = allocate(cell, sizeof *m);

    for (size_t g = 0; g < GATE_COUNT; g++) {
        multiply(&q->wx[g], x, acc + g * cell);
        multiply(&q->wr[g], state->y, acc + g * cell);
    }
    for (int row = 0; row < q->cell; row++) {
        int64_t z[GATE_COUNT];
        int32_t old_c = state->c[row];
        for (int g = GATE_I; g <= GATE_G; g++)
            z[g] = pre_activation(q, g, row, acc[(size_t)g * cell + (size_t)row], old_c);
        int64_t i = act_lookup(&q->sigm, gate, z[GATE_I]);
        int64_t f = act_lookup(&q->sigm, gate, z[GATE_F]);
        int64_t g =
            act_lookup(q->candidate == CANDIDATE_TANH ? &q->tanh : &q->sigm, gate, z[GATE_G]);
        /* f*c' has gate + c fraction bits, g*i twice gate: brought together, then rounded once. */
        int64_t sum = f * old_c * ((int64_t)1 << (gate - q->formats.c)) + g * i;
        int32_t c = (int32_t)saturate(round_shift_right(sum, 2 * gate - q->formats.c), bits);
        state->c[row] = c;
        z[GATE_O] = pre_activation(q, GATE_O, row, acc[GATE_O * cell + (size_t)row], c);
        int64_t o = act_lookup(&q->sigm, gate, z[GATE_O]);
        int64_t h = act_lookup(&q->tanh, gate, to_z(q, c));
        m[row] = (int32_t)saturate(round_shift_right(o * h, 2 * gate - q->formats.m), bits);
    }
    if (q->projection) {
        multiply(&q->wym, m, acc_y);
        for (int row = 0; row < q->output; row++) {
            check_width(q, acc_y[row]);
            state->y[row] =
                (int32_t)saturate(round_shift_right(acc_y[row], q->round_shift), bits);
        }
    } else {
        memcpy(state->y, m, cell * sizeof *m);
    }
    free(acc);
    free(m);
}
