/* SPDX-License-Identifier: Apache-2.0
 * import.h - the parts of the import of trained layers: for these files alone. */
#ifndef ESE_IMPORT_H
#define ESE_IMPORT_H

#include "models/file/safetensors.h"
#include "models/network/network.h"

/* The network of a file, as network_read() says.  After a failure there is nothing to free. */
bool import_layers(struct network *network, const struct safetensors *file, const struct model_config *model,
                   struct error *error);

/* A layer of the network, that a list in the configuration asks for, or nobody. */
struct import_layer {
    int number;
    bool listed;
    struct layer_config *layer;
};

/* Options of layers that a file's metadata tells: "0.reset" "before".  What is asked for otherwise is refused.
 * What a file does not know stands there as "unknown" (models/source/torch_names.h), and has to be asked
 * for. */
bool import_options(const struct safetensors *file, const struct import_layer *of, struct error *error);

#endif
