/* SPDX-License-Identifier: Apache-2.0
 * registers.h - the register map of registers.def as Verilog, C header and document. */
#ifndef ESE_REGISTERS_H
#define ESE_REGISTERS_H

#include "gen/output.h"
#include "models/program.h"

/* Adds rtl/ese_registers.v, driver/ese_registers.h and REGISTERS.md. */
bool registers_add(struct output *output, const struct program *program, struct error *error);

/* Byte offset of the register, from registers.def. */
enum {
#define REGISTER(name, offset, kind, value, meaning) REGISTER_##name = (offset),
#include "gen/registers.def"
#undef REGISTER
};

#endif
