/* SPDX-License-Identifier: Apache-2.0
 * test_prune.c - which weights stay, from the definitions in prune.h: counts and magnitudes are counted
 * here weight by weight. */
#include <math.h>

#include "models/program/prune.h"
#include "tests/unit/model_testing.h"

/* How weights are drawn: all different from zero, and some equal to each other. */
enum draw { DRAW_PLAIN, DRAW_TIES, DRAW_ZEROS };

static struct matrix random_matrix(struct random *random, int rows, int cols, enum draw draw)
{
    struct matrix m = matrix_new(rows, cols);
    for (int i = 0; i < rows * cols; i++) {
        float value = (float)random_int(random, 1, draw == DRAW_PLAIN ? 1 << 23 : 9) / 64.0f;
        if (draw == DRAW_ZEROS && random_int(random, 0, 2) == 0)
            value = 0.0f;
        m.at[i] = random_int(random, 0, 1) ? value : -value;
    }
    return m;
}

/* Matrices of odd and of even sizes; vectors are there because network_free() wants them. */
static struct network random_network(struct random *random, enum draw draw, bool projection)
{
    struct network n = {.input = random_int(random, 1, 12),
                        .cell = random_int(random, 1, 70),
                        .output = random_int(random, 1, 40),
                        .projection = projection};
    if (!projection)
        n.output = n.cell;
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        n.wx[gate] = random_matrix(random, n.cell, n.input, draw);
        n.wr[gate] = random_matrix(random, n.cell, n.output, draw);
        n.bias[gate] = allocate((size_t)n.cell, sizeof(float));
    }
    if (projection)
        n.wym = random_matrix(random, n.output, n.cell, draw);
    return n;
}

static struct matrix copy_of(const struct matrix *m)
{
    struct matrix copy = matrix_new(m->rows, m->cols);
    memcpy(copy.at, m->at, (size_t)m->rows * (size_t)m->cols * sizeof *m->at);
    return copy;
}

/* Of the weights of `before` that belong to the group: how many are left, the smallest that is, the
 * largest that is not. */
struct census {
    int weights, zeros, left;
    float least_left, most_gone;
};

/* Every `step`th weight of the row, from column `first` on. */
static void count(struct census *c, const struct matrix *before, const struct matrix *after, int row,
                  int first, int step)
{
    for (int col = first; col < before->cols; col += step) {
        size_t at = (size_t)row * (size_t)before->cols + (size_t)col;
        float was = fabsf(before->at[at]);
        c->weights++;
        c->zeros += was == 0.0f;
        if (after->at[at] != 0.0f) {
            assert_true(after->at[at] == before->at[at]);
            c->left++;
            c->least_left = fminf(c->least_left, was);
        } else {
            c->most_gone = fmaxf(c->most_gone, was);
        }
    }
}

static bool near_half(double value)
{
    return fabs(value - floor(value) - 0.5) < 1e-6;
}

/* The group keeps round(share) weights, or all, and those are the largest. */
static void check(const struct census *c, double share)
{
    int want = (int)floor(share + 0.5);
    int most = c->weights - c->zeros; /* a zero that is kept cannot be told from one that is not */
    bool counts = c->left == (want < most ? want : most) ||
                  (near_half(share) && abs(c->left - want) <= 1 && c->left <= most);
    if (!counts)
        fail_msg("%d of %d weights left, not %g", c->left, c->weights, share);
    if (c->left > 0)
        assert_true(c->least_left >= c->most_gone);
}

/* Row r belongs to the `fold` PEs (r mod owners) * fold and following, where it is row r / owners; each
 * of them has every fold-th column. */
static void check_balanced(const struct matrix *before, const struct matrix *after, double density,
                           int pes, int block_rows, int fold)
{
    int blocks = 1, owners = pes / fold;
    while (blocks * owners * block_rows < before->rows)
        blocks++;
    for (int block = 0; block < blocks; block++) {
        int rows = 0, most = -1;
        for (int row = 0; row < before->rows; row++)
            rows += row / owners / block_rows == block;
        double share = density * rows * before->cols / pes;
        for (int pe = 0; pe < pes; pe++) {
            struct census c = {.least_left = INFINITY};
            for (int row = pe / fold; row < before->rows; row += owners)
                if (row / owners / block_rows == block)
                    count(&c, before, after, row, pe % fold, fold);
            check(&c, share);
            /* Equal counts: only a PE with fewer weights than that keeps fewer. */
            if (c.zeros == 0 && c.weights > share + 0.5) {
                assert_true(most < 0 || most == c.left);
                most = c.left;
            }
        }
    }
}

static void prune_and_check(struct random *random, enum pruning pruning, enum draw draw,
                            double density)
{
    struct network n = random_network(random, draw, random_int(random, 0, 1));
    int pes = random_int(random, 0, 2) ? random_int(random, 1, 9) : random_int(random, 10, 100);
    struct geometry g = {.block_rows = 1 << random_int(random, 1, 6),
                         .gate_fold = 1 << random_int(random, 0, 3),
                         .y_fold = 1 << random_int(random, 0, 3)};
    g.pes = pes *= geometry_fold(&g);
    struct matrix *matrices[2 * GATE_COUNT + 1], before[2 * GATE_COUNT + 1];
    int matrix_count = matrices_of(&n, matrices);
    for (int i = 0; i < matrix_count; i++)
        before[i] = copy_of(matrices[i]);
    prune(&n, pruning, density, &g);
    for (int i = 0; i < matrix_count; i++) {
        struct census all = {.least_left = INFINITY};
        int fold = matrices[i] == &n.wym ? g.y_fold : g.gate_fold;
        for (int row = 0; row < before[i].rows; row++)
            count(&all, &before[i], matrices[i], row, 0, 1);
        if (pruning == PRUNING_BALANCED)
            check_balanced(&before[i], matrices[i], density, pes, g.block_rows, fold);
        else if (pruning == PRUNING_MAGNITUDE)
            check(&all, density * all.weights);
        else
            assert_int_equal(all.left, all.weights - all.zeros);
        if (density == 1.0 && before[i].rows % (pes / fold) == 0 && before[i].cols % fold == 0)
            assert_int_equal(all.left, all.weights - all.zeros);
        free(before[i].at);
    }
    network_free(&n);
}

static void all_kinds(enum pruning pruning)
{
    static const double densities[] = {1.0, 0.999, 0.5, 0.25, 0.1, 0.03, 0.001, 1e-9};
    struct random random;
    random_seed(&random, 7);
    for (size_t d = 0; d < COUNT(densities); d++)
        for (int draw = DRAW_PLAIN; draw <= DRAW_ZEROS; draw++)
            for (int n = 0; n < 12; n++)
                prune_and_check(&random, pruning, (enum draw)draw, densities[d]);
}

static void balanced(void **state)
{
    (void)state;
    all_kinds(PRUNING_BALANCED);
}

static void magnitude(void **state)
{
    (void)state;
    all_kinds(PRUNING_MAGNITUDE);
}

static void none(void **state)
{
    (void)state;
    all_kinds(PRUNING_NONE);
}

/* Three rows over two PEs: PE 0 has rows 0 and 2, PE 1 row 1. */
static void example_by_hand(void **state)
{
    (void)state;
    static const float before[] = {9, -8, 7, 1, -2, 3, 6, 5, -4};
    static const float after[] = {9, -8, 0, 0, -2, 3, 0, 0, 0};
    struct network n = {.input = 3, .cell = 3, .output = 3};
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        n.wx[gate] = matrix_new(3, 3);
        n.wr[gate] = matrix_new(3, 3);
        n.bias[gate] = allocate(3, sizeof(float));
        memcpy(n.wx[gate].at, before, sizeof before);
    }
    struct geometry two = {.pes = 2, .block_rows = 16, .gate_fold = 1, .y_fold = 1};
    prune(&n, PRUNING_BALANCED, 0.45, &two); /* 0.45 * 9 / 2 = 2.025 */
    for (int i = 0; i < 9; i++)
        assert_true(n.wx[GATE_O].at[i] == after[i]);
    network_free(&n);
}

/* Equal magnitudes: the choice must not depend on the library's sort. */
static void ties_repeatable(void **state)
{
    (void)state;
    struct random a, b;
    random_seed(&a, 3);
    random_seed(&b, 3);
    struct network n = random_network(&a, DRAW_TIES, true), m = random_network(&b, DRAW_TIES, true);
    struct geometry three = {.pes = 3, .block_rows = 4, .gate_fold = 1, .y_fold = 1};
    prune(&n, PRUNING_BALANCED, 0.3, &three);
    prune(&m, PRUNING_BALANCED, 0.3, &three);
    assert_memory_equal(n.wym.at, m.wym.at,
                        (size_t)n.wym.rows * (size_t)n.wym.cols * sizeof *n.wym.at);
    network_free(&n);
    network_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(balanced),        cmocka_unit_test(magnitude),
        cmocka_unit_test(none),            cmocka_unit_test(example_by_hand),
        cmocka_unit_test(ties_repeatable),
    };
    return cmocka_run_group_tests_name("prune", tests, NULL, NULL);
}
