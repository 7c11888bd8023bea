/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify/simulate.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/folder/process.h"
#include "gen/folder/workspace.h"
#include "gen/verify/build.h"
#include "gen/verify/simulate_result.h"
#include "models/base/text.h"

const char *simulator_name(enum simulator simulator)
{
    return simulator == SIMULATOR_VERILATOR ? "verilator" : "icarus";
}

static bool check_tools(enum simulator simulator, struct error *error)
{
    if (simulator == SIMULATOR_VERILATOR)
        return process_available("verilator", "verilator", error) &&
               process_available("make", "make", error) &&
               process_available("g++", "g++", error) && process_available("gcc", "gcc", error);
    return process_available("iverilog", "iverilog", error) &&
           process_available("iverilog-vpi", "iverilog", error) &&
           process_available("vvp", "iverilog", error) && process_available("cc", "gcc", error);
}

/* ---- running ---------------------------------------------------------------------------------------- */

static bool add_path(struct command *command, const char *name, const char *given,
                     struct error *error)
{
    char path[PATH_MAX];
    if (given == NULL)
        return true;
    if (!path_absolute(path, given, error))
        return false;
    if (strlen(path) > 1000) /* the bench's room for a file name */
        return fail(error, "%.200s...: path longer than 1000 characters", path);
    command_add(command, "+%s=%s", name, path);
    return true;
}

static bool add_trace(const struct build *build, struct command *command, struct error *error)
{
    const struct simulation_trace *trace = build->trace;
    char scopes[PATH_MAX];
    if (trace == NULL)
        return true;
    if (trace->window != NULL)
        command_add(command, "+trace_window=%s", trace->window);
    return path_join(scopes, build->folder, SCOPES_FILE, error) &&
           add_path(command, "trace", trace->path, error) &&
           add_path(command, "names", trace->names, error) &&
           add_path(command, "scopes", scopes, error);
}

static bool add_run(const struct simulation *simulation, const struct build *build,
                    const struct simulation_result *result, struct command *command,
                    struct error *error)
{
    if (build->simulator == SIMULATOR_VERILATOR) {
        command_add(command, "%s/Vese_bench", build->folder);
        /* A constant must not count because it took the place of a random value. */
        command_add(command, "+verilator+rand+reset+%d", build->coverage ? 0 : 2);
        uint32_t seed = simulation->seed & INT32_MAX;
        command_add(command, "+verilator+seed+%u", seed != 0 ? seed : 1);
    } else {
        command_add(command, "vvp");
        command_add(command, "-n");
        command_add(command, "-M");
        command_add(command, "%s", build->folder);
        command_add(command, "-m");
        command_add(command, "ese_harness");
        command_add(command, "%s/ese_bench.vvp", build->folder);
        if (build->trace != NULL && !ends_in(build->trace->path, ".vcd"))
            command_add(command, "-fst");
    }
    if (!add_path(command, "stimulus", simulation->stimulus, error) ||
        !add_path(command, "results", result->results_path, error) ||
        !add_path(command, "dump", simulation->dump, error) ||
        !add_path(command, "coverage", result->coverage_path, error) ||
        !add_trace(build, command, error))
        return false;
    for (const char *const *arg = simulation->plusargs; arg != NULL && *arg != NULL; arg++)
        command_add(command, "%s", *arg);
    return true;
}

/* The waveform of an earlier run. */
static void remove_plain(const char *path)
{
    struct stat status;
    if (path != NULL && lstat(path, &status) == 0 && S_ISREG(status.st_mode))
        remove(path);
}

/* A simulator that crashed has not come to writing what it counted. */
static void find_counts(struct simulation_result *result)
{
    if (result->coverage_path == NULL || access(result->coverage_path, R_OK) == 0)
        return;
    free(result->coverage_path);
    result->coverage_path = NULL;
}

static bool run_chip(const struct simulation *simulation, const struct build *build,
                     struct simulation_result *result, struct error *error)
{
    char images[PATH_MAX];
    if (simulation->images != NULL ? !path_absolute(images, simulation->images, error)
                                   : !path_join(images, build->root, "/mem", error))
        return false;
    /* Nothing of an earlier run may be taken for this one's. */
    remove(result->results_path);
    remove(result->log_path);
    if (result->coverage_path != NULL)
        remove(result->coverage_path);
    remove_plain(simulation->trace.path);
    struct command command = {0};
    struct process process = {
        .command = &command,
        .folder = images,
        .log = result->log_path,
        .label = simulator_name(simulation->simulator),
        .limit_seconds = simulation->limit_seconds,
    };
    struct process_end end;
    bool good = add_run(simulation, build, result, &command, error) &&
                process_run(&process, &end, error);
    if (good) {
        char how[100];
        process_describe(&process, &end, how, sizeof how);
        result->run_seconds = end.seconds;
        simulation_result_read(result, end.status == 0, how);
        find_counts(result);
    }
    command_free(&command);
    return good;
}

/* ---- all -------------------------------------------------------------------------------------------- */

static bool locate(const struct simulation *simulation, struct build *build,
                   struct simulation_result *result, struct error *error)
{
    char path[PATH_MAX];
    const char *name = simulator_name(simulation->simulator);
    build->simulator = simulation->simulator;
    build->trace = simulation->trace.path != NULL ? &simulation->trace : NULL;
    build->coverage = simulation->coverage && simulation->simulator == SIMULATOR_VERILATOR;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    build->jobs = simulation->jobs > 0 ? simulation->jobs : processors > 0 ? (int)processors : 1;
    if (realpath(simulation->folder, build->root) == NULL)
        return fail(error, "cannot read the folder %.500s: %s", simulation->folder,
                    strerror(errno));
    if (!folder_make(simulation->work, "", error) || !path_absolute(path, simulation->work, error))
        return false;
    char tail[64];
    snprintf(tail, sizeof tail, "/%s%s%s", name, build->trace != NULL ? "-trace" : "",
             build->coverage ? "-coverage" : "");
    if (!path_join(build->folder, path, tail, error) || !folder_make(build->folder, "", error) ||
        !path_join(build->log, build->folder, "/build.log", error) ||
        !path_join(path, build->folder, "/results.json", error))
        return false;
    result->results_path = duplicate(path);
    if (!path_join(path, build->folder, "/run.log", error))
        return false;
    result->log_path = duplicate(path);
    if (build->coverage && !path_join(path, build->folder, "/coverage.dat", error))
        return false;
    result->coverage_path = build->coverage ? duplicate(path) : NULL;
    return true;
}

/* Builds under a lock, which the caller closes: two runs of ese on one chip take turns. */
static bool open_build(const struct simulation *simulation, struct build *build,
                       struct simulation_result *result, int *lock, struct error *error)
{
    char lock_path[PATH_MAX];
    if (!check_tools(simulation->simulator, error) ||
        !locate(simulation, build, result, error) ||
        !path_join(lock_path, build->folder, "/lock", error))
        return false;
    *lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (*lock < 0)
        return fail(error, "cannot write %.500s: %s", lock_path, strerror(errno));
    while (flock(*lock, LOCK_EX) != 0 && errno == EINTR)
        continue;
    return build_chip(build, &result->build_seconds, error);
}

bool simulate(const struct simulation *simulation, struct simulation_result *result,
              struct error *error)
{
    *result = (struct simulation_result){0};
    struct build build = {0};
    int lock = -1;
    bool good = open_build(simulation, &build, result, &lock, error) &&
                run_chip(simulation, &build, result, error);
    if (lock >= 0)
        close(lock);
    return good;
}

bool simulation_prepare(const struct simulation *simulation, struct simulation_start *start,
                        struct error *error)
{
    *start = (struct simulation_start){.lock = -1};
    struct build build = {0};
    struct simulation_result result = {0};
    char images[PATH_MAX];
    bool good = open_build(simulation, &build, &result, &start->lock, error) &&
                path_join(images, build.root, "/mem", error) &&
                add_run(simulation, &build, &result, &start->command, error);
    if (good) {
        start->folder = duplicate(images);
        start->log_path = duplicate(result.log_path);
        start->build_seconds = result.build_seconds;
        remove(start->log_path);
    }
    simulation_result_free(&result);
    return good;
}

void simulation_start_free(struct simulation_start *start)
{
    command_free(&start->command);
    free(start->folder);
    free(start->log_path);
    if (start->lock >= 0)
        close(start->lock);
    *start = (struct simulation_start){.lock = -1};
}
