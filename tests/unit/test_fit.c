/* SPDX-License-Identifier: Apache-2.0
 * test_fit.c - other models for a chip that is there already: what is built for it fits, what does
 * not fit is refused, and headroom makes room. */
#include "models/program/fit.h"

#include "gen/image/images.h"
#include "models/number/golden.h"
#include "models/program/cycles.h"
#include "models/program/derive.h"
#include "tests/unit/layers_testing.h"
#include "tests/unit/program_walk.h"

static struct config loadable_config(void)
{
    struct config config = plain_config();
    config.memory = MEMORY_RESIDENT;
    config.memory_ports = 2;
    config.axi_data_bits = AXI_128;
    config.axi_address_bits = 40;
    config.headroom = 25;
    return config;
}

static struct config random_loadable(struct random *random)
{
    struct config c = random_config(random);
    c.memory = random_int(random, 0, 1) ? MEMORY_RESIDENT : MEMORY_STREAM;
    c.memory_ports = random_int(random, 1, 2);
    c.axi_address_bits = 32;
    c.headroom = random_int(random, 0, 2) ? random_int(random, 0, 100) : 0;
    c.activation_bits = random_int(random, 8, 12); /* wide tables take time */
    return c;
}

/* The model must not fit, for the reason given. */
static void refused_because(const struct program *chip, const struct config *config,
                            const char *wanted)
{
    struct program p;
    struct error error = {""};
    if (program_build_for(&p, chip, config, &error))
        fail_msg("fits: %s", config_line(config));
    if (strstr(error.text, wanted) == NULL)
        fail_msg("'%s' lacks '%s'", error.text, wanted);
    assert_null(strchr(error.text, '\n'));
    program_free(&p);
}

static void check_own_model(const struct config *c)
{
    struct program chip, p;
    struct error error = {""};
    build(&chip, c);
    if (!program_build_for(&p, &chip, c, &error))
        fail_msg("%s: %s", config_line(c), error.text);
    assert_memory_equal(&p.d, &chip.d, sizeof p.d);
    assert_int_equal(p.chip_hash, chip.chip_hash);
    assert_int_equal(p.config_hash, chip.config_hash);
    assert_int_equal(p.cycles_per_frame, chip.cycles_per_frame);
    size_t pes = (size_t)p.d.pes;
    assert_memory_equal(p.entries, chip.entries, (size_t)p.d.beats * pes * sizeof *p.entries);
    assert_memory_equal(p.lengths, chip.lengths, (size_t)p.d.columns * pes * sizeof *p.lengths);
    program_free(&p);
    program_free(&chip);
}

/* The chip's own model gives the chip's own program. */
static void own_model(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 5);
    for (int n = 0; n < 40; n++) {
        struct config c = random_loadable(&random);
        check_own_model(&c);
    }
    for (int n = 0; n < 40; n++) {
        struct config c = random_loadable(&random);
        random_layers(&c, &random, 1 + n % 4, 30);
        check_own_model(&c);
    }
}

/* Headroom holds for a folded chip, too: a denser model is folded as the chip, though it would not
 * be worth it for a chip of its own. */
static void folded_headroom(void **state)
{
    (void)state;
    struct config c = loadable_config();
    c.pes = 16;
    c.elem_lanes = LANES_AUTO;
    c.index_bits = 4;
    c.model.input = 16;
    c.model.cell = 128;
    c.model.output = 64;
    c.model.peephole = false;
    c.model.density = 0.1;
    struct program chip, p;
    struct error error = {""};
    build(&chip, &c);
    assert_true(chip.d.fold > 1);
    c.model.density = 0.125; /* by 25 % */
    if (!program_build_for(&p, &chip, &c, &error))
        fail_msg("%s", error.text);
    assert_int_equal(p.geometry.folds[0], chip.geometry.folds[0]); /* of the gates */
    check_all(&p);
    program_free(&p);
    c.model.density = 0.2;
    refused_because(&chip, &c, "the chip has");
    program_free(&chip);
}

/* Activations at the ends of their range, so that sums get as large as they can: golden_step()
 * looks at every one of them. */
static void run_golden(const struct quantized *q, struct random *random)
{
    int32_t *x = allocate((size_t)q->shape.input, sizeof *x), top = 1 << (q->activation_bits - 1);
    struct golden_state state = golden_start(q);
    for (int t = 0; t < 6; t++) {
        for (int i = 0; i < q->shape.input; i++)
            x[i] = random_int(random, 0, 1) ? top - 1 : -top;
        golden_step(q, &state, x);
    }
    golden_end(&state);
    free(x);
}

static void check_constants(const struct quantized *q, int number, const struct derived *has)
{
    const struct quant_pass *pass = &q->passes[number];
    for (int row = 0; row < q->shape.passes[number].rows; row++) {
        if (pass->bias != NULL)
            assert_true(signed_bits(llabs(pass->bias[row])) <= has->bias_bits);
        if (pass->peep != NULL)
            assert_true(signed_bits(llabs((int64_t)pass->peep[row])) <= has->peep_bits);
    }
}

static void check_formats(const struct quantized *q, const struct quantized *chip)
{
    assert_int_equal(q->gate_fraction, chip->gate_fraction);
    assert_int_equal(q->z_fraction, chip->z_fraction);
    assert_int_equal(q->z_bits, chip->z_bits);
    assert_int_equal(q->shape.vector_count, chip->shape.vector_count);
    for (int v = 0; v < q->shape.vector_count; v++) {
        assert_int_equal(q->vectors[v].bits, chip->vectors[v].bits);
        assert_int_equal(q->vectors[v].fraction, chip->vectors[v].fraction);
    }
    assert_int_equal(q->shape.pass_count, chip->shape.pass_count);
    for (int n = 0; n < q->shape.pass_count; n++) {
        assert_int_equal(q->passes[n].sum, chip->passes[n].sum);
        assert_int_equal(q->passes[n].round_shift, chip->passes[n].round_shift);
    }
}

/* Numbers of the model in the widths of the chip. */
static void check_fit(const struct program *p, const struct program *chip)
{
    const struct derived *d = &p->d, *has = &chip->d;
    const struct quantized *q = &p->quant;
    check_all(p);
    assert_true(d->x_size <= has->x_size && d->c_size <= has->c_size && d->y_size <= has->y_size);
    assert_true(d->products <= has->products && d->passes <= has->passes);
    assert_true(d->columns <= has->max_columns && d->beats <= has->max_beats);
    assert_true(d->constants <= has->max_constants);
    for (int pass = 0; pass < q->shape.pass_count; pass++)
        check_constants(q, pass, has);
    assert_true(derive_needs(p).skew <= derive_skew(has));
    assert_int_equal(p->chip_hash, chip->chip_hash);
    /* What is fixed stays, whatever the model. */
    struct derived fixed = *d;
    fixed.x_size = has->x_size, fixed.c_size = has->c_size, fixed.y_size = has->y_size;
    fixed.y_words = has->y_words, fixed.cell_words = has->cell_words;
    fixed.kept_words = has->kept_words, fixed.scratch_words = has->scratch_words;
    fixed.frame_words = has->frame_words;
    fixed.products = has->products, fixed.passes = has->passes, fixed.columns = has->columns;
    fixed.beats = has->beats, fixed.constants = has->constants;
    fixed.weights_bus_words = has->weights_bus_words;
    fixed.columns_bus_words = has->columns_bus_words;
    fixed.constants_bus_words = has->constants_bus_words;
    fixed.program_bus_words = has->program_bus_words;
    fixed.x_bus_words = has->x_bus_words, fixed.y_bus_words = has->y_bus_words;
    fixed.state_bus_words = has->state_bus_words;
    assert_memory_equal(&fixed, has, sizeof fixed);
    check_formats(q, &chip->quant);
    assert_int_equal(q->max_shift, chip->quant.max_shift);
    assert_int_equal(q->acc_bits, chip->quant.acc_bits);
    assert_int_equal(q->bias_bits, chip->quant.bias_bits);
    assert_int_equal(q->peep_bits, chip->quant.peep_bits);
    assert_int_equal(q->sum_bits, chip->quant.sum_bits);
    size_t entries = (size_t)1 << q->sigm.address_bits;
    assert_memory_equal(q->sigm.base, chip->quant.sigm.base, entries * sizeof *q->sigm.base);
    assert_memory_equal(q->tanh.base, chip->quant.tanh.base, entries * sizeof *q->tanh.base);
}

/* Other weights, other density, smaller vectors: fits, and then keeps within everything that the
 * chip has, or is refused. */
static void other_models(void **state)
{
    (void)state;
    struct random random;
    int fitting = 0, refused = 0;
    random_seed(&random, 6);
    for (int n = 0; n < 150; n++) {
        struct config c = random_loadable(&random), other;
        struct program chip, p;
        struct error error = {""};
        build(&chip, &c);
        other = c;
        other.model.seed = random_next(&random) >> 1;
        other.column_order = random_int(&random, 0, 1) ? ORDER_GREEDY : ORDER_NATURAL;
        other.model.density *= random_int(&random, 40, 130) / 100.0;
        if (other.model.density > 1.0)
            other.model.density = 1.0;
        if (random_int(&random, 0, 1)) {
            other.model.input = random_int(&random, 1, c.model.input);
            other.model.cell = random_int(&random, 1, c.model.cell);
            other.model.output = random_int(&random, 1, c.model.output);
        }
        if (!other.model.projection)
            other.model.output = other.model.cell;
        if (program_build_for(&p, &chip, &other, &error)) {
            check_fit(&p, &chip);
            run_golden(&p.quant, &random);
            struct cycles cycles;
            cycles_run(&p, 3, &cycles);
            cycles_free(&cycles);
            fitting++;
        } else {
            assert_int_equal(strncmp(error.text, "model: ", 7), 0);
            assert_non_null(strstr(error.text, "the chip has"));
            refused++;
        }
        program_free(&p);
        program_free(&chip);
    }
    assert_true(fitting >= 50);
    assert_true(refused >= 15);
}

static void sizes_and_kinds(void **state)
{
    (void)state;
    struct config c = loadable_config(), other = c;
    struct program chip;
    build(&chip, &c);
    other.model.input++;
    refused_because(&chip, &other, "model: x has 10 elements, the chip takes at most 9");
    other = c;
    other.model.cell++;
    refused_because(&chip, &other, "model: c has 21 elements, the chip takes at most 20");
    other = c;
    other.model.output++;
    refused_because(&chip, &other, "model: y has 12 elements, the chip takes at most 11");
    other = c;
    other.model.peephole = false;
    refused_because(&chip, &other, "model: lacks peepholes, but the chip was made with");
    other = c;
    other.model.projection = false;
    other.model.output = other.model.cell;
    refused_because(&chip, &other, "model: lacks a projection, but the chip was made with");
    other = c;
    other.model.candidate = CANDIDATE_SIGM;
    refused_because(&chip, &other, "model: candidate is sigm, the chip's is tanh");
    program_free(&chip);
    c.memory = MEMORY_ROM;
    build(&chip, &c);
    refused_because(&chip, &c, "memory: rom");
    program_free(&chip);
}

/* A chip of three layers, and what else is asked of one of them. */
struct layers_case {
    int layer;
    struct layer_config as;
    const char *said; /* NULL: it fits */
};

/* Layers do what the chip's do, and none is larger. */
static void layers_of_a_chip(void **state)
{
    (void)state;
    struct config c = loadable_config();
    const struct layer_config lstm = layer_of(SHAPE_LSTM, 8), gru = layer_of(SHAPE_AFTER, 10),
                              linear = layer_of(SHAPE_LINEAR, 6);
    c.headroom = 100;
    c.model.layer_count = 3;
    c.model.layers[0] = lstm, c.model.layers[1] = gru, c.model.layers[2] = linear;
    c.model.layers[0].input = 9;
    struct layers_case cases[] = {
        {0, lstm, NULL}, {1, gru, NULL}, {2, linear, NULL},
        {0, gru, "model: layer 0: kind is gru, the chip's is lstm"},
        {2, gru, "model: layer 2: kind is gru, the chip's is linear"},
        {0, layer_of(SHAPE_LSTM, 9), "model: 0.c has 9 elements, the chip takes at most 8"},
        {1, layer_of(SHAPE_AFTER, 11), "model: 1.y has 11 elements, the chip takes at most 10"},
        {2, layer_of(SHAPE_LINEAR, 7), "model: 2.y has 7 elements, the chip takes at most 6"},
        {0, layer_of(SHAPE_LSTM, 7), NULL}, {1, layer_of(SHAPE_AFTER, 9), NULL},
        {2, layer_of(SHAPE_LINEAR, 5), NULL},
        {1, layer_of(SHAPE_BEFORE, 10), "model: layer 1: reset is before, the chip's is after"},
        {0, layer_of(SHAPE_PROJECTION, 8),
         "model: layer 0: has a projection, but the chip was made without"},
        {0, layer_of(SHAPE_COUPLED, 8),
         "model: layer 0: has coupled gates, but the chip was made without"},
        {0, lstm, "model: layer 0: has peepholes, but the chip was made without"},
        {1, gru, "model: layer 1: lacks biases, but the chip was made with"},
        {2, linear, "model: layer 2: activation is relu, the chip's is none"},
        {0, lstm, "model: layer 0: candidate is sigm, the chip's is tanh"},
    };
    const size_t count = COUNT(cases);
    cases[count - 4].as.peephole = true;
    cases[count - 3].as.bias = false;
    cases[count - 2].as.activation = ACTIVATION_RELU;
    cases[count - 1].as.candidate = CANDIDATE_SIGM;
    struct program chip, p;
    build(&chip, &c);
    for (size_t n = 0; n < count; n++) {
        struct config other = c;
        struct error error = {""};
        other.model.layers[cases[n].layer] = cases[n].as;
        other.model.layers[0].input = 9;
        if (cases[n].said != NULL) {
            refused_because(&chip, &other, cases[n].said);
            continue;
        }
        if (!program_build_for(&p, &chip, &other, &error))
            fail_msg("case %zu: %s", n, error.text);
        check_fit(&p, &chip);
        program_free(&p);
    }
    struct config other = c;
    other.model.layer_count = 2;
    refused_because(&chip, &other, "model: has 2 layers, the chip's has 3");
    other = c;
    other.model.layers[0].input = 10;
    refused_because(&chip, &other, "model: x has 10 elements, the chip takes at most 9");
    program_free(&chip);
}

/* Of one layer, with a GRU's memories and selects or without: neither takes the other kind; nor does a chip go
 * another way. */
static void kinds_and_directions(void **state)
{
    (void)state;
    const struct layer_config lstm = layer_of(SHAPE_LSTM, 8), gru = layer_of(SHAPE_AFTER, 8),
                              before = layer_of(SHAPE_BEFORE, 8);
    struct layer_config both = gru, backward = gru;
    both.direction = DIRECTION_BOTH;
    backward.direction = DIRECTION_BACKWARD;
    const struct {
        struct layer_config chip, model;
        const char *said;
    } cases[] = {
        {lstm, gru, "model: kind is gru, the chip's is lstm"},
        {lstm, before, "model: kind is gru, the chip's is lstm"},
        {gru, lstm, "model: kind is lstm, the chip's is gru"},
        {before, lstm, "model: kind is lstm, the chip's is gru"},
        {before, gru, "model: reset is after, the chip's is before"},
        {gru, before, "model: reset is before, the chip's is after"},
        {gru, both, "model: layer 0: direction is both, the chip's is forward"},
        {both, gru, "model: direction is forward, the chip's is both"},
        {both, backward, "model: direction is backward, the chip's is both"},
        {backward, gru, "model: direction is forward, the chip's is backward"},
        {backward, backward, NULL}, {both, both, NULL}, {gru, gru, NULL},
    };
    for (size_t n = 0; n < COUNT(cases); n++) {
        struct config c = loadable_config(), other;
        struct program chip, p;
        struct error error = {""};
        c.io = IO_MEMORY;
        c.model.layer_count = 1;
        c.model.layers[0] = cases[n].chip;
        c.model.layers[0].input = 9;
        other = c;
        other.model.layers[0] = cases[n].model;
        other.model.layers[0].input = 9;
        build(&chip, &c);
        assert_int_equal(chip.d.mirrored, cases[n].chip.kind == LAYER_GRU);
        if (cases[n].said != NULL)
            refused_because(&chip, &other, cases[n].said);
        else if (!program_build_for(&p, &chip, &other, &error))
            fail_msg("case %zu: %s", n, error.text);
        else
            program_free(&p);
        program_free(&chip);
    }
}

/* Layers that go both ways, among others as many as in the chip and as many halves. */
static void order_of_directions(void **state)
{
    (void)state;
    const struct layer_config forward = layer_of(SHAPE_AFTER, 6);
    struct layer_config both = forward, backward = forward;
    struct config c = loadable_config();
    struct program chip;
    both.direction = DIRECTION_BOTH;
    backward.direction = DIRECTION_BACKWARD;
    c.io = IO_MEMORY;
    c.model.layer_count = 3;
    c.model.layers[0] = both, c.model.layers[1] = forward, c.model.layers[2] = backward;
    c.model.layers[0].input = 5;
    build(&chip, &c);
    struct config other = c;
    other.model.layers[0] = forward, other.model.layers[1] = backward, other.model.layers[2] = both;
    other.model.layers[0].input = 5;
    refused_because(&chip, &other, "model: layer 0: direction is forward, the chip's is both");
    other = c;
    other.model.layer_count = 2;
    refused_because(&chip, &other, "model: has 2 layers, the chip's has 3");
    other = c;
    other.model.layers[1].cell = 7;
    refused_because(&chip, &other, "model: 1.y has 7 elements, the chip takes at most 6");
    program_free(&chip);
}

/* Every number is refused that is one above what the chip has, by name. */
static void numbers_by_name(void **state)
{
    (void)state;
    struct config c = loadable_config();
    struct program chip;
    struct error error;
    build(&chip, &c);
    const struct {
        size_t field;
        const char *name;
    } widths[] = {
        {offsetof(struct quantized, acc_bits), "accumulators"},
        {offsetof(struct quantized, bias_bits), "biases"},
        {offsetof(struct quantized, peep_bits), "peephole weights"},
        {offsetof(struct quantized, sum_bits), "sums"},
    };
    for (size_t n = 0; n < COUNT(widths); n++) {
        struct quantized needs = chip.quant;
        char wanted[100];
        int *bits = (int *)((char *)&needs + widths[n].field), has = *bits;
        assert_true(fit_numbers(&needs, &chip, &error));
        ++*bits;
        assert_false(fit_numbers(&needs, &chip, &error));
        snprintf(wanted, sizeof wanted,
                 "would need %d bits, the chip has %d (headroom of the chip: 25 %%)", has + 1, has);
        assert_non_null(strstr(error.text, widths[n].name));
        assert_non_null(strstr(error.text, wanted));
    }
    const struct {
        size_t field;
        const char *name;
        int value; /* of the chip; the model has what it has */
    } streams[] = {
        {offsetof(struct derived, products), "products of a frame", chip.d.products - 1},
        {offsetof(struct derived, passes), "passes of a frame", chip.d.passes - 1},
        {offsetof(struct derived, max_columns), "columns", chip.d.columns - 1},
        {offsetof(struct derived, max_beats), "weight beats", chip.d.beats - 1},
        {offsetof(struct derived, max_constants), "words of constants", chip.d.constants - 1},
        {offsetof(struct derived, length_bits), "a column of one PE", 0},
        {offsetof(struct derived, columns_bits), "a product", 1},
        {offsetof(struct derived, scratch_word_bits), "vectors that a frame hands on", 0},
    };
    for (size_t n = 0; n < COUNT(streams); n++) {
        struct program small = chip;
        assert_true(fit_streams(&chip, &small, &error));
        *(int *)((char *)&small.d + streams[n].field) = streams[n].value;
        assert_false(fit_streams(&chip, &small, &error));
        assert_non_null(strstr(error.text, streams[n].name));
    }
    program_free(&chip);
}

/* Weights four times as large need two bits more of shift than the chip's own. */
static void shifts(void **state)
{
    (void)state;
    struct config c = loadable_config();
    c.weight_bits = 8;
    struct program chip;
    struct quantized q;
    struct error error = {""};
    build(&chip, &c);
    const struct quant_matrix *quants = chip.quant.matrices;
    struct utterances noise;
    int widest = 0;
    utterances_draw(&noise, 1, 2, c.model.input, 1);
    for (int i = 0; i < chip.network.matrix_count; i++)
        if (quants[i].shift > quants[widest].shift)
            widest = i;
    const struct matrix *matrix = &chip.network.matrices[widest].weights;
    for (int n = 0; n < 2; n++) { /* one bit more is there: headroom */
        for (int at = 0; at < matrix->rows * matrix->cols; at++)
            matrix->at[at] *= 2.0f;
        struct calibrator *calibrator = calibrator_new(&chip.network, &noise, &c.model);
        bool good = quantize_for(&q, &chip.network, calibrator, &chip.quant, &c, &error);
        calibrator_free(calibrator);
        assert_int_equal(good, n == 0);
        quantized_free(&q);
    }
    char wanted[120];
    snprintf(wanted, sizeof wanted,
             "the weights of %s are too large: aligning them would need a shift of %d",
             quants[widest].name, chip.quant.max_shift + 1);
    assert_non_null(strstr(error.text, wanted));
    utterances_free(&noise);
    program_free(&chip);
}

/* A chip with headroom takes a denser model, one without does not; and a ROM knows no headroom. */
static void headroom(void **state)
{
    (void)state;
    struct config c = loadable_config(), denser = c;
    struct program chip, plain, p;
    struct error error = {""};
    denser.model.density = 0.55; /* of 0.4 */
    denser.model.seed = 7;
    c.headroom = 0;
    build(&plain, &c);
    refused_because(&plain, &denser, "(headroom of the chip: 0 %)");
    c.headroom = 60;
    build(&chip, &c);
    if (!program_build_for(&p, &chip, &denser, &error))
        fail_msg("%s", error.text);
    check_fit(&p, &chip);
    assert_int_equal(chip.d.max_beats, (plain.d.beats * 160 + 99) / 100);
    assert_int_equal(chip.d.max_columns, (plain.d.columns * 160 + 99) / 100);
    assert_int_equal(plain.d.max_beats, plain.d.beats);
    assert_int_equal(chip.quant.max_shift, plain.quant.max_shift + 1);
    assert_true((1 << chip.d.length_bits) > derive_needs(&chip).longest * 8 / 5);
    assert_true((1 << chip.d.columns_bits) > derive_needs(&chip).most_columns * 8 / 5);
    program_free(&p);
    program_free(&chip);
    /* Five times the sums take two or three bits more. */
    c.headroom = 400;
    build(&chip, &c);
    assert_in_range(chip.quant.sum_bits - plain.quant.sum_bits, 2, 3);
    assert_in_range(chip.quant.bias_bits - plain.quant.bias_bits, 2, 3);
    assert_in_range(chip.quant.peep_bits - plain.quant.peep_bits, 2, 3);
    program_free(&chip);
    program_free(&plain);
    c.memory = MEMORY_ROM;
    build(&chip, &c);
    c.headroom = 0;
    build(&plain, &c);
    assert_memory_equal(&chip.d, &plain.d, sizeof chip.d);
    assert_int_equal(chip.config_hash, plain.config_hash);
    program_free(&chip);
    program_free(&plain);
}

/* The widest possible numbers: headroom stops at what the hardware can do, and never makes a chip
 * impossible that is possible without. */
static void headroom_at_the_limit(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 9);
    for (int n = 0; n < 30; n++) {
        struct config c = random_loadable(&random);
        struct program with, without;
        c.weight_bits = random_int(&random, 12, 16);
        c.activation_bits = n % 5 == 0 ? 18 : 12;
        c.headroom = 0;
        build(&without, &c);
        c.headroom = 400;
        build(&with, &c);
        assert_true(with.d.sum_bits <= 48 && with.d.acc_bits <= 47);
        assert_true(with.d.peep_bits <= 27 && with.d.aligned_bits <= 27);
        assert_true(with.d.acc_bits >= without.d.acc_bits &&
                    with.d.bias_bits >= without.d.bias_bits);
        assert_true(with.d.sum_bits > with.d.acc_bits && with.d.sum_bits > with.d.bias_bits);
        program_free(&with);
        program_free(&without);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_model),       cmocka_unit_test(other_models),
        cmocka_unit_test(folded_headroom),
        cmocka_unit_test(sizes_and_kinds), cmocka_unit_test(numbers_by_name),
        cmocka_unit_test(shifts),          cmocka_unit_test(headroom),
        cmocka_unit_test(headroom_at_the_limit), cmocka_unit_test(layers_of_a_chip),
        cmocka_unit_test(kinds_and_directions), cmocka_unit_test(order_of_directions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
