/* SPDX-License-Identifier: Apache-2.0
 * test_golden.c - the integer model against two independent ones.
 *
 * The integers once more in doubles (plain_golden.h): these must agree in every bit.  And the
 * equations in floating point, one step from the same state: these must agree within the sum of the
 * roundings named in quantize.h.  Here one LSTM; test_golden_kinds.c has the other layers. */
#include <math.h>

#include "gen/config/config_file.h"
#include "models/file/npy.h"
#include "models/network/reference.h"
#include "tests/unit/plain_golden.h"

/* ---- models ---------------------------------------------------------------------------------- */

static struct model model_new(const struct config *config, double input_scale)
{
    struct model m;
    network_draw(&m.network, &config->model);
    utterances_draw(&m.utterances, 2, 30, config->model.input, config->model.seed);
    for (int u = 0; u < m.utterances.count; u++)
        for (int i = 0; i < m.utterances.frames[u].rows * m.utterances.frames[u].cols; i++)
            m.utterances.frames[u].at[i] *= (float)input_scale;
    quantized_of(&m.quant, &m.network, &m.utterances, config);
    return m;
}

/* All options, all widths. */
static void integers_agree(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 29);
    for (int n = 0; n < 160; n++) {
        struct config c = random_config(&random);
        c.model.peephole = n & 1;
        c.model.projection = n & 2;
        c.model.candidate = n & 4 ? CANDIDATE_TANH : CANDIDATE_SIGM;
        c.activation_table = n & 8 ? TABLE_INTERPOLATED : TABLE_PAPER;
        if (n >= 16)
            c.activation_bits = 8 + n % 5; /* wide tables take time */
        struct model m = model_new(&c, n % 5 == 0 ? 20.0 : 1.0);
        compare_integers(&m.quant, &random, 25, NULL);
        model_free(&m);
    }
}

/* ---- one step in floating point -------------------------------------------------------------- */

static void dequantize(struct matrix *out, const struct quant_matrix *m)
{
    for (int i = 0; i < m->rows * m->cols; i++)
        out->at[i] = (float)ldexp(m->at[i], -m->fraction);
}

/* The network that the integers stand for, exactly. */
static void dequantize_network(struct model *m)
{
    const struct quantized *q = &m->quant;
    for (int n = 0; n < q->shape.matrix_count; n++)
        dequantize(&m->network.matrices[n].weights, &q->matrices[n]);
    for (int n = 0; n < q->shape.pass_count; n++) {
        const struct quant_pass *quant = &q->passes[n];
        const struct network_pass *pass = &m->network.passes[n];
        for (int row = 0; quant->bias != NULL && row < pass->rows; row++)
            pass->bias[row] = (float)ldexp((double)quant->bias[row], -quant->sum);
        for (int row = 0; quant->peep != NULL && row < pass->rows; row++)
            pass->peep[row] = (float)ldexp(
                quant->peep[row], q->vectors[vector_named(&q->shape, "c")].fraction - quant->sum);
    }
}

static double largest_value(int fraction, int bits)
{
    return ldexp(ldexp(1.0, bits - 1) - 1.0, -fraction);
}

/* Clips what a format cannot hold; the models differ by at most `bound` otherwise. */
static void assert_near(double golden, double exact, int fraction, int bits, double bound)
{
    double top = largest_value(fraction, bits);
    double value = exact > top ? top : exact < -top ? -top : exact;
    if (!(fabs(golden - value) <= bound + 1e-6 * fabs(value) + ldexp(1.0, -fraction) * 1e-3))
        fail_msg("%.9g is %.9g in floating point, allowed %.3g", golden, exact, bound);
}

/* Vectors of one LSTM, and their fraction bits; without projection m is y. */
struct lstm_vectors {
    const struct layer_config *as;
    int x, y, c, m;
    int fx, fy, fc, fm;
};

static struct lstm_vectors vectors_of(const struct quantized *q)
{
    const struct network *n = &q->shape;
    struct lstm_vectors v = {.as = &lstm_layer(n)->as,
                             .x = vector_named(n, "x"),
                             .y = vector_named(n, "y"),
                             .c = vector_named(n, "c")};
    v.m = v.as->output > 0 ? vector_named(n, "m") : v.y;
    v.fx = q->vectors[v.x].fraction;
    v.fy = q->vectors[v.y].fraction;
    v.fc = q->vectors[v.c].fraction;
    v.fm = q->vectors[v.m].fraction;
    return v;
}

/* One step of each, from the golden model's state. */
static void step_both(const struct model *m, const struct reference *reference,
                      struct golden_state *golden, struct reference_state *exact, const int32_t *x)
{
    const struct quantized *q = &m->quant;
    const struct lstm_vectors v = vectors_of(q);
    float *wide = allocate((size_t)q->shape.input, sizeof *wide);
    for (int i = 0; i < q->shape.input; i++)
        wide[i] = (float)ldexp(x[i], -v.fx);
    for (int i = 0; i < v.as->cell; i++)
        exact->at[v.c][i] = ldexp(golden->at[v.c][i], -v.fc);
    for (int i = 0; i < q->shape.output; i++)
        exact->at[v.y][i] = ldexp(golden->at[v.y][i], -v.fy);
    golden_step(q, golden, x);
    reference_step(reference, exact, wide);
    free(wide);
}

/* Each rounding adds half a unit; a gate is as wrong as its table plus a quarter (Sigmoid) or all
 * (Tanh) of what its input is wrong. */
static void compare_step(const struct model *m, const struct reference *reference,
                         struct golden_state *golden, struct reference_state *exact,
                         const int32_t *x)
{
    const struct quantized *q = &m->quant;
    const struct lstm_vectors v = vectors_of(q);
    const int bits = q->activation_bits, cell = v.as->cell;
    double *c_before = allocate((size_t)cell, sizeof *c_before);
    for (int i = 0; i < cell; i++)
        c_before[i] = ldexp(golden->at[v.c][i], -v.fc);
    step_both(m, reference, golden, exact, x);

    double half_z = ldexp(0.5, -q->z_fraction), half_c = ldexp(0.5, -v.fc),
           half_m = ldexp(0.5, -v.fm);
    double sigm = half_z / 4.0 + q->sigm.max_error, tanh_error = half_z + q->tanh.max_error;
    double candidate = v.as->candidate == CANDIDATE_TANH ? tanh_error : sigm;
    double worst_m = 0.0;
    for (int i = 0; i < cell; i++) {
        double c_error = sigm * fabs(c_before[i]) + candidate + sigm + sigm * candidate + half_c;
        double c = ldexp(golden->at[v.c][i], -v.fc), c_exact = exact->at[v.c][i];
        assert_near(c, c_exact, v.fc, bits, c_error);
        double clipped = fabs(c_exact - c);
        double peep =
            v.as->peephole ? fabs((double)pass_named(&m->network, "o")->peep[i]) : 0.0;
        double m_error = peep * clipped / 4.0 + sigm + clipped + tanh_error + half_m;
        double m_format = fmax(0.0, fabs(exact->at[v.m][i]) - largest_value(v.fm, bits));
        worst_m = fmax(worst_m, m_error + m_format);
        if (v.m == v.y)
            assert_near(ldexp(golden->at[v.y][i], -v.fy), exact->at[v.y][i], v.fy, bits, m_error);
    }
    for (int i = 0; v.m != v.y && i < q->shape.output; i++) {
        const float *row = matrix_row(matrix_named(&m->network, "Wym"), i);
        double weights = 0.0;
        for (int col = 0; col < cell; col++)
            weights += fabs((double)row[col]);
        assert_near(ldexp(golden->at[v.y][i], -v.fy), exact->at[v.y][i], v.fy, bits,
                    weights * worst_m + ldexp(0.5, -v.fy));
    }
    free(c_before);
}

static void step_error_bounded(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 31);
    for (int n = 0; n < 60; n++) {
        struct config c = random_config(&random);
        c.activation_bits = 8 + n % 8;
        c.model.peephole = n & 1;
        c.model.projection = n & 2;
        c.model.candidate = n & 4 ? CANDIDATE_TANH : CANDIDATE_SIGM;
        c.activation_table = n & 8 ? TABLE_INTERPOLATED : TABLE_PAPER;
        struct model m = model_new(&c, 1.0);
        dequantize_network(&m);
        struct reference *reference = reference_new(&m.network);
        struct golden_state golden = golden_start(&m.quant);
        struct reference_state exact = reference_start(&m.network);
        int32_t *x = allocate((size_t)m.quant.shape.input, sizeof *x);
        for (int t = 0; t < 30; t++) {
            draw_input(&random, &m.quant, x);
            compare_step(&m, reference, &golden, &exact, x);
        }
        free(x);
        golden_end(&golden);
        reference_end(&exact);
        reference_free(reference);
        model_free(&m);
    }
}

/* Those of a pass have one binary point. */
static void matrices_nearest(const struct model *m, int weight_bits)
{
    const struct network *n = &m->network;
    for (int k = 0; k < n->matrix_count; k++) {
        const struct network_matrix *matrix = &n->matrices[k];
        const struct quant_matrix *q = &m->quant.matrices[k];
        const char *source = strcmp(matrix->name, "Wym") == 0 ? "m"
                             : strchr(matrix->name, 'r')      ? "y"
                                                              : "x";
        const int activation = m->quant.vectors[vector_named(n, source)].fraction;
        const char letter[] = {matrix->name[1] == 'c' ? 'g' : matrix->name[1], '\0'};
        assert_int_equal(q->fraction + q->shift + activation,
                         m->quant.passes[pass_number(n, letter)].sum);
        for (int i = 0; i < q->rows * q->cols; i++) {
            assert_true(q->at[i] == clip(q->at[i], weight_bits));
            assert_true(fabs(ldexp(q->at[i], -q->fraction) - (double)matrix->weights.at[i]) <=
                        ldexp(0.5, -q->fraction));
        }
    }
}

static void vectors_nearest(const struct model *m)
{
    const int c = m->quant.vectors[vector_named(&m->network, "c")].fraction;
    for (int k = 0; k < m->network.pass_count; k++) {
        const struct network_pass *pass = &m->network.passes[k];
        const struct quant_pass *q = &m->quant.passes[k];
        const double unit = ldexp(1.0, -q->sum), peep_unit = ldexp(unit, c);
        assert_int_equal(q->bias != NULL, strcmp(pass->name, "y") != 0);
        assert_int_equal(q->peep != NULL, pass->peep != NULL);
        for (int row = 0; q->bias != NULL && row < pass->rows; row++)
            assert_true(fabs((double)q->bias[row] * unit - (double)pass->bias[row]) <= unit / 2);
        for (int row = 0; q->peep != NULL && row < pass->rows; row++)
            assert_true(fabs(q->peep[row] * peep_unit - (double)pass->peep[row]) <= peep_unit / 2);
    }
}

/* Weights, biases and peepholes are as near to what was trained as their formats allow. */
static void quantization_nearest(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 37);
    for (int n = 0; n < 60; n++) {
        struct config c = random_config(&random);
        c.activation_bits = 8 + n % 6;
        struct model m = model_new(&c, 1.0);
        matrices_nearest(&m, c.weight_bits);
        vectors_nearest(&m);
        model_free(&m);
    }
}

/* A cell that is pushed one way for ever stops at the end of its format, and does not wrap. */
static void cell_saturates(void **state)
{
    (void)state;
    struct config c = plain_config();
    c.activation_bits = 12;
    struct model m = model_new(&c, 1.0);
    const int cell = lstm_layer(&m.network)->as.cell;
    for (int row = 0; row < cell; row++) {
        pass_named(&m.network, "i")->bias[row] = pass_named(&m.network, "f")->bias[row] = 30.0f;
        pass_named(&m.network, "g")->bias[row] = row % 2 ? 20.0f : -20.0f;
    }
    quantized_free(&m.quant);
    m.utterances.frames[0].rows = m.utterances.frames[1].rows = 4; /* calibrated on short ones */
    quantized_of(&m.quant, &m.network, &m.utterances, &c);
    struct golden_state golden = golden_start(&m.quant);
    struct random random;
    random_seed(&random, 41);
    compare_integers(&m.quant, &random, 100, NULL);
    int32_t *x = allocate((size_t)m.network.input, sizeof *x);
    const int32_t *c_of = golden.at[vector_named(&m.network, "c")];
    for (int t = 0; t < 100; t++) {
        golden_step(&m.quant, &golden, x);
        for (int row = 0; row < cell; row++)
            assert_true(row % 2 ? c_of[row] > 0 : c_of[row] < 0);
    }
    /* Gates reach 1 - 2^-11 only, so that c rests where f*c + g*i rounds to c: near the end */
    for (int row = 0; row < cell; row++)
        assert_true(row % 2 ? c_of[row] >= 2047 - 2 : c_of[row] <= -2048 + 2);
    free(x);
    golden_end(&golden);
    model_free(&m);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static double function(bool is_tanh, double z)
{
    return is_tanh ? tanh(z) : 1.0 / (1.0 + exp(-z));
}

static void check_table(bool is_tanh, enum table_kind kind, int bits)
{
    int z_fraction = bits - 3, gate = bits - 1, z_bits = z_fraction + (kind == TABLE_PAPER ? 8 : 5);
    struct act_table t;
    act_table_build(&t, is_tanh, kind, z_fraction, z_bits, gate);
    double worst = 0.0;
    int64_t top = (int64_t)1 << (z_bits - 1), before = INT64_MIN;
    for (int64_t z = -top; z < top; z++) {
        int32_t value = act_lookup(&t, gate, z);
        assert_true(value == table_value(&t, gate, (double)z));
        assert_true(value >= (is_tanh ? -(1 << gate) : 0) && value < 1 << gate);
        assert_true(value >= before); /* never falls */
        before = value;
        worst = fmax(worst, fabs(ldexp(value, -gate) - function(is_tanh, ldexp((double)z, -z_fraction))));
    }
    assert_true(worst <= t.max_error);
    assert_true(fabs(worst - t.max_error) < 1e-15);
    if (is_tanh)
        assert_int_equal(act_lookup(&t, gate, 0), 0);
    else
        assert_int_equal(act_lookup(&t, gate, 0), 1 << (gate - 1));
    /* Points of the table are the function itself, rounded. */
    double step = kind == TABLE_PAPER ? ldexp(1.0, t.address_shift - z_fraction)
                                      : ldexp(1.0, t.fraction_bits - z_fraction);
    /* Two roundings, and a straight line instead of a curve whose second derivative is at most that. */
    double curve = is_tanh ? 0.7699 : 0.0963;
    if (kind == TABLE_INTERPOLATED)
        assert_true(t.max_error <= ldexp(1.1, -gate) + step * step / 8.0 * curve);
    assert_true(kind != TABLE_PAPER || step == (is_tanh ? 0.125 : 0.0625));
    assert_true(kind != TABLE_PAPER || t.address_bits == 11);
    for (int e = 0; e < 1 << t.address_bits; e++) {
        int at = t.direct && e >= 1 << (t.address_bits - 1) ? e - (1 << t.address_bits) : e;
        double exact = ldexp(function(is_tanh, at * step), gate);
        assert_true(fabs(t.base[e] - exact) <= 0.5 || (t.base[e] == (1 << gate) - 1 && exact > t.base[e]));
        if (t.direct)
            continue;
        assert_true(t.slope[e] >= 0 && t.slope[e] < 1 << t.slope_bits);
        if (e + 1 < 1 << t.address_bits)
            assert_int_equal(t.base[e] + t.slope[e], t.base[e + 1]);
    }
    if (bits == 16)
        print_message("%s, %s, 16 bits: largest error %.3g = %.2f units\n", is_tanh ? "tanh" : "sigm",
                      kind == TABLE_PAPER ? "paper" : "interpolated", t.max_error,
                      ldexp(t.max_error, gate));
    free(t.base);
    free(t.slope);
}

static void tables_right(void **state)
{
    (void)state;
    for (int bits = 8; bits <= 18; bits++)
        for (int is_tanh = 0; is_tanh <= 1; is_tanh++) {
            check_table(is_tanh, TABLE_INTERPOLATED, bits);
            if (bits <= 16)
                check_table(is_tanh, TABLE_PAPER, bits);
        }
}

/* ---- the trained model on speech --------------------------------------------------------------- */

struct score {
    int frames, right;
    double signal, noise, largest;
};

/* By the layer behind, or where that is on the chip by y itself. */
static int best_class(const struct network *n, const double *y)
{
    if (n->after == NULL) {
        int best = 0;
        for (int k = 1; k < n->output; k++)
            best = y[k] > y[best] ? k : best;
        return best;
    }
    const struct matrix *classes = matrix_named(n->after, "W");
    int best = 0;
    double best_score = -INFINITY;
    for (int k = 0; k < classes->rows; k++) {
        double score = (double)pass_named(n->after, "y")->bias[k];
        for (int i = 0; i < n->output; i++)
            score += (double)classes->at[(size_t)k * (size_t)n->output + (size_t)i] * y[i];
        if (score > best_score) {
            best_score = score;
            best = k;
        }
    }
    return best;
}

static void count_frame(struct score *s, const struct network *n, const double *y, const double *want,
                        int label)
{
    s->frames++;
    s->right += best_class(n, y) == label;
    for (int i = 0; i < n->output; i++) {
        s->signal += want[i] * want[i];
        s->noise += (y[i] - want[i]) * (y[i] - want[i]);
        s->largest = fmax(s->largest, fabs(y[i] - want[i]));
    }
}

/* models/speech/FOLDER UTTERANCE ENDING */
static void *read_array(const char *folder, const char *utterance, const char *ending, int count,
                        bool integers)
{
    char path[120];
    struct npy array;
    struct error error = {""};
    snprintf(path, sizeof path, "models/speech/%s%s%s", folder, utterance, ending);
    if (!npy_open(&array, path, &error))
        fail_msg("%s", error.text);
    assert_int_equal(array.count, count);
    void *values = allocate((size_t)array.count, integers ? sizeof(int32_t) : sizeof(float));
    if (integers)
        assert_true(npy_ints(&array, values, &error));
    else
        assert_true(npy_floats(&array, values, &error));
    npy_close(&array);
    return values;
}

static void play(const struct program *p, const struct reference *reference, int number,
                 struct score *exact, struct score *golden)
{
    const struct network *n = &p->network;
    const struct quantized *q = &p->quant;
    const struct matrix *frames = &p->utterances.frames[number];
    const char *name = p->utterances.names[number];
    const int x_fraction = q->vectors[vector_named(n, "x")].fraction,
              y_fraction = q->vectors[network_output(n)].fraction;
    const bool scores = n->after == NULL;
    float *stored = read_array(scores ? "scores/" : "", name, scores ? ".npy" : ".y.npy",
                               frames->rows * n->output, false);
    int32_t *labels = read_array("", name, ".labels.npy", frames->rows, true);
    struct reference_state r = reference_start(n);
    struct golden_state g = golden_start(q);
    int32_t *x = allocate((size_t)n->input, sizeof *x);
    double *y = allocate((size_t)n->output, sizeof *y), *want = allocate((size_t)n->output, sizeof *y);
    for (int t = 0; t < frames->rows; t++) {
        const float *features = frames->at + (size_t)t * (size_t)n->input;
        for (int i = 0; i < n->input; i++)
            x[i] = (int32_t)quantize_value((double)features[i], x_fraction, q->activation_bits);
        reference_step(reference, &r, features);
        golden_step(q, &g, x);
        for (int i = 0; i < n->output; i++) {
            want[i] = (double)stored[(size_t)t * (size_t)n->output + (size_t)i];
            y[i] = ldexp(golden_y(&g)[i], -y_fraction);
        }
        count_frame(exact, n, reference_y(&r), want, labels[t]);
        count_frame(golden, n, y, reference_y(&r), labels[t]);
    }
    free(stored);
    free(labels);
    free(x);
    free(y);
    free(want);
    reference_end(&r);
    golden_end(&g);
}

static void check_preset(const char *preset, const char *what, char *const *sets,
                         size_t set_count)
{
    const double allowed = 0.3;
    struct config config;
    struct program p;
    struct error error = {""};
    setenv("ESE_HOME", ".", 0); /* make runs the tests where the presets are */
    if (!config_load(&config, preset, sets, set_count, &error))
        fail_msg("%s", error.text);
    build(&p, &config);
    assert_int_equal(p.utterances.count, 32);
    struct reference *reference = reference_new(&p.network);
    struct score exact = {0}, golden = {0};
    for (int u = 0; u < p.utterances.count; u++)
        play(&p, reference, u, &exact, &golden);
    double exact_share = 100.0 * exact.right / exact.frames;
    double golden_share = 100.0 * golden.right / golden.frames;
    print_message("%s, %s: %d frames, float %.2f %%, integers %.2f %% (%d and %d right)\n", preset,
                  what, exact.frames, exact_share, golden_share, exact.right, golden.right);
    print_message("  reference y to stored y: at most %.2g; integers to reference: at most %.3g, "
                  "signal to noise %.1f dB\n",
                  exact.largest, golden.largest, 10.0 * log10(golden.signal / golden.noise));
    assert_int_equal(exact.frames, 6419);
    assert_true(exact.largest < 1e-5);
    assert_true(fabs(exact_share - 89.5) <= 0.05);
    assert_true(fabs(golden_share - exact_share) <= allowed);
    assert_true(10.0 * log10(golden.signal / golden.noise) > 25.0);
    reference_free(reference);
    program_free(&p);
    config_free(&config);
}

/* With the output layer among the integers, and behind them. */
static void check_speech(const char *what, char *const *sets, size_t set_count)
{
    check_preset("speech", what, sets, set_count);
    check_preset("speech-lstm", what, sets, set_count);
}

static void speech_recognised(void **state)
{
    (void)state;
    char relative[] = "encoding=relative", pes[] = "pes=5";
    char *sets[] = {relative, pes};
    check_speech("12/16 bits", NULL, 0);
    check_speech("relative, 5 PEs", sets, COUNT(sets));
}

static void speech_with_papers_tables(void **state)
{
    (void)state;
    char table[] = "activation_table=paper";
    char *sets[] = {table};
    check_speech("the paper's tables", sets, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_agree),       cmocka_unit_test(step_error_bounded),
        cmocka_unit_test(quantization_nearest), cmocka_unit_test(cell_saturates),
        cmocka_unit_test(tables_right),         cmocka_unit_test(speech_recognised),
        cmocka_unit_test(speech_with_papers_tables),
    };
    return cmocka_run_group_tests_name("golden", tests, NULL, NULL);
}
