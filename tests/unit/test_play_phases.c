/* SPDX-License-Identifier: Apache-2.0
 * test_play_phases.c - the usual phases of a play: when frames start, time-outs, resets, gaps; and
 * the one of `ese recognise`, in which every utterance is spoken once. */
#include "gen/emit/registers.h"
#include "models/program/derive.h"
#include "tests/unit/play_walk.h"

struct staged {
    struct program program;
    struct play play;
};

static void stage(struct staged *s, const struct config *config, int frames, uint64_t seed)
{
    build(&s->program, config);
    play_build(&s->play, &s->program, frames, seed, false);
}

static void stage_chip(struct staged *s, int chip, int frames, uint64_t seed)
{
    struct config config = play_chip(chip);
    stage(s, &config, frames, seed);
}

static void leave(struct staged *s)
{
    play_free(&s->play);
    program_free(&s->program);
}

static bool on_streams(const struct staged *s)
{
    return s->program.config.io == IO_STREAM;
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* Each phase has a name of its own, frames that there are, and time to play them. */
static void check_phase(const struct staged *s, const struct stimulus_phase *phase)
{
    const struct stimulus *stimulus = &s->play.stimulus;
    int64_t cycles = s->play.cycles.cycles_per_frame, longest = 0;
    assert_true(phase->name[0] != '\0' && strlen(phase->name) < STIMULUS_NAME);
    assert_ptr_equal(phase_named(&s->play, phase->name), phase);
    assert_true(phase->frame_count >= 1);
    assert_true(phase->first_frame + phase->frame_count <= stimulus->frame_count);
    /* A reset in the middle of things is as short as one may be. */
    assert_int_equal(phase->reset_cycles,
                     phase > stimulus->phases && phase[-1].cut_cycle != 0 ? 1 : 16);
    assert_int_equal(phase->tail_cycles, 64);
    assert_true(phase->valid_cycle >= 1);
    assert_true(phase->limit_cycles >= (uint64_t)(cycles * (phase->frame_count + 1)));
    assert_true(phase->limit_cycles > phase->idle_cycles);
    assert_true(phase->idle_cycles > 20000); /* the watchdog comes first */
    assert_true(phase->watchdog == 20000 || phase->watchdog == 600 || phase->watchdog == 0);
    for (uint32_t t = 0; phase->starts != NULL && t < phase->frame_count; t++)
        longest = phase->starts[t] > longest ? phase->starts[t] : longest;
    assert_true((int64_t)phase->limit_cycles > longest + cycles);
    assert_int_equal(phase->slack_permille, 0);
    assert_int_equal(phase->fault_moment > STIMULUS_AT_LOAD, 0);
}

static void test_every_phase(void **state)
{
    (void)state;
    for (int chip = 0; chip < PLAY_CHIP_COUNT; chip++) {
        struct staged s;
        uint64_t seed = 0;
        stage_chip(&s, chip, 9, 2);
        assert_string_equal(s.play.stimulus.phases[PHASE_STEADY].name, "steady");
        for (uint32_t n = 0; n < s.play.stimulus.phase_count; n++) {
            const struct stimulus_phase *phase = &s.play.stimulus.phases[n];
            check_phase(&s, phase);
            assert_true(phase->seed != seed); /* and random numbers of its own */
            seed = phase->seed;
        }
        static const char *const names[] = {
            "steady", "cut", "rough", "x ends early", "x ends late", "held", "ddr3"};
        for (size_t n = 0; n < COUNT(names); n++) {
            bool there = n < 3 || (n < 6 ? on_streams(&s) : s.program.config.memory != MEMORY_ROM);
            assert_int_equal(phase_named(&s.play, names[n]) != NULL, there);
        }
        if (s.program.config.memory == MEMORY_ROM)
            assert_int_equal(s.play.stimulus.phase_count, 6);
        leave(&s);
    }
}

/* ---- steady ---------------------------------------------------------------------------------- */

static void check_steady(const struct staged *s, int frames)
{
    const struct stimulus_phase *steady = phase_there(&s->play, "steady");
    struct cycles cycles;
    cycles_run(&s->program, frames, &cycles);
    int from = on_streams(s) ? 0 : 3 < frames - 2 ? 3 : frames - 2;
    for (int t = 1; !on_streams(s) && t < frames; t++) /* short frames are of one descriptor */
        assert_true(!s->play.begins[t] || (t < frames - 1 && cycles.cycles_per_frame >= s->program.d.x_size + 100));
    while (!on_streams(s) && from < frames - 1 && cycles.frames[from].start < 150)
        from++;
    assert_int_equal(steady->first_frame, 0);
    assert_int_equal(steady->frame_count, frames);
    assert_int_equal(steady->x_gap + steady->y_wait + steady->cut_cycle + steady->expected_error,
                     0);
    assert_int_equal(steady->flags, 0);
    for (int port = 0; port < STIMULUS_PORTS; port++) {
        assert_int_equal(steady->memory[port].model, STIMULUS_IDEAL);
        assert_int_equal(steady->memory[port].fault, STIMULUS_FAULT_NONE);
    }
    assert_int_equal(steady->starts != NULL, from < frames - 1);
    for (int t = 0; steady->starts != NULL && t < frames; t++) /* a clock after the reset */
        assert_int_equal(steady->starts[t], t < from ? -1 : cycles.frames[t].start + 1);
    assert_int_equal(steady->end, on_streams(s) ? cycles.end + 1 : -1);
    assert_int_equal(steady->chart_first, frames - 2);
    assert_int_equal(steady->chart_count, 2);
    assert_int_equal(s->play.cycles.cycles_per_frame, cycles.cycles_per_frame);
    cycles_free(&cycles);
}

static void test_steady(void **state)
{
    (void)state;
    for (int chip = 0; chip < PLAY_CHIP_COUNT; chip++)
        for (int frames = VERIFY_FRAMES_LEAST; frames < 12; frames += 4) {
            struct staged s;
            stage_chip(&s, chip, frames, 2);
            assert_false(play_waits_for_memory(&s.program, &s.play.cycles));
            check_steady(&s, frames);
            leave(&s);
        }
}

/* x waits until what is read ahead has been read, if it comes through the same memory. */
static void test_first_x(void **state)
{
    (void)state;
    for (int chip = 0; chip < PLAY_CHIP_COUNT; chip++) {
        struct staged s;
        stage_chip(&s, chip, 5, 2);
        const struct config *c = &s.program.config;
        const struct stimulus_phase *steady = phase_there(&s.play, "steady");
        uint32_t ahead = 1u << s.program.d.fetch_bits;
        if (c->memory == MEMORY_STREAM && c->io == IO_MEMORY)
            assert_int_equal(steady->valid_cycle, (c->memory_ports == 2 ? 2 : 3) * ahead + 200);
        else
            assert_int_equal(steady->valid_cycle, 1);
        assert_int_equal(phase_there(&s.play, "cut")->valid_cycle, 1);
        leave(&s);
    }
}

/* ... and also from a stream, if a word of constants takes several bus words. */
static void test_first_x_of_wide_words(void **state)
{
    (void)state;
    for (int lanes = 1; lanes <= 4; lanes *= 4) {
        struct config config = play_config(MEMORY_STREAM, IO_STREAM, 2);
        config.axi_data_bits = AXI_128;
        config.elem_lanes = lanes;
        struct staged s;
        stage(&s, &config, 5, 2);
        assert_int_equal(s.program.d.constants_memory_bits > 128, lanes == 4);
        assert_int_equal(phase_there(&s.play, "steady")->valid_cycle,
                         lanes == 4 ? (2 << s.program.d.fetch_bits) + 200 : 1);
        assert_int_equal(phase_there(&s.play, "cut")->valid_cycle, 1);
        leave(&s);
    }
}

/* Many PEs behind a narrow bus: nobody knows when a frame starts, and there is more time. */
static void test_waits_for_memory(void **state)
{
    (void)state;
    struct config config = play_config(MEMORY_STREAM, IO_MEMORY, 1);
    struct staged s;
    config.axi_data_bits = AXI_128;
    config.pes = 32;
    config.model.cell = 64;
    config.model.density = 1;
    stage(&s, &config, 6, 2);
    int64_t clocks = derive_traffic(&s.program).clocks;
    assert_true(clocks > s.play.cycles.cycles_per_frame);
    assert_true(play_waits_for_memory(&s.program, &s.play.cycles));
    const struct stimulus_phase *steady = phase_there(&s.play, "steady");
    assert_null(steady->starts);
    assert_int_equal(steady->end, -1);
    assert_true(steady->limit_cycles > (uint64_t)(6 * clocks));
    for (uint32_t n = 0; n < s.play.stimulus.phase_count; n++)
        walk_phase(&s.play, &s.program.quant, &s.play.stimulus.phases[n]);
    struct cycles same = {.cycles_per_frame = clocks};
    assert_false(
        play_waits_for_memory(&s.program, &same)); /* as fast as the array is not too slow */
    leave(&s);
}

/* ---- cut, rough, held, x ends wrong ---------------------------------------------------------- */

/* The reset comes while the second frame is computed, at any clock of it. */
static void test_cut(void **state)
{
    (void)state;
    for (int chip = 0; chip < PLAY_CHIP_COUNT; chip++) {
        int64_t least = INT64_MAX, most = 0, begin = 0, frame = 1;
        struct config config = play_chip(chip);
        struct staged s;
        build(&s.program, &config);
        for (uint64_t seed = 0; seed < 40; seed++) {
            play_build(&s.play, &s.program, VERIFY_FRAMES_LEAST, seed, false);
            const struct stimulus_phase *cut = phase_there(&s.play, "cut");
            begin = s.play.cycles.frames[1].start;
            frame = s.play.cycles.cycles_per_frame;
            assert_int_equal(cut->frame_count, 2);
            assert_true(cut->cut_cycle >= begin && cut->cut_cycle < begin + frame);
            assert_int_equal(flags_of(cut), on_streams(&s) ? STIMULUS_CUT_WAITING : 0);
            least = cut->cut_cycle < least ? cut->cut_cycle : least;
            most = cut->cut_cycle > most ? cut->cut_cycle : most;
            play_free(&s.play);
        }
        assert_true(least < begin + frame / 4 && most > begin + frame * 3 / 4);
        program_free(&s.program);
    }
}

static void test_rough(void **state)
{
    (void)state;
    for (int chip = 0; chip < PLAY_CHIP_COUNT; chip++) {
        struct staged s;
        stage_chip(&s, chip, 9, 2);
        const struct stimulus_phase *rough = phase_there(&s.play, "rough");
        assert_int_equal(rough->frame_count, 9);
        assert_int_equal(rough->x_gap, 16384); /* a quarter of the time */
        assert_int_equal(rough->y_wait, 16384);
        assert_int_equal(rough->x_gap_length, on_streams(&s) ? 5 : 200);
        assert_int_equal(rough->y_wait_length, 8);
        assert_null(rough->starts);
        if (!on_streams(&s)) /* two descriptors at most, so that the host waits for places, too */
            assert_int_equal(rough->ring_bits, 1);
        leave(&s);
    }
}

/* y is held back longer than all buffers of the chip last. */
static void test_held(void **state)
{
    (void)state;
    for (int chip = 0; chip < 3; chip++) {
        struct staged s;
        stage_chip(&s, chip, 40, 2);
        const struct derived *d = &s.program.d;
        const struct stimulus_phase *held = phase_there(&s.play, "held");
        uint32_t frame = (uint32_t)s.play.cycles.cycles_per_frame;
        uint32_t fifo = (1u << d->y_fifo_bits) / (uint32_t)d->y_words; /* frames that it takes */
        assert_true(held->y_wait > 0 && held->y_wait < 65536 / frame + 2);
        assert_true(held->y_wait_length > (fifo + 2) * frame);
        assert_true(held->idle_cycles >=
                    phase_there(&s.play, "cut")->idle_cycles + held->y_wait_length);
        assert_true(held->frame_count > fifo + 1 && held->frame_count <= 40);
        assert_int_equal(held->x_gap, 0);
        leave(&s);
    }
}

static void test_misframed(void **state)
{
    (void)state;
    static const struct { const char *name; uint32_t flags; } ends[] = {
        {"x ends early", STIMULUS_LAST_EARLY}, {"x ends late", STIMULUS_LAST_MISSING}};
    for (int chip = 0; chip < 3; chip++) {
        struct config config = play_chip(chip);
        struct staged s;
        build(&s.program, &config);
        play_build(&s.play, &s.program, VERIFY_FRAMES_LEAST, 1, false);
        for (size_t n = 0; n < COUNT(ends); n++) {
            const struct stimulus_phase *wrong = phase_there(&s.play, ends[n].name);
            assert_int_equal(wrong->flags, ends[n].flags);
            assert_int_equal(wrong->expected_error, chip == 0 ? 0 : CHIP_ERROR_X_FRAMING);
        }
        leave(&s);
        config.model.input = 1; /* nothing comes before the last element */
        build(&s.program, &config);
        play_build(&s.play, &s.program, VERIFY_FRAMES_LEAST, 1, false);
        assert_null(phase_named(&s.play, "x ends early"));
        assert_int_equal(phase_there(&s.play, "x ends late")->flags, STIMULUS_LAST_MISSING);
        leave(&s);
    }
}

/* Where nothing is measured, x, y and states lie anywhere, if they lie in memory; but where a burst of two
 * beats is wanted they begin a page. */
static void test_scattered(void **state)
{
    (void)state;
    for (int chip = 0; chip < PLAY_CHIP_COUNT; chip++) {
        struct staged s;
        stage_chip(&s, chip, VERIFY_FRAMES_LEAST, 2);
        for (uint32_t n = 0; n < s.play.phases; n++) {
            const struct stimulus_phase *p = &s.play.stimulus.phases[n];
            const bool measured = strcmp(p->name, "steady") == 0 || strcmp(p->name, "ddr3") == 0;
            const uint32_t fault = p->memory[STIMULUS_PORT_DATA].fault;
            const bool ends = fault == STIMULUS_FAULT_LAST_EARLY || fault == STIMULUS_FAULT_LAST_EXTRA;
            assert_int_equal((p->flags & STIMULUS_SCATTERED) != 0, !on_streams(&s) && !measured && !ends);
        }
        leave(&s);
    }
}

/* ---- every utterance once -------------------------------------------------------------------- */

enum { SPOKEN = 9 };
static const int rows_of[SPOKEN] = {3, 7, 1, 12, 2, 2, 5, 1, 4};

/* Each from its first frame on, `limit` frames of it, one after the other on one channel. */
static void check_spoken(const struct play *play, int limit)
{
    uint32_t channels = play->stimulus.channels;
    int seen[SPOKEN] = {0};
    for (uint32_t c = 0; c < channels; c++)
        for (int t = 0; t < play->frames;) {
            struct voice voice = play->voices[(uint32_t)t * channels + c];
            if (voice.utterance < 0) {
                t++;
                continue;
            }
            int rows = rows_of[voice.utterance];
            rows = limit > 0 && limit < rows ? limit : rows;
            assert_true(play->begins[t]);
            for (int f = 0; f < rows; f++, t++) {
                assert_int_equal(play->voices[(uint32_t)t * channels + c].utterance,
                                 voice.utterance);
                assert_int_equal(play->voices[(uint32_t)t * channels + c].frame, f);
            }
            assert_true(t == play->frames || play->begins[t]);
            seen[voice.utterance]++;
        }
    for (int n = 0; n < SPOKEN; n++)
        assert_int_equal(seen[n], 1);
}

/* The frames that it takes if each goes where the channel is free first. */
static int frames_needed(int channels, int limit)
{
    int free_at[SPOKEN] = {0}, most = 2; /* a play has two frames */
    for (int n = 0; n < SPOKEN; n++) {
        int best = 0;
        for (int c = 0; c < channels; c++)
            best = free_at[c] < free_at[best] ? c : best;
        free_at[best] += limit > 0 && limit < rows_of[n] ? limit : rows_of[n];
        most = free_at[best] > most ? free_at[best] : most;
    }
    return most;
}

static void test_utterances(void **state)
{
    (void)state;
    static const int limits[] = {0, 1, 4, 100}, channels[PLAY_CHIP_COUNT] = {1, 2, 3, 5, 6, SPOKEN};
    for (int chip = 0; chip < PLAY_CHIP_COUNT; chip++)
        for (size_t n = 0; n < COUNT(limits); n++) {
            struct config config = play_chip(chip);
            struct staged s;
            config.channels = channels[chip];
            build(&s.program, &config);
            utterances_draw(&s.program.utterances, SPOKEN, 12, config.model.input, 5);
            for (int u = 0; u < SPOKEN; u++)
                s.program.utterances.frames[u].rows = rows_of[u];
            play_utterances(&s.play, &s.program, limits[n]);
            assert_int_equal(s.play.frames, frames_needed(config.channels, limits[n]));
            assert_int_equal(s.play.stimulus.phase_count, 1);
            const struct stimulus_phase *phase = phase_there(&s.play, "utterances");
            assert_int_equal(phase->frame_count, s.play.frames);
            assert_int_equal(phase->x_gap + phase->y_wait + phase->cut_cycle, 0);
            if (phase->starts != NULL)
                assert_true(phase->starts[s.play.frames - 1] > 0);
            else /* not one of them begins when all of x is sure to be there */
                assert_true(s.play.cycles.frames[s.play.frames - 2].start < 150);
            check_spoken(&s.play, limits[n]);
            walk_phase(&s.play, &s.program.quant, phase);
            leave(&s);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_phase),  cmocka_unit_test(test_steady),
        cmocka_unit_test(test_scattered),
        cmocka_unit_test(test_first_x),
        cmocka_unit_test(test_first_x_of_wide_words),      cmocka_unit_test(test_waits_for_memory),
        cmocka_unit_test(test_cut),          cmocka_unit_test(test_rough),
        cmocka_unit_test(test_held),         cmocka_unit_test(test_misframed),
        cmocka_unit_test(test_utterances),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
