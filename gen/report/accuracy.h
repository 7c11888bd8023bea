/* SPDX-License-Identifier: Apache-2.0
 * accuracy.h - does the chip compute the user's network?  Three errors of y, told apart, and what is
 * clipped; with warnings of what a user should not overlook. */
#ifndef ESE_ACCURACY_H
#define ESE_ACCURACY_H

#include <jansson.h>

#include "models/base/text.h"
#include "models/program/program.h"
#include "models/program/quality.h"

/* A table of the three errors, and how often what was clipped. */
void accuracy_text(struct text *text, const struct program *program, const struct quality *quality);

/* {"frames", "snr_pruned_db", "snr_quantized_db", "snr_db", ...}: null where there is no error. */
json_t *accuracy_json(const struct program *program, const struct quality *quality);

/* How the formats came about, value by value. */
void accuracy_formats_text(struct text *text, const struct program *program);
json_t *accuracy_formats_json(const struct program *program);

/* Share of the values of a kind that were clipped. */
double accuracy_clipped(const struct clip_counts *counts, enum value value);

/* A line each, "what; what to do": pruning that costs too much, quantization that does, values clipped more
 * often than one in a thousand.  Empty: none of it is so. */
void accuracy_warnings(struct text *lines, const struct program *program, const struct quality *quality);

/* Prints each line on stderr as "ese: warning: ...". */
void accuracy_warn(const struct text *lines);

/* Both at once. */
void accuracy_warn_of(const struct program *program, const struct quality *quality);

#endif
