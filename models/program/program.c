/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/program.h"

#include <stdlib.h>
#include <string.h>

#include "models/number/calibrate.h"
#include "models/program/choose.h"
#include "models/program/derive.h"
#include "models/program/fit.h"
#include "models/program/hash.h"
#include "models/program/path.h"
#include "models/program/prune.h"
#include "models/program/stock.h"

enum { INDEX_AUTO_LEAST = 4, INDEX_AUTO_MOST = 6 };

/* A part of a network after the other, over whole utterances: no one program, and x and y lie in memory. */
static bool all_forward(const struct network *n, const char *why, struct error *error)
{
    for (int i = 0; i < n->layer_count; i++)
        if (n->layers[i].as.direction != DIRECTION_FORWARD)
            return fail(error, "layer %d goes backward, over whole utterances: %s", n->layers[i].number, why);
    return true;
}

static const char NEEDS_MEMORY[] = "that takes a chip with x and y in memory (memory: resident or stream, "
                                   "io: memory)";

static bool load_network(struct program *p, struct error *error)
{
    const struct model_config *model = &p->config.model;
    if (!network_load(&p->network, model, error) ||
        (p->config.io != IO_MEMORY && !all_forward(&p->network, NEEDS_MEMORY, error)))
        return false;
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
    prune(&p->network, model, &p->geometry);
    if (keep && network_same_matrices(&given, &p->network)) {
        network_free(&given);
    } else if (keep) {
        p->given = allocate(1, sizeof *p->given);
        *p->given = given;
    }
}

static void finish(struct program *p, const struct program *chip)
{
    p->chip = chip != NULL ? chip->d : p->d;
    p->chip_hash = chip != NULL ? chip->chip_hash : hash_chip(p);
    path_finish(p);
    p->config_hash = hash_program(p);
}

/* A chip made for them takes all of its parts. */
static void finish_own(struct program *p)
{
    struct error error;
    finish(p, NULL);
    BUG_UNLESS(path_fits(p, p, &error));
}

/* ---- stage by stage -------------------------------------------------------------------------- */

/* The stages of a program: what each was found or made, where there is a stock. */
struct stages {
    struct program program;
    struct stock *stock;           /* NULL: what is made is the program's own, or is here */
    struct kept *kept;             /* the last up to the numbers; NULL: none, or no stock */
    struct kept *of[STAGE_COUNT];  /* all that the program has of the stock, NULL: none */
    struct calibrator *calibrator;
    struct encoded encoded;
};

/* Schedule and streams both follow from the numbers. */
static void stay_with(struct stages *s, struct kept *kept, enum stage stage)
{
    kept->users++;
    s->of[stage] = kept;
    if (stage <= STAGE_NUMBERS)
        s->kept = kept;
}

static bool take(struct stages *s, enum stage stage)
{
    struct kept *kept = s->stock != NULL ? stock_find(s->stock, stage, &s->program, s->kept) : NULL;
    if (kept == NULL)
        return false;
    stage_take(&s->program, &kept->part, stage);
    stay_with(s, kept, stage);
    return true;
}

/* A stage is made: well, and it is kept, or not, and nothing is left of it. */
static bool made(struct stages *s, enum stage stage, bool ok)
{
    if (s->stock == NULL)
        return ok;
    if (!ok) {
        stage_free(&s->program, stage);
        return false;
    }
    struct kept *kept = stock_keep(s->stock, stage, &s->program, s->kept);
    stage_take(&kept->part, &s->program, stage);
    stay_with(s, kept, stage);
    return true;
}

/* What it has of the stock may make room for others again. */
static void let_go(struct stages *s)
{
    for (int stage = 0; stage < STAGE_COUNT; stage++) {
        if (s->of[stage] != NULL)
            s->of[stage]->users--;
        s->of[stage] = NULL;
    }
}

/* What was made for other programs is theirs. */
static void drop(struct stages *s)
{
    let_go(s);
    program_free(&s->program);
    if (s->stock != NULL)
        return;
    calibrator_free(s->calibrator);
    encoded_free(&s->encoded);
}

static bool make_network(struct stages *s, struct error *error)
{
    return take(s, STAGE_NETWORK) || made(s, STAGE_NETWORK, load_network(&s->program, error));
}

/* Whether a stock is of use for it: parts are not kept. */
static bool is_for_stock(const struct config *config, struct stock *stock)
{
    struct stages s = {.program = {.config = *config, .borrowed = true}, .stock = stock};
    struct error told_later;
    const bool forward = !make_network(&s, &told_later) || network_is_forward(&s.program.network);
    let_go(&s);
    return forward;
}

static void make_pruned(struct stages *s)
{
    if (take(s, STAGE_PRUNED))
        return;
    if (s->stock != NULL)
        s->program.network = network_copy(&s->program.network);
    prune_network(&s->program);
    made(s, STAGE_PRUNED, true);
}

static void make_calibrated(struct stages *s)
{
    const struct program *p = &s->program;
    if (take(s, STAGE_CALIBRATED)) {
        s->calibrator = s->kept->calibrator;
        return;
    }
    s->calibrator = calibrator_new(&p->network, &p->utterances, &p->config.model);
    made(s, STAGE_CALIBRATED, true);
    if (s->stock != NULL)
        s->kept->calibrator = s->calibrator;
}

static bool make_numbers(struct stages *s, struct error *error)
{
    struct program *p = &s->program;
    if (!take(s, STAGE_NUMBERS)) {
        if (!made(s, STAGE_NUMBERS,
                  quantize(&p->quant, &p->network, s->calibrator, &p->config, error)))
            return false;
        if (network_is_forward(&p->network))
            schedule_encode(&s->encoded, p);
        if (s->stock != NULL)
            stock_encoded(s->stock, s->kept, &s->encoded);
    }
    if (s->stock != NULL) {
        s->encoded = s->kept->encoded;
        p->quality = &s->kept->quality;
    }
    return true;
}

/* What the configuration says of sizes that the schedule does not know. */
static void derive_again(struct program *p)
{
    const struct derived built = p->d;
    derive_shapes(p, built.lanes);
    p->d.columns = built.columns;
    p->d.beats = built.beats;
    p->d.cell_words = built.cell_words;
    p->d.kept_words = built.kept_words;
    p->d.mirrored = built.mirrored;
    p->d.scratch_words = built.scratch_words;
    p->d.frame_words = built.frame_words;
    derive_streams(p);
}

static void make_schedule(struct stages *s)
{
    if (take(s, STAGE_SCHEDULE)) {
        derive_again(&s->program);
        return;
    }
    if (network_is_forward(&s->program.network))
        choose_schedule(&s->program, &s->encoded, NULL);
    else
        path_schedule(&s->program, NULL);
    made(s, STAGE_SCHEDULE, true);
}

static void make_streams(struct stages *s)
{
    if (take(s, STAGE_STREAMS))
        return;
    if (s->program.part_count == 0)
        schedule_entries(&s->program, &s->encoded);
    made(s, STAGE_STREAMS, true);
}

void program_prepare(const struct config *config, struct stock *stock)
{
    struct stages s = {.program = {.config = *config, .borrowed = true}, .stock = stock};
    struct error unused; /* whoever builds a program of it is told */
    make_network(&s, &unused);
    let_go(&s);
}

/* ---- which of several ------------------------------------------------------------------------ */

/* All but the streams: those that are not taken in the end need none. */
static bool build(struct stages *s, const struct config *config, const struct folds *folds,
                  struct stock *stock, struct error *error)
{
    struct program *p = &s->program;
    *s = (struct stages){.program = {.config = *config, .borrowed = stock != NULL}, .stock = stock};
    if (!make_network(s, error))
        return false;
    p->geometry = geometry_make(config, &p->network, *folds);
    make_pruned(s);
    make_calibrated(s);
    if (!make_numbers(s, error))
        return false;
    make_schedule(s);
    return true;
}

/* The multipliers have weights in nearly every clock, and not such as fill gaps or wait for the
 * busiest PE: whatever is chosen, it gets no faster. */
static bool is_busy(const struct program *p)
{
    const double least = (double)p->true_nonzeros / p->geometry.pes;
    return (double)p->cycles_per_frame <= least * (1.0 + WORTH_MORE);
}

/* One of the two is dropped: `tried` is `best` now if it is worth more hardware. */
static void take_better(struct stages *best, struct stages *tried, bool built)
{
    const double cycles = (double)tried->program.cycles_per_frame;
    const bool better =
        built && cycles < (double)best->program.cycles_per_frame * (1.0 - WORTH_MORE);
    drop(better ? best : tried);
    if (better)
        *best = *tried;
}

static bool same_folds(const struct program *p, const struct folds *folds)
{
    for (int group = 0; group < p->network.group_count; group++)
        if (p->geometry.folds[group] != folds->of[group])
            return false;
    return true;
}

static void try_folds(struct stages *best, const struct folds *folds, struct stock *stock)
{
    const struct config config = best->program.config;
    struct stages tried;
    struct error refused;
    if (!same_folds(&best->program, folds) && !is_busy(&best->program))
        take_better(best, &tried, build(&tried, &config, folds, stock, &refused));
}

/* Groups of the same place in layers of the same shape are folded alike: the last of them stands
 * for all. */
static bool are_alike(const struct network *n, int one, int other)
{
    int pass[2] = {NONE, NONE};
    for (int i = n->pass_count - 1; i >= 0; i--) {
        pass[0] = n->passes[i].group == one ? i : pass[0];
        pass[1] = n->passes[i].group == other ? i : pass[1];
    }
    const struct network_pass *l = &n->passes[pass[0]], *r = &n->passes[pass[1]];
    return l->rows == r->rows && l->operation == r->operation && l->function == r->function &&
           n->layers[l->layer].as.kind == n->layers[r->layer].as.kind;
}

/* One kind of group with another fold, all others with what is best for them so far. */
static void try_group(struct stages *best, int group, int fold, struct stock *stock)
{
    const struct network *n = &best->program.network;
    struct folds folds;
    memcpy(folds.of, best->program.geometry.folds, sizeof folds.of);
    for (int other = group + 1; other < n->group_count; other++)
        if (are_alike(n, group, other))
            return;
    for (int other = 0; other <= group; other++)
        if (are_alike(n, group, other))
            folds.of[other] = fold;
    try_folds(best, &folds, stock);
}

/* What folding saves the schedule tells: a fold more must be worth its hardware.  One that is not
 * says nothing of the next: where rows divide by the PEs badly, that may do better.  Of each fold
 * all matrices are tried, and each kind by itself with what is best for the others so far. */
static bool build_folds(struct stages *best, const struct config *config, struct stock *stock,
                        struct error *error)
{
    struct folds all = folds_all(1);
    if (!build(best, config, &all, stock, error))
        return false;
    for (int fold = 2; fold <= FOLD_MAX; fold *= 2) {
        if (!geometry_allows(config->pes, config->elem_lanes, fold))
            break;
        all = folds_all(fold);
        try_folds(best, &all, stock);
        for (int group = best->program.network.group_count - 1; group >= 0; group--)
            try_group(best, group, fold, stock);
    }
    return true;
}

static bool build_any_fold(struct stages *s, const struct config *config, struct stock *stock,
                           struct error *error)
{
    const struct folds all = folds_all(geometry_fold_asked(config));
    return config->fold == FOLD_AUTO ? build_folds(s, config, stock, error)
                                     : build(s, config, &all, stock, error);
}

/* A longer index makes row blocks larger, and so a frame's broadcasts fewer: a bit more must be
 * worth it, too. */
static bool build_indexes(struct stages *best, const struct config *config, struct stock *stock,
                          struct error *error)
{
    struct config longer = *config;
    struct stages tried;
    struct error refused;
    longer.index_bits = INDEX_AUTO_LEAST;
    if (!build_any_fold(best, &longer, stock, error))
        return false;
    while (++longer.index_bits <= INDEX_AUTO_MOST && !is_busy(&best->program))
        take_better(best, &tried, build_any_fold(&tried, &longer, stock, &refused));
    best->program.config.index_bits = INDEX_AUTO;
    return true;
}

bool program_build_from(struct program *p, const struct config *config, struct stock *stock,
                        struct error *error)
{
    struct stages s;
    if (stock != NULL && !is_for_stock(config, stock))
        stock = NULL;
    const bool ok = config->index_bits == INDEX_AUTO ? build_indexes(&s, config, stock, error)
                                                     : build_any_fold(&s, config, stock, error);
    if (ok) {
        make_streams(&s);
        finish_own(&s.program);
    }
    let_go(&s);
    *p = s.program;
    if (stock == NULL) {
        calibrator_free(s.calibrator);
        encoded_free(&s.encoded);
    }
    return ok;
}

bool program_build(struct program *p, const struct config *config, struct error *error)
{
    return program_build_from(p, config, NULL, error);
}

/* ---- another model of a chip ----------------------------------------------------------------- */

/* With the formats of the chip, and into its widths. */
static bool quantize_into(struct program *p, const struct program *chip, struct error *error)
{
    struct calibrator *calibrator = calibrator_new(&p->network, &p->utterances, &p->config.model);
    const bool ok =
        quantize_for(&p->quant, &p->network, calibrator, &chip->quant, &p->config, error) &&
        fit_numbers(&p->quant, chip, error);
    calibrator_free(calibrator);
    p->quant.acc_bits = chip->quant.acc_bits;
    p->quant.bias_bits = chip->quant.bias_bits;
    p->quant.peep_bits = chip->quant.peep_bits;
    p->quant.sum_bits = chip->quant.sum_bits;
    return ok;
}

static void schedule_for(struct program *p, const struct program *chip)
{
    struct encoded encoded;
    schedule_encode(&encoded, p);
    choose_schedule(p, &encoded, chip);
    schedule_entries(p, &encoded);
    encoded_free(&encoded);
}

bool program_build_for(struct program *p, const struct program *chip, const struct config *model,
                       struct error *error)
{
    *p = (struct program){.config = chip->config};
    p->config.name = model->name;
    p->config.model = model->model;
    p->config.column_order = model->column_order;
    if (chip->config.memory == MEMORY_ROM)
        return fail(error,
                    "the chip holds its model in ROM (memory: rom): another one cannot be loaded");
    if (!load_network(p, error) || !fit_network(&p->network, chip, error))
        return false;
    p->geometry = geometry_choose_for(&chip->geometry, chip->d.lanes, &p->config, &p->network);
    prune_network(p);
    if (!quantize_into(p, chip, error))
        return false;
    if (network_is_forward(&p->network))
        schedule_for(p, chip);
    else
        path_schedule(p, chip);
    finish(p, chip);
    return p->part_count > 0 ? path_fits(p, chip, error) : fit_streams(p, chip, error);
}

void program_free(struct program *p)
{
    for (int stage = STAGE_COUNT - 1; stage >= 0 && !p->borrowed; stage--)
        stage_free(p, (enum stage)stage);
}
