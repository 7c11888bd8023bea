/* SPDX-License-Identifier: Apache-2.0
 * target.h - the devices of targets.def. */
#ifndef ESE_TARGET_H
#define ESE_TARGET_H

#include <stdbool.h>

#include "models/base/text.h"

enum placer {
    PLACER_NONE,
#define PLACER(id, ...) PLACER_##id,
#include "gen/implement/targets.def"
    PLACER_COUNT
};

struct target {
    const char *name, *device, *family, *synthesis;
    enum placer placer;
    const char *const *options; /* NULL at the end */
    int mhz;
    bool lut_ram, uram;
};

/* NULL: there is none of that name. */
const struct target *target_find(const char *name);

/* "ice40-up5k, ... or xcup" */
void target_names(struct text *text);

/* How a placer's program may be called; words that leave the pins to it.  NULL at the end. */
const char *const *placer_programs(enum placer placer);
const char *const *placer_open_pins(enum placer placer);

/* Yosys's command for buffers at the pins, or "". */
const char *placer_pads(enum placer placer);

/* What a cell holds, 0 if it is no block RAM; whether it is a multiplier. */
int cell_kbit(const char *cell);
bool cell_is_multiplier(const char *cell);

#endif
