/* SPDX-License-Identifier: Apache-2.0
 * test_manual.c - the manual page and the completion have all that --help has; where a program's home is. */
#include <stdlib.h>
#include <sys/stat.h>

#include "gen/command/command_list.h"
#include "gen/command/manual.h"
#include "gen/config/home.h"
#include "tests/unit/model_testing.h"
#include "tests/unit/scratch.h"

static void has(const struct text *text, const char *part)
{
    if (strstr(text_string(text), part) == NULL)
        fail_msg("lacks '%s'", part);
}

static void everything_is_there(void **state)
{
    struct text page = {0}, words = {0};
    (void)state;
    manual_page(&page);
    manual_completion(&words);
    for (int n = 0; n < COMMAND_COUNT; n++) {
        const struct command *command = &commands[n];
        char part[200];
        snprintf(part, sizeof part, ".SS ese %s %s", command->name, command->operand);
        has(&page, part);
        for (const struct argp_option *o = command->options; o->name || o->key || o->doc; o++) {
            if (o->name == NULL)
                continue;
            snprintf(part, sizeof part, "--%s%s", o->name, o->arg != NULL ? "=" : "");
            has(&words, part);
            if (o->group == -1) /* --help and the like */
                continue;
            struct text dashed = {0};
            text_append(&dashed, "\\-\\-");
            for (const char *c = o->name; *c != '\0'; c++)
                text_appendf(&dashed, "%s%c", *c == '-' ? "\\" : "", *c);
            has(&page, text_string(&dashed));
            text_free(&dashed);
        }
    }
    has(&page, "fifo_depth");
    has(&page, "ESE_HOME");
    text_free(&page);
    text_free(&words);
}

/* No text becomes a request, and no escape is left open. */
static void roff_is_clean(void **state)
{
    static const char *const requests[] = {".TH ", ".SH ", ".SS ", ".B ", ".I ", ".PP", ".TP", ".nf", ".fi"};
    struct text page = {0};
    (void)state;
    manual_page(&page);
    for (char *line = strtok(page.data, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        bool known = line[0] != '.' && line[0] != '\'';
        for (size_t n = 0; n < COUNT(requests); n++)
            known = known || strncmp(line, requests[n], strlen(requests[n])) == 0;
        if (!known)
            fail_msg("'%s' is taken for a request", line);
        for (const char *at = strchr(line, '\\'); at != NULL; at = strchr(at + 2, '\\'))
            if (strchr("-ef&", at[1]) == NULL || at[1] == '\0')
                fail_msg("an escape in '%s'", line);
    }
    text_free(&page);
}

static void home_of(const char *program, const char *wanted)
{
    char home[HOME_LENGTH], path[PATH_MAX + 80], expected[PATH_MAX + 80];
    snprintf(path, sizeof path, "%s/%s", scratch, program);
    bool found = home_find(home, path);
    assert_int_equal(found, wanted != NULL);
    if (wanted == NULL)
        return;
    char *real = realpath(home, NULL);
    snprintf(expected, sizeof expected, "%s/%s", scratch, wanted);
    assert_string_equal(real, expected);
    free(real);
}

static void make_home(const char *path)
{
    char command[PATH_MAX];
    snprintf(command, sizeof command, "mkdir -p '%s/gen/presets'", path);
    assert_int_equal(system(command), 0);
}

static void places(void **state)
{
    (void)state;
    make_dir("tree");
    make_dir("tree/build");
    make_dir("usr");
    make_dir("usr/bin");
    make_dir("else where");
    home_of("tree/build/ese", NULL);
    make_home("tree");
    home_of("tree/build/ese", "tree");
    home_of("usr/bin/ese", NULL);
    make_home("usr/share/ese");
    home_of("usr/bin/ese", "usr/share/ese");
    home_of("else where/ese", NULL);
    assert_int_equal(symlink("../tree", "else where/home"), 0);
    home_of("else where/ese", "tree");
    /* What is installed comes before the folder above. */
    make_home("usr");
    home_of("usr/bin/ese", "usr/share/ese");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_there),
        cmocka_unit_test(roff_is_clean),
        cmocka_unit_test_setup_teardown(places, scratch_begin, scratch_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
