/* SPDX-License-Identifier: Apache-2.0
 * chip_readme.h - the README.md in the folder of a generated chip. */
#ifndef ESE_CHIP_README_H
#define ESE_CHIP_README_H

#include "gen/folder/output.h"
#include "models/program/cycles.h"
#include "models/program/program.h"

/* Adds README.md, filled in from templates/chip_README.md.tpl.  `command` is the command line after
 * "ese", without folders. */
bool chip_readme_add(struct output *output, const struct program *program,
                     const struct cycles *cycles, const char *command, struct error *error);

#endif
