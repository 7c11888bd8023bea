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

struct reference_state reference_start(const struct network *network)
{
    struct reference_state s = {.cell = network->cell, .output = network->output};
    size_t cell = (size_t)network->cell;
    s.c = allocate(cell, sizeof(double));
    s.y = allocate((size_t)network->output, sizeof(double));
    s.m = allocate(cell, sizeof(double));
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        s.z[gate] = allocate(cell, sizeof(double));
        s.gate[gate] = allocate(cell, sizeof(double));
    }
    return s;
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

static double dot_y(const struct sparse *s, int row, const double *v)
{
    double sum = 0.0;
    for (int i = s->begin[row]; i < s->begin[row + 1]; i++)
        sum += s->value[i] * v[s->col[i]];
    return sum;
}

static double dot_x(const struct sparse *s, int row, const float *v)
{
    double sum = 0.0;
    for (int i = s->begin[row]; i < s->begin[row + 1]; i++)
        sum += s->value[i] * (double)v[s->col[i]];
    return sum;
}

void reference_step(const struct reference *r, struct reference_state *s, const float *x)
{
    const struct network *n = r->network;
    for (int row = 0; row < n->cell; row++) {
        for (int gate = 0; gate < GATE_COUNT; gate++)
            s->z[gate][row] = dot_x(&r->wx[gate], row, x) + dot_y(&r->wr[gate], row, s->y) +
                              (double)n->bias[gate][row];
        if (n->peephole) {
            s->z[GATE_I][row] += (double)n->peep[GATE_I][row] * s->c[row];
            s->z[GATE_F][row] += (double)n->peep[GATE_F][row] * s->c[row];
        }
        double i = sigm(s->z[GATE_I][row]), f = sigm(s->z[GATE_F][row]);
        double zg = s->z[GATE_G][row];
        double g = n->candidate == CANDIDATE_TANH ? tanh(zg) : sigm(zg);
        s->c[row] = f * s->c[row] + g * i;
        if (n->peephole)
            s->z[GATE_O][row] += (double)n->peep[GATE_O][row] * s->c[row];
        double o = sigm(s->z[GATE_O][row]);
        s->gate[GATE_I][row] = i;
        s->gate[GATE_F][row] = f;
        s->gate[GATE_G][row] = g;
        s->gate[GATE_O][row] = o;
        s->m[row] = o * tanh(s->c[row]);
    }
    if (!n->projection) {
        memcpy(s->y, s->m, (size_t)n->cell * sizeof(double));
        return;
    }
    for (int row = 0; row < n->output; row++)
        s->y[row] = dot_y(&r->wym, row, s->m);
}
