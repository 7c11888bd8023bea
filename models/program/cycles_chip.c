/* SPDX-License-Identifier: Apache-2.0
 * Each function below is one stage of the chip; chip_step() steps them all, every stage seeing the
 * registers as they were at the clock's beginning. */
#include "models/program/cycles_chip.h"

#include <stdlib.h>
#include <string.h>

#include "models/program/derive.h"
#include "models/program/places.h"

enum { ROM_LATENCY = 2 /* clocks from reset to the first word of a ROM stream */ };

static int block_of(const struct chip *c, int base, int pass)
{
    return (base + pass) & (c->block_count - 1);
}

/* Whether products read what the pass writes. */
static bool feeds_products(const struct pass *pass)
{
    return (pass->target & TARGET_STORES) != 0;
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

static void turn(int *at, int size)
{
    *at = *at + 1 == size ? 0 : *at + 1;
}

/* ---- element-wise path ---------------------------------------------------------------------- */

static bool element_step_possible(const struct chip *c)
{
    const struct pass *pass = &c->program->passes[c->pass];
    return c->running &&
           (!pass->leaves || c->reserved < 1 << c->d->y_fifo_bits);
}

/* The word that leaves the pipeline at the end of this clock. */
static void write_back(struct chip *c)
{
    const int tag = c->steps[c->step_at];
    if (tag == 0)
        return;
    const struct pass *pass = &c->program->passes[tag - 1];
    c->in_flight--;
    c->output_words += pass->leaves;
    c->written_words += feeds_products(pass);
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
    struct block *block = &c->blocks[block_of(c, c->pass_base, c->pass)];
    BUG_UNLESS(block->opened_for == c->pass);
    block->closed = false;
}

static void element_step(struct chip *c)
{
    const struct program *p = c->program;
    const struct pass *pass = &p->passes[c->pass];
    struct cycles_frame *f = frame_at(c, c->pass_frame);
    if (f != NULL)
        note(&f->passes[c->pass], c->now);
    c->in_flight++;
    c->reserved += pass->leaves;
    if (++c->beat < pass->beats)
        return;
    c->running = false;
    c->blocks[block_of(c, c->pass_base, c->pass)].busy = false;
    if (++c->pass < p->pass_count)
        return;
    c->pass_base = block_of(c, c->pass_base, c->pass);
    c->pass = 0;
    c->pass_frame++;
}

static void element_path(struct chip *c, bool step, bool start)
{
    const int words_before = c->output_words;
    write_back(c);
    send_output(c, words_before);
    c->steps[c->step_at] = step ? c->pass + 1 : 0;
    turn(&c->step_at, c->write_stage);
    if (step)
        element_step(c);
    else if (start)
        start_pass(c);
}

/* ---- PEs ------------------------------------------------------------------------------------ */

static const struct broadcast *last_fetched(const struct chip *c)
{
    return &c->fetch[c->d->fetch_clocks - 1];
}

static bool can_enqueue(const struct chip *c)
{
    const struct broadcast *sent = last_fetched(c);
    if (!sent->valid)
        return false;
    return c->d->ready_clocks > 0 ? c->room : pes_have_room(&c->pes, sent->column);
}

/* For the column that will be sent in the next clock. */
static void look_for_room(struct chip *c)
{
    const struct broadcast *sent = last_fetched(c);
    c->room = sent->valid && pes_had_room(&c->pes, sent->column);
}

/* SpmatRead: the beats reach all weight buffers together. */
static bool beat_arrives(struct chip *c)
{
    return !c->pes.stuffed && c->now >= ROM_LATENCY;
}

/* What comes to the queues in this clock is there to be issued in the next. */
static void note_issued(struct chip *c, int issued, bool enqueue)
{
    struct cycles_frame *f = frame_at(c, c->frame - (c->product == 0 && c->column == 0));
    const struct broadcast *sent = last_fetched(c);
    const int idle = c->d->pes - issued;
    if (f != NULL) {
        f->issued += issued;
        f->idle[c->met.why] += idle;
        f->idle_for[c->met.product] += c->met.why == STALL_ELEMENT ? idle : 0;
    }
    c->met = sent->valid ? (struct gap){enqueue ? STALL_NONE : STALL_QUEUE, 0} : sent->gap;
}

static void step_pes(struct chip *c, bool enqueue, bool beat)
{
    const struct broadcast *sent = last_fetched(c);
    const struct push push = {enqueue ? sent->column : -1, sent->block};
    int *retired = c->retiring + c->retire_at * c->block_count;
    const int issued = pes_step(&c->pes, push, beat, retired);
    if (enqueue)
        c->blocks[sent->block].pending += pes_takers(&c->pes, sent->column);
    if (enqueue && sent->closes)
        c->blocks[sent->block].closed = true;
    note_issued(c, issued, enqueue);
}

/* Accumulator blocks: what was issued retire_clocks ago is in the accumulators. */
static void retire(struct chip *c)
{
    turn(&c->retire_at, c->retire_clocks);
    int *retired = c->retiring + c->retire_at * c->block_count;
    for (int b = 0; b < c->block_count; b++) {
        c->blocks[b].ready = c->blocks[b].closed && c->blocks[b].pending == 0;
        c->blocks[b].pending -= retired[b];
        retired[b] = 0;
    }
}

/* ---- PtrRead and product sequencer ---------------------------------------------------------- */

/* All words of a frame that products read are one sequence. */
static bool element_ready(const struct chip *c, const struct product *product, int element)
{
    if (product->source == 0)
        return true;
    const int64_t frame = c->frame - product->before;
    const int64_t word = c->program->places[product->source].sequence + element_word(c->d, element);
    return frame * c->d->frame_words + word < c->written_seen;
}

static enum stall why_not(const struct chip *c, bool accepts)
{
    const struct product *product = &c->program->products[c->product];
    const struct column *column = &c->program->columns[product->first_column + c->column];
    if (c->product == 0 && c->column == 0 && !c->x_full[c->frame & 1])
        return STALL_INPUT;
    if (c->now < ROM_LATENCY + 2 * c->d->ready_clocks) /* ese_column_head */
        return STALL_COLUMNS;
    if (c->product == 0 && c->column == 0 && c->frame > c->pass_frame + 1)
        return STALL_ELEMENT; /* a frame ahead of the passes at most */
    if (product->opens && c->column == 0 &&
        c->blocks[block_of(c, c->frame_base, product->pass)].busy)
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

static void note_column(struct chip *c)
{
    struct cycles_frame *f = frame_at(c, c->frame);
    const enum stall wait = c->column == 0 ? longest_wait(c) : STALL_NONE;
    if (f == NULL)
        return;
    if (c->product == 0 && c->column == 0)
        f->start = c->now;
    if (c->column == 0)
        f->waits[c->product] = wait;
    note(&f->products[c->product], c->now);
}

static void send_column(struct chip *c)
{
    const struct program *p = c->program;
    const struct product *product = &p->products[c->product];
    const int block = block_of(c, c->frame_base, product->pass);
    note_column(c);
    if (product->opens && c->column == 0)
        c->blocks[block].busy = true, c->blocks[block].opened_for = product->pass;
    bool last = ++c->column == product->columns;
    c->fetch[0] = (struct broadcast){.valid = true,
                                     .closes = product->closes && last,
                                     .column = product->first_column + c->column - 1,
                                     .block = block};
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

/* Where no column is sent a gap goes the same way. */
static void send_gap(struct chip *c, enum stall stall)
{
    if (!c->fetch[0].valid)
        c->fetch[0].gap = (struct gap){stall, c->product};
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

static void count_stall(struct chip *c, enum stall stall)
{
    const bool between = c->product == 0 && c->column == 0 && stall != STALL_NONE;
    struct cycles_frame *f = frame_at(c, c->frame - between);
    if (f != NULL)
        f->stalls[stall]++;
    if (c->column == 0 && stall != STALL_NONE)
        c->waited[stall]++;
}

void chip_step(struct chip *c)
{
    const int64_t written = c->written_words;
    if (c->d->ready_clocks == 0)
        c->written_seen = written;
    const bool enqueue = can_enqueue(c);
    const enum stall stall = why_not(c, fetch_accepts(c, enqueue));
    const bool beat = beat_arrives(c);
    const bool element = element_step_possible(c);
    const bool start = !c->running && c->in_flight == 0 &&
                       c->blocks[block_of(c, c->pass_base, c->pass)].ready;
    const bool writable = !c->x_full[c->x_bank];

    count_stall(c, stall);
    retire(c);
    step_pes(c, enqueue, beat);
    element_path(c, element, start);
    fetch_on(c, enqueue);
    if (stall == STALL_NONE)
        send_column(c);
    else
        send_gap(c, stall);
    input_buffer(c, writable);
    c->written_seen = written;
    c->now++;
}

/* ---- set-up --------------------------------------------------------------------------------- */

struct chip chip_new(const struct program *p, struct cycles *result)
{
    const struct derived *d = &p->d;
    struct chip c = {.program = p, .d = d, .result = result};
    c.block_count = 1 << d->block_bits;
    c.blocks = allocate((size_t)c.block_count, sizeof *c.blocks);
    c.retire_clocks = d->multiply_clocks + 1;
    c.retiring = allocate((size_t)(c.retire_clocks * c.block_count), sizeof *c.retiring);
    c.fetch = allocate((size_t)d->fetch_clocks, sizeof *c.fetch);
    c.write_stage = derive_written(d);
    c.steps = allocate((size_t)c.write_stage, sizeof *c.steps);
    c.pes = pes_new(p);
    return c;
}

void chip_free(struct chip *c)
{
    pes_free(&c->pes);
    free(c->blocks);
    free(c->retiring);
    free(c->fetch);
    free(c->steps);
}

/* ---- its state ------------------------------------------------------------------------------ */

static int32_t *put_blocks(int32_t *at, const struct chip *c)
{
    for (int n = 0; n < c->block_count; n++) {
        const int b = block_of(c, c->frame_base, n);
        const struct block *block = &c->blocks[b];
        *at++ = block->busy | block->closed << 1 | block->ready << 2;
        *at++ = block->pending;
        for (int i = 1; i <= c->retire_clocks; i++)
            *at++ = c->retiring[(c->retire_at + i) % c->retire_clocks * c->block_count + b];
    }
    return at;
}

static int32_t *put_element_path(int32_t *at, const struct chip *c)
{
    *at++ = c->pass_frame - c->frame;
    *at++ = c->pass;
    *at++ = c->running ? 1 + c->beat : 0;
    *at++ = block_of(c, c->pass_base, -c->frame_base);
    for (int i = 0; i < c->write_stage; i++)
        *at++ = c->steps[(c->step_at + i) % c->write_stage];
    const int64_t frame_begin = (int64_t)c->frame * c->d->frame_words;
    *at++ = (int32_t)(c->written_words - frame_begin);
    *at++ = (int32_t)(c->written_seen - frame_begin);
    *at++ = c->reserved;
    *at++ = c->output_words;
    *at++ = c->output_lane;
    *at++ = c->pass_outputs;
    return at;
}

static int32_t gap_code(const struct gap *gap)
{
    return (int32_t)gap->why + (int32_t)STALL_COUNT * gap->product;
}

static int32_t *put_columns(int32_t *at, const struct chip *c)
{
    *at++ = c->x_full[c->frame & 1] | c->x_full[~c->frame & 1] << 1;
    *at++ = (c->x_bank ^ c->frame) & 1;
    *at++ = c->x_count;
    *at++ = c->product;
    *at++ = c->column;
    for (int s = 0; s < STALL_COUNT; s++)
        *at++ = (int32_t)c->waited[s];
    for (int i = 0; i < c->d->fetch_clocks; i++) {
        const struct broadcast *b = &c->fetch[i];
        *at++ = b->valid ? 1 + b->column : -gap_code(&b->gap);
        *at++ = b->valid ? block_of(c, b->block, -c->frame_base) << 1 | b->closes : 0;
    }
    *at++ = c->room;
    *at++ = gap_code(&c->met);
    return at;
}

static int32_t *put_pes(int32_t *at, const struct chip *c)
{
    const struct pes *pes = &c->pes;
    for (int k = 0; k < pes->count; k++) {
        *at++ = pes->weights[k];
        *at++ = pes->left[k];
        for (int i = 0; i < pes->depth; i++) {
            const struct slice *slice =
                pes->queues + k * pes->places + (pes->head[k] + i) % pes->places;
            *at++ = i < pes->held[k] ? slice->length : 0;
            *at++ = i < pes->held[k] ? block_of(c, slice->block, -c->frame_base) : 0;
        }
    }
    return at;
}

size_t chip_state_size(const struct chip *c)
{
    return (size_t)(c->block_count * (2 + c->retire_clocks)) + (size_t)(10 + c->write_stage) +
           (size_t)(7 + STALL_COUNT + 2 * c->d->fetch_clocks) +
           (size_t)c->pes.count * (size_t)(2 + 2 * c->pes.depth);
}

void chip_state(const struct chip *c, int32_t *state)
{
    int32_t *at = put_blocks(state, c);
    at = put_element_path(at, c);
    at = put_columns(at, c);
    at = put_pes(at, c);
    BUG_UNLESS(at == state + chip_state_size(c));
}
