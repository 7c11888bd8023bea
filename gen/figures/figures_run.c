/* SPDX-License-Identifier: Apache-2.0
 * The points of a figure: modelled side by side, and one after the other in RTL. */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gen/emit/emit.h"
#include "gen/figures/figures.h"
#include "gen/folder/output.h"
#include "gen/folder/workspace.h"
#include "gen/verify/play.h"
#include "gen/verify/simulate.h"
#include "models/base/progress.h"

enum { JOBS_MOST = 256, POLL_NS = 50000000, STIMULUS_SEED = 1 };

/* ---- the model -------------------------------------------------------------------------------- */

struct board { /* shared: who takes which point */
    atomic_int next, finished;
};

static void work(struct figure *f, struct board *board, const struct config *base,
                 const struct config *speech)
{
    for (;;) {
        int n = atomic_fetch_add(&board->next, 1);
        if (n >= f->point_count)
            return;
        struct config config = figure_config(&f->points[n], base, speech, 0);
        figure_evaluate(&f->points[n], &config);
        atomic_fetch_add(&board->finished, 1);
    }
}

static void show_progress(const struct figure *f, struct board *board)
{
    fprintf(stderr, "\r%s: %d of %d points", f->name, atomic_load(&board->finished),
            f->point_count);
    fflush(stderr);
}

/* Waits for these processes only; others may belong to the caller. */
static void wait_for(const struct figure *f, struct board *board, const pid_t *workers, int count)
{
    bool terminal = isatty(STDERR_FILENO);
    for (int w = 0; w < count; w++) {
        int status;
        pid_t ended;
        do {
            ended = waitpid(workers[w], &status, terminal ? WNOHANG : 0);
            if (terminal)
                show_progress(f, board);
            if (ended == 0)
                nanosleep(&(struct timespec){.tv_nsec = POLL_NS}, NULL);
        } while (ended == 0 || (ended < 0 && errno == EINTR));
    }
    if (terminal)
        fputs("\r\033[K", stderr);
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

bool figure_model(struct figure *f, const struct config *base, const struct config *speech,
                  int jobs, struct error *error)
{
    pid_t workers[JOBS_MOST];
    int count = 0;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int most = jobs > 0 ? jobs : processors > 0 ? (int)processors : 1;
    most = most < JOBS_MOST ? most : JOBS_MOST;
    most = most < f->point_count ? most : f->point_count;
    struct board *board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (board == MAP_FAILED)
        return fail(error, "out of memory");
    fflush(stdout); /* what waits there is not the children's to print */
    fflush(stderr);
    while (count < most) {
        pid_t worker = fork();
        if (worker == 0) {
            progress_set(NULL); /* the points are counted instead */
            work(f, board, base, speech);
            _exit(0);
        }
        if (worker < 0)
            break;
        workers[count++] = worker;
    }
    if (count == 0)
        work(f, board, base, speech); /* no process to be had: alone, then */
    wait_for(f, board, workers, count);
    munmap(board, sizeof *board);
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
    play_build(&play, program, FIGURE_FRAMES, STIMULUS_SEED);
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
