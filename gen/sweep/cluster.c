/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/sweep/cluster.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/sweep/outcome.h"
#include "models/base/bytes.h"
#include "models/base/version.h"

/* ---- the script ------------------------------------------------------------------------------ */

/* What differs.  `part` and `jobs` are words of the script that stand for the part's number and for
 * its processors. */
static const struct scheme {
    const char *name, *file, *start, *part, *jobs;
} schemes[] = {
    {"slurm", "sweep.sbatch", "sbatch --wait", "\"$SLURM_ARRAY_TASK_ID\"",
     "\"$SLURM_CPUS_PER_TASK\""},
    {"parallel", "sweep.sh", "bash", "{}", "1"},
};

enum { SCHEME_COUNT = sizeof schemes / sizeof *schemes };

static void append_option(struct text *line, const char *option, const char *value)
{
    if (value == NULL)
        return;
    text_appendf(line, " %s ", option);
    text_append_quoted(line, value);
}

static void append_options(struct text *line, const char *option, const struct words *values)
{
    for (int n = 0; n < values->count; n++)
        append_option(line, option, values->at[n]);
}

/* The sweep as it was asked for.  What an axis file says is among the words of the request, too,
 * and must not be said twice: of an axis, that would be an error. */
static void append_request(struct text *line, const struct sweep *s)
{
    const struct sweep_request *r = s->request;
    text_append_quoted(line, r->source);
    for (size_t n = 0; n < r->set_count; n++)
        append_option(line, "--set", r->sets[n]);
    for (int n = 0; n < s->axes.count; n++) {
        struct text axis = {0};
        text_appendf(&axis, "%s=", s->axes.list[n].key->name);
        for (int v = 0; v < s->axes.list[n].count; v++)
            text_appendf(&axis, "%s%s", v > 0 ? "," : "", s->axes.list[n].values[v]);
        append_option(line, "--axis", text_string(&axis));
        text_free(&axis);
    }
    append_option(line, "--sample", r->sample);
    if (r->seed_given)
        text_appendf(line, " --seed %llu", (unsigned long long)r->seed);
    append_options(line, "--where", &r->wheres);
    append_options(line, "--column", &r->extras);
}

static void append_command(struct text *script, const struct sweep *s, const char *dir,
                           const struct scheme *scheme, int parts)
{
    text_append(script, "\"${ESE:-ese}\" sweep ");
    append_request(script, s);
    text_appendf(script, " --shard %s/%d --jobs %s -o ", scheme->part, parts, scheme->jobs);
    text_append_quoted(script, dir);
    text_appendf(script, "/%s/%s", PARTS_NAME, scheme->part);
}

static void append_slurm(struct text *script, const struct sweep *s, const char *dir, int parts)
{
    text_appendf(script, "#SBATCH --job-name=ese-sweep\n#SBATCH --array=1-%d\n"
                         "#SBATCH --cpus-per-task=1\n#SBATCH --output=%s/%s/%%a.log\n",
                 parts, dir, PARTS_NAME);
    append_command(script, s, dir, &schemes[0], parts);
    text_append_char(script, '\n');
}

/* What it is given goes to each part as it is; options of its own, such as --sshloginfile, in
 * $PARALLEL. */
static void append_parallel(struct text *script, const struct sweep *s, const char *dir, int parts)
{
    text_append(script, "parallel --quote ");
    append_command(script, s, dir, &schemes[1], parts);
    text_appendf(script, " ::: $(seq %d)\n", parts);
}

/* "NAME:N" */
static const struct scheme *read_scheme(const char *text, int *parts, struct error *error)
{
    const char *colon = strchr(text, ':');
    int64_t count;
    char shown[PRINTABLE_NAME];
    for (int n = 0; n < SCHEME_COUNT && colon != NULL; n++)
        if (strlen(schemes[n].name) == (size_t)(colon - text) &&
            strncmp(text, schemes[n].name, (size_t)(colon - text)) == 0 &&
            whole_number(colon + 1, 1, PARTS_MOST, &count) == NUMBER_GOOD) {
            *parts = (int)count;
            return &schemes[n];
        }
    printable(shown, sizeof shown, text);
    fail(error, "--cluster: '%s' is not slurm:N or parallel:N, N in 1..%d", shown, PARTS_MOST);
    return NULL;
}

/* Slurm takes no quotes in its lines; GNU parallel has a meaning for '{1}', '{.}' and others. */
static bool check_words(const struct scheme *scheme, const struct sweep *s, const char *dir,
                        struct error *error)
{
    struct text words = {0};
    append_request(&words, s);
    text_append(&words, dir);
    const bool braces = strchr(text_string(&words), '{') != NULL;
    text_free(&words);
    if (scheme == &schemes[0] && strpbrk(dir, " \t\n\"'%\\") != NULL)
        return fail(error, "--cluster: slurm: the folder's name must be without blanks, quotes, "
                    "'%%' and '\\'");
    return scheme == &schemes[0] || !braces ||
           fail(error, "--cluster: parallel: names and options must be without '{'");
}

bool cluster_check(const struct sweep *s, const char *dir, const char *text, struct error *error)
{
    int parts;
    const struct scheme *scheme = read_scheme(text, &parts, error);
    if (scheme != NULL && s->request->shard != NULL)
        return fail(error, "--cluster: is a script of all parts, and --shard asks for one");
    return scheme != NULL && check_words(scheme, s, dir, error);
}

bool cluster_write(const struct sweep *s, const struct store *store, const char *text,
                   struct error *error)
{
    int parts;
    const struct scheme *scheme = read_scheme(text, &parts, error);
    struct text script = {0}, start = {0};
    BUG_UNLESS(scheme != NULL); /* it was checked */
    if (mkdirat(store->folder, PARTS_NAME, 0777) != 0 && errno != EEXIST)
        return fail(error, "cannot create the folder '%s/%s': %s", store->dir, PARTS_NAME,
                    strerror(errno));
    text_appendf(&start, "%s ", scheme->start);
    text_append_quoted(&start, store->dir);
    text_appendf(&start, "/%s", scheme->file);
    text_appendf(&script,
                 "#!/bin/bash\n# %d points in %d parts, of ese %s; to be started where it was "
                 "written, with\n# ese in PATH, or $ESE naming it: %s\n",
                 s->plan.count, parts, ESE_VERSION, text_string(&start));
    (scheme == &schemes[0] ? append_slurm : append_parallel)(&script, s, store->dir, parts);
    bool good = outcome_write_file(store, scheme->file, &script, error);
    if (good)
        printf("%s/%s: %d parts: start it with the next line, and then the sweep without "
               "--cluster\n%s\n",
               store->dir, scheme->file, parts, text_string(&start));
    text_free(&script);
    text_free(&start);
    return good;
}

/* ---- the parts ------------------------------------------------------------------------------- */

static int is_number(const struct dirent *entry)
{
    return entry->d_name[strspn(entry->d_name, "0123456789")] == '\0';
}

static bool take_rows(struct store *store, const struct store *part, struct error *error)
{
    bool good = true;
    for (int point = 0; good && point < store->sweep->plan.count; point++) {
        struct row row = {{0}, {0}};
        if (store_has(store, point) || !store_has(part, point))
            continue;
        good = store_read(part, point, &row, error) && store_add(store, point, &row, error);
        text_free(&row.csv);
        text_free(&row.json);
    }
    return good;
}

static bool join(struct store *store, const char *dir, struct error *error)
{
    struct store part;
    bool good = store_open_part(&part, store->sweep, dir, error) && take_rows(store, &part, error);
    store_close(&part);
    return good;
}

bool cluster_join(struct store *store, struct error *error)
{
    struct dirent **entries = NULL;
    struct text path = {0};
    bool good = true;
    text_appendf(&path, "%s/%s", store->dir, PARTS_NAME);
    int count = scandir(text_string(&path), &entries, is_number, alphasort);
    text_free(&path);
    for (int n = 0; n < count; n++) {
        text_appendf(&path, "%s/%s/%s", store->dir, PARTS_NAME, entries[n]->d_name);
        good = good && join(store, text_string(&path), error);
        text_free(&path);
        free(entries[n]);
    }
    free(entries);
    return good;
}
