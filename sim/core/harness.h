/* SPDX-License-Identifier: Apache-2.0
 * harness.h - the state of the simulation, what the bench shows and is told, and vectors of bits.
 *
 * The bench calls the harness once per clock.  It shows what the chip's outputs were just before
 * the edge, and is told what the chip's inputs are to be after it.  No file of the harness knows a
 * simulator but bind_dpi.c, which binds it to Verilator, and bind_vpi.c, to Icarus Verilog.
 *
 * In this folder, below everything else:
 *
 *   findings.c    keeps what was wrong
 *   expect.c      values as they must be
 *   slot.c        a channel that is closed in mid-flight
 *   plan_file.c   files of a plan */
#ifndef ESE_HARNESS_H
#define ESE_HARNESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "stimulus.h"

/* Word 0 of the chip's small outputs, packed by the bench in this order.  Word 1 has mon_product in
 * its lower and mon_pass in its upper half. */
enum control {
    CONTROL_X_READY = 1 << 0,
    CONTROL_Y_VALID = 1 << 1,
    CONTROL_Y_LAST = 1 << 2,
    CONTROL_RESULT_VALID = 1 << 3,
    CONTROL_PRODUCT_VALID = 1 << 4,
    CONTROL_PASS_VALID = 1 << 5,
    CONTROL_WEIGHT_STALL = 1 << 6,
    CONTROL_ERROR = 1 << 7,
    CONTROL_STALL = 8, /* five bits from here */
    CONTROL_BITS = 13
};

/* Bits that the core answers with. */
enum drive {
    DRIVE_RUN = 1 << 0, /* aresetn */
    DRIVE_X_VALID = 1 << 1,
    DRIVE_X_LAST = 1 << 2,
    DRIVE_Y_READY = 1 << 3,
    DRIVE_NEW_X = 1 << 4, /* tdata and tuser of x have changed */
    DRIVE_FINISH = 1 << 5,
    DRIVE_FAILED = 1 << 6,
    DRIVE_TRACE = 1 << 7 /* this clock goes into the waveform, if there is one */
};

/* Outputs before the edge.  Vectors are words of 32 bits, bit 0 first; `unknown` has a bit set
 * where a value is X or Z, and NULL where the simulator knows no such thing. */
struct vector {
    const uint32_t *value, *unknown;
};

struct sample {
    struct vector control; /* two words */
    struct vector issue;
    struct vector y_data, y_user; /* looked at while y is valid */
    /* Looked at while a word of a pass's result is shown: its number, [channels][lanes], lanes. */
    struct vector result, result_data, result_keep;
};

struct harness_options {
    const char *stimulus, *results, *dump; /* dump: NULL or "" for none */
    const char *serve, *memory, *taps; /* instead of a stimulus: served.h; NULL or "" for none */
    uint32_t channels, element_bits, activation_bits, lanes, pes; /* what the bench is built for */
};

/* ---- between the files of the harness ---------------------------------------------------------- */

/* Clock edges from where a reset begins after which the outputs must be quiet: the chip registers it. */
enum { RESET_EDGES = 2 };

enum { STALL_CAUSES = 5, MESSAGES = 10, MESSAGE_SIZE = 240 };

struct span {
    int64_t begin, end; /* -1, -1: never */
};

/* Counts from one frame's start to the next one's. */
struct frame_result {
    int64_t start, issued, weight_stalls, stalls[STALL_CAUSES];
};

struct phase_result {
    bool played;
    bool cut; /* ended by a reset in mid-flight, as planned */
    int64_t cycles, end;
    uint32_t frames_done;
    int64_t *issues;             /* [pes] */
    struct frame_result *frames; /* [frame_count] */
    struct span *products;       /* [chart_count][product_count] */
    struct span *passes;         /* [chart_count][pass_count] */
};

/* A row of messages of one sort: all are counted, the first are kept. */
struct messages {
    int64_t count;
    char text[MESSAGES][MESSAGE_SIZE];
};

/* Values of a vector that were compared. */
struct checked {
    int64_t values, different;
    int64_t at_ends; /* of the values, so many stand at an end of their format */
};

/* Where a value is.  They are computed in the order of frame, pass, element; frames are counted
 * within the phase. */
struct value_at {
    uint32_t frame, pass, element, channel; /* `pass` is not filled in where y leaves the chip */
    uint32_t vector;
    bool leaves; /* where y leaves the chip; false: where a pass writes it */
};

/* The first value, in the order in which they are computed, that is not as it must be. */
struct difference {
    bool found, unknown; /* unknown: it is X */
    uint64_t turn;       /* phases, and attempts in them, that were begun */
    uint32_t phase;
    int64_t cycle;
    struct value_at at;
    int32_t expected, got;
    char text[MESSAGE_SIZE];
};

struct harness {
    struct stimulus plan;
    bool planned;   /* the plan is loaded and fits */
    bool over;      /* verdict given */
    char reason[MESSAGE_SIZE];
    const char *results_path, *dump_path;
    struct messages mismatches, violations;
    int64_t total_cycles;
    struct checked *checked; /* [vector_count + 1] where passes write them; last: y off the chip */
    struct difference first;
    bool reason_is_value;    /* `reason` is of a value that is not as it must be */
    uint64_t turn;           /* as above */
    double seconds; /* since the first step */
    int32_t *dump;  /* as the plan has y, NULL: not wanted */
    struct phase_result *results;

    /* the phase being played */
    uint32_t phase;
    const struct stimulus_phase *now;
    struct phase_result *result;
    int64_t cycle;              /* of this phase; negative in reset */
    uint32_t reset_left, reset_seen;
    int64_t tail_left;          /* cycles still to listen, -1: words are still to come */
    int64_t last_move;          /* cycle in which anything moved */
    uint64_t random;
    unsigned drive;             /* inputs in this cycle */
    bool error_seen, fault_sent;

    uint32_t x_frame, x_element; /* next word to be accepted; frames counted within the phase */
    uint32_t gap_left, wait_left;
    uint32_t *x_data, *x_user;
    uint32_t x_words, user_words, y_words;

    uint32_t y_frame, y_element; /* next word to come */
    bool y_waiting;              /* it is there and was not taken yet */
    uint32_t wait_cycles;        /* for how long */
    uint32_t *y_held, *y_held_x, *y_held_user;
    bool y_held_last;

    uint64_t *product_count, *pass_count; /* columns and steps so far, each index */
    uint64_t *result_count;               /* words so far, of each pass */
    uint32_t started;                     /* frames whose first column was seen */
};

extern struct harness harness;

/* `size` <= 32 bits from bit `at` on. */
static inline uint32_t bits_get(const uint32_t *words, uint32_t at, uint32_t size)
{
    uint32_t shift = at % 32;
    uint64_t two = words[at / 32];
    if (shift + size > 32)
        two |= (uint64_t)words[at / 32 + 1] << 32;
    return (uint32_t)(two >> shift & ((UINT64_C(1) << size) - 1));
}

static inline void bits_set(uint32_t *words, uint32_t at, uint32_t size, uint32_t value)
{
    for (uint32_t done = 0; done < size;) {
        uint32_t shift = (at + done) % 32, room = 32 - shift;
        uint32_t take = size - done < room ? size - done : room;
        uint32_t mask = (uint32_t)((UINT64_C(1) << take) - 1);
        uint32_t *word = &words[(at + done) / 32];
        *word = (*word & ~(mask << shift)) | (value >> done & mask) << shift;
        done += take;
    }
}

static inline uint32_t unknown_word(const struct vector *v, uint32_t word)
{
    return v->unknown != NULL ? v->unknown[word] : 0;
}

static inline uint32_t unknown_bits(const struct vector *v, uint32_t at, uint32_t size)
{
    return v->unknown != NULL ? bits_get(v->unknown, at, size) : 0;
}

static inline int32_t sign_extend(uint32_t value, uint32_t bits)
{
    uint32_t sign = UINT32_C(1) << (bits - 1);
    return (int32_t)((value ^ sign) - sign);
}

static inline bool mask_bit(const uint32_t *mask, uint32_t channel)
{
    return mask[channel / 32] >> channel % 32 & 1;
}

#endif
