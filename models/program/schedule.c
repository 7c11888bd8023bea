/* SPDX-License-Identifier: Apache-2.0
 * The list schedule: order of the block products. */
#include "models/program/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/program/derive.h"
#include "models/program/places.h"

/* The chip's timeline in estimated cycles, frame after frame.  Work is what the average PE does. */
struct timeline {
    double array_free;    /* the multipliers finish what was listed so far */
    double element_free;  /* the element-wise path finishes */
    double *block_free;   /* [blocks] accumulator block empty again */
    double *ready;        /* [vectors] first element of this frame's ready ... */
    double *ready_before; /* ... and of the frame before */
};

struct task {
    struct product product;
    double work; /* cycles: entries of the average PE, or columns where those bind */
    int after;   /* passes_awaited() */
    bool listed;
};

struct scheduler {
    struct program *program;
    struct task *tasks; /* [encoded count] */
    int task_count, blocks;
};

/* ---- passes, and products in flow order -------------------------------------------------- */

/* Rows of the passes of a group. */
static int group_rows(const struct network *n, int group)
{
    int rows = 0;
    for (int i = 0; i < n->pass_count; i++)
        if (n->passes[i].group == group)
            rows = n->passes[i].rows;
    return rows;
}

static void add_pass(struct program *p, int number, int block)
{
    const struct network_pass *of = &p->network.passes[number];
    const struct geometry *g = &p->geometry;
    const int fold = g->folds[of->group], span = geometry_span(g, fold);
    const int left = of->rows - block * span;
    p->passes = realloc(p->passes, (size_t)(p->pass_count + 1) * sizeof *p->passes);
    BUG_UNLESS(p->passes != NULL);
    struct pass *pass = &p->passes[p->pass_count++];
    *pass = (struct pass){.of = number,
                          .writes = of->writes,
                          .opens = block == 0,
                          .row_block = block,
                          .fold = fold,
                          .rows = left < span ? left : span};
    int owners = geometry_owners(g, fold), groups = p->d.groups / fold; /* words of a row of them */
    int full = pass->rows / owners, rest = pass->rows % owners;
    pass->beats = full * groups + (rest + p->d.lanes - 1) / p->d.lanes;
    pass->word_base = block * g->block_rows * groups;
    snprintf(pass->name, sizeof pass->name, "%s[%d]", of->name, block);
    snprintf(pass->state, sizeof pass->state, "%s", of->state != NULL ? of->state : "");
}

/* In the order in which they are emptied: group by group, row block by row block. */
static void list_passes(struct program *p)
{
    const struct network *n = &p->network;
    for (int group = 0; group < n->group_count; group++) {
        const int blocks =
            geometry_blocks(&p->geometry, p->geometry.folds[group], group_rows(n, group));
        for (int block = 0; block < blocks; block++)
            for (int pass = 0; pass < n->pass_count; pass++)
                if (n->passes[pass].group == group)
                    add_pass(p, pass, block);
    }
}

/* Passes from the first on whose products a product's source of this frame waits for: up to the
 * last that writes it. */
static int passes_awaited(const struct program *p, const struct product *product)
{
    int awaited = 0;
    for (int n = 0; n < p->pass_count && !product->before; n++)
        if (p->passes[n].writes == product->source)
            awaited = n + 1;
    return awaited;
}

const struct slices *schedule_slices(const struct program *p, const struct encoded *encoded,
                                     const struct product *product)
{
    const int first = encoded->first[product->matrix];
    BUG_UNLESS(p->network.matrix_count > product->matrix);
    return &encoded->blocks[first + product->row_block];
}

static int64_t least_cycles(const struct encoded *encoded, int pes)
{
    int64_t *entries = allocate((size_t)pes, sizeof *entries), columns = 0;
    for (int n = 0; n < encoded->count; n++) {
        const struct slices *s = &encoded->blocks[n];
        for (int column = 0; column < s->columns; column++) {
            const uint16_t *lengths = s->lengths + (size_t)column * (size_t)pes;
            bool used = false;
            for (int pe = 0; pe < pes; pe++) {
                entries[pe] += lengths[pe];
                used = used || lengths[pe] > 0;
            }
            columns += used;
        }
    }
    int64_t least = columns;
    for (int pe = 0; pe < pes; pe++)
        least = entries[pe] > least ? entries[pe] : least;
    free(entries);
    return least;
}

static int row_blocks(const struct program *p, int matrix)
{
    return geometry_blocks(&p->geometry, geometry_fold_of(&p->geometry, &p->network, matrix),
                           p->network.matrices[matrix].weights.rows);
}

void schedule_encode(struct encoded *encoded, const struct program *p)
{
    const struct network *n = &p->network;
    const struct geometry *g = &p->geometry;
    *encoded = (struct encoded){.first = allocate((size_t)n->matrix_count, sizeof(int))};
    for (int i = 0; i < n->matrix_count; i++) {
        encoded->first[i] = encoded->count;
        encoded->count += row_blocks(p, i);
    }
    encoded->blocks = allocate((size_t)encoded->count, sizeof *encoded->blocks);
    for (int i = 0; i < n->matrix_count; i++)
        for (int block = 0; block < row_blocks(p, i); block++)
            encode_block(&encoded->blocks[encoded->first[i] + block],
                         quantized_matrix(&p->quant, i), block, g, geometry_fold_of(g, n, i),
                         p->quant.weight_bits);
    encoded->least_cycles = least_cycles(encoded, g->pes);
}

void encoded_free(struct encoded *encoded)
{
    for (int n = 0; n < encoded->count; n++)
        slices_free(&encoded->blocks[n]);
    free(encoded->blocks);
    free(encoded->first);
    *encoded = (struct encoded){0};
}

static bool slices_alike(const struct slices *a, const struct slices *b)
{
    return a->columns == b->columns && a->pes == b->pes && a->fold == b->fold &&
           a->nonzeros == b->nonzeros && a->fillers == b->fillers &&
           memcmp(a->lengths, b->lengths,
                  (size_t)a->columns * (size_t)a->pes * sizeof *a->lengths) == 0;
}

bool encoded_alike(const struct encoded *a, const struct encoded *b)
{
    bool alike = a->count == b->count;
    for (int n = 0; alike && n < a->count; n++)
        alike = slices_alike(&a->blocks[n], &b->blocks[n]);
    return alike;
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

/* A row block of a matrix, for a pass. */
static void add_task(struct scheduler *s, int matrix, int number, const struct encoded *encoded)
{
    const struct program *p = s->program;
    const struct network_matrix *m = &p->network.matrices[matrix];
    const struct network_pass *of = &p->network.passes[m->pass];
    const struct pass *pass = &p->passes[number];
    const bool of_x = m->source == p->network.layers[m->layer].reads;
    const char *state = of_x ? of->state_x : of->state_y;
    BUG_UNLESS(s->task_count < encoded->count);
    struct task *task = &s->tasks[s->task_count++];
    task->product = (struct product){.pass = number,
                                     .source = m->source,
                                     .before = m->before,
                                     .fold = pass->fold,
                                     .matrix = matrix,
                                     .row_block = pass->row_block};
    snprintf(task->product.name, sizeof task->product.name, "%s[%d]", m->name, pass->row_block);
    snprintf(task->product.state, sizeof task->product.state, "%s", state != NULL ? state : "");
    task->work = work_of(schedule_slices(p, encoded, &task->product));
    task->after = passes_awaited(p, &task->product);
}

/* All of a pass. */
static void add_tasks(struct scheduler *s, int pass, const struct encoded *encoded)
{
    const struct program *p = s->program;
    const int first = s->task_count;
    for (int i = 0; i < p->network.matrix_count; i++)
        if (p->network.matrices[i].pass == p->passes[pass].of)
            add_task(s, i, pass, encoded);
    BUG_UNLESS(s->task_count > first);
    s->tasks[first].product.opens = true;
    s->tasks[s->task_count - 1].product.closes = true;
}

/* Tasks and passes in flow order: of the paper's, row block by row block. */
static void list_tasks(struct scheduler *s, const struct encoded *encoded)
{
    list_passes(s->program);
    s->tasks = allocate((size_t)encoded->count, sizeof *s->tasks);
    for (int pass = 0; pass < s->program->pass_count; pass++)
        add_tasks(s, pass, encoded);
    BUG_UNLESS(s->task_count == encoded->count);
}

/* ---- the list -------------------------------------------------------------------------------- */

/* When the multipliers could begin the task without waiting for long, or -1 if it may not be listed
 * yet: products of a pass go in order, a block must have been closed before it is opened again, and
 * a vector of this frame must be complete in the list before it is multiplied. */
static double earliest(const struct scheduler *s, const struct timeline *t, int first_pass_number,
                       const struct task *task)
{
    const struct product *product = &task->product;
    int pass = product->pass;
    for (const struct task *other = s->tasks; other < task; other++) {
        bool same_pass = other->product.pass == pass;
        bool opens_before = product->opens && other->product.opens;
        bool frees_block = product->opens && other->product.pass <= pass - s->blocks;
        bool feeds_source = other->product.pass < task->after;
        if (!other->listed && (same_pass || opens_before || frees_block || feeds_source))
            return -1.0;
    }
    const double ready = product->before ? t->ready_before[product->source]
                                         : t->ready[product->source];
    double begin = t->array_free;
    int block = (first_pass_number + pass) % s->blocks;
    if (product->opens && t->block_free[block] > begin)
        begin = t->block_free[block];
    return ready > begin ? ready : begin;
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
    if (pass->opens)
        t->ready[pass->writes] = start + lag_element;
}

/* Lists one frame on the timeline, always the task that can begin first; in the order of the state
 * flow where several can. */
static void list_frame(struct scheduler *s, struct timeline *t, int frame, int *order)
{
    int first_pass_number = frame * s->program->pass_count;
    const int vectors = s->program->network.vector_count;
    memcpy(t->ready_before, t->ready, (size_t)vectors * sizeof *t->ready);
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

/* Whether all products of the first `passes` passes stand before product `n` of the list. */
static bool all_listed(const struct program *p, int n, int passes)
{
    for (int later = n; later < p->product_count; later++)
        if (p->products[later].pass < passes)
            return false;
    return true;
}

struct schedule_fault schedule_fault(const struct program *p)
{
    const int blocks = 1 << p->d.block_bits;
    for (int n = 0; n < p->product_count; n++) {
        const struct product *product = &p->products[n];
        if (product->opens && !all_listed(p, n, product->pass - blocks + 1))
            return (struct schedule_fault){n, "opens a block that is not free"};
        if (!all_listed(p, n, passes_awaited(p, product)))
            return (struct schedule_fault){n, "reads what is not written yet"};
    }
    return (struct schedule_fault){NONE, NULL};
}

void schedule_products(struct program *program, const struct encoded *encoded)
{
    struct scheduler s = {.program = program, .blocks = 1 << program->d.block_bits};
    list_tasks(&s, encoded);
    struct timeline t = {0};
    const size_t vectors = (size_t)program->network.vector_count;
    t.block_free = allocate((size_t)s.blocks, sizeof *t.block_free);
    t.ready = allocate(vectors, sizeof *t.ready);
    t.ready_before = allocate(vectors, sizeof *t.ready_before);
    int *order = allocate((size_t)s.task_count, sizeof *order);
    /* The first frames find an idle chip; the list of a later one is that of the steady state. */
    for (int frame = 0; frame < 4; frame++)
        list_frame(&s, &t, frame, order);

    program->product_count = s.task_count;
    program->products = allocate((size_t)s.task_count, sizeof *program->products);
    int last_x = 0;
    for (int n = 0; n < s.task_count; n++) {
        program->products[n] = s.tasks[order[n]].product;
        if (program->products[n].opens)
            program->passes[program->products[n].pass].opened_by = n;
        if (program->products[n].source == 0)
            last_x = n;
    }
    program->products[last_x].frees_x = true;
    BUG_UNLESS(schedule_fault(program).product == NONE);
    places_make(program);
    free(order);
    free(t.block_free);
    free(t.ready);
    free(t.ready_before);
    free(s.tasks);
}
