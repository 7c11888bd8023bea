/* SPDX-License-Identifier: Apache-2.0
 * ipxact.c - the top as an IP-XACT 1685-2014 component.  Bus definitions are those that the attributes of
 * the top name: xilinx.com's. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "gen/door/printers.h"
#include "gen/emit/interfaces.h"
#include "models/base/version.h"

/* A bus definition, "xilinx.com:interface:aximm:1.0", and its abstraction: the same with "_rtl". */
static void begin_interface(struct text *text, const char *name, const char *vlnv)
{
    char vendor[32], library[32], type[32], version[8];
    BUG_UNLESS(sscanf(vlnv, "%31[^:]:%31[^:]:%31[^:]:%7s", vendor, library, type, version) == 4);
    text_appendf(text,
                 "    <ipxact:busInterface>\n      <ipxact:name>%s</ipxact:name>\n"
                 "      <ipxact:busType vendor=\"%s\" library=\"%s\" name=\"%s\" version=\"%s\"/>\n"
                 "      <ipxact:abstractionTypes>\n        <ipxact:abstractionType>\n"
                 "          <ipxact:abstractionRef vendor=\"%s\" library=\"%s\" name=\"%s_rtl\" "
                 "version=\"%s\"/>\n          <ipxact:portMaps>\n",
                 name, vendor, library, type, version, vendor, library, type, version);
}

static void map_port(struct text *text, const char *logical, const char *physical)
{
    text_append(text, "            <ipxact:portMap><ipxact:logicalPort><ipxact:name>");
    for (; *logical != '\0'; logical++)
        text_append_char(text, (char)toupper((unsigned char)*logical));
    text_appendf(text,
                 "</ipxact:name></ipxact:logicalPort>"
                 "<ipxact:physicalPort><ipxact:name>%s</ipxact:name></ipxact:physicalPort>"
                 "</ipxact:portMap>\n",
                 physical);
}

static void end_maps(struct text *text)
{
    text_append(text, "          </ipxact:portMaps>\n        </ipxact:abstractionType>\n"
                      "      </ipxact:abstractionTypes>\n");
}

static void parameter(struct text *text, const char *name, const char *value)
{
    text_appendf(text,
                 "        <ipxact:parameter><ipxact:name>%s</ipxact:name>"
                 "<ipxact:value>%s</ipxact:value></ipxact:parameter>\n",
                 name, value);
}

/* What Vivado is told of it, too. */
static void print_parameters(struct text *text, const struct interface *interface)
{
    struct text lines = {0};
    interface_parameters(&lines, interface, " ", "\n");
    text_append(text, "      <ipxact:parameters>\n");
    for (char *line = strtok(lines.data, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char *value = strchr(line, ' ');
        *value = '\0';
        parameter(text, line, value + 1);
    }
    text_append(text, "      </ipxact:parameters>\n");
    text_free(&lines);
}

/* Its ports are those that begin with its name. */
static void print_bus(struct text *text, const struct door *door, const struct interface *interface)
{
    const char *name = interface->name, *mode = interface->is_master ? "master" : "slave";
    const size_t length = strlen(name);
    begin_interface(text, name, interface_vlnv(interface));
    for (int n = 0; n < door->ports.count; n++) {
        const char *port = door->ports.ports[n].name;
        if (strncmp(port, name, length) == 0 && port[length] == '_')
            map_port(text, port + length + 1, port);
    }
    end_maps(text);
    if (interface->bus == BUS_LITE)
        text_appendf(text, "      <ipxact:slave><ipxact:memoryMapRef memoryMapRef=\"%s\"/></ipxact:slave>\n",
                     name);
    else if (interface->bus == BUS_AXI)
        text_appendf(text,
                     "      <ipxact:master><ipxact:addressSpaceRef addressSpaceRef=\"%s\"/>"
                     "</ipxact:master>\n",
                     name);
    else
        text_appendf(text, "      <ipxact:%s/>\n", mode);
    print_parameters(text, interface);
    text_append(text, "    </ipxact:busInterface>\n");
}

/* A signal that is an interface of its own. */
static void print_signal(struct text *text, const char *port, const char *vlnv, const char *logical,
                         const char *mode)
{
    begin_interface(text, port, vlnv);
    map_port(text, logical, port);
    end_maps(text);
    text_appendf(text, "      <ipxact:%s/>\n", mode);
}

static void print_signals(struct text *text, const struct door *door, const struct interface *buses, int count)
{
    print_signal(text, "aclk", "xilinx.com:signal:clock:1.0", "CLK", "slave");
    text_append(text, "      <ipxact:parameters>\n"
                      "        <ipxact:parameter><ipxact:name>ASSOCIATED_BUSIF</ipxact:name><ipxact:value>");
    for (int n = 0; n < count; n++)
        text_appendf(text, "%s%s", n > 0 ? ":" : "", buses[n].name);
    text_append(text, "</ipxact:value></ipxact:parameter>\n");
    parameter(text, "ASSOCIATED_RESET", "aresetn");
    text_append(text, "      </ipxact:parameters>\n    </ipxact:busInterface>\n");
    print_signal(text, "aresetn", "xilinx.com:signal:reset:1.0", "RST", "slave");
    text_append(text, "      <ipxact:parameters>\n");
    parameter(text, "POLARITY", "ACTIVE_LOW");
    text_append(text, "      </ipxact:parameters>\n    </ipxact:busInterface>\n");
    if (door->register_count == 0)
        return;
    print_signal(text, "irq", "xilinx.com:signal:interrupt:1.0", "INTERRUPT", "master");
    text_append(text, "      <ipxact:parameters>\n");
    parameter(text, "SENSITIVITY", "LEVEL_HIGH");
    text_append(text, "      </ipxact:parameters>\n    </ipxact:busInterface>\n");
}

static void print_spaces(struct text *text, const struct door *door, const struct interface *buses, int count)
{
    if (door->register_count == 0)
        return;
    text_append(text, "  <ipxact:addressSpaces>\n");
    for (int n = 0; n < count; n++)
        if (buses[n].bus == BUS_AXI)
            text_appendf(text,
                         "    <ipxact:addressSpace><ipxact:name>%s</ipxact:name>"
                         "<ipxact:range>2 ** %d</ipxact:range><ipxact:width>%d</ipxact:width>"
                         "<ipxact:addressUnitBits>8</ipxact:addressUnitBits></ipxact:addressSpace>\n",
                         buses[n].name, buses[n].address_bits, buses[n].data_bits);
    text_append(text, "  </ipxact:addressSpaces>\n");
}

static void print_port(struct text *text, const struct port *port)
{
    text_appendf(text,
                 "      <ipxact:port><ipxact:name>%s</ipxact:name><ipxact:wire>"
                 "<ipxact:direction>%s</ipxact:direction>",
                 port->name, port->output ? "out" : "in");
    if (port->vector)
        text_appendf(text,
                     "<ipxact:vectors><ipxact:vector><ipxact:left>%d</ipxact:left>"
                     "<ipxact:right>0</ipxact:right></ipxact:vector></ipxact:vectors>",
                     port->bits - 1);
    text_append(text, "</ipxact:wire></ipxact:port>\n");
}

static void print_model(struct text *text, const struct door *door)
{
    text_appendf(text,
                 "  <ipxact:model>\n    <ipxact:views>\n      <ipxact:view><ipxact:name>rtl</ipxact:name>"
                 "<ipxact:componentInstantiationRef>rtl</ipxact:componentInstantiationRef>"
                 "</ipxact:view>\n    </ipxact:views>\n    <ipxact:instantiations>\n"
                 "      <ipxact:componentInstantiation><ipxact:name>rtl</ipxact:name>"
                 "<ipxact:language>verilog</ipxact:language><ipxact:moduleName>%s</ipxact:moduleName>"
                 "<ipxact:fileSetRef><ipxact:localName>rtl</ipxact:localName></ipxact:fileSetRef>"
                 "</ipxact:componentInstantiation>\n    </ipxact:instantiations>\n    <ipxact:ports>\n",
                 door->top);
    for (int n = 0; n < door->ports.count; n++)
        print_port(text, &door->ports.ports[n]);
    text_append(text, "    </ipxact:ports>\n  </ipxact:model>\n");
}

static void print_files(struct text *text, const char *files)
{
    text_append(text, "  <ipxact:fileSets>\n    <ipxact:fileSet>\n      <ipxact:name>rtl</ipxact:name>\n");
    for (size_t length; (length = strcspn(files, "\n")) > 0; files += length + 1)
        text_appendf(text,
                     "      <ipxact:file><ipxact:name>../%.*s</ipxact:name>"
                     "<ipxact:fileType>verilogSource</ipxact:fileType></ipxact:file>\n",
                     (int)length, files);
    text_append(text, "    </ipxact:fileSet>\n  </ipxact:fileSets>\n");
}

void door_ipxact(struct text *text, const struct door *door)
{
    struct interface buses[INTERFACES_MOST];
    int count = interfaces_list(door->program, buses);
    text_appendf(text,
                 "<!-- SPDX-License-Identifier: Apache-2.0 -->\n"
                 "<ipxact:component xmlns:ipxact=\"http://www.accellera.org/XMLSchema/IPXACT/1685-2014\">\n"
                 "  <ipxact:vendor>ese</ipxact:vendor>\n  <ipxact:library>chip</ipxact:library>\n"
                 "  <ipxact:name>%s</ipxact:name>\n  <ipxact:version>" ESE_VERSION "</ipxact:version>\n"
                 "  <ipxact:busInterfaces>\n",
                 door->top);
    for (int n = 0; n < count; n++)
        print_bus(text, door, &buses[n]);
    print_signals(text, door, buses, count);
    text_append(text, "  </ipxact:busInterfaces>\n");
    print_spaces(text, door, buses, count);
    if (door->register_count > 0)
        door_memory_map(text, door);
    print_model(text, door);
    print_files(text, door->files);
    text_append(text, "</ipxact:component>\n");
}
