/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/emit/interfaces.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "fpga/contract/contract.h"
#include "models/base/arithmetic.h"

enum { LITE_DATA_BITS = 32 };

static struct interface describe(const struct program *p, const char *name, enum bus bus,
                                 bool is_master)
{
    const struct derived *d = &p->d;
    struct interface i = {.name = name, .bus = bus, .is_master = is_master};
    if (bus == BUS_LITE) {
        i.address_bits = unsigned_bits(REGISTER_SPACE - 1);
        i.data_bits = LITE_DATA_BITS;
    } else if (bus == BUS_AXI) {
        i.address_bits = d->address_bits;
        i.data_bits = d->bus_bits;
        i.burst_words = 1 << d->burst_bits;
        i.outstanding = 1 << OUTSTANDING_BITS;
    } else {
        i.data_bits = d->channels * d->element_bits;
    }
    return i;
}

int interfaces_list(const struct program *p, struct interface list[INTERFACES_MOST])
{
    int count = 0;
#define INTERFACE(port, kind, master, present, write, user)      \
    if (present) {                                               \
        BUG_UNLESS(count < INTERFACES_MOST);                     \
        list[count] = describe(p, #port, BUS_##kind, master);    \
        list[count].writes = (write);                            \
        list[count++].user_bits = (user);                        \
    }
#include "gen/emit/interfaces.def"
    return count;
}

const char *interface_vlnv(const struct interface *interface)
{
    return interface->bus == BUS_STREAM ? "xilinx.com:interface:axis:1.0"
                                        : "xilinx.com:interface:aximm:1.0";
}

void interface_parameters(struct text *text, const struct interface *i, const char *between,
                          const char *sep)
{
    const char *before = "";
#define PARAMETER(kind, written, name, format, value)                               \
    if (i->bus == BUS_##kind && (!(written) || i->writes)) {                        \
        text_appendf(text, "%s" #name "%s" format, before, between, value);         \
        before = sep;                                                               \
    }
#include "gen/emit/interfaces.def"
}

static void bind_wire(struct bindings *row, const struct interface *i, const char *signal,
                      bool of_master, int bits)
{
    char range[16] = "";
    bind_text(row, "SIGNAL", "%s", signal);
    bind_text(row, "DIRECTION", "%s", of_master == i->is_master ? "output" : "input ");
    if (bits > 0)
        snprintf(range, sizeof range, "[%d:0]", bits - 1);
    bind_text(row, "RANGE", "%-9s", range);
}

static void bind_signal(struct bindings *row, const struct interface *i, const char *signal,
                        bool of_master, int bits)
{
    struct text logical = {0}, port = {0};
    for (const char *at = signal; *at != '\0'; at++)
        text_append_char(&logical, (char)toupper((unsigned char)*at));
    bind_text(row, "LOGICAL", "%s", text_string(&logical));
    bind_wire(row, i, signal, of_master, bits);
    text_appendf(&port, "%s_%s", i->name, signal);
    bind_text(row, "PORT", "%-22s", text_string(&port));
    text_free(&logical);
    text_free(&port);
}

/* The first port of an interface tells of all of it. */
static void bind_signals(struct bindings *interface, const struct interface *i)
{
    bool first = true;
#define SIGNAL(kind, written, signal, of_master, bits)                  \
    if (i->bus == BUS_##kind && (!(written) || i->writes)) {            \
        struct bindings *row = bind_row(interface, "SIGNALS");          \
        bind_signal(row, i, #signal, of_master, bits);                  \
        bind_flag(row, "FIRST", first);                                 \
        first = false;                                                  \
    }
#include "gen/emit/interfaces.def"
}

void interfaces_bind(struct bindings *b, const struct program *p)
{
    struct interface list[INTERFACES_MOST];
    const int count = interfaces_list(p, list);
    struct text buses = {0};
    bind_list(b, "INTERFACES");
    for (int n = 0; n < count; n++) {
        struct text parameters = {0};
        struct bindings *row = bind_row(b, "INTERFACES");
        interface_parameters(&parameters, &list[n], " ", ", ");
        bind_text(row, "INTERFACE", "%s", list[n].name);
        bind_flag(row, "LITE", list[n].bus == BUS_LITE);
        bind_flag(row, "AXI", list[n].bus == BUS_AXI);
        bind_text(row, "VLNV", "%s", interface_vlnv(&list[n]));
        bind_text(row, "PARAMETERS", "%s", text_string(&parameters));
        bind_signals(row, &list[n]);
        text_appendf(&buses, "%s%s", n > 0 ? ":" : "", list[n].name);
        text_free(&parameters);
    }
    bind_text(b, "BUSES", "%s", text_string(&buses));
    text_free(&buses);
}

void interface_bind_channels(struct bindings *b, const char *list, const struct interface *i,
                             bool writes)
{
    BUG_UNLESS(i->bus == BUS_AXI);
    bind_list(b, list);
#define SIGNAL(kind, written, signal, of_master, bits)                              \
    if (BUS_##kind == BUS_AXI && (written) == writes && (!writes || i->writes)) {   \
        struct bindings *row = bind_row(b, list);                                   \
        bind_wire(row, i, #signal, of_master, bits);                                \
        bind_text(row, "PADDED", "%-14s", #signal);                                 \
    }
#include "gen/emit/interfaces.def"
}
