/* SPDX-License-Identifier: Apache-2.0
 * map_svd.c - the registers in CMSIS-SVD: a device with one peripheral, whose base is the integrator's. */
#include "gen/door/printers.h"
#include "gen/report/layers.h"
#include "models/base/version.h"

static void element(struct text *text, int indent, const char *name, const char *content)
{
    text_appendf(text, "%*s<%s>", indent, "", name);
    text_append_xml(text, content);
    text_appendf(text, "</%s>\n", name);
}

static void print_field(struct text *text, const struct register_entry *entry,
                        const struct register_field *field)
{
    text_append(text, "            <field>\n");
    element(text, 14, "name", field->name);
    element(text, 14, "description", field->meaning);
    text_appendf(text, "              <bitOffset>%d</bitOffset>\n              <bitWidth>%d</bitWidth>\n",
                 field->low, field->bits);
    element(text, 14, "access", register_access(entry->kind));
    if (entry->kind == ACCESS_EVENTS)
        element(text, 14, "modifiedWriteValues", "oneToClear");
    text_append(text, "            </field>\n");
}

/* A mask of 0: what the chip drives has no value of its own after reset. */
static void print_register(struct text *text, const struct register_entry *entry)
{
    const struct register_field *fields;
    int count = door_fields(entry, &fields);
    text_append(text, "        <register>\n");
    element(text, 10, "name", entry->name);
    element(text, 10, "description", entry->meaning);
    text_appendf(text, "          <addressOffset>0x%02X</addressOffset>\n", entry->offset);
    element(text, 10, "access", register_access(entry->kind));
    text_appendf(text, "          <resetValue>0x%08X</resetValue>\n          <resetMask>0x%08X</resetMask>\n",
                 entry->value, register_has_value(entry->kind) ? 0xFFFFFFFFu : 0u);
    text_append(text, "          <fields>\n");
    for (int k = 0; k < count; k++)
        print_field(text, entry, &fields[k]);
    text_append(text, "          </fields>\n        </register>\n");
}

void door_svd(struct text *text, const struct door *door)
{
    struct text about = {0};
    text_append(text, "<!-- SPDX-License-Identifier: Apache-2.0 -->\n"
                      "<device schemaVersion=\"1.3\" "
                      "xmlns:xs=\"http://www.w3.org/2001/XMLSchema-instance\" "
                      "xs:noNamespaceSchemaLocation=\"CMSIS-SVD.xsd\">\n");
    element(text, 2, "name", door->top);
    element(text, 2, "version", ESE_VERSION);
    text_appendf(&about, "A sparse %s; its base address is the integrator's",
                 accelerator_text(&door->program->network));
    element(text, 2, "description", text_string(&about));
    text_free(&about);
    text_appendf(text, "  <addressUnitBits>8</addressUnitBits>\n  <width>%d</width>\n  <size>%d</size>\n"
                       "  <peripherals>\n    <peripheral>\n",
                 REGISTER_BITS, REGISTER_BITS);
    element(text, 6, "name", door->top);
    text_appendf(text,
                 "      <baseAddress>0x0</baseAddress>\n      <addressBlock>\n"
                 "        <offset>0x0</offset>\n        <size>0x%X</size>\n"
                 "        <usage>registers</usage>\n      </addressBlock>\n      <registers>\n",
                 (unsigned)REGISTER_SPACE);
    for (int n = 0; n < door->register_count; n++)
        print_register(text, &door->registers[n]);
    text_append(text, "      </registers>\n    </peripheral>\n  </peripherals>\n</device>\n");
}
