/* SPDX-License-Identifier: Apache-2.0
 * memory_test.c - the memory models by themselves: what they give, how fast, and in which order.
 *
 * Reads 4 MiB from end to end with bursts of 4 KiB, eight of them outstanding, as a chip that never
 * waits; then two streams by turns; then writes, alone and beside reads.  Prints the efficiency; the
 * last line is "pass" or "fail". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/memory/memory.h"

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
    if (!memory_open(&m, bits) || memory_add(&m, 0x40000000, contents, BYTES) < 0)
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
    memory_close(&m);
    return (double)counts->beats / (double)counts->busy;
}

/* ---- writes --------------------------------------------------------------------------------------- */

enum { WRITES = 64, WRITE_BASE = 0x10000000, WRITE_ROOM = 4096 };

/* A master that writes burst n to page n, up to eight beats, byte i of beat b being n + b + i; of every
 * third burst only the odd bytes.  `data_ahead`: data never waits for addresses. */
struct writer {
    struct memory *m;
    bool data_ahead;
    uint32_t addressed, burst, beat, answered;
    uint32_t data[32], strobes[4];
};

static uint32_t burst_beats(uint32_t burst)
{
    return 1 + burst % 8;
}

static bool strobe(uint32_t burst, uint32_t byte)
{
    return burst % 3 != 0 || byte % 2 != 0;
}

static unsigned char written(uint32_t burst, uint32_t beat, uint32_t byte)
{
    return (unsigned char)(burst + beat + byte);
}

static void show_write(struct writer *w, struct memory_seen *seen)
{
    uint32_t bytes = w->m->beat_bytes;
    memset(w->data, 0, sizeof w->data);
    memset(w->strobes, 0, sizeof w->strobes);
    for (uint32_t i = 0; i < bytes; i++) {
        w->data[i / 4] |= (uint32_t)written(w->burst, w->beat, i) << i % 4 * 8;
        w->strobes[i / 32] |= (uint32_t)strobe(w->burst, i) << i % 32;
    }
    seen->aw_valid = w->addressed < WRITES && w->addressed - w->answered < OUTSTANDING;
    seen->write_address = WRITE_BASE + (uint64_t)w->addressed * 4096;
    seen->write_length = burst_beats(w->addressed) - 1;
    seen->w_valid = w->burst < WRITES && (w->data_ahead ? w->burst < w->answered + OUTSTANDING
                                                        : w->burst < w->addressed);
    seen->w_last = w->beat + 1 == burst_beats(w->burst);
    seen->w_data = w->data;
    seen->w_strobes = w->strobes;
    seen->b_ready = true;
}

/* What the burst wrote is there now, and nothing else of the page is touched. */
static void check_page(const unsigned char *page, uint32_t burst, uint32_t bytes, bool there)
{
    for (uint32_t i = 0; i < WRITE_ROOM; i++) {
        bool wrote = there && i < burst_beats(burst) * bytes && strobe(burst, i % bytes);
        check(page[i] == (wrote ? written(burst, i / bytes, i % bytes) : 0xEE), "wrong byte written",
              bytes * 8, i);
    }
}

static void advance(struct writer *w, const struct memory_seen *seen, const unsigned char *contents)
{
    const struct memory_drive *drive = &w->m->drive;
    uint32_t bytes = w->m->beat_bytes;
    w->addressed += seen->aw_valid && drive->aw_ready;
    if (seen->w_valid && drive->w_ready && ++w->beat == burst_beats(w->burst)) {
        w->beat = 0;
        w->burst++;
    }
    if (drive->b_valid) {
        check(w->answered < w->addressed && w->answered < w->burst, "answer before its data",
              bytes * 8, w->answered);
        check_page(contents + (size_t)w->answered * 4096, w->answered, bytes, true);
        w->answered++;
    } else if (w->answered < WRITES) {
        check_page(contents + (size_t)w->answered * 4096, w->answered, bytes, false);
    }
}

/* Clocks that the writes take; beside them the reads of `efficiency` if there are some. */
static int64_t write_all(uint32_t bits, uint32_t model, bool data_ahead, unsigned char *read,
                         struct memory_counts *counts)
{
    static struct memory m;
    unsigned char *contents = malloc((size_t)WRITES * 4096);
    struct stimulus_memory how = {.model = model};
    if (contents == NULL || !memory_open(&m, bits))
        exit(1);
    memset(contents, 0xEE, (size_t)WRITES * 4096);
    memory_add(&m, WRITE_BASE, contents, (uint64_t)WRITES * 4096);
    m.regions[0].writable = true;
    if (read != NULL)
        memory_add(&m, 0x40000000, read, BYTES);
    memory_reset(&m, &how, 5);
    struct writer w = {.m = &m, .data_ahead = data_ahead};
    uint32_t asked = 0, beats = 1024 / m.beat_bytes;
    while (w.answered < WRITES && m.clock < 100000) {
        struct memory_seen seen = {.r_ready = true};
        seen.ar_valid = read != NULL && m.count < OUTSTANDING;
        seen.address = 0x40000000 + (uint64_t)(asked % 1024) * 1024;
        seen.length = beats - 1;
        asked += seen.ar_valid && m.drive.ar_ready;
        show_write(&w, &seen);
        advance(&w, &seen, contents);
        memory_step(&m, &seen);
    }
    check(w.answered == WRITES, "writes not answered", bits, w.answered);
    check(m.counts.write_bursts == WRITES, "bursts", bits, (double)m.counts.write_bursts);
    *counts = m.counts;
    int64_t clocks = m.clock;
    memory_close(&m);
    free(contents);
    return clocks;
}

/* The order of the channels, every model, and what a turn of the data bus costs. */
static void check_writes(uint32_t bits, unsigned char *contents)
{
    struct memory_counts counts;
    for (uint32_t model = 0; model < STIMULUS_MODELS; model++)
        for (int ahead = 0; ahead < 2; ahead++) {
            int64_t alone = write_all(bits, model, ahead, NULL, &counts);
            check(counts.write_beats >= alone / 4 || model == STIMULUS_HOSTILE, "slow writes", bits,
                  (double)alone);
            int64_t beside = write_all(bits, model, ahead, contents, &counts);
            printf("%u bits, model %u: %lld beats written in %lld clocks, in %lld beside reads; the bus "
                   "turned %lld times\n", bits, model, (long long)counts.write_beats, (long long)alone,
                   (long long)beside, (long long)counts.turns);
            check(model != STIMULUS_DDR3 || counts.turns > 2, "no turns", bits, (double)counts.turns);
            check(beside >= alone || model == STIMULUS_HOSTILE, "faster beside reads", bits, (double)beside);
        }
}

/* A write that was refused has not happened; one that is never answered neither. */
static void check_write_faults(void)
{
    static struct memory m;
    static const uint32_t kinds[] = {STIMULUS_FAULT_WRITE_SLVERR, STIMULUS_FAULT_WRITE_DECERR,
                                     STIMULUS_FAULT_WRITE_SILENT, STIMULUS_FAULT_WRITE_DEAF};
    for (uint32_t k = 0; k < 4; k++) {
        unsigned char page[4096];
        uint32_t data[4] = {0}, strobes[1] = {0xffff}, answers = 0, response = 0;
        struct stimulus_memory how = {.fault = kinds[k]};
        memset(page, 0xEE, sizeof page);
        if (!memory_open(&m, 128) || memory_add(&m, 0, page, sizeof page) < 0)
            exit(1);
        m.regions[0].writable = true;
        memory_reset(&m, &how, 1);
        memory_start(&m);
        bool aw = true, w = true;
        for (int clock = 0; clock < 100; clock++) {
            struct memory_seen seen = {.aw_valid = aw, .w_valid = w, .w_last = true, .w_data = data,
                                       .w_strobes = strobes, .b_ready = true};
            aw = aw && !m.drive.aw_ready;
            w = w && !m.drive.w_ready;
            answers += m.drive.b_valid;
            response = m.drive.b_valid ? m.drive.write_response : response;
            if (clock == 60)
                memory_lift(&m);
            if (clock == 59)
                check(answers == (k < 2) && (k == 3) == aw && page[0] == 0xEE, "write fault", k, answers);
            memory_step(&m, &seen);
        }
        check(answers == 1 && response == (k == 0 ? 2u : k == 1 ? 3u : 0u), "response", k, response);
        check((page[0] == 0) == (k >= 2), "refused and written", k, page[0]);
        memory_close(&m);
    }
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
        check_writes(bits, contents);
    }
    check_write_faults();
    free(contents);
    printf("%s\n", good ? "pass" : "fail");
    return good ? 0 : 1;
}
