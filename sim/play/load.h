/* SPDX-License-Identifier: Apache-2.0
 * load.h - from a stimulus file to a plan that can be played. */
#ifndef ESE_LOAD_H
#define ESE_LOAD_H

#include "harness.h"

/* Fills harness.plan and makes room for what is to be counted.  False with the reason in
 * harness.reason. */
bool harness_load(const struct harness_options *options);

#endif
