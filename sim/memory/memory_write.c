/* SPDX-License-Identifier: Apache-2.0
 * memory_write.c - the write channels: addresses and data in any order, answers in order.
 *
 * What is written reaches the contents with its answer and not before, so that a chip which does not
 * wait for the answer is caught by whoever looks at the contents. */
#include "memory_write.h"

#include <stdlib.h>

#include "memory_ddr3.h"

/* The ideal memory's clocks from the last beat to the answer. */
enum { IDEAL_LATENCY = 8 };

/* How the hostile memory couples the two channels, as AXI4 allows a slave to do. */
enum { ORDER_FREE, ORDER_DATA_FIRST, ORDER_ADDRESS_FIRST, ORDERS };

bool memory_write_open(struct memory *m)
{
    m->writes.data = calloc(MEMORY_BEATS, m->beat_bytes);
    m->writes.strobes = calloc(MEMORY_BEATS, m->beat_bytes);
    return m->writes.data != NULL && m->writes.strobes != NULL;
}

void memory_write_reset(struct memory *m)
{
    struct memory_writes *w = &m->writes;
    unsigned char *data = w->data, *strobes = w->strobes;
    *w = (struct memory_writes){.data = data, .strobes = strobes};
}

static struct memory_burst *burst_at(struct memory_writes *w, uint32_t index)
{
    return &w->bursts[(w->head + index) % MEMORY_BURSTS];
}

/* ---- taking --------------------------------------------------------------------------------------- */

static void take_address(struct memory *m, const struct memory_seen *seen)
{
    struct memory_writes *w = &m->writes;
    struct memory_burst *burst = burst_at(w, w->count);
    *burst = (struct memory_burst){seen->write_address, seen->write_length + 1, m->clock};
    w->addressed += burst->beats;
    w->count++;
    m->counts.write_bursts++;
    const struct memory_region *region = memory_find(m, burst->address, 1);
    m->state_written = m->state_written || (region != NULL && region->state);
    if (m->how.model == STIMULUS_HOSTILE)
        w->order = memory_draw(m) % ORDERS;
}

static void take_data(struct memory *m, const struct memory_seen *seen)
{
    struct memory_writes *w = &m->writes;
    size_t at = (size_t)(w->came % MEMORY_BEATS) * m->beat_bytes;
    for (uint32_t i = 0; i < m->beat_bytes; i++) {
        w->data[at + i] = (unsigned char)(seen->w_data[i / 4] >> i % 4 * 8);
        w->strobes[at + i] = seen->w_strobes[i / 32] >> i % 32 & 1;
    }
    w->came++;
    m->counts.write_beats++;
}

/* Bursts of which the last beat has come now. */
static void complete_bursts(struct memory *m)
{
    struct memory_writes *w = &m->writes;
    while (w->complete < w->count) {
        struct memory_burst *burst = burst_at(w, w->complete);
        if (w->came - w->assigned < burst->beats)
            return;
        w->assigned += burst->beats;
        burst->taken = m->clock;
        w->complete++;
        if (m->how.model == STIMULUS_DDR3)
            ddr3_take(m, &m->ddr3.writes, burst);
    }
}

void memory_write_take(struct memory *m, const struct memory_seen *seen)
{
    struct memory_writes *w = &m->writes;
    if (m->drive.b_valid && seen->b_ready) {
        m->drive.b_valid = false;
        w->answer_pause = 0;
    }
    if (m->drive.aw_ready && seen->aw_valid)
        take_address(m, seen);
    if (m->drive.w_ready && seen->w_valid)
        take_data(m, seen);
    complete_bursts(m);
}

/* ---- answering ------------------------------------------------------------------------------------ */

/* Puts the first burst where it belongs; what lies outside of all regions is the checker's business. */
static void write_burst(struct memory *m, const struct memory_burst *burst)
{
    struct memory_writes *w = &m->writes;
    for (uint32_t beat = 0; beat < burst->beats; beat++) {
        size_t from = (size_t)((w->gone + beat) % MEMORY_BEATS) * m->beat_bytes;
        uint64_t address = burst->address + (uint64_t)beat * m->beat_bytes;
        struct memory_region *region = memory_find(m, address, 1);
        if (region == NULL || !region->writable)
            continue;
        for (uint32_t i = 0; i < m->beat_bytes; i++) {
            uint64_t at = address + i - region->base;
            if (!w->strobes[from + i] || at >= region->bytes)
                continue;
            region->contents[at] = w->data[from + i];
            region->writes++;
        }
    }
}

static bool can_answer(struct memory *m)
{
    struct memory_writes *w = &m->writes;
    if (w->complete == 0 || memory_faulty_clock(m, STIMULUS_FAULT_WRITE_SILENT))
        return false;
    switch (m->how.model) {
    case STIMULUS_DDR3:
        return ddr3_has_written(m);
    case STIMULUS_HOSTILE:
        return !memory_paused(m, &w->answer_pause);
    default:
        return m->clock >= burst_at(w, 0)->taken + IDEAL_LATENCY;
    }
}

static void answer(struct memory *m)
{
    struct memory_writes *w = &m->writes;
    const struct memory_burst *burst = burst_at(w, 0);
    uint32_t fault = m->how.fault;
    bool due = (fault == STIMULUS_FAULT_WRITE_SLVERR || fault == STIMULUS_FAULT_WRITE_DECERR) &&
               m->started && !m->lifted && !m->struck &&
               w->answered - w->start_answered >= m->how.fault_at;
    m->drive.b_valid = true;
    m->drive.write_response = !due                                     ? RESPONSE_OKAY
                              : fault == STIMULUS_FAULT_WRITE_SLVERR ? RESPONSE_SLVERR
                                                                       : RESPONSE_DECERR;
    if (due)
        m->struck = true;
    else
        write_burst(m, burst);
    w->gone += burst->beats;
    w->answered++;
    w->head = (w->head + 1) % MEMORY_BURSTS;
    w->count--;
    w->complete--;
}

void memory_write_drive(struct memory *m, const struct memory_seen *seen)
{
    struct memory_writes *w = &m->writes;
    struct memory_drive *drive = &m->drive;
    bool hostile = m->how.model == STIMULUS_HOSTILE;
    bool deaf = memory_faulty_clock(m, STIMULUS_FAULT_WRITE_DEAF);
    drive->aw_ready = w->count < MEMORY_BURSTS && !deaf;
    drive->w_ready = w->came - w->gone < MEMORY_BEATS && !deaf;
    if (hostile) {
        bool ahead = seen->w_valid || w->came > w->addressed;
        drive->aw_ready = drive->aw_ready && !memory_paused(m, &w->address_pause) &&
                          (w->order != ORDER_DATA_FIRST || ahead);
        drive->w_ready = drive->w_ready && !memory_paused(m, &w->data_pause) &&
                         (w->order != ORDER_ADDRESS_FIRST || w->addressed > w->came);
    }
    if (m->how.fault == STIMULUS_FAULT_WRITE_SILENT || m->how.fault == STIMULUS_FAULT_WRITE_DEAF)
        m->struck = m->struck || memory_faulty_clock(m, m->how.fault);
    if (!drive->b_valid && can_answer(m))
        answer(m);
    else if (!drive->b_valid && hostile) /* what is not valid is noise */
        drive->write_response = memory_draw(m) & 3;
}
