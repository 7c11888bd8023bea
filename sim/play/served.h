/* SPDX-License-Identifier: Apache-2.0
 * served.h - a simulation that plays no plan, but does what a program at the other end of a pipe asks.
 *
 * +serve=IN,OUT names two open file descriptors (or files, such as FIFOs): requests of ese_pipe.h come
 * in through the first, answers go out through the second.  +memory=ideal, ddr3 or hostile is how the
 * memories behind the ports are; +taps=FILE takes what leaves the element-wise path (stimulus.h),
 * all of it by the time that COUNTS is answered.  Registers are reached over AXI4-Lite in simulated
 * time; memory is looked at and changed while time stands still.  Every rule of the ports is
 * checked in every clock, and the first that is broken ends the simulation. */
#ifndef ESE_SERVED_H
#define ESE_SERVED_H

#include <stdbool.h>
#include <stdint.h>

#include "harness.h"

/* Begins to serve.  False with the reason in harness.reason. */
bool served_open(const char *serve, const char *memory, const struct harness_options *options);

bool served_present(void); /* is this such a simulation? */

/* One clock: what the inputs shall be from now on, bits of enum drive. */
unsigned served_step(const struct sample *sample);

#endif
