/* SPDX-License-Identifier: Apache-2.0
 * saif.h - switching activity of a simulation, in the Switching Activity Interchange Format (SAIF,
 * IEEE 1801, annex I): what tools estimate power from.
 *
 * The simulator writes a VCD into a pipe, which is read while it does: a waveform of a large chip
 * is hundreds of times the size of what is counted. */
#ifndef ESE_SAIF_H
#define ESE_SAIF_H

#include <stdbool.h>

#include "models/base/error.h"

struct saif_pipe; /* and who reads it */

/* Makes a pipe for the VCD of one simulation, in a temporary folder, and begins to read it. */
struct saif_pipe *saif_open(struct error *error);

/* Where the simulator is to write; valid until saif_close(). */
const char *saif_path(const struct saif_pipe *pipe);

/* When the simulator has ended: writes the activity of the chip, as ese_bench/u_chip, to `file`,
 * unless that is NULL.  Closes the pipe in any case. */
bool saif_close(struct saif_pipe *pipe, const char *file, struct error *error);

#endif
