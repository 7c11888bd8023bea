/* SPDX-License-Identifier: Apache-2.0
 * hash.h - what tells two chips, or a chip and a model for another, apart. */
#ifndef ESE_HASH_H
#define ESE_HASH_H

#include "models/program/program.h"

/* What a model must fit: the shape of the hardware and the number formats, without the counts that
 * come with a model. */
uint32_t hash_chip(const struct program *program);

/* What tells two chips apart: everything that reaches the Verilog or an image. */
uint32_t hash_program(const struct program *program);

#endif
