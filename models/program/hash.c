/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/hash.h"

#include <stddef.h>

#include "models/base/crc32.h"
#include "models/program/derive.h"
#include "models/program/path.h"

static uint32_t hash_table(uint32_t crc, const struct act_table *table)
{
    size_t entries = (size_t)1 << table->address_bits;
    crc = crc32_of(crc, table->base, entries * sizeof *table->base);
    return crc32_of(crc, table->slope, entries * sizeof *table->slope);
}

/* What its passes do; of the only layer sizes are among the derived numbers. */
static uint32_t hash_layer(uint32_t crc, const struct layer *l, bool alone)
{
    const struct layer_config *as = &l->as;
    const int lstm[] = {as->peephole, as->output > 0, (int)as->candidate};
    const int others[] = {(int)as->kind, (int)as->coupled, as->projection_bias, (int)as->reset,
                          (int)as->nonlinearity, (int)as->activation, as->bias,
                          (int)as->direction, as->cell, as->output};
    const bool plain = alone && as->kind == LAYER_LSTM && as->coupled == COUPLED_NONE &&
                       !as->projection_bias && as->bias && as->direction == DIRECTION_FORWARD;
    crc = crc32_of(crc, lstm, sizeof lstm);
    return plain ? crc : crc32_of(crc, others, sizeof others);
}

static uint32_t hash_int(uint32_t crc, int value)
{
    return crc32_of(crc, &value, sizeof value);
}

/* Of a layer: where z has its binary point, and where what it writes has. */
static uint32_t hash_sums(uint32_t crc, const struct quantized *q, int layer)
{
    int round_shift = 0;
    for (int i = 0; i < q->shape.pass_count; i++)
        if (q->shape.passes[i].layer == layer)
            round_shift = q->passes[i].round_shift;
    crc = hash_int(crc, q->z_fraction + round_shift);
    return hash_int(crc, q->vectors[q->shape.layers[layer].writes].fraction + round_shift);
}

/* Of x, and of what layers write, keep and hand on; of gates and z; of sums. */
static uint32_t hash_formats(uint32_t crc, const struct quantized *q)
{
    const struct network *n = &q->shape;
    crc = hash_int(crc, q->vectors[0].fraction);
    for (int layer = 0; layer < n->layer_count; layer++) {
        const struct layer *l = &n->layers[layer];
        crc = hash_int(crc, q->vectors[l->writes].fraction);
        for (int v = 0; v < n->vector_count; v++)
            if (n->vectors[v].layer == layer && n->vectors[v].value == VALUE_C)
                crc = hash_int(crc, q->vectors[v].fraction);
        for (int v = 0; v < n->vector_count; v++)
            if (n->vectors[v].layer == layer &&
                (n->vectors[v].value == VALUE_M || n->vectors[v].value == VALUE_KEPT))
                crc = hash_int(crc, q->vectors[v].fraction);
    }
    crc = hash_int(hash_int(crc, q->gate_fraction), q->z_fraction);
    for (int layer = 0; layer < n->layer_count; layer++)
        crc = hash_sums(crc, q, layer);
    return crc;
}

/* Chips without a GRU have the hash that they had when there was none. */
static uint32_t hash_derived(uint32_t crc, const struct derived *d)
{
    return crc32_of(crc, d, d->mirrored ? sizeof *d : offsetof(struct derived, mirrored));
}

uint32_t hash_chip(const struct program *p)
{
    const struct quantized *q = &p->quant;
    struct derived fixed = p->d;
    fixed.columns = fixed.beats = fixed.constants = 0;
    fixed.weights_bus_words = fixed.columns_bus_words = fixed.constants_bus_words = 0;
    int flags[] = {(int)p->config.memory, p->config.memory_ports, (int)p->config.io};
    uint32_t crc = hash_derived(0, &fixed);
    crc = crc32_of(crc, flags, sizeof flags);
    for (int layer = 0; layer < q->shape.layer_count; layer++)
        crc = hash_layer(crc, &q->shape.layers[layer], q->shape.layer_count == 1);
    const int direct = q->sigm.direct;
    crc = crc32_of(crc, &direct, sizeof direct);
    crc = hash_formats(crc, q);
    return hash_table(hash_table(crc, &q->sigm), &q->tanh);
}

uint32_t hash_program(const struct program *p)
{
    const struct quantized *q = &p->quant;
    const struct network *n = &q->shape;
    size_t pes = (size_t)p->d.pes;
    uint32_t chip = p->chip_hash, crc = crc32_of(0, &chip, sizeof chip);
    crc = hash_derived(crc, &p->d);
    if (p->tapes.parts > 0)
        crc = crc32_of(crc, &p->tapes, sizeof p->tapes);
    for (int part = 0; part < p->part_count; part++)
        crc = hash_int(crc, (int)p->parts[part].program.config_hash);
    if (p->part_count > 0)
        return crc;
    for (int pass = 0; pass < n->pass_count; pass++) {
        const size_t rows = (size_t)n->passes[pass].rows;
        const struct quant_pass *quant = &q->passes[pass];
        if (quant->bias != NULL)
            crc = crc32_of(crc, quant->bias, rows * sizeof *quant->bias);
        if (quant->peep != NULL)
            crc = crc32_of(crc, quant->peep, rows * sizeof *quant->peep);
    }
    for (int v = 0; v < n->vector_count; v++)
        if (n->vectors[v].initial != NULL)
            crc = crc32_of(hash_int(crc, v), n->vectors[v].initial,
                           (size_t)n->vectors[v].size * sizeof *n->vectors[v].initial);
    for (int i = 0; i < p->product_count; i++) {
        const struct product *product = &p->products[i];
        const int shift = quantized_matrix(q, product->matrix)->shift;
        int fields[] = {product->pass, product->source, product->before, shift, product->fold,
                        product->columns};
        crc = crc32_of(crc, fields, sizeof fields);
    }
    crc = crc32_of(crc, p->columns, (size_t)p->d.columns * sizeof *p->columns);
    crc = crc32_of(crc, p->lengths, (size_t)p->d.columns * pes * sizeof *p->lengths);
    return crc32_of(crc, p->entries, (size_t)p->d.beats * pes * sizeof *p->entries);
}
