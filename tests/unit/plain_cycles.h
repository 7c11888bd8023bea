/* SPDX-License-Identifier: Apache-2.0
 * plain_cycles.h - what cycles_run() (models/program/cycles.h) must say, by the plainest model. */
#ifndef ESE_TESTS_PLAIN_CYCLES_H
#define ESE_TESTS_PLAIN_CYCLES_H

#include "models/program/cycles.h"

/* The stalls of the last frame are counted until its last y word only. */
void plain_cycles_run(const struct program *program, int frames, struct cycles *result);

#endif
