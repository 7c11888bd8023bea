/* SPDX-License-Identifier: Apache-2.0
 * golden_lstm.c - the equations of models/network/layer_lstm.c in integers. */
#include <stdlib.h>

#include "models/network/layer.h"
#include "models/number/golden_layer.h"

/* A layer, and the accumulators of its gates. */
struct cell {
    const struct quantized *q;
    struct golden_state *s;
    const struct layer *layer;
    int64_t *acc[LSTM_O + 1];
};

/* Pre-activation of a gate, with what it sees of c. */
static int64_t gate(const struct cell *cell, int gate, int row)
{
    const int pass = cell->layer->pass[gate];
    const int32_t c = cell->s->at[cell->layer->vector[LSTM_C]][row];
    const int64_t sum = golden_sum(cell->q, pass, row, cell->acc[gate][row],
                                   golden_peephole(cell->q, pass, row, c));
    return golden_z(cell->q, cell->s, pass, sum);
}

/* A cell state in the format of a pre-activation, for tanh(c). */
static int64_t to_z(const struct quantized *q, int vector, int32_t c)
{
    int up = q->z_fraction - q->vectors[vector].fraction;
    int64_t z = up >= 0 ? c * ((int64_t)1 << up) : round_shift_right(c, -up);
    return saturate(z, q->z_bits);
}

/* i = 1 - f, where it has no weights, is exact, and takes a bit more than a gate. */
static int64_t input_gate(const struct cell *cell, int row, int64_t f)
{
    if (cell->layer->pass[LSTM_I] == NONE)
        return ((int64_t)1 << cell->q->gate_fraction) - f;
    return golden_sigmoid(cell->q, gate(cell, LSTM_I, row));
}

static void step_row(const struct cell *cell, int row)
{
    const struct quantized *q = cell->q;
    const struct layer *l = cell->layer;
    const int c_of = l->vector[LSTM_C];
    const int m_of = l->pass[LSTM_Y] != NONE ? l->vector[LSTM_M] : l->writes;
    int32_t *c = &cell->s->at[c_of][row];
    const int64_t f = golden_sigmoid(q, gate(cell, LSTM_F, row));
    const int64_t i = input_gate(cell, row, f);
    const int64_t z = gate(cell, LSTM_G, row);
    const int64_t g =
        l->as.candidate == CANDIDATE_TANH ? golden_tanh(q, z) : golden_sigmoid(q, z);
    /* f*c' has gate + c fraction bits, g*i twice gate: brought together, then rounded once. */
    *c = golden_result(q, cell->s, c_of, golden_blend(q, c_of, f, *c, g * i),
                       2 * q->gate_fraction);
    const int64_t o = golden_sigmoid(q, gate(cell, LSTM_O, row));
    const int64_t h = golden_tanh(q, to_z(q, c_of, *c));
    cell->s->at[m_of][row + (m_of == l->writes ? l->first : 0)] =
        golden_result(q, cell->s, m_of, o * h, 2 * q->gate_fraction);
    if (l->pass[LSTM_I] != NONE)
        cell->s->at[l->vector[LSTM_GATE_I]][row] = (int32_t)i;
    cell->s->at[l->vector[LSTM_GATE_F]][row] = (int32_t)f;
}

static void project(const struct quantized *q, struct golden_state *s, const struct layer *l)
{
    const int pass = l->pass[LSTM_Y];
    int64_t *acc = golden_products(q, s, pass);
    for (int row = 0; row < l->as.output; row++)
        s->at[l->writes][row + l->first] = golden_result(
            q, s, l->writes, golden_sum(q, pass, row, acc[row], 0), q->passes[pass].sum);
    free(acc);
}

void golden_lstm(const struct quantized *q, struct golden_state *s, const struct layer *l)
{
    struct cell cell = {.q = q, .s = s, .layer = l};
    for (int gate_of = LSTM_I; gate_of <= LSTM_O; gate_of++)
        if (l->pass[gate_of] != NONE)
            cell.acc[gate_of] = golden_products(q, s, l->pass[gate_of]);
    for (int row = 0; row < l->as.cell; row++)
        step_row(&cell, row);
    if (l->pass[LSTM_Y] != NONE)
        project(q, s, l);
    for (int gate_of = LSTM_I; gate_of <= LSTM_O; gate_of++)
        free(cell.acc[gate_of]);
}
