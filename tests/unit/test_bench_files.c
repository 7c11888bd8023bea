/* SPDX-License-Identifier: Apache-2.0
 * What lies in sim/ reaches a chip's folder: the list of bench.def against the folder itself. */
#include "gen/emit/bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *home(void)
{
    const char *given = getenv("ESE_HOME");
    return given != NULL ? given : ".";
}

static bool listed(const char *path)
{
    for (int n = 0; n < bench_file_count; n++)
        if (strcmp(bench_files[n].path, path) == 0)
            return true;
    return false;
}

/* Counts the files below sim/FOLDER ("" or "ROOM/") that must be listed, and says which are not. */
static int missing(const char *folder, int *found)
{
    char path[1000];
    int lost = 0;
    snprintf(path, sizeof path, "%s/sim/%s", home(), folder);
    DIR *directory = opendir(path);
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char below[600], whole[2000];
        struct stat status;
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "README.md") == 0)
            continue;
        snprintf(below, sizeof below, "%s%s", folder, entry->d_name);
        snprintf(whole, sizeof whole, "%s%s", path, entry->d_name);
        assert_int_equal(stat(whole, &status), 0);
        if (S_ISDIR(status.st_mode)) {
            strcat(below, "/");
            lost += missing(below, found);
            continue;
        }
        ++*found;
        if (!listed(below)) {
            print_error("sim/%s is not in gen/emit/bench.def\n", below);
            lost++;
        }
    }
    closedir(directory);
    return lost;
}

static void every_file_is_listed(void **state)
{
    (void)state;
    int found = 0;
    assert_int_equal(missing("", &found), 0);
    assert_int_equal(found, bench_file_count); /* nor is one listed that is not there */
}

/* They end up in one folder. */
static void names_are_unique(void **state)
{
    (void)state;
    for (int a = 0; a < bench_file_count; a++)
        for (int b = 0; b < a; b++)
            assert_string_not_equal(bench_files[a].name, bench_files[b].name);
}

/* A chip's folder knows no rooms: the sources include each other by name only. */
static void includes_are_bare(void **state)
{
    (void)state;
    for (int n = 0; n < bench_file_count; n++) {
        char path[1000], line[400];
        snprintf(path, sizeof path, "%s/sim/%s", home(), bench_files[n].path);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        while (fgets(line, sizeof line, file) != NULL)
            if (strncmp(line, "#include \"", 10) == 0)
                assert_null(strchr(line, '/'));
        fclose(file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_is_listed),
        cmocka_unit_test(names_are_unique),
        cmocka_unit_test(includes_are_bare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
