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
 *   u32 x 10  channels, input, cell, output, activation_bits, element_bits, lanes, pes,
 *             product_count, pass_count
 *   u32       config_hash
 *   u32 ...   product_columns [product_count], pass_beats [pass_count]
 *   u32       image_count, then for each image: char name[64], u64 bytes, u32 crc
 *   u32       frame_count
 *   u32       phase_count, then for each phase: char name[32], the fourteen u32 in the order of
 *             struct stimulus_phase, u64 seed, u64 limit_cycles, u64 idle_cycles, i64 end,
 *             u32 has_starts, and if that is 1: i64 starts [frame_count of the phase]
 *   per frame u32 active [mask_words], u32 first [mask_words],
 *             i32 x [channels][input], i32 y [channels][output], i32 c [channels][cell]
 *   u32       CRC-32 (IEEE 802.3, as in zip and png) of everything before it */
#ifndef ESE_STIMULUS_H
#define ESE_STIMULUS_H

#include <stddef.h>
#include <stdint.h>

#define STIMULUS_MAGIC "ESESTIM"
enum { STIMULUS_VERSION = 1, STIMULUS_NAME = 32, STIMULUS_IMAGE_NAME = 64 };

enum stimulus_flag {
    /* The reset that cuts the phase comes while a y word waits: from cut_cycle on y is not taken. */
    STIMULUS_CUT_WAITING = 1,
    /* y is taken only after valid was seen: a chip whose valid waits for ready gets stuck. */
    STIMULUS_READY_LATE = 2,
    /* The last frame's tlast comes one element early, or never: the phase ends, with a reset, once
     * the chip has raised mon_error, and fails if it does not.  EARLY needs input >= 2. */
    STIMULUS_LAST_EARLY = 4,
    STIMULUS_LAST_MISSING = 8,
    /* From cut_cycle on x is not offered, or y not taken, for ever, and no reset comes: such a run
     * must fail by its time-out.  Proves that a stuck handshake is noticed. */
    STIMULUS_STUCK_X = 16,
    STIMULUS_STUCK_Y = 32,
};

/* A piece of the simulation: reset, then frames [first_frame, first_frame + frame_count), checked to
 * the last word, then a little longer to see that nothing more comes.  Cycle 0 is the first clock
 * period of the phase with reset released.  State survives no reset, so the first frame of a phase
 * in which a channel is active has its `first` bit set; phases may share frames. */
struct stimulus_phase {
    char name[STIMULUS_NAME];
    uint32_t first_frame, frame_count; /* frame_count >= 1 */
    uint32_t flags;                    /* of enum stimulus_flag */
    uint32_t reset_cycles;             /* length of the reset before the phase, >= 8 */
    uint32_t valid_cycle;              /* no x before this cycle; AXI allows none before cycle 1 */
    uint32_t x_gap, x_gap_length;      /* chance (of 65536) of a gap before a word of x; 1..length cycles */
    uint32_t y_wait, y_wait_length;    /* the same for y not being taken, whether it is there or not */
    uint32_t cut_cycle;                /* != 0: a reset ends the phase in this cycle, mid-flight */
    uint32_t chart_first, chart_count; /* frames (counted from first_frame) with a chart in the results */
    uint32_t tail_cycles;              /* how long to listen after the last word */
    uint32_t reserved;                 /* 0 */
    uint64_t seed;                     /* of the gaps, waits and garbage */
    uint64_t limit_cycles;             /* time-out of the phase, 0: none */
    uint64_t idle_cycles;              /* time-out while nothing moves at all, 0: none */
    int64_t end;                       /* expected cycle after the last y word is taken, -1: any */
    int64_t *starts;                   /* expected start cycles [frame_count], -1: any; NULL: all any */
};

/* A file that must lie in the simulator's working directory, whole. */
struct stimulus_image {
    char name[STIMULUS_IMAGE_NAME];
    uint64_t bytes;
    uint32_t crc; /* CRC-32 of the whole file */
};

struct stimulus {
    uint32_t channels, input, cell, output;
    uint32_t activation_bits, element_bits; /* a value, and its container on the streams */
    uint32_t lanes, pes;
    uint32_t product_count, pass_count;
    uint32_t config_hash;
    uint32_t *product_columns; /* [product_count] columns broadcast in a frame */
    uint32_t *pass_beats;      /* [pass_count] element steps in a frame */
    uint32_t image_count;
    struct stimulus_image *images;
    uint32_t frame_count, phase_count;
    struct stimulus_phase *phases;
    uint32_t *active, *first; /* [frame][mask_words], bit c % 32 of word c / 32 is channel c */
    int32_t *x;               /* [frame][channel][input] */
    int32_t *y;               /* [frame][channel][output], only active channels are looked at */
    int32_t *c;               /* [frame][channel][cell], likewise */
};

static inline uint32_t stimulus_mask_words(uint32_t channels)
{
    return (channels + 31) / 32;
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
