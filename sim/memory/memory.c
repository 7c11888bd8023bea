/* SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include <stdlib.h>
#include <string.h>

#include "memory_ddr3.h"
#include "memory_write.h"

/* The ideal memory's clocks from the address handshake to the first beat. */
enum { IDEAL_LATENCY = 8 };

bool memory_open(struct memory *m, uint32_t data_bits)
{
    *m = (struct memory){.data_bits = data_bits, .beat_bytes = data_bits / 8};
    m->data = calloc(data_bits / 32 + 1, sizeof *m->data);
    return m->data != NULL && memory_write_open(m);
}

void memory_close(struct memory *m)
{
    free(m->data);
    free(m->writes.data);
    free(m->writes.strobes);
    free(m->regions);
    *m = (struct memory){0};
}

void memory_reset(struct memory *m, const struct stimulus_memory *how, uint64_t seed)
{
    m->how = *how;
    m->started = m->lifted = m->struck = m->state_read = m->state_written = false;
    m->clock = 0;
    m->random = seed;
    m->head = m->count = m->next_beat = 0;
    m->shown = 0;
    m->address_pause = m->beat_pause = 0;
    m->drive = (struct memory_drive){0};
    m->counts = (struct memory_counts){0};
    memory_write_reset(m);
    ddr3_reset(m);
}

void memory_start(struct memory *m)
{
    m->started = true;
    m->start_clock = m->clock;
    m->start_beat = m->shown;
    m->writes.start_answered = m->writes.answered;
}

void memory_lift(struct memory *m)
{
    m->lifted = true;
}

/* ---- contents -------------------------------------------------------------------------------------- */

static void noise(struct memory *m)
{
    for (uint32_t i = 0; i < m->data_bits / 32; i++)
        m->data[i] = memory_draw(m);
    m->drive.new_data = true;
}

static void read_beat(struct memory *m, uint64_t address)
{
    const struct memory_region *r = memory_find(m, address, 1);
    if (r == NULL) { /* the checker has something to say about it */
        noise(m);
        return;
    }
    const unsigned char *at = r->contents + (address - r->base);
    uint64_t left = r->bytes > address - r->base ? r->bytes - (address - r->base) : 0;
    unsigned char last[MEMORY_BEAT_BYTES] = {0};
    if (left < m->beat_bytes) {
        if (left > 0)
            memcpy(last, at, (size_t)left);
        at = last;
    }
    for (uint32_t i = 0; i < m->data_bits / 32; i++, at += 4)
        m->data[i] = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
                     (uint32_t)at[3] << 24;
    m->drive.new_data = true;
}

/* ---- faults ---------------------------------------------------------------------------------------- */

/* Damages the beat that is about to be shown, if it is its turn; true: its burst ends here. */
static bool damage(struct memory *m)
{
    uint64_t beat = m->shown - m->start_beat;
    bool due = m->started && !m->lifted && !m->struck && beat >= m->how.fault_at, ends = false;
    if (!due)
        return false;
    switch (m->how.fault) {
    case STIMULUS_FAULT_SLVERR:
    case STIMULUS_FAULT_DECERR:
        m->drive.response =
            m->how.fault == STIMULUS_FAULT_SLVERR ? RESPONSE_SLVERR : RESPONSE_DECERR;
        noise(m);
        m->struck = true;
        break;
    case STIMULUS_FAULT_LAST_EARLY:
    case STIMULUS_FAULT_LAST_EXTRA:
        m->struck = !m->drive.r_last;
        m->drive.r_last = true;
        ends = m->struck && m->how.fault == STIMULUS_FAULT_LAST_EARLY;
        break;
    case STIMULUS_FAULT_LAST_MISSING:
        m->struck = m->drive.r_last;
        m->drive.r_last = false;
        break;
    default:
        break;
    }
    return ends;
}

/* ---- the two channels ------------------------------------------------------------------------------ */

static bool has_beat(struct memory *m)
{
    if (m->count == 0)
        return false;
    switch (m->how.model) {
    case STIMULUS_DDR3:
        return ddr3_has_beat(m);
    case STIMULUS_HOSTILE:
        return !memory_paused(m, &m->beat_pause) && m->clock > m->bursts[m->head].taken;
    default:
        return m->clock >= m->bursts[m->head].taken + IDEAL_LATENCY - 1;
    }
}

static void show_beat(struct memory *m)
{
    struct memory_burst *burst = &m->bursts[m->head];
    m->drive.r_valid = true;
    m->drive.r_last = m->next_beat + 1 == burst->beats;
    m->drive.response = RESPONSE_OKAY;
    read_beat(m, burst->address + (uint64_t)m->next_beat * m->beat_bytes);
    if (damage(m)) { /* the rest of the burst is passed over */
        m->shown += burst->beats - 1 - m->next_beat;
        m->next_beat = burst->beats - 1;
    }
    m->shown++;
    m->next_beat++;
}

static void take_address(struct memory *m, const struct memory_seen *seen)
{
    struct memory_burst *burst = &m->bursts[(m->head + m->count) % MEMORY_BURSTS];
    *burst = (struct memory_burst){seen->address, seen->length + 1, m->clock};
    m->count++;
    m->counts.bursts++;
    const struct memory_region *region = memory_find(m, burst->address, 1);
    m->state_read = m->state_read || (region != NULL && region->state);
    if (m->how.model == STIMULUS_DDR3)
        ddr3_take(m, &m->ddr3.reads, burst);
}

void memory_step(struct memory *m, const struct memory_seen *seen)
{
    struct memory_drive *drive = &m->drive;
    bool beat_taken = drive->r_valid && seen->r_ready;
    m->counts.busy += m->count > 0 && (seen->r_ready || !drive->r_valid);
    m->counts.beats += beat_taken;
    if (beat_taken && m->next_beat == m->bursts[m->head].beats) {
        m->head = (m->head + 1) % MEMORY_BURSTS;
        m->count--;
        m->next_beat = 0;
    }
    if (drive->ar_ready && seen->ar_valid)
        take_address(m, seen);
    memory_write_take(m, seen);
    m->clock++;
    if (m->how.model == STIMULUS_DDR3)
        ddr3_step(m);

    bool hostile = m->how.model == STIMULUS_HOSTILE;
    drive->new_data = false;
    drive->ar_ready = !(hostile && memory_paused(m, &m->address_pause)) && m->count < MEMORY_BURSTS &&
                      !memory_faulty_clock(m, STIMULUS_FAULT_DEAF);
    if (m->how.fault == STIMULUS_FAULT_SILENT || m->how.fault == STIMULUS_FAULT_DEAF)
        m->struck = m->struck || memory_faulty_clock(m, m->how.fault);
    memory_write_drive(m, seen);
    if (drive->r_valid && !beat_taken)
        return;
    drive->r_valid = false;
    if (has_beat(m) && !memory_faulty_clock(m, STIMULUS_FAULT_SILENT)) {
        show_beat(m);
    } else if (hostile && beat_taken) { /* what is not valid is noise */
        noise(m);
        drive->r_last = memory_draw(m) & 1;
        drive->response = memory_draw(m) & 3;
    }
}
