/* SPDX-License-Identifier: Apache-2.0 */
#include "models/file/element.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

#include "models/base/bytes.h"
#include "models/base/error.h"

enum { MOST_DIMENSIONS = 8 };

double element_f32(const unsigned char *at)
{
    return (double)float_of_bits(load_u32(at));
}

double element_f16(const unsigned char *at)
{
    return (double)float_of_half(load_u16(at));
}

double element_bf16(const unsigned char *at)
{
    return (double)float_of_bfloat(load_u16(at));
}

double element_f64(const unsigned char *at)
{
    return double_of_bits(load_u64(at));
}

void shape_text(char *out, size_t size, int rank, const int *shape)
{
    size_t used = (size_t)snprintf(out, size, "[");
    for (int i = 0; i < rank; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%d", i ? ", " : "", shape[i]);
    snprintf(out + used, size - used, "]");
}

void place_text(char *out, size_t size, int rank, const int *shape, uint64_t index)
{
    int place[MOST_DIMENSIONS];
    BUG_UNLESS(rank >= 0 && rank <= MOST_DIMENSIONS);
    for (int i = rank - 1; i >= 0; i--) {
        place[i] = (int)(index % (uint64_t)shape[i]);
        index /= (uint64_t)shape[i];
    }
    shape_text(out, size, rank, place);
}

void element_text(char *out, size_t size, double value, int rank, const int *shape, uint64_t index)
{
    char place[SHAPE_TEXT];
    place_text(place, sizeof place, rank, shape, index);
    if (isfinite(value))
        snprintf(out, size, "has %.9g at %s, beyond a float32, allowed is up to %.9g", value, place,
                 (double)FLT_MAX);
    else
        snprintf(out, size, "has %s at %s, expected a finite float",
                 isnan(value) ? "NaN" : "an infinity", place);
}
