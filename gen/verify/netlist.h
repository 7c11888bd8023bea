/* SPDX-License-Identifier: Apache-2.0
 * netlist.h - a netlist of a chip in the place of its rtl/, for the same bench. */
#ifndef ESE_NETLIST_H
#define ESE_NETLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "models/base/error.h"

struct netlist {
    const char *file;    /* Verilog, with the chip's top */
    char *const *cells;  /* models of its cells: Verilog files, and folders of .v files */
    size_t cell_count;
};

/* Makes WORK/netlist look like the folder of the chip: rtl/ is the netlist, with those modules of the
 * cells' models that it uses; sim/ and mem/ are the chip's.  Of a module that several of the files
 * define the first counts, so that a model can stand for a library's empty box.  `top` is the
 * chip's top module.  To be freed; NULL: `error` says what is wrong. */
char *netlist_folder(const struct netlist *netlist, const char *chip, const char *top,
                     const char *work, struct error *error);

#endif
