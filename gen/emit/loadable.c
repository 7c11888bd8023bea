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
    "memory/ese_crc32", "memory/ese_fetch", "util/ese_fifo", "memory/ese_loader",
    "memory/ese_model_words", "stream/ese_program_ram", "memory/ese_sections", "host/ese_slots",
    "memory/ese_unpack", NULL,
};
static const char *const RESIDENT_MODULES[] = {
    "stream/ese_ram_stream", "stream/ese_resident_model", "stream/ese_stream_control", NULL,
};
static const char *const STREAM_MODULES[] = {
    "stream/ese_region_stream", "stream/ese_streamed_model", NULL,
};
static const char *const QUEUE_MODULES[] = {
    "memory/ese_axi_write", "memory/ese_feed", "memory/ese_pack", "memory/ese_queue",
    "memory/ese_queue_control", "memory/ese_state_mover", "memory/ese_writeback", NULL,
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

static void bind_bus(struct bindings *b, const struct derived *d)
{
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

static void bind_bursts(struct bindings *b, const struct program *p)
{
    bind_int(b, "OUTSTANDING_W", OUTSTANDING_BITS);
    bind_text(b, "AXI_CACHE", "4'd%d", p->config.axi_cache);
    bind_text(b, "AXI_PROT", "3'd%d", p->config.axi_prot);
}

/* ---- who reads --------------------------------------------------------------------------------- */

/* Of the model: the loader, and streams, of which columns and constants are never apart from it. */
static int data_readers(const struct program *p)
{
    int weights = has_two_ports(p) ? 0 : 1;
    return is_resident(p) ? 1 : 1 + 2 + weights;
}

static int weights_readers(const struct program *p)
{
    return has_two_ports(p) && !is_resident(p) ? 2 : 1;
}

static void bind_masters(struct bindings *b, const struct program *p)
{
    struct interface list[INTERFACES_MOST];
    const int count = interfaces_list(p, list);
    for (int n = 0; n < count; n++) {
        if (list[n].bus != BUS_AXI)
            continue;
        const bool is_data = strcmp(list[n].name, "m_axi_data") == 0;
        const int readers = is_data ? data_readers(p) + has_queue(p) : weights_readers(p);
        struct bindings *row = bind_row(b, "MASTERS");
        bind_text(row, "INTERFACE", "%s", list[n].name);
        bind_text(row, "PORT", "%s", is_data ? "data" : "weights");
        bind_int(row, "BUS", is_data);
        bind_int(row, "CLIENTS", readers);
        bind_int(row, "CLIENT_W", unsigned_bits(readers > 1 ? readers - 1 : 1));
        bind_text(row, "TRAFFIC", "%s%s",
                  !is_data ? "weights.bin" : has_two_ports(p) ? "model.bin"
                                                              : "weights.bin, model.bin",
                  is_data && has_queue(p) ? ", descriptors, x, y, states" : "");
        interface_bind_channels(row, "WRITES", &list[n], true);
        interface_bind_channels(row, "READS", &list[n], false);
    }
}

/* ---- one template each ------------------------------------------------------------------------- */

static void bind_model_words(struct bindings *b, const struct derived *d)
{
    bind_int(b, "PRODUCT_MSB", d->product_bits - 1);
    bind_int(b, "PASS_MSB", d->pass_bits - 1);
    bind_int(b, "PRODUCT_WORD_MSB", d->product_word_bits - 1);
    bind_int(b, "PASS_WORD_MSB", d->pass_word_bits - 1);
    bind_int(b, "WEIGHTS_MSB", weight_beat_bits(d) - 1);
    bind_int(b, "COLUMNS_MSB", column_word_bits(d) - 1);
    bind_int(b, "CONSTANTS_MSB", constant_word_bits(d) - 1);
}

static struct bindings *bind_mem_controller(const struct program *p, const char *source,
                                            const char *model)
{
    const struct derived *d = &p->d;
    struct resources resources;
    struct bindings *b = named(p);
    resources_count(&resources, p);
    bind_flag(b, "RESIDENT", is_resident(p));
    bind_flag(b, "QUEUE", has_queue(p));
    bind_flag(b, "ONE_PORT", !has_two_ports(p));
    bind_int(b, "PORTS", p->config.memory_ports);
    bind_int(b, "AHEAD", (d->bus_bits / 8 << d->fetch_bits) / 1024);
    bind_text(b, "PARTS", "%s%s", is_resident(p) ? "ese_resident_model, " : "ese_streamed_model, ",
              has_queue(p) ? "ese_mover, " : "");
    bind_text(b, "WEIGHTS_RAM", "%s", resources.ultra ? "ultra" : "block");
    bind_model_words(b, d);
    bind_voices(b, d);
    bind_bursts(b, p);
    bind_int(b, "WEIGHTS_READERS", weights_readers(p));
    bind_int(b, "DATA_READERS", data_readers(p));
    bind_int(b, "READERS", data_readers(p) + has_queue(p));
    bind_masters(b, p);
    template_bind_numbers(b, "MODEL_NUMBERS", model, source);
    return b;
}

static struct bindings *bind_header(const struct program *p, const char *source)
{
    struct bindings *b = named(p);
    bind_flag(b, "HEADER_IN_PARTS", p->d.bus_bits < 1024);
    bind_text(b, "IMAGE_IDENTITY", "%08X", (unsigned)IDENTITY_IMAGE);
    bind_int(b, "LAYOUT_IDENTITY", IDENTITY_LAYOUT);
    bind_text(b, "CHIP_HASH", "%08X", (unsigned)p->chip_hash);
    bind_int(b, "BUS_MSB", p->d.bus_bits - 1);
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

static struct bindings *bind_descriptor(const struct program *p, const char *source)
{
    const struct derived *d = &p->d;
    uint64_t above = d->address_bits < 64 ? ~UINT64_C(0) << d->address_bits : 0;
    uint64_t bus_word = (uint64_t)d->bus_bits / 8;
    struct bindings *b = named(p);
    bind_flag(b, "HEADER_IN_PARTS", d->bus_bits < 1024);
    bind_text(b, "DESCRIPTOR_IDENTITY", "%08X", (unsigned)IDENTITY_DESCRIPTOR);
    bind_text(b, "STRAY", "%016llX", (unsigned long long)(above | (bus_word - 1)));
    bind_bus(b, d);
    bind_int(b, "CHANNEL_MSB", d->channels - 1);
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

static struct bindings *bind_mover(const struct program *p)
{
    struct interface list[INTERFACES_MOST];
    const int count = interfaces_list(p, list);
    struct bindings *b = named(p);
    bind_bus(b, &p->d);
    bind_voices(b, &p->d);
    bind_bursts(b, p);
    for (int n = 0; n < count; n++)
        if (list[n].bus == BUS_AXI && list[n].writes)
            interface_bind_channels(b, "WRITES", &list[n], true);
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

static bool bind_part(struct bindings **b, const struct program *p, const char *module,
                      const char *source, struct error *error)
{
    struct text model = {0};
    bool ok = true;
    if (strcmp(module, "ese_mem_controller") == 0) {
        ok = template_read(&model, is_resident(p) ? "templates/stream/ese_resident_model.v"
                                                  : "templates/stream/ese_streamed_model.v", error);
        *b = ok ? bind_mem_controller(p, source, text_string(&model)) : NULL;
    } else if (strcmp(module, "ese_header") == 0) {
        *b = bind_header(p, source);
    } else if (strcmp(module, "ese_descriptor") == 0) {
        *b = bind_descriptor(p, source);
    } else if (strcmp(module, "ese_mover") == 0) {
        *b = bind_mover(p);
    } else {
        *b = strcmp(module, "ese_host") == 0 ? bind_host(p) : bind_run_control(p);
    }
    text_free(&model);
    return ok;
}

static bool add_part(struct output *output, struct text *list, const struct program *p,
                     const char *name, struct error *error)
{
    char template[80], as[80];
    struct text source = {0};
    struct bindings *b;
    const char *module = template_module(name);
    bool constants = strncmp(name, "memory/", 7) == 0; /* named ones of derived.def */
    snprintf(template, sizeof template, "templates/%s.v.tpl", name);
    snprintf(as, sizeof as, "rtl/%s.v", module);
    text_appendf(list, "%s\n", as);
    bool ok = template_read(&source, template, error) &&
              bind_part(&b, p, module, text_string(&source), error) &&
              template_render(output, template, &source, b, constants ? &p->d : NULL, as, error);
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
              add_part(output, list, p, "memory/ese_header", error) &&
              add_part(output, list, p, "host/ese_host", error) &&
              add_part(output, list, p, "host/ese_run_control", error);
    if (ok && has_queue(p))
        ok = add_modules(output, list, QUEUE_MODULES, error) &&
             add_part(output, list, p, "memory/ese_mover", error) &&
             add_part(output, list, p, "memory/ese_descriptor", error);
    text_append(list, "rtl/ese_registers.v\n");
    return ok && registers_add(output, p, error);
}
