/* SPDX-License-Identifier: Apache-2.0
 * test_import_names.c - layers in files that have no number: lstm.W_ix, output.W. */
#include "tests/unit/model_text.h"

static const char called_output[] = LSTM("lstm.", "3", "4", "2") PROJECTION("lstm.", "4", "2")
    VECTOR("lstm.", "b_f", "4") LINEAR("output.", "2", "5") VECTOR("output.", "b", "5");

/* In the network if it is asked for, else behind it. */
static void linear_called_output(void **state)
{
    (void)state;
    struct model_config model = two(asked(LAYER_LSTM), asked(LAYER_LINEAR));
    struct network n;
    char missing[100];
    read_text(&n, &model, called_output);
    assert_true(n.layer_count == 2 && n.output == 5 && n.after == NULL);
    expect_matrix(&n, "0.Wix", called_output, "lstm.W_ix");
    expect_matrix(&n, "0.Wym", called_output, "lstm.W_ym");
    expect_bias(&n, "0.f", called_output, "lstm.b_f");
    expect_matrix(&n, "1.W", called_output, "output.W");
    expect_bias(&n, "1.y", called_output, "output.b");
    network_free(&n);

    write_text(called_output, "output.b");
    struct error error = {""};
    assert_true(network_read(&n, &model, &error));
    assert_true(network_missing_biases(&n, missing, sizeof missing));
    assert_string_equal(missing, "lstm.b_i, lstm.b_c, lstm.b_o, output.b");
    network_free(&n);

    model = one(asked(LAYER_LSTM));
    read_text(&n, &model, called_output);
    assert_true(n.layer_count == 1 && n.output == 2);
    assert_non_null(n.after);
    expect_matrix(n.after, "W", called_output, "output.W");
    network_free(&n);
}

/* Whatever is before it, if it has no number itself. */
static void output_behind_numbers(void **state)
{
    (void)state;
    static const char stack[] = GRU("0.", "3", "4") RNN("1.", "4", "2") LINEAR("output.", "2", "5"),
                      alone[] = LINEAR("output.", "3", "4"),
                      more[] = RNN("0.", "3", "4") LINEAR("1.", "4", "4")
                          LINEAR("output.", "4", "5"),
                      halves[] = LSTM("lstm.", "3", "4", "4") LSTM("lstm.reverse.", "3", "4", "4")
                          LINEAR("output.", "8", "5");
    struct model_config model = two(asked(LAYER_GRU), asked(LAYER_RNN));
    struct network n;
    model.layers[model.layer_count++] = asked(LAYER_LINEAR);
    read_text(&n, &model, stack);
    assert_true(n.layer_count == 3 && n.after == NULL);
    expect_matrix(&n, "1.Whr", stack, "1.W_hr");
    expect_matrix(&n, "2.W", stack, "output.W");
    network_free(&n);

    model = one(asked(LAYER_LINEAR));
    read_text(&n, &model, alone);
    expect_matrix(&n, "W", alone, "output.W");
    network_free(&n);

    model = two(asked(LAYER_RNN), asked(LAYER_LINEAR));
    read_text(&n, &model, more);
    expect_matrix(&n, "1.W", more, "1.W");
    assert_non_null(n.after);
    expect_matrix(n.after, "W", more, "output.W");
    network_free(&n);

    model = two(asked(LAYER_LSTM), asked(LAYER_LINEAR));
    model.layers[0].direction = DIRECTION_BOTH;
    read_text(&n, &model, halves);
    expect_matrix(&n, "0.reverse.Wix", halves, "lstm.reverse.W_ix");
    expect_matrix(&n, "1.W", halves, "output.W");
    network_free(&n);
}

static void output_refused(void **state)
{
    (void)state;
    static const char numbered[] = LSTM("0.", "3", "4", "4") LINEAR("1.", "4", "5");
    const struct model_config model = two(asked(LAYER_LSTM), asked(LAYER_LINEAR)),
                              linear = one(asked(LAYER_LINEAR)),
                              other = two(asked(LAYER_LSTM), asked(LAYER_RNN));
    refuse_text(&model, called_output, "output.W", "tensor 'output.W' is missing");
    refuse_text(&model, LSTM("lstm.", "3", "4", "4"), NULL, "tensor 'output.W' is missing");
    refuse_text(&model, called_output, "lstm.W_fx", "tensor 'lstm.W_fx' is missing");
    refuse_text(&model, numbered, "1.W", "tensor '1.W' is missing");
    refuse_text(&model, LSTM("lstm.", "3", "4", "4") LINEAR("output.", "4", "5")
                            VECTOR("output.", "bias", "5"), NULL,
                "tensor 'output.bias' is unknown, allowed are output.W, output.b");
    refuse_text(&model, LSTM("lstm.", "3", "4", "4") LINEAR("output.", "3", "5"), NULL,
                "tensor 'output.W' has shape [5, 3], expected [5, 4]");
    refuse_text(&linear, called_output, NULL, "tensor 'lstm.W_ix' has no place in the layers that "
                                              "are asked for");
    refuse_text(&other, called_output, NULL, "tensor '0.W_ix' is missing");
}

/* Asked for or not. */
static void two_ways_refused(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {LSTM("lstm.", "3", "4", "4") GRU("1.", "4", "4"), "tensors 'lstm.W_ix' and '1.W_zx' "},
        {LSTM("lstm.", "3", "4", "4") LINEAR("1.", "4", "5"), "tensors 'lstm.W_ix' and '1.W' "},
        {LSTM("0.", "3", "4", "4") LSTM("lstm.", "3", "4", "4"),
         "tensors 'lstm.W_ix' and '0.W_ix' name layers in two ways, expected lstm.W_ix ... of an "
         "LSTM, alone or with output.W, or a number for each layer"},
    };
    const struct model_config all[] = {nothing(), one(asked(LAYER_LSTM)),
                                       two(asked(LAYER_LSTM), asked(LAYER_LINEAR)),
                                       two(asked(LAYER_LSTM), asked(LAYER_GRU))};
    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t k = 0; k < COUNT(all); k++)
            refuse_text(&all[k], cases[i][0], NULL, cases[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_called_output),
        cmocka_unit_test(output_behind_numbers),
        cmocka_unit_test(output_refused),
        cmocka_unit_test(two_ways_refused),
    };
    return cmocka_run_group_tests_name("import names", tests, make_folder, remove_folder);
}
