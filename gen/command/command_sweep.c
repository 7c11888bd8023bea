/* SPDX-License-Identifier: Apache-2.0
 * ese sweep: reports on many configurations, as tables. */
#include <stdio.h>
#include <stdlib.h>

#include "gen/command/commands.h"
#include "gen/sweep/cluster.h"
#include "gen/sweep/verified.h"
#include "gen/sweep/workers.h"

static void print_tally(const struct outcome *o, const char *dir)
{
    const struct tally *t = &o->tally;
    printf("%s: %d points: %d ok, %d failed, %d excluded; %d on the front of", dir, t->points,
           t->ok, t->failed, t->excluded, t->front);
    for (int n = 0; n < o->sweep->goal_count; n++)
        printf("%s %s", n > 0 ? "," : "", o->sweep->goals[n].name);
    putchar('\n');
    if (t->failed > 0)
        fprintf(stderr, "ese: warning: %d points failed, the first of them: %s\n", t->failed,
                o->first_failure);
}

/* `ok`: unchanged, or cleared if a chip is not what its row says. */
static bool verify(const struct outcome *outcome, const struct store *store,
                   const struct sweep_options *options, bool *ok, struct error *error)
{
    return options->verify == 0 ||
           verify_points(outcome, store, options->verify, options->jobs, ok, error);
}

static bool run(struct sweep *sweep, struct store *store, const struct sweep_options *options,
                bool *ok, struct error *error)
{
    struct outcome outcome = {.sweep = NULL};
    if (options->cluster != NULL)
        return cluster_write(sweep, store, options->cluster, error);
    if (!cluster_join(store, error))
        return false;
    if (store->there > 0)
        fprintf(stderr, "ese: %d of %d points are there already\n", store->there,
                sweep->plan.count);
    bool good = workers_run(sweep, store, options->jobs, &work_of_rows, error) &&
                store_finish(store, error) && outcome_read(&outcome, sweep, store, error) &&
                outcome_write(&outcome, store, error);
    if (good) {
        print_tally(&outcome, store->dir);
        good = verify(&outcome, store, options, ok, error);
    }
    outcome_free(&outcome);
    return good;
}

int command_sweep(const struct sweep_options *options)
{
    struct error error = {""};
    struct sweep sweep;
    bool ok = true, good = sweep_open(&sweep, options->request, &error);
    if (good && options->cluster != NULL)
        good = cluster_check(&sweep, options->output, options->cluster, &error);
    if (good) {
        struct store store;
        good = store_open(&store, &sweep, options->output, &error) &&
               run(&sweep, &store, options, &ok, &error);
        store_close(&store);
    }
    sweep_close(&sweep);
    if (good)
        return ok ? 0 : 1;
    fprintf(stderr, "ese: %s\n", error.text);
    return 1;
}
