/* SPDX-License-Identifier: Apache-2.0
 * register_map.h - registers.def as a chip has it: the one walk over the list, for all that prints it. */
#ifndef ESE_REGISTER_MAP_H
#define ESE_REGISTER_MAP_H

#include "fpga/contract/contract.h"
#include "models/base/text.h"
#include "models/program/program.h"

enum register_kind {
    ACCESS_CONSTANT, ACCESS_STATUS, ACCESS_SETTING, ACCESS_RUN_SETTING, ACCESS_COMMAND, ACCESS_EVENTS
};

enum { REGISTERS_MOST = 64, REGISTER_BITS = 32 };

/* Bits of a register. */
struct register_field {
    unsigned offset; /* of the register */
    const char *name;
    int low, bits;
    const char *meaning;
};

struct register_entry {
    const char *name;
    unsigned offset;
    enum register_kind kind;
    unsigned value; /* of a constant; of settings and events after reset */
    const char *meaning;
    const struct register_field *fields; /* ascending; a register that is one number has none */
    int field_count;
};

/* The registers of a chip, ascending; returns how many. */
int registers_list(const struct program *program, struct register_entry list[REGISTERS_MOST]);

/* Is the value of this kind known before the chip runs? */
bool register_has_value(enum register_kind kind);

/* "read-only", "read-write" or "write-only". */
const char *register_access(enum register_kind kind);

/* Appends what the register means, and each of its fields: "commands; bit 0 START: start; ...". */
void register_meaning(struct text *text, const struct register_entry *entry);

/* The same for all registers that any chip may have, without values. */
int registers_list_all(struct register_entry list[REGISTERS_MOST]);

#endif
