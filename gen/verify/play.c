/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fpga/contract/contract.h"
#include "gen/image/images.h"
#include "gen/image/regions.h"
#include "gen/verify/play_parts.h"
#include "models/base/crc32.h"
#include "models/program/bursts.h"
#include "models/program/derive.h"

enum {
    RESET_LATENCY = 1,     /* clocks from aresetn to the reset inside */
    DRAWN_FRAMES_MOST = 9, /* length of a drawn utterance */
    CHART_FRAMES = 2,
    REGION_GAP = 1 << 24,  /* the regions lie apart, so that an address that is wrong shows */
    REGION_BASE = 1 << 20,
    SETTLED_FRAME = 3,     /* with a queue: x of this frame comes while others are computed */
    SETTLED_CLOCKS = 150,  /* ... and begins so late */
    HOST_CLOCKS = 200      /* about what the host takes from start to the first frame */
};

/* ---- what goes in and must come out --------------------------------------------------------- */

/* The models of one channel. */
struct channel {
    const struct program *program;
    struct side_by_side *side_by_side;
    struct voice_models models;
};

/* Beyond its end an utterance begins anew. */
static const float *features_of(const struct matrix *utterance, int frame)
{
    return matrix_row(utterance, frame % utterance->rows);
}

/* An utterance that does not go on where the frame before left it goes on with a restored state: as if
 * it had never been interrupted. */
static void catch_up(struct channel *c, const struct matrix *utterance, int frames)
{
    voice_models_end(&c->models);
    c->models = voice_models_start(c->side_by_side);
    for (int f = 0; f < frames; f++)
        side_by_side_step(c->side_by_side, &c->models, features_of(utterance, f));
}

/* One frame of an utterance, whose expected y is known up to its end. */
static void judge(struct channel *c, const struct matrix *utterance, const struct voice *voice)
{
    const struct utterances *expected = &c->program->expected;
    bool known = expected->count > 0 && voice->frame < utterance->rows;
    side_by_side_judge(c->side_by_side, &c->models, features_of(utterance, voice->frame),
                       known ? matrix_row(&expected->frames[voice->utterance], voice->frame) : NULL);
}

static void expect_vectors(struct play *play, const struct golden_state *golden, uint32_t frame,
                           uint32_t channel)
{
    const struct stimulus *s = &play->stimulus;
    for (uint32_t v = 0; v < s->vector_count; v++)
        memcpy(stimulus_values(s, &s->vectors[v], frame, channel),
               golden->at[play->taps.vectors[v]], s->vectors[v].elements * sizeof(int32_t));
}

static void fill_channel(struct play *play, struct channel *c, const struct utterances *u, int channel)
{
    struct stimulus *s = &play->stimulus;
    struct voice before = {-1, 0};
    c->models = voice_models_start(c->side_by_side);
    for (uint32_t t = 0; t < s->frame_count; t++) {
        size_t slot = (size_t)t * s->channels + (size_t)channel;
        struct voice voice = play->voices[slot];
        stimulus_set(s->active, s, t, (uint32_t)channel, voice.utterance >= 0);
        if (voice.utterance >= 0) {
            const struct matrix *utterance = &u->frames[voice.utterance];
            bool goes_on = before.utterance == voice.utterance && before.frame + 1 == voice.frame;
            if (!goes_on)
                catch_up(c, utterance, voice.frame);
            stimulus_set(s->first, s, t, (uint32_t)channel, voice.frame == 0);
            judge(c, utterance, &voice);
            memcpy(s->x + slot * s->input, c->models.x, s->input * sizeof *c->models.x);
            expect_vectors(play, &c->models.golden, t, (uint32_t)channel);
        }
        before = voice;
    }
    voice_models_end(&c->models);
}

static int chip_images(const struct program *p)
{
    int count = 0;
    for (int n = 0; n < IMAGE_COUNT; n++)
        count += image_is_on_chip(p, n);
    return count;
}

static void fill_shape(struct play *play, const struct program *p, int frames)
{
    struct stimulus *s = &play->stimulus;
    const struct derived *d = &p->d;
    *s = (struct stimulus){
        .channels = (uint32_t)d->channels,
        .input = (uint32_t)d->x_size,
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
    play->taps = taps_of(p, play->tapped);
    taps_add_vectors(&play->taps, p, s);
    stimulus_allocate(s);
    taps_add_passes(&play->taps, p, s);
    for (int n = 0; n < p->product_count; n++)
        s->product_columns[n] = (uint32_t)p->products[n].columns;
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
            snprintf(image->name, sizeof image->name, "%s%s", image_mark(&p->config).text,
                     images[n].name);
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

static void fill_frames(struct play *play, const struct program *p,
                        const struct utterances *u)
{
    struct channel channel = {.program = p, .side_by_side = side_by_side_new(p)};
    for (int c = 0; c < p->d.channels; c++)
        fill_channel(play, &channel, u, c);
    play->accuracy = side_by_side_accuracy(channel.side_by_side);
    side_by_side_free(channel.side_by_side);
}

/* ---- phases ---------------------------------------------------------------------------------------- */

int64_t play_memory_clocks(const struct program *program, const struct cycles *cycles)
{
    const int64_t clocks = derive_traffic(program).clocks, late = bursts_late(program);
    const int64_t with_late = late > 0 ? cycles->cycles_per_frame + late : 0;
    return clocks > with_late ? clocks : with_late;
}

bool play_waits_for_memory(const struct program *program, const struct cycles *cycles)
{
    return play_memory_clocks(program, cycles) > cycles->cycles_per_frame;
}

/* The first frame whose start the others are counted from; that of the end: there is none. */
static uint32_t first_expected(const struct maker *mk, uint32_t frames)
{
    const struct cycles *cycles = &mk->play->cycles;
    if (mk->program->config.io != IO_MEMORY)
        return 0;
    uint32_t from = SETTLED_FRAME < frames - 2 ? SETTLED_FRAME : frames - 2;
    while (from < frames - 1 && cycles->frames[from].start < SETTLED_CLOCKS)
        from++;
    return from < frames - 1 ? from : frames;
}

/* Every frame starts in the cycle that the model says: nobody makes the chip wait.  A loadable chip's
 * are counted from the first frame's start, which depends on the memory; with a queue from that of
 * the first frame whose x was there before it was needed, if so many are played.  Where a bus word a
 * clock is too little for the array, frames wait for the memory, some more and some less, as they find
 * words read ahead. */
static void expect_cycles(const struct maker *mk, struct stimulus_phase *phase)
{
    const struct cycles *cycles = &mk->play->cycles;
    const uint32_t from = first_expected(mk, phase->frame_count);
    if (play_waits_for_memory(mk->program, cycles) || from == phase->frame_count)
        return;
    phase->starts = allocate(phase->frame_count, sizeof *phase->starts);
    for (uint32_t t = 0; t < phase->frame_count; t++)
        phase->starts[t] = t < from ? -1 : cycles->frames[t].start + RESET_LATENCY;
}

/* Takes a stream longer to bring a word than the array may take to use it? */
static bool reads_wide_words(const struct derived *d)
{
    return d->weights_memory_bits > d->bus_bits || d->columns_memory_bits > d->bus_bits ||
           d->constants_memory_bits > d->bus_bits;
}

/* Clocks until the streams have read as far ahead as they do.  Until then x and descriptors have to wait
 * for them on the same port; and the array has to, if words are wider than the bus. */
static uint32_t fill_clocks(const struct program *p)
{
    if (p->config.memory != MEMORY_STREAM || (p->config.io != IO_MEMORY && !reads_wide_words(&p->d)))
        return 1;
    int streams = p->config.memory_ports > 1 ? 2 : 3;
    return (uint32_t)(streams << p->d.fetch_bits) + HOST_CLOCKS;
}

static void play_steady(struct maker *mk)
{
    struct stimulus_phase *steady = play_phase(mk, "steady", 0, mk->frames, 1);
    expect_cycles(mk, steady);
    steady->valid_cycle = fill_clocks(mk->program);
    steady->idle_cycles += steady->valid_cycle;
    steady->limit_cycles += steady->valid_cycle;
    /* y in memory is there later, and when depends on the memory. */
    if (mk->program->config.io == IO_STREAM && steady->starts != NULL)
        steady->end = mk->play->cycles.end + RESET_LATENCY;
    steady->chart_count = CHART_FRAMES;
    steady->chart_first = (uint32_t)(mk->frames - CHART_FRAMES);
}

/* Resets, gaps, back-pressure. */
static void play_rough(struct maker *mk)
{
    const struct cycles *cycles = &mk->play->cycles;
    bool stream = mk->program->config.io == IO_STREAM;
    uint64_t frame = (uint64_t)cycles->cycles_per_frame;
    struct stimulus_phase *cut = play_phase(mk, "cut", 0, 2, 10);
    cut->flags = stream ? STIMULUS_CUT_WAITING : 0;
    cut->cut_cycle = (uint32_t)(cycles->frames[1].start + (int64_t)random_below(&mk->random, frame));
    struct stimulus_phase *rough = play_phase(mk, "rough", 0, mk->frames, 10);
    rough->x_gap = VERIFY_CHANCE / 4;
    rough->x_gap_length = stream ? 5 : 200;
    rough->y_wait = VERIFY_CHANCE / 4;
    rough->y_wait_length = 8;
    rough->ring_bits = stream ? 0 : 1;
}

/* A frame of x has a wrong end. */
static void play_misframed(struct maker *mk, const char *name, enum stimulus_flag flag)
{
    struct stimulus_phase *phase = play_phase(mk, name, 0, 2, 10);
    phase->flags = flag;
    phase->expected_error =
        mk->program->config.memory != MEMORY_ROM ? CHIP_ERROR_X_FRAMING : CHIP_ERROR_NONE;
}

/* Wrong ends, and what follows them: y waits so long, again and again, that everything before it
 * fills up. */
static void play_stream_abuse(struct maker *mk)
{
    const struct program *p = mk->program;
    uint32_t frame = (uint32_t)mk->pace;
    int fill = (1 << p->d.y_fifo_bits) / p->d.y_words + 2; /* frames that the output FIFO takes */
    int frames = mk->frames < 2 * fill ? mk->frames : 2 * fill;
    if (p->d.x_size >= 2) /* else nothing comes before the last element */
        play_misframed(mk, "x ends early", STIMULUS_LAST_EARLY);
    play_misframed(mk, "x ends late", STIMULUS_LAST_MISSING);
    struct stimulus_phase *held = play_phase(mk, "held", 0, frames, 10 * fill);
    held->y_wait = 1 + VERIFY_CHANCE / 2 / frame;
    held->y_wait_length = 2 * (uint32_t)fill * frame;
    held->idle_cycles += held->y_wait_length;
}

/* A page's end can make bursts of one beat of every frame, and these have no beat but the last. */
static bool takes_two_beats(enum stimulus_fault fault)
{
    return fault == STIMULUS_FAULT_LAST_EARLY || fault == STIMULUS_FAULT_LAST_EXTRA;
}

/* Where nothing is measured, x, y and states lie scattered. */
static void scatter(struct stimulus *s)
{
    for (uint32_t n = 1; n < s->phase_count && s->io == STIMULUS_IO_MEMORY; n++) {
        const struct stimulus_memory *data = &s->phases[n].memory[STIMULUS_PORT_DATA];
        if (data->model != STIMULUS_DDR3 && !takes_two_beats(data->fault))
            s->phases[n].flags |= STIMULUS_SCATTERED;
    }
}

/* ---- plays ----------------------------------------------------------------------------------------- */

/* The frames in which something goes wrong, behind those of `steady`. */
static void cast_others(struct maker *mk)
{
    if (mk->program->config.io == IO_MEMORY)
        play_cast_states(mk);
    if (mk->program->config.memory != MEMORY_ROM)
        play_cast_slot(mk);
}

static struct maker maker_of(struct play *play, const struct program *p, int frames, bool taps)
{
    *play = (struct play){.frames = frames, .tapped = taps};
    return (struct maker){.play = play, .program = p, .frames = frames};
}

/* Everything but the phases. */
static void begin(struct maker *mk, uint64_t seed)
{
    struct play *play = mk->play;
    const struct program *p = mk->program;
    random_seed(&mk->random, seed);
    struct utterances drawn = {0};
    if (p->utterances.count == 0)
        utterances_draw(&drawn, p->d.channels * 2 + 1, DRAWN_FRAMES_MOST, p->d.x_size, seed);
    for (int n = 0; n < drawn.count; n++) /* of different lengths, one frame upwards */
        drawn.frames[n].rows = 1 + (int)random_below(&mk->random, DRAWN_FRAMES_MOST);
    const struct utterances *u = drawn.count > 0 ? &drawn : &p->utterances;
    mk->drawn = u->count;

    cycles_run(p, mk->frames, &play->cycles);
    const int64_t memory = play_memory_clocks(p, &play->cycles), array = play->cycles.cycles_per_frame;
    mk->pace = memory > array ? memory : array;
    size_t all = (size_t)play_all_frames(mk);
    play->voices = allocate(all * (size_t)p->d.channels, sizeof *play->voices);
    play->begins = allocate(all, sizeof *play->begins);
    if (p->config.io == IO_MEMORY)
        play_cast_descriptors(mk);
    else
        play_cast_voices(mk, u);
    if (!mk->only_steady)
        cast_others(mk);
    fill_shape(play, p, (int)all);
    fill_images(&play->stimulus, p);
    fill_regions(&play->stimulus, p);
    fill_frames(play, p, u);
    utterances_free(&drawn);
}

void play_build(struct play *play, const struct program *p, int frames, uint64_t seed, bool taps)
{
    struct maker mk = maker_of(play, p, frames, taps);
    begin(&mk, seed);
    play_steady(&mk);
    play_rough(&mk);
    if (p->config.io == IO_STREAM)
        play_stream_abuse(&mk);
    if (p->config.memory != MEMORY_ROM)
        play_memory_phases(&mk);
    scatter(&play->stimulus);
}

void play_steady_frames(struct play *play, const struct program *p, int frames, uint64_t seed)
{
    struct maker mk = maker_of(play, p, frames, false);
    mk.only_steady = true;
    begin(&mk, seed);
    play_steady(&mk);
}

void play_faults(struct play *play, const struct program *p, int count, uint64_t seed, bool taps)
{
    struct maker mk = maker_of(play, p, VERIFY_FEW_FRAMES, taps);
    begin(&mk, seed);
    play_steady(&mk);
    for (int n = 0; n < count; n++)
        play_random_fault(&mk, n);
    scatter(&play->stimulus);
}

void play_utterances(struct play *play, const struct program *p, int limit)
{
    *play = (struct play){0};
    struct maker mk = {.play = play, .program = p};
    random_seed(&mk.random, 1);
    mk.frames = play->frames = play_cast_utterances(play, p, limit);
    cycles_run(p, mk.frames, &play->cycles);
    fill_shape(play, p, mk.frames);
    fill_images(&play->stimulus, p);
    fill_regions(&play->stimulus, p);
    fill_frames(play, p, &p->utterances);
    struct stimulus_phase *phase = play_phase(&mk, "utterances", 0, mk.frames, 1);
    if (network_begins_with_zeros(&p->network)) /* else the chip waits wherever one begins */
        expect_cycles(&mk, phase);
    phase->valid_cycle = fill_clocks(p);
    phase->limit_cycles += phase->valid_cycle;
}

void play_free(struct play *play)
{
    play->stimulus.phase_count = play->phases;
    stimulus_free(&play->stimulus);
    cycles_free(&play->cycles);
    free(play->voices);
    free(play->begins);
}
