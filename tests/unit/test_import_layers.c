/* SPDX-License-Identifier: Apache-2.0
 * test_import_layers.c - networks of layers of all kinds from files: what is read, and each thing
 * refused. */
#include "tests/unit/model_text.h"

/* ---- what is read ---------------------------------------------------------------------------- */

/* The only layer may have a number: it is the same LSTM. */
static void numbered_lstm(void **state)
{
    (void)state;
    static const char text[] = LSTM("0.", "3", "4", "2") PROJECTION("0.", "4", "2")
        VECTOR("0.", "b_f", "4") VECTOR("0.", "w_ic", "4") VECTOR("0.", "w_fc", "4")
        VECTOR("0.", "w_oc", "4") LINEAR("output.", "2", "5");
    struct model_config model = nothing();
    struct network n;
    struct lstm lstm;
    char missing[128];
    model.candidate = CANDIDATE_SIGM;
    read_text(&n, &model, text);
    assert_true(lstm_of(&n, &lstm));
    assert_true(lstm.as->input == 3 && lstm.as->cell == 4 && lstm.as->output == 2);
    assert_true(lstm.as->candidate == CANDIDATE_SIGM && lstm.as->peephole && !n.names.lstm);
    expect_matrix(&n, "Wix", text, "0.W_ix");
    expect_matrix(&n, "Wcr", text, "0.W_cr");
    expect_matrix(&n, "Wym", text, "0.W_ym");
    expect_bias(&n, "f", text, "0.b_f");
    expect_numbers(text, "0.w_oc", pass_named(&n, "o")->peep, 4, 1.0f);
    assert_true(n.after != NULL && matrix_named(n.after, "W")->rows == 5);
    assert_true(network_missing_biases(&n, missing, sizeof missing));
    assert_string_equal(missing, "0.b_i, 0.b_c, 0.b_o, output.b");
    network_free(&n);
}

static const char all_kinds[] = LSTM("0.", "3", "5", "4") PROJECTION("0.", "5", "4")
    VECTOR("0.", "b_y", "4") GRU("1.", "4", "2") VECTOR("1.", "c_n", "2") RNN("2.", "2", "6")
    VECTOR("2.", "b_h", "6") LINEAR("3.", "6", "7") VECTOR("3.", "b", "7");

static void expect_all_kinds(const struct network *n)
{
    static const enum layer_kind kinds[] = {LAYER_LSTM, LAYER_GRU, LAYER_RNN, LAYER_LINEAR};
    static const int sizes[][3] = {{3, 5, 4}, {4, 2, 0}, {2, 6, 0}, {6, 0, 7}};
    assert_int_equal(n->layer_count, COUNT(kinds));
    assert_true(n->input == 3 && n->output == 7);
    for (size_t i = 0; i < COUNT(kinds); i++) {
        const struct layer_config *as = &n->layers[i].as;
        assert_int_equal(as->kind, kinds[i]);
        assert_true(as->input == sizes[i][0] && as->cell == sizes[i][1] &&
                    as->output == sizes[i][2]);
        assert_true(as->direction == DIRECTION_FORWARD && as->coupled == COUPLED_NONE);
    }
    expect_matrix(n, "0.Wym", all_kinds, "0.W_ym");
    expect_bias(n, "0.y", all_kinds, "0.b_y");
    expect_matrix(n, "1.Wzx", all_kinds, "1.W_zx");
    expect_matrix(n, "1.Wrr", all_kinds, "1.W_rr");
    expect_matrix(n, "1.Wnr", all_kinds, "1.W_nr");
    expect_bias(n, "1.k", all_kinds, "1.c_n");
    expect_zeros(pass_named(n, "1.n")->bias, 2);
    expect_matrix(n, "2.Whr", all_kinds, "2.W_hr");
    expect_bias(n, "2.h", all_kinds, "2.b_h");
    expect_matrix(n, "3.W", all_kinds, "3.W");
    expect_bias(n, "3.y", all_kinds, "3.b");
}

/* Where nothing is asked for the names say what kinds there are; where all is, they agree. */
static void kinds_by_their_names(void **state)
{
    (void)state;
    struct model_config model = nothing();
    struct network n;
    char missing[128];
    read_text(&n, &model, all_kinds);
    expect_all_kinds(&n);
    assert_true(network_missing_biases(&n, missing, sizeof missing));
    assert_string_equal(missing, "0.b_i, 0.b_f, 0.b_c, 0.b_o, 1.b_z, 1.b_r, 1.b_n");
    network_free(&n);

    model.layer_count = 4;
    model.layers[0] = asked(LAYER_LSTM);
    model.layers[0].input = 3, model.layers[0].cell = 5, model.layers[0].output = 4;
    model.layers[1] = asked(LAYER_GRU);
    model.layers[2] = asked(LAYER_RNN);
    model.layers[2].nonlinearity = NONLINEARITY_RELU;
    model.layers[3] = asked(LAYER_LINEAR);
    model.layers[3].activation = ACTIVATION_TANH;
    read_text(&n, &model, all_kinds);
    expect_all_kinds(&n);
    assert_int_equal(pass_named(&n, "2.h")->function, FUNCTION_RELU);
    assert_int_equal(pass_named(&n, "3.y")->function, FUNCTION_TANH);
    network_free(&n);
}

/* Of a GRU that resets before, Wnr meets r*h' and has no bias of its own. */
static void gru_before(void **state)
{
    (void)state;
    static const char text[] = GRU("0.", "3", "4") VECTOR("0.", "b_n", "4");
    struct layer_config gru = asked(LAYER_GRU);
    struct network n;
    gru.reset = RESET_BEFORE;
    const struct model_config model = one(gru);
    read_text(&n, &model, text);
    expect_matrix(&n, "Wnr", text, "0.W_nr");
    expect_bias(&n, "n", text, "0.b_n");
    assert_int_equal(n.matrices[matrix_number(&n, "Wnr")].source, vector_named(&n, "rh"));
    network_free(&n);
    refuse_text(&model, GRU("0.", "3", "4") VECTOR("0.", "c_n", "4"), NULL,
                "tensor '0.c_n' is unknown, allowed are 0.W_zx");
}

/* i = 1 - f: there is nothing of i. */
static void coupled_input(void **state)
{
    (void)state;
    static const char text[] = LSTM_F_ONLY("0.", "3", "4", "4") LSTM_F_TO_O("0.", "3", "4", "4")
        VECTOR("0.", "b_f", "4") VECTOR("0.", "w_fc", "4") VECTOR("0.", "w_oc", "4");
    struct layer_config lstm = asked(LAYER_LSTM);
    struct network n;
    lstm.coupled = COUPLED_INPUT;
    const struct model_config model = one(lstm);
    read_text(&n, &model, text);
    assert_int_equal(n.matrix_count, 6);
    expect_matrix(&n, "Wfx", text, "0.W_fx");
    expect_matrix(&n, "Wor", text, "0.W_or");
    expect_bias(&n, "f", text, "0.b_f");
    expect_numbers(text, "0.w_fc", pass_named(&n, "f")->peep, 4, 1.0f);
    network_free(&n);
    refuse_text(&model, LSTM("0.", "3", "4", "4"), NULL,
                "tensor '0.W_ix' is unknown, allowed are 0.W_fx, 0.W_cx, 0.W_ox, 0.W_fr, 0.W_cr, "
                "0.W_or, 0.W_ym, ");
    refuse_text(&model, text, "0.w_fc",
                "tensor '0.w_fc' is missing beside '0.w_oc', expected 0.w_fc, 0.w_oc or none of "
                "them");
    refuse_text(&model, text, "0.W_fx", "tensor '0.W_fx' is missing");
}

/* f = 1 - sigm(of i) = sigm(-of i): f has what the file has of i, negated. */
static void coupled_forget(void **state)
{
    (void)state;
    static const char text[] = LSTM_I_ONLY("0.", "3", "4", "4") LSTM_F_TO_O("0.", "3", "4", "4")
        VECTOR("0.", "b_i", "4") VECTOR("0.", "w_ic", "4") VECTOR("0.", "w_oc", "4");
    struct layer_config lstm = asked(LAYER_LSTM);
    struct network n;
    lstm.coupled = COUPLED_FORGET;
    const struct model_config model = one(lstm);
    read_text(&n, &model, text);
    assert_int_equal(n.matrix_count, 6);
    expect_numbers(text, "0.W_ix", matrix_named(&n, "Wfx")->at, 12, -1.0f);
    expect_numbers(text, "0.W_ir", matrix_named(&n, "Wfr")->at, 16, -1.0f);
    expect_numbers(text, "0.b_i", pass_named(&n, "f")->bias, 4, -1.0f);
    expect_numbers(text, "0.w_ic", pass_named(&n, "f")->peep, 4, -1.0f);
    expect_matrix(&n, "Wcx", text, "0.W_cx");
    expect_numbers(text, "0.w_oc", pass_named(&n, "o")->peep, 4, 1.0f);
    network_free(&n);
    refuse_text(&model, LSTM("0.", "3", "4", "4"), NULL,
                "tensor '0.W_fx' is unknown, allowed are 0.W_ix, 0.W_cx, ");
    refuse_text(&model, text, "0.W_ir", "tensor '0.W_ir' is missing");
}

/* ---- both directions ------------------------------------------------------------------------- */

static const char both[] = LSTM("0.", "3", "4", "2") PROJECTION("0.", "4", "2")
    VECTOR("0.", "y_0", "2") LSTM("0.reverse.", "3", "4", "2") PROJECTION("0.reverse.", "4", "2")
    VECTOR("0.reverse.", "b_o", "4") VECTOR("0.reverse.", "y_0", "2")
    VECTOR("0.reverse.", "c_0", "4") LINEAR("1.", "4", "5");

static void expect_both(const struct network *n)
{
    assert_int_equal(n->layer_count, 3);
    assert_int_equal(n->layers[0].as.direction, DIRECTION_FORWARD);
    assert_int_equal(n->layers[1].as.direction, DIRECTION_BACKWARD);
    expect_matrix(n, "0.Wfx", both, "0.W_fx");
    expect_matrix(n, "0.reverse.Wfx", both, "0.reverse.W_fx");
    expect_matrix(n, "0.reverse.Wym", both, "0.reverse.W_ym");
    expect_bias(n, "0.reverse.o", both, "0.reverse.b_o");
    expect_zeros(pass_named(n, "0.o")->bias, 4);
    const struct network_vector *y = &n->vectors[vector_named(n, "0.y")];
    assert_int_equal(y->size, 4);
    expect_numbers(both, "0.y_0", y->initial, 2, 1.0f);
    expect_numbers(both, "0.reverse.y_0", y->initial + 2, 2, 1.0f);
    assert_null(n->vectors[vector_named(n, "0.c")].initial);
    expect_numbers(both, "0.reverse.c_0", n->vectors[vector_named(n, "0.reverse.c")].initial, 4,
                   1.0f);
    expect_matrix(n, "1.W", both, "1.W");
}

static void both_directions(void **state)
{
    (void)state;
    struct layer_config lstm = asked(LAYER_LSTM);
    struct model_config model = nothing();
    struct network n;
    char missing[300];
    read_text(&n, &model, both); /* as the names say */
    expect_both(&n);
    assert_true(network_missing_biases(&n, missing, sizeof missing));
    assert_string_equal(missing, "0.b_i, 0.b_f, 0.b_c, 0.b_o, 0.reverse.b_i, 0.reverse.b_f, "
                                 "0.reverse.b_c, 1.b");
    network_free(&n);
    lstm.direction = DIRECTION_BOTH;
    model = two(lstm, asked(LAYER_LINEAR));
    read_text(&n, &model, both);
    expect_both(&n);
    network_free(&n);

    refuse_text(&model, both, "0.reverse.W_ox", "tensor '0.reverse.W_ox' is missing");
    refuse_text(&model, both, "0.reverse.W_ym", "tensor '0.reverse.W_ym' is missing");
    model.layers[0].direction = DIRECTION_FORWARD;
    refuse_text(&model, both, NULL, "tensor '0.reverse.W_ix' is unknown, allowed are 0.W_ix, ");
}

/* Both directions have the same options. */
static void halves_refused(void **state)
{
    (void)state;
    struct model_config model = nothing();
    const char *const halves[][2] = {
        {LSTM("0.", "3", "4", "4") LSTM("0.reverse.", "3", "4", "4") VECTOR("0.", "w_ic", "4")
             VECTOR("0.", "w_fc", "4") VECTOR("0.", "w_oc", "4"),
         "tensor '0.reverse.w_oc' is missing beside '0.w_oc', expected 0.w_ic, 0.w_fc, 0.w_oc, "
         "0.reverse.w_ic, 0.reverse.w_fc, 0.reverse.w_oc or none of them"},
        {LSTM("0.", "3", "4", "4") LSTM("0.reverse.", "3", "4", "4")
             VECTOR("0.reverse.", "w_ic", "4") VECTOR("0.reverse.", "w_fc", "4")
             VECTOR("0.reverse.", "w_oc", "4"),
         "tensor '0.w_oc' is missing beside '0.reverse.w_oc', expected 0.w_ic"},
        {LSTM("0.", "3", "4", "4") LSTM("0.reverse.", "3", "4", "4")
             PROJECTION("0.reverse.", "4", "4"),
         "tensor '0.reverse.W_ym' has no place in the layers that the other tensors make"},
        {LSTM("0.", "3", "4", "4") LSTM("0.reverse.", "3", "5", "5"),
         "tensor '0.reverse.W_ix' has shape [5, 3], expected [4, 3]"},
        {LSTM("0.", "3", "4", "4") LSTM("0.reverse.", "3", "4", "4")
             VECTOR("0.reverse.", "bi", "4"),
         "tensor '0.reverse.bi' is unknown, allowed are 0.W_ix"},
    };
    for (size_t i = 0; i < COUNT(halves); i++)
        refuse_text(&model, halves[i][0], NULL, halves[i][1]);
}

/* ---- states ---------------------------------------------------------------------------------- */

static void initial_states(void **state)
{
    (void)state;
    static const char text[] = LSTM("0.", "3", "4", "2") PROJECTION("0.", "4", "2")
        VECTOR("0.", "c_0", "4") GRU("1.", "2", "3") VECTOR("1.", "y_0", "3") RNN("2.", "3", "5")
        VECTOR("2.", "y_0", "5");
    const struct model_config model = nothing();
    struct network n;
    read_text(&n, &model, text);
    expect_numbers(text, "0.c_0", n.vectors[vector_named(&n, "0.c")].initial, 4, 1.0f);
    assert_null(n.vectors[vector_named(&n, "0.y")].initial);
    expect_numbers(text, "1.y_0", n.vectors[vector_named(&n, "1.y")].initial, 3, 1.0f);
    expect_numbers(text, "2.y_0", n.vectors[vector_named(&n, "2.y")].initial, 5, 1.0f);
    network_free(&n);

    static const char *const refused[][2] = {
        {LSTM("0.", "3", "4", "4") VECTOR("0.", "c_0", "5"),
         "tensor '0.c_0' has shape [5], expected [4]"},
        {LSTM("0.", "3", "4", "2") PROJECTION("0.", "4", "2") VECTOR("0.", "y_0", "4"),
         "tensor '0.y_0' has shape [4], expected [2]"},
        {LSTM("0.", "3", "4", "4") VECTOR("0.", "m_0", "4"),
         "tensor '0.m_0' is unknown, allowed are 0.W_ix"},
        {GRU("0.", "3", "4") VECTOR("0.", "c_0", "4"), "tensor '0.c_0' is unknown"},
        {RNN("0.", "3", "4") VECTOR("0.", "h_0", "4"),
         "tensor '0.h_0' is unknown, allowed are 0.W_hx, 0.W_hr, 0.b_h, 0.y_0"},
        {LINEAR("0.", "3", "4") VECTOR("0.", "y_0", "4"),
         "tensor '0.y_0' is unknown, allowed are 0.W, 0.b"},
    };
    for (size_t i = 0; i < COUNT(refused); i++)
        refuse_text(&model, refused[i][0], NULL, refused[i][1]);
}

/* ---- what is refused ------------------------------------------------------------------------- */

/* Without a matrix the others make another network, or none. */
static void every_matrix_needed(void **state)
{
    (void)state;
    static const char *const others[][2] = {
        {"0.W_ym", "tensor '0.W_ir' has shape [5, 4], expected [5, 5] without tensor '0.W_ym'"},
        {"2.W_hx", "the tensors '2....' are those of no kind of layer"},
        {"3.W", "the tensors '3....' are those of no kind of layer"},
    };
    const struct model_config model = nothing();
    struct file *file = file_of(all_kinds, NULL);
    for (int i = 0; i < file->count; i++) {
        const struct entry *e = &file->entries[i];
        char missing[100];
        const char *what = missing;
        snprintf(missing, sizeof missing, "tensor '%s' is missing", e->name);
        for (size_t k = 0; k < COUNT(others); k++)
            if (strcmp(e->name, others[k][0]) == 0)
                what = others[k][1];
        if (e->rank == 2)
            refuse_text(&model, all_kinds, e->name, what);
    }
    free(file);
}

/* A row too many; where the rows say how large the layer is, those of another are too few. */
static void every_shape_matters(void **state)
{
    (void)state;
    static const char *const judges[][2] = {
        {"0.W_ix", "0.W_fx"}, {"1.W_zx", "1.W_rx"}, {"2.W_hx", "2.W_hr"}, {"3.W", "3.b"}};
    const struct model_config model = nothing();
    struct file *file = file_of(all_kinds, NULL);
    for (int i = 0; i < file->count; i++) {
        struct entry *e = &file->entries[i];
        const char *wrong = e->name;
        char what[100];
        for (size_t k = 0; k < COUNT(judges); k++)
            if (strcmp(e->name, judges[k][0]) == 0)
                wrong = judges[k][1];
        e->rows++;
        write_entries(file->entries, file->count);
        e->rows--;
        snprintf(what, sizeof what, "tensor '%s' has shape [", wrong);
        refuse(&model, what);
    }
    free(file);
}

static void wrong_names_refused(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {LSTM("0.", "3", "4", "4") VECTOR("0.", "b_z", "4"),
         "tensor '0.b_z' is unknown, allowed are 0.W_ix, 0.W_fx"},
        {GRU("0.", "3", "4") VECTOR("0.", "b_h", "4"),
         "tensor '0.b_h' is unknown, allowed are 0.W_zx, 0.W_rx, 0.W_nx, 0.W_zr, 0.W_rr, 0.W_nr, "
         "0.b_z, 0.b_r, 0.c_n, 0.b_n, 0.y_0"},
        {RNN("0.", "3", "4") VECTOR("0.", "bh", "4"), "tensor '0.bh' is unknown"},
        {LINEAR("0.", "3", "4") VECTOR("0.", "bias", "4"),
         "tensor '0.bias' is unknown, allowed are 0.W, 0.b"},
        {GRU("0.", "3", "4") RNN("0.", "3", "4"), "tensor '0.W_hx' is unknown"},
        {VECTOR("0.", "kernel", "4"),
         "the tensors '0....' are those of no kind of layer, expected 0.W_ix ... of an LSTM, "
         "0.W_zx ... of a GRU, 0.W_hx ... of an RNN or 0.W of a linear layer"},
        {LSTM("0.", "3", "4", "4") VECTOR("0.", "b_y", "4"),
         "tensor '0.b_y' has no place in the layers that the other tensors make"},
        {LSTM("0.", "3", "4", "2") PROJECTION("0.", "4", "2") VECTOR("0.", "b_y", "4"),
         "tensor '0.b_y' has shape [4], expected [2]"},
    };
    const struct model_config model = nothing();
    for (size_t i = 0; i < COUNT(cases); i++)
        refuse_text(&model, cases[i][0], NULL, cases[i][1]);
}

/* What a layer reads is what the one below writes. */
static void sizes_that_do_not_follow(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {GRU("0.", "3", "4") GRU("1.", "5", "4"),
         "tensor '1.W_zx' has shape [4, 5], expected [4, 4]"},
        {LSTM("0.", "3", "4", "2") PROJECTION("0.", "4", "2") LINEAR("1.", "4", "6"),
         "tensor '1.W' has shape [6, 4], expected [6, 2]"},
        {RNN("0.", "3", "4") RNN("0.reverse.", "3", "4") LINEAR("1.", "4", "6"),
         "tensor '1.W' has shape [6, 4], expected [6, 8]"},
        {GRU("0.", "3", "4") LINEAR("output.", "3", "6"),
         "tensor 'output.W' has shape [6, 3], expected [6, 4]"},
        {MATRIX("0.", "W_hx", "16385", "3") MATRIX("0.", "W_hr", "1", "1"),
         "tensor '0.W_hx' has dimension 16385, allowed are 1..16384"},
    };
    const struct model_config model = nothing();
    for (size_t i = 0; i < COUNT(cases); i++)
        refuse_text(&model, cases[i][0], NULL, cases[i][1]);
}

static void sizes_asked_for(void **state)
{
    (void)state;
    static const char lstm[] = LSTM("0.", "3", "4", "2") PROJECTION("0.", "4", "2"),
                      square[] = LSTM("0.", "3", "4", "4"), linear[] = LINEAR("0.", "3", "4");
    static const struct {
        const char *text;
        struct layer_config layer; /* with these sizes */
        const char *what;
    } cases[] = {
        {lstm, {.kind = LAYER_LSTM, .input = 4, .bias = true},
         "tensor '0.W_ix' says that input is 3, 4 is asked for"},
        {lstm, {.kind = LAYER_LSTM, .cell = 3, .bias = true},
         "tensor '0.W_ix' says that cell is 4, 3 is asked for"},
        {lstm, {.kind = LAYER_LSTM, .output = 4, .bias = true},
         "tensor '0.W_ir' says that output is 2, 4 is asked for"},
        {square, {.kind = LAYER_LSTM, .output = 4, .bias = true},
         "tensor '0.W_ym' is missing, output 4 is asked for"},
        {linear, {.kind = LAYER_LINEAR, .output = 3, .bias = true},
         "tensor '0.W' says that output is 4, 3 is asked for"},
        {square, {.kind = LAYER_LSTM, .peephole = true, .bias = true},
         "tensor '0.w_oc' is missing, expected 0.w_ic, 0.w_fc, 0.w_oc"},
        {LINEAR("0.", "3", "4") VECTOR("0.", "b", "4"), {.kind = LAYER_LINEAR},
         "tensor '0.b' is unknown, allowed are 0.W"},
        {square, {.kind = LAYER_GRU, .bias = true},
         "tensor '0.W_ix' is unknown, allowed are 0.W_zx"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct model_config model = one(cases[i].layer);
        refuse_text(&model, cases[i].text, NULL, cases[i].what);
    }
}

/* A network of which a part is left out is another. */
static void other_layers_refused(void **state)
{
    (void)state;
    static const char stack[] = GRU("0.", "3", "4") GRU("1.", "4", "4") GRU("2.", "4", "4");
    struct model_config model = one(asked(LAYER_GRU));
    refuse_text(&model, stack, NULL, "tensor '1.W_zx' has no place in the layers that are asked "
                                     "for");
    model = two(asked(LAYER_GRU), asked(LAYER_GRU));
    refuse_text(&model, stack, NULL, "tensor '2.W_zx' has no place in the layers that are asked "
                                     "for");
    refuse_text(&model, GRU("0.", "3", "4"), NULL, "tensor '1.W_zx' is missing");
    model = nothing();
    refuse_text(&model, GRU("0.", "3", "4") GRU("2.", "4", "4"), NULL,
                "tensor '2.W_zx' has no place in the layers that the other tensors make");
    refuse_text(&model, GRU("0.", "3", "4") GRU("01.", "4", "4"), NULL,
                "tensor '01.W_zx' has no place in");
    refuse_text(&model, GRU("1.", "3", "4"), NULL, "tensor '0.W_ix' is missing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbered_lstm),
        cmocka_unit_test(kinds_by_their_names),
        cmocka_unit_test(gru_before),
        cmocka_unit_test(coupled_input),
        cmocka_unit_test(coupled_forget),
        cmocka_unit_test(both_directions),
        cmocka_unit_test(halves_refused),
        cmocka_unit_test(initial_states),
        cmocka_unit_test(every_matrix_needed),
        cmocka_unit_test(every_shape_matters),
        cmocka_unit_test(wrong_names_refused),
        cmocka_unit_test(sizes_that_do_not_follow),
        cmocka_unit_test(sizes_asked_for),
        cmocka_unit_test(other_layers_refused),
    };
    return cmocka_run_group_tests_name("import layers", tests, make_folder, remove_folder);
}
