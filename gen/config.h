/* SPDX-License-Identifier: Apache-2.0
 * config.h - what the user asks for: an architecture and a model.
 *
 * A configuration comes from a YAML file or a preset (gen/presets/NAME.yaml, the same format),
 * changed by --set key=value.  Every key, its range and its meaning stand once, in config.def. */
#ifndef ESE_CONFIG_H
#define ESE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "models/base/error.h"
#include "models/base/text.h"

enum encoding { ENCODING_BLOCK, ENCODING_RELATIVE };
enum column_order { ORDER_GREEDY, ORDER_NATURAL };
enum memory_mode { MEMORY_ROM, MEMORY_RESIDENT, MEMORY_STREAM };
enum io_mode { IO_MEMORY, IO_STREAM };
enum axi_width { AXI_128, AXI_256, AXI_512, AXI_1024 };
enum table_kind { TABLE_INTERPOLATED, TABLE_PAPER };
enum candidate { CANDIDATE_TANH, CANDIDATE_SIGM };
enum pruning { PRUNING_BALANCED, PRUNING_MAGNITUDE, PRUNING_NONE };

enum fold { FOLD_AUTO, FOLD_1, FOLD_2, FOLD_4, FOLD_8 };

enum { LANES_AUTO = 0 };

struct model_config {
    char *path;       /* safetensors file, or NULL for a synthetic model */
    char *utterances; /* folder of .npy feature files [frames, input] or one such file, or NULL:
                         calibrates the number formats, and is what `verify` plays */
    int input, cell, output; /* x, c and y sizes; for a model from a file they come from the file,
                                and are 0 until it is read; without projection output is cell */
    double density;          /* share of weights that pruning leaves, (0, 1] */
    bool peephole, projection;
    enum candidate candidate;
    enum pruning pruning;
    uint64_t seed;
};

struct config {
    char *name; /* preset name, or the file name without folder and extension: [A-Za-z0-9_-]+ */
    int pes, channels, fifo_depth;
    int weight_bits, activation_bits, index_bits;
    enum encoding encoding;
    enum column_order column_order;
    enum memory_mode memory;
    int memory_ports;           /* 1: one AXI4 master for everything, 2: one for the weights alone */
    enum axi_width axi_data_bits;
    int axi_address_bits;
    enum io_mode io;            /* how x comes and y goes; with MEMORY_ROM always IO_STREAM */
    int headroom;               /* percent by which another model may be larger, memory other than rom */
    enum table_kind activation_table;
    int elem_lanes; /* LANES_AUTO, or 1..pes */
    enum fold fold; /* FOLD_AUTO, or the largest that models/geometry.h may take */
    struct model_config model;
};

/* Loads CONFIG (a preset name, or a path to a YAML file; relative paths inside a file are relative
 * to that file's folder) and applies `sets`, "key=value" each, in order.  Checks everything but the
 * files of the model.  On failure there is nothing to free. */
bool config_load(struct config *config, const char *source, char *const *sets, size_t set_count,
                 struct error *error);

/* The same for a model that is to run on a chip that is there already: every key of the architecture is
 * the chip's (`chip`, its elem_lanes being the number that it has), and CONFIG must not set it otherwise.
 * How the chip is attached (memory, memory_ports, axi_data_bits, axi_address_bits, io, headroom) may
 * differ in a file, since no model depends on it; column_order belongs to the model. */
bool config_load_model(struct config *config, const struct config *chip, const char *source,
                       char *const *sets, size_t set_count, struct error *error);

/* Writes every key as YAML that config_load() reads back to the same configuration.
 * model.path and model.utterances are written as given here (NULL: left out). */
void config_write(const struct config *config, const char *path, const char *utterances, FILE *out);

/* Name of key number `index`, counted from 0, and its value as text (appended); false behind the
 * last.  model.path and model.utterances are paths of this machine. */
bool config_key(const struct config *config, int index, const char **name, struct text *value);

/* Describes every key with its range, default and meaning, for --help. */
void config_describe_keys(FILE *out);

void config_free(struct config *config);

/* Names as written in YAML. */
const char *encoding_name(enum encoding value);
const char *column_order_name(enum column_order value);
const char *memory_mode_name(enum memory_mode value);
const char *io_mode_name(enum io_mode value);
const char *table_kind_name(enum table_kind value);
const char *candidate_name(enum candidate value);
const char *pruning_name(enum pruning value);

/* The folder that holds templates/, sim/ and gen/presets/: $ESE_HOME, or the parent of the folder
 * that the running program lies in.  The string lives until exit. */
const char *ese_home(void);

#endif
