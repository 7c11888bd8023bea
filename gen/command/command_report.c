/* SPDX-License-Identifier: Apache-2.0
 * ese report: cycles and size of a chip, from its configuration or its folder; no simulation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/command/commands.h"
#include "gen/command/notes.h"
#include "gen/config/config_file.h"
#include "gen/folder/chip_folder.h"
#include "gen/folder/json_file.h"
#include "gen/report/parts.h"
#include "gen/report/accuracy.h"
#include "gen/report/chart_svg.h"
#include "gen/report/facts.h"
#include "gen/report/measured.h"
#include "models/base/bytes.h"

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

/* The chip's name as `gen` wrote it down; its config.yaml does not know it. */
static char *name_in(const char *dir)
{
    struct text path = {0};
    text_appendf(&path, "%s/report.json", dir);
    json_t *report = json_load_file(text_string(&path), 0, NULL);
    const char *name = json_string_value(json_object_get(report, "name"));
    bool good = name != NULL && name[strspn(name, NAME_CHARACTERS)] == '\0';
    char *copy = good ? duplicate(name) : NULL;
    json_decref(report);
    text_free(&path);
    return copy;
}

/* The program of a configuration, or of a folder with changes to its configuration. */
static bool build(struct chip_folder *chip, const char *source, const struct report_options *options,
                  struct error *error)
{
    *chip = (struct chip_folder){.dir = source};
    if (!config_load(&chip->config, source, options->sets, options->set_count, error))
        return false;
    if (program_build(&chip->program, &chip->config, error))
        return true;
    chip_close(chip);
    return false;
}

static bool open_source(struct chip_folder *chip, const struct report_options *options,
                        struct error *error)
{
    const char *source = options->source;
    if (!is_chip_folder(source)) {
        if (strchr(source, '/') != NULL && is_folder(source))
            return fail(error, "'%s' is not a folder that 'ese gen' made: it has no manifest.json",
                        source);
        return build(chip, source, options, error);
    }
    if (options->set_count == 0) /* what is reported on is what lies there */
        return chip_open(chip, source, error);
    struct text path = {0};
    text_appendf(&path, "%s/config.yaml", source);
    bool ok = build(chip, text_string(&path), options, error);
    text_free(&path);
    return ok;
}

/* The frame in steady state, and the one after it. */
static bool draw(const struct facts *facts, const char *path, struct error *error)
{
    const struct cycles_frame *now = facts->frame, *next = now + 1;
    struct chart_frame frame = {.heading = "as planned",
                                .now = {now->products, now->passes, now->start, now->waits},
                                .next = {next->products, next->passes, next->start, next->waits}};
    return chart_svg_write(path, facts->program, &frame, 1, error);
}

static bool write_json(const char *path, const struct facts *facts, const struct measured *measured,
                       struct error *error)
{
    json_t *json = facts_json(facts);
    if (measured != NULL)
        BUG_UNLESS(json_object_set_new(json, "measured", measured_json(measured, facts)) == 0);
    return json_write(json, path, error);
}

/* Of a network with layers that go backward. */
static bool write_parts(const struct report_options *options, struct chip_folder *chip, struct error *error)
{
    struct program *program = &chip->program;
    if (options->svg != NULL || options->measured != NULL)
        return chip_is_one(chip, options->svg != NULL ? "--svg" : "--measured", "--part N is of one of them", error);
    path_utterances(program);
    if (options->json != NULL && !json_write(parts_json(program), options->json, error))
        return false;
    if (options->json == NULL || strcmp(options->json, "-") != 0) {
        struct text text = {0};
        parts_text(&text, program, options->chart);
        fputs(text_string(&text), stdout);
        text_free(&text);
    }
    const struct accuracy accuracy = path_accuracy(program);
    accuracy_warn_of(program, &accuracy);
    return accuracy_expected(program, &accuracy, error);
}

/* Failing to write to standard output is noticed by main() at the end. */
static bool write_report(const struct report_options *options, const struct program *program,
                         struct error *error)
{
    struct facts facts;
    struct measured figures, *measured = options->measured != NULL ? &figures : NULL;
    facts_gather(&facts, program, program->cycles, QUALITY_WORK);
    bool ok = measured == NULL || measured_read(measured, options->measured, &facts, error);
    if (ok && options->json != NULL)
        ok = write_json(options->json, &facts, measured, error);
    if (ok && options->svg != NULL)
        ok = draw(&facts, options->svg, error);
    if (ok && (options->json == NULL || strcmp(options->json, "-") != 0)) {
        struct text text = {0};
        facts_text(&text, &facts, options->chart);
        if (measured != NULL)
            measured_text(&text, measured, &facts);
        fputs(text_string(&text), stdout);
        text_free(&text);
    }
    if (ok)
        accuracy_warn_of(program, &facts.quality.accuracy);
    ok = ok && accuracy_expected(program, &facts.quality.accuracy, error);
    facts_free(&facts);
    return ok;
}

/* The program, all parts of it, or one. */
static bool write_asked(const struct report_options *options, struct chip_folder *chip, struct error *error)
{
    struct program *program = &chip->program;
    if (!options->part_given)
        return program->part_count > 0 ? write_parts(options, chip, error)
                                       : write_report(options, program, error);
    if (!chip_has_part(program, options->part, error))
        return false;
    path_utterances(program);
    return write_report(options, &program->parts[options->part].program, error);
}

int command_report(const struct report_options *options)
{
    struct error error;
    struct chip_folder chip;
    bool ok = output_file_check("--json", options->json, &error) &&
              chart_svg_check(options->svg, &error) && open_source(&chip, options, &error);
    if (ok) {
        char *name = is_chip_folder(options->source) ? name_in(options->source) : NULL;
        if (name != NULL)
            chip.program.config.name = name;
        note_model(&chip.program);
        ok = write_asked(options, &chip, &error);
        chip_close(&chip);
        free(name);
    }
    if (ok)
        return 0;
    fprintf(stderr, "ese: %s\n", error.text);
    return 1;
}
