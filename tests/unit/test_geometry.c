/* SPDX-License-Identifier: Apache-2.0
 * test_geometry.c - which PE owns which weight, and which matrices are folded, from geometry.h. */
#include "models/program/geometry.h"
#include "tests/unit/model_testing.h"

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

static void expect(int pes, int lanes, enum fold fold, double density, int gates, int y)
{
    struct config c = plain_config();
    c.pes = pes;
    c.elem_lanes = lanes;
    c.fold = fold;
    c.index_bits = 4;
    c.model.density = density;
    struct network n = network_of(16, 128, 64, true);
    struct geometry g = geometry_choose(&c, &n);
    if (g.gate_fold != gates || g.y_fold != y)
        fail_msg("%d PEs, %d lanes, fold at most %d, density %g: %d and %d, not %d and %d", pes, lanes,
                 geometry_fold_asked(&c), density, g.gate_fold, g.y_fold, gates, y);
    assert_int_equal(geometry_fold(&g), gates > y ? gates : y);
    network_free(&n);
}

/* c has 128 elements, y 64. */
static void folds_chosen(void **state)
{
    (void)state;
    expect(4, LANES_AUTO, FOLD_AUTO, 0.1, 1, 1);  /* 16 rows of Wym a PE: no room for more */
    expect(8, LANES_AUTO, FOLD_AUTO, 0.1, 1, 2);  /* 8 rows, 0.8 entries a column */
    expect(8, LANES_AUTO, FOLD_AUTO, 0.2, 1, 1);  /* 1.6 entries a column: nothing to gain */
    expect(16, LANES_AUTO, FOLD_AUTO, 0.1, 2, 4); /* 8 and 4 rows */
    expect(16, 4, FOLD_AUTO, 0.1, 2, 4);
    expect(16, 2, FOLD_AUTO, 0.1, 2, 2);          /* a word holds two elements */
    expect(16, 1, FOLD_AUTO, 0.1, 1, 1);
    expect(15, LANES_AUTO, FOLD_AUTO, 0.1, 1, 1); /* 15 PEs do not pair */
    expect(24, LANES_AUTO, FOLD_AUTO, 0.1, 2, 2); /* 24 is no multiple of 4 x 4 */
    expect(12, 3, FOLD_AUTO, 0.1, 1, 1);          /* two elements of a broadcast: not in one word */
    expect(24, 6, FOLD_AUTO, 0.1, 2, 2);          /* four: not in one */
    expect(24, 6, FOLD_2, 1.0, 2, 2);
    expect(64, LANES_AUTO, FOLD_AUTO, 0.1, 8, 8);
    expect(16, LANES_AUTO, FOLD_1, 0.1, 1, 1);
    expect(16, LANES_AUTO, FOLD_2, 0.1, 2, 2);    /* no more than asked for */
    expect(16, LANES_AUTO, FOLD_4, 1.0, 2, 4);    /* asked for: wherever the rows leave room */
    expect(16, 8, FOLD_2, 1.0, 2, 2);
    expect(16, 16, FOLD_AUTO, 0.1, 1, 1);         /* a step takes all PEs: no sharing */
}

/* Nobody says how dense a model from a file is; its zeros are counted. */
static void zeros_counted(void **state)
{
    (void)state;
    struct config c = plain_config();
    c.pes = 8;
    c.elem_lanes = LANES_AUTO;
    c.index_bits = 4;
    c.model.pruning = PRUNING_NONE;
    struct network n = network_of(16, 128, 64, true);
    struct geometry g = geometry_choose(&c, &n);
    assert_int_equal(g.y_fold, 1);
    for (int i = 0; i < n.wym.rows * n.wym.cols; i++)
        if (i % 10 != 0)
            n.wym.at[i] = 0.0f;
    g = geometry_choose(&c, &n);
    assert_int_equal(g.y_fold, 2);
    assert_int_equal(g.gate_fold, 1);
    network_free(&n);
}

/* Another model of a chip is folded as the chip, where its rows allow it, however dense it is. */
static void other_models(void **state)
{
    (void)state;
    struct config c = plain_config();
    c.pes = 16;
    c.elem_lanes = 4;
    struct geometry chip = {.pes = 16, .block_rows = 16, .index_bits = 4, .gate_fold = 2, .y_fold = 4};
    static const struct { int cell, output; double density; int gates, y; } models[] = {
        {128, 64, 1.0, 2, 4},  /* as the chip */
        {64, 64, 0.1, 4, 4},   /* fewer rows: further, but no further than the chip can */
        {64, 64, 1.0, 2, 4},
        {256, 128, 0.1, 1, 2}, /* more rows */
        {20, 3, 0.1, 4, 4},
    };
    for (size_t i = 0; i < COUNT(models); i++) {
        c.model.density = models[i].density;
        struct network n = network_of(16, models[i].cell, models[i].output, true);
        struct geometry g = geometry_choose_for(&chip, 4, &c, &n);
        assert_int_equal(g.gate_fold, models[i].gates);
        assert_int_equal(g.y_fold, models[i].y);
        network_free(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_shared_out),
        cmocka_unit_test(folds_chosen),
        cmocka_unit_test(zeros_counted),
        cmocka_unit_test(other_models),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
