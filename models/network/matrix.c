/* SPDX-License-Identifier: Apache-2.0 */
#include "models/network/matrix.h"

#include "models/base/error.h"

struct matrix matrix_new(int rows, int cols)
{
    BUG_UNLESS(rows >= 0 && cols >= 0);
    float *at = allocate((size_t)rows * (size_t)cols, sizeof(float));
    return (struct matrix){.rows = rows, .cols = cols, .at = at};
}
