/* SPDX-License-Identifier: Apache-2.0
 * axi_clock.h - one clock of the AXI ports: the checker looks, the memories answer, and the driver's
 * turn comes last. */
#ifndef ESE_AXI_CLOCK_H
#define ESE_AXI_CLOCK_H

#include "ports.h"

/* Who has the chip's registers: the host of a plan, or a program at the end of a pipe. */
struct driver {
    /* May the masters ask for anything? */
    bool (*allows)(void);
    /* What the slave shows, and word 0 of the sample's control; drives words 0..2 of the ports. */
    void (*drive)(const struct vector *lite, uint32_t control, uint32_t *drive);
};

/* Before harness_step(); the vectors must live until it returns. */
void axi_show(const struct axi_sample *sample);

const uint32_t *axi_drive(void); /* [AXI_DRIVE_WORDS] */

/* A phase begins, in reset: memories as harness.now has them, nothing outstanding. */
void axi_begin(void);

void axi_step_in_reset(bool settled); /* one clock with aresetn low */

/* One clock with aresetn high; `control` of the sample. */
void axi_step(uint32_t control, const struct driver *driver);

#endif
