/* SPDX-License-Identifier: Apache-2.0
 * columns.h - the results of a point. */
#ifndef ESE_SWEEP_COLUMNS_H
#define ESE_SWEEP_COLUMNS_H

#include <jansson.h>

#include "models/base/text.h"

enum column_id {
#define COLUMN(name, ...) COLUMN_##name,
#include "gen/sweep/columns.def"
    COLUMN_COUNT
};

enum column_kind { COLUMN_TEXT, COLUMN_WHOLE, COLUMN_REAL, COLUMN_TRUTH, COLUMN_DB };
enum better { BETTER_LESS, BETTER_MORE, BETTER_ASK };

struct result_column {
    const char *name, *unit;
    enum column_kind kind;
    enum better better;
    const char *source; /* in report.json */
    const char *meaning;
};

extern const struct result_column columns[COLUMN_COUNT];

/* NULL if there is no such column. */
const struct result_column *column_find(const char *name);

/* Of a report: as a number, NAN for a text or what is not there; and appended as points.csv has
 * it. */
double column_value(const struct result_column *column, const json_t *report);
void column_write(const struct result_column *column, const json_t *report, struct text *csv);

/* Appends a number as points.csv has it, nothing for NAN. */
void column_write_number(double value, struct text *csv);

#endif
