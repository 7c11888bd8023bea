/* SPDX-License-Identifier: Apache-2.0
 * test_sweep_plan.c - axes, the points of a grid and of samples, their order, shards. */
#include "tests/unit/sweep_testing.h"

static void expect_values(const char *text, const char *wanted)
{
    struct axes axes = {.count = 0};
    add_axes(&axes, &text, 1);
    assert_string_equal(values_of(&axes), wanted);
    axes_free(&axes);
}

static void values(void **state)
{
    (void)state;
    expect_values("pes=16,32,64", "16 32 64");
    expect_values("channels=1:64:x2", "1 2 4 8 16 32 64");
    expect_values("channels=1:60:x2", "1 2 4 8 16 32");
    expect_values("pes=8:20:4", "8 12 16 20");
    expect_values("pes=3:3:1", "3");
    expect_values("model.density=0.05:0.20:0.05", "0.05 0.1 0.15 0.2");
    expect_values("model.density=0.1,0.30:0.5:0.1,1", "0.1 0.3 0.4 0.5 1");
    expect_values("elem_lanes=auto,1:4:x2", "auto 1 2 4");
    expect_values("memory=rom,stream", "rom stream");
    expect_values("model.peephole=true,false", "true false");
    expect_values("model.path=a:b.safetensors,c", "a:b.safetensors c"); /* no range */
    expect_values("model.formats.x=auto,-2:2:2", "auto -2 0 2");
    expect_values("model.seed=1000000000:1000000002:1", "1000000000 1000000001 1000000002");
    expect_values("model.density=0.001:0.007:0.001", "0.001 0.002 0.003 0.004 0.005 0.006 0.007");
    expect_values("model.ranges.x=0.1:100000.3:100000.1,999999.7:1000000:0.1",
                  "0.1 100000.2 999999.7 999999.8 999999.9 1000000");
    expect_values("model.seed=4000000000000000:4000000000000002:1",
                  "4000000000000000 4000000000000001 4000000000000002");
}

static void expect_refused(const char *text, const char *message)
{
    struct axes axes = {.count = 0};
    struct error error = {""};
    assert_false(axes_add(&axes, text, "--axis", &error));
    if (strstr(error.text, message) == NULL)
        fail_msg("%s: %s", text, error.text);
    axes_free(&axes);
}

static void wrong_values(void **state)
{
    (void)state;
    expect_refused("pes", "is not KEY=VALUES");
    expect_refused("pe=1", "did you mean 'pes'?");
    expect_refused("pes=", "no value");
    expect_refused("pes=1,,2", "no value");
    expect_refused("pes=1,01", "is not a whole number");
    expect_refused("pes=1,2,1", "has the value 1 twice");
    expect_refused("model.density=0.1,0.10", "has the value 0.1 twice");
    expect_refused("pes=1:9", "A:B:STEP");
    expect_refused("pes=9:1:1", "A:B:STEP");
    expect_refused("pes=1:9:0", "A:B:STEP");
    expect_refused("pes=1:9:-1", "A:B:STEP");
    expect_refused("pes=1:9:x1", "A:B:STEP");
    expect_refused("pes=0:9:x2", "A:B:STEP");
    expect_refused("pes=1:9:1:1", "A:B:STEP");
    expect_refused("pes=1:300:1", "outside 1..256");
    expect_refused("pes=1:2:0.5", "is not a whole number");
    expect_refused("model.seed=0:1000000:1", "more than 10000 values");
}

static void one_axis_a_key(void **state)
{
    (void)state;
    struct axes axes = {.count = 0};
    struct error error = {""};
    assert_true(axes_add(&axes, "pes=1", "--axis", &error));
    assert_false(axes_add(&axes, "pes=2", "--axis", &error));
    assert_string_equal(error.text, "--axis: pes: is an axis already");
    axes_free(&axes);
}

/* ---- plans ----------------------------------------------------------------------------------- */

static bool same_point(const struct plan *a, int n, const struct plan *b, int m)
{
    for (int axis = 0; axis < a->axes->count; axis++)
        if (strcmp(plan_value(a, n, axis), plan_value(b, m, axis)) != 0)
            return false;
    return true;
}

static void expect_no_twins(const struct plan *plan)
{
    for (int n = 0; n < plan->count; n++)
        for (int m = 0; m < n; m++)
            assert_false(same_point(plan, n, plan, m));
}

/* 100 channels have more registers than 1 and 2. */
static const char *const mixed[] = {"channels=1,2,100", "fifo_depth=4,8", "weight_bits=8,12",
                                    "model.density=0.1,0.2", "pes=2,4,6", "model.seed=1,2"};

static void mixed_axes(struct axes *axes)
{
    *axes = (struct axes){.count = 0};
    add_axes(axes, mixed, COUNT(mixed));
}

/* How often a stage must be made where only its last result is kept. */
static int count_changes(const struct plan *plan, int axes)
{
    int changes = 1;
    for (int n = 1; n < plan->count; n++) {
        bool same = true;
        for (int k = 0; k < axes; k++)
            same = same && strcmp(plan_value(plan, n, plan->order[k]),
                                  plan_value(plan, n - 1, plan->order[k])) == 0;
        changes += !same;
    }
    return changes;
}

/* Every combination once, and those of early stages are left only once. */
static void grid(void **state)
{
    (void)state;
    struct axes axes;
    struct plan plan;
    struct error error;
    struct config base;
    setenv("ESE_HOME", ".", 0);
    mixed_axes(&axes);
    assert_true(config_load(&base, "tiny", NULL, 0, &error));
    assert_true(plan_grid(&plan, &axes, &error));
    assert_int_equal(plan.count, 3 * 2 * 2 * 2 * 3 * 2);
    plan_order(&plan, &base);
    expect_no_twins(&plan);
    static const char *const order[] = {"model.seed",  "model.density", "pes",
                                        "weight_bits", "fifo_depth",    "channels"};
    for (int n = 0; n < (int)COUNT(order); n++)
        assert_string_equal(axes.list[plan.order[n]].key->name, order[n]);
    assert_int_equal(count_changes(&plan, 1), 2);
    assert_int_equal(count_changes(&plan, 3), 2 * 2 * 3);
    assert_int_equal(count_changes(&plan, 4), 2 * 2 * 3 * 2);
    for (int n = 0; n < plan.count; n += 12)
        assert_int_equal(plan_run(&plan, n), 12); /* weight_bits x fifo_depth x channels */
    assert_int_equal(plan_run(&plan, 2), 10);
    plan_free(&plan);
    config_free(&base);
    axes_free(&axes);
}

static void too_many(void **state)
{
    (void)state;
    static const char *const texts[] = {"model.seed=1:1001:1", "model.margin=0:10:0.01"};
    struct axes axes = {.count = 0};
    struct plan plan;
    struct error error;
    add_axes(&axes, texts, COUNT(texts));
    assert_false(plan_grid(&plan, &axes, &error));
    assert_non_null(strstr(error.text, "more than 1000000 points"));
    axes_free(&axes);
}

static void shards(void **state)
{
    (void)state;
    struct axes axes;
    struct error error;
    struct plan whole;
    mixed_axes(&axes);
    assert_true(plan_grid(&whole, &axes, &error));
    for (int parts = 1; parts < 200; parts += 13) {
        int at = 0;
        for (int part = 1; part <= parts; part++) {
            struct plan plan;
            assert_true(plan_grid(&plan, &axes, &error));
            plan_shard(&plan, part, parts);
            for (int n = 0; n < plan.count; n++)
                assert_true(same_point(&plan, n, &whole, at++));
            plan_free(&plan);
        }
        assert_int_equal(at, whole.count);
    }
    plan_free(&whole);
    axes_free(&axes);
}

static bool is_corner(const struct plan *plan, int point, const void *with)
{
    const char *const *values = with;
    return strcmp(plan_value(plan, point, 0), values[0]) == 0 ||
           strcmp(plan_value(plan, point, 1), values[1]) == 0;
}

/* The points that are wanted stay, in their order. */
static void keeping(void **state)
{
    (void)state;
    static const char *const texts[] = {"pes=2,3,4", "channels=1,2"}, *const wanted[] = {"3", "2"};
    static const char *const left[][2] = {{"2", "2"}, {"3", "1"}, {"3", "2"}, {"4", "2"}};
    static const char *const none[] = {"", ""};
    struct axes axes = {.count = 0};
    struct plan plan;
    struct error error;
    add_axes(&axes, texts, COUNT(texts));
    assert_true(plan_grid(&plan, &axes, &error));
    plan_keep(&plan, is_corner, wanted);
    assert_int_equal(plan.count, COUNT(left));
    for (int n = 0; n < plan.count; n++)
        for (int axis = 0; axis < 2; axis++)
            assert_string_equal(plan_value(&plan, n, axis), left[n][axis]);
    plan_keep(&plan, is_corner, none);
    assert_int_equal(plan.count, 0);
    plan_free(&plan);
    axes_free(&axes);
}

/* ---- samples --------------------------------------------------------------------------------- */

/* With axes so long that no two samples fall together every stratum has its one. */
static void hypercube(void **state)
{
    (void)state;
    enum { SAMPLES = 100, VALUES = 1000 };
    static const char *const texts[] = {"model.seed=1:1000:1", "model.margin=0.01:10:0.01",
                                        "model.calibration_frames=1:1000:1"};
    struct axes axes = {.count = 0};
    struct plan plan, again, other;
    struct error error;
    add_axes(&axes, texts, COUNT(texts));
    assert_true(plan_sample(&plan, &axes, SAMPLES, 5, &error));
    assert_true(plan_sample(&again, &axes, SAMPLES, 5, &error));
    assert_true(plan_sample(&other, &axes, SAMPLES, 6, &error));
    assert_int_equal(plan.count, SAMPLES);
    int differ = 0;
    for (int axis = 0; axis < axes.count; axis++) {
        int strata[SAMPLES] = {0};
        for (int n = 0; n < SAMPLES; n++) {
            int at = plan.at[n * axes.count + axis];
            strata[at * SAMPLES / VALUES]++;
            assert_int_equal(at, again.at[n * axes.count + axis]);
            differ += at != other.at[n * axes.count + axis];
        }
        for (int n = 0; n < SAMPLES; n++)
            assert_int_equal(strata[n], 1);
    }
    assert_true(differ > SAMPLES);
    plan_free(&plan);
    plan_free(&again);
    plan_free(&other);
    axes_free(&axes);
}

/* With short axes each value comes as often as any other or once more; those that fall together are
 * one. */
static void short_axes(void **state)
{
    (void)state;
    static const char *const texts[] = {"pes=2,4,6", "model.seed=1:1000:1", "weight_bits=8,12"};
    struct axes axes = {.count = 0};
    struct plan plan;
    struct error error;
    add_axes(&axes, texts, COUNT(texts));
    for (int samples = 1; samples < 60; samples += 7) {
        assert_true(plan_sample(&plan, &axes, samples, 1, &error));
        assert_int_equal(plan.count, samples); /* the seeds differ */
        int pes[3] = {0}, bits[2] = {0};
        for (int n = 0; n < samples; n++) {
            pes[plan.at[n * 3]]++;
            bits[plan.at[n * 3 + 2]]++;
        }
        for (int n = 0; n < 3; n++)
            assert_true(pes[n] == samples / 3 || pes[n] == samples / 3 + 1);
        for (int n = 0; n < 2; n++)
            assert_true(bits[n] == samples / 2 || bits[n] == samples / 2 + 1);
        plan_free(&plan);
    }
    axes_free(&axes);
    add_axes(&axes, texts, 1);
    assert_true(plan_sample(&plan, &axes, 50, 1, &error));
    assert_int_equal(plan.count, 3);
    plan_free(&plan);
    axes_free(&axes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),    cmocka_unit_test(wrong_values),
        cmocka_unit_test(one_axis_a_key),
        cmocka_unit_test(grid),      cmocka_unit_test(too_many),     cmocka_unit_test(keeping),
        cmocka_unit_test(shards),    cmocka_unit_test(hypercube),    cmocka_unit_test(short_axes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
