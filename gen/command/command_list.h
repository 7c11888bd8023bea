/* SPDX-License-Identifier: Apache-2.0
 * command_list.h - every command with its options and its help, once; main.c parses by this list. */
#ifndef ESE_COMMAND_LIST_H
#define ESE_COMMAND_LIST_H

#include <argp.h>

#include "gen/command/commands.h"

/* Options without a letter. */
enum { OPTION_SET = 256, OPTION_SIM, OPTION_FRAMES, OPTION_SEED, OPTION_TRACE, OPTION_JSON,
       OPTION_SELFTEST, OPTION_FAULTS, OPTION_CHART, OPTION_VERIFY, OPTION_USAGE,
       OPTION_MEMORY, OPTION_MODEL, OPTION_CHECK, OPTION_NO_CHECK, OPTION_SVG,
       OPTION_STRICT, OPTION_EXPECTED, OPTION_MANUAL, OPTION_COMPLETION, OPTION_SENTENCES,
       OPTION_WORK, OPTION_FORCE, OPTION_TRACE_PHASE, OPTION_TRACE_FRAMES, OPTION_TRACE_SCOPE, OPTION_SAIF,
       OPTION_COVERAGE, OPTION_NETLIST, OPTION_CELLS, OPTION_TARGET,
       OPTION_SEEDS, OPTION_FREQ, OPTION_AXIS, OPTION_AXES, OPTION_SAMPLE, OPTION_WHERE, OPTION_COLUMN,
       OPTION_PARETO, OPTION_SHARD, OPTION_VERIFY_POINTS, OPTION_CLUSTER,
       OPTION_MEASURED, OPTION_TAPS, OPTION_NODE, OPTION_GRAPH_INPUTS, OPTION_PES, OPTION_THREADS,
       OPTION_LOSS, OPTION_HELD_OUT, OPTION_QUANTIZED, OPTION_SEEN, OPTION_MINUTES,
       OPTION_MATERIAL, OPTION_PART };

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
    char **cells;
    size_t cell_count;
    const char *model, *expected, *sentences, *target;
    int seeds, mhz;
    bool seeds_given;
    enum memory_choice memory;
    bool no_check, force;
    struct sweep_request sweep;
    const char *cluster;
    const char *measured;
    const char *node, *graph_inputs;
    int pes;
    int points; /* to be verified */
    int threads, seen;
    double minutes;
    enum learn_by loss;
    const char *held_out;
    const char *material;
    bool quantized;
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

enum { COMMAND_COUNT = 11 };
extern const struct command commands[COMMAND_COUNT];

#endif
