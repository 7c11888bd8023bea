/* SPDX-License-Identifier: Apache-2.0
 * test_widths.c - formats and widths at their limits: what must fit, and what is refused. */
#include <math.h>

#include "models/number/output_error.h"
#include "tests/unit/layers_testing.h"

static bool quantizes(struct quantized *q, const struct network *n, const struct config *c,
                      struct error *error)
{
    struct utterances drawn;
    utterances_draw(&drawn, 2, 20, n->input, 3);
    struct calibrator *calibrator = calibrator_new(n, &drawn, &c->model);
    const bool good = quantize(q, n, calibrator, c, error);
    calibrator_free(calibrator);
    utterances_free(&drawn);
    return good;
}

static struct quantized quantized_alone(const struct network *n)
{
    const struct config c = plain_config();
    struct error error = {""};
    struct quantized q;
    if (!quantizes(&q, n, &c, &error))
        fail_msg("%s", error.text);
    return q;
}

static void refused(const struct network *n, const struct config *c, const char *said)
{
    struct error error = {""};
    struct quantized q;
    if (quantizes(&q, n, c, &error) || strstr(error.text, said) == NULL)
        fail_msg("'%s' is not '%s'", error.text, said);
    quantized_free(&q);
}

static void taken(const struct network *n, const struct config *c)
{
    struct error error = {""};
    struct quantized q;
    if (!quantizes(&q, n, c, &error))
        fail_msg("%s", error.text);
    quantized_free(&q);
}

/* A network of one layer of as many inputs and outputs, all of whose weights are 0. */
static struct network of_zeros(struct layer_config layer, int size)
{
    struct network n;
    layer.input = size;
    *(layer.kind == LAYER_LINEAR ? &layer.output : &layer.cell) = size;
    network_make(&n, &layer, 1);
    return n;
}

/* What only zeros multiply has the bound of its bias, and of what it begins with. */
static void bound_of_zeros(void **state)
{
    (void)state;
    static float initial[] = {0.0f, -21.0f};
    struct layer_config layers[] = {layer_default(LAYER_LINEAR), layer_default(LAYER_RNN)};
    layers[0].input = 3;
    layers[0].output = layers[1].cell = 2;
    layers[1].nonlinearity = NONLINEARITY_RELU;
    for (int first = 0; first < 2; first++) {
        struct network n;
        layers[first].input = 3;
        network_make(&n, layers + first, 2 - first);
        const int y = network_output(&n);
        pass_named(&n, first ? "h" : "0.y")->bias[1] = 5.0f;
        pass_named(&n, first ? "h" : "1.h")->bias[0] = first ? 5.0f : 2.5f;
        struct quantized q = quantized_alone(&n);
        assert_int_equal(q.vectors[y].fraction, first ? 12 : 13); /* 2^15 / 2^12 = 8 */
        assert_true(q.vectors[y].format.clipped == 0.0);
        if (!first)
            assert_int_equal(q.vectors[vector_named(&n, "0.y")].fraction, 12);
        quantized_free(&q);
        n.vectors[y].initial = initial;
        q = quantized_alone(&n);
        assert_int_equal(q.vectors[y].fraction, 10); /* 2^15 / 2^10 = 32 */
        quantized_free(&q);
        n.vectors[y].initial = NULL;
        network_free(&n);
    }
}

/* A cell that an utterance begins with, of which y shows what is left. */
static void cell_to_begin_with(void **state)
{
    (void)state;
    static float initial[] = {40.0f, 0.0f};
    struct layer_config layer = layer_default(LAYER_LSTM);
    struct network n;
    layer.input = layer.cell = 2;
    network_make(&n, &layer, 1);
    const int c = vector_named(&n, "c");
    pass_named(&n, "f")->bias[0] = -2.0f; /* a frame later it is far below */
    n.vectors[c].initial = initial;
    struct quantized q = quantized_alone(&n);
    assert_true(q.vectors[c].format.largest == 40.0);
    assert_true(q.vectors[c].format.limit > 40.0);
    quantized_free(&q);
    n.vectors[c].initial = NULL;
    network_free(&n);
}

/* Products, bias and what a peephole brings are each as large as the others: their sum takes two
 * bits more than any of them. */
static void sum_of_three(void **state)
{
    (void)state;
    struct layer_config layer = layer_default(LAYER_LSTM);
    struct network n;
    layer.peephole = true;
    layer.input = 64;
    layer.cell = 1;
    network_make(&n, &layer, 1);
    for (int i = 0; i < 64; i++)
        matrix_named(&n, "Wox")->at[i] = 0.99f;
    struct network_pass *o = pass_named(&n, "o");
    struct quantized q = quantized_alone(&n);
    const double each = 64 * 0.99 * ldexp(1.0, 15 - q.vectors[0].fraction);
    o->bias[0] = (float)each;
    o->peep[0] = (float)ldexp(each, q.vectors[vector_named(&n, "c")].fraction - 15);
    quantized_free(&q);
    q = quantized_alone(&n);
    const struct quant_pass *pass = &q.passes[pass_number(&n, "o")];
    assert_int_equal(q.bias_bits, 1 + (int)ceil(log2(ldexp(each, pass->sum))));
    assert_int_equal(q.sum_bits, 1 + (int)ceil(log2(ldexp(3.0 * each, pass->sum))));
    assert_int_equal(q.sum_bits, q.bias_bits + 2);
    quantized_free(&q);
    network_free(&n);
}

/* A network that leaves floating point is refused, whatever it leaves it for. */
static void beyond_floating_point(void **state)
{
    (void)state;
    struct layer_config layer = layer_default(LAYER_RNN);
    struct config c = plain_config();
    struct utterances drawn;
    layer.nonlinearity = NONLINEARITY_RELU;
    layer.input = layer.cell = 2;
    utterances_draw(&drawn, 1, 30, 2, 3);
    for (int n = 0; n < 3; n++) {
        static const float factors[] = {1e2f, 1e10f, 1e20f}; /* of a frame; of 30: fits, inf, nan */
        struct network network;
        struct quantized q;
        struct error error = {""};
        network_make(&network, &layer, 1);
        pass_named(&network, "h")->bias[0] = 1.0f;
        matrix_named(&network, "Whr")->at[0] = factors[n];
        matrix_named(&network, "Whr")->at[2] = n == 2 ? -factors[n] : 0.0f;
        matrix_named(&network, "Whr")->at[3] = n == 2 ? factors[n] : 0.0f;
        struct calibrator *calibrator = calibrator_new(&network, &drawn, &c.model);
        const bool good = quantize(&q, &network, calibrator, &c, &error);
        assert_int_equal(good, n == 0);
        if (!good)
            assert_non_null(strstr(error.text, "model: y grows beyond 1e+100 in floating point"));
        quantized_free(&q);
        calibrator_free(calibrator);
        network_free(&network);
    }
    utterances_free(&drawn);
}

static void sums_beyond_floating_point(void **state)
{
    (void)state;
    static const double beyond[] = {1e200, (double)INFINITY, (double)NAN};
    for (size_t n = 0; n < COUNT(beyond); n++) {
        struct error_sums sums = {0};
        error_sums_add(&sums, 1.0, 1.0);
        error_sums_add(&sums, beyond[n], 2.0);
        const struct output_error e = error_of_sums(&sums);
        assert_true(e.snr_db == -(double)INFINITY && e.max_error > 1e100 && e.correlation == 0.0);
    }
}

/* Both directions, layer upon layer: each matrix is looked at once, not for every way to it. */
static void bounds_of_many_directions(void **state)
{
    (void)state;
    struct layer_config layers[LAYERS_MOST];
    struct network n;
    for (int layer = 0; layer < LAYERS_MOST; layer++) {
        layers[layer] = layer_default(LAYER_RNN);
        layers[layer].input = layers[layer].cell = 1;
        layers[layer].nonlinearity = NONLINEARITY_RELU;
        layers[layer].direction = DIRECTION_BOTH;
    }
    network_make(&n, layers, LAYERS_MOST);
    struct quantized q = quantized_alone(&n);
    quantized_free(&q);
    network_free(&n);
}

/* So does what r multiplies, where nothing else is as large. */
static void sum_of_what_is_kept(void **state)
{
    (void)state;
    struct network n = of_zeros(layer_default(LAYER_GRU), 2);
    pass_named(&n, "k")->bias[1] = 30.0f;
    struct quantized q = quantized_alone(&n);
    const int pass = pass_number(&n, "n");
    const int least = 30 + quantized_product_shift(&q, pass) + 2; /* 2^30 itself, and a sign */
    assert_true(q.sum_bits >= least);
    quantized_free(&q);
    pass_named(&n, "k")->bias[1] = 5e4f; /* no format is coarser than 1 ... */
    pass_named(&n, "r")->bias[1] = -11.0f; /* ... though all of it counts */
    q = quantized_alone(&n);
    assert_int_equal(quantized_vector(&q, VALUE_KEPT)->fraction, 0);
    quantized_free(&q);
    network_free(&n);
}

/* Products, bias and what r multiplies, each nearly as large as the last. */
static void sum_with_what_is_kept(void **state)
{
    (void)state;
    struct network n = of_zeros(layer_default(LAYER_GRU), 16);
    struct config c = plain_config();
    struct error error = {""};
    struct quantized q;
    const double each = 0.9 * 32.0; /* 32: where kept ends */
    c.model.formats.x = 13;         /* 4: where x ends */
    c.model.formats.kept = 10;
    for (int i = 0; i < 16; i++)
        matrix_named(&n, "Wnx")->at[i] = (float)(each / (16 * 4.0));
    pass_named(&n, "n")->bias[0] = (float)each;
    assert_true(quantizes(&q, &n, &c, &error));
    const int sum = q.passes[pass_number(&n, "n")].sum;
    assert_int_equal(q.bias_bits, 1 + (int)ceil(log2(ldexp(each, sum))));
    assert_int_equal(q.sum_bits, 1 + (int)ceil(log2(ldexp(2.0 * each + 32.0, sum))));
    assert_int_equal(q.sum_bits, q.bias_bits + 2);
    quantized_free(&q);
    network_free(&n);
}

/* 48 bits and no more; a bias that large would be cut. */
static void accumulators_end(void **state)
{
    (void)state;
    struct network n = of_zeros(layer_default(LAYER_LINEAR), 2);
    struct config c = plain_config();
    c.model.formats.y = 40; /* the sum has two more */
    pass_named(&n, "y")->bias[0] = 15.0f; /* below 2^46, and one more for the sum */
    taken(&n, &c);
    pass_named(&n, "y")->bias[0] = 17.0f;
    refused(&n, &c, "the accumulators would need 49 bits, at most 48 are possible");
    pass_named(&n, "y")->bias[0] = -1e9f;
    refused(&n, &c, "the accumulators would need 50 bits, at most 48 are possible");
    network_free(&n);
}

static void peepholes_end(void **state)
{
    (void)state;
    struct layer_config layer = layer_default(LAYER_LSTM);
    const struct config c = plain_config();
    layer.peephole = true;
    struct network n = of_zeros(layer, 2);
    struct quantized q = quantized_alone(&n);
    const int fraction = q.passes[pass_number(&n, "o")].sum -
                         q.vectors[vector_named(&n, "c")].fraction;
    quantized_free(&q);
    pass_named(&n, "o")->peep[1] = (float)ldexp(0.9, 26 - fraction);
    taken(&n, &c);
    pass_named(&n, "o")->peep[1] = (float)ldexp(1.1, 26 - fraction);
    refused(&n, &c, "the peephole weights would need 28 bits, at most 27 are possible");
    network_free(&n);
}

/* A shifted weight has the 27 bits of a multiplier. */
static void shifts_end(void **state)
{
    (void)state;
    struct network n = of_zeros(layer_default(LAYER_LINEAR), 2);
    struct config c = plain_config();
    matrix_named(&n, "W")->at[0] = 0.9f; /* 11 fraction bits */
    c.model.formats.x = 12;
    c.model.formats.y = 36;
    taken(&n, &c);
    c.model.formats.y = 37;
    refused(&n, &c, "aligning them takes a shift of 16 bits, 15 are possible");
    network_free(&n);
}

/* What looks back at itself has no bound, though what it reads has one. */
static void bound_of_feedback(void **state)
{
    (void)state;
    struct layer_config layers[] = {layer_default(LAYER_RNN), layer_default(LAYER_RNN)};
    struct network n;
    layers[0].input = layers[0].cell = layers[1].cell = 1;
    layers[1].nonlinearity = NONLINEARITY_RELU;
    network_make(&n, layers, 2);
    pass_named(&n, "0.h")->bias[0] = 3.0f;
    matrix_named(&n, "1.Whx")->at[0] = 1.0f;
    matrix_named(&n, "1.Whr")->at[0] = 0.9f;
    struct quantized q = quantized_alone(&n);
    const struct value_format *y = &q.vectors[network_output(&n)].format;
    assert_true(y->largest > 5.0 && y->clipped == 0.0);
    quantized_free(&q);
    network_free(&n);
}

/* A gate times a tanh stays below 1, whatever the margin. */
static void bound_of_m(void **state)
{
    (void)state;
    struct network n = of_zeros(layer_default(LAYER_LSTM), 2);
    static const char *const wide_open[] = {"i", "f", "g", "o"};
    for (size_t i = 0; i < COUNT(wide_open); i++)
        pass_named(&n, wide_open[i])->bias[0] = 10.0f;
    struct quantized q = quantized_alone(&n);
    const struct quant_vector *m = quantized_vector(&q, VALUE_M);
    assert_true(m->format.largest > 0.99);
    assert_int_equal(m->fraction, 15);
    quantized_free(&q);
    network_free(&n);
}

/* A range that was asked for clips c: what that costs y is told. */
static void cost_of_clipping(void **state)
{
    (void)state;
    struct config c = plain_config();
    struct program p;
    build(&p, &c);
    assert_true(quantized_vector(&p.quant, VALUE_C)->format.clip_snr_db > 20.0);
    program_free(&p);
    c.model.ranges.c = 0.0625;
    build(&p, &c);
    assert_true(quantized_vector(&p.quant, VALUE_C)->format.clip_snr_db < 20.0);
    program_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bound_of_zeros),
        cmocka_unit_test(cell_to_begin_with),
        cmocka_unit_test(sum_of_three),
        cmocka_unit_test(beyond_floating_point),
        cmocka_unit_test(sums_beyond_floating_point),
        cmocka_unit_test(bounds_of_many_directions),
        cmocka_unit_test(sum_of_what_is_kept),
        cmocka_unit_test(sum_with_what_is_kept),
        cmocka_unit_test(accumulators_end),
        cmocka_unit_test(peepholes_end),
        cmocka_unit_test(shifts_end),
        cmocka_unit_test(bound_of_feedback),
        cmocka_unit_test(bound_of_m),
        cmocka_unit_test(cost_of_clipping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
