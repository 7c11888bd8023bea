/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/emit/chip_readme.h"

#include <math.h>
#include <stdio.h>

#include "gen/emit/bench.h"
#include "gen/emit/prefix.h"
#include "gen/emit/template.h"
#include "gen/image/images.h"
#include "gen/image/regions.h"
#include "gen/report/facts.h"
#include "gen/report/resources.h"
#include "models/base/version.h"
#include "models/program/stores.h"

#define TEMPLATE "templates/chip_README.md.tpl"

static void bind_number(struct bindings *b, const char *key, int64_t value)
{
    bind_text(b, key, "%s", commas(value).text);
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
    bind_int(b, "X_SIZE", d->x_size);
    bind_int(b, "C_SIZE", d->c_size);
    bind_int(b, "Y_SIZE", d->y_size);
    const bool sees = network_has_peepholes(&p->network);
    const bool projects = network_has_projection(&p->network);
    bind_text(b, "PEEPHOLES", "%s", sees ? "peepholes" : "no peepholes");
    bind_text(b, "AND_PEEPHOLES", "%s", sees ? " and peephole weights" : "");
    bind_text(b, "PROJECTED", "%s", projects ? "projection" : "no projection (y is m)");
    bind_text(b, "CANDIDATE", "%s", candidate_name(p->network.layers[0].as.candidate));
    bind_flag(b, "HAS_PROJECTION", projects);
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

static void bind_range(struct bindings *b, const char *fraction_key, const char *range_key,
                       int bits, int fraction)
{
    bind_int(b, fraction_key, fraction);
    bind_text(b, range_key, "%.6g", ldexp(1.0, bits - 1 - fraction));
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
    bind_int(b, "CELL_W", d->channels * d->lanes * bits);
    bind_int(b, "LANE_WORD_W", d->lanes * bits);
    bind_text(b, "CELLS", "%s", d->lanes == 1 ? "the one" : "those");
    bind_range(b, "X_FRAC", "X_RANGE", bits, p->quant.vectors[0].fraction);
    bind_range(b, "Y_FRAC", "Y_RANGE", bits, quantized_output(&p->quant)->fraction);
    bind_range(b, "C_FRAC", "C_RANGE", bits, d->c_fraction);
    bind_range(b, "M_FRAC", "M_RANGE", bits, d->m_fraction);
}

/* Where x, y and states lie in memory. */
static void bind_memory(struct bindings *b, const struct program *p)
{
    const struct derived *d = &p->d;
    const struct stores stores = program_stores(p);
    const struct section initial = region_initial(p);
    struct state_vector list[VECTORS_MOST];
    bind_int(b, "STATE_WORDS", stores.cells + stores.kept);
    bind_int(b, "STATE_WORD_BYTES", d->state_memory_bits / 8);
    bind_int(b, "STATE_SLOT_BYTES", d->lanes * d->element_bits / 8);
    bind_list(b, "STATE");
    for (int count = state_vectors(p, list), n = 0; n < count; n++) {
        const struct network_vector *v = &p->network.vectors[list[n].vector];
        struct bindings *row = bind_row(b, "STATE");
        bind_int(row, "LAYER", p->network.layers[v->layer].number);
        bind_text(row, "WHAT", "%s", list[n].is_cell ? "cell state" : "what it gives");
        bind_int(row, "FIRST", list[n].first);
        bind_int(row, "ELEMENTS", v->size);
        bind_int(row, "FRACTION", p->quant.vectors[list[n].vector].fraction);
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
