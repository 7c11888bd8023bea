/* SPDX-License-Identifier: Apache-2.0
 * The list schedule: order of the block products. */
#include "gen/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    struct task *tasks;
    struct slices *slices;
    int task_count, blocks;
};

static int blocks_of(int rows, const struct geometry *g)
{
    int span = g->pes * g->block_rows;
    return (rows + span - 1) / span;
}

static int words_per_block(const struct geometry *g, int groups)
{
    return g->block_rows * groups;
}

static void add_pass(struct program *p, const struct geometry *g, enum pass_kind kind, int block,
                     int vector_rows, const char *letter)
{
    static const char *state[PASS_COUNT] = {"STATE_2", "STATE_2", "STATE_3", "STATE_5", "STATE_6"};
    struct pass *pass = &p->passes[p->pass_count++];
    int span = g->pes * g->block_rows, left = vector_rows - block * span;
    *pass = (struct pass){.kind = kind, .row_block = block, .rows = left < span ? left : span};
    int groups = (g->pes + p->d.lanes - 1) / p->d.lanes;
    int full = pass->rows / g->pes, rest = pass->rows % g->pes;
    pass->beats = full * groups + (rest + p->d.lanes - 1) / p->d.lanes;
    pass->word_base = block * words_per_block(g, groups);
    snprintf(pass->name, sizeof pass->name, "%s[%d]", letter, block);
    snprintf(pass->state, sizeof pass->state, "%s", state[kind]);
}

static void add_task(struct scheduler *s, const struct geometry *g, struct quant_matrix *m,
                     enum source source, const char *state, bool opens, bool closes)
{
    struct program *p = s->program;
    struct task *task = &s->tasks[s->task_count];
    struct slices *slices = &s->slices[s->task_count++];
    int pass = p->pass_count - 1;
    task->product = (struct product){.pass = pass,
                                     .source = source,
                                     .shift = m->shift,
                                     .opens = opens,
                                     .closes = closes,
                                     .matrix = m,
                                     .row_block = p->passes[pass].row_block};
    snprintf(task->product.name, sizeof task->product.name, "%s[%d]", m->name,
             p->passes[pass].row_block);
    snprintf(task->product.state, sizeof task->product.state, "%s", state);
    encode_block(slices, m, task->product.row_block, g, p->quant.weight_bits);
    int64_t entries = 0, columns = 0;
    for (int c = 0; c < slices->columns; c++) {
        int64_t before = entries;
        for (int pe = 0; pe < g->pes; pe++)
            entries += slices->lengths[(size_t)c * (size_t)g->pes + (size_t)pe];
        columns += entries > before;
    }
    double work = (double)entries / g->pes;
    task->work = work > (double)columns ? work : (double)columns;
}

/* Tasks in the order of the paper's state flow, row block by row block. */
static void list_tasks(struct scheduler *s, const struct geometry *g)
{
    static const char *gate_letter[GATE_COUNT] = {"i", "f", "g", "o"};
    static const char *x_state[GATE_COUNT] = {"STATE_1", "STATE_1", "STATE_1", "STATE_3"};
    static const char *r_state[GATE_COUNT] = {"STATE_2", "STATE_2", "STATE_2", "STATE_4"};
    struct program *p = s->program;
    struct quantized *q = &p->quant;
    int cell_blocks = blocks_of(q->cell, g);
    int y_blocks = q->projection ? blocks_of(q->output, g) : 0;
    int most = cell_blocks * GATE_COUNT + y_blocks;
    p->passes = allocate((size_t)most, sizeof *p->passes);
    s->tasks = allocate((size_t)most * 2, sizeof *s->tasks);
    s->slices = allocate((size_t)most * 2, sizeof *s->slices);
    for (int block = 0; block < cell_blocks; block++) {
        for (int gate = 0; gate < GATE_COUNT; gate++) {
            add_pass(p, g, (enum pass_kind)gate, block, q->cell, gate_letter[gate]);
            add_task(s, g, &q->wx[gate], SOURCE_X, x_state[gate], true, false);
            add_task(s, g, &q->wr[gate], SOURCE_Y, r_state[gate], false, true);
        }
    }
    for (int block = 0; block < y_blocks; block++) {
        add_pass(p, g, PASS_Y, block, q->output, "y");
        add_task(s, g, &q->wym, SOURCE_M, "STATE_6", true, true);
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
    double start = t->array_free + LAG_CLOSE;
    if (t->element_free > start)
        start = t->element_free;
    t->element_free = start + pass->beats + LAG_ELEMENT;
    t->block_free[(first_pass_number + task->product.pass) % s->blocks] = start + pass->beats;
    bool is_recurrent = s->program->quant.projection ? pass->kind == PASS_Y : pass->kind == PASS_O;
    if (pass->row_block == 0 && is_recurrent)
        t->y_ready = start + LAG_ELEMENT;
    if (pass->row_block == 0 && pass->kind == PASS_O)
        t->m_ready = start + LAG_ELEMENT;
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

void schedule_products(struct program *program, const struct geometry *geometry,
                       struct slices **slices)
{
    struct scheduler s = {.program = program, .blocks = 1 << program->d.block_bits};
    list_tasks(&s, geometry);
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
        (*slices)[n] = s.slices[order[n]];
        if (program->products[n].source == SOURCE_X)
            last_x = n;
    }
    program->products[last_x].frees_x = true;
    free(order);
    free(t.block_free);
    free(s.tasks);
    free(s.slices);
}
