/* SPDX-License-Identifier: Apache-2.0
 * plain_golden.h - the integers of the golden model once more, in doubles that hold every value
 * exactly: from the equations of layers (models/network/layer_KIND.c) and the formats of quantize.h.
 * What a matrix or a vector is it knows by its name alone. */
#ifndef ESE_PLAIN_GOLDEN_H
#define ESE_PLAIN_GOLDEN_H

#include <math.h>

#include "models/number/golden.h"
#include "tests/unit/model_testing.h"

/* What is compared: a network, what it was calibrated with, and its integers. */
struct model {
    struct network network;
    struct utterances utterances;
    struct quantized quant;
};

static inline void model_free(struct model *m)
{
    quantized_free(&m->quant);
    utterances_free(&m->utterances);
    network_free(&m->network);
}

static inline double round_exact(double value)
{
    return floor(value + 0.5);
}

static inline double clip(double value, int bits)
{
    double top = ldexp(1.0, bits - 1);
    return value > top - 1.0 ? top - 1.0 : value < -top ? -top : value;
}

/* Sigmoid or Tanh of z: as the comment of struct act_table says. */
static inline double table_value(const struct act_table *t, int gate_fraction, double z)
{
    double one = ldexp(1.0, gate_fraction), entries = ldexp(1.0, t->address_bits);
    if (t->direct) {
        double point = clip(round_exact(ldexp(z, -t->address_shift)), t->address_bits);
        return t->base[(int)(point < 0.0 ? point + entries : point)];
    }
    double top = ldexp(entries, t->fraction_bits) - 1.0;
    double magnitude = fabs(z) > top ? top : fabs(z);
    double entry = floor(ldexp(magnitude, -t->fraction_bits));
    double rest = magnitude - ldexp(entry, t->fraction_bits);
    double value = t->base[(int)entry] +
                   round_exact(ldexp(t->slope[(int)entry] * rest, -t->fraction_bits));
    if (z < 0.0)
        value = t->is_tanh ? -value : one - value;
    return value >= one ? one - 1.0 : value; /* 1.0 is one too many for the format */
}

/* ---- a layer --------------------------------------------------------------------------------- */

/* A layer, and what it keeps from frame to frame. */
struct plain {
    const struct quantized *q;
    const struct layer *layer;
    double *c, *y; /* [cell], [output] */
};

/* What a name of the layer is in its network. */
static inline const char *plain_name(const struct plain *p, const char *what)
{
    static char name[2 * NAME_MOST];
    snprintf(name, sizeof name, "%s%s", p->layer->prefix, what);
    return name;
}

static inline const struct quant_vector *plain_vector(const struct plain *p, const char *what)
{
    return &p->q->vectors[vector_named(&p->q->shape, plain_name(p, what))];
}

/* What the layer writes may be part of another's vector. */
static inline const struct quant_vector *plain_output(const struct plain *p)
{
    return &p->q->vectors[p->layer->writes];
}

static inline const struct quant_pass *plain_pass(const struct plain *p, const char *letter)
{
    return &p->q->passes[pass_number(&p->q->shape, plain_name(p, letter))];
}

/* A row of a matrix times a vector, at the accumulator's binary point. */
static inline double dot(const struct plain *p, const char *key, int row, const double *v)
{
    const int number = matrix_number(&p->q->shape, plain_name(p, key));
    const struct quant_matrix *m = &p->q->matrices[number];
    double sum = 0.0;
    for (int col = 0; col < m->cols; col++)
        sum += m->at[(size_t)row * (size_t)m->cols + (size_t)col] * v[col];
    return ldexp(sum, m->shift);
}

/* Bias and another product are added to an accumulator: exact. */
static inline double plain_sum(const struct plain *p, const char *letter, int row, double acc,
                               double product)
{
    const struct quant_pass *pass = plain_pass(p, letter);
    const double sum = acc + (pass->bias != NULL ? (double)pass->bias[row] : 0.0) + product;
    assert_true(fabs(sum) < 9007199254740992.0);
    assert_true(clip(acc, p->q->acc_bits) == acc);
    assert_true(clip(sum, p->q->sum_bits) == sum);
    return sum;
}

/* A sum without what rounding drops. */
static inline double plain_rounded(const struct plain *p, const char *letter, double sum, int bits)
{
    return clip(round_exact(ldexp(sum, -plain_pass(p, letter)->round_shift)), bits);
}

static inline double plain_sigmoid(const struct plain *p, const char *letter, double sum)
{
    return table_value(&p->q->sigm, p->q->gate_fraction,
                       plain_rounded(p, letter, sum, p->q->z_bits));
}

static inline double plain_tanh(const struct plain *p, const char *letter, double sum)
{
    return table_value(&p->q->tanh, p->q->gate_fraction,
                       plain_rounded(p, letter, sum, p->q->z_bits));
}

/* A number as it is in a vector. */
static inline double plain_value(const struct quant_vector *v, double value)
{
    return clip(round_exact(ldexp(value, v->fraction)), v->bits);
}

/* A gate, or what an integer of a gate's format is. */
static inline double of_gate(const struct plain *p, double gate)
{
    return ldexp(gate, -p->q->gate_fraction);
}

static inline double of_vector(const struct quant_vector *v, double value)
{
    return ldexp(value, -v->fraction);
}

/* ---- LSTM ------------------------------------------------------------------------------------ */

/* W x + W y' + peephole * c + b */
static inline double lstm_sum(const struct plain *p, const char *letter, int row, const double *x,
                              double c)
{
    /* The paper's name of g's matrices is c. */
    const char of[] = {*letter == 'g' ? 'c' : *letter, '\0'};
    const int32_t *peep = plain_pass(p, letter)->peep;
    char wx[] = "W_x", wr[] = "W_r";
    wx[1] = wr[1] = *of;
    assert_int_equal(peep != NULL, p->layer->as.peephole && *letter != 'g');
    return plain_sum(p, letter, row, dot(p, wx, row, x) + dot(p, wr, row, p->y),
                     peep != NULL ? peep[row] * c : 0.0);
}

static inline double lstm_row(struct plain *p, int row, const double *x)
{
    const struct quantized *q = p->q;
    const struct layer_config *as = &p->layer->as;
    const struct quant_vector *c = plain_vector(p, "c");
    const double before = p->c[row];
    const double f = of_gate(p, plain_sigmoid(p, "f", lstm_sum(p, "f", row, x, before)));
    const double i = as->coupled != COUPLED_NONE
                         ? 1.0 - f
                         : of_gate(p, plain_sigmoid(p, "i", lstm_sum(p, "i", row, x, before)));
    const double sum = lstm_sum(p, "g", row, x, 0.0);
    const double g = of_gate(p, as->candidate == CANDIDATE_TANH ? plain_tanh(p, "g", sum)
                                                                : plain_sigmoid(p, "g", sum));
    p->c[row] = plain_value(c, f * of_vector(c, before) + g * i); /* rounded once */
    const double o = of_gate(p, plain_sigmoid(p, "o", lstm_sum(p, "o", row, x, p->c[row])));
    const double z = clip(round_exact(ldexp(of_vector(c, p->c[row]), q->z_fraction)), q->z_bits);
    return o * of_gate(p, table_value(&q->tanh, q->gate_fraction, z));
}

static inline void lstm_step(struct plain *p, const double *x)
{
    const struct layer_config *as = &p->layer->as;
    double *m = allocate((size_t)as->cell, sizeof *m);
    const struct quant_vector *format = as->output > 0 ? plain_vector(p, "m") : plain_output(p);
    for (int row = 0; row < as->cell; row++)
        m[row] = plain_value(format, lstm_row(p, row, x));
    for (int row = 0; row < as->output; row++)
        p->y[row] = plain_rounded(p, "y", plain_sum(p, "y", row, dot(p, "Wym", row, m), 0.0),
                                  p->q->activation_bits);
    if (as->output == 0)
        memcpy(p->y, m, (size_t)as->cell * sizeof *m);
    free(m);
}

/* ---- GRU ------------------------------------------------------------------------------------- */

static inline double gru_gate(const struct plain *p, const char *letter, int row, const double *x)
{
    char wx[] = "W_x", wr[] = "W_r";
    wx[1] = wr[1] = *letter;
    const double acc = dot(p, wx, row, x) + dot(p, wr, row, p->y);
    return of_gate(p, plain_sigmoid(p, letter, plain_sum(p, letter, row, acc, 0.0)));
}

/* Wnx x + bn, and what h' adds to it.  `reset`: r * h', of all rows. */
static inline double gru_candidate(const struct plain *p, int row, const double *x, double r,
                                   const double *reset)
{
    const struct quantized *q = p->q;
    double acc = dot(p, "Wnx", row, x), product = 0.0;
    if (p->layer->as.reset == RESET_AFTER) {
        const double sum = plain_sum(p, "k", row, dot(p, "Wnr", row, p->y), 0.0);
        const double kept = plain_rounded(p, "k", sum, q->activation_bits);
        product = ldexp(r * of_vector(plain_vector(p, "kept"), kept), plain_pass(p, "n")->sum);
        assert_true(product == round_exact(product)); /* not finer than the sum */
    } else {
        acc += dot(p, "Wnr", row, reset);
    }
    return of_gate(p, plain_tanh(p, "n", plain_sum(p, "n", row, acc, product)));
}

static inline void gru_step(struct plain *p, const double *x)
{
    const int cell = p->layer->as.cell;
    const struct quant_vector *format = plain_output(p);
    double *r = allocate((size_t)cell, sizeof *r), *reset = allocate((size_t)cell, sizeof *reset),
           *h = allocate((size_t)cell, sizeof *h);
    for (int row = 0; row < cell; row++) {
        r[row] = gru_gate(p, "r", row, x);
        if (p->layer->as.reset == RESET_BEFORE)
            reset[row] = plain_value(plain_vector(p, "rh"), r[row] * of_vector(format, p->y[row]));
    }
    for (int row = 0; row < cell; row++) {
        const double z = gru_gate(p, "z", row, x);
        const double n = gru_candidate(p, row, x, r[row], reset);
        h[row] = plain_value(format, (1.0 - z) * n + z * of_vector(format, p->y[row]));
    }
    memcpy(p->y, h, (size_t)cell * sizeof *h);
    free(r);
    free(reset);
    free(h);
}

/* ---- RNN and linear layers ------------------------------------------------------------------- */

static inline void rnn_step(struct plain *p, const double *x)
{
    const int cell = p->layer->as.cell;
    double *h = allocate((size_t)cell, sizeof *h);
    for (int row = 0; row < cell; row++) {
        const double sum =
            plain_sum(p, "h", row, dot(p, "Whx", row, x) + dot(p, "Whr", row, p->y), 0.0);
        h[row] = p->layer->as.nonlinearity == NONLINEARITY_TANH
                     ? plain_tanh(p, "h", sum)
                     : plain_rounded(p, "h", fmax(sum, 0.0), p->q->activation_bits);
    }
    memcpy(p->y, h, (size_t)cell * sizeof *h);
    free(h);
}

static inline void linear_step(struct plain *p, const double *x)
{
    for (int row = 0; row < p->layer->as.output; row++) {
        const double sum = plain_sum(p, "y", row, dot(p, "W", row, x), 0.0);
        switch (p->layer->as.activation) {
        case ACTIVATION_SIGMOID:
            p->y[row] = plain_sigmoid(p, "y", sum);
            break;
        case ACTIVATION_TANH:
            p->y[row] = plain_tanh(p, "y", sum);
            break;
        case ACTIVATION_RELU:
            p->y[row] = plain_rounded(p, "y", fmax(sum, 0.0), p->q->activation_bits);
            break;
        default:
            p->y[row] = plain_rounded(p, "y", sum, p->q->activation_bits);
            break;
        }
    }
}

/* ---- all kinds ------------------------------------------------------------------------------- */

static inline int plain_size(const struct layer *layer)
{
    const struct layer_config *as = &layer->as;
    return as->kind == LAYER_LINEAR || (as->kind == LAYER_LSTM && as->output > 0) ? as->output
                                                                                  : as->cell;
}

/* What is trained of the state before the first frame: half away from zero, as all that is. */
static inline double *plain_initial(const struct network_vector *vector,
                                    const struct quant_vector *format, int first, int size)
{
    double *values = allocate((size_t)size, sizeof *values);
    for (int i = 0; vector->initial != NULL && i < size; i++)
        values[i] = clip(round(ldexp((double)vector->initial[first + i], format->fraction)),
                         format->bits);
    return values;
}

static inline struct plain plain_start(const struct quantized *q, const struct layer *layer)
{
    struct plain p = {.q = q, .layer = layer};
    p.y = plain_initial(&q->shape.vectors[layer->writes], plain_output(&p), layer->first,
                        plain_size(layer));
    if (layer->as.kind == LAYER_LSTM)
        p.c = plain_initial(&q->shape.vectors[vector_named(&q->shape, plain_name(&p, "c"))],
                            plain_vector(&p, "c"), 0, layer->as.cell);
    return p;
}

static inline void plain_end(struct plain *p)
{
    free(p->c);
    free(p->y);
}

static inline void plain_step(struct plain *p, const double *x)
{
    switch (p->layer->as.kind) {
    case LAYER_LSTM:
        lstm_step(p, x);
        break;
    case LAYER_GRU:
        gru_step(p, x);
        break;
    case LAYER_RNN:
        rnn_step(p, x);
        break;
    case LAYER_LINEAR:
        linear_step(p, x);
        break;
    }
}

/* ---- against the golden model ---------------------------------------------------------------- */

/* Inputs over the whole range of their format, its ends included. */
static inline void draw_input(struct random *random, const struct quantized *q, int32_t *x)
{
    int top = 1 << (q->activation_bits - 1);
    int kind = random_int(random, 0, 3);
    for (int i = 0; i < q->shape.input; i++)
        x[i] = kind == 0   ? random_int(random, 0, 1) ? top - 1 : -top
               : kind == 1 ? random_int(random, -top, top - 1)
                           : random_int(random, -top, top - 1) / 4;
}

static inline void assert_same(const int32_t *golden, const double *plain, int count)
{
    for (int i = 0; i < count; i++)
        assert_true(golden[i] == plain[i]);
}

/* One frame of layers that all go forward: what each keeps and writes. */
static inline void compare_frame(struct golden_state *golden, struct plain *layers,
                                 const int32_t *x)
{
    const struct quantized *q = golden->quant;
    double *wide = allocate((size_t)q->shape.input, sizeof *wide);
    const double *reads = wide;
    for (int i = 0; i < q->shape.input; i++)
        wide[i] = x[i];
    golden_step(q, golden, x);
    for (int n = 0; n < q->shape.layer_count; n++) {
        struct plain *p = &layers[n];
        plain_step(p, reads);
        assert_same(golden->at[p->layer->writes], p->y, plain_size(p->layer));
        if (p->c != NULL)
            assert_same(golden->at[vector_named(&q->shape, plain_name(p, "c"))], p->c,
                        p->layer->as.cell);
        reads = p->y;
    }
    assert_same(golden_y(golden), reads, q->shape.output);
    free(wide);
}

/* Frames of such layers; the counts are added up. */
static inline void compare_integers(const struct quantized *q, struct random *random, int frames,
                                    struct clip_counts *counts)
{
    struct golden_state golden = golden_start(q);
    struct plain *layers = allocate((size_t)q->shape.layer_count, sizeof *layers);
    int32_t *x = allocate((size_t)q->shape.input, sizeof *x);
    for (int n = 0; n < q->shape.layer_count; n++)
        layers[n] = plain_start(q, &q->shape.layers[n]);
    for (int t = 0; t < frames; t++) {
        draw_input(random, q, x);
        compare_frame(&golden, layers, x);
    }
    if (counts != NULL)
        clip_counts_add(counts, &golden.counts);
    for (int n = 0; n < q->shape.layer_count; n++)
        plain_end(&layers[n]);
    free(layers);
    free(x);
    golden_end(&golden);
}

#endif
