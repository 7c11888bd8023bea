/* SPDX-License-Identifier: Apache-2.0
 * regions.h - what lies in external memory: the model's streams, in order of use.
 *
 * Three regions, each 4 KiB aligned wherever the host puts it: weight beats, column words, biases
 * and peepholes.  A word takes a power of two of bits, little-endian, and is the word of the .mem
 * image of the same name (images.h); the last bus word is filled up with zeros. */
#ifndef ESE_REGIONS_H
#define ESE_REGIONS_H

#include "gen/images.h"
#include "gen/text.h"
#include "models/program.h"

enum region_name { REGION_WEIGHTS, REGION_COLUMNS, REGION_CONSTANTS, REGION_COUNT };

enum { REGION_ALIGNMENT = 4096 };

struct region {
    const char *file; /* "weights.bin" */
    int port;         /* AXI4 port that reads it: 0 weights, 1 data */
    struct text bytes;
};

/* The same from images that may differ from the program's: for planting faults. */
void regions_of_images(const struct program *program, const struct named_image *images,
                       struct region regions[REGION_COUNT]);

/* Makes the regions of a chip whose memory is not rom; free each one's bytes. */
void regions_build(const struct program *program, struct region regions[REGION_COUNT]);

#endif
