/* SPDX-License-Identifier: Apache-2.0
 * stimulus.h - what one simulation plays, and what it must see: in memory and as a file.
 *
 * `ese verify` writes the file, the harness reads it.  Nothing in it depends on the model behind
 * the numbers: words go in, words are expected to come out.
 *
 * The file is a row of little-endian words, without alignment or padding:
 *
 *   8 bytes   "ESESTIM" and a zero
 *   u32       STIMULUS_VERSION
 *   u64       length of the whole file in bytes
 *   u32 x 10  channels, input, activation_bits, element_bits, lanes, pes, product_count,
 *             pass_count, vector_count, leaves
 *   u32 x 2   config_hash, chip_hash
 *   u32 x 6   memory_mode, io, memory_ports, memory_data_bits, memory_address_bits,
 *             memory_outstanding
 *   u64       queue_base
 *   u32 ...   product_columns [product_count], pass_beats [pass_count]
 *   for each pass:   i32 vector, u32 first, u32 rows, u32 owners
 *   for each vector: char name[32], u32 elements, u32 tapped
 *   u32       image_count, then for each image: char name[64], u64 bytes, u32 crc
 *   u32       region_count, then for each region: char name[64], u32 port, u32 use, u64 base,
 *             u64 bytes, u32 crc
 *   u32       frame_count
 *   u32       phase_count, then for each phase: char name[32], the u32 from first_frame to
 *             state_count in the order of struct stimulus_phase, for both ports u32 model,
 *             u32 fault, u64 fault_at, then u64 seed, u64 limit_cycles, u64 idle_cycles, i64 end,
 *             u32 has_starts, and if that is 1: i64 starts [frame_count of the phase];
 *             u32 descriptor_count, for each: u32 frames, i32 save, i32 restore, u32 rotate,
 *             u32 restored [4]; u32 error_count, errors [error_count]; u32 patch_count, for each:
 *             u32 attempt, u32 target, u64 offset, u64 bytes, u32 word
 *   per frame u32 active [mask_words], u32 first [mask_words], i32 x [channels][input], and of each
 *             vector i32 values [channels][elements]
 *   u32       CRC-32 (IEEE 802.3, as in zip and png) of everything before it */
#ifndef ESE_STIMULUS_H
#define ESE_STIMULUS_H

#include <stddef.h>
#include <stdint.h>

#define STIMULUS_MAGIC "ESESTIM"
enum {
    STIMULUS_VERSION = 4,
    STIMULUS_NAME = 32,
    STIMULUS_IMAGE_NAME = 64,
    STIMULUS_VECTOR_NAME = 32,
    STIMULUS_NO_VECTOR = -1
};

/* Not of the file: characters of a text in a waveform. */
enum { STIMULUS_CAPTION = 64 };

enum stimulus_flag {
    /* The reset that cuts the phase comes while a y word waits: from cut_cycle on y is not taken. */
    STIMULUS_CUT_WAITING = 1,
    /* y is taken only after valid was seen: a chip whose valid waits for ready gets stuck. */
    STIMULUS_READY_LATE = 2,
    /* The last frame's tlast comes one element early, or never: the phase ends, with a reset, once
     * the chip has raised mon_error, and fails if it does not.  EARLY needs input >= 2.  With AXI
     * ports expected_error must say what the chip is to report. */
    STIMULUS_LAST_EARLY = 4,
    STIMULUS_LAST_MISSING = 8,
    /* From cut_cycle on x is not offered, or y not taken, for ever, and no reset comes: such a run
     * must fail by its time-out.  Proves that a stuck handshake is noticed. */
    STIMULUS_STUCK_X = 16,
    STIMULUS_STUCK_Y = 32,
    /* The first attempt starts the chip without having loaded a model. */
    STIMULUS_NO_LOAD = 64,
    /* Every attempt loads the model again, though it may be there still. */
    STIMULUS_RELOAD = 128,
    /* The model is loaded once before the first attempt, which loads again: no error of a load must
     * leave the chip with what it had before. */
    STIMULUS_LOADED_BEFORE = 256,
    /* x, y and states of descriptors begin at any bus word, and frames lie apart or go backward through memory,
     * as the phase's seed says; else from a page on, frame behind frame. */
    STIMULUS_SCATTERED = 512,
};

/* Where the weights live.  All but ROM have AXI ports: the harness plays host and memory. */
enum stimulus_memory_mode { STIMULUS_ROM, STIMULUS_RESIDENT, STIMULUS_STREAM, STIMULUS_MODES };

/* How x comes and y goes: on AXI4-Stream ports, or through memory, by a queue of descriptors. */
enum stimulus_io { STIMULUS_IO_STREAM, STIMULUS_IO_MEMORY, STIMULUS_IOS };

/* The chip's masters.  With a single port there is only DATA. */
enum stimulus_port { STIMULUS_PORT_WEIGHTS, STIMULUS_PORT_DATA, STIMULUS_PORTS };

/* Which address register of the chip is told a region's base. */
enum stimulus_use { STIMULUS_WEIGHTS, STIMULUS_MODEL, STIMULUS_USES };

enum stimulus_model {
    STIMULUS_IDEAL,   /* an address and a beat every clock */
    STIMULUS_DDR3,    /* banks, rows, refresh */
    STIMULUS_HOSTILE, /* random stalls and long pauses, from the phase's seed */
    STIMULUS_MODELS
};

/* What a memory does wrong, once.  `fault_at` counts the port's beats (of writes: bursts answered)
 * from 0 at the phase's fault_moment, or, for those that fall silent or deaf, clocks since.  These end
 * a little after the host has written stop, as if the memory had been reset: what is outstanding is then
 * answered. */
enum stimulus_fault {
    STIMULUS_FAULT_NONE,
    STIMULUS_FAULT_SLVERR,       /* the beat's response */
    STIMULUS_FAULT_DECERR,
    STIMULUS_FAULT_LAST_EARLY,   /* RLAST at the beat, or the next that is not the last; the burst ends there */
    STIMULUS_FAULT_LAST_EXTRA,   /* the same, but all beats come, the last with RLAST too */
    STIMULUS_FAULT_LAST_MISSING, /* no RLAST at the end of the burst of that beat; all beats come */
    STIMULUS_FAULT_SILENT,       /* no beat any more; addresses are taken until the queue is full */
    STIMULUS_FAULT_DEAF,         /* no address is taken any more */
    STIMULUS_FAULT_WRITE_SLVERR, /* the burst's response; nothing of it is written */
    STIMULUS_FAULT_WRITE_DECERR,
    STIMULUS_FAULT_WRITE_SILENT, /* no write is answered any more */
    STIMULUS_FAULT_WRITE_DEAF,   /* neither address nor data of a write is taken any more */
    STIMULUS_FAULTS
};

struct stimulus_memory {
    uint32_t model, fault;
    uint64_t fault_at;
};

/* What a count of clocks or beats begins with. */
enum stimulus_moment {
    STIMULUS_AT_RUN,     /* start was answered */
    STIMULUS_AT_LOAD,    /* the load command was answered */
    STIMULUS_AT_RESTORE, /* the first address of a state to be restored was taken */
    STIMULUS_AT_SAVE,    /* the first address of a state to be saved was taken */
    STIMULUS_MOMENTS
};

enum { STIMULUS_MASK_WORDS = 4 }; /* of a descriptor: 128 channels at most */

/* With io memory a phase's frames are handed over in descriptors, in order.  `active` and `first` of
 * its first frame are the descriptor's: no frame but the first has a `first` bit set, all have the
 * same channels active. */
struct stimulus_descriptor {
    uint32_t frames;         /* >= 1 */
    int32_t save, restore;   /* number of the phase's state, -1: none */
    uint32_t rotate;         /* what channel c had is restored to channel (c + rotate) mod channels */
    uint32_t restored[STIMULUS_MASK_WORDS]; /* channels to be restored */
};

/* What one attempt finds in memory instead: `word` again and again, little-endian. */
struct stimulus_patch {
    uint32_t attempt;        /* < that of the phase's errors */
    uint32_t target;         /* of enum stimulus_use, or STIMULUS_DESCRIPTORS */
    uint64_t offset, bytes;  /* in the region, or in the phase's descriptors, 128 bytes each */
    uint32_t word;
};

enum { STIMULUS_DESCRIPTORS = STIMULUS_USES, STIMULUS_DESCRIPTOR_BYTES = 128 };

/* A piece of the simulation: reset, then frames [first_frame, first_frame + frame_count), checked to
 * the last word, then a little longer to see that nothing more comes.  Cycle 0 is the first clock
 * period of the phase with reset released.  State survives no reset, so the first frame of a phase
 * in which a channel is active has its `first` bit set; phases may share frames.
 *
 * With AXI ports the host sets the chip up after the reset, loads the model and writes start.  Cycles
 * in valid_cycle, cut_cycle and slot_cycle are then counted from the answer to that write, and
 * `starts` and `end` are compared as differences to the first start that is expected.  A phase with an
 * expected error or a stop has another attempt, in which nothing is wrong any more. */
struct stimulus_phase {
    char name[STIMULUS_NAME];
    uint32_t first_frame, frame_count; /* frame_count >= 1 */
    uint32_t flags;                    /* of enum stimulus_flag */
    uint32_t reset_cycles;             /* length of the reset before the phase, >= 1 */
    uint32_t valid_cycle;              /* no x before this cycle; AXI allows none before cycle 1 */
    uint32_t x_gap, x_gap_length;      /* chance (of 65536) of a gap before a word of x, or before a
                                          descriptor is submitted; 1..length cycles */
    uint32_t y_wait, y_wait_length;    /* the same for y not being taken, whether it is there or not */
    uint32_t cut_cycle;                /* != 0: a reset ends the phase in this cycle, mid-flight */
    uint32_t chart_first, chart_count; /* frames (counted from first_frame) with a chart in the results */
    uint32_t tail_cycles;              /* how long to listen after the last word */
    /* Only with AXI ports: */
    uint32_t expected_error;           /* != 0: the chip stops with this code; the frames are then played
                                          anew, without the fault and without tlast flags, and are right */
    uint32_t watchdog;                 /* what the host writes to WATCHDOG */
    uint32_t fault_moment;             /* RUN or LOAD: what fault_at counts from, and where errors of
                                          patched memory show */
    uint32_t stop_cycle, stop_moment;  /* != 0: the host writes stop so many clocks after the moment, and
                                          plays the frames anew */
    uint32_t slot_cycle;               /* != 0: the host closes slot_channel then, and opens it again when
                                          the frames before slot_frame are out; only then it offers the
                                          others.  The channel is closed from some frame on */
    uint32_t slot_channel, slot_frame; /* slot_frame begins a descriptor; 0 < slot_frame < frame_count */
    uint32_t slack_permille;           /* frames may start late, and end, by this much of the difference */
    uint32_t ring_bits;                /* the queue's ring has room for 2^ring_bits descriptors */
    uint32_t state_count;              /* states that descriptors save and restore */
    struct stimulus_memory memory[STIMULUS_PORTS];
    uint64_t seed;                     /* of the gaps, waits and garbage */
    uint64_t limit_cycles;             /* time-out of the phase, 0: none */
    uint64_t idle_cycles;              /* time-out while nothing moves at all, 0: none */
    int64_t end;                       /* expected cycle after the last y word is taken, -1: any */
    int64_t *starts;                   /* expected start cycles [frame_count], -1: any; NULL: all any */
    uint32_t descriptor_count;         /* 0 with io stream */
    struct stimulus_descriptor *descriptors;
    uint32_t error_count;              /* != 0: in place of expected_error, those of as many attempts, one
                                          after the other; then all is well */
    uint32_t *errors;
    uint32_t patch_count;
    struct stimulus_patch *patches;
};

/* A file that must lie in the simulator's working directory, whole. */
struct stimulus_image {
    char name[STIMULUS_IMAGE_NAME];
    uint64_t bytes;
    uint32_t crc; /* CRC-32 of the whole file */
};

/* A file whose contents the chip finds in memory.  Sizes and strides of everything else in memory are
 * in the header of the one with use MODEL (ese_registers.h). */
struct stimulus_region {
    char name[STIMULUS_IMAGE_NAME];
    uint32_t port, use; /* of enum stimulus_port, stimulus_use */
    uint64_t base;      /* multiple of 4096 */
    uint64_t bytes;     /* of the file; the chip may read on to the end of the bus word */
    uint32_t crc;       /* CRC-32 of the whole file */
};

/* A vector whose values are compared. */
struct stimulus_vector {
    char name[STIMULUS_VECTOR_NAME]; /* "1.c" */
    uint32_t elements;
    uint32_t tapped; /* 1: where they leave the element-wise path, at mon_result_data */
    int32_t *values; /* [frame][channel][elements], only active channels are looked at */
};

/* What a pass writes: the words of its rows, which leave the element-wise path one after the other.
 * Its rows go round over the owners: row r is in owner r mod owners; a word has LANES owners, fewer
 * at the end of a row of them. */
struct stimulus_pass {
    int32_t vector; /* that its rows belong to, STIMULUS_NO_VECTOR: one that nobody compares */
    uint32_t first; /* element that row 0 is */
    uint32_t rows;  /* 0: nothing leaves the path, the words of a gate stay in it */
    uint32_t owners; /* PEs, or groups of those that share rows; 1 .. pes, if there are rows */
};

struct stimulus {
    uint32_t channels, input;
    uint32_t activation_bits, element_bits; /* a value, and its container on the streams */
    uint32_t lanes, pes;
    uint32_t product_count, pass_count, vector_count;
    uint32_t leaves;              /* vector that leaves the chip, where it is always compared: y */
    uint32_t config_hash, chip_hash;
    uint32_t memory_mode;         /* of enum stimulus_memory_mode; without AXI ports the next are 0 */
    uint32_t io;                  /* of enum stimulus_io */
    uint32_t memory_ports;        /* 1 or 2 */
    uint32_t memory_data_bits;    /* 128, 256, 512, 1024 */
    uint32_t memory_address_bits; /* 32..64 */
    uint32_t memory_outstanding;  /* most bursts that a port may have outstanding, 0: 16 */
    uint64_t queue_base;          /* io memory: queue, x, y and states lie from here on; 4 KiB aligned */
    uint32_t *product_columns; /* [product_count] columns broadcast in a frame */
    uint32_t *pass_beats;      /* [pass_count] element steps in a frame */
    struct stimulus_pass *passes;     /* [pass_count] */
    struct stimulus_vector *vectors;  /* [vector_count] in the order in which passes write them */
    uint32_t image_count;
    struct stimulus_image *images;
    uint32_t region_count;
    struct stimulus_region *regions;
    uint32_t frame_count, phase_count;
    struct stimulus_phase *phases;
    uint32_t *active, *first; /* [frame][mask_words], bit c % 32 of word c / 32 is channel c */
    int32_t *x;               /* [frame][channel][input] */
};

static inline const struct stimulus_vector *stimulus_y(const struct stimulus *stimulus)
{
    return &stimulus->vectors[stimulus->leaves];
}

/* Values of a vector in a frame of a channel: [elements]. */
static inline int32_t *stimulus_values(const struct stimulus *stimulus,
                                       const struct stimulus_vector *vector, uint32_t frame,
                                       uint32_t channel)
{
    return vector->values + ((size_t)frame * stimulus->channels + channel) * vector->elements;
}

/* Rows of a word of a pass: lane l has row first + l. */
struct stimulus_rows {
    uint32_t first, count;
};

static inline struct stimulus_rows stimulus_rows_of(const struct stimulus_pass *pass,
                                                    uint32_t lanes, uint32_t word)
{
    uint32_t words = (pass->owners + lanes - 1) / lanes, lane = word % words * lanes;
    struct stimulus_rows rows = {word / words * pass->owners + lane, pass->owners - lane};
    uint32_t left = pass->rows > rows.first ? pass->rows - rows.first : 0;
    rows.count = rows.count < lanes ? rows.count : lanes;
    rows.count = rows.count < left ? rows.count : left;
    return rows;
}

/* Words of a pass in a frame. */
static inline uint32_t stimulus_words_of(const struct stimulus_pass *pass, uint32_t lanes)
{
    if (pass->rows == 0)
        return 0;
    uint32_t words = (pass->owners + lanes - 1) / lanes;
    return pass->rows / pass->owners * words + (pass->rows % pass->owners + lanes - 1) / lanes;
}

static inline uint32_t stimulus_mask_words(uint32_t channels)
{
    return (channels + 31) / 32;
}

/* Not of the file: what a simulation that is served leaves in the one that +taps names, for whoever
 * knows what it has played.  Little-endian u32: channels, lanes, activation_bits; then for every
 * word that leaves the element-wise path, in order, the number of its pass, mon_result_keep and
 * mon_result_data, as many u32 as they need, bit 0 first; with TAP_UNKNOWN beside the number as
 * many again, a bit set where one of mon_result_data is X. */
enum { STIMULUS_TAP_HEADER = 3, STIMULUS_TAP_UNKNOWN = 1 << 16 };

static inline uint32_t stimulus_tap_words(uint32_t channels, uint32_t lanes, uint32_t bits)
{
    return (channels * lanes * bits + 31) / 32;
}

/* splitmix64: small, and good from any seed. */
static inline uint32_t stimulus_draw(uint64_t *random)
{
    uint64_t z = *random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(z >> 32);
}

/* Continues a CRC-32 over `size` more bytes; the CRC of nothing is 0. */
static inline uint32_t stimulus_crc32(uint32_t crc, const void *data, size_t size)
{
    static uint32_t table[256];
    if (table[1] == 0) {
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t r = i;
            for (int bit = 0; bit < 8; bit++)
                r = r >> 1 ^ (r & 1 ? UINT32_C(0xedb88320) : 0);
            table[i] = r;
        }
    }
    const unsigned char *at = data;
    crc = ~crc;
    for (size_t i = 0; i < size; i++)
        crc = crc >> 8 ^ table[(crc ^ at[i]) & 255];
    return ~crc;
}

#endif
