/* SPDX-License-Identifier: Apache-2.0
 * findings.h - what was wrong.  All of it is counted and the first of it kept; the first of all is
 * the reason of the verdict.  The simulation goes on. */
#ifndef ESE_FINDINGS_H
#define ESE_FINDINGS_H

#include "harness.h"

/* Where we are, for a message. */
#define AT "phase %s, cycle %lld: "
#define HERE harness.now->name, (long long)harness.cycle

/* A value of y or c is not what it must be. */
void mismatch(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Everything else. */
void violation(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
