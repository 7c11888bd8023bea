/* SPDX-License-Identifier: Apache-2.0
 * test_golden_kinds.c - the integer model of every kind of layer, of stacks of them, and of layers
 * that go backward, against the integers once more in doubles (plain_golden.h), bit for bit; and
 * with as many bits as there are against floating point. */
#include "models/network/reference.h"
#include "tests/unit/plain_golden.h"

enum { FRAMES = 15 };

/* ---- networks -------------------------------------------------------------------------------- */

/* A layer of the kind with the options that are the bits of `options`. */
static struct layer_config layer_of(enum layer_kind kind, int options, struct random *random)
{
    struct layer_config l = layer_default(kind);
    l.input = random_int(random, 1, 12); /* of the first layer */
    l.cell = kind != LAYER_LINEAR ? random_int(random, 1, 12) : 0;
    l.bias = random_int(random, 0, 5) > 0;
    switch (kind) {
    case LAYER_LSTM:
        l.coupled = (enum coupling)(options % 3);
        l.output = options & 4 ? random_int(random, 1, 12) : 0;
        l.projection_bias = l.output > 0 && (options & 8);
        l.peephole = options & 16;
        l.candidate = options & 32 ? CANDIDATE_SIGM : CANDIDATE_TANH;
        break;
    case LAYER_GRU:
        l.reset = options & 1 ? RESET_BEFORE : RESET_AFTER;
        break;
    case LAYER_RNN:
        l.nonlinearity = options & 1 ? NONLINEARITY_RELU : NONLINEARITY_TANH;
        break;
    case LAYER_LINEAR:
        l.output = random_int(random, 1, 12);
        l.activation = (enum activation)(options % 4);
        break;
    }
    return l;
}

/* A state to begin with: some of it is beyond the formats, and must be clipped. */
static void draw_initial(struct random *random, struct network *n)
{
    for (int v = 0; v < n->vector_count; v++) {
        struct network_vector *vector = &n->vectors[v];
        if (!vector->kept)
            continue;
        vector->initial = allocate((size_t)vector->size, sizeof *vector->initial);
        for (int i = 0; i < vector->size; i++)
            vector->initial[i] = (float)(1.5 * random_gauss(random));
    }
}

/* A range is asked for where there is what it is of: gates have one format all. */
static void drop_ranges(struct range_keys *ranges, const struct network *n)
{
    const bool m = network_first(n, VALUE_M) != NONE;
    ranges->y = m || network_first(n, VALUE_Y) != NONE ? ranges->y : 0.0;
    ranges->m = m ? ranges->m : 0.0;
    ranges->c = network_first(n, VALUE_C) != NONE ? ranges->c : 0.0;
    ranges->kept = network_first(n, VALUE_KEPT) != NONE ? ranges->kept : 0.0;
}

static struct model model_new(const struct config *asked, bool initial, struct random *random)
{
    struct config own = *asked;
    const struct config *config = &own;
    struct model m;
    network_draw(&m.network, &config->model);
    drop_ranges(&own.model.ranges, &m.network);
    if (initial)
        draw_initial(random, &m.network);
    utterances_draw(&m.utterances, 2, 20, m.network.input, config->model.seed);
    quantized_of(&m.quant, &m.network, &m.utterances, config);
    return m;
}

/* Wide tables take time.  `tight`: formats that do not hold what comes. */
static struct config config_of(struct random *random, bool tight)
{
    struct config c = plain_config();
    c.weight_bits = random_int(random, 4, 16);
    c.activation_bits = random_int(random, 8, 12);
    c.activation_table = random_int(random, 0, 3) ? TABLE_INTERPOLATED : TABLE_PAPER;
    c.model.seed = random_next(random) >> 1;
    if (tight) {
        c.model.ranges.y = 0.25;
        c.model.ranges.m = 0.5;
        c.model.ranges.c = c.model.ranges.kept = 0.5;
    }
    return c;
}

/* ---- against doubles ------------------------------------------------------------------------- */

/* How many values of each kind were clipped. */
static void count_clipped(int64_t clipped[VALUE_COUNT], const struct network *n,
                          const struct clip_counts *counts)
{
    for (int v = 0; v < n->vector_count; v++) {
        assert_true(counts->clipped[v] <= counts->values[v]);
        clipped[n->vectors[v].value] += counts->clipped[v];
    }
}

static void compare_model(struct config *c, struct random *random, bool initial,
                          int64_t clipped[VALUE_COUNT])
{
    struct clip_counts counts = {0};
    struct model m = model_new(c, initial, random);
    compare_integers(&m.quant, random, FRAMES, &counts);
    count_clipped(clipped, &m.network, &counts);
    model_free(&m);
}

/* Every kind by itself, with every option. */
static void kinds_agree(void **state)
{
    (void)state;
    static const int options[] = {
        [LAYER_LSTM] = 64, [LAYER_GRU] = 2, [LAYER_RNN] = 2, [LAYER_LINEAR] = 4};
    int64_t clipped[VALUE_COUNT] = {0};
    struct random random;
    random_seed(&random, 43);
    for (int kind = LAYER_LSTM; kind <= LAYER_LINEAR; kind++)
        for (int n = 0; n < 64; n++) {
            struct config c = config_of(&random, n / options[kind] % 2 || n % 5 == 0);
            c.model.layer_count = 1;
            c.model.layers[0] = layer_of((enum layer_kind)kind, n % options[kind], &random);
            compare_model(&c, &random, n % 3 == 0, clipped);
        }
    assert_true(clipped[VALUE_Y] > 0 && clipped[VALUE_C] > 0 && clipped[VALUE_M] > 0 &&
                clipped[VALUE_KEPT] > 0 && clipped[VALUE_Z] > 0);
}

static void draw_layers(struct random *random, struct model_config *model, int count)
{
    model->layer_count = count;
    for (int i = 0; i < count; i++) {
        model->layers[i] = layer_of((enum layer_kind)random_int(random, LAYER_LSTM, LAYER_LINEAR),
                                    random_int(random, 0, 63), random);
        if (i > 0)
            model->layers[i].input = 0;
    }
}

/* One above the other: each reads what the one below wrote in this frame. */
static void stacks_agree(void **state)
{
    (void)state;
    int64_t clipped[VALUE_COUNT] = {0};
    struct random random;
    random_seed(&random, 47);
    for (int n = 0; n < 80; n++) {
        struct config c = config_of(&random, n % 4 == 0);
        draw_layers(&random, &c.model, 2 + n % 3);
        compare_model(&c, &random, n % 3 == 0, clipped);
    }
}

/* A run over an utterance and its frames one by one clip as often. */
static void runs_are_steps(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 59);
    for (int n = 0; n < 20; n++) {
        struct config c = config_of(&random, true);
        struct clip_counts run = {0};
        draw_layers(&random, &c.model, 1 + n % 3);
        struct model m = model_new(&c, n % 2 == 0, &random);
        const int input = m.network.input, output = m.network.output;
        int32_t *x = allocate((size_t)(FRAMES * input), sizeof *x),
                *y = allocate((size_t)(FRAMES * output), sizeof *y);
        for (int t = 0; t < FRAMES; t++)
            draw_input(&random, &m.quant, x + t * input);
        golden_run(&m.quant, FRAMES, x, y, &run);
        struct golden_state golden = golden_start(&m.quant);
        for (int t = 0; t < FRAMES; t++) {
            golden_step(&m.quant, &golden, x + t * input);
            assert_memory_equal(golden_y(&golden), y + t * output, (size_t)output * sizeof *y);
        }
        assert_memory_equal(&golden.counts, &run, sizeof run);
        golden_end(&golden);
        free(x);
        free(y);
        model_free(&m);
    }
}

/* ---- whole utterances ------------------------------------------------------------------------ */

/* A layer from its first frame to its last one, or the other way round: [frames][of its vector]. */
static void run_layer(const struct quantized *q, const struct layer *layer, int frames,
                      double *const *values)
{
    const int from = q->shape.vectors[layer->reads].size,
              to = q->shape.vectors[layer->writes].size;
    struct plain p = plain_start(q, layer);
    for (int i = 0; i < frames; i++) {
        const int t = layer->as.direction == DIRECTION_BACKWARD ? frames - 1 - i : i;
        plain_step(&p, values[layer->reads] + t * from);
        memcpy(values[layer->writes] + t * to + layer->first, p.y,
               (size_t)plain_size(layer) * sizeof *p.y);
    }
    plain_end(&p);
}

static void compare_run(const struct quantized *q, struct random *random)
{
    const struct network *n = &q->shape;
    int32_t *x = allocate((size_t)FRAMES * (size_t)n->input, sizeof *x),
            *y = allocate((size_t)FRAMES * (size_t)n->output, sizeof *y);
    double **values = allocate((size_t)n->vector_count, sizeof *values);
    struct clip_counts counts = {0};
    for (int v = 0; v < n->vector_count; v++)
        values[v] = allocate((size_t)FRAMES * (size_t)n->vectors[v].size, sizeof **values);
    for (int t = 0; t < FRAMES; t++)
        draw_input(random, q, x + t * n->input);
    for (int i = 0; i < FRAMES * n->input; i++)
        values[0][i] = x[i];
    for (int layer = 0; layer < n->layer_count; layer++)
        run_layer(q, &n->layers[layer], FRAMES, values);
    golden_run(q, FRAMES, x, y, &counts);
    assert_same(y, values[n->layers[n->layer_count - 1].writes], FRAMES * n->output);
    for (int v = 0; v < n->vector_count; v++)
        free(values[v]);
    free(values);
    free(x);
    free(y);
}

static void directions_agree(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 53);
    for (int n = 0; n < 80; n++) {
        struct config c = config_of(&random, n % 4 == 0);
        draw_layers(&random, &c.model, 1 + n % 3);
        for (int i = 0; i < c.model.layer_count; i++)
            if (c.model.layers[i].kind != LAYER_LINEAR)
                c.model.layers[i].direction = (enum direction)random_int(
                    &random, DIRECTION_FORWARD, DIRECTION_BOTH);
        struct model m = model_new(&c, n % 3 == 0, &random);
        compare_run(&m.quant, &random);
        model_free(&m);
    }
}

/* ---- against floating point ------------------------------------------------------------------ */

/* Signal to noise of y in dB, of an utterance. */
static double snr_of_run(const struct model *m, const struct matrix *x)
{
    const size_t frames = (size_t)x->rows, output = (size_t)m->network.output;
    struct reference *reference = reference_new(&m->network);
    double *exact = allocate(frames * output, sizeof *exact), signal = 0.0, noise = 0.0;
    int32_t *integers = allocate(frames * (size_t)x->cols, sizeof *integers),
            *y = allocate(frames * output, sizeof *y);
    struct clip_counts counts = {0};
    for (int t = 0; t < x->rows; t++)
        quantize_x(&m->quant, matrix_row(x, t), integers + t * x->cols, NULL);
    reference_run(reference, x, NULL, exact);
    golden_run(&m->quant, x->rows, integers, y, &counts);
    for (size_t i = 0; i < frames * output; i++) {
        const double error = exact[i] - ldexp(y[i], -quantized_output(&m->quant)->fraction);
        signal += exact[i] * exact[i];
        noise += error * error;
    }
    free(exact);
    free(integers);
    free(y);
    reference_free(reference);
    return 10.0 * log10(signal / noise);
}

/* With 16 bits all are near what was trained, in every direction. */
static void near_floating_point(void **state)
{
    (void)state;
    static const int options[] = {
        [LAYER_LSTM] = 64, [LAYER_GRU] = 2, [LAYER_RNN] = 2, [LAYER_LINEAR] = 4};
    struct random random;
    double worst = INFINITY;
    random_seed(&random, 59);
    for (int kind = LAYER_LSTM; kind <= LAYER_LINEAR; kind++)
        for (int n = 0; n < options[kind]; n++) {
            struct config c = plain_config();
            c.weight_bits = 16;
            c.model.seed = (uint64_t)n;
            c.model.layer_count = 1;
            c.model.layers[0] = layer_of((enum layer_kind)kind, n, &random);
            if (kind != LAYER_LINEAR)
                c.model.layers[0].direction = (enum direction)(n % 3);
            struct model m = model_new(&c, false, &random);
            const double snr = snr_of_run(&m, &m.utterances.frames[1]);
            worst = fmin(worst, snr);
            if (snr < 50.0)
                fail_msg("%s %d: %.1f dB", layer_kind_name((enum layer_kind)kind), n, snr);
            model_free(&m);
        }
    print_message("worst of them: signal to noise %.1f dB\n", worst);
}

/* A matrix of zeros says nothing of how large a sum is: neither does one that looks back. */
static void zeros_bound_nothing(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 61);
    for (int kind = LAYER_RNN; kind <= LAYER_LINEAR; kind++) {
        struct config c = plain_config();
        struct model m;
        c.model.layer_count = 1;
        c.model.layers[0] = layer_of((enum layer_kind)kind, 1, &random); /* relu */
        c.model.layers[0].bias = true;
        network_draw(&m.network, &c.model);
        utterances_draw(&m.utterances, 2, 20, m.network.input, 1);
        struct matrix *last = &m.network.matrices[m.network.matrix_count - 1].weights;
        memset(last->at, 0, (size_t)last->rows * (size_t)last->cols * sizeof *last->at);
        for (int row = 0; row < m.network.passes[0].rows; row++)
            m.network.passes[0].bias[row] = 3.0f;
        quantized_of(&m.quant, &m.network, &m.utterances, &c);
        assert_true(quantized_output(&m.quant)->format.limit > 3.0);
        assert_true(snr_of_run(&m, &m.utterances.frames[1]) > 50.0);
        model_free(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_agree),
        cmocka_unit_test(stacks_agree),
        cmocka_unit_test(runs_are_steps),
        cmocka_unit_test(directions_agree),
        cmocka_unit_test(near_floating_point),
        cmocka_unit_test(zeros_bound_nothing),
    };
    return cmocka_run_group_tests_name("golden kinds", tests, NULL, NULL);
}
