/* SPDX-License-Identifier: Apache-2.0 */
#include "models/network/reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/arithmetic.h"

enum { ROUNDED_FRACTION_MAX = 40 };

/* Compressed rows of one matrix. */
struct sparse {
    int rows;
    int *begin; /* [rows + 1] */
    int *col;
    double *value;
};

/* What becomes of a cell state, 0: nothing. */
struct limit {
    double limit, step;
};

struct reference {
    const struct network *network;
    struct limit *limits;    /* [vectors] */
    struct sparse *matrices; /* [matrices] */
};

static struct sparse compress(const struct matrix *matrix)
{
    size_t size = (size_t)matrix->rows * (size_t)matrix->cols, count = 0;
    for (size_t i = 0; i < size; i++)
        count += matrix->at[i] != 0.0f;
    struct sparse s = {matrix->rows, allocate((size_t)matrix->rows + 1, sizeof(int)),
                       allocate(count, sizeof(int)), allocate(count, sizeof(double))};
    int next = 0;
    for (int row = 0; row < matrix->rows; row++) {
        s.begin[row] = next;
        for (int col = 0; col < matrix->cols; col++) {
            float value = matrix->at[(size_t)row * (size_t)matrix->cols + (size_t)col];
            if (value != 0.0f) {
                s.col[next] = col;
                s.value[next++] = (double)value;
            }
        }
    }
    s.begin[matrix->rows] = next;
    return s;
}

static void sparse_free(struct sparse *s)
{
    free(s->begin);
    free(s->col);
    free(s->value);
}

static struct reference *reference_of(const struct network *network)
{
    struct reference *r = allocate(1, sizeof *r);
    r->network = network;
    r->limits = allocate((size_t)network->vector_count, sizeof *r->limits);
    r->matrices = allocate((size_t)network->matrix_count, sizeof *r->matrices);
    return r;
}

struct reference *reference_new(const struct network *network)
{
    struct reference *r = reference_of(network);
    for (int n = 0; n < network->matrix_count; n++)
        r->matrices[n] = compress(&network->matrices[n].weights);
    return r;
}

const struct network *reference_network(const struct reference *r)
{
    return r->network;
}

static void *copy_of(const void *from, size_t count, size_t size)
{
    return memcpy(allocate(count, size), from, count * size);
}

/* Weights that become 0 stay in the list: they add nothing. */
static struct sparse round_sparse(const struct sparse *s, int bits)
{
    const size_t count = (size_t)s->begin[s->rows];
    struct sparse rounded = {s->rows, copy_of(s->begin, (size_t)s->rows + 1, sizeof(int)),
                             copy_of(s->col, count, sizeof(int)), allocate(count, sizeof(double))};
    double largest = 0.0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(s->value[i]));
    const int fraction = fraction_for(largest, bits, ROUNDED_FRACTION_MAX);
    for (size_t i = 0; i < count; i++)
        rounded.value[i] =
            (double)(float)ldexp((double)quantize_value(s->value[i], fraction, bits), -fraction);
    return rounded;
}

struct reference *reference_rounded(const struct reference *r, int bits)
{
    struct reference *rounded = reference_of(r->network);
    for (int n = 0; n < r->network->matrix_count; n++)
        rounded->matrices[n] = round_sparse(&r->matrices[n], bits);
    return rounded;
}

void reference_round(struct reference *to, const struct reference *from, int matrix,
                     const struct weight_rounding *w)
{
    const struct sparse *exact = &from->matrices[matrix];
    double *value = to->matrices[matrix].value;
    for (int i = 0; i < exact->begin[exact->rows]; i++)
        value[i] = fabs(exact->value[i]) > w->spared
                       ? exact->value[i]
                       : ldexp((double)quantize_value(exact->value[i], w->fraction, w->bits), -w->fraction);
}

void reference_free(struct reference *r)
{
    for (int n = 0; n < r->network->matrix_count; n++)
        sparse_free(&r->matrices[n]);
    free(r->matrices);
    free(r->limits);
    free(r);
}

/* ---- states ---------------------------------------------------------------------------------- */

void reference_restart(struct reference_state *s, int voice)
{
    for (int n = 0; n < s->network->vector_count; n++) {
        const struct network_vector *v = &s->network->vectors[n];
        for (int i = 0; v->kept && i < v->size; i++)
            s->at[n][i * s->voices + voice] = v->initial != NULL ? (double)v->initial[i] : 0.0;
    }
}

/* Gates are numbers within an equation. */
static bool is_there(const struct network_vector *v)
{
    return v->value != VALUE_Z && (v->value != VALUE_GATE || v->held != HELD_GATES);
}

static struct reference_state start(const struct network *network, int voices)
{
    struct reference_state s = {.network = network, .voices = voices};
    s.at = allocate((size_t)network->vector_count, sizeof *s.at);
    s.z = allocate((size_t)network->pass_count, sizeof *s.z);
    for (int n = 0; n < network->vector_count; n++) {
        const struct network_vector *v = &network->vectors[n];
        if (is_there(v))
            s.at[n] = allocate((size_t)v->size * (size_t)voices, sizeof **s.at);
    }
    for (int n = 0; n < network->pass_count; n++)
        s.z[n] = allocate((size_t)network->passes[n].rows * (size_t)voices, sizeof **s.z);
    for (int voice = 0; voice < voices; voice++)
        reference_restart(&s, voice);
    return s;
}

struct reference_state reference_start(const struct network *network)
{
    return start(network, 1);
}

struct reference_state reference_start_voices(const struct network *network)
{
    return start(network, REFERENCE_VOICES);
}

void reference_alone(struct reference_state *s, int voice)
{
    struct reference_state alone = start(s->network, 1);
    for (int n = 0; n < s->network->vector_count; n++)
        for (int i = 0; s->network->vectors[n].kept && i < s->network->vectors[n].size; i++)
            alone.at[n][i] = s->at[n][i * s->voices + voice];
    reference_end(s);
    *s = alone;
}

void reference_end(struct reference_state *s)
{
    for (int n = 0; n < s->network->vector_count; n++)
        free(s->at[n]);
    for (int n = 0; n < s->network->pass_count; n++)
        free(s->z[n]);
    free(s->at);
    free(s->z);
}

const double *reference_y(const struct reference_state *s)
{
    return s->at[network_output(s->network)];
}

/* ---- what the equations are made of ---------------------------------------------------------- */

void reference_limit(struct reference *r, int vector, double limit, double step)
{
    r->limits[vector] = (struct limit){limit, step};
}

double reference_limited(const struct reference *r, int vector, double value)
{
    const struct limit *l = &r->limits[vector];
    if (l->limit == 0.0)
        return value;
    value = fmin(fmax(value, -l->limit), l->limit);
    return l->step > 0.0 ? nearbyint(value / l->step) * l->step : value;
}

double sigmoid(double z)
{
    return 1.0 / (1.0 + exp(-z));
}

/* Two voices at once, in the widest registers that every machine has. */
typedef double pair __attribute__((vector_size(16), may_alias));

_Static_assert(REFERENCE_VOICES == 8, "multiply_voices() has four pairs");

/* sum[v] = (row of the matrix) * v, of REFERENCE_VOICES voices. */
static void multiply_voices(const struct sparse *s, int row, const double *vector, double *sum)
{
    pair a = {0.0, 0.0}, b = a, c = a, d = a;
    for (int i = s->begin[row]; i < s->begin[row + 1]; i++) {
        const pair value = {s->value[i], s->value[i]};
        const pair *at = (const pair *)(vector + (size_t)s->col[i] * REFERENCE_VOICES);
        a += value * at[0];
        b += value * at[1];
        c += value * at[2];
        d += value * at[3];
    }
    const pair all[] = {a, b, c, d};
    memcpy(sum, all, sizeof all);
}

static void multiply(const struct sparse *s, int row, const double *vector, double *sum, int voices)
{
    if (voices == REFERENCE_VOICES) {
        multiply_voices(s, row, vector, sum);
        return;
    }
    *sum = 0.0;
    for (int i = s->begin[row]; i < s->begin[row + 1]; i++)
        *sum += s->value[i] * vector[s->col[i]];
}

/* The products of one matrix; the first of a pass is not added to anything. */
static void add_product(const struct reference *r, struct reference_state *s, int matrix,
                        bool first)
{
    const struct network_matrix *m = &r->network->matrices[matrix];
    const double *vector = s->at[m->source] + m->first * s->voices;
    double *z = s->z[m->pass], product[REFERENCE_VOICES];
    for (int row = 0; row < m->weights.rows; row++, z += s->voices) {
        multiply(&r->matrices[matrix], row, vector, product, s->voices);
        for (int v = 0; v < s->voices; v++)
            z[v] = first ? product[v] : z[v] + product[v];
    }
}

void reference_sums(const struct reference *r, struct reference_state *s, int number)
{
    const struct network_pass *pass = &r->network->passes[number];
    bool first = true;
    for (int n = 0; n < r->network->matrix_count; n++)
        if (r->network->matrices[n].pass == number) {
            add_product(r, s, n, first);
            first = false;
        }
    for (int row = 0; pass->bias != NULL && row < pass->rows; row++)
        for (int v = 0; v < s->voices; v++)
            s->z[number][row * s->voices + v] += (double)pass->bias[row];
}
