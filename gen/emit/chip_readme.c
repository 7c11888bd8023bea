/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/emit/chip_readme.h"

#include <math.h>
#include <stdio.h>

#include "gen/emit/bench.h"
#include "gen/emit/chip_layers.h"
#include "gen/emit/prefix.h"
#include "gen/emit/template.h"
#include "gen/image/images.h"
#include "gen/image/regions.h"
#include "gen/report/facts.h"
#include "gen/report/layers.h"
#include "gen/report/parts.h"
#include "gen/report/resources.h"
#include "models/base/version.h"
#include "models/program/element.h"
#include "models/program/places.h"

#define TEMPLATE "templates/chip_README.md.tpl"

static void bind_number(struct bindings *b, const char *key, int64_t value)
{
    bind_text(b, key, "%s", commas(value).text);
}

/* A file of a table, in a list of such. */
static void add_table(struct text *files, const struct program *p, const char *name)
{
    text_appendf(files, "%s`mem/%s%s.mem`", files->length > 0 ? ", " : "",
                 image_mark(&p->config).text, name);
}

static void bind_tables(struct bindings *b, const struct program *p)
{
    const bool sigmoid = element_has_sigmoid(&p->d), tanh = element_has_tanh(&p->d);
    struct text files = {0};
    if (sigmoid)
        add_table(&files, p, "sigmoid");
    if (tanh)
        add_table(&files, p, "tanh");
    bind_flag(b, "TABLES", sigmoid || tanh);
    bind_text(b, "TABLES_AND", "%s", sigmoid || tanh ? "tables and " : "and ");
    bind_text(b, "TABLE_FILES", "%s", text_string(&files));
    bind_text(b, "TABLE_PLURAL", "%s", sigmoid && tanh ? "s" : "");
    text_free(&files);
}

/* One LSTM in the paper's words, any other network by its layers. */
static void bind_network(struct bindings *b, const struct program *p)
{
    const struct network *n = &p->network;
    const bool sees = network_has_peepholes(n), cells = p->d.has_cells;
    struct text state = {0};
    chip_layers_bind(b, p);
    bind_text(b, "ACCELERATOR", "%s", accelerator_text(n));
    bind_flag(b, "SEVERAL_LAYERS", n->layer_count > 1);
    bind_text(b, "LAYER_COUNT", "%d layer%s", n->layer_count, n->layer_count == 1 ? "" : "s");
    bind_text(b, "PEEPHOLES", "%s", sees ? "peepholes" : "no peepholes");
    bind_text(b, "AND_PEEPHOLES", "%s", sees ? " and peephole weights" : "");
    bind_text(b, "PROJECTED", "%s",
              network_has_projection(n) ? "projection" : "no projection (y is m)");
    bind_text(b, "CANDIDATE", "%s", candidate_name(n->layers[0].as.candidate));
    bind_text(b, "AND_C", "%s", cells ? " and c" : "");
    bind_text(b, "NO_GATES", "%s", cells ? "; of gates there are none" : "");
    bind_flag(b, "STATEFUL", chip_state_text(&state, p) > 0 && p->part_count == 0);
    bind_text(b, "STATE", "%s", text_string(&state));
    text_free(&state);
    bind_tables(b, p);
}

/* Elements of a frame of x and y: of the network, and of what lies in vectors/, which is of part 0 if there are parts. */
static void bind_frames(struct bindings *b, const struct program *p)
{
    const struct derived *played = p->part_count > 0 ? &p->parts[0].program.d : &p->d;
    bind_int(b, "X_SIZE", p->part_count > 0 ? p->network.input : p->d.x_size);
    bind_int(b, "Y_SIZE", p->part_count > 0 ? p->network.output : p->d.y_size);
    bind_int(b, "VECTORS_X", played->x_size);
    bind_int(b, "VECTORS_Y", played->y_size);
}

static void bind_chip(struct bindings *b, const struct program *p, const char *command)
{
    const struct derived *d = &p->d;
    const struct model_config *model = &p->config.model;
    bind_text(b, "NAME", "%s", p->config.name);
    bind_text(b, "VERSION", "%s", ESE_VERSION);
    bind_text(b, "COMMAND", "%s", command);
    struct text core = {0};
    prefix_core(&core, &p->config);
    bind_text(b, "CORE", "%s", text_string(&core));
    text_free(&core);
    bind_text(b, "PREFIX", "%s", p->config.prefix);
    bind_text(b, "TOP", "%s", prefix_top(&p->config).text);
    bind_text(b, "MEM_DIR", "%sMEM_DIR", prefix_of_macros(&p->config).text);
    bind_text(b, "IMAGE", "%s", image_mark(&p->config).text);
    bind_text(b, "HASH", "%08x", (unsigned)p->config_hash);
    bind_frames(b, p);
    bind_int(b, "C_SIZE", d->c_size);
    bind_network(b, p);
    bind_flag(b, "HAS_FILES", model->path != NULL || model->utterances != NULL);
    bind_text(b, "AND_UTTERANCES", "%s", model->utterances != NULL ? " and the utterances" : "");
    bind_int(b, "PES", d->pes);
    bind_int(b, "CHANNELS", d->channels);
    bind_int(b, "LANES", d->lanes);
    bool loadable = p->config.memory != MEMORY_ROM, queue = p->config.io == IO_MEMORY;
    bool resident = p->config.memory == MEMORY_RESIDENT, two = p->config.memory_ports > 1;
    bind_flag(b, "LOADABLE", loadable);
    bind_flag(b, "QUEUE", queue);
    bind_flag(b, "TWO_PORTS", two);
    bind_text(b, "WHERE", "%s", !loadable  ? "in ROM"
                                : resident ? "loaded from external memory"
                                           : "read from external memory in every frame");
    bind_text(b, "WHERE_MODEL", "%s",
              resident ? "From then on it needs neither file any more."
                       : "Both files must stay there: they are read again in every frame.");
    bind_text(b, "DATA_PORT", "reads %s`model.bin`%s", two ? "" : "`weights.bin` and ",
              queue ? ", descriptors, x and states; writes y and states" : "");
    bind_text(b, "WRONG_INPUT", "%s", queue ? " or an impossible descriptor"
                                            : " or a wrong end of a frame of x");
    bind_text(b, "AND_MAP", "%s", loadable ? " and registers" : "");
    bind_int(b, "VECTOR_FRAMES", VECTOR_FRAMES);
    bind_int(b, "XY_BYTES", d->xy_memory_bits / 8);
    bind_int(b, "ELEMENT_BYTES", d->element_bits / 8);
    bind_int(b, "LAST_BYTE", d->element_bits / 8 - 1);
    bind_int(b, "BUS_W", d->bus_bits);
}

static void bind_size_and_speed(struct bindings *b, const struct program *p,
                                const struct cycles *cycles)
{
    struct resources r;
    int64_t dense = quantized_dense_weights(&p->quant), nonzeros = (int64_t)p->true_nonzeros;
    int64_t frame = cycles->cycles_per_frame;
    resources_count(&r, p);
    bind_number(b, "WEIGHTS", dense);
    bind_number(b, "NONZEROS", nonzeros);
    bind_text(b, "DENSITY", "%.1f", percent(nonzeros, dense));
    bind_number(b, "CYCLES", frame);
    bind_text(b, "TIME_US", "%.2f", cycles_to_us(p->config.clock_mhz, frame));
    bind_int(b, "MHZ", p->config.clock_mhz);
    bind_text(b, "UTILIZATION", "%.1f", percent(nonzeros, p->d.pes * frame));
    bind_number(b, "BRAM", (r.bram18 + 1) / 2);
    if (r.ultra)
        bind_text(b, "URAM", ", %s UltraRAM%s", commas(r.uram).text, r.uram > 1 ? "s" : "");
    else
        bind_text(b, "URAM", "%s", "");
    bind_number(b, "DSP", r.dsp_spmv + r.dsp_elem);
    bind_number(b, "LUTRAM", r.lutram);
}

static void add_format(struct bindings *b, const struct program *p, int vector)
{
    const int fraction = p->quant.vectors[vector].fraction;
    struct bindings *row = bind_row(b, "FORMATS");
    bind_text(row, "VECTOR", "%s", p->network.vectors[vector].name);
    bind_int(row, "FRACTION", fraction);
    bind_text(row, "RANGE", "%.6g", ldexp(1.0, p->d.activation_bits - 1 - fraction));
}

/* x, then of each layer what it writes, c, m. */
static void bind_formats(struct bindings *b, const struct program *p)
{
    static const enum value order[] = {VALUE_C, VALUE_M};
    const struct network *n = &p->network;
    bind_int(b, "X_FRAC", p->quant.vectors[0].fraction);
    add_format(b, p, 0);
    for (int layer = 0; layer < n->layer_count; layer++) {
        const int writes = n->layers[layer].writes;
        add_format(b, p, writes);
        for (size_t i = 0; i < sizeof order / sizeof *order; i++)
            for (int v = 0; v < n->vector_count; v++)
                if (n->vectors[v].layer == layer && v != writes && n->vectors[v].value == order[i])
                    add_format(b, p, v);
    }
}

static void bind_ports(struct bindings *b, const struct program *p)
{
    const struct derived *d = &p->d;
    const int bits = d->activation_bits;
    bind_int(b, "WEIGHT_W", d->weight_bits);
    bind_int(b, "INDEX_W", d->index_bits);
    bind_int(b, "ACT_W", bits);
    bind_int(b, "ACC_W", d->acc_bits);
    bind_int(b, "ELEMENT_W", d->element_bits);
    bind_flag(b, "PADDED_ELEMENTS", d->element_bits > bits);
    bind_int(b, "DATA_W", d->channels * d->element_bits);
    bind_int(b, "USER_W", 2 * d->channels);
    bind_int(b, "RESULT_W", d->channels * d->lanes * bits);
    bind_int(b, "LANE_WORD_W", d->lanes * bits);
    bind_text(b, "ELEMENTS", "%s", d->lanes == 1 ? "the one" : "those");
    bind_formats(b, p);
}

/* Of a network with layers that go backward. */
static void bind_path(struct bindings *b, const struct program *p)
{
    bind_flag(b, "PARTS", p->part_count > 0);
    bind_int(b, "PART_COUNT", p->part_count);
    bind_list(b, "PART_ROWS");
    for (int n = 0; n < p->part_count; n++) {
        struct bindings *row = bind_row(b, "PART_ROWS");
        struct text what = {0};
        part_text(&what, &p->parts[n]);
        bind_int(row, "PART", n);
        bind_text(row, "WHAT", "%s", text_string(&what));
        bind_int(row, "READS", p->parts[n].cut.reads);
        bind_int(row, "WRITES", p->parts[n].cut.writes);
        bind_int(row, "FROM", p->parts[n].cut.at);
        text_free(&what);
    }
}

/* Where x, y and states lie in memory. */
static void bind_memory(struct bindings *b, const struct program *p)
{
    const struct derived *d = &p->d;
    const struct section initial = region_initial(p);
    int list[VECTORS_MOST];
    bind_int(b, "STATE_WORDS", d->cell_words + d->kept_words);
    bind_int(b, "STATE_WORD_BYTES", d->state_memory_bits / 8);
    bind_int(b, "STATE_SLOT_BYTES", d->lanes * d->element_bits / 8);
    bind_list(b, "STATE_VECTORS");
    for (int count = places_state(p, list), n = 0; n < count; n++) {
        const struct network_vector *v = &p->network.vectors[list[n]];
        struct bindings *row = bind_row(b, "STATE_VECTORS");
        bind_int(row, "LAYER", p->network.layers[v->layer].number);
        bind_text(row, "WHAT", "%s", p->places[list[n]].store == STORE_KEPT ? "what it gives" : "cell state");
        bind_int(row, "FIRST", places_state_word(p, list[n]));
        bind_int(row, "ELEMENTS", v->size);
        bind_int(row, "FRACTION", p->quant.vectors[list[n]].fraction);
    }
    bind_flag(b, "INITIAL", initial.bytes != 0);
    bind_int(b, "INITIAL_OFFSET", (long long)initial.offset);
}

bool chip_readme_add(struct output *output, const struct program *p, const struct cycles *cycles,
                     const char *command, struct error *error)
{
    struct text source = {0}, rendered = {0};
    bool ok = template_read(&source, TEMPLATE, error);
    if (ok) {
        struct bindings *b = bindings_new();
        bind_chip(b, p, command);
        bind_size_and_speed(b, p, cycles);
        bind_ports(b, p);
        bind_memory(b, p);
        bind_path(b, p);
        ok = render(text_string(&source), TEMPLATE, RENDER_MARKUP, b, &rendered, error) &&
             bindings_check_used(b, error);
        if (!ok)
            fputs(bindings_report(b), stderr);
        bindings_free(b);
    }
    if (ok)
        output_take(output, "README.md", &rendered);
    text_free(&source);
    text_free(&rendered);
    return ok;
}
