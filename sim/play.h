/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ESE_PLAY_H
#define ESE_PLAY_H

#include "harness.h"

/* Loads the plan.  If it cannot be played, the first step gives the verdict. */
void harness_open(const struct harness_options *options);

/* One clock: what the inputs shall be from now on, bits of enum drive. */
unsigned harness_step(const struct sample *sample);

const uint32_t *harness_x_data(void); /* [words of channels * element_bits] */
const uint32_t *harness_x_user(void); /* [words of 2 * channels] */

/* harness.c: may the chip do other than play on?  Stopped, or struck by a fault that is planned. */
bool harness_disturbed(void);

/* harness_plan.c: false with the reason in harness.reason. */
bool harness_load(const struct harness_options *options);

/* harness_plan_axi.c */
bool check_axi_phase(const struct stimulus *plan, const struct stimulus_phase *phase);
bool load_regions(const struct stimulus *plan); /* fills the memories behind the AXI ports */

/* harness_check.c */
void check_reset(const struct sample *sample);
void check_running(const struct sample *sample);
void check_phase_end(void);

/* harness_report.c */
unsigned harness_verdict(void);

#endif
