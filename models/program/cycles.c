/* SPDX-License-Identifier: Apache-2.0
 * Once a frame begins in a state in which an earlier one began, the frames repeat: the rest is
 * copied. */
#include "models/program/cycles.h"

#include <stdlib.h>
#include <string.h>

#include "models/program/cycles_chip.h"

enum {
    STATES = 4,         /* of the last frames' beginnings */
    LOCKED = 1000000    /* clocks in which nothing moves: the schedule must never lock up */
};

struct run {
    struct chip chip;
    struct cycles *result;
    int64_t *finished;       /* [frame_count] clock after its last y word left the output FIFO */
    int32_t *states[STATES]; /* by frame, mod STATES */
    int64_t clocks[STATES];  /* when they were */
    int repeats;             /* first frame that is as one before was, or the number of frames */
    int period;              /* in frames: how long before */
    int64_t period_clocks;
};

/* ---- the frames' records --------------------------------------------------------------------- */

static void make_frames(struct cycles *result, const struct program *p, int frames)
{
    *result = (struct cycles){.frame_count = frames};
    result->frames = allocate((size_t)frames, sizeof *result->frames);
    for (int t = 0; t < frames; t++) {
        struct cycles_frame *f = &result->frames[t];
        f->start = -1;
        f->products = allocate((size_t)p->product_count, sizeof *f->products);
        f->passes = allocate((size_t)p->pass_count, sizeof *f->passes);
        f->waits = allocate((size_t)p->product_count, sizeof *f->waits);
        f->idle_for = allocate((size_t)p->product_count, sizeof *f->idle_for);
        for (int n = 0; n < p->product_count; n++)
            f->products[n].begin = -1;
        for (int n = 0; n < p->pass_count; n++)
            f->passes[n].begin = -1;
    }
}

static void copy_intervals(struct interval *to, const struct interval *from, int count,
                           int64_t later)
{
    for (int n = 0; n < count; n++)
        to[n] = (struct interval){from[n].begin + later, from[n].end + later};
}

static void copy_frame(const struct program *p, struct cycles_frame *to,
                       const struct cycles_frame *from, int64_t later)
{
    to->start = from->start + later;
    to->issued = from->issued;
    copy_intervals(to->products, from->products, p->product_count, later);
    copy_intervals(to->passes, from->passes, p->pass_count, later);
    memcpy(to->waits, from->waits, (size_t)p->product_count * sizeof *to->waits);
    memcpy(to->stalls, from->stalls, sizeof to->stalls);
    memcpy(to->idle, from->idle, sizeof to->idle);
    memcpy(to->idle_for, from->idle_for, (size_t)p->product_count * sizeof *to->idle_for);
}

/* ---- repetition ------------------------------------------------------------------------------ */

/* A frame after the first begins: whether one of the last ones began so. */
static void compare(struct run *run)
{
    const int frame = run->chip.frame;
    int32_t *state = run->states[frame % STATES];
    chip_state(&run->chip, state);
    run->clocks[frame % STATES] = run->chip.now;
    for (int ago = 1; ago < STATES && ago < frame; ago++)
        if (memcmp(state, run->states[(frame - ago) % STATES],
                   chip_state_size(&run->chip) * sizeof *state) == 0) {
            run->repeats = frame;
            run->period = ago;
            run->period_clocks = run->chip.now - run->clocks[(frame - ago) % STATES];
            return;
        }
}

static void repeat(struct run *run)
{
    for (int t = run->repeats; t < run->result->frame_count; t++) {
        struct cycles_frame *frames = run->result->frames;
        copy_frame(run->chip.program, &frames[t], &frames[t - run->period], run->period_clocks);
        run->finished[t] = run->finished[t - run->period] + run->period_clocks;
    }
}

/* ---- the run --------------------------------------------------------------------------------- */

/* All that is told of the frames before the first that repeats is known. */
static bool complete(const struct run *run)
{
    const struct chip *c = &run->chip;
    return c->words_out >= (int64_t)run->repeats * c->d->y_words &&
           (c->frame > run->repeats || (c->frame == run->repeats && c->product + c->column > 0));
}

static void step(struct run *run)
{
    struct chip *c = &run->chip;
    const int frame = c->frame;
    const int64_t out = c->words_out;
    chip_step(c);
    if (c->words_out != out && c->words_out % c->d->y_words == 0) {
        const int64_t t = c->words_out / c->d->y_words - 1;
        if (t < run->result->frame_count)
            run->finished[t] = c->now + 1; /* the word popped last is taken in the next clock */
    }
    if (c->frame != frame && c->frame < run->repeats)
        compare(run);
}

static void run_frames(struct run *run)
{
    const struct chip *c = &run->chip;
    int64_t moved = 0; /* last clock in which anything was broadcast or stepped */
    while (!complete(run)) {
        const int product = c->product, column = c->column, beat = c->beat;
        const int64_t out = c->words_out;
        step(run);
        if (product != c->product || column != c->column || beat != c->beat || out != c->words_out)
            moved = c->now;
        BUG_UNLESS(c->now - moved < LOCKED);
    }
    repeat(run);
}

void cycles_run(const struct program *p, int frames, struct cycles *result)
{
    struct run run = {.result = result, .repeats = frames};
    make_frames(result, p, frames);
    run.chip = chip_new(p, result);
    run.finished = allocate((size_t)frames, sizeof *run.finished);
    for (int i = 0; i < STATES; i++)
        run.states[i] = allocate(chip_state_size(&run.chip), sizeof *run.states[i]);
    run_frames(&run);
    result->end = run.finished[frames - 1];
    result->cycles_per_frame =
        frames > 1 ? result->frames[frames - 1].start - result->frames[frames - 2].start
                   : result->end - 1;
    for (int i = 0; i < STATES; i++)
        free(run.states[i]);
    free(run.finished);
    chip_free(&run.chip);
}

void cycles_free(struct cycles *result)
{
    for (int t = 0; t < result->frame_count; t++) {
        free(result->frames[t].products);
        free(result->frames[t].passes);
        free(result->frames[t].waits);
        free(result->frames[t].idle_for);
    }
    free(result->frames);
}

const char *stall_name(enum stall stall)
{
    static const char *names[STALL_COUNT] = {"none", "input", "columns", "accumulator", "element",
                                             "queue"};
    return names[stall];
}
