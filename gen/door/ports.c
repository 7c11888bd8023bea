/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/door/ports.h"

#include <stdio.h>
#include <string.h>

/* One line of the declaration; attributes, comments and empty lines are none. */
static bool read_line(struct port *port, const char *line)
{
    char direction[8], type[8], rest[2 * PORT_NAME];
    int at = 0, high = 0;
    if (sscanf(line, " %7[a-z] %7[a-z]%n", direction, type, &at) != 2 ||
        (strcmp(direction, "input") != 0 && strcmp(direction, "output") != 0))
        return false;
    *port = (struct port){.output = direction[0] == 'o', .bits = 1};
    int used = 0;
    if (sscanf(line + at, " [%d:0]%n", &high, &used) == 1 && used > 0) {
        port->vector = true;
        port->bits = high + 1;
        at += used;
    }
    if (sscanf(line + at, " %79[A-Za-z0-9_]", rest) != 1 || strlen(rest) >= PORT_NAME)
        return false;
    strcpy(port->name, rest);
    return true;
}

bool ports_read(struct port_list *list, const char *verilog, struct error *error)
{
    list->count = 0;
    const char *at = strstr(verilog, "\nmodule "), *end = at != NULL ? strstr(at, "\n);") : NULL;
    if (end == NULL)
        return fail(error, "the top has no ports");
    for (at++; at < end; at = strchr(at, '\n') + 1) {
        char line[256];
        struct port port;
        snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
        if (!read_line(&port, line))
            continue;
        if (list->count == PORTS_MAX)
            return fail(error, "the top has more than %d ports", PORTS_MAX);
        list->ports[list->count++] = port;
    }
    return list->count > 0 || fail(error, "the top has no ports");
}
