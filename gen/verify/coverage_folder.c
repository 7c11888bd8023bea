/* SPDX-License-Identifier: Apache-2.0
 * coverage_folder.c - the folder that `ese verify --coverage` makes. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/folder/process.h"
#include "gen/folder/workspace.h"
#include "gen/verify/coverage.h"

bool coverage_folder_check(const char *folder, struct error *error)
{
    if (folder == NULL)
        return true;
    if (mkdir(folder, 0777) == 0) {
        rmdir(folder);
        return true;
    }
    if (errno == EEXIST)
        return fail(error, "--coverage: '%s' is there already; a folder that is not is made",
                    folder);
    return fail(error, "--coverage: cannot make the folder '%s': %s", folder, strerror(errno));
}

/* ---- annotated sources ----------------------------------------------------------------------- */

/* Verilator's tool goes through a shell, and looks for sources where it runs: in a temporary folder
 * all names are plain. */
static bool annotate(const char *place, const char *counts, const char *dir, struct error *error)
{
    char link[PATH_MAX], log[PATH_MAX], data[PATH_MAX], rtl[PATH_MAX], real[PATH_MAX];
    if (!path_join(link, place, "/rtl", error) || !path_join(log, place, "/log", error) ||
        !path_join(data, place, "/coverage.dat", error) || !path_join(rtl, dir, "/rtl", error))
        return false;
    if (realpath(rtl, real) == NULL || symlink(real, link) != 0 || symlink(counts, data) != 0)
        return fail(error, "cannot link to %.500s: %s", rtl, strerror(errno));
    struct command command = {0};
    static const char *const words[] = {"verilator_coverage", "--annotate", "annotated",
                                        "--annotate-all", "--annotate-min", "1", "coverage.dat"};
    for (size_t n = 0; n < sizeof words / sizeof *words; n++)
        command_add(&command, "%s", words[n]);
    struct process process = {.command = &command, .folder = place, .log = log,
                              .label = "verilator_coverage"};
    struct process_end end;
    bool ok = process_run(&process, &end, error);
    command_free(&command);
    if (ok && end.status != 0) {
        char *tail = file_tail(log, 3);
        ok = fail(error, "verilator_coverage failed: %.500s", tail);
        free(tail);
    }
    return ok;
}

/* ---- the folder ------------------------------------------------------------------------------ */

static bool copy_file(const char *from, const char *folder, const char *name, struct error *error)
{
    char tail[PATH_MAX], to[PATH_MAX];
    struct text bytes = {0};
    bool ok = path_join(tail, "/", name, error) && path_join(to, folder, tail, error) &&
              text_read_file(&bytes, from, error) && text_write_file(&bytes, to, error);
    text_free(&bytes);
    return ok;
}

/* All files of a folder into a new one. */
static bool copy_folder(const char *from, const char *to, struct error *error)
{
    DIR *folder = opendir(from);
    if (folder == NULL)
        return fail(error, "verilator_coverage wrote nothing to %.500s", from);
    bool ok = mkdir(to, 0777) == 0 || fail(error, "cannot make %.500s: %s", to, strerror(errno));
    for (const struct dirent *entry; ok && (entry = readdir(folder)) != NULL;) {
        char tail[PATH_MAX], path[PATH_MAX];
        if (entry->d_name[0] != '.')
            ok = path_join(tail, "/", entry->d_name, error) && path_join(path, from, tail, error) &&
                 copy_file(path, to, entry->d_name, error);
    }
    closedir(folder);
    return ok;
}

static bool add_counts(const char *folder, const char *counts, const char *dir,
                       struct error *error)
{
    char annotated[PATH_MAX], rtl[PATH_MAX];
    char *place = temporary_folder("coverage", error);
    bool ok = place != NULL && annotate(place, counts, dir, error) &&
              path_join(annotated, place, "/annotated", error) &&
              path_join(rtl, folder, "/rtl", error) && copy_folder(annotated, rtl, error) &&
              copy_file(counts, folder, "coverage.dat", error);
    if (place != NULL)
        remove_folder(place);
    free(place);
    return ok;
}

static bool write_summary(const char *folder, const struct text *summary, struct error *error)
{
    char path[PATH_MAX];
    return path_join(path, folder, "/summary.txt", error) &&
           text_write_file(summary, path, error);
}

bool coverage_folder_write(const char *folder, const char *counts, const char *dir,
                           const struct text *summary, struct error *error)
{
    struct text aside = {0};
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    text_appendf(&aside, "%.*s.tmp-XXXXXX", (int)length, folder);
    bool made = mkdtemp(aside.data) != NULL, ok = made;
    if (!made)
        fail(error, "--coverage: cannot make %.500s: %s", aside.data, strerror(errno));
    ok = ok && write_summary(aside.data, summary, error) &&
         (counts == NULL || add_counts(aside.data, counts, dir, error));
    if (ok && (chmod(aside.data, 0755) != 0 || rename(aside.data, folder) != 0))
        ok = fail(error, "--coverage: cannot make the folder '%s': %s", folder, strerror(errno));
    if (made && !ok)
        remove_folder(aside.data);
    text_free(&aside);
    return ok;
}
