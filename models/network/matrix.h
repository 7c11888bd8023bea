/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ESE_MATRIX_H
#define ESE_MATRIX_H

struct matrix {
    int rows, cols;
    float *at; /* row-major; a pruned weight is 0 */
};

/* All zeros. */
struct matrix matrix_new(int rows, int cols);

float *matrix_row(const struct matrix *matrix, int row);

/* The largest magnitude in it. */
double matrix_largest(const struct matrix *matrix);

#endif
