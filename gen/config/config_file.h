/* SPDX-License-Identifier: Apache-2.0
 * config_file.h - reading and writing configurations.
 *
 * A configuration comes from a YAML file or a preset (gen/presets/NAME.yaml, the same format),
 * changed by --set key=value.  Every key, its range and its meaning stand once, in config.def. */
#ifndef ESE_CONFIG_FILE_H
#define ESE_CONFIG_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "models/base/error.h"
#include "models/base/text.h"
#include "models/network/config.h"

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

/* Writes every key as YAML that config_load() reads back to the same configuration; paths as they are. */
void config_write(const struct config *config, FILE *out);

/* Number of the first key behind number `before` that the configuration has; those of layers depend
 * on their kinds.  -1 stands before the first, and is what comes behind the last. */
int config_key_next(const struct config *config, int before);

/* Name of key number `key`, and its value as text (appended).  Those of config_key_is_path() are
 * paths of this machine. */
void config_key(const struct config *config, int key, const char **name, struct text *value);
bool config_key_is_path(int key);

/* Describes every key with its range, default and meaning, for --help. */
void config_describe_keys(FILE *out);

#endif
