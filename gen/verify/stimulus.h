/* SPDX-License-Identifier: Apache-2.0
 * stimulus.h - makes the file that a simulation plays; its layout: sim/stimulus.h. */
#ifndef ESE_GEN_STIMULUS_H
#define ESE_GEN_STIMULUS_H

#include <stdbool.h>

#include "models/base/error.h"
#include "models/base/text.h"
#include "sim/stimulus.h"

/* A vector more that is compared; `tapped` as in struct stimulus_vector.  Returns its number. */
uint32_t stimulus_add_vector(struct stimulus *stimulus, const char *name, uint32_t elements,
                             bool tapped);

/* Allocates every array of a stimulus whose dimensions and counts are filled in, and which has its
 * vectors: all zero, except that each phase gets stimulus_phase_default(), and that no pass writes
 * anything. */
void stimulus_allocate(struct stimulus *stimulus);

/* No gaps, no waits, x valid from cycle 1, a reset of 16 cycles, a tail of 64, nothing expected of
 * the start cycles, no time-out, ideal memory without faults. */
struct stimulus_phase stimulus_phase_default(void);

/* Sets or reads channel c of a frame in the masks `active` and `first`. */
void stimulus_set(uint32_t *mask, const struct stimulus *stimulus, uint32_t frame, uint32_t channel,
                  bool value);
bool stimulus_get(const uint32_t *mask, const struct stimulus *stimulus, uint32_t frame,
                  uint32_t channel);

/* Fills in size and CRC of FOLDER/NAME, to be found again under NAME. */
bool stimulus_image(struct stimulus_image *image, const char *folder, const char *name,
                    struct error *error);

/* The same for a file that the chip finds in memory from `base` on. */
bool stimulus_region(struct stimulus_region *region, const char *folder, const char *name,
                     enum stimulus_port port, enum stimulus_use use, uint64_t base,
                     struct error *error);

/* What a phase holds of its own; phases beyond phase_count are the caller's. */
void stimulus_phase_free(struct stimulus_phase *phase);

/* Appends the bytes of the file. */
void stimulus_pack(const struct stimulus *stimulus, struct text *bytes);

bool stimulus_write(const struct stimulus *stimulus, const char *path, struct error *error);

void stimulus_free(struct stimulus *stimulus);

#endif
