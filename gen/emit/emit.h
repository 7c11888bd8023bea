/* SPDX-License-Identifier: Apache-2.0
 * emit.h - what `ese gen` writes for a program: the list of artefacts. */
#ifndef ESE_EMIT_H
#define ESE_EMIT_H

#include "gen/folder/output.h"
#include "models/program/cycles.h"
#include "models/program/program.h"

/* Adds every file of the chip to `output` but its report (report_add()).  `command` is the command line after "ese", without
 * paths of this machine: it stands in the headers. */
bool emit_chip(struct output *output, const struct program *program, const struct cycles *cycles,
               const char *command, struct error *error);

/* Adds what another model for a chip consists of: its images, configuration and copies.  `program` is
 * from program_build_for(). */
bool emit_model(struct output *output, const struct program *program, const char *command,
                struct error *error);

/* Appends a command as it stands in the headers and manifests: without folders, so that the same input
 * gives the same bytes everywhere. */
void emit_command(struct text *text, const char *command, const char *source, char *const *sets,
                  size_t set_count);

/* The configuration as `gen` writes it into the chip's folder: paths inside the folder. */
void emit_config(struct output *output, const struct program *program);

#endif
