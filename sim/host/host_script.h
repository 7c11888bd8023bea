/* SPDX-License-Identifier: Apache-2.0
 * host_script.h - lists of accesses that hold the registers to what REGISTERS.md says of them: who the
 * chip is, settings byte by byte, events bit by bit, what start does.
 *
 * In the first phases the host looks at everything; then it only writes what it must. */
#ifndef ESE_HOST_SCRIPT_H
#define ESE_HOST_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "harness.h"

/* All fields of a register. */
enum { STATUS_ALL = 63, IRQ_ALL = 15 };

/* What a model may have. */
struct host_room {
    uint32_t x, y_lanes; /* registers X_SIZE, Y_SIZE_LANES */
    uint32_t cells, kept;
};

bool script_has_queue(void);
uint32_t script_events(void); /* that this chip has */

void script_setup(struct host_room *room);       /* behind a reset */
void script_check_room(const struct host_room *room);
void script_command(uint32_t command);           /* to CONTROL */
void script_loaded(void);                        /* what the chip says of the model that it has */
void script_start(void);                         /* as if nobody had left the registers tidy */
void script_started(void);
void script_clear(uint32_t events);              /* those of a frame or a descriptor that are pending */
void script_error(uint32_t code);                /* what the chip says when it has stopped by itself */
void script_end(void);                           /* what it says at the end of a good run */

#endif
