/* SPDX-License-Identifier: Apache-2.0
 * rtl.h - the Verilog of a chip: its top, and the modules that it uses. */
#ifndef ESE_RTL_H
#define ESE_RTL_H

#include "gen/folder/output.h"
#include "models/program/cycles.h"
#include "models/program/program.h"

/* Adds rtl/, rtl/files.f and rtl/relative.f.  `command` stands in the header of the top. */
bool rtl_add(struct output *output, const struct program *program, const struct cycles *cycles,
             const char *command, struct error *error);

#endif
