/* SPDX-License-Identifier: Apache-2.0
 * model_folder.h - the images of another model, or of a part of a network, as a simulation finds them. */
#ifndef ESE_VERIFY_MODEL_FOLDER_H
#define ESE_VERIFY_MODEL_FOLDER_H

#include "gen/folder/chip_folder.h"

/* The folder WORK/model, with links to the images of `program` and to the chip's own that stay.  `program` is the
 * chip's or a part of it, or, where `model` is not NULL, that of this folder or a part of it.  NULL on error; the
 * caller frees it. */
char *model_folder_gather(const struct chip_folder *chip, const char *model, const struct program *program,
                          const char *work, struct error *error);

#endif
