/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/derive.h"

#include <limits.h>
#include <stdlib.h>

#include "models/program/element.h"
#include "models/program/places.h"

enum {
    ACC_DEPTH = 32,        /* words of a distributed RAM, all used */
    WEIGHT_FIFO_MIN = 5,   /* 32 entries: a distributed RAM is no smaller */
    WEIGHT_FIFO_SLACK = 16, /* entries beyond the skew of the streams, so that nobody starves */
    OUTPUT_FIFO_MIN = 5,
    BURST_BYTES = 4096,    /* AXI4: a burst must not cross this */
    FETCH_BURST_BITS = 3,  /* a stream reads 2^3 bursts ahead: what a memory's latency needs */
    ROW_STAGE = 1,         /* element-wise stage at which the rows of the PEs are read */
    MANY_MULTIPLIERS = 256 /* so many want every register that there is */
};

/* No constant has this value; one that still has it at the end was forgotten. */
enum { UNKNOWN = INT_MIN };

static const struct derived NOTHING = {
#define DERIVED(name, constant, meaning) .name = UNKNOWN,
#include "models/program/derived.def"
};

static void check_complete(const struct derived *d)
{
#define DERIVED(name, constant, meaning) \
    if (d->name == UNKNOWN)              \
        bug_at(__FILE__, __LINE__, "somebody computes " #constant " (derived.def)");
#include "models/program/derived.def"
}

/* Address bits for `words` words, at least 1. */
static int address_bits(int words)
{
    return unsigned_bits(words > 1 ? words - 1 : 1);
}

int weight_beat_bits(const struct derived *d)
{
    return d->pes * (d->weight_bits + d->index_bits);
}

int column_word_bits(const struct derived *d)
{
    return d->word_bits + d->lane_bits + d->pes * d->length_bits;
}

int constant_word_bits(const struct derived *d)
{
    return d->lanes * (d->peep_bits + d->bias_bits);
}

int element_word(const struct derived *d, int element)
{
    return element / d->pes * d->groups + element % d->pes / d->lanes;
}

int element_lane(const struct derived *d, int element)
{
    return element % d->pes % d->lanes;
}

int element_x_word(const struct derived *d, int element)
{
    return element / d->fold;
}

int element_x_lane(const struct derived *d, int element)
{
    return element % d->fold;
}

int fold_code(int fold)
{
    int code = 0;
    while (1 << code < fold)
        code++;
    return code;
}

int element_words(const struct derived *d, int size)
{
    return element_word(d, size - 1) + 1;
}

/* The model's vectors. */
static void derive_sizes(struct program *program)
{
    struct derived *d = &program->d;
    const struct network *n = &program->network;
    d->x_size = n->input;
    d->y_size = n->output;
    d->c_size = 0;
    for (int v = 0; v < n->vector_count; v++)
        if ((n->vectors[v].held & HELD_CELLS) != 0)
            d->c_size += n->vectors[v].size;
    d->y_words = element_words(d, d->y_size);
}

/* Formats and widths of the numbers. */
static void derive_numbers(struct derived *d, const struct quantized *q)
{
    d->weight_bits = q->weight_bits;
    d->activation_bits = q->activation_bits;
    d->element_bits = (q->activation_bits + 7) / 8 * 8;
    d->shift_bits = unsigned_bits(q->max_shift);
    d->max_shift = q->max_shift;
    d->aligned_bits = q->weight_bits + q->max_shift;
    d->acc_bits = q->acc_bits;
    d->bias_bits = q->bias_bits;
    d->peep_bits = q->peep_bits;
    d->sum_bits = q->sum_bits;
    d->z_bits = q->z_bits;
    d->z_fraction = q->z_fraction;
    d->table_bits = q->sigm.address_bits;
    d->sigm_fraction = q->sigm.direct ? q->sigm.address_shift : q->sigm.fraction_bits;
    d->tanh_fraction = q->tanh.direct ? q->tanh.address_shift : q->tanh.fraction_bits;
    d->slope_bits =
        q->sigm.slope_bits > q->tanh.slope_bits ? q->sigm.slope_bits : q->tanh.slope_bits;
}

/* The array: PEs, lanes, accumulator blocks, queues. */
static void derive_array(struct derived *d, const struct config *config,
                         const struct geometry *geometry, int lanes)
{
    d->pes = config->pes;
    d->channels = config->channels;
    d->lanes = lanes;
    d->fifo_depth = config->fifo_depth;
    d->index_bits = geometry->index_bits;
    d->relative = config->encoding == ENCODING_RELATIVE;
    d->row_bits = address_bits(geometry->block_rows);
    d->groups = (config->pes + lanes - 1) / lanes;
    d->lane_bits = address_bits(lanes);
    d->fold = geometry_fold(geometry);
    BUG_UNLESS(geometry_allows(d->pes, lanes, d->fold));
    d->fold_bits = unsigned_bits(fold_code(d->fold));
    /* Two blocks ping-pong; smaller blocks leave room for more in the same RAM. */
    d->block_bits = 1;
    while ((geometry->block_rows << (d->block_bits + 1)) <= ACC_DEPTH)
        d->block_bits++;
    d->acc_address_bits = d->row_bits + d->block_bits;
    d->queue_bits = address_bits(config->fifo_depth);
    d->flight_bits = unsigned_bits(config->fifo_depth + d->multiply_clocks + 2);
    d->group_bits = address_bits(d->groups);
    d->rows_bits = unsigned_bits(geometry->block_rows * geometry->pes);
    d->gate_word_bits = address_bits(geometry->block_rows * d->groups);
}

int derive_pipeline(const struct config *config)
{
    if (config->pipeline != PIPELINE_AUTO)
        return (int)config->pipeline - PIPELINE_0;
    return config->pes * config->channels < MANY_MULTIPLIERS ? 1 : 2;
}

/* Clocks between events, and from them the stages of the element-wise path. */
static void derive_stages(struct derived *d, const struct config *config)
{
    const int pipeline = derive_pipeline(config);
#define DERIVED(name, constant, meaning)
#define LATENCY(name, constant, none, some, all, meaning) \
    d->name = (const int[]){none, some, all}[pipeline];
#include "models/program/derived.def"
    d->bias_stage = ROW_STAGE + d->assemble_clocks;
    d->z_stage = d->bias_stage + d->sum_clocks;
    d->gate_stage = d->z_stage + d->table_clocks;
    d->product_stage = d->gate_stage + d->product_clocks;
    d->result_stage = d->product_stage + 1;
}

int derive_written(const struct derived *d)
{
    return d->result_stage + d->spread_clocks;
}

int derive_lag_close(const struct derived *d)
{
    return d->fetch_clocks + d->multiply_clocks + 5;
}

int derive_lag_element(const struct derived *d)
{
    return derive_written(d) + 1 + d->ready_clocks;
}

/* What comes in and what leaves. */
static void derive_ends(struct derived *d)
{
    d->y_size_bits = unsigned_bits(d->y_size);
    /* The x buffer has words of `fold` elements, and needs an address bit. */
    d->x_count_bits = address_bits(d->x_size > d->fold ? d->x_size : d->fold + 1);
    d->x_word_bits = d->x_count_bits - fold_code(d->fold);
    /* One lane leaves as fast as it comes; more lanes fill the FIFO with a frame's worth. */
    d->y_fifo_bits = OUTPUT_FIFO_MIN;
    while (d->lanes > 1 && (1 << d->y_fifo_bits) < d->y_words + (1 << OUTPUT_FIFO_MIN))
        d->y_fifo_bits++;
}

static int larger(int one, int other)
{
    return one > other ? one : other;
}

int derive_kept_depth(const struct derived *d)
{
    return d->kept_words + (d->mirrored ? d->cell_words : 0);
}

/* Addresses of the memories of vectors. */
static void derive_memories(struct derived *d)
{
    d->kept_word_bits = address_bits(derive_kept_depth(d));
    d->scratch_word_bits = address_bits(d->scratch_words);
    d->c_word_bits = address_bits(d->cell_words);
    d->word_bits = larger(larger(d->x_word_bits, d->c_word_bits),
                          larger(d->kept_word_bits, d->scratch_word_bits));
    d->progress_bits = unsigned_bits(d->frame_words);
    d->offset_bits = larger(d->progress_bits, d->word_bits) + 1;
}

void derive_shapes(struct program *program, int lanes)
{
    struct derived *d = &program->d;
    *d = NOTHING;
    d->weight_fifo_bits = 0; /* follows from the streams, which keep within it where it is given */
    derive_numbers(d, &program->quant);
    derive_stages(d, &program->config);
    derive_array(d, &program->config, &program->geometry, lanes);
    derive_sizes(program);
    derive_ends(d);
    element_derive(d, program);
}

/* A word in memory has a power of two of bits, at least a byte, so that it divides a bus word or
 * is divided by it. */
static int memory_bits(int bits)
{
    int padded = 8;
    while (padded < bits)
        padded *= 2;
    return padded;
}

static int bus_words(const struct derived *d, int words, int word_bits)
{
    int64_t bits = (int64_t)words * word_bits;
    return (int)((bits + d->bus_bits - 1) / d->bus_bits);
}

/* How external memory is cut into words. */
static void derive_memory(struct program *program)
{
    struct derived *d = &program->d;
    d->bus_bits = 128 << program->config.axi_data_bits;
    d->address_bits = program->config.axi_address_bits;
    d->burst_bits = 0;
    while ((d->bus_bits / 8) << d->burst_bits < BURST_BYTES)
        d->burst_bits++;
    d->fetch_bits = d->burst_bits + FETCH_BURST_BITS;
    d->weights_memory_bits = memory_bits(weight_beat_bits(d));
    d->columns_memory_bits = memory_bits(column_word_bits(d));
    d->constants_memory_bits = memory_bits(constant_word_bits(d));
    int product_bits = d->product_word_bits, pass_bits = d->pass_word_bits;
    d->program_memory_bits = memory_bits(product_bits > pass_bits ? product_bits : pass_bits);
    d->xy_memory_bits = memory_bits(d->channels * d->element_bits);
    d->state_memory_bits = memory_bits(d->channels * d->lanes * d->element_bits);
    derive_bus_words(d);
}

static void derive_no_memory(struct derived *d)
{
#define DERIVED(name, constant, meaning)
#define DERIVED_MEMORY(name, constant, meaning) d->name = 0;
#include "models/program/derived.def"
}

/* How much of it the model takes. */
void derive_bus_words(struct derived *d)
{
    d->weights_bus_words = bus_words(d, d->beats, d->weights_memory_bits);
    d->columns_bus_words = bus_words(d, d->columns, d->columns_memory_bits);
    d->constants_bus_words = bus_words(d, d->constants, d->constants_memory_bits);
    d->program_bus_words = bus_words(d, d->products + d->passes, d->program_memory_bits);
    d->x_bus_words = bus_words(d, d->x_size, d->xy_memory_bits);
    d->y_bus_words = bus_words(d, d->y_size, d->xy_memory_bits);
    d->state_bus_words = bus_words(d, d->cell_words + d->kept_words, d->state_memory_bits);
}

int derive_fetched_bits(const struct derived *d, int word_bits)
{
    return word_bits > d->bus_bits ? word_bits : d->bus_bits;
}

struct traffic derive_traffic(const struct program *p)
{
    const struct derived *d = &p->d;
    struct traffic t = {.written = 0};
    if (p->config.memory == MEMORY_STREAM) {
        t.read[p->config.memory_ports > 1 ? 0 : 1] += d->weights_bus_words;
        t.read[1] += d->columns_bus_words + d->constants_bus_words;
    }
    if (p->config.io == IO_MEMORY) {
        t.read[1] += d->x_bus_words;
        t.written += d->y_bus_words;
    }
    /* Reads and writes have channels of their own, but share the memory behind the port. */
    int64_t data = t.read[1] + t.written;
    t.clocks = t.read[0] > data ? t.read[0] : data;
    return t;
}

/* What another model may need of something of which this one needs `count`. */
static int with_headroom(const struct program *program, int count)
{
    int percent = program->config.memory != MEMORY_ROM ? program->config.headroom : 0;
    return (int)(((int64_t)count * (100 + percent) + 99) / 100);
}

struct stream_needs derive_needs(const struct program *program)
{
    size_t pes = (size_t)program->d.pes;
    struct stream_needs needs = {.longest = 1, .most_columns = 1};
    int64_t *total = allocate(pes, sizeof *total);
    for (size_t column = 0; column < (size_t)program->d.columns; column++) {
        int64_t least = INT64_MAX, most = 0;
        for (size_t pe = 0; pe < pes; pe++) {
            int length = program->lengths[column * pes + pe];
            needs.longest = length > needs.longest ? length : needs.longest;
            total[pe] += length;
            least = total[pe] < least ? total[pe] : least;
            most = total[pe] > most ? total[pe] : most;
        }
        needs.skew = most - least > needs.skew ? (int)(most - least) : needs.skew;
    }
    free(total);
    for (int n = 0; n < program->product_count; n++)
        if (program->products[n].columns > needs.most_columns)
            needs.most_columns = program->products[n].columns;
    return needs;
}

/* The lengths of the model's lists; those of columns and beats are there. */
static void derive_counts(struct program *program)
{
    struct derived *d = &program->d;
    d->products = program->product_count;
    d->passes = program->pass_count;
    d->constants = 0;
    for (int n = 0; n < program->pass_count; n++)
        if (program->network.passes[program->passes[n].of].constants)
            d->constants += program->passes[n].beats;
    if (d->constants == 0)
        d->constants = 1; /* a stream has a word, though nobody takes it */
}

int derive_skew(const struct derived *d)
{
    return (1 << d->weight_fifo_bits) - WEIGHT_FIFO_SLACK;
}

/* What follows from counts and needs. */
static void derive_widths(struct program *program, const struct stream_needs *needs)
{
    struct derived *d = &program->d;
    derive_memories(d);
    d->length_bits = unsigned_bits(with_headroom(program, needs->longest));
    d->columns_bits = unsigned_bits(with_headroom(program, needs->most_columns));
    d->weight_fifo_bits = WEIGHT_FIFO_MIN;
    while (derive_skew(d) < needs->skew)
        d->weight_fifo_bits++;
    d->product_bits = address_bits(d->products);
    d->pass_bits = address_bits(d->passes);
    d->max_columns = with_headroom(program, d->columns);
    d->max_beats = with_headroom(program, d->beats);
    d->max_constants = with_headroom(program, d->constants);
    d->product_word_bits = 0
#define PRODUCT_FIELD(name, signal, WIDTH, width, value, meaning) + (width)
#include "models/program/words.def"
        ;
    d->pass_word_bits = 0
#define PASS_FIELD(name, signal, WIDTH, width, value, meaning) + (width)
#include "models/program/words.def"
        ;
    d->column_bits = address_bits(d->max_columns);
    d->beat_bits = address_bits(d->max_beats);
    d->constant_bits = address_bits(d->max_constants);
    if (program->config.memory == MEMORY_ROM)
        derive_no_memory(d);
    else
        derive_memory(program);
    check_complete(d);
}

void derive_streams(struct program *program)
{
    const struct stream_needs needs = derive_needs(program);
    derive_counts(program);
    derive_widths(program, &needs);
}

static void raise(int *most, int value)
{
    *most = larger(*most, value);
}

/* As large as the largest of the parts in all that is counted. */
static void take_largest(struct derived *d, const struct program *const *parts, int count)
{
    int *const most[] = {&d->x_size, &d->y_size, &d->c_size, &d->y_words, &d->cell_words, &d->mirrored,
                         &d->kept_words, &d->scratch_words, &d->frame_words, &d->products, &d->passes,
                         &d->columns, &d->beats, &d->constants};
    for (size_t i = 0; i < sizeof most / sizeof *most; i++)
        *most[i] = 0;
    for (int n = 0; n < count; n++) {
        const struct derived *of = &parts[n]->d;
        const int values[] = {of->x_size, of->y_size, of->c_size, of->y_words, of->cell_words, of->mirrored,
                              of->kept_words, of->scratch_words, of->frame_words, of->products, of->passes,
                              of->columns, of->beats, of->constants};
        for (size_t i = 0; i < sizeof most / sizeof *most; i++)
            raise(most[i], values[i]);
    }
}

void derive_path(struct program *program, const struct program *const *parts, int count, int lanes)
{
    struct stream_needs needs = {.longest = 0};
    derive_shapes(program, lanes);
    take_largest(&program->d, parts, count);
    for (int n = 0; n < count; n++) {
        const struct stream_needs own = derive_needs(parts[n]);
        raise(&needs.longest, own.longest);
        raise(&needs.skew, own.skew);
        raise(&needs.most_columns, own.most_columns);
    }
    derive_ends(&program->d);
    derive_widths(program, &needs);
}

void derive_path_for(struct program *program, const struct program *const *parts, int count,
                     const struct derived *chip)
{
    program->d = *chip;
    take_largest(&program->d, parts, count);
    derive_bus_words(&program->d);
}

void derive_shapes_for(struct program *program, const struct derived *chip)
{
    program->d = *chip;
    derive_sizes(program);
}

void derive_streams_for(struct program *program)
{
    derive_counts(program);
    derive_bus_words(&program->d);
}

void derive_channels(struct program *program, int channels)
{
    struct derived *d = &program->d;
    program->config.channels = channels;
    derive_stages(d, &program->config);
    derive_array(d, &program->config, &program->geometry, d->lanes);
    if (program->config.memory != MEMORY_ROM)
        derive_memory(program);
}
