/* SPDX-License-Identifier: Apache-2.0
 * memory_store.h - what a memory holds and where it stands: the state that its files share, regions of
 * contents, and what all channels do alike. */
#ifndef ESE_MEMORY_STORE_H
#define ESE_MEMORY_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "stimulus.h"

enum {
    MEMORY_BURSTS = 32,   /* that wait for their beats; then no address is taken */
    MEMORY_SEGMENTS = 256, /* pieces of these bursts that lie in one row each */
    MEMORY_BUFFER = 256,  /* beats that have been read and wait for the chip */
    MEMORY_BANKS = 8,
    MEMORY_BEATS = 512,   /* beats of writes that wait to be written */
    MEMORY_BEAT_BYTES = 128 /* the widest bus word */
};

enum { RESPONSE_OKAY = 0, RESPONSE_SLVERR = 2, RESPONSE_DECERR = 3 };

struct memory_seen {
    bool ar_valid, r_ready;
    uint64_t address;
    uint32_t length; /* beats less one */
    bool aw_valid, w_valid, w_last, b_ready;
    uint64_t write_address;
    uint32_t write_length;
    const uint32_t *w_data, *w_strobes; /* looked at while w_valid */
};

struct memory_drive {
    bool ar_ready, r_valid, r_last, new_data;
    uint32_t response;
    bool aw_ready, w_ready, b_valid;
    uint32_t write_response;
};

struct memory_burst {
    uint64_t address;
    uint32_t beats;
    int64_t taken; /* clock */
};

struct memory_bank {
    bool open;
    uint64_t row;
    int64_t activated, read, written, can_activate, can_read; /* clocks */
};

struct memory_segment {
    uint64_t row;
    uint32_t bank, beats;
};

/* Pieces of bursts that lie in one row each, in order. */
struct memory_queue {
    struct memory_segment segments[MEMORY_SEGMENTS];
    uint64_t head, tail;
};

struct memory_ddr3 {
    struct memory_bank banks[MEMORY_BANKS];
    struct memory_queue reads, writes;
    int64_t activations[4]; /* clocks of the last four */
    int64_t refresh_due, refresh_until, next_activate;
    uint64_t issued;        /* beats asked of the chips so far */
    int64_t arrival[MEMORY_BUFFER];
    bool writing;           /* the direction of the data bus */
    int64_t last_access;    /* clock of the last column access */
    int64_t turned;         /* clock of the last turn */
    int64_t turn_until;     /* no column access before: the bus turns round */
    uint64_t put;           /* beats written to the chips so far */
};

/* contents: [bytes].  May the chip read it, or write it?  Is it a saved state?  `writes` counts bytes
 * that were written, as often as that happened. */
struct memory_region {
    uint64_t base, bytes;
    unsigned char *contents;
    bool readable, writable, state;
    uint64_t writes;
};

/* busy: clocks in which a beat moved or the chip waited for one that it had asked for. */
struct memory_counts {
    int64_t bursts, beats, busy, activations, refreshes, write_bursts, write_beats, turns;
};

/* The write channels.  Addresses and data may come in any order; both are kept until the burst is
 * answered, and only then reach the contents. */
struct memory_writes {
    struct memory_burst bursts[MEMORY_BURSTS]; /* taken: clock of the address, then of the last beat */
    uint32_t head, count;
    uint32_t complete;               /* bursts, from head on, of which all beats have come */
    unsigned char *data;             /* [MEMORY_BEATS][beat_bytes], a ring */
    unsigned char *strobes;          /* the same, a byte a strobe */
    uint64_t addressed, came, assigned, gone; /* beats, ever: of all addresses, that have come, of
                                                 complete bursts, of answered ones */
    uint64_t answered, start_answered; /* bursts, ever; at the moment that the fault counts from */
    uint32_t address_pause, data_pause, answer_pause;
    uint32_t order;                  /* of the hostile memory: which channel waits for the other */
};

struct memory {
    uint32_t data_bits, beat_bytes;
    struct memory_region *regions; /* [region_count] */
    uint32_t region_count, region_room;
    uint32_t found;                /* region that was last looked up */

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
    struct memory_writes writes;
    struct memory_ddr3 ddr3;

    bool state_read, state_written; /* a state's address was taken */
    struct memory_drive drive;
    uint32_t *data;               /* the beat, [data_bits / 32] */
    struct memory_counts counts;
};

/* Bytes from `base` on, to be read; keeps `contents`.  The region's number, -1: out of memory.  Regions are
 * numbered in the order in which they come. */
int memory_add(struct memory *memory, uint64_t base, unsigned char *contents, uint64_t bytes);

/* Forgets all regions from number `count` on. */
void memory_forget(struct memory *memory, uint32_t count);

/* The region in which all of [address, address + bytes) lies, counted up to its last whole beat;
 * NULL: there is none. */
struct memory_region *memory_find(struct memory *memory, uint64_t address, uint64_t bytes);

/* Bursts of either sort that were taken and are not answered to the end. */
uint32_t memory_outstanding(const struct memory *memory);

/* ---- between the files of the memory ------------------------------------------------------------ */

/* The next of the memory's random numbers. */
uint32_t memory_draw(struct memory *memory);

/* Is the memory's fault this one, and has the clock come in which it begins? */
bool memory_faulty_clock(const struct memory *memory, uint32_t fault);

/* Counts down a pause of the hostile memory, or begins one; true while it lasts. */
bool memory_paused(struct memory *memory, uint32_t *left);

#endif
