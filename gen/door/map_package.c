/* SPDX-License-Identifier: Apache-2.0
 * map_package.c - the registers as a SystemVerilog package. */
#include "gen/door/printers.h"

static void print_register(struct text *text, const struct register_entry *entry)
{
    static const char *const access[] = {
        [ACCESS_CONSTANT] = "read-only, constant",   [ACCESS_STATUS] = "read-only",
        [ACCESS_SETTING] = "read and write",         [ACCESS_RUN_SETTING] = "read and write",
        [ACCESS_COMMAND] = "write-only",
        [ACCESS_EVENTS] = "read, write 1 to clear",
    };
    text_appendf(text, "\n    // %s: %s\n    localparam logic [11:0] %s_ADDRESS = 12'h%03X;\n",
                 access[entry->kind], entry->meaning, entry->name, entry->offset);
    if (register_has_value(entry->kind))
        text_appendf(text, "    localparam logic [31:0] %s_RESET = 32'h%08X;\n", entry->name,
                     entry->value);
    for (int k = 0; k < entry->field_count; k++) {
        const struct register_field *field = &entry->fields[k];
        text_appendf(text,
                     "    localparam int %s_%s_LOW = %d; // %s\n"
                     "    localparam int %s_%s_BITS = %d;\n",
                     entry->name, field->name, field->low, field->meaning, entry->name, field->name,
                     field->bits);
    }
}

void door_package(struct text *text, const struct door *door)
{
    text_appendf(text,
                 "// SPDX-License-Identifier: Apache-2.0\n"
                 "// %s_registers_pkg - the registers of %s, for benches and other SystemVerilog: byte\n"
                 "// addresses behind s_axi_control, values after reset, fields by their lowest bit and size.\n"
                 "package %s_registers_pkg;\n",
                 door->prefix, door->top, door->prefix);
    for (int n = 0; n < door->register_count; n++)
        print_register(text, &door->registers[n]);
    text_append(text, "endpackage\n");
}
