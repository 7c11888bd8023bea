/* SPDX-License-Identifier: Apache-2.0 */
#include "models/network/matrix.h"

#include <math.h>

#include "models/base/error.h"

struct matrix matrix_new(int rows, int cols)
{
    BUG_UNLESS(rows >= 0 && cols >= 0);
    float *at = allocate((size_t)rows * (size_t)cols, sizeof(float));
    return (struct matrix){.rows = rows, .cols = cols, .at = at};
}

float *matrix_row(const struct matrix *m, int row)
{
    return m->at + (size_t)row * (size_t)m->cols;
}

double matrix_largest(const struct matrix *m)
{
    float largest = 0.0f;
    for (size_t i = 0; i < (size_t)m->rows * (size_t)m->cols; i++) {
        float magnitude = fabsf(m->at[i]);
        largest = magnitude > largest ? magnitude : largest;
    }
    return (double)largest;
}
