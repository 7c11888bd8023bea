/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify/build.h"

#include <dirent.h>
#include <errno.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/emit/bench.h"
#include "gen/folder/workspace.h"
#include "models/base/text.h"

/* The oldest Verilator that the tests know: 5.006. */
enum { VERILATOR_MAJOR = 5, VERILATOR_MINOR = 6 };

/* ---- is there a build already ---------------------------------------------------------------- */

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
    if (!path_join(folder, root, name, error))
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
            good = path_join(tail, "/", file, error) && path_join(path, folder, tail, error) &&
                   hash_file(hash, path, error);
        }
        free(entries[i]);
    }
    free(entries);
    return good;
}

static const char *scopes(const struct build *build)
{
    return build->trace->scopes != NULL ? build->trace->scopes : "$dumpvars(0, ese_bench);\n";
}

static bool build_key(const struct build *build, char key[SHA256_DIGEST_STRING_LENGTH],
                      struct error *error)
{
    SHA2_CTX hash;
    SHA256Init(&hash);
    if (build->simulator == SIMULATOR_ICARUS && build->trace != NULL)
        SHA256Update(&hash, (const uint8_t *)scopes(build), strlen(scopes(build)));
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

/* ---- what is called -------------------------------------------------------------------------- */

/* Adds BEFORE NAME AFTER for each NAME.c of the harness but those that bind it to one simulator. */
static void add_harness(struct command *command, const char *before, const char *after)
{
    for (int n = 0; n < bench_file_count; n++) {
        const char *name = bench_files[n].name;
        if (bench_is_harness(&bench_files[n]))
            command_add(command, "%s%.*s%s", before, (int)(strrchr(name, '.') - name), name, after);
    }
}

static void add_words(struct command *command, const char *const *words)
{
    for (; *words != NULL; words++)
        command_add(command, "%s", *words);
}

/* All runs in the place where it is built, which has links to the chip's rtl and sim: no path of
 * the machine gets into a makefile or a program.
 *
 * -O1: the C++ compiler takes most of the time of a build; against Verilator's own -Os it halves
 * it, and the model is no slower.  -CFLAGS would come before Verilator's choice, and be overruled
 * by it.  The bench's clock is a coroutine.  A Verilator that was not configured where it runs, as
 * PyPI's, knows neither how the compiler is asked for these nor how for a precompiled header: g++
 * and clang both take it as said here. */
static void build_with_verilator(struct build *build)
{
    struct command *objects = &build->steps[0], *model = &build->steps[1];
    add_words(objects, (const char *const[]){"gcc", "-std=c11", "-O2", "-g", "-c", NULL});
    add_harness(objects, "sim/", ".c");
    command_add(objects, "sim/bind_dpi.c");

    add_words(model, (const char *const[]){
        "verilator", "--cc", "--exe", "--build", "--timing", "-O3", "-MAKEFLAGS", "OPT_FAST=-O1",
        "-MAKEFLAGS", "OPT_GLOBAL=-O1", "-MAKEFLAGS", "CFG_CXXFLAGS_PCH_I=-include", "-MAKEFLAGS",
        "CFG_GCH_IF_CLANG=", "-CFLAGS", "-fcoroutines", "--x-initial", "unique", "-Wno-fatal",
        "-Isim", "--top-module", "ese_bench", NULL});
    if (build->trace != NULL)
        add_words(model, (const char *const[]){
            ends_in(build->trace->path, ".vcd") ? "--trace" : "--trace-fst", "-DESE_TRACE",
            "sim/ese_captions.v", NULL});
    if (build->trace != NULL && build->trace->signals_only)
        command_add(model, "--no-trace-params");
    if (build->coverage)
        add_words(model, (const char *const[]){"--coverage-line", "--coverage-toggle", NULL});
    add_words(model, (const char *const[]){"-Mdir", ".", "-f", "rtl/files.f", "sim/verilator.vlt",
                                           "sim/ese_bench.v", "sim/verilator_main.cpp", NULL});
    add_harness(model, "", ".o");
    command_add(model, "bind_dpi.o");
}

static void build_with_icarus(struct build *build)
{
    struct command *module = &build->steps[0], *model = &build->steps[1];
    add_words(module, (const char *const[]){"iverilog-vpi", "--name=ese_harness", NULL});
    add_harness(module, "sim/", ".c");
    command_add(module, "sim/bind_vpi.c");
    add_words(model, (const char *const[]){"iverilog", "-g2005", "-s", "ese_bench", "-Isim", "-o",
                                           "ese_bench.vvp", NULL});
    if (build->trace != NULL)
        add_words(model, (const char *const[]){"-DESE_TRACE", "-I.", "sim/ese_captions.v", NULL});
    add_words(model, (const char *const[]){"-c", "rtl/files.f", "sim/ese_bench.v", NULL});
}

/* What a run needs of all that is built. */
static const char *const *products(enum simulator simulator)
{
    static const char *const verilator[] = {"Vese_bench", NULL};
    static const char *const icarus[] = {"ese_harness.vpi", "ese_bench.vvp", NULL};
    return simulator == SIMULATOR_VERILATOR ? verilator : icarus;
}

/* ---- where it is built ----------------------------------------------------------------------- */

/* Whether make, the shell and Verilator all take the path as it is. */
static bool is_plain_path(const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789/._+-,@";
    return path[strspn(path, plain)] == '\0';
}

/* The build's own folder, or else a temporary one; to be freed. */
static char *open_place(const struct build *build, struct error *error)
{
    if (is_plain_path(build->folder))
        return duplicate(build->folder);
    char *place = temporary_folder("build", error);
    if (place == NULL || is_plain_path(place))
        return place;
    remove_folder(place);
    fail(error, "make cannot build in %.400s, nor for temporary files in %.400s: set TMPDIR to a "
                "folder whose path has no spaces, quotes or letters beyond ASCII",
         build->folder, place);
    free(place);
    return NULL;
}

static void remove_links(const char *place)
{
    static const char *const names[] = {"/rtl", "/sim"};
    char path[PATH_MAX];
    struct error ignored;
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        if (path_join(path, place, names[n], &ignored))
            unlink(path);
}

static bool make_link(const struct build *build, const char *place, const char *name,
                      struct error *error)
{
    char target[PATH_MAX], link[PATH_MAX];
    if (!path_join(target, build->root, name, error) || !path_join(link, place, name, error))
        return false;
    return symlink(target, link) == 0 || fail(error, "cannot link to %.500s: %s", target,
                                              strerror(errno));
}

/* Bytes and mode of a file. */
static bool copy_file(const char *from, const char *to, struct error *error)
{
    struct text bytes = {0};
    struct stat status;
    bool ok = text_read_file(&bytes, from, error);
    remove(to); /* it may be running */
    ok = ok && text_write_file(&bytes, to, error);
    if (ok && (stat(from, &status) != 0 || chmod(to, status.st_mode & 0777) != 0))
        ok = fail(error, "cannot write %.500s: %s", to, strerror(errno));
    text_free(&bytes);
    return ok;
}

static bool take_products(const struct build *build, const char *place, struct error *error)
{
    bool ok = true;
    for (const char *const *name = products(build->simulator); ok && *name != NULL; name++) {
        char tail[64], from[PATH_MAX], to[PATH_MAX];
        snprintf(tail, sizeof tail, "/%s", *name);
        ok = path_join(from, place, tail, error) && path_join(to, build->folder, tail, error) &&
             copy_file(from, to, error);
    }
    return ok;
}

/* ---- building -------------------------------------------------------------------------------- */

static bool run_step(const struct build *build, const char *place, int step, struct error *error)
{
    struct process process = {
        .command = &build->steps[step],
        .folder = place,
        .log = build->log,
        .label = build->simulator == SIMULATOR_VERILATOR ? "building with verilator"
                                                         : "building with icarus",
    };
    struct process_end end;
    return process_succeed(&process, &end, error);
}

/* Icarus reads it when it builds, Verilator's model when it runs. */
static bool write_scopes(const struct build *build, const char *folder, struct error *error)
{
    char path[PATH_MAX];
    if (build->trace == NULL)
        return true;
    struct text text = {0};
    text_append(&text, scopes(build));
    bool ok = path_join(path, folder, SCOPES_FILE, error) && text_write_file(&text, path, error);
    text_free(&text);
    return ok;
}

static bool run_steps(const struct build *build, struct error *error)
{
    char *place = open_place(build, error);
    if (place == NULL)
        return false;
    bool elsewhere = strcmp(place, build->folder) != 0;
    remove_links(place); /* of a build that was killed */
    bool ok = make_link(build, place, "/rtl", error) && make_link(build, place, "/sim", error) &&
              write_scopes(build, place, error) && run_step(build, place, 0, error) &&
              run_step(build, place, 1, error) &&
              (!elsewhere || take_products(build, place, error));
    remove_links(place);
    if (elsewhere)
        remove_folder(place);
    free(place);
    return ok;
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

/* Builds unless there is a build of the same sources. */
static bool build_or_find(struct build *build, double *seconds, struct error *error)
{
    char key[SHA256_DIGEST_STRING_LENGTH], key_path[PATH_MAX];
    if (!build_key(build, key, error) || !path_join(key_path, build->folder, "/key", error))
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
    if (!run_steps(build, error))
        return false;
    *seconds = seconds_now() - begin;
    return write_key(key_path, key, error);
}

bool build_chip(struct build *build, double *seconds, struct error *error)
{
    if (build->simulator == SIMULATOR_VERILATOR)
        build_with_verilator(build);
    else
        build_with_icarus(build);
    bool good = write_scopes(build, build->folder, error) && build_or_find(build, seconds, error);
    command_free(&build->steps[0]);
    command_free(&build->steps[1]);
    return good;
}
