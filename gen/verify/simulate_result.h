/* SPDX-License-Identifier: Apache-2.0
 * simulate_result.h - reads what the harness left behind. */
#ifndef ESE_SIMULATE_RESULT_H
#define ESE_SIMULATE_RESULT_H

#include <stdbool.h>

#include "gen/verify/simulate.h"

/* Fills in the result from result->results_path and result->log_path.  It passes only if the
 * results file, the verdict line and the exit status (`clean`: 0; `how` in words) all say so. */
void simulation_result_read(struct simulation_result *result, bool clean, const char *how);

#endif
