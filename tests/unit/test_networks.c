/* SPDX-License-Identifier: Apache-2.0
 * Random networks of one to five layers of all kinds: the golden model against a second executor
 * that walks the program (program_run.h), value by value; the program itself (program_walk.h); and
 * the cycle model, which must not lock up and must come within what its own rules allow.
 *
 * ESE_NETWORKS=N runs N of them instead of 300. */
#include <math.h>

#include "models/network/reference.h"
#include "models/number/golden.h"
#include "models/program/cycles.h"
#include "tests/unit/program_run.h"
#include "tests/unit/program_walk.h"

enum { NETWORKS = 300, FRAMES = 4 };

static int sizes(struct random *random, bool large)
{
    return large ? random_int(random, 40, 150) : random_int(random, 1, 24);
}

static struct layer_config random_layer(struct random *random, enum layer_kind kind, bool large)
{
    struct layer_config l = layer_default(kind);
    const int size = sizes(random, large);
    if (kind == LAYER_LINEAR)
        l.output = size;
    else
        l.cell = size;
    if (kind == LAYER_LSTM && random_int(random, 0, 1))
        l.output = sizes(random, large);
    random_options(random, &l);
    l.density = random_int(random, 0, 3) ? 0.0 : random_int(random, 1, 10) / 10.0;
    return l;
}

/* Network number `n`: every fourth has two row blocks a matrix and more, every fourth is folded;
 * the first layers go through all kinds, and so do the last. */
static struct config network_config(struct random *random, int n)
{
    struct config c = random_config(random);
    const bool large = n % 4 == 0, folded = n % 4 == 1;
    if (folded != (c.fold > FOLD_1)) {
        c.fold = folded ? FOLD_2 : FOLD_1;
        c.elem_lanes = folded ? LANES_AUTO : 1;
        c.pes = folded ? 8 : random_int(random, 1, 8);
    }
    if (large) {
        c.pes = random_int(random, 1, 4), c.index_bits = random_int(random, 2, 3), c.fold = FOLD_1;
        c.elem_lanes = 1;
        c.encoding = ENCODING_BLOCK;
    }
    c.pes = n % 17 == 3 ? 1 : c.pes;
    c.elem_lanes = n % 17 == 3 ? 1 : c.elem_lanes;
    c.fold = n % 17 == 3 ? FOLD_1 : c.fold;
    c.channels = n % 7 == 0 ? 1 : 2;
    c.weight_bits = random_int(random, 8, 12); /* aligning few bits beside many may be refused */
    c.activation_bits = random_int(random, 12, 16);
    c.model.layer_count = random_int(random, 1, 5);
    for (int i = 0; i < c.model.layer_count; i++) {
        const bool last = i == c.model.layer_count - 1;
        const int kind = i == 0 ? n / 3 : last ? n / 12 : random_int(random, 0, 3);
        c.model.layers[i] = random_layer(random, (enum layer_kind)(kind % 4), large);
        if (n % 13 == 5) /* feed-forward alone */
            c.model.layers[i] = random_layer(random, LAYER_LINEAR, large);
    }
    c.model.layers[0].input = sizes(random, false);
    return c;
}

static void compare_vectors(const struct execution *e, const struct golden_state *golden, int t,
                            const char *which)
{
    const struct network *n = &e->p->network;
    for (int v = 1; v < n->vector_count; v++) {
        if (n->vectors[v].value == VALUE_Z)
            continue;
        const int32_t *value = execution_value(e, v);
        for (int i = 0; i < n->vectors[v].size; i++)
            if (value[i] != golden->at[v][i])
                fail_msg("%s: frame %d, %s[%d]: the program gives %d, the golden model %d", which,
                         t, n->vectors[v].name, i, value[i], golden->at[v][i]);
    }
}

/* Both executions and the golden model over some frames of noise, beyond what x holds, too. */
static void compare_values(const struct program *p, struct random *random, const char *which)
{
    struct golden_state golden = golden_start(&p->quant);
    struct execution eager = execution_new(p, false), lazy = execution_new(p, true);
    float *features = allocate((size_t)p->network.input, sizeof *features);
    int32_t *x = allocate((size_t)p->network.input, sizeof *x);
    for (int t = 0; t < FRAMES; t++) {
        for (int i = 0; i < p->network.input; i++)
            features[i] = (float)(random_gauss(random) * (t == 2 ? 20.0 : 1.0));
        quantize_x(&p->quant, features, x, NULL);
        golden_step(&p->quant, &golden, x);
        execution_step(&eager, x);
        execution_step(&lazy, x);
        compare_vectors(&eager, &golden, t, which);
        compare_vectors(&lazy, &golden, t, which);
        execution_next(&eager);
        execution_next(&lazy);
    }
    assert_int_equal(eager.faults + lazy.faults, 0);
    free(features);
    free(x);
    execution_free(&eager);
    execution_free(&lazy);
    golden_end(&golden);
}

/* What the networks had, so that none of it is missing. */
struct seen {
    int built, refused, row_blocks, folded, one_pe, one_channel, feed_forward;
    int first[4], middle[4], last[4]; /* by kind */
};

static void look_at(struct seen *seen, const struct program *p)
{
    const struct network *n = &p->network;
    bool blocks = true, forward = true;
    for (int i = 0; i < n->matrix_count; i++) {
        const struct network_matrix *m = &n->matrices[i];
        blocks = blocks && geometry_blocks(&p->geometry, geometry_fold_of(&p->geometry, n, i),
                                           m->weights.rows) > 1;
        forward = forward && !m->before;
    }
    seen->built++;
    seen->row_blocks += blocks;
    seen->folded += geometry_fold(&p->geometry) > 1;
    seen->one_pe += p->d.pes == 1;
    seen->one_channel += p->d.channels == 1;
    seen->feed_forward += forward;
    seen->first[n->layers[0].as.kind]++;
    seen->last[n->layers[n->layer_count - 1].as.kind]++;
    for (int i = 1; i < n->layer_count - 1; i++)
        seen->middle[n->layers[i].as.kind]++;
}

/* Shares of all, at least. */
static void all_seen(const struct seen *seen, int networks)
{
    assert_true(seen->refused * 20 < networks);
    assert_true(seen->row_blocks * 5 >= networks && seen->folded * 5 >= networks);
    assert_true(seen->one_pe * 25 > networks && seen->one_channel * 10 > networks);
    assert_true(seen->feed_forward * 20 > networks);
    for (int kind = 0; kind < 4; kind++)
        assert_true(seen->first[kind] * 8 > networks && seen->last[kind] * 8 > networks &&
                    seen->middle[kind] * 8 > networks);
}

static void random_networks(void **state)
{
    (void)state;
    const char *asked = getenv("ESE_NETWORKS");
    const int networks = asked != NULL ? atoi(asked) : NETWORKS;
    struct random random;
    struct seen seen = {0};
    random_seed(&random, 20161);
    for (int n = 0; n < networks; n++) {
        struct config c = network_config(&random, n);
        struct program p;
        struct error error;
        char which[400];
        snprintf(which, sizeof which, "network %d (%d layers): %s", n, c.model.layer_count,
                 config_line(&c));
        if (!program_build(&p, &c, &error)) {
            assert_non_null(strstr(error.text, "align")); /* numbers too far apart */
            seen.refused++;
            program_free(&p);
            continue;
        }
        check_all(&p);
        assert_true(p.cycles_per_frame > 0); /* it did not lock up */
        compare_values(&p, &random, which);
        look_at(&seen, &p);
        program_free(&p);
    }
    all_seen(&seen, networks);
}

/* ---- integers against floating point ---------------------------------------------------------- */

/* With many bits, integers are what floating point is: the golden model has the same equations. */
static struct config fine_config(const struct layer_config *layers, int count)
{
    struct config c = plain_config();
    c.weight_bits = 16;
    c.activation_bits = 18;
    c.model.density = 1.0;
    c.model.layer_count = count;
    memcpy(c.model.layers, layers, (size_t)count * sizeof *layers);
    c.model.layers[0].input = 11;
    return c;
}

static struct layer_config small_layer(enum layer_kind kind)
{
    struct layer_config l = layer_default(kind);
    l.cell = kind == LAYER_LINEAR ? 0 : 13;
    l.output = kind == LAYER_LINEAR ? 10 : 0;
    return l;
}

/* Every kind with every option, alone and with a linear layer behind it. */
static int small_layers(struct layer_config list[32])
{
    int count = 0;
    for (int n = 0; n < 12; n++) {
        struct layer_config l = small_layer(LAYER_LSTM);
        l.peephole = n % 2;
        l.output = n / 2 % 2 ? 9 : 0;
        l.projection_bias = l.output > 0;
        l.coupled = (enum coupling)(n / 4);
        l.candidate = n % 5 == 4 ? CANDIDATE_SIGM : CANDIDATE_TANH;
        list[count++] = l;
    }
    for (int n = 0; n < 4; n++) {
        struct layer_config gru = small_layer(LAYER_GRU), rnn = small_layer(LAYER_RNN),
                            linear = small_layer(LAYER_LINEAR);
        gru.reset = n % 2 ? RESET_AFTER : RESET_BEFORE;
        gru.bias = rnn.bias = linear.bias = n < 3;
        rnn.nonlinearity = n % 2 ? NONLINEARITY_TANH : NONLINEARITY_RELU;
        linear.activation = (enum activation)n;
        list[count++] = gru;
        list[count++] = rnn;
        list[count++] = linear;
    }
    return count;
}

static double power_ratio(double signal, double error)
{
    return error > 0.0 ? 10.0 * log10(signal / error) : INFINITY;
}

/* y of an utterance in both models, whatever the directions. */
static void integers_follow(const struct config *c, double least_db)
{
    struct network n;
    struct quantized q;
    struct utterances u;
    struct clip_counts counts = {{0}, {0}};
    network_draw(&n, &c->model);
    utterances_draw(&u, 3, 40, n.input, 7);
    quantized_of(&q, &n, &u, c);
    const struct matrix *features = &u.frames[1];
    const size_t size = (size_t)features->rows * (size_t)n.output;
    double *exact = allocate(size, sizeof *exact), signal = 0.0, error = 0.0;
    int32_t *x = allocate((size_t)features->rows * (size_t)n.input, sizeof *x),
            *y = allocate(size, sizeof *y);
    struct reference *reference = reference_new(&n);
    reference_run(reference, features, NULL, exact);
    for (int t = 0; t < features->rows; t++)
        quantize_x(&q, matrix_row(features, t), x + t * n.input, NULL);
    golden_run(&q, features->rows, x, y, &counts);
    for (size_t i = 0; i < size; i++) {
        const double value = ldexp((double)y[i], -quantized_output(&q)->fraction);
        signal += exact[i] * exact[i];
        error += (value - exact[i]) * (value - exact[i]);
    }
    if (power_ratio(signal, error) < least_db)
        fail_msg("%d layers, the first a %s: y in integers has %.1f dB", c->model.layer_count,
                 layer_kind_name(c->model.layers[0].kind), power_ratio(signal, error));
    reference_free(reference);
    free(exact);
    free(x);
    free(y);
    utterances_free(&u);
    quantized_free(&q);
    network_free(&n);
}

static void integers_against_floats(void **state)
{
    (void)state;
    struct layer_config list[32], stack[3];
    const int count = small_layers(list);
    for (int n = 0; n < count; n++) {
        struct config c = fine_config(&list[n], 1);
        integers_follow(&c, 50.0);
        stack[0] = list[n];
        stack[1] = list[(n + 5) % count];
        stack[2] = small_layer(LAYER_LINEAR);
        c = fine_config(stack, 3);
        integers_follow(&c, 40.0);
        for (int i = 0; i < 2; i++)
            if (stack[i].kind != LAYER_LINEAR)
                stack[i].direction = (n + i) % 2 ? DIRECTION_BOTH : DIRECTION_BACKWARD;
        c = fine_config(stack, 3);
        integers_follow(&c, 40.0);
    }
}

/* ---- lists that are wrong -------------------------------------------------------------------- */

static void swap_products(struct program *p, int one, int other)
{
    const struct product kept = p->products[one];
    p->products[one] = p->products[other];
    p->products[other] = kept;
}

static int product_named(const struct program *p, const char *name)
{
    for (int n = 0; n < p->product_count; n++)
        if (strcmp(p->products[n].name, name) == 0)
            return n;
    fail_msg("no product %s", name);
    return NONE;
}

/* How many values of y of the first frames are not those of the golden model. */
static int wrong_values(const struct program *p)
{
    struct golden_state golden = golden_start(&p->quant);
    struct execution e = execution_new(p, true);
    int32_t *x = allocate((size_t)p->network.input, sizeof *x);
    const int y = network_output(&p->network);
    int wrong = 0;
    for (int t = 0; t < FRAMES; t++) {
        for (int i = 0; i < p->network.input; i++)
            x[i] = 100 * (i + t) - 300;
        golden_step(&p->quant, &golden, x);
        execution_step(&e, x);
        for (int i = 0; i < p->network.output; i++)
            wrong += execution_value(&e, y)[i] != golden.at[y][i];
        execution_next(&e);
    }
    free(x);
    execution_free(&e);
    golden_end(&golden);
    return wrong;
}

/* The pass that keeps Wnr h' of a GRU has one product, which opens and closes its block at once:
 * two passes early it runs into the block of z, without any lock, and both sums are wrong. */
static void a_list_that_runs_wrong(void **state)
{
    (void)state;
    struct config c = plain_config();
    struct program p;
    c.index_bits = 4; /* two blocks */
    c.model.layer_count = 1;
    c.model.layers[0] = layer_default(LAYER_GRU);
    c.model.layers[0].input = 7;
    c.model.layers[0].cell = 9;
    build(&p, &c);
    assert_int_equal(schedule_fault(&p).product, NONE);
    assert_int_equal(wrong_values(&p), 0);
    const int kept = product_named(&p, "Wnr[0]"), z = product_named(&p, "Wzr[0]");
    assert_true(z < kept && p.products[kept].opens && p.products[kept].closes);
    swap_products(&p, z, kept);
    assert_int_equal(schedule_fault(&p).product, z);
    assert_string_equal(schedule_fault(&p).what, "opens a block that is not free");
    assert_true(wrong_values(&p) > 0);
    swap_products(&p, z, kept);
    program_free(&p);
}

/* A projection that is listed before the last of the products that its source waits for. */
static void a_list_that_reads_too_early(void **state)
{
    (void)state;
    struct config c = plain_config();
    struct program p;
    c.model.cell = 7;
    build(&p, &c);
    const int last = p.product_count - 1, before = last - 1;
    assert_string_equal(p.products[last].name, "Wym[0]");
    swap_products(&p, last, before);
    assert_int_equal(schedule_fault(&p).product, before);
    assert_string_equal(schedule_fault(&p).what, "reads what is not written yet");
    swap_products(&p, last, before);
    program_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_against_floats),
        cmocka_unit_test(a_list_that_runs_wrong),
        cmocka_unit_test(a_list_that_reads_too_early),
        cmocka_unit_test(random_networks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
