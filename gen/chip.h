/* SPDX-License-Identifier: Apache-2.0
 * chip.h - a folder that `ese gen` made, opened again. */
#ifndef ESE_CHIP_H
#define ESE_CHIP_H

#include "models/program.h"

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

#endif
