/* SPDX-License-Identifier: Apache-2.0
 * printers.h - between the files of this room: what a door is printed from, and the printers. */
#ifndef ESE_DOOR_PRINTERS_H
#define ESE_DOOR_PRINTERS_H

#include "models/network/part.h"
#include "gen/door/ports.h"
#include "gen/emit/register_map.h"
#include "gen/folder/output.h"
#include "models/program/program.h"

enum { IMAGES_MAX = 2 * PARTS_MOST + 8 };

/* What the doors show of a chip. */
struct door {
    const struct program *program;
    const char *prefix;                          /* names of modules begin with it */
    const char *top;                             /* module */
    struct register_entry registers[REGISTERS_MOST];
    int register_count;                          /* 0: the chip has no host interface */
    struct port_list ports;                      /* of the top */
    const char *files;                           /* rtl/files.f: a line a file */
    char *images[IMAGES_MAX];                    /* "mem/weights.mem" */
    int image_count;
};

/* The fields of a register; one that is a number is a field VALUE of all its bits. */
int door_fields(const struct register_entry *entry, const struct register_field **fields);

/* What a field holds of the register's value. */
uint32_t door_field_value(const struct register_entry *entry, const struct register_field *field);

void door_rdl(struct text *text, const struct door *door);
void door_svd(struct text *text, const struct door *door);
void door_package(struct text *text, const struct door *door);
void door_ipxact(struct text *text, const struct door *door);
void door_memory_map(struct text *text, const struct door *door); /* of door_ipxact() */
void door_devicetree(struct text *text, const struct door *door);
void door_core(struct text *text, const struct door *door);

#endif
