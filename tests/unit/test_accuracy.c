/* SPDX-License-Identifier: Apache-2.0
 * test_accuracy.c - numbers do not go wrong without a word: what is judged, what is counted, and what is
 * warned of.  Calibration: test_calibrate.c. */
#include "gen/report/accuracy.h"
#include "tests/unit/layers_testing.h"
#include "tests/unit/network_testing.h"

/* ---- what is judged ---- */

/* What is judged begins as the utterance would be there: c remembers. */
static void judged_with_its_past(void **state)
{
    (void)state;
    enum { CELL = 4, FRAMES = 200 };
    struct config c = accuracy_config();
    struct program p = {.config = c, .network = empty_network(1, CELL)};
    pass_named(&p.network, "f")->bias[0] = 20.0f; /* keeps all */
    pass_named(&p.network, "i")->bias[0] = 20.0f;
    put(matrix_named(&p.network, "Wcx"), 0, 0, 5.0f);
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
            y[i] = (float)reference_y(&given)[i] + 0.25f; /* all the same too large: the correlation
                                                            does not see it */
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
    const struct quant_matrix *m = quantized_named(&p.quant, "Wcx");
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

/* What of a vector stands at an end of its range. */
static int at_ends(const struct golden_state *golden, int vector)
{
    const struct quantized *q = golden->quant;
    const int32_t top = (1 << (q->vectors[vector].bits - 1)) - 1;
    int count = 0;
    for (int i = 0; i < q->shape.vectors[vector].size; i++)
        count += golden->at[vector][i] == top || golden->at[vector][i] == -top - 1;
    return count;
}

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
        const struct layer *layer = lstm_layer(&q->shape);
        const int x_fraction = q->vectors[0].fraction, y = layer->writes, cell = layer->as.cell;
        const int64_t top = ((int64_t)1 << (q->activation_bits - 1)) - 1;
        struct golden_state g = golden_start(q);
        struct clip_counts of_x = {{0}, {0}};
        int64_t at_x = 0, at_y = 0, at_c = 0, outside = 0;
        float *features = allocate((size_t)q->shape.input, sizeof *features);
        int32_t *x = allocate((size_t)q->shape.input, sizeof *x);
        for (int t = 0; t < 12; t++) {
            for (int i = 0; i < q->shape.input; i++) {
                features[i] = (float)(3.0 * random_gauss(&random));
                const double scaled = round((double)features[i] * ldexp(1.0, x_fraction));
                outside += fabs(scaled) > (double)top && scaled != (double)(-top - 1);
            }
            quantize_x(q, features, x, &of_x);
            golden_step(q, &g, x);
            for (int i = 0; i < q->shape.input; i++)
                at_x += x[i] == top || x[i] == -top - 1;
            at_y += at_ends(&g, y);
            at_c += at_ends(&g, layer->vector[LSTM_C]);
        }
        const int64_t clipped_c = g.counts.clipped[layer->vector[LSTM_C]];
        assert_int_equal(of_x.clipped[0], outside);
        assert_true(of_x.clipped[0] <= at_x);
        /* Whoever is clipped stands at an end; some stand there by themselves. */
        assert_true(g.counts.clipped[y] <= at_y);
        assert_true(clipped_c <= at_c);
        assert_true(at_y - g.counts.clipped[y] <= 1 + at_y / 4);
        assert_true(at_c - clipped_c <= 1 + at_c / 4);
        assert_int_equal(g.counts.values[layer->vector[LSTM_C]], 12 * cell);
        assert_int_equal(g.counts.values[layer->vector[LSTM_SUM]], 12 * LSTM_GATES * cell);
        assert_int_equal(g.counts.values[y], 12 * q->shape.output);
        assert_int_equal(q->shape.vectors[y].value,
                         layer->as.output > 0 ? VALUE_Y : VALUE_M);
        if (layer->as.output > 0)
            assert_int_equal(g.counts.values[layer->vector[LSTM_M]], 12 * cell);
        for (int v = 0; v < q->shape.vector_count; v++)
            all[q->shape.vectors[v].value] += g.counts.clipped[v] + of_x.clipped[v];
        free(features);
        free(x);
        golden_end(&g);
        program_free(&p);
    }
    static const enum value values[] = {VALUE_X, VALUE_Y, VALUE_M, VALUE_C, VALUE_Z};
    for (size_t n = 0; n < COUNT(values); n++)
        if (all[values[n]] == 0)
            fail_msg("no value of kind %d was clipped", (int)values[n]);
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

/* LSTM with projection, GRU, LSTM, linear layer, with nothing to warn of. */
static struct config layered_config(void)
{
    struct config c = plain_config();
    c.model.layer_count = 4;
    c.model.layers[0] = layer_of(SHAPE_PROJECTION, 12);
    c.model.layers[0].input = 9;
    c.model.layers[1] = layer_of(SHAPE_AFTER, 32);
    c.model.layers[2] = layer_of(SHAPE_LSTM, 10);
    c.model.layers[3] = layer_of(SHAPE_LINEAR, 7);
    return c;
}

static void said_of(const struct config *c, const char *said)
{
    struct program p;
    struct text lines = {0};
    build(&p, c);
    warnings_of(&lines, &p);
    if (said == NULL)
        assert_string_equal(text_string(&lines), "");
    else if (strstr(text_string(&lines), said) == NULL)
        fail_msg("'%s' lacks '%s'", text_string(&lines), said);
    text_free(&lines);
    program_free(&p);
}

/* Of several layers the value is named, and the key of its layer. */
static void layers_by_name(void **state)
{
    (void)state;
    static const struct {
        int layer;
        size_t at;
        int bits, value; /* activation_bits, fraction bits */
        const char *name, *key;
    } cases[] = {
        {-1, offsetof(struct format_keys, x), 16, 15, "x", "model.ranges.x"},
        {0, offsetof(struct format_keys, y), 16, 19, "0.y", "model.layers.0.ranges.y"},
        {0, offsetof(struct format_keys, m), 16, 20, "0.m", "model.layers.0.ranges.m"},
        {0, offsetof(struct format_keys, c), 16, 15, "0.c", "model.layers.0.ranges.c"},
        {1, offsetof(struct format_keys, kept), 8, 7, "1.kept", "model.layers.1.ranges.kept"},
        {2, offsetof(struct format_keys, m), 16, 20, "2.y", "model.layers.2.ranges.y"},
        {3, offsetof(struct format_keys, y), 16, 19, "3.y", "model.layers.3.ranges.y"},
    };
    struct config c = layered_config();
    said_of(&c, NULL);
    for (size_t n = 0; n < COUNT(cases); n++) {
        char said[160];
        c = layered_config();
        c.activation_bits = cases[n].bits;
        if (cases[n].layer < 0)
            c.model.formats.x = cases[n].value;
        else
            *(int *)((char *)&c.model.layers[cases[n].layer].formats + cases[n].at) =
                cases[n].value;
        snprintf(said, sizeof said,
                 " of the values of %s do not fit its format and are clipped; give utterances like "
                 "those to come, or %s\n", cases[n].name, cases[n].key);
        said_of(&c, said);
    }
}

/* The weights of one of several layers. */
static void weights_by_name(void **state)
{
    (void)state;
    struct config c = layered_config();
    struct program p;
    struct error error = {""};
    char said[160];
    c.model.layers[2].formats.Wcr = 40;
    assert_false(program_build(&p, &c, &error));
    program_free(&p);
    c.model.layers[2].formats.Wcr = atoi(strstr(error.text, "at most ") + 8);
    snprintf(said, sizeof said,
             " weights of 2.Wcr do not fit its %d fraction bits and are clipped; give fewer in "
             "model.layers.2.formats.Wcr\n",
             c.model.layers[2].formats.Wcr);
    said_of(&c, said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judged_with_its_past), cmocka_unit_test(expected_of_the_given),
        cmocka_unit_test(weight_keys),          cmocka_unit_test(counts_agree),
        cmocka_unit_test(unpruned_model),       cmocka_unit_test(narrow_format),
        cmocka_unit_test(layers_by_name),       cmocka_unit_test(weights_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
