/* SPDX-License-Identifier: Apache-2.0
 * y_testing.h - y of a network before the y of the framework that wrote it. */
#ifndef ESE_TESTS_Y_TESTING_H
#define ESE_TESTS_Y_TESTING_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/file/safetensors.h"
#include "models/network/reference.h"

#include <cmocka.h> /* last: it has a macro called fail */

static inline struct matrix read_values(const struct safetensors *file, const char *name)
{
    const struct tensor *tensor = safetensors_find(file, name);
    struct error error;
    assert_non_null(tensor);
    struct matrix values = matrix_new(tensor->shape[0], tensor->shape[1]);
    if (!safetensors_fetch(file, name, 2, tensor->shape, values.at, &error))
        fail_msg("%s", error.text);
    return values;
}

static inline double distance(const struct network *n, const struct matrix *x, const struct matrix *y)
{
    struct reference *reference = reference_new(n);
    double *found = allocate((size_t)y->rows * (size_t)y->cols, sizeof *found), most = 0.0;
    reference_run(reference, x, NULL, found);
    for (int i = 0; i < y->rows * y->cols; i++)
        most = isfinite(found[i]) ? fmax(most, fabs(found[i] - (double)y->at[i])) : INFINITY;
    free(found);
    reference_free(reference);
    return most;
}

/* The network of `file`, which has y of x in the file `values_of`, to within `allowed`. */
static inline void compare_y(const char *file, const char *values_of, const struct network *n, double allowed)
{
    struct safetensors values;
    struct error error;
    if (!safetensors_open(&values, values_of, &error))
        fail_msg("%s", error.text);
    struct matrix x = read_values(&values, "x"), y = read_values(&values, "y");
    safetensors_close(&values);
    assert_int_equal(x.cols, n->input);
    assert_int_equal(y.cols, n->output);
    const double off = distance(n, &x, &y);
    if (off > allowed)
        fail_msg("%s: y is %g off, allowed are %g", file, off, allowed);
    free(x.at);
    free(y.at);
}

#endif
