/* SPDX-License-Identifier: Apache-2.0
 * ese gen: from a configuration to a folder with a chip. */
#include <stdio.h>
#include <string.h>

#include "gen/commands.h"
#include "gen/config.h"
#include "gen/plan.h"
#include "models/cycles.h"
#include "models/program.h"

enum { REPORT_FRAMES = 6 };

/* The command as it stands in the headers: no folders, so that the same chip has the same bytes. */
static void describe_command(struct text *text, const struct gen_options *options)
{
    const char *slash = strrchr(options->source, '/');
    text_appendf(text, "gen %s", slash != NULL ? slash + 1 : options->source);
    for (size_t n = 0; n < options->set_count; n++) {
        const char *set = options->sets[n], *value = strchr(set, '=');
        slash = strrchr(set, '/');
        if (slash != NULL && value != NULL && value < slash)
            text_appendf(text, " --set %.*s=%s", (int)(value - set), set, slash + 1);
        else
            text_appendf(text, " --set %s", set);
    }
}

static bool generate(const struct gen_options *options, struct error *error)
{
    struct config config;
    if (!config_load(&config, options->source, options->sets, options->set_count, error))
        return false;
    struct program program;
    bool ok = program_build(&program, &config, error);
    if (ok) {
        struct cycles cycles;
        struct text command = {0};
        struct output *output = output_new();
        cycles_run(&program, REPORT_FRAMES, &cycles);
        describe_command(&command, options);
        ok = plan_chip(output, &program, &cycles, text_string(&command), error) &&
             output_write(output, options->output, error);
        if (ok)
            printf("%s: %d PEs x %d channels, %lld cycles a frame, %d lane%s: see %s/README.md\n",
                   options->output, program.d.pes, program.d.channels,
                   (long long)cycles.cycles_per_frame, program.d.lanes,
                   program.d.lanes == 1 ? "" : "s", options->output);
        output_free(output);
        text_free(&command);
        cycles_free(&cycles);
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
