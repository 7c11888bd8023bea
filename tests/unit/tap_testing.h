/* SPDX-License-Identifier: Apache-2.0
 * tap_testing.h - what leaves the element-wise path of a chip that does as its golden model says,
 * or nearly: the file of sim/stimulus.h, written PE by PE. */
#ifndef ESE_TESTS_TAP_TESTING_H
#define ESE_TESTS_TAP_TESTING_H

#include "models/number/golden.h"
#include "models/program/program.h"
#include "tests/unit/scratch.h"

enum tap_fault {
    TAP_RIGHT,
    TAP_WRONG,   /* a bit of a value of channel 0 */
    TAP_UNKNOWN, /* that value is X */
    TAP_PASS,    /* the word is said to be of another pass */
    TAP_KEEP,    /* a lane more */
    TAP_LOST     /* the word is not there */
};

/* What is wrong with a word. */
struct tap_planted {
    enum tap_fault fault;
    int pass, word; /* of the frame that is written */
};

static inline void tap_put(FILE *file, uint32_t word)
{
    for (int byte = 0; byte < 4; byte++)
        putc((int)(word >> 8 * byte & 255), file);
}

static inline void tap_put_all(FILE *file, const uint32_t *words, int bits)
{
    for (int i = 0; i < (bits + 31) / 32; i++)
        tap_put(file, words[i]);
}

static inline void tap_begin(FILE *file, const struct program *p)
{
    tap_put(file, (uint32_t)p->d.channels);
    tap_put(file, (uint32_t)p->d.lanes);
    tap_put(file, (uint32_t)p->d.activation_bits);
}

enum { TAP_WORDS = 64 };

/* The word of PEs from `pe` on in row `row` of a pass's PEs; voices NULL: idle, and noise. */
static inline void tap_put_word(FILE *file, const struct program *p, int pass, int first,
                                int lanes, struct golden_state *const *voices,
                                enum tap_fault fault)
{
    const int bits = p->d.activation_bits, channels = p->d.channels;
    const int vector = p->passes[pass].writes;
    uint32_t data[TAP_WORDS] = {0}, unknown[TAP_WORDS] = {0};
    assert_true(channels * p->d.lanes * bits <= 32 * TAP_WORDS && p->d.lanes < 31);
    for (int c = 0; c < channels; c++)
        for (int l = 0; l < p->d.lanes; l++)
            for (int bit = 0; bit < bits; bit++) {
                const int at = (c * p->d.lanes + l) * bits + bit;
                const bool there = voices[c] != NULL && l < lanes;
                uint32_t value = there ? (uint32_t)voices[c]->at[vector][first + l] : 0x5a5a5a5a;
                value ^= fault == TAP_WRONG && c == 0 && l == lanes - 1 && bit == 2 ? 4u : 0u;
                data[at / 32] |= (value >> bit & 1) << at % 32;
            }
    if (fault == TAP_UNKNOWN)
        unknown[(lanes * bits - 1) / 32] = UINT32_C(1) << (lanes * bits - 1) % 32;
    tap_put(file, (uint32_t)(fault == TAP_PASS ? pass + 1 : pass) |
                      (fault == TAP_UNKNOWN ? UINT32_C(1) << 16 : 0));
    tap_put(file, (UINT32_C(1) << (lanes + (fault == TAP_KEEP))) - 1);
    tap_put_all(file, data, channels * p->d.lanes * bits);
    if (fault == TAP_UNKNOWN)
        tap_put_all(file, unknown, channels * p->d.lanes * bits);
}

/* A pass: row of PEs after row of PEs, of each word after word. */
static inline void tap_put_pass(FILE *file, const struct program *p, int pass,
                                struct golden_state *const *voices, struct tap_planted planted)
{
    const struct pass *of = &p->passes[pass];
    const int owners = p->d.pes / of->fold, from = of->row_block * p->geometry.block_rows * owners;
    int word = 0;
    for (int row = 0; row < of->rows; row += owners)
        for (int pe = 0; pe < owners && row + pe < of->rows; pe += p->d.lanes) {
            int lanes = p->d.lanes;
            lanes = lanes < owners - pe ? lanes : owners - pe;
            lanes = lanes < of->rows - row - pe ? lanes : of->rows - row - pe;
            const bool here = planted.pass == pass && planted.word == word;
            word++;
            if (!here || planted.fault != TAP_LOST)
                tap_put_word(file, p, pass, p->network.passes[of->of].first + from + row + pe,
                             lanes, voices, here ? planted.fault : TAP_RIGHT);
        }
    assert_int_equal(word, of->beats);
}

/* All that leaves the path in a frame, in which the voices [channels] have been computed. */
static inline void tap_put_frame(FILE *file, const struct program *p,
                                 struct golden_state *const *voices, struct tap_planted planted)
{
    for (int pass = 0; pass < p->pass_count; pass++)
        if (p->network.vectors[p->passes[pass].writes].held != HELD_GATES)
            tap_put_pass(file, p, pass, voices, planted);
}

#endif
