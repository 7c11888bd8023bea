/* SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include <stdlib.h>
#include <string.h>

/* The ideal memory's clocks from the address handshake to the first beat. */
enum { IDEAL_LATENCY = 8 };

/* The hostile memory: chances out of 65536 in each clock, lengths of the pauses in clocks. */
enum { SHORT_CHANCE = 8192, SHORT_PAUSE = 12, LONG_CHANCE = 64, LONG_PAUSE = 300 };

static uint32_t draw(struct memory *m)
{
    uint64_t z = m->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(z >> 32);
}

bool memory_open(struct memory *m, uint32_t data_bits)
{
    *m = (struct memory){.data_bits = data_bits, .beat_bytes = data_bits / 8};
    m->data = calloc(data_bits / 32 + 1, sizeof *m->data);
    return m->data != NULL;
}

bool memory_add(struct memory *m, uint64_t base, unsigned char *contents, uint64_t bytes)
{
    if (m->region_count == MEMORY_REGIONS)
        return false;
    m->regions[m->region_count++] = (struct memory_region){base, bytes, contents};
    return true;
}

void memory_reset(struct memory *m, const struct stimulus_memory *how, uint64_t seed)
{
    m->how = *how;
    m->started = m->lifted = m->struck = false;
    m->clock = 0;
    m->random = seed;
    m->head = m->count = m->next_beat = 0;
    m->shown = 0;
    m->address_pause = m->beat_pause = 0;
    m->drive = (struct memory_drive){0};
    m->counts = (struct memory_counts){0};
    ddr3_reset(m);
}

void memory_start(struct memory *m)
{
    m->started = true;
    m->start_clock = m->clock;
    m->start_beat = m->shown;
}

void memory_lift(struct memory *m)
{
    m->lifted = true;
}

/* ---- contents -------------------------------------------------------------------------------------- */

/* A region ends with a whole beat: what its file lacks of that reads as zero. */
static uint64_t region_end(const struct memory *m, const struct memory_region *r)
{
    return r->base + (r->bytes + m->beat_bytes - 1) / m->beat_bytes * m->beat_bytes;
}

static const struct memory_region *find(const struct memory *m, uint64_t address)
{
    for (uint32_t i = 0; i < m->region_count; i++)
        if (address >= m->regions[i].base && address < region_end(m, &m->regions[i]))
            return &m->regions[i];
    return NULL;
}

bool memory_holds(const struct memory *m, uint64_t address, uint64_t bytes)
{
    const struct memory_region *r = find(m, address);
    return r != NULL && bytes <= region_end(m, r) - address;
}

static void noise(struct memory *m)
{
    for (uint32_t i = 0; i < m->data_bits / 32; i++)
        m->data[i] = draw(m);
    m->drive.new_data = true;
}

static void read_beat(struct memory *m, uint64_t address)
{
    const struct memory_region *r = find(m, address);
    if (r == NULL) { /* the checker has something to say about it */
        noise(m);
        return;
    }
    const unsigned char *at = r->contents + (address - r->base);
    uint64_t left = r->bytes > address - r->base ? r->bytes - (address - r->base) : 0;
    unsigned char last[128] = {0};
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

static bool faulty(const struct memory *m, uint32_t fault)
{
    return m->how.fault == fault && m->started && !m->lifted;
}

static bool faulty_clock(const struct memory *m, uint32_t fault)
{
    return faulty(m, fault) && (uint64_t)(m->clock - m->start_clock) >= m->how.fault_at;
}

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

/* Counts down a pause of the hostile memory, or begins one; true while it lasts. */
static bool paused(struct memory *m, uint32_t *left)
{
    if (*left > 0) {
        --*left;
        return true;
    }
    uint32_t chance = draw(m) % 65536;
    if (chance < LONG_CHANCE)
        *left = 1 + draw(m) % LONG_PAUSE;
    else if (chance < SHORT_CHANCE)
        *left = draw(m) % SHORT_PAUSE;
    return chance < SHORT_CHANCE;
}

static bool has_beat(struct memory *m)
{
    if (m->count == 0)
        return false;
    switch (m->how.model) {
    case STIMULUS_DDR3:
        return ddr3_has_beat(m);
    case STIMULUS_HOSTILE:
        return !paused(m, &m->beat_pause) && m->clock > m->bursts[m->head].taken;
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
    if (m->how.model == STIMULUS_DDR3)
        ddr3_take(m, burst);
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
    m->clock++;
    if (m->how.model == STIMULUS_DDR3)
        ddr3_step(m);

    bool hostile = m->how.model == STIMULUS_HOSTILE;
    drive->new_data = false;
    drive->ar_ready = !(hostile && paused(m, &m->address_pause)) && m->count < MEMORY_BURSTS &&
                      !faulty_clock(m, STIMULUS_FAULT_DEAF);
    if (m->how.fault == STIMULUS_FAULT_SILENT || m->how.fault == STIMULUS_FAULT_DEAF)
        m->struck = m->struck || faulty_clock(m, m->how.fault);
    if (drive->r_valid && !beat_taken)
        return;
    drive->r_valid = false;
    if (has_beat(m) && !faulty_clock(m, STIMULUS_FAULT_SILENT)) {
        show_beat(m);
    } else if (hostile && beat_taken) { /* what is not valid is noise */
        noise(m);
        drive->r_last = draw(m) & 1;
        drive->response = draw(m) & 3;
    }
}
