/* SPDX-License-Identifier: Apache-2.0
 * Random networks with layers that go backward: what their parts give one after the other is what the golden
 * model of the whole gives, their programs run to the same values, and all of them fit their chip; so do other
 * models of the chip.
 *
 * ESE_NETWORKS=N runs N of them instead of 80. */
#include "fpga/contract/contract.h"
#include "gen/image/regions.h"
#include "models/number/golden.h"
#include "models/program/derive.h"
#include "models/program/element.h"
#include "models/program/path.h"
#include "tests/unit/program_run.h"
#include "tests/unit/program_walk.h"

enum { NETWORKS = 80, FRAMES = 6 };

static struct layer_config random_layer(struct random *random)
{
    struct layer_config l = layer_default((enum layer_kind)random_int(random, 0, 3));
    if (l.kind == LAYER_LINEAR)
        l.output = random_int(random, 1, 24);
    else
        l.cell = random_int(random, 1, 24);
    if (l.kind == LAYER_LSTM && random_int(random, 0, 1))
        l.output = random_int(random, 1, 24);
    l.peephole = l.kind == LAYER_LSTM && random_int(random, 0, 1);
    l.reset = l.kind == LAYER_GRU && random_int(random, 0, 1) ? RESET_BEFORE : l.reset;
    l.direction = (enum direction)random_int(random, 0, 2);
    return l;
}

/* Some layer goes backward. */
static struct config path_config(struct random *random, int n)
{
    struct config c = random_config(random);
    c.memory = MEMORY_RESIDENT;
    c.io = IO_MEMORY;
    c.channels = random_int(random, 1, 5);
    c.axi_data_bits = (enum axi_width)(n % 4);
    c.weight_bits = random_int(random, 8, 12);
    c.activation_bits = random_int(random, 12, 16);
    c.headroom = n % 3 == 0 ? 25 : 0;
    c.model.layer_count = random_int(random, 1, 4);
    for (int i = 0; i < c.model.layer_count; i++)
        c.model.layers[i] = random_layer(random);
    c.model.layers[0].input = random_int(random, 1, 24);
    c.model.layers[random_int(random, 0, c.model.layer_count - 1)].direction =
        n % 4 == 0 ? DIRECTION_BACKWARD : DIRECTION_BOTH;
    return c;
}

/* The parts one after the other, and the whole. */
static void compare_whole(const struct program *p, struct random *random)
{
    const size_t in = (size_t)p->network.input, out = (size_t)p->network.output;
    struct clip_counts counts = {{0}, {0}};
    int32_t *x = allocate(FRAMES * in, sizeof *x);
    int32_t *whole = allocate(FRAMES * out, sizeof *whole), *y = allocate(FRAMES * out, sizeof *y);
    for (size_t i = 0; i < FRAMES * in; i++) {
        const float feature = (float)random_gauss(random);
        x[i] = (int32_t)quantize_value((double)feature, p->quant.vectors[0].fraction, p->quant.activation_bits);
    }
    golden_run(&p->quant, FRAMES, x, whole, &counts);
    path_run(p, FRAMES, x, y);
    assert_memory_equal(whole, y, FRAMES * out * sizeof *y);
    free(x);
    free(whole);
    free(y);
}

/* What a part's program does is what its golden model does. */
static void compare_part(const struct program *p, struct random *random)
{
    struct golden_state golden = golden_start(&p->quant);
    struct execution execution = execution_new(p, false);
    int32_t *x = allocate((size_t)p->network.input, sizeof *x);
    const int32_t most = (1 << (p->quant.activation_bits - 1)) - 1;
    for (int t = 0; t < FRAMES; t++) {
        for (int i = 0; i < p->network.input; i++)
            x[i] = random_int(random, -most - 1, most);
        golden_step(&p->quant, &golden, x);
        execution_step(&execution, x);
        for (int v = 1; v < p->network.vector_count; v++)
            for (int i = 0; p->network.vectors[v].value != VALUE_Z && i < p->network.vectors[v].size; i++)
                assert_int_equal(execution_value(&execution, v)[i], golden.at[v][i]);
        execution_next(&execution);
    }
    assert_int_equal(execution.faults, 0);
    free(x);
    execution_free(&execution);
    golden_end(&golden);
}

/* Widths and sizes are the chip's; what the part counts is no more than that. */
static void check_chip(const struct program *p, const struct program *part)
{
    const struct derived *d = &p->d, *of = &part->d;
    const int chip[] = {d->lanes, d->acc_bits, d->word_bits, d->length_bits, d->product_word_bits,
                        d->pass_word_bits, d->fold, d->weight_fifo_bits, d->formats, d->weights_memory_bits};
    const int same[] = {of->lanes, of->acc_bits, of->word_bits, of->length_bits, of->product_word_bits,
                        of->pass_word_bits, of->fold, of->weight_fifo_bits, of->formats,
                        of->weights_memory_bits};
    assert_memory_equal(chip, same, sizeof chip);
    assert_true(of->x_size <= d->x_size && of->y_size <= d->y_size && of->cell_words <= d->cell_words);
    assert_true(of->kept_words <= d->kept_words && of->scratch_words <= d->scratch_words);
    assert_true(of->products <= d->products && of->passes <= d->passes && of->beats <= d->max_beats);
    assert_true(of->columns <= d->max_columns && of->constants <= d->max_constants);
    assert_int_equal(part->chip_hash, p->chip_hash);
    assert_int_equal(part->chip.x_size, d->x_size);
    assert_int_equal(element_formats(part, (struct element_format[LAYERS_MOST]){{0, 0, 0, 0}}), d->formats);
}

/* Tapes lead from x to y, halves of a row begin at a bus word, padding has no weights. */
static void check_tapes(const struct program *p)
{
    const int unit = path_unit(&p->config);
    int tape = 0;
    for (int n = 0; n < p->part_count; n++) {
        const struct network_part *cut = &p->parts[n].cut;
        assert_true(cut->reads == tape || cut->reads == tape - 1);
        assert_int_equal(cut->writes, cut->reads + 1);
        assert_int_equal(cut->at % unit, 0);
        tape = cut->writes;
        for (int i = 0; i < cut->network.matrix_count; i++) {
            const struct matrix *m = &cut->network.matrices[i].weights;
            const struct matrix *of = &p->network.matrices[cut->matrices[i]].weights;
            const int more = m->cols - of->cols;
            assert_true(more >= 0 && more < unit);
            for (int row = 0; row < m->rows; row++)
                for (int col = of->cols / 2; more > 0 && col < of->cols / 2 + more; col++)
                    assert_true(matrix_row(m, row)[col] == 0.0f);
        }
    }
}

/* What a host reads of a part, in bytes: tapes lead on, and each half lies where the row has room for it. */
static void check_header(const struct program *p, int number)
{
    const struct program *part = &p->parts[number].program;
    const struct network_part *cut = &p->parts[number].cut;
    const uint32_t word = (uint32_t)p->d.xy_memory_bits / 8, bus = (uint32_t)p->d.bus_bits / 8;
    struct region regions[REGION_COUNT];
    regions_build(part, regions);
    const struct text *model = &regions[REGION_MODEL].bytes;
    const uint32_t row = region_model_word(model, MODEL_WORD_WRITES_BYTES);
    assert_int_equal(region_model_word(model, MODEL_WORD_PARTS), p->part_count);
    assert_int_equal(region_model_word(model, MODEL_WORD_PART), number);
    assert_int_equal(region_model_word(model, MODEL_WORD_BACKWARD), cut->backward);
    assert_int_equal(region_model_word(model, MODEL_WORD_READS), cut->reads);
    assert_int_equal(region_model_word(model, MODEL_WORD_WRITES), cut->writes);
    assert_int_equal(region_model_word(model, MODEL_WORD_WRITES_FROM), (uint32_t)cut->at * word);
    assert_true((uint32_t)cut->at * word % bus == 0 && row % bus == 0);
    assert_true((uint32_t)(cut->at + cut->network.output) * word <= row);
    for (int next = number + 1; next < p->part_count; next++)
        if (p->parts[next].cut.reads == cut->writes)
            assert_int_equal((uint32_t)p->parts[next].program.d.x_bus_words * bus, row);
    for (int n = 0; n < REGION_COUNT; n++)
        text_free(&regions[n].bytes);
}

static void check(const struct program *p, struct random *random)
{
    int64_t cycles = 0;
    assert_true(p->part_count > 0);
    check_tapes(p);
    compare_whole(p, random);
    for (int n = 0; n < p->part_count; n++) {
        const struct program *part = &p->parts[n].program;
        assert_true(network_is_forward(&part->network));
        compare_part(part, random);
        check_chip(p, part);
        check_all(part);
        check_header(p, n);
        cycles += part->cycles_per_frame;
        for (int other = 0; other < n; other++)
            assert_int_not_equal(p->parts[other].program.config_hash, part->config_hash);
    }
    assert_int_equal(p->cycles_per_frame, cycles);
}

/* ---- other models of its chip ------------------------------------------------------------------- */

/* The chip's own model gives the chip's own programs. */
static void check_own(const struct program *chip, const struct config *c)
{
    struct program p;
    struct error error;
    if (!program_build_for(&p, chip, c, &error))
        fail_msg("%s", error.text);
    assert_memory_equal(&p.d, &chip->d, sizeof p.d);
    assert_int_equal(p.chip_hash, chip->chip_hash);
    assert_int_equal(p.config_hash, chip->config_hash);
    assert_int_equal(p.cycles_per_frame, chip->cycles_per_frame);
    for (int n = 0; n < p.part_count; n++)
        assert_int_equal(p.parts[n].program.config_hash, chip->parts[n].program.config_hash);
    program_free(&p);
}

/* A model with less of everything; where it fits it is right, else it is said what it would need. */
static bool check_other(const struct program *chip, const struct config *c, struct random *random)
{
    struct config other = *c;
    struct program p;
    struct error error;
    other.model.seed++;
    other.model.density *= 0.7;
    for (int i = 0; i < other.model.layer_count; i++) {
        int *const size = other.model.layers[i].kind == LAYER_LINEAR ? &other.model.layers[i].output
                                                                     : &other.model.layers[i].cell;
        *size = random_int(random, (*size + 1) / 2, *size);
    }
    const bool fits = program_build_for(&p, chip, &other, &error);
    if (fits) {
        check_tapes(&p);
        compare_whole(&p, random);
        assert_int_equal(p.chip_hash, chip->chip_hash);
        assert_int_not_equal(p.config_hash, chip->config_hash);
        assert_int_equal(p.part_count, chip->part_count);
        for (int n = 0; n < p.part_count; n++) {
            assert_memory_equal(&p.parts[n].program.chip, &chip->d, sizeof chip->d);
            compare_part(&p.parts[n].program, random);
            check_chip(chip, &p.parts[n].program);
            check_header(&p, n);
        }
    } else {
        assert_non_null(strstr(error.text, "the chip has"));
    }
    program_free(&p);
    return fits;
}

static void test_random(void **state)
{
    (void)state;
    const char *asked = getenv("ESE_NETWORKS");
    const int networks = asked != NULL ? atoi(asked) : NETWORKS;
    int padded = 0, parts = 0, formats = 0, both = 0, fit = 0;
    struct random random;
    random_seed(&random, 19);
    for (int n = 0; n < networks; n++) {
        struct config config = path_config(&random, n);
        struct program p;
        struct error error;
        if (!program_build(&p, &config, &error)) {
            assert_non_null(strstr(error.text, "align")); /* few bits beside many */
            program_free(&p);
            continue;
        }
        check(&p, &random);
        for (int i = 0; i < p.part_count; i++) {
            padded += p.parts[i].cut.at > p.network.layers[p.parts[i].cut.first].first;
            both += p.parts[i].cut.at > 0;
            parts = p.part_count > parts ? p.part_count : parts;
        }
        formats += p.d.formats > 1;
        check_own(&p, &config);
        fit += check_other(&p, &config, &random);
        program_free(&p);
    }
    assert_true(padded > networks / 10 && both > networks / 3 && parts > 4 && formats > networks / 10);
    assert_true(fit > networks / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
