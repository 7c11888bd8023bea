/* SPDX-License-Identifier: Apache-2.0
 * test_cycles.c - what must hold of the cycle model whatever the chip: limits of every resource,
 * the order of events, that more hardware is never slower, and that nothing locks up. */
#include "gen/config/config_file.h"
#include "models/program/cycles.h"
#include "models/program/derive.h"
#include "tests/unit/layers_testing.h"

static int64_t largest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* As random_config(), but narrow: widths do not change the cycles, and wide tables take time. */
static struct config narrow_config(struct random *random)
{
    struct config c = random_config(random);
    c.activation_bits = 8 + c.activation_bits % 3;
    return c;
}

/* Cycles of a frame that no schedule can beat: each of these happens once a clock. */
static int64_t limit_of(const struct program *p)
{
    int64_t steps = 0;
    for (int n = 0; n < p->pass_count; n++)
        steps += p->passes[n].beats;
    int64_t limit = largest(p->d.beats, p->d.columns);
    limit = largest(limit, steps);
    limit = largest(limit, p->network.input);
    return largest(limit, p->network.output);
}

/* A product that does not follow the one before has a reason, and one that it can have. */
static void check_wait(const struct program *p, const struct cycles *c, int t, int n)
{
    const struct cycles_frame *f = &c->frames[t], *before = n > 0 ? f : f - 1;
    enum stall wait = f->waits[n];
    if (n > 0 || t > 0) {
        int64_t end = before->products[(n > 0 ? n : p->product_count) - 1].end;
        assert_int_equal(wait != STALL_NONE, f->products[n].begin > end);
    }
    assert_true(wait != STALL_INPUT || n == 0);
    assert_true(wait != STALL_COLUMNS || (n == 0 && t == 0));
    assert_true(wait != STALL_ACC || p->products[n].opens);
    /* A frame begins when the passes are at most one behind: one LSTM waits for them anyway. */
    const bool behind = n == 0 && network_only(&p->network, LAYER_LSTM) == NULL;
    const bool reads_x = p->products[n].source == 0;
    assert_true(wait != STALL_ELEMENT || !reads_x || (behind && t > 1));
    assert_true(f->idle_for[n] == 0 || !reads_x || behind); /* counted to the frame before */
}

/* The pass that writes a vector's first word; of x there is none. */
static int writer_of(const struct program *p, int vector)
{
    for (int pass = 0; pass < p->pass_count; pass++)
        if (p->passes[pass].writes == vector && p->passes[pass].row_block == 0)
            return pass;
    return NONE;
}

static void check_frame(const struct program *p, const struct cycles *c, int t)
{
    const struct cycles_frame *f = &c->frames[t];
    for (int n = 0; n < p->product_count; n++) {
        const struct product *product = &p->products[n];
        const struct interval *i = &f->products[n];
        assert_true(i->begin >= f->start && i->end - i->begin >= product->columns);
        if (n > 0)
            assert_true(i->begin >= f->products[n - 1].end);
        check_wait(p, c, t, n);
        if (product->closes)
            assert_true(f->passes[product->pass].begin >= i->end);
        /* It reads what the passes have written, of this frame or of the one before. */
        const int writer = writer_of(p, product->source);
        if (writer != NONE && !product->before)
            assert_true(i->begin > f->passes[writer].begin);
        if (writer != NONE && product->before && t > 0)
            assert_true(i->begin > c->frames[t - 1].passes[writer].begin);
    }
    assert_true(f->products[0].begin == f->start);
    if (t > 1) /* products are a frame ahead of the passes at most */
        assert_true(f->start >= c->frames[t - 2].passes[p->pass_count - 1].end);
    for (int n = 0; n < p->pass_count; n++) {
        const struct interval *i = &f->passes[n];
        assert_true(i->end - i->begin >= p->passes[n].beats);
        if (n > 0)
            assert_true(i->begin >= f->passes[n - 1].end);
        else if (t > 0)
            assert_true(i->begin >= c->frames[t - 1].passes[p->pass_count - 1].end);
        assert_true(i->end <= c->end);
        /* An accumulator block is opened only after the pass that had it before is done. */
        int blocks = 1 << p->d.block_bits, before = t * p->pass_count + n - blocks;
        for (int k = 0; before >= 0 && k < p->product_count; k++)
            if (p->products[k].opens && p->products[k].pass == n)
                assert_true(f->products[k].begin >=
                            c->frames[before / p->pass_count].passes[before % p->pass_count].end);
    }
}

/* Runs the model and returns the steady cycles of a frame. */
static int64_t run_and_check(const struct program *p, int frames)
{
    struct cycles c;
    cycles_run(p, frames, &c);
    assert_int_equal(c.frame_count, frames);
    assert_true(c.frames[0].start >= p->network.input); /* x takes an element a clock */
    for (int t = 0; t < frames; t++) {
        check_frame(p, &c, t);
        int64_t sum = 0;
        for (int stall = 0; stall < STALL_COUNT; stall++)
            sum += c.frames[t].stalls[stall];
        if (t == frames - 1)
            continue;
        /* Every clock of a frame has one reason, and a column goes in those that have none. */
        assert_true(sum == c.frames[t + 1].start - c.frames[t].start);
        assert_true(c.frames[t].stalls[STALL_NONE] == p->d.columns);
    }
    int64_t steady = c.cycles_per_frame;
    assert_true(steady == c.frames[frames - 1].start - c.frames[frames - 2].start);
    /* All work of the frames is done by the end, however the queues shift it. */
    assert_true(c.end >= (int64_t)frames * limit_of(p));
    assert_true(c.end - c.frames[0].start >= (int64_t)frames * p->d.beats);
    cycles_free(&c);
    return steady;
}

/* Cycles of many frames in steady state: what queues borrow from a frame they give back. */
static int64_t average_cycles(const struct config *config)
{
    enum { FRAMES = 24, SKIP = 8 };
    struct program p;
    struct cycles c;
    build(&p, config);
    cycles_run(&p, FRAMES, &c);
    int64_t sum = c.frames[FRAMES - 1].start - c.frames[SKIP].start;
    cycles_free(&c);
    program_free(&p);
    return sum;
}

static void limits_and_order(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 17);
    for (int n = 0; n < 200; n++) {
        struct config c = narrow_config(&random);
        struct program p;
        build(&p, &c);
        run_and_check(&p, 7);
        program_free(&p);
    }
}

/* Whatever the layers are. */
static void layers(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 18);
    for (int n = 0; n < 200; n++) {
        struct config c = narrow_config(&random);
        struct program p;
        random_layers(&c, &random, 1 + n % 4, 40);
        build(&p, &c);
        run_and_check(&p, 7);
        program_free(&p);
    }
}

static struct config medium(void)
{
    struct config c = plain_config();
    c.pes = 8;
    c.model.input = 40;
    c.model.cell = 256;
    c.model.output = 128;
    c.model.density = 0.15;
    c.activation_bits = 10;
    c.column_order = ORDER_NATURAL; /* the same streams whatever the depth */
    return c;
}

static void deeper_queues_never_slower(void **state)
{
    (void)state;
    struct config c = medium();
    int64_t before = INT64_MAX, first = 0;
    for (c.fifo_depth = 1; c.fifo_depth <= 64; c.fifo_depth *= 2) {
        int64_t cycles = average_cycles(&c);
        first = first ? first : cycles;
        assert_true(cycles <= before);
        before = cycles;
    }
    assert_true(before < first);
}

static void more_lanes_never_slower(void **state)
{
    (void)state;
    struct config c = medium();
    int64_t before = INT64_MAX, first = 0;
    c.model.density = 0.02; /* the element-wise path is what binds */
    for (c.elem_lanes = 1; c.elem_lanes <= 8; c.elem_lanes *= 2) {
        int64_t cycles = average_cycles(&c);
        first = first ? first : cycles;
        assert_true(cycles <= before);
        before = cycles;
    }
    assert_true(before < first);
}

static void more_pes_faster(void **state)
{
    (void)state;
    struct config c = medium();
    int64_t before = INT64_MAX;
    c.model.density = 0.5;
    for (c.pes = 1; c.pes <= 16; c.pes *= 2) {
        int64_t cycles = average_cycles(&c);
        assert_true(cycles < before);
        before = cycles;
    }
}

static void more_weights_slower(void **state)
{
    (void)state;
    struct config c = medium();
    int64_t before = 0;
    for (int percent = 10; percent <= 100; percent += 15) {
        c.model.density = percent / 100.0;
        int64_t cycles = average_cycles(&c);
        assert_true(cycles > before);
        before = cycles;
    }
}

static void greedy_never_slower(void **state)
{
    (void)state;
    struct config c = medium();
    c.fifo_depth = 4;
    for (c.model.seed = 1; c.model.seed < 6; c.model.seed++) {
        c.column_order = ORDER_NATURAL;
        int64_t natural = average_cycles(&c);
        c.column_order = ORDER_GREEDY;
        assert_true(average_cycles(&c) < natural);
    }
}

/* A column without entries is done sooner. */
static bool has_entries(const struct program *p, int column)
{
    for (int k = 0; k < p->d.pes; k++)
        if (p->lengths[(size_t)column * (size_t)p->d.pes + (size_t)k] > 0)
            return true;
    return false;
}

/* The fewest clocks from a product's last column to the pass that it closes, and from the first
 * step of a pass that writes m to the first column that reads m. */
struct lags {
    int64_t close, element;
};

static void shorten(int64_t *lag, int64_t clocks)
{
    if (clocks < *lag)
        *lag = clocks;
}

static void shorten_lags(struct lags *lags, const struct program *p, const struct cycles_frame *f)
{
    for (int n = 0; n < p->product_count; n++) {
        const struct product *product = &p->products[n];
        const struct interval *i = &f->products[n];
        if (product->closes && has_entries(p, product->first_column + product->columns - 1))
            shorten(&lags->close, f->passes[product->pass].begin - (i->end - 1));
        const int writer = product->before ? NONE : writer_of(p, product->source);
        if (writer != NONE)
            shorten(&lags->element, i->begin - f->passes[writer].begin);
    }
}

/* What the schedule reckons with is what the chip needs where nothing else is in the way. */
static void lags_as_reckoned(void **state)
{
    (void)state;
    for (int pipeline = 0; pipeline <= 2; pipeline++) {
        struct random random;
        struct lags reckoned = {0, 0}, found = {INT64_MAX, INT64_MAX};
        random_seed(&random, 41);
        for (int n = 0; n < 60; n++) {
            struct config c = narrow_config(&random);
            struct program p;
            struct cycles cycles;
            c.pipeline = (enum pipeline)(PIPELINE_0 + pipeline);
            build(&p, &c);
            cycles_run(&p, 5, &cycles);
            for (int t = 0; t < 5; t++)
                shorten_lags(&found, &p, &cycles.frames[t]);
            reckoned = (struct lags){derive_lag_close(&p.d), derive_lag_element(&p.d)};
            cycles_free(&cycles);
            program_free(&p);
        }
        assert_int_equal(found.close, reckoned.close);
        assert_int_equal(found.element, reckoned.element);
    }
}

/* A few cells, where latencies count for everything, and queues of one column. */
static void never_locks_up(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 23);
    for (int n = 0; n < 200; n++) {
        struct config c = narrow_config(&random);
        c.fifo_depth = random_int(&random, 1, 2);
        c.model.input = random_int(&random, 1, 6);
        c.model.cell = random_int(&random, 1, n % 2 ? 8 : 120);
        c.model.output = random_int(&random, 1, n % 3 ? 5 : 60);
        c.model.density = n % 5 == 0 ? 1e-9 : c.model.density;
        struct program p;
        struct cycles cycles;
        build(&p, &c);
        cycles_run(&p, 9, &cycles); /* ends the program if it does */
        for (int t = 1; t < 9; t++)
            assert_true(cycles.frames[t].start - cycles.frames[t - 1].start >= p.d.columns);
        cycles_free(&cycles);
        program_free(&p);
    }
}

static int64_t preset_cycles(const char *preset, char *const *sets, size_t set_count)
{
    struct config config;
    struct error error = {""};
    struct program p;
    setenv("ESE_HOME", ".", 0); /* make runs the tests where the presets are */
    if (!config_load(&config, preset, sets, set_count, &error))
        fail_msg("%s", error.text);
    build(&p, &config);
    int64_t cycles = run_and_check(&p, 8);
    print_message(
        "%s: %lld cycles a frame; %d beats, %d columns, limit %.0f (%llu non-zeros / %d PEs), "
        "utilization %.4f, %d lanes, %llu fillers, %llu padding\n",
        set_count > 0 ? sets[0] : preset, (long long)cycles, p.d.beats, p.d.columns,
        (double)p.true_nonzeros / p.d.pes, (unsigned long long)p.true_nonzeros, p.d.pes,
        (double)p.true_nonzeros / p.d.pes / (double)cycles, p.d.lanes,
        (unsigned long long)p.filler_entries, (unsigned long long)p.padding_entries);
    program_free(&p);
    config_free(&config);
    return cycles;
}

static void presets_on_target(void **state)
{
    (void)state;
    char relative[] = "encoding=relative";
    char *sets[] = {relative};
    assert_true(preset_cycles("paper", NULL, 0) <= 10360);
    assert_true(preset_cycles("paper", sets, 1) <= 11700);
    assert_int_equal(preset_cycles("speech", NULL, 0), 1184);
    assert_int_equal(preset_cycles("speech-lstm", NULL, 0), 833);
    preset_cycles("tiny", NULL, 0);
}

static void stalls_have_names(void **state)
{
    (void)state;
    for (int stall = 0; stall < STALL_COUNT; stall++)
        assert_true(strlen(stall_name((enum stall)stall)) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_and_order),        cmocka_unit_test(never_locks_up),
        cmocka_unit_test(deeper_queues_never_slower), cmocka_unit_test(more_lanes_never_slower),
        cmocka_unit_test(more_pes_faster),         cmocka_unit_test(more_weights_slower),
        cmocka_unit_test(greedy_never_slower),     cmocka_unit_test(presets_on_target),
        cmocka_unit_test(stalls_have_names),       cmocka_unit_test(lags_as_reckoned),
        cmocka_unit_test(layers),
    };
    return cmocka_run_group_tests_name("cycles", tests, NULL, NULL);
}
