/* SPDX-License-Identifier: Apache-2.0
 * test_play_faults.c - what goes wrong on purpose with a loadable chip: buses, soft resets,
 * memories; states saved and restored, a channel closed; and faults drawn at random. */
#include "gen/emit/registers.h"
#include "gen/image/regions.h"
#include "tests/unit/play_walk.h"

enum { FRAMES = 6, FIRST_LOADABLE = 1 };

struct staged {
    struct program program;
    struct play play;
};

static void stage(struct staged *s, int chip, uint64_t seed)
{
    struct config config = play_chip(chip);
    build(&s->program, &config);
    play_build(&s->play, &s->program, FRAMES, seed, false);
}

static void leave(struct staged *s)
{
    play_free(&s->play);
    program_free(&s->program);
}

static bool has_queue(const struct staged *s)
{
    return s->program.config.io == IO_MEMORY;
}

/* ---- faults of the buses --------------------------------------------------------------------- */

/* Bus words of what a port reads for a frame, or at load, as the documents have it; `single` if no
 * piece has two words. */
static uint32_t words_read(const struct program *p, int port, bool load, bool *single)
{
    const struct derived *d = &p->d;
    bool streams = load || p->config.memory == MEMORY_STREAM, data = port == STIMULUS_PORT_DATA;
    bool own = p->config.memory_ports == 2;
    const int words[] = {
        data && load ? CHIP_MODEL_WORDS * 32 / d->bus_bits : 0,
        data && load ? d->program_bus_words : 0,
        data && streams ? d->columns_bus_words : 0,
        data && streams ? d->constants_bus_words : 0,
        data && !load && p->config.io == IO_MEMORY ? d->x_bus_words : 0,
        streams && data != own ? d->weights_bus_words : 0,
    };
    uint32_t sum = 0;
    *single = true;
    for (size_t n = 0; n < COUNT(words); n++) {
        sum += (uint32_t)words[n];
        *single = *single && words[n] < 2;
    }
    return sum;
}

static const struct {
    const char *name;
    enum stimulus_fault fault;
    enum chip_error weights, data;
    bool silent;
} READS[] = {
    {"SLVERR", STIMULUS_FAULT_SLVERR, CHIP_ERROR_WEIGHTS_SLAVE, CHIP_ERROR_DATA_SLAVE, false},
    {"DECERR", STIMULUS_FAULT_DECERR, CHIP_ERROR_WEIGHTS_DECODE, CHIP_ERROR_DATA_DECODE, false},
    {"RLAST early", STIMULUS_FAULT_LAST_EARLY, CHIP_ERROR_WEIGHTS_LENGTH, CHIP_ERROR_DATA_LENGTH,
     false},
    {"RLAST missing", STIMULUS_FAULT_LAST_MISSING, CHIP_ERROR_WEIGHTS_LENGTH,
     CHIP_ERROR_DATA_LENGTH, false},
    {"silent", STIMULUS_FAULT_SILENT, CHIP_ERROR_WEIGHTS_TIMEOUT, CHIP_ERROR_DATA_TIMEOUT, true},
    {"deaf", STIMULUS_FAULT_DEAF, CHIP_ERROR_WEIGHTS_TIMEOUT, CHIP_ERROR_DATA_TIMEOUT, true},
};

/* Nothing else is wrong in the phase. */
static void check_alone(const struct stimulus_phase *phase, int port)
{
    int other = STIMULUS_PORTS - 1 - port;
    assert_int_equal(phase->memory[other].fault, STIMULUS_FAULT_NONE);
    assert_int_equal(phase->cut_cycle + phase->stop_cycle + phase->slot_cycle + flags_of(phase), 0);
    assert_int_equal(phase->error_count + phase->patch_count, 0);
}

static void check_read(const struct staged *s, size_t n, int port, bool load)
{
    char name[60];
    bool single;
    uint32_t beats = words_read(&s->program, port, load, &single);
    snprintf(name, sizeof name, "%s %s%s", port == STIMULUS_PORT_DATA ? "data" : "weights",
             READS[n].name, load ? " at load" : "");
    if (beats == 0 || (single && READS[n].fault == STIMULUS_FAULT_LAST_EARLY)) {
        assert_null(phase_named(&s->play, name));
        return;
    }
    const struct stimulus_phase *phase = phase_there(&s->play, name);
    assert_int_equal(phase->frame_count, load ? 1 : 2);
    assert_int_equal(phase->memory[port].fault, READS[n].fault);
    assert_int_equal(phase->memory[port].model, STIMULUS_IDEAL);
    assert_int_equal(phase->fault_moment, load ? STIMULUS_AT_LOAD : STIMULUS_AT_RUN);
    assert_int_equal(phase->expected_error,
                     port == STIMULUS_PORT_DATA ? READS[n].data : READS[n].weights);
    assert_int_equal(phase->watchdog, READS[n].silent ? 600 : 20000);
    /* The fault is met: there are so many beats.  Who is to be silent is so from the beginning. */
    assert_true(phase->memory[port].fault_at < (READS[n].silent ? 2 : beats));
    check_alone(phase, port);
}

static void test_reads(void **state)
{
    (void)state;
    for (int chip = FIRST_LOADABLE; chip < PLAY_CHIP_COUNT; chip++) {
        struct staged s;
        for (uint64_t seed = 0; seed < 10; seed++) {
            stage(&s, chip, seed);
            for (size_t n = 0; n < COUNT(READS); n++)
                for (int port = 0; port < STIMULUS_PORTS; port++) {
                    check_read(&s, n, port, false);
                    check_read(&s, n, port, true);
                }
            leave(&s);
        }
    }
}

/* Where a port reads single words only, no burst can end early. */
static void test_single_words(void **state)
{
    (void)state;
    struct config config = play_chip(5);
    struct staged s;
    bool single;
    config.pes = config.elem_lanes = 1;
    config.axi_data_bits = AXI_1024;
    config.model.input = config.model.cell = config.model.output = 1;
    build(&s.program, &config);
    play_build(&s.play, &s.program, FRAMES, 1, false);
    assert_int_equal(words_read(&s.program, STIMULUS_PORT_WEIGHTS, false, &single), 1);
    assert_true(single);
    for (size_t n = 0; n < COUNT(READS); n++)
        for (int port = 0; port < STIMULUS_PORTS; port++) {
            check_read(&s, n, port, false);
            check_read(&s, n, port, true);
        }
    leave(&s);
}

/* A weight port that there is not has no faults; a resident chip with streams reads only at
 * load. */
static void test_ports(void **state)
{
    (void)state;
    for (int chip = FIRST_LOADABLE; chip < PLAY_CHIP_COUNT; chip++) {
        struct staged s;
        stage(&s, chip, 1);
        const struct config *c = &s.program.config;
        bool streams = c->memory == MEMORY_STREAM;
        assert_int_equal(phase_named(&s.play, "weights SLVERR at load") != NULL,
                         c->memory_ports == 2);
        assert_int_equal(phase_named(&s.play, "weights SLVERR") != NULL,
                         c->memory_ports == 2 && streams);
        assert_int_equal(phase_named(&s.play, "data SLVERR") != NULL, streams || has_queue(&s));
        assert_non_null(phase_named(&s.play, "data SLVERR at load"));
        leave(&s);
    }
}

/* Any beat may be struck, also the last ones. */
static void test_any_beat(void **state)
{
    (void)state;
    struct config config = play_chip(5);
    struct staged s;
    bool single;
    uint64_t least = UINT64_MAX, most = 0;
    build(&s.program, &config);
    uint32_t beats = words_read(&s.program, STIMULUS_PORT_WEIGHTS, false, &single);
    for (uint64_t seed = 0; seed < 60; seed++) {
        play_build(&s.play, &s.program, VERIFY_FRAMES_LEAST, seed, false);
        uint64_t at =
            phase_there(&s.play, "weights SLVERR")->memory[STIMULUS_PORT_WEIGHTS].fault_at;
        least = at < least ? at : least;
        most = at > most ? at : most;
        play_free(&s.play);
    }
    assert_true(beats > 8 && least < beats / 4 && most >= beats - beats / 4);
    program_free(&s.program);
}

static void test_writes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum stimulus_fault fault;
        enum chip_error error;
        bool silent;
    } writes[] = {
        {"write SLVERR", STIMULUS_FAULT_WRITE_SLVERR, CHIP_ERROR_WRITE_SLAVE, false},
        {"write DECERR", STIMULUS_FAULT_WRITE_DECERR, CHIP_ERROR_WRITE_DECODE, false},
        {"write silent", STIMULUS_FAULT_WRITE_SILENT, CHIP_ERROR_WRITE_TIMEOUT, true},
        {"write deaf", STIMULUS_FAULT_WRITE_DEAF, CHIP_ERROR_WRITE_TIMEOUT, true},
    };
    for (int chip = FIRST_LOADABLE; chip < PLAY_CHIP_COUNT; chip++) {
        struct staged s;
        stage(&s, chip, 1);
        for (size_t n = 0; n < COUNT(writes); n++) {
            if (!has_queue(&s)) {
                assert_null(phase_named(&s.play, writes[n].name));
                continue;
            }
            const struct stimulus_phase *phase = phase_there(&s.play, writes[n].name);
            assert_int_equal(phase->memory[STIMULUS_PORT_DATA].fault, writes[n].fault);
            assert_int_equal(phase->expected_error, writes[n].error);
            assert_int_equal(phase->watchdog, writes[n].silent ? 600 : 20000);
            assert_true(phase->memory[STIMULUS_PORT_DATA].fault_at <
                        (writes[n].silent ? 1 : phase->descriptor_count));
            check_alone(phase, STIMULUS_PORT_DATA);
        }
        leave(&s);
    }
}

/* ---- soft resets, memories ------------------------------------------------------------------- */

static void check_stop(const struct staged *s, const char *name, enum stimulus_moment moment,
                       int64_t most)
{
    const struct stimulus_phase *phase = phase_there(&s->play, name);
    assert_int_equal(phase->stop_moment, moment);
    assert_true(phase->stop_cycle >= 1 && phase->stop_cycle <= most);
    assert_int_equal(phase->expected_error + phase->error_count + phase->cut_cycle, 0);
}

/* A memory falls silent, nobody watches, and the host stops the chip. */
static void check_unwatched(const struct staged *s, const char *name, enum stimulus_moment moment,
                            enum stimulus_fault fault)
{
    const struct stimulus_phase *phase = phase_there(&s->play, name);
    assert_int_equal(phase->watchdog, 0);
    assert_int_equal(phase->memory[STIMULUS_PORT_DATA].fault, fault);
    assert_int_equal(phase->fault_moment, moment);
    assert_true(phase->stop_cycle > 600);
    check_stop(s, name, moment, INT64_MAX);
}

static void test_stops(void **state)
{
    (void)state;
    for (int chip = FIRST_LOADABLE; chip < PLAY_CHIP_COUNT; chip++) {
        struct staged s;
        bool single;
        stage(&s, chip, 3);
        int64_t second = s.play.cycles.frames[1].start;
        uint32_t load =
            words_read(&s.program, 0, true, &single) + words_read(&s.program, 1, true, &single);
        check_stop(&s, "stop", STIMULUS_AT_RUN, second);
        check_stop(&s, "reload", STIMULUS_AT_RUN, second);
        assert_int_equal(flags_of(phase_there(&s.play, "stop")), 0);
        assert_int_equal(flags_of(phase_there(&s.play, "reload")), STIMULUS_RELOAD);
        check_stop(&s, "stop loading", STIMULUS_AT_LOAD, load + 8 * (SECTION_COUNT + 2));
        assert_true(
            (flags_of(phase_there(&s.play, "stop loading")) & ~(uint32_t)STIMULUS_LOADED_BEFORE) == 0);
        assert_int_equal(phase_named(&s.play, "stop saving") != NULL, has_queue(&s));
        assert_int_equal(phase_named(&s.play, "stop restoring") != NULL, has_queue(&s));
        if (has_queue(&s)) {
            int64_t words = s.program.d.state_bus_words;
            check_stop(&s, "stop saving", STIMULUS_AT_SAVE, words + 60);
            check_stop(&s, "stop restoring", STIMULUS_AT_RESTORE, words + 60);
            assert_int_equal(phase_there(&s.play, "stop saving")->state_count, 2);
        }
        check_unwatched(&s, "unwatched at load", STIMULUS_AT_LOAD, STIMULUS_FAULT_SILENT);
        assert_int_equal(phase_named(&s.play, "unwatched") != NULL, has_queue(&s));
        if (has_queue(&s))
            check_unwatched(&s, "unwatched", STIMULUS_AT_RUN, STIMULUS_FAULT_WRITE_SILENT);
        const struct stimulus_phase *unloaded = phase_there(&s.play, "not loaded");
        assert_int_equal(flags_of(unloaded), STIMULUS_NO_LOAD);
        assert_int_equal(unloaded->expected_error, CHIP_ERROR_NOT_LOADED);
        leave(&s);
    }
}

static void check_memory(const struct staged *s, const char *name, enum stimulus_model model,
                         bool gaps)
{
    const struct stimulus_phase *phase = phase_there(&s->play, name);
    for (int port = 0; port < STIMULUS_PORTS; port++) {
        assert_int_equal(phase->memory[port].model, model);
        assert_int_equal(phase->memory[port].fault, STIMULUS_FAULT_NONE);
    }
    assert_int_equal(phase->x_gap, gaps ? 8192 : 0);
    assert_int_equal(phase->y_wait, gaps ? 8192 : 0);
    assert_int_equal(phase->expected_error, 0);
    assert_null(phase->starts);
}

static void test_memories(void **state)
{
    (void)state;
    for (int chip = FIRST_LOADABLE; chip < PLAY_CHIP_COUNT; chip++) {
        struct staged s;
        stage(&s, chip, 3);
        check_memory(&s, "ddr3", STIMULUS_DDR3, false);
        assert_int_equal(phase_there(&s.play, "ddr3")->frame_count, FRAMES);
        check_memory(&s, "hostile", STIMULUS_HOSTILE, true);
        assert_int_equal(phase_named(&s.play, "states") != NULL, has_queue(&s));
        if (has_queue(&s)) {
            check_memory(&s, "states", STIMULUS_IDEAL, false);
            check_memory(&s, "states hostile", STIMULUS_HOSTILE, true);
            assert_int_equal(phase_there(&s.play, "states hostile")->ring_bits, 0);
        }
        assert_true(phase_there(&s.play, "hostile")->limit_cycles >
                    10 * phase_there(&s.play, "cut")->limit_cycles / 4);
        leave(&s);
    }
}

/* ---- states, and a channel that is closed ---------------------------------------------------- */

static int bits(const uint32_t mask[STIMULUS_MASK_WORDS])
{
    int count = 0;
    for (int word = 0; word < STIMULUS_MASK_WORDS; word++)
        for (uint32_t rest = mask[word]; rest != 0; rest &= rest - 1)
            count++;
    return count;
}

/* All channels are saved; most of them are restored, to other channels; half are played again. What
 * must come out is in test_play.c's walk, which also runs here for many channels. */
static void test_states(void **state)
{
    (void)state;
    static const int channels[] = {1, 2, 3, 4, 7, 33, 40};
    for (size_t n = 0; n < COUNT(channels); n++) {
        struct config config = play_chip(5);
        struct staged s;
        config.channels = channels[n];
        build(&s.program, &config);
        play_build(&s.play, &s.program, VERIFY_FRAMES_LEAST, 1, false);
        const struct stimulus_phase *phase = phase_there(&s.play, "states");
        const struct stimulus_descriptor *d = phase->descriptors;
        assert_int_equal(phase->descriptor_count, 5);
        assert_int_equal(phase->state_count, 2);
        assert_int_equal(d[0].save, 0);
        assert_int_equal(d[2].restore, 0);
        assert_int_equal(d[2].save, 1);
        assert_int_equal(d[4].restore, 1);
        assert_int_equal(d[1].save + d[1].restore + d[3].save + d[3].restore, -4);
        assert_int_equal(d[2].rotate, channels[n] > 1);
        assert_int_equal(d[4].rotate, 0);
        assert_true(bits(d[2].restored) >= (channels[n] + 1) / 2);
        assert_int_equal(bits(d[4].restored), (channels[n] + 1) / 2);
        if (channels[n] >= 4) /* somebody is interrupted by nobody */
            assert_false(
                stimulus_get(s.play.stimulus.active, &s.play.stimulus, phase->first_frame + 2, 3));
        for (uint32_t i = 0; i < s.play.stimulus.phase_count; i++)
            walk_phase(&s.play, &s.program.quant, &s.play.stimulus.phases[i]);
        leave(&s);
    }
}

static void test_slot(void **state)
{
    (void)state;
    for (int chip = FIRST_LOADABLE; chip < PLAY_CHIP_COUNT; chip++) {
        struct staged s;
        stage(&s, chip, 3);
        const struct stimulus *stimulus = &s.play.stimulus;
        const struct stimulus_phase *slot = phase_there(&s.play, "slot");
        uint32_t last = stimulus->channels - 1, first = slot->first_frame;
        int64_t begin = s.play.cycles.frames[0].start;
        assert_int_equal(slot->slot_channel, last);
        assert_true(slot->slot_frame > 0 && slot->slot_frame < slot->frame_count);
        assert_true(slot->slot_cycle >= begin &&
                    slot->slot_cycle < begin + s.play.cycles.cycles_per_frame);
        assert_true(s.play.begins[first + slot->slot_frame]);
        for (uint32_t t = 0; t < slot->frame_count; t++)
            /* All speak, and the one that is closed begins anew. */
            for (uint32_t c = 0; c <= last; c++) {
                assert_true(stimulus_get(stimulus->active, stimulus, first + t, c));
                assert_int_equal(stimulus_get(stimulus->first, stimulus, first + t, c),
                                 t == 0 || (c == last && t == slot->slot_frame));
            }
        leave(&s);
    }
}

/* ---- at random ------------------------------------------------------------------------------- */

enum { DRAWN = 400 };

/* A phase by its kind: what it is called, without its number. */
static const char *kind_of(const struct stimulus_phase *phase, uint32_t number)
{
    char prefix[20];
    snprintf(prefix, sizeof prefix, "%u ", (unsigned)number);
    assert_int_equal(strncmp(phase->name, prefix, strlen(prefix)), 0);
    return phase->name + strlen(prefix);
}

/* Something goes wrong, once, and with a short watchdog the memory is ideal. */
static void check_random(const struct staged *s, const struct stimulus_phase *phase, int seen[4])
{
    int wrong = phase->expected_error != 0;
    wrong += phase->error_count != 0;
    wrong += phase->stop_cycle != 0;
    wrong += phase->cut_cycle != 0;
    assert_int_equal(wrong, 1);
    assert_int_equal(phase->error_count > 0, phase->patch_count > 0);
    for (int port = 0; port < STIMULUS_PORTS; port++) {
        assert_true(phase->memory[port].model < STIMULUS_MODELS);
        assert_true(phase->watchdog != 600 || phase->memory[port].model == STIMULUS_IDEAL);
        seen[phase->memory[port].model]++;
    }
    assert_true(phase->ring_bits < (has_queue(s) ? 5 : 1));
    walk_phase(&s->play, &s->program.quant, phase);
}

static void test_random(void **state)
{
    (void)state;
    static const char *const kinds[] = {
        "wrong model", "stop loading",   "stop",        "cut",   "data ",
        "weights ",    "stop restoring", "stop saving", "write "};
    for (int chip = FIRST_LOADABLE; chip < PLAY_CHIP_COUNT; chip++) {
        struct config config = play_chip(chip);
        struct staged s;
        int count[COUNT(kinds)] = {0}, models[STIMULUS_MODELS + 1] = {0};
        build(&s.program, &config);
        play_faults(&s.play, &s.program, DRAWN, 7, false);
        assert_int_equal(s.play.stimulus.phase_count, DRAWN + 1);
        assert_string_equal(s.play.stimulus.phases[PHASE_STEADY].name, "steady");
        for (uint32_t n = 1; n <= DRAWN; n++) {
            const struct stimulus_phase *phase = &s.play.stimulus.phases[n];
            const char *kind = kind_of(phase, n);
            check_random(&s, phase, models);
            for (size_t k = 0; k < COUNT(kinds); k++) {
                size_t length = strlen(kinds[k]);
                count[k] += kinds[k][length - 1] == ' ' ? strncmp(kind, kinds[k], length) == 0
                                                        : strcmp(kind, kinds[k]) == 0;
            }
        }
        for (size_t k = 0; k < COUNT(kinds); k++)
            if ((count[k] > 5) != (k == 5 ? config.memory_ports == 2 : k < 5 || has_queue(&s)))
                fail_msg("chip %d: %d times '%s'", chip, count[k], kinds[k]);
        for (int model = 0; model < STIMULUS_MODELS; model++)
            assert_true(models[model] > 50);
        leave(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads),    cmocka_unit_test(test_single_words),
        cmocka_unit_test(test_ports),    cmocka_unit_test(test_any_beat),
        cmocka_unit_test(test_writes),   cmocka_unit_test(test_stops),
        cmocka_unit_test(test_memories), cmocka_unit_test(test_states),
        cmocka_unit_test(test_slot),     cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
