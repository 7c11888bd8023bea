/* SPDX-License-Identifier: Apache-2.0
 * ese report: cycles and size of a chip, from its configuration or its folder, without simulation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/chip.h"
#include "gen/commands.h"
#include "gen/json_file.h"
#include "gen/report_facts.h"

enum { REPORT_FRAMES = 6 }; /* the cycles of a frame settle within these, as in ese gen */

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The chip's name as `gen` wrote it down; its config.yaml does not know it. */
static char *name_in(const char *dir)
{
    struct text path = {0};
    text_appendf(&path, "%s/report.json", dir);
    json_t *report = json_load_file(text_string(&path), 0, NULL);
    const char *name = json_string_value(json_object_get(report, "name"));
    char *copy = name != NULL && name[strspn(name, NAME_CHARACTERS)] == '\0' ? duplicate(name) : NULL;
    json_decref(report);
    text_free(&path);
    return copy;
}

static bool load(struct config *config, const struct report_options *options, struct error *error)
{
    const char *source = options->source;
    if (!is_chip_folder(source)) {
        if (strchr(source, '/') != NULL && is_folder(source))
            return fail(error, "'%s' is not a folder that 'ese gen' made: it has no manifest.json",
                        source);
        return config_load(config, source, options->sets, options->set_count, error);
    }
    struct text path = {0};
    text_appendf(&path, "%s/config.yaml", source);
    bool ok = config_load(config, text_string(&path), options->sets, options->set_count, error);
    text_free(&path);
    char *name = ok ? name_in(source) : NULL;
    if (name != NULL) {
        free(config->name);
        config->name = name;
    }
    return ok;
}

static bool write_report(const struct report_options *options, const struct program *program,
                         const struct cycles *cycles, struct error *error)
{
    struct facts facts;
    struct text text = {0};
    bool ok = true;
    facts_gather(&facts, program, cycles, QUALITY_WORK);
    if (options->json != NULL)
        ok = json_write(facts_json(&facts), options->json, error);
    if (ok && (options->json == NULL || strcmp(options->json, "-") != 0)) {
        facts_text(&text, &facts, options->chart);
        ok = fputs(text_string(&text), stdout) >= 0 && fflush(stdout) == 0;
        if (!ok)
            fail(error, "cannot write to standard output");
    }
    text_free(&text);
    facts_free(&facts);
    return ok;
}

int command_report(const struct report_options *options)
{
    struct error error;
    struct config config;
    struct program program;
    bool ok = load(&config, options, &error);
    if (ok) {
        ok = program_build(&program, &config, &error);
        if (ok) {
            struct cycles cycles;
            cycles_run(&program, REPORT_FRAMES, &cycles);
            ok = write_report(options, &program, &cycles, &error);
            cycles_free(&cycles);
        }
        program_free(&program);
        config_free(&config);
    }
    if (ok)
        return 0;
    fprintf(stderr, "ese: %s\n", error.text);
    return 1;
}
