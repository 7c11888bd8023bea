/* SPDX-License-Identifier: Apache-2.0
 * occupancy.h - what a chip takes of a device, and how many channels the device could hold. */
#ifndef ESE_OCCUPANCY_H
#define ESE_OCCUPANCY_H

#include "gen/config/device.h"
#include "gen/report/logic.h"
#include "gen/report/resources.h"
#include "models/base/text.h"
#include "models/program/program.h"

enum resource_kind { OF_LUT, OF_FF, OF_LUTRAM, OF_BRAM36, OF_URAM, OF_DSP, RESOURCE_KINDS };

/* One resource.  Where halves are counted, as of block RAMs, `parts` is 2, and both are in halves. */
struct share {
    const char *name; /* for people, in the plural */
    const char *key;  /* in JSON */
    int64_t used, available;
    int parts;
};

struct occupancy {
    const struct device *device;
    struct logic logic;
    struct share shares[RESOURCE_KINDS];
    bool fits;
    int channels;            /* most that fit, 1 to CHANNELS_MOST, with all else equal; 0: none do */
    const char *ends_first;  /* name of a resource that one channel more has too little of, or NULL */
};

/* `resources`: of the program. */
void occupancy_count(struct occupancy *occupancy, const struct program *program,
                     const struct resources *resources);

double share_percent(const struct share *share);

/* "up to 24 channels would, with all else equal" */
void occupancy_channels(struct text *text, const struct occupancy *occupancy);

/* Appends a line that warns of a chip that does not fit. */
void occupancy_warning(struct text *lines, const struct occupancy *occupancy);

#endif
