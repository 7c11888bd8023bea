/* SPDX-License-Identifier: Apache-2.0
 * axi_check.h - the rules of AXI4 and AXI4-Lite, looked at on every port in every clock.
 *
 * Read masters  valids low in reset; AR stays, with all of its payload, until it is taken; bursts are
 *               INCR of full width, aligned, within 4 KiB and within one region; no more of them
 *               outstanding than agreed; none while the chip is stopped; R is taken in the end
 * Writes        valids low in reset; AW and W stay until they are taken; bursts as for reads, to where
 *               y or a state is awaited and nowhere else; WLAST agrees with the length, whichever
 *               channel is ahead; all strobes set; B is taken in the end
 * Slave         valids low in reset; an answer for every request, in time, and none without; answers
 *               stay until they are taken; OKAY and SLVERR only; requests are taken in time
 * All           no unknown bit where it matters */
#ifndef ESE_AXI_CHECK_H
#define ESE_AXI_CHECK_H

#include "ports.h"

enum {
    AXI_OUTSTANDING = 16,      /* reads, unless the stimulus says otherwise */
    AXI_WRITES = 8,            /* writes, likewise */
    AXI_READY_LIMIT = 10000,   /* clocks that a beat may wait for the chip */
    AXI_LITE_LIMIT = 256       /* clocks that a request or its answer may take */
};

/* Forgets what was outstanding: a reset begins. */
void axi_check_reset(void);

/* The clocks of a reset after which the chip must be quiet. */
void axi_check_in_reset(const struct axi_sample *seen);

/* The reads of a master: what it shows, what drives it now, whether it may ask for anything. */
void axi_check_port(uint32_t port, const struct vector *seen, struct memory *memory, bool allowed);

/* The writes of the data port, in axi_check_write.c. */
void axi_check_writes(const struct axi_sample *seen, struct memory *memory, bool allowed);
void axi_check_writes_reset(void);
void axi_check_writes_in_reset(const struct vector *seen);

/* The slave: what it shows, what drives it now. */
void axi_check_lite(const struct vector *seen, const uint32_t *drive);

#endif
