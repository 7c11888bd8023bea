/* SPDX-License-Identifier: Apache-2.0
 * layer_gru.c - gated recurrent unit:
 *
 *   z = sigm(Wzx x + Wzr h' + bz)               r = sigm(Wrx x + Wrr h' + br)
 *   reset after:   n = tanh(Wnx x + bn + r*(Wnr h' + cn))    (PyTorch, cuDNN, Keras reset_after)
 *   reset before:  n = tanh(Wnx x + bn + Wnr (r*h'))         (ONNX, linear_before_reset = 0)
 *   h = (1-z)*n + z*h'                                       y = h
 *
 * h' is h of the frame before, `*` is elementwise.  r*h' is a vector that a matrix multiplies: with
 * reset before, all of r is needed before any n. */
#include <math.h>
#include <stddef.h>

#include "models/network/layer.h"

static bool is_after(const struct layer *l)
{
    return l->as.reset == RESET_AFTER;
}

static int output(const struct layer_config *l)
{
    return l->cell;
}

static void add_vectors(struct network *n, struct layer *l)
{
    const int size = l->as.cell;
    l->vector[GRU_GATE_Z] = layer_vector(
        n, l,
        (struct network_vector){
            .name = "z", .size = size, .value = VALUE_GATE, .held = HELD_GATES});
    if (is_after(l)) {
        l->vector[GRU_GATE_R] = layer_vector(
            n, l,
            (struct network_vector){
                .name = "r", .size = size, .value = VALUE_GATE, .held = HELD_GATES});
        l->vector[GRU_KEPT] = layer_vector(
            n, l,
            (struct network_vector){
                .name = "kept", .size = size, .value = VALUE_KEPT, .held = HELD_GATES});
    } else {
        l->vector[GRU_RESET] = layer_vector(
            n, l,
            (struct network_vector){
                .name = "rh", .size = size, .value = VALUE_GATE, .held = HELD_VECTORS});
    }
    layer_writes(n, l, VALUE_GATE, HELD_VECTORS | HELD_CELLS);
    l->vector[GRU_SUM] = layer_vector(
        n, l, (struct network_vector){.name = "sum", .size = size, .value = VALUE_Z});
}

static struct network_pass pass_of(const struct layer *l, const char *letter, const char *bias)
{
    struct network_pass pass = layer_pass_new(letter, l->as.cell);
    pass.function = FUNCTION_SIGMOID;
    pass.constants = true;
    pass.bias_tensor = l->as.bias ? bias : NULL;
    return pass;
}

static void add_reset(struct network *n, struct layer *l)
{
    struct network_pass r = pass_of(l, "r", "b_r");
    r.operation = is_after(l) ? OPERATION_GATE : OPERATION_RESET;
    r.writes = l->vector[is_after(l) ? GRU_GATE_R : GRU_RESET];
    r.state_of = is_after(l) ? NONE : l->writes;
    l->pass[GRU_R] = layer_pass(n, l, r);
}

static void add_update(struct network *n, struct layer *l)
{
    struct network_pass z = pass_of(l, "z", "b_z");
    z.writes = l->vector[GRU_GATE_Z];
    z.remembers = true;
    l->pass[GRU_Z] = layer_pass(n, l, z);
}

/* What r is going to multiply, and n. */
static void add_candidate(struct network *n, struct layer *l)
{
    struct network_pass kept = pass_of(l, "k", "c_n"), candidate = pass_of(l, "n", "b_n");
    if (is_after(l)) {
        kept.function = FUNCTION_NONE;
        kept.writes = l->vector[GRU_KEPT];
        l->pass[GRU_K] = layer_pass(n, l, kept);
        candidate.left = l->vector[GRU_GATE_R];
        candidate.right = l->vector[GRU_KEPT];
    }
    candidate.operation = OPERATION_CELL;
    candidate.function = FUNCTION_TANH;
    candidate.by = l->vector[GRU_GATE_Z];
    candidate.state_of = candidate.writes = l->writes;
    candidate.first = l->first;
    l->pass[GRU_N] = layer_pass(n, l, candidate);
}

static void add_matrices(struct network *n, struct layer *l)
{
    layer_matrix_x(n, l, l->pass[GRU_Z], "Wzx", "W_zx");
    layer_matrix_x(n, l, l->pass[GRU_R], "Wrx", "W_rx");
    layer_matrix_x(n, l, l->pass[GRU_N], "Wnx", "W_nx");
    layer_matrix_y(n, l, l->pass[GRU_Z], "Wzr", "W_zr");
    layer_matrix_y(n, l, l->pass[GRU_R], "Wrr", "W_rr");
    if (is_after(l))
        layer_matrix_y(n, l, l->pass[GRU_K], "Wnr", "W_nr");
    else
        layer_matrix(n, l,
                     (struct network_matrix){.pass = l->pass[GRU_N],
                                             .key = "Wnr",
                                             .tensor = "W_nr",
                                             .source = l->vector[GRU_RESET],
                                             .columns = l->as.cell});
}

static void describe(struct network *n, struct layer *l)
{
    add_vectors(n, l);
    layer_group(n);
    if (is_after(l)) {
        add_update(n, l);
        add_reset(n, l);
    } else {
        add_reset(n, l);
        layer_group(n);
        add_update(n, l);
    }
    add_candidate(n, l);
    add_matrices(n, l);
}

/* ---- equations ------------------------------------------------------------------------------- */

static double *state_of(struct reference_state *s, const struct layer *l, int index)
{
    return &s->at[l->writes][index + l->first * s->voices];
}

static void step_row(const struct reference *r, struct reference_state *s, const struct layer *l,
                     int index)
{
    double *h = state_of(s, l, index);
    double sum = s->z[l->pass[GRU_N]][index];
    const double z = sigmoid(s->z[l->pass[GRU_Z]][index]);
    if (is_after(l)) {
        const double kept =
            reference_limited(r, l->vector[GRU_KEPT], s->z[l->pass[GRU_K]][index]);
        s->at[l->vector[GRU_KEPT]][index] = kept;
        sum += sigmoid(s->z[l->pass[GRU_R]][index]) * kept;
        s->z[l->pass[GRU_N]][index] = sum;
    }
    *h = (1.0 - z) * tanh(sum) + z * *h;
}

static void step(const struct reference *r, struct reference_state *s, const struct layer *l)
{
    const int size = l->as.cell * s->voices;
    reference_sums(r, s, l->pass[GRU_Z]);
    reference_sums(r, s, l->pass[GRU_R]);
    if (is_after(l))
        reference_sums(r, s, l->pass[GRU_K]);
    else
        for (int i = 0; i < size; i++)
            s->at[l->vector[GRU_RESET]][i] =
                sigmoid(s->z[l->pass[GRU_R]][i]) * *state_of(s, l, i);
    reference_sums(r, s, l->pass[GRU_N]);
    for (int i = 0; i < size; i++)
        step_row(r, s, l, i);
}

const struct layer_form layer_gru = {output, describe, step};
