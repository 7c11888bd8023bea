/* SPDX-License-Identifier: Apache-2.0
 * host.h - the host that drives a chip with AXI ports through its registers.
 *
 * After the reset it reads who the chip is, tries addresses where nothing is, writes and reads back
 * the settings, loads the model and writes start.  While the chip runs it takes interrupts, submits
 * descriptors and looks at what they left in memory (host_queue.c).  At the end of a phase it reads
 * status and counters and stops the chip.  If an error is expected, or a stop in mid-flight, it reads
 * the code, stops, waits until the buses are idle, loads again if need be, and starts again:
 * another attempt (host_attempt.h). */
#ifndef ESE_HOST_H
#define ESE_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "harness.h"

enum { HOST_STALLS = 7 };

/* What came of a phase. */
struct host_result {
    uint32_t attempts;      /* starts */
    uint32_t loads;         /* that went well */
    int64_t load_clocks;    /* from the command's answer to the interrupt, of the last of them */
    uint32_t error;         /* code that the chip reported, and was expected to */
    int64_t origin;         /* cycle in which the last start was answered */
    int64_t error_cycle;    /* in which the interrupt of the error came, -1: none */
    int64_t stop_clocks;    /* from writing the last stop to idle buses */
    uint32_t status, frames, frame_interrupts;
    uint64_t cycles, multiplied;
    uint32_t stalls[HOST_STALLS];
};

void host_begin(struct host_result *result); /* a phase begins, in reset */

/* What has to happen in this clock, once the host has had its turn. */
enum host_wish {
    HOST_GOES_ON,
    HOST_LOADS_ANEW, /* memory becomes that of the attempt that begins now */
    HOST_PLAYS_ANEW  /* this too; the chip is about to be started: back to the phase's first word */
};

/* One clock with reset released: looks at the slave and at the streams' handshakes, drives words 0..2
 * of the ports. */
enum host_wish host_step(const struct vector *lite, uint32_t control, uint32_t *drive);

void host_finish(void);       /* all frames are out: read the counters, stop the chip */
bool host_finished(void);

bool host_running(void);      /* start was answered and stop not yet written */
int64_t host_origin(void);    /* cycle in which start was answered, -1: it is not running */
bool host_allows(void);       /* masters may ask: from load being written until it is loaded, and from
                                 start being written until the buses are idle */
bool host_abandons(void);     /* there is no sense in going on */

#endif
