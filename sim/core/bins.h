/* SPDX-License-Identifier: Apache-2.0
 * bins.h - counts what happened in a simulation (bins.def), over all its phases. */
#ifndef ESE_BINS_H
#define ESE_BINS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "stimulus.h"

enum bin {
#define BIN(name, group, text, when, why) BIN_##name,
#include "bins.def"
    BIN_COUNT
};

enum access_kind {
#define ACCESS(name, text) ACCESS_##name,
#include "bins.def"
    ACCESS_KINDS
};

void bin_hit(enum bin bin);
void bin_product(uint32_t index);  /* a column of it was broadcast */
void bin_pass(uint32_t index);     /* an element step of it */
void bin_frame(uint32_t frame);    /* this one of the phase starts */
void bin_error(uint32_t code);     /* the host has read it from register ERROR */

/* An access begins, with so many of the four strobes set if it is a write. */
void bin_access(bool write, uint32_t address, uint32_t strobes);

bool bins_prepare(const struct stimulus *plan); /* false: out of memory */

/* Adds "bins" to the results file. */
void bins_write(FILE *out);

#endif
