/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/sweep/record.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/config/config_file.h"
#include "gen/folder/json_file.h"
#include "gen/folder/manifest.h"
#include "models/base/bytes.h"
#include "models/base/version.h"

/* ---- the files of the model ------------------------------------------------------------------ */

static int is_array(const struct dirent *entry)
{
    return ends_in(entry->d_name, ".npy");
}

/* A file, or the arrays of a folder one after the other; what cannot be read is said when it is
 * needed. */
static void append_contents(struct text *contents, const char *path)
{
    struct error unused;
    struct dirent **entries = NULL;
    int count = is_folder(path) ? scandir(path, &entries, is_array, alphasort) : 0;
    if (!is_folder(path))
        text_read_file(contents, path, &unused);
    for (int n = 0; n < count; n++) {
        struct text file = {0};
        text_appendf(&file, "%s/%s", path, entries[n]->d_name);
        text_appendf(contents, "%s\n", entries[n]->d_name);
        text_read_file(contents, text_string(&file), &unused);
        text_free(&file);
        free(entries[n]);
    }
    free(entries);
}

static void add_hash(json_t *hashes, const char *path)
{
    struct text contents = {0};
    char sha256[SHA256_DIGITS + 1] = "";
    if (!is_no_path(path)) {
        append_contents(&contents, path);
        sha256_of(&contents, sha256);
    }
    json_array_append_new(hashes, json_string(sha256));
    text_free(&contents);
}

/* By key, its values: of the axis, or the one of all points. */
static json_t *model_json(const struct sweep *s)
{
    json_t *model = json_object();
    for (int n = 0; n < KEY_COUNT; n++) {
        const struct axis *axis = axes_find(&s->axes, config_keys[n].name);
        json_t *hashes = json_array();
        struct text path = {0};
        if (config_keys[n].kind == KIND_PATH)
            key_write(&config_keys[n], &s->base, &path);
        for (int v = 0; axis != NULL && v < axis->count; v++)
            if (config_keys[n].kind == KIND_PATH)
                add_hash(hashes, axis->values[v]);
        if (axis == NULL && path.length > 0)
            add_hash(hashes, text_string(&path));
        if (json_array_size(hashes) > 0)
            json_object_set(model, config_keys[n].name, hashes);
        json_decref(hashes);
        text_free(&path);
    }
    return model;
}

/* ---- the record ------------------------------------------------------------------------------ */

static json_t *configuration_json(const struct sweep *s)
{
    json_t *configuration = json_object();
    const char *name;
    struct text value = {0};
    for (int key = config_key_next(&s->base, -1); key >= 0; key = config_key_next(&s->base, key)) {
        text_cut(&value, 0);
        config_key(&s->base, key, &name, &value);
        if (!config_key_is_path(key) && axes_find(&s->axes, name) == NULL)
            json_object_set_new(configuration, name, json_string(text_string(&value)));
    }
    text_free(&value);
    return configuration;
}

static json_t *axes_json(const struct sweep *s)
{
    json_t *axes = json_object();
    for (int n = 0; n < s->axes.count; n++) {
        json_t *values = json_array();
        for (int v = 0; v < s->axes.list[n].count; v++)
            json_array_append_new(values, json_string(s->axes.list[n].values[v]));
        json_object_set_new(axes, s->axes.list[n].key->name, values);
    }
    return axes;
}

static json_t *words_json(const struct words *words)
{
    json_t *list = json_array();
    for (int n = 0; n < words->count; n++)
        json_array_append_new(list, json_text(words->at[n]));
    return list;
}

/* Members without which rows of two sweeps could not stand in one file, and what a message calls
 * them. */
static const struct part {
    const char *name, *called;
} parts[] = {{"axes", "axes"},
             {"version", "versions of ese"},
             {"configuration", "keys of the configuration"},
             {"model", "files of the model"},
             {"sample", "samples"},
             {"shard", "shards"},
             {"where", "conditions (--where)"},
             {"columns", "columns (--column)"},
             {"header", "columns"}};

static json_t *identity_json(const struct sweep *s)
{
    const struct sweep_request *r = s->request;
    struct text header = {0};
    point_header(s, &header);
    text_cut(&header, header.length - 1);
    json_t *sample = s->samples == 0
                         ? json_null()
                         : json_pack("{s:s, s:I}", "kind", r->sample, "seed",
                                     (json_int_t)(r->seed_given ? r->seed : SWEEP_SEED));
    json_t *identity = json_pack("{s:s, s:o, s:o, s:o, s:o, s:s?, s:o, s:o, s:s}", "version",
                                 ESE_VERSION, "configuration", configuration_json(s), "model",
                                 model_json(s), "axes", axes_json(s), "sample", sample, "shard",
                                 r->shard, "where", words_json(&r->wheres), "columns",
                                 words_json(&r->extras), "header", text_string(&header));
    BUG_UNLESS(identity != NULL);
    text_free(&header);
    return identity;
}

static bool compare(const json_t *there, const json_t *wanted, const char *dir, struct error *error)
{
    char name[PRINTABLE_PATH];
    printable(name, sizeof name, dir);
    for (size_t n = 0; n < sizeof parts / sizeof *parts; n++) {
        const json_t *left = json_object_get(there, parts[n].name);
        const json_t *right = json_object_get(wanted, parts[n].name);
        if (!json_equal(left, right))
            return fail(error, "%s: holds another sweep, of other %s (%s); give another folder",
                        name, parts[n].called, RECORD_NAME);
    }
    return true;
}

bool record_check(const struct sweep *s, int folder, const char *dir, bool part,
                  struct error *error)
{
    struct text text = {0};
    char name[PRINTABLE_PATH];
    printable(name, sizeof name, dir);
    if (faccessat(folder, RECORD_NAME, F_OK, 0) != 0)
        return true;
    if (!text_read_file_at(&text, folder, RECORD_NAME, error))
        return fail_in(error, name);
    json_t *there = json_loads(text_string(&text), 0, NULL), *wanted = identity_json(s);
    if (part)
        json_object_set(wanted, "shard", json_object_get(there, "shard"));
    bool good = json_is_object(there) ? compare(there, wanted, dir, error)
                                      : fail(error, "%s/%s: is not of ese", name, RECORD_NAME);
    json_decref(there);
    json_decref(wanted);
    text_free(&text);
    return good;
}

static json_t *goals_json(const struct sweep *s)
{
    json_t *goals = json_array();
    for (int n = 0; n < s->goal_count; n++)
        json_array_append_new(goals, json_pack("{s:s, s:s}", "column", s->goals[n].name, "better",
                                               s->goals[n].more ? "more" : "less"));
    return goals;
}

bool record_write(const struct sweep *s, const char *dir, const struct tally *t,
                  struct error *error)
{
    struct text path = {0};
    json_t *record = identity_json(s);
    json_object_set_new(record, "command", json_text(s->request->command_line));
    json_object_set_new(record, "pareto", goals_json(s));
    json_object_set_new(record, "points",
                        json_pack("{s:i, s:i, s:i, s:i, s:i}", "planned", s->plan.count, "ok",
                                  t->ok, "failed", t->failed, "excluded", t->excluded, "front",
                                  t->front));
    text_appendf(&path, "%s/%s", dir, RECORD_NAME);
    bool good = json_write(record, text_string(&path), error);
    text_free(&path);
    return good;
}
