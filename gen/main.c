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

#include "gen/commands.h"
#include "gen/config.h"
#include "gen/config_keys.h"
#include "gen/text.h"
#include "gen/version.h"

enum { MAX_FRAMES = 1000000, MAX_JOBS = 256, MAX_FAULTS = 10000 };

/* Options without a letter. */
enum { OPTION_SET = 256, OPTION_SIM, OPTION_FRAMES, OPTION_SEED, OPTION_TRACE, OPTION_JSON,
       OPTION_SELFTEST, OPTION_FAULTS, OPTION_KEEP, OPTION_CHART, OPTION_VERIFY, OPTION_USAGE,
       OPTION_MEMORY, OPTION_MODEL, OPTION_CHECK, OPTION_NO_CHECK, OPTION_SVG };

/* What the parser of any command fills in. */
struct request {
    const char *operand; /* CONFIG, DIR or FIGURE */
    const char *second;  /* CONFIG, of a command that has two */
    char **sets;
    size_t set_count;
    const char *output;
    struct verify_options verify; /* has every other option; a command takes those it knows */
    bool chart, verify_points;
    char **inputs;
    size_t input_count;
    const char *model;
    enum memory_choice memory;
    bool no_check;
};

struct command {
    const char *name;
    const char *operand;
    const char *second; /* NULL: one operand */
    const char *summary;
    const char *details; /* before the examples in --help */
    const char *examples;
    const struct argp_option *options;
    int (*run)(const struct request *request, const char *command_line);
    bool needs_output;
    bool takes_inputs; /* operands behind the first are inputs */
    bool has_keys; /* --help lists the keys of a configuration */
};

/* argp's own help has no -h. */
#define HELP_OPTIONS                                                \
    {"help", 'h', NULL, 0, "Print this help", -1},                  \
    {NULL, '?', NULL, OPTION_ALIAS, NULL, -1},                      \
    {"usage", OPTION_USAGE, NULL, 0, "Print a short usage line", -1}, \
    {"version", 'V', NULL, 0, "Print the version", -1}
#define SET_OPTION \
    {"set", OPTION_SET, "KEY=VALUE", 0, "Change a key of CONFIG; the last one wins", 0}
#define JSON_OPTION \
    {"json", OPTION_JSON, "FILE", 0, "Write the results as JSON; - is standard output", 0}

static const struct argp_option gen_options[] = {
    {"output", 'o', "DIR", 0, "Folder to write to (needed)", 0},
    SET_OPTION,
    HELP_OPTIONS,
    {0},
};

static const struct argp_option model_options[] = {
    {"output", 'o', "DIR", 0, "Folder to write to (needed)", 0},
    SET_OPTION,
    JSON_OPTION,
    HELP_OPTIONS,
    {0},
};

static const struct argp_option verify_options[] = {
    {"sim", OPTION_SIM, "NAME", 0, "Simulator: verilator, icarus or both", 0},
    {"frames", OPTION_FRAMES, "N", 0, "Frames to simulate, at least 3", 0},
    {"seed", OPTION_SEED, "N", 0, "Seed of the inputs drawn", 0},
    {"trace", OPTION_TRACE, "FILE.fst", 0, "Write a waveform", 0},
    {"svg", OPTION_SVG, "FILE", 0, "Draw the schedule of a frame as planned and as measured", 0},
    JSON_OPTION,
    {"model", OPTION_MODEL, "OUT", 0, "Play the model that 'ese model' wrote there, not the chip's own", 0},
    {"selftest", OPTION_SELFTEST, NULL, 0, "Plant faults and prove that they are found", 0},
    {"faults", OPTION_FAULTS, "N", 0,
     "Instead of the usual phases, play N in which something drawn from the seed goes wrong: a bus, a "
     "reset, the model image", 0},
    {"jobs", 'j', "N", 0, "Parallel jobs; as many as processors if not given", 0},
    {"keep", OPTION_KEEP, NULL, 0, "Keep the working files", 0},
    HELP_OPTIONS,
    {0},
};

static const struct argp_option report_options[] = {
    SET_OPTION,
    JSON_OPTION,
    {"chart", OPTION_CHART, NULL, 0, "Print the schedule of a frame as a chart", 0},
    {"svg", OPTION_SVG, "FILE", 0, "Draw the same as a picture", 0},
    HELP_OPTIONS,
    {0},
};

static const struct argp_option recognise_options[] = {
    {"frames", OPTION_FRAMES, "N", 0, "Frames of each utterance to run", 0},
    JSON_OPTION,
    HELP_OPTIONS,
    {0},
};

static const struct argp_option run_options[] = {
    {"input", 'i', "FILE", 0, "Features, float [frames, x]: a .npy file, or a folder of them (needed; "
     "more may follow)", 0},
    {"output-dir", 'o', "OUT", 0, "Folder for the outputs, OUT/NAME.npy (needed)", 0},
    {"memory", OPTION_MEMORY, "NAME", 0, "Memory behind the ports: ideal, ddr3 or hostile", 0},
    {"simulator", OPTION_SIM, "NAME", 0, "Simulator: verilator or icarus", 0},
    {"model", OPTION_MODEL, "OUT", 0, "Load the model that 'ese model' wrote there, not the chip's own", 0},
    {"check", OPTION_CHECK, NULL, 0, "Compare with the golden model, bit for bit (the default)", 0},
    {"no-check", OPTION_NO_CHECK, NULL, 0, "Do not compare", 0},
    JSON_OPTION,
    {"jobs", 'j', "N", 0, "Parallel jobs; as many as processors if not given", 0},
    HELP_OPTIONS,
    {0},
};

static const struct argp_option paper_options[] = {
    {"output", 'o', "DIR", 0, "Write FIGURE.txt, FIGURE.csv and FIGURE.svg to this folder", 0},
    {"set", OPTION_SET, "KEY=VALUE", 0, "Change a key of the preset paper; the last one wins", 0},
    JSON_OPTION,
    {"verify", OPTION_VERIFY, NULL, 0, "Run chosen points in RTL too: the cycles must agree", 0},
    {"jobs", 'j', "N", 0, "Parallel jobs; as many as processors if not given", 0},
    HELP_OPTIONS,
    {0},
};

static int run_gen(const struct request *request, const char *command_line)
{
    const struct gen_options options = {
        .source = request->operand,
        .sets = request->sets,
        .set_count = request->set_count,
        .output = request->output,
        .command_line = command_line,
    };
    return command_gen(&options);
}

static int run_model(const struct request *request, const char *command_line)
{
    const struct model_options options = {
        .dir = request->operand,
        .source = request->second,
        .sets = request->sets,
        .set_count = request->set_count,
        .output = request->output,
        .json = request->verify.json,
        .command_line = command_line,
    };
    return command_model(&options);
}

static int run_verify(const struct request *request, const char *command_line)
{
    struct verify_options options = request->verify;
    options.dir = request->operand;
    options.model = request->model;
    options.command_line = command_line;
    return command_verify(&options);
}

static int run_report(const struct request *request, const char *command_line)
{
    const struct report_options options = {
        .source = request->operand,
        .sets = request->sets,
        .set_count = request->set_count,
        .json = request->verify.json,
        .chart = request->chart,
        .svg = request->verify.svg,
        .command_line = command_line,
    };
    return command_report(&options);
}

static int run_recognise(const struct request *request, const char *command_line)
{
    const struct recognise_options options = {
        .dir = request->operand,
        .frames = request->verify.frames,
        .json = request->verify.json,
        .command_line = command_line,
    };
    return command_recognise(&options);
}

static int run_run(const struct request *request, const char *command_line)
{
    const struct run_options options = {
        .dir = request->operand,
        .inputs = request->inputs,
        .input_count = request->input_count,
        .output_dir = request->output,
        .model = request->model,
        .memory = request->memory,
        .sim = request->verify.sim,
        .check = !request->no_check,
        .jobs = request->verify.jobs,
        .json = request->verify.json,
        .command_line = command_line,
    };
    return command_run(&options);
}

static int run_paper(const struct request *request, const char *command_line)
{
    const struct paper_options options = {
        .figure = request->operand,
        .sets = request->sets,
        .set_count = request->set_count,
        .output = request->output,
        .json = request->verify.json,
        .verify = request->verify_points,
        .jobs = request->verify.jobs,
        .command_line = command_line,
    };
    return command_paper(&options);
}

static const char config_help[] =
    "CONFIG is the name of a preset (tiny, speech, paper), or a YAML file: a name with a '.' or "
    "'/' in it.";

static const struct command commands[] = {
    {"gen", "CONFIG", NULL, "write the Verilog, memory images and test bench of a chip", config_help,
     "  ese gen tiny -o rtl_out/tiny\n"
     "  ese gen paper -o rtl_out/small --set pes=16 --set channels=8\n"
     "  ese gen my.yaml -o rtl_out/my --set model.path=my.safetensors\n",
     gen_options, run_gen, true, false, true},
    {"model", "DIR", "CONFIG", "write another model for a chip whose model is loaded from memory",
     "DIR is a folder that 'ese gen' wrote with memory: resident or stream.  CONFIG gives the model: its "
     "model.* keys and column_order.  The architecture is the chip's; a key that says otherwise is "
     "refused.  The model must fit the chip: sizes at most as large, everything else at most as much "
     "larger than the chip's first model as the key headroom said.  Writes model.bin, weights.bin, "
     "config.yaml and copies of the model's files.",
     "  ese model rtl_out/chip my.yaml -o rtl_out/other\n"
     "  ese model rtl_out/chip tiny --set model.seed=2 -o rtl_out/other --json -\n",
     model_options, run_model, true, false, false},
    {"verify", "DIR", NULL, "simulate a chip, compare each bit and cycle with the models",
     "DIR is a folder that 'ese gen' wrote.",
     "  ese verify rtl_out/tiny\n"
     "  ese verify rtl_out/tiny --sim both --frames 20 --seed 7\n"
     "  ese verify rtl_out/tiny --trace tiny.fst --svg tiny.svg\n"
     "  ese verify rtl_out/tiny --selftest --json -\n"
     "  ese verify rtl_out/loadable --faults 300 --seed 7\n",
     verify_options, run_verify, false, false, false},
    {"report", "CONFIG|DIR", NULL, "tell cycles, use of the multipliers and size before synthesis",
     config_help,
     "  ese report paper\n"
     "  ese report paper --set encoding=relative --chart\n"
     "  ese report rtl_out/tiny --json tiny.json --svg tiny.svg\n",
     report_options, run_report, false, false, true},
    {"recognise", "DIR", NULL, "label recorded speech with a chip's model, count right frames",
     "DIR is a folder that 'ese gen' wrote from a model with labels, such as the preset speech.",
     "  ese recognise rtl_out/speech\n"
     "  ese recognise rtl_out/speech --frames 100 --json -\n",
     recognise_options, run_recognise, false, false, false},
    {"run", "DIR [FILE...]", NULL, "put recorded inputs through a chip by its host library",
     "DIR is a folder that 'ese gen' wrote, of a chip with x and y in memory.  The inputs may be "
     "longer and more than the chip has channels; what comes out is compared with the golden model.",
     "  ese run rtl_out/speech --input rtl_out/speech/model/utterances --output-dir outputs\n"
     "  ese run rtl_out/tiny --input a.npy b.npy --output-dir outputs --memory ddr3\n"
     "  ese run rtl_out/tiny -i a.npy -o outputs --simulator icarus --json -\n",
     run_options, run_run, true, true, false},
    {"paper", "FIGURE", NULL, "tables and figures of the ESE paper, its values beside ours",
     "FIGURE is table1, fig6 (speedup against density), fifo (use of the multipliers against FIFO "
     "depth), balance (load-balanced against plain pruning), or all.",
     "  ese paper table1\n"
     "  ese paper all -o rtl_out/paper_figures --json -\n"
     "  ese paper fifo --verify --set model.density=0.2\n",
     paper_options, run_paper, false, false, true},
};

enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

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
    case OPTION_TRACE: {
        size_t length = strlen(argument);
        if (length < 5 || strcmp(argument + length - 4, ".fst") != 0)
            argp_error(state, "--trace: '%s' does not end in .fst", argument);
        verify->trace = argument;
        break;
    }
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
    case OPTION_KEEP:
        verify->keep = true;
        break;
    case OPTION_CHART:
        request->chart = true;
        break;
    case OPTION_SVG:
        verify->svg = argument;
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
                              .inputs = allocate((size_t)argc, sizeof(char *))};
    struct parse parse = {command, &request};
    error_t failure = argp_parse(&parser, argc, argv, ARGP_NO_HELP, NULL, &parse);
    int status = failure != 0 ? 2 : command->run(&request, command_line);
    free(request.sets);
    free(request.inputs);
    return status;
}

/* ---- the program ---- */

struct program_call {
    const char *command_line;
    int status;
};

#define THERE_ARE "there are gen, model, verify, report, recognise, run and paper"

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
        argp_error(state, "unknown command '%s'; " THERE_ARE, argument);
        break;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "no command given; " THERE_ARE);
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
    static const struct argp_option options[] = {HELP_OPTIONS, {0}};
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
