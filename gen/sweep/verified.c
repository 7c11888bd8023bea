/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/sweep/verified.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/folder/process.h"
#include "gen/sweep/csv.h"

static const char CHIPS[] = "chips", HEADER[] = "chosen,verdict,measured_cycles,";

/* A point on its way. */
struct trial {
    const struct sweep *sweep;
    int point, jobs;
    struct text row;    /* of points.csv */
    char *id;
    int64_t cycles;     /* as its row says */
    struct text chip, json, log; /* paths */
    struct text label;
};

/* ---- what there is of it --------------------------------------------------------------------- */

static bool trial_open(struct trial *c, const struct outcome *o, const struct store *store,
                           int place, struct error *error)
{
    const int id = o->sweep->axes.count + POINT_ID;
    const int cycles = o->sweep->axes.count + POINT_RESULTS + COLUMN_cycles - 1; /* less id */
    char *fields[FIELDS_MOST];
    c->point = o->points[place];
    if (!store_read_csv(store, c->point, &c->row, error))
        return false;
    int count = csv_split(text_string(&c->row), fields, FIELDS_MOST);
    BUG_UNLESS(count > cycles); /* the outcome was read of it */
    c->id = duplicate(fields[id]);
    c->cycles = strtoll(fields[cycles], NULL, 10);
    for (int n = 0; n < count; n++)
        free(fields[n]);
    text_appendf(&c->chip, "%s/%s/%s", store->dir, CHIPS, c->id);
    text_appendf(&c->json, "%s.json", text_string(&c->chip));
    text_appendf(&c->log, "%s.log", text_string(&c->chip));
    return true;
}

static void trial_close(struct trial *c)
{
    text_free(&c->row);
    text_free(&c->chip);
    text_free(&c->json);
    text_free(&c->log);
    text_free(&c->label);
    free(c->id);
}

/* What `ese verify` said of this chip, or NULL. */
static json_t *said(const struct trial *c)
{
    json_t *json = json_load_file(text_string(&c->json), 0, NULL);
    const char *id = json_string_value(json_object_get(json, "config_hash"));
    if (id != NULL && strcmp(id, c->id) == 0)
        return json;
    json_decref(json);
    return NULL;
}

/* ---- how it comes to be ---------------------------------------------------------------------- */

/* This program, whatever has become of its file since. */
static void begin_command(struct command *command, const char *name)
{
    command_add(command, "/proc/self/exe");
    command_add(command, "%s", name);
}

static bool run(const struct trial *c, struct command *command, struct process_end *end,
                struct error *error)
{
    const struct process process = {.command = command,
                                    .log = text_string(&c->log),
                                    .label = text_string(&c->label)};
    bool ok = process_run(&process, end, error);
    /* Verify's 1 may be a verdict, which is in its JSON. */
    if (ok && (end->status < 0 || end->status > 1))
        ok = process_ended_well(&process, end, error);
    command_free(command);
    return ok;
}

static bool generate(const struct trial *c, struct error *error)
{
    struct words sets = point_sets(c->sweep, c->point);
    struct command command = {0};
    struct process_end end;
    begin_command(&command, "gen");
    command_add(&command, "%s", c->sweep->request->source);
    command_add(&command, "-o");
    command_add(&command, "%s", text_string(&c->chip));
    for (int n = 0; n < sets.count; n++) {
        command_add(&command, "--set");
        command_add(&command, "%s", sets.at[n]);
    }
    words_free(&sets);
    if (!run(c, &command, &end, error))
        return false;
    return end.status == 0 || fail(error, "%s: ese gen failed; it says why", text_string(&c->log));
}

static bool simulate(const struct trial *c, struct error *error)
{
    struct command command = {0};
    struct process_end end;
    begin_command(&command, "verify");
    command_add(&command, "%s", text_string(&c->chip));
    command_add(&command, "--json");
    command_add(&command, "%s", text_string(&c->json));
    if (c->jobs > 0) {
        command_add(&command, "--jobs");
        command_add(&command, "%d", c->jobs);
    }
    return run(c, &command, &end, error);
}

/* The verdict and all else, to be freed. */
static json_t *verify(const struct trial *c, struct error *error)
{
    json_t *json = said(c);
    if (json != NULL)
        return json;
    remove(text_string(&c->log));
    remove(text_string(&c->json));
    if (!generate(c, error) || !simulate(c, error))
        return NULL;
    json = said(c);
    if (json == NULL)
        fail(error, "%s: ese verify came to no verdict; it says why", text_string(&c->log));
    return json;
}

/* ---- all ------------------------------------------------------------------------------------- */

/* Appends its line of verified.csv. */
static bool verify_one(struct trial *c, bool of_front, struct text *csv, bool *good,
                       struct error *error)
{
    json_t *json = verify(c, error);
    if (json == NULL)
        return false;
    const char *verdict = json_string_value(json_object_get(json, "verdict"));
    const int64_t cycles = json_integer_value(json_object_get(json, "cycles_per_frame"));
    text_appendf(csv, "%s,%s,%lld,%s", of_front ? "front" : "other", verdict, (long long)cycles,
                 text_string(&c->row));
    if (strcmp(verdict, "fail") == 0 || cycles != c->cycles) {
        *good = false;
        fprintf(stderr, "ese: %s: the verdict is %s, with %lld cycles a frame of %lld; see %s\n",
                text_string(&c->chip), verdict, (long long)cycles, (long long)c->cycles,
                text_string(&c->log));
    }
    json_decref(json);
    return true;
}

static bool make_folder(const struct store *store, struct error *error)
{
    if (mkdirat(store->folder, CHIPS, 0777) == 0 || errno == EEXIST)
        return true;
    return fail(error, "cannot create the folder '%s/%s': %s", store->dir, CHIPS, strerror(errno));
}

bool verify_points(const struct outcome *o, const struct store *store, int count, int jobs,
                   bool *good, struct error *error)
{
    if (o->count == 0)
        return fail(error, "--verify: there is no point that is ok and has all of --pareto");
    struct choice *choices = allocate((size_t)count * 2, sizeof *choices);
    const int chosen = choose_points(o, count, choices);
    struct text csv = {0};
    text_append(&csv, HEADER);
    point_header(o->sweep, &csv);
    *good = true;
    bool ok = make_folder(store, error);
    for (int n = 0; ok && n < chosen; n++) {
        struct trial c = {.sweep = o->sweep, .jobs = jobs};
        text_appendf(&c.label, "verify %d of %d", n + 1, chosen);
        ok = trial_open(&c, o, store, choices[n].place, error) &&
             verify_one(&c, choices[n].of_front, &csv, good, error);
        trial_close(&c);
    }
    free(choices);
    ok = ok && outcome_write_file(store, "verified.csv", &csv, error);
    if (ok)
        printf("%s/verified.csv: %d chips, %s\n", store->dir, chosen,
               *good ? "bit-exact, in as many cycles as their rows say"
                     : "not all as their rows say");
    text_free(&csv);
    return ok;
}
