/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program.h"

#include <stdlib.h>
#include <string.h>

#include "gen/mem_image.h"
#include "gen/schedule.h"
#include "models/cycles.h"
#include "models/derive.h"
#include "models/encode.h"
#include "models/prune.h"

enum {
    CALIBRATION_UTTERANCES = 4,
    CALIBRATION_FRAMES = 48, /* each, for a synthetic model */
    SETTLED_FRAMES = 6       /* frames within which the cycles of a frame settle */
};

/* A lane more must save at least this share of the cycles. */
static const double AUTO_TOLERANCE = 0.005;

static bool load_network(struct program *p, struct error *error)
{
    const struct model_config *model = &p->config.model;
    if (model->path != NULL) {
        if (!network_read(&p->network, model->path, model->candidate, error))
            return false;
    } else {
        network_draw(&p->network, model);
    }
    if (model->utterances != NULL &&
        !utterances_read(&p->utterances, model->utterances, p->network.input, error))
        return false;
    return true;
}

static bool quantize_network(struct program *p, struct error *error)
{
    struct utterances drawn = {0};
    if (p->utterances.count == 0)
        utterances_draw(&drawn, CALIBRATION_UTTERANCES, CALIBRATION_FRAMES, p->network.input,
                        p->config.model.seed + 1);
    bool ok = quantize(&p->quant, &p->network, p->utterances.count ? &p->utterances : &drawn,
                       &p->config, error);
    utterances_free(&drawn);
    return ok;
}

static void free_schedule(struct program *p)
{
    free(p->products);
    free(p->passes);
    free(p->columns);
    free(p->lengths);
    free(p->entries);
    p->products = NULL;
    p->passes = NULL;
    p->columns = NULL;
    p->lengths = NULL;
    p->entries = NULL;
    p->product_count = p->pass_count = 0;
}

/* Everything that depends on the number of lanes. */
static void build_schedule(struct program *p, const struct geometry *geometry, int lanes)
{
    struct slices *slices;
    derive_shapes(p, geometry, lanes);
    schedule_products(p, geometry, &slices);
    schedule_columns(p, slices);
    for (int n = 0; n < p->product_count; n++)
        slices_free(&slices[n]);
    free(slices);
    derive_streams(p);
}

static int64_t settled_cycles(const struct program *p)
{
    struct cycles cycles;
    cycles_run(p, SETTLED_FRAMES, &cycles);
    int64_t result = cycles.cycles_per_frame;
    cycles_free(&cycles);
    return result;
}

static int64_t cycles_with(struct program *p, const struct geometry *geometry, int lanes)
{
    build_schedule(p, geometry, lanes);
    int64_t result = settled_cycles(p);
    free_schedule(p);
    return result;
}

/* The smallest number of lanes that costs less than AUTO_TOLERANCE of the cycles of the fastest. */
static int choose_lanes(struct program *p, const struct geometry *geometry)
{
    enum { MOST = 6 };
    int64_t cycles[MOST], best = INT64_MAX;
    int count = 0;
    for (int lanes = 1; count < MOST && lanes <= p->config.pes; lanes *= 2, count++) {
        cycles[count] = cycles_with(p, geometry, lanes);
        best = cycles[count] < best ? cycles[count] : best;
        /* Once more lanes do not help, even more will not. */
        if (count > 0 && (double)cycles[count] > (double)cycles[count - 1] * (1.0 - AUTO_TOLERANCE)) {
            count++;
            break;
        }
    }
    for (int n = 0; n < count; n++)
        if ((double)cycles[n] <= (double)best * (1.0 + AUTO_TOLERANCE))
            return 1 << n;
    return 1;
}

static uint32_t hash_table(uint32_t crc, const struct act_table *table)
{
    size_t entries = (size_t)1 << table->address_bits;
    crc = crc32_of(crc, table->base, entries * sizeof *table->base);
    return crc32_of(crc, table->slope, entries * sizeof *table->slope);
}

/* What a model must fit: the shape of the hardware and the number formats, without the counts that
 * come with a model. */
static uint32_t hash_chip(const struct program *p)
{
    const struct quantized *q = &p->quant;
    struct derived fixed = p->d;
    fixed.x_size = fixed.c_size = fixed.y_size = fixed.c_words = fixed.y_words = 0;
    fixed.products = fixed.passes = fixed.columns = fixed.beats = fixed.constants = 0;
    fixed.weights_bus_words = fixed.columns_bus_words = fixed.constants_bus_words = 0;
    fixed.program_bus_words = fixed.x_bus_words = fixed.y_bus_words = fixed.state_bus_words = 0;
    int flags[] = {(int)p->config.memory, p->config.memory_ports, (int)p->config.io, q->peephole,
                   q->projection, (int)q->candidate, (int)q->sigm.direct};
    uint32_t crc = crc32_of(0, &fixed, sizeof fixed);
    crc = crc32_of(crc, flags, sizeof flags);
    crc = crc32_of(crc, &q->formats, sizeof q->formats);
    return hash_table(hash_table(crc, &q->sigm), &q->tanh);
}

/* What tells two chips apart: everything that reaches the Verilog or an image. */
static uint32_t hash_program(const struct program *p)
{
    const struct quantized *q = &p->quant;
    size_t pes = (size_t)p->d.pes, cell = (size_t)q->cell;
    uint32_t crc = crc32_of(0, &p->d, sizeof p->d);
    crc = crc32_of(crc, &q->formats, sizeof q->formats);
    crc = crc32_of(crc, &q->candidate, sizeof q->candidate);
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        crc = crc32_of(crc, q->bias[gate], cell * sizeof *q->bias[gate]);
        if (q->peep[gate] != NULL)
            crc = crc32_of(crc, q->peep[gate], cell * sizeof *q->peep[gate]);
    }
    crc = hash_table(hash_table(crc, &q->sigm), &q->tanh);
    for (int n = 0; n < p->product_count; n++) {
        const struct product *product = &p->products[n];
        int fields[] = {product->pass, (int)product->source, product->shift, product->columns};
        crc = crc32_of(crc, fields, sizeof fields);
    }
    crc = crc32_of(crc, p->columns, (size_t)p->d.columns * sizeof *p->columns);
    crc = crc32_of(crc, p->lengths, (size_t)p->d.columns * pes * sizeof *p->lengths);
    return crc32_of(crc, p->entries, (size_t)p->d.beats * pes * sizeof *p->entries);
}

bool program_build(struct program *p, const struct config *config, struct error *error)
{
    *p = (struct program){.config = *config};
    if (!load_network(p, error))
        return false;
    struct geometry geometry = derive_geometry(config, &p->network);
    prune(&p->network, config->model.pruning, config->model.density, config->pes,
          geometry.block_rows);
    if (!quantize_network(p, error))
        return false;
    int lanes = config->elem_lanes == LANES_AUTO ? choose_lanes(p, &geometry) : config->elem_lanes;
    build_schedule(p, &geometry, lanes);
    p->frame_cycles = settled_cycles(p);
    p->chip_hash = hash_chip(p);
    p->config_hash = hash_program(p);
    return true;
}

void program_free(struct program *p)
{
    free_schedule(p);
    quantized_free(&p->quant);
    utterances_free(&p->utterances);
    network_free(&p->network);
}
