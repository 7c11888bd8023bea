/* SPDX-License-Identifier: Apache-2.0
 * test_prune.c - which weights stay, from the definitions in prune.h: counts and magnitudes are
 * counted here weight by weight. */
#include <math.h>

#include "models/program/prune.h"
#include "tests/unit/network_testing.h"

/* How weights are drawn: all different from zero, and some equal to each other. */
enum draw { DRAW_PLAIN, DRAW_TIES, DRAW_ZEROS };

static void draw_matrix(struct random *random, struct matrix *m, enum draw draw)
{
    for (int i = 0; i < m->rows * m->cols; i++) {
        float value = (float)random_int(random, 1, draw == DRAW_PLAIN ? 1 << 23 : 9) / 64.0f;
        if (draw == DRAW_ZEROS && random_int(random, 0, 2) == 0)
            value = 0.0f;
        m->at[i] = random_int(random, 0, 1) ? value : -value;
    }
}

/* Matrices of odd and of even sizes. */
static struct network random_network(struct random *random, enum draw draw, bool projection)
{
    struct network n;
    struct layer_config layer = layer_default(LAYER_LSTM);
    layer.input = random_int(random, 1, 12);
    layer.cell = random_int(random, 1, 70);
    layer.output = random_int(random, 1, 40);
    if (!projection)
        layer.output = 0;
    network_make(&n, &layer, 1);
    for (int i = 0; i < n.matrix_count; i++)
        draw_matrix(random, &n.matrices[i].weights, draw);
    return n;
}

/* Of the weights of `before` that belong to the group: how many are left, the smallest that is, the
 * largest that is not. */
struct census {
    int weights, zeros, left;
    float least_left, most_gone;
};

/* Every `step`th weight of the row, from column `first` on. */
static void count(struct census *c, const struct matrix *before, const struct matrix *after,
                  int row, int first, int step)
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

enum { PES_MOST = 800 };

/* Of sizes[0..pes-1]: how many would be left if each kept so many. */
static int left_of(const int *sizes, int pes, int share)
{
    int left = 0;
    for (int pe = 0; pe < pes; pe++)
        left += sizes[pe] < share ? sizes[pe] : share;
    return left;
}

/* What each keeps: an equal share; where somebody has less than that, the first with which enough are left. */
static double fair_share(const int *sizes, int pes, double wanted)
{
    double share = wanted / pes;
    bool short_of = false;
    for (int pe = 0; pe < pes; pe++)
        short_of = short_of || sizes[pe] < share;
    if (!short_of)
        return share;
    int enough = (int)floor(share + 0.5);
    while (left_of(sizes, pes, enough) < (int)floor(wanted + 0.5))
        enough++;
    return enough;
}

/* Row r belongs to the `fold` PEs (r mod owners) * fold and following, where it is row r / owners;
 * each of them has every fold-th column. */
static void check_balanced(const struct matrix *before, const struct matrix *after, double density,
                           int pes, int block_rows, int fold)
{
    int blocks = 1, owners = pes / fold;
    while (blocks * owners * block_rows < before->rows)
        blocks++;
    assert_true(pes <= PES_MOST);
    for (int block = 0; block < blocks; block++) {
        struct census of[PES_MOST];
        int rows = 0, most = -1, sizes[PES_MOST];
        for (int row = 0; row < before->rows; row++)
            rows += row / owners / block_rows == block;
        for (int pe = 0; pe < pes; pe++) {
            of[pe] = (struct census){.least_left = INFINITY};
            for (int row = pe / fold; row < before->rows; row += owners)
                if (row / owners / block_rows == block)
                    count(&of[pe], before, after, row, pe % fold, fold);
            sizes[pe] = of[pe].weights;
        }
        const double share = fair_share(sizes, pes, density * rows * before->cols);
        for (int pe = 0; pe < pes; pe++) {
            check(&of[pe], share);
            /* Equal counts: only a PE with fewer weights than that keeps fewer. */
            if (of[pe].zeros == 0 && of[pe].weights > share + 0.5) {
                assert_true(most < 0 || most == of[pe].left);
                most = of[pe].left;
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
                         .folds = {1 << random_int(random, 0, 3), 1 << random_int(random, 0, 3)}};
    g.pes = pes *= geometry_fold(&g);
    struct network whole = network_copy(&n);
    prune(&n, &(struct model_config){.pruning = pruning, .density = density}, &g);
    for (int i = 0; i < n.matrix_count; i++) {
        const struct matrix *before = &whole.matrices[i].weights, *after = &n.matrices[i].weights;
        struct census all = {.least_left = INFINITY};
        int fold = g.folds[strcmp(n.matrices[i].name, "Wym") == 0];
        for (int row = 0; row < before->rows; row++)
            count(&all, before, after, row, 0, 1);
        if (pruning == PRUNING_BALANCED)
            check_balanced(before, after, density, pes, g.block_rows, fold);
        else if (pruning == PRUNING_MAGNITUDE)
            check(&all, density * all.weights);
        else
            assert_int_equal(all.left, all.weights - all.zeros);
        if (density == 1.0)
            assert_int_equal(all.left, all.weights - all.zeros);
    }
    network_free(&whole);
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

static void balance(struct network *n, double density, const struct geometry *g)
{
    prune(n, &(struct model_config){.pruning = PRUNING_BALANCED, .density = density}, g);
}

/* Three rows over two PEs: PE 0 has rows 0 and 2, PE 1 row 1. */
static void example_by_hand(void **state)
{
    (void)state;
    static const float before[] = {9, -8, 7, 1, -2, 3, 6, 5, -4};
    static const float after[] = {9, -8, 0, 0, -2, 3, 0, 0, 0};
    struct network n = empty_network(3, 3);
    struct matrix *wox = matrix_named(&n, "Wox");
    memcpy(wox->at, before, sizeof before);
    struct geometry two = {.pes = 2, .block_rows = 16, .folds = {1, 1}};
    balance(&n, 0.45, &two); /* 0.45 * 9 / 2 = 2.025 */
    for (int i = 0; i < 9; i++)
        assert_true(wox->at[i] == after[i]);
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
    struct geometry three = {.pes = 3, .block_rows = 4, .folds = {1, 1}};
    balance(&n, 0.3, &three);
    balance(&m, 0.3, &three);
    for (int i = 0; i < n.matrix_count; i++) {
        const struct matrix *one = &n.matrices[i].weights, *other = &m.matrices[i].weights;
        assert_memory_equal(one->at, other->at,
                            (size_t)one->rows * (size_t)one->cols * sizeof *one->at);
    }
    network_free(&n);
    network_free(&m);
}

/* A matrix of a layer, such a matrix of any layer, a layer, the model: the first that says it; and on the way there
 * so much more. */
static void matrices_apart(void **state)
{
    (void)state;
    struct model_config model = {.pruning = PRUNING_BALANCED, .density = 0.25, .layer_count = 2,
                                 .densities = {.Wzr = 0.5, .Wnx = 0.125}};
    static const double first[] = {0.25, 0.25, 0.125, 0.5, 0.25, 0.25}; /* Wzx Wrx Wnx Wzr Wrr Wnr */
    static const double second[] = {0.75, 0.75, 1.0, 0.5, 0.75, 0.375};
    const struct geometry g = {.pes = 8, .block_rows = 4, .folds = {1, 1, 1, 1}};
    struct random random;
    struct network n;
    random_seed(&random, 6);
    for (int i = 0; i < 2; i++) {
        model.layers[i] = layer_default(LAYER_GRU);
        model.layers[i].cell = 32;
    }
    model.layers[0].input = 24;
    model.layers[1].density = 0.75;
    model.layers[1].densities.Wnx = 1.0;
    model.layers[1].densities.Wnr = 0.375;
    network_make(&n, model.layers, model.layer_count);
    assert_int_equal(n.matrix_count, 12);
    for (int i = 0; i < n.matrix_count; i++)
        draw_matrix(&random, &n.matrices[i].weights, DRAW_PLAIN);
    struct network whole = network_copy(&n), partly = network_copy(&n);
    prune(&n, &model, &g);
    prune_partly(&partly, &model, &g, 0.5);
    for (int i = 0; i < n.matrix_count; i++) {
        const double density = i < 6 ? first[i] : second[i - 6];
        check_balanced(&whole.matrices[i].weights, &n.matrices[i].weights, density, g.pes, g.block_rows, 1);
        check_balanced(&whole.matrices[i].weights, &partly.matrices[i].weights, (1.0 + density) / 2.0, g.pes,
                       g.block_rows, 1);
    }
    network_free(&whole);
    network_free(&partly);
    network_free(&n);
}

/* A layer's own density, and its own folds. */
static void layers_apart(void **state)
{
    (void)state;
    struct model_config model = {.pruning = PRUNING_BALANCED, .density = 0.25, .layer_count = 3};
    struct random random;
    struct network n;
    const struct geometry g = {.pes = 8, .block_rows = 4, .folds = {1, 4, 2}};
    random_seed(&random, 5);
    model.layers[0] = layer_default(LAYER_RNN);
    model.layers[0].input = 24, model.layers[0].cell = 40;
    model.layers[1] = layer_default(LAYER_GRU);
    model.layers[1].cell = 20, model.layers[1].density = 0.5;
    model.layers[2] = layer_default(LAYER_LINEAR);
    model.layers[2].output = 17;
    network_make(&n, model.layers, model.layer_count);
    for (int i = 0; i < n.matrix_count; i++)
        draw_matrix(&random, &n.matrices[i].weights, DRAW_PLAIN);
    struct network whole = network_copy(&n);
    prune(&n, &model, &g);
    for (int i = 0; i < n.matrix_count; i++) {
        const int layer = n.matrices[i].name[0] - '0';
        check_balanced(&whole.matrices[i].weights, &n.matrices[i].weights,
                       layer == 1 ? 0.5 : 0.25, g.pes, g.block_rows, g.folds[layer]);
    }
    network_free(&whole);
    network_free(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(balanced),        cmocka_unit_test(magnitude),
        cmocka_unit_test(none),            cmocka_unit_test(example_by_hand),
        cmocka_unit_test(ties_repeatable), cmocka_unit_test(matrices_apart), cmocka_unit_test(layers_apart),
    };
    return cmocka_run_group_tests_name("prune", tests, NULL, NULL);
}
