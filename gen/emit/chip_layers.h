/* SPDX-License-Identifier: Apache-2.0
 * chip_layers.h - what a chip's texts say of its network, be it one LSTM or a list of layers. */
#ifndef ESE_CHIP_LAYERS_H
#define ESE_CHIP_LAYERS_H

#include "gen/emit/render.h"
#include "models/program/program.h"

/* Binds LSTM: a single one, whose vectors have the paper's names; LAYERS, a list of NUMBER, WHAT
 * ("rnn 32 -> 32, tanh") and VECTORS ("0.y 14, 0.c 12": fraction bits); OUTPUT, the vector that
 * leaves; ELEMENT_OF, what products wait for; BEGINS, what the first frame of an utterance does. */
void chip_layers_bind(struct bindings *bindings, const struct program *program);

/* Appends "c and y": the vectors that live on from frame to frame, in the order of a saved state.
 * Returns how many. */
int chip_state_text(struct text *text, const struct program *program);

#endif
