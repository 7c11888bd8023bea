/* SPDX-License-Identifier: Apache-2.0
 * ese compress: a dense network and recordings in, a sparse network out that does the same. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/command/commands.h"
#include "gen/command/compress_print.h"
#include "gen/config/config_file.h"
#include "gen/folder/json_file.h"
#include "models/cpu/team.h"
#include "models/learn/recipe.h"
#include "models/network/export.h"
#include "models/network/labels.h"
#include "models/program/program.h"

enum { FRAMES_DEFAULT = 5500000, EPOCHS_DEFAULT = 12, INTERRUPTED = 128 + SIGINT };

/* All that a run has. */
struct compression {
    const struct compress_options *options;
    struct config config;
    struct program program;
    bool built; /* there is a program to be freed */
    const struct network *dense;
    struct utterances recordings, others; /* others: --held-out */
    struct labels labels;    /* of those of which some are held out, if they have any */
    struct learn_material material, held_out;
    struct learn_loss loss;
    struct learn_task task;
    struct compress_telling telling;
};

/* ---- what is learnt from --------------------------------------------------------------------- */

/* Of what is held out, as far as there are some. */
static bool read_labels(struct compression *c, struct error *error)
{
    const bool given = c->options->held_out != NULL;
    const char *folder = given ? c->options->held_out : c->config.model.utterances;
    const int classes = network_classes(c->dense);
    return classes == 0 ||
           labels_read_some(&c->labels, folder, given ? &c->others : &c->recordings, classes, error);
}

static void hold_out(struct compression *c, const struct utterances *u, int n)
{
    learn_material_add_labelled(&c->held_out, &u->frames[n],
                                c->labels.of != NULL ? c->labels.of[n] : NULL);
}

/* What is held out says something of other recordings alone. */
static bool check_apart(const struct compression *c, struct error *error)
{
    const int shared = learn_material_shared(&c->material, &c->held_out);
    if (shared == c->held_out.count)
        return fail(error, "%s: everything that is held out is learnt from, too, and says nothing of other "
                           "recordings", c->options->held_out != NULL ? c->options->held_out : "model.utterances");
    if (shared > 0)
        fprintf(stderr, "ese: warning: %d of %d recordings held out are learnt from, too: judged by them, the "
                        "network looks better than it is\n", shared, c->held_out.count);
    return true;
}

static bool split(struct compression *c, struct error *error)
{
    const struct utterances *u = &c->recordings;
    const bool given = c->options->held_out != NULL;
    if (given && !utterances_read(&c->others, c->options->held_out, c->dense->input, error))
        return false;
    if (!read_labels(c, error))
        return false;
    c->material.most = learn_piece(c->dense, utterances_length(u));
    c->held_out.most = given ? learn_piece(c->dense, utterances_length(&c->others)) : c->material.most;
    for (int n = 0; n < u->count; n++)
        if (given || n % LEARN_HELD_OUT_EVERY != LEARN_HELD_OUT_EVERY / 2 % u->count)
            learn_material_add(&c->material, &u->frames[n]);
        else
            hold_out(c, u, n);
    for (int n = 0; given && n < c->others.count; n++)
        hold_out(c, &c->others, n);
    learn_material_close(&c->material);
    learn_material_close(&c->held_out);
    if (c->material.count == 0 || c->held_out.count == 0)
        return fail(error, "model.utterances: %d recording%s, and learning takes two at least, of "
                           "which one is held out", u->count, u->count == 1 ? "" : "s");
    return check_apart(c, error);
}

/* ---- loss ------------------------------------------------------------------------------------ */

static bool make_loss(struct compression *c, struct error *error)
{
    if (!learn_make_loss(&c->loss, c->dense, &c->material, c->options->loss, c->options->seed))
        return fail(error, "--loss classes: the network has no output layer of classes; auto, y "
                           "and centres are left");
    c->telling.judge = learn_judge(c->dense, c->loss.mean_square);
    return true;
}

/* ---- the task -------------------------------------------------------------------------------- */

/* 0: that the minutes will tell. */
static int64_t frames_of(const struct compression *c)
{
    const int64_t epochs = EPOCHS_DEFAULT * c->material.frames;
    if (c->options->frames > 0 || c->options->minutes > 0.0)
        return c->options->frames;
    return epochs > FRAMES_DEFAULT ? epochs : FRAMES_DEFAULT;
}

static void make_task(struct compression *c, const char *checkpoint)
{
    const int processors = team_processors() < LEARN_STREAMS ? team_processors() : LEARN_STREAMS;
    c->task = (struct learn_task){
        .dense = c->dense,
        .model = &c->program.config.model,
        .geometry = &c->program.geometry,
        .material = &c->material,
        .held_out = &c->held_out,
        .loss = &c->loss,
        .frames = frames_of(c),
        .seconds = 60.0 * c->options->minutes,
        .threads = c->options->threads > 0 ? c->options->threads : processors,
        .seed = c->options->seed,
        .weight_bits = c->options->quantized ? c->program.config.weight_bits : 0,
        .outcome = &c->telling.outcome,
        .checkpoint = checkpoint,
    };
    learn_set_recipe(&c->task);
}

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

static bool is_interrupted(void *context)
{
    (void)context;
    return interrupted != 0;
}

/* ---- the command ----------------------------------------------------------------------------- */

/* The chip says which PE has which weight; how recordings make number formats does not matter. */
static bool build(struct compression *c, struct error *error)
{
    struct config config = c->config;
    config.model.utterances = config.model.expected = NULL;
    c->built = program_build(&c->program, &config, error);
    if (!c->built)
        return false;
    c->dense = c->program.given != NULL ? c->program.given : &c->program.network;
    return true;
}

/* Without pruning there is nothing to be done, but for rounding. */
static void choose_pruning(struct model_config *model, bool quantized)
{
    if (model->pruning != PRUNING_NONE)
        return;
    if (quantized && model->density == 1.0) {
        fprintf(stderr, "ese: note: model.density is 1 and model.pruning none: weights that are 0 stay so, no others "
                        "become it\n");
        return;
    }
    fprintf(stderr, "ese: note: model.pruning is none, as of a network that is sparse already: this one is pruned, "
                    "load-balanced, to model.density %g\n", model->density);
    model->pruning = PRUNING_BALANCED;
}

static bool load(struct compression *c, struct error *error)
{
    const struct compress_options *o = c->options;
    if (!learn_can(error) || !config_load(&c->config, o->source, o->sets, o->set_count, error))
        return false;
    if (c->config.model.path == NULL)
        return fail(error,
                    "%s: there is no model.path: a synthetic network has nothing to be learnt",
                    o->source);
    if (c->config.model.utterances == NULL)
        return fail(error, "%s: there is no model.utterances: learning takes recordings",
                    o->source);
    choose_pruning(&c->config.model, o->quantized);
    return build(c, error) &&
           utterances_read(&c->recordings, c->config.model.utterances, c->dense->input, error);
}

static bool write_network(const struct compression *c, const struct network *n, struct error *error)
{
    char density[32], pes[16], seed[32], frames[32];
    struct text bytes = {0};
    if (c->config.model.pruning == PRUNING_NONE)
        snprintf(density, sizeof density, "as given");
    else
        snprintf(density, sizeof density, "%g", c->config.model.density);
    snprintf(pes, sizeof pes, "%d", c->config.pes);
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)c->options->seed);
    snprintf(frames, sizeof frames, "%lld", (long long)c->telling.outcome.seen);
    const char *const facts[] = {"density", density, COMPRESSED_FOR, pes, "seed", seed, "frames", frames,
                                 "loss", compress_loss_name(&c->loss), NULL};
    const bool good = network_pack(n, facts, &bytes, error) &&
                      text_write_file(&bytes, c->options->output, error);
    text_free(&bytes);
    return good;
}

/* The first Ctrl-C ends learning, another the program; who ignores it, as in the background, goes
 * on. */
static bool learn_until_interrupted(struct compression *c, struct network *learnt,
                                    struct error *error)
{
    const struct learn_watch watch = {compress_begin, compress_tell, is_interrupted, &c->telling};
    struct sigaction act = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND}, before;
    sigaction(SIGINT, NULL, &before);
    if (before.sa_handler != SIG_IGN)
        sigaction(SIGINT, &act, NULL);
    const bool good = learn(&c->task, &watch, learnt, error);
    sigaction(SIGINT, &before, NULL);
    return good;
}

/* Where the table is. */
static bool tell(struct compression *c, const struct network *learnt, struct error *error)
{
    const char *json = c->options->json;
    if (!compress_compare(&c->telling, &c->program.network, learnt, c->program.config.weight_bits,
                          error))
        return false;
    if (!c->telling.silent)
        compress_print_table(&c->telling);
    compress_warn(&c->telling);
    return json == NULL || json_write(compress_json(&c->telling), json, error);
}

static bool compress(struct compression *c, struct error *error)
{
    struct text checkpoint = {0};
    text_appendf(&checkpoint, "%s.checkpoint", c->options->output);
    make_task(c, text_string(&checkpoint));
    c->telling.task = &c->task;
    c->telling.silent = c->options->json != NULL && strcmp(c->options->json, "-") == 0;
    c->telling.reports = json_array();
    struct network learnt = network_copy(c->dense);
    const bool written = learn_until_interrupted(c, &learnt, error) && write_network(c, &learnt, error);
    if (written && !c->telling.outcome.stopped)
        learn_forget(&c->task);
    const bool good = written && tell(c, &learnt, error);
    json_decref(c->telling.reports);
    network_free(&learnt);
    text_free(&checkpoint);
    return good;
}

/* One of what is read. */
static bool is_input(const struct compression *c, const char *file)
{
    const struct utterances *u = &c->recordings;
    bool is = output_file_is(file, c->config.model.path) || output_file_is(file, c->options->source) ||
              output_file_is(file, u->source);
    for (int n = 0; n < u->count && !is; n++) {
        struct text path = {0};
        text_appendf(&path, "%s/%s.npy", u->source, u->names[n]);
        is = output_file_is(file, text_string(&path));
        text_free(&path);
    }
    return is;
}

/* What is read stays: model.path has the only dense weights. */
static bool keeps_inputs(const struct compression *c, struct error *error)
{
    const char *const outputs[] = {c->options->output, c->options->json};
    for (size_t n = 0; n < sizeof outputs / sizeof *outputs; n++)
        if (outputs[n] != NULL && access(outputs[n], F_OK) == 0 && is_input(c, outputs[n]))
            return fail(error, "%s: is read here, and would be lost; another name is wanted", outputs[n]);
    return true;
}

static bool can_write(const struct compress_options *o, struct error *error)
{
    bool good = true;
    if (o->json != NULL && output_file_is(o->json, o->output))
        return fail(error, "--json: '%s' is the file for the network", o->json);
    for (int n = 0; n < 2 && good; n++) {
        struct text path = {0};
        text_appendf(&path, "%s.checkpoint.%d", o->output, n);
        good = output_file_check("--output", text_string(&path), error);
        text_free(&path);
    }
    return good && output_file_check("--output", o->output, error) && output_file_check("--json", o->json, error);
}

int command_compress(const struct compress_options *options)
{
    struct error error;
    struct compression c = {.options = options};
    const bool good = can_write(options, &error) && load(&c, &error) && keeps_inputs(&c, &error) &&
                      split(&c, &error) && make_loss(&c, &error) && compress(&c, &error);
    if (!good)
        fprintf(stderr, "ese: %s\n", error.text);
    learn_material_free(&c.material);
    learn_material_free(&c.held_out);
    learn_loss_free(&c.loss);
    learn_loss_free(&c.telling.judge);
    labels_free(&c.labels);
    utterances_free(&c.recordings);
    utterances_free(&c.others);
    if (c.built)
        program_free(&c.program);
    config_free(&c.config);
    return !good ? 1 : c.telling.outcome.stopped ? INTERRUPTED : 0;
}
