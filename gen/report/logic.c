/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report/logic.h"

#include "models/program/derive.h"

struct cells {
    double luts, ffs;
};

static void add(struct cells *sum, double luts, double ffs)
{
    sum->luts += luts;
    sum->ffs += ffs;
}

/* ese_pe: the adder; all registers are in the multiplier. */
static struct cells of_array(const struct derived *d)
{
    return (struct cells){d->acc_bits, 0};
}

/* What steers a PE.  ese_accu_control remembers for each row whether it was written, and counts the
 * columns under way; ese_spmat_read shifts a weight by up to max_shift. */
static struct cells of_pe(const struct derived *d)
{
    const int rows = 1 << d->acc_address_bits, blocks = 1 << d->block_bits;
    const int clocks = d->multiply_clocks;
    struct cells sum = {0, 0};
    add(&sum, 5.75 * rows + 2.5 * blocks * d->flight_bits,
        rows + blocks * d->flight_bits + 2 * clocks + 2 + d->block_bits + 2 * d->acc_address_bits +
            (clocks - 2) * (d->acc_address_bits + 1));
    add(&sum, 8.0 * d->length_bits + 2.5 * d->queue_bits, 4 * d->queue_bits + 1 + d->length_bits);
    add(&sum, 5.0 * d->weight_fifo_bits + 0.5 * d->aligned_bits * (d->shift_bits + 1),
        4 * d->weight_fifo_bits + 1);
    if (d->relative)
        add(&sum, 3.0 * d->row_bits, d->row_bits);
    return sum;
}

/* ese_activation: a table for each function that is there, with what picks its argument.  A table of
 * points has nothing behind it. */
static struct cells of_tables(const struct program *p)
{
    const struct derived *d = &p->d;
    const bool points = p->quant.sigm.direct;
    const bool tables[] = {d->has_cells || d->sigmoid_results, d->has_cells || d->tanh_results};
    const int t = d->activation_bits, late = d->table_clocks - 5; /* 0, 1 or 2 */
    struct cells sum = {0, 0};
    for (int n = 0; n < 2; n++)
        if (tables[n] && points)
            add(&sum, 3.0 * t, 0.7 * t);
        else if (tables[n])
            add(&sum, 8.4 * t + (late > 1 ? t : 0), 1.0 * t * (late > 1 ? 3 : 4 + late));
    return sum;
}

/* What a cell state costs: c along the stages, ese_cell, ese_elem_mul, of which the factors are those of
 * chips with passes out; without them there are neither tanh(c) nor m. */
static struct cells of_cell(const struct derived *d)
{
    const int t = d->activation_bits, late = d->table_clocks - 5;
    struct cells sum = {0, 0};
    if (!d->has_cells)
        return sum;
    add(&sum, 5.0 * t, (late > 0 ? 5 : 4) * t);
    add(&sum, 6.0 * t, 4.0 * t + 5 + (t - 1 - d->c_fraction));
    if (!d->has_outs)
        add(&sum, -6.0 * t, -2.0 * t);
    if (d->has_resets)
        add(&sum, 1.0 * t, 0);
    if (d->formats > 1)
        add(&sum, 4.0 * t + 2.5 * d->z_bits, 2.5 * t); /* ese_align of c, products and m */
    return sum;
}

/* ese_element, and in it ese_adder_tree, ese_elem_mul and ese_act_table, whose registers beside a
 * multiplier become shift registers where there are three of them. */
static struct cells of_lane(const struct program *p)
{
    const struct derived *d = &p->d;
    const int t = d->activation_bits;
    const int without_sum = d->sum_results || d->has_hidden ? 0 : t;
    const bool products = d->has_peepholes || d->has_hidden;
    const bool by_table = d->sigmoid_results || d->tanh_results;
    struct cells sum = of_tables(p), part = of_cell(d);
    add(&sum, part.luts, part.ffs);
    add(&sum, (1 + products) * d->sum_bits + 2.0 * (t + d->z_bits) +
                  (d->formats > 1 ? d->z_bits : 0),
        (d->sum_clocks - 1) * d->sum_bits - d->round_shift + d->z_bits + 4 - without_sum);
    add(&sum, t * (d->sum_results + 2 * by_table), 0);
    if (d->has_hidden) /* what waits at stage BIAS, and what chooses it */
        add(&sum, (d->has_peepholes ? 2.0 * t : 0) + (d->hidden_spread > 0 ? 2.0 * t : 0), 2.0 * t);
    return sum;
}

/* Of a channel: ese_assemble picks rows of PEs, the lanes' operands go back, words wait in FIFOs. */
static struct cells of_channel(const struct program *p)
{
    const struct derived *d = &p->d;
    const int slots = d->fold * d->lanes, t = d->activation_bits;
    const int words = (d->groups + d->fold - 1) / d->fold, parts = (words + 7) / 8; /* one is picked */
    const int late = d->fetch_clocks - 2, vectors = (derive_kept_depth(d) > 0) + (d->scratch_words > 0);
    const double sums = d->fold > 1 ? 4 + 3.25 * d->fold : 1; /* of rows that PEs share */
    struct cells sum = {0, 0};
    add(&sum, d->acc_bits * (slots * ((words + 3) / 4 + (parts > 1 ? 1.75 * parts : 0)) +
                             d->lanes * sums),
        d->acc_bits * (slots * (parts + d->assemble_clocks - 2) + d->lanes));
    add(&sum, t * d->fold * (1.0 + 1.5 * (d->lanes - 1) * vectors),
        t * d->fold * (1 + late + d->spread_clocks) + t * d->lanes * vectors * late + 1 + 2 * late);
    add(&sum, t * (1.0 + 1.5 * (d->lanes - 1)) + 2, t + 6);
    return sum;
}

/* Once: sequencers, streams, and the registers by which what steers PEs and lanes reaches the channels. */
static struct cells of_control(const struct derived *d)
{
    const int steer = d->pes * (3 + 2 * d->queue_bits + d->aligned_bits + d->acc_address_bits) +
                      d->acc_address_bits + d->group_bits + 2 * d->fold - 1 + d->fold * d->lanes +
                      d->lanes * (d->bias_bits + d->peep_bits) + 2 * d->gate_word_bits + 9;
    const int copies = d->spread_clocks > 1 ? (d->channels + 7) / 8 : 0;
    const int columns = d->pes * d->length_bits + d->lane_bits + d->word_bits;
    const int tag = d->lanes + d->word_bits + d->gate_word_bits + 3;
    struct cells sum = {0, 0};
    add(&sum, 0, steer * ((d->spread_clocks > 0) + copies));
    add(&sum, 5.0 * d->pes, (d->fetch_clocks - 1) * d->pes * (d->length_bits + 1));
    add(&sum, 1, d->ready_clocks * (columns + 1));
    add(&sum, 2.0 * tag + (d->bias_stage > 3 ? d->lanes * (d->bias_bits + d->peep_bits) : 0),
        4.5 * tag + (d->bias_stage > 3 ? 0 : 2 * d->lanes * (d->bias_bits + d->peep_bits)));
    add(&sum, 2.0 * d->pes + 380, 240);
    return sum;
}

/* The model on the chip: a register behind each of its three memories, and their addresses. */
static struct cells of_streams(const struct derived *d)
{
    return (struct cells){86, weight_beat_bits(d) + column_word_bits(d) + constant_word_bits(d) + 36};
}

/* ese_unpack: a bus word to words of the model, by shares or several to a word. */
static struct cells of_unpack(const struct derived *d, int word)
{
    if (word == d->bus_bits)
        return (struct cells){0, 0};
    if (word > d->bus_bits)
        return (struct cells){6, 2 * word - d->bus_bits};
    return (struct cells){0.4 * d->bus_bits + 50, 20};
}

/* ese_fetch, its FIFO with a register behind it, and what makes words of the model of it. */
static struct cells of_fetch(const struct derived *d, int word)
{
    struct cells sum = of_unpack(d, word);
    add(&sum, 365, 130 + (d->fetch_clocks > 2 ? derive_fetched_bits(d, word) : 0));
    return sum;
}

/* x, y and states in memory: ese_queue, ese_writeback, ese_axi_write with its FIFO, and what takes bus
 * words apart and, for y and states, puts them together. */
static struct cells of_vectors(const struct derived *d)
{
    struct cells sum = of_fetch(d, d->xy_memory_bits), states = of_unpack(d, d->state_memory_bits);
    add(&sum, 1680 + 2.1 * d->bus_bits + 20.0 * d->channels,
        810 + (d->fetch_clocks > 2 ? 2 : 1) * d->bus_bits + d->channels);
    add(&sum, states.luts, states.ffs);
    add(&sum, d->xy_memory_bits, 2 * (d->xy_memory_bits + 1)); /* ese_skid */
    if (d->xy_memory_bits < d->bus_bits)
        add(&sum, 2.0 * (d->bus_bits + 35), 2.0 * (d->bus_bits + 35));
    return sum;
}

/* Host interface, loader with its CRC of a bus word, masters, and what reads the model. */
static struct cells of_memory(const struct program *p)
{
    const struct derived *d = &p->d;
    const int words[] = {d->weights_memory_bits, d->columns_memory_bits, d->constants_memory_bits};
    const int ports = p->config.memory_ports;
    struct cells sum = of_fetch(d, d->program_memory_bits), part;
    add(&sum, 1680 + 1600 + 0.75 * d->bus_bits, 1050 + 920 + 2.05 * d->bus_bits);
    add(&sum, 5.5 * d->bus_bits + 200.0 * ports, 65 + ports * (d->bus_bits + 90));
    for (int n = 0; n < 3; n++) {
        const bool read = p->config.memory == MEMORY_STREAM;
        part = read ? of_fetch(d, words[n]) : of_unpack(d, words[n]);
        add(&sum, part.luts, part.ffs + (read ? words[n] + 1 : 0));
    }
    if (p->config.memory == MEMORY_STREAM) /* ese_skid of columns */
        add(&sum, d->ready_clocks * d->columns_memory_bits,
            d->ready_clocks * (d->columns_memory_bits + 1));
    part = of_streams(d);
    if (p->config.memory == MEMORY_RESIDENT)
        add(&sum, part.luts, part.ffs);
    part = of_vectors(d);
    if (p->config.io == IO_MEMORY)
        add(&sum, part.luts, part.ffs);
    return sum;
}

int64_t logic_lane_luts(const struct program *p)
{
    return (int64_t)of_lane(p).luts;
}

static void put(struct logic *l, enum logic_part part, int64_t times, struct cells cells)
{
    static const char *const names[LOGIC_PARTS] = {"array", "pes", "lanes", "channels", "control",
                                                   "memory"};
    l->parts[part].name = names[part];
    l->parts[part].luts = (int64_t)((double)times * cells.luts);
    l->parts[part].ffs = (int64_t)((double)times * cells.ffs);
    l->luts += l->parts[part].luts;
    l->ffs += l->parts[part].ffs;
}

void logic_count(struct logic *l, const struct program *p, const struct resources *r)
{
    const struct derived *d = &p->d;
    *l = (struct logic){.luts = r->lutram};
    put(l, LOGIC_ARRAY, (int64_t)d->pes * d->channels, of_array(d));
    put(l, LOGIC_PES, d->pes, of_pe(d));
    put(l, LOGIC_LANES, (int64_t)d->channels * d->lanes, of_lane(p));
    put(l, LOGIC_GATHER, d->channels, of_channel(p));
    put(l, LOGIC_CONTROL, 1, of_control(d));
    put(l, LOGIC_MEMORY, 1, p->config.memory == MEMORY_ROM ? of_streams(d) : of_memory(p));
}
