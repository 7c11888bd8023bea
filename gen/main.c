/* SPDX-License-Identifier: Apache-2.0
 * main.c - the command line.
 *
 * One argp parser reads up to the name of the command; that command's own parser reads the rest.
 * Exit status: 0, 1 when the input or a result is wrong, 2 when the command line is. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/command/command_list.h"
#include "gen/command/manual.h"
#include "gen/command/notes.h"
#include "gen/command/options.h"
#include "gen/config/config_file.h"
#include "gen/config/config_keys.h"
#include "models/base/text.h"

/* ---- one command ---- */

/* A FILE that writes to memory: argp's help wants malloc()ed text. */
static FILE *open_memory(char **text, size_t *size)
{
    FILE *file = open_memstream(text, size);
    if (file == NULL) {
        fputs("ese: out of memory\n", stderr);
        exit(1);
    }
    return file;
}

static char *command_help(int key, const char *text, void *input)
{
    const struct parse *parse = input;
    char *help = NULL;
    size_t size = 0;

    /* argp also asks when it only prints an error; then there is no input. */
    if (key != ARGP_KEY_HELP_POST_DOC || parse == NULL)
        return (char *)text;
    FILE *out = open_memory(&help, &size);
    fprintf(out, "%s\n\nExamples:\n\n%s", parse->command->details, parse->command->examples);
    if (parse->command->has_keys) {
        fputc('\n', out);
        config_describe_keys(out);
    }
    fclose(out);
    return help;
}

static int run_command(const struct command *command, int argc, char **argv,
                       const char *command_line)
{
    char doc[256], operands[64];
    snprintf(operands, sizeof operands, "%s%s%s", command->operand,
             command->second != NULL ? " " : "", command->second != NULL ? command->second : "");
    snprintf(doc, sizeof doc, "ese %s - %s.\v-", command->name, command->summary);
    const struct argp parser = {
        .options = command->options,
        .parser = options_parse,
        .args_doc = operands,
        .doc = doc,
        .help_filter = command_help,
    };
    struct request request = {.sets = allocate((size_t)argc, sizeof(char *)),
                              .inputs = allocate((size_t)argc, sizeof(char *)),
                              .cells = allocate((size_t)argc, sizeof(char *))};
    struct parse parse = {command, &request};
    error_t failure = argp_parse(&parser, argc, argv, ARGP_NO_HELP, NULL, &parse);
    int status = failure != 0 ? 2 : command->run(&request, command_line);
    free(request.sets);
    free(request.inputs);
    free(request.cells);
    return status;
}

/* ---- the program ---- */

struct program_call {
    const char *command_line;
    int status;
};

/* "there are gen, model ... and paper" */
static const char *there_are(void)
{
    static struct text line;
    text_cut(&line, 0);
    text_append(&line, "there are");
    for (int i = 0; i < COMMAND_COUNT; i++)
        text_appendf(&line, "%s %s", i == 0 ? "" : i + 1 < COMMAND_COUNT ? "," : " and",
                     commands[i].name);
    return text_string(&line);
}

static void print(void (*write)(struct text *text))
{
    struct text text = {0};
    write(&text);
    fputs(text_string(&text), stdout);
    text_free(&text);
    exit(0);
}

static error_t parse_command(int key, char *argument, struct argp_state *state)
{
    struct program_call *call = state->input;

    switch (key) {
    case ARGP_KEY_ARG:
        for (int i = 0; i < COMMAND_COUNT; i++) {
            char name[32];
            if (strcmp(argument, commands[i].name) != 0)
                continue;
            /* The rest of the words is the command's, with a program name for its messages. */
            int first = state->next - 1;
            snprintf(name, sizeof name, "ese %s", argument);
            state->argv[first] = name;
            call->status = run_command(&commands[i], state->argc - first, state->argv + first,
                                       call->command_line);
            state->argv[first] = argument;
            state->next = state->argc;
            return 0;
        }
        argp_error(state, "unknown command '%s'; %s", argument, there_are());
        break;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "no command given; %s", there_are());
        break;
    case OPTION_MANUAL:
        print(manual_page);
        break;
    case OPTION_COMPLETION:
        print(manual_completion);
        break;
    default:
        return options_parse_help(key, state);
    }
    return 0;
}

static char *program_help(int key, const char *text, void *input)
{
    struct text help = {0};

    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC)
        return (char *)text;
    text_append(&help, "Commands:\n\n");
    for (int i = 0; i < COMMAND_COUNT; i++)
        text_appendf(&help, "  %-10s %s\n", commands[i].name, commands[i].summary);
    text_append(&help, "\n'ese COMMAND --help' tells more.  Examples:\n\n"
                       "  ese gen tiny -o rtl_out/tiny\n"
                       "  ese verify rtl_out/tiny\n"
                       "  ese report paper\n");
    return help.data;
}

/* A full disk or a closed pipe must not look like success, whatever ended the program. */
static void check_output(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return;
    fprintf(stderr, "ese: standard output: %s\n", strerror(errno));
    _exit(1);
}

int main(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"manual", OPTION_MANUAL, NULL, 0, "Print the manual page, for man", 0},
        {"completion", OPTION_COMPLETION, NULL, 0, "Print what bash completes", 0},
        HELP_OPTIONS,
        {0},
    };
    static const struct argp parser = {
        .options = options,
        .parser = parse_command,
        .args_doc = "COMMAND [ARGUMENT...]",
        .doc = "ese - Verilog for sparse accelerators of recurrent networks.\v-",
        .help_filter = program_help,
    };
    static char program[] = "ese";
    struct text line = {0}; /* for the record in the generated files */
    struct program_call call = {0};

    atexit(check_output);
    note_progress();
    argp_err_exit_status = 2;
    setenv("ARGP_HELP_FMT", "no-dup-args-note", 0);
    for (int i = 1; i < argc; i++) {
        text_append(&line, i > 1 ? " " : "");
        text_append_quoted(&line, argv[i]);
    }
    call.command_line = text_string(&line);
    if (argc > 0)
        argv[0] = program;

    error_t failure = argp_parse(&parser, argc, argv, ARGP_IN_ORDER | ARGP_NO_HELP, NULL, &call);
    int status = failure != 0 ? 2 : call.status;
    text_free(&line);
    return status;
}
