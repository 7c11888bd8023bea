/* SPDX-License-Identifier: Apache-2.0
 * harness_axi.c - the chip's AXI ports as the bench packs them. */
#include "harness_axi.h"

#include <stdlib.h>

static struct {
    uint32_t ports, data_bits, address_bits;
    struct axi_sample seen;
    uint32_t drive[AXI_DRIVE_WORDS];
    uint32_t *beats[STIMULUS_PORTS];
} axi;

void axi_open(uint32_t ports, uint32_t data_bits, uint32_t address_bits)
{
    axi.ports = ports;
    axi.data_bits = data_bits;
    axi.address_bits = address_bits;
    for (int i = 0; i < STIMULUS_PORTS; i++)
        if ((axi.beats[i] = calloc(axi_beat_words() + 1, sizeof *axi.beats[i])) == NULL)
            exit(1);
}

uint32_t axi_beat_words(void)
{
    return (axi.data_bits + 31) / 32;
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
    return axi.beats[port];
}
