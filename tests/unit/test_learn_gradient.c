/* SPDX-License-Identifier: Apache-2.0
 * Forward and back of networks of every kind, option and direction, against models/network/reference.h,
 * which is in double and knows nothing of them: values, and the gradient of each parameter by finite
 * differences. */
#include <math.h>

#include "tests/unit/learn_testing.h"

enum { NETWORKS = 96, STREAMS = 3, FRAMES = 6 };

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

static void test_gradients(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 20);
    for (int number = 0; number < NETWORKS; number++) {
        struct network n = learning_network(&random, number);
        struct learn_plan *plan = learn_plan_new(&n);
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
}

int main(void)
{
    if (blas_name() == NULL) {
        fprintf(stderr, "no OpenBLAS\n");
        return 1;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_gradients)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
