/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/config/config_file.h"
#include "gen/config/home.h"
#include "gen/emit/plan.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/emit/chip_readme.h"
#include "gen/emit/plan_parts.h"
#include "gen/emit/registers.h"
#include "gen/emit/render.h"
#include "gen/emit/version.h"
#include "gen/image/images.h"
#include "gen/image/regions.h"
#include "gen/report/report.h"

/* Modules that every chip has; templates/NAME.v is copied as it is. */
static const char *const MODULES[] = {
    "ese_accu_control", "ese_act_queue", "ese_adder_tree", "ese_assemble", "ese_block_state",
    "ese_channel", "ese_controller", "ese_drain_control", "ese_elem_mul", "ese_element",
    "ese_element_control", "ese_frame_context", "ese_front_end", "ese_input_buffer",
    "ese_output_buffer", "ese_pass_sequencer", "ese_pe", "ese_product_sequencer", "ese_progress",
    "ese_ptr_read", "ese_ram", "ese_rom", "ese_round_shift_right", "ese_saturate", "ese_spmat_read",
};

/* Where the model comes from: read-only memory, or external memory (plan_memory.c). */
static const char *const ROM_MODULES[] = {"ese_program_rom", "ese_rom_stream", "ese_stream_control", NULL};

/* What the simulation needs, copied so that the folder stands alone. */
static const char *const BENCH[] = {
    "axi_check.c",    "axi_check.h",     "axi_check_write.c", "ese_bench.v",
    "harness.c",      "harness.h",       "harness_axi.c",     "harness_axi.h",
    "harness_check.c", "harness_dpi.c",  "harness_plan.c",    "harness_plan_axi.c",
    "harness_report.c", "harness_vpi.c", "host.c",            "host.h",
    "host_access.c",  "host_access.h",
    "host_queue.c",   "host_queue.h",    "memory.c",          "memory.h",
    "memory_ddr3.c",  "memory_write.c",  "slot.c",            "slot.h",
    "served.c",       "served.h",        "stimulus.h",        "verilator.vlt",
};

/* The host library (fpga/driver/README.md), beside the chip's own ese_registers.h. */
static const char *const DRIVER[] = {
    "README.md",      "ese_bus.h",    "ese_bus_pipe.c", "ese_bus_uio.c", "ese_bus_xdma.c",
    "ese_driver.c",   "ese_driver.h", "ese_internal.h", "ese_layout.c",  "ese_load.c",
    "ese_pipe.h",     "ese_pool.c",   "ese_pool.h",     "ese_server.c",  "ese_server.h",
    "example.c",
};

enum { MODULE_COUNT = sizeof MODULES / sizeof *MODULES, BENCH_COUNT = sizeof BENCH / sizeof *BENCH,
       DRIVER_COUNT = sizeof DRIVER / sizeof *DRIVER };

static bool copy_file(struct output *output, const char *folder, const char *file, const char *as,
                      struct error *error)
{
    struct text path = {0}, text = {0};
    text_appendf(&path, "%s/%s/%s", ese_home(), folder, file);
    bool ok = text_read_file(&text, text_string(&path), error);
    if (ok)
        output_take(output, as, &text);
    text_free(&path);
    text_free(&text);
    return ok;
}

static bool is_word_character(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

bool plan_mentions(const char *text, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = strstr(text, name); at != NULL; at = strstr(at + 1, name))
        if ((at == text || !is_word_character(at[-1])) && !is_word_character(at[length]) &&
            (at == text || at[-1] != '.'))
            return true;
    return false;
}

/* Of the named constants in derived.def, those that the text uses. */
static void bind_constants(struct bindings *b, const struct derived *d, const char *text)
{
#define DERIVED(name, constant, meaning)                           \
    if (plan_mentions(text, #constant)) {                               \
        struct bindings *row = bind_row(b, "CONSTANTS_USED");      \
        bind_text(row, "CONSTANT", "%-19s", #constant);            \
        bind_text(row, "VALUE", "%7d", d->name);                   \
        bind_text(row, "MEANING", "%s", meaning);                  \
    }
#include "models/program/derived.def"
#undef DERIVED
}

/* The number of the last of `count`, `bits` wide. */
static void bind_last(struct bindings *b, const char *key, int bits, int count)
{
    bind_text(b, key, "%d'd%d", bits, count - 1);
}

static struct bindings *bind_top(const struct program *p, const struct cycles *cycles,
                                 const char *command)
{
    const struct derived *d = &p->d;
    const struct formats *f = &p->quant.formats;
    struct bindings *b = bindings_new();
    bind_text(b, "NAME", "%s", p->config.name);
    bind_text(b, "VERSION", "%s", ESE_VERSION);
    bind_text(b, "COMMAND", "%s", command);
    bind_text(b, "HASH", "%08x", (unsigned)p->config_hash);
    bind_int(b, "CHANNELS", d->channels);
    bind_int(b, "PES", d->pes);
    bind_int(b, "X_SIZE", d->x_size);
    bind_int(b, "C_SIZE", d->c_size);
    bind_int(b, "Y_SIZE", d->y_size);
    bind_int(b, "WEIGHT_W", d->weight_bits);
    bind_int(b, "ACT_W", d->activation_bits);
    bind_int(b, "ELEMENT_W", d->element_bits);
    bind_int(b, "X_FRAC", f->x);
    bind_int(b, "Y_FRAC", f->y);
    bind_int(b, "C_FRAC", f->c);
    bind_int(b, "M_FRAC", f->m);
    bind_int(b, "CYCLES", cycles->cycles_per_frame);
    bind_int(b, "DATA_MSB", d->channels * d->element_bits - 1);
    bind_int(b, "USER_MSB", 2 * d->channels - 1);
    bind_int(b, "CHANNEL_MSB", d->channels - 1);
    bind_int(b, "CELL_MSB", d->lanes * d->channels * d->activation_bits - 1);
    bind_int(b, "LANE_MSB", d->lanes - 1);
    bind_int(b, "PE_MSB", d->pes - 1);
    bind_int(b, "PROJECTION", p->quant.projection);
    bind_flag(b, "HAS_PROJECTION", p->quant.projection);
    bind_text(b, "AND_M", "%s", p->quant.projection ? " and m" : "");
    bind_text(b, "TABLE_MODULE", "%-14s", p->quant.sigm.direct ? "ese_act_points" : "ese_act_table");
    bind_int(b, "INTERPOLATE", !p->quant.sigm.direct);
    bind_int(b, "PEEPHOLE", p->quant.peephole);
    bind_int(b, "CANDIDATE_TANH", p->quant.candidate == CANDIDATE_TANH);
    bind_last(b, "LAST_PRODUCT", d->product_bits, d->products);
    bind_last(b, "LAST_PASS", d->pass_bits, d->passes);
    bind_last(b, "LAST_X", d->x_count_bits, d->x_size);
    bind_last(b, "LAST_Y", d->y_size_bits, d->y_size);
    plan_bind_memory(b, p);
    return b;
}

bool plan_read_template(struct text *source, const char *name, struct error *error)
{
    struct text path = {0};
    text_appendf(&path, "%s/%s", ese_home(), name);
    bool ok = text_read_file(source, text_string(&path), error);
    text_free(&path);
    return ok;
}

bool plan_render(struct output *output, const char *template, const struct text *source,
                         struct bindings *b, const struct derived *d, const char *as,
                         struct error *error)
{
    struct text rendered = {0};
    if (d != NULL)
        bind_list(b, "CONSTANTS_USED");
    bool ok = render(text_string(source), template, RENDER_VERILOG, b, &rendered, error);
    if (ok && d != NULL) {
        bind_constants(b, d, text_string(&rendered));
        text_cut(&rendered, 0);
        ok = render(text_string(source), template, RENDER_VERILOG, b, &rendered, error);
    }
    ok = ok && bindings_check_used(b, error);
    if (ok)
        output_take(output, as, &rendered);
    else
        fputs(bindings_report(b), stderr);
    bindings_free(b);
    text_free(&rendered);
    return ok;
}

static bool add_top(struct output *output, const struct program *p, const struct cycles *cycles,
                    const char *command, struct error *error)
{
    static const char *const name = "templates/ese_top.v.tpl";
    struct text source = {0};
    bool ok = plan_read_template(&source, name, error) &&
              plan_render(output, name, &source, bind_top(p, cycles, command), &p->d,
                           "rtl/ese_top.v", error);
    text_free(&source);
    return ok;
}

bool plan_add_module(struct output *output, struct text *list, const char *name,
                       struct error *error)
{
    char file[64], as[80];
    snprintf(file, sizeof file, "%s.v", name);
    snprintf(as, sizeof as, "rtl/%s", file);
    text_appendf(list, "%s\n", as);
    return copy_file(output, "templates", file, as, error);
}

static bool add_rtl(struct output *output, const struct program *p, struct error *error)
{
    struct text list = {0};
    bool ok = true;
    text_append(&list, "rtl/ese_top.v\n");
    for (int n = 0; ok && n < MODULE_COUNT; n++)
        ok = plan_add_module(output, &list, MODULES[n], error);
    ok = ok && plan_add_module(output, &list,
                               p->quant.sigm.direct ? "ese_act_points" : "ese_act_table", error);
    if (p->config.memory != MEMORY_ROM)
        ok = ok && plan_add_memory(output, &list, p, error);
    else
        for (int n = 0; ok && ROM_MODULES[n] != NULL; n++)
            ok = plan_add_module(output, &list, ROM_MODULES[n], error);
    output_take(output, "rtl/files.f", &list);
    return ok;
}

/* What lies in external memory. */
static void add_regions(struct output *output, const struct program *p, const char *folder)
{
    struct region regions[REGION_COUNT];
    regions_build(p, regions);
    for (int n = 0; n < REGION_COUNT; n++) {
        char path[64];
        snprintf(path, sizeof path, "%s%s", folder, regions[n].file);
        output_take(output, path, &regions[n].bytes);
    }
}

/* Memories of the chip as .mem; what lies in external memory as .bin. */
static void add_images(struct output *output, const struct program *p)
{
    struct named_image images[IMAGE_COUNT];
    char path[64];
    images_build(p, images);
    for (int n = 0; n < IMAGE_COUNT; n++) {
        struct text text = {0};
        snprintf(path, sizeof path, "mem/%s", images[n].name);
        if (image_is_on_chip(p, n)) {
            mem_image_render(images[n].image, &text);
            output_take(output, path, &text);
        }
        mem_image_free(images[n].image);
    }
    if (p->config.memory != MEMORY_ROM)
        add_regions(output, p, "mem/");
}

static bool add_bench(struct output *output, const struct program *p, struct error *error)
{
    struct text params = {0};
    text_appendf(&params,
                 "// SPDX-License-Identifier: Apache-2.0\n"
                 "// ese_bench_params.vh - the shape of this chip, for the bench.\n"
                 "localparam CHANNELS = %d;\nlocalparam ELEMENT_BITS = %d;\n"
                 "localparam ACTIVATION_BITS = %d;\nlocalparam LANES = %d;\nlocalparam PES = %d;\n",
                 p->d.channels, p->d.element_bits, p->d.activation_bits, p->d.lanes, p->d.pes);
    if (p->config.memory != MEMORY_ROM)
        text_appendf(&params,
                     "`define ESE_AXI\n%s%s"
                     "localparam AXI_DATA_BITS = %d;\nlocalparam AXI_ADDRESS_BITS = %d;\n",
                     p->config.memory_ports > 1 ? "`define ESE_AXI_WEIGHTS\n" : "",
                     p->config.io == IO_MEMORY ? "`define ESE_AXI_QUEUE\n" : "", p->d.bus_bits,
                     p->d.address_bits);
    output_take(output, "sim/ese_bench_params.vh", &params);
    registers_add_header(output, "sim/ese_registers.h");
    bool ok = true;
    for (int n = 0; ok && n < BENCH_COUNT; n++) {
        char as[64];
        snprintf(as, sizeof as, "sim/%s", BENCH[n]);
        ok = copy_file(output, "sim", BENCH[n], as, error);
    }
    return ok && copy_file(output, "fpga/driver", "ese_pipe.h", "sim/ese_pipe.h", error);
}

static bool add_driver(struct output *output, const struct program *p, struct error *error)
{
    bool ok = true;
    for (int n = 0; ok && n < DRIVER_COUNT && p->config.memory != MEMORY_ROM; n++) {
        char as[64];
        snprintf(as, sizeof as, "driver/%s", DRIVER[n]);
        ok = copy_file(output, "fpga/driver", DRIVER[n], as, error);
    }
    return ok;
}

static bool copy_into(struct output *output, const char *path, const char *as, struct error *error)
{
    struct text text = {0};
    bool ok = text_read_file(&text, path, error);
    if (ok)
        output_take(output, as, &text);
    text_free(&text);
    return ok;
}

/* A file out of the folder of utterances; labels need not be there. */
static bool copy_utterance(struct output *output, const char *folder, const char *file, bool needed,
                           struct error *error)
{
    struct text path = {0}, as = {0};
    text_appendf(&path, "%s/%s", folder, file);
    text_appendf(&as, "model/utterances/%s", file);
    bool ok = true;
    if (needed || access(text_string(&path), F_OK) == 0)
        ok = copy_into(output, text_string(&path), text_string(&as), error);
    text_free(&path);
    text_free(&as);
    return ok;
}

/* The model and the utterances, so that the folder can be verified anywhere. */
static bool add_model(struct output *output, const struct program *p, struct error *error)
{
    const struct model_config *model = &p->config.model;
    bool ok = true;
    if (model->path != NULL)
        ok = copy_into(output, model->path, "model/model.safetensors", error);
    if (!ok || model->utterances == NULL)
        return ok;
    DIR *folder = opendir(model->utterances);
    if (folder == NULL) /* a single file */
        return copy_into(output, model->utterances, "model/utterances/utterance.npy", error);
    closedir(folder);
    for (int u = 0; ok && u < p->utterances.count; u++) {
        char file[300];
        snprintf(file, sizeof file, "%.250s.npy", p->utterances.names[u]);
        ok = copy_utterance(output, model->utterances, file, true, error);
        snprintf(file, sizeof file, "%.250s.labels.npy", p->utterances.names[u]);
        ok = ok && copy_utterance(output, model->utterances, file, false, error);
    }
    return ok && copy_utterance(output, model->utterances, "phones.txt", false, error);
}

void plan_config(struct output *output, const struct program *p)
{
    const struct model_config *model = &p->config.model;
    char *buffer = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&buffer, &size);
    BUG_UNLESS(stream != NULL);
    config_write(&p->config, model->path != NULL ? "model/model.safetensors" : NULL,
                 model->utterances != NULL ? "model/utterances" : NULL, stream);
    fclose(stream);
    struct text text = {0};
    text_append_bytes(&text, buffer, size);
    output_take(output, "config.yaml", &text);
    free(buffer);
    const char *name;
    struct text value = {0};
    for (int n = 0; config_key(&p->config, n, &name, &value); n++, text_cut(&value, 0))
        if (strcmp(name, "model.path") != 0 && strcmp(name, "model.utterances") != 0)
            output_set_config(output, name, text_string(&value));
    text_free(&value);
}

void plan_command(struct text *text, const char *command, const char *source, char *const *sets,
                  size_t set_count)
{
    const char *slash = strrchr(source, '/');
    text_appendf(text, "%s %s", command, slash != NULL ? slash + 1 : source);
    for (size_t n = 0; n < set_count; n++) {
        const char *set = sets[n], *value = strchr(set, '=');
        slash = strrchr(set, '/');
        if (slash != NULL && value != NULL && value < slash)
            text_appendf(text, " --set %.*s=%s", (int)(value - set), set, slash + 1);
        else
            text_appendf(text, " --set %s", set);
    }
}

bool plan_model(struct output *output, const struct program *p, const char *command,
                struct error *error)
{
    output_set_command(output, command);
    output_set_config_hash(output, p->config_hash);
    plan_config(output, p);
    add_regions(output, p, "");
    return add_model(output, p, error);
}

bool plan_chip(struct output *output, const struct program *p, const struct cycles *cycles,
               const char *command, struct error *error)
{
    output_set_command(output, command);
    output_set_config_hash(output, p->config_hash);
    plan_config(output, p);
    add_images(output, p);
    report_add(output, p, cycles);
    return add_top(output, p, cycles, command, error) && add_rtl(output, p, error) &&
           add_bench(output, p, error) && add_driver(output, p, error) &&
           add_model(output, p, error) &&
           chip_readme_add(output, p, cycles, command, error);
}
