/* SPDX-License-Identifier: Apache-2.0
 * program_run.h - a program executed for its values: the judge of the golden model, the schedule
 * and the streams.
 *
 * It walks products and passes as the hardware does, by their numbers: entries are taken from the
 * stream PE by PE and column by column, accumulator blocks go round with the pass number, vectors
 * that live from frame to frame have two banks by the frame's parity, and every pass is the one
 * equation z = acc + bias + P*Q, a = fn(z), and an operation on a.  It knows no kind of layer, and
 * shares no code with the golden model but rounding, saturation and the tables.  Passes run as soon
 * as their products are through, or as late as blocks and sources allow: the values must be the
 * same, as the hardware may do either. */
#ifndef ESE_PROGRAM_RUN_H
#define ESE_PROGRAM_RUN_H

#include "models/program/places.h"
#include "models/program/schedule.h"
#include "tests/unit/model_testing.h"

struct execution {
    const struct program *p;
    bool lazy;          /* passes as late as can be */
    int frame;
    int64_t **acc;      /* [blocks][pes << row_bits] */
    int32_t **banks[2]; /* [vectors][size] of vectors that products read, by the frame's parity */
    int32_t **cells;    /* [vectors][size] of what passes read */
    int *owners;        /* [scratch_words] the vector whose words they are now */
    int64_t *taken;     /* [pes] entries taken from the stream in this frame */
    int next_pass;      /* of this frame: the first that has not run */
    int base;           /* accumulator block of the frame's pass 0 */
    bool *closed;       /* [passes] of this frame */
    int faults;         /* vectors read before they were there */
};

static inline bool is_held(const struct execution *e, int vector, int where)
{
    return (e->p->network.vectors[vector].held & where) != 0;
}

static inline int32_t **execution_vectors(const struct execution *e)
{
    const struct network *n = &e->p->network;
    int32_t **list = allocate((size_t)n->vector_count, sizeof *list);
    for (int v = 0; v < n->vector_count; v++) {
        const struct network_vector *vector = &n->vectors[v];
        const struct quant_vector *format = &e->p->quant.vectors[v];
        list[v] = allocate((size_t)vector->size, sizeof **list);
        for (int i = 0; vector->initial != NULL && i < vector->size; i++)
            list[v][i] =
                (int32_t)quantize_value((double)vector->initial[i], format->fraction, format->bits);
    }
    return list;
}

static inline struct execution execution_new(const struct program *p, bool lazy)
{
    const struct derived *d = &p->d;
    struct execution e = {.p = p, .lazy = lazy};
    const size_t blocks = (size_t)1 << d->block_bits;
    e.acc = allocate(blocks, sizeof *e.acc);
    for (size_t block = 0; block < blocks; block++)
        e.acc[block] = allocate((size_t)d->pes << d->row_bits, sizeof **e.acc);
    e.banks[0] = execution_vectors(&e);
    e.banks[1] = execution_vectors(&e);
    e.cells = execution_vectors(&e);
    e.owners = allocate((size_t)d->scratch_words + 1, sizeof *e.owners);
    e.taken = allocate((size_t)d->pes, sizeof *e.taken);
    e.closed = allocate((size_t)p->pass_count, sizeof *e.closed);
    return e;
}

static inline void execution_free(struct execution *e)
{
    for (int v = 0; v < e->p->network.vector_count; v++) {
        free(e->banks[0][v]);
        free(e->banks[1][v]);
        free(e->cells[v]);
    }
    for (int block = 0; block < 1 << e->p->d.block_bits; block++)
        free(e->acc[block]);
    free(e->banks[0]);
    free(e->banks[1]);
    free(e->cells);
    free(e->acc);
    free(e->owners);
    free(e->taken);
    free(e->closed);
}

/* Where products find a vector: of this frame, or of the one before. */
static inline int32_t *bank_of(const struct execution *e, int vector, bool before)
{
    const bool kept = e->p->network.vectors[vector].kept;
    return e->banks[kept ? (e->frame - before) & 1 : 0][vector];
}

/* What the frame's vector is now, wherever it is held. */
static inline const int32_t *execution_value(const struct execution *e, int vector)
{
    return is_held(e, vector, HELD_VECTORS | HELD_INPUT) ? bank_of(e, vector, false)
                                                          : e->cells[vector];
}

/* ---- passes ---------------------------------------------------------------------------------- */

/* A row of a pass: the sums of the PEs that share it. */
static inline int64_t row_of_block(const struct execution *e, const struct pass *pass, int block,
                                   int row)
{
    const struct derived *d = &e->p->d;
    const int owners = d->pes / pass->fold, first = row % owners * pass->fold;
    int64_t sum = 0;
    for (int pe = first; pe < first + pass->fold; pe++) {
        int64_t *at = &e->acc[block][(pe << d->row_bits) + row / owners];
        sum += *at;
        *at = 0; /* the next product that comes finds the block empty */
    }
    return sum;
}

static inline int64_t function_of(const struct quantized *q, enum function function, int64_t z)
{
    return act_lookup(function == FUNCTION_SIGMOID ? &q->sigm : &q->tanh, q->gate_fraction, z);
}

/* P*Q at the binary point of the sum. */
static inline int64_t product_of_pass(const struct execution *e, int number, int row)
{
    const struct network_pass *pass = &e->p->network.passes[number];
    const struct quant_pass *quant = &e->p->quant.passes[number];
    if (pass->right == NONE)
        return 0;
    const int64_t right = e->cells[pass->right][row];
    if (pass->left == NONE)
        return quant->peep[row] * right;
    return e->cells[pass->left][row] * right *
           ((int64_t)1 << quantized_product_shift(&e->p->quant, number));
}

/* The operation on a, exact, with twice the fraction bits of a gate. */
static inline int64_t operate(const struct execution *e, const struct network_pass *pass, int row,
                              int64_t a)
{
    const struct quantized *q = &e->p->quant;
    const int gate = q->gate_fraction;
    if (pass->operation == OPERATION_GATE)
        return a * ((int64_t)1 << gate);
    const int state_fraction = q->vectors[pass->state_of].fraction;
    const int64_t state = e->cells[pass->state_of][row + (pass->operation == OPERATION_OUT ? 0 : pass->first)];
    if (pass->operation == OPERATION_RESET)
        return a * state * ((int64_t)1 << (gate - state_fraction));
    if (pass->operation == OPERATION_OUT) {
        const int up = q->z_fraction - state_fraction;
        const int64_t z = up >= 0 ? state * ((int64_t)1 << up) : round_shift_right(state, -up);
        return a * function_of(q, FUNCTION_TANH, saturate(z, q->z_bits));
    }
    const int64_t by = e->cells[pass->by][row];
    const int64_t in = pass->in != NONE ? e->cells[pass->in][row] : ((int64_t)1 << gate) - by;
    return by * state * ((int64_t)1 << (gate - state_fraction)) + in * a;
}

static inline int64_t row_result(const struct execution *e, int number, int row, int64_t acc)
{
    const struct quantized *q = &e->p->quant;
    const struct network_pass *pass = &e->p->network.passes[number];
    const struct quant_pass *quant = &q->passes[number];
    const struct quant_vector *to = &q->vectors[pass->writes];
    assert_true(saturate(acc, q->acc_bits) == acc);
    int64_t sum = acc + (quant->bias != NULL ? quant->bias[row] : 0) +
                  product_of_pass(e, number, row);
    assert_true(saturate(sum, q->sum_bits) == sum);
    if (pass->function == FUNCTION_RELU && sum < 0)
        sum = 0;
    if (pass->function == FUNCTION_NONE || pass->function == FUNCTION_RELU)
        return saturate(round_shift_right(sum, quant->round_shift), to->bits);
    const int64_t z = saturate(round_shift_right(sum, quant->round_shift), q->z_bits);
    const int64_t a = function_of(q, pass->function, z);
    return saturate(
        round_shift_right(operate(e, pass, row, a), 2 * q->gate_fraction - to->fraction),
        to->bits);
}

/* The word of the scratch store that has the vector's element, NULL: it is not there. */
static inline int *owner_of(const struct execution *e, int vector, int element)
{
    const struct derived *d = &e->p->d;
    const struct vector_place *place = &e->p->places[vector];
    const int word = element / d->pes * d->groups + element % d->pes / d->lanes;
    return place->store == STORE_SCRATCH ? &e->owners[place->base + word] : NULL;
}

static inline void run_pass(struct execution *e, int n)
{
    const struct program *p = e->p;
    const struct pass *pass = &p->passes[n];
    const struct network_pass *of = &p->network.passes[pass->of];
    const int block = (e->base + n) & ((1 << p->d.block_bits) - 1);
    const int first = pass->row_block * (p->d.pes / pass->fold << p->d.row_bits);
    int64_t *results = allocate((size_t)pass->rows, sizeof *results);
    for (int row = 0; row < pass->rows; row++)
        results[row] =
            row_result(e, pass->of, first + row, row_of_block(e, pass, block, row));
    for (int row = 0; row < pass->rows; row++) {
        const int at = first + row + of->first;
        int *owner = owner_of(e, pass->writes, at);
        if (owner != NULL)
            *owner = pass->writes;
        if (is_held(e, pass->writes, HELD_VECTORS))
            bank_of(e, pass->writes, false)[at] = (int32_t)results[row];
        if (is_held(e, pass->writes, HELD_CELLS | HELD_GATES))
            e->cells[pass->writes][at] = (int32_t)results[row];
    }
    free(results);
}

/* All passes below `end` that can run, in order. */
static inline void run_passes(struct execution *e, int end)
{
    while (e->next_pass < end && e->closed[e->next_pass])
        run_pass(e, e->next_pass++);
}

/* ---- products -------------------------------------------------------------------------------- */

/* The slice of a column for PE `pe`, added to the block. */
static inline void multiply_slice(struct execution *e, const struct product *product, int column,
                                  int pe, const int32_t *vector)
{
    const struct program *p = e->p;
    const struct derived *d = &p->d;
    const int at = column * d->pes + pe, block = (e->base + product->pass) & ((1 << d->block_bits) - 1);
    const int cols = p->network.matrices[product->matrix].columns;
    const int element = p->columns[column].element + pe % product->fold;
    const int64_t value = element < cols ? vector[element] : 0;
    const int *owner = element < cols ? owner_of(e, product->source, element) : NULL;
    e->faults += owner != NULL && *owner != product->source;
    int next_row = 0;
    for (int n = 0; n < p->lengths[at]; n++) {
        const uint32_t entry = p->entries[e->taken[pe]++ * d->pes + pe];
        const int index = (int)(entry & ((1u << d->index_bits) - 1u));
        const int row = d->relative ? next_row + index : index;
        int64_t weight = entry >> d->index_bits;
        if (weight >> (d->weight_bits - 1))
            weight -= (int64_t)1 << d->weight_bits;
        next_row = row + 1;
        if (weight != 0)
            e->acc[block][(pe << d->row_bits) + row] +=
                weight * value * ((int64_t)1 << p->quant.matrices[product->matrix].shift);
    }
}

/* Passes whose results a product reads, or whose block it opens. */
static inline int needed_by(const struct execution *e, const struct product *product)
{
    const struct program *p = e->p;
    int needed = product->opens ? product->pass - (1 << p->d.block_bits) + 1 : 0;
    for (int n = 0; n < p->pass_count; n++)
        if (!product->before && p->passes[n].writes == product->source && n >= needed)
            needed = n + 1;
    return needed;
}

static inline void run_product(struct execution *e, const struct product *product)
{
    const struct program *p = e->p;
    const int needed = needed_by(e, product);
    run_passes(e, e->lazy ? needed : p->pass_count);
    e->faults += e->next_pass < needed;
    const int32_t *vector = bank_of(e, product->source, product->before) +
                            p->network.matrices[product->matrix].first;
    for (int n = 0; n < product->columns; n++)
        for (int pe = 0; pe < p->d.pes; pe++)
            multiply_slice(e, product, product->first_column + n, pe, vector);
    e->closed[product->pass] = product->closes;
}

/* A frame of x [input]; afterwards execution_value() is that of the frame until the next. */
static inline void execution_step(struct execution *e, const int32_t *x)
{
    const struct program *p = e->p;
    memcpy(e->banks[0][0], x, (size_t)p->network.input * sizeof *x);
    memset(e->taken, 0, (size_t)p->d.pes * sizeof *e->taken);
    memset(e->closed, 0, (size_t)p->pass_count * sizeof *e->closed);
    e->next_pass = 0;
    for (int n = 0; n < p->product_count; n++)
        run_product(e, &p->products[n]);
    run_passes(e, p->pass_count);
    assert_int_equal(e->next_pass, p->pass_count);
}

/* Between two frames. */
static inline void execution_next(struct execution *e)
{
    e->base = (e->base + e->p->pass_count) & ((1 << e->p->d.block_bits) - 1);
    e->frame++;
}

#endif
