/* SPDX-License-Identifier: Apache-2.0
 * Forward and back of networks of every kind, option and direction, against models/network/reference.h,
 * which is in double and knows nothing of them: values, and the gradient of each parameter by finite
 * differences. */
#include <math.h>

#include "models/learn/loss.h"
#include "tests/unit/learn_testing.h"

enum { NETWORKS = 96, STREAMS = 3, FRAMES = 6, KINDS = LAYER_LINEAR + 1 };

/* Utterances [streams][frames][input]; the loss is the sum of a*y + y*y/2 over the frames that are there. */
struct material {
    int lengths[STREAMS];
    float *x, *a;
};

static struct material make_material(struct random *random, const struct network *n)
{
    struct material m = {.x = drawn_floats(random, (size_t)(STREAMS * FRAMES * n->input)),
                         .a = drawn_floats(random, (size_t)(STREAMS * FRAMES * n->output))};
    for (int s = 0; s < STREAMS; s++)
        m.lengths[s] = s == 0 ? FRAMES : random_int(random, 1, FRAMES);
    return m;
}

static double loss_of_stream(const struct reference *r, const struct material *m, int s, double *y)
{
    const struct network *n = reference_network(r);
    const struct matrix x = {m->lengths[s], n->input, m->x + s * FRAMES * n->input};
    double loss = 0.0;
    reference_run(r, &x, NULL, y);
    for (int i = 0; i < m->lengths[s] * n->output; i++)
        loss += (double)m->a[s * FRAMES * n->output + i] * y[i] + 0.5 * y[i] * y[i];
    return loss;
}

static double loss_of(const struct network *n, const struct material *m)
{
    struct reference *r = reference_new(n);
    double *y = allocate((size_t)(FRAMES * n->output), sizeof *y), loss = 0.0;
    for (int s = 0; s < STREAMS; s++)
        loss += loss_of_stream(r, m, s, y);
    free(y);
    reference_free(r);
    return loss;
}

/* By our own way. */
static struct learn_run *run_forward(const struct learn_plan *plan, const float *parameters,
                                     const struct material *m)
{
    const int input = plan->network->input;
    struct learn_run *run = learn_run_new(plan, STREAMS, FRAMES, true);
    float *x = learn_run_x(run);
    for (int t = 0; t < FRAMES; t++)
        for (int s = 0; s < STREAMS; s++)
            memcpy(x + (t * STREAMS + s) * input, m->x + (s * FRAMES + t) * input,
                   (size_t)input * sizeof *x);
    learn_run_forward(run, parameters, FRAMES, m->lengths);
    return run;
}

static void check_values(const struct network *n, const struct learn_run *run, const struct material *m)
{
    struct reference *r = reference_new(n);
    double *y = allocate((size_t)(FRAMES * n->output), sizeof *y);
    for (int s = 0; s < STREAMS; s++) {
        loss_of_stream(r, m, s, y);
        for (int t = 0; t < m->lengths[s]; t++)
            for (int i = 0; i < n->output; i++) {
                const double want = y[t * n->output + i];
                const double is = (double)learn_run_y(run)[(t * STREAMS + s) * n->output + i];
                if (fabs(is - want) > 1e-5 * fmax(1.0, fabs(want)))
                    fail_msg("y[%d] of frame %d, stream %d: %.9g instead of %.9g", i, t, s, is, want);
            }
    }
    free(y);
    reference_free(r);
}

static void set_gradient_of_y(const struct network *n, struct learn_run *run, const struct material *m)
{
    for (int s = 0; s < STREAMS; s++)
        for (int t = 0; t < m->lengths[s]; t++)
            for (int i = 0; i < n->output; i++) {
                const int at = (t * STREAMS + s) * n->output + i;
                learn_run_dy(run)[at] =
                    m->a[(s * FRAMES + t) * n->output + i] + learn_run_y(run)[at];
            }
}

/* d loss / d parameter `i`, in double. */
static double difference(const struct learn_plan *plan, struct network *n, float *parameters, size_t i,
                         const struct material *m)
{
    const float at = parameters[i], step = 1.0f / 4096;
    parameters[i] = at + step;
    const double high = (double)parameters[i];
    learn_plan_write(plan, parameters, n);
    const double above = loss_of(n, m);
    parameters[i] = at - step;
    const double low = (double)parameters[i];
    learn_plan_write(plan, parameters, n);
    const double below = loss_of(n, m);
    parameters[i] = at;
    learn_plan_write(plan, parameters, n);
    return (above - below) / (high - low);
}

static void check_gradient(const struct learn_plan *plan, struct network *n, float *parameters,
                           const float *gradient, const struct material *m)
{
    double *want = allocate(plan->count, sizeof *want), largest = 0.0;
    for (size_t i = 0; i < plan->count; i++) {
        want[i] = difference(plan, n, parameters, i, m);
        largest = fmax(largest, fabs(want[i]));
    }
    for (size_t i = 0; i < plan->count; i++)
        if (fabs(want[i] - (double)gradient[i]) > 1e-4 * largest)
            fail_msg("gradient of parameter %zu: %.9g instead of %.9g, the largest is %.3g", i,
                     (double)gradient[i], want[i], largest);
    free(want);
}

/* What the networks that were drawn have in them: a layer of a kind, which goes back or not, first or behind
 * another; options. */
static struct {
    bool layers[KINDS][2][2], resets[2], coupled[3], candidates[2], peepholes[2], projections[2];
} met;

static void note(const struct network *n)
{
    for (int i = 0; i < n->layer_count; i++) {
        const struct layer_config *l = &n->layers[i].as;
        met.layers[l->kind][l->direction == DIRECTION_BACKWARD][n->layers[i].number > 0] = true;
        if (l->kind == LAYER_GRU)
            met.resets[l->reset] = true;
        if (l->kind != LAYER_LSTM)
            continue;
        met.coupled[l->coupled] = met.candidates[l->candidate] = met.peepholes[l->peephole] = true;
        met.projections[l->output != 0] = true;
    }
}

static void check_all_met(void)
{
    for (int kind = 0; kind < KINDS; kind++)
        for (int back = 0; back < 2 && !(kind == LAYER_LINEAR && back); back++)
            for (int behind = 0; behind < 2; behind++)
                if (!met.layers[kind][back][behind])
                    fail_msg("no %s%s%s is among the networks", layer_kind_name((enum layer_kind)kind),
                             back ? ", backward" : "", behind ? ", behind another layer" : "");
    for (int i = 0; i < 2; i++)
        assert_true(met.resets[i] && met.candidates[i] && met.peepholes[i] && met.projections[i]);
    assert_true(met.coupled[COUPLED_NONE] && met.coupled[COUPLED_INPUT] && met.coupled[COUPLED_FORGET]);
}

static void test_gradients(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 20);
    for (int number = 0; number < NETWORKS; number++) {
        struct network n = learning_network(&random, number);
        struct learn_plan *plan = learn_plan_new(&n);
        note(&n);
        float *parameters = allocate(plan->count, sizeof *parameters);
        float *gradient = allocate(plan->count, sizeof *gradient);
        struct material m = make_material(&random, &n);
        learn_plan_read(plan, &n, parameters);
        struct learn_run *run = run_forward(plan, parameters, &m);
        check_values(&n, run, &m);
        set_gradient_of_y(&n, run, &m);
        learn_run_backward(run, parameters, gradient);
        check_gradient(plan, &n, parameters, gradient, &m);
        learn_run_free(run);
        free(gradient);
        free(parameters);
        free(m.x);
        free(m.a);
        learn_plan_free(plan);
        network_free(&n);
    }
    check_all_met();
}

/* Classes are y itself, or an output layer's; y counts, too, or alone. */
static void check_loss_gradient(struct random *random, bool layer, float of_classes, float of_y)
{
    enum { OUTPUT = 5, CLASSES = 7, ALL = STREAMS * FRAMES * OUTPUT };
    const int lengths[STREAMS] = {FRAMES, FRAMES - 1, 0};
    float *y = drawn_floats(random, ALL), *wanted = drawn_floats(random, ALL), dy[ALL] = {0};
    struct learn_loss loss = {.output = OUTPUT, .classes = layer ? CLASSES : OUTPUT, .of_classes = of_classes,
                              .of_y = of_y, .mean_square = 0.7f};
    if (layer) {
        loss.weights = drawn_floats(random, CLASSES * OUTPUT);
        loss.bias = drawn_floats(random, CLASSES);
    }
    struct learn_scratch scratch = learn_scratch_new(&loss, STREAMS * FRAMES);
    struct learn_frames frames = {.streams = STREAMS, .frames = FRAMES, .lengths = lengths, .y = y,
                                  .wanted = wanted, .dy = dy, .weight = 0.25f};
    struct learn_sums sums = {0};
    learn_loss_add(&loss, &frames, &scratch, &sums);
    frames.dy = NULL;
    for (int i = 0; i < ALL; i++) {
        const float step = 1e-2f, at = y[i];
        struct learn_sums more = {0}, less = {0};
        y[i] = at + step;
        learn_loss_add(&loss, &frames, &scratch, &more);
        y[i] = at - step;
        learn_loss_add(&loss, &frames, &scratch, &less);
        y[i] = at;
        const double slope = 0.25 * (more.loss - less.loss) / (double)(2.0f * step);
        if (fabs(slope - (double)dy[i]) > 2e-3 * (1.0 + fabs(slope)))
            fail_msg("layer %d, classes %g, y %g: dy[%d] is %g, by differences %g", layer, (double)of_classes,
                     (double)of_y, i, (double)dy[i], slope);
    }
    learn_scratch_free(&scratch);
    learn_loss_free(&loss);
    free(y);
    free(wanted);
}

static void test_loss(void **state)
{
    struct random random;
    (void)state;
    random_seed(&random, 17);
    for (int layer = 0; layer < 2; layer++) {
        check_loss_gradient(&random, layer, 1.0f, 0.0f);
        check_loss_gradient(&random, layer, 0.0f, 1.0f);
        check_loss_gradient(&random, layer, 1.0f, 0.3f);
    }
}

int main(void)
{
    if (blas_name() == NULL) {
        fprintf(stderr, "no OpenBLAS\n");
        return 1;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_gradients), cmocka_unit_test(test_loss)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
