/* SPDX-License-Identifier: Apache-2.0
 * map_ipxact.c - the registers as an IP-XACT memory map. */
#include "gen/door/printers.h"

static void named(struct text *text, int indent, const char *name, const char *meaning)
{
    text_appendf(text, "%*s<ipxact:name>%s</ipxact:name>\n%*s<ipxact:description>", indent, "", name,
                 indent, "");
    text_append_xml(text, meaning);
    text_append(text, "</ipxact:description>\n");
}

static void print_field(struct text *text, const struct register_entry *entry,
                        const struct register_field *field)
{
    bool drives = entry->kind == ACCESS_STATUS || entry->kind == ACCESS_RUN_SETTING ||
                  entry->kind == ACCESS_EVENTS;
    text_append(text, "          <ipxact:field>\n");
    named(text, 12, field->name, field->meaning);
    text_appendf(text, "            <ipxact:bitOffset>%d</ipxact:bitOffset>\n", field->low);
    if (register_has_value(entry->kind))
        text_appendf(text, "            <ipxact:resets><ipxact:reset><ipxact:value>%u</ipxact:value>"
                           "</ipxact:reset></ipxact:resets>\n",
                     (unsigned)door_field_value(entry, field));
    text_appendf(text, "            <ipxact:bitWidth>%d</ipxact:bitWidth>\n", field->bits);
    if (drives)
        text_append(text, "            <ipxact:volatile>true</ipxact:volatile>\n");
    text_appendf(text, "            <ipxact:access>%s</ipxact:access>\n", register_access(entry->kind));
    if (entry->kind == ACCESS_EVENTS)
        text_append(text, "            <ipxact:modifiedWriteValue>oneToClear"
                          "</ipxact:modifiedWriteValue>\n");
    text_append(text, "          </ipxact:field>\n");
}

static void print_register(struct text *text, const struct register_entry *entry)
{
    const struct register_field *fields;
    int count = door_fields(entry, &fields);
    text_append(text, "        <ipxact:register>\n");
    named(text, 10, entry->name, entry->meaning);
    text_appendf(text,
                 "          <ipxact:addressOffset>%u</ipxact:addressOffset>\n"
                 "          <ipxact:size>%d</ipxact:size>\n",
                 entry->offset, REGISTER_BITS);
    for (int k = 0; k < count; k++)
        print_field(text, entry, &fields[k]);
    text_append(text, "        </ipxact:register>\n");
}

void door_memory_map(struct text *text, const struct door *door)
{
    text_appendf(text,
                 "  <ipxact:memoryMaps>\n    <ipxact:memoryMap>\n"
                 "      <ipxact:name>s_axi_control</ipxact:name>\n      <ipxact:addressBlock>\n"
                 "        <ipxact:name>registers</ipxact:name>\n"
                 "        <ipxact:baseAddress>0</ipxact:baseAddress>\n"
                 "        <ipxact:range>%d</ipxact:range>\n        <ipxact:width>%d</ipxact:width>\n"
                 "        <ipxact:usage>register</ipxact:usage>\n",
                 REGISTER_SPACE, REGISTER_BITS);
    for (int n = 0; n < door->register_count; n++)
        print_register(text, &door->registers[n]);
    text_append(text, "      </ipxact:addressBlock>\n"
                      "      <ipxact:addressUnitBits>8</ipxact:addressUnitBits>\n"
                      "    </ipxact:memoryMap>\n  </ipxact:memoryMaps>\n");
}
