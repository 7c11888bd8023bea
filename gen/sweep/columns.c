/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/sweep/columns.h"

#include <math.h>
#include <string.h>

#include "gen/folder/json_file.h"
#include "gen/sweep/csv.h"

const struct result_column columns[COLUMN_COUNT] = {
#define COLUMN(name, unit, kind, better, source, meaning) \
    {#name, unit, COLUMN_##kind, BETTER_##better, source, meaning},
#include "gen/sweep/columns.def"
};

const struct result_column *column_find(const char *name)
{
    for (int n = 0; n < COLUMN_COUNT; n++)
        if (strcmp(columns[n].name, name) == 0)
            return &columns[n];
    return NULL;
}

/* Null where the network has no such thing. */
static const json_t *find(const json_t *report, const char *source)
{
    char name[64];
    while (report != NULL && !json_is_null(report) && *source != '\0') {
        size_t length = strcspn(source, ".");
        BUG_UNLESS(length < sizeof name);
        memcpy(name, source, length);
        name[length] = '\0';
        report = json_object_get(report, name);
        source += length + (source[length] == '.');
    }
    BUG_UNLESS(report != NULL); /* else columns.def names what no report has */
    return report;
}

/* JSON has no infinity. */
static double decibels(const json_t *error)
{
    const json_t *snr = json_object_get(error, "snr_db");
    if (json_is_number(snr))
        return json_number_value(snr);
    return json_is_true(json_object_get(error, "exact")) ? INFINITY : -INFINITY;
}

double column_value(const struct result_column *column, const json_t *report)
{
    const json_t *value = find(report, column->source);
    if (column->kind == COLUMN_DB)
        return decibels(value);
    if (column->kind == COLUMN_TRUTH && !json_is_null(value))
        return json_is_true(value) ? 1.0 : 0.0;
    return json_is_number(value) ? json_number_value(value) : NAN;
}

void column_write_number(double value, struct text *csv)
{
    if (isinf(value))
        text_append(csv, value > 0.0 ? "inf" : "-inf");
    else if (!isnan(value))
        text_appendf(csv, "%.*g", JSON_REAL_DIGITS, value);
}

void column_write(const struct result_column *column, const json_t *report, struct text *csv)
{
    const json_t *value = find(report, column->source);
    if (json_is_string(value))
        csv_append(csv, json_string_value(value));
    else if (json_is_boolean(value))
        text_append(csv, json_is_true(value) ? "true" : "false");
    else if (json_is_integer(value))
        text_appendf(csv, "%lld", (long long)json_integer_value(value));
    else
        column_write_number(column_value(column, report), csv);
}
