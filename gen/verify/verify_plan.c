/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify/verify_plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/emit/registers.h"
#include "gen/image/images.h"
#include "gen/image/regions.h"
#include "models/base/crc32.h"
#include "models/network/reference.h"
#include "models/number/golden.h"
#include "models/program/derive.h"

enum {
    RESET_LATENCY = 1,     /* clocks from aresetn to the reset inside */
    IDLE_MOST = 3,         /* frames that a channel may rest between two utterances */
    DRAWN_FRAMES_MOST = 9, /* length of a drawn utterance */
    DESCRIPTOR_FRAMES_MOST = 5,
    CHART_FRAMES = 2,
    WATCHDOG = 20000,      /* clocks: longer than any memory model pauses */
    REGION_GAP = 1 << 24,  /* the regions lie apart, so that an address that is wrong shows */
    REGION_BASE = 1 << 20,
    SETTLED_FRAME = 3,     /* with a queue: x of this frame comes while others are computed */
    HOST_CLOCKS = 200,     /* about what the host takes from start to the first frame */
    RING_BITS = 4          /* room for so many descriptors that the chip never waits for one */
};

/* ---- who speaks when ------------------------------------------------------------------------ */

/* Each channel takes the next utterance when its last one has ended and it has rested a little. */
static void cast_voices(struct voice *voices, const struct utterances *u, int frames, int channels,
                        struct random *random)
{
    int next = 0;
    for (int c = 0; c < channels; c++) {
        /* Channel 0 begins at once, so that some channel speaks in the first frame. */
        int rest = c == 0 ? 0 : (int)random_below(random, IDLE_MOST + 1);
        struct voice voice = {-1, 0};
        for (int t = 0; t < frames; t++) {
            if (voice.utterance >= 0 && ++voice.frame == u->frames[voice.utterance].rows) {
                voice.utterance = -1;
                rest = (int)random_below(random, IDLE_MOST + 1);
            }
            if (voice.utterance < 0 && rest-- == 0)
                voice = (struct voice){next++ % u->count, 0};
            voices[t * channels + c] = voice;
        }
    }
}

/* The same where voices change only where a descriptor begins. */
static void cast_descriptors(struct planner *pl)
{
    struct verify_plan *plan = pl->plan;
    int channels = pl->program->d.channels, next = 0;
    for (int t = 0, left = 1; t < pl->frames; t++) {
        /* One frame, two frames, and then any number. */
        plan->begins[t] = t == 0 || --left == 0;
        if (plan->begins[t] && t > 0)
            left = t == 1 ? 2 : 1 + (int)random_below(&pl->random, DESCRIPTOR_FRAMES_MOST);
    }
    for (int c = 0; c < channels; c++) {
        struct voice voice = {-1, 0};
        for (int t = 0; t < pl->frames; t++) {
            voice.frame++;
            if (plan->begins[t]) {
                uint64_t draw = random_below(&pl->random, 8);
                bool silent = voice.utterance < 0;
                /* Speaks on, falls silent, or begins to speak; channel 0 begins at once. */
                if ((silent && draw < 5) || draw < 2 || (c == 0 && t == 0))
                    voice = (struct voice){next++ % pl->drawn, 0};
                else if (silent || draw < 3)
                    voice.utterance = -1;
            }
            plan->voices[t * channels + c] = voice;
        }
    }
}

/* ---- what goes in and must come out --------------------------------------------------------- */

/* Both models of one channel. */
struct models {
    const struct quantized *q;
    const struct reference *reference;
    const struct program *program;
    struct golden_state golden;
    struct reference_state exact;
};

static void start_models(struct models *m)
{
    m->golden = golden_start(m->q);
    m->exact = reference_start(&m->program->network);
}

static void end_models(struct models *m)
{
    golden_end(&m->golden);
    reference_end(&m->exact);
}

/* Plays one frame of an utterance; x: what goes in. */
static void step_models(struct models *m, const struct matrix *utterance, int frame, int32_t *x)
{
    const struct quantized *q = m->q;
    const float *features =
        utterance->at + (size_t)(frame % utterance->rows) * (size_t)q->input;
    for (int i = 0; i < q->input; i++)
        x[i] = (int32_t)quantize_value((double)features[i], q->formats.x, q->activation_bits);
    golden_step(q, &m->golden, x);
    reference_step(m->reference, &m->exact, features);
}

/* An utterance that does not go on where the frame before left it goes on with a restored state: as if
 * it had never been interrupted. */
static void catch_up(struct models *m, const struct matrix *utterance, int frames, int32_t *x)
{
    end_models(m);
    start_models(m);
    for (int f = 0; f < frames; f++)
        step_models(m, utterance, f, x);
}

static void fill_channel(struct verify_plan *plan, const struct program *p,
                         const struct utterances *u, const struct reference *reference, int channel)
{
    struct stimulus *s = &plan->stimulus;
    const struct quantized *q = &p->quant;
    struct models m = {.q = q, .reference = reference, .program = p};
    struct voice before = {-1, 0};
    start_models(&m);
    for (uint32_t t = 0; t < s->frame_count; t++) {
        size_t slot = (size_t)t * s->channels + (size_t)channel;
        struct voice voice = plan->voices[slot];
        stimulus_set(s->active, s, t, (uint32_t)channel, voice.utterance >= 0);
        if (voice.utterance >= 0) {
            const struct matrix *utterance = &u->frames[voice.utterance];
            int32_t *x = s->x + slot * s->input;
            bool goes_on = before.utterance == voice.utterance && before.frame + 1 == voice.frame;
            if (!goes_on)
                catch_up(&m, utterance, voice.frame, x);
            stimulus_set(s->first, s, t, (uint32_t)channel, voice.frame == 0);
            step_models(&m, utterance, voice.frame, x);
            memcpy(s->y + slot * s->output, m.golden.y, s->output * sizeof *m.golden.y);
            memcpy(s->c + slot * s->cell, m.golden.c, s->cell * sizeof *m.golden.c);
            for (int i = 0; i < q->output; i++)
                plan->max_float_error = fmax(
                    plan->max_float_error, fabs(ldexp(m.golden.y[i], -q->formats.y) - m.exact.y[i]));
        }
        before = voice;
    }
    end_models(&m);
}

static int chip_images(const struct program *p)
{
    int count = 0;
    for (int n = 0; n < IMAGE_COUNT; n++)
        count += image_is_on_chip(p, n);
    return count;
}

static void fill_shape(struct stimulus *s, const struct program *p, int frames)
{
    const struct derived *d = &p->d;
    *s = (struct stimulus){
        .channels = (uint32_t)d->channels,
        .input = (uint32_t)d->x_size,
        .cell = (uint32_t)d->c_size,
        .output = (uint32_t)d->y_size,
        .activation_bits = (uint32_t)d->activation_bits,
        .element_bits = (uint32_t)d->element_bits,
        .lanes = (uint32_t)d->lanes,
        .pes = (uint32_t)d->pes,
        .product_count = (uint32_t)p->product_count,
        .pass_count = (uint32_t)p->pass_count,
        .config_hash = p->config_hash,
        .chip_hash = p->chip_hash,
        .image_count = (uint32_t)chip_images(p),
        .frame_count = (uint32_t)frames,
    };
    if (p->config.memory != MEMORY_ROM) {
        s->memory_mode =
            p->config.memory == MEMORY_RESIDENT ? STIMULUS_RESIDENT : STIMULUS_STREAM;
        s->io = p->config.io == IO_MEMORY ? STIMULUS_IO_MEMORY : STIMULUS_IO_STREAM;
        s->memory_ports = (uint32_t)p->config.memory_ports;
        s->memory_data_bits = (uint32_t)d->bus_bits;
        s->memory_address_bits = (uint32_t)d->address_bits;
        s->region_count = REGION_COUNT;
    }
    stimulus_allocate(s);
    for (int n = 0; n < p->product_count; n++)
        s->product_columns[n] = (uint32_t)p->products[n].columns;
    for (int n = 0; n < p->pass_count; n++)
        s->pass_beats[n] = (uint32_t)p->passes[n].beats;
}

/* What the images must be: made anew from the program, not read from the chip's folder. */
static void fill_images(struct stimulus *s, const struct program *p)
{
    struct named_image images[IMAGE_COUNT];
    images_build(p, images);
    for (int n = 0, next = 0; n < IMAGE_COUNT; n++) {
        struct text text = {0};
        if (image_is_on_chip(p, n)) {
            struct stimulus_image *image = &s->images[next++];
            mem_image_render(images[n].image, &text);
            snprintf(image->name, sizeof image->name, "%s", images[n].name);
            image->bytes = text.length;
            image->crc = crc32_of(0, text.data, text.length);
        }
        text_free(&text);
        mem_image_free(images[n].image);
    }
}

/* The model lies so that its pages are on both sides of 4 GiB, if addresses reach that far. */
static void fill_regions(struct stimulus *s, const struct program *p)
{
    static const enum stimulus_use use[REGION_COUNT] = {
        [REGION_WEIGHTS] = STIMULUS_WEIGHTS, [REGION_MODEL] = STIMULUS_MODEL};
    if (p->config.memory == MEMORY_ROM)
        return;
    struct region regions[REGION_COUNT];
    regions_build(p, regions);
    uint64_t base = REGION_BASE;
    for (int n = 0; n < REGION_COUNT; n++) {
        struct stimulus_region *region = &s->regions[n];
        if (n == REGION_MODEL && s->memory_address_bits > 32 && base < UINT32_MAX)
            base = ((uint64_t)1 << 32) - REGION_ALIGNMENT;
        snprintf(region->name, sizeof region->name, "%s", regions[n].file);
        region->port = regions[n].port == 0 ? STIMULUS_PORT_WEIGHTS : STIMULUS_PORT_DATA;
        region->use = use[n];
        region->base = base;
        region->bytes = regions[n].bytes.length;
        region->crc = crc32_of(0, regions[n].bytes.data, regions[n].bytes.length);
        base = (base + region->bytes + 2 * REGION_GAP) / REGION_GAP * REGION_GAP;
        text_free(&regions[n].bytes);
    }
    s->queue_base = s->io == STIMULUS_IO_MEMORY ? base : 0;
}

static void fill_frames(struct verify_plan *plan, const struct program *p,
                        const struct utterances *u)
{
    struct reference *reference = reference_new(&p->network);
    for (int c = 0; c < p->d.channels; c++)
        fill_channel(plan, p, u, reference, c);
    reference_free(reference);
}

/* ---- phases --------------------------------------------------------------------------------- */

int plan_state_frames(const struct planner *pl)
{
    return pl->frames;
}

int plan_slot_frames(const struct planner *pl)
{
    return pl->frames + (pl->program->config.io == IO_MEMORY ? VERIFY_STATE_FRAMES : 0);
}

static int all_frames(const struct planner *pl)
{
    return plan_slot_frames(pl) + (pl->program->config.memory != MEMORY_ROM ? VERIFY_SLOT_FRAMES : 0);
}

void plan_descriptors(struct planner *pl, struct stimulus_phase *phase)
{
    const bool *begins = pl->plan->begins + phase->first_frame;
    phase->descriptors = allocate(phase->frame_count, sizeof *phase->descriptors);
    phase->descriptor_count = 0;
    for (uint32_t t = 0; t < phase->frame_count; t++) {
        if (t == 0 || begins[t])
            phase->descriptors[phase->descriptor_count++] =
                (struct stimulus_descriptor){.save = -1, .restore = -1};
        phase->descriptors[phase->descriptor_count - 1].frames++;
    }
}

struct stimulus_phase *plan_phase(struct planner *pl, const char *name, int first, int count,
                                  int slowness)
{
    struct verify_plan *plan = pl->plan;
    struct stimulus *s = &plan->stimulus;
    struct stimulus_phase *more = allocate(s->phase_count + 1, sizeof *more);
    if (s->phase_count > 0)
        memcpy(more, s->phases, s->phase_count * sizeof *more);
    free(s->phases);
    s->phases = more;
    struct stimulus_phase *phase = &s->phases[s->phase_count++];
    plan->phases = s->phase_count;

    *phase = stimulus_phase_default();
    snprintf(phase->name, sizeof phase->name, "%s", name);
    phase->first_frame = (uint32_t)first;
    phase->frame_count = (uint32_t)count;
    phase->seed = random_next(&pl->random);
    phase->watchdog = WATCHDOG;
    int64_t cycles = plan->cycles.end + (int64_t)count * pl->pace;
    if (pl->program->config.memory != MEMORY_ROM)
        for (int port = 0; port < STIMULUS_PORTS; port++)
            cycles += plan_load_beats(pl->program, (enum stimulus_port)port);
    phase->limit_cycles = (uint64_t)(cycles * 2 * slowness) + 100000;
    phase->idle_cycles = (uint64_t)(pl->pace * 2) + 25000;
    if (s->io == STIMULUS_IO_MEMORY) {
        plan_descriptors(pl, phase);
        phase->ring_bits = RING_BITS;
    }
    return phase;
}

bool verify_waits_for_memory(const struct program *program, const struct cycles *cycles)
{
    return derive_traffic(program).clocks > cycles->cycles_per_frame;
}

/* Every frame starts in the cycle that the model says: nobody makes the chip wait.  A loadable chip's
 * are counted from the first frame's start, which depends on the memory; with a queue from that of
 * the first frame whose x was there before it was needed.  Where a bus word a clock is too little for the
 * array, frames wait for the memory, some more and some less, as they find words read ahead. */
static void expect_cycles(const struct planner *pl, struct stimulus_phase *phase)
{
    const struct cycles *cycles = &pl->plan->cycles;
    if (verify_waits_for_memory(pl->program, cycles))
        return;
    uint32_t from = pl->program->config.io == IO_MEMORY ? SETTLED_FRAME : 0;
    from = from < phase->frame_count - 2 ? from : phase->frame_count - 2;
    phase->starts = allocate(phase->frame_count, sizeof *phase->starts);
    for (uint32_t t = 0; t < phase->frame_count; t++)
        phase->starts[t] = t < from ? -1 : cycles->frames[t].start + RESET_LATENCY;
}

/* Clocks until the streams have read as far ahead as they do: until then x and descriptors have to wait
 * for them on the same port. */
static uint32_t fill_clocks(const struct program *p)
{
    if (p->config.memory != MEMORY_STREAM || p->config.io != IO_MEMORY)
        return 1;
    int streams = p->config.memory_ports > 1 ? 2 : 3;
    return (uint32_t)(streams << p->d.fetch_bits) + HOST_CLOCKS;
}

static void plan_steady(struct planner *pl)
{
    struct stimulus_phase *steady = plan_phase(pl, "steady", 0, pl->frames, 1);
    expect_cycles(pl, steady);
    steady->valid_cycle = fill_clocks(pl->program);
    steady->idle_cycles += steady->valid_cycle;
    steady->limit_cycles += steady->valid_cycle;
    /* y in memory is there later, and when depends on the memory. */
    if (pl->program->config.io == IO_STREAM && steady->starts != NULL)
        steady->end = pl->plan->cycles.end + RESET_LATENCY;
    steady->chart_count = CHART_FRAMES;
    steady->chart_first = (uint32_t)(pl->frames - CHART_FRAMES);
}

/* Resets, gaps, back-pressure. */
static void plan_rough(struct planner *pl)
{
    const struct cycles *cycles = &pl->plan->cycles;
    bool stream = pl->program->config.io == IO_STREAM;
    uint64_t frame = (uint64_t)cycles->cycles_per_frame;
    struct stimulus_phase *cut = plan_phase(pl, "cut", 0, 2, 10);
    cut->flags = stream ? STIMULUS_CUT_WAITING : 0;
    cut->cut_cycle = (uint32_t)(cycles->frames[1].start + (int64_t)random_below(&pl->random, frame));
    struct stimulus_phase *rough = plan_phase(pl, "rough", 0, pl->frames, 10);
    rough->x_gap = VERIFY_CHANCE / 4;
    rough->x_gap_length = stream ? 5 : 200;
    rough->y_wait = VERIFY_CHANCE / 4;
    rough->y_wait_length = 8;
    rough->ring_bits = stream ? 0 : 1;
}

/* y waits so long, again and again, that everything before it fills up; and a frame of x has a
 * wrong end. */
static void plan_stream_abuse(struct planner *pl)
{
    const struct program *p = pl->program;
    uint32_t frame = (uint32_t)pl->pace;
    int fill = (1 << p->d.y_fifo_bits) / p->d.y_words + 2; /* frames that the output FIFO takes */
    int frames = pl->frames < 2 * fill ? pl->frames : 2 * fill;
    struct stimulus_phase *held = plan_phase(pl, "held", 0, frames, 10 * fill);
    held->y_wait = 1 + VERIFY_CHANCE / 2 / frame;
    held->y_wait_length = 2 * (uint32_t)fill * frame;
    held->idle_cycles += held->y_wait_length;
    struct stimulus_phase *misframed = plan_phase(pl, "misframed", 0, 2, 10);
    misframed->flags = random_below(&pl->random, 2) != 0 && p->d.x_size >= 2
                           ? STIMULUS_LAST_EARLY
                           : STIMULUS_LAST_MISSING;
    misframed->expected_error = p->config.memory != MEMORY_ROM ? CHIP_ERROR_X_FRAMING : 0;
}

/* ---- plans ---------------------------------------------------------------------------------- */

/* Everything but the phases. */
static void begin_plan(struct planner *pl, struct verify_plan *plan, const struct program *p,
                       int frames, uint64_t seed)
{
    *plan = (struct verify_plan){.frames = frames};
    *pl = (struct planner){.plan = plan, .program = p, .frames = frames};
    random_seed(&pl->random, seed);
    struct utterances drawn = {0};
    if (p->utterances.count == 0)
        utterances_draw(&drawn, p->d.channels * 2 + 1, DRAWN_FRAMES_MOST, p->d.x_size, seed);
    for (int n = 0; n < drawn.count; n++) /* of different lengths, one frame upwards */
        drawn.frames[n].rows = 1 + (int)random_below(&pl->random, DRAWN_FRAMES_MOST);
    const struct utterances *u = drawn.count > 0 ? &drawn : &p->utterances;
    pl->drawn = u->count;

    cycles_run(p, frames, &plan->cycles);
    pl->pace = verify_waits_for_memory(p, &plan->cycles) ? derive_traffic(p).clocks
                                                         : plan->cycles.cycles_per_frame;
    size_t all = (size_t)all_frames(pl);
    plan->voices = allocate(all * (size_t)p->d.channels, sizeof *plan->voices);
    plan->begins = allocate(all, sizeof *plan->begins);
    if (p->config.io == IO_MEMORY) {
        cast_descriptors(pl);
        plan_cast_states(pl);
    } else {
        cast_voices(plan->voices, u, frames, p->d.channels, &pl->random);
    }
    if (p->config.memory != MEMORY_ROM)
        plan_cast_slot(pl);
    fill_shape(&plan->stimulus, p, (int)all);
    fill_images(&plan->stimulus, p);
    fill_regions(&plan->stimulus, p);
    fill_frames(plan, p, u);
    utterances_free(&drawn);
}

void verify_plan_build(struct verify_plan *plan, const struct program *p, int frames, uint64_t seed)
{
    struct planner pl;
    begin_plan(&pl, plan, p, frames, seed);
    plan_steady(&pl);
    plan_rough(&pl);
    if (p->config.io == IO_STREAM)
        plan_stream_abuse(&pl);
    if (p->config.memory != MEMORY_ROM)
        plan_memory_phases(&pl);
}

void verify_plan_faults(struct verify_plan *plan, const struct program *p, int count, uint64_t seed)
{
    struct planner pl;
    begin_plan(&pl, plan, p, VERIFY_FEW_FRAMES, seed);
    plan_steady(&pl);
    for (int n = 0; n < count; n++)
        plan_random_fault(&pl, n);
}

/* Which utterance is spoken when, on which channel: each on the one that is free first. */
static int cast_recognise(struct verify_plan *plan, const struct program *p, int limit)
{
    const struct utterances *u = &p->utterances;
    int channels = p->d.channels, frames = 0;
    int *end = allocate((size_t)channels, sizeof *end);
    int *channel = allocate((size_t)u->count, sizeof *channel);
    int *begin = allocate((size_t)u->count, sizeof *begin);
    for (int n = 0; n < u->count; n++) {
        for (int c = 1; c < channels; c++)
            if (end[c] < end[channel[n]])
                channel[n] = c;
        int rows = limit > 0 && limit < u->frames[n].rows ? limit : u->frames[n].rows;
        begin[n] = end[channel[n]];
        end[channel[n]] += rows;
        frames = end[channel[n]] > frames ? end[channel[n]] : frames;
    }
    frames = frames < 2 ? 2 : frames;
    plan->voices = allocate((size_t)frames * (size_t)channels, sizeof *plan->voices);
    plan->begins = allocate((size_t)frames, sizeof *plan->begins);
    for (int i = 0; i < frames * channels; i++)
        plan->voices[i].utterance = -1;
    for (int n = 0; n < u->count; n++) {
        int rows = limit > 0 && limit < u->frames[n].rows ? limit : u->frames[n].rows;
        for (int t = 0; t < rows; t++)
            plan->voices[(begin[n] + t) * channels + channel[n]] = (struct voice){n, t};
        plan->begins[begin[n]] = true;
        if (begin[n] + rows < frames)
            plan->begins[begin[n] + rows] = true;
    }
    free(end);
    free(channel);
    free(begin);
    return frames;
}

void recognise_plan_build(struct verify_plan *plan, const struct program *p, int limit)
{
    *plan = (struct verify_plan){0};
    struct planner pl = {.plan = plan, .program = p};
    random_seed(&pl.random, 1);
    pl.frames = plan->frames = cast_recognise(plan, p, limit);
    cycles_run(p, pl.frames, &plan->cycles);
    fill_shape(&plan->stimulus, p, pl.frames);
    fill_images(&plan->stimulus, p);
    fill_regions(&plan->stimulus, p);
    fill_frames(plan, p, &p->utterances);
    struct stimulus_phase *phase = plan_phase(&pl, "utterances", 0, pl.frames, 1);
    expect_cycles(&pl, phase);
    phase->valid_cycle = fill_clocks(p);
    phase->limit_cycles += phase->valid_cycle;
}

void verify_plan_free(struct verify_plan *plan)
{
    plan->stimulus.phase_count = plan->phases;
    stimulus_free(&plan->stimulus);
    cycles_free(&plan->cycles);
    free(plan->voices);
    free(plan->begins);
}
