/* SPDX-License-Identifier: Apache-2.0
 * outcome_write.c - the files that are made of all rows. */
#include <string.h>

#include "gen/sweep/outcome.h"

static const char *better_name(const struct sweep *s, const char *name, enum better better)
{
    for (int n = 0; n < s->goal_count; n++)
        if (strcmp(s->goals[n].name, name) == 0)
            return s->goals[n].more ? "more" : "less";
    return better == BETTER_LESS ? "less" : better == BETTER_MORE ? "more" : "";
}

/* A '|' would end the cell. */
static void append_cell(struct text *text, const char *words)
{
    for (; *words != '\0'; words++)
        text_appendf(text, "%s%c", *words == '|' ? "\\" : "", *words);
}

static void append_column(struct text *text, const struct sweep *s, const struct result_column *c)
{
    text_appendf(text, "| %s | %s | %s | report.json: `%s` | ", c->name, c->unit,
                 better_name(s, c->name, c->better), c->source);
    append_cell(text, c->meaning);
    text_append(text, " |\n");
}

void outcome_columns(const struct sweep *s, struct text *text)
{
    text_append(
        text, "# Columns of points.csv and pareto.csv\n\n"
              "A row is a point; of one that failed only `error` says more.  `inf` is a signal to "
              "noise without noise.\nWhat a network has not is empty: folds of one "
              "lstm where there are other layers, resources where no chip computes it yet.\nThe whole report of a point is its line of points.jsonl.\n\n"
              "| column | unit | better | source | meaning |\n|---|---|---|---|---|\n");
    for (int n = 0; n < s->axes.count; n++) {
        const struct key *key = s->axes.list[n].key;
        text_appendf(text, "| %s | | %s | axis | ", key->name,
                     better_name(s, key->name, BETTER_ASK));
        append_cell(text, key->meaning);
        text_append(text, " |\n");
    }
    append_column(text, s, &columns[COLUMN_id]);
    text_append(text,
                "| status | | | the sweep | ok, failed, or excluded by a condition (--where) |\n"
                "| error | | | the sweep | why it failed |\n");
    for (int n = COLUMN_id + 1; n < COLUMN_COUNT; n++)
        append_column(text, s, &columns[n]);
    for (int n = 0; n < s->extra_count; n++) {
        text_appendf(text, "| %s | | %s | --column | ", s->extras[n].name,
                     better_name(s, s->extras[n].name, BETTER_ASK));
        append_cell(text, strchr(s->request->extras.at[n], '=') + 1);
        text_append(text, " |\n");
    }
}

bool outcome_write_file(const struct store *store, const char *name, struct text *text,
                        struct error *error)
{
    struct text path = {0};
    text_appendf(&path, "%s/%s", store->dir, name);
    bool good = text_write_file(text, text_string(&path), error);
    text_free(&path);
    text_free(text);
    return good;
}

static bool write_front(const struct outcome *o, const struct store *store, struct error *error)
{
    struct text csv = {0};
    point_header(o->sweep, &csv);
    for (int n = 0; n < o->front_count; n++)
        if (!store_read_csv(store, o->points[o->front[n]], &csv, error)) {
            text_free(&csv);
            return false;
        }
    return outcome_write_file(store, "pareto.csv", &csv, error);
}

bool outcome_write(const struct outcome *o, const struct store *store, struct error *error)
{
    struct text text = {0};
    outcome_columns(o->sweep, &text);
    if (!write_front(o, store, error) || !outcome_write_file(store, "columns.md", &text, error)) {
        text_free(&text);
        return false;
    }
    outcome_svg(o, &text);
    return outcome_write_file(store, "sweep.svg", &text, error) &&
           record_write(o->sweep, store->dir, &o->tally, error);
}
