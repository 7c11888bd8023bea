/* SPDX-License-Identifier: Apache-2.0
 * config_rules.c - rules between the keys of a configuration. */
#include <stdlib.h>
#include <string.h>

#include "gen/config/device.h"
#include "gen/config/loading.h"
#include "models/base/bytes.h"
#include "models/program/geometry.h"

/* ---- the short form -------------------------------------------------------------------------- */

/* A trained model brings its own shape.  A shape from a level below that of model.path belongs to
 * what is replaced (`base: paper` and then a path); beside it or above it, it is a mistake. */
static bool check_shape_of_file(struct loading *loading)
{
    static const int shape[] = {KEY_MODEL_input, KEY_MODEL_cell, KEY_MODEL_output,
                                KEY_MODEL_peephole, KEY_MODEL_projection};
    struct model_config *model = &loading->config->model;
    int path_level = loading->origin[KEY_MODEL_path].level;

    for (size_t i = 0; i < sizeof shape / sizeof *shape; i++) {
        const struct origin *origin = &loading->origin[shape[i]];
        char path[PRINTABLE_NAME];
        printable(path, sizeof path, model->path);
        if (origin->level >= path_level)
            return fail(loading->error,
                        "%s: %s: comes from the file in model.path (%s) and cannot be set; "
                        "with an empty model.path the model is synthetic",
                        origin->where, config_keys[shape[i]].name, path);
    }
    model->input = model->cell = model->output = 0; /* until the file is read */
    model->peephole = model->projection = true;
    return true;
}

/* ---- layers ---------------------------------------------------------------------------------- */

/* What is set must be a key that the configuration has.  The short form of a level below the list
 * is replaced by it, and a format at "auto" asks for nothing. */
static bool check_keys(struct loading *loading)
{
    for (int id = 0; id < KEYS_MOST; id++) {
        const struct origin *origin = &loading->origin[id];
        if (origin->where == NULL)
            continue;
        const struct key *key = key_at(id);
        bool replaced = key->in_short && origin->level < loading->list_level;
        bool silent = key->layer == NO_LAYER && key_is_auto(key, loading->config);
        if (!replaced && !silent && !key_fits(key, loading->config, loading->error))
            return fail_in(loading->error, origin->where);
    }
    return true;
}

static const struct origin *origin_in_layer(const struct loading *loading, int layer, int row)
{
    return &loading->origin[KEY_COUNT + layer * LAYER_KEY_COUNT + row];
}

/* As of the short form, sizes from a level below that of model.path belong to what is replaced. */
static void drop_stale_sizes(struct loading *loading)
{
    struct model_config *model = &loading->config->model;
    const int level = loading->origin[KEY_MODEL_path].level;
    for (int n = 0; n < model->layer_count; n++) {
        struct layer_config *layer = &model->layers[n];
        if (origin_in_layer(loading, n, KEY_LAYER_input)->level < level)
            layer->input = 0;
        if (origin_in_layer(loading, n, KEY_LAYER_cell)->level < level)
            layer->cell = 0;
        if (origin_in_layer(loading, n, KEY_LAYER_output)->level < level)
            layer->output = 0;
    }
}

/* The size that a layer lacks, NULL: none. */
static const struct key *size_missing(const struct layer_config *layer, bool first)
{
    if (first && layer->input == 0)
        return &layer_rows[KEY_LAYER_input];
    if (layer->kind == LAYER_LINEAR)
        return layer->output == 0 ? &layer_rows[KEY_LAYER_output] : NULL;
    return layer->cell == 0 ? &layer_rows[KEY_LAYER_cell] : NULL;
}

/* "WHERE: model.layers.N: a layer of kind gru needs cell, 1..16384 (size of c or h) ..." */
static bool refuse_without(struct loading *loading, int n, const struct key *missing)
{
    const enum layer_kind kind = loading->config->model.layers[n].kind;
    const bool reads = missing == &layer_rows[KEY_LAYER_input];
    const char *where = origin_in_layer(loading, n, KEY_LAYER_kind)->where;
    return fail(loading->error, "%s: model.layers.%d: %s%s needs %s, %lld..%lld (%s); only with "
                "model.path may it be left out", where, n,
                reads ? "the first layer" : "a layer of kind ", reads ? "" : layer_kind_name(kind),
                missing->name, (long long)missing->min, (long long)missing->max, missing->meaning);
}

static bool check_sizes(struct loading *loading)
{
    const struct model_config *model = &loading->config->model;
    for (int n = 0; n < model->layer_count; n++) {
        const struct layer_config *layer = &model->layers[n];
        const struct key *missing = size_missing(layer, n == 0);
        if (missing != NULL)
            return refuse_without(loading, n, missing);
        if (layer->projection_bias && layer->output == 0)
            return fail(loading->error, "%s: model.layers.%d.projection_bias: there is no "
                        "projection, whose size is output (allowed: false, or output as well)",
                        origin_in_layer(loading, n, KEY_LAYER_projection_bias)->where, n);
    }
    return true;
}

/* Of a list the short form says nothing, whatever a level below it said. */
static bool check_layers(struct loading *loading)
{
    struct model_config *model = &loading->config->model;
    model->input = model->cell = model->output = 0;
    model->peephole = model->projection = false;
    model->candidate = CANDIDATE_TANH;
    if (model->path == NULL)
        return check_sizes(loading);
    drop_stale_sizes(loading);
    return true;
}

/* ---- the model ------------------------------------------------------------------------------- */

/* Expected outputs from a level below that of the model or of the utterances belong to what is
 * replaced. */
static void drop_stale_expected(struct loading *loading)
{
    const int level = loading->origin[KEY_MODEL_expected].level;
    struct model_config *model = &loading->config->model;
    if (loading->origin[KEY_MODEL_path].level <= level &&
        loading->origin[KEY_MODEL_utterances].level <= level)
        return;
    model->stale_expected = model->expected != NULL;
    free(model->expected);
    model->expected = NULL;
}

/* ---- the chip -------------------------------------------------------------------------------- */

/* What the chip has is fixed: a key of it may only say the same, but a preset that says how a chip
 * is attached speaks of the chip that it describes.  Afterwards the keys are the chip's. */
static bool keep_chip(struct loading *loading)
{
    struct config *config = loading->config;
    struct text ours = {0}, chips = {0};
    bool good = true;
    if (config->elem_lanes == LANES_AUTO)
        config->elem_lanes = loading->chip->elem_lanes;
    for (int i = 0; good && i < KEY_COUNT; i++) {
        const struct origin *origin = &loading->origin[i];
        enum role role = config_keys[i].role;
        if (role == ROLE_MODEL)
            continue;
        text_cut(&ours, 0);
        text_cut(&chips, 0);
        key_write(&config_keys[i], config, &ours);
        key_write(&config_keys[i], loading->chip, &chips);
        bool same = strcmp(text_string(&ours), text_string(&chips)) == 0;
        if (!same && (role == ROLE_FIXED || strcmp(origin->where, "--set") == 0))
            good = fail(loading->error, "%s: %s: the chip has %s, and a model cannot change that "
                        "to %s (%s)", origin->where, config_keys[i].name, text_string(&chips),
                        text_string(&ours), config_keys[i].meaning);
        else if (!same)
            good = key_set(&config_keys[i], config, text_string(&chips), loading->error);
    }
    text_free(&ours);
    text_free(&chips);
    return good;
}

/* A fold that is asked for by number must suit the PEs and the lanes. */
static bool check_fold(struct loading *loading)
{
    const struct config *config = loading->config;
    const char *where = loading->origin[KEY_fold].where;
    int fold = geometry_fold_asked(config), lanes = config->elem_lanes;
    if (config->fold == FOLD_AUTO || geometry_allows(config->pes, lanes, fold))
        return true;
    if (lanes != LANES_AUTO && lanes % fold != 0)
        return fail(loading->error, "%s: fold: %d needs elem_lanes to be a multiple of it, which "
                    "is %d", where, fold, lanes);
    if (lanes == LANES_AUTO)
        return fail(loading->error, "%s: fold: %d needs pes to be a multiple of %d (elem_lanes is "
                    "a multiple of fold, and pes of fold x elem_lanes), which is %d", where, fold,
                    fold * fold, config->pes);
    return fail(loading->error, "%s: fold: %d needs pes to be a multiple of %d (fold x "
                "elem_lanes), which is %d", where, fold, fold * lanes, config->pes);
}

static bool check_device(struct loading *loading)
{
    const char *where = loading->origin[KEY_device].where;
    if (device_find(loading->config->device, loading->error) != NULL)
        return true;
    if (where == NULL)
        return false;
    fail_in(loading->error, "device");
    return fail_in(loading->error, where);
}

/* Which of two keys that contradict each other was set last. */
static const char *later(const struct loading *loading, int one, int other)
{
    const struct origin *a = &loading->origin[one], *b = &loading->origin[other];
    return a->level >= b->level ? a->where : b->where;
}

/* UltraRAM has no first contents: only a memory that is loaded can lie in it. */
static bool check_weights_ram(struct loading *loading)
{
    const struct config *config = loading->config;
    struct text names = {0};
    if (config->weights_ram != WEIGHTS_ULTRA)
        return true;
    if (config->memory != MEMORY_RESIDENT)
        return fail(loading->error, "%s: weights_ram: ultra needs weights that are loaded into the "
                    "chip, but memory is %s (allowed: weights_ram: auto or block, or memory: "
                    "resident)",
                    later(loading, KEY_weights_ram, KEY_memory), memory_mode_name(config->memory));
    if (device_of(config)->uram > 0)
        return true;
    device_names_with_ultra(&names);
    fail(loading->error, "%s: weights_ram: ultra needs UltraRAM, of which device %s has none "
         "(allowed: weights_ram: auto or block, or device: %s)",
         later(loading, KEY_weights_ram, KEY_device), config->device, text_string(&names));
    text_free(&names);
    return false;
}

static bool check_chip(struct loading *loading)
{
    struct config *config = loading->config;
    if (config->elem_lanes > config->pes)
        return fail(loading->error, "%s: elem_lanes: %d is above pes, which is %d (%s)",
                    later(loading, KEY_elem_lanes, KEY_pes), config->elem_lanes, config->pes,
                    config_keys[KEY_elem_lanes].meaning);
    if (!check_fold(loading) || !check_device(loading) || !check_weights_ram(loading))
        return false;
    if (loading->origin[KEY_io].level == 0 && loading->chip == NULL)
        config->io = config->memory == MEMORY_ROM ? IO_STREAM : IO_MEMORY;
    if (config->io == IO_MEMORY && config->memory == MEMORY_ROM)
        return fail(loading->error, "%s: io: memory needs external memory, but memory is rom "
                    "(allowed: io: stream, or memory: resident or stream)",
                    loading->origin[KEY_io].where);
    return true;
}

static bool check_model(struct loading *loading)
{
    struct model_config *model = &loading->config->model;
    if (!check_keys(loading))
        return false;
    drop_stale_expected(loading);
    if (loading->origin[KEY_MODEL_pruning].level == 0)
        model->pruning = model->path != NULL ? PRUNING_NONE : PRUNING_BALANCED;
    if (model->layer_count > 0)
        return check_layers(loading);
    if (model->path != NULL)
        return check_shape_of_file(loading);
    if (!model->projection)
        model->output = model->cell;
    return true;
}

bool rules_apply(struct loading *loading)
{
    return (loading->chip == NULL || keep_chip(loading)) && check_chip(loading) &&
           check_model(loading);
}
