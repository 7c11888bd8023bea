/* SPDX-License-Identifier: Apache-2.0
 * port.h - a serial line: of a board, or of a simulated one.
 *
 * Both are the same to whoever sends and receives.  A simulation's time only passes while somebody
 * waits for a byte. */
#ifndef ESE_ULX3S_PORT_H
#define ESE_ULX3S_PORT_H

#include <stdbool.h>
#include <stddef.h>

#include "models/base/error.h"

struct port;

/* A device, "/dev/ttyUSB0", with eight bits and no parity.  What it had received before is lost. */
struct port *port_open_serial(const char *path, int baud, struct error *error);

/* The simulation of tests/ulx3s/board_bench.v, which reads commands from the pipe FOLDER/to and
 * writes answers to FOLDER/from. */
struct port *port_open_simulation(const char *folder, int baud, struct error *error);

bool port_send(struct port *port, const void *bytes, size_t length, struct error *error);

/* Waits for a byte, but no longer than `seconds`. */
enum port_got { PORT_BYTE, PORT_NOTHING, PORT_FAILED };
enum port_got port_receive(struct port *port, double seconds, unsigned char *byte,
                           struct error *error);

void port_close(struct port *port);

#endif
