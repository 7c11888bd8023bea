/* SPDX-License-Identifier: Apache-2.0
 * device.h - the devices of fpga/devices.csv, which a chip can be held against. */
#ifndef ESE_DEVICE_H
#define ESE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "models/base/error.h"
#include "models/base/text.h"
#include "models/network/config.h"

/* What all devices of a generation have in common, by the name of their multiplier. */
struct generation {
    const char *dsp;    /* "DSP48E2" */
    int dsp_a, dsp_b;   /* bits of its operands, two's complement */
    int slice_luts;     /* LUTs that share the write address of a RAM in them */
};

enum { DEVICES_MOST = 64, DEVICE_PART_MOST = 31, DEVICE_TEXT_MOST = 79 };

struct device {
    char name[DEVICE_MOST + 1]; /* [a-z0-9]+ */
    char part[DEVICE_PART_MOST + 1]; /* with package and speed, as Vivado has it */
    char family[DEVICE_TEXT_MOST + 1];
    int luts, ffs;
    int lutram; /* of the LUTs, those that can be RAM */
    int bram36, uram, dsps;
    const struct generation *generation;
    char source[DEVICE_TEXT_MOST + 1]; /* data sheet and table */
};

struct devices {
    int count;
    struct device at[DEVICES_MOST]; /* by name, ascending */
};

/* Reads a table; fails with one line that says which row is wrong and why. */
bool devices_read(struct devices *devices, const char *path, struct error *error);

/* The device of that name in the table of ese_home(), NULL and a message if it has none or cannot be read.
 * The table is read once. */
const struct device *device_find(const char *name, struct error *error);

/* That of a configuration, which was checked when it was read. */
const struct device *device_of(const struct config *config);

/* Appends the names of those that have UltraRAM, "a, b or c"; the table was read before. */
void device_names_with_ultra(struct text *text);

/* Appends the names of the table, "a, b or c"; false and a message if it cannot be read. */
bool device_names(struct text *text, struct error *error);

#endif
