/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/command/manual.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/command/command_list.h"
#include "gen/config/config_file.h"
#include "models/base/version.h"

/* ---- the manual page ---- */

/* As roff wants it: no escapes, no requests by accident. */
static void roff(struct text *text, const char *plain)
{
    bool begin = true;
    for (; *plain != '\0'; plain++) {
        if (begin && (*plain == '.' || *plain == '\''))
            text_append(text, "\\&");
        if (*plain == '\\')
            text_append(text, "\\e");
        else if (*plain == '-')
            text_append(text, "\\-");
        else
            text_append_char(text, *plain);
        begin = *plain == '\n';
    }
}

static bool is_option(const struct argp_option *option)
{
    return option->name != NULL && (option->flags & OPTION_ALIAS) == 0;
}

static bool has_letter(const struct argp_option *option)
{
    return option->key > 0 && option->key < 128 && isprint(option->key);
}

static bool is_end(const struct argp_option *option)
{
    return option->name == NULL && option->key == 0 && option->doc == NULL;
}

static void write_option(struct text *text, const struct argp_option *option)
{
    text_append(text, ".TP\n\\fB");
    if (has_letter(option))
        text_appendf(text, "\\-%c\\fR, \\fB", option->key);
    roff(text, "--");
    roff(text, option->name);
    text_append(text, "\\fR");
    if (option->arg != NULL)
        text_appendf(text, "=\\fI%s\\fR", option->arg);
    text_append_char(text, '\n');
    roff(text, option->doc);
    text_append_char(text, '\n');
}

static void write_block(struct text *text, const char *block)
{
    text_append(text, ".nf\n");
    roff(text, block);
    if (text->length > 0 && text->data[text->length - 1] != '\n')
        text_append_char(text, '\n');
    text_append(text, ".fi\n");
}

static void write_command(struct text *text, const struct command *command)
{
    text_appendf(text, ".SS ese %s %s%s%s\n", command->name, command->operand,
                 command->second != NULL ? " " : "", command->second != NULL ? command->second : "");
    text_append_char(text, (char)toupper((unsigned char)command->summary[0]));
    roff(text, command->summary + 1);
    text_append(text, ".\n.PP\n");
    roff(text, command->details);
    text_append_char(text, '\n');
    for (const struct argp_option *o = command->options; !is_end(o); o++)
        if (is_option(o) && o->group != -1)
            write_option(text, o);
    text_append(text, ".PP\nExamples:\n");
    write_block(text, command->examples);
}

/* What --help says of the keys. */
static void write_keys(struct text *text)
{
    char *keys = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&keys, &size);
    BUG_UNLESS(out != NULL);
    config_describe_keys(out);
    fclose(out);
    text_append(text, ".SH CONFIGURATION\n");
    write_block(text, keys);
    free(keys);
}

void manual_page(struct text *text)
{
    text_append(text, ".TH ESE 1 \"\" \"ese " ESE_VERSION "\" \"User Commands\"\n"
                      ".SH NAME\nese \\- Verilog for sparse accelerators of recurrent networks\n"
                      ".SH SYNOPSIS\n.B ese\n.I COMMAND\n[\\fIARGUMENT\\fR...]\n"
                      ".SH DESCRIPTION\n"
                      "Turns a trained network, an LSTM or a list of LSTM, simple recurrent and linear "
                      "layers, and an architecture into synthesizable Verilog, and proves the result "
                      "against golden models.\n"
                      "Exit status: 0, 1 when the input or a result is wrong, 2 when the command line is.\n"
                      ".SH COMMANDS\n");
    for (int n = 0; n < COMMAND_COUNT; n++)
        write_command(text, &commands[n]);
    write_keys(text);
    text_append(text, ".SH ENVIRONMENT\n.TP\n\\fBESE_HOME\\fR\n"
                      "The folder with presets and templates, if it is not where the installation put it: "
                      "PREFIX/share/ese.\n.TP\n\\fBTMPDIR\\fR\nThe folder for temporary files.\n");
}

/* ---- completion ---- */

static void write_words(struct text *text, const struct command *command)
{
    text_appendf(text, "        %s) options='", command->name);
    const char *space = "";
    for (const struct argp_option *o = command->options; !is_end(o); o++) {
        if (!is_option(o))
            continue;
        text_appendf(text, "%s--%s%s", space, o->name, o->arg != NULL ? "=" : "");
        space = " ";
    }
    text_append(text, "' ;;\n");
}

void manual_completion(struct text *text)
{
    text_append(text, "# bash completion of ese " ESE_VERSION "\n"
                      "_ese()\n{\n"
                      "    local word=${COMP_WORDS[COMP_CWORD]} options=''\n"
                      "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                      "        mapfile -t COMPREPLY < <(compgen -W '");
    for (int n = 0; n < COMMAND_COUNT; n++)
        text_appendf(text, "%s%s", n > 0 ? " " : "", commands[n].name);
    text_append(text, " --help --version' -- \"$word\")\n        return\n    fi\n"
                      "    case ${COMP_WORDS[1]} in\n");
    for (int n = 0; n < COMMAND_COUNT; n++)
        write_words(text, &commands[n]);
    text_append(text, "    esac\n"
                      "    if [[ $word == -* ]]; then\n"
                      "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
                      "        [[ ${COMPREPLY[0]:-} != *= ]] || compopt -o nospace\n"
                      "    else\n"
                      "        compopt -o filenames\n"
                      "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
                      "    fi\n}\n"
                      "complete -F _ese ese\n");
}
