/* SPDX-License-Identifier: Apache-2.0
 * registers.h - the register map of registers.def as Verilog, C header and document. */
#ifndef ESE_GEN_REGISTERS_H
#define ESE_GEN_REGISTERS_H

#include "fpga/contract/contract.h"
#include "gen/folder/output.h"
#include "models/program/program.h"

/* Adds rtl/ese_registers.v, driver/ese_registers.h and REGISTERS.md. */
bool registers_add(struct output *output, const struct program *program, struct error *error);

/* Adds the C header of all registers, error codes and layouts, the same for every chip. */
void registers_add_header(struct output *output, const char *as);

#endif
