/* SPDX-License-Identifier: Apache-2.0
 * options.h - the words behind a command's name, as argp hands them over one by one. */
#ifndef ESE_OPTIONS_H
#define ESE_OPTIONS_H

#include <argp.h>

#include "gen/command/command_list.h"

/* The input of options_parse(). */
struct parse {
    const struct command *command;
    struct request *request; /* with room for as many sets, inputs and cells as there are words */
};

/* Parsers for argp: of any command, and of what every parser has.  They end the program where a word
 * is wrong. */
error_t options_parse(int key, char *argument, struct argp_state *state);
error_t options_parse_help(int key, struct argp_state *state);

#endif
