/* SPDX-License-Identifier: Apache-2.0
 * ese compress: a dense network and recordings in, a sparse network out that does the same. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/command/commands.h"
#include "gen/command/compress_print.h"
#include "gen/config/config_file.h"
#include "gen/folder/json_file.h"
#include "models/cpu/team.h"
#include "models/learn/learn.h"
#include "models/network/export.h"
#include "models/network/labels.h"
#include "models/program/program.h"

enum {
    FRAMES_DEFAULT = 5500000, EPOCHS_DEFAULT = 12,
    CLASSES_ALONE = 25000,   /* below it y counts, too */
    CENTRES = 200, FRAMES_OF_CENTRES = 30000, FRAMES_OF_SQUARE = 4000,
    HELD_OUT_EVERY = 10
};
static const float RATE = 8e-3f;

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

/* Of what is held out: recordings in a folder that names its labels. */
static bool read_labels(struct compression *c, struct error *error)
{
    const bool given = c->options->held_out != NULL;
    const char *folder = given ? c->options->held_out : c->config.model.utterances;
    const int classes = network_classes(c->dense);
    if (classes == 0 || !labels_in(folder))
        return true;
    if (labels_read(&c->labels, folder, given ? &c->others : &c->recordings, classes, error))
        return true;
    c->labels = (struct labels){0};
    return false;
}

static void hold_out(struct compression *c, const struct utterances *u, int n)
{
    learn_material_add_labelled(&c->held_out, &u->frames[n],
                                c->labels.of != NULL ? c->labels.of[n] : NULL);
}

static bool split(struct compression *c, struct error *error)
{
    const struct utterances *u = &c->recordings;
    const bool given = c->options->held_out != NULL;
    if (given && !utterances_read(&c->others, c->options->held_out, c->dense->input, error))
        return false;
    if (!read_labels(c, error))
        return false;
    for (int n = 0; n < u->count; n++)
        if (given || n % HELD_OUT_EVERY != HELD_OUT_EVERY / 2 % u->count)
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
    return true;
}

/* ---- loss ------------------------------------------------------------------------------------ */

/* The output layer is one for classes: a sum of several scores that no function bends. */
static bool has_classes(const struct network *n)
{
    const struct layer *last = &n->layers[n->layer_count - 1];
    if (n->after != NULL)
        return n->after->output > 1;
    return last->as.kind == LAYER_LINEAR && last->as.activation == ACTIVATION_NONE && n->output > 1;
}

static void take_classes(struct learn_loss *l, const struct network *n)
{
    l->classes = network_classes(n);
    if (n->after == NULL)
        return;
    const struct matrix *w = &n->after->matrices[0].weights;
    const size_t count = (size_t)w->rows * (size_t)w->cols;
    l->weights = allocate(count, sizeof *l->weights);
    l->bias = allocate((size_t)w->rows, sizeof *l->bias);
    memcpy(l->weights, w->at, count * sizeof *l->weights);
    if (n->after->passes[0].bias != NULL)
        memcpy(l->bias, n->after->passes[0].bias, (size_t)w->rows * sizeof *l->bias);
}

static enum compress_loss loss_of(const struct compression *c)
{
    if (c->options->loss != COMPRESS_AUTO)
        return c->options->loss;
    return has_classes(c->dense) ? COMPRESS_CLASSES : COMPRESS_CENTRES;
}

/* The mean square of y of the dense network; and where the loss is by centres, those. */
static void look_at_y(struct compression *c, enum compress_loss asked)
{
    struct learn_loss *l = &c->loss;
    struct random random;
    int frames;
    const int most = asked == COMPRESS_CENTRES ? FRAMES_OF_CENTRES : FRAMES_OF_SQUARE;
    float *y = learn_teach(c->dense, &c->material, most, &frames);
    const size_t count = (size_t)frames * (size_t)l->output;
    double square = 0.0;
    for (size_t i = 0; i < count; i++)
        square += (double)y[i] * (double)y[i];
    l->mean_square = fmaxf(1e-20f, (float)(square / (double)count));
    random_seed(&random, c->options->seed);
    if (asked == COMPRESS_CENTRES)
        learn_loss_of_centres(l, y, frames, CENTRES, &random);
    else if (has_classes(c->dense))
        take_classes(l, c->dense);
    free(y);
}

static bool make_loss(struct compression *c, struct error *error)
{
    const enum compress_loss asked = loss_of(c);
    struct learn_loss *judge = &c->telling.judge;
    const bool alone = c->options->loss == COMPRESS_CLASSES || c->material.frames > CLASSES_ALONE;
    c->loss = (struct learn_loss){.output = c->dense->output};
    if (asked == COMPRESS_CLASSES && !has_classes(c->dense))
        return fail(error, "--loss classes: the network has no output layer of classes; auto, y "
                           "and centres are left");
    look_at_y(c, asked);
    *judge = (struct learn_loss){.output = c->loss.output, .mean_square = c->loss.mean_square};
    if (has_classes(c->dense))
        take_classes(judge, c->dense);
    c->loss.of_classes = asked == COMPRESS_Y ? 0.0f : 1.0f;
    c->loss.of_y = asked == COMPRESS_CLASSES && alone ? 0.0f : 1.0f;
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

/* Scores are soon learnt by heart, which noise prevents: after 13.7 million frames of speech at
 * 10 % density 89.2 and 89.7 % of frames were right with it, 88.5 % without.  y says more of a
 * frame. */
static void make_task(struct compression *c, const char *checkpoint)
{
    const int processors = team_processors();
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
        .rate = RATE,
        .noise = c->loss.of_classes > 0.0f,
        .augment = c->material.frames < LEARN_FEW_FRAMES,
        .weight_bits = c->options->quantized ? c->program.config.weight_bits : 0,
        .outcome = &c->telling.outcome,
        .checkpoint = checkpoint,
    };
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
    if (c->config.model.pruning == PRUNING_NONE && !o->quantized)
        c->config.model.pruning = PRUNING_BALANCED;
    return build(c, error) &&
           utterances_read(&c->recordings, c->config.model.utterances, c->dense->input, error);
}

static bool write_network(const struct compression *c, const struct network *n, struct error *error)
{
    char density[32], pes[16], seed[32], frames[32];
    struct text bytes = {0};
    snprintf(density, sizeof density, "%g", c->config.model.density);
    snprintf(pes, sizeof pes, "%d", c->config.pes);
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)c->options->seed);
    snprintf(frames, sizeof frames, "%lld", (long long)c->telling.outcome.seen);
    const char *const facts[] = {"density", density, "pes", pes, "seed", seed, "frames", frames,
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
    const struct learn_watch watch = {compress_tell, is_interrupted, &c->telling};
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
    const bool good = learn_until_interrupted(c, &learnt, error) &&
                      write_network(c, &learnt, error) && tell(c, &learnt, error);
    json_decref(c->telling.reports);
    network_free(&learnt);
    text_free(&checkpoint);
    return good;
}

static bool can_write(const struct compress_options *o, struct error *error)
{
    return output_file_check("--output", o->output, error) &&
           output_file_check("--json", o->json, error);
}

int command_compress(const struct compress_options *options)
{
    struct error error;
    struct compression c = {.options = options};
    const bool good = can_write(options, &error) && load(&c, &error) && split(&c, &error) &&
                      make_loss(&c, &error) && compress(&c, &error);
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
    return good ? 0 : 1;
}
