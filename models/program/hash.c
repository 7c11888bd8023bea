/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/hash.h"

#include "models/base/crc32.h"

static uint32_t hash_table(uint32_t crc, const struct act_table *table)
{
    size_t entries = (size_t)1 << table->address_bits;
    crc = crc32_of(crc, table->base, entries * sizeof *table->base);
    return crc32_of(crc, table->slope, entries * sizeof *table->slope);
}

uint32_t hash_chip(const struct program *p)
{
    const struct quantized *q = &p->quant;
    struct derived fixed = p->d;
    fixed.columns = fixed.beats = fixed.constants = 0;
    fixed.weights_bus_words = fixed.columns_bus_words = fixed.constants_bus_words = 0;
    int flags[] = {(int)p->config.memory, p->config.memory_ports, (int)p->config.io,
                   q->peephole, q->projection, (int)q->candidate, (int)q->sigm.direct};
    uint32_t crc = crc32_of(0, &fixed, sizeof fixed);
    crc = crc32_of(crc, flags, sizeof flags);
    crc = crc32_of(crc, &q->formats, sizeof q->formats);
    return hash_table(hash_table(crc, &q->sigm), &q->tanh);
}

uint32_t hash_program(const struct program *p)
{
    const struct quantized *q = &p->quant;
    size_t pes = (size_t)p->d.pes, cell = (size_t)q->cell;
    uint32_t chip = p->chip_hash, crc = crc32_of(0, &chip, sizeof chip);
    crc = crc32_of(crc, &p->d, sizeof p->d);
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        crc = crc32_of(crc, q->bias[gate], cell * sizeof *q->bias[gate]);
        if (q->peep[gate] != NULL)
            crc = crc32_of(crc, q->peep[gate], cell * sizeof *q->peep[gate]);
    }
    for (int n = 0; n < p->product_count; n++) {
        const struct product *product = &p->products[n];
        int fields[] = {product->pass, (int)product->source, product->shift, product->fold,
                        product->columns};
        crc = crc32_of(crc, fields, sizeof fields);
    }
    crc = crc32_of(crc, p->columns, (size_t)p->d.columns * sizeof *p->columns);
    crc = crc32_of(crc, p->lengths, (size_t)p->d.columns * pes * sizeof *p->lengths);
    return crc32_of(crc, p->entries, (size_t)p->d.beats * pes * sizeof *p->entries);
}
