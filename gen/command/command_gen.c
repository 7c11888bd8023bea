/* SPDX-License-Identifier: Apache-2.0
 * ese gen: from a configuration to a folder with a chip. */
#include <stdio.h>

#include "gen/command/commands.h"
#include "gen/command/notes.h"
#include "gen/config/config_file.h"
#include "gen/door/door.h"
#include "gen/emit/emit.h"
#include "gen/report/accuracy.h"
#include "gen/report/report.h"
#include "models/program/chip_can.h"
#include "models/program/path.h"
#include "models/program/program.h"

static bool generate(const struct gen_options *options, struct error *error)
{
    struct config config;
    if (!config_load(&config, options->source, options->sets, options->set_count, error))
        return false;
    struct program program = {0};
    bool ok = program_build(&program, &config, error) &&
              chip_can(&program.network, &program.config, error);
    if (ok) {
        struct text command = {0}, warnings = {0}, said = {0};
        struct output *output = output_new();
        output_set_force(output, options->force);
        emit_command(&command, "gen", options->source, options->sets, options->set_count);
        path_utterances(&program);
        report_add(output, &program, program.cycles, &warnings, &said);
        ok = emit_chip(output, &program, program.cycles, text_string(&command), error) &&
             doors_add(output, &program, error) && output_write(output, options->output, error);
        if (ok) {
            note_model(&program);
            printf("%s: %d PEs x %d channels, %lld cycles a frame, %d lane%s: see %s/README.md\n",
                   options->output, program.d.pes, program.d.channels,
                   (long long)program.cycles_per_frame, program.d.lanes,
                   program.d.lanes == 1 ? "" : "s", options->output);
            fputs(text_string(&said), stdout);
            accuracy_warn(&warnings);
        }
        text_free(&said);
        text_free(&warnings);
        output_free(output);
        text_free(&command);
    }
    program_free(&program);
    config_free(&config);
    return ok;
}

int command_gen(const struct gen_options *options)
{
    struct error error;
    if (generate(options, &error))
        return 0;
    fprintf(stderr, "ese: %s\n", error.text);
    return 1;
}
