/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/emit/loadable.h"

#include <stdio.h>
#include <string.h>

#include "gen/emit/interfaces.h"
#include "gen/emit/registers.h"
#include "gen/image/regions.h"
#include "gen/report/resources.h"
#include "models/base/version.h"
#include "models/program/derive.h"

static const char *const MODULES[] = {
    "host/ese_axi_lite", "memory/ese_axi_read", "memory/ese_bus_words", "host/ese_counters",
    "memory/ese_crc32", "memory/ese_fetch", "util/ese_fifo", "stream/ese_program_ram",
    "host/ese_slots", "memory/ese_unpack", NULL,
};
static const char *const RESIDENT_MODULES[] = {
    "stream/ese_ram_stream", "stream/ese_stream_control", NULL,
};
static const char *const STREAM_MODULES[] = {"stream/ese_region_stream", NULL};
static const char *const QUEUE_MODULES[] = {
    "memory/ese_axi_write", "memory/ese_pack", "memory/ese_writeback", NULL,
};

static bool is_resident(const struct program *p)
{
    return p->config.memory == MEMORY_RESIDENT;
}

static bool has_queue(const struct program *p)
{
    return p->config.io == IO_MEMORY;
}

static bool has_two_ports(const struct program *p)
{
    return p->config.memory_ports > 1;
}

void loadable_bind(struct bindings *b, const struct program *p)
{
    bool loadable = p->config.memory != MEMORY_ROM, queue = has_queue(p);
    bind_flag(b, "LOADABLE", loadable);
    bind_flag(b, "RESIDENT", is_resident(p));
    bind_flag(b, "QUEUE", queue);
    bind_flag(b, "XY_PORTS", !queue);
    bind_flag(b, "TWO_PORTS", has_two_ports(p));
    bind_text(b, "WHEN_READ", "%s", is_resident(p) ? "when the model is loaded"
                                                   : "once a frame, ahead of its use");
    bind_text(b, "DATA_TRAFFIC", "reads %smodel.bin%s", has_two_ports(p) ? "" : "weights.bin and ",
              queue ? ", descriptors, x and states, writes y and states" : "");
}

static struct bindings *named(const struct program *p)
{
    struct bindings *b = bindings_new();
    bind_text(b, "NAME", "%s", p->config.name);
    bind_text(b, "VERSION", "%s", ESE_VERSION);
    return b;
}

/* Last bits of what several modules hand to each other. */
static void bind_model_words(struct bindings *b, const struct derived *d)
{
    int product = d->product_word_bits, pass = d->pass_word_bits;
    bind_int(b, "PROGRAM_MSB", (product > pass ? product : pass) - 1);
    bind_int(b, "PRODUCT_MSB", d->product_bits - 1);
    bind_int(b, "PASS_MSB", d->pass_bits - 1);
    bind_int(b, "WEIGHTS_MSB", weight_beat_bits(d) - 1);
    bind_int(b, "COLUMNS_MSB", column_word_bits(d) - 1);
    bind_int(b, "CONSTANTS_MSB", constant_word_bits(d) - 1);
    bind_int(b, "ADDRESS_MSB", d->address_bits - 1);
    bind_int(b, "BUS_MSB", d->bus_bits - 1);
}

static void bind_voices(struct bindings *b, const struct derived *d)
{
    bind_int(b, "DATA_MSB", d->channels * d->element_bits - 1);
    bind_int(b, "USER_MSB", 2 * d->channels - 1);
    bind_int(b, "CHANNEL_MSB", d->channels - 1);
    bind_int(b, "WORD_MSB", d->word_bits - 1);
    bind_int(b, "VECTOR_MSB", d->channels * d->lanes * d->activation_bits - 1);
}

/* ---- who shares a read port -------------------------------------------------------------------- */

struct client {
    const char *signals; /* SIGNALS_request, SIGNALS_grant, SIGNALS_bus_valid */
    const char *address; /* ADDRESS_address and ADDRESS_length, where they are others' too */
};

enum { CLIENTS_MAX = 5 };

static int data_clients(const struct program *p, struct client *list)
{
    bool streamed = !is_resident(p), two = has_two_ports(p);
    int count = 0;
    if (streamed && !two)
        list[count++] = (struct client){"weights", "weights"};
    if (streamed) {
        list[count++] = (struct client){"columns", "columns"};
        list[count++] = (struct client){"constants", "constants"};
    }
    list[count++] = (struct client){"load_data", "load"};
    if (has_queue(p))
        list[count++] = (struct client){"queue", "queue"};
    return count;
}

static int weights_clients(const struct program *p, struct client *list)
{
    int count = 0;
    if (!is_resident(p))
        list[count++] = (struct client){"weights", "weights"};
    list[count++] = (struct client){"load_weights", "load"};
    return count;
}

/* "{c_request, b_request, a_request}": the first client is the lowest bit. */
static void bind_clients(struct bindings *b, const char *key, const struct client *list, int count,
                         bool own, const char *suffix)
{
    struct text text = {0};
    if (count > 1)
        text_append(&text, "{");
    for (int n = count - 1; n >= 0; n--)
        text_appendf(&text, "%s%s%s", own ? list[n].signals : list[n].address, suffix,
                     n > 0 ? ", " : "");
    if (count > 1)
        text_append(&text, "}");
    bind_text(b, key, "%s", text_string(&text));
    text_free(&text);
}

static void bind_port(struct bindings *b, const char *port, const struct client *list, int count)
{
    static const struct { const char *key, *suffix; bool own; } signals[] = {
        {"REQUESTS", "_request", true}, {"ADDRESSES", "_address", false},
        {"LENGTHS", "_length", false},  {"GRANTS", "_grant", true},
    };
    char key[64];
    for (size_t n = 0; n < sizeof signals / sizeof *signals; n++) {
        snprintf(key, sizeof key, "%s_%s", port, signals[n].key);
        bind_clients(b, key, list, count, signals[n].own, signals[n].suffix);
    }
    snprintf(key, sizeof key, "%s_VALIDS", port);
    bind_clients(b, key, list, count, true, "_bus_valid");
    snprintf(key, sizeof key, "%s_CLIENTS", port);
    bind_int(b, key, count);
    snprintf(key, sizeof key, "%s_CLIENT_MSB", port);
    bind_int(b, key, count - 1);
}

/* ---- one template each ------------------------------------------------------------------------- */

static struct bindings *bind_mem_controller(const struct program *p)
{
    const struct derived *d = &p->d;
    struct client list[CLIENTS_MAX];
    struct resources resources;
    struct bindings *b = named(p);
    bind_flag(b, "RESIDENT", is_resident(p));
    bind_flag(b, "QUEUE", has_queue(p));
    bind_flag(b, "TWO_PORTS", has_two_ports(p));
    bind_int(b, "AHEAD", (d->bus_bits / 8 << d->fetch_bits) / 1024);
    bind_text(b, "PARTS", "ese_program_ram, %s%s",
              is_resident(p) ? "ese_ram_stream" : "ese_region_stream",
              has_queue(p) ? ", ese_queue, ese_writeback, ese_axi_write" : "");
    bind_model_words(b, d);
    bind_voices(b, d);
    bind_int(b, "STROBE_MSB", d->bus_bits / 8 - 1);
    bind_int(b, "PRODUCT_WORD_MSB", d->product_word_bits - 1);
    bind_int(b, "PASS_WORD_MSB", d->pass_word_bits - 1);
    bind_int(b, "WEIGHTS_WIDTH", weight_beat_bits(d));
    resources_count(&resources, p);
    bind_text(b, "WEIGHTS_RAM", "%s", resources.ultra ? "ultra" : "block");
    bind_int(b, "COLUMNS_WIDTH", column_word_bits(d));
    bind_int(b, "CONSTANTS_WIDTH", constant_word_bits(d));
    bind_text(b, "WEIGHTS_BUS", "%s", has_two_ports(p) ? "weights_bus" : "data_bus");
    bind_port(b, "WEIGHTS", list, weights_clients(p, list));
    int count = data_clients(p, list);
    bind_port(b, "DATA", list, count);
    bind_int(b, "OUTSTANDING_W", OUTSTANDING_BITS);
    bind_text(b, "AXI_CACHE", "4'd%d", p->config.axi_cache);
    bind_text(b, "AXI_PROT", "3'd%d", p->config.axi_prot);
    bind_int(b, "DATA_CLIENT_W", unsigned_bits(count > 1 ? count - 1 : 1));
    return b;
}

static struct bindings *bind_loader(const struct program *p, const char *source)
{
    struct bindings *b = named(p);
    bind_flag(b, "RESIDENT", is_resident(p));
    bind_flag(b, "STREAMED", !is_resident(p));
    bind_flag(b, "TWO_PORTS", has_two_ports(p));
    bind_flag(b, "HEADER_IN_PARTS", p->d.bus_bits < 1024);
    bind_text(b, "PORT_PLURAL", "%s", has_two_ports(p) ? "s" : "");
    bind_text(b, "IMAGE_IDENTITY", "%08X", (unsigned)IDENTITY_IMAGE);
    bind_int(b, "LAYOUT_IDENTITY", IDENTITY_LAYOUT);
    bind_text(b, "CHIP_HASH", "%08X", (unsigned)p->chip_hash);
    bind_model_words(b, &p->d);
#define MODEL_WORD(name, word, meaning)                         \
    if (template_mentions(source, "MODEL_" #name)) {                \
        struct bindings *row = bind_row(b, "MODEL_WORDS");      \
        bind_text(row, "SYMBOL", "%-20s", "MODEL_" #name);      \
        bind_text(row, "WORD", "%2d", word);                    \
        bind_text(row, "MEANING", "%s", meaning);               \
    }
#include "fpga/contract/layout.def"
    return b;
}

static struct bindings *bind_queue(const struct program *p, const char *source)
{
    const struct derived *d = &p->d;
    int bus_bytes_bits = unsigned_bits(d->bus_bits / 8) - 1;
    uint64_t above = d->address_bits < 64 ? ~UINT64_C(0) << d->address_bits : 0;
    uint64_t bus_word = (uint64_t)d->bus_bits / 8;
    struct bindings *b = named(p);
    bind_flag(b, "HEADER_IN_PARTS", d->bus_bits < 1024);
    bind_text(b, "DESCRIPTOR_IDENTITY", "%08X", (unsigned)IDENTITY_DESCRIPTOR);
    bind_text(b, "STRAY", "%016llX", (unsigned long long)(above | (bus_word - 1)));
    bind_text(b, "WITHIN", "%016llX", (unsigned long long)(REGION_ALIGNMENT - bus_word));
    bind_text(b, "FRAME_ZEROS", "%d'd0", 64 - bus_bytes_bits);
    bind_text(b, "BYTE_ZEROS", "%d'd0", bus_bytes_bits);
    bind_int(b, "ADDRESS_MSB", d->address_bits - 1);
    bind_int(b, "BUS_MSB", d->bus_bits - 1);
    bind_voices(b, d);
#define DESCRIPTOR_WORD(name, word, words, meaning)             \
    if (template_mentions(source, "DESCRIPTOR_" #name)) {           \
        struct bindings *row = bind_row(b, "DESCRIPTOR_WORDS"); \
        bind_text(row, "SYMBOL", "%-26s", "DESCRIPTOR_" #name); \
        bind_text(row, "WORD", "%2d", word);                    \
        bind_text(row, "MEANING", "%s", meaning);               \
    }
#include "fpga/contract/layout.def"
    return b;
}

static struct bindings *bind_host(const struct program *p)
{
    struct bindings *b = named(p);
    bind_flag(b, "QUEUE", has_queue(p));
    bind_int(b, "PES", p->d.pes);
    bind_int(b, "CHANNELS", p->d.channels);
    bind_int(b, "PE_MSB", p->d.pes - 1);
    bind_int(b, "CHANNEL_MSB", p->d.channels - 1);
    return b;
}

static struct bindings *bind_run_control(const struct program *p)
{
    struct bindings *b = named(p);
#define ERROR(name, code, present, told, meaning)           \
    {                                                       \
        struct bindings *row = bind_row(b, "ERRORS");       \
        bind_text(row, "SYMBOL", "%-21s", "ERROR_" #name);  \
        bind_text(row, "CODE", "%d", code);                 \
        bind_text(row, "TOLD", "%-21s", told);              \
        bind_text(row, "MEANING", "%s", meaning);           \
    }
#include "fpga/contract/errors.def"
#undef ERROR
    return b;
}

/* ---- all --------------------------------------------------------------------------------------- */

static bool add_part(struct output *output, struct text *list, const struct program *p,
                     const char *name, struct error *error)
{
    char template[80], as[80];
    struct text source = {0};
    const char *module = template_module(name);
    snprintf(template, sizeof template, "templates/%s.v.tpl", name);
    snprintf(as, sizeof as, "rtl/%s.v", module);
    text_appendf(list, "%s\n", as);
    bool ok = template_read(&source, template, error), constants = true;
    const char *text = ok ? text_string(&source) : "";
    struct bindings *b;
    if (strcmp(module, "ese_mem_controller") == 0) {
        b = bind_mem_controller(p);
    } else if (strcmp(module, "ese_loader") == 0) {
        b = bind_loader(p, text);
    } else if (strcmp(module, "ese_queue") == 0) {
        b = bind_queue(p, text);
    } else {
        constants = false;
        b = strcmp(module, "ese_host") == 0 ? bind_host(p) : bind_run_control(p);
    }
    if (ok)
        ok = template_render(output, template, &source, b, constants ? &p->d : NULL, as, error);
    else
        bindings_free(b);
    text_free(&source);
    return ok;
}

static bool add_modules(struct output *output, struct text *list, const char *const *modules,
                        struct error *error)
{
    bool ok = true;
    for (int n = 0; ok && modules[n] != NULL; n++)
        ok = template_add_module(output, list, modules[n], error);
    return ok;
}

bool loadable_add(struct output *output, struct text *list, const struct program *p,
                     struct error *error)
{
    bool ok = add_modules(output, list, MODULES, error) &&
              add_modules(output, list, is_resident(p) ? RESIDENT_MODULES : STREAM_MODULES, error) &&
              add_part(output, list, p, "memory/ese_mem_controller", error) &&
              add_part(output, list, p, "memory/ese_loader", error) &&
              add_part(output, list, p, "host/ese_host", error) &&
              add_part(output, list, p, "host/ese_run_control", error);
    if (ok && has_queue(p))
        ok = add_modules(output, list, QUEUE_MODULES, error) &&
             add_part(output, list, p, "memory/ese_queue", error);
    text_append(list, "rtl/ese_registers.v\n");
    return ok && registers_add(output, p, error);
}
