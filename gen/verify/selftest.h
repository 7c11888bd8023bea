/* SPDX-License-Identifier: Apache-2.0
 * selftest.h - `ese verify --selftest`: proves that the check can fail. */
#ifndef ESE_SELFTEST_H
#define ESE_SELFTEST_H

#include "gen/command/commands.h"
#include "models/base/error.h"

/* Plants faults one at a time (images, expected words, handshakes), runs the simulation on each,
 * and tells which were detected.  *pass: all of them, and the chip without a fault passes. */
bool selftest(const struct verify_options *options, bool *pass, struct error *error);

#endif
