/* SPDX-License-Identifier: Apache-2.0
 * import_options.h - options of layers that a file's metadata tells: "0.reset" "before".
 *
 * They count where no list of layers is asked for.  What a file does not know stands there as "unknown"
 * (models/source/torch_names.h), and has to be asked for. */
#ifndef ESE_IMPORT_OPTIONS_H
#define ESE_IMPORT_OPTIONS_H

#include "models/file/safetensors.h"
#include "models/network/config.h"

/* Gives the layer of that number its options. */
bool import_options(const struct safetensors *file, int number, struct layer_config *layer,
                    struct error *error);

#endif
