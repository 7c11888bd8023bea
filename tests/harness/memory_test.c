/* SPDX-License-Identifier: Apache-2.0
 * memory_test.c - the memory models by themselves: what they give, how fast, and in which order.
 *
 * Reads 4 MiB from end to end with bursts of 4 KiB, eight of them outstanding, as a chip that never
 * waits; then two streams by turns.  Prints the efficiency; the last line is "pass" or "fail". */
#include <stdio.h>
#include <stdlib.h>

#include "sim/memory.h"

enum { BYTES = 4 << 20, OUTSTANDING = 8 };

static bool good = true;

static void check(bool holds, const char *what, uint32_t bits, double value)
{
    if (holds)
        return;
    printf("%s, %u bits: %.4f\n", what, bits, value);
    good = false;
}

/* One beat of what is read: the region's bytes in order? */
static bool beat_right(const struct memory *m, const unsigned char *contents, uint64_t at)
{
    for (uint32_t i = 0; i < m->beat_bytes; i++)
        if ((m->data[i / 4] >> i % 4 * 8 & 255) != contents[at + i])
            return false;
    return true;
}

/* Beats a clock.  With two streams, bursts come by turns from the region's halves. */
static double efficiency(uint32_t bits, uint32_t model, uint32_t streams, unsigned char *contents,
                         struct memory_counts *counts)
{
    static struct memory m;
    struct stimulus_memory how = {.model = model};
    if (!memory_open(&m, bits) || !memory_add(&m, 0x40000000, contents, BYTES))
        exit(1);
    memory_reset(&m, &how, 5);
    memory_start(&m);
    uint32_t bursts = BYTES / 4096, asked = 0, answered = 0, beat = 0;
    uint32_t beats = 4096 / m.beat_bytes < 256 ? 4096 / m.beat_bytes : 256;
    while (answered < bursts) {
        uint64_t ask = (uint64_t)(asked / streams + asked % streams * (bursts / streams)) * 4096;
        uint64_t get = (uint64_t)(answered / streams + answered % streams * (bursts / streams)) * 4096;
        struct memory_seen seen = {
            .ar_valid = asked < bursts && asked - answered < OUTSTANDING,
            .r_ready = true,
            .address = 0x40000000 + ask,
            .length = beats - 1,
        };
        if (m.drive.r_valid) {
            check(beat_right(&m, contents, get + (uint64_t)beat * m.beat_bytes), "wrong beat", bits, beat);
            check(m.drive.r_last == (beat + 1 == beats), "wrong RLAST", bits, beat);
            if (++beat == beats) {
                beat = 0;
                answered++;
            }
        }
        asked += seen.ar_valid && m.drive.ar_ready;
        memory_step(&m, &seen);
    }
    *counts = m.counts;
    free(m.data);
    return (double)m.counts.beats / (double)m.counts.busy;
}

int main(void)
{
    unsigned char *contents = malloc(BYTES);
    if (contents == NULL)
        return 1;
    for (uint32_t i = 0; i < BYTES; i++)
        contents[i] = (unsigned char)(i * 2654435761u >> 13);
    for (uint32_t bits = 128; bits <= 1024; bits *= 2) {
        struct memory_counts counts, turns;
        double ideal = efficiency(bits, STIMULUS_IDEAL, 1, contents, &counts);
        double hostile = efficiency(bits, STIMULUS_HOSTILE, 1, contents, &counts);
        double two = efficiency(bits, STIMULUS_DDR3, 2, contents, &turns);
        double one = efficiency(bits, STIMULUS_DDR3, 1, contents, &counts);
        printf("%u bits: ideal %.4f, hostile %.4f, ddr3 %.4f with %lld activations and %lld "
               "refreshes; two streams %.4f with %lld activations\n", bits, ideal, hostile, one,
               (long long)counts.activations, (long long)counts.refreshes, two,
               (long long)turns.activations);
        check(ideal > 0.999, "ideal", bits, ideal);
        check(hostile < 0.9, "hostile", bits, hostile);
        /* 7800 ns less refresh, precharge and activation; a little for the first latency. */
        check(one > 0.965 && one < 0.98, "ddr3", bits, one);
        check(two > 0.7 && two < one + 0.001, "ddr3, two streams", bits, two);
    }
    free(contents);
    printf("%s\n", good ? "pass" : "fail");
    return good ? 0 : 1;
}
