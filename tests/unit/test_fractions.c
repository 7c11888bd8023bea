/* SPDX-License-Identifier: Apache-2.0
 * Formats of weights that are chosen by y, and outliers that are named. */
#include "tests/unit/model_testing.h"

#include <math.h>

#include "gen/report/facts.h"
#include "models/network/export.h"
#include "models/network/reference.h"
#include "models/number/quantize.h"
#include "models/program/cycles.h"

static char speech[] = "models/speech", pruned[] = "models/speech/speech-pruned.safetensors";

static struct config speech_config(int weight_bits)
{
    struct config c = plain_config();
    c.weight_bits = weight_bits;
    c.fold = FOLD_1;
    c.model.path = pruned;
    c.model.utterances = speech;
    c.model.pruning = PRUNING_NONE;
    c.model.calibration_frames = 3000;
    return c;
}

static double largest_of(const struct matrix *m)
{
    double largest = 0.0;
    for (int i = 0; i < m->rows * m->cols; i++)
        largest = fmax(largest, fabs((double)m->at[i]));
    return largest;
}

/* The finest fraction that clips nothing, by counting down. */
static int whole_fraction(const struct matrix *m, int bits)
{
    int fraction = 24;
    while (largest_of(m) * pow(2.0, fraction) > pow(2.0, bits - 1) - 1.0)
        fraction--;
    return fraction;
}

static double rounded(double value, int fraction, int bits)
{
    const double step = pow(2.0, -fraction), top = pow(2.0, bits - 1);
    return fmax(-top, fmin(top - 1.0, round(value / step))) * step;
}

/* Power of y and of its error with weights in such formats, on utterances that calibration did not see. */
static double held_out_db(const struct program *p, const int *fractions)
{
    const struct network *n = &p->network;
    struct network copy = network_copy(n);
    double signal = 0.0, error = 0.0;
    for (int m = 0; m < n->matrix_count; m++)
        for (int i = 0; i < n->matrices[m].weights.rows * n->matrices[m].weights.cols; i++)
            copy.matrices[m].weights.at[i] = (float)rounded((double)n->matrices[m].weights.at[i], fractions[m],
                                                            p->quant.weight_bits);
    struct reference *exact = reference_new(n), *with = reference_new(&copy);
    for (int u = 2; u < p->utterances.count; u += 10) { /* every fifth from the third on is held out */
        struct reference_state a = reference_start(n), b = reference_start(&copy);
        for (int t = 0; t < p->utterances.frames[u].rows; t++) {
            reference_step(exact, &a, matrix_row(&p->utterances.frames[u], t));
            reference_step(with, &b, matrix_row(&p->utterances.frames[u], t));
            for (int i = 0; i < n->output; i++) {
                const double wanted = reference_y(&a)[i], got = reference_y(&b)[i];
                signal += wanted * wanted;
                error += (wanted - got) * (wanted - got);
            }
        }
        reference_end(&a);
        reference_end(&b);
    }
    reference_free(exact);
    reference_free(with);
    network_free(&copy);
    return 10.0 * log10(signal / error);
}

/* What the three are, and what is clipped is counted. */
static void check_formats(const struct program *p)
{
    for (int m = 0; m < p->network.matrix_count; m++) {
        const struct matrix *w = &p->network.matrices[m].weights;
        const struct quant_matrix *q = &p->quant.matrices[m];
        int64_t clipped = 0;
        assert_in_range(q->finer, 0, 2);
        assert_int_equal(q->fraction, whole_fraction(w, p->quant.weight_bits) + q->finer);
        for (int i = 0; i < w->rows * w->cols; i++) {
            const double scaled = round((double)w->at[i] * pow(2.0, q->fraction));
            const double top = pow(2.0, p->quant.weight_bits - 1);
            clipped += scaled > top - 1.0 || scaled < -top;
        }
        assert_int_equal(q->clipped, clipped);
        assert_false(q->asked);
    }
}

/* Measured: 35.9 and 35.9, 23.8 and 25.7, 17.7 and 21.1, 12.8 and 15.6 dB. */
static void better_on_other_frames(void **state)
{
    (void)state;
    static const struct {
        int bits;
        double gain;
    } cases[] = {{8, -0.1}, {6, 1.5}, {5, 2.0}, {4, 2.0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct config c = speech_config(cases[i].bits);
        struct program p;
        int whole[16], chosen[16];
        build(&p, &c);
        check_formats(&p);
        for (int m = 0; m < p.network.matrix_count; m++) {
            whole[m] = whole_fraction(&p.network.matrices[m].weights, c.weight_bits);
            chosen[m] = p.quant.matrices[m].fraction;
        }
        const struct fraction_choice *choice = &p.quant.choice;
        assert_true(choice->frames >= 100 && choice->snr_db >= choice->whole_snr_db);
        const double was = held_out_db(&p, whole), is = held_out_db(&p, chosen);
        if (is < was + cases[i].gain)
            fail_msg("%d bits: %.1f dB by the weights alone, %.1f as chosen", cases[i].bits, was, is);
        program_free(&p);
    }
}

/* What is good already, and what nobody has frames for, clips nothing; a key is a key. */
static void left_alone(void **state)
{
    (void)state;
    struct config c = speech_config(12);
    struct program p;
    build(&p, &c);
    for (int m = 0; m < p.network.matrix_count; m++)
        assert_int_equal(p.quant.matrices[m].finer, 0);
    assert_true(p.quant.choice.whole_snr_db >= 45.0 && p.quant.choice.snr_db == p.quant.choice.whole_snr_db);
    program_free(&p);

    c = speech_config(4);
    c.model.formats.Wor = 3;
    c.model.formats.Wym = 0;
    build(&p, &c);
    for (int m = 0; m < p.network.matrix_count; m++) {
        const char *key = p.network.matrices[m].key;
        const bool asked = strcmp(key, "Wor") == 0 || strcmp(key, "Wym") == 0;
        assert_int_equal(p.quant.matrices[m].asked, asked);
        if (asked)
            assert_int_equal(p.quant.matrices[m].fraction, key[1] == 'o' ? 3 : 0);
    }
    program_free(&p);

    c.model.utterances = NULL;
    build(&p, &c);
    assert_int_equal(p.quant.choice.frames, 0);
    for (int m = 0; m < p.network.matrix_count; m++)
        assert_int_equal(p.quant.matrices[m].finer, 0);
    program_free(&p);
}

/* The same again, to the bit. */
static void same_again(void **state)
{
    (void)state;
    struct config c = speech_config(5);
    struct program p, again;
    build(&p, &c);
    build(&again, &c);
    assert_int_equal(p.config_hash, again.config_hash);
    assert_true(p.quant.choice.snr_db == again.quant.choice.snr_db);
    program_free(&again);
    program_free(&p);
}

/* A chip's own sums and shifts hold for another model of it. */
static void another_model(void **state)
{
    (void)state;
    struct config c = speech_config(5);
    struct program chip, p;
    struct error error;
    c.memory = MEMORY_RESIDENT;
    c.io = IO_MEMORY;
    c.memory_ports = 1;
    c.axi_data_bits = AXI_512;
    c.axi_address_bits = 40;
    c.headroom = 25;
    build(&chip, &c);
    if (!program_build_for(&p, &chip, &c, &error))
        fail_msg("%s", error.text);
    for (int m = 0; m < p.network.matrix_count; m++) {
        assert_int_equal(p.quant.matrices[m].fraction, chip.quant.matrices[m].fraction);
        assert_int_equal(p.quant.matrices[m].shift, chip.quant.matrices[m].shift);
    }
    program_free(&p);
    program_free(&chip);
}

/* ---- outliers -------------------------------------------------------------------------------- */

static char *network_file(float outlier)
{
    static char path[] = "/tmp/ese-fractions-XXXXXX";
    static const char *const facts[] = {NULL};
    struct config c = plain_config();
    struct network n;
    struct text bytes = {0};
    struct error error;
    c.model.peephole = false;
    network_draw(&n, &c.model);
    for (int m = 0; m < n.matrix_count; m++)
        for (int i = 0; i < n.matrices[m].weights.rows * n.matrices[m].weights.cols; i++)
            n.matrices[m].weights.at[i] = 0.3f * tanhf(3.0f * n.matrices[m].weights.at[i]);
    if (outlier != 0.0f)
        matrix_row(&n.matrices[1].weights, 7)[4] = outlier;
    assert_true(network_pack(&n, facts, &bytes, &error));
    memcpy(path + sizeof path - 7, "XXXXXX", 6);
    const int file = mkstemp(path);
    FILE *out = fdopen(file, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(text_string(&bytes), 1, bytes.length, out), bytes.length);
    fclose(out);
    text_free(&bytes);
    network_free(&n);
    return path;
}

/* The file is there for as long as it is read. */
static void build_with(struct program *p, float outlier)
{
    struct config c = plain_config();
    c.model.path = network_file(outlier);
    c.model.pruning = PRUNING_NONE;
    build(p, &c);
    remove(c.model.path);
}

static void outlier_is_named(void **state)
{
    (void)state;
    struct program p;
    build_with(&p, 40.0f);
    assert_int_equal(p.quant.choice.outlier_count, 1);
    const struct quant_outlier *o = &p.quant.choice.outliers[0];
    assert_int_equal(o->matrix, 1);
    assert_int_equal(o->row, 7);
    assert_int_equal(o->col, 4);
    assert_true(o->value == 40.0);
    if (!(o->snr_db + 6.0 < o->spared_snr_db && isfinite(o->spared_snr_db)))
        fail_msg("y with the outlier %.1f dB, without %.1f", o->snr_db, o->spared_snr_db);

    struct cycles cycles;
    struct facts facts;
    struct text text = {0};
    cycles_run(&p, 6, &cycles);
    facts_gather(&facts, &p, &cycles, 1e5);
    facts_text(&text, &facts, true);
    assert_non_null(strstr(text_string(&text), "Outlier: Wfx[7, 4] = 40 makes its matrix coarse"));
    json_t *json = facts_json(&facts);
    json_t *row = json_array_get(json_object_get(json_object_get(json_object_get(json, "quantization"), "weights"),
                                                 "outliers"), 0);
    assert_string_equal(json_string_value(json_object_get(row, "matrix")), "Wfx");
    assert_int_equal(json_integer_value(json_object_get(row, "row")), 7);
    assert_int_equal(json_integer_value(json_object_get(row, "column")), 4);
    assert_true(json_number_value(json_object_get(row, "value")) == 40.0);
    assert_true(json_number_value(json_object_get(row, "spared_snr_db")) >
                json_number_value(json_object_get(row, "snr_db")) + 6.0);
    json_decref(json);
    text_free(&text);
    facts_free(&facts);
    cycles_free(&cycles);
    program_free(&p);
}

static void no_outlier(void **state)
{
    (void)state;
    struct program p;
    build_with(&p, 0.0f);
    assert_int_equal(p.quant.choice.outlier_count, 0);
    program_free(&p);
}

/* What is clipped by choice is told, and warns nobody. */
static void clipping_is_told(void **state)
{
    (void)state;
    struct config c = speech_config(5);
    struct program p;
    struct cycles cycles;
    struct facts facts;
    struct text text = {0};
    build(&p, &c);
    cycles_run(&p, 6, &cycles);
    facts_gather(&facts, &p, &cycles, 1e5);
    facts_text(&text, &facts, true);
    json_t *json = facts_json(&facts);
    const json_t *weights = json_object_get(json_object_get(json, "quantization"), "weights");
    int finer = 0;
    for (int m = 0; m < p.network.matrix_count; m++) {
        const struct quant_matrix *q = &p.quant.matrices[m];
        const json_t *row = json_object_get(json_object_get(weights, "finer"), q->name);
        char words[80];
        assert_int_equal(row != NULL, q->finer > 0);
        if (row == NULL)
            continue;
        finer++;
        assert_int_equal(json_integer_value(json_object_get(row, "bits")), q->finer);
        assert_int_equal(json_integer_value(json_object_get(row, "clipped")), q->clipped);
        snprintf(words, sizeof words, "%s %d of ", q->name, (int)q->clipped);
        assert_true((strstr(text_string(&text), words) != NULL) == (q->clipped > 0));
    }
    assert_true(finer > 0);
    assert_true(json_number_value(json_object_get(weights, "snr_db")) >
                json_number_value(json_object_get(weights, "whole_snr_db")));
    json_decref(json);
    text_free(&text);
    facts_free(&facts);
    cycles_free(&cycles);
    program_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(better_on_other_frames), cmocka_unit_test(left_alone),
        cmocka_unit_test(same_again),             cmocka_unit_test(another_model),
        cmocka_unit_test(outlier_is_named),       cmocka_unit_test(no_outlier),
        cmocka_unit_test(clipping_is_told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
