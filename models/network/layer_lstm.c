/* SPDX-License-Identifier: Apache-2.0
 * layer_lstm.c - long short-term memory, as the paper has it (Figure 4, Table 1):
 *
 *   i = sigm(Wix x + Wir y' + wic*c' + bi)      f = sigm(Wfx x + Wfr y' + wfc*c' + bf)
 *   g = act (Wcx x + Wcr y' + bc)               c = f*c' + g*i
 *   o = sigm(Wox x + Wor y' + woc*c + bo)       m = o*tanh(c)          y = Wym m + by
 *
 * y' and c' are the values of the frame before, `*` is elementwise.  Peepholes (wic, wfc, woc), the
 * projection and its bias are options; without projection y is m.  Coupled gates: i = 1 - f, and i
 * has no weights (TFLite), or f = 1 - i (ONNX, input_forget), where f is computed, since
 * 1 - sigm(z) = sigm(-z), with the negated weights of i, and i = 1 - f again. */
#include <math.h>
#include <stddef.h>

#include "models/network/layer.h"

static const struct {
    const char *letter, *wx, *wx_tensor, *wr, *wr_tensor, *bias, *peep;
    const char *state, *state_x, *state_y;
} names[] = {
    [LSTM_I] = {"i", "Wix", "W_ix", "Wir", "W_ir", "b_i", "w_ic", "STATE_2", "STATE_1", "STATE_2"},
    [LSTM_F] = {"f", "Wfx", "W_fx", "Wfr", "W_fr", "b_f", "w_fc", "STATE_2", "STATE_1", "STATE_2"},
    [LSTM_G] = {"g", "Wcx", "W_cx", "Wcr", "W_cr", "b_c", NULL, "STATE_3", "STATE_1", "STATE_2"},
    [LSTM_O] = {"o", "Wox", "W_ox", "Wor", "W_or", "b_o", "w_oc", "STATE_5", "STATE_3", "STATE_4"},
};

static bool projects(const struct layer *l)
{
    return l->as.output > 0;
}

static int output(const struct layer_config *l)
{
    return l->output > 0 ? l->output : l->cell;
}

/* Whose tensors a pass has: those of f may be those of i. */
static int tensors_of(const struct layer *l, int pass)
{
    return pass == LSTM_F && l->as.coupled == COUPLED_FORGET ? LSTM_I : pass;
}

static void add_vectors(struct network *n, struct layer *l)
{
    const struct network_vector gate = {
        .size = l->as.cell, .value = VALUE_GATE, .held = HELD_GATES};
    struct network_vector i = gate, f = gate;
    struct network_vector c = {.name = "c", .size = l->as.cell, .value = VALUE_C,
                               .held = HELD_CELLS, .kept = true};
    struct network_vector m = {.name = "m", .size = l->as.cell, .value = VALUE_M,
                               .held = HELD_VECTORS};
    struct network_vector z = {.name = "z", .size = l->as.cell, .value = VALUE_Z};
    i.name[0] = 'i';
    f.name[0] = 'f';
    if (l->as.coupled == COUPLED_NONE)
        l->vector[LSTM_GATE_I] = layer_vector(n, l, i);
    l->vector[LSTM_GATE_F] = layer_vector(n, l, f);
    l->vector[LSTM_C] = layer_vector(n, l, c);
    if (projects(l))
        l->vector[LSTM_M] = layer_vector(n, l, m);
    layer_writes(n, l, projects(l) ? VALUE_Y : VALUE_M, HELD_VECTORS);
    l->vector[LSTM_SUM] = layer_vector(n, l, z);
}

/* A gate: all of them have biases and a place for peephole weights. */
static struct network_pass gate_of(const struct layer *l, int pass, enum function function)
{
    const int tensors = tensors_of(l, pass);
    const bool sees = l->as.peephole && names[pass].peep != NULL;
    struct network_pass gate = layer_pass_new(names[pass].letter, l->as.cell);
    gate.function = function;
    gate.state = names[pass].state;
    gate.state_x = names[pass].state_x;
    gate.state_y = names[pass].state_y;
    gate.right = sees ? l->vector[LSTM_C] : NONE;
    gate.constants = true;
    gate.negated = tensors != pass;
    gate.remembers = pass == LSTM_F;
    gate.bias_tensor = l->as.bias ? names[tensors].bias : NULL;
    gate.peep_tensor = sees ? names[tensors].peep : NULL;
    return gate;
}

static void add_gates(struct network *n, struct layer *l)
{
    const enum function act =
        l->as.candidate == CANDIDATE_TANH ? FUNCTION_TANH : FUNCTION_SIGMOID;
    struct network_pass i = gate_of(l, LSTM_I, FUNCTION_SIGMOID);
    struct network_pass f = gate_of(l, LSTM_F, FUNCTION_SIGMOID);
    struct network_pass g = gate_of(l, LSTM_G, act);
    struct network_pass o = gate_of(l, LSTM_O, FUNCTION_SIGMOID);
    i.writes = l->vector[LSTM_GATE_I];
    f.writes = l->vector[LSTM_GATE_F];
    g.operation = OPERATION_CELL;
    g.by = l->vector[LSTM_GATE_F];
    g.in = l->vector[LSTM_GATE_I];
    g.state_of = g.writes = l->vector[LSTM_C];
    o.operation = OPERATION_OUT;
    o.state_of = l->vector[LSTM_C];
    o.writes = projects(l) ? l->vector[LSTM_M] : l->writes;
    o.first = projects(l) ? 0 : l->first;
    layer_group(n);
    if (l->as.coupled == COUPLED_NONE)
        l->pass[LSTM_I] = layer_pass(n, l, i);
    l->pass[LSTM_F] = layer_pass(n, l, f);
    l->pass[LSTM_G] = layer_pass(n, l, g);
    l->pass[LSTM_O] = layer_pass(n, l, o);
}

static void add_projection(struct network *n, struct layer *l)
{
    struct network_pass y = layer_pass_new("y", l->as.output);
    y.state = y.state_y = "STATE_6";
    y.writes = l->writes;
    y.first = l->first;
    y.constants = l->as.projection_bias;
    y.bias_tensor = l->as.projection_bias ? "b_y" : NULL;
    layer_group(n);
    l->pass[LSTM_Y] = layer_pass(n, l, y);
    layer_matrix(n, l,
                 (struct network_matrix){.pass = l->pass[LSTM_Y],
                                         .key = "Wym",
                                         .tensor = "W_ym",
                                         .source = l->vector[LSTM_M],
                                         .columns = l->as.cell});
}

static void describe(struct network *n, struct layer *l)
{
    add_vectors(n, l);
    add_gates(n, l);
    for (int pass = LSTM_I; pass <= LSTM_O; pass++)
        if (l->pass[pass] != NONE)
            layer_matrix_x(n, l, l->pass[pass], names[pass].wx,
                           names[tensors_of(l, pass)].wx_tensor);
    for (int pass = LSTM_I; pass <= LSTM_O; pass++)
        if (l->pass[pass] != NONE)
            layer_matrix_y(n, l, l->pass[pass], names[pass].wr,
                           names[tensors_of(l, pass)].wr_tensor);
    if (projects(l))
        add_projection(n, l);
}

static const struct matrix *matrix_of(const struct network *n, int pass, bool before)
{
    for (int i = 0; i < n->matrix_count; i++)
        if (n->matrices[i].pass == pass && n->matrices[i].before == before)
            return &n->matrices[i].weights;
    return NULL;
}

bool lstm_of(const struct network *n, struct lstm *lstm)
{
    const struct layer *l = network_only(n, LAYER_LSTM);
    if (l == NULL || l->as.coupled != COUPLED_NONE || l->as.projection_bias ||
        l->as.direction != DIRECTION_FORWARD)
        return false;
    *lstm = (struct lstm){.as = &l->as};
    for (int gate = LSTM_I; gate < LSTM_GATES; gate++) {
        const struct network_pass *pass = &n->passes[l->pass[gate]];
        lstm->wx[gate] = matrix_of(n, l->pass[gate], false);
        lstm->wr[gate] = matrix_of(n, l->pass[gate], true);
        lstm->bias[gate] = pass->bias;
        lstm->peep[gate] = pass->peep;
    }
    if (projects(l))
        lstm->wym = matrix_of(n, l->pass[LSTM_Y], false);
    return true;
}

/* ---- equations ------------------------------------------------------------------------------- */

/* Pre-activation of a gate, with what it sees of c. */
static double seen(const struct reference *r, struct reference_state *s, const struct layer *l,
                   int pass, struct place at)
{
    const float *peep = reference_network(r)->passes[l->pass[pass]].peep;
    double *z = &s->z[l->pass[pass]][at.index];
    if (peep != NULL)
        *z += (double)peep[at.row] * s->at[l->vector[LSTM_C]][at.index];
    return *z;
}

static void step_row(const struct reference *r, struct reference_state *s, const struct layer *l,
                     struct place at)
{
    double *c = &s->at[l->vector[LSTM_C]][at.index];
    const bool coupled = l->pass[LSTM_I] == NONE;
    *c = reference_limited(r, l->vector[LSTM_C], *c); /* it may be what an utterance begins with */
    const double f_in = seen(r, s, l, LSTM_F, at);
    const double i = coupled ? 0.0 : sigmoid(seen(r, s, l, LSTM_I, at)), f = sigmoid(f_in);
    const double z = seen(r, s, l, LSTM_G, at);
    const double g = l->as.candidate == CANDIDATE_TANH ? tanh(z) : sigmoid(z);
    *c = reference_limited(r, l->vector[LSTM_C], f * *c + g * (coupled ? 1.0 - f : i));
    const double m = sigmoid(seen(r, s, l, LSTM_O, at)) * tanh(*c);
    if (projects(l))
        s->at[l->vector[LSTM_M]][at.index] = m;
    else
        s->at[l->writes][at.index + l->first * s->voices] = m;
}

static void step(const struct reference *r, struct reference_state *s, const struct layer *l)
{
    for (int pass = LSTM_I; pass <= LSTM_O; pass++)
        if (l->pass[pass] != NONE)
            reference_sums(r, s, l->pass[pass]);
    for (int row = 0; row < l->as.cell; row++)
        for (int voice = 0; voice < s->voices; voice++)
            step_row(r, s, l, (struct place){row, row * s->voices + voice});
    if (!projects(l))
        return;
    reference_sums(r, s, l->pass[LSTM_Y]);
    for (int i = 0; i < l->as.output * s->voices; i++)
        s->at[l->writes][i + l->first * s->voices] = s->z[l->pass[LSTM_Y]][i];
}

const struct layer_form layer_lstm = {output, describe, step};
