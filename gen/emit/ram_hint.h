/* SPDX-License-Identifier: Apache-2.0
 * ram_hint.h - what a chip's Verilog tells synthesis about its memories. */
#ifndef ESE_RAM_HINT_H
#define ESE_RAM_HINT_H

#include "gen/folder/output.h"
#include "models/network/config.h"

/* With RAM_HINT_NONE takes the attribute ram_style off every memory in rtl/: "distributed" is an order
 * to some tools, and a device without RAM in LUTs cannot obey it, nor one without UltraRAM "ultra".  What is added later keeps its
 * attributes. */
void ram_hint_apply(struct output *output, const struct config *config);

#endif
