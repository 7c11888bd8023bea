/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/program.h"

#include <stdlib.h>
#include <string.h>

#include "models/program/cycles.h"
#include "models/program/derive.h"
#include "models/program/encode.h"
#include "models/program/fit.h"
#include "models/program/hash.h"
#include "models/program/prune.h"
#include "models/program/schedule.h"

enum {
    CALIBRATION_UTTERANCES = 8,
    CALIBRATION_FRAMES = 32, /* each, for a synthetic model */
    SETTLED_FRAMES = 6       /* frames within which the cycles of a frame settle */
};

/* A lane more, a fold, or another order must save at least this share of the cycles. */
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
    if (model->expected == NULL)
        return true;
    if (p->utterances.count == 0)
        return fail(error, "model.expected: is y of model.utterances, and there are none");
    return expected_read(&p->expected, model->expected, &p->utterances, p->network.output, error);
}

/* A drawn network counts as given after its pruning: nobody has it otherwise. */
static void prune_network(struct program *p)
{
    const struct model_config *model = &p->config.model;
    struct network given = {0};
    bool keep = model->path != NULL && model->pruning != PRUNING_NONE;
    if (keep)
        given = network_copy(&p->network);
    prune(&p->network, model->pruning, model->density, &p->geometry);
    if (keep && network_same_matrices(&given, &p->network)) {
        network_free(&given);
    } else if (keep) {
        p->given = allocate(1, sizeof *p->given);
        *p->given = given;
    }
}

/* With the formats of `chip`, if there is one. */
static bool quantize_network(struct program *p, const struct program *chip, struct error *error)
{
    struct utterances drawn = {0};
    if (p->utterances.count == 0)
        utterances_draw(&drawn, CALIBRATION_UTTERANCES, CALIBRATION_FRAMES, p->network.input,
                        p->config.model.seed + 1);
    const struct utterances *u = p->utterances.count > 0 ? &p->utterances : &drawn;
    bool ok = chip != NULL ? quantize_for(&p->quant, &p->network, u, &chip->quant, &p->config, error)
                           : quantize(&p->quant, &p->network, u, &p->config, error);
    utterances_free(&drawn);
    return ok;
}

static void forget_schedule(struct program *p)
{
    p->products = NULL;
    p->passes = NULL;
    p->columns = NULL;
    p->lengths = NULL;
    p->entries = NULL;
    p->cycles = NULL;
    p->product_count = p->pass_count = 0;
}

static void free_schedule(struct program *p)
{
    free(p->products);
    free(p->passes);
    free(p->columns);
    free(p->lengths);
    free(p->entries);
    if (p->cycles != NULL)
        cycles_free(p->cycles);
    free(p->cycles);
    forget_schedule(p);
}

/* What a schedule is built from. */
struct builder {
    struct program *p;
    const struct program *chip; /* NULL, or a chip that is there already */
    struct encoded encoded;
    int64_t least_cycles; /* no schedule is faster: entries of the busiest PE, or columns */
};

static int64_t least_cycles(const struct encoded *encoded, int pes)
{
    int64_t *entries = allocate((size_t)pes, sizeof *entries), columns = 0;
    for (int n = 0; n < encoded->count; n++) {
        const struct slices *s = &encoded->blocks[n];
        for (int column = 0; column < s->columns; column++) {
            const uint16_t *lengths = s->lengths + (size_t)column * (size_t)pes;
            bool used = false;
            for (int pe = 0; pe < pes; pe++) {
                entries[pe] += lengths[pe];
                used = used || lengths[pe] > 0;
            }
            columns += used;
        }
    }
    int64_t least = columns;
    for (int pe = 0; pe < pes; pe++)
        least = entries[pe] > least ? entries[pe] : least;
    free(entries);
    return least;
}

static void prepare(struct builder *b)
{
    schedule_encode(&b->encoded, b->p);
    b->least_cycles = least_cycles(&b->encoded, b->p->geometry.pes);
}

/* Everything that depends on the number of lanes and the order of the columns, in place of what was
 * built before. */
static void build_schedule(struct builder *b, int lanes, enum column_order order)
{
    struct program *p = b->p;
    struct slices *slices;
    free_schedule(p);
    if (b->chip != NULL)
        derive_shapes_for(p, &b->chip->d);
    else
        derive_shapes(p, lanes);
    schedule_products(p, &b->encoded, &slices);
    schedule_columns(p, slices, order);
    free(slices);
    if (b->chip != NULL)
        derive_streams_for(p);
    else
        derive_streams(p);
    p->column_order = order;
    p->greedy_cycles = 0;
    p->fewer_lanes = 0;
    p->cycles = allocate(1, sizeof *p->cycles);
    cycles_run(p, SETTLED_FRAMES, p->cycles);
    p->cycles_per_frame = p->cycles->cycles_per_frame;
}

/* Builds with the smallest number of lanes that costs less than AUTO_TOLERANCE of the cycles of the
 * fastest, among those that folded matrices allow. */
static void build_auto(struct builder *b, enum column_order order)
{
    enum { MOST = 6 };
    struct program *p = b->p;
    const int first = geometry_fold(&b->p->geometry);
    int64_t cycles[MOST], best = INT64_MAX;
    int count = 0, chosen = 0;
    for (int lanes = first; count < MOST && geometry_allows(p->config.pes, lanes, first) &&
                            lanes <= p->config.pes; lanes *= 2) {
        build_schedule(b, lanes, order);
        cycles[count++] = p->cycles_per_frame;
        best = p->cycles_per_frame < best ? p->cycles_per_frame : best;
        /* Nothing can be much faster than that. */
        if (count == 1 && (double)best <= (double)b->least_cycles * (1.0 + AUTO_TOLERANCE))
            return;
        /* Once more lanes do not help, even more will not. */
        if (count > 1 && (double)cycles[count - 1] > (double)cycles[count - 2] * (1.0 - AUTO_TOLERANCE))
            break;
    }
    while ((double)cycles[chosen] > (double)best * (1.0 + AUTO_TOLERANCE))
        chosen++;
    if (first << chosen != p->d.lanes)
        build_schedule(b, first << chosen, order);
    if (chosen > 0) {
        p->fewer_lanes = first;
        p->fewer_lanes_cycles = cycles[0];
    }
}

/* Whether the natural order is worth a try where the configured one takes so many clocks. */
static bool may_be_faster(const struct builder *b, int64_t cycles)
{
    return b->p->config.column_order == ORDER_GREEDY &&
           (double)cycles > (double)b->least_cycles * (1.0 + AUTO_TOLERANCE);
}

/* The greedy order is better as a rule; where it is not, the natural one is taken. */
static void build_faster_order(struct builder *b)
{
    struct program *p = b->p, greedy = *p;
    if (!may_be_faster(b, greedy.cycles_per_frame))
        return;
    forget_schedule(p);
    build_schedule(b, greedy.d.lanes, ORDER_NATURAL);
    if (p->cycles_per_frame < greedy.cycles_per_frame) {
        p->greedy_cycles = greedy.cycles_per_frame;
        p->fewer_lanes = greedy.fewer_lanes;
        p->fewer_lanes_cycles = greedy.fewer_lanes_cycles;
        free_schedule(&greedy);
    } else {
        free_schedule(p);
        *p = greedy;
    }
}

/* The chip with fewer lanes would have its columns in the order that is faster for it, whichever that is
 * here; the schedule stays what it is. */
static void measure_fewer_lanes(struct builder *b)
{
    struct program *p = b->p, kept = *p;
    if (p->fewer_lanes == 0 || !may_be_faster(b, p->fewer_lanes_cycles))
        return;
    forget_schedule(p);
    build_schedule(b, kept.fewer_lanes, ORDER_NATURAL);
    if (p->cycles_per_frame < kept.fewer_lanes_cycles)
        kept.fewer_lanes_cycles = p->cycles_per_frame;
    free_schedule(p);
    *p = kept;
}

static void finish(struct builder *b)
{
    struct program *p = b->p;
    build_faster_order(b);
    measure_fewer_lanes(b);
    encoded_free(&b->encoded);
    p->chip = b->chip != NULL ? b->chip->d : p->d;
    p->chip_hash = b->chip != NULL ? b->chip->chip_hash : hash_chip(p);
    p->config_hash = hash_program(p);
}

/* With the matrices folded as `geometry_choose()` would do it for the configuration. */
static bool build(struct program *p, const struct config *config, struct error *error)
{
    *p = (struct program){.config = *config};
    if (!load_network(p, error))
        return false;
    struct builder b = {.p = p};
    p->geometry = geometry_choose(config, &p->network);
    prune_network(p);
    if (!quantize_network(p, NULL, error))
        return false;
    prepare(&b);
    if (config->elem_lanes == LANES_AUTO)
        build_auto(&b, config->column_order);
    else
        build_schedule(&b, config->elem_lanes, config->column_order);
    finish(&b);
    return true;
}

/* Clocks of a frame, built in this way. */
static bool measure(int64_t *cycles, const struct config *config, struct error *error)
{
    struct program program;
    bool ok = build(&program, config, error);
    *cycles = program.cycles_per_frame;
    program_free(&program);
    return ok;
}

/* What folding saves is an estimate until the schedule is there: it must be worth its hardware. */
bool program_build(struct program *p, const struct config *config, struct error *error)
{
    struct config unfolded = *config;
    int64_t cycles;
    unfolded.fold = FOLD_1;
    if (!build(p, config, error))
        return false;
    if (config->fold != FOLD_AUTO || p->d.fold == 1)
        return true;
    if (!measure(&cycles, &unfolded, error))
        return false;
    if ((double)p->cycles_per_frame < (double)cycles * (1.0 - AUTO_TOLERANCE))
        return true;
    program_free(p);
    bool ok = build(p, &unfolded, error);
    p->config.fold = FOLD_AUTO;
    return ok;
}

bool program_build_for(struct program *p, const struct program *chip, const struct config *model,
                       struct error *error)
{
    *p = (struct program){.config = chip->config};
    p->config.name = model->name;
    p->config.model = model->model;
    p->config.column_order = model->column_order;
    if (chip->config.memory == MEMORY_ROM)
        return fail(error, "the chip holds its model in ROM (memory: rom): another one cannot be loaded");
    if (!load_network(p, error) || !fit_network(&p->network, chip, error))
        return false;
    struct builder b = {.p = p, .chip = chip};
    p->geometry = geometry_choose_for(&chip->geometry, chip->d.lanes, &p->config, &p->network);
    prune_network(p);
    if (!quantize_network(p, chip, error) || !fit_numbers(&p->quant, chip, error))
        return false;
    p->quant.acc_bits = chip->quant.acc_bits;
    p->quant.bias_bits = chip->quant.bias_bits;
    p->quant.peep_bits = chip->quant.peep_bits;
    p->quant.sum_bits = chip->quant.sum_bits;
    prepare(&b);
    build_schedule(&b, chip->d.lanes, p->config.column_order);
    finish(&b);
    return fit_streams(p, chip, error);
}

void program_free(struct program *p)
{
    free_schedule(p);
    quantized_free(&p->quant);
    utterances_free(&p->utterances);
    utterances_free(&p->expected);
    network_free(&p->network);
    if (p->given != NULL)
        network_free(p->given);
    free(p->given);
}
