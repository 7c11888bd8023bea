/* SPDX-License-Identifier: Apache-2.0
 * selftest.h - `ese verify --selftest`: proves that the check can fail. */
#ifndef ESE_SELFTEST_H
#define ESE_SELFTEST_H

#include <stdint.h>

#include "gen/verify/simulate.h"
#include "models/base/error.h"

struct selftest_options {
    const char *dir;          /* the chip */
    const char *work;         /* folder to work in, or NULL: workspace_open() chooses */
    enum simulator simulator;
    uint64_t seed;            /* of drawn stimulus */
    const char *json;         /* file for the result, "-" for standard output, or NULL */
    int jobs;                 /* parallel jobs; 0: as many as there are processors */
};

/* Plants faults one at a time (images, expected words, handshakes), runs the simulation on each,
 * and tells which were detected.  *pass: all of them, and the chip without a fault passes. */
bool selftest(const struct selftest_options *options, bool *pass, struct error *error);

#endif
