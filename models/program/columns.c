/* SPDX-License-Identifier: Apache-2.0
 * The order of the columns, and the streams that follow from it.
 *
 * A product may take its columns in any order, since the vector lies in a RAM:
 * models/program/pace.h.  What the PEs are ahead is carried over from product to product. */
#include <stdlib.h>
#include <string.h>

#include "models/program/derive.h"
#include "models/program/pace.h"
#include "models/program/schedule.h"

enum {
    SKEW_MAX = 200 /* entries that one PE may be ahead of another, see bound_skew() */
};

/* Streams being written, and where the frame stands. */
struct streams {
    struct program *program;
    const double *pass_begin; /* [passes] expected first step, of the round before; NULL: none */
    double frame_length;
    double clock;             /* expected time of the multipliers since the frame began */
    double element_free;
    double *next_pass_begin;
    enum column_order order;
    bool writes;              /* a first round only finds out about time */
    float *ahead;             /* [pace_stride] entries so far, less what its pace expects */
    int64_t *total;           /* [pes] entries so far */
    int skew_cap;             /* entries that one PE may be ahead of another */
    int length_cap;           /* longest column slice, null entries included */
    int64_t columns, columns_room;
};

static void reserve(struct streams *s)
{
    struct program *p = s->program;
    if (s->columns < s->columns_room)
        return;
    s->columns_room = s->columns_room * 2 + 1024;
    const size_t room = (size_t)s->columns_room;
    p->columns = realloc(p->columns, room * sizeof *p->columns);
    p->origins = realloc(p->origins, room * sizeof *p->origins);
    p->lengths = realloc(p->lengths, room * (size_t)p->d.pes * sizeof *p->lengths);
    BUG_UNLESS(p->columns != NULL && p->origins != NULL && p->lengths != NULL);
}

static uint16_t *last_lengths(const struct streams *s)
{
    return s->program->lengths + (size_t)(s->columns - 1) * (size_t)s->program->d.pes;
}

/* Lengthens the slice of the last column by null entries (weight 0, index 0). */
static void put_nulls(struct streams *s, int pe, int64_t count)
{
    uint16_t *length = &last_lengths(s)[pe];
    const int64_t room = s->length_cap - *length;
    count = count < room ? count : room;
    *length = (uint16_t)(*length + count);
    s->total[pe] += count;
    s->program->padding_entries += (uint64_t)count;
}

/* `column` -1: one that has no entries yet, and no element that anybody reads. */
static void put_column(struct streams *s, struct product *product, const struct slices *slices,
                       int column)
{
    struct program *p = s->program;
    const size_t pes = (size_t)p->d.pes;
    reserve(s);
    p->columns[s->columns].element = column < 0 ? 0 : column * product->fold;
    p->origins[s->columns] = column;
    s->columns++;
    product->columns++;
    uint16_t *lengths = last_lengths(s);
    if (column < 0) {
        memset(lengths, 0, pes * sizeof *lengths);
        return;
    }
    memcpy(lengths, slices->lengths + (size_t)column * pes, pes * sizeof *lengths);
    for (size_t pe = 0; pe < pes; pe++)
        s->total[pe] += lengths[pe];
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
    for (int n = 0; n < p->pass_count; n++) {
        const struct pass *pass = &p->passes[n];
        int step = element_word(&p->d, element) - pass->word_base;
        if (pass->writes == product->source && step >= 0 && step < pass->beats)
            return s->pass_begin[n] + step + derive_lag_element(&p->d) -
                   (product->before ? s->frame_length : 0.0);
    }
    return -1e30;
}

/* When each column's element is there; NULL: nothing is known, or all are always. */
static double *ready_times(const struct streams *s, const struct product *product,
                           const struct slices *slices)
{
    if (s->pass_begin == NULL || product->source == 0)
        return NULL;
    double *ready = allocate((size_t)slices->columns, sizeof *ready);
    for (int column = 0; column < slices->columns; column++)
        ready[column] = ready_time(s, product, column * product->fold);
    return ready;
}

/* Columns are broadcast ahead of the multipliers by what the queues hold. */
static double lead_of(const struct streams *s, const struct slices *slices)
{
    const int *columns;
    const int count = pace_columns(slices->pace, &columns);
    double entries = 0.0;
    for (int n = 0; n < count; n++)
        entries += (double)pace_mean(slices->pace, columns[n]);
    double mean = count > 0 ? entries / count : 0.0;
    return mean > 1.0 ? (s->program->config.fifo_depth - 1) * mean : 0.0;
}

static void put_columns(struct streams *s, struct product *product, const struct slices *slices,
                        const int *order, int count)
{
    for (int n = 0; n < count; n++) {
        put_column(s, product, slices, order[n]);
        bound_skew(s, product, s->skew_cap);
    }
    if (product->columns == 0)
        put_column(s, product, NULL, -1); /* a block of zeros opens and closes accumulators, too */
}

static void order_product(struct streams *s, struct product *product, const struct slices *slices)
{
    const int *columns;
    const int count = pace_columns(slices->pace, &columns);
    double *ready = ready_times(s, product, slices);
    int *order = allocate((size_t)count, sizeof *order);
    struct pace_clock clock = {
        .ahead = s->ahead, .clock = s->clock, .lead = lead_of(s, slices), .ready = ready};
    pace_order(slices->pace, &clock, s->order == ORDER_GREEDY, order);
    s->clock = clock.clock;
    if (s->writes)
        put_columns(s, product, slices, order, count);
    free(ready);
    free(order);
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

static void order_frame(struct streams *s, const struct encoded *encoded)
{
    struct program *p = s->program;
    p->padding_entries = 0;
    s->columns = 0;
    s->clock = s->element_free = 0.0;
    memset(s->ahead, 0, (size_t)pace_stride(p->d.pes) * sizeof *s->ahead);
    memset(s->total, 0, (size_t)p->d.pes * sizeof *s->total);
    for (int n = 0; n < p->product_count; n++) {
        struct product *product = &p->products[n];
        product->columns = 0;
        product->first_column = (int)s->columns;
        product->first_entry = (int)s->total[0];
        order_product(s, product, schedule_slices(p, encoded, product));
        if (s->writes && n == p->product_count - 1)
            bound_skew(s, product, 0); /* every frame takes the same beats from every PE */
        if (product->closes)
            close_pass(s, product);
    }
    if (s->writes && s->total[0] == 0) /* all weights are 0: the streams still need a word */
        for (int pe = 0; pe < p->d.pes; pe++)
            put_nulls(s, pe, 1);
    s->frame_length = s->clock;
}

/* What all slices of the frame have. */
static void count_slices(struct streams *s, const struct encoded *encoded)
{
    struct program *p = s->program;
    s->length_cap = 1;
    p->true_nonzeros = p->filler_entries = 0;
    for (int n = 0; n < encoded->count; n++) {
        const struct slices *slices = &encoded->blocks[n];
        p->true_nonzeros += (uint64_t)slices->nonzeros;
        p->filler_entries += (uint64_t)slices->fillers;
        for (size_t i = 0; i < (size_t)slices->columns * (size_t)p->d.pes; i++)
            if (slices->lengths[i] > s->length_cap)
                s->length_cap = slices->lengths[i];
    }
}

void schedule_columns(struct program *p, const struct encoded *encoded, enum column_order order)
{
    size_t passes = (size_t)p->pass_count;
    double *begin[2] = {allocate(passes, sizeof(double)), allocate(passes, sizeof(double))};
    struct streams s = {.program = p, .order = order, .skew_cap = SKEW_MAX};
    if (p->d.weight_fifo_bits != 0 && derive_skew(&p->d) < s.skew_cap)
        s.skew_cap = derive_skew(&p->d); /* the buffers of a chip that is there already */
    s.ahead = allocate((size_t)pace_stride(p->d.pes), sizeof *s.ahead);
    s.total = allocate((size_t)p->d.pes, sizeof *s.total);
    count_slices(&s, encoded);
    /* When elements are ready depends on the passes, which depend on the order: a first round
     * finds out, a second one uses it. */
    for (int round = 0; round < 2; round++) {
        s.next_pass_begin = begin[round];
        s.writes = round == 1;
        order_frame(&s, encoded);
        s.pass_begin = begin[round];
    }
    p->d.columns = (int)s.columns;
    p->d.beats = (int)s.total[0];
    free(begin[0]);
    free(begin[1]);
    free(s.ahead);
    free(s.total);
}

/* ---- the entries ----------------------------------------------------------------------------- */

/* A column: the slices' entries, behind them nulls up to its lengths.  `next`: where a PE's next
 * entry goes. */
static void write_column(const struct program *p, const struct slices *slices, int column,
                         size_t *next)
{
    const size_t pes = (size_t)p->d.pes;
    const uint16_t *lengths = p->lengths + (size_t)column * pes;
    const int32_t origin = p->origins[column];
    for (size_t pe = 0; pe < pes && origin >= 0; pe++) {
        const size_t cell = (size_t)origin * pes + pe;
        const uint32_t *entries = slices->entries + slices->first[cell];
        for (size_t n = 0; n < slices->lengths[cell]; n++)
            p->entries[next[pe] + n * pes] = entries[n];
    }
    for (size_t pe = 0; pe < pes; pe++)
        next[pe] += lengths[pe] * pes;
}

void schedule_entries(struct program *p, const struct encoded *encoded)
{
    const size_t pes = (size_t)p->d.pes;
    size_t *next = allocate(pes, sizeof *next);
    p->entries = allocate((size_t)p->d.beats * pes, sizeof *p->entries);
    for (size_t pe = 0; pe < pes; pe++)
        next[pe] = pe;
    for (int n = 0; n < p->product_count; n++) {
        const struct product *product = &p->products[n];
        const struct slices *slices = schedule_slices(p, encoded, product);
        for (int column = 0; column < product->columns; column++)
            write_column(p, slices, product->first_column + column, next);
    }
    free(next);
}
