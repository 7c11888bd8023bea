/* SPDX-License-Identifier: Apache-2.0
 * request.c - what is asked for becomes a sweep: axes, points, expressions, goals. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/config/config_file.h"
#include "gen/sweep/sweep.h"
#include "models/base/bytes.h"

enum { SHARDS_MOST = 100000 };
static const char DEFAULT_GOALS[] = "us_per_frame,dsp,snr_db";

void sweep_request_free(struct sweep_request *r)
{
    words_free(&r->axes);
    words_free(&r->wheres);
    words_free(&r->extras);
    free(r->sample);
    free(r->pareto);
}

/* ---- points ---------------------------------------------------------------------------------- */

static bool read_sample(struct sweep *s, const struct sweep_request *r, struct error *error)
{
    int64_t samples;
    char shown[PRINTABLE_NAME];
    if (r->sample == NULL)
        return true;
    printable(shown, sizeof shown, r->sample);
    if (strncmp(r->sample, "lhs:", 4) != 0 ||
        whole_number(r->sample + 4, 1, POINTS_MOST, &samples) != NUMBER_GOOD)
        return fail(error, "--sample: '%s' is not lhs:N, N in 1..%d", shown, POINTS_MOST);
    s->samples = (int)samples;
    return true;
}

/* "K/N" */
static bool shard(struct plan *plan, const char *text, struct error *error)
{
    int part = 0, parts = 0, end = 0;
    char shown[PRINTABLE_NAME];
    if (text == NULL)
        return true;
    printable(shown, sizeof shown, text);
    if (sscanf(text, "%d/%d%n", &part, &parts, &end) != 2 || text[end] != '\0' || part < 1 ||
        part > parts || parts > SHARDS_MOST)
        return fail(error, "--shard: '%s' is not K/N, part K of N, K from 1", shown);
    plan_shard(plan, part, parts);
    return true;
}

static bool make_plan(struct sweep *s, struct error *error)
{
    const struct sweep_request *r = s->request;
    const uint64_t seed = r->seed_given ? r->seed : SWEEP_SEED;
    for (int n = 0; n < r->axes.count; n++)
        if (!axes_add(&s->axes, r->axes.at[n], "--axis", error))
            return false;
    if (s->axes.count == 0)
        return fail(error, "there is no axis: --axis KEY=VALUES, or --axes FILE");
    for (int n = 0; n < s->axes.count; n++)
        if (!key_fits(s->axes.list[n].key, &s->base, error))
            return fail_in(error, "axis");
    if (!read_sample(s, r, error))
        return false;
    bool good = s->samples > 0 ? plan_sample(&s->plan, &s->axes, s->samples, seed, error)
                               : plan_grid(&s->plan, &s->axes, error);
    if (!good)
        return false;
    plan_order(&s->plan, &s->base);
    return shard(&s->plan, r->shard, error);
}

/* ---- expressions ----------------------------------------------------------------------------- */

static bool good_name(const char *name)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return *name != '\0' && strchr(first, *name) != NULL &&
           name[strspn(name, "_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")] ==
               '\0';
}

static bool taken(const struct scope *scope, const char *name)
{
    return scope_has(scope, name) || key_find(name) != NULL || column_find(name) != NULL ||
           strcmp(name, "status") == 0 || strcmp(name, "error") == 0;
}

/* "NAME=EXPR" */
static bool add_extra(struct sweep *s, const char *text, struct error *error)
{
    char shown[PRINTABLE_NAME];
    const char *equals = strchr(text, '=');
    printable(shown, sizeof shown, text);
    if (equals == NULL)
        return fail(error, "--column: '%s' is not NAME=EXPR", shown);
    if (s->extra_count == EXTRAS_MOST)
        return fail(error, "--column: %s: there are %d already", shown, EXTRAS_MOST);
    struct extra *extra = &s->extras[s->extra_count++];
    struct text name = {0};
    text_append_bytes(&name, text, (size_t)(equals - text));
    extra->name = duplicate(text_string(&name));
    text_free(&name);
    printable(shown, sizeof shown, extra->name);
    if (!good_name(extra->name))
        return fail(error, "--column: '%s' is no name: a letter, then letters, digits and _",
                    shown);
    if (taken(&s->scope, extra->name))
        return fail(error, "--column: %s: is a key or a column already", shown);
    extra->expression = expression_new(equals + 1, &s->scope, "--column", error);
    if (extra->expression == NULL)
        return false;
    extra->place = scope_add(&s->scope, extra->name);
    return true;
}

static bool read_expressions(struct sweep *s, struct error *error)
{
    const struct sweep_request *r = s->request;
    scope_begin(&s->scope, &s->base);
    for (int n = 0; n < r->extras.count; n++)
        if (!add_extra(s, r->extras.at[n], error))
            return false;
    if (r->wheres.count > WHERES_MOST)
        return fail(error, "--where: more than %d; && joins them", WHERES_MOST);
    for (int n = 0; n < r->wheres.count; n++) {
        s->wheres[n] = expression_new(r->wheres.at[n], &s->scope, "--where", error);
        if (s->wheres[n] == NULL)
            return false;
        s->where_count++;
    }
    return true;
}

/* ---- goals ----------------------------------------------------------------------------------- */

/* "[-|+]NAME": less or more is better, if the column does not say it. */
static bool add_goal(struct sweep *s, const char *text, struct error *error)
{
    const char *name = text + (*text == '-' || *text == '+');
    const struct result_column *column = column_find(name);
    char shown[PRINTABLE_NAME];
    printable(shown, sizeof shown, name);
    if (!scope_has(&s->scope, name) ||
        (key_find(name) != NULL && axes_find(&s->axes, name) == NULL))
        return fail(error, "--pareto: '%s' is no axis and no column that is a number", shown);
    for (int n = 0; n < s->goal_count; n++)
        if (strcmp(s->goals[n].name, name) == 0)
            return fail(error, "--pareto: %s: is there twice", shown);
    if (name == text && (column == NULL || column->better == BETTER_ASK))
        return fail(error, "--pareto: %s: -%s if less is better, +%s if more is", shown, shown,
                    shown);
    if (s->goal_count == GOALS_MOST)
        return fail(error, "--pareto: %s: more than %d", shown, GOALS_MOST);
    bool more = name == text ? column->better == BETTER_MORE : *text == '+';
    s->goals[s->goal_count++] = (struct goal){duplicate(name), more};
    return true;
}

static bool read_goals(struct sweep *s, struct error *error)
{
    const char *asked = s->request->pareto != NULL ? s->request->pareto : DEFAULT_GOALS;
    char *list = duplicate(asked);
    bool good = true;
    for (char *at = list, *next; good && at != NULL; at = next) {
        next = strchr(at, ',');
        if (next != NULL)
            *next++ = '\0';
        good = add_goal(s, at, error);
    }
    free(list);
    return good;
}

/* ---- the whole ------------------------------------------------------------------------------- */

bool sweep_open(struct sweep *s, struct sweep_request *r, struct error *error)
{
    *s = (struct sweep){.request = r};
    if (!config_load(&s->base, r->source, r->sets, r->set_count, error))
        return false;
    if (r->axes_file != NULL && !axes_read(&s->axes, r, r->axes_file, error))
        return false;
    return make_plan(s, error) && read_expressions(s, error) && read_goals(s, error);
}

void sweep_close(struct sweep *s)
{
    for (int n = 0; n < s->goal_count; n++)
        free(s->goals[n].name);
    for (int n = 0; n < s->where_count; n++)
        expression_free(s->wheres[n]);
    for (int n = 0; n < s->extra_count; n++) {
        expression_free(s->extras[n].expression);
        free(s->extras[n].name);
    }
    plan_free(&s->plan);
    axes_free(&s->axes);
    config_free(&s->base);
}
