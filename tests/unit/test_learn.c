/* SPDX-License-Identifier: Apache-2.0
 * A small network learns from a dense one: it does better than one that was pruned at once, its mask is that of
 * prune(), the same task gives the same weights, and one that was interrupted goes on as if it had not been. */
#include <math.h>
#include <unistd.h>

#include "models/learn/learn.h"
#include "models/program/prune.h"
#include "tests/unit/learn_testing.h"

enum { UTTERANCES = 24, FRAMES = 50 };

struct school {
    struct model_config model;
    struct network dense;
    struct geometry geometry;
    struct utterances recordings;
    struct learn_material material, held_out;
    struct learn_loss loss;
    struct learn_task task;
};

static struct layer_config layer_of(enum layer_kind kind, int size, enum direction direction)
{
    struct layer_config l = layer_default(kind);
    if (kind == LAYER_LINEAR)
        l.output = size;
    else
        l.cell = size;
    l.direction = direction;
    return l;
}

/* An LSTM or GRU of 16 and a linear layer of 6 classes, 8 inputs, on 2 PEs. */
static void found_school(struct school *s, enum layer_kind kind, enum direction direction, double density)
{
    struct config config = plain_config();
    *s = (struct school){.model = config.model};
    s->model.layer_count = 2;
    s->model.layers[0] = layer_of(kind, 16, direction);
    s->model.layers[0].input = 8;
    s->model.layers[1] = layer_of(LAYER_LINEAR, 6, DIRECTION_FORWARD);
    s->model.layers[1].density = 1.0;
    s->model.density = density;
    config.model = s->model;
    config.pes = 2;
    network_draw(&s->dense, &s->model);
    s->geometry = geometry_make(&config, &s->dense, folds_all(1));
    utterances_draw(&s->recordings, UTTERANCES, FRAMES, 8, 3);
    for (int n = 0; n < UTTERANCES; n++) {
        s->recordings.frames[n].rows -= n % 7; /* others than whole chunks */
        learn_material_add(n % 6 == 0 ? &s->held_out : &s->material, &s->recordings.frames[n]);
    }
    learn_material_close(&s->material);
    learn_material_close(&s->held_out);
    s->loss = (struct learn_loss){.output = 6, .classes = 6, .of_classes = 1.0f, .of_y = 1.0f,
                                  .mean_square = 1.0f};
    s->task = (struct learn_task){.dense = &s->dense, .model = &s->model, .geometry = &s->geometry,
                                  .material = &s->material, .held_out = &s->held_out, .loss = &s->loss,
                                  .frames = 60000, .threads = 2, .seed = 5, .rate = 8e-3f};
}

static void close_school(struct school *s)
{
    learn_material_free(&s->material);
    learn_material_free(&s->held_out);
    utterances_free(&s->recordings);
    network_free(&s->dense);
}

static struct network learnt_by(const struct school *s, const struct learn_watch *watch)
{
    static const struct learn_watch nobody = {NULL, NULL, NULL};
    struct error error;
    struct network n = network_copy(&s->dense);
    if (!learn(&s->task, watch != NULL ? watch : &nobody, &n, &error))
        fail_msg("%s", error.text);
    return n;
}

static double loss_of(const struct school *s, const struct network *n)
{
    struct error error = {""};
    const struct learn_sums sums = learn_compare(&s->task, n, &s->held_out, &error);
    assert_string_equal(error.text, "");
    assert_true(sums.frames == s->held_out.frames);
    return learn_sums_loss(&sums);
}

/* Pruning it again takes nothing more. */
static void check_mask(const struct school *s, const struct network *n)
{
    struct network again = network_copy(n);
    prune(&again, &s->model, &s->geometry);
    assert_true(network_same_matrices(n, &again));
    network_free(&again);
}

static void test_better(void **state)
{
    static const struct {
        enum layer_kind kind;
        enum direction direction;
    } all[] = {{LAYER_LSTM, DIRECTION_FORWARD}, {LAYER_GRU, DIRECTION_BOTH}, {LAYER_RNN, DIRECTION_BACKWARD}};
    (void)state;
    for (size_t i = 0; i < COUNT(all); i++) {
        struct school s;
        found_school(&s, all[i].kind, all[i].direction, 0.25);
        struct network at_once = network_copy(&s.dense);
        prune(&at_once, &s.model, &s.geometry);
        struct network n = learnt_by(&s, NULL);
        const double before = loss_of(&s, &at_once), after = loss_of(&s, &n);
        if (after > 0.7 * before || fabs(loss_of(&s, &s.dense)) > 1e-6)
            fail_msg("kind %d: a loss of %.4f after one of %.4f", (int)all[i].kind, after, before);
        check_mask(&s, &n);
        network_free(&n);
        network_free(&at_once);
        close_school(&s);
    }
}

static int nonzeros_of(const struct network *n, const char *key)
{
    int count = 0;
    for (int m = 0; m < n->matrix_count; m++)
        for (int i = 0; i < n->matrices[m].weights.rows * n->matrices[m].weights.cols; i++)
            count += strcmp(n->matrices[m].key, key) == 0 && n->matrices[m].weights.at[i] != 0.0f;
    return count;
}

/* Matrices that are asked to be denser or sparser than the rest learn to be so. */
static void test_densities(void **state)
{
    struct school s;
    (void)state;
    found_school(&s, LAYER_LSTM, DIRECTION_FORWARD, 0.25);
    s.model.densities.Wix = 0.125;
    s.model.densities.Wor = 0.75;
    s.task.frames = 6000;
    struct network n = learnt_by(&s, NULL);
    check_mask(&s, &n);
    assert_int_equal(nonzeros_of(&n, "Wix"), 16 * 8 / 8);
    assert_int_equal(nonzeros_of(&n, "Wor"), 16 * 16 * 3 / 4);
    assert_int_equal(nonzeros_of(&n, "Wir"), 16 * 16 / 4);
    assert_int_equal(nonzeros_of(&n, "W"), 6 * 16);
    network_free(&n);
    close_school(&s);
}

static void test_same(void **state)
{
    struct school s;
    (void)state;
    found_school(&s, LAYER_LSTM, DIRECTION_FORWARD, 0.3);
    s.task.frames = 20000;
    struct network a = learnt_by(&s, NULL), b = learnt_by(&s, NULL);
    assert_true(network_same_matrices(&a, &b));
    s.task.seed++;
    struct network c = learnt_by(&s, NULL);
    assert_false(network_same_matrices(&a, &c));
    network_free(&a);
    network_free(&b);
    network_free(&c);
    close_school(&s);
}

struct stopping {
    int reports;
    bool stop;
};

static void count_report(void *context, const struct learn_report *report)
{
    struct stopping *s = context;
    (void)report;
    s->stop = ++s->reports == 7;
}

static bool is_enough(void *context)
{
    return ((struct stopping *)context)->stop;
}

static void test_resumed(void **state)
{
    char path[] = "/tmp/ese-learn-XXXXXX";
    struct stopping stopping = {0};
    const struct learn_watch watch = {count_report, is_enough, &stopping};
    struct school s;
    (void)state;
    assert_true(mkdtemp(path) != NULL);
    struct text checkpoint = {0};
    text_appendf(&checkpoint, "%s/c", path);
    found_school(&s, LAYER_LSTM, DIRECTION_FORWARD, 0.3);
    s.task.frames = 20000;
    s.task.augment = true;
    struct network whole = learnt_by(&s, NULL);
    s.task.checkpoint = text_string(&checkpoint);
    struct network part = learnt_by(&s, &watch);
    assert_false(network_same_matrices(&whole, &part));
    check_mask(&s, &part);
    struct network rest = learnt_by(&s, NULL);
    assert_true(network_same_matrices(&whole, &rest));
    network_free(&whole);
    network_free(&part);
    network_free(&rest);
    close_school(&s);
    assert_int_equal(rmdir(path), 0); /* nothing of it is left */
    text_free(&checkpoint);
}

int main(void)
{
    if (!blas_for_threads()) {
        fprintf(stderr, "no OpenBLAS for threads\n");
        return 1;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_better), cmocka_unit_test(test_densities), cmocka_unit_test(test_same),
                                       cmocka_unit_test(test_resumed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
