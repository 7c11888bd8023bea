/* SPDX-License-Identifier: Apache-2.0
 * test_calibrate.c - what calibration sees, and which formats follow. */
#include "models/number/calibrate.h"
#include "tests/unit/layers_testing.h"
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
    assert_true(q.vectors[0].format.largest > 24.0);
    assert_int_equal(q.calibration.frames, 2 * FRAMES * 9 / 10);
    assert_int_equal(q.calibration.of_frames, q.calibration.frames);
    assert_true(snr_of(&q, &n, &u, &counts) > 35.0);
    assert_int_equal(counts.clipped[0], 0);
    assert_int_equal(counts.values[0], 2 * FRAMES * INPUT);

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

/* The same as empty_network(), but its gates see c. */
static struct network empty_peepholes(int input, int cell)
{
    struct network n;
    struct layer_config layer = layer_default(LAYER_LSTM);
    layer.input = input;
    layer.cell = cell;
    layer.peephole = true;
    network_make(&n, &layer, 1);
    return n;
}

/* One cell of 64 counts to 36, in one of 30 utterances: less than one value of c in a thousand, and y is right
 * only if it gets there.  All others stay within +-1. */
static void counter_cell(void **state)
{
    (void)state;
    enum { CELL = 64, FRAMES = 36, UTTERANCES = 60 };
    struct config c = accuracy_config();
    struct network n = empty_peepholes(2, CELL);
    struct quantized q;
    struct random random;
    struct clip_counts counts = {{0}, {0}};
    random_seed(&random, 3);
    for (int row = 0; row < CELL; row++)
        put(matrix_named(&n, "Wcx"), row, 0, 0.3f);
    pass_named(&n, "f")->bias[7] = pass_named(&n, "i")->bias[7] = 9.0f; /* keeps all, takes all */
    put(matrix_named(&n, "Wcx"), 7, 0, 0.0f);
    put(matrix_named(&n, "Wcx"), 7, 1, 3.0f); /* counts where the second input is 1 */
    pass_named(&n, "o")->bias[7] = -3.0f;
    struct utterances u = utterances_of(UTTERANCES, FRAMES, 2);
    for (int k = 0; k < u.count; k++) {
        fill(&u.frames[k], 0, FRAMES, 1.0, &random);
        for (int t = 0; t < FRAMES; t++)
            u.frames[k].at[2 * t + 1] = k % 30 == 5 ? 1.0f : 0.0f;
    }
    /* y of the cell opens as the count nears its end. */
    pass_named(&n, "o")->peep[7] = 0.15f;
    quantized_of(&q, &n, &u, &c);
    assert_true(quantized_vector(&q, VALUE_C)->format.largest > 30.0);
    assert_true(quantized_vector(&q, VALUE_C)->format.usual < 20.0);
    assert_true(quantized_vector(&q, VALUE_C)->format.limit > 30.0);
    assert_true(snr_of(&q, &n, &u, &counts) > 40.0);
    assert_int_equal(counts.clipped[vector_named(&n, "c")], 0);
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
        put(matrix_named(&n, "Wcx"), row, 0, 0.3f);
    pass_named(&n, "f")->bias[3] = pass_named(&n, "i")->bias[3] = 20.0f;
    pass_named(&n, "g")->bias[3] = 8.0f;
    struct utterances u = utterances_of(UTTERANCES, FRAMES, 1);
    for (int k = 0; k < u.count; k++)
        fill(&u.frames[k], 0, FRAMES, 1.0, &random);
    quantized_of(&q, &n, &u, &c);
    assert_true(quantized_vector(&q, VALUE_C)->format.usual > 1000.0);
    assert_true(quantized_vector(&q, VALUE_C)->format.limit < 100.0);
    assert_true(quantized_vector(&q, VALUE_C)->format.clip_snr_db > 60.0);
    assert_true(snr_of(&q, &n, &u, NULL) > 40.0);
    quantized_free(&q);
    utterances_free(&u);
    network_free(&n);
}

static struct network empty_gru(int input, int cell)
{
    struct network n;
    struct layer_config layer = layer_of(SHAPE_AFTER, cell);
    layer.input = input;
    network_make(&n, &layer, 1);
    return n;
}

/* r multiplies thousands in one cell of 32, where tanh is flat: nothing is lost by clipping them
 * early, and much by rounding the others to whole numbers. */
static void saturated_kept(void **state)
{
    (void)state;
    enum { CELL = 32, FRAMES = 200, UTTERANCES = 6 };
    struct config c = accuracy_config();
    struct network n = empty_gru(1, CELL);
    struct quantized q;
    struct random random;
    random_seed(&random, 9);
    for (int row = 0; row < CELL; row++) {
        put(matrix_named(&n, "Wnx"), row, 0, 0.3f);
        put(matrix_named(&n, "Wnr"), row, (row + 1) % CELL, 0.7f);
        pass_named(&n, "z")->bias[row] = -1.0f;
    }
    pass_named(&n, "k")->bias[3] = 5000.0f; /* half of it, since r is one half */
    struct utterances u = utterances_of(UTTERANCES, FRAMES, 1);
    for (int k = 0; k < u.count; k++)
        fill(&u.frames[k], 0, FRAMES, 1.0, &random);
    quantized_of(&q, &n, &u, &c);
    const struct value_format *kept = &q.vectors[vector_named(&n, "kept")].format;
    assert_true(kept->usual > 1000.0 && kept->largest > 4990.0);
    assert_true(kept->limit < 100.0);
    assert_true(kept->clip_snr_db > 60.0);
    assert_true(snr_of(&q, &n, &u, NULL) > 40.0);
    quantized_free(&q);
    utterances_free(&u);
    network_free(&n);
}

/* What r multiplies gets to 500 in one cell of 64, in one of 30 utterances: less than one value in
 * a thousand, and y is right only if it gets there, since r is small.  All others stay within +-1. */
static void rare_kept(void **state)
{
    (void)state;
    enum { CELL = 64, FRAMES = 36, UTTERANCES = 60 };
    struct config c = accuracy_config();
    struct network n = empty_gru(2, CELL);
    struct quantized q;
    struct random random;
    struct clip_counts counts = {{0}, {0}};
    random_seed(&random, 10);
    for (int row = 0; row < CELL; row++)
        put(matrix_named(&n, "Wnx"), row, 0, 0.3f);
    pass_named(&n, "z")->bias[6] = pass_named(&n, "z")->bias[7] = -9.0f; /* h = n */
    put(matrix_named(&n, "Wnx"), 6, 0, 0.0f);
    put(matrix_named(&n, "Wnx"), 6, 1, 0.45f); /* 1 where the second input is 9 */
    put(matrix_named(&n, "Wnx"), 7, 0, 0.0f);
    put(matrix_named(&n, "Wnr"), 7, 6, 500.0f);
    pass_named(&n, "r")->bias[7] = -6.3f;
    struct utterances u = utterances_of(UTTERANCES, FRAMES, 2);
    for (int k = 0; k < u.count; k++) {
        fill(&u.frames[k], 0, FRAMES, 1.0, &random);
        for (int t = 0; t < FRAMES; t++)
            u.frames[k].at[2 * t + 1] = k % 30 == 5 ? 9.0f : 0.0f;
    }
    quantized_of(&q, &n, &u, &c);
    const int vector = vector_named(&n, "kept");
    assert_true(q.vectors[vector].format.largest > 490.0);
    assert_true(q.vectors[vector].format.usual < 1.0);
    assert_true(q.vectors[vector].format.limit > 490.0);
    assert_true(snr_of(&q, &n, &u, &counts) > 40.0);
    assert_int_equal(counts.clipped[vector], 0);
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
            assert_int_equal(quantized_vector(&p.quant, VALUE_C)->fraction, cases[n].c);
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

/* Every value of every frame was looked at once; of a layer all that goes into its functions. */
static void check_counts(const struct calibrator *calibrator, const struct network *n, int frames)
{
    for (int v = 0; v < n->vector_count; v++) {
        const struct network_vector *vector = &n->vectors[v];
        int values = vector->value == VALUE_Z ? 0 : vector->size;
        for (int i = 0; i < n->pass_count; i++)
            if (n->passes[i].sums == v)
                values += n->passes[i].rows;
        if (vector->value != VALUE_GATE || (vector->held & HELD_VECTORS) != 0)
            assert_int_equal(calibrator_values(calibrator, v)->count, frames * values);
    }
}

/* An eighth of the frames stands for all. */
static void check_noise(struct calibrator *all, const struct network *n, struct matrix frames,
                        int vector)
{
    const struct model_config model = {0};
    frames.rows = 50;
    struct utterances few = {.count = 1, .drawn = true, .frames = &frames};
    struct calibrator *part = calibrator_new(n, &few, &model);
    calibrator_run(part);
    double ratio =
        calibrator_noise(all, vector, 8, 0.01) / calibrator_noise(part, vector, 8, 0.01);
    assert_true(ratio > 5.0 && ratio < 13.0);
    calibrator_free(part);
}

/* Utterances by themselves add up to all of them; `vector` is one whose clipping is judged. */
static void check_sums(const struct network *n, const struct utterances *u, const char *vector)
{
    const struct model_config model = {0};
    const int of = vector_named(n, vector);
    double signal = 0.0, clipped = 0.0;
    int frames = 0;
    struct calibrator *all = calibrator_new(n, u, &model);
    calibrator_run(all);
    double limit = magnitudes_percentile(calibrator_values(all, of), 0.9);
    for (int k = 0; k < u->count; k++) {
        struct utterances one = {.count = 1, .drawn = true, .frames = &u->frames[k]};
        struct calibrator *alone = calibrator_new(n, &one, &model);
        calibrator_run(alone);
        signal += calibrator_signal(alone);
        clipped += calibrator_clip_error(alone, of, limit);
        frames += u->frames[k].rows;
        if (u->frames[k].rows == 400)
            check_noise(alone, n, u->frames[k], of);
        calibrator_free(alone);
    }
    check_counts(all, n, frames);
    assert_true(signal > 1.0 && fabs(calibrator_signal(all) - signal) < 1e-9 * signal);
    assert_true(clipped > 1e-9 * signal); /* more than y in float costs */
    assert_true(fabs(calibrator_clip_error(all, of, limit) - clipped) < 1e-9 * clipped);
    calibrator_free(all);
}

/* Voices beside each other, and the last one alone, are what each is by itself; noise is per frame.
 * So are whole utterances, where layers go backward. */
static void voices_add_up(void **state)
{
    enum { COUNT_OF_UTTERANCES = 11, INPUT = 3 };
    static const struct {
        enum layer_shape shapes[2]; /* the second SHAPE_COUNT: there is none */
        enum direction direction;   /* of the second */
        const char *vector;
    } cases[] = {
        {{SHAPE_LSTM, SHAPE_COUNT}, DIRECTION_FORWARD, "c"},
        {{SHAPE_AFTER, SHAPE_BEFORE}, DIRECTION_FORWARD, "0.kept"},
        {{SHAPE_RNN, SHAPE_PROJECTION}, DIRECTION_FORWARD, "1.c"},
        {{SHAPE_PROJECTION, SHAPE_AFTER}, DIRECTION_BOTH, "1.reverse.kept"},
        {{SHAPE_AFTER, SHAPE_LINEAR}, DIRECTION_BACKWARD, "0.kept"},
    };
    (void)state;
    struct random random;
    random_seed(&random, 31);
    struct utterances u = utterances_of(COUNT_OF_UTTERANCES, 400, INPUT);
    for (int k = 0; k < u.count; k++) {
        u.frames[k].rows = k == 4 ? 400 : 5 + 3 * k;
        fill(&u.frames[k], 0, u.frames[k].rows, 1.0, &random);
    }
    u.drawn = true; /* none held out */
    for (size_t n = 0; n < COUNT(cases); n++) {
        struct config c = accuracy_config();
        struct network network;
        c.model.layer_count = cases[n].shapes[1] == SHAPE_COUNT ? 1 : 2;
        for (int layer = 0; layer < c.model.layer_count; layer++)
            c.model.layers[layer] = layer_of(cases[n].shapes[layer], 12);
        c.model.layers[0].input = INPUT;
        c.model.layers[1].direction = cases[n].direction;
        network_draw(&network, &c.model);
        check_sums(&network, &u, cases[n].vector);
        network_free(&network);
    }
    utterances_free(&u);
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
    assert_int_equal(quantized_vector(&p.quant, VALUE_C)->fraction, 9);
    assert_true(quantized_vector(&p.quant, VALUE_C)->format.given);
    assert_int_equal(quantized_named(&p.quant, "Wir")->fraction, 7);
    assert_int_equal(quantized_vector(&p.quant, VALUE_Y)->fraction, 8); /* 2^15 / 2^8 = 128 */
    assert_true(quantized_vector(&p.quant, VALUE_Y)->format.limit > 100.0);
    program_free(&p);
    c = plain_config();
    c.model.margin = 7.0; /* three bits */
    struct program plain, wide;
    struct config without = plain_config();
    without.model.margin = 0.0;
    build(&plain, &without);
    build(&wide, &c);
    assert_int_equal(wide.quant.vectors[0].fraction, plain.quant.vectors[0].fraction - 3);
    program_free(&plain);
    program_free(&wide);
}

/* LSTM with projection, LSTM, GRU. */
static struct config layered_config(void)
{
    struct config c = plain_config();
    c.model.layer_count = 3;
    c.model.layers[0] = layer_of(SHAPE_PROJECTION, 12);
    c.model.layers[0].input = 9;
    c.model.layers[1] = layer_of(SHAPE_LSTM, 10);
    c.model.layers[2] = layer_of(SHAPE_AFTER, 8);
    return c;
}

static void format_is(const struct program *p, const char *name, int fraction, bool given)
{
    const struct quant_vector *vector = &p->quant.vectors[vector_named(&p->network, name)];
    if (vector->fraction != fraction || vector->format.given != given)
        fail_msg("%s has %d fraction bits, %sgiven", name, vector->fraction,
                 vector->format.given ? "" : "not ");
}

/* Keys of a layer go before those of the model, a format before a range. */
static void keys_of_layers(void **state)
{
    (void)state;
    struct config c = layered_config();
    struct program p, plain;
    build(&plain, &c);
    c.model.formats.c = 9;
    c.model.formats.Wir = 7;
    c.model.formats.y = 3;
    c.model.layers[0].ranges.y = 20.0;
    c.model.layers[0].formats.Wcx = 5;
    c.model.layers[1].formats.c = 7;
    c.model.layers[1].formats.Wir = 6;
    c.model.layers[1].ranges.m = 7.0; /* its y is m */
    c.model.layers[2].formats.kept = 8;
    build(&p, &c);
    format_is(&p, "0.c", 9, true);
    format_is(&p, "1.c", 7, true);
    format_is(&p, "0.y", 10, true); /* 2^15 / 2^10 = 32 */
    format_is(&p, "1.y", 12, true); /* 2^15 / 2^12 = 8 */
    format_is(&p, "2.kept", 8, true);
    format_is(&p, "2.y", p.quant.gate_fraction, false);
    format_is(&p, "0.m", plain.quant.vectors[vector_named(&plain.network, "0.m")].fraction, false);
    assert_int_equal(quantized_named(&p.quant, "0.Wir")->fraction, 7);
    assert_int_equal(quantized_named(&p.quant, "1.Wir")->fraction, 6);
    assert_int_equal(quantized_named(&p.quant, "0.Wcx")->fraction, 5);
    assert_int_equal(quantized_named(&p.quant, "2.Wzr")->fraction,
                     quantized_named(&plain.quant, "2.Wzr")->fraction);
    program_free(&p);
    program_free(&plain);
}

/* Without that of the model the layer's own is taken, by either name. */
static void output_that_is_m(void **state)
{
    (void)state;
    for (int by_y = 0; by_y < 2; by_y++) {
        struct config c = layered_config();
        struct program p;
        *(by_y ? &c.model.layers[1].ranges.y : &c.model.layers[1].ranges.m) = 7.0;
        build(&p, &c);
        format_is(&p, "1.y", 12, true);
        program_free(&p);
    }
}

/* A layer's key is named as such where it cannot be had; so is the model's that a layer cannot. */
static void bad_keys_of_layers(void **state)
{
    (void)state;
    static const struct { int layer; size_t at; int value; const char *said; } cases[] = {
        {1, offsetof(struct format_keys, c), 16,
         "model.layers.1.formats.c: 16: with 16 activation_bits c has 0..15 fraction bits"},
        {-1, offsetof(struct format_keys, c), 16,
         "model.formats.c: 16: with 16 activation_bits c has 0..15 fraction bits"},
        {2, offsetof(struct format_keys, kept), 16,
         "model.layers.2.formats.kept: 16: with 16 activation_bits kept has 0..15 fraction bits"},
        {2, offsetof(struct format_keys, kept), -1,
         "model.layers.2.formats.kept: -1: with 16 activation_bits kept has 0..15 fraction bits"},
        {2, offsetof(struct format_keys, c), 3,
         "model.layers.2.formats.c: layer 2 (gru) has no c of its own format"},
        {2, offsetof(struct format_keys, y), 3,
         "model.layers.2.formats.y: layer 2 (gru) has no y of its own format (allowed: auto)"},
        {1, offsetof(struct format_keys, x), 3,
         "model.layers.1.formats.x: layer 1 (lstm) has no x of its own format (allowed: auto)"},
        {1, offsetof(struct format_keys, kept), 3,
         "model.layers.1.formats.kept: layer 1 (lstm) has no kept of its own format"},
        {0, offsetof(struct format_keys, Wcx), 40,
         "model.layers.0.formats.Wcx: 40 fraction bits are more than the accumulator has room for"},
        {2, offsetof(struct format_keys, Wnr), 40,
         "model.layers.2.formats.Wnr: 40 fraction bits are more than the accumulator has room for"},
        {-1, offsetof(struct format_keys, Wcx), 40,
         "model.formats.Wcx: 40 fraction bits are more than the accumulator has room for"},
    };
    for (size_t n = 0; n < COUNT(cases); n++) {
        struct config c = layered_config();
        struct format_keys *keys =
            cases[n].layer < 0 ? &c.model.formats : &c.model.layers[cases[n].layer].formats;
        struct program p;
        struct error error = {""};
        *(int *)((char *)keys + cases[n].at) = cases[n].value;
        assert_false(program_build(&p, &c, &error));
        if (strstr(error.text, cases[n].said) == NULL)
            fail_msg("case %zu: '%s'", n, error.text);
        program_free(&p);
    }
}

/* x is what the first layer reads; a key of the model that no layer has is refused. */
static void keys_of_what_is_there(void **state)
{
    (void)state;
    struct config c = layered_config();
    struct program p;
    struct error error = {""};
    c.model.formats.x = 5;
    c.model.layers[0].formats.x = 9;
    build(&p, &c);
    format_is(&p, "x", 9, true);
    program_free(&p);
    c = layered_config();
    c.model.layer_count = 1;
    c.model.layers[0] = layer_of(SHAPE_BEFORE, 8);
    c.model.layers[0].input = 9;
    int *const keys[] = {&c.model.formats.y, &c.model.formats.m, &c.model.formats.c,
                         &c.model.formats.kept};
    for (size_t n = 0; n < COUNT(keys); n++) {
        *keys[n] = 3;
        assert_false(program_build(&p, &c, &error));
        program_free(&p);
        assert_non_null(strstr(error.text, ": no layer has "));
        *keys[n] = FORMAT_AUTO;
    }
}

/* r times what is kept is added to a sum: kept is no finer than that, and of itself gets coarser;
 * what was asked for is taken or refused. */
static void kept_within_its_sum(void **state)
{
    (void)state;
    struct config c = layered_config();
    struct program p;
    struct error error = {""};
    c.model.layers[1] = layer_of(SHAPE_PROJECTION, 10);
    c.model.layers[1].formats.y = -6; /* its weights are shifted as far as they can be */
    build(&p, &c);
    const int kept = vector_named(&p.network, "2.kept");
    const int most = p.quant.vectors[kept].fraction;
    assert_true(most < 10 && !p.quant.vectors[kept].format.given);
    program_free(&p);
    c.model.layers[2].formats.kept = most + 5;
    assert_false(program_build(&p, &c, &error));
    program_free(&p);
    assert_non_null(strstr(error.text, "model.layers.2.formats.kept: "));
    assert_non_null(strstr(error.text, " are more than the sum has room for that it is added to"));
    c.model.layers[2].formats.kept = atoi(strstr(error.text, "at most ") + 8);
    assert_true(c.model.layers[2].formats.kept >= most);
    build(&p, &c);
    format_is(&p, "2.kept", c.model.layers[2].formats.kept, true);
    program_free(&p);
    c.model.layers[2].formats.kept++;
    assert_false(program_build(&p, &c, &error));
    program_free(&p);
}

/* Weights of few bits, or zeros, leave it as fine as without them: the sum gets finer with it. */
static void kept_of_coarse_weights(void **state)
{
    (void)state;
    struct config c = layered_config();
    for (c.weight_bits = 4; c.weight_bits <= 12; c.weight_bits += 8) {
        struct program p;
        c.model.density = c.weight_bits == 12 ? 0.001 : 1.0;
        build(&p, &c);
        const struct quant_vector *kept = &p.quant.vectors[vector_named(&p.network, "2.kept")];
        assert_true(kept->fraction >= 10 && kept->format.limit > kept->format.largest);
        program_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quiet_then_loud),   cmocka_unit_test(counter_cell),
        cmocka_unit_test(saturated_counter), cmocka_unit_test(vector_keys),
        cmocka_unit_test(held_out),          cmocka_unit_test(magnitudes_are_counted),
        cmocka_unit_test(voices_add_up),     cmocka_unit_test(keys_override),
        cmocka_unit_test(saturated_kept),    cmocka_unit_test(rare_kept),
        cmocka_unit_test(keys_of_layers),    cmocka_unit_test(output_that_is_m),
        cmocka_unit_test(bad_keys_of_layers), cmocka_unit_test(kept_within_its_sum),
        cmocka_unit_test(keys_of_what_is_there),
        cmocka_unit_test(kept_of_coarse_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
