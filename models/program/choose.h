/* SPDX-License-Identifier: Apache-2.0
 * choose.h - which schedule a program gets: how many lanes, and its columns in which order.
 *
 * What several of them take the cycle model tells; the entries are not needed for that. */
#ifndef ESE_CHOOSE_H
#define ESE_CHOOSE_H

#include "models/program/program.h"
#include "models/program/schedule.h"

/* More hardware, or another order of the columns, must save at least this share of the cycles. */
#define WORTH_MORE 0.005

/* Fills the fields of STAGE_SCHEDULE (stock.h) for configuration, network, numbers and geometry of
 * the program.  With `chip` it is another model's, of a chip that is there already, and has that
 * one's lanes. */
void choose_schedule(struct program *program, const struct encoded *encoded,
                     const struct program *chip);

#endif
