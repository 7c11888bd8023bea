/* SPDX-License-Identifier: Apache-2.0
 * axi_phase.h - a phase of a plan for a chip with AXI ports: host, queue and memories from its
 * beginning to its end, and what came of it. */
#ifndef ESE_AXI_PHASE_H
#define ESE_AXI_PHASE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "stimulus.h"

bool axi_prepare(const struct stimulus *plan); /* false: out of memory */

void axi_begin_phase(uint32_t phase);
void axi_replay(void);    /* the host's next attempt begins */
void axi_end_phase(void); /* keeps what was counted */

/* Adds "host" and "memory" to what the results file has of the phase. */
void axi_write_results(FILE *out, uint32_t phase);

#endif
