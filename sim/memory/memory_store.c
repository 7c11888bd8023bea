/* SPDX-License-Identifier: Apache-2.0 */
#include "memory_store.h"

#include <stdlib.h>

/* The hostile memory: chances out of 65536 in each clock, lengths of the pauses in clocks. */
enum { SHORT_CHANCE = 8192, SHORT_PAUSE = 12, LONG_CHANCE = 64, LONG_PAUSE = 300 };

/* ---- contents ------------------------------------------------------------------------------------- */

int memory_add(struct memory *m, uint64_t base, unsigned char *contents, uint64_t bytes)
{
    if (m->region_count == m->region_room) {
        uint32_t room = 2 * m->region_room + 16;
        struct memory_region *more = realloc(m->regions, room * sizeof *more);
        if (more == NULL)
            return -1;
        m->regions = more;
        m->region_room = room;
    }
    m->regions[m->region_count] =
        (struct memory_region){.base = base, .bytes = bytes, .contents = contents, .readable = true};
    return (int)m->region_count++;
}

void memory_forget(struct memory *m, uint32_t count)
{
    m->region_count = count < m->region_count ? count : m->region_count;
    m->found = 0;
}

/* A region ends with a whole beat: what its file lacks of that reads as zero. */
static uint64_t region_end(const struct memory *m, const struct memory_region *r)
{
    return r->base + (r->bytes + m->beat_bytes - 1) / m->beat_bytes * m->beat_bytes;
}

struct memory_region *memory_find(struct memory *m, uint64_t address, uint64_t bytes)
{
    for (uint32_t i = 0; i < m->region_count; i++) {
        uint32_t number = (m->found + i) % m->region_count; /* the last one first */
        struct memory_region *r = &m->regions[number];
        if (address >= r->base && address < region_end(m, r)) {
            m->found = number;
            return bytes <= region_end(m, r) - address ? r : NULL;
        }
    }
    return NULL;
}

/* ---- time and faults ------------------------------------------------------------------------------ */

uint32_t memory_draw(struct memory *m)
{
    return stimulus_draw(&m->random);
}

bool memory_paused(struct memory *m, uint32_t *left)
{
    if (*left > 0) {
        --*left;
        return true;
    }
    uint32_t chance = memory_draw(m) % 65536;
    if (chance < LONG_CHANCE)
        *left = 1 + memory_draw(m) % LONG_PAUSE;
    else if (chance < SHORT_CHANCE)
        *left = memory_draw(m) % SHORT_PAUSE;
    return chance < SHORT_CHANCE;
}

static bool faulty(const struct memory *m, uint32_t fault)
{
    return m->how.fault == fault && m->started && !m->lifted;
}

bool memory_faulty_clock(const struct memory *m, uint32_t fault)
{
    return faulty(m, fault) && (uint64_t)(m->clock - m->start_clock) >= m->how.fault_at;
}

uint32_t memory_outstanding(const struct memory *m)
{
    return m->count + m->writes.count;
}
