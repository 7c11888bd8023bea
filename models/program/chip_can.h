/* SPDX-License-Identifier: Apache-2.0
 * chip_can.h - which networks become Verilog: layers of all kinds in a row, with any of their options,
 * forward; from a state of zeros, unless x and y lie in memory.
 *
 * A program is built of any network that goes forward, for reports and sweeps; whoever writes a
 * chip, or an image for one, asks here. */
#ifndef ESE_CHIP_CAN_H
#define ESE_CHIP_CAN_H

#include "models/network/network.h"

/* What the configuration tells, before anything is read or built.  False: one line says which layer
 * it is, and what of it. */
bool chip_can_model(const struct model_config *model, struct error *error);

/* The whole of it, on a chip of this configuration. */
bool chip_can(const struct network *network, const struct config *config, struct error *error);

#endif
