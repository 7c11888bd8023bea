/* SPDX-License-Identifier: Apache-2.0
 * A small network learns from a dense one: it does better than one that was pruned at once, its
 * mask is that of prune(), the same task gives the same weights, and one that was interrupted goes
 * on as if it had not been.  One utterance is learnt by heart; a time becomes a number of frames;
 * labels are counted and nothing more; y is
 * taught of many recordings as of each. */
#include <math.h>
#include <unistd.h>

#include "models/learn/learn.h"
#include "models/network/labels.h"
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
static void found_school(struct school *s, enum layer_kind kind, enum direction direction,
                         double density)
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
    s->task = (struct learn_task){.dense = &s->dense,
                                  .model = &s->model,
                                  .geometry = &s->geometry,
                                  .material = &s->material,
                                  .held_out = &s->held_out,
                                  .loss = &s->loss,
                                  .frames = 60000,
                                  .threads = 2,
                                  .seed = 5,
                                  .rate = 8e-3f};
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
    static const struct learn_watch nobody = {NULL, NULL, NULL, NULL};
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
    } all[] = {{LAYER_LSTM, DIRECTION_FORWARD},
               {LAYER_GRU, DIRECTION_BOTH},
               {LAYER_RNN, DIRECTION_BACKWARD}};
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

/* Half of the weights are far more than what an utterance asks for. */
static void test_by_heart(void **state)
{
    static const enum layer_kind kinds[] = {LAYER_LSTM, LAYER_GRU, LAYER_RNN};
    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct school s;
        found_school(&s, kinds[i], DIRECTION_BOTH, 0.5);
        learn_material_free(&s.material);
        learn_material_free(&s.held_out);
        learn_material_add(&s.material, &s.recordings.frames[0]);
        learn_material_add(&s.held_out, &s.recordings.frames[0]);
        learn_material_close(&s.material);
        learn_material_close(&s.held_out);
        s.task.frames = 150000;
        struct network at_once = network_copy(&s.dense);
        prune(&at_once, &s.model, &s.geometry);
        struct network n = learnt_by(&s, NULL);
        const double before = loss_of(&s, &at_once), after = loss_of(&s, &n);
        if (after > 1e-3 * before)
            fail_msg("kind %d: a loss of %.3g after one of %.3g", (int)kinds[i], after, before);
        check_mask(&s, &n);
        network_free(&n);
        network_free(&at_once);
        close_school(&s);
    }
}

/* Gradients are added in another order, and differ in their last bits. */
static void test_threads(void **state)
{
    struct school s;
    (void)state;
    found_school(&s, LAYER_LSTM, DIRECTION_FORWARD, 0.3);
    s.task.frames = 30000;
    struct network two = learnt_by(&s, NULL);
    s.task.threads = 1;
    struct network one = learnt_by(&s, NULL);
    s.task.threads = 5;
    struct network five = learnt_by(&s, NULL);
    const double loss = loss_of(&s, &two);
    assert_true(fabs(loss_of(&s, &one) - loss) < 0.1 * loss &&
                fabs(loss_of(&s, &five) - loss) < 0.1 * loss);
    check_mask(&s, &five);
    network_free(&one);
    network_free(&two);
    network_free(&five);
    close_school(&s);
}

/* The number of frames that a time becomes says all about what is learnt in it. */
static void test_seconds(void **state)
{
    struct school s;
    struct learn_outcome timed, counted;
    (void)state;
    found_school(&s, LAYER_LSTM, DIRECTION_FORWARD, 0.3);
    s.task.frames = 0;
    s.task.seconds = 0.5;
    s.task.outcome = &timed;
    struct network a = learnt_by(&s, NULL);
    assert_true(timed.frames >= LEARN_STREAMS * LEARN_CHUNK && !timed.stopped && !timed.resumed);
    assert_true(timed.seen >= timed.frames || timed.enough);
    check_mask(&s, &a);
    s.task.frames = timed.frames;
    s.task.seconds = 0.0;
    s.task.outcome = &counted;
    struct network b = learnt_by(&s, NULL);
    assert_true(network_same_matrices(&a, &b));
    assert_true(counted.frames == timed.frames && counted.seen == timed.seen);
    network_free(&a);
    network_free(&b);
    close_school(&s);
}

enum { LONG = 20, LONG_FRAMES = 150 };

/* Recordings of several chunks, others long, and what the dense network makes of them. */
struct longer {
    struct utterances recordings;
    double *y[LONG];
    int32_t *labels[LONG]; /* its decisions */
};

static void make_longer(struct longer *l, const struct network *dense)
{
    struct reference *r = reference_new(dense);
    utterances_draw(&l->recordings, LONG, LONG_FRAMES, 8, 12);
    for (int u = 0; u < LONG; u++) {
        struct matrix *x = &l->recordings.frames[u];
        x->rows -= 7 * u;
        l->y[u] = allocate((size_t)(x->rows * dense->output), sizeof *l->y[u]);
        l->labels[u] = allocate((size_t)x->rows, sizeof *l->labels[u]);
        reference_run(r, x, NULL, l->y[u]);
        for (int t = 0; t < x->rows; t++)
            l->labels[u][t] = classify(dense, l->y[u] + t * dense->output);
    }
    reference_free(r);
}

static void free_longer(struct longer *l)
{
    for (int u = 0; u < LONG; u++) {
        free(l->y[u]);
        free(l->labels[u]);
    }
    utterances_free(&l->recordings);
}

/* What the dense network decides is as good as any label. */
static void test_labels(void **state)
{
    struct school s;
    struct longer l;
    struct error error = {""};
    struct learn_material judged = {0};
    (void)state;
    found_school(&s, LAYER_GRU, DIRECTION_FORWARD, 0.3);
    make_longer(&l, &s.dense);
    for (int u = 0; u < LONG; u++)
        learn_material_add_labelled(&judged, &l.recordings.frames[u], u == 3 ? NULL : l.labels[u]);
    learn_material_close(&judged);
    struct network pruned = network_copy(&s.dense);
    prune(&pruned, &s.model, &s.geometry);
    const int64_t without = l.recordings.frames[3].rows;
    struct learn_sums sums = learn_compare(&s.task, &s.dense, &judged, &error);
    assert_true(sums.labelled == judged.frames - without && sums.right == sums.labelled);
    sums = learn_compare(&s.task, &pruned, &judged, &error);
    assert_true(sums.right <= sums.agree && sums.agree - sums.right <= without);
    assert_true(sums.right > 0 && sums.right < sums.labelled);
    learn_material_free(&judged);
    network_free(&pruned);
    free_longer(&l);
    close_school(&s);
}

/* Side by side it makes of recordings what it makes of each. */
static void test_teach(void **state)
{
    static const enum direction directions[] = {DIRECTION_FORWARD, DIRECTION_BOTH};
    (void)state;
    for (size_t d = 0; d < COUNT(directions); d++) {
        struct school s;
        struct longer l;
        struct learn_material all = {0};
        int frames;
        found_school(&s, LAYER_LSTM, directions[d], 0.3);
        make_longer(&l, &s.dense);
        for (int u = 0; u < LONG; u++)
            learn_material_add(&all, &l.recordings.frames[u]);
        learn_material_close(&all);
        float *y = learn_teach(&s.dense, &all, 1000000, &frames), *at = y;
        assert_int_equal(frames, all.frames);
        for (int u = 0; u < LONG; u++)
            for (int i = 0; i < l.recordings.frames[u].rows * s.dense.output; i++, at++)
                if (fabs((double)*at - l.y[u][i]) > 1e-5)
                    fail_msg("y[%d] of recording %d is %g, not %g", i, u, (double)*at, l.y[u][i]);
        free(y);
        learn_material_free(&all);
        free_longer(&l);
        close_school(&s);
    }
}

/* Longer recordings than `most` are the same frames and labels in pieces. */
static void test_pieces(void **state)
{
    struct school s;
    struct longer l;
    struct learn_material all = {.most = 60};
    (void)state;
    found_school(&s, LAYER_LSTM, DIRECTION_FORWARD, 0.3);
    make_longer(&l, &s.dense);
    for (int u = 0, piece = 0; u < LONG; u++) {
        const struct matrix *whole = &l.recordings.frames[u];
        learn_material_add_labelled(&all, whole, u == 3 ? NULL : l.labels[u]);
        for (int t = 0; t < whole->rows; t += all.of[piece++]->rows) {
            assert_true(all.of[piece]->rows <= 60 && (whole->rows <= 60 || all.of[piece]->rows >= 30));
            assert_memory_equal(all.of[piece]->at, matrix_row(whole, t),
                                (size_t)all.of[piece]->rows * 8 * sizeof(float));
            assert_true(all.labels[piece] == (u == 3 ? NULL : l.labels[u] + t));
        }
        assert_int_equal(piece, all.count);
    }
    learn_material_close(&all);
    assert_true(all.piece_count > LONG && all.piece_count < all.count);
    assert_int_equal(learn_material_shared(&all, &all), all.count);
    assert_int_equal(learn_material_shared(&all, &s.held_out), 0);
    learn_material_free(&all);
    free_longer(&l);
    close_school(&s);
}

struct stopping {
    int reports;
    bool stop;
};

/* What is told is the density of the weights as they are, on the way down even of a short run. */
struct densities {
    int count;
    double of[40];
};

static void note_density(void *context, const struct learn_report *report)
{
    struct densities *d = context;
    d->of[d->count++] = report->density;
}

static void test_way_down(void **state)
{
    struct densities told = {0};
    const struct learn_watch watch = {NULL, note_density, NULL, &told};
    struct school s;
    int steps = 0;
    (void)state;
    found_school(&s, LAYER_LSTM, DIRECTION_FORWARD, 0.25);
    s.task.frames = 16000;
    struct network n = learnt_by(&s, &watch);
    double left = 0.0, all = 0.0;
    for (int m = 0; m < n.matrix_count; m++)
        for (int i = 0; i < n.matrices[m].weights.rows * n.matrices[m].weights.cols; i++, all++)
            left += n.matrices[m].weights.at[i] != 0.0f;
    assert_true(told.count >= 10 && fabs(told.of[told.count - 1] - left / all) < 1e-9);
    for (int r = 1; r < told.count; r++) {
        assert_true(told.of[r] <= told.of[r - 1] && told.of[r] < 1.0);
        steps += told.of[r] < told.of[r - 1];
    }
    assert_true(told.of[0] > 0.5 && steps >= 5);
    network_free(&n);
    close_school(&s);
}

/* What is held out says which weights come out, and when it is enough. */
struct losses {
    int count;
    double of[40], seen[40]; /* seen: share of all frames */
};

static void note_loss(void *context, const struct learn_report *report)
{
    struct losses *l = context;
    l->seen[l->count] = (double)report->seen / (double)report->frames;
    l->of[l->count++] = learn_sums_loss(&report->held_out);
}

static void test_best(void **state)
{
    bool met = false; /* the last one told is not the best */
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct losses told = {0};
        const struct learn_watch watch = {NULL, note_loss, NULL, &told};
        struct learn_outcome outcome;
        struct school s;
        found_school(&s, LAYER_LSTM, DIRECTION_FORWARD, 0.5);
        s.task.rate = 0.05f; /* too high */
        s.task.frames = 20000;
        s.task.seed = seed;
        s.task.outcome = &outcome;
        struct network n = learnt_by(&s, &watch);
        const int last = told.count - 1;
        int best = last;
        for (int r = last; r >= 0 && told.seen[r] > 0.62; r--) /* the way down is over */
            best = told.of[r] < told.of[best] ? r : best;
        if (!outcome.at_once)
            assert_true(fabs(loss_of(&s, &n) - told.of[best]) < 1e-6);
        met = met || (!outcome.at_once && told.of[last] > told.of[best] + 1e-4);
        network_free(&n);
        close_school(&s);
    }
    assert_true(met);
}

/* Where there is nothing to be learnt that is seen soon. */
static void test_enough(void **state)
{
    enum { RAMP = 12, IDLE = 4 }; /* reports, of twenty */
    struct losses told = {0};
    const struct learn_watch watch = {NULL, note_loss, NULL, &told};
    struct learn_outcome outcome;
    struct school s;
    (void)state;
    found_school(&s, LAYER_LSTM, DIRECTION_FORWARD, 1.0);
    s.task.frames = 40000;
    s.task.outcome = &outcome;
    struct network n = learnt_by(&s, &watch);
    assert_true(outcome.enough && outcome.seen < outcome.frames);
    assert_in_range(told.count, RAMP + IDLE, RAMP + IDLE + 1);
    network_free(&n);
    close_school(&s);
}

/* Labels are of recordings as they are. */
static void note_labelled(void *context, const struct learn_report *report)
{
    int64_t *labelled = context;
    *labelled += report->learnt.labelled;
}

static void test_made(void **state)
{
    int64_t labelled = 0;
    const struct learn_watch watch = {NULL, note_labelled, NULL, &labelled};
    struct school s;
    struct longer l;
    struct learn_material material = {0};
    (void)state;
    found_school(&s, LAYER_LSTM, DIRECTION_FORWARD, 0.5);
    make_longer(&l, &s.dense);
    for (int u = 0; u < LONG; u++)
        learn_material_add_labelled(&material, &l.recordings.frames[u], l.labels[u]);
    learn_material_close(&material);
    s.task.material = &material;
    s.task.frames = 4000;
    struct network n = learnt_by(&s, &watch);
    assert_true(labelled > 2000);
    labelled = 0;
    s.task.augment = true;
    struct network made = learnt_by(&s, &watch);
    assert_int_equal(labelled, 0);
    network_free(&n);
    network_free(&made);
    learn_material_free(&material);
    free_longer(&l);
    close_school(&s);
}

/* By hand: of 4 bits, two are fraction where 1.0 is the largest weight, three where it is 0.8. */
static void test_round(void **state)
{
    static const float weights[] = {1.0f, -0.55f, 0.3f, 0.12f}, coarse[] = {1.0f, -0.5f, 0.25f, 0.0f},
                       others[] = {0.8f, -0.55f, 0.3f, 0.12f}, finer[] = {0.75f, -0.5f, 0.25f, 0.125f};
    struct school s;
    (void)state;
    found_school(&s, LAYER_LSTM, DIRECTION_FORWARD, 1.0);
    for (int m = 0; m < 2; m++) {
        struct matrix *w = &s.dense.matrices[m].weights;
        memset(w->at, 0, (size_t)w->rows * (size_t)w->cols * sizeof *w->at);
        memcpy(w->at, m == 0 ? weights : others, sizeof weights);
    }
    learn_round(&s.dense, 4);
    assert_memory_equal(s.dense.matrices[0].weights.at, coarse, sizeof coarse);
    assert_memory_equal(s.dense.matrices[1].weights.at, finer, sizeof finer);
    close_school(&s);
}

/* Taught with coarse weights it does better with coarse weights. */
static void test_coarse(void **state)
{
    struct school s;
    (void)state;
    found_school(&s, LAYER_LSTM, DIRECTION_FORWARD, 0.5);
    struct network fine = learnt_by(&s, NULL);
    learn_round(&fine, 3);
    s.task.weight_bits = 3;
    struct network taught = learnt_by(&s, NULL);
    s.task.weight_bits = 0;
    if (loss_of(&s, &taught) > 0.9 * loss_of(&s, &fine))
        fail_msg("a loss of %g, of %g when rounded", loss_of(&s, &taught), loss_of(&s, &fine));
    network_free(&fine);
    network_free(&taught);
    close_school(&s);
}

/* With a rate at which nothing can be learnt the result is what pruning at once makes. */
static void test_nothing_better(void **state)
{
    struct learn_outcome outcome;
    struct school s;
    (void)state;
    found_school(&s, LAYER_RNN, DIRECTION_FORWARD, 0.5);
    s.task.frames = 8000;
    s.task.rate = 30.0f;
    s.task.outcome = &outcome;
    struct network at_once = network_copy(&s.dense);
    prune(&at_once, &s.model, &s.geometry);
    struct network n = learnt_by(&s, NULL);
    assert_true(outcome.at_once && network_same_matrices(&n, &at_once));
    s.task.rate = 8e-3f;
    struct network better = learnt_by(&s, NULL);
    assert_true(!outcome.at_once && loss_of(&s, &better) < loss_of(&s, &n));
    network_free(&at_once);
    network_free(&n);
    network_free(&better);
    close_school(&s);
}

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

/* A recording of as many frames takes another's place. */
static void change_one(struct school *s, struct learn_material *material)
{
    struct learn_material changed = {0};
    ((struct matrix *)material->of[1])->at[3] += 0.5f;
    for (int n = 0; n < material->count; n++)
        learn_material_add(&changed, material->of[n]);
    learn_material_close(&changed);
    learn_material_free(material);
    *material = changed;
    assert_true(s->task.material == material || s->task.held_out == material);
}

/* It goes on from its own checkpoint, not from one of another loss, chip or network, or of other recordings. */
static void check_not_taken(struct school *s, const char *checkpoint)
{
    struct stopping stopping = {0};
    const struct learn_watch watch = {NULL, count_report, is_enough, &stopping};
    struct learn_outcome outcome;
    s->task.outcome = &outcome;
    for (int other = 0; other < 6; other++) {
        stopping = (struct stopping){0};
        s->task.checkpoint = checkpoint;
        struct network part = learnt_by(s, &watch);
        assert_true(outcome.stopped && !outcome.resumed);
        if (other == 0)
            s->loss.of_y = 0.0f;
        else if (other == 1)
            s->geometry.pes = 1;
        else if (other == 2)
            s->task.frames += 1000;
        else if (other == 5)
            s->dense.layers[1].as.activation = ACTIVATION_TANH;
        else
            change_one(s, other == 3 ? &s->material : &s->held_out);
        struct network n = learnt_by(s, NULL);
        assert_false(outcome.resumed);
        learn_forget(&s->task);
        network_free(&part);
        network_free(&n);
    }
    s->task.outcome = NULL;
}

static void test_resumed(void **state)
{
    char path[] = "/tmp/ese-learn-XXXXXX";
    struct stopping stopping = {0};
    const struct learn_watch watch = {NULL, count_report, is_enough, &stopping};
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
    learn_forget(&s.task);
    check_not_taken(&s, text_string(&checkpoint));
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_better),   cmocka_unit_test(test_densities),
        cmocka_unit_test(test_same),     cmocka_unit_test(test_by_heart),
        cmocka_unit_test(test_threads),  cmocka_unit_test(test_seconds),
        cmocka_unit_test(test_labels),   cmocka_unit_test(test_teach),
        cmocka_unit_test(test_resumed),  cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_way_down), cmocka_unit_test(test_nothing_better),
        cmocka_unit_test(test_best),     cmocka_unit_test(test_enough),
        cmocka_unit_test(test_made),
        cmocka_unit_test(test_round),    cmocka_unit_test(test_coarse)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
