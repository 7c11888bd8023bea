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
#include "gen/config/config_file.h"
#include "gen/config/config_keys.h"
#include "models/base/text.h"
#include "models/base/version.h"

enum { MAX_FRAMES = 1000000, MAX_JOBS = 256, MAX_FAULTS = 10000,
       MAX_SEEDS = 1000, MAX_MHZ = 1000 };

/* ---- one command ---- */

struct parse {
    const struct command *command;
    struct request *request;
};

/* The options that every parser has. */
static error_t parse_help(int key, struct argp_state *state)
{
    switch (key) {
    case 'h':
    case '?':
        argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
        return 0;
    case OPTION_USAGE:
        argp_state_help(state, stdout, ARGP_HELP_USAGE | ARGP_HELP_EXIT_OK);
        return 0;
    case 'V':
        puts("ese " ESE_VERSION);
        exit(0);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int64_t number(struct argp_state *state, const char *option, const char *text, int64_t min,
                      int64_t max)
{
    int64_t value = 0;
    if (whole_number(text, min, max, &value) != NUMBER_GOOD)
        argp_error(state, "--%s: '%s' is not a whole number in %lld..%lld", option, text,
                   (long long)min, (long long)max);
    return value;
}

static enum simulator_choice simulator(struct argp_state *state, const char *text, bool only_one)
{
    if (strcmp(text, "verilator") == 0)
        return SIM_VERILATOR;
    if (strcmp(text, "icarus") == 0)
        return SIM_ICARUS;
    if (only_one)
        argp_error(state, "--simulator: '%s' is not verilator or icarus", text);
    if (strcmp(text, "both") != 0)
        argp_error(state, "--sim: '%s' is not verilator, icarus or both", text);
    return SIM_BOTH;
}

static enum memory_choice memory(struct argp_state *state, const char *text)
{
    if (strcmp(text, "ideal") == 0)
        return MEMORY_IDEAL;
    if (strcmp(text, "ddr3") == 0)
        return MEMORY_DDR3;
    if (strcmp(text, "hostile") != 0)
        argp_error(state, "--memory: '%s' is not ideal, ddr3 or hostile", text);
    return MEMORY_HOSTILE;
}

/* A file of the one kind that is written there: another name would tell others something wrong. */
static char *file_name(struct argp_state *state, const char *option, char *path, const char *ending)
{
    if (!ends_in(path, ending))
        argp_error(state, "--%s: '%s' does not end in %s", option, path, ending);
    return path;
}

static char *trace_name(struct argp_state *state, char *path)
{
    if (!ends_in(path, ".fst") && !ends_in(path, ".vcd"))
        argp_error(state, "--trace: '%s' ends neither in .fst nor in .vcd", path);
    return path;
}

/* A:B, or A for A:A. */
static void trace_frames(struct argp_state *state, char *text, struct verify_options *verify)
{
    int64_t first = 0, last = 0;
    char *colon = strchr(text, ':'), *behind = colon != NULL ? colon + 1 : text;
    if (colon != NULL)
        *colon = '\0';
    bool good = whole_number(text, 0, MAX_FRAMES, &first) == NUMBER_GOOD &&
                whole_number(behind, 0, MAX_FRAMES, &last) == NUMBER_GOOD && first <= last;
    if (colon != NULL)
        *colon = ':';
    if (!good)
        argp_error(state, "--trace-frames: '%s' is not A:B, two frames from 0, the first not "
                          "behind the last", text);
    verify->trace_frames = true;
    verify->trace_first = (int)first;
    verify->trace_last = (int)last;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    const struct parse *parse = state->input;
    struct request *request = parse->request;
    struct verify_options *verify = &request->verify;

    switch (key) {
    case 'o':
        request->output = argument;
        break;
    case OPTION_SET:
        request->sets[request->set_count++] = argument;
        break;
    case OPTION_SIM:
        verify->sim = simulator(state, argument, parse->command->takes_inputs);
        break;
    case OPTION_FRAMES:
        verify->frames = (int)number(state, "frames", argument, 1, MAX_FRAMES);
        break;
    case OPTION_SEED:
        verify->seed = (uint64_t)number(state, "seed", argument, 0, INT64_MAX);
        verify->seed_given = true;
        break;
    case OPTION_TRACE:
        verify->trace = trace_name(state, argument);
        break;
    case OPTION_TRACE_PHASE:
        verify->trace_phase = argument;
        break;
    case OPTION_TRACE_FRAMES:
        trace_frames(state, argument, verify);
        break;
    case OPTION_TRACE_SCOPE:
        verify->trace_scope = argument;
        break;
    case OPTION_COVERAGE:
        if (*argument == '\0')
            argp_error(state, "--coverage: '' is no folder");
        verify->coverage = argument;
        break;
    case OPTION_JSON:
        verify->json = argument;
        break;
    case OPTION_SELFTEST:
        verify->selftest = true;
        break;
    case OPTION_FAULTS:
        verify->faults = (int)number(state, "faults", argument, 1, MAX_FAULTS);
        break;
    case 'j':
        verify->jobs = (int)number(state, "jobs", argument, 1, MAX_JOBS);
        break;
    case OPTION_FORCE:
        request->force = true;
        break;
    case OPTION_WORK:
        if (*argument == '\0')
            argp_error(state, "--work: '' is no folder");
        verify->work = argument;
        break;
    case OPTION_CHART:
        request->chart = true;
        break;
    case OPTION_SVG:
        verify->svg = file_name(state, "svg", argument, ".svg");
        break;
    case OPTION_VERIFY:
        request->verify_points = true;
        break;
    case 'i':
        request->inputs[request->input_count++] = argument;
        break;
    case OPTION_MEMORY:
        request->memory = memory(state, argument);
        break;
    case OPTION_MODEL:
        request->model = argument;
        break;
    case OPTION_EXPECTED:
        request->expected = argument;
        break;
    case OPTION_TARGET:
        request->target = argument;
        break;
    case OPTION_SEEDS:
        request->seeds = (int)number(state, "seeds", argument, 0, MAX_SEEDS);
        request->seeds_given = true;
        break;
    case OPTION_FREQ:
        request->mhz = (int)number(state, "freq", argument, 1, MAX_MHZ);
        break;
    case OPTION_NETLIST:
        verify->netlist = argument;
        break;
    case OPTION_CELLS:
        request->cells[request->cell_count++] = argument;
        break;
    case OPTION_SENTENCES:
        request->sentences = argument;
        break;
    case OPTION_STRICT:
        verify->strict = true;
        break;
    case OPTION_CHECK:
    case OPTION_NO_CHECK:
        request->no_check = key == OPTION_NO_CHECK;
        break;
    case ARGP_KEY_ARG:
        if (request->operand != NULL && parse->command->takes_inputs) {
            request->inputs[request->input_count++] = argument;
            break;
        }
        if (request->operand == NULL)
            request->operand = argument;
        else if (parse->command->second != NULL && request->second == NULL)
            request->second = argument;
        else
            argp_error(state, "one %s is enough: '%s' is too many",
                       parse->command->second != NULL ? parse->command->second
                                                      : parse->command->operand,
                       argument);
        break;
    case ARGP_KEY_END:
        if (request->operand == NULL || *request->operand == '\0')
            argp_error(state, "no %.*s given", (int)strcspn(parse->command->operand, " "),
                       parse->command->operand);
        if (parse->command->second != NULL && (request->second == NULL || *request->second == '\0'))
            argp_error(state, "no %s given", parse->command->second);
        if (parse->command->needs_output && (request->output == NULL || *request->output == '\0'))
            argp_error(state, "no output folder given: -o %s",
                       parse->command->takes_inputs ? "OUT" : "DIR");
        if (parse->command->takes_inputs && request->input_count == 0)
            argp_error(state, "no inputs given: --input FILE...");
        break;
    default:
        return parse_help(key, state);
    }
    return 0;
}

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
        .parser = parse_option,
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
        return parse_help(key, state);
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
        .doc = "ese - Verilog for sparse LSTM accelerators.\v-",
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
