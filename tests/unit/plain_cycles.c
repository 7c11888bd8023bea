/* SPDX-License-Identifier: Apache-2.0
 * The cycle model in its plainest form, for comparison: each function below is one stage of the
 * chip, and all of them, every PE and every frame, are stepped once a clock. */
#include "tests/unit/plain_cycles.h"

#include <stdlib.h>
#include <string.h>

#include "models/program/derive.h"

enum {
    ROM_LATENCY = 2, /* clocks from reset to the first word of a ROM stream */
    FRAMES_MOD = 4,  /* frames are told apart by two bits */
    FRAMES_AHEAD = 1 /* of products before passes */
};

/* All words that passes write and products read, one after the other: where the writer is. */
struct progress {
    int frame; /* mod FRAMES_MOD: the frame whose words are being written */
    int words; /* of it, written so far */
};

struct broadcast { /* a column on its way from the column stream to the ActQueues */
    bool valid, closes;
    int column, block;
};

struct queued {
    int length, block;
};

struct pe {
    struct queued *queue; /* [fifo_depth] ActQueue, a ring */
    int head, count;
    int done;             /* entries of the head slice issued */
    bool full;            /* in the clock before, or might become so in it */
    int weights;          /* entries in the weight buffer */
};

struct chip {
    const struct program *program;
    const struct derived *d;
    int64_t now;
    struct cycles *result;

    /* Input buffer */
    bool x_full[2];
    int x_bank, x_count;

    /* Product sequencer and PtrRead */
    int frame, product, column; /* column within the product */
    int frame_base;             /* accumulator block of the frame's pass 0 */
    int64_t waited[STALL_COUNT]; /* clocks, of the product whose first column is to be sent */
    struct broadcast *fetch;    /* [fetch_clocks] the last of them is sent to the ActQueues */
    bool room;                  /* in the queues that the last one needs, as seen a clock before */

    /* PEs and accumulator blocks */
    struct pe *pes;
    bool *block_busy, *block_closed, *block_ready;
    int *pending;                     /* slices enqueued and not retired */
    int retire_clocks;                /* issue to accumulator written */
    int **retiring;                   /* slices whose last entry was issued 1.. clocks ago */

    /* Pass sequencer and element-wise path */
    int pass_frame, pass, beat, pass_base;
    bool running;
    int written;                /* stage at which a step's result is written */
    int *in_flight;             /* 0: none, else 1 + pass index, by clocks since the step */
    int **place;                /* [vectors][words] of a word among those of a frame */
    int frame_words;
    struct progress writer, writer_seen; /* as it is, and as columns see it */
    int reserved, output_words, output_lane, pass_outputs;
    int64_t words_out;
};

static int block_of(const struct chip *c, int base, int pass)
{
    return (base + pass) & ((1 << c->d->block_bits) - 1);
}

/* What the last layer writes leaves the chip, and its pass is the last of the frame. */
static bool writes_y(const struct program *p, const struct pass *pass)
{
    return pass->writes == p->passes[p->pass_count - 1].writes;
}

static bool is_read(const struct program *p, int vector)
{
    for (int n = 0; n < p->product_count; n++)
        if (p->products[n].source == vector)
            return true;
    return false;
}

static struct cycles_frame *frame_at(struct chip *c, int frame)
{
    return frame >= 0 && frame < c->result->frame_count ? &c->result->frames[frame] : NULL;
}

static void note(struct interval *interval, int64_t now)
{
    if (interval->begin < 0)
        interval->begin = now;
    interval->end = now + 1;
}

/* ---- element-wise path ---------------------------------------------------------------------- */

static bool element_step_possible(const struct chip *c)
{
    const struct pass *pass = &c->program->passes[c->pass];
    return c->running &&
           (!writes_y(c->program, pass) || c->reserved < 1 << c->d->y_fifo_bits);
}

static bool pipeline_empty(const struct chip *c)
{
    for (int stage = 1; stage <= c->written; stage++)
        if (c->in_flight[stage] != 0)
            return false;
    return true;
}

/* The word that leaves the pipeline at the end of this clock. */
static void write_back(struct chip *c)
{
    int tag = c->in_flight[c->written];
    if (tag == 0)
        return;
    const struct pass *pass = &c->program->passes[tag - 1];
    if (writes_y(c->program, pass))
        c->output_words++;
    if (c->place[pass->writes] == NULL || ++c->writer.words < c->frame_words)
        return;
    c->writer = (struct progress){(c->writer.frame + 1) % FRAMES_MOD, 0};
}

/* Lanes of an output word that hold rows: the word's number within the vector tells. */
static void send_output(struct chip *c, int words_before)
{
    if (words_before == 0)
        return;
    const struct derived *d = c->d;
    int group = c->pass_outputs % d->groups;
    int lanes = d->pes - group * d->lanes < d->lanes ? d->pes - group * d->lanes : d->lanes;
    int left = d->y_size - (c->pass_outputs / d->groups * d->pes + group * d->lanes);
    if (left < lanes)
        lanes = left;
    if (++c->output_lane < lanes)
        return;
    c->output_lane = 0;
    c->output_words--;
    c->words_out++;
    c->reserved--;
    c->pass_outputs = (c->pass_outputs + 1) % d->y_words;
}

static void start_pass(struct chip *c)
{
    c->running = true;
    c->beat = 0;
    c->block_closed[block_of(c, c->pass_base, c->pass)] = false;
}

static void element_path(struct chip *c, bool step, bool empty, bool ready)
{
    const struct program *p = c->program;
    const struct pass *pass = &p->passes[c->pass];
    int words_before = c->output_words;
    write_back(c);
    send_output(c, words_before);
    memmove(&c->in_flight[2], &c->in_flight[1], (size_t)(c->written - 1) * sizeof c->in_flight[0]);
    c->in_flight[1] = step ? c->pass + 1 : 0;
    if (step) {
        struct cycles_frame *f = frame_at(c, c->pass_frame);
        if (f != NULL)
            note(&f->passes[c->pass], c->now);
        c->reserved += writes_y(p, pass);
        if (++c->beat == pass->beats) {
            c->running = false;
            c->block_busy[block_of(c, c->pass_base, c->pass)] = false;
            if (++c->pass == p->pass_count) {
                c->pass_base = block_of(c, c->pass_base, c->pass);
                c->pass = 0;
                c->pass_frame++;
            }
        }
    } else if (!c->running && ready && empty) {
        start_pass(c);
    }
}

/* ---- PEs ------------------------------------------------------------------------------------ */

static const struct broadcast *last_fetched(const struct chip *c)
{
    return &c->fetch[c->d->fetch_clocks - 1];
}

static const uint16_t *lengths_of(const struct chip *c, const struct broadcast *column)
{
    return c->program->lengths + (size_t)column->column * (size_t)c->d->pes;
}

static bool can_enqueue(const struct chip *c)
{
    if (c->d->ready_clocks > 0)
        return c->room;
    const uint16_t *lengths = lengths_of(c, last_fetched(c));
    for (int k = 0; k < c->d->pes; k++)
        if (lengths[k] != 0 && c->pes[k].count == c->d->fifo_depth)
            return false;
    return true;
}

/* For the column that will be sent in the next clock. */
static void look_for_room(struct chip *c)
{
    const uint16_t *lengths = lengths_of(c, last_fetched(c));
    c->room = true;
    for (int k = 0; k < c->d->pes; k++)
        if (lengths[k] != 0 && c->pes[k].full)
            c->room = false;
}

/* SpmatRead: the beats reach all weight buffers together. */
static bool beat_arrives(const struct chip *c)
{
    for (int k = 0; k < c->d->pes; k++)
        if (c->pes[k].weights == 1 << c->d->weight_fifo_bits)
            return false;
    return c->now >= ROM_LATENCY;
}

static void step_pes(struct chip *c, bool enqueue, bool beat)
{
    const struct derived *d = c->d;
    const struct broadcast *sent = last_fetched(c);
    const uint16_t *lengths = lengths_of(c, sent);
    int64_t issued = 0;
    for (int k = 0; k < d->pes; k++) {
        struct pe *pe = &c->pes[k];
        bool push = enqueue && lengths[k] != 0, pop = false;
        pe->full = pe->count + push >= d->fifo_depth;
        if (pe->count > 0 && pe->weights > 0) {
            const struct queued *head = &pe->queue[pe->head];
            issued++;
            pe->weights--;
            if (++pe->done == head->length) {
                pop = true;
                c->retiring[0][head->block]++;
            }
        }
        if (push) {
            int tail = (pe->head + pe->count) % d->fifo_depth;
            pe->queue[tail] = (struct queued){lengths[k], sent->block};
            c->pending[sent->block]++;
        }
        if (pop) {
            pe->done = 0;
            pe->head = (pe->head + 1) % d->fifo_depth;
        }
        pe->count += push - pop;
        pe->weights += beat;
    }
    struct cycles_frame *f = frame_at(c, c->frame - (c->product == 0 && c->column == 0));
    if (f != NULL)
        f->issued += issued;
}

/* Accumulator blocks: what was issued retire_clocks ago is in the accumulators. */
static void retire(struct chip *c)
{
    const int last = c->retire_clocks - 1;
    for (int b = 0; b < 1 << c->d->block_bits; b++) {
        c->block_ready[b] = c->block_closed[b] && c->pending[b] == 0;
        c->pending[b] -= c->retiring[last][b];
    }
    int *oldest = c->retiring[last];
    for (int i = last; i > 0; i--)
        c->retiring[i] = c->retiring[i - 1];
    c->retiring[0] = oldest;
    memset(oldest, 0, sizeof(int) << c->d->block_bits);
}

/* ---- PtrRead and product sequencer ---------------------------------------------------------- */

static bool element_ready(const struct chip *c, const struct product *product, int element)
{
    if (product->source == 0) /* x is there, all of it */
        return true;
    const struct progress *writer = &c->writer_seen;
    int need = (c->frame + (product->before ? FRAMES_MOD - 1 : 0)) % FRAMES_MOD;
    int place = c->place[product->source][element_word(c->d, element)];
    return (writer->frame == need && place < writer->words) ||
           writer->frame == (need + 1) % FRAMES_MOD;
}

static enum stall why_not(const struct chip *c, bool accepts)
{
    const struct product *product = &c->program->products[c->product];
    const struct column *column = &c->program->columns[product->first_column + c->column];
    if (c->product == 0 && c->column == 0 && !c->x_full[c->frame & 1])
        return STALL_INPUT;
    if (c->now < ROM_LATENCY + 2 * c->d->ready_clocks) /* ese_column_head */
        return STALL_COLUMNS;
    if (c->product == 0 && c->column == 0 && c->frame - c->pass_frame > FRAMES_AHEAD)
        return STALL_ELEMENT;
    if (product->opens && c->column == 0 &&
        c->block_busy[block_of(c, c->frame_base, product->pass)])
        return STALL_ACC;
    if (!element_ready(c, product, column->element))
        return STALL_ELEMENT;
    return accepts ? STALL_NONE : STALL_QUEUE;
}

/* What the product had to wait for, longest. */
static enum stall longest_wait(struct chip *c)
{
    enum stall longest = STALL_NONE;
    for (int s = STALL_NONE + 1; s < STALL_COUNT; s++)
        if (c->waited[s] > c->waited[longest])
            longest = (enum stall)s;
    memset(c->waited, 0, sizeof c->waited);
    return longest;
}

static void send_column(struct chip *c)
{
    const struct program *p = c->program;
    const struct product *product = &p->products[c->product];
    struct cycles_frame *f = frame_at(c, c->frame);
    int block = block_of(c, c->frame_base, product->pass);
    if (f != NULL && c->product == 0 && c->column == 0)
        f->start = c->now;
    if (c->column == 0) {
        enum stall wait = longest_wait(c);
        if (f != NULL)
            f->waits[c->product] = wait;
    }
    if (f != NULL)
        note(&f->products[c->product], c->now);
    if (product->opens && c->column == 0)
        c->block_busy[block] = true;
    bool last = ++c->column == product->columns;
    c->fetch[0] = (struct broadcast){true, product->closes && last,
                                     product->first_column + c->column - 1, block};
    if (!last)
        return;
    if (product->frees_x)
        c->x_full[c->frame & 1] = false;
    c->column = 0;
    if (++c->product == p->product_count) {
        c->product = 0;
        c->frame_base = block_of(c, c->frame_base, p->pass_count);
        c->frame++;
    }
}

static void input_buffer(struct chip *c, bool writable)
{
    if (!writable || ++c->x_count < c->d->x_size)
        return;
    c->x_count = 0;
    c->x_full[c->x_bank] = true;
    c->x_bank ^= 1;
}

/* Whether the first stage of the fetch takes a column: any that is empty makes room. */
static bool fetch_accepts(const struct chip *c, bool enqueue)
{
    for (int stage = 0; stage < c->d->fetch_clocks; stage++)
        if (!c->fetch[stage].valid)
            return true;
    return enqueue;
}

static void fetch_on(struct chip *c, bool enqueue)
{
    const int last = c->d->fetch_clocks - 1;
    if (enqueue)
        c->fetch[last].valid = false;
    for (int stage = last; stage > 0; stage--)
        if (!c->fetch[stage].valid) {
            c->fetch[stage] = c->fetch[stage - 1];
            c->fetch[stage - 1].valid = false;
        }
    look_for_room(c);
}

static void step(struct chip *c)
{
    const struct progress writer = c->writer;
    if (c->d->ready_clocks == 0)
        c->writer_seen = writer;
    bool enqueue = last_fetched(c)->valid && can_enqueue(c);
    enum stall stall = why_not(c, fetch_accepts(c, enqueue));
    bool beat = beat_arrives(c);
    bool element = element_step_possible(c);
    bool empty = pipeline_empty(c);
    bool ready = c->block_ready[block_of(c, c->pass_base, c->pass)];
    bool writable = !c->x_full[c->x_bank];

    int started = c->frame - (c->product == 0 && c->column == 0 && stall != STALL_NONE);
    struct cycles_frame *f = frame_at(c, started);
    if (f != NULL)
        f->stalls[stall]++;
    if (c->column == 0 && stall != STALL_NONE)
        c->waited[stall]++;

    retire(c);
    step_pes(c, enqueue, beat);
    if (enqueue && last_fetched(c)->closes)
        c->block_closed[last_fetched(c)->block] = true;
    element_path(c, element, empty, ready);
    fetch_on(c, enqueue);
    if (stall == STALL_NONE)
        send_column(c);
    input_buffer(c, writable);
    c->writer_seen = writer;
    c->now++;
}

/* ---- set-up --------------------------------------------------------------------------------- */

/* In the order in which they are written; of a vector that nobody reads none is. */
static void number_words(struct chip *c)
{
    const struct program *p = c->program;
    c->place = allocate((size_t)p->network.vector_count, sizeof *c->place);
    for (int n = 0; n < p->pass_count; n++) {
        const struct pass *pass = &p->passes[n];
        int **place = &c->place[pass->writes];
        if (!is_read(p, pass->writes))
            continue;
        if (*place == NULL)
            *place = allocate((size_t)p->network.vectors[pass->writes].size, sizeof **place);
        for (int word = 0; word < pass->beats; word++)
            (*place)[pass->word_base + word] = c->frame_words++;
    }
}

static struct chip chip_new(const struct program *p, struct cycles *result)
{
    const struct derived *d = &p->d;
    size_t blocks = (size_t)1 << d->block_bits;
    struct chip c = {.program = p, .d = d, .result = result};
    c.block_busy = allocate(blocks, sizeof(bool));
    c.block_closed = allocate(blocks, sizeof(bool));
    c.block_ready = allocate(blocks, sizeof(bool));
    c.pending = allocate(blocks, sizeof(int));
    c.retire_clocks = d->multiply_clocks + 1;
    c.retiring = allocate((size_t)c.retire_clocks, sizeof *c.retiring);
    for (int i = 0; i < c.retire_clocks; i++)
        c.retiring[i] = allocate(blocks, sizeof(int));
    c.fetch = allocate((size_t)d->fetch_clocks, sizeof *c.fetch);
    c.written = derive_written(d);
    c.in_flight = allocate((size_t)c.written + 1, sizeof *c.in_flight);
    c.pes = allocate((size_t)d->pes, sizeof *c.pes);
    for (int k = 0; k < d->pes; k++)
        c.pes[k].queue = allocate((size_t)d->fifo_depth, sizeof(struct queued));
    /* All of the frame before the first is there: zeros. */
    number_words(&c);
    return c;
}

static void chip_free(struct chip *c)
{
    for (int k = 0; k < c->d->pes; k++)
        free(c->pes[k].queue);
    for (int i = 0; i < c->retire_clocks; i++)
        free(c->retiring[i]);
    for (int v = 0; v < c->program->network.vector_count; v++)
        free(c->place[v]);
    free(c->place);
    free(c->retiring);
    free(c->fetch);
    free(c->in_flight);
    free(c->pes);
    free(c->block_busy);
    free(c->block_closed);
    free(c->block_ready);
    free(c->pending);
}

void plain_cycles_run(const struct program *p, int frames, struct cycles *result)
{
    *result = (struct cycles){.frame_count = frames};
    result->frames = allocate((size_t)frames, sizeof *result->frames);
    for (int t = 0; t < frames; t++) {
        struct cycles_frame *f = &result->frames[t];
        f->products = allocate((size_t)p->product_count, sizeof *f->products);
        f->passes = allocate((size_t)p->pass_count, sizeof *f->passes);
        f->waits = allocate((size_t)p->product_count, sizeof *f->waits);
        for (int n = 0; n < p->product_count; n++)
            f->products[n].begin = -1;
        for (int n = 0; n < p->pass_count; n++)
            f->passes[n].begin = -1;
    }
    struct chip c = chip_new(p, result);
    int64_t moved = 0; /* last clock in which anything was broadcast or stepped */
    while (c.words_out < (int64_t)frames * p->d.y_words) {
        int product = c.product, column = c.column, beat = c.beat;
        int64_t out = c.words_out;
        step(&c);
        if (product != c.product || column != c.column || beat != c.beat ||
            out != c.words_out)
            moved = c.now;
        BUG_UNLESS(c.now - moved < 1000000); /* the schedule must never lock up */
    }
    result->end = c.now + 1; /* the word popped last is taken in the next clock */
    result->cycles_per_frame =
        frames > 1 ? result->frames[frames - 1].start - result->frames[frames - 2].start : c.now;
    chip_free(&c);
}
