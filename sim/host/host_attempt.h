/* SPDX-License-Identifier: Apache-2.0
 * host_attempt.h - how often a phase is begun: something goes wrong in the first attempts, and in the
 * last one nothing does any more.  Attempts are counted from 0 on; before them there may be a load
 * that is right (STIMULUS_LOADED_BEFORE). */
#ifndef ESE_HOST_ATTEMPT_H
#define ESE_HOST_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "harness.h"

/* Attempts of the phase in which something goes wrong. */
uint32_t host_wrong_attempts(const struct stimulus_phase *phase);

void host_begin_attempts(void); /* of the phase that begins now */
void host_next_attempt(void);

uint32_t host_attempt(void);    /* its number; during the load before them one that no attempt has */
bool host_loads_before(void);   /* no attempt has begun */
bool host_first_attempt(void);  /* nor has more than one */
bool host_wrong_attempt(void);  /* something is to go wrong in this one */

/* What is to go wrong: the code that the chip must report, 0: none. */
uint32_t host_expected_error(void);
bool host_error_expected(void);
bool host_stop_expected(void);  /* or a stop in mid-flight */

#endif
