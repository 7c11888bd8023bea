/* SPDX-License-Identifier: Apache-2.0 */
#include "host_queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bins.h"
#include "ese_registers.h"
#include "expect.h"
#include "findings.h"
#include "host_access.h"
#include "host_attempt.h"
#include "memory.h"
#include "ports.h"
#include "slot.h"

enum { PAGE = 4096, FLAG_SAVE = 1 };

/* Where the frames of x or y of a descriptor lie. */
struct frames {
    int32_t stride;  /* bytes from one to the next, 0: they lie one behind the other */
    uint64_t first;  /* byte of the region at which the first begins */
    uint64_t bytes;  /* of one */
};

/* Regions of the data port's memory, by number: the ring, the states, then x and y of each
 * descriptor. */
static struct {
    bool open;
    uint32_t first;       /* region: the ring */
    uint32_t submitted, done;
    uint32_t wait;        /* clocks until the next ones may be submitted */
    uint32_t x_frame_bytes, y_frame_bytes, word_bytes, element_bytes;
    uint64_t random;
    struct frames *x, *y; /* [descriptor_count] */
} queue;

static uint32_t draw(void)
{
    return stimulus_draw(&queue.random);
}

static bool present(void)
{
    return axi_present() && harness.plan.io == STIMULUS_IO_MEMORY;
}

uint32_t model_word(uint32_t word)
{
    const unsigned char *at = axi_original(STIMULUS_MODEL) + 4 * word;
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* ---- regions -------------------------------------------------------------------------------------- */

static struct memory_region *region(uint32_t number)
{
    return &axi_data_memory()->regions[queue.first + number];
}

static struct memory_region *state_region(uint32_t state)
{
    return region(1 + state);
}

static struct memory_region *x_region(uint32_t descriptor)
{
    return region(1 + harness.now->state_count + 2 * descriptor);
}

static struct memory_region *y_region(uint32_t descriptor)
{
    return region(2 + harness.now->state_count + 2 * descriptor);
}

/* Frames of the phase before this descriptor's. */
static uint32_t first_frame(uint32_t descriptor)
{
    uint32_t frames = 0;
    for (uint32_t i = 0; i < descriptor; i++)
        frames += harness.now->descriptors[i].frames;
    return frames;
}

static void noise(struct memory_region *r)
{
    for (uint64_t i = 0; i < r->bytes; i++)
        r->contents[i] = (unsigned char)draw();
    r->writes = 0;
}

static void out_of_memory(void)
{
    fprintf(stderr, "harness: out of memory\n");
    exit(1);
}

static void *allocated(size_t count, size_t size)
{
    void *made = calloc(count > 0 ? count : 1, size);
    if (made == NULL)
        out_of_memory();
    return made;
}

static struct memory_region *add_region(uint64_t base, uint64_t bytes)
{
    int number = memory_add(axi_data_memory(), base, allocated((size_t)bytes, 1), bytes);
    if (number < 0)
        out_of_memory();
    return &axi_data_memory()->regions[number];
}

static bool scattered(void)
{
    return harness.now->flags & STIMULUS_SCATTERED;
}

/* Bytes from a page on: whole bus words, often all but one of the page. */
static uint64_t scatter(void)
{
    const uint32_t bus = harness.plan.memory_data_bits / 8, words = PAGE / bus;
    return scattered() ? (draw() % 2 != 0 ? words - 1 : draw() % words) * bus : 0;
}

/* A piece of its own pages from *at on; moves *at behind it. */
static void add_piece(uint64_t *at, uint64_t bytes, bool is_state)
{
    const uint64_t base = *at + scatter();
    struct memory_region *r = add_region(base, bytes);
    r->readable = false;
    r->state = is_state;
    *at += (base - *at + bytes + PAGE - 1) / PAGE * PAGE + PAGE;
}

/* A piece for the frames of x or y of a descriptor; they go all ways in turn. */
static struct frames add_frames(uint64_t *at, uint32_t count, uint32_t frame_bytes, uint32_t turn)
{
    const uint32_t bus = harness.plan.memory_data_bits / 8;
    const uint32_t apart = turn % 4 < 2 ? 0 : (1 + draw() % (PAGE / bus)) * bus;
    const int32_t step = (int32_t)(frame_bytes + apart);
    const uint64_t behind = (uint64_t)(count - 1) * (uint32_t)step;
    struct frames f = {.bytes = frame_bytes};
    if (scattered() && (apart != 0 || turn % 2 == 1))
        f = (struct frames){turn % 2 == 1 ? -step : step, turn % 2 == 1 ? behind : 0, frame_bytes};
    add_piece(at, f.stride != 0 ? behind + frame_bytes : (uint64_t)count * frame_bytes, false);
    return f;
}

static unsigned char *frame_at(const struct memory_region *r, const struct frames *f, uint32_t frame)
{
    const int64_t step = f->stride != 0 ? f->stride : (int64_t)f->bytes;
    return r->contents + (int64_t)f->first + step * (int64_t)frame;
}

/* It begins a page. */
static void add_ring(uint64_t *at)
{
    const uint32_t bytes = (uint32_t)STIMULUS_DESCRIPTOR_BYTES << harness.now->ring_bits;
    add_region(*at, bytes);
    *at += ((uint64_t)bytes + PAGE - 1) / PAGE * PAGE + PAGE;
}

void queue_begin(void)
{
    if (!present())
        return;
    const struct stimulus_phase *p = harness.now;
    queue.open = true;
    queue.first = axi_data_memory()->region_count;
    queue.random = p->seed ^ UINT64_C(0x5ee0);
    queue.x_frame_bytes = model_word(ESE_IMAGE_X_FRAME_BYTES);
    queue.y_frame_bytes = model_word(ESE_IMAGE_Y_FRAME_BYTES);
    queue.word_bytes = model_word(ESE_IMAGE_XY_WORD_BYTES);
    queue.element_bytes = model_word(ESE_IMAGE_ELEMENT_BYTES);
    queue.x = allocated(p->descriptor_count, sizeof *queue.x);
    queue.y = allocated(p->descriptor_count, sizeof *queue.y);
    uint64_t at = harness.plan.queue_base;
    add_ring(&at);
    for (uint32_t i = 0; i < p->state_count; i++)
        add_piece(&at, model_word(ESE_IMAGE_STATE_BYTES), true);
    for (uint32_t i = 0; i < p->descriptor_count; i++) {
        const uint32_t frames = p->descriptors[i].frames, turn = harness.phase + i;
        queue.x[i] = add_frames(&at, frames, queue.x_frame_bytes, turn);
        queue.y[i] = add_frames(&at, frames, queue.y_frame_bytes, turn + turn / 4);
    }
    queue_rewind();
}

void queue_rewind(void)
{
    if (!queue.open)
        return;
    uint32_t count = axi_data_memory()->region_count - queue.first;
    for (uint32_t i = 0; i < count; i++) {
        noise(region(i));
        region(i)->readable = i == 0;
        region(i)->writable = false;
    }
    queue.submitted = queue.done = queue.wait = 0;
}

void queue_end(void)
{
    if (!queue.open)
        return;
    uint32_t count = axi_data_memory()->region_count - queue.first;
    for (uint32_t i = 0; i < count; i++)
        free(region(i)->contents);
    memory_forget(axi_data_memory(), queue.first);
    free(queue.x);
    free(queue.y);
    queue.open = false;
}

uint64_t queue_ring(void)
{
    return region(0)->base;
}

/* What the chip may do with the pieces now: read x and write y of what is submitted and not done, and
 * the states that this restores or saves. */
static void set_access(void)
{
    const struct stimulus_phase *p = harness.now;
    for (uint32_t i = 0; i < p->state_count; i++)
        state_region(i)->readable = state_region(i)->writable = false;
    for (uint32_t i = 0; i < p->descriptor_count; i++) {
        const struct stimulus_descriptor *d = &p->descriptors[i];
        bool now = i >= queue.done && i < queue.submitted;
        x_region(i)->readable = y_region(i)->writable = now;
        if (now && d->save >= 0)
            state_region((uint32_t)d->save)->writable = true;
        if (now && d->restore >= 0)
            state_region((uint32_t)d->restore)->readable = true;
    }
}

/* ---- submitting ----------------------------------------------------------------------------------- */

/* One element of all channels: noise in idle ones, and above the bits that count. */
static void put_x(unsigned char *word, uint32_t frame, uint32_t element)
{
    const struct stimulus *plan = &harness.plan;
    size_t at = harness.now->first_frame + frame;
    const uint32_t *active = plan->active + at * stimulus_mask_words(plan->channels);
    for (uint32_t c = 0; c < plan->channels; c++) {
        if (!mask_bit(active, c))
            continue;
        uint32_t bits = plan->activation_bits;
        uint32_t x = (uint32_t)plan->x[(at * plan->channels + c) * plan->input + element];
        uint32_t high = bits < 32 ? draw() << bits : 0;
        x = bits < 32 ? (x & ((UINT32_C(1) << bits) - 1)) | high : x;
        for (uint32_t i = 0; i < queue.element_bytes; i++)
            word[c * queue.element_bytes + i] = (unsigned char)(x >> 8 * i);
    }
}

/* A state as it was saved, with every channel's part moved to another channel. */
static void rotate_state(struct memory_region *state, uint32_t by)
{
    uint32_t channels = harness.plan.channels, slot = model_word(ESE_IMAGE_STATE_SLOT_BYTES);
    uint32_t word = model_word(ESE_IMAGE_STATE_WORD_BYTES);
    unsigned char *old = malloc(word);
    for (uint64_t at = 0; old != NULL && by % channels != 0 && at + word <= state->bytes; at += word) {
        memcpy(old, state->contents + at, word);
        for (uint32_t c = 0; c < channels; c++)
            memcpy(state->contents + at + (size_t)((c + by) % channels) * slot,
                   old + (size_t)c * slot, slot);
    }
    free(old);
}

/* The model begins its utterances with a state of its own, which lies in its image. */
static bool has_initial(void)
{
    return model_word(ESE_IMAGE_INITIAL_OFFSET) != 0;
}

/* Channels whose utterance begins with the descriptor, [mask_words]. */
static void beginners(uint32_t index, uint32_t mask[STIMULUS_MASK_WORDS])
{
    const struct stimulus *plan = &harness.plan;
    uint32_t words = stimulus_mask_words(plan->channels);
    size_t at = (harness.now->first_frame + first_frame(index)) * (size_t)words;
    for (uint32_t i = 0; i < STIMULUS_MASK_WORDS; i++)
        mask[i] = i < words ? plan->first[at + i] & plan->active[at + i] : 0;
}

/* Those that begin where others are restored find theirs in the same place. */
static void add_initial(struct memory_region *state, uint32_t index)
{
    const unsigned char *initial =
        axi_region(STIMULUS_MODEL)->contents + model_word(ESE_IMAGE_INITIAL_OFFSET);
    const uint32_t word = model_word(ESE_IMAGE_STATE_WORD_BYTES);
    const uint32_t slot = model_word(ESE_IMAGE_STATE_SLOT_BYTES);
    uint32_t begin[STIMULUS_MASK_WORDS];
    beginners(index, begin);
    for (uint32_t c = 0; c < harness.plan.channels; c++)
        for (uint64_t at = (uint64_t)c * slot; mask_bit(begin, c) && at + slot <= state->bytes; at += word)
            memcpy(state->contents + at, initial + at, slot);
}

static void put_words(unsigned char *at, uint32_t word, const uint32_t *words, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t byte = 0; byte < 4; byte++)
            at[4 * (word + i) + byte] = (unsigned char)(words[i] >> 8 * byte);
}

static void put_address(unsigned char *at, uint32_t word, uint64_t address)
{
    put_words(at, word, (const uint32_t[]){(uint32_t)address, (uint32_t)(address >> 32)}, 2);
}

static void put_patches(unsigned char *at, uint32_t descriptor)
{
    uint64_t begin = (uint64_t)descriptor * STIMULUS_DESCRIPTOR_BYTES;
    for (uint32_t i = 0; i < harness.now->patch_count; i++) {
        const struct stimulus_patch *p = &harness.now->patches[i];
        if (p->target != STIMULUS_DESCRIPTORS || p->attempt != host_attempt())
            continue;
        for (uint64_t n = 0; n < p->bytes; n++)
            if (p->offset + n >= begin && p->offset + n < begin + STIMULUS_DESCRIPTOR_BYTES)
                at[p->offset + n - begin] = (unsigned char)(p->word >> 8 * (n % 4));
    }
}

/* Who is restored, and from where, and who begins with zeros.  A channel that is restored does not begin,
 * whatever its bit says. */
static void put_restored(unsigned char *at, uint32_t index, const uint32_t *first)
{
    const struct stimulus_descriptor *d = &harness.now->descriptors[index];
    uint32_t begin[STIMULUS_MASK_WORDS], any = 0;
    beginners(index, begin);
    for (uint32_t i = 0; i < stimulus_mask_words(harness.plan.channels); i++) {
        uint32_t restored = (d->restore >= 0 ? d->restored[i] : 0) | (has_initial() ? begin[i] : 0);
        uint32_t zeros = restored != 0 ? (first[i] & ~restored) | (restored & draw()) : first[i];
        put_words(at, ESE_DESCRIPTOR_RESTORE + i, &restored, 1);
        put_words(at, ESE_DESCRIPTOR_FIRST + i, &zeros, 1);
        any |= restored;
    }
    if (d->restore >= 0)
        put_address(at, ESE_DESCRIPTOR_RESTORE_ADDRESS, state_region((uint32_t)d->restore)->base);
    else if (any != 0)
        put_address(at, ESE_DESCRIPTOR_RESTORE_ADDRESS,
                    axi_region(STIMULUS_MODEL)->base + model_word(ESE_IMAGE_INITIAL_OFFSET));
}

static void put_descriptor(unsigned char *at, uint32_t index)
{
    const struct stimulus *plan = &harness.plan;
    const struct stimulus_descriptor *d = &harness.now->descriptors[index];
    uint32_t mask = stimulus_mask_words(plan->channels);
    size_t frame = harness.now->first_frame + first_frame(index);
    memset(at, 0, STIMULUS_DESCRIPTOR_BYTES);
    put_words(at, ESE_DESCRIPTOR_MAGIC, &(uint32_t){ESE_IDENTITY_DESCRIPTOR}, 1);
    put_words(at, ESE_DESCRIPTOR_FLAGS, &(uint32_t){d->save >= 0 ? FLAG_SAVE : 0}, 1);
    put_words(at, ESE_DESCRIPTOR_FRAMES, &d->frames, 1);
    put_address(at, ESE_DESCRIPTOR_X_ADDRESS, x_region(index)->base + queue.x[index].first);
    put_address(at, ESE_DESCRIPTOR_Y_ADDRESS, y_region(index)->base + queue.y[index].first);
    put_words(at, ESE_DESCRIPTOR_X_STRIDE, &(uint32_t){(uint32_t)queue.x[index].stride}, 1);
    put_words(at, ESE_DESCRIPTOR_Y_STRIDE, &(uint32_t){(uint32_t)queue.y[index].stride}, 1);
    if (d->save >= 0)
        put_address(at, ESE_DESCRIPTOR_SAVE_ADDRESS, state_region((uint32_t)d->save)->base);
    put_words(at, ESE_DESCRIPTOR_ACTIVE, plan->active + frame * mask, mask);
    put_restored(at, index, plan->first + frame * mask);
    put_patches(at, index);
}

static bool may_submit(void)
{
    const struct stimulus_phase *p = harness.now;
    uint32_t next = queue.submitted;
    if (next == p->descriptor_count || next - queue.done >= UINT32_C(1) << p->ring_bits)
        return false;
    if (slot_holds(first_frame(next)))
        return false;
    /* A state is restored only when it has been saved. */
    for (uint32_t i = queue.done; i < next; i++)
        if (p->descriptors[next].restore >= 0 &&
            p->descriptors[i].save == p->descriptors[next].restore)
            return false;
    return true;
}

static void count_descriptor(uint32_t index)
{
    const struct stimulus_descriptor *d = &harness.now->descriptors[index];
    uint32_t room = UINT32_C(1) << harness.now->ring_bits, waiting = index - queue.done;
    bin_hit(BIN_DESCRIPTOR);
    bin_hit(d->frames > 1 ? BIN_DESCRIPTOR_MORE : BIN_DESCRIPTOR_ONE);
    bin_hit(waiting > 0 ? BIN_DESCRIPTOR_QUEUED : BIN_DESCRIPTOR_LATE);
    if (waiting + 1 == room)
        bin_hit(BIN_DESCRIPTOR_FULL);
    if (index >= room)
        bin_hit(BIN_DESCRIPTOR_WRAP);
    if (d->frames > 1 && (queue.x[index].stride < 0 || queue.y[index].stride < 0))
        bin_hit(BIN_DESCRIPTOR_BACKWARD);
    if (d->frames > 1 && (queue.x[index].stride > 0 || queue.y[index].stride > 0))
        bin_hit(BIN_DESCRIPTOR_APART);
    if (d->save >= 0)
        bin_hit(BIN_DESCRIPTOR_SAVE);
    if (d->restore >= 0)
        bin_hit(d->rotate != 0 ? BIN_DESCRIPTOR_ROTATE : BIN_DESCRIPTOR_RESTORE);
}

static void submit(void)
{
    const struct stimulus_phase *p = harness.now;
    uint32_t index = queue.submitted++, frame = first_frame(index);
    const struct stimulus_descriptor *d = &p->descriptors[index];
    uint32_t place = index & ((UINT32_C(1) << p->ring_bits) - 1);
    for (uint32_t f = 0; f < d->frames; f++)
        for (uint32_t e = 0; e < harness.plan.input; e++)
            put_x(frame_at(x_region(index), &queue.x[index], f) + (size_t)e * queue.word_bytes, frame + f, e);
    if (d->restore >= 0)
        rotate_state(state_region((uint32_t)d->restore), d->rotate);
    if (d->restore >= 0 && has_initial())
        add_initial(state_region((uint32_t)d->restore), index);
    if (d->save >= 0)
        state_region((uint32_t)d->save)->writes = 0;
    put_descriptor(region(0)->contents + (size_t)place * STIMULUS_DESCRIPTOR_BYTES, index);
    count_descriptor(index);
    set_access();
}

bool queue_hand_over(int64_t played)
{
    const struct stimulus_phase *p = harness.now;
    bool stuck = p->flags & STIMULUS_STUCK_X && played >= p->cut_cycle;
    if (stuck || played < p->valid_cycle || !may_submit())
        return false;
    if (queue.wait > 0) {
        queue.wait--;
        return false;
    }
    do {
        submit();
        if (p->x_gap != 0 && draw() % 65536 < p->x_gap)
            queue.wait = 1 + draw() % (p->x_gap_length != 0 ? p->x_gap_length : 1);
    } while (queue.wait == 0 && may_submit());
    write_register(ESE_QUEUE_TAIL, queue.submitted);
    return true;
}

/* ---- looking at what came ------------------------------------------------------------------------- */

static int32_t element(const unsigned char *word, uint32_t channel)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < queue.element_bytes; i++)
        value |= (uint32_t)word[channel * queue.element_bytes + i] << 8 * i;
    return sign_extend(value, 8 * queue.element_bytes);
}

/* Is all of the channel's y in this frame 0? */
static bool silent(const unsigned char *frame, uint32_t channel)
{
    for (uint32_t e = 0; e < stimulus_y(&harness.plan)->elements; e++)
        if (element(frame + (size_t)e * queue.word_bytes, channel) != 0)
            return false;
    return true;
}

static bool as_expected(const unsigned char *at, uint32_t frame, uint32_t channel)
{
    for (uint32_t e = 0; e < stimulus_y(&harness.plan)->elements; e++) {
        const struct value_at y = y_at(frame, channel, e);
        if (element(at + (size_t)e * queue.word_bytes, channel) != expected_value(&y))
            return false;
    }
    return true;
}

static void check_frame(const unsigned char *at, uint32_t frame)
{
    const struct stimulus *plan = &harness.plan;
    const uint32_t elements = stimulus_y(plan)->elements;
    uint32_t watched = slot_channel(frame);
    bool quiet = watched < plan->channels && silent(at, watched);
    if (quiet && !as_expected(at, frame, watched))
        slot_saw_closed(frame);
    if (!quiet) /* a voice whose y is 0 anyway tells nothing */
        slot_check(frame);
    const uint32_t *active = frame_active(frame);
    uint64_t used = 0;
    for (uint32_t e = 0; e < elements; e++) {
        const unsigned char *word = at + (size_t)e * queue.word_bytes;
        for (uint32_t c = 0; c < plan->channels; c++) {
            if (mask_bit(active, c))
                check_y_is(frame, c, e, element(word, c));
            else if (element(word, c) != 0)
                mismatch(AT "y of frame %u, channel %u, element %u: the channel is idle, expected 0, "
                         "got %d", HERE, frame, c, e, element(word, c));
        }
        for (used = plan->channels * queue.element_bytes; used < queue.word_bytes; used++)
            if (word[used] != 0)
                mismatch(AT "y of frame %u, element %u: byte %u of padding is %02x, not 0", HERE,
                         frame, e, (unsigned)used, word[used]);
    }
    for (used = (uint64_t)elements * queue.word_bytes; used < queue.y_frame_bytes; used++)
        if (at[used] != 0)
            mismatch(AT "y of frame %u: byte %u of padding is %02x, not 0", HERE, frame,
                     (unsigned)used, at[used]);
}

/* An entry of the model image's table of vectors. */
static uint32_t vector_word(uint32_t number, uint32_t word)
{
    return model_word(model_word(ESE_IMAGE_VECTORS_OFFSET) / 4 + number * 8 + word);
}

/* What the plan has of a vector of the state, NULL: nothing. */
static const struct stimulus_vector *planned_vector(uint32_t number)
{
    const struct stimulus *plan = &harness.plan;
    const uint32_t kind = vector_word(number, ESE_VECTOR_KIND);
    const char *letter = kind == ESE_KIND_CELL ? "c" : "y";
    char name[STIMULUS_NAME];
    snprintf(name, sizeof name, "%u.%s", vector_word(number, ESE_VECTOR_LAYER), letter);
    for (uint32_t n = 0; n < plan->vector_count; n++)
        if (strcmp(plan->vectors[n].name, name) == 0 || strcmp(plan->vectors[n].name, letter) == 0)
            return &plan->vectors[n];
    return NULL;
}

/* Does the saved state hold what the plan has of it in a frame? */
static void check_vector(const struct memory_region *state, uint32_t number, uint32_t frame,
                         const struct stimulus_vector *vector)
{
    const struct stimulus *plan = &harness.plan;
    const uint32_t groups = (plan->pes + plan->lanes - 1) / plan->lanes;
    for (uint32_t c = 0; c < plan->channels; c++)
        for (uint32_t e = 0; e < vector->elements; e++) {
            uint32_t word = vector_word(number, ESE_VECTOR_FIRST) + e / plan->pes * groups +
                            e % plan->pes / plan->lanes;
            const unsigned char *at =
                state->contents + (size_t)word * model_word(ESE_IMAGE_STATE_WORD_BYTES);
            int32_t got = element(at, c * plan->lanes + e % plan->pes % plan->lanes);
            int32_t right =
                mask_bit(frame_active(frame), c)
                    ? stimulus_values(plan, vector, harness.now->first_frame + frame, c)[e] : 0;
            if (got != right)
                mismatch(AT "state after frame %u, %s, channel %u, element %u: expected %d, got %d",
                         HERE, frame, vector->name, c, e, right, got);
        }
}

/* All of it that the plan knows: c of every layer, y of the last, and more with taps. */
static void check_state(const struct memory_region *state, uint32_t frame)
{
    for (uint32_t n = 0; n < model_word(ESE_IMAGE_VECTORS); n++) {
        const struct stimulus_vector *vector = planned_vector(n);
        if (vector == NULL)
            continue;
        if (vector->elements != vector_word(n, ESE_VECTOR_ELEMENTS))
            mismatch(AT "%s has %u elements in the model image, not %u", HERE, vector->name,
                     vector_word(n, ESE_VECTOR_ELEMENTS), vector->elements);
        else
            check_vector(state, n, frame, vector);
    }
}

static void check_descriptor(uint32_t index)
{
    const struct stimulus_descriptor *d = &harness.now->descriptors[index];
    const struct memory_region *y = y_region(index);
    uint32_t frame = first_frame(index);
    const uint64_t y_bytes = (uint64_t)d->frames * queue.y_frame_bytes;
    if (y->writes != y_bytes)
        violation(AT "descriptor %u is done, but %llu bytes of its %llu of y have been written", HERE,
                  index, (unsigned long long)y->writes, (unsigned long long)y_bytes);
    if (d->save >= 0) {
        const struct memory_region *state = state_region((uint32_t)d->save);
        if (state->writes != state->bytes)
            violation(AT "descriptor %u is done, but %llu bytes of its %llu of state have been written",
                      HERE, index, (unsigned long long)state->writes,
                      (unsigned long long)state->bytes);
        check_state(state, frame + d->frames - 1);
    }
    for (uint32_t f = 0; f < d->frames; f++) {
        check_frame(frame_at(y, &queue.y[index], f), frame + f);
        frame_is_out();
    }
}

bool queue_done(uint32_t head)
{
    if (head < queue.done || head > queue.submitted) {
        violation(AT "QUEUE_HEAD is %u; it was %u, and %u are submitted", HERE, head, queue.done,
                  queue.submitted);
        return false;
    }
    while (queue.done < head)
        check_descriptor(queue.done++);
    set_access();
    return true;
}
