/* SPDX-License-Identifier: Apache-2.0
 * chip_can.h - which networks become Verilog: layers of all kinds in a row, with any of their options,
 * from a state of zeros, unless x and y lie in memory.
 *
 * A program is built of any network, for reports and sweeps; whoever writes a chip, or an image for
 * one, asks here. */
#ifndef ESE_CHIP_CAN_H
#define ESE_CHIP_CAN_H

#include "models/network/network.h"

/* On a chip of this configuration.  False: one line says which layer it is, and what of it. */
bool chip_can(const struct network *network, const struct config *config, struct error *error);

#endif
