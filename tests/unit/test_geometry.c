/* SPDX-License-Identifier: Apache-2.0
 * test_geometry.c - which PE owns which weight, and which matrices are folded, from geometry.h. */
#include "models/program/geometry.h"
#include "tests/unit/model_testing.h"

/* Groups of passes of one LSTM. */
enum { GATES, PROJECTION };

static struct network network_of(int input, int cell, int output, bool projection)
{
    struct model_config model = plain_config().model;
    model.input = input;
    model.cell = cell;
    model.output = projection ? output : cell;
    model.projection = projection;
    struct network n;
    network_draw(&n, &model);
    return n;
}

/* Every PE has the same number of places in a full block, none twice, all within its rows. */
static void places_shared_out(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 11);
    for (int n = 0; n < 200; n++) {
        int fold = 1 << random_int(&random, 0, 3);
        struct geometry g = {.pes = fold * random_int(&random, 1, 9),
                             .block_rows = 1 << random_int(&random, 1, 4)};
        int cols = fold * random_int(&random, 1, 3), span = geometry_span(&g, fold);
        assert_int_equal(span * fold, g.pes * g.block_rows);
        assert_int_equal(geometry_blocks(&g, fold, span), 1);
        assert_int_equal(geometry_blocks(&g, fold, span + 1), 2);
        size_t places = (size_t)g.pes * (size_t)g.block_rows * (size_t)(cols / fold);
        int *taken = allocate(places, sizeof *taken);
        int first = span * random_int(&random, 0, 2);
        for (int row = first; row < first + span; row++)
            for (int col = 0; col < cols; col++) {
                int pe = geometry_pe(&g, fold, row, col), at = geometry_row(&g, fold, row);
                assert_true(pe >= 0 && pe < g.pes && at >= 0 && at < g.block_rows);
                /* neighbours share a row, and each has its own columns */
                assert_int_equal(pe / fold, geometry_pe(&g, fold, row, 0) / fold);
                assert_int_equal(pe % fold, col % fold);
                taken[(pe * g.block_rows + at) * (cols / fold) + col / fold]++;
            }
        for (size_t i = 0; i < places; i++)
            assert_int_equal(taken[i], 1);
        free(taken);
    }
}

static void expect(int pes, int lanes, int asked, int fold)
{
    struct config c = plain_config();
    c.pes = pes;
    c.elem_lanes = lanes;
    c.index_bits = 4;
    struct network n = network_of(16, 128, 64, true);
    const struct geometry g = geometry_make(&c, &n, folds_all(asked));
    if (g.folds[GATES] != fold || g.folds[PROJECTION] != fold)
        fail_msg("%d PEs, %d lanes, fold at most %d: %d and %d, not %d", pes, lanes, asked,
                 g.folds[GATES], g.folds[PROJECTION], fold);
    assert_int_equal(geometry_fold(&g), fold);
    network_free(&n);
}

static void folds_allowed(void **state)
{
    (void)state;
    expect(4, LANES_AUTO, 4, 2);
    expect(16, LANES_AUTO, 8, 4);
    expect(64, LANES_AUTO, 8, 8);
    expect(64, LANES_AUTO, 2, 2); /* no more than asked for */
    expect(64, LANES_AUTO, 1, 1);
    expect(16, 4, 8, 4);
    expect(16, 2, 8, 2);          /* a word holds two elements */
    expect(16, 1, 8, 1);
    expect(15, LANES_AUTO, 8, 1); /* 15 PEs do not pair */
    expect(24, LANES_AUTO, 8, 2); /* 24 is no multiple of 4 x 4 */
    expect(12, 3, 8, 1);          /* two elements of a broadcast: not in one word */
    expect(24, 6, 8, 2);          /* four: not in one */
    expect(16, 16, 8, 1);         /* a step takes all PEs: no sharing */
}

/* Nobody says how dense a model from a file is; its zeros are counted. */
static void zeros_counted(void **state)
{
    (void)state;
    struct config c = plain_config();
    c.pes = 8;
    c.model.pruning = PRUNING_NONE;
    const struct geometry chip = {
        .pes = 8, .block_rows = 16, .index_bits = 4, .folds = {2, 1}};
    struct network n = network_of(16, 128, 64, true);
    struct geometry g = geometry_choose_for(&chip, 2, &c, &n);
    assert_int_equal(g.folds[PROJECTION], 1);
    struct matrix *wym = matrix_named(&n, "Wym");
    for (int i = 0; i < wym->rows * wym->cols; i++)
        if (i % 10 != 0)
            wym->at[i] = 0.0f;
    g = geometry_choose_for(&chip, 2, &c, &n);
    assert_int_equal(g.folds[PROJECTION], 2);
    assert_int_equal(g.folds[GATES], 2);
    network_free(&n);
}

/* Another model of a chip is folded as the chip, however dense it is and however many rows it
 * has. */
static void other_models(void **state)
{
    (void)state;
    struct config c = plain_config();
    c.pes = 16;
    c.elem_lanes = 4;
    struct geometry chip = {
        .pes = 16, .block_rows = 16, .index_bits = 4, .folds = {2, 4}};
    static const struct { int cell, output; double density; int gates, y; } models[] = {
        {128, 64, 1.0, 2, 4},  /* as the chip */
        {64, 64, 0.1, 4, 4},   /* fewer rows: further, but no further than the chip can */
        {64, 64, 1.0, 2, 4},
        {256, 128, 0.1, 2, 4}, /* more rows */
        {20, 3, 0.1, 4, 4},
    };
    for (size_t i = 0; i < COUNT(models); i++) {
        c.model.density = models[i].density;
        struct network n = network_of(16, models[i].cell, models[i].output, true);
        struct geometry g = geometry_choose_for(&chip, 4, &c, &n);
        assert_int_equal(g.folds[GATES], models[i].gates);
        assert_int_equal(g.folds[PROJECTION], models[i].y);
        network_free(&n);
    }
}

/* An LSTM with projection, a GRU whose Wnr has to wait for all of r, and a linear layer. */
static struct network stack(void)
{
    struct layer_config layers[] = {layer_default(LAYER_LSTM), layer_default(LAYER_GRU),
                                    layer_default(LAYER_LINEAR)};
    struct network n;
    layers[0].input = 16, layers[0].cell = 32, layers[0].output = 8;
    layers[1].cell = 16, layers[1].reset = RESET_BEFORE;
    layers[2].output = 100;
    network_make(&n, layers, COUNT(layers));
    return n;
}

/* Passes that run together are folded together, whatever layer is beside them. */
static void groups_of_layers(void **state)
{
    (void)state;
    static const struct {
        const char *matrix;
        int group;
    } groups[] = {{"0.Wix", 0}, {"0.Wor", 0}, {"0.Wym", 1}, {"1.Wrx", 2}, {"1.Wrr", 2},
                  {"1.Wzx", 3}, {"1.Wnx", 3}, {"1.Wnr", 3}, {"2.W", 4}};
    struct config c = plain_config();
    struct network n = stack();
    struct folds asked = folds_all(1);
    asked.of[1] = 4, asked.of[3] = 2, asked.of[4] = 8;
    c.pes = 64;
    c.elem_lanes = LANES_AUTO;
    struct geometry g = geometry_make(&c, &n, asked);
    assert_int_equal(n.group_count, 5);
    for (size_t i = 0; i < COUNT(groups); i++)
        assert_int_equal(geometry_fold_of(&g, &n, matrix_number(&n, groups[i].matrix)),
                         asked.of[groups[i].group]);
    assert_int_equal(geometry_fold(&g), 8);

    c.encoding = ENCODING_RELATIVE; /* blocks that hold the longest: 100 rows of 5 PEs */
    c.pes = 5;
    assert_int_equal(geometry_make(&c, &n, folds_all(1)).block_rows, 32);
    network_free(&n);
}

/* What the chip has folded stays so, and the rest is folded further where that saves time. */
static void groups_of_other_models(void **state)
{
    (void)state;
    struct config c = plain_config();
    struct network n = stack();
    const struct geometry chip = {
        .pes = 64, .block_rows = 16, .index_bits = 4, .folds = {1, 4, 1, 2, 1}};
    c.model.density = 0.02;
    const struct geometry sparse = geometry_choose_for(&chip, LANES_AUTO, &c, &n);
    for (int group = 0; group < n.group_count; group++)
        assert_int_equal(sparse.folds[group], 4);
    n.layers[2].as.density = 1.0;
    const struct geometry dense = geometry_choose_for(&chip, LANES_AUTO, &c, &n);
    assert_int_equal(dense.folds[0], 4);
    assert_int_equal(dense.folds[4], 1);
    network_free(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_shared_out),
        cmocka_unit_test(folds_allowed),
        cmocka_unit_test(zeros_counted),
        cmocka_unit_test(other_models),
        cmocka_unit_test(groups_of_layers),
        cmocka_unit_test(groups_of_other_models),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
