/* SPDX-License-Identifier: Apache-2.0
 * test_program.c - programs of all shapes walked as the hardware walks them (program_walk.h). */
#include "models/program/cycles.h"
#include "models/program/derive.h"
#include "models/program/schedule.h"
#include "tests/unit/model_testing.h"
#include "tests/unit/program_walk.h"

static void check_program(const struct config *config)
{
    struct program program;
    build(&program, config);
    check_all(&program);
    program_free(&program);
}

static void chosen_shapes(void **state)
{
    (void)state;
    static const struct {
        int pes, input, cell, output;
        bool projection;
        double density;
    } shapes[] = {
        {1, 1, 1, 1, true, 1.0},     {1, 7, 65, 5, false, 0.5},   {3, 5, 12, 6, true, 0.4},
        {4, 9, 130, 70, true, 0.2},  {8, 40, 128, 64, true, 0.1}, {32, 13, 33, 31, true, 0.3},
        {31, 3, 5, 2, true, 1.0},    {256, 6, 20, 9, true, 0.5},  {5, 1, 200, 1, true, 0.02},
        {7, 64, 64, 64, false, 0.9}, {16, 30, 300, 17, true, 0.05}, {2, 11, 3, 200, true, 0.25},
        {4, 8, 40, 24, true, 1e-9},
    };
    for (size_t n = 0; n < COUNT(shapes); n++)
        for (int variant = 0; variant < 4; variant++) {
            struct config c = plain_config();
            c.pes = shapes[n].pes;
            c.activation_bits = 10;
            c.encoding = variant & 1 ? ENCODING_RELATIVE : ENCODING_BLOCK;
            c.column_order = variant & 2 ? ORDER_NATURAL : ORDER_GREEDY;
            c.model.input = shapes[n].input;
            c.model.cell = shapes[n].cell;
            c.model.output = shapes[n].output;
            c.model.projection = shapes[n].projection;
            c.model.density = shapes[n].density;
            c.model.seed = n;
            check_program(&c);
        }
}

static void random_shapes(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 11);
    for (int n = 0; n < 150; n++) {
        struct config c = random_config(&random);
        if (n % 8 != 0) /* wide tables take time */
            c.activation_bits = 8 + n % 3;
        check_program(&c);
    }
}

/* All weights of the gates lie in the rows of one PE, those of Wym in another's: the rest get null
 * entries, in time, so that no weight buffer need be deep. */
static void lopsided(void **state)
{
    (void)state;
    struct config c = plain_config();
    c.model.input = c.model.cell = c.model.output = 70;
    for (int variant = 0; variant < 8; variant++) {
        struct program p = {.config = c};
        struct slices *slices;
        struct encoded encoded;
        struct utterances noise;
        struct error error;
        p.config.index_bits = 2 + variant / 2;
        p.config.encoding = variant & 1 ? ENCODING_RELATIVE : ENCODING_BLOCK;
        network_draw(&p.network, &p.config.model);
        struct matrix *matrices[2 * GATE_COUNT + 1];
        int count = matrices_of(&p.network, matrices);
        for (int i = 0; i < count; i++)
            for (int at = 0; at < matrices[i]->rows * matrices[i]->cols; at++)
                if (at / matrices[i]->cols % c.pes != (i == count - 1 ? 2 : 1))
                    matrices[i]->at[at] = 0.0f;
        utterances_draw(&noise, 1, 9, c.model.input, 1);
        assert_true(quantize(&p.quant, &p.network, &noise, &p.config, &error));
        p.geometry = geometry_choose(&p.config, &p.network);
        derive_shapes(&p, 1);
        schedule_encode(&encoded, &p);
        schedule_products(&p, &encoded, &slices);
        schedule_columns(&p, slices, p.config.column_order);
        derive_streams(&p);
        check_all(&p);
        assert_true(p.d.weight_fifo_bits <= 9);
        assert_true(p.padding_entries > p.true_nonzeros); /* three PEs of four wait all the time */
        encoded_free(&encoded);
        free(slices);
        utterances_free(&noise);
        program_free(&p);
    }
}

/* The paper's columns as they are: natural order keeps each matrix's columns ascending. */
static void natural_order(void **state)
{
    (void)state;
    struct config c = plain_config();
    struct program p;
    c.column_order = ORDER_NATURAL;
    build(&p, &c);
    for (int n = 0; n < p.product_count; n++)
        for (int i = 1; i < p.products[n].columns; i++) {
            const struct column *column = &p.columns[p.products[n].first_column + i];
            int64_t entries = 0;
            for (int pe = 0; pe < c.pes; pe++)
                entries += p.lengths[(size_t)(p.products[n].first_column + i) * (size_t)c.pes + (size_t)pe];
            assert_true(column->element > column[-1].element || column->element == 0);
            assert_true(entries > 0); /* an empty column is not broadcast */
        }
    program_free(&p);
}

static void same_twice(void **state)
{
    (void)state;
    struct config c = plain_config();
    struct program a, b;
    c.elem_lanes = LANES_AUTO;
    build(&a, &c);
    build(&b, &c);
    assert_true(a.config_hash == b.config_hash);
    assert_memory_equal(&a.d, &b.d, sizeof a.d);
    assert_memory_equal(a.entries, b.entries,
                        (size_t)a.d.beats * (size_t)a.d.pes * sizeof *a.entries);
    program_free(&b);
    c.model.seed++;
    build(&b, &c);
    assert_true(a.config_hash != b.config_hash);
    program_free(&a);
    program_free(&b);
}

static int64_t cycles_of(const struct program *p)
{
    struct cycles cycles;
    cycles_run(p, 12, &cycles);
    int64_t result = cycles.cycles_per_frame;
    cycles_free(&cycles);
    return result;
}

/* A configuration that asks for the greedy order is never slower than one that asks for the natural one,
 * but for the half percent that is not looked for; where it falls back it has the natural program and
 * says what greedy would take. */
static void faster_order(void **state)
{
    (void)state;
    struct random random;
    int fallbacks = 0;
    random_seed(&random, 12);
    for (int n = 0; n < 120; n++) {
        struct config c = random_config(&random);
        struct program greedy, natural;
        c.activation_bits = 8;
        if (c.elem_lanes == LANES_AUTO)
            c.elem_lanes = 1;
        c.column_order = ORDER_NATURAL;
        build(&natural, &c);
        c.column_order = ORDER_GREEDY;
        build(&greedy, &c);
        assert_int_equal(natural.column_order, ORDER_NATURAL);
        assert_int_equal(natural.greedy_cycles, 0);
        assert_int_equal(greedy.cycles_per_frame, cycles_of(&greedy));
        if ((double)greedy.cycles_per_frame > (double)natural.cycles_per_frame * 1.005)
            fail_msg("%s: greedy %lld, natural %lld", config_line(&c), (long long)greedy.cycles_per_frame,
                     (long long)natural.cycles_per_frame);
        if (greedy.column_order == ORDER_NATURAL) {
            assert_int_equal(greedy.config_hash, natural.config_hash);
            assert_true(greedy.greedy_cycles > greedy.cycles_per_frame);
            fallbacks++;
        } else {
            assert_int_equal(greedy.greedy_cycles, 0);
        }
        program_free(&greedy);
        program_free(&natural);
    }
    assert_true(fallbacks >= 5 && fallbacks < 60);
}

/* What is said of fewer lanes is what a chip with so many takes, in whichever order each of the two has its
 * columns; and there are more of them for a reason. */
static void fewer_lanes(void **state)
{
    (void)state;
    struct random random;
    int found[2][2] = {{0}};
    random_seed(&random, 13);
    for (int n = 0; n < 120; n++) {
        struct config c = random_config(&random);
        struct program more, fewer;
        c.activation_bits = 8;
        c.elem_lanes = LANES_AUTO;
        build(&more, &c);
        if (more.fewer_lanes != 0) {
            c.elem_lanes = more.fewer_lanes;
            c.fold = (enum fold)(FOLD_1 + fold_code(more.d.fold));
            build(&fewer, &c);
            if (more.fewer_lanes_cycles != fewer.cycles_per_frame)
                fail_msg("%s: %lld with %d, not %lld", config_line(&c), (long long)fewer.cycles_per_frame,
                         more.fewer_lanes, (long long)more.fewer_lanes_cycles);
            assert_true(more.d.lanes > more.fewer_lanes);
            assert_true(more.greedy_cycles > 0 || more.cycles_per_frame < more.fewer_lanes_cycles);
            found[more.column_order][fewer.column_order]++;
            program_free(&fewer);
        }
        program_free(&more);
    }
    assert_true(found[ORDER_GREEDY][ORDER_GREEDY] > 0);
    assert_true(found[ORDER_GREEDY][ORDER_NATURAL] > 0);
    assert_true(found[ORDER_NATURAL][ORDER_NATURAL] > 0);
}

/* Plain pruning leaves the PEs with unequal work, fillers do so too: each PE then goes at its own pace,
 * and the greedy order is faster than the natural one, not slower. */
static void unequal_work(void **state)
{
    (void)state;
    for (int variant = 0; variant < 2; variant++) {
        struct config c = plain_config();
        struct program greedy, natural;
        c.pes = 16;
        c.activation_bits = 8;
        c.model.input = 60;
        c.model.cell = 400;
        c.model.output = 200;
        c.model.density = 0.1;
        c.model.pruning = variant == 0 ? PRUNING_MAGNITUDE : PRUNING_BALANCED;
        c.encoding = variant == 0 ? ENCODING_BLOCK : ENCODING_RELATIVE;
        build(&greedy, &c);
        c.column_order = ORDER_NATURAL;
        build(&natural, &c);
        assert_int_equal(greedy.column_order, ORDER_GREEDY);
        assert_true((double)greedy.cycles_per_frame < (double)natural.cycles_per_frame * 0.98);
        program_free(&greedy);
        program_free(&natural);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_shapes), cmocka_unit_test(random_shapes),
        cmocka_unit_test(lopsided),      cmocka_unit_test(natural_order),
        cmocka_unit_test(same_twice),    cmocka_unit_test(faster_order),
        cmocka_unit_test(fewer_lanes),   cmocka_unit_test(unequal_work),
    };
    return cmocka_run_group_tests_name("program", tests, NULL, NULL);
}
