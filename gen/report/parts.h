/* SPDX-License-Identifier: Apache-2.0
 * parts.h - the report on a network with layers that go backward: what each part of it takes, and all of them. */
#ifndef ESE_REPORT_PARTS_H
#define ESE_REPORT_PARTS_H

#include <jansson.h>

#include "models/base/text.h"
#include "models/program/path.h"

/* "layers 0 to 2, backward" */
void part_text(struct text *text, const struct path_part *part);

/* The table of them, with what they sum up to. */
void parts_table(struct text *text, const struct program *program);

/* How far y of the whole is from floating point: path_accuracy() as a table. */
void parts_accuracy(struct text *text, const struct program *program, const struct accuracy *accuracy);

/* The table of them, with what they sum up to, and how far y of the whole is from floating point; then, as for a
 * network by itself, the report on each, with the chart of a frame or without.  As JSON: what sums up over them and
 * of their chip (facts_gather_parts()), and of each part in `parts` its layers, direction and tapes, and the `report`. */
void parts_text(struct text *text, const struct program *program, bool chart);
json_t *parts_json(const struct program *program);

#endif
