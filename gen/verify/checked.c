/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify/checked.h"

#include <stdlib.h>
#include <string.h>

#include "gen/report/numbers.h"
#include "models/base/bytes.h"

enum { NAMED_MOST = 6 }; /* vectors whose names a line has room for */

struct checked *checked_add(struct checked_list *list, const char *vector, bool output)
{
    struct checked *more = allocate((size_t)list->count + 1, sizeof *more);
    if (list->count > 0)
        memcpy(more, list->list, (size_t)list->count * sizeof *more);
    free(list->list);
    list->list = more;
    more[list->count] = (struct checked){.vector = duplicate(vector), .output = output};
    return &more[list->count++];
}

void checked_free(struct checked_list *list)
{
    for (int n = 0; n < list->count; n++)
        free(list->list[n].vector);
    free(list->list);
    *list = (struct checked_list){0};
}

static int64_t count_of(const struct checked *checked, enum checked_count count)
{
    return count == CHECKED_VALUES      ? checked->values
           : count == CHECKED_DIFFERENT ? checked->different
                                        : checked->at_ends;
}

int64_t checked_sum(const struct checked_list *list, enum checked_count count)
{
    int64_t sum = 0;
    for (int n = 0; n < list->count; n++)
        sum += count_of(&list->list[n], count);
    return sum;
}

/* ---- text ------------------------------------------------------------------------------------ */

/* Of the vector of entry n wherever it was compared; 0: the entry is not its first. */
static int64_t count_of_vector(const struct checked_list *list, int n, enum checked_count count)
{
    int64_t sum = 0;
    for (int i = 0; i < list->count; i++) {
        if (strcmp(list->list[i].vector, list->list[n].vector) != 0)
            continue;
        if (i < n)
            return 0;
        sum += count_of(&list->list[i], count);
    }
    return sum;
}

void checked_text(struct text *text, const struct checked_list *list, enum checked_count count)
{
    int vectors = 0, named = 0;
    for (int n = 0; n < list->count; n++)
        vectors += count_of_vector(list, n, count) > 0;
    if (vectors == 0 || vectors > NAMED_MOST) {
        text_appendf(text, "%s values", commas(checked_sum(list, count)).text);
        if (vectors > 0)
            text_appendf(text, " of %d vectors", vectors);
        return;
    }
    for (int n = 0; n < list->count; n++) {
        const int64_t values = count_of_vector(list, n, count);
        if (values == 0)
            continue;
        named++;
        text_appendf(text, "%s%s %s", named == 1 ? "" : named == vectors ? " and " : ", ",
                     commas(values).text, list->list[n].vector);
    }
    text_append(text, " values");
}

void difference_text(struct text *text, const struct difference *d)
{
    char got[32] = "X";
    if (d->vector == NULL)
        return;
    if (!d->unknown)
        snprintf(got, sizeof got, "%lld", (long long)d->got);
    text_appendf(text, "%s of frame %lld, channel %lld, element %lld: expected %lld, got %s",
                 d->vector, (long long)d->frame, (long long)d->channel, (long long)d->element,
                 (long long)d->expected, got);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static const char *place(bool output)
{
    return output ? "output" : "result";
}

json_t *checked_json(const struct checked_list *list)
{
    json_t *array = json_array();
    for (int n = 0; n < list->count; n++) {
        const struct checked *c = &list->list[n];
        json_array_append_new(
            array, json_pack("{s:s, s:s, s:I, s:I, s:I}", "vector", c->vector, "at",
                             place(c->output), "values", (json_int_t)c->values, "different",
                             (json_int_t)c->different, "at_ends", (json_int_t)c->at_ends));
    }
    return array;
}

json_t *difference_json(const struct difference *d)
{
    if (d->vector == NULL)
        return NULL;
    return json_pack("{s:s, s:s, s:I, s:s*, s:I, s:I, s:I, s:o*, s:I, s:o}", "vector", d->vector,
                     "at", place(d->output), "pass", (json_int_t)d->pass, "phase", d->phase,
                     "frame", (json_int_t)d->frame, "channel", (json_int_t)d->channel, "element",
                     (json_int_t)d->element, "cycle",
                     d->cycle >= 0 ? json_integer((json_int_t)d->cycle) : NULL, "expected",
                     (json_int_t)d->expected, "got",
                     d->unknown ? json_string("X") : json_integer((json_int_t)d->got));
}

void difference_free(struct difference *d)
{
    free(d->vector);
    free(d->phase);
    *d = (struct difference){0};
}
