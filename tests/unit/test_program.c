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
        struct encoded encoded;
        struct utterances noise;
        p.config.index_bits = 2 + variant / 2;
        p.config.encoding = variant & 1 ? ENCODING_RELATIVE : ENCODING_BLOCK;
        network_draw(&p.network, &p.config.model);
        const int count = p.network.matrix_count;
        for (int i = 0; i < count; i++) {
            struct matrix *m = &p.network.matrices[i].weights;
            for (int at = 0; at < m->rows * m->cols; at++)
                if (at / m->cols % c.pes != (i == count - 1 ? 2 : 1))
                    m->at[at] = 0.0f;
        }
        utterances_draw(&noise, 1, 9, c.model.input, 1);
        quantized_of(&p.quant, &p.network, &noise, &p.config);
        const int fold = geometry_fold_asked(&p.config);
        p.geometry = geometry_make(&p.config, &p.network, folds_all(fold));
        derive_shapes(&p, 1);
        schedule_encode(&encoded, &p);
        schedule_products(&p, &encoded);
        schedule_columns(&p, &encoded, p.config.column_order);
        schedule_entries(&p, &encoded);
        derive_streams(&p);
        check_all(&p);
        assert_true(p.d.weight_fifo_bits <= 9);
        assert_true(p.padding_entries > p.true_nonzeros); /* three PEs of four wait all the time */
        encoded_free(&encoded);
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
                entries += p.lengths[(size_t)(p.products[n].first_column + i) * (size_t)c.pes +
                                     (size_t)pe];
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

/* A configuration that asks for the greedy order is never slower than one that asks for the natural
 * one, but for the half percent that is not looked for; where it falls back it has the natural
 * program and says what greedy would take. */
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
            fail_msg("%s: greedy %lld, natural %lld", config_line(&c),
                     (long long)greedy.cycles_per_frame, (long long)natural.cycles_per_frame);
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

/* What is said of fewer lanes is what a chip with so many takes, in whichever order each of the two
 * has its columns; and there are more of them for a reason. */
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
                fail_msg("%s: %lld with %d, not %lld", config_line(&c),
                         (long long)fewer.cycles_per_frame, more.fewer_lanes,
                         (long long)more.fewer_lanes_cycles);
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

/* Plain pruning leaves the PEs with unequal work, fillers do so too: each PE then goes at its own
 * pace, and the greedy order is faster than the natural one, not slower. */
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

/* Clocks, and the least that there could be: weights without what fills gaps, evenly on all PEs. */
struct clocks {
    double cycles, least;
};

static struct clocks clocks_of(const struct config *c)
{
    struct program p;
    build(&p, c);
    const struct clocks clocks = {(double)p.cycles_per_frame,
                                  (double)p.true_nonzeros / p.geometry.pes};
    program_free(&p);
    return clocks;
}

/* Is more hardware worth it? */
static bool worth(const struct clocks *more, const struct clocks *now)
{
    return now->cycles > now->least * 1.005 && more->cycles < now->cycles * 0.995;
}

/* Asserts that by itself a matrix is folded once more where that saves half a per cent, and not
 * otherwise, whether or not a fold between them does; returns which it is.  With a projection the
 * two kinds of matrices may be folded apart, where that saves more. */
static int check_fold(struct config c)
{
    struct program p;
    build(&p, &c);
    assert_int_equal(p.config.fold, FOLD_AUTO);
    c.fold = FOLD_1;
    struct clocks best = clocks_of(&c);
    int code = 0;
    for (int next = 1; next <= 3 && geometry_allows(c.pes, c.elem_lanes, 1 << next); next++) {
        c.fold = (enum fold)(FOLD_1 + next);
        const struct clocks more = clocks_of(&c);
        if (!worth(&more, &best))
            continue;
        code = next;
        best = more;
    }
    if (c.model.projection ? (double)p.cycles_per_frame > best.cycles / 0.995
                           : p.geometry.folds[0] != 1 << code)
        fail_msg("%s: folded by %d, not %d", config_line(&c), p.geometry.folds[0], 1 << code);
    assert_true(c.model.projection || (double)p.cycles_per_frame == best.cycles);
    program_free(&p);
    return code;
}

static void folds_worth_their_hardware(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 65);
    int folded = 0;
    for (int n = 0; n < 60; n++) {
        struct config c = random_config(&random);
        c.pes = 4 << random_int(&random, 0, 4);
        c.elem_lanes = random_int(&random, 0, 2) ? LANES_AUTO : 1 << random_int(&random, 0, 2);
        c.fold = FOLD_AUTO;
        c.activation_bits = 8;
        folded += check_fold(c) > 0;
    }
    assert_true(folded > 10);
}

/* Gates with three times the rows of Wym, and with many more. */
static void each_kind_by_itself(void **state)
{
    (void)state;
    static const struct {
        int cell, output, gates, y;
    } chips[] = {{24, 13, 2, 4}, {61, 15, 1, 4}};
    for (size_t n = 0; n < sizeof chips / sizeof *chips; n++) {
        struct program p;
        struct config c = plain_config();
        c.pes = 16;
        c.elem_lanes = 4;
        c.fold = FOLD_AUTO;
        c.index_bits = 2;
        c.model.input = 17;
        c.model.cell = chips[n].cell;
        c.model.output = chips[n].output;
        build(&p, &c);
        assert_int_equal(p.geometry.folds[0], chips[n].gates);
        assert_int_equal(p.geometry.folds[1], chips[n].y);
        const int64_t apart = p.cycles_per_frame;
        program_free(&p);
        for (int fold = FOLD_1; fold <= FOLD_4; fold++) {
            c.fold = (enum fold)fold;
            assert_true((double)apart < 0.995 * clocks_of(&c).cycles);
        }
    }
}

/* Of 96 PEs, twice as many rows each divide no better than before, four times as many do. */
static void a_fold_behind_one_that_is_no_use(void **state)
{
    (void)state;
    struct config c = plain_config();
    c.pes = 96;
    c.fifo_depth = 8;
    c.elem_lanes = LANES_AUTO;
    c.fold = FOLD_AUTO;
    c.activation_bits = 8;
    c.model.calibration_frames = 8; /* they take time, and no cycles */
    c.model.input = 50;
    c.model.cell = 1024;
    c.model.projection = false;
    c.model.density = 0.1;
    assert_int_equal(check_fold(c), 2);
}

/* ---- index_bits: auto ------------------------------------------------------------------------ */

static void build_with_index(struct program *p, struct config c, int bits)
{
    c.index_bits = bits;
    build(p, &c);
}

struct by_index {
    struct clocks at[7];
};

static struct by_index by_index(struct config c)
{
    struct by_index by = {.at = {{0.0, 0.0}}};
    for (c.index_bits = 4; c.index_bits <= 6; c.index_bits++)
        by.at[c.index_bits] = clocks_of(&c);
    return by;
}

/* Four bits at least, and more where they save half a per cent. */
static int worth_their_place(const struct by_index *by)
{
    int bits = 4;
    for (int more = 5; more <= 6; more++)
        if (worth(&by->at[more], &by->at[bits]))
            bits = more;
    return bits;
}

/* The chip is the one with so many bits spelled out. */
static void same_chip(const struct program *a, const struct config *c, int bits)
{
    struct program b;
    build_with_index(&b, *c, bits);
    assert_int_equal(a->chip_hash, b.chip_hash);
    assert_int_equal(a->config_hash, b.config_hash);
    assert_memory_equal(&a->d, &b.d, sizeof a->d);
    assert_memory_equal(&a->geometry, &b.geometry, sizeof a->geometry);
    assert_true(network_same_matrices(&a->network, &b.network));
    program_free(&b);
}

static int chosen_bits(const struct config *c)
{
    const struct by_index by = by_index(*c);
    struct program p;
    build_with_index(&p, *c, INDEX_AUTO);
    const int bits = p.geometry.index_bits;
    if (bits != worth_their_place(&by))
        fail_msg("%s: %d bits; 4 take %g clocks, 5 %g, 6 %g", config_line(c), bits,
                 by.at[4].cycles, by.at[5].cycles, by.at[6].cycles);
    assert_int_equal(p.config.index_bits, INDEX_AUTO);
    assert_true((double)p.cycles_per_frame == by.at[bits].cycles);
    same_chip(&p, c, bits);
    program_free(&p);
    return bits;
}

/* Where a column has an entry for nearly every PE, rows in one block save no broadcasts that count;
 * where it has few, a block of all rows is best, and bits that only make it larger than the matrix
 * are no use. */
static void index_bits(void **state)
{
    (void)state;
    static const struct {
        int cell;
        double density;
        int bits;
    } shapes[] = {
        {64, 0.5, 4},  {64, 0.02, 4},  /* 16 rows a PE */
        {128, 0.5, 4}, {128, 0.02, 5}, /* 32 */
        {256, 0.5, 4}, {256, 0.02, 6}, /* 64 */
    };
    for (size_t n = 0; n < COUNT(shapes); n++) {
        struct config c = plain_config();
        c.activation_bits = 8;
        c.model.calibration_frames = 8; /* they take time, and no cycles */
        c.model.input = 30;
        c.model.cell = c.model.output = shapes[n].cell;
        c.model.density = shapes[n].density;
        c.model.projection = false;
        c.fold = FOLD_1;
        const int bits = chosen_bits(&c);
        if (bits != shapes[n].bits)
            fail_msg("%s: %d bits", config_line(&c), bits);
    }
}

/* Zeros that fill gaps keep the multipliers busy, too, and longer gaps need fewer of them. */
static void index_bits_against_fillers(void **state)
{
    (void)state;
    struct config c = plain_config();
    c.activation_bits = 8;
    c.pes = 1;
    c.fold = FOLD_1;
    c.encoding = ENCODING_RELATIVE;
    c.model.input = 20;
    c.model.cell = 96;
    c.model.projection = false;
    c.model.density = 0.05;
    assert_int_equal(chosen_bits(&c), 6);
}

static void index_bits_anywhere(void **state)
{
    (void)state;
    struct random random;
    int found[7] = {0};
    random_seed(&random, 66);
    for (int n = 0; n < 24; n++) {
        struct config c = random_config(&random);
        c.activation_bits = 8;
        c.model.calibration_frames = 8; /* they take time, and no cycles */
        c.pes = 4 << random_int(&random, 0, 2);
        c.elem_lanes = random_int(&random, 0, 1) ? LANES_AUTO : 1;
        c.fold = n % 2 ? FOLD_AUTO : FOLD_1;
        c.model.cell = random_int(&random, 20, 400);
        c.model.density = n % 4 ? 0.02 * random_int(&random, 1, 10) : 0.5;
        found[chosen_bits(&c)]++;
    }
    assert_true(found[4] > 4 && found[5] > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_shapes), cmocka_unit_test(random_shapes),
        cmocka_unit_test(lopsided),      cmocka_unit_test(natural_order),
        cmocka_unit_test(same_twice),    cmocka_unit_test(faster_order),
        cmocka_unit_test(fewer_lanes),   cmocka_unit_test(unequal_work),
        cmocka_unit_test(folds_worth_their_hardware),
        cmocka_unit_test(a_fold_behind_one_that_is_no_use),
        cmocka_unit_test(each_kind_by_itself),
        cmocka_unit_test(index_bits),    cmocka_unit_test(index_bits_against_fillers),
        cmocka_unit_test(index_bits_anywhere),
    };
    return cmocka_run_group_tests_name("program", tests, NULL, NULL);
}
