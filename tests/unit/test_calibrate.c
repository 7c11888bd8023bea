/* SPDX-License-Identifier: Apache-2.0
 * test_calibrate.c - what calibration sees, and which formats follow. */
#include "models/number/calibrate.h"
#include "tests/unit/network_testing.h"

/* ---- what calibration sees, and what is made of it ---- */

/* The loud half of every file comes last: it is seen, and nothing is clipped. */
static void quiet_then_loud(void **state)
{
    (void)state;
    enum { FRAMES = 4000, INPUT = 40 };
    struct random random;
    struct config c = accuracy_config();
    c.model.input = INPUT, c.model.cell = c.model.output = 64;
    struct network n;
    struct quantized q;
    struct clip_counts counts = {{0}, {0}};
    random_seed(&random, 1);
    network_draw(&n, &c.model);
    struct utterances u = utterances_of(2, FRAMES, INPUT);
    for (int k = 0; k < u.count; k++) {
        fill(&u.frames[k], 0, FRAMES / 2, 0.05, &random);
        fill(&u.frames[k], FRAMES / 2, FRAMES, 8.0, &random);
    }
    quantized_of(&q, &n, &u, &c);
    assert_true(q.values[VALUE_X].largest > 24.0);
    assert_int_equal(q.calibration.frames, 2 * FRAMES * 9 / 10);
    assert_int_equal(q.calibration.of_frames, q.calibration.frames);
    assert_true(snr_of(&q, &n, &u, &counts) > 35.0);
    assert_int_equal(counts.clipped[VALUE_X], 0);
    assert_int_equal(counts.values[VALUE_X], 2 * FRAMES * INPUT);

    /* A sample is spread over all files, in proportion. */
    quantized_free(&q);
    c.model.calibration_frames = 100;
    quantized_of(&q, &n, &u, &c);
    assert_int_equal(q.calibration.frames, 100);
    assert_int_equal(q.calibration.of_frames, 2 * FRAMES * 9 / 10);
    quantized_free(&q);
    utterances_free(&u);
    network_free(&n);
}

/* One cell of 64 counts to 36, in one of 30 utterances: less than one value of c in a thousand, and y is right
 * only if it gets there.  All others stay within +-1. */
static void counter_cell(void **state)
{
    (void)state;
    enum { CELL = 64, FRAMES = 36, UTTERANCES = 60 };
    struct config c = accuracy_config();
    struct network n = empty_network(2, CELL);
    struct quantized q;
    struct random random;
    struct clip_counts counts = {{0}, {0}};
    random_seed(&random, 3);
    for (int row = 0; row < CELL; row++)
        put(&n.wx[GATE_G], row, 0, 0.3f);
    n.bias[GATE_F][7] = n.bias[GATE_I][7] = 9.0f; /* keeps all, takes all */
    put(&n.wx[GATE_G], 7, 0, 0.0f);
    put(&n.wx[GATE_G], 7, 1, 3.0f); /* counts where the second input is 1 */
    n.bias[GATE_O][7] = -3.0f;
    struct utterances u = utterances_of(UTTERANCES, FRAMES, 2);
    for (int k = 0; k < u.count; k++) {
        fill(&u.frames[k], 0, FRAMES, 1.0, &random);
        for (int t = 0; t < FRAMES; t++)
            u.frames[k].at[2 * t + 1] = k % 30 == 5 ? 1.0f : 0.0f;
    }
    /* y of the cell opens as the count nears its end. */
    n.peephole = true;
    for (int gate = 0; gate < GATE_COUNT; gate++)
        if (gate != GATE_G)
            n.peep[gate] = vector(CELL, 0.0f);
    n.peep[GATE_O][7] = 0.15f;
    quantized_of(&q, &n, &u, &c);
    assert_true(q.values[VALUE_C].largest > 30.0);
    assert_true(q.values[VALUE_C].usual < 20.0);
    assert_true(q.values[VALUE_C].limit > 30.0);
    assert_true(snr_of(&q, &n, &u, &counts) > 40.0);
    assert_int_equal(counts.clipped[VALUE_C], 0);
    quantized_free(&q);
    utterances_free(&u);
    network_free(&n);
}

/* One cell of 32 counts to thousands, where tanh is flat: nothing is lost by clipping it early, and much by
 * rounding the others to whole numbers. */
static void saturated_counter(void **state)
{
    (void)state;
    enum { CELL = 32, FRAMES = 1500, UTTERANCES = 6 };
    struct config c = accuracy_config();
    struct network n = empty_network(1, CELL);
    struct quantized q;
    struct random random;
    random_seed(&random, 8);
    for (int row = 0; row < CELL; row++)
        put(&n.wx[GATE_G], row, 0, 0.3f);
    n.bias[GATE_F][3] = n.bias[GATE_I][3] = 20.0f;
    n.bias[GATE_G][3] = 8.0f;
    struct utterances u = utterances_of(UTTERANCES, FRAMES, 1);
    for (int k = 0; k < u.count; k++)
        fill(&u.frames[k], 0, FRAMES, 1.0, &random);
    quantized_of(&q, &n, &u, &c);
    assert_true(q.values[VALUE_C].usual > 1000.0);
    assert_true(q.values[VALUE_C].limit < 100.0);
    assert_true(q.values[VALUE_C].clip_snr_db > 60.0);
    assert_true(snr_of(&q, &n, &u, NULL) > 40.0);
    quantized_free(&q);
    utterances_free(&u);
    network_free(&n);
}

/* What the arithmetic has no room for is refused, and what it has is taken. */
static void vector_keys(void **state)
{
    (void)state;
    static const struct { int c, m, y; double range_c; bool projection; const char *said; } cases[] = {
        {16, FORMAT_AUTO, FORMAT_AUTO, 0.0, true,
         "model.formats.c: 16: with 16 activation_bits c has 0..15 fraction bits"},
        {-1, FORMAT_AUTO, FORMAT_AUTO, 0.0, true, "c has 0..15 fraction bits"},
        {FORMAT_AUTO, 31, FORMAT_AUTO, 0.0, true, "model.formats.m: 31: with 16 activation_bits m has 0..30"},
        {FORMAT_AUTO, FORMAT_AUTO, 31, 0.0, false, "model.formats.y: 31: with 16 activation_bits y has 0..30"},
        {FORMAT_AUTO, FORMAT_AUTO, FORMAT_AUTO, 32768.0, true,
         "model.ranges.c: 32768: with 16 activation_bits c ends at 32767 at most"},
        {15, FORMAT_AUTO, FORMAT_AUTO, 0.0, true, NULL},
        {0, FORMAT_AUTO, FORMAT_AUTO, 0.0, true, NULL},
        {FORMAT_AUTO, FORMAT_AUTO, FORMAT_AUTO, 32767.0, true, NULL},
    };
    for (size_t n = 0; n < COUNT(cases); n++) {
        struct config c = plain_config();
        struct program p;
        struct error error = {""};
        c.model.formats.c = cases[n].c;
        c.model.formats.m = cases[n].m;
        c.model.formats.y = cases[n].y;
        c.model.ranges.c = cases[n].range_c;
        c.model.projection = cases[n].projection;
        if (!c.model.projection)
            c.model.output = c.model.cell;
        if (program_build(&p, &c, &error) != (cases[n].said == NULL))
            fail_msg("case %zu: '%s'", n, error.text);
        if (cases[n].said != NULL)
            assert_non_null(strstr(error.text, cases[n].said));
        else if (cases[n].c != FORMAT_AUTO)
            assert_int_equal(p.quant.formats.c, cases[n].c);
        program_free(&p);
    }
}

/* ---- calibration itself ---- */

static void held_out(void **state)
{
    static const struct { int count, n, frames, rows; } cases[] = {
        {1, 0, 1, 1}, {1, 0, 2, 1}, {1, 0, 10, 9}, {1, 0, 11, 9}, {1, 0, 19, 17}, {4, 2, 100, 90},
        {5, 2, 100, 0}, {5, 1, 100, 100}, {9, 7, 3, 0}, {9, 8, 3, 3},
    };
    (void)state;
    for (size_t k = 0; k < COUNT(cases); k++) {
        struct utterances u = utterances_of(cases[k].count, cases[k].frames, 1);
        assert_int_equal(calibration_rows(&u, cases[k].n), cases[k].rows);
        u.drawn = true;
        assert_int_equal(calibration_rows(&u, cases[k].n), cases[k].frames);
        utterances_free(&u);
    }
}

/* Shares, to a bin of a sixteenth of an octave. */
static void magnitudes_are_counted(void **state)
{
    struct magnitudes m = {0};
    (void)state;
    for (int n = 0; n < 1000; n++)
        magnitudes_add(&m, n < 990 ? -0.5 : n < 999 ? 2.0 : -8.0);
    assert_true(m.largest == 8.0);
    assert_true(magnitudes_above(&m, 0.4) == 1.0);
    assert_true(magnitudes_above(&m, 0.6) == 0.01);
    assert_true(magnitudes_above(&m, 1.9) == 0.01);
    assert_true(magnitudes_above(&m, 2.2) == 0.001);
    assert_true(magnitudes_above(&m, 7.99) == 0.001); /* in the bin of the limit itself: one at least */
    assert_true(magnitudes_above(&m, 8.0) == 0.0);
    assert_true(magnitudes_percentile(&m, 0.98) < 0.54 && magnitudes_percentile(&m, 0.98) >= 0.5);
    assert_true(magnitudes_percentile(&m, 0.995) < 2.2 && magnitudes_percentile(&m, 0.995) >= 2.0);
    assert_true(magnitudes_percentile(&m, 1.0) == 8.0);
    free(m.bins);
}

/* Voices beside each other, and the last one alone, are what each is by itself; noise is per frame. */
static void voices_add_up(void **state)
{
    enum { COUNT_OF_UTTERANCES = 11, INPUT = 3 };
    (void)state;
    struct config c = accuracy_config();
    struct random random;
    struct network n;
    c.model.input = INPUT, c.model.cell = c.model.output = 12;
    random_seed(&random, 31);
    network_draw(&n, &c.model);
    struct utterances u = utterances_of(COUNT_OF_UTTERANCES, 400, INPUT);
    double signal = 0.0, clipped = 0.0;
    for (int k = 0; k < u.count; k++) {
        u.frames[k].rows = k == 4 ? 400 : 5 + 3 * k;
        fill(&u.frames[k], 0, u.frames[k].rows, 1.0, &random);
    }
    u.drawn = true; /* none held out */
    struct calibrator *all = calibrator_new(&n, &u, FRAMES_ALL);
    double limit = magnitudes_percentile(calibrator_values(all, VALUE_C), 0.9);
    for (int k = 0; k < u.count; k++) {
        struct utterances one = {.count = 1, .drawn = true, .frames = &u.frames[k]};
        struct calibrator *alone = calibrator_new(&n, &one, FRAMES_ALL);
        signal += calibrator_signal(alone);
        clipped += calibrator_clip_error(alone, limit);
        if (k == 4) { /* an eighth of the frames stands for all */
            struct matrix begin = u.frames[k];
            begin.rows = 50;
            struct utterances few = {.count = 1, .drawn = true, .frames = &begin};
            struct calibrator *part = calibrator_new(&n, &few, FRAMES_ALL);
            double ratio = calibrator_noise(alone, 8, 0.01) / calibrator_noise(part, 8, 0.01);
            assert_true(ratio > 5.0 && ratio < 13.0);
            calibrator_free(part);
        }
        calibrator_free(alone);
    }
    assert_true(signal > 1.0 && fabs(calibrator_signal(all) - signal) < 1e-9 * signal);
    assert_true(clipped > 0.0 && fabs(calibrator_clip_error(all, limit) - clipped) < 1e-9 * clipped);
    calibrator_free(all);
    utterances_free(&u);
    network_free(&n);
}

/* Keys override what calibration would choose. */
static void keys_override(void **state)
{
    (void)state;
    struct config c = plain_config();
    struct program p;
    c.model.formats.c = 9;
    c.model.formats.Wir = 7;
    c.model.ranges.y = 100.0;
    build(&p, &c);
    assert_int_equal(p.quant.formats.c, 9);
    assert_true(p.quant.values[VALUE_C].given);
    assert_int_equal(p.quant.wr[GATE_I].fraction, 7);
    assert_int_equal(p.quant.formats.y, 8); /* 2^15 / 2^8 = 128 */
    assert_true(p.quant.values[VALUE_Y].limit > 100.0);
    program_free(&p);
    c = plain_config();
    c.model.margin = 7.0; /* three bits */
    struct program plain, wide;
    struct config without = plain_config();
    without.model.margin = 0.0;
    build(&plain, &without);
    build(&wide, &c);
    assert_int_equal(wide.quant.formats.x, plain.quant.formats.x - 3);
    program_free(&plain);
    program_free(&wide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quiet_then_loud),   cmocka_unit_test(counter_cell),
        cmocka_unit_test(saturated_counter), cmocka_unit_test(vector_keys),
        cmocka_unit_test(held_out),          cmocka_unit_test(magnitudes_are_counted),
        cmocka_unit_test(voices_add_up),     cmocka_unit_test(keys_override),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
