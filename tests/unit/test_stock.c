/* SPDX-License-Identifier: Apache-2.0
 * test_stock.c - a program that is built from what earlier ones left is the program that is built
 * alone. */
#include <stddef.h>

#include "gen/config/config_file.h"
#include "models/program/quality.h"
#include "models/program/stock.h"
#include "tests/unit/layers_testing.h"

/* Every key of a configuration. */
static const struct field {
    size_t at, size;
} fields[] = {
#define KEY(id, ...) {offsetof(struct config, id), sizeof ((struct config *)0)->id},
#define MODEL_KEY(id, ...)                                                                         \
    {offsetof(struct config, model.id), sizeof((struct config *)0)->model.id},
#define FORMAT_KEY(id, ...) {offsetof(struct config, model.formats.id), sizeof(int)},
#define DENSITY_KEY(id, ...) {offsetof(struct config, model.densities.id), sizeof(double)},
#define RANGE_KEY(id, ...) {offsetof(struct config, model.ranges.id), sizeof(double)},
#include "gen/config/config.def"
};

enum { FIELDS = sizeof fields / sizeof *fields };

/* What random_config() leaves as it is, drawn as well. */
static struct config any_config(struct random *random)
{
    struct config c = random_config(random);
    c.activation_bits = 8 + c.activation_bits % 3; /* wide tables take time */
    c.channels = random_int(random, 1, 64);
    c.memory = (enum memory_mode)random_int(random, 0, 2);
    c.memory_ports = random_int(random, 1, 2);
    c.io = c.memory == MEMORY_ROM || random_int(random, 0, 1) ? IO_STREAM : IO_MEMORY;
    c.axi_data_bits = (enum axi_width)random_int(random, 0, 3);
    c.headroom = random_int(random, 0, 100);
    c.model.margin = random_int(random, 0, 8) / 8.0;
    c.model.calibration_frames = random_int(random, 0, 20);
    c.model.formats.Wix = random_int(random, 0, 3) ? FORMAT_AUTO : random_int(random, 0, 6);
    c.model.formats.x = random_int(random, 0, 3) ? FORMAT_AUTO : random_int(random, 2, 6);
    c.model.densities.Wir = random_int(random, 0, 2) ? 0.0 : random_int(random, 1, 9) / 10.0;
    c.model.ranges.c = random_int(random, 0, 3) ? 0.0 : random_int(random, 1, 8);
    return c;
}

static void copy_field(struct config *to, const struct config *from, struct field f)
{
    memcpy((char *)to + f.at, (const char *)from + f.at, f.size);
}

/* One key of another configuration; those that must suit each other go together. */
static void change_one(struct config *c, const struct config *other, int n)
{
    const struct config before = *c;
    copy_field(c, other, fields[n]);
    if (before.pes != c->pes || before.fold != c->fold || before.elem_lanes != c->elem_lanes) {
        c->pes = other->pes;
        c->fold = other->fold;
        c->elem_lanes = other->elem_lanes;
    }
    if (c->memory == MEMORY_ROM)
        c->io = IO_STREAM;
}

static void same_matrices(const struct quantized *a, const struct quantized *b)
{
    assert_int_equal(a->shape.matrix_count, b->shape.matrix_count);
    for (int n = 0; n < a->shape.matrix_count; n++) {
        const struct quant_matrix *left = &a->matrices[n], *right = &b->matrices[n];
        assert_int_equal(left->rows, right->rows);
        assert_int_equal(left->cols, right->cols);
        assert_int_equal(left->fraction, right->fraction);
        assert_int_equal(left->clipped, right->clipped);
        assert_memory_equal(left->at, right->at,
                            (size_t)left->rows * (size_t)left->cols * sizeof *left->at);
    }
}

static void same_vectors(const struct quantized *a, const struct quantized *b)
{
    assert_int_equal(a->shape.vector_count, b->shape.vector_count);
    for (int n = 0; n < a->shape.vector_count; n++) {
        const struct quant_vector *left = &a->vectors[n], *right = &b->vectors[n];
        assert_int_equal(left->bits, right->bits);
        assert_int_equal(left->fraction, right->fraction);
        assert_memory_equal(&left->format, &right->format, sizeof left->format);
    }
}

static void same_program(const struct program *a, const struct program *b)
{
    assert_memory_equal(&a->d, &b->d, sizeof a->d);
    assert_memory_equal(&a->chip, &b->chip, sizeof a->chip);
    assert_int_equal(a->chip_hash, b->chip_hash);
    assert_int_equal(a->config_hash, b->config_hash); /* streams, constants, tables */
    assert_int_equal(a->config.fold, b->config.fold);
    assert_true(network_same_matrices(&a->network, &b->network));
    assert_int_equal(a->given != NULL, b->given != NULL);
    assert_memory_equal(&a->geometry, &b->geometry, sizeof a->geometry);
    same_matrices(&a->quant, &b->quant);
    same_vectors(&a->quant, &b->quant);
    assert_true(a->true_nonzeros == b->true_nonzeros);
    assert_true(a->filler_entries == b->filler_entries);
    assert_true(a->padding_entries == b->padding_entries);
    assert_int_equal(a->column_order, b->column_order);
    assert_int_equal(a->fewer_lanes, b->fewer_lanes);
    assert_true(a->fewer_lanes_cycles == b->fewer_lanes_cycles);
    assert_true(a->greedy_cycles == b->greedy_cycles);
    assert_true(a->cycles_per_frame == b->cycles_per_frame);
}

/* Built both ways; false: neither can be, for the same reason. */
static bool both(const struct config *c, struct stock *stock)
{
    struct program a, b;
    struct error left = {""}, right = {""};
    const bool ok = program_build_from(&a, c, stock, &left);
    assert_int_equal(ok, program_build(&b, c, &right));
    assert_string_equal(left.text, right.text);
    if (ok)
        same_program(&a, &b);
    program_free(&a);
    program_free(&b);
    return ok;
}

static void one_key_after_the_other(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 99);
    int built = 0;
    for (int n = 0; n < 6; n++) {
        struct stock *stock = stock_new();
        struct config c = any_config(&random);
        for (int step = 0; step < 2 * FIELDS; step++) {
            const struct config other = any_config(&random);
            change_one(&c, &other, step % FIELDS);
            built += both(&c, stock);
        }
        stock_free(stock);
    }
    assert_true(built > 6 * FIELDS);
}

/* Back and forth between two, as a sweep goes: nothing of the one is taken for the other. */
static void back_and_forth(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 100);
    struct stock *stock = stock_new();
    for (int n = 0; n < 40; n++) {
        const struct config a = any_config(&random), b = any_config(&random);
        for (int turn = 0; turn < 3; turn++)
            both(turn % 2 ? &b : &a, stock);
    }
    stock_free(stock);
}

/* Options of a layer, and what is asked of its numbers; sizes 1, 4 and 8: bool, int, double. */
static const struct change {
    enum layer_shape shape;
    size_t at, size;
    int value;
} changes[] = {
#define CHANGE(shape, field, value) \
    {shape, offsetof(struct layer_config, field), sizeof((struct layer_config *)0)->field, value}
    CHANGE(SHAPE_LSTM, input, 5),        CHANGE(SHAPE_LSTM, cell, 9),
    CHANGE(SHAPE_LSTM, output, 6),       CHANGE(SHAPE_LSTM, peephole, 1),
    CHANGE(SHAPE_LSTM, candidate, 1),    CHANGE(SHAPE_LSTM, coupled, 2),
    CHANGE(SHAPE_LSTM, bias, 0),         CHANGE(SHAPE_LSTM, density, 1),
    CHANGE(SHAPE_LSTM, formats.c, 3),    CHANGE(SHAPE_LSTM, formats.Wix, 3),
    CHANGE(SHAPE_LSTM, ranges.c, 8),     CHANGE(SHAPE_PROJECTION, projection_bias, 1),
    CHANGE(SHAPE_AFTER, reset, 1),       CHANGE(SHAPE_AFTER, bias, 0),
    CHANGE(SHAPE_AFTER, formats.kept, 5), CHANGE(SHAPE_AFTER, ranges.kept, 9),
    CHANGE(SHAPE_RNN, nonlinearity, 1),  CHANGE(SHAPE_LINEAR, activation, 3),
    CHANGE(SHAPE_LINEAR, output, 9),     CHANGE(SHAPE_LINEAR, kind, LAYER_RNN),
    CHANGE(SHAPE_LSTM, direction, DIRECTION_BACKWARD),
#undef CHANGE
};

static void change_layer(struct layer_config *l, const struct change *change)
{
    char *const at = (char *)l + change->at;
    const bool flag = change->value != 0;
    const double number = change->value;
    memcpy(at, change->size == sizeof flag     ? (const void *)&flag
               : change->size == sizeof number ? (const void *)&number
                                               : (const void *)&change->value,
           change->size);
    l->cell = l->kind == LAYER_RNN && l->cell == 0 ? l->output : l->cell;
    l->output = l->kind == LAYER_RNN ? 0 : l->output;
}

/* Many kinds of layers are folded in more ways than the stock has room for, and none of them is
 * better than the first, which must still be there. */
static void more_folds_than_places(void **state)
{
    (void)state;
    struct config c = plain_config();
    struct stock *stock = stock_new();
    c.pes = 64;
    c.elem_lanes = 8;
    c.model.density = 1.0;
    c.model.layer_count = SHAPE_COUNT;
    for (int n = 0; n < SHAPE_COUNT; n++)
        c.model.layers[n] = layer_of((enum layer_shape)n, 64);
    c.model.layers[0].input = 64;
    for (c.fifo_depth = 4; c.fifo_depth <= 8; c.fifo_depth *= 2)
        assert_true(both(&c, stock));
    stock_free(stock);
}

/* Networks that differ in one option of their first layer: what is found is never the other's. */
static void options_of_layers(void **state)
{
    (void)state;
    for (size_t n = 0; n < COUNT(changes); n++) {
        struct stock *stock = stock_new();
        struct config one = plain_config();
        one.fold = FOLD_1;
        one.model.layer_count = 2;
        one.model.layers[0] = layer_of(changes[n].shape, 8);
        one.model.layers[0].input = 4;
        one.model.layers[1] = layer_of(SHAPE_LINEAR, 3);
        struct config other = one;
        change_layer(&other.model.layers[0], &changes[n]);
        assert_memory_not_equal(&one.model.layers[0], &other.model.layers[0],
                                sizeof one.model.layers[0]);
        const bool forward = other.model.layers[0].direction == DIRECTION_FORWARD;
        assert_true(both(&one, stock));
        assert_int_equal(both(&other, stock), forward); /* else it is refused */
        assert_true(both(&one, stock));
        stock_free(stock);
    }
}

/* A trained model with recordings: what is read is read once, whatever is done with it. */
static void trained(void **state)
{
    (void)state;
    setenv("ESE_HOME", ".", 0); /* make runs the tests where the presets are */
    static char *const sets[] = {"channels=3", "weight_bits=8", "model.density=0.2", "fifo_depth=2",
                                 "model.pruning=none", "memory=stream"};
    struct stock *stock = stock_new();
    for (size_t n = 0; n < sizeof sets / sizeof *sets; n++) {
        struct config c;
        struct error error = {""};
        if (!config_load(&c, "speech", sets, n + 1, &error))
            fail_msg("%s", error.text);
        assert_true(both(&c, stock));
        config_free(&c);
    }
    stock_free(stock);
}

/* `measured`: by an earlier program. */
static struct quality quality_from(const struct config *c, struct stock *stock, bool measured)
{
    struct program p;
    struct quality quality;
    struct error error;
    assert_true(program_build_from(&p, c, stock, &error));
    assert_int_equal(p.quality != NULL, stock != NULL);
    assert_int_equal(stock != NULL && *p.quality != NULL, measured);
    quality_measure(&quality, &p, 1e6);
    program_free(&p);
    return quality;
}

/* What was measured is measured once for all that have the same numbers, and is what it is
 * alone. */
static void quality_once(void **state)
{
    (void)state;
    struct config c = plain_config();
    struct stock *stock = stock_new();
    const struct quality alone = quality_from(&c, NULL, false);
    for (int bits = 12; bits >= 8; bits -= 4)
        for (int turn = 0; turn < 3; turn++) {
            c.weight_bits = bits;
            c.channels = c.fifo_depth = turn + 1;
            const struct quality q = quality_from(&c, stock, turn > 0);
            assert_true(q.accuracy.frames == alone.accuracy.frames);
            assert_true((q.accuracy.total.snr_db == alone.accuracy.total.snr_db) == (bits == 12));
            assert_true(q.accuracy.total.snr_db ==
                        quality_from(&c, NULL, false).accuracy.total.snr_db);
        }
    stock_free(stock);
}

/* The schedule of numbers that have their zeros in the same places is found, whatever their widths
 * are; where a weight of few bits becomes 0 it is another. */
static void schedules_of_other_numbers(void **state)
{
    (void)state;
    struct config c = plain_config();
    struct stock *stock = stock_new();
    const struct column *columns[3];
    const int bits[] = {12, 10, 4};
    for (int n = 0; n < 3; n++) {
        struct program p;
        struct error error;
        c.weight_bits = bits[n];
        assert_true(program_build_from(&p, &c, stock, &error));
        columns[n] = p.columns;
        program_free(&p);
        assert_true(both(&c, stock));
    }
    assert_ptr_equal(columns[0], columns[1]);
    assert_ptr_not_equal(columns[0], columns[2]);
    stock_free(stock);
}

/* What the float network does is asked once, whatever the numbers are to be. */
static void one_calibrator(void **state)
{
    (void)state;
    struct config c = plain_config();
    struct stock *stock = stock_new();
    struct program p;
    struct error error;
    const struct kept *seen[3];
    for (int n = 0; n < 3; n++) {
        c.weight_bits = c.activation_bits = 12 - n;
        c.model.calibration_frames = n < 2 ? FRAMES_ALL : 9;
        assert_true(program_build_from(&p, &c, stock, &error));
        const struct kept *network = stock_find(stock, STAGE_NETWORK, &p, NULL);
        const struct kept *pruned = stock_find(stock, STAGE_PRUNED, &p, network);
        seen[n] = stock_find(stock, STAGE_CALIBRATED, &p, pruned);
        assert_true(seen[n] != NULL && seen[n]->calibrator != NULL);
        program_free(&p);
    }
    assert_ptr_equal(seen[0], seen[1]);
    assert_ptr_not_equal(seen[0], seen[2]);
    stock_free(stock);
}

static void expect_apart(const char *key, const char *value, enum stage stage)
{
    struct config left, right;
    struct error error = {""};
    struct text set = {0};
    text_appendf(&set, "%s=%s", key, value);
    char *sets[] = {set.data};
    assert_true(config_load(&left, "tiny", NULL, 0, &error));
    if (!config_load(&right, "tiny", sets, 1, &error))
        fail_msg("%s", error.text);
    if (stock_first_apart(&left, &right) != stage)
        fail_msg("%s: %d", key, (int)stock_first_apart(&left, &right));
    config_free(&left);
    config_free(&right);
    text_free(&set);
}

static void first_apart(void **state)
{
    (void)state;
    setenv("ESE_HOME", ".", 0);
    expect_apart("model.seed", "9", STAGE_NETWORK);
    expect_apart("model.path", "other.safetensors", STAGE_NETWORK);
    expect_apart("model.density", "0.9", STAGE_PRUNED);
    expect_apart("model.densities.Wir", "0.9", STAGE_PRUNED);
    expect_apart("pes", "5", STAGE_PRUNED);
    expect_apart("model.calibration_frames", "9", STAGE_CALIBRATED);
    expect_apart("weight_bits", "9", STAGE_NUMBERS);
    expect_apart("fifo_depth", "9", STAGE_SCHEDULE);
    expect_apart("channels", "128", STAGE_SCHEDULE); /* two registers more */
    expect_apart("channels", "3", STAGE_COUNT);
    expect_apart("clock_mhz", "9", STAGE_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_key_after_the_other),
        cmocka_unit_test(back_and_forth),
        cmocka_unit_test(more_folds_than_places),
        cmocka_unit_test(options_of_layers),
        cmocka_unit_test(trained),
        cmocka_unit_test(quality_once),
        cmocka_unit_test(schedules_of_other_numbers),
        cmocka_unit_test(one_calibrator),
        cmocka_unit_test(first_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
