/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/implement/pins.h"

#include <stdio.h>
#include <string.h>

enum { LINE_MOST = 300 };

struct port {
    bool input;
    int bits;
    char name[64];
};

/* A line of the top's list of ports: "output wire [15:0] name,". */
static bool parse_port(struct port *port, const char *line)
{
    char direction[8];
    int msb;
    if (sscanf(line, " %7[a-z] wire [%d:0] %63[A-Za-z0-9_]", direction, &msb, port->name) == 3)
        port->bits = msb + 1;
    else if (sscanf(line, " %7[a-z] wire %63[A-Za-z0-9_]", direction, port->name) == 2)
        port->bits = 1;
    else
        return false;
    port->input = strcmp(direction, "input") == 0;
    return port->input || strcmp(direction, "output") == 0;
}

/* What the port is connected to. */
static void connect(struct pins *pins, struct text *list, const struct port *port)
{
    text_appendf(list, "%s\n        .%s (", list->length > 0 ? "," : "", port->name);
    if (strcmp(port->name, "aclk") == 0)
        text_append(list, "clk");
    else if (strcmp(port->name, "aresetn") == 0)
        text_append(list, "resetn");
    else if (port->input) {
        text_appendf(list, "inputs[%d:%d]", pins->inputs + port->bits - 1, pins->inputs);
        pins->inputs += port->bits;
    } else if (strncmp(port->name, "mon_", strlen("mon_")) != 0) {
        text_appendf(list, "outputs[%d:%d]", pins->outputs + port->bits - 1, pins->outputs);
        pins->outputs += port->bits;
    }
    text_append(list, ")");
}

static void write_module(const struct pins *pins, struct text *out, const char *top,
                         const struct text *list)
{
    text_append(out, "// A chip behind five pins, to be placed and timed; it is of no other use.\n"
                     "module " PINS_TOP " (\n    input  wire clk,\n    input  wire resetn,\n"
                     "    input  wire d,    // into the inputs, bit by bit\n"
                     "    input  wire load, // takes the outputs, which then leave by q\n"
                     "    output wire q\n);\n");
    text_appendf(out, "    reg  [%d:0] inputs;\n    reg  [%d:0] taken;\n", pins->inputs - 1,
                 pins->outputs - 1);
    text_appendf(out, "    wire [%d:0] outputs;\n\n", pins->outputs - 1);
    text_append(out, "    always @(posedge clk) begin\n        inputs <= {inputs, d};\n"
                     "        taken  <= load ? outputs : taken << 1;\n    end\n\n");
    text_appendf(out, "    assign q = taken[%d];\n\n    %s " PINS_CHIP " (%s\n    );\nendmodule\n",
                 pins->outputs - 1, top, text_string(list));
}

/* The next line, without its end; false behind the last. */
static bool next_line(const char **at, char line[static LINE_MOST])
{
    size_t length = strcspn(*at, "\n");
    if (**at == '\0')
        return false;
    snprintf(line, LINE_MOST, "%.*s", (int)length, *at);
    *at += length + ((*at)[length] == '\n');
    return true;
}

bool pins_wrap(struct pins *pins, struct text *out, const char *top, const char *verilog,
               struct error *error)
{
    struct text list = {0};
    struct port port;
    char line[LINE_MOST] = "";
    *pins = (struct pins){0};
    while (next_line(&verilog, line) && strncmp(line, "module ", strlen("module ")) != 0)
        continue;
    while (next_line(&verilog, line) && strcmp(line, ");") != 0)
        if (parse_port(&port, line))
            connect(pins, &list, &port);
    bool ok = pins->inputs > 0 && pins->outputs > 0;
    if (ok)
        write_module(pins, out, top, &list);
    text_free(&list);
    return ok || fail(error, "rtl/%s.v: its ports are not as ese writes them", top);
}
