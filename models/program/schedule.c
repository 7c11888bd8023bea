/* SPDX-License-Identifier: Apache-2.0
 * The list schedule: order of the block products. */
#include "models/program/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/program/derive.h"

/* The chip's timeline in estimated cycles, frame after frame.  Work is what the average PE does. */
struct timeline {
    double array_free;    /* the multipliers finish what was listed so far */
    double element_free;  /* the element-wise path finishes */
    double *block_free;   /* [blocks] accumulator block empty again */
    double y_ready;       /* first element of the recurrent y ready */
    double m_ready;       /* first element of m ready */
};

struct task {
    struct product product;
    double work; /* cycles: entries of the average PE, or columns where those bind */
    bool listed;
};

struct scheduler {
    struct program *program;
    struct task *tasks; /* [encoded count] */
    int task_count, blocks;
};

/* A row block of a matrix. */
struct block_product {
    const struct quant_matrix *matrix;
    int gate, row_block; /* gate GATE_COUNT: Wym */
    int fold;
    bool recurrent;
};

static void add_pass(struct program *p, enum pass_kind kind, int block, int vector_rows, int fold,
                     const char *letter)
{
    static const char *state[PASS_COUNT] = {"STATE_2", "STATE_2", "STATE_3", "STATE_5", "STATE_6"};
    struct pass *pass = &p->passes[p->pass_count++];
    const struct geometry *g = &p->geometry;
    int span = geometry_span(g, fold), left = vector_rows - block * span;
    *pass = (struct pass){
        .kind = kind, .row_block = block, .fold = fold, .rows = left < span ? left : span};
    int owners = geometry_owners(g, fold), groups = p->d.groups / fold; /* words of a row of them */
    int full = pass->rows / owners, rest = pass->rows % owners;
    pass->beats = full * groups + (rest + p->d.lanes - 1) / p->d.lanes;
    pass->word_base = block * g->block_rows * groups;
    snprintf(pass->name, sizeof pass->name, "%s[%d]", letter, block);
    snprintf(pass->state, sizeof pass->state, "%s", state[kind]);
}

/* Their number, and number `n` of them, in the order of the paper's state flow, row block by row block. */
static int block_product_count(const struct quantized *q, const struct geometry *g)
{
    return geometry_blocks(g, g->gate_fold, q->cell) * GATE_COUNT * 2 +
           (q->projection ? geometry_blocks(g, g->y_fold, q->output) : 0);
}

static struct block_product block_product(const struct quantized *q, const struct geometry *g, int n)
{
    int gates = geometry_blocks(g, g->gate_fold, q->cell) * GATE_COUNT * 2;
    if (n >= gates)
        return (struct block_product){&q->wym, GATE_COUNT, n - gates, g->y_fold, false};
    int gate = n / 2 % GATE_COUNT, row_block = n / 2 / GATE_COUNT;
    bool recurrent = n % 2 != 0;
    return (struct block_product){recurrent ? &q->wr[gate] : &q->wx[gate], gate, row_block, g->gate_fold,
                                  recurrent};
}

void schedule_encode(struct encoded *encoded, const struct program *p)
{
    const struct geometry *g = &p->geometry;
    encoded->count = block_product_count(&p->quant, g);
    encoded->blocks = allocate((size_t)encoded->count, sizeof *encoded->blocks);
    for (int n = 0; n < encoded->count; n++) {
        struct block_product block = block_product(&p->quant, g, n);
        encode_block(&encoded->blocks[n], block.matrix, block.row_block, g, block.fold,
                     p->quant.weight_bits);
    }
}

void encoded_free(struct encoded *encoded)
{
    for (int n = 0; n < encoded->count; n++)
        slices_free(&encoded->blocks[n]);
    free(encoded->blocks);
    *encoded = (struct encoded){0};
}

/* Cycles of the multipliers: entries of the average PE, or columns where those bind. */
static double work_of(const struct slices *slices)
{
    int64_t entries = 0, columns = 0;
    for (int c = 0; c < slices->columns; c++) {
        int64_t before = entries;
        for (int pe = 0; pe < slices->pes; pe++)
            entries += slices->lengths[(size_t)c * (size_t)slices->pes + (size_t)pe];
        columns += entries > before;
    }
    double work = (double)entries / slices->pes;
    return work > (double)columns ? work : (double)columns;
}

static void add_task(struct scheduler *s, const struct block_product *block,
                     const struct slices *slices)
{
    static const char *x_state[GATE_COUNT] = {"STATE_1", "STATE_1", "STATE_1", "STATE_3"};
    static const char *r_state[GATE_COUNT] = {"STATE_2", "STATE_2", "STATE_2", "STATE_4"};
    struct task *task = &s->tasks[s->task_count++];
    bool is_y = block->gate == GATE_COUNT;
    task->product = (struct product){.pass = s->program->pass_count - 1,
                                     .source = is_y               ? SOURCE_M
                                               : block->recurrent ? SOURCE_Y
                                                                  : SOURCE_X,
                                     .shift = block->matrix->shift,
                                     .fold = block->fold,
                                     .opens = !block->recurrent,
                                     .closes = is_y || block->recurrent,
                                     .matrix = block->matrix,
                                     .row_block = block->row_block};
    snprintf(task->product.name, sizeof task->product.name, "%s[%d]", block->matrix->name,
             block->row_block);
    snprintf(task->product.state, sizeof task->product.state, "%s",
             is_y               ? "STATE_6"
             : block->recurrent ? r_state[block->gate]
                                : x_state[block->gate]);
    task->work = work_of(slices);
}

/* Tasks and passes in the order of the paper's state flow. */
static void list_tasks(struct scheduler *s, const struct encoded *encoded)
{
    static const char *letter[PASS_COUNT] = {"i", "f", "g", "o", "y"};
    struct program *p = s->program;
    const struct quantized *q = &p->quant;
    const struct geometry *g = &p->geometry;
    BUG_UNLESS(encoded->count == block_product_count(q, g));
    p->passes = allocate((size_t)encoded->count, sizeof *p->passes);
    s->tasks = allocate((size_t)encoded->count, sizeof *s->tasks);
    for (int n = 0; n < encoded->count; n++) {
        struct block_product block = block_product(q, g, n);
        if (!block.recurrent)
            add_pass(p, (enum pass_kind)block.gate, block.row_block,
                     block.gate == GATE_COUNT ? q->output : q->cell, block.fold, letter[block.gate]);
        add_task(s, &block, &encoded->blocks[n]);
    }
}

/* When the multipliers could begin the task without waiting for long, or -1 if it may not be listed
 * yet: products of a pass go in order, a block must have been closed before it is opened again, and
 * m must be complete in the list before it is multiplied. */
static double earliest(const struct scheduler *s, const struct timeline *t, int first_pass_number,
                       const struct task *task)
{
    const struct product *product = &task->product;
    int pass = product->pass;
    for (const struct task *other = s->tasks; other < task; other++) {
        bool same_pass = other->product.pass == pass;
        bool opens_before = product->opens && other->product.opens;
        bool frees_block = product->opens && other->product.pass <= pass - s->blocks;
        bool feeds_m = product->source == SOURCE_M && other->product.source != SOURCE_M;
        if (!other->listed && (same_pass || opens_before || frees_block || feeds_m))
            return -1.0;
    }
    double begin = t->array_free;
    int block = (first_pass_number + pass) % s->blocks;
    if (product->opens && t->block_free[block] > begin)
        begin = t->block_free[block];
    if (product->source == SOURCE_Y && t->y_ready > begin)
        begin = t->y_ready;
    if (product->source == SOURCE_M && t->m_ready > begin)
        begin = t->m_ready;
    return begin;
}

/* Puts the task on the timeline: array time, and the pass if the task closes it. */
static void run_task(const struct scheduler *s, struct timeline *t, const struct task *task,
                     double begin, int first_pass_number)
{
    t->array_free = begin + task->work;
    if (!task->product.closes)
        return;
    const struct pass *pass = &s->program->passes[task->product.pass];
    const int lag_element = derive_lag_element(&s->program->d);
    double start = t->array_free + derive_lag_close(&s->program->d);
    if (t->element_free > start)
        start = t->element_free;
    t->element_free = start + pass->beats + lag_element;
    t->block_free[(first_pass_number + task->product.pass) % s->blocks] = start + pass->beats;
    bool is_recurrent = s->program->quant.projection ? pass->kind == PASS_Y : pass->kind == PASS_O;
    if (pass->row_block == 0 && is_recurrent)
        t->y_ready = start + lag_element;
    if (pass->row_block == 0 && pass->kind == PASS_O)
        t->m_ready = start + lag_element;
}

/* Lists one frame on the timeline, always the task that can begin first; in the order of the state
 * flow where several can. */
static void list_frame(struct scheduler *s, struct timeline *t, int frame, int *order)
{
    int first_pass_number = frame * s->program->pass_count;
    for (int i = 0; i < s->task_count; i++)
        s->tasks[i].listed = false;
    for (int n = 0; n < s->task_count; n++) {
        int best = -1;
        double best_begin = 0.0;
        for (int i = 0; i < s->task_count; i++) {
            if (s->tasks[i].listed)
                continue;
            double begin = earliest(s, t, first_pass_number, &s->tasks[i]);
            if (begin >= 0.0 && (best < 0 || begin < best_begin)) {
                best = i;
                best_begin = begin;
            }
            /* Far ahead of the first open task nothing can be listed: blocks go round. */
            if (s->tasks[i].product.pass > s->tasks[best < 0 ? i : best].product.pass + s->blocks)
                break;
        }
        BUG_UNLESS(best >= 0);
        s->tasks[best].listed = true;
        run_task(s, t, &s->tasks[best], best_begin, first_pass_number);
        order[n] = best;
    }
}

void schedule_products(struct program *program, const struct encoded *encoded,
                       struct slices **slices)
{
    struct scheduler s = {.program = program, .blocks = 1 << program->d.block_bits};
    list_tasks(&s, encoded);
    struct timeline t = {0};
    t.block_free = allocate((size_t)s.blocks, sizeof *t.block_free);
    int *order = allocate((size_t)s.task_count, sizeof *order);
    /* The first frames find an idle chip; the list of a later one is that of the steady state. */
    for (int frame = 0; frame < 4; frame++)
        list_frame(&s, &t, frame, order);

    program->product_count = s.task_count;
    program->products = allocate((size_t)s.task_count, sizeof *program->products);
    *slices = allocate((size_t)s.task_count, sizeof **slices);
    int last_x = 0;
    for (int n = 0; n < s.task_count; n++) {
        program->products[n] = s.tasks[order[n]].product;
        (*slices)[n] = encoded->blocks[order[n]];
        if (program->products[n].source == SOURCE_X)
            last_x = n;
    }
    program->products[last_x].frees_x = true;
    free(order);
    free(t.block_free);
    free(s.tasks);
}
