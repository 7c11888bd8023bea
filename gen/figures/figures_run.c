/* SPDX-License-Identifier: Apache-2.0
 * The points of a figure: modelled as a sweep, and one after the other in RTL. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gen/emit/emit.h"
#include "gen/figures/figures.h"
#include "gen/folder/output.h"
#include "gen/folder/workspace.h"
#include "gen/sweep/workers.h"
#include "gen/verify/play.h"
#include "gen/verify/simulate.h"

enum { STIMULUS_SEED = 1 };

/* ---- the model -------------------------------------------------------------------------------- */

/* The points of a figure that have one base. */
struct figure_sweep {
    struct sweep sweep; /* the first: what the workers hand back */
    const struct figure *figure;
    bool trained;
};

static struct config config_at(const struct sweep *s, const struct plan *plan, int point)
{
    struct config config = s->base;
    struct error error;
    for (int n = 0; n < plan->axes->count; n++)
        BUG_UNLESS(key_set(plan->axes->list[n].key, &config, plan_value(plan, point, n), &error));
    return config;
}

/* The point that a configuration is of; NULL: the figure has no such series. */
static struct figure_point *point_of(const struct figure_sweep *s, const struct config *config)
{
    for (int n = 0; n < s->figure->point_count; n++) {
        struct figure_point *p = &s->figure->points[n];
        if (p->trained == s->trained && p->encoding == config->encoding &&
            p->order == config->column_order && p->pruning == config->model.pruning &&
            p->density == config->model.density && p->fifo_depth == config->fifo_depth)
            return p;
    }
    return NULL;
}

static bool is_of_figure(const struct plan *plan, int point, const void *with)
{
    const struct figure_sweep *s = with;
    const struct config config = config_at(&s->sweep, plan, point);
    return point_of(s, &config) != NULL;
}

/* The results go into the point, which all processes share; there are no rows. */
static void compute(struct sweep *sweep, int point, struct stock *stock, struct row *row)
{
    const struct config config = config_at(sweep, &sweep->plan, point);
    (void)row;
    figure_evaluate(point_of((struct figure_sweep *)sweep, &config), &config, stock);
}

static void prepare(struct sweep *sweep, int point, struct stock *stock)
{
    const struct config config = config_at(sweep, &sweep->plan, point);
    program_prepare(&config, stock);
}

static bool check_points(const struct figure *f, struct error *error)
{
    for (int n = 0; n < f->point_count; n++) {
        if (f->points[n].done)
            continue;
        if (f->points[n].failure[0] == '\0')
            return fail(error, "%s: the process that worked on point %d of %d died", f->name, n + 1,
                        f->point_count);
        fail(error, "%s", f->points[n].failure);
        return fail_in(error, f->name);
    }
    return true;
}

static bool sweep_points(struct figure *f, const struct config *base, bool trained, int jobs,
                         struct error *error)
{
    static const struct work work = {compute, prepare};
    struct figure_sweep s = {.sweep = {.base = *base, .axes = f->axes},
                             .figure = f,
                             .trained = trained};
    if (!plan_grid(&s.sweep.plan, &s.sweep.axes, error))
        return false;
    plan_keep(&s.sweep.plan, is_of_figure, &s);
    plan_order(&s.sweep.plan, base);
    bool ok = workers_run(&s.sweep, NULL, jobs, &work, error);
    plan_free(&s.sweep.plan);
    return ok;
}

bool figure_model(struct figure *f, const struct config *base, const struct config *speech,
                  int jobs, struct error *error)
{
    const struct figure_point *last = &f->points[f->point_count - 1]; /* of the trained, if any */
    if (!sweep_points(f, base, false, jobs, error))
        return fail_in(error, f->name);
    if (last->trained) {
        const struct config trained = figure_config(last, base, speech, 0);
        if (!sweep_points(f, &trained, true, jobs, error))
            return fail_in(error, f->name);
    }
    return check_points(f, error);
}

/* ---- RTL ------------------------------------------------------------------------------------------ */

static bool write_chip(const struct program *program, const char *folder, struct error *error)
{
    struct cycles cycles;
    struct output *output = output_new();
    cycles_run(program, FIGURE_FRAMES, &cycles);
    bool ok = emit_chip(output, program, &cycles, "paper", error) &&
              output_write(output, folder, error);
    output_free(output);
    cycles_free(&cycles);
    return ok;
}

/* Only the phase without gaps: it measures cycles; values are compared there as well. */
static bool simulate_chip(const struct program *program, const char *folder, int jobs,
                          struct simulation_result *result, struct error *error)
{
    struct play play;
    struct text work = {0}, stimulus = {0};
    play_build(&play, program, FIGURE_FRAMES, STIMULUS_SEED, false);
    play.stimulus.phase_count = PHASE_STEADY + 1;
    text_appendf(&work, "%s/build", folder);
    text_appendf(&stimulus, "%s/stimulus.bin", folder);
    struct simulation simulation = {.simulator = SIMULATOR_VERILATOR,
                                    .folder = folder,
                                    .work = text_string(&work),
                                    .stimulus = text_string(&stimulus),
                                    .seed = STIMULUS_SEED,
                                    .jobs = jobs};
    bool ok = stimulus_write(&play.stimulus, text_string(&stimulus), error) &&
              simulate(&simulation, result, error);
    text_free(&work);
    text_free(&stimulus);
    play_free(&play);
    return ok;
}

static void take_result(struct figure_point *point, const struct simulation_result *result,
                        const char *folder)
{
    point->rerun_done = true;
    point->rtl_build_seconds = result->build_seconds;
    point->rtl_run_seconds = result->run_seconds;
    point->rtl_cycles =
        result->phase_count > PHASE_STEADY ? result->phases[PHASE_STEADY].cycles_per_frame : -1;
    point->agrees = result->pass && point->rtl_cycles == point->cycles;
    if (point->agrees)
        return;
    fprintf(stderr, "ese: %s: %lld cycles a frame in RTL, %lld by the model: %s\n", folder,
            (long long)point->rtl_cycles, (long long)point->cycles,
            result->pass ? "they differ" : result->reason);
    for (int m = 0; m < result->message_count; m++)
        fprintf(stderr, "     %s\n", result->messages[m]);
}

/* `written` tells whether there is a chip to look at, should anything go wrong. */
static bool rerun_in(struct figure_point *point, const struct config *config, const char *folder,
                     int jobs, bool *written, struct error *error)
{
    struct program program;
    struct simulation_result result = {0};
    bool ok = program_build(&program, config, error) && write_chip(&program, folder, error);
    *written = ok;
    if (ok) {
        point->rerun_channels = program.d.channels;
        ok = simulate_chip(&program, folder, jobs, &result, error);
        if (ok)
            take_result(point, &result, folder);
        simulation_result_free(&result);
    }
    program_free(&program);
    return ok;
}

static bool rerun_point(struct figure_point *point, const struct config *config, int jobs,
                        struct error *error)
{
    char *folder = temporary_folder("paper", error);
    if (folder == NULL)
        return false;
    bool written, ok = rerun_in(point, config, folder, jobs, &written, error);
    /* What does not agree, or does not build, is left there to be looked at. */
    if (point->agrees || !written)
        remove_folder(folder);
    free(folder);
    return ok;
}

bool figure_rerun(struct figure *f, const struct config *base, const struct config *speech,
                  int jobs, struct error *error)
{
    int done = 0, wanted = 0;
    for (int n = 0; n < f->point_count; n++)
        wanted += f->points[n].rerun != RERUN_NEVER;
    for (int n = 0; n < f->point_count; n++) {
        struct figure_point *point = &f->points[n];
        if (point->rerun == RERUN_NEVER)
            continue;
        if (isatty(STDERR_FILENO))
            fprintf(stderr, "%s: RTL of point %d, %d of %d\n", f->name, n + 1, ++done, wanted);
        struct config config =
            figure_config(point, base, speech, point->rerun == RERUN_ONE_CHANNEL ? 1 : 0);
        if (!rerun_point(point, &config, jobs, error))
            return fail_in(error, f->name);
    }
    return true;
}
