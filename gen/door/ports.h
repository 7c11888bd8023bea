/* SPDX-License-Identifier: Apache-2.0
 * ports.h - the ports of a chip's top, as its Verilog declares them. */
#ifndef ESE_DOOR_PORTS_H
#define ESE_DOOR_PORTS_H

#include <stdbool.h>

#include "models/base/error.h"

enum { PORTS_MAX = 96, PORT_NAME = 40 };

struct port {
    char name[PORT_NAME];
    bool output;
    int bits;
    bool vector; /* declared with a range */
};

struct port_list {
    struct port ports[PORTS_MAX];
    int count;
};

/* Reads the ports of a module of ours: one a line, "input  wire [11:0] name,", between "module" and ");". */
bool ports_read(struct port_list *list, const char *verilog, struct error *error);

#endif
