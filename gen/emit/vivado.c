/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/emit/vivado.h"

#include <stdio.h>
#include <string.h>

#include "gen/config/device.h"
#include "gen/emit/bench.h"
#include "gen/emit/interfaces.h"
#include "gen/emit/prefix.h"
#include "gen/emit/register_map.h"
#include "gen/emit/template.h"
#include "gen/image/images.h"
#include "gen/report/layers.h"
#include "models/base/version.h"

static const char *const SCRIPTS[] = {
    "build.tcl",      "common.tcl", "example_bd.tcl", "ooc.tcl",
    "package_ip.tcl", "report.tcl", "simulate.tcl",
};

enum { SCRIPT_COUNT = sizeof SCRIPTS / sizeof *SCRIPTS };

/* The IP's name in Vivado's catalogue, as in IP-XACT (gen/door/ipxact.c): chips of two prefixes are
 * two IPs. */
static void bind_vlnv(struct bindings *b, const struct program *p)
{
    bind_text(b, "VLNV", "ese:chip:%s:%d.%d", prefix_top(&p->config).text, ESE_VERSION_MAJOR,
              ESE_VERSION_MINOR);
}

static void bind_images(struct bindings *b, const struct program *p)
{
    struct named_image images[IMAGE_COUNT];
    bind_list(b, "IMAGES");
    images_build(p, images);
    for (int n = 0; n < IMAGE_COUNT; n++) {
        if (image_is_on_chip(p, n))
            bind_text(bind_row(b, "IMAGES"), "IMAGE", "%s%s", image_mark(&p->config).text,
                      images[n].name);
        mem_image_free(images[n].image);
    }
}

static void bind_interfaces(struct bindings *b, const struct program *p)
{
    static const char *const kinds[] = {
        [BUS_LITE] = "lite", [BUS_AXI] = "axi", [BUS_STREAM] = "stream",
    };
    struct interface list[INTERFACES_MOST];
    const int count = interfaces_list(p, list);
    bind_list(b, "INTERFACES");
    for (int n = 0; n < count; n++) {
        struct text parameters = {0};
        struct bindings *row = bind_row(b, "INTERFACES");
        interface_parameters(&parameters, &list[n], " ", " ");
        bind_text(row, "INTERFACE", "%s", list[n].name);
        bind_text(row, "KIND", "%s", kinds[list[n].bus]);
        bind_text(row, "MODE", "%s", list[n].is_master ? "master" : "slave");
        bind_text(row, "BUS_VLNV", "%s", interface_vlnv(&list[n]));
        bind_text(row, "TCL_PARAMETERS", "%s", text_string(&parameters));
        text_free(&parameters);
    }
}

static void bind_registers(struct bindings *b, const struct program *p)
{
    struct register_entry list[REGISTERS_MOST];
    const int count = p->config.memory != MEMORY_ROM ? registers_list(p, list) : 0;
    bind_list(b, "REGISTERS");
    for (int n = 0; n < count; n++) {
        struct bindings *row = bind_row(b, "REGISTERS");
        bind_text(row, "REGISTER", "%s", list[n].name);
        bind_text(row, "OFFSET", "0x%03X", list[n].offset);
        bind_text(row, "ACCESS", "%s", register_access(list[n].kind));
        bind_text(row, "RESET", "0x%08X", list[n].value);
        struct text meaning = {0};
        register_meaning(&meaning, &list[n]);
        bind_text(row, "MEANING", "%s", text_string(&meaning));
        text_free(&meaning);
    }
}

/* What is linked into a simulation by DPI. */
static void bind_bench(struct bindings *b)
{
    bind_list(b, "BENCH");
    for (int n = 0; n < bench_file_count; n++)
        if (bench_is_harness_by_dpi(&bench_files[n]))
            bind_text(bind_row(b, "BENCH"), "FILE", "%s", bench_files[n].name);
}

static struct bindings *bind_chip(const struct program *p)
{
    struct bindings *b = bindings_new();
    bind_text(b, "NAME", "%s", p->config.name);
    bind_text(b, "VERSION", "%s", ESE_VERSION);
    bind_text(b, "TOP", "%s", prefix_top(&p->config).text);
    bind_text(b, "ACCELERATOR", "%s", accelerator_text(&p->network));
    bind_text(b, "HASH", "%08x", (unsigned)p->config_hash);
    bind_text(b, "PART", "%s", device_of(&p->config)->part);
    bind_int(b, "CLOCK_MHZ", p->config.clock_mhz);
    bind_text(b, "INTERRUPT", "%s", p->config.memory != MEMORY_ROM ? "irq" : "");
    bind_vlnv(b, p);
    bind_images(b, p);
    bind_interfaces(b, p);
    bind_registers(b, p);
    bind_bench(b);
    return b;
}

static struct bindings *bind_clock(const struct program *p)
{
    struct bindings *b = bindings_new();
    bind_text(b, "NAME", "%s", p->config.name);
    bind_int(b, "CLOCK_MHZ", p->config.clock_mhz);
    bind_text(b, "PERIOD", "%.3f", 1000.0 / p->config.clock_mhz);
    return b;
}

/* Takes the bindings over. */
static bool add_filled(struct output *output, const char *name, struct bindings *b,
                       struct error *error)
{
    char template[64], as[64];
    struct text source = {0}, rendered = {0};
    snprintf(template, sizeof template, "fpga/vivado/%s.tpl", name);
    snprintf(as, sizeof as, "vivado/%s", name);
    bool ok = template_read(&source, template, error) &&
              render(text_string(&source), template, RENDER_HASH, b, &rendered, error) &&
              bindings_check_used(b, error);
    if (ok)
        output_take(output, as, &rendered);
    else
        fputs(bindings_report(b), stderr);
    text_free(&source);
    text_free(&rendered);
    bindings_free(b);
    return ok;
}

bool vivado_add(struct output *output, const struct program *p, struct error *error)
{
    bool ok = add_filled(output, "chip.tcl", bind_chip(p), error) &&
              add_filled(output, "ooc.xdc", bind_clock(p), error);
    for (int n = 0; ok && n < SCRIPT_COUNT; n++) {
        char as[64];
        snprintf(as, sizeof as, "vivado/%s", SCRIPTS[n]);
        ok = template_copy(output, "fpga/vivado", SCRIPTS[n], as, error);
    }
    return ok;
}
