/* SPDX-License-Identifier: Apache-2.0
 * attach.h - what a chip's folder holds of the user's own files, so that it can be verified anywhere: the
 * model, the utterances, the outputs expected of them. */
#ifndef ESE_ATTACH_H
#define ESE_ATTACH_H

#include "gen/folder/output.h"
#include "models/program/program.h"

bool attach_model(struct output *output, const struct program *program, struct error *error);

/* Puts the paths of the copies, from the folder, in place of the paths that are set. */
void attached_paths(struct model_config *model);

#endif
