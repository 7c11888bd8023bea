/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/sweep/axes.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"

/* The end of a range counts as met, and numbers are shortened: sums of decimal fractions are not
 * exact. */
static const double NEARLY = 1e-9;

enum { NUMBER = 32 /* characters of one */ };

const struct axis *axes_find(const struct axes *axes, const char *name)
{
    for (int n = 0; n < axes->count; n++)
        if (strcmp(axes->list[n].key->name, name) == 0)
            return &axes->list[n];
    return NULL;
}

struct axis *axes_add_key(struct axes *axes, const char *name, const char *where,
                          struct error *error)
{
    const struct key *key = key_find(name);
    if (key == NULL) {
        key_unknown(where, name, error);
        return NULL;
    }
    if (axes_find(axes, name) != NULL) {
        fail(error, "%s: %s: is an axis already", where, name);
        return NULL;
    }
    if (axes->count == AXES_MOST) {
        fail(error, "%s: %s: more than %d axes", where, name, AXES_MOST);
        return NULL;
    }
    struct axis *axis = &axes->list[axes->count++];
    *axis = (struct axis){.key = key};
    return axis;
}

/* One value, as the configuration would write it: two texts of one number are one value. */
static bool add_value(struct axis *axis, const char *text, const char *where, struct error *error)
{
    struct config scratch = {.name = NULL};
    struct text value = {0};
    if (!key_set(axis->key, &scratch, text, error))
        return fail_in(error, where);
    key_write(axis->key, &scratch, &value);
    config_free(&scratch);
    for (int n = 0; n < axis->count; n++)
        if (strcmp(axis->values[n], text_string(&value)) == 0) {
            text_free(&value);
            return fail(error, "%s: %s: has the value %s twice", where, axis->key->name,
                        axis->values[n]);
        }
    if (axis->count == AXIS_VALUES_MOST) {
        text_free(&value);
        return fail(error, "%s: %s: has more than %d values", where, axis->key->name,
                    AXIS_VALUES_MOST);
    }
    char **values = realloc(axis->values, ((size_t)axis->count + 1) * sizeof *values);
    BUG_UNLESS(values != NULL);
    axis->values = values;
    values[axis->count++] = duplicate(text_string(&value));
    text_free(&value);
    return true;
}

/* ---- ranges ---------------------------------------------------------------------------------- */

struct range {
    double first, last, step;
    bool geometric;
};

static bool is_number(const struct key *key)
{
    switch (key->kind) {
    case KIND_WHOLE:
    case KIND_SEED:
    case KIND_SHARE:
    case KIND_REAL:
    case KIND_FRACTION:
    case KIND_RANGE:
        return true;
    default:
        return false;
    }
}

static bool read_range(struct range *range, const char *text)
{
    char factor = '\0';
    int end = 0;
    *range = (struct range){0};
    if (sscanf(text, "%lf:%lf:%lf%n", &range->first, &range->last, &range->step, &end) == 3)
        return text[end] == '\0' && range->step > 0.0 && range->first <= range->last;
    range->geometric = sscanf(text, "%lf:%lf:%c%lf%n", &range->first, &range->last, &factor,
                              &range->step, &end) == 4;
    return range->geometric && text[end] == '\0' && factor == 'x' && range->step > 1.0 &&
           range->first > 0.0 && range->first <= range->last;
}

static double at(const struct range *range, int n)
{
    return range->geometric ? range->first * pow(range->step, n) : range->first + n * range->step;
}

/* Not so far that a long whole number met the next. */
static double end_of(const struct range *range)
{
    if (range->geometric)
        return range->last * (1.0 + NEARLY);
    const double inexact = 4.0 * DBL_EPSILON * fabs(range->last);
    return range->last + fmax(NEARLY * range->step, fmin(inexact, range->step / 4.0));
}

/* Whole numbers to the last digit, as far as a double has them; a seed may be a long one. */
static void print_number(char number[static NUMBER], double value)
{
    const bool whole = value == floor(value) && fabs(value) < 1.0 / DBL_EPSILON;
    snprintf(number, NUMBER, whole ? "%.0f" : "%.12g", value);
}

static bool add_range(struct axis *axis, const char *text, const char *where, struct error *error)
{
    struct range range;
    char name[PRINTABLE_NAME], number[NUMBER];
    printable(name, sizeof name, text);
    if (!read_range(&range, text))
        return fail(error,
                    "%s: %s: '%s' is not A:B:STEP or A:B:xFACTOR, A up to B, STEP above 0, FACTOR "
                    "above 1",
                    where, axis->key->name, name);
    for (int n = 0; at(&range, n) <= end_of(&range); n++) {
        print_number(number, at(&range, n));
        if (!add_value(axis, number, where, error))
            return false;
    }
    return true;
}

bool axis_add_values(struct axis *axis, const char *text, const char *where, struct error *error)
{
    return is_number(axis->key) && strchr(text, ':') != NULL ? add_range(axis, text, where, error)
                                                             : add_value(axis, text, where, error);
}

/* ---- an axis as an option has it ------------------------------------------------------------- */

static bool add_list(struct axis *axis, const char *list, const char *where, struct error *error)
{
    struct text item = {0};
    bool good = true;
    for (const char *begin = list; good; ) {
        size_t length = strcspn(begin, ",");
        text_cut(&item, 0);
        text_append_bytes(&item, begin, length);
        good = axis_add_values(axis, text_string(&item), where, error);
        if (begin[length] == '\0')
            break;
        begin += length + 1;
    }
    text_free(&item);
    return good;
}

bool axes_add(struct axes *axes, const char *text, const char *where, struct error *error)
{
    char name[PRINTABLE_NAME];
    struct text word = {0};
    const char *equals = strchr(text, '=');
    printable(name, sizeof name, text);
    if (equals == NULL)
        return fail(error, "%s: '%s' is not KEY=VALUES", where, name);
    text_append_bytes(&word, text, (size_t)(equals - text));
    struct axis *axis = axes_add_key(axes, text_string(&word), where, error);
    text_free(&word);
    return axis != NULL && add_list(axis, equals + 1, where, error);
}

void axes_free(struct axes *axes)
{
    for (int n = 0; n < axes->count; n++) {
        for (int v = 0; v < axes->list[n].count; v++)
            free(axes->list[n].values[v]);
        free(axes->list[n].values);
    }
    axes->count = 0;
}
