/* SPDX-License-Identifier: Apache-2.0
 * plan_file.h - files that a plan consists of or names, read before the first clock.
 *
 * A plan that cannot be played is refused: the first clock then gives the verdict. */
#ifndef ESE_PLAN_FILE_H
#define ESE_PLAN_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keeps why in harness.reason.  Returns false. */
bool refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Zeroed, for `count` things; ends the simulation if there is no memory. */
void *zeros(uint64_t count, size_t size);

/* A whole file in memory, which the caller frees; NULL: not readable. */
unsigned char *slurp(const char *path, size_t *size);

/* The same of one that must be as the plan says; NULL: it is not, and the plan is refused. */
unsigned char *read_whole(const char *name, uint64_t bytes, uint32_t crc);

#endif
