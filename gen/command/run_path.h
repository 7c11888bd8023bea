/* SPDX-License-Identifier: Apache-2.0
 * run_path.h - `ese run` of a network with layers that go backward: part by part, by the host library. */
#ifndef ESE_RUN_PATH_H
#define ESE_RUN_PATH_H

#include <jansson.h>

#include "fpga/driver/ese_path.h"
#include "gen/command/voices.h"
#include "models/program/path.h"

struct path_run {
    struct ese_path_counts counts;
    struct ese_path_part parts[PARTS_MOST];
    uint32_t count;
};

/* Plays all voices with the images in `folder`, and writes their outputs; a result of the library's, or with
 * `error` what could not be written. */
int path_run_voices(struct path_run *run, struct ese_chip *chip, const char *folder, struct voices *voices);
bool path_run_write(const struct voices *voices, const struct program *program, const char *folder,
                    struct error *error);

/* Cycles of a frame in each part, measured and by the model, and their sum. */
void path_run_print(const struct path_run *run, const struct program *program);
json_t *path_run_json(const struct path_run *run, const struct program *program);

#endif
