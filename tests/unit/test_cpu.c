/* SPDX-License-Identifier: Apache-2.0
 * test_cpu.c - the network as this processor runs it, against the float model, which shares nothing
 * with it. */
#include "tests/unit/layers_testing.h"
#include "tests/unit/network_testing.h"

#include "models/cpu/blas.h"
#include "models/cpu/cpu.h"
#include "models/cpu/team.h"

/* Of y, whose values are about 1: what float costs against double in sums of some 100 products. */
#define TOLERANCE 4e-6

enum { FRAMES = 6, INPUTS = 5 };

static const enum cpu_form forms[] = {CPU_SPARSE, CPU_DENSE, CPU_BLAS};

/* Voice v hears what voice v % INPUTS hears. */
static float *inputs(int frames, int input, int voices)
{
    float *x = allocate((size_t)(frames * input * voices), sizeof *x);
    struct random random;
    random_seed(&random, 7);
    for (int i = 0; i < frames * input; i++)
        for (int v = 0; v < voices; v++)
            x[i * voices + v] =
                v < INPUTS ? (float)random_gauss(&random) : x[i * voices + v % INPUTS];
    return x;
}

/* The largest difference of y in all frames. */
static double error_of(const struct network *n, struct cpu *cpu, const float *x, int voices)
{
    struct reference *reference = reference_new(n);
    struct reference_state states[INPUTS];
    double worst = 0.0;
    float *alone = allocate((size_t)n->input, sizeof *alone);
    const int different = voices < INPUTS ? voices : INPUTS;
    for (int v = 0; v < different; v++)
        states[v] = reference_start(n);
    for (int t = 0; t < FRAMES; t++, x += n->input * voices) {
        cpu_run(cpu, x, 1);
        for (int v = 0; v < different; v++) {
            for (int i = 0; i < n->input; i++)
                alone[i] = x[i * voices + v];
            reference_step(reference, &states[v], alone);
        }
        for (int v = 0; v < voices; v++)
            for (int i = 0; i < n->output; i++)
                worst = fmax(worst, fabs((double)cpu_y(cpu, i, v) -
                                          reference_y(&states[v % INPUTS])[i]));
    }
    for (int v = 0; v < different; v++)
        reference_end(&states[v]);
    free(alone);
    reference_free(reference);
    return worst;
}

static struct cpu *cpu_of(const struct network *n, enum cpu_form form,
                          const struct cpu_kernels *kernels, int voices, int threads)
{
    struct error error = {""};
    const struct cpu_plan plan = {form, kernels, voices, threads};
    struct cpu *cpu = cpu_new(n, &plan, &error);
    if (cpu == NULL)
        fail_msg("%s", error.text);
    return cpu;
}

/* All kernels that this processor has, in all forms. */
static void check(const struct network *n, const char *what)
{
    static const int voices[] = {1, 3, 32, 33}, threads[] = {1, 2, 3};
    const struct cpu_kernels *kernels;
    for (int k = 0; (kernels = cpu_kernels_at(k)) != NULL; k++)
        for (size_t f = 0; f < COUNT(forms); f++)
            for (size_t v = 0; v < COUNT(voices); v++) {
                if (forms[f] == CPU_BLAS &&
                    !(threads[v % 3] > 1 ? blas_for_threads() : blas_name() != NULL))
                    continue;
                float *x = inputs(FRAMES, n->input, voices[v]);
                struct cpu *cpu = cpu_of(n, forms[f], kernels, voices[v], threads[v % 3]);
                double error = error_of(n, cpu, x, voices[v]);
                if (!(error <= TOLERANCE))
                    fail_msg("%s, %s, form %d, %d voices, %d threads: y is off by %g", what,
                             kernels->name, (int)forms[f], voices[v], threads[v % 3], error);
                cpu_free(cpu);
                free(x);
            }
}

static struct network drawn(int input, int cell, int output, bool projection, bool peephole)
{
    struct network n;
    struct config c = plain_config();
    c.model.input = input;
    c.model.cell = cell;
    c.model.output = output;
    c.model.projection = projection;
    c.model.peephole = peephole;
    network_draw(&n, &c.model);
    return n;
}

/* Leaves about one weight of `of` in each matrix. */
static void thin_out(struct network *n, uint64_t of)
{
    struct random random;
    random_seed(&random, 3);
    for (int m = 0; m < n->matrix_count; m++) {
        const struct matrix *matrix = &n->matrices[m].weights;
        for (int i = 0; i < matrix->rows * matrix->cols; i++)
            if (random_below(&random, of) != 0)
                matrix->at[i] = 0.0f;
    }
}

static void test_shapes(void **state)
{
    (void)state;
    static const int shapes[][3] = {{1, 1, 1},    {7, 19, 5},    {16, 32, 16}, {153, 100, 51},
                                    {33, 65, 70}, {31, 128, 17}, {5, 15, 16}};
    for (size_t s = 0; s < COUNT(shapes); s++)
        for (int variant = 0; variant < 4; variant++) {
            char what[64];
            struct network n =
                drawn(shapes[s][0], shapes[s][1], shapes[s][2], variant & 1, variant & 2);
            snprintf(what, sizeof what, "%d/%d/%d, variant %d", n.input, lstm_layer(&n)->as.cell,
                     n.output, variant);
            check(&n, what); /* density 1 */
            thin_out(&n, 5);
            check(&n, what);
            network_free(&n);
        }
}

/* Rows and columns without a weight, in each matrix; and a network without any. */
static void test_empty(void **state)
{
    (void)state;
    struct network n = drawn(12, 37, 21, true, true);
    thin_out(&n, 3);
    for (int i = 0; i < n.matrix_count; i++) {
        const struct matrix *m = &n.matrices[i].weights;
        const int row = i % m->rows, last = m->cols - 1;
        memset(matrix_row(m, row), 0, (size_t)m->cols * sizeof(float));
        memset(matrix_row(m, m->rows - 1), 0, (size_t)m->cols * sizeof(float));
        for (int r = 0; r < m->rows; r++)
            matrix_row(m, r)[0] = matrix_row(m, r)[last] = 0.0f;
    }
    check(&n, "empty rows and columns");
    network_free(&n);
    n = empty_network(4, 18);
    check(&n, "no weights");
    network_free(&n);
}

/* The other activation; sums so large that the gates are shut and open. */
static void test_gates(void **state)
{
    (void)state;
    struct network n = drawn(9, 23, 14, true, true);
    n.layers[0].as.candidate = CANDIDATE_SIGM;
    pass_named(&n, "g")->function = FUNCTION_SIGMOID;
    check(&n, "candidate sigm");
    for (int row = 0; row < lstm_layer(&n)->as.cell; row++) {
        pass_named(&n, "i")->bias[row] = row % 2 == 0 ? 300.0f : -300.0f;
        pass_named(&n, "o")->bias[row] = row % 3 == 0 ? -80.0f : 20.0f;
        pass_named(&n, "f")->bias[row] = row % 5 == 0 ? -1e30f : 0.5f;
    }
    check(&n, "large sums");
    network_free(&n);
}

/* Whether a processor computes such a network; if not, it says so. */
static bool is_taken(struct layer_config first, int count)
{
    const struct cpu_plan plan = {CPU_SPARSE, cpu_kernels_at(0), 1, 1};
    const struct layer_config layers[] = {first, layer_of(SHAPE_LSTM, 8)};
    struct network network;
    struct error error = {""};
    network_make(&network, layers, count);
    struct cpu *cpu = cpu_new(&network, &plan, &error);
    if (cpu != NULL)
        cpu_free(cpu);
    else
        assert_non_null(strstr(error.text, "one LSTM layer only"));
    network_free(&network);
    return cpu != NULL;
}

static void test_others(void **state)
{
    (void)state;
    struct layer_config layer;
    for (int shape = 0; shape < SHAPE_COUNT; shape++) {
        layer = layer_of((enum layer_shape)shape, 8);
        layer.input = 5;
        assert_int_equal(is_taken(layer, 1), shape == SHAPE_LSTM || shape == SHAPE_PROJECTION);
        assert_false(is_taken(layer, 2));
    }
    layer = layer_of(SHAPE_PROJECTION, 8);
    layer.input = 5;
    layer.projection_bias = true;
    assert_false(is_taken(layer, 1));
    layer.projection_bias = false;
    layer.direction = DIRECTION_BACKWARD;
    assert_false(is_taken(layer, 1));
}

/* Frames one by one or in a run; any number of threads, also more than there are groups of rows. */
static void test_runs(void **state)
{
    (void)state;
    struct network n = drawn(10, 50, 30, true, true);
    float *x = inputs(FRAMES, n.input, 3);
    for (int threads = 1; threads <= 6; threads++) {
        struct cpu *one = cpu_of(&n, CPU_SPARSE, cpu_kernels_at(0), 3, 1);
        struct cpu *all = cpu_of(&n, CPU_SPARSE, cpu_kernels_at(0), 3, threads);
        cpu_run(all, x, 2);
        cpu_run(all, x, 0);
        cpu_run(all, x + 2 * n.input * 3, FRAMES - 2);
        for (int t = 0; t < FRAMES; t++)
            cpu_run(one, x + t * n.input * 3, 1);
        for (int i = 0; i < n.output; i++)
            for (int v = 0; v < 3; v++)
                assert_true(cpu_y(one, i, v) == cpu_y(all, i, v)); /* the same sums */
        cpu_free(one);
        cpu_free(all);
    }
    free(x);
    network_free(&n);
}

/* ---- the team ------------------------------------------------------------------------------- */

enum { ROUNDS = 300, MEMBERS = 4 };

struct tally {
    struct team *team;
    int at[MEMBERS];
    int bad[MEMBERS];
};

/* All see all others' step before anybody goes on to the next. */
static void count(void *with, int member)
{
    struct tally *t = with;
    for (int round = 0; round < ROUNDS; round++) {
        t->at[member]++;
        team_meet(t->team);
        for (int other = 0; other < MEMBERS; other++)
            t->bad[member] += t->at[other] != t->at[member];
        team_meet(t->team);
    }
}

static void test_team(void **state)
{
    (void)state;
    struct error error = {""};
    struct tally t = {.team = team_new(MEMBERS, &error)};
    assert_non_null(t.team);
    for (int call = 1; call <= 3; call++) {
        team_run(t.team, count, &t);
        for (int m = 0; m < MEMBERS; m++) {
            assert_int_equal(t.at[m], call * ROUNDS);
            assert_int_equal(t.bad[m], 0);
        }
    }
    team_free(t.team);
    team_free(NULL);
    assert_true(team_processors() >= 1 && team_processors() <= TEAM_MOST);
}

/* The list begins with the widest, and ends with what every processor runs. */
static void test_list(void **state)
{
    (void)state;
    int lanes = 2 * CPU_GROUP, count = 0;
    for (const struct cpu_kernels *k; (k = cpu_kernels_at(count)) != NULL; count++) {
        assert_true(k->lanes < lanes && CPU_GROUP % k->lanes == 0);
        lanes = k->lanes;
    }
    assert_true(count >= 1);
    assert_int_equal(lanes, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes), cmocka_unit_test(test_empty), cmocka_unit_test(test_gates),
        cmocka_unit_test(test_runs),   cmocka_unit_test(test_team),  cmocka_unit_test(test_list),
        cmocka_unit_test(test_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
