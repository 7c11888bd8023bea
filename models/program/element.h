/* SPDX-License-Identifier: Apache-2.0
 * element.h - what the element-wise path of a chip must be able to do: number formats, functions,
 * operations.  It has what the program's passes use and nothing else. */
#ifndef ESE_ELEMENT_H
#define ESE_ELEMENT_H

#include "models/program/program.h"

/* Formats of a layer; layers may share one.  What no layer of it has is 0. */
struct element_format {
    int round_shift; /* fraction bits dropped from sums */
    int c_fraction, m_fraction;
    int hidden_shift; /* left shift of a gate times a hidden sum, to the sum that it is added to */
};

/* All that the chip has, by number; returns how many. */
int element_formats(const struct program *program, struct element_format list[LAYERS_MOST]);

/* The number of that of a layer. */
int element_format_of(const struct program *program, int layer);

/* Fills `derived`: how far the formats are apart, and what passes do. */
void element_derive(struct derived *derived, const struct program *program);

/* Whether Sigmoid's, and Tanh's, table is there. */
bool element_has_sigmoid(const struct derived *derived);
bool element_has_tanh(const struct derived *derived);

#endif
