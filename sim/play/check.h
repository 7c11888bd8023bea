/* SPDX-License-Identifier: Apache-2.0
 * check.h - looks at what the chip shows on its streams and monitor outputs.  Only counts and
 * reports; never ends the simulation. */
#ifndef ESE_CHECK_H
#define ESE_CHECK_H

#include "harness.h"

void check_reset(const struct sample *sample);   /* one clock with aresetn low */
void check_running(const struct sample *sample); /* one clock with aresetn high */
void check_phase_end(void);                      /* is all there that was expected? */

#endif
