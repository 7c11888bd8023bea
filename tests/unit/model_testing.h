/* SPDX-License-Identifier: Apache-2.0
 * model_testing.h - what the tests of the models share: small configurations and networks. */
#ifndef ESE_MODEL_TESTING_H
#define ESE_MODEL_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/config/config_file.h"
#include "models/base/random.h"
#include "models/network/layer.h"
#include "models/number/calibrate.h"
#include "models/program/derive.h"
#include "models/program/program.h"

#include <cmocka.h> /* last: it has a macro called fail */

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A configuration with nothing special about it, to be changed by the test. */
static inline struct config plain_config(void)
{
    static char name[] = "test";
    struct config config = {.name = name,
                           .pes = 4,
                           .channels = 2,
                           .fifo_depth = 8,
                           .weight_bits = 12,
                           .activation_bits = 16,
                           .index_bits = 4,
                           .encoding = ENCODING_BLOCK,
                           .column_order = ORDER_GREEDY,
                           .memory = MEMORY_ROM,
                           .io = IO_STREAM,
                           .clock_mhz = 200,
                           .frame_ms = 10.0,
                           .activation_table = TABLE_INTERPOLATED,
                           .elem_lanes = 1,
                           .prefix = PREFIX_DEFAULT,
                           .ram_hint = RAM_HINT_XILINX,
                           .axi_cache = 3,
                           .weights_ram = WEIGHTS_AUTO,
                           .device = DEVICE_DEFAULT,
                           .model = {.input = 9,
                                     .cell = 20,
                                     .output = 11,
                                     .density = 0.4,
                                     .peephole = true,
                                     .projection = true,
                                     .candidate = CANDIDATE_TANH,
                                     .pruning = PRUNING_BALANCED,
                                     .seed = 1,
                                     .margin = 0.25,
                                     .warn_snr_db = 20.0}};
    config.model.formats = layer_default(LAYER_LSTM).formats; /* all automatic */
    return config;
}

static inline int random_int(struct random *random, int low, int high)
{
    return low + (int)random_below(random, (uint64_t)(high - low + 1));
}

/* Options of a layer of its kind, whose sizes are drawn; without direction and density. */
static inline void random_options(struct random *random, struct layer_config *l)
{
    l->peephole = l->kind == LAYER_LSTM && random_int(random, 0, 1);
    l->coupled = l->kind == LAYER_LSTM ? (enum coupling)(random_int(random, 0, 3) % 3) : COUPLED_NONE;
    l->candidate = random_int(random, 0, 3) ? CANDIDATE_TANH : CANDIDATE_SIGM;
    l->projection_bias = l->kind == LAYER_LSTM && l->output > 0 && random_int(random, 0, 1);
    l->reset = random_int(random, 0, 1) ? RESET_AFTER : RESET_BEFORE;
    l->nonlinearity = random_int(random, 0, 1) ? NONLINEARITY_TANH : NONLINEARITY_RELU;
    l->activation = (enum activation)random_int(random, 0, 3);
    l->bias = random_int(random, 0, 4) > 0;
}

/* A configuration anywhere in the space of small ones. */
static inline struct config random_config(struct random *random)
{
    struct config c = plain_config();
    c.pes = random_int(random, 0, 3) == 0 ? random_int(random, 1, 40) : random_int(random, 1, 9);
    c.fifo_depth = random_int(random, 0, 1) ? random_int(random, 1, 4) : random_int(random, 1, 64);
    c.weight_bits = random_int(random, 4, 16);
    c.activation_bits = random_int(random, 8, 18);
    c.index_bits = random_int(random, 2, 6);
    c.encoding = random_int(random, 0, 1) ? ENCODING_BLOCK : ENCODING_RELATIVE;
    c.column_order = random_int(random, 0, 2) ? ORDER_GREEDY : ORDER_NATURAL;
    c.activation_table = random_int(random, 0, 3) ? TABLE_INTERPOLATED : TABLE_PAPER;
    c.elem_lanes = random_int(random, 0, 2) ? random_int(random, 1, c.pes) : LANES_AUTO;
    if (random_int(random, 0, 2) == 0) { /* folded by number: lanes and PEs that suit */
        int code = random_int(random, 1, 3), lanes = random_int(random, 1, 2) << code;
        c.fold = (enum fold)(FOLD_1 + code);
        c.elem_lanes = lanes == 1 << code && random_int(random, 0, 1) ? LANES_AUTO : lanes;
        c.pes = (lanes << code) * random_int(random, 1, 3);
    }
    c.model.input = random_int(random, 1, 30);
    c.model.cell = random_int(random, 1, 60);
    c.model.output = random_int(random, 1, 40);
    c.model.peephole = random_int(random, 0, 1);
    c.model.projection = random_int(random, 0, 1);
    c.model.candidate = random_int(random, 0, 1) ? CANDIDATE_TANH : CANDIDATE_SIGM;
    c.model.pruning = (enum pruning)random_int(random, 0, 2);
    c.model.density = random_int(random, 0, 9) == 0 ? 1.0 : random_int(random, 1, 100) / 130.0;
    c.model.seed = random_next(random) >> 1;
    if (c.elem_lanes > 32)
        c.elem_lanes = 32;
    c.pipeline = (enum pipeline)random_int(random, PIPELINE_AUTO, PIPELINE_2);
    return c;
}

/* Says in one line what a configuration is, for the message of a failure; fold 0: auto. */
static inline const char *config_line(const struct config *c)
{
    static char line[300];
    snprintf(line, sizeof line,
             "pes %d fifo %d w %d a %d index %d %s %s %s lanes %d fold %d pipeline %d, "
             "%d/%d/%d density %g %s%s%s %s seed %llu",
             c->pes, c->fifo_depth, c->weight_bits, c->activation_bits, c->index_bits,
             encoding_name(c->encoding), column_order_name(c->column_order),
             table_kind_name(c->activation_table), c->elem_lanes,
             c->fold == FOLD_AUTO ? 0 : geometry_fold_asked(c), derive_pipeline(c), c->model.input,
             c->model.cell, c->model.output, c->model.density, c->model.peephole ? "peephole " : "",
             c->model.projection ? "projection " : "", candidate_name(c->model.candidate),
             pruning_name(c->model.pruning), (unsigned long long)c->model.seed);
    return line;
}

static inline void build(struct program *program, const struct config *config)
{
    struct error error = {""};
    if (!program_build(program, config, &error))
        fail_msg("%s: %s", config_line(config), error.text);
}

/* The only layer of a network that is an LSTM, and numbers of what it has (models/network/layer.h). */
static inline const struct layer *lstm_layer(const struct network *network)
{
    const struct layer *layer = network_only(network, LAYER_LSTM);
    assert_non_null(layer);
    return layer;
}

/* A matrix or a vector by its name: "Wix", "1.c". */
static inline int matrix_number(const struct network *network, const char *name)
{
    for (int n = 0; n < network->matrix_count; n++)
        if (strcmp(network->matrices[n].name, name) == 0)
            return n;
    fail_msg("no matrix %s", name);
    return NONE;
}

static inline struct matrix *matrix_named(const struct network *network, const char *name)
{
    return &network->matrices[matrix_number(network, name)].weights;
}

static inline int vector_named(const struct network *network, const char *name)
{
    for (int n = 0; n < network->vector_count; n++)
        if (strcmp(network->vectors[n].name, name) == 0)
            return n;
    fail_msg("no vector %s", name);
    return NONE;
}

/* A pass by its name: "i", "1.n". */
static inline int pass_number(const struct network *network, const char *name)
{
    for (int n = 0; n < network->pass_count; n++)
        if (strcmp(network->passes[n].name, name) == 0)
            return n;
    fail_msg("no pass %s", name);
    return NONE;
}

static inline struct network_pass *pass_named(const struct network *network, const char *name)
{
    return &network->passes[pass_number(network, name)];
}

/* quantize(), calibrated on these utterances. */
static inline void quantized_of(struct quantized *q, const struct network *n,
                                const struct utterances *u, const struct config *config)
{
    struct error error = {""};
    struct calibrator *calibrator = calibrator_new(n, u, &config->model);
    if (!quantize(q, n, calibrator, config, &error))
        fail_msg("pes %d, %d inputs: %s", config->pes, n->input, error.text);
    calibrator_free(calibrator);
}

/* What became of a matrix. */
static inline const struct quant_matrix *quantized_named(const struct quantized *q,
                                                         const char *name)
{
    for (int n = 0; n < q->shape.matrix_count; n++)
        if (strcmp(q->matrices[n].name, name) == 0)
            return &q->matrices[n];
    fail_msg("no matrix %s", name);
    return NULL;
}

#endif
