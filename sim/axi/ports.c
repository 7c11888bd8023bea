/* SPDX-License-Identifier: Apache-2.0 */
#include "ports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bins.h"
#include "memory.h"

static struct {
    uint32_t ports, data_bits, address_bits, io;
    uint32_t first; /* port: with a single one there is only DATA */
    struct memory memories[STIMULUS_PORTS];
    uint32_t regions[STIMULUS_USES]; /* numbers, each in the memory of its port */
    uint32_t ports_of[STIMULUS_USES];
    unsigned char *originals[STIMULUS_USES]; /* what is right, of each region */
} axi;

void axi_open(uint32_t ports, uint32_t data_bits, uint32_t address_bits, uint32_t io)
{
    axi.io = io;
    axi.ports = ports;
    axi.data_bits = data_bits;
    axi.address_bits = address_bits;
    axi.first = STIMULUS_PORTS - ports;
    for (uint32_t i = 0; i < STIMULUS_PORTS; i++)
        if (!memory_open(&axi.memories[i], data_bits)) {
            fprintf(stderr, "harness: out of memory\n");
            exit(1);
        }
}

uint32_t axi_beat_words(void)
{
    return axi.data_bits / 32;
}

const uint32_t *axi_beat(uint32_t port)
{
    return axi.memories[port].data;
}

bool axi_present(void)
{
    return axi.ports != 0;
}

bool axi_has_queue(void)
{
    return axi.io == STIMULUS_IO_MEMORY;
}

bool axi_fits(const struct stimulus *plan)
{
    return axi.ports == plan->memory_ports && axi.data_bits == plan->memory_data_bits &&
           axi.address_bits == plan->memory_address_bits && axi.io == plan->io;
}

void axi_shape(uint32_t *ports, uint32_t *data_bits, uint32_t *address_bits)
{
    *ports = axi.ports;
    *data_bits = axi.data_bits;
    *address_bits = axi.address_bits;
}

/* ---- contents ------------------------------------------------------------------------------------ */

bool axi_load(const struct stimulus_region *region, unsigned char *contents)
{
    int number = memory_add(&axi.memories[region->port], region->base, contents, region->bytes);
    axi.regions[region->use] = (uint32_t)number;
    axi.ports_of[region->use] = region->port;
    unsigned char *copy = malloc(region->bytes > 0 ? (size_t)region->bytes : 1);
    if (copy != NULL)
        memcpy(copy, contents, (size_t)region->bytes);
    axi.originals[region->use] = copy;
    return number >= 0 && copy != NULL;
}

const struct memory_region *axi_region(enum stimulus_use use)
{
    return &axi.memories[axi.ports_of[use]].regions[axi.regions[use]];
}

const unsigned char *axi_original(enum stimulus_use use)
{
    return axi.originals[use];
}

struct memory *axi_memory(uint32_t port)
{
    return port >= axi.first ? &axi.memories[port] : NULL;
}

struct memory *axi_data_memory(void)
{
    return &axi.memories[STIMULUS_PORT_DATA];
}

void axi_patch(uint32_t attempt)
{
    const struct stimulus_phase *phase = harness.now;
    for (uint32_t i = 0; i < phase->patch_count; i++) {
        const struct stimulus_patch *p = &phase->patches[i];
        if (p->target < STIMULUS_USES)
            memcpy(axi_region(p->target)->contents + p->offset,
                   axi.originals[p->target] + p->offset, (size_t)p->bytes);
    }
    for (uint32_t i = 0; i < phase->patch_count; i++) {
        const struct stimulus_patch *p = &phase->patches[i];
        for (uint64_t at = 0; p->target < STIMULUS_USES && p->attempt == attempt && at < p->bytes; at++)
            axi_region(p->target)->contents[p->offset + at] = (unsigned char)(p->word >> 8 * (at % 4));
    }
}

/* ---- all memories -------------------------------------------------------------------------------- */

bool axi_struck(void)
{
    return axi.memories[0].struck || axi.memories[1].struck;
}

void axi_count_faults(void)
{
    for (uint32_t i = axi.first; i < STIMULUS_PORTS; i++)
        if (!axi.memories[i].started)
            memory_start(&axi.memories[i]);
}

void axi_count_states(void)
{
    struct memory *memory = axi_data_memory();
    memory->state_read = memory->state_written = false;
}

bool axi_moved_state(bool saved)
{
    const struct memory *memory = axi_data_memory();
    return saved ? memory->state_written : memory->state_read;
}

void axi_lift_faults(void)
{
    for (uint32_t i = axi.first; i < STIMULUS_PORTS; i++) {
        struct memory *m = &axi.memories[i];
        if (m->struck && !m->lifted)
            bin_hit(BIN_FAULT_SLVERR + m->how.fault - STIMULUS_FAULT_SLVERR);
        memory_lift(m);
    }
}

uint32_t axi_outstanding(void)
{
    return memory_outstanding(&axi.memories[0]) + memory_outstanding(&axi.memories[1]);
}
