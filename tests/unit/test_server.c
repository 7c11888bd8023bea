/* SPDX-License-Identifier: Apache-2.0
 * The server of utterances on a chip in C, and a failure at every step of a whole run. */
#include "tests/unit/driver_testing.h"

/* ---- utterances ------------------------------------------------------------------------------------------ */

struct voice {
    struct ese_utterance utterance;
    int32_t *x, *y, *right;
};

static void voice_new(struct voice *v, uint32_t frames)
{
    *v = (struct voice){.x = calloc(frames * FAKE_X, sizeof *v->x),
                        .y = calloc(frames * FAKE_Y, sizeof *v->y),
                        .right = calloc(frames * FAKE_Y, sizeof *v->right)};
    for (uint32_t i = 0; i < frames * FAKE_X; i++)
        v->x[i] = (int32_t)draw(65536) - 32768;
    int32_t sum = 0;
    fake_expect(&sum, v->x, v->right, frames);
    v->utterance = (struct ese_utterance){.x = v->x, .y = v->y, .frames = frames, .user = v};
}

static void voice_check(const struct voice *v)
{
    assert_memory_equal(v->y, v->right, v->utterance.frames * FAKE_Y * sizeof *v->y);
}

static void voice_free(struct voice *v)
{
    free(v->x);
    free(v->y);
    free(v->right);
}

/* ---- the server --------------------------------------------------------------------------------------------------- */

/* Many utterances on few channels, whatever the ring and the descriptors are like. */
static void utterances_served(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 60; round++) {
        struct ese_chip chip;
        uint32_t channels = 1 + draw(round % 5 == 0 ? 70 : 6);
        struct fake_chip *fake = ready(&chip, channels, round & 1 ? TWO : QUEUE);
        fake->per_wait = 1 + (int)draw(9);
        struct ese_server_options options = {.places = 1u << draw(5), .frames = 1 + draw(9)};
        struct ese_server *server = ese_server_open(&chip, &options);
        assert_non_null(server);
        enum { VOICES = 40 };
        struct voice voices[VOICES];
        uint32_t total = 0, finished = 0;
        for (int v = 0; v < VOICES; v++) {
            voice_new(&voices[v], 1 + draw(30));
            total += voices[v].utterance.frames;
        }
        for (int v = 0; v < VOICES || ese_server_busy(server);) {
            for (uint32_t some = draw(6); v < VOICES && some-- > 0; v++)
                assert_int_equal(ese_server_submit(server, &voices[v].utterance), ESE_OK);
            struct ese_utterance *done;
            assert_int_equal(ese_server_step(server, &done), ESE_OK);
            for (; done != NULL; done = done->next, finished++)
                voice_check(done->user);
        }
        struct ese_server_counts counts;
        ese_server_counts(server, &counts);
        assert_int_equal(finished, VOICES);
        assert_int_equal(counts.utterances, VOICES);
        assert_int_equal(counts.voice_frames, total);
        assert_int_equal(counts.frames, fake->frames);
        assert_int_equal(total, fake->busy_frames);
        assert_true(fake->most_outstanding <= options.places);
        ese_server_close(server);
        for (int v = 0; v < VOICES; v++)
            voice_free(&voices[v]);
        end(&chip, fake);
    }
}

/* All channels are taken as long as there are voices for them, the ring is full, and the steady count is
 * of whole descriptors. */
static void channels_kept_full(void **state)
{
    (void)state;
    struct ese_chip chip;
    struct fake_chip *fake = ready(&chip, 4, QUEUE);
    struct ese_server *server = ese_server_open(&chip, &(struct ese_server_options){8, 4});
    enum { VOICES = 64 };
    struct voice voices[VOICES];
    uint32_t total = 0, longest = 0;
    for (int v = 0; v < VOICES; v++) {
        voice_new(&voices[v], 1 + draw(20));
        uint32_t frames = voices[v].utterance.frames;
        total += frames;
        longest = frames > longest ? frames : longest;
        assert_int_equal(ese_server_submit(server, &voices[v].utterance), ESE_OK);
    }
    assert_int_equal(ese_server_finish(server), ESE_OK);
    assert_int_equal(fake->most_outstanding, 8);
    assert_true(fake->frames <= total / 4 + longest);
    struct ese_server_counts counts;
    ese_server_counts(server, &counts);
    assert_true(counts.steady_frames > 100);
    assert_int_equal(counts.steady_cycles, counts.steady_frames * FAKE_CYCLES);
    assert_int_equal(counts.steady_multiplied, counts.steady_cycles / 2);
    ese_server_close(server);
    for (int v = 0; v < VOICES; v++) {
        voice_check(&voices[v]);
        voice_free(&voices[v]);
    }
    end(&chip, fake);
}

/* What was told of descriptors: frames of the chip, and how far each voice has come. */
struct told {
    uint32_t channels, descriptors;
    uint64_t frames, voice_frames;
    uint32_t come[64]; /* of the voices, by their `user` */
};

static void note_played(const struct ese_played *played, void *user)
{
    struct told *told = user;
    told->descriptors++;
    told->frames += played->frames;
    for (uint32_t c = 0; c < told->channels; c++) {
        const struct ese_utterance *u = played->voices[c];
        if (u == NULL)
            continue;
        uint32_t *come = &told->come[(uintptr_t)u->user];
        assert_int_equal(played->from[c], *come); /* one piece after the other */
        assert_int_equal(u->received, *come);     /* before it counts as received */
        *come += played->frames;
        assert_true(*come <= u->frames);
        told->voice_frames += played->frames;
    }
}

/* Whoever watches is told of all descriptors in order, with who spoke. */
static void descriptors_told(void **state)
{
    (void)state;
    enum { VOICES = 21 };
    struct ese_chip chip;
    struct fake_chip *fake = ready(&chip, 4, QUEUE);
    struct ese_server *server = ese_server_open(&chip, &(struct ese_server_options){4, 3});
    struct told told = {.channels = 4};
    struct voice voices[VOICES];
    ese_server_watch(server, note_played, &told);
    for (uintptr_t v = 0; v < VOICES; v++) {
        voice_new(&voices[v], 1 + draw(9));
        voices[v].utterance.user = (void *)v;
        assert_int_equal(ese_server_submit(server, &voices[v].utterance), ESE_OK);
    }
    assert_int_equal(ese_server_finish(server), ESE_OK);
    struct ese_server_counts counts;
    ese_server_counts(server, &counts);
    assert_int_equal(told.descriptors, counts.descriptors);
    assert_int_equal(told.frames, fake->frames);
    assert_int_equal(told.voice_frames, fake->busy_frames);
    for (int v = 0; v < VOICES; v++)
        assert_int_equal(told.come[v], voices[v].utterance.frames);
    ese_server_watch(server, NULL, NULL);
    voices[0].utterance.user = NULL;
    assert_int_equal(ese_server_submit(server, &voices[0].utterance), ESE_OK);
    assert_int_equal(ese_server_finish(server), ESE_OK);
    assert_int_equal(told.frames + voices[0].utterance.frames, fake->frames);
    ese_server_close(server);
    for (int v = 0; v < VOICES; v++)
        voice_free(&voices[v]);
    end(&chip, fake);
}

/* A voice in pieces, each on whichever channel is free, is the voice in one. */
static void states_carried_over(void **state)
{
    (void)state;
    struct ese_chip chip;
    struct fake_chip *fake = ready(&chip, 3, QUEUE);
    struct ese_server *server = ese_server_open(&chip, &(struct ese_server_options){4, 3});
    enum { VOICES = 7, PIECES = 5, LENGTH = 6 };
    struct voice voices[VOICES];
    unsigned char *states[VOICES];
    struct ese_utterance pieces[VOICES];
    for (int v = 0; v < VOICES; v++) {
        voice_new(&voices[v], PIECES * LENGTH);
        states[v] = malloc(ese_state_bytes(&chip));
    }
    for (uint32_t p = 0; p < PIECES; p++) {
        for (int v = 0; v < VOICES; v++) {
            int turn = p & 1 ? VOICES - 1 - v : v;
            pieces[turn] = (struct ese_utterance){.x = voices[turn].x + p * LENGTH * FAKE_X,
                                                  .y = voices[turn].y + p * LENGTH * FAKE_Y,
                                                  .frames = LENGTH,
                                                  .restore = p > 0 ? states[turn] : NULL,
                                                  .save = p + 1 < PIECES ? states[turn] : NULL};
            assert_int_equal(ese_server_submit(server, &pieces[turn]), ESE_OK);
        }
        assert_int_equal(ese_server_finish(server), ESE_OK);
    }
    ese_server_close(server);
    for (int v = 0; v < VOICES; v++) {
        voice_check(&voices[v]);
        voice_free(&voices[v]);
        free(states[v]);
    }
    end(&chip, fake);
}

/* The chip stops in the middle; what was not done is played anew, what was done stays. */
static void server_recovers(void **state)
{
    (void)state;
    for (uint32_t at = 0; at < 40; at++) {
        struct ese_chip chip;
        struct fake_chip *fake = ready(&chip, 3, QUEUE);
        struct ese_server *server = ese_server_open(&chip, &(struct ese_server_options){4, 3});
        enum { VOICES = 12 };
        struct voice voices[VOICES];
        uint32_t finished = 0;
        fake->error = ESE_ERROR_WEIGHTS_SLAVE;
        fake->error_at = at;
        for (int v = 0; v < VOICES; v++) {
            voice_new(&voices[v], 1 + draw(12));
            assert_int_equal(ese_server_submit(server, &voices[v].utterance), ESE_OK);
        }
        while (ese_server_busy(server)) {
            struct ese_utterance *done;
            int result = ese_server_step(server, &done);
            for (; done != NULL; done = done->next, finished++)
                voice_check(done->user);
            if (result == ESE_OK)
                continue;
            assert_int_equal(result, ESE_FAIL_CHIP);
            assert_int_equal(chip.error, ESE_ERROR_WEIGHTS_SLAVE);
            fake->error = 0;
            assert_int_equal(ese_server_recover(server), ESE_OK);
        }
        assert_int_equal(finished, VOICES);
        ese_server_close(server);
        for (int v = 0; v < VOICES; v++)
            voice_free(&voices[v]);
        end(&chip, fake);
    }
}

static void options_refused(void **state)
{
    (void)state;
    struct ese_chip chip;
    struct fake_chip *fake = ready(&chip, 3, QUEUE);
    assert_null(ese_server_open(&chip, &(struct ese_server_options){3, 1}));
    assert_null(ese_server_open(&chip, &(struct ese_server_options){2048, 1}));
    assert_null(ese_server_open(&chip, &(struct ese_server_options){16, 65536})); /* no room */
    assert_non_null(strstr(chip.message, "no room"));
    struct ese_server *server = ese_server_open(&chip, &(struct ese_server_options){0});
    assert_non_null(server);
    struct ese_utterance none = {0};
    assert_int_equal(ese_server_submit(server, &none), ESE_FAIL_ARGUMENT);
    ese_server_close(server);
    end(&chip, fake);
}

/* ---- every step may fail -------------------------------------------------------------------------------------------- */

/* All there is to do, with utterances that save; the first bad result. */
static int whole_run(struct ese_chip *chip, struct fake_chip *fake, struct voice *voices, int count)
{
    unsigned char saved[64];
    int result = ese_open(chip, &fake->bus);
    if (result == ESE_OK)
        result = load(chip, fake);
    if (result != ESE_OK)
        return result;
    assert_true(ese_state_bytes(chip) <= sizeof saved);
    struct ese_server *server = ese_server_open(chip, &(struct ese_server_options){4, 3});
    if (server == NULL)
        return ESE_FAIL_BUS;
    for (int v = 0; v < count && result == ESE_OK; v++) {
        voices[v].utterance.save = v == 1 ? saved : NULL;
        result = ese_server_submit(server, &voices[v].utterance);
    }
    if (result == ESE_OK)
        result = ese_server_finish(server);
    struct ese_counters counters;
    if (result == ESE_OK)
        result = ese_counters(chip, &counters);
    /* A bus that failed once, or for good: the server must be able to be recovered from it, or closed. */
    if (result != ESE_OK && ese_server_recover(server) == ESE_OK && ese_server_finish(server) == ESE_OK)
        for (int v = 0; v < count; v++)
            if (voices[v].utterance.received != 0)
                voice_check(&voices[v]);
    ese_server_close(server);
    return result;
}

static void every_step_fails(void **state)
{
    (void)state;
    enum { VOICES = 6 };
    long failures = 0;
    for (int result = ESE_FAIL_BUS; result != ESE_OK; failures++) {
        struct voice voices[VOICES];
        struct ese_chip chip;
        struct fake_chip *fake = fake_new(3, TWO);
        for (int v = 0; v < VOICES; v++)
            voice_new(&voices[v], 1 + draw(9));
        fake->fail_at = failures;
        result = whole_run(&chip, fake, voices, VOICES);
        assert_true(result == ESE_OK || result == ESE_FAIL_BUS || result == ESE_FAIL_MEMORY);
        if (result != ESE_OK)
            assert_non_null(strstr(chip.message, "planted failure") ? chip.message : NULL);
        else
            assert_true(fake->operations <= failures + 20); /* all were tried, but those of closing */
        fake->fail_at = -1;
        for (int v = 0; v < VOICES; v++)
            voice_free(&voices[v]);
        end(&chip, fake);
    }
    assert_true(failures > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utterances_served), cmocka_unit_test(channels_kept_full),
        cmocka_unit_test(descriptors_told),
        cmocka_unit_test(states_carried_over), cmocka_unit_test(server_recovers),
        cmocka_unit_test(options_refused), cmocka_unit_test(every_step_fails),
    };
    return cmocka_run_group_tests_name("server", tests, NULL, NULL);
}
