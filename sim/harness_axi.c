/* SPDX-License-Identifier: Apache-2.0
 * harness_axi.c - one clock of memories, checker and host, on the ports as the bench packs them. */
#include "harness_axi.h"

#include <stdlib.h>
#include <string.h>

#include "axi_check.h"
#include "host.h"
#include "host_queue.h"
#include "memory.h"
#include "served.h"

struct axi_result {
    struct host_result host;
    struct memory_counts memory[STIMULUS_PORTS];
};

static struct {
    uint32_t ports, data_bits, address_bits, io;
    uint32_t first; /* port: with a single one there is only DATA */
    struct axi_sample seen;
    uint32_t drive[AXI_DRIVE_WORDS];
    struct memory memories[STIMULUS_PORTS];
    uint32_t regions[STIMULUS_USES]; /* numbers, each in the memory of its port */
    uint32_t ports_of[STIMULUS_USES];
    unsigned char *originals[STIMULUS_USES];
    struct axi_result *results, *now;
} axi;

static const char *const MODEL_NAMES[STIMULUS_MODELS] = {"ideal", "ddr3", "hostile"};

/* ---- for the bindings -------------------------------------------------------------------------------- */

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

void axi_show(const struct axi_sample *sample)
{
    axi.seen = *sample;
}

const uint32_t *axi_drive(void)
{
    return axi.drive;
}

const uint32_t *axi_beat(uint32_t port)
{
    return axi.memories[port].data;
}

/* ---- for the harness ----------------------------------------------------------------------------------- */

bool axi_present(void)
{
    return axi.ports != 0;
}

bool axi_fits(const struct stimulus *plan)
{
    return axi.ports == plan->memory_ports && axi.data_bits == plan->memory_data_bits &&
           axi.address_bits == plan->memory_address_bits && axi.io == plan->io;
}

bool axi_prepare(const struct stimulus *plan)
{
    axi.results = calloc(plan->phase_count, sizeof *axi.results);
    return axi.results != NULL;
}

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

struct memory *axi_memory(uint32_t port)
{
    return port >= axi.first ? &axi.memories[port] : NULL;
}

void axi_shape(uint32_t *ports, uint32_t *data_bits, uint32_t *address_bits)
{
    *ports = axi.ports;
    *data_bits = axi.data_bits;
    *address_bits = axi.address_bits;
}

struct memory *axi_data_memory(void)
{
    return &axi.memories[STIMULUS_PORT_DATA];
}

/* What is right, with the patches of one attempt. */
static void patch_regions(uint32_t attempt)
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

void axi_begin_served(void)
{
    for (uint32_t i = axi.first; i < STIMULUS_PORTS; i++)
        memory_reset(&axi.memories[i], &harness.now->memory[i], harness.now->seed + 1 + i);
    memset(axi.drive, 0, sizeof axi.drive);
    axi_check_reset();
}

void axi_begin_phase(uint32_t phase)
{
    axi.now = &axi.results[phase];
    axi_begin_served();
    queue_begin();
    host_begin(&axi.now->host);
    patch_regions(host_attempt());
}

void axi_replay(void)
{
    patch_regions(host_attempt());
    queue_rewind();
}

void axi_step_in_reset(bool settled)
{
    if (settled)
        axi_check_in_reset(&axi.seen);
    memset(axi.drive, 0, sizeof axi.drive);
}

static void see_writes(struct memory_seen *shown)
{
    const struct vector *seen = &axi.seen.write;
    uint32_t flags = seen->value[2];
    if (seen->unknown != NULL)
        flags &= ~seen->unknown[2];
    shown->aw_valid = flags & WRITE_AW_VALID;
    shown->w_valid = flags & WRITE_W_VALID;
    shown->w_last = flags & WRITE_W_LAST;
    shown->b_ready = flags & WRITE_B_READY;
    shown->write_address = seen->value[0] | (uint64_t)seen->value[1] << 32;
    shown->write_length = flags >> PORT_LENGTH & 255;
    shown->w_data = axi.seen.w_data.value;
    shown->w_strobes = axi.seen.w_strobes.value;
}

/* May the chip ask for anything? */
static bool allowed(void)
{
    return served_present() ? served_allows() : host_allows();
}

static void step_port(uint32_t port)
{
    struct memory *memory = &axi.memories[port];
    const struct vector *seen = &axi.seen.ports[port];
    axi_check_port(port, seen, memory, allowed());
    uint32_t flags = seen->value[2];
    if (seen->unknown != NULL)
        flags &= ~seen->unknown[2];
    struct memory_seen shown = {
        .ar_valid = flags & PORT_AR_VALID,
        .r_ready = flags & PORT_R_READY,
        .address = seen->value[0] | (uint64_t)seen->value[1] << 32,
        .length = flags >> PORT_LENGTH & 255,
    };
    const struct memory_drive *drive = &memory->drive;
    bool writes = port == STIMULUS_PORT_DATA && axi.io == STIMULUS_IO_MEMORY;
    if (writes) {
        axi_check_writes(&axi.seen, memory, allowed());
        see_writes(&shown);
    }
    if ((shown.ar_valid && drive->ar_ready) || (shown.r_ready && drive->r_valid) ||
        (shown.aw_valid && drive->aw_ready) || (shown.w_valid && drive->w_ready) ||
        (shown.b_ready && drive->b_valid))
        harness.last_move = harness.cycle;
    memory_step(memory, &shown);
    uint32_t bits = drive->response << PORT_R_RESPONSE;
    bits |= drive->ar_ready ? PORT_AR_READY : 0;
    bits |= drive->r_valid ? PORT_R_VALID : 0;
    bits |= drive->r_last ? PORT_R_LAST : 0;
    bits |= drive->new_data ? PORT_NEW_DATA : 0;
    if (writes) {
        bits |= drive->write_response << PORT_B_RESPONSE;
        bits |= drive->aw_ready ? PORT_AW_READY : 0;
        bits |= drive->w_ready ? PORT_W_READY : 0;
        bits |= drive->b_valid ? PORT_B_VALID : 0;
    }
    axi.drive[3] |= bits << 16 * port;
}

void axi_step(uint32_t control)
{
    axi.drive[3] = 0;
    for (uint32_t i = axi.first; i < STIMULUS_PORTS; i++)
        step_port(i);
    uint32_t before = axi.drive[2];
    axi_check_lite(&axi.seen.lite, axi.drive);
    if (served_present())
        served_drive(&axi.seen.lite, axi.drive);
    else
        host_step(&axi.seen.lite, control, axi.drive);
    if (axi.drive[2] != before) /* the host has limits of its own */
        harness.last_move = harness.cycle;
}

void axi_end_phase(void)
{
    for (uint32_t i = axi.first; i < STIMULUS_PORTS; i++)
        axi.now->memory[i] = axi.memories[i].counts;
    patch_regions(UINT32_MAX);
    queue_end();
}

bool axi_struck(void)
{
    return axi.memories[0].struck || axi.memories[1].struck;
}

int64_t axi_origin(void)
{
    return host_running() ? axi.now->host.origin : -1;
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
    for (uint32_t i = axi.first; i < STIMULUS_PORTS; i++)
        memory_lift(&axi.memories[i]);
}

uint32_t axi_outstanding(void)
{
    return memory_outstanding(&axi.memories[0]) + memory_outstanding(&axi.memories[1]);
}

/* ---- results ------------------------------------------------------------------------------------------- */

void axi_write_results(FILE *out, uint32_t phase)
{
    const struct axi_result *r = &axi.results[phase];
    const struct host_result *h = &r->host;
    const struct stimulus_phase *p = &harness.plan.phases[phase];
    fprintf(out, ",\n     \"host\": {\"loads\": %u, \"load_clocks\": %lld, \"starts\": %u, \"origin\": %lld, \"error\": %u, "
                 "\"error_cycle\": %lld, \"stop_clocks\": %lld, \"status\": %u, \"frames\": %u, "
                 "\"frame_interrupts\": %u, \"cycles\": %llu, \"multiplied\": %llu,\n      ",
            h->loads, (long long)h->load_clocks, h->attempts, (long long)h->origin, h->error, (long long)h->error_cycle,
            (long long)h->stop_clocks, h->status, h->frames, h->frame_interrupts,
            (unsigned long long)h->cycles, (unsigned long long)h->multiplied);
    fprintf(out, "\"stalls\": {\"input\": %u, \"columns\": %u, \"acc\": %u, \"element\": %u, "
                 "\"queue\": %u, \"weights\": %u, \"output\": %u}},\n     \"memory\": [",
            h->stalls[0], h->stalls[1], h->stalls[2], h->stalls[3], h->stalls[4], h->stalls[5],
            h->stalls[6]);
    for (uint32_t i = axi.first; i < STIMULUS_PORTS; i++) {
        const struct memory_counts *c = &r->memory[i];
        fprintf(out, "%s\n      {\"port\": \"%s\", \"model\": \"%s\", \"fault\": %u, "
                     "\"bursts\": %lld, \"beats\": %lld, \"busy\": %lld, \"efficiency\": %.4f, "
                     "\"activations\": %lld, \"refreshes\": %lld, "
                     "\"write_bursts\": %lld, \"write_beats\": %lld, \"turns\": %lld}",
                i > axi.first ? "," : "", i == STIMULUS_PORT_WEIGHTS ? "weights" : "data",
                MODEL_NAMES[p->memory[i].model], p->memory[i].fault, (long long)c->bursts,
                (long long)c->beats, (long long)c->busy,
                c->busy > 0 ? (double)c->beats / (double)c->busy : 0.0,
                (long long)c->activations, (long long)c->refreshes, (long long)c->write_bursts,
                (long long)c->write_beats, (long long)c->turns);
    }
    fprintf(out, "]");
}
