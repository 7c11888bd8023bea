/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/sweep/outcome.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/sweep/csv.h"
#include "gen/sweep/pareto.h"

/* Where a goal is in a row. */
static int field_of(const struct sweep *s, const char *name)
{
    const struct result_column *column = column_find(name);
    if (column != NULL)
        return s->axes.count + POINT_RESULTS + (int)(column - columns) - 1; /* id is before them */
    for (int n = 0; n < s->extra_count; n++)
        if (strcmp(s->extras[n].name, name) == 0)
            return s->axes.count + POINT_RESULTS + COLUMN_COUNT - 1 + n;
    return (int)(axes_find(&s->axes, name) - s->axes.list);
}

static double number_of(const char *text)
{
    char *end;
    double value = strtod(text, &end);
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        return *text == 't';
    return end != text && *end == '\0' ? value : NAN;
}

/* A row that is ok; without a number for a goal it can be on no front. */
static void take_values(struct outcome *o, int point, char *const *fields)
{
    const int goals = o->sweep->goal_count;
    double *values = o->values + (size_t)o->count * (size_t)goals;
    for (int goal = 0; goal < goals; goal++) {
        values[goal] = number_of(fields[field_of(o->sweep, o->sweep->goals[goal].name)]);
        if (isnan(values[goal]))
            return;
    }
    o->points[o->count++] = point;
}

static void take_row(struct outcome *o, int point, char *const *fields)
{
    const char *status = fields[o->sweep->axes.count + POINT_STATUS];
    o->tally.points++;
    if (strcmp(status, "ok") == 0) {
        o->tally.ok++;
        take_values(o, point, fields);
    } else if (strcmp(status, "excluded") == 0) {
        o->tally.excluded++;
    } else {
        if (o->tally.failed++ == 0)
            snprintf(o->first_failure, sizeof o->first_failure, "%s",
                     fields[o->sweep->axes.count + POINT_ERROR]);
    }
}

static void find_front(struct outcome *o)
{
    bool more[GOALS_MOST];
    for (int n = 0; n < o->sweep->goal_count; n++)
        more[n] = o->sweep->goals[n].more;
    o->front_count = pareto_front(o->values, o->count, o->sweep->goal_count, more, o->front);
    o->tally.front = o->front_count;
}

bool outcome_read(struct outcome *o, const struct sweep *s, const struct store *store,
                  struct error *error)
{
    const size_t points = (size_t)s->plan.count;
    const int wanted = point_fields(s);
    *o = (struct outcome){.sweep = s};
    o->points = allocate(points, sizeof *o->points);
    o->front = allocate(points, sizeof *o->front);
    o->values = allocate(points * (size_t)s->goal_count, sizeof *o->values);
    for (int point = 0; point < s->plan.count; point++) {
        struct text line = {0};
        char *fields[FIELDS_MOST];
        if (!store_has(store, point))
            continue;
        bool good = store_read_csv(store, point, &line, error);
        int count = good ? csv_split(text_string(&line), fields, FIELDS_MOST) : 0;
        if (good && count != wanted)
            good = fail(error, "%s/points.csv: a row has not %d values: %.80s", store->dir, wanted,
                        text_string(&line));
        if (good)
            take_row(o, point, fields);
        for (int n = 0; n < count; n++)
            free(fields[n]);
        text_free(&line);
        if (!good)
            return false;
    }
    find_front(o);
    return true;
}

void outcome_free(struct outcome *o)
{
    free(o->points);
    free(o->front);
    free(o->values);
    *o = (struct outcome){.sweep = NULL};
}

double outcome_value(const struct outcome *o, int place, int goal)
{
    return o->values[(size_t)place * (size_t)o->sweep->goal_count + (size_t)goal];
}
