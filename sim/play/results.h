/* SPDX-License-Identifier: Apache-2.0
 * results.h - the end of a simulation that played a plan. */
#ifndef ESE_RESULTS_H
#define ESE_RESULTS_H

/* Comes to the verdict and writes the files.  What the bench is told: bits of enum drive. */
unsigned harness_verdict(void);

#endif
