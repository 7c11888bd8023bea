/* SPDX-License-Identifier: Apache-2.0
 * load_axi.h - the same for a chip with AXI ports.  False with the reason in harness.reason. */
#ifndef ESE_LOAD_AXI_H
#define ESE_LOAD_AXI_H

#include <stdbool.h>

#include "stimulus.h"

/* Can a phase be played that wants AXI ports? */
bool check_axi_phase(const struct stimulus *plan, const struct stimulus_phase *phase);

/* Fills the memories behind the ports, if bench and plan have some. */
bool load_regions(const struct stimulus *plan);

#endif
