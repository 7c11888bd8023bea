/* SPDX-License-Identifier: Apache-2.0
 * onnx_quant.c - rounding to few bits as QONNX and Brevitas define it: the float that is nearest to a value
 * among scale * (k - zero), k a whole number of so many bits. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "models/source/onnx_parts.h"

/* ---- how it is rounded ----------------------------------------------------------------------- */

static float up(float x)
{
    return copysignf(ceilf(fabsf(x)), x);
}

static float half_up(float x)
{
    return copysignf(floorf(fabsf(x) + 0.5f), x);
}

static float half_down(float x)
{
    return copysignf(ceilf(fabsf(x) - 0.5f), x);
}

static const struct {
    const char *name;
    float (*round)(float x);
} roundings[] = {
    {"ROUND", rintf}, {"HALF_EVEN", rintf},  {"CEIL", ceilf},          {"FLOOR", floorf}, {"DOWN", truncf},
    {"UP", up},       {"HALF_UP", half_up}, {"HALF_DOWN", half_down},
};

/* Whatever its letters' case; without a name, to the nearest. */
static float (*rounding_of(const char *name, size_t length))(float x)
{
    if (length == 0)
        return rintf;
    for (size_t i = 0; i < sizeof roundings / sizeof *roundings; i++)
        if (strlen(roundings[i].name) == length && strncasecmp(roundings[i].name, name, length) == 0)
            return roundings[i].round;
    return NULL;
}

/* ---- operands of fewer dimensions ------------------------------------------------------------ */

/* Axes are counted from the end; one of size one stands for all. */
static bool spreads(const struct onnx_tensor *over, const struct onnx_tensor *t)
{
    for (int i = 1; i <= t->rank; i++) {
        const int64_t size = t->shape[t->rank - i];
        if (size != 1 && (i > over->rank || size != over->shape[over->rank - i]))
            return false;
    }
    return t->count > 0;
}

static float spread(const struct onnx_tensor *over, const struct onnx_tensor *t, size_t n)
{
    size_t place = 0, step = 1;
    for (int i = 1; i <= t->rank && i <= over->rank; i++) {
        const size_t size = (size_t)t->shape[t->rank - i], whole = (size_t)over->shape[over->rank - i];
        place += size == 1 ? 0 : n % whole * step;
        step *= size;
        n /= whole;
    }
    return (float)t->values[place];
}

/* ---- all of it ------------------------------------------------------------------------------- */

static float clamp(float x, float bits, const struct onnx_quant *q)
{
    const float half = exp2f(bits - 1.0f), whole = exp2f(bits), less = q->narrow ? 1.0f : 0.0f;
    const float least = q->is_signed ? less - half : 0.0f;
    const float most = q->is_signed ? half - 1.0f : whole - 1.0f - less;
    return x > most ? most : x < least ? least : x;
}

bool onnx_quantize(struct onnx_tensor *t, const struct onnx_quant *q)
{
    float (*const round_it)(float x) = rounding_of(q->rounding, q->rounding_length);
    if (round_it == NULL || !spreads(t, q->scale) || !spreads(t, q->zero) || !spreads(t, q->bits))
        return false;
    for (size_t n = 0; n < t->count; n++) {
        const float scale = spread(t, q->scale, n), zero = spread(t, q->zero, n);
        const float bits = spread(t, q->bits, n), x = (float)t->values[n] / scale + zero;
        const bool sign = q->is_signed && bits == 1.0f; /* +1 and -1, which are no two's complement */
        const float whole = sign ? (x >= 0.0f ? 1.0f : -1.0f) : round_it(clamp(x, bits, q));
        t->values[n] = (double)((whole - zero) * scale);
    }
    return true;
}
