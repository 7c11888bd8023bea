/* SPDX-License-Identifier: Apache-2.0 */
#include "models/number/golden.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct golden_state golden_start(const struct quantized *quant)
{
    return (struct golden_state){.c = allocate((size_t)quant->cell, sizeof(int32_t)),
                                 .y = allocate((size_t)quant->output, sizeof(int32_t))};
}

void clip_counts_add(struct clip_counts *sum, const struct clip_counts *counts)
{
    for (int value = 0; value < VALUE_COUNT; value++) {
        sum->values[value] += counts->values[value];
        sum->clipped[value] += counts->clipped[value];
    }
}

/* saturate(), counted. */
static int64_t clip(struct clip_counts *counts, enum value value, int64_t exact, int bits)
{
    int64_t clipped = saturate(exact, bits);
    counts->values[value]++;
    counts->clipped[value] += clipped != exact;
    return clipped;
}

void quantize_x(const struct quantized *q, const float *features, int32_t *x, struct clip_counts *counts)
{
    int64_t clipped = 0;
    for (int i = 0; i < q->input; i++)
        x[i] = (int32_t)quantize_counted((double)features[i], q->formats.x, q->activation_bits,
                                         &clipped);
    if (counts != NULL) {
        counts->values[VALUE_X] += q->input;
        counts->clipped[VALUE_X] += clipped;
    }
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
        int64_t sum = 0;
        for (int i = m->begin[row]; i < m->begin[row + 1]; i++)
            sum += (int64_t)m->weight[i] * x[m->col[i]];
        acc[row] += sum * ((int64_t)1 << m->shift);
    }
}

static void check_width(const struct quantized *q, int64_t acc)
{
    BUG_UNLESS(saturate(acc, q->acc_bits) == acc);
}

/* Adder Tree: accumulator, bias and peephole product to a pre-activation. */
static int64_t pre_activation(const struct quantized *q, struct golden_state *state, int gate, int row,
                              int64_t acc)
{
    const int32_t c = state->c[row];
    check_width(q, acc);
    int64_t sum = acc + q->bias[gate][row];
    if (q->peep[gate] != NULL)
        sum += (int64_t)q->peep[gate][row] * c;
    BUG_UNLESS(saturate(sum, q->sum_bits) == sum);
    return clip(&state->counts, VALUE_Z, round_shift_right(sum, q->round_shift), q->z_bits);
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
            z[g] = pre_activation(q, state, g, row, acc[(size_t)g * cell + (size_t)row]);
        int64_t i = act_lookup(&q->sigm, gate, z[GATE_I]);
        int64_t f = act_lookup(&q->sigm, gate, z[GATE_F]);
        int64_t g =
            act_lookup(q->candidate == CANDIDATE_TANH ? &q->tanh : &q->sigm, gate, z[GATE_G]);
        /* f*c' has gate + c fraction bits, g*i twice gate: brought together, then rounded once. */
        int64_t sum = f * old_c * ((int64_t)1 << (gate - q->formats.c)) + g * i;
        int32_t c = (int32_t)clip(&state->counts, VALUE_C,
                                  round_shift_right(sum, 2 * gate - q->formats.c), bits);
        state->c[row] = c;
        z[GATE_O] = pre_activation(q, state, GATE_O, row, acc[GATE_O * cell + (size_t)row]);
        int64_t o = act_lookup(&q->sigm, gate, z[GATE_O]);
        int64_t h = act_lookup(&q->tanh, gate, to_z(q, c));
        m[row] = (int32_t)clip(&state->counts, VALUE_M,
                               round_shift_right(o * h, 2 * gate - q->formats.m), bits);
    }
    if (q->projection) {
        multiply(&q->wym, m, acc_y);
        for (int row = 0; row < q->output; row++) {
            check_width(q, acc_y[row]);
            state->y[row] = (int32_t)clip(&state->counts, VALUE_Y,
                                          round_shift_right(acc_y[row], q->round_shift), bits);
        }
    } else {
        memcpy(state->y, m, cell * sizeof *m);
    }
    free(acc);
    free(m);
}
