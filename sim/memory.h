/* SPDX-License-Identifier: Apache-2.0
 * memory.h - a memory behind an AXI read port: what it holds, how fast it answers, what it does wrong.
 *
 * One clock is one call: memory_step() is told what the chip showed before the edge, and leaves in
 * `drive` and `data` what it sees after it.  Everything is answered in order.
 *
 *   memory.c       contents, the two channels, faults; the ideal and the hostile memory
 *   memory_ddr3.c  banks, rows and refresh of a DDR3-1600 behind a controller */
#ifndef ESE_MEMORY_H
#define ESE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "stimulus.h"

enum {
    MEMORY_BURSTS = 32,   /* that wait for their beats; then no address is taken */
    MEMORY_SEGMENTS = 256, /* pieces of these bursts that lie in one row each */
    MEMORY_BUFFER = 256,  /* beats that have been read and wait for the chip */
    MEMORY_BANKS = 8,
    MEMORY_REGIONS = 16
};

enum { RESPONSE_OKAY = 0, RESPONSE_SLVERR = 2, RESPONSE_DECERR = 3 };

struct memory_seen {
    bool ar_valid, r_ready;
    uint64_t address;
    uint32_t length; /* beats less one */
};

struct memory_drive {
    bool ar_ready, r_valid, r_last, new_data;
    uint32_t response;
};

struct memory_burst {
    uint64_t address;
    uint32_t beats;
    int64_t taken; /* clock */
};

struct memory_bank {
    bool open;
    uint64_t row;
    int64_t activated, read, can_activate, can_read; /* clocks */
};

struct memory_segment {
    uint64_t row;
    uint32_t bank, beats;
};

struct memory_ddr3 {
    struct memory_bank banks[MEMORY_BANKS];
    struct memory_segment segments[MEMORY_SEGMENTS];
    uint64_t segment_head, segment_tail;
    int64_t activations[4]; /* clocks of the last four */
    int64_t refresh_due, refresh_until, next_activate;
    uint64_t issued;        /* beats asked of the chips so far */
    int64_t arrival[MEMORY_BUFFER];
};

struct memory_region {
    uint64_t base, bytes;
    unsigned char *contents;
};

/* busy: clocks in which a beat moved or the chip waited for one that it had asked for. */
struct memory_counts {
    int64_t bursts, beats, busy, activations, refreshes;
};

struct memory {
    uint32_t data_bits, beat_bytes;
    struct memory_region regions[MEMORY_REGIONS];
    uint32_t region_count;

    struct stimulus_memory how;
    bool started, lifted, struck; /* the fault: counting, over, seen by the chip */
    int64_t start_clock;
    uint64_t start_beat;

    int64_t clock;
    uint64_t random;
    struct memory_burst bursts[MEMORY_BURSTS];
    uint32_t head, count;
    uint32_t next_beat;           /* of the first burst: the next one to be shown */
    uint64_t shown;               /* beats, ever */
    uint32_t address_pause, beat_pause;
    struct memory_ddr3 ddr3;

    struct memory_drive drive;
    uint32_t *data;               /* the beat, [data_bits / 32] */
    struct memory_counts counts;
};

/* False: out of memory. */
bool memory_open(struct memory *memory, uint32_t data_bits);

/* Bytes from `base` on; keeps `contents`. */
bool memory_add(struct memory *memory, uint64_t base, unsigned char *contents, uint64_t bytes);

/* Empty queues, counts from zero, nothing valid. */
void memory_reset(struct memory *memory, const struct stimulus_memory *how, uint64_t seed);

void memory_start(struct memory *memory); /* beats and clocks of the fault count from here */
void memory_lift(struct memory *memory);  /* no fault from here on */
void memory_step(struct memory *memory, const struct memory_seen *seen);

/* Is [address, address + bytes) inside one region, counted up to its last whole beat? */
bool memory_holds(const struct memory *memory, uint64_t address, uint64_t bytes);

/* memory_ddr3.c */
void ddr3_reset(struct memory *memory);
void ddr3_take(struct memory *memory, const struct memory_burst *burst);
void ddr3_step(struct memory *memory);
bool ddr3_has_beat(const struct memory *memory);

#endif
