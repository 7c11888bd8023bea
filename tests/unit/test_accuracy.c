/* SPDX-License-Identifier: Apache-2.0
 * test_accuracy.c - numbers do not go wrong without a word: what calibration sees, which formats follow,
 * what is counted, and what is warned of. */
#include <math.h>

#include "gen/report/accuracy.h"
#include "models/number/calibrate.h"
#include "models/network/reference.h"
#include "models/number/golden.h"
#include "tests/unit/model_testing.h"

/* ---- models of the tests' own ---- */

static float *vector(int size, float value)
{
    float *v = allocate((size_t)size, sizeof *v);
    for (int i = 0; i < size; i++)
        v[i] = value;
    return v;
}

/* A layer without peepholes and projection, all weights 0, gates half open. */
static struct network empty_network(int input, int cell)
{
    struct network n = {.input = input, .cell = cell, .output = cell};
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        n.wx[gate] = matrix_new(cell, input);
        n.wr[gate] = matrix_new(cell, cell);
        n.bias[gate] = vector(cell, 0.0f);
    }
    return n;
}

static void put(struct matrix *m, int row, int col, float value)
{
    m->at[row * m->cols + col] = value;
}

static struct utterances utterances_of(int count, int frames, int input)
{
    struct utterances u = {.count = count,
                           .names = allocate((size_t)count, sizeof *u.names),
                           .frames = allocate((size_t)count, sizeof *u.frames)};
    for (int n = 0; n < count; n++) {
        u.names[n] = duplicate("u");
        u.frames[n] = matrix_new(frames, input);
    }
    return u;
}

static void fill(struct matrix *frames, int first, int last, double scale, struct random *random)
{
    for (int t = first; t < last; t++)
        for (int i = 0; i < frames->cols; i++)
            frames->at[t * frames->cols + i] = (float)(scale * random_gauss(random));
}

/* The program of a network in memory, as program_build() would make it of a file. */
static void quantized_of(struct quantized *q, const struct network *n, const struct utterances *u,
                         const struct config *config)
{
    struct error error = {""};
    if (!quantize(q, n, u, config, &error))
        fail_msg("%s", error.text);
}

/* Signal to noise of y, the integer model against the reference, over all frames. */
static double snr_of(const struct quantized *q, const struct network *n, const struct utterances *u,
                     struct clip_counts *counts)
{
    struct reference *reference = reference_new(n);
    double signal = 0.0, noise = 0.0;
    int32_t *x = allocate((size_t)n->input, sizeof *x);
    for (int k = 0; k < u->count; k++) {
        struct reference_state exact = reference_start(n);
        struct golden_state golden = golden_start(q);
        for (int t = 0; t < u->frames[k].rows; t++) {
            const float *features = u->frames[k].at + (size_t)t * (size_t)n->input;
            quantize_x(q, features, x, counts);
            golden_step(q, &golden, x);
            reference_step(reference, &exact, features);
            for (int i = 0; i < n->output; i++) {
                double error = exact.y[i] - ldexp(golden.y[i], -q->formats.y);
                signal += exact.y[i] * exact.y[i];
                noise += error * error;
            }
        }
        if (counts != NULL)
            clip_counts_add(counts, &golden.counts);
        golden_end(&golden);
        reference_end(&exact);
    }
    free(x);
    reference_free(reference);
    return 10.0 * log10(signal / noise);
}

/* ---- what calibration sees ---- */

static struct config accuracy_config(void)
{
    struct config c = plain_config();
    c.model.projection = c.model.peephole = false;
    return c;
}

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

/* What is judged begins as the utterance would be there: c remembers. */
static void judged_with_its_past(void **state)
{
    (void)state;
    enum { CELL = 4, FRAMES = 200 };
    struct config c = accuracy_config();
    struct program p = {.config = c, .network = empty_network(1, CELL)};
    p.network.bias[GATE_F][0] = 20.0f; /* keeps all */
    p.network.bias[GATE_I][0] = 20.0f;
    put(&p.network.wx[GATE_G], 0, 0, 5.0f);
    p.utterances = utterances_of(1, FRAMES, 1);
    for (int t = 0; t < FRAMES; t++)
        p.utterances.frames[0].at[t] = t < 100 ? 1.0f : 0.0f;
    quantized_of(&p.quant, &p.network, &p.utterances, &c);
    struct quality quality;
    quality_measure(&quality, &p, QUALITY_WORK);
    assert_int_equal(quality.accuracy.frames, FRAMES / 10);
    for (int n = 0; n < quality.tensor_count; n++)
        if (strcmp(quality.tensors[n].name, "c") == 0)
            assert_true(quality.tensors[n].largest > 99.0);
    quantized_free(&p.quant);
    utterances_free(&p.utterances);
    network_free(&p.network);
}

/* As given, as pruned and the chip, each against what was expected. */
static void expected_of_the_given(void **state)
{
    (void)state;
    enum { FRAMES = 30 };
    struct config c = plain_config();
    struct program p;
    struct random random;
    random_seed(&random, 41);
    build(&p, &c);
    p.given = allocate(1, sizeof *p.given);
    network_draw(p.given, &c.model); /* before it was pruned */
    struct matrix x = matrix_new(FRAMES, c.model.input);
    fill(&x, 0, FRAMES, 1.0, &random);
    struct reference *reference = reference_new(p.given);
    struct reference_state given = reference_start(p.given);
    struct side_by_side *models = side_by_side_new(&p);
    struct voice_models voice = voice_models_start(models);
    float *y = allocate((size_t)c.model.output, sizeof *y);
    for (int t = 0; t < FRAMES; t++) {
        reference_step(reference, &given, matrix_row(&x, t));
        for (int i = 0; i < c.model.output; i++)
            y[i] = (float)given.y[i] + 0.25f; /* all the same too large: the correlation does not see it */
        side_by_side_judge(models, &voice, matrix_row(&x, t), t < 20 ? y : NULL);
    }
    struct accuracy a = side_by_side_accuracy(models);
    assert_int_equal(a.frames, FRAMES);
    assert_int_equal(a.expected_frames, 20);
    assert_int_equal(a.trained.frames, 20);
    assert_true(fabs(a.trained.all.max_error - 0.25) < 1e-6);
    assert_true(a.trained.all.correlation > 0.999999);
    assert_true(a.expected_pruned.correlation < 0.99 && a.expected_pruned.max_error > 0.26);
    assert_true(fabs(a.expected_chip.correlation - a.expected_pruned.correlation) < 0.01);
    free(y);
    free(x.at);
    reference_end(&given);
    reference_free(reference);
    voice_models_end(&voice);
    side_by_side_free(models);
    program_free(&p);
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

/* A key that the accumulator has no room for is refused; one that the weights do not fit is warned of. */
static void weight_keys(void **state)
{
    (void)state;
    struct config c = plain_config();
    struct program p;
    struct text lines = {0};
    struct accuracy exact = {.pruned.snr_db = INFINITY, .quantized.snr_db = INFINITY,
                             .total.snr_db = INFINITY};
    struct error error = {""};
    c.model.formats.Wcx = 40;
    assert_false(program_build(&p, &c, &error));
    program_free(&p);
    assert_non_null(strstr(error.text, "model.formats.Wcx: 40 fraction bits are more than the accumulator has "
                           "room for beside those of the other matrices; at most "));
    int most = atoi(strstr(error.text, "at most ") + 8);
    c.model.formats.Wcx = most + 1;
    assert_false(program_build(&p, &c, &error));
    program_free(&p);
    c.model.formats.Wcx = most;
    build(&p, &c);
    const struct quant_matrix *m = &p.quant.wx[GATE_G];
    const int top = (1 << (p.quant.weight_bits - 1)) - 1;
    int at_ends = 0;
    for (int i = 0; i < m->rows * m->cols; i++)
        at_ends += m->at[i] == top || m->at[i] == -top - 1;
    assert_int_equal(m->fraction, most);
    assert_true(m->clipped > 0 && m->clipped <= at_ends && at_ends - m->clipped < 3);
    accuracy_warnings(&lines, &p, &exact);
    assert_non_null(strstr(text_string(&lines), " weights of Wcx do not fit its "));
    text_cut(&lines, 0);
    program_free(&p);
    c = plain_config();
    build(&p, &c);
    accuracy_warnings(&lines, &p, &exact);
    assert_int_equal(lines.length, 0);
    text_free(&lines);
    program_free(&p);
}

/* ---- counting ---- */

/* Every kind of value leaves its format; a second count, from the equations, agrees. */
static void counts_agree(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 21);
    int64_t all[VALUE_COUNT] = {0};
    for (int n = 0; n < 40; n++) {
        struct config c = random_config(&random);
        struct program p;
        c.model.formats.x = c.activation_bits - 1 - random_int(&random, 0, 3);
        c.model.formats.y = c.activation_bits + random_int(&random, 0, 3);
        c.model.formats.m = c.activation_bits + random_int(&random, 0, 2);
        c.model.formats.c = c.activation_bits - 1;
        struct error error = {""};
        if (!program_build(&p, &c, &error)) { /* formats that no shift can align */
            program_free(&p);
            continue;
        }
        const struct quantized *q = &p.quant;
        const int64_t top = ((int64_t)1 << (q->activation_bits - 1)) - 1;
        struct golden_state g = golden_start(q);
        struct clip_counts of_x = {{0}, {0}};
        int64_t at_x = 0, at_y = 0, at_c = 0, outside = 0;
        float *features = allocate((size_t)q->input, sizeof *features);
        int32_t *x = allocate((size_t)q->input, sizeof *x);
        for (int t = 0; t < 12; t++) {
            for (int i = 0; i < q->input; i++) {
                features[i] = (float)(3.0 * random_gauss(&random));
                outside += fabs(round((double)features[i] * ldexp(1.0, q->formats.x))) > (double)top &&
                           round((double)features[i] * ldexp(1.0, q->formats.x)) != (double)(-top - 1);
            }
            quantize_x(q, features, x, &of_x);
            golden_step(q, &g, x);
            for (int i = 0; i < q->input; i++)
                at_x += x[i] == top || x[i] == -top - 1;
            for (int i = 0; i < q->output; i++)
                at_y += g.y[i] == top || g.y[i] == -top - 1;
            for (int i = 0; i < q->cell; i++)
                at_c += g.c[i] == top || g.c[i] == -top - 1;
        }
        enum value y = q->projection ? VALUE_Y : VALUE_M;
        assert_int_equal(of_x.clipped[VALUE_X], outside);
        assert_true(of_x.clipped[VALUE_X] <= at_x);
        /* Whoever is clipped stands at an end; some stand there by themselves. */
        assert_true(g.counts.clipped[y] <= at_y);
        assert_true(g.counts.clipped[VALUE_C] <= at_c);
        assert_true(at_y - g.counts.clipped[y] <= 1 + at_y / 4);
        assert_true(at_c - g.counts.clipped[VALUE_C] <= 1 + at_c / 4);
        assert_int_equal(g.counts.values[VALUE_C], 12 * q->cell);
        assert_int_equal(g.counts.values[VALUE_M], 12 * q->cell);
        assert_int_equal(g.counts.values[VALUE_Z], 12 * GATE_COUNT * q->cell);
        assert_int_equal(g.counts.values[VALUE_Y], q->projection ? 12 * q->output : 0);
        for (int value = 0; value < VALUE_COUNT; value++)
            all[value] += g.counts.clipped[value] + of_x.clipped[value];
        free(features);
        free(x);
        golden_end(&g);
        program_free(&p);
    }
    for (int value = 0; value < VALUE_COUNT; value++)
        if (all[value] == 0)
            fail_msg("no %s was clipped", value_names[value]);
}

/* ---- three errors and warnings ---- */

static void warnings_of(struct text *lines, const struct program *p)
{
    struct quality quality;
    quality_measure(&quality, p, QUALITY_WORK);
    accuracy_warnings(lines, p, &quality.accuracy);
}

/* A model that was never pruned, pruned to a tenth: said, and by how much. */
static void unpruned_model(void **state)
{
    (void)state;
    static char path[] = "models/speech/speech-dense.safetensors", utterances[] = "models/speech";
    struct config c = plain_config();
    struct program p;
    struct quality quality;
    struct text lines = {0};
    c.model.path = path;
    c.model.utterances = utterances;
    c.model.density = 0.1;
    build(&p, &c);
    quality_measure(&quality, &p, QUALITY_WORK);
    assert_false(quality.as_given);
    assert_true(quality.held_out && quality.accuracy.frames > 500);
    assert_true(quality.accuracy.pruned.snr_db < 6.0);
    assert_true(quality.accuracy.quantized.snr_db > 40.0);
    assert_true(fabs(quality.accuracy.total.snr_db - quality.accuracy.pruned.snr_db) < 0.2);
    assert_true(quality.accuracy.pruned.correlation < 0.9);
    accuracy_warnings(&lines, &p, &quality.accuracy);
    assert_non_null(strstr(text_string(&lines), "pruning to density 0.1 changes"));
    text_free(&lines);
    program_free(&p);

    /* As it is: nothing is said. */
    c.model.pruning = PRUNING_NONE;
    build(&p, &c);
    quality_measure(&quality, &p, QUALITY_WORK);
    assert_true(quality.as_given && isinf(quality.accuracy.pruned.snr_db));
    assert_true(quality.accuracy.total.snr_db == quality.accuracy.quantized.snr_db);
    accuracy_warnings(&lines, &p, &quality.accuracy);
    assert_int_equal(lines.length, 0);
    text_free(&lines);
    program_free(&p);
}

/* A format that is too narrow, by a key: said. */
static void narrow_format(void **state)
{
    (void)state;
    struct config c = plain_config();
    struct program p;
    struct text lines = {0};
    c.model.formats.x = 15;
    build(&p, &c);
    warnings_of(&lines, &p);
    assert_non_null(strstr(text_string(&lines), "of the values of x do not fit its format"));
    text_free(&lines);
    program_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quiet_then_loud), cmocka_unit_test(counter_cell),
        cmocka_unit_test(saturated_counter), cmocka_unit_test(vector_keys),
        cmocka_unit_test(held_out), cmocka_unit_test(magnitudes_are_counted),
        cmocka_unit_test(voices_add_up), cmocka_unit_test(judged_with_its_past),
        cmocka_unit_test(expected_of_the_given),
        cmocka_unit_test(keys_override),   cmocka_unit_test(counts_agree),
        cmocka_unit_test(weight_keys),
        cmocka_unit_test(unpruned_model),  cmocka_unit_test(narrow_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
