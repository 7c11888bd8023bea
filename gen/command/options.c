/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/command/options.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/config/config_keys.h"
#include "models/base/text.h"
#include "models/base/version.h"

enum { MAX_FRAMES = 1000000, MAX_JOBS = 256, MAX_FAULTS = 10000, MAX_SEEDS = 1000, MAX_PARTS = 1000,
       MAX_MHZ = 1000, MAX_PES = 256, MAX_MINUTES = 100000 };

/* The options that every parser has. */
error_t options_parse_help(int key, struct argp_state *state)
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

/* ---- options that are no more than their argument ------------------------------------------- */

/* Where in the request it goes: a `const char *`, which stays as it was typed; a `bool`, which becomes
 * true; an `int` between the two limits. */
static const struct plain {
    int key;
    enum { TEXT, FLAG, WHOLE } kind;
    size_t offset;
    const char *name; /* of a number, for messages */
    int least, most;
} PLAIN[] = {
#define AT(member) offsetof(struct request, member)
    {'o', TEXT, AT(output), NULL, 0, 0},
    {OPTION_TRACE_PHASE, TEXT, AT(verify.trace_phase), NULL, 0, 0},
    {OPTION_TRACE_SCOPE, TEXT, AT(verify.trace_scope), NULL, 0, 0},
    {OPTION_JSON, TEXT, AT(verify.json), NULL, 0, 0},
    {OPTION_NETLIST, TEXT, AT(verify.netlist), NULL, 0, 0},
    {OPTION_MEASURED, TEXT, AT(measured), NULL, 0, 0},
    {OPTION_MODEL, TEXT, AT(model), NULL, 0, 0},
    {OPTION_EXPECTED, TEXT, AT(expected), NULL, 0, 0},
    {OPTION_TARGET, TEXT, AT(target), NULL, 0, 0},
    {OPTION_SENTENCES, TEXT, AT(sentences), NULL, 0, 0},
    {OPTION_AXES, TEXT, AT(sweep.axes_file), NULL, 0, 0},
    {OPTION_SHARD, TEXT, AT(sweep.shard), NULL, 0, 0},
    {OPTION_CLUSTER, TEXT, AT(cluster), NULL, 0, 0},
    {OPTION_NODE, TEXT, AT(node), NULL, 0, 0},
    {OPTION_GRAPH_INPUTS, TEXT, AT(graph_inputs), NULL, 0, 0},
    {OPTION_HELD_OUT, TEXT, AT(held_out), NULL, 0, 0},
    {OPTION_MATERIAL, TEXT, AT(material), NULL, 0, 0},
    {OPTION_QUANTIZED, FLAG, AT(quantized), NULL, 0, 0},
    {OPTION_SEEN, WHOLE, AT(seen), "frames", 1, INT32_MAX},
    {OPTION_THREADS, WHOLE, AT(threads), "threads", 1, LEARN_STREAMS},
    {OPTION_SELFTEST, FLAG, AT(verify.selftest), NULL, 0, 0},
    {OPTION_STRICT, FLAG, AT(verify.strict), NULL, 0, 0},
    {OPTION_TAPS, FLAG, AT(verify.taps), NULL, 0, 0},
    {OPTION_FORCE, FLAG, AT(force), NULL, 0, 0},
    {OPTION_CHART, FLAG, AT(chart), NULL, 0, 0},
    {OPTION_VERIFY, FLAG, AT(verify_points), NULL, 0, 0},
    {OPTION_FRAMES, WHOLE, AT(verify.frames), "frames", 1, MAX_FRAMES},
    {OPTION_PART, WHOLE, AT(verify.part), "part", 0, MAX_PARTS},
    {OPTION_FAULTS, WHOLE, AT(verify.faults), "faults", 1, MAX_FAULTS},
    {'j', WHOLE, AT(verify.jobs), "jobs", 1, MAX_JOBS},
    {OPTION_SEEDS, WHOLE, AT(seeds), "seeds", 0, MAX_SEEDS},
    {OPTION_PES, WHOLE, AT(pes), "pes", 1, MAX_PES},
    {OPTION_FREQ, WHOLE, AT(mhz), "freq", 1, MAX_MHZ},
    {OPTION_VERIFY_POINTS, WHOLE, AT(points), "verify", 1, VERIFIED_MOST},
#undef AT
};

static void set_plain(const struct plain *plain, char *argument, struct argp_state *state)
{
    const struct parse *parse = state->input;
    char *at = (char *)parse->request + plain->offset;
    const char *text = argument;
    const bool yes = true;
    int value;
    switch (plain->kind) {
    case TEXT:
        memcpy(at, &text, sizeof text);
        break;
    case FLAG:
        memcpy(at, &yes, sizeof yes);
        break;
    case WHOLE:
        value = (int)number(state, plain->name, argument, plain->least, plain->most);
        memcpy(at, &value, sizeof value);
        break;
    }
}

static bool parse_plain(int key, char *argument, struct argp_state *state)
{
    for (size_t n = 0; n < sizeof PLAIN / sizeof *PLAIN; n++)
        if (PLAIN[n].key == key) {
            set_plain(&PLAIN[n], argument, state);
            return true;
        }
    return false;
}

/* ---- the others ------------------------------------------------------------------------------ */

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

static enum learn_by loss(struct argp_state *state, const char *text)
{
    static const char *const names[] = {"auto", "classes", "y", "centres"};
    for (int n = LEARN_AUTO; n <= LEARN_CENTRES; n++)
        if (strcmp(text, names[n]) == 0)
            return (enum learn_by)n;
    argp_error(state, "--loss: '%s' is not auto, classes, y or centres", text);
    return LEARN_AUTO;
}

/* A number of minutes; with --frames there would be two answers to one question. */
static double minutes(struct argp_state *state, const char *text)
{
    char *end;
    const double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value > 0.0 && value <= MAX_MINUTES))
        argp_error(state, "--minutes: '%s' is not a number above 0 and up to %d", text, MAX_MINUTES);
    return value;
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

static void set_word(char **word, const char *argument)
{
    free(*word);
    *word = duplicate(argument);
}

static const char *folder_name(struct argp_state *state, const char *option, const char *path)
{
    if (*path == '\0')
        argp_error(state, "--%s: '' is no folder", option);
    return path;
}

static bool parse_verify(int key, char *argument, struct argp_state *state)
{
    const struct parse *parse = state->input;
    struct verify_options *verify = &parse->request->verify;
    switch (key) {
    case OPTION_SIM:
        verify->sim = simulator(state, argument, parse->command->takes_inputs);
        return true;
    case OPTION_TRACE:
        verify->trace = trace_name(state, argument);
        return true;
    case OPTION_TRACE_FRAMES:
        trace_frames(state, argument, verify);
        return true;
    case OPTION_SAIF:
        verify->saif = file_name(state, "saif", argument, ".saif");
        return true;
    case OPTION_SVG:
        verify->svg = file_name(state, "svg", argument, ".svg");
        return true;
    case OPTION_COVERAGE:
        verify->coverage = folder_name(state, "coverage", argument);
        return true;
    case OPTION_WORK:
        verify->work = folder_name(state, "work", argument);
        return true;
    default:
        return false;
    }
}

/* Options that are given several times, or that are more than their argument. */
static bool parse_request(int key, char *argument, struct argp_state *state)
{
    const struct parse *parse = state->input;
    struct request *request = parse->request;
    switch (key) {
    case OPTION_SET:
        request->sets[request->set_count++] = argument;
        return true;
    case OPTION_CELLS:
        request->cells[request->cell_count++] = argument;
        return true;
    case 'i':
        request->inputs[request->input_count++] = argument;
        return true;
    case OPTION_SEED:
        request->verify.seed = (uint64_t)number(state, "seed", argument, 0, INT64_MAX);
        request->verify.seed_given = true;
        return true;
    case OPTION_LOSS:
        request->loss = loss(state, argument);
        return true;
    case OPTION_MINUTES:
        request->minutes = minutes(state, argument);
        return true;
    case OPTION_MEMORY:
        request->memory = memory(state, argument);
        return true;
    case OPTION_CHECK:
    case OPTION_NO_CHECK:
        request->no_check = key == OPTION_NO_CHECK;
        return true;
    default:
        return false;
    }
}

static bool parse_sweep(int key, char *argument, struct sweep_request *sweep)
{
    switch (key) {
    case OPTION_AXIS:
        words_add(&sweep->axes, argument);
        return true;
    case OPTION_WHERE:
        words_add(&sweep->wheres, argument);
        return true;
    case OPTION_COLUMN:
        words_add(&sweep->extras, argument);
        return true;
    case OPTION_SAMPLE:
        set_word(&sweep->sample, argument);
        return true;
    case OPTION_PARETO:
        set_word(&sweep->pareto, argument);
        return true;
    default:
        return false;
    }
}

/* ---- operands -------------------------------------------------------------------------------- */

static void parse_operand(char *argument, struct argp_state *state)
{
    const struct parse *parse = state->input;
    const struct command *command = parse->command;
    struct request *request = parse->request;
    if (request->operand == NULL)
        request->operand = argument;
    else if (command->takes_inputs)
        request->inputs[request->input_count++] = argument;
    else if (command->second != NULL && request->second == NULL)
        request->second = argument;
    else
        argp_error(state, "one %s is enough: '%s' is too many",
                   command->second != NULL ? command->second : command->operand, argument);
}

static bool is_there(const char *word)
{
    return word != NULL && *word != '\0';
}

static const char *output_name(const struct command *command)
{
    const struct argp_option *option = command->options;
    while (option->key != 'o')
        option++;
    return option->arg;
}

static void check_operands(struct argp_state *state)
{
    const struct parse *parse = state->input;
    const struct command *command = parse->command;
    const struct request *request = parse->request;
    if (!is_there(request->operand))
        argp_error(state, "no %.*s given", (int)strcspn(command->operand, " "), command->operand);
    if (command->second != NULL && !is_there(request->second))
        argp_error(state, "no %s given", command->second);
    if (command->needs_output && !is_there(request->output))
        argp_error(state, "no output given: -o %s", output_name(command));
    if (request->minutes > 0.0 && request->seen > 0)
        argp_error(state, "--frames and --minutes: one of them says how long");
    if (command->takes_inputs && request->input_count == 0)
        argp_error(state, "no inputs given: --input FILE...");
}

error_t options_parse(int key, char *argument, struct argp_state *state)
{
    const struct parse *parse = state->input;
    if (key == ARGP_KEY_ARG) {
        parse_operand(argument, state);
        return 0;
    }
    if (key == ARGP_KEY_END) {
        check_operands(state);
        return 0;
    }
    if (key == OPTION_SEEDS)
        parse->request->seeds_given = true;
    if (key == OPTION_PART)
        parse->request->verify.part_given = true;
    if (parse_plain(key, argument, state) || parse_verify(key, argument, state) ||
        parse_request(key, argument, state) || parse_sweep(key, argument, &parse->request->sweep))
        return 0;
    return options_parse_help(key, state);
}
