/* SPDX-License-Identifier: Apache-2.0
 * test_play.c - what `ese verify` plays: who speaks, what must come out, the usual phases.
 * What goes wrong on purpose: test_play_faults.c. */
#include "gen/verify/play.h"

#include <math.h>
#include <zlib.h>

#include "fpga/driver/ese_driver.h"
#include "gen/emit/registers.h"
#include "gen/image/regions.h"
#include "models/network/reference.h"
#include "tests/unit/play_walk.h"
#include "tests/unit/scratch.h"

/* A play of a chip with utterances of its own: 1 to 6 frames long. */
enum { OWN = 14 };

struct staged {
    struct program program;
    struct play play;
};

static void build_own(struct program *program, const struct config *config)
{
    build(program, config);
    utterances_draw(&program->utterances, OWN, 6, config->model.input, 5);
    for (int n = 0; n < OWN; n++)
        program->utterances.frames[n].rows = 1 + n * 5 % 6;
}

static void stage(struct staged *s, int chip, int frames, uint64_t seed)
{
    struct config config = play_chip(chip);
    build_own(&s->program, &config);
    play_build(&s->play, &s->program, frames, seed, chip % 2 == 0);
}

static void leave(struct staged *s)
{
    play_free(&s->play);
    program_free(&s->program);
}

static struct voice voice_at(const struct staged *s, uint32_t t, uint32_t c)
{
    return s->play.voices[t * s->play.stimulus.channels + c];
}

/* ---- values ---------------------------------------------------------------------------------- */

/* Masks and x are what the voices say; beyond its end an utterance begins anew, but its state does
 * not. */
static void check_inputs(const struct staged *staged)
{
    const struct stimulus *s = &staged->play.stimulus;
    const struct quantized *q = &staged->program.quant;
    for (uint32_t t = 0; t < s->frame_count; t++)
        for (uint32_t c = 0; c < s->channels; c++) {
            struct voice voice = voice_at(staged, t, c);
            bool active = voice.utterance >= 0;
            assert_int_equal(stimulus_get(s->active, s, t, c), active);
            assert_int_equal(stimulus_get(s->first, s, t, c), active && voice.frame == 0);
            assert_true(voice.utterance < OWN && (!active || voice.frame >= 0));
            if (!active)
                continue;
            const struct matrix *u = &staged->program.utterances.frames[voice.utterance];
            const float *from = u->at + (voice.frame % u->rows) * u->cols;
            for (uint32_t i = 0; i < s->input; i++)
                assert_int_equal(
                    s->x[(t * s->channels + c) * s->input + i],
                    ese_fixed((double)from[i], q->vectors[0].fraction,
                              (unsigned)q->activation_bits));
        }
}

static double float_error(const struct staged *staged)
{
    const struct stimulus *s = &staged->play.stimulus;
    const struct program *p = &staged->program;
    struct reference *reference = reference_new(&p->network);
    const int fraction = quantized_output(&p->quant)->fraction;
    double worst = 0;
    for (uint32_t slot = 0; slot < s->frame_count * s->channels; slot++) {
        struct voice voice = staged->play.voices[slot];
        if (voice.utterance < 0)
            continue;
        const struct matrix *u = &p->utterances.frames[voice.utterance];
        struct reference_state state = reference_start(&p->network);
        for (int f = 0; f <= voice.frame; f++)
            reference_step(reference, &state, u->at + (f % u->rows) * u->cols);
        const struct stimulus_vector *y = stimulus_y(s);
        for (uint32_t i = 0; i < y->elements; i++)
            worst = fmax(worst, fabs(ldexp(y->values[slot * y->elements + i], -fraction) -
                                     reference_y(&state)[i]));
        reference_end(&state);
    }
    reference_free(reference);
    return worst;
}

static void test_values(void **state)
{
    (void)state;
    for (int chip = 0; chip < PLAY_CHIP_COUNT; chip++) {
        struct staged s;
        stage(&s, chip, 25, 3);
        check_inputs(&s);
        for (uint32_t n = 0; n < s.play.stimulus.phase_count; n++)
            walk_phase(&s.play, &s.program.quant, &s.play.stimulus.phases[n]);
        assert_true(s.play.accuracy.quantized.max_error > 0);
        assert_true(s.play.accuracy.quantized.max_error == float_error(&s));
        leave(&s);
    }
}

/* Without utterances some are drawn; x keeps to its bits, and the walk agrees. */
static void test_drawn(void **state)
{
    (void)state;
    for (int chip = 0; chip < PLAY_CHIP_COUNT; chip++) {
        struct config config = play_chip(chip);
        struct program program;
        struct play play;
        int beyond = 0;
        config.activation_bits = 12;
        build(&program, &config);
        play_build(&play, &program, VERIFY_FRAMES_LEAST, 9, true);
        const struct stimulus *s = &play.stimulus;
        for (size_t i = 0; i < (size_t)s->frame_count * s->channels * s->input; i++)
            beyond += s->x[i] < -2048 || s->x[i] > 2047;
        assert_int_equal(beyond, 0);
        for (uint32_t n = 0; n < s->phase_count; n++)
            walk_phase(&play, &program.quant, &s->phases[n]);
        play_free(&play);
        program_free(&program);
    }
}

/* ---- who speaks ------------------------------------------------------------------------------ */

/* Every channel speaks, falls silent, and speaks again; utterances end at different frames. */
static void test_cast(void **state)
{
    (void)state;
    for (int chip = 0; chip < PLAY_CHIP_COUNT; chip++) {
        struct staged s;
        bool spoken[OWN] = {false};
        int together = 0;
        stage(&s, chip, 80, 4);
        assert_int_equal(s.play.frames, 80);
        assert_int_equal(voice_at(&s, 0, 0).frame, 0);
        assert_true(voice_at(&s, 0, 0).utterance >= 0); /* somebody in the first frame */
        for (uint32_t c = 0; c < s.play.stimulus.channels; c++) {
            int active = 0, begins = 0, before = -1;
            for (uint32_t t = 0; t < 80; t++) {
                struct voice voice = voice_at(&s, t, c);
                active += voice.utterance >= 0;
                begins += voice.utterance >= 0 && voice.frame == 0;
                before += voice.utterance >= 0 && voice.frame == 0 && c > 0 &&
                          voice_at(&s, t, 0).frame == 0 && voice_at(&s, t, 0).utterance >= 0;
                if (voice.utterance >= 0)
                    spoken[voice.utterance] = true;
            }
            assert_true(active > 20 && active < 80);
            assert_true(begins >= 3);
            together += before + 1 == begins;
        }
        assert_int_equal(together, 0); /* not all begin when channel 0 does */
        for (int n = 0; n < OWN; n++)
            assert_true(spoken[n]);
        leave(&s);
    }
}

/* On streams an utterance is spoken from its first frame to its last, then the channel rests 0 to
 * 3. */
static void test_cast_whole(void **state)
{
    (void)state;
    struct staged s;
    bool rested[4] = {false};
    stage(&s, 0, 100, 8);
    for (uint32_t c = 0; c < s.play.stimulus.channels; c++)
        for (uint32_t t = 0, rest = 0, spoken = 0; t < 100;) {
            struct voice voice = voice_at(&s, t, c);
            if (voice.utterance < 0) {
                assert_true(++rest <= 3);
                t++;
                continue;
            }
            rested[rest] = rested[rest] || spoken++ > 0; /* not before the first utterance */
            rest = 0;
            for (int f = 0; f < s.program.utterances.frames[voice.utterance].rows && t < 100;
                 f++, t++) {
                assert_int_equal(voice_at(&s, t, c).utterance, voice.utterance);
                assert_int_equal(voice_at(&s, t, c).frame, f);
            }
        }
    for (int n = 0; n < 4; n++)
        assert_true(rested[n]);
    leave(&s);
}

/* Descriptors of a frame, of two, and of more up to five. */
static void test_descriptors(void **state)
{
    (void)state;
    struct staged s;
    int of[6] = {0};
    stage(&s, 4, 80, 4);
    const struct stimulus_phase *steady = phase_there(&s.play, "steady");
    uint32_t t = 0;
    for (uint32_t n = 0; n < steady->descriptor_count; n++) {
        const struct stimulus_descriptor *d = &steady->descriptors[n];
        bool last = n + 1 == steady->descriptor_count;
        assert_true(s.play.begins[t]);
        assert_int_equal(d->save, -1);
        assert_int_equal(d->restore, -1);
        assert_true(d->frames <= 5);
        assert_true(n > 1 || d->frames == n + 1);
        of[d->frames] += !last;
        t += d->frames;
    }
    for (int frames = 1; frames <= 5; frames++)
        assert_true(of[frames] > 0);
    leave(&s);
}

/* ---- what does not depend on the voices ------------------------------------------------------ */

static void check_images(const struct staged *staged)
{
    const struct stimulus *s = &staged->play.stimulus;
    struct named_image images[IMAGE_COUNT];
    uint32_t count = 0;
    images_build(&staged->program, images);
    for (int n = 0; n < IMAGE_COUNT; n++) {
        struct text text = {0};
        mem_image_render(images[n].image, &text);
        if (image_is_on_chip(&staged->program, n)) {
            assert_true(count < s->image_count);
            assert_string_equal(s->images[count].name, images[n].name);
            assert_int_equal(s->images[count].bytes, text.length);
            assert_int_equal(s->images[count++].crc,
                             crc32(0, (const unsigned char *)text.data, (uInt)text.length));
        }
        text_free(&text);
        mem_image_free(images[n].image);
    }
    assert_int_equal(count, s->image_count);
    assert_int_equal(count, staged->program.config.memory == MEMORY_ROM ? IMAGE_COUNT : 2);
}

static void check_regions(const struct staged *staged)
{
    const struct stimulus *s = &staged->play.stimulus;
    struct region regions[REGION_COUNT];
    if (staged->program.config.memory == MEMORY_ROM) {
        assert_int_equal(s->region_count, 0);
        assert_int_equal(s->memory_mode, STIMULUS_ROM);
        return;
    }
    assert_int_equal(s->region_count, REGION_COUNT);
    regions_build(&staged->program, regions);
    uint64_t end = 0;
    for (int n = 0; n < REGION_COUNT; n++) {
        const struct stimulus_region *r = &s->regions[n];
        const struct text *bytes = &regions[n].bytes;
        assert_string_equal(r->name, regions[n].file);
        assert_int_equal(r->use, n == REGION_WEIGHTS ? STIMULUS_WEIGHTS : STIMULUS_MODEL);
        assert_int_equal(r->port,
                         regions[n].port == 0 ? STIMULUS_PORT_WEIGHTS : STIMULUS_PORT_DATA);
        assert_int_equal(r->bytes, bytes->length);
        assert_int_equal(r->crc, crc32(0, (const unsigned char *)bytes->data, (uInt)bytes->length));
        assert_int_equal(r->base % 4096, 0);
        assert_true(r->base >= end + 4096); /* apart from each other */
        end = r->base + r->bytes;
        text_free(&regions[n].bytes);
    }
    /* Pages of the model on both sides of 4 GiB. */
    assert_true(s->regions[REGION_MODEL].base < UINT64_C(1) << 32 && end > UINT64_C(1) << 32);
    bool queue = staged->program.config.io == IO_MEMORY;
    assert_true(queue ? s->queue_base >= end + 4096 && s->queue_base % 4096 == 0
                      : s->queue_base == 0);
    assert_int_equal(s->io, queue ? STIMULUS_IO_MEMORY : STIMULUS_IO_STREAM);
}

static void check_shape(const struct staged *staged)
{
    const struct stimulus *s = &staged->play.stimulus;
    const struct program *p = &staged->program;
    assert_int_equal(s->channels, p->config.channels);
    assert_int_equal(s->input, p->network.input);
    assert_int_equal(stimulus_y(s)->elements, p->network.output);
    assert_int_equal(s->activation_bits, p->config.activation_bits);
    assert_int_equal(s->element_bits, 16);
    assert_int_equal(s->lanes, p->config.elem_lanes);
    assert_int_equal(s->pes, p->config.pes);
    assert_int_equal(s->config_hash, p->config_hash);
    assert_int_equal(s->chip_hash, p->chip_hash);
    assert_int_equal(s->product_count, p->product_count);
    assert_int_equal(s->pass_count, p->pass_count);
    for (int n = 0; n < p->product_count; n++)
        assert_int_equal(s->product_columns[n], p->products[n].columns);
    for (int n = 0; n < p->pass_count; n++)
        assert_int_equal(s->pass_beats[n], p->passes[n].beats);
    if (p->config.memory == MEMORY_ROM)
        return;
    assert_int_equal(s->memory_mode,
                     p->config.memory == MEMORY_STREAM ? STIMULUS_STREAM : STIMULUS_RESIDENT);
    assert_int_equal(s->memory_ports, p->config.memory_ports);
    assert_int_equal(s->memory_data_bits, 256);
    assert_int_equal(s->memory_address_bits, 40);
}

static void test_shape(void **state)
{
    (void)state;
    for (int chip = 0; chip < PLAY_CHIP_COUNT; chip++) {
        struct staged s;
        stage(&s, chip, 5, 1);
        check_shape(&s);
        check_images(&s);
        check_regions(&s);
        leave(&s);
    }
}

/* With 32 bits of address nothing lies beyond them. */
static void test_short_addresses(void **state)
{
    (void)state;
    struct config config = play_config(MEMORY_STREAM, IO_MEMORY, 2);
    struct staged s;
    config.axi_address_bits = 32;
    build_own(&s.program, &config);
    play_build(&s.play, &s.program, 5, 1, true);
    assert_true(s.play.stimulus.queue_base + (1 << 24) < UINT64_C(1) << 32);
    leave(&s);
}

static bool writes_same(const struct play *a, const struct play *b)
{
    struct error error = {""};
    assert_true(stimulus_write(&a->stimulus, "a", &error) &&
                stimulus_write(&b->stimulus, "b", &error));
    return same_files("a", "b");
}

static void test_seed(void **state)
{
    (void)state;
    for (int chip = 0; chip < PLAY_CHIP_COUNT; chip++) {
        struct staged s;
        struct play again, other, less;
        stage(&s, chip, 10, 1);
        const bool taps = s.play.tapped;
        play_build(&again, &s.program, 10, 1, taps);
        play_build(&other, &s.program, 10, 2, taps);
        play_build(&less, &s.program, 10, 1, !taps);
        assert_true(writes_same(&s.play, &again));
        assert_false(writes_same(&s.play, &other));
        assert_false(writes_same(&s.play, &less)); /* what nobody compares is not in the file */
        play_free(&again);
        play_free(&other);
        play_free(&less);
        leave(&s);
    }
}

/* A few frames more than `free` knows of: phases may be hidden from a simulation. */
static void test_free_hidden(void **state)
{
    (void)state;
    struct staged s;
    stage(&s, 5, 4, 1);
    assert_int_equal(s.play.phases, s.play.stimulus.phase_count);
    s.play.stimulus.phase_count = 1;
    leave(&s); /* all of it: a checker of leaks looks */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_drawn),
        cmocka_unit_test(test_cast),
        cmocka_unit_test(test_cast_whole),
        cmocka_unit_test(test_descriptors),
        cmocka_unit_test(test_shape),
        cmocka_unit_test(test_short_addresses),
        cmocka_unit_test_teardown(test_seed, scratch_clean),
        cmocka_unit_test(test_free_hidden),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
