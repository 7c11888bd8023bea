/* SPDX-License-Identifier: Apache-2.0
 * The order of the columns, and the streams that follow from it.
 *
 * A product may take its columns in any order, since the vector lies in a RAM.  The greedy order
 * takes next the column that keeps every PE nearest to its own pace, among those whose vector element
 * is expected to be there.  A PE's pace is its share of the product's entries: where the shares
 * differ (plain pruning, fillers) no order can make the PEs' work even, and one that tries leaves the
 * columns of the busiest PE for the end, where the others wait.  Deviations are carried over from
 * product to product. */
#include <stdlib.h>
#include <string.h>

#include "models/program/derive.h"
#include "models/program/schedule.h"

enum {
    CANDIDATES_MAX = 256, /* columns that the greedy order looks at: bounds its time */
    SKEW_MAX = 200,       /* entries that one PE may be ahead of another, see bound_skew() */
    SIDE_BY_SIDE = 8      /* sums of PEs that the processor can add at once */
};

/* Streams being written, and where the frame stands. */
struct streams {
    struct program *program;
    const double *pass_begin; /* [passes] expected first step, from the round before; NULL: unknown */
    double frame_length;
    double clock;             /* expected time of the multipliers since the frame began */
    double element_free;
    double *next_pass_begin;
    enum column_order order;
    float *ahead;             /* [pes, whole SIDE_BY_SIDE] entries so far, less what its pace expects */
    int64_t *total;           /* [pes] entries so far */
    int skew_cap;             /* entries that one PE may be ahead of another */
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
    p->columns[s->columns].element = column < 0 ? 0 : column * product->fold;
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

/* Expected time at which the vector element can be read. */
static double ready_time(const struct streams *s, const struct product *product, int element)
{
    const struct program *p = s->program;
    if (s->pass_begin == NULL || product->source == SOURCE_X)
        return -1e30;
    bool recurrent = product->source == SOURCE_Y;
    enum pass_kind writer = recurrent && p->quant.projection ? PASS_Y : PASS_O;
    for (int n = 0; n < p->pass_count; n++) {
        const struct pass *pass = &p->passes[n];
        int step = element_word(&p->d, element) - pass->word_base;
        if (pass->kind == writer && step >= 0 && step < pass->beats)
            return s->pass_begin[n] + step + derive_lag_element(&p->d) -
                   (recurrent ? s->frame_length : 0.0);
    }
    return -1e30;
}

/* What the greedy order knows of a product's columns. */
struct choice {
    int next, count;  /* of the columns not yet taken, ascending: column[next .. count - 1] */
    int *column;
    int stride;       /* floats of a column, a multiple of SIDE_BY_SIDE */
    float *deviation; /* [columns][stride] lengths less what the PE's share of the column is */
    float *spread;    /* [columns] sum of the squares of that */
    float *mean;      /* [columns] mean length */
    double *ready;    /* [columns] */
};

static int stride_for(int pes)
{
    return (pes + SIDE_BY_SIDE - 1) / SIDE_BY_SIDE * SIDE_BY_SIDE;
}

/* The PEs' shares of the product's entries, 1 being the average PE's. */
static float *shares_of(const struct slices *slices)
{
    int pes = slices->pes;
    int64_t *entries = allocate((size_t)pes, sizeof *entries), total = 0;
    float *share = allocate((size_t)pes, sizeof *share);
    for (int column = 0; column < slices->columns; column++)
        for (int pe = 0; pe < pes; pe++)
            entries[pe] += slices->lengths[(size_t)column * (size_t)pes + (size_t)pe];
    for (int pe = 0; pe < pes; pe++)
        total += entries[pe];
    for (int pe = 0; pe < pes && total > 0; pe++)
        share[pe] = (float)((double)entries[pe] * pes / (double)total);
    free(entries);
    return share;
}

static struct choice choice_new(const struct streams *s, const struct product *product,
                                const struct slices *slices)
{
    int pes = slices->pes;
    size_t columns = (size_t)slices->columns;
    struct choice c = {.stride = stride_for(pes)};
    float *share = shares_of(slices);
    c.column = allocate(columns, sizeof *c.column);
    c.deviation = allocate(columns * (size_t)c.stride, sizeof *c.deviation);
    c.spread = allocate(columns, sizeof *c.spread);
    c.mean = allocate(columns, sizeof *c.mean);
    c.ready = allocate(columns, sizeof *c.ready);
    for (int column = 0; column < slices->columns; column++) {
        const uint16_t *lengths = slices->lengths + (size_t)column * (size_t)pes;
        float *deviation = c.deviation + (size_t)column * (size_t)c.stride, squares = 0.0f;
        int sum = 0;
        for (int pe = 0; pe < pes; pe++)
            sum += lengths[pe];
        if (sum == 0)
            continue; /* nobody needs this element: no broadcast */
        float mean = (float)sum / (float)pes;
        for (int pe = 0; pe < pes; pe++) {
            deviation[pe] = (float)lengths[pe] - mean * share[pe];
            squares += deviation[pe] * deviation[pe];
        }
        c.mean[column] = mean;
        c.spread[column] = squares;
        c.ready[column] = ready_time(s, product, column * product->fold);
        c.column[c.count++] = column;
    }
    free(share);
    return c;
}

static void choice_free(struct choice *c)
{
    free(c->column);
    free(c->deviation);
    free(c->spread);
    free(c->mean);
    free(c->ready);
}

static float dot(const float *restrict a, const float *restrict b, int stride)
{
    float sums[SIDE_BY_SIDE] = {0.0f}, sum = 0.0f;
    for (int n = 0; n < stride; n += SIDE_BY_SIDE)
        for (int k = 0; k < SIDE_BY_SIDE; k++)
            sums[k] += a[n + k] * b[n + k];
    for (int k = 0; k < SIDE_BY_SIDE; k++)
        sum += sums[k];
    return sum;
}

/* Position in c->column of the best next column: least sum of squares of what the PEs are ahead
 * afterwards, among the columns ready at `now`; where there is none, the one that is ready first. */
static int choose(const struct choice *c, const float *ahead, double now)
{
    int best = -1, soonest = c->next, seen = 0;
    float best_cost = 0.0f;
    for (int n = c->next; n < c->count && seen < CANDIDATES_MAX; n++) {
        int column = c->column[n];
        if (c->ready[column] < c->ready[c->column[soonest]])
            soonest = n;
        if (c->ready[column] > now)
            continue;
        seen++;
        const float *deviation = c->deviation + (size_t)column * (size_t)c->stride;
        float cost = 2.0f * dot(ahead, deviation, c->stride) + c->spread[column];
        if (best < 0 || cost < best_cost) {
            best = n;
            best_cost = cost;
        }
    }
    return best < 0 ? soonest : best;
}

/* Takes the column at position n out of those that are left. */
static int take(struct streams *s, struct choice *c, int n)
{
    int column = c->column[n];
    memmove(&c->column[c->next + 1], &c->column[c->next], (size_t)(n - c->next) * sizeof *c->column);
    c->next++;
    const float *deviation = c->deviation + (size_t)column * (size_t)c->stride;
    for (int pe = 0; pe < c->stride; pe++)
        s->ahead[pe] += deviation[pe];
    if (c->ready[column] > s->clock)
        s->clock = c->ready[column];
    s->clock += c->mean[column] > 1.0f ? (double)c->mean[column] : 1.0;
    return column;
}

static void order_product(struct streams *s, struct product *product, const struct slices *slices)
{
    struct choice c = choice_new(s, product, slices);
    double entries = 0.0;
    for (int n = 0; n < c.count; n++)
        entries += (double)c.mean[c.column[n]];
    double mean = c.count > 0 ? entries / c.count : 0.0;
    /* Columns are broadcast ahead of the multipliers by what the queues hold. */
    double lead = mean > 1.0 ? (s->program->config.fifo_depth - 1) * mean : 0.0;
    while (c.next < c.count) {
        int n = s->order == ORDER_GREEDY ? choose(&c, s->ahead, s->clock - lead) : c.next;
        put_column(s, product, slices, take(s, &c, n));
        bound_skew(s, product, s->skew_cap);
    }
    if (product->columns == 0)
        put_column(s, product, NULL, -1); /* a block of zeros still opens and closes its accumulators */
    choice_free(&c);
}

/* Notes when the pass that the product closes is expected to run. */
static void close_pass(struct streams *s, const struct product *product)
{
    const struct program *p = s->program;
    double begin = s->clock + derive_lag_close(&p->d);
    if (s->element_free > begin)
        begin = s->element_free;
    s->next_pass_begin[product->pass] = begin;
    s->element_free = begin + p->passes[product->pass].beats + derive_lag_element(&p->d);
}

static void order_frame(struct streams *s, const struct slices *slices)
{
    struct program *p = s->program;
    p->padding_entries = 0;
    s->columns = 0;
    s->clock = s->element_free = 0.0;
    memset(s->ahead, 0, (size_t)stride_for(p->d.pes) * sizeof *s->ahead);
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

void schedule_columns(struct program *p, const struct slices *slices, enum column_order order)
{
    size_t passes = (size_t)p->pass_count;
    double *begin[2] = {allocate(passes, sizeof(double)), allocate(passes, sizeof(double))};
    struct streams s = {.program = p, .order = order, .skew_cap = SKEW_MAX};
    if (p->d.weight_fifo_bits != 0 && derive_skew(&p->d) < s.skew_cap)
        s.skew_cap = derive_skew(&p->d); /* the buffers of a chip that is there already */
    s.ahead = allocate((size_t)stride_for(p->d.pes), sizeof *s.ahead);
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
    free(s.ahead);
    free(s.total);
}
