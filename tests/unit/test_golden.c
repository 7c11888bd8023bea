/* SPDX-License-Identifier: Apache-2.0
 * test_golden.c - the integer model against two independent ones.
 *
 * The integer formulas of quantize.h and network.h once more, in doubles that hold every value
 * exactly: these must agree in every bit.  And the equations in floating point, one step from the
 * same state: these must agree within the sum of the roundings named in quantize.h. */
#include <math.h>

#include "gen/config/config_file.h"
#include "models/file/npy.h"
#include "models/network/reference.h"
#include "models/number/golden.h"
#include "tests/unit/model_testing.h"

/* ---- the same integers, in doubles --------------------------------------------------------- */

static double round_exact(double value)
{
    return floor(value + 0.5);
}

static double clip(double value, int bits)
{
    double top = ldexp(1.0, bits - 1);
    return value > top - 1.0 ? top - 1.0 : value < -top ? -top : value;
}

/* Sigmoid or Tanh of z: as the comment of struct act_table says. */
static double table_value(const struct act_table *t, int gate_fraction, double z)
{
    double one = ldexp(1.0, gate_fraction), entries = ldexp(1.0, t->address_bits);
    if (t->direct) {
        double point = clip(round_exact(ldexp(z, -t->address_shift)), t->address_bits);
        return t->base[(int)(point < 0.0 ? point + entries : point)];
    }
    double top = ldexp(entries, t->fraction_bits) - 1.0;
    double magnitude = fabs(z) > top ? top : fabs(z);
    double entry = floor(ldexp(magnitude, -t->fraction_bits));
    double rest = magnitude - ldexp(entry, t->fraction_bits);
    double value = t->base[(int)entry] +
                   round_exact(ldexp(t->slope[(int)entry] * rest, -t->fraction_bits));
    if (z < 0.0)
        value = t->is_tanh ? -value : one - value;
    return value >= one ? one - 1.0 : value; /* 1.0 is one too many for the format */
}

struct plain_state {
    double *c, *y;
};

static double dot(const struct quant_matrix *m, int row, const double *v)
{
    double sum = 0.0;
    for (int col = 0; col < m->cols; col++)
        sum += m->at[(size_t)row * (size_t)m->cols + (size_t)col] * v[col];
    return ldexp(sum, m->shift);
}

static double pre_activation(const struct quantized *q, int gate, int row, const double *x,
                             const double *y, double c)
{
    double sum = dot(&q->wx[gate], row, x) + dot(&q->wr[gate], row, y) + (double)q->bias[gate][row];
    if (q->peephole && gate != GATE_G)
        sum += q->peep[gate][row] * c;
    assert_true(fabs(sum) < 9007199254740992.0); /* exact */
    assert_true(clip(sum, q->sum_bits) == sum);
    return clip(round_exact(ldexp(sum, -q->round_shift)), q->z_bits);
}

static void plain_step(const struct quantized *q, struct plain_state *s, const double *x)
{
    const struct formats *f = &q->formats;
    const int bits = q->activation_bits;
    double *m = allocate((size_t)q->cell, sizeof *m);
    for (int row = 0; row < q->cell; row++) {
        double i = table_value(&q->sigm, f->gate,
                               pre_activation(q, GATE_I, row, x, s->y, s->c[row]));
        double forget = table_value(&q->sigm, f->gate,
                                    pre_activation(q, GATE_F, row, x, s->y, s->c[row]));
        double g = table_value(q->candidate == CANDIDATE_TANH ? &q->tanh : &q->sigm, f->gate,
                               pre_activation(q, GATE_G, row, x, s->y, 0.0));
        /* c = f*c' + g*i in the format of c, rounded once */
        double c = clip(round_exact(ldexp(forget * s->c[row], -f->gate) +
                                    ldexp(g * i, f->c - 2 * f->gate)), bits);
        double o = table_value(&q->sigm, f->gate, pre_activation(q, GATE_O, row, x, s->y, c));
        double z = clip(round_exact(ldexp(c, f->z - f->c)), q->z_bits);
        double h = table_value(&q->tanh, f->gate, z);
        m[row] = clip(round_exact(ldexp(o * h, f->m - 2 * f->gate)), bits);
        s->c[row] = c;
    }
    for (int row = 0; row < q->output; row++)
        s->y[row] = q->projection
                        ? clip(round_exact(ldexp(dot(&q->wym, row, m), -q->round_shift)), bits)
                        : m[row];
    free(m);
}

/* ---- models ---------------------------------------------------------------------------------- */

struct model {
    struct network network;
    struct utterances utterances;
    struct quantized quant;
};

static struct model model_new(const struct config *config, double input_scale)
{
    struct model m;
    struct error error = {""};
    network_draw(&m.network, &config->model);
    utterances_draw(&m.utterances, 2, 30, config->model.input, config->model.seed);
    for (int u = 0; u < m.utterances.count; u++)
        for (int i = 0; i < m.utterances.frames[u].rows * m.utterances.frames[u].cols; i++)
            m.utterances.frames[u].at[i] *= (float)input_scale;
    if (!quantize(&m.quant, &m.network, &m.utterances, config, &error))
        fail_msg("%s: %s", config_line(config), error.text);
    return m;
}

static void model_free(struct model *m)
{
    quantized_free(&m->quant);
    utterances_free(&m->utterances);
    network_free(&m->network);
}

/* Inputs over the whole range of their format, its ends included. */
static void draw_input(struct random *random, const struct quantized *q, int32_t *x)
{
    int top = 1 << (q->activation_bits - 1);
    int kind = random_int(random, 0, 3);
    for (int i = 0; i < q->input; i++)
        x[i] = kind == 0   ? random_int(random, 0, 1) ? top - 1 : -top
               : kind == 1 ? random_int(random, -top, top - 1)
                           : random_int(random, -top, top - 1) / 4;
}

static void compare_integers(const struct quantized *q, struct random *random, int frames)
{
    size_t input = (size_t)q->input, cell = (size_t)q->cell, output = (size_t)q->output;
    struct golden_state golden = golden_start(q);
    struct plain_state plain = {allocate(cell, sizeof(double)), allocate(output, sizeof(double))};
    int32_t *x = allocate(input, sizeof *x);
    double *wide = allocate(input, sizeof *wide);
    for (int t = 0; t < frames; t++) {
        draw_input(random, q, x);
        for (size_t i = 0; i < input; i++)
            wide[i] = x[i];
        golden_step(q, &golden, x);
        plain_step(q, &plain, wide);
        for (size_t i = 0; i < cell; i++)
            assert_true(golden.c[i] == plain.c[i]);
        for (size_t i = 0; i < output; i++)
            assert_true(golden.y[i] == plain.y[i]);
    }
    free(x);
    free(wide);
    free(plain.c);
    free(plain.y);
    golden_end(&golden);
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
        compare_integers(&m.quant, &random, 25);
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
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        dequantize(&m->network.wx[gate], &q->wx[gate]);
        dequantize(&m->network.wr[gate], &q->wr[gate]);
        for (int row = 0; row < q->cell; row++) {
            m->network.bias[gate][row] = (float)ldexp((double)q->bias[gate][row], -q->formats.sum);
            if (q->peep[gate] != NULL)
                m->network.peep[gate][row] =
                    (float)ldexp(q->peep[gate][row], q->formats.c - q->formats.sum);
        }
    }
    if (q->projection)
        dequantize(&m->network.wym, &q->wym);
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

/* From the golden model's state: one step of each.  Each rounding adds half a unit; a gate is as
 * wrong as its table plus a quarter (Sigmoid) or all (Tanh) of what its input is wrong. */
static void compare_step(const struct model *m, const struct reference *reference,
                         struct golden_state *golden, struct reference_state *exact,
                         const int32_t *x)
{
    const struct quantized *q = &m->quant;
    const struct formats *f = &q->formats;
    const int bits = q->activation_bits;
    float *wide = allocate((size_t)q->input, sizeof *wide);
    double *c_before = allocate((size_t)q->cell, sizeof *c_before);
    for (int i = 0; i < q->input; i++)
        wide[i] = (float)ldexp(x[i], -f->x);
    for (int i = 0; i < q->cell; i++)
        c_before[i] = exact->c[i] = ldexp(golden->c[i], -f->c);
    for (int i = 0; i < q->output; i++)
        exact->y[i] = ldexp(golden->y[i], -f->y);
    golden_step(q, golden, x);
    reference_step(reference, exact, wide);

    double half_z = ldexp(0.5, -f->z), half_c = ldexp(0.5, -f->c), half_m = ldexp(0.5, -f->m);
    double sigm = half_z / 4.0 + q->sigm.max_error, tanh_error = half_z + q->tanh.max_error;
    double candidate = q->candidate == CANDIDATE_TANH ? tanh_error : sigm;
    double worst_m = 0.0;
    for (int i = 0; i < q->cell; i++) {
        double c_error = sigm * fabs(c_before[i]) + candidate + sigm + sigm * candidate + half_c;
        assert_near(ldexp(golden->c[i], -f->c), exact->c[i], f->c, bits, c_error);
        double clipped = fabs(exact->c[i] - ldexp(golden->c[i], -f->c));
        double peep = q->peephole ? fabs((double)m->network.peep[GATE_O][i]) : 0.0;
        double m_error = peep * clipped / 4.0 + sigm + clipped + tanh_error + half_m;
        double m_format = fmax(0.0, fabs(exact->m[i]) - largest_value(f->m, bits));
        worst_m = fmax(worst_m, m_error + m_format);
        if (!q->projection)
            assert_near(ldexp(golden->y[i], -f->y), exact->y[i], f->y, bits, m_error);
    }
    for (int i = 0; q->projection && i < q->output; i++) {
        double weights = 0.0;
        for (int col = 0; col < q->cell; col++)
            weights += fabs((double)m->network.wym.at[(size_t)i * (size_t)q->cell + (size_t)col]);
        assert_near(ldexp(golden->y[i], -f->y), exact->y[i], f->y, bits,
                    weights * worst_m + ldexp(0.5, -f->y));
    }
    free(wide);
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
        int32_t *x = allocate((size_t)m.quant.input, sizeof *x);
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
        struct matrix *matrices[2 * GATE_COUNT + 1];
        int count = matrices_of(&m.network, matrices);
        for (int k = 0; k < count; k++) {
            const struct quant_matrix *q =
                k == 2 * GATE_COUNT ? &m.quant.wym : k & 1 ? &m.quant.wr[k / 2] : &m.quant.wx[k / 2];
            int activation = k == 2 * GATE_COUNT ? m.quant.formats.m
                             : k & 1             ? m.quant.formats.y
                                                 : m.quant.formats.x;
            int point = k == 2 * GATE_COUNT ? m.quant.formats.project : m.quant.formats.sum;
            assert_int_equal(q->fraction + q->shift + activation, point); /* one binary point */
            for (int i = 0; i < q->rows * q->cols; i++) {
                assert_true(q->at[i] == clip(q->at[i], c.weight_bits));
                assert_true(fabs(ldexp(q->at[i], -q->fraction) - (double)matrices[k]->at[i]) <=
                            ldexp(0.5, -q->fraction));
            }
        }
        for (int gate = 0; gate < GATE_COUNT; gate++)
            for (int row = 0; row < m.quant.cell; row++) {
                double unit = ldexp(1.0, -m.quant.formats.sum);
                assert_true(fabs((double)m.quant.bias[gate][row] * unit -
                                 (double)m.network.bias[gate][row]) <= unit / 2);
                unit = ldexp(unit, m.quant.formats.c);
                if (m.quant.peep[gate] != NULL)
                    assert_true(fabs(m.quant.peep[gate][row] * unit -
                                     (double)m.network.peep[gate][row]) <= unit / 2);
            }
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
    for (int row = 0; row < m.network.cell; row++) {
        m.network.bias[GATE_I][row] = m.network.bias[GATE_F][row] = 30.0f;
        m.network.bias[GATE_G][row] = row % 2 ? 20.0f : -20.0f;
    }
    quantized_free(&m.quant);
    struct error error;
    m.utterances.frames[0].rows = m.utterances.frames[1].rows = 4; /* calibrated on short ones */
    assert_true(quantize(&m.quant, &m.network, &m.utterances, &c, &error));
    struct golden_state golden = golden_start(&m.quant);
    struct random random;
    random_seed(&random, 41);
    compare_integers(&m.quant, &random, 100);
    int32_t *x = allocate((size_t)m.quant.input, sizeof *x);
    for (int t = 0; t < 100; t++) {
        golden_step(&m.quant, &golden, x);
        for (int row = 0; row < m.quant.cell; row++)
            assert_true(row % 2 ? golden.c[row] > 0 : golden.c[row] < 0);
    }
    /* Gates reach 1 - 2^-11 only, so that c rests where f*c + g*i rounds to c: near the end */
    for (int row = 0; row < m.quant.cell; row++)
        assert_true(row % 2 ? golden.c[row] >= 2047 - 2 : golden.c[row] <= -2048 + 2);
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

static int best_class(const struct network *n, const double *y)
{
    int best = 0;
    double best_score = -INFINITY;
    for (int k = 0; k < n->classes.rows; k++) {
        double score = (double)n->class_bias[k];
        for (int i = 0; i < n->output; i++)
            score += (double)n->classes.at[(size_t)k * (size_t)n->output + (size_t)i] * y[i];
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

static void *read_array(const char *utterance, const char *what, int rows, int cols, bool integers)
{
    char path[120];
    struct npy array;
    struct error error = {""};
    snprintf(path, sizeof path, "models/speech/%s%s", utterance, what);
    if (!npy_open(&array, path, &error))
        fail_msg("%s", error.text);
    assert_int_equal(array.count, (uint64_t)rows * (uint64_t)cols);
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
    float *stored = read_array(name, ".y.npy", frames->rows, n->output, false);
    int32_t *labels = read_array(name, ".labels.npy", frames->rows, 1, true);
    struct reference_state r = reference_start(n);
    struct golden_state g = golden_start(q);
    int32_t *x = allocate((size_t)n->input, sizeof *x);
    double *y = allocate((size_t)n->output, sizeof *y), *want = allocate((size_t)n->output, sizeof *y);
    for (int t = 0; t < frames->rows; t++) {
        const float *features = frames->at + (size_t)t * (size_t)n->input;
        for (int i = 0; i < n->input; i++)
            x[i] = (int32_t)quantize_value((double)features[i], q->formats.x, q->activation_bits);
        reference_step(reference, &r, features);
        golden_step(q, &g, x);
        for (int i = 0; i < n->output; i++) {
            want[i] = (double)stored[(size_t)t * (size_t)n->output + (size_t)i];
            y[i] = ldexp(g.y[i], -q->formats.y);
        }
        count_frame(exact, n, r.y, want, labels[t]);
        count_frame(golden, n, y, r.y, labels[t]);
    }
    free(stored);
    free(labels);
    free(x);
    free(y);
    free(want);
    reference_end(&r);
    golden_end(&g);
}

static void check_speech(const char *what, char *const *sets, size_t set_count, double allowed)
{
    struct config config;
    struct program p;
    struct error error = {""};
    setenv("ESE_HOME", ".", 0); /* make runs the tests where the presets are */
    if (!config_load(&config, "speech", sets, set_count, &error))
        fail_msg("%s", error.text);
    build(&p, &config);
    assert_int_equal(p.utterances.count, 32);
    struct reference *reference = reference_new(&p.network);
    struct score exact = {0}, golden = {0};
    for (int u = 0; u < p.utterances.count; u++)
        play(&p, reference, u, &exact, &golden);
    double exact_share = 100.0 * exact.right / exact.frames;
    double golden_share = 100.0 * golden.right / golden.frames;
    print_message("speech, %s: %d frames, float %.2f %%, integers %.2f %% (%d and %d right)\n", what,
                  exact.frames, exact_share, golden_share, exact.right, golden.right);
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

static void speech_recognised(void **state)
{
    (void)state;
    char relative[] = "encoding=relative", pes[] = "pes=5";
    char *sets[] = {relative, pes};
    check_speech("12/16 bits", NULL, 0, 0.3);
    check_speech("relative, 5 PEs", sets, COUNT(sets), 0.3);
}

static void speech_with_papers_tables(void **state)
{
    (void)state;
    char table[] = "activation_table=paper";
    char *sets[] = {table};
    check_speech("the paper's tables", sets, 1, 0.3);
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
