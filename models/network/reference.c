/* SPDX-License-Identifier: Apache-2.0 */
#include "models/network/reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Compressed rows of one matrix. */
struct sparse {
    int rows;
    int *begin; /* [rows + 1] */
    int *col;
    double *value;
};

struct reference {
    const struct network *network;
    double limit, step; /* of c, 0: none */
    struct sparse wx[GATE_COUNT], wr[GATE_COUNT], wym;
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

struct reference *reference_new(const struct network *network)
{
    struct reference *r = allocate(1, sizeof *r);
    r->network = network;
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        r->wx[gate] = compress(&network->wx[gate]);
        r->wr[gate] = compress(&network->wr[gate]);
    }
    if (network->projection)
        r->wym = compress(&network->wym);
    return r;
}

void reference_free(struct reference *r)
{
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        sparse_free(&r->wx[gate]);
        sparse_free(&r->wr[gate]);
    }
    sparse_free(&r->wym);
    free(r);
}

static struct reference_state start(const struct network *network, int voices)
{
    struct reference_state s = {network->cell, network->output, voices, NULL, NULL, {NULL}, {NULL}, NULL};
    size_t cell = (size_t)network->cell * (size_t)voices;
    s.c = allocate(cell, sizeof(double));
    s.y = allocate((size_t)network->output * (size_t)voices, sizeof(double));
    s.m = allocate(cell, sizeof(double));
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        s.z[gate] = allocate(cell, sizeof(double));
        s.gate[gate] = allocate(cell, sizeof(double));
    }
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

void reference_alone(const struct network *network, struct reference_state *s, int voice)
{
    struct reference_state alone = start(network, 1);
    for (int row = 0; row < s->cell; row++)
        alone.c[row] = s->c[row * s->voices + voice];
    for (int row = 0; row < s->output; row++)
        alone.y[row] = s->y[row * s->voices + voice];
    reference_end(s);
    *s = alone;
}

void reference_restart(struct reference_state *s, int voice)
{
    for (int row = 0; row < s->cell; row++)
        s->c[row * s->voices + voice] = 0.0;
    for (int row = 0; row < s->output; row++)
        s->y[row * s->voices + voice] = 0.0;
}

void reference_limit_c(struct reference *r, double limit, double step)
{
    r->limit = limit;
    r->step = step;
}

void reference_end(struct reference_state *s)
{
    free(s->c);
    free(s->y);
    free(s->m);
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        free(s->z[gate]);
        free(s->gate[gate]);
    }
}

static double sigm(double z)
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

/* z of a row: Wx x + Wr y' + b. */
static void add_products(const struct reference *r, struct reference_state *s, int row, const double *x)
{
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        double of_x[REFERENCE_VOICES], of_y[REFERENCE_VOICES];
        multiply(&r->wx[gate], row, x, of_x, s->voices);
        multiply(&r->wr[gate], row, s->y, of_y, s->voices);
        for (int v = 0; v < s->voices; v++)
            s->z[gate][row * s->voices + v] = of_x[v] + of_y[v] + (double)r->network->bias[gate][row];
    }
}

static double limited(const struct reference *r, double c)
{
    if (r->limit == 0.0)
        return c;
    c = fmin(fmax(c, -r->limit), r->limit);
    return r->step > 0.0 ? nearbyint(c / r->step) * r->step : c;
}

/* The equations of network.h; `at`: a row of a voice. */
static void finish_row(const struct reference *r, struct reference_state *s, int row, int at)
{
    const struct network *n = r->network;
    if (n->peephole) {
        s->z[GATE_I][at] += (double)n->peep[GATE_I][row] * s->c[at];
        s->z[GATE_F][at] += (double)n->peep[GATE_F][row] * s->c[at];
    }
    double i = sigm(s->z[GATE_I][at]), f = sigm(s->z[GATE_F][at]);
    double zg = s->z[GATE_G][at];
    double g = n->candidate == CANDIDATE_TANH ? tanh(zg) : sigm(zg);
    s->c[at] = limited(r, f * s->c[at] + g * i);
    if (n->peephole)
        s->z[GATE_O][at] += (double)n->peep[GATE_O][row] * s->c[at];
    double o = sigm(s->z[GATE_O][at]);
    s->gate[GATE_I][at] = i;
    s->gate[GATE_F][at] = f;
    s->gate[GATE_G][at] = g;
    s->gate[GATE_O][at] = o;
    s->m[at] = o * tanh(s->c[at]);
}

void reference_step(const struct reference *r, struct reference_state *s, const float *x)
{
    const struct network *n = r->network;
    const size_t voices = (size_t)s->voices, input = (size_t)n->input * voices;
    double *wide = allocate(input, sizeof *wide);
    for (size_t i = 0; i < input; i++)
        wide[i] = (double)x[i];
    for (int row = 0; row < n->cell; row++)
        add_products(r, s, row, wide);
    free(wide);
    for (int row = 0; row < n->cell; row++)
        for (int v = 0; v < s->voices; v++)
            finish_row(r, s, row, row * s->voices + v);
    if (!n->projection) {
        memcpy(s->y, s->m, (size_t)n->cell * voices * sizeof(double));
        return;
    }
    for (int row = 0; row < n->output; row++)
        multiply(&r->wym, row, s->m, s->y + (size_t)row * voices, s->voices);
}
