/* SPDX-License-Identifier: Apache-2.0
 * accuracy.h - does the chip compute the user's network?  Three errors of y, told apart, how far it is from
 * what the network gave where it was trained, and what is clipped; with warnings of what a user should not
 * overlook, and the judgement of a run. */
#ifndef ESE_ACCURACY_H
#define ESE_ACCURACY_H

#include <jansson.h>

#include "models/base/text.h"
#include "models/program/program.h"
#include "models/program/quality.h"
#include "models/program/side_by_side.h"

/* Judgement of frames that were played.  INACCURATE: the chip does what its integers say, but values were
 * clipped, and that shows.  FAIL: it does not, or the network is not that of the expected outputs. */
enum verdict { VERDICT_PASS, VERDICT_INACCURATE, VERDICT_FAIL };
const char *verdict_name(enum verdict verdict); /* "pass", "inaccurate", "fail" */

/* For people: a pass that has a warning says so. */
const char *accuracy_verdict_line(enum verdict verdict, const struct program *program,
                                  const struct accuracy *accuracy);

/* What the exit status says: `strict` makes INACCURATE an error, too. */
bool verdict_is_good(enum verdict verdict, bool strict);

enum verdict accuracy_verdict(const struct program *program, const struct accuracy *accuracy);

/* A table of the three errors, and how often what was clipped. */
void accuracy_table(struct text *text, const struct program *program, const struct accuracy *accuracy);

/* The same below a line that says which frames it was. */
void accuracy_text(struct text *text, const struct program *program, const struct quality *quality);

/* {"frames", "snr_pruned_db", "snr_quantized_db", "snr_db", ...}: null where there is no error
 * ("exact" is true) or no signal. */
json_t *accuracy_json(const struct program *program, const struct accuracy *accuracy);

/* The same with which frames it was. */
json_t *accuracy_quality_json(const struct program *program, const struct quality *quality);

/* How the formats came about, value by value. */
void accuracy_formats_text(struct text *text, const struct program *program);
json_t *accuracy_formats_json(const struct program *program);

/* Share of the values of a vector that were clipped. */
double accuracy_clipped(const struct clip_counts *counts, int vector);

/* False: y of the network as read is not the expected one; a line that says so, with likely causes.  One that
 * was compressed may be another. */
bool accuracy_expected(const struct program *program, const struct accuracy *accuracy,
                       struct error *error);

/* "agrees to 1e-05": the network in floating point, with the expected outputs (trained_agrees()). */
const char *accuracy_agreement(bool agrees);

/* That as a line for who makes a chip: empty if nothing is expected. */
void accuracy_agreement_line(struct text *line, const struct program *program, const struct accuracy *accuracy);

/* The same as a warning, where that is not an error. */
void accuracy_warn_expected(struct text *lines, const struct program *program,
                            const struct accuracy *accuracy);

/* A line each, "what; what to do": pruning that costs too much, quantization that does, values clipped more
 * often than one in a thousand, weights that are clipped.  Empty: none of it is so. */
void accuracy_warnings(struct text *lines, const struct program *program,
                       const struct accuracy *accuracy);

/* Prints each line on stderr as "ese: warning: ...". */
void accuracy_warn(const struct text *lines);

/* Both at once. */
void accuracy_warn_of(const struct program *program, const struct accuracy *accuracy);

#endif
