/* SPDX-License-Identifier: Apache-2.0
 * chip_folder.h - folders that `ese gen` and `ese model` made, opened again. */
#ifndef ESE_CHIP_H
#define ESE_CHIP_H

#include "models/program/program.h"

#define MODEL_FILE "model.bin" /* in the folder of a model; a chip's lies in mem */

struct chip_folder {
    const char *dir;
    struct config config;
    struct program program; /* built anew from DIR/config.yaml and DIR/model */
};

/* Whether there is a manifest.json in `dir`. */
bool is_chip_folder(const char *dir);

/* Builds the program of the chip again, and checks that it is the one that the folder was made
 * from: the configuration hash in its manifest. */
bool chip_open(struct chip_folder *chip, const char *dir, struct error *error);
void chip_close(struct chip_folder *chip);

/* False: its network has layers that go backward, and `what` is of one program; `instead` says what will do. */
bool chip_is_one(const struct chip_folder *chip, const char *what, const char *instead, struct error *error);

/* Whether its network has this part. */
bool chip_has_part(const struct program *program, int part, struct error *error);

struct model_folder {
    const char *dir;
    struct config config;   /* the chip's architecture, the model's keys */
    struct program program; /* program_build_for() of the chip, from DIR/config.yaml and DIR/model */
};

/* Whether `ese model` made the folder. */
bool is_model_folder(const char *dir);

/* The chip's configuration for config_load_model(). */
struct config chip_config(const struct program *chip);

/* Builds the model's program again, and checks that it is for this chip and that it is the one that the
 * folder was made from.  Close the model before the chip. */
bool model_open(struct model_folder *model, const char *dir, const struct chip_folder *chip,
                struct error *error);
void model_close(struct model_folder *model);

#endif
