/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/chip_can.h"

/* The host brings an initial state where it brings x: by descriptors. */
bool chip_can(const struct network *n, const struct config *config, struct error *error)
{
    const int initial = network_initial(n);
    return config->io == IO_MEMORY || initial == NONE ||
           fail(error, "layer %d: utterances begin with an initial state of the model's, not with zeros: "
                "that takes a chip with x and y in memory (memory: resident or stream, io: memory)",
                n->layers[n->vectors[initial].layer].number);
}
