/* SPDX-License-Identifier: Apache-2.0
 * coverage_points.c - a line of the file is
 *
 *   C '^AKEY^BVALUE^AKEY^BVALUE...' COUNT
 *
 * where ^A and ^B are the characters 1 and 2. */
#include "gen/verify/coverage_points.h"

#include <stdlib.h>
#include <string.h>

static const char KEY_MARK[] = "\001";
static const char VALUE_MARK = 2, EDGE_MARK = ':'; /* "data[3]:0->1" */
static const char HEAD[] = "# SystemC::Coverage-", POINT[] = "C '", TOGGLE[] = "v_toggle";

/* ---- one line -------------------------------------------------------------------------------- */

static void take_value(struct coverage_point *point, const char *key, char *value)
{
    if (strcmp(key, "f") == 0)
        point->file = value;
    else if (strcmp(key, "l") == 0)
        point->line = atoi(value);
    else if (strcmp(key, "n") == 0)
        point->column = atoi(value);
    else if (strcmp(key, "page") == 0)
        point->toggle = strncmp(value, TOGGLE, strlen(TOGGLE)) == 0;
    else if (strcmp(key, "o") == 0)
        point->what = value;
    else if (strcmp(key, "S") == 0)
        point->lines = value;
}

/* Cuts the line into its strings.  False: it is no whole point. */
static bool take_point(struct coverage_point *point, char *line)
{
    *point = (struct coverage_point){.what = line + strlen(line), .lines = ""};
    char *end = strrchr(line, '\''), *rest = NULL;
    if (end == NULL || end < line + strlen(POINT))
        return false;
    point->count = strtoull(end + 1, NULL, 10);
    *end = '\0';
    for (char *key = strtok_r(line + strlen(POINT), KEY_MARK, &rest); key != NULL;
         key = strtok_r(NULL, KEY_MARK, &rest)) {
        char *value = strchr(key, VALUE_MARK);
        if (value == NULL)
            return false;
        *value = '\0';
        take_value(point, key, value + 1);
    }
    if (point->toggle && strchr(point->what, EDGE_MARK) == NULL)
        point->count /= 2; /* both edges together, and one follows the other */
    return point->file != NULL && point->line > 0;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static int by_place(const void *left, const void *right)
{
    const struct coverage_point *a = left, *b = right;
    int files = strcmp(a->file, b->file);
    if (files != 0)
        return files;
    if (a->toggle != b->toggle)
        return a->toggle - b->toggle;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->column != b->column)
        return a->column < b->column ? -1 : 1;
    int whats = strcmp(a->what, b->what);
    return whats != 0 ? whats : strcmp(a->lines, b->lines);
}

/* Instances of a module have points of their own. */
static void join_instances(struct coverage_points *points)
{
    int kept = 0;
    for (int n = 0; n < points->count; n++)
        if (kept > 0 && by_place(&points->list[kept - 1], &points->list[n]) == 0)
            points->list[kept - 1].count += points->list[n].count;
        else
            points->list[kept++] = points->list[n];
    points->count = kept;
}

/* "data[3]:0->1" and "data[3]:1->0" become "data[3]". */
static void join_edges(struct coverage_points *points)
{
    int kept = 0;
    for (int n = 0; n < points->count; n++) {
        struct coverage_point *point = &points->list[n];
        char *edge = point->toggle ? strchr(point->what, EDGE_MARK) : NULL;
        if (edge != NULL)
            *edge = '\0';
        if (edge == NULL || kept == 0 || by_place(&points->list[kept - 1], point) != 0)
            points->list[kept++] = *point;
        else if (point->count < points->list[kept - 1].count)
            points->list[kept - 1].count = point->count;
    }
    points->count = kept;
}

static int lines_of(const char *text)
{
    int count = 0;
    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

bool coverage_points_read(struct coverage_points *points, const char *path, struct error *error)
{
    *points = (struct coverage_points){0};
    if (!text_read_file(&points->text, path, error))
        return false;
    const char *text = text_string(&points->text);
    if (strncmp(text, HEAD, strlen(HEAD)) != 0)
        return fail(error, "%.500s: not what Verilator writes of its coverage", path);
    points->list = allocate((size_t)lines_of(text) + 1, sizeof *points->list);
    char *rest = NULL;
    for (char *line = strtok_r(points->text.data, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, POINT, strlen(POINT)) != 0)
            continue;
        if (!take_point(&points->list[points->count], line))
            return fail(error, "%.500s: point %d is not whole", path, points->count + 1);
        points->count++;
    }
    qsort(points->list, (size_t)points->count, sizeof *points->list, by_place);
    join_instances(points);
    join_edges(points);
    return true;
}

void coverage_points_free(struct coverage_points *points)
{
    free(points->list);
    text_free(&points->text);
    *points = (struct coverage_points){0};
}

bool coverage_next_lines(const char **at, int *first, int *last)
{
    char *end;
    if (**at == '\0')
        return false;
    *first = *last = (int)strtol(*at, &end, 10);
    if (*end == '-')
        *last = (int)strtol(end + 1, &end, 10);
    *at = *end == ',' ? end + 1 : end + strlen(end);
    return true;
}
