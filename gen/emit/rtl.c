/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/emit/rtl.h"

#include <stdio.h>
#include <string.h>

#include "gen/emit/chip_layers.h"
#include "gen/emit/interfaces.h"
#include "gen/emit/loadable.h"
#include "gen/emit/template.h"
#include "gen/image/images.h"
#include "gen/report/layers.h"
#include "models/base/version.h"
#include "models/program/derive.h"
#include "models/program/element.h"

/* Modules that every chip has, with their rooms; templates/NAME.v is copied as it is. */
static const char *const MODULES[] = {
    "array/ese_accu_control", "array/ese_act_queue", "element/ese_act_table",
    "element/ese_activation", "element/ese_adder_tree", "util/ese_align", "array/ese_array",
    "array/ese_assemble", "array/ese_block_state", "element/ese_c_as_z", "element/ese_cell",
    "array/ese_channel", "core/ese_column_head", "core/ese_controller", "core/ese_core",
    "util/ese_delay", "array/ese_drain_control", "element/ese_elem_mul", "element/ese_element",
    "element/ese_element_control", "core/ese_frame_context", "array/ese_front_end", "element/ese_function_result", "array/ese_gates",
    "util/ese_image", "core/ese_input_buffer", "element/ese_operation", "core/ese_output_buffer",
    "core/ese_pass_sequencer", "array/ese_pe", "core/ese_product_sequencer", "core/ese_progress",
    "array/ese_ptr_read", "util/ese_ram", "util/ese_rom", "util/ese_round_shift_right",
    "util/ese_saturate", "util/ese_skid", "array/ese_spmat_read", "array/ese_spread",
    "core/ese_vectors", "array/ese_voices",
};

/* Where the model comes from: read-only memory, or external memory (loadable.c). */
static const char *const ROM_MODULES[] = {
    "stream/ese_program_rom", "stream/ese_rom_model", "stream/ese_rom_stream",
    "stream/ese_stream_control", NULL,
};

enum { MODULE_COUNT = sizeof MODULES / sizeof *MODULES };

/* The number of the last of `count`, `bits` wide. */
static void bind_last(struct bindings *b, const char *key, int bits, int count)
{
    bind_text(b, key, "%d'd%d", bits, count - 1);
}

/* How far numbers of each format are shifted left, as a Verilog concatenation: of format 0 last. */
static void bind_formats(struct bindings *b, const struct program *p)
{
    const struct derived *d = &p->d;
    struct element_format list[LAYERS_MOST];
    struct text sum = {0}, c = {0}, m = {0}, hidden = {0};
    for (int n = element_formats(p, list); n-- > 0;) {
        const char *const end = n > 0 ? ", " : "";
        text_appendf(&sum, "8'd%d%s", d->round_shift - list[n].round_shift, end);
        text_appendf(&c, "8'd%d%s", d->c_fraction - list[n].c_fraction, end);
        text_appendf(&m, "8'd%d%s", list[n].m_fraction - d->m_fraction, end);
        text_appendf(&hidden, "8'd%d%s", list[n].hidden_shift - d->hidden_shift, end);
    }
    bind_text(b, "SUM_LEFTS", "{%s}", text_string(&sum));
    bind_text(b, "C_LEFTS", "{%s}", text_string(&c));
    bind_text(b, "M_LEFTS", "{%s}", text_string(&m));
    bind_text(b, "HIDDEN_LEFTS", "{%s}", text_string(&hidden));
    text_free(&sum);
    text_free(&c);
    text_free(&m);
    text_free(&hidden);
}

/* Of the module tree: which parts there are, and what they do. */
static void bind_parts(struct bindings *b, const struct program *p)
{
    const struct derived *d = &p->d;
    const bool is_lstm = network_only(&p->network, LAYER_LSTM) != NULL;
    const bool kept = derive_kept_depth(d) > 0, scratch = d->scratch_words > 0;
    const bool sigmoid = element_has_sigmoid(d), tanh = element_has_tanh(d);
    bind_text(b, "ACCELERATOR", "%s", accelerator_text(&p->network));
    bind_text(b, "NO_GATES", "%s", d->has_cells ? "; gates are not seen" : "");
    bind_flag(b, "SEVERAL_FORMATS", d->formats > 1);
    bind_flag(b, "CELLS", d->has_cells);
    bind_flag(b, "OUTS", d->has_outs);
    bind_text(b, "CELL_VECTORS", "%s%s%s", d->has_outs ? "c and m" : "", d->has_outs && d->mirrored ? ", " : "",
              d->mirrored ? "h" : "");
    bind_flag(b, "TABLES", sigmoid || tanh);
    bind_text(b, "FUNCTIONS", "%s",
              sigmoid && tanh ? "Sigmoid and Tanh" : sigmoid ? "Sigmoid" : tanh ? "Tanh" : "no function");
    bind_flag(b, "STORED", kept || scratch);
    if (is_lstm)
        bind_text(b, "STORED_VECTORS", "%s", scratch ? "y and m" : "y");
    else
        bind_text(b, "STORED_VECTORS", "%s%s%s", kept ? "vectors that the next frame reads" : "",
                  kept && scratch ? ", and others" : "", kept ? "" : "vectors of this frame");
}

static struct bindings *bind_top(const struct program *p, const struct cycles *cycles,
                                 const char *command)
{
    const struct derived *d = &p->d;
    struct bindings *b = bindings_new();
    bind_text(b, "NAME", "%s", p->config.name);
    bind_text(b, "VERSION", "%s", ESE_VERSION);
    bind_text(b, "IMAGE", "%s", image_mark(&p->config).text);
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
    bind_int(b, "X_FRAC", p->quant.vectors[0].fraction);
    bind_int(b, "Y_FRAC", quantized_output(&p->quant)->fraction);
    bind_int(b, "C_FRAC", d->c_fraction); /* in words of one LSTM, which has no others */
    bind_int(b, "M_FRAC", d->m_fraction);
    bind_int(b, "CYCLES", cycles->cycles_per_frame);
    bind_int(b, "RESULT_MSB", d->lanes * d->channels * d->activation_bits - 1);
    bind_int(b, "LANE_MSB", d->lanes - 1);
    bind_int(b, "PE_MSB", d->pes - 1);
    bind_int(b, "INTERPOLATE", !p->quant.sigm.direct);
    bind_formats(b, p);
    bind_parts(b, p);
    chip_layers_bind(b, p);
    bind_last(b, "LAST_X", d->x_count_bits, d->x_size);
    bind_last(b, "LAST_Y", d->y_size_bits, d->y_size);
    loadable_bind(b, p);
    interfaces_bind(b, p);
    return b;
}

static bool add_top(struct output *output, const struct program *p, const struct cycles *cycles,
                    const char *command, struct error *error)
{
    static const char *const name = "templates/shell/ese_top.v.tpl";
    struct text source = {0}, core = {0};
    bool ok = template_read(&source, name, error) &&
              template_read(&core, "templates/core/ese_core.v", error);
    if (ok) {
        struct bindings *b = bind_top(p, cycles, command);
        template_bind_numbers(b, "CORE_NUMBERS", text_string(&core), text_string(&source));
        ok = template_render(output, name, &source, b, &p->d, "rtl/ese_top.v", error);
    }
    text_free(&source);
    text_free(&core);
    return ok;
}

/* The same list twice: with paths from the chip's folder, and from where the list lies. */
static void add_lists(struct output *output, struct text *list)
{
    static const char folder[] = "rtl/";
    struct text relative = {0};
    for (const char *line = text_string(list); *line != '\0';) {
        size_t length = strcspn(line, "\n") + 1;
        text_append_bytes(&relative, line + sizeof folder - 1, length - (sizeof folder - 1));
        line += length;
    }
    output_take(output, "rtl/files.f", list);
    output_take(output, "rtl/relative.f", &relative);
}

static bool add_modules(struct output *output, const struct program *p, struct error *error)
{
    struct text list = {0};
    bool ok = true;
    text_append(&list, "rtl/ese_top.v\n");
    for (int n = 0; ok && n < MODULE_COUNT; n++)
        ok = template_add_module(output, &list, MODULES[n], error);
    if (p->config.memory != MEMORY_ROM)
        ok = ok && loadable_add(output, &list, p, error);
    else
        for (int n = 0; ok && ROM_MODULES[n] != NULL; n++)
            ok = template_add_module(output, &list, ROM_MODULES[n], error);
    add_lists(output, &list);
    return ok;
}

bool rtl_add(struct output *output, const struct program *p, const struct cycles *cycles,
             const char *command, struct error *error)
{
    return add_top(output, p, cycles, command, error) && add_modules(output, p, error);
}
