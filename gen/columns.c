/* SPDX-License-Identifier: Apache-2.0
 * The order of the columns, and the streams that follow from it.
 *
 * A product may take its columns in any order, since the vector lies in a RAM.  The greedy order
 * takes next the column that keeps the PEs' cumulative work most even, among those whose vector
 * element is expected to be there; it carries the work over from product to product. */
#include <stdlib.h>
#include <string.h>

#include "gen/schedule.h"
#include "models/derive.h"

enum {
    CANDIDATES_MAX = 1024, /* columns that the greedy order looks at: bounds its time */
    SKEW_MAX = 200         /* entries that one PE may be ahead of another, see bound_skew() */
};

/* Streams being written, and where the frame stands. */
struct streams {
    struct program *program;
    const double *pass_begin; /* [passes] expected first step, from the round before; NULL: unknown */
    double frame_length;
    double clock;             /* expected time of the multipliers since the frame began */
    double element_free;
    double *next_pass_begin;
    float *work;              /* [pes] entries so far, less the mean */
    int64_t *total;           /* [pes] entries so far */
    int length_cap;           /* longest column slice, null entries included */
    int64_t columns, columns_room, entries_room;
};

static void reserve(struct streams *s)
{
    struct program *p = s->program;
    size_t pes = (size_t)p->d.pes;
    if (s->columns == s->columns_room) {
        s->columns_room = s->columns_room * 2 + 1024;
        p->columns = realloc(p->columns, (size_t)s->columns_room * sizeof *p->columns);
        p->lengths = realloc(p->lengths, (size_t)s->columns_room * pes * sizeof *p->lengths);
        BUG_UNLESS(p->columns != NULL && p->lengths != NULL);
    }
}

static void put_entry(struct streams *s, int pe, uint32_t entry)
{
    struct program *p = s->program;
    size_t pes = (size_t)p->d.pes;
    int64_t beat = s->total[pe]++;
    if (beat == s->entries_room) {
        size_t old = (size_t)s->entries_room * pes;
        s->entries_room = s->entries_room * 2 + 1024;
        p->entries = realloc(p->entries, (size_t)s->entries_room * pes * sizeof *p->entries);
        BUG_UNLESS(p->entries != NULL);
        memset(p->entries + old, 0,
               ((size_t)s->entries_room * pes - old) * sizeof *p->entries);
    }
    p->entries[(size_t)beat * pes + (size_t)pe] = entry;
}

/* Lengthens the slice of the last column by null entries (weight 0, index 0). */
static void put_nulls(struct streams *s, int pe, int64_t count)
{
    uint16_t *length =
        &s->program->lengths[(size_t)(s->columns - 1) * (size_t)s->program->d.pes + (size_t)pe];
    int64_t room = s->length_cap - *length;
    for (int64_t n = count < room ? count : room; n > 0; n--) {
        put_entry(s, pe, 0);
        ++*length;
        s->program->padding_entries++;
    }
}

static void put_column(struct streams *s, struct product *product, const struct slices *slices,
                       int column)
{
    struct program *p = s->program;
    size_t pes = (size_t)p->d.pes;
    reserve(s);
    p->columns[s->columns].element = column < 0 ? 0 : column;
    uint16_t *lengths = p->lengths + (size_t)s->columns * pes;
    memset(lengths, 0, pes * sizeof *lengths);
    s->columns++;
    product->columns++;
    if (column < 0)
        return;
    for (size_t pe = 0; pe < pes; pe++) {
        size_t cell = (size_t)column * pes + pe;
        lengths[pe] = slices->lengths[cell];
        for (int n = 0; n < lengths[pe]; n++)
            put_entry(s, (int)pe, slices->entries[slices->first[cell] + (size_t)n]);
    }
}

static void extremes(const struct streams *s, int64_t *least, int64_t *most)
{
    *least = *most = s->total[0];
    for (int pe = 1; pe < s->program->d.pes; pe++) {
        *least = s->total[pe] < *least ? s->total[pe] : *least;
        *most = s->total[pe] > *most ? s->total[pe] : *most;
    }
}

/* A beat of the weight stream has an entry for every PE, and waits in the PEs' weight buffers for
 * the slowest.  Were one PE `depth` entries ahead of another, the buffer of the one behind would be
 * full while the one ahead starves: a deadlock.  So PEs that fall behind get null entries, in time
 * that they would have been idle. */
static void bound_skew(struct streams *s, struct product *product, int64_t allowed)
{
    int64_t least, most;
    for (extremes(s, &least, &most); most - least > allowed; extremes(s, &least, &most)) {
        for (int pe = 0; pe < s->program->d.pes; pe++)
            if (most - s->total[pe] > allowed)
                put_nulls(s, pe, most - s->total[pe] - allowed);
        extremes(s, &least, &most);
        if (most - least > allowed)
            put_column(s, product, NULL, -1);
    }
}

/* Expected time at which the column's vector element can be read. */
static double ready_time(const struct streams *s, const struct product *product, int element)
{
    const struct program *p = s->program;
    if (s->pass_begin == NULL || product->source == SOURCE_X)
        return -1e30;
    bool recurrent = product->source == SOURCE_Y;
    enum pass_kind writer = recurrent && p->quant.projection ? PASS_Y : PASS_O;
    int block = element / (p->d.pes << p->d.row_bits);
    for (int n = 0; n < p->pass_count; n++)
        if (p->passes[n].kind == writer && p->passes[n].row_block == block)
            return s->pass_begin[n] + (element_word(&p->d, element) - p->passes[n].word_base) +
                   LAG_ELEMENT - (recurrent ? s->frame_length : 0.0);
    return -1e30;
}

/* What the greedy order knows of a product's columns. */
struct choice {
    int count;
    int *column;    /* not yet taken, ascending */
    float *lengths; /* [columns][pes] */
    float *spread;  /* [columns] sum of squares of lengths less their mean */
    double *ready;  /* [columns] */
};

static struct choice choice_new(const struct streams *s, const struct product *product,
                                const struct slices *slices)
{
    int pes = slices->pes;
    struct choice c = {0};
    c.column = allocate((size_t)slices->columns, sizeof *c.column);
    c.lengths = allocate((size_t)slices->columns * (size_t)pes, sizeof *c.lengths);
    c.spread = allocate((size_t)slices->columns, sizeof *c.spread);
    c.ready = allocate((size_t)slices->columns, sizeof *c.ready);
    for (int column = 0; column < slices->columns; column++) {
        const uint16_t *lengths = slices->lengths + (size_t)column * (size_t)pes;
        float *copy = c.lengths + (size_t)column * (size_t)pes;
        float sum = 0.0f, squares = 0.0f;
        for (int pe = 0; pe < pes; pe++) {
            copy[pe] = (float)lengths[pe];
            sum += copy[pe];
            squares += copy[pe] * copy[pe];
        }
        if (sum == 0.0f)
            continue; /* nobody needs this element: no broadcast */
        c.spread[column] = squares - sum * sum / (float)pes;
        c.ready[column] = ready_time(s, product, column);
        c.column[c.count++] = column;
    }
    return c;
}

static void choice_free(struct choice *c)
{
    free(c->column);
    free(c->lengths);
    free(c->spread);
    free(c->ready);
}

/* Position in c->column of the best next column: least variance of the PEs' work afterwards, among
 * the columns ready at `now`; where there is none, the one that is ready first. */
static int choose(const struct choice *c, const float *restrict work, int pes, double now)
{
    int best = -1, soonest = 0, seen = 0;
    float best_cost = 0.0f;
    for (int n = 0; n < c->count && seen < CANDIDATES_MAX; n++) {
        int column = c->column[n];
        if (c->ready[column] < c->ready[c->column[soonest]])
            soonest = n;
        if (c->ready[column] > now)
            continue;
        seen++;
        const float *restrict lengths = c->lengths + (size_t)column * (size_t)pes;
        float dot = 0.0f;
        for (int pe = 0; pe < pes; pe++)
            dot += work[pe] * lengths[pe];
        float cost = 2.0f * dot + c->spread[column];
        if (best < 0 || cost < best_cost) {
            best = n;
            best_cost = cost;
        }
    }
    return best < 0 ? soonest : best;
}

static void take(struct streams *s, const struct choice *c, int column)
{
    int pes = s->program->d.pes;
    const float *lengths = c->lengths + (size_t)column * (size_t)pes;
    float sum = 0.0f;
    for (int pe = 0; pe < pes; pe++)
        sum += lengths[pe];
    float mean = sum / (float)pes;
    for (int pe = 0; pe < pes; pe++)
        s->work[pe] += lengths[pe] - mean;
    s->clock += mean > 1.0f ? mean : 1.0f;
}

static void order_product(struct streams *s, struct product *product, const struct slices *slices)
{
    const struct config *config = &s->program->config;
    int pes = s->program->d.pes;
    struct choice c = choice_new(s, product, slices);
    double entries = 0.0;
    for (int n = 0; n < c.count; n++)
        for (int pe = 0; pe < pes; pe++)
            entries += (double)c.lengths[(size_t)c.column[n] * (size_t)pes + (size_t)pe];
    double mean = c.count > 0 ? entries / pes / c.count : 0.0;
    /* Columns are broadcast ahead of the multipliers by what the queues hold. */
    double lead = mean > 1.0 ? (config->fifo_depth - 1) * mean : 0.0;
    while (c.count > 0) {
        int n = config->column_order == ORDER_GREEDY ? choose(&c, s->work, pes, s->clock - lead) : 0;
        int column = c.column[n];
        if (c.ready[column] > s->clock)
            s->clock = c.ready[column];
        memmove(&c.column[n], &c.column[n + 1], (size_t)(c.count - n - 1) * sizeof *c.column);
        c.count--;
        put_column(s, product, slices, column);
        take(s, &c, column);
        bound_skew(s, product, SKEW_MAX);
    }
    if (product->columns == 0)
        put_column(s, product, NULL, -1); /* a block of zeros still opens and closes its accumulators */
    choice_free(&c);
}

/* Notes when the pass that the product closes is expected to run. */
static void close_pass(struct streams *s, const struct product *product)
{
    double begin = s->clock + LAG_CLOSE;
    if (s->element_free > begin)
        begin = s->element_free;
    s->next_pass_begin[product->pass] = begin;
    s->element_free = begin + s->program->passes[product->pass].beats + LAG_ELEMENT;
}

static void order_frame(struct streams *s, const struct slices *slices)
{
    struct program *p = s->program;
    p->padding_entries = 0;
    s->columns = 0;
    s->clock = s->element_free = 0.0;
    memset(s->work, 0, (size_t)p->d.pes * sizeof *s->work);
    memset(s->total, 0, (size_t)p->d.pes * sizeof *s->total);
    for (int n = 0; n < p->product_count; n++) {
        struct product *product = &p->products[n];
        product->columns = 0;
        product->first_column = (int)s->columns;
        product->first_entry = (int)s->total[0];
        order_product(s, product, &slices[n]);
        if (n == p->product_count - 1)
            bound_skew(s, product, 0); /* every frame takes the same beats from every PE */
        if (product->closes)
            close_pass(s, product);
    }
    if (s->total[0] == 0) /* all weights are 0: the streams still need a word */
        for (int pe = 0; pe < p->d.pes; pe++)
            put_nulls(s, pe, 1);
    s->frame_length = s->clock;
}

void schedule_columns(struct program *p, const struct slices *slices)
{
    size_t passes = (size_t)p->pass_count;
    double *begin[2] = {allocate(passes, sizeof(double)), allocate(passes, sizeof(double))};
    struct streams s = {.program = p};
    s.work = allocate((size_t)p->d.pes, sizeof *s.work);
    s.total = allocate((size_t)p->d.pes, sizeof *s.total);
    s.length_cap = 1;
    p->true_nonzeros = p->filler_entries = 0;
    for (int n = 0; n < p->product_count; n++) {
        p->true_nonzeros += (uint64_t)slices[n].nonzeros;
        p->filler_entries += (uint64_t)slices[n].fillers;
        for (size_t i = 0; i < (size_t)slices[n].columns * (size_t)p->d.pes; i++)
            if (slices[n].lengths[i] > s.length_cap)
                s.length_cap = slices[n].lengths[i];
    }
    /* When elements are ready depends on the passes, which depend on the order: a first round
     * finds out, a second one uses it. */
    for (int round = 0; round < 2; round++) {
        s.next_pass_begin = begin[round];
        order_frame(&s, slices);
        s.pass_begin = begin[round];
    }
    p->d.columns = (int)s.columns;
    p->d.beats = (int)s.total[0];
    free(begin[0]);
    free(begin[1]);
    free(s.work);
    free(s.total);
}
