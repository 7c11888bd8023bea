/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/stock.h"

#include <stdlib.h>
#include <string.h>

#include "models/number/calibrate.h"
#include "models/program/cycles.h"
#include "models/program/derive.h"
#include "models/program/path.h"

enum {
    PLACES = 12, /* results of a stage: an LSTM with each fold and length of the index */
    PLACES_OF_SCHEDULES = 64, /* small, and wanted again by the next numbers with such slices */
    PATHS = 3
};

/* What a result depends on, beside the result of the stage before; keys that it does not reach are
 * 0. */
struct key {
    uint64_t before;          /* its serial */
    struct geometry geometry;
    struct config config;     /* without pointers */
    char *paths[PATHS];
};

struct place {
    struct kept kept; /* serial 0: empty */
    struct key key;
    uint64_t used;    /* when last */
};

struct stock {
    struct place places[STAGE_COUNT][PLACES_OF_SCHEDULES];
    uint64_t clock;
};

/* ---- keys ------------------------------------------------------------------------------------ */

/* Every field by itself: what lies between fields is 0. */
static void copy_layer(struct layer_config *to, const struct layer_config *from)
{
    to->kind = from->kind;
    to->input = from->input;
    to->cell = from->cell;
    to->output = from->output;
    to->peephole = from->peephole;
    to->candidate = from->candidate;
    to->coupled = from->coupled;
    to->projection_bias = from->projection_bias;
    to->reset = from->reset;
    to->nonlinearity = from->nonlinearity;
    to->activation = from->activation;
    to->bias = from->bias;
    to->direction = from->direction;
    to->density = from->density;
    to->densities = from->densities;
    to->formats = from->formats;
    to->ranges = from->ranges;
}

static void network_keys(struct config *to, const struct config *from)
{
    const struct model_config *m = &from->model;
    to->model.input = m->input;
    to->model.cell = m->cell;
    to->model.output = m->output;
    to->model.peephole = m->peephole;
    to->model.projection = m->projection;
    to->model.candidate = m->candidate;
    to->model.layer_count = m->layer_count;
    for (int i = 0; i < m->layer_count; i++)
        copy_layer(&to->model.layers[i], &m->layers[i]);
    to->model.seed = m->seed;
}

static void pruned_keys(struct config *to, const struct config *from)
{
    to->model.density = from->model.density;
    to->model.densities = from->model.densities;
    to->model.pruning = from->model.pruning;
}

static void calibrated_keys(struct config *to, const struct config *from)
{
    to->model.calibration_frames = from->model.calibration_frames;
}

static void number_keys(struct config *to, const struct config *from)
{
    to->weight_bits = from->weight_bits;
    to->activation_bits = from->activation_bits;
    to->activation_table = from->activation_table;
    to->headroom = from->memory == MEMORY_ROM ? 0 : from->headroom;
    to->model.margin = from->model.margin;
    to->model.formats = from->model.formats;
    to->model.ranges = from->model.ranges;
}

/* Channels count where they decide how many registers there are. */
static void schedule_keys(struct config *to, const struct config *from)
{
    to->fifo_depth = from->fifo_depth;
    to->elem_lanes = from->elem_lanes;
    to->column_order = from->column_order;
    to->pipeline = (enum pipeline)(PIPELINE_0 + derive_pipeline(from));
}

/* Every field by itself: what lies between fields is 0. */
static struct geometry *copy_geometry(struct geometry *to, const struct geometry *from)
{
    to->pes = from->pes;
    to->block_rows = from->block_rows;
    to->index_bits = from->index_bits;
    to->encoding = from->encoding;
    memcpy(to->folds, from->folds, sizeof to->folds);
    return to;
}

static void make_key(struct key *key, enum stage stage, const struct program *p,
                     const struct kept *before)
{
    static void (*const keys[STAGE_COUNT])(struct config *, const struct config *) = {
        network_keys, pruned_keys, calibrated_keys, number_keys, schedule_keys, schedule_keys};
    memset(key, 0, sizeof *key);
    keys[stage](&key->config, &p->config);
    if (stage == STAGE_PRUNED)
        copy_geometry(&key->geometry, &p->geometry);
    if (before != NULL)
        key->before = stage == STAGE_SCHEDULE ? before->alike : before->serial;
    if (stage != STAGE_NETWORK)
        return;
    key->paths[0] = p->config.model.path;
    key->paths[1] = p->config.model.utterances;
    key->paths[2] = p->config.model.expected;
}

static bool same_paths(const struct key *left, const struct key *right)
{
    for (int n = 0; n < PATHS; n++) {
        const char *l = left->paths[n], *r = right->paths[n];
        if ((l == NULL) != (r == NULL) || (l != NULL && strcmp(l, r) != 0))
            return false;
    }
    return true;
}

static bool same_key(const struct key *left, const struct key *right)
{
    return left->before == right->before && same_paths(left, right) &&
           memcmp(&left->geometry, &right->geometry, sizeof left->geometry) == 0 &&
           memcmp(&left->config, &right->config, sizeof left->config) == 0;
}

/* What geometry_choose() looks at. */
static void geometry_keys(struct config *to, const struct config *from)
{
    to->pes = from->pes;
    to->index_bits = from->index_bits;
    to->encoding = from->encoding;
    to->fold = from->fold;
    to->elem_lanes = from->elem_lanes;
}

enum stage stock_first_apart(const struct config *left, const struct config *right)
{
    struct key l = {0}, r = {0};
    const struct program p = {.config = *left}, q = {.config = *right};
    for (int stage = 0; stage < STAGE_COUNT; stage++) {
        make_key(&l, (enum stage)stage, &p, NULL);
        make_key(&r, (enum stage)stage, &q, NULL);
        if (stage == STAGE_PRUNED) {
            geometry_keys(&l.config, left);
            geometry_keys(&r.config, right);
        }
        if (!same_key(&l, &r))
            return (enum stage)stage;
    }
    return STAGE_COUNT;
}

/* ---- places ---------------------------------------------------------------------------------- */

static void empty_place(struct place *place, enum stage stage)
{
    stage_free(&place->kept.part, stage);
    calibrator_free(place->kept.calibrator);
    encoded_free(&place->kept.encoded);
    free(place->kept.quality);
    for (int n = 0; n < PATHS; n++)
        free(place->key.paths[n]);
    memset(place, 0, sizeof *place);
}

static int place_count(enum stage stage)
{
    return stage == STAGE_SCHEDULE ? PLACES_OF_SCHEDULES : PLACES;
}

struct stock *stock_new(void)
{
    return allocate(1, sizeof(struct stock));
}

void stock_free(struct stock *stock)
{
    if (stock == NULL)
        return;
    for (int stage = 0; stage < STAGE_COUNT; stage++)
        for (int n = 0; n < place_count((enum stage)stage); n++)
            empty_place(&stock->places[stage][n], (enum stage)stage);
    free(stock);
}

struct kept *stock_find(struct stock *stock, enum stage stage, const struct program *p,
                        const struct kept *before)
{
    struct key key;
    make_key(&key, stage, p, before);
    for (int n = 0; n < place_count(stage); n++) {
        struct place *place = &stock->places[stage][n];
        if (place->kept.serial != 0 && same_key(&place->key, &key)) {
            place->used = ++stock->clock;
            return &place->kept;
        }
    }
    return NULL;
}

struct kept *stock_keep(struct stock *stock, enum stage stage, const struct program *p,
                        const struct kept *before)
{
    struct place *oldest = NULL;
    for (int n = 0; n < place_count(stage); n++) {
        struct place *place = &stock->places[stage][n];
        if (place->kept.users == 0 && (oldest == NULL || place->used < oldest->used))
            oldest = place;
    }
    BUG_UNLESS(oldest != NULL);
    empty_place(oldest, stage);
    make_key(&oldest->key, stage, p, before);
    for (int n = 0; n < PATHS; n++)
        if (oldest->key.paths[n] != NULL)
            oldest->key.paths[n] = duplicate(oldest->key.paths[n]);
    oldest->kept.serial = oldest->used = ++stock->clock;
    return &oldest->kept;
}

void stock_encoded(struct stock *stock, struct kept *numbers, const struct encoded *encoded)
{
    const struct place *own = (const struct place *)numbers; /* its first member */
    numbers->encoded = *encoded;
    numbers->alike = numbers->serial;
    for (int n = 0; n < PLACES; n++) {
        const struct place *other = &stock->places[STAGE_NUMBERS][n];
        if (other != own && other->kept.serial != 0 && other->key.before == own->key.before &&
            encoded_alike(&other->kept.encoded, encoded)) {
            numbers->alike = other->kept.alike;
            return;
        }
    }
}

/* ---- the fields of a stage ------------------------------------------------------------------- */

static void free_given(struct program *p)
{
    if (p->given != NULL)
        network_free(p->given);
    free(p->given);
    p->given = NULL;
}

/* The parts of a network that goes both ways, with their programs. */
static void free_parts(struct program *p)
{
    for (int n = 0; n < p->part_count; n++) {
        struct program *part = &p->parts[n].program;
        part->network = (struct network){0}; /* that of the cut */
        for (int stage = STAGE_COUNT - 1; stage >= 0; stage--)
            stage_free(part, (enum stage)stage);
        network_part_free(&p->parts[n].cut);
    }
    free(p->parts);
}

static void free_schedule(struct program *p)
{
    free(p->products);
    free(p->passes);
    free(p->places);
    free(p->columns);
    free(p->origins);
    free(p->lengths);
    if (p->cycles != NULL)
        cycles_free(p->cycles);
    free(p->cycles);
    free_parts(p);
}

void stage_free(struct program *p, enum stage stage)
{
    const struct program nothing = {.product_count = 0};
    if (stage == STAGE_NETWORK) {
        utterances_free(&p->utterances);
        utterances_free(&p->expected);
    }
    if (stage == STAGE_NETWORK || stage == STAGE_PRUNED)
        network_free(&p->network);
    if (stage == STAGE_PRUNED)
        free_given(p);
    if (stage == STAGE_NUMBERS)
        quantized_free(&p->quant);
    if (stage == STAGE_SCHEDULE)
        free_schedule(p);
    if (stage == STAGE_STREAMS)
        free(p->entries);
    stage_take(p, &nothing, stage);
}

static void take_schedule(struct program *p, const struct program *part)
{
    p->product_count = part->product_count;
    p->pass_count = part->pass_count;
    p->products = part->products;
    p->passes = part->passes;
    p->places = part->places;
    p->columns = part->columns;
    p->origins = part->origins;
    p->lengths = part->lengths;
    p->true_nonzeros = part->true_nonzeros;
    p->filler_entries = part->filler_entries;
    p->padding_entries = part->padding_entries;
    p->column_order = part->column_order;
    p->fewer_lanes = part->fewer_lanes;
    p->fewer_lanes_cycles = part->fewer_lanes_cycles;
    p->greedy_cycles = part->greedy_cycles;
    p->cycles = part->cycles;
    p->cycles_per_frame = part->cycles_per_frame;
    p->part_count = part->part_count;
    p->parts = part->parts;
    p->d = part->d;
}

void stage_take(struct program *p, const struct program *part, enum stage stage)
{
    switch (stage) {
    case STAGE_NETWORK:
        p->utterances = part->utterances;
        p->expected = part->expected;
        p->network = part->network;
        break;
    case STAGE_PRUNED:
        p->network = part->network;
        p->given = part->given;
        break;
    case STAGE_NUMBERS:
        p->quant = part->quant;
        break;
    case STAGE_SCHEDULE:
        take_schedule(p, part);
        break;
    case STAGE_STREAMS:
        p->entries = part->entries;
        break;
    default: /* nothing of it is the program's */
        break;
    }
}
