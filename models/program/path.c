/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/path.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/random.h"
#include "models/number/calibrate.h"
#include "models/number/golden.h"
#include "models/program/choose.h"
#include "models/program/cycles.h"
#include "models/program/derive.h"
#include "models/program/element.h"
#include "models/program/fit.h"
#include "models/program/hash.h"
#include "models/program/places.h"
#include "models/program/side_by_side.h"
#include "models/program/stock.h"

enum { DRAWN_FRAMES_MOST = 9 };

int path_unit(const struct config *config)
{
    const int element = (config->activation_bits + 7) / 8 * 8;
    int bits = 8, bus = 128 << config->axi_data_bits;
    while (bits < config->channels * element)
        bits *= 2;
    return bits < bus ? bus / bits : 1;
}

/* ---- its parts ---------------------------------------------------------------------------------- */

/* Rows are shared by as many PEs as in the whole. */
static struct geometry geometry_of(const struct program *p, const struct network_part *cut)
{
    struct geometry g = p->geometry;
    for (int group = 0; group < GROUPS_MOST; group++)
        g.folds[group] = 1;
    for (int i = 0; i < cut->network.pass_count; i++)
        g.folds[cut->network.passes[i].group] = p->geometry.folds[p->network.passes[cut->passes[i]].group];
    return g;
}

static void add_parts(struct program *p)
{
    struct network_part cut[PARTS_MOST];
    p->part_count = network_cut(&p->network, path_unit(&p->config), cut);
    p->parts = allocate((size_t)p->part_count, sizeof *p->parts);
    for (int n = 0; n < p->part_count; n++) {
        struct program *part = &p->parts[n].program;
        p->parts[n].cut = cut[n];
        *part = (struct program){.config = p->config, .network = cut[n].network};
        part->geometry = geometry_of(p, &cut[n]);
        part->formats.count = element_formats(p, part->formats.of);
        quantize_part(&part->quant, &cut[n], &p->quant, p->config.activation_table);
        part->tapes = (struct tape_use){.part = n, .parts = p->part_count, .backward = cut[n].backward,
                                        .reads = cut[n].reads, .writes = cut[n].writes, .at = cut[n].at,
                                        .row = network_tape_row(cut, p->part_count, cut[n].writes, 0)};
    }
}

/* Schedules of all parts, by themselves or on the chip. */
static void schedule_parts(struct program *p, int lanes, const struct program *chip)
{
    for (int n = 0; n < p->part_count; n++) {
        struct program *part = &p->parts[n].program;
        struct encoded encoded;
        stage_free(part, STAGE_SCHEDULE);
        part->config.elem_lanes = lanes;
        schedule_encode(&encoded, part);
        choose_schedule(part, &encoded, chip);
        encoded_free(&encoded);
    }
}

/* As many as the part that wants most, if the folds of all of them allow that. */
static int choose_lanes(struct program *p)
{
    const int fold = geometry_fold(&p->geometry);
    int lanes = fold;
    if (p->config.elem_lanes != LANES_AUTO)
        return p->config.elem_lanes;
    schedule_parts(p, LANES_AUTO, NULL);
    for (int n = 0; n < p->part_count; n++)
        lanes = p->parts[n].program.d.lanes > lanes ? p->parts[n].program.d.lanes : lanes;
    while (lanes > fold && !geometry_allows(p->config.pes, lanes, fold))
        lanes /= 2;
    return lanes;
}

static void add_up(struct program *p)
{
    p->cycles = allocate(1, sizeof *p->cycles);
    for (int n = 0; n < p->part_count; n++) {
        const struct program *part = &p->parts[n].program;
        p->true_nonzeros += part->true_nonzeros;
        p->filler_entries += part->filler_entries;
        p->padding_entries += part->padding_entries;
        p->cycles->cycles_per_frame += part->cycles_per_frame;
    }
    p->column_order = p->config.column_order;
    p->cycles_per_frame = p->cycles->cycles_per_frame;
}

/* Where a vector lies in its part. */
static void add_places(struct program *p)
{
    p->places = allocate((size_t)p->network.vector_count, sizeof *p->places);
    for (int v = 0; v < p->network.vector_count; v++)
        p->places[v] = (struct vector_place){.cell = NONE};
    for (int n = 0; n < p->part_count; n++)
        for (int v = 1; v < p->parts[n].cut.network.vector_count; v++)
            if (p->parts[n].cut.vectors[v] != NONE)
                p->places[p->parts[n].cut.vectors[v]] = p->parts[n].program.places[v];
}

void path_schedule(struct program *p, const struct program *chip)
{
    const struct program *parts[PARTS_MOST];
    add_parts(p);
    const int lanes = chip != NULL ? chip->d.lanes : choose_lanes(p);
    schedule_parts(p, lanes, chip);
    for (int n = 0; n < p->part_count; n++)
        parts[n] = &p->parts[n].program;
    if (chip != NULL) {
        derive_path_for(p, parts, p->part_count, &chip->d);
    } else {
        derive_path(p, parts, p->part_count, lanes);
        schedule_parts(p, lanes, p);
    }
    add_up(p);
    add_places(p);
}

void path_finish(struct program *p)
{
    for (int n = 0; n < p->part_count; n++) {
        struct program *part = &p->parts[n].program;
        struct encoded encoded;
        schedule_encode(&encoded, part);
        schedule_entries(part, &encoded);
        encoded_free(&encoded);
        part->chip = p->chip;
        part->chip_hash = p->chip_hash;
        part->config_hash = hash_program(part);
    }
}

bool path_fits(const struct program *p, const struct program *chip, struct error *error)
{
    for (int n = 0; n < p->part_count; n++)
        if (!fit_streams(&p->parts[n].program, chip, error))
            return false;
    return true;
}

/* ---- running it --------------------------------------------------------------------------------- */

/* What lies between the parts, of an utterance: [tape][frame][row]. */
struct tapes {
    int count, frames;
    int row[PARTS_MOST + 1];
    int32_t *at[PARTS_MOST + 1];
};

static struct tapes tapes_new(const struct program *p, int frames)
{
    struct network_part cut[PARTS_MOST];
    struct tapes t = {.count = p->parts[p->part_count - 1].cut.writes + 1, .frames = frames};
    for (int n = 0; n < p->part_count; n++)
        cut[n] = p->parts[n].cut;
    for (int tape = 0; tape < t.count; tape++) {
        t.row[tape] = network_tape_row(cut, p->part_count, tape, p->network.input);
        t.at[tape] = allocate((size_t)frames * (size_t)t.row[tape], sizeof **t.at);
    }
    return t;
}

static void tapes_free(struct tapes *t)
{
    for (int tape = 0; tape < t->count; tape++)
        free(t->at[tape]);
}

static int32_t *row_of(const struct tapes *t, int tape, int frame)
{
    return t->at[tape] + (size_t)frame * (size_t)t->row[tape];
}

/* The frame that a part meets as its number `t`. */
static int frame_of(const struct network_part *cut, int frames, int t)
{
    return cut->backward ? frames - 1 - t : t;
}

static void run_part(const struct path_part *part, const struct tapes *tapes)
{
    const struct quantized *q = &part->program.quant;
    struct golden_state s = golden_start(q);
    for (int t = 0; t < tapes->frames; t++) {
        const int frame = frame_of(&part->cut, tapes->frames, t);
        golden_step(q, &s, row_of(tapes, part->cut.reads, frame));
        memcpy(row_of(tapes, part->cut.writes, frame) + part->cut.at, golden_y(&s),
               (size_t)q->shape.output * sizeof(int32_t));
    }
    golden_end(&s);
}

static void run_tapes(const struct program *p, const struct tapes *t, const int32_t *x)
{
    memcpy(t->at[0], x, (size_t)t->frames * (size_t)t->row[0] * sizeof *x);
    for (int n = 0; n < p->part_count; n++)
        run_part(&p->parts[n], t);
}

void path_run(const struct program *p, int frames, const int32_t *x, int32_t *y)
{
    struct tapes tapes = tapes_new(p, frames);
    const int last = tapes.count - 1;
    run_tapes(p, &tapes, x);
    for (int t = 0; t < frames; t++)
        for (int n = 0; n < p->part_count; n++)
            if (p->parts[n].cut.writes == last) {
                const size_t size = (size_t)p->parts[n].cut.network.output;
                memcpy(y, row_of(&tapes, last, t) + p->parts[n].cut.at, size * sizeof *y);
                y += size;
            }
    tapes_free(&tapes);
}

/* ---- what each part meets ----------------------------------------------------------------------- */

/* A tape as the part meets it, in numbers that quantize to what they are. */
static struct matrix met(const struct path_part *part, const struct tapes *tapes)
{
    const int tape = part->cut.reads, fraction = part->program.quant.vectors[0].fraction;
    struct matrix m = matrix_new(tapes->frames, tapes->row[tape]);
    for (int t = 0; t < tapes->frames; t++)
        for (int e = 0; e < m.cols; e++)
            matrix_row(&m, t)[e] = (float)ldexp(
                (double)row_of(tapes, tape, frame_of(&part->cut, tapes->frames, t))[e], -fraction);
    return m;
}

/* Of different lengths, one frame upwards. */
static void draw(struct utterances *u, const struct program *p)
{
    struct random random;
    random_seed(&random, p->config.model.seed);
    utterances_draw(u, 2 * p->config.channels + 1, DRAWN_FRAMES_MOST, p->network.input, p->config.model.seed);
    u->drawn = true;
    for (int n = 0; n < u->count; n++)
        u->frames[n].rows = 1 + (int)random_below(&random, DRAWN_FRAMES_MOST);
}

/* Those that it has, or such that are `drawn`. */
static const struct utterances *utterances_of(const struct program *p, struct utterances *drawn)
{
    if (p->utterances.count > 0)
        return &p->utterances;
    draw(drawn, p);
    return drawn;
}

struct accuracy path_accuracy(const struct program *p)
{
    struct utterances drawn = {0};
    const struct utterances *u = utterances_of(p, &drawn);
    struct side_by_side *models = side_by_side_new(p);
    for (int n = 0; n < u->count; n++)
        free(side_by_side_run(models, &u->frames[n], p->expected.count > 0 ? &p->expected.frames[n] : NULL,
                              calibration_judged_from(u, n)));
    const struct accuracy accuracy = side_by_side_accuracy(models);
    side_by_side_free(models);
    utterances_free(&drawn);
    return accuracy;
}

void path_utterances(struct program *p)
{
    struct utterances drawn = {0};
    if (p->part_count == 0)
        return;
    const struct utterances *u = utterances_of(p, &drawn);
    for (int n = 0; n < p->part_count; n++) {
        utterances_free(&p->parts[n].program.utterances);
        p->parts[n].program.utterances = utterances_named(u);
    }
    for (int i = 0; i < u->count; i++) {
        const struct matrix *features = &u->frames[i];
        struct tapes tapes = tapes_new(p, features->rows);
        int32_t *x = allocate((size_t)features->rows * (size_t)p->network.input, sizeof *x);
        for (int t = 0; t < features->rows; t++)
            quantize_x(&p->quant, matrix_row(features, t), x + (size_t)t * (size_t)p->network.input, NULL);
        run_tapes(p, &tapes, x);
        for (int n = 0; n < p->part_count; n++)
            p->parts[n].program.utterances.frames[i] = met(&p->parts[n], &tapes);
        tapes_free(&tapes);
        free(x);
    }
    utterances_free(&drawn);
}
