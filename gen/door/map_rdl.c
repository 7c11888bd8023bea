/* SPDX-License-Identifier: Apache-2.0
 * map_rdl.c - the registers in SystemRDL 2.0. */
#include "gen/door/printers.h"

/* What software and hardware do with the bits. */
static const char *access_of(enum register_kind kind)
{
    static const char *const access[] = {
        [ACCESS_CONSTANT] = "sw = r; hw = na;", [ACCESS_STATUS] = "sw = r; hw = w;",
        [ACCESS_SETTING] = "sw = rw; hw = r;",  [ACCESS_RUN_SETTING] = "sw = rw; hw = rw;",
        [ACCESS_COMMAND] = "sw = w; hw = r;",
        [ACCESS_EVENTS] = "sw = rw; hw = w; onwrite = woclr;",
    };
    return access[kind];
}

static void quoted(struct text *text, const char *string)
{
    text_append_char(text, '"');
    for (; *string != '\0'; string++) {
        if (*string == '"' || *string == '\\')
            text_append_char(text, '\\');
        text_append_char(text, *string);
    }
    text_append_char(text, '"');
}

static void print_field(struct text *text, const struct register_entry *entry,
                        const struct register_field *field)
{
    text_append(text, "        field { desc = ");
    quoted(text, field->meaning);
    text_appendf(text, "; %s", access_of(entry->kind));
    if (register_has_value(entry->kind) || entry->kind == ACCESS_COMMAND)
        text_appendf(text, " reset = %u;", (unsigned)door_field_value(entry, field));
    if (entry->kind == ACCESS_COMMAND && field->bits == 1)
        text_append(text, " singlepulse;");
    text_appendf(text, " } %s[%d:%d];\n", field->name, field->low + field->bits - 1, field->low);
}

void door_rdl(struct text *text, const struct door *door)
{
    text_appendf(text,
                 "// SPDX-License-Identifier: Apache-2.0\n"
                 "// The registers of %s in SystemRDL 2.0; offsets are bytes, behind s_axi_control.\n"
                 "addrmap %s_registers {\n"
                 "    default regwidth = %d;\n    default accesswidth = %d;\n",
                 door->top, door->prefix, REGISTER_BITS, REGISTER_BITS);
    for (int n = 0; n < door->register_count; n++) {
        const struct register_entry *entry = &door->registers[n];
        const struct register_field *fields;
        text_append(text, "\n    reg {\n        desc = ");
        quoted(text, entry->meaning);
        text_append(text, ";\n");
        int count = door_fields(entry, &fields);
        for (int k = 0; k < count; k++)
            print_field(text, entry, &fields[k]);
        text_appendf(text, "    } %s @ 0x%02X;\n", entry->name, entry->offset);
    }
    text_append(text, "};\n");
}
