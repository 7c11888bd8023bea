/* SPDX-License-Identifier: Apache-2.0
 * play.h - the harness as the bench calls it, through one of the bindings.
 *
 *   clock.c      drives the inputs, counts, decides when a phase is over
 *   check.c      looks at y and monitor outputs; check_result.c at what passes write
 *   load.c       reads the stimulus file, checks the memory images; load_axi.c the rest for a chip
 *                with AXI ports
 *   axi_phase.c  such a chip's phases
 *   results.c    the results file and the verdict
 *   window.c     what goes into a waveform
 *   served.c     no plan, but what a program asks for through a pipe */
#ifndef ESE_PLAY_H
#define ESE_PLAY_H

#include "harness.h"

/* Loads the plan.  If it cannot be played, the first step gives the verdict. */
void harness_open(const struct harness_options *options);

/* One clock: what the inputs shall be from now on, bits of enum drive. */
unsigned harness_step(const struct sample *sample);

const uint32_t *harness_x_data(void); /* [words of channels * element_bits] */
const uint32_t *harness_x_user(void); /* [words of 2 * channels] */

#endif
