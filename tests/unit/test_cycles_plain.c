/* SPDX-License-Identifier: Apache-2.0
 * test_cycles_plain.c - the cycle model says of every frame what the plain one says, which steps
 * all of them, and which knows no repetition: random chips, tiny ones, the presets. */
#include "gen/config/config_file.h"
#include "models/program/cycles.h"
#include "tests/unit/layers_testing.h"
#include "tests/unit/plain_cycles.h"

static void same_intervals(const struct interval *a, const struct interval *b, int count)
{
    for (int n = 0; n < count; n++) {
        assert_true(a[n].begin == b[n].begin);
        assert_true(a[n].end == b[n].end);
    }
}

static void same_frame(const struct program *p, const struct cycles_frame *a,
                       const struct cycles_frame *b, bool whole)
{
    assert_true(a->start == b->start);
    same_intervals(a->products, b->products, p->product_count);
    same_intervals(a->passes, b->passes, p->pass_count);
    for (int n = 0; n < p->product_count; n++)
        assert_int_equal(a->waits[n], b->waits[n]);
    for (int stall = 0; whole && stall < STALL_COUNT; stall++)
        assert_true(a->stalls[stall] == b->stalls[stall]);
    assert_true(!whole || a->issued == b->issued);
}

static void same_cycles(const struct program *p, int frames)
{
    struct cycles a, b;
    cycles_run(p, frames, &a);
    plain_cycles_run(p, frames, &b);
    assert_int_equal(a.frame_count, b.frame_count);
    assert_true(a.end == b.end);
    assert_true(a.cycles_per_frame == b.cycles_per_frame);
    for (int t = 0; t < frames; t++)
        same_frame(p, &a.frames[t], &b.frames[t], t < frames - 1);
    cycles_free(&a);
    cycles_free(&b);
}

static void random_chips(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 4711);
    for (int n = 0; n < 300; n++) {
        struct config c = random_config(&random);
        struct program p;
        c.activation_bits = 8 + c.activation_bits % 3; /* wide tables take time, and no cycles */
        c.pipeline = (enum pipeline)(PIPELINE_0 + n % 3);
        build(&p, &c);
        same_cycles(&p, random_int(&random, 2, 24));
        program_free(&p);
    }
}

/* Where latencies are longer than frames, and weights come late. */
static void tiny_chips(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 4712);
    for (int n = 0; n < 300; n++) {
        struct config c = random_config(&random);
        struct program p;
        c.activation_bits = 8;
        c.pipeline = (enum pipeline)(PIPELINE_0 + n % 3);
        c.fifo_depth = random_int(&random, 1, 2);
        c.model.input = random_int(&random, 1, n % 4 ? 6 : 300);
        c.model.cell = random_int(&random, 1, n % 2 ? 8 : 120);
        c.model.output = random_int(&random, 1, n % 3 ? 5 : 60);
        c.model.density = n % 5 == 0 ? 1e-9 : c.model.density;
        build(&p, &c);
        same_cycles(&p, random_int(&random, 2, 24));
        program_free(&p);
    }
}

/* Networks of one to four layers of all kinds; on one PE for one channel, too. */
static void layers(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 4713);
    for (int n = 0; n < 300; n++) {
        struct config c = random_config(&random);
        struct program p;
        c.activation_bits = 8 + c.activation_bits % 3;
        c.pipeline = (enum pipeline)(PIPELINE_0 + n % 3);
        random_layers(&c, &random, 1 + n % 4, n % 5 ? 40 : 4);
        if (n % 6 == 0) {
            c.pes = c.channels = 1;
            c.fold = FOLD_1;
            c.elem_lanes = LANES_AUTO;
        }
        build(&p, &c);
        same_cycles(&p, random_int(&random, 2, 12));
        program_free(&p);
    }
}

static void presets(void **state)
{
    (void)state;
    setenv("ESE_HOME", ".", 0); /* make runs the tests where the presets are */
    static const char *const names[] = {"tiny", "speech", "speech-lstm", "paper"};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        for (int pipeline = 0; pipeline <= 2; pipeline++) {
            char set[32];
            struct config c;
            struct program p;
            struct error error = {0};
            snprintf(set, sizeof set, "pipeline=%d", pipeline);
            assert_true(config_load(&c, names[n], (char *[]){set}, 1, &error));
            build(&p, &c);
            same_cycles(&p, 7);
            program_free(&p);
            config_free(&c);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_chips),
        cmocka_unit_test(tiny_chips),
        cmocka_unit_test(layers),
        cmocka_unit_test(presets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
