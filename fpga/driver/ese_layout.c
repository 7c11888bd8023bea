/* SPDX-License-Identifier: Apache-2.0
 * ese_layout.c - x, y and states as they lie in memory.
 *
 * A frame is x_size or y_size words of xy_word_bytes; channel c of a word begins at byte
 * c * element_bytes, two's complement, little-endian.  A state is words of state_word_bytes; channel
 * c of a word has state_slot_bytes, an element of each lane. */
#include "ese_internal.h"

#include <math.h>
#include <string.h>

static void put_element(unsigned char *at, uint32_t bytes, int32_t value)
{
    for (uint32_t byte = 0; byte < bytes; byte++)
        at[byte] = (unsigned char)((uint32_t)value >> 8 * byte);
}

static int32_t get_element(const unsigned char *at, uint32_t bytes)
{
    const uint32_t sign = UINT32_C(1) << (8 * bytes - 1);
    uint32_t value = 0;
    for (uint32_t byte = 0; byte < bytes; byte++)
        value |= (uint32_t)at[byte] << 8 * byte;
    return (int32_t)((value ^ sign) - sign);
}

void ese_put_x(const struct ese_chip *chip, unsigned char *frame, unsigned channel, const int32_t *x)
{
    const struct ese_model *m = &chip->model;
    unsigned char *at = frame + (size_t)channel * m->element_bytes;
    for (uint32_t e = 0; e < m->x_size; e++, at += m->xy_word_bytes)
        put_element(at, m->element_bytes, x[e]);
}

void ese_get_y(const struct ese_chip *chip, const unsigned char *frame, unsigned channel, int32_t *y)
{
    const struct ese_model *m = &chip->model;
    const unsigned char *at = frame + (size_t)channel * m->element_bytes;
    for (uint32_t e = 0; e < m->y_size; e++, at += m->xy_word_bytes)
        y[e] = get_element(at, m->element_bytes);
}

static size_t state_words(const struct ese_chip *chip)
{
    return (size_t)chip->model.cell_words + chip->model.kept_words;
}

size_t ese_state_bytes(const struct ese_chip *chip)
{
    return state_words(chip) * chip->model.state_slot_bytes;
}

void ese_put_state(const struct ese_chip *chip, unsigned char *state, unsigned channel,
                   const unsigned char *own)
{
    const struct ese_model *m = &chip->model;
    for (size_t w = 0; w < state_words(chip); w++)
        memcpy(state + w * m->state_word_bytes + (size_t)channel * m->state_slot_bytes,
               own + w * m->state_slot_bytes, m->state_slot_bytes);
}

void ese_get_state(const struct ese_chip *chip, const unsigned char *state, unsigned channel,
                   unsigned char *own)
{
    const struct ese_model *m = &chip->model;
    for (size_t w = 0; w < state_words(chip); w++)
        memcpy(own + w * m->state_slot_bytes,
               state + w * m->state_word_bytes + (size_t)channel * m->state_slot_bytes,
               m->state_slot_bytes);
}

/* Byte of a state of one channel at which an element of a vector begins. */
static size_t element_at(const struct ese_chip *chip, const struct ese_vector *v, uint32_t element)
{
    const struct ese_model *m = &chip->model;
    return ((size_t)v->first + ese_element_word(chip, element)) * m->state_slot_bytes +
           (size_t)ese_element_lane(chip, element) * m->element_bytes;
}

void ese_get_vector(const struct ese_chip *chip, const unsigned char *own, uint32_t number,
                    int32_t *elements)
{
    const struct ese_vector *v = &chip->vectors[number];
    for (uint32_t e = 0; e < v->elements; e++)
        elements[e] = get_element(own + element_at(chip, v, e), chip->model.element_bytes);
}

void ese_put_vector(const struct ese_chip *chip, unsigned char *own, uint32_t number,
                    const int32_t *elements)
{
    const struct ese_vector *v = &chip->vectors[number];
    const int32_t most = (int32_t)((INT64_C(1) << (chip->model.activation_bits - 1)) - 1);
    for (uint32_t e = 0; e < v->elements; e++) {
        int32_t value = elements[e] > most ? most : elements[e] < -most - 1 ? -most - 1 : elements[e];
        put_element(own + element_at(chip, v, e), chip->model.element_bytes, value);
    }
}

int32_t ese_fixed(double value, int32_t fraction, unsigned bits)
{
    double scaled = round(ldexp(value, fraction)), top = ldexp(1.0, (int)bits - 1);
    if (scaled >= top)
        return (int32_t)(top - 1.0);
    return scaled < -top ? (int32_t)-top : (int32_t)scaled;
}

double ese_real(int32_t value, int32_t fraction)
{
    return ldexp(value, -fraction);
}
