/* SPDX-License-Identifier: Apache-2.0
 * instances.h - every instance of a module in a chip, as a simulator will have them.
 *
 * Read from the Verilog in the chip's rtl/, whose generate loops and conditions are followed. */
#ifndef ESE_INSTANCES_H
#define ESE_INSTANCES_H

#include <stdbool.h>

#include "models/base/error.h"

struct instance {
    char *path;   /* "ese_bench.u_chip.g_channel[0].u_channel" */
    char *module; /* "ese_channel" */
};

struct instances {
    int count, room;
    struct instance *list; /* each before those in it; the first is the bench */
};

/* Free it in either case. */
bool instances_read(struct instances *instances, const char *chip, struct error *error);
void instances_free(struct instances *instances);

/* Is the instance, or the generate block, of this path within the other one, or the same? */
bool instance_is_within(const char *path, const char *outer);

#endif
