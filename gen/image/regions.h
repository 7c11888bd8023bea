/* SPDX-License-Identifier: Apache-2.0
 * regions.h - what lies in external memory: the files that a host puts there.
 *
 * weights.bin holds the weight beats.  model.bin holds a header (layout.def, MODEL_WORD), in the same
 * 4 KiB the table of the state's vectors (VECTOR_WORD), and then the program (products, then passes),
 * the columns and the constants, each section from a multiple of REGION_ALIGNMENT bytes on; likewise the
 * initial state, if the network has one: a saved state in which all channels have it, which the chip
 * does not look at while it loads.  Either file lies 4 KiB aligned wherever the host puts it.
 *
 * A word of a section takes a power of two of bits, little-endian, and is the word of the .mem image of
 * the same name (images.h); what is left of a section's last bus word is 0.  CRCs are over whole
 * bus words. */
#ifndef ESE_REGIONS_H
#define ESE_REGIONS_H

#include "fpga/contract/contract.h"
#include "gen/image/images.h"
#include "models/base/text.h"
#include "models/program/program.h"

enum region_name { REGION_WEIGHTS, REGION_MODEL, REGION_COUNT };

/* Of model.bin, in order: what the chip loads. */
enum section_name { SECTION_PROGRAM, SECTION_COLUMNS, SECTION_CONSTANTS, SECTION_COUNT };

enum { REGION_ALIGNMENT = 4096, VECTORS_OFFSET = MODEL_WORDS * 4 };

struct region {
    const char *file; /* "weights.bin" */
    int port;         /* AXI4 port that reads it: 0 weights, 1 data */
    struct text bytes;
};

/* A word of the header of a model.bin that is MODEL_WORDS words long at least. */
uint32_t region_model_word(const struct text *model, enum model_word word);

/* Where a section lies in model.bin. */
struct section {
    size_t offset, bytes;
};

struct section region_section(const struct program *program, enum section_name name);

/* Where the initial state lies in model.bin; 0 bytes: an utterance begins with zeros. */
struct section region_initial(const struct program *program);

/* Bytes of a saved state. */
size_t region_state_bytes(const struct program *program);

/* Bytes of a region. */
size_t region_size(const struct program *program, enum region_name name);

/* The same; of a network in parts, of all of them. */
int64_t region_bytes(const struct program *program, enum region_name region);

/* The region that takes image number `image`; it is not on the chip. */
enum region_name region_of_image(int image);

/* Makes the regions of a chip whose memory is not rom; free each one's bytes. */
void regions_build(const struct program *program, struct region regions[REGION_COUNT]);

/* The same from images that may differ from the program's: for planting faults. */
void regions_of_images(const struct program *program, const struct named_image *images,
                       struct region regions[REGION_COUNT]);

#endif
