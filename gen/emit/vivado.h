/* SPDX-License-Identifier: Apache-2.0
 * vivado.h - vivado/ of a chip's folder: scripts that are the same for every chip, from fpga/vivado, and
 * chip.tcl and ooc.xdc, which say what this chip is. */
#ifndef ESE_VIVADO_H
#define ESE_VIVADO_H

#include "gen/folder/output.h"
#include "models/program/program.h"

bool vivado_add(struct output *output, const struct program *program, struct error *error);

#endif
