/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify_plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/images.h"
#include "gen/regions.h"
#include "models/golden.h"
#include "models/random.h"
#include "models/reference.h"

enum {
    RESET_LATENCY = 1,     /* clocks from aresetn to the reset inside */
    IDLE_MOST = 3,         /* frames that a channel may rest between two utterances */
    DRAWN_FRAMES_MOST = 9, /* length of a drawn utterance */
    CHART_FRAMES = 2,
    CHANCE = 65536,        /* stimulus chances are out of this */
    WATCHDOG = 20000,      /* clocks: longer than any memory model pauses */
    FAULT_FRAMES = 2,
    HOST_CYCLES = 200,     /* about what the host takes to start the chip */
    REGION_GAP = 1 << 24,  /* the regions lie apart, so that an address that is wrong shows */
    REGION_BASE = 1 << 20
};

/* A fault of a port, and the code that the chip must stop with (gen/registers.c). */
struct bus_fault {
    const char *name;
    enum stimulus_port port;
    enum stimulus_fault fault;
    uint32_t code;
};

static const struct bus_fault BUS_FAULTS[] = {
    {"weights SLVERR", STIMULUS_PORT_WEIGHTS, STIMULUS_FAULT_SLVERR, 2},
    {"weights DECERR", STIMULUS_PORT_WEIGHTS, STIMULUS_FAULT_DECERR, 3},
    {"weights RLAST early", STIMULUS_PORT_WEIGHTS, STIMULUS_FAULT_LAST_EARLY, 6},
    {"weights silent", STIMULUS_PORT_WEIGHTS, STIMULUS_FAULT_SILENT, 8},
    {"data SLVERR", STIMULUS_PORT_DATA, STIMULUS_FAULT_SLVERR, 4},
    {"data DECERR", STIMULUS_PORT_DATA, STIMULUS_FAULT_DECERR, 5},
    {"data RLAST missing", STIMULUS_PORT_DATA, STIMULUS_FAULT_LAST_MISSING, 7},
    {"data silent", STIMULUS_PORT_DATA, STIMULUS_FAULT_SILENT, 9},
};

enum { BUS_FAULT_COUNT = sizeof BUS_FAULTS / sizeof *BUS_FAULTS };

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

/* ---- what goes in and must come out --------------------------------------------------------- */

static void fill_channel(struct verify_plan *plan, const struct program *p,
                         const struct utterances *u, const struct reference *reference, int channel)
{
    struct stimulus *s = &plan->stimulus;
    const struct quantized *q = &p->quant;
    struct golden_state golden = golden_start(q);
    struct reference_state exact = reference_start(&p->network);
    for (uint32_t t = 0; t < s->frame_count; t++) {
        size_t slot = (size_t)t * s->channels + (size_t)channel;
        struct voice voice = plan->voices[slot];
        stimulus_set(s->active, s, t, (uint32_t)channel, voice.utterance >= 0);
        if (voice.utterance < 0)
            continue;
        if (voice.frame == 0) {
            golden_end(&golden);
            reference_end(&exact);
            golden = golden_start(q);
            exact = reference_start(&p->network);
            stimulus_set(s->first, s, t, (uint32_t)channel, true);
        }
        const float *features =
            u->frames[voice.utterance].at + (size_t)voice.frame * (size_t)q->input;
        int32_t *x = s->x + slot * s->input;
        for (int i = 0; i < q->input; i++)
            x[i] = (int32_t)quantize_value((double)features[i], q->formats.x, q->activation_bits);
        golden_step(q, &golden, x);
        reference_step(reference, &exact, features);
        memcpy(s->y + slot * s->output, golden.y, s->output * sizeof *golden.y);
        memcpy(s->c + slot * s->cell, golden.c, s->cell * sizeof *golden.c);
        for (int i = 0; i < q->output; i++)
            plan->max_float_error =
                fmax(plan->max_float_error, fabs(ldexp(golden.y[i], -q->formats.y) - exact.y[i]));
    }
    golden_end(&golden);
    reference_end(&exact);
}

static int chip_images(const struct program *p)
{
    int count = 0;
    for (int n = 0; n < IMAGE_COUNT; n++)
        count += image_is_on_chip(p, n);
    return count;
}

static void fill_shape(struct stimulus *s, const struct program *p, int frames, int phases)
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
        .image_count = (uint32_t)chip_images(p),
        .frame_count = (uint32_t)frames,
        .phase_count = (uint32_t)phases,
    };
    if (p->config.memory != MEMORY_ROM) {
        s->memory_mode = STIMULUS_STREAM;
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

static void fill_regions(struct stimulus *s, const struct program *p)
{
    static const enum stimulus_use use[REGION_COUNT] = {STIMULUS_WEIGHTS, STIMULUS_COLUMNS};
    if (p->config.memory == MEMORY_ROM)
        return;
    struct region regions[REGION_COUNT];
    regions_build(p, regions);
    for (int n = 0; n < REGION_COUNT; n++) {
        struct stimulus_region *region = &s->regions[n];
        snprintf(region->name, sizeof region->name, "%s", regions[n].file);
        region->port = regions[n].port == 0 ? STIMULUS_PORT_WEIGHTS : STIMULUS_PORT_DATA;
        region->use = use[n];
        region->base = (uint64_t)REGION_BASE + (uint64_t)n * REGION_GAP;
        region->bytes = regions[n].bytes.length;
        region->crc = crc32_of(0, regions[n].bytes.data, regions[n].bytes.length);
        text_free(&regions[n].bytes);
    }
}

static void fill_frames(struct verify_plan *plan, const struct program *p,
                        const struct utterances *u)
{
    struct reference *reference = reference_new(&p->network);
    for (int c = 0; c < p->d.channels; c++)
        fill_channel(plan, p, u, reference, c);
    reference_free(reference);
}

/* Limits of a phase whose memory is `slowness` times slower than an ideal one. */
static void limit_cycles(struct stimulus_phase *phase, const struct cycles *cycles, int slowness)
{
    phase->limit_cycles = (uint64_t)(cycles->end * 2 * slowness) + 100000;
    phase->idle_cycles = (uint64_t)(cycles->cycles_per_frame * 2) + 25000;
}

/* Expected start cycles of a phase in which nobody makes the chip wait.  With external memory the
 * harness counts them from the first frame's start, which depends on the memory. */
static void expect_cycles(struct stimulus_phase *phase, const struct cycles *cycles, int frames)
{
    phase->starts = allocate((size_t)frames, sizeof *phase->starts);
    for (int t = 0; t < frames; t++)
        phase->starts[t] = cycles->frames[t].start + RESET_LATENCY;
    limit_cycles(phase, cycles, 1);
}

static struct stimulus_phase phase_named(const char *name, int frames, uint64_t seed)
{
    struct stimulus_phase phase = stimulus_phase_default();
    snprintf(phase.name, sizeof phase.name, "%s", name);
    phase.frame_count = (uint32_t)frames;
    phase.seed = seed;
    return phase;
}

/* y waits so long, again and again, that everything before it fills up; and a frame of x has a
 * wrong end. */
static void add_abuse_phases(struct verify_plan *plan, const struct program *p, int frames,
                             struct random *random)
{
    struct stimulus_phase *held = &plan->stimulus.phases[PHASE_HELD],
                          *misframed = &plan->stimulus.phases[PHASE_MISFRAMED];
    uint32_t frame = (uint32_t)plan->cycles.cycles_per_frame;
    int fill = (1 << p->d.y_fifo_bits) / p->d.y_words + 2; /* frames that the output FIFO takes */
    *held = phase_named("held", frames < 2 * fill ? frames : 2 * fill, random_next(random));
    held->y_wait = 1 + CHANCE / 2 / frame;
    held->y_wait_length = 2 * (uint32_t)fill * frame;
    limit_cycles(held, &plan->cycles, 10 * fill);
    held->idle_cycles += held->y_wait_length;
    *misframed = phase_named("misframed", 2, random_next(random));
    misframed->flags = random_below(random, 2) != 0 && p->d.x_size >= 2 ? STIMULUS_LAST_EARLY
                                                                        : STIMULUS_LAST_MISSING;
    misframed->expected_error = p->config.memory != MEMORY_ROM ? 1 : 0;
    limit_cycles(misframed, &plan->cycles, 10);
}

/* The memories other than the ideal one, and what can go wrong with them. */
static void add_memory_phases(struct verify_plan *plan, const struct program *p, int frames,
                              struct random *random)
{
    struct stimulus_phase *phases = plan->stimulus.phases;
    struct stimulus_phase *ddr3 = &phases[PHASE_DDR3], *hostile = &phases[PHASE_HOSTILE],
                          *stop = &phases[PHASE_STOP];
    int few = frames < FAULT_FRAMES ? frames : FAULT_FRAMES;
    *ddr3 = phase_named("ddr3", frames, random_next(random));
    *hostile = phase_named("hostile", few + 1 < frames ? few + 1 : frames, random_next(random));
    *stop = phase_named("stop", frames, random_next(random));
    for (int port = 0; port < STIMULUS_PORTS; port++) {
        ddr3->memory[port].model = STIMULUS_DDR3;
        hostile->memory[port].model = STIMULUS_HOSTILE;
    }
    hostile->x_gap = hostile->y_wait = CHANCE / 8;
    hostile->x_gap_length = hostile->y_wait_length = 5;
    stop->stop_cycle = (uint32_t)(plan->cycles.frames[1].start / 2 + HOST_CYCLES +
                                  (int64_t)random_below(random, HOST_CYCLES / 2));
    limit_cycles(ddr3, &plan->cycles, 10);
    limit_cycles(hostile, &plan->cycles, 100);
    limit_cycles(stop, &plan->cycles, 10);
    for (int n = 0; n < BUS_FAULT_COUNT; n++) {
        const struct bus_fault *fault = &BUS_FAULTS[n];
        struct stimulus_phase *phase = &phases[PHASE_FAULTS + n];
        bool one_port = p->config.memory_ports == 1;
        enum stimulus_port port = one_port ? STIMULUS_PORT_DATA : fault->port;
        *phase = phase_named(fault->name, few, random_next(random));
        phase->memory[port].fault = fault->fault;
        /* In beats; in clocks where the memory falls silent: early, or buffers would hide it. */
        bool counts_clocks = fault->fault == STIMULUS_FAULT_SILENT;
        phase->memory[port].fault_at =
            random_below(random, counts_clocks ? 2 : (uint64_t)p->d.constants_bus_words);
        /* With one port its codes stand for both. */
        phase->expected_error =
            fault->code + (one_port && fault->port == STIMULUS_PORT_WEIGHTS
                               ? (fault->code < 6 ? 2u : 1u)
                               : 0u);
        limit_cycles(phase, &plan->cycles, 10);
    }
    for (uint32_t n = 0; n < plan->stimulus.phase_count; n++)
        phases[n].watchdog = WATCHDOG;
}

void verify_plan_build(struct verify_plan *plan, const struct program *p, int frames, uint64_t seed)
{
    *plan = (struct verify_plan){0};
    struct random random;
    random_seed(&random, seed);
    struct utterances drawn = {0};
    if (p->utterances.count == 0)
        utterances_draw(&drawn, p->d.channels * 2 + 1, DRAWN_FRAMES_MOST, p->d.x_size, seed);
    for (int n = 0; n < drawn.count; n++) /* of different lengths, one frame upwards */
        drawn.frames[n].rows = 1 + (int)random_below(&random, DRAWN_FRAMES_MOST);
    const struct utterances *u = drawn.count > 0 ? &drawn : &p->utterances;

    cycles_run(p, frames, &plan->cycles);
    plan->voices = allocate((size_t)frames * (size_t)p->d.channels, sizeof *plan->voices);
    cast_voices(plan->voices, u, frames, p->d.channels, &random);
    struct stimulus *s = &plan->stimulus;
    bool external = p->config.memory != MEMORY_ROM;
    fill_shape(s, p, frames, external ? PHASE_FAULTS + BUS_FAULT_COUNT : PHASE_MISFRAMED + 1);
    fill_images(s, p);
    fill_regions(s, p);
    fill_frames(plan, p, u);

    struct stimulus_phase *steady = &s->phases[PHASE_STEADY], *cut = &s->phases[PHASE_CUT],
                          *rough = &s->phases[PHASE_ROUGH];
    *steady = phase_named("steady", frames, random_next(&random));
    expect_cycles(steady, &plan->cycles, frames);
    steady->end = plan->cycles.end + RESET_LATENCY;
    steady->chart_count = CHART_FRAMES;
    steady->chart_first = (uint32_t)(frames - CHART_FRAMES);
    *cut = phase_named("cut", 2, random_next(&random));
    cut->flags = STIMULUS_CUT_WAITING;
    cut->cut_cycle = (uint32_t)(plan->cycles.frames[1].start +
                                (int64_t)random_below(&random, (uint64_t)plan->cycles.cycles_per_frame));
    *rough = phase_named("rough", frames, random_next(&random));
    rough->x_gap = CHANCE / 4;
    rough->x_gap_length = 5;
    rough->y_wait = CHANCE / 4;
    rough->y_wait_length = 8;
    limit_cycles(rough, &plan->cycles, 10);
    add_abuse_phases(plan, p, frames, &random);
    if (external)
        add_memory_phases(plan, p, frames, &random);
    utterances_free(&drawn);
}

void recognise_plan_build(struct verify_plan *plan, const struct program *p, int limit)
{
    *plan = (struct verify_plan){0};
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
    for (int i = 0; i < frames * channels; i++)
        plan->voices[i].utterance = -1;
    for (int n = 0; n < u->count; n++) {
        int rows = limit > 0 && limit < u->frames[n].rows ? limit : u->frames[n].rows;
        for (int t = 0; t < rows; t++)
            plan->voices[(begin[n] + t) * channels + channel[n]] = (struct voice){n, t};
    }
    free(end);
    free(channel);
    free(begin);

    cycles_run(p, frames, &plan->cycles);
    fill_shape(&plan->stimulus, p, frames, 1);
    fill_images(&plan->stimulus, p);
    fill_regions(&plan->stimulus, p);
    fill_frames(plan, p, u);
    struct stimulus_phase *phase = &plan->stimulus.phases[0];
    *phase = phase_named("utterances", frames, 1);
    expect_cycles(phase, &plan->cycles, frames);
}

void verify_plan_free(struct verify_plan *plan)
{
    stimulus_free(&plan->stimulus);
    cycles_free(&plan->cycles);
    free(plan->voices);
}
