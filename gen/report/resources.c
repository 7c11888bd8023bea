/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report/resources.h"

#include <stdlib.h>

#include "models/program/derive.h"
#include "models/program/element.h"

/* Word counts and widths of the block RAM primitives, in simple dual-port mode. */
static const struct shape {
    int words, width, halves;
} shapes[] = {
    {512, 72, 2},  {1024, 36, 2}, {2048, 18, 2}, {4096, 9, 2}, {8192, 4, 2}, {16384, 2, 2},
    {32768, 1, 2}, {512, 36, 1},  {1024, 18, 1}, {2048, 9, 1}, {4096, 4, 1}, {8192, 2, 1},
    {16384, 1, 1},
};

enum { SHAPES = sizeof shapes / sizeof *shapes };

/* The one shape of a URAM288. */
enum { ULTRA_WORDS = 4096, ULTRA_WIDTH = 72 };

static int64_t parts(int64_t whole, int64_t part)
{
    return (whole + part - 1) / part;
}

int64_t bram18_for(int words, int width)
{
    /* least[w]: halves for w bits of width, the cheapest last column of primitives added. */
    int64_t *least = allocate((size_t)width + 1, sizeof *least);
    for (int w = 1; w <= width; w++) {
        least[w] = INT64_MAX;
        for (int s = 0; s < SHAPES; s++) {
            int64_t rest = w > shapes[s].width ? least[w - shapes[s].width] : 0;
            int64_t halves = rest + parts(words, shapes[s].words) * shapes[s].halves;
            least[w] = halves < least[w] ? halves : least[w];
        }
    }
    int64_t result = least[width];
    free(least);
    return result;
}

int64_t uram_for(int words, int width)
{
    return parts(words, ULTRA_WORDS) * parts(width, ULTRA_WIDTH);
}

int64_t lutram_for(const struct generation *g, const struct memory *m)
{
    int64_t bits_a_lut = m->words <= 32 ? 2 : 1, deep = m->words <= 64 ? 1 : parts(m->words, 64);
    int64_t copy = parts(m->width, bits_a_lut);
    /* One LUT of a slice has the write port's address; only there can it be read. */
    int64_t extra = m->reads > 1 ? 0 : parts(copy, g->slice_luts - 1);
    return deep * (m->reads * copy + extra);
}

int dsp_for(const struct generation *g, int a, int b)
{
    int one = (int)(parts(a, g->dsp_a) * parts(b, g->dsp_b));
    int other = (int)(parts(b, g->dsp_a) * parts(a, g->dsp_b));
    return one < other ? one : other;
}

static struct memory *add(struct resources *r, const char *unit, const char *holds,
                          enum memory_kind kind, int copies, int words, int width)
{
    BUG_UNLESS(r->memory_count < MEMORIES_MAX);
    struct memory *m = &r->memories[r->memory_count++];
    *m = (struct memory){.unit = unit, .holds = holds, .kind = kind, .copies = copies,
                         .words = words, .width = width, .reads = 1};
    m->bits = (int64_t)copies * words * width;
    return m;
}

/* Buffers of the bus masters. */
static void add_buffers(struct resources *r, const struct program *p)
{
    const struct derived *d = &p->d;
    const struct {
        const char *holds;
        int word;
    } streams[] = {{"weights read ahead", d->weights_memory_bits}, {"columns read ahead", d->columns_memory_bits},
                   {"constants read ahead", d->constants_memory_bits}};
    const int two_bursts = 2 << d->burst_bits;
    for (int n = 0; p->config.memory == MEMORY_STREAM && n < 3; n++) {
        const int width = derive_fetched_bits(d, streams[n].word);
        add(r, "MEM controller", streams[n].holds, IN_BLOCK_RAM, 1, (d->bus_bits << d->fetch_bits) / width, width);
    }
    add(r, "MEM controller", "loading", IN_BLOCK_RAM, 1, two_bursts, d->bus_bits);
    if (p->config.io != IO_MEMORY)
        return;
    add(r, "MEM controller", "x, states read", IN_BLOCK_RAM, 1, two_bursts, d->bus_bits);
    add(r, "MEM controller", "y, states written", IN_BLOCK_RAM, 1, two_bursts, d->bus_bits);
}

/* The model, or what is read ahead of it; its weights where they are on the chip, else NULL. */
static struct memory *add_model(struct resources *r, const struct program *p)
{
    const struct derived *d = &p->d;
    if (p->config.memory != MEMORY_ROM)
        add_buffers(r, p);
    if (p->config.memory == MEMORY_STREAM)
        return NULL;
    struct memory *weights = add(r, "SpmatRead", "weights", IN_BLOCK_RAM, 1, d->max_beats,
                                 weight_beat_bits(d));
    add(r, "PtrRead", "column lengths", IN_BLOCK_RAM, 1, d->max_columns,
        column_word_bits(d));
    add(r, "AdderTree", d->has_peepholes ? "biases, peepholes" : "biases", IN_BLOCK_RAM, 1,
        d->max_constants, constant_word_bits(d));
    return weights;
}

static void add_block_memories(struct resources *r, const struct program *p)
{
    const struct derived *d = &p->d;
    const int channels = d->channels, vector = d->channels * d->lanes * d->activation_bits;
    const int lane_word = d->lanes * d->activation_bits, tables = d->channels * d->lanes;
    const int entry = d->activation_bits + (p->quant.sigm.direct ? 0 : d->slope_bits);
    const bool is_lstm = network_only(&p->network, LAYER_LSTM) != NULL; /* has the paper's names */
    add(r, "Input buffer", "x, two banks", IN_BLOCK_RAM, d->fold,
        2 << d->x_word_bits, channels * d->activation_bits);
    if (derive_kept_depth(d) > 0)
        add(r, "H buffer", is_lstm ? "y, two banks" : "kept, two banks", IN_BLOCK_RAM, channels,
            1 << (d->kept_word_bits + 1), lane_word);
    if (d->scratch_words > 0)
        add(r, "H buffer", is_lstm ? "m" : "other vectors", IN_BLOCK_RAM, 1,
            1 << d->scratch_word_bits, vector);
    if (d->has_cells)
        add(r, "ElemMul", d->mirrored ? d->has_outs ? "c, h" : "h" : "c", IN_BLOCK_RAM, channels, 1 << d->c_word_bits, lane_word);
    if (d->has_input_gates || d->has_hidden)
        add(r, "ElemMul", d->has_input_gates ? d->has_hidden ? "i, r" : "i" : "r", IN_BLOCK_RAM,
            channels, 1 << d->gate_word_bits, lane_word);
    if (d->has_cells)
        add(r, "ElemMul", d->mirrored ? d->has_outs ? "f, z" : "z" : "f", IN_BLOCK_RAM, channels,
            1 << d->gate_word_bits, lane_word);
    if (d->has_hidden)
        add(r, "AdderTree", "hidden sums", IN_BLOCK_RAM, channels, 1 << d->gate_word_bits, lane_word);
    if (element_has_sigmoid(d))
        add(r, "Sigmoid", "table", IN_BLOCK_RAM, tables, 1 << d->table_bits, entry);
    if (element_has_tanh(d))
        add(r, "Tanh", "table", IN_BLOCK_RAM, tables, 1 << d->table_bits, entry);
}

static void add_distributed_memories(struct resources *r, const struct program *p)
{
    const struct derived *d = &p->d;
    add(r, "ActBuffer", "accumulators", IN_LUT_RAM, d->pes * d->channels,
        1 << d->acc_address_bits, d->acc_bits)->reads = 2; /* the accumulator's own, and emptying */
    add(r, "ActQueue", "activations", IN_LUT_RAM, d->pes * d->channels,
        1 << d->queue_bits, d->activation_bits);
    add(r, "ActQueue", "lengths, shifts", IN_LUT_RAM, d->pes, 1 << d->queue_bits,
        d->length_bits + d->shift_bits + d->block_bits);
    add(r, "SpmatRead", "entries ahead", IN_LUT_RAM, d->pes, 1 << d->weight_fifo_bits,
        d->weight_bits + d->index_bits);
    add(r, "Output buffer", "y", IN_LUT_RAM, 1, 1 << d->y_fifo_bits,
        d->channels * (d->lanes * d->activation_bits + 1));
    bool fixed = p->config.memory == MEMORY_ROM;
    enum memory_kind program = fixed ? IN_LUT_ROM : IN_LUT_RAM;
    add(r, "Controller", "products", program, 1, fixed ? d->products : 1 << d->product_bits,
        d->product_word_bits);
    add(r, "Controller", "passes", program, 1, fixed ? d->passes : 1 << d->pass_bits,
        d->pass_word_bits);
}

static void count_memories(struct resources *r)
{
    for (int n = 0; n < r->memory_count; n++) {
        struct memory *m = &r->memories[n];
        switch (m->kind) {
        case IN_BLOCK_RAM:
            m->bram18 = m->copies * bram18_for(m->words, m->width);
            r->block_bits += m->bits;
            r->bram18 += m->bram18;
            break;
        case IN_ULTRA_RAM: /* none yet */
            break;
        case IN_LUT_RAM:
            m->luts = m->copies * lutram_for(r->device->generation, m);
            r->distributed_bits += m->bits;
            r->lutram += m->luts;
            break;
        case IN_LUT_ROM:
            r->lut_rom_bits += m->bits;
            break;
        }
    }
}

/* Counted were all memories with the weights in block RAM. */
static bool wants_ultra(const struct resources *r, const struct config *config,
                        const struct memory *weights)
{
    if (config->memory != MEMORY_RESIDENT || config->weights_ram == WEIGHTS_BLOCK)
        return false;
    return config->weights_ram == WEIGHTS_ULTRA ||
           (r->bram18 > 2 * (int64_t)r->device->bram36 &&
            uram_for(weights->words, weights->width) <= r->device->uram);
}

static void move_to_ultra(struct resources *r, struct memory *m)
{
    r->ultra = true;
    r->block_bits -= m->bits;
    r->bram18 -= m->bram18;
    m->kind = IN_ULTRA_RAM;
    m->bram18 = 0;
    m->uram = m->copies * uram_for(m->words, m->width);
    r->ultra_bits += m->bits;
    r->uram += m->uram;
}

static void count_multipliers(struct resources *r, const struct program *p)
{
    const struct derived *d = &p->d;
    const struct generation *g = r->device->generation;
    const int lanes = d->channels * d->lanes, act = d->activation_bits;
    r->dsp_spmv = d->channels * d->pes * dsp_for(g, d->aligned_bits, act);
    /* f * c' and one of g * i and o * tanh(c); a product for the sum where there are peepholes or
     * hidden sums. */
    const int sum = !d->has_hidden                                         ? d->peep_bits
                    : d->has_peepholes && d->peep_bits > d->activation_bits ? d->peep_bits
                                                                            : act;
    r->dsp_elem = lanes * ((d->has_cells ? dsp_for(g, act, act) +
                                           dsp_for(g, act + d->has_coupled, act) : 0) +
                           (d->has_peepholes || d->has_hidden ? dsp_for(g, sum, act) : 0));
    r->dsp_lane = r->dsp_elem / d->lanes;
    r->small_multipliers =
        p->quant.sigm.direct ? 0 : (element_has_sigmoid(d) + element_has_tanh(d)) * lanes;
    r->small_a = d->slope_bits;
    r->small_b = d->sigm_fraction > d->tanh_fraction ? d->sigm_fraction : d->tanh_fraction;
}

void resources_count(struct resources *r, const struct program *p)
{
    *r = (struct resources){.device = device_of(&p->config)};
    struct memory *weights = add_model(r, p);
    add_block_memories(r, p);
    add_distributed_memories(r, p);
    count_memories(r);
    if (wants_ultra(r, &p->config, weights))
        move_to_ultra(r, weights);
    count_multipliers(r, p);
}
