/* SPDX-License-Identifier: Apache-2.0 */
#include "axi_clock.h"

#include <string.h>

#include "axi_check.h"
#include "memory.h"

static struct {
    struct axi_sample seen;
    uint32_t drive[AXI_DRIVE_WORDS];
} axi;

void axi_show(const struct axi_sample *sample)
{
    axi.seen = *sample;
}

const uint32_t *axi_drive(void)
{
    return axi.drive;
}

void axi_begin(void)
{
    for (uint32_t i = 0; i < STIMULUS_PORTS; i++)
        if (axi_memory(i) != NULL)
            memory_reset(axi_memory(i), &harness.now->memory[i], harness.now->seed + 1 + i);
    memset(axi.drive, 0, sizeof axi.drive);
    axi_check_reset();
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

/* What the port is shown from now on, bits of enum port_drive. */
static uint32_t drive_bits(const struct memory_drive *drive, bool writes)
{
    uint32_t bits = drive->response << PORT_R_RESPONSE;
    bits |= drive->ar_ready ? PORT_AR_READY : 0;
    bits |= drive->r_valid ? PORT_R_VALID : 0;
    bits |= drive->r_last ? PORT_R_LAST : 0;
    bits |= drive->new_data ? PORT_NEW_DATA : 0;
    if (!writes)
        return bits;
    bits |= drive->write_response << PORT_B_RESPONSE;
    bits |= drive->aw_ready ? PORT_AW_READY : 0;
    bits |= drive->w_ready ? PORT_W_READY : 0;
    bits |= drive->b_valid ? PORT_B_VALID : 0;
    return bits;
}

static void step_port(uint32_t port, bool allowed)
{
    struct memory *memory = axi_memory(port);
    const struct vector *seen = &axi.seen.ports[port];
    axi_check_port(port, seen, memory, allowed);
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
    bool writes = port == STIMULUS_PORT_DATA && axi_has_queue();
    if (writes) {
        axi_check_writes(&axi.seen, memory, allowed);
        see_writes(&shown);
    }
    if ((shown.ar_valid && drive->ar_ready) || (shown.r_ready && drive->r_valid) ||
        (shown.aw_valid && drive->aw_ready) || (shown.w_valid && drive->w_ready) ||
        (shown.b_ready && drive->b_valid))
        harness.last_move = harness.cycle;
    memory_step(memory, &shown);
    axi.drive[3] |= drive_bits(drive, writes) << 16 * port;
}

void axi_step(uint32_t control, const struct driver *driver)
{
    axi.drive[3] = 0;
    for (uint32_t i = 0; i < STIMULUS_PORTS; i++)
        if (axi_memory(i) != NULL)
            step_port(i, driver->allows());
    uint32_t before = axi.drive[2];
    axi_check_lite(&axi.seen.lite, axi.drive);
    driver->drive(&axi.seen.lite, control, axi.drive);
    if (axi.drive[2] != before) /* whoever drives has limits of its own */
        harness.last_move = harness.cycle;
}
