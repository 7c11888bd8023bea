/* SPDX-License-Identifier: Apache-2.0 */
#include "models/number/quantize.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/number/formats.h"

enum {
    DSP_WIDE_BITS = 27,     /* the wider operand of a DSP48E2 multiplier carries the aligned weight */
    WEIGHT_FRACTION_MAX = 24,
    ACC_BITS_MAX = 48       /* what a DSP48E2 can add; also keeps the models within int64_t */
};

/* One matrix with what its alignment needs: `natural` is where the binary point of its products falls,
 * `extra` where the accumulator's lies above round_shift. */
struct alignment {
    struct quant_matrix *quant;
    const struct matrix *matrix;
    int activation_fraction, extra;
    double largest; /* magnitude of the weights */
    int key;        /* fraction bits that were asked for, or FORMAT_AUTO */
};

static int format_key(const struct model_config *model, const char *name)
{
    const struct format_keys *f = &model->formats;
    const struct { const char *name; int key; } keys[] = {
        {"Wix", f->Wix}, {"Wfx", f->Wfx}, {"Wcx", f->Wcx}, {"Wox", f->Wox}, {"Wir", f->Wir},
        {"Wfr", f->Wfr}, {"Wcr", f->Wcr}, {"Wor", f->Wor}, {"Wym", f->Wym},
    };
    for (size_t n = 0; n < sizeof keys / sizeof *keys; n++)
        if (strcmp(keys[n].name, name) == 0)
            return keys[n].key;
    return FORMAT_AUTO;
}

int quantized_matrices(const struct quantized *quant, struct quant_matrix *list[MATRICES_MOST])
{
    struct quantized *q = (struct quantized *)quant;
    int count = 0;
    for (int gate = 0; gate < GATE_COUNT; gate++)
        list[count++] = &q->wx[gate];
    for (int gate = 0; gate < GATE_COUNT; gate++)
        list[count++] = &q->wr[gate];
    if (q->projection)
        list[count++] = &q->wym;
    return count;
}

int64_t quantized_dense_weights(const struct quantized *q)
{
    struct quant_matrix *list[MATRICES_MOST];
    int count = quantized_matrices(q, list);
    int64_t weights = 0;
    for (int n = 0; n < count; n++)
        weights += (int64_t)list[n]->rows * list[n]->cols;
    return weights;
}

static int list_matrices(struct quantized *q, const struct network *network,
                         const struct model_config *model, struct alignment *list)
{
    const struct formats *f = &q->formats;
    const int fraction_of[] = {[VECTOR_X] = f->x, [VECTOR_Y] = f->y, [VECTOR_M] = f->m};
    struct network_matrix matrices[MATRICES_MOST];
    struct quant_matrix *quants[MATRICES_MOST];
    int count = network_matrices(network, matrices);
    BUG_UNLESS(quantized_matrices(q, quants) == count);
    for (int n = 0; n < count; n++) {
        const struct network_matrix *m = &matrices[n];
        list[n] = (struct alignment){quants[n], m->matrix, fraction_of[m->source],
                                     m->projects ? f->y : f->z, matrix_largest(m->matrix),
                                     format_key(model, m->name)};
        snprintf(quants[n]->name, sizeof quants[n]->name, "%s", m->name);
    }
    return count;
}

/* Fraction bits of the weights, before they are aligned. */
static int natural_fraction(const struct quantized *q, const struct alignment *a)
{
    return a->key != FORMAT_AUTO ? a->key
                                 : fraction_for(a->largest, q->weight_bits, WEIGHT_FRACTION_MAX);
}

static int shift_limit(const struct quantized *q)
{
    return DSP_WIDE_BITS - q->weight_bits;
}

/* Chooses round_shift: fine enough for the finest products, if the others can be shifted that far. */
static void choose_round_shift(struct quantized *q, const struct alignment *list, int count)
{
    int need = 2, allow = 40;
    for (int i = 0; i < count; i++) {
        double largest = list[i].largest;
        int above = natural_fraction(q, &list[i]) + list[i].activation_fraction - list[i].extra;
        if (largest != 0.0 && above > need)
            need = above;
        if (largest != 0.0 && above + shift_limit(q) < allow)
            allow = above + shift_limit(q);
    }
    q->round_shift = need < allow ? need : allow > 2 ? allow : 2;
}

/* Where the binary point of a matrix's weights may lie at the finest: beyond it bits are lost. */
static int finest_fraction(const struct quantized *q, const struct alignment *a)
{
    return q->round_shift + a->extra - a->activation_fraction;
}

/* A format that was asked for is taken or refused. */
static bool check_keys(const struct quantized *q, const struct alignment *list, int count,
                       struct error *error)
{
    for (int i = 0; i < count; i++) {
        int finest = finest_fraction(q, &list[i]);
        if (list[i].key != FORMAT_AUTO && list[i].key > finest)
            return fail(error, "model.formats.%s: %d fraction bits are more than the accumulator has room for "
                        "beside those of the other matrices; at most %d", list[i].quant->name, list[i].key,
                        finest);
    }
    return true;
}

/* Chooses the fraction bits and the shift of every matrix, shifts up to `most`.  Returns the first
 * that would need more, or NULL; its shift is then what it would need. */
static const struct quant_matrix *align(struct quantized *q, struct alignment *list, int count,
                                        int most)
{
    for (int i = 0; i < count; i++) {
        struct quant_matrix *m = list[i].quant;
        double largest = list[i].largest;
        int point = finest_fraction(q, &list[i]);
        m->fraction = natural_fraction(q, &list[i]);
        if (m->fraction > point)
            m->fraction = point; /* finer than the accumulator: the extra bits would be lost anyway */
        m->shift = point - m->fraction;
        if (m->shift > most && largest > 0.0)
            return m;
        if (m->shift > most) /* all weights are 0 */
            m->shift = most, m->fraction = point - most;
    }
    return NULL;
}

static void list_nonzeros(struct quant_matrix *q)
{
    size_t size = (size_t)q->rows * (size_t)q->cols, count = 0;
    for (size_t i = 0; i < size; i++)
        count += q->at[i] != 0;
    q->begin = allocate((size_t)q->rows + 1, sizeof *q->begin);
    q->col = allocate(count, sizeof *q->col);
    q->weight = allocate(count, sizeof *q->weight);
    int next = 0;
    for (int row = 0; row < q->rows; row++) {
        const int16_t *at = q->at + (size_t)row * (size_t)q->cols;
        q->begin[row] = next;
        for (int col = 0; col < q->cols; col++) {
            if (at[col] != 0) {
                q->col[next] = col;
                q->weight[next++] = at[col];
            }
        }
    }
    q->begin[q->rows] = next;
}

static void quantize_matrix(struct quant_matrix *q, const struct matrix *m, int bits)
{
    q->rows = m->rows;
    q->cols = m->cols;
    size_t size = (size_t)m->rows * (size_t)m->cols;
    q->at = allocate(size, sizeof *q->at);
    for (size_t i = 0; i < size; i++)
        if (m->at[i] != 0.0f) /* most are 0 */
            q->at[i] = (int16_t)quantize_counted((double)m->at[i], q->fraction, bits, &q->clipped);
    list_nonzeros(q);
}

/* Largest magnitude that row `row` can bring into an accumulator, whatever the activations are. */
static int64_t row_bound(const struct quant_matrix *m, int row, int activation_bits)
{
    int64_t sum = 0;
    for (int i = m->begin[row]; i < m->begin[row + 1]; i++)
        sum += llabs(m->weight[i]);
    return (sum << m->shift) << (activation_bits - 1);
}

/* Largest magnitudes that can occur, whatever the activations are. */
struct bounds {
    int64_t acc, bias, peep, sum; /* sum: accumulator, bias and peephole product */
};

static struct bounds bounds_of(const struct quantized *q)
{
    struct bounds b = {0};
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        for (int row = 0; row < q->cell; row++) {
            int64_t acc = row_bound(&q->wx[gate], row, q->activation_bits) +
                          row_bound(&q->wr[gate], row, q->activation_bits);
            int64_t bias = llabs(q->bias[gate][row]);
            int64_t peep = q->peep[gate] ? llabs((int64_t)q->peep[gate][row]) : 0;
            int64_t sum = acc + bias + (peep << (q->activation_bits - 1));
            b.acc = acc > b.acc ? acc : b.acc;
            b.bias = bias > b.bias ? bias : b.bias;
            b.peep = peep > b.peep ? peep : b.peep;
            b.sum = sum > b.sum ? sum : b.sum;
        }
    }
    for (int row = 0; row < q->wym.rows; row++) {
        int64_t acc = row_bound(&q->wym, row, q->activation_bits);
        b.acc = acc > b.acc ? acc : b.acc;
        b.sum = acc > b.sum ? acc : b.sum;
    }
    return b;
}

/* Bits of a bound that is `percent` larger. */
static int bits_for(int64_t bound, int percent)
{
    return signed_bits(bound + (bound / 100 * percent + (bound % 100 * percent + 99) / 100));
}

/* The widths that the bounds take, `percent` larger. */
static void count_bits(struct quantized *q, const struct bounds *b, int percent)
{
    int64_t half = (int64_t)1 << (q->round_shift - 1); /* rounding adds half */
    q->acc_bits = bits_for(b->acc, percent);
    q->bias_bits = bits_for(b->bias, percent);
    q->peep_bits = bits_for(b->peep, percent);
    q->sum_bits = bits_for(b->sum + half, percent);
}

static int at_least(int bits, int least)
{
    return bits > least ? bits : least;
}

static int at_most(int bits, int most)
{
    return bits < most ? bits : most;
}

/* Widens what the hardware would trip over. */
static void round_up_bits(struct quantized *q)
{
    /* A product must fit the accumulator even if no sum ever gets that far. */
    q->acc_bits = at_least(q->acc_bits, q->weight_bits + q->max_shift + q->activation_bits);
    q->sum_bits = at_least(q->sum_bits, q->acc_bits + 1);
    q->sum_bits = at_least(q->sum_bits, q->activation_bits + q->peep_bits + 1);
    q->sum_bits = at_least(q->sum_bits, q->bias_bits + 1);
}

/* What else may be behind numbers that cannot be aligned. */
static const char *or_keys(const struct model_config *model)
{
    const struct format_keys *f = &model->formats;
    const struct range_keys *r = &model->ranges;
    bool asked = f->x != FORMAT_AUTO || f->y != FORMAT_AUTO || f->m != FORMAT_AUTO ||
                 f->c != FORMAT_AUTO || r->x > 0.0 || r->y > 0.0 || r->m > 0.0 || r->c > 0.0;
    return asked ? ", or ask for less in model.formats and model.ranges" : "";
}

/* Sizes the accumulators for this model, and as far as that is possible for one that is `headroom`
 * percent larger. */
static bool size_accumulators(struct quantized *q, const struct config *config, struct error *error)
{
    const int headroom = config->memory != MEMORY_ROM ? config->headroom : 0;
    struct bounds bounds = bounds_of(q);
    count_bits(q, &bounds, 0);
    round_up_bits(q);
    if (q->sum_bits > ACC_BITS_MAX)
        return fail(error, "the accumulators would need %d bits, at most %d are possible: "
                    "reduce weight_bits or activation_bits, or scale the model's weights%s",
                    q->sum_bits, ACC_BITS_MAX, or_keys(&config->model));
    if (q->peep_bits > DSP_WIDE_BITS)
        return fail(error, "the peephole weights would need %d bits, at most %d are possible: "
                    "reduce activation_bits%s", q->peep_bits, DSP_WIDE_BITS,
                    or_keys(&config->model));
    if (headroom == 0)
        return true;
    if (q->max_shift < shift_limit(q) &&
        q->weight_bits + q->max_shift + 1 + q->activation_bits < ACC_BITS_MAX)
        q->max_shift++;
    count_bits(q, &bounds, headroom);
    q->acc_bits = at_most(q->acc_bits, ACC_BITS_MAX - 1);
    q->bias_bits = at_most(q->bias_bits, ACC_BITS_MAX - 1);
    q->peep_bits = at_most(q->peep_bits, ACC_BITS_MAX - 1 - q->activation_bits);
    q->peep_bits = at_most(q->peep_bits, DSP_WIDE_BITS);
    q->sum_bits = at_most(q->sum_bits, ACC_BITS_MAX);
    round_up_bits(q);
    return true;
}

static void quantize_vectors(struct quantized *q, const struct network *n)
{
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        q->bias[gate] = allocate((size_t)n->cell, sizeof *q->bias[gate]);
        for (int row = 0; row < n->cell; row++)
            q->bias[gate][row] =
                quantize_value((double)n->bias[gate][row], q->formats.sum, ACC_BITS_MAX);
        if (!n->peephole || gate == GATE_G)
            continue;
        q->peep[gate] = allocate((size_t)n->cell, sizeof *q->peep[gate]);
        for (int row = 0; row < n->cell; row++)
            q->peep[gate][row] = (int32_t)quantize_value(
                (double)n->peep[gate][row], q->formats.sum - q->formats.c, DSP_WIDE_BITS + 1);
    }
}

static void set_shape(struct quantized *q, const struct network *n, const struct config *config)
{
    *q = (struct quantized){.input = n->input,
                            .cell = n->cell,
                            .output = n->output,
                            .weight_bits = config->weight_bits,
                            .activation_bits = config->activation_bits,
                            .peephole = n->peephole,
                            .projection = n->projection,
                            .candidate = n->candidate};
}

/* All numbers, once formats, fractions and shifts are there. */
static void quantize_all(struct quantized *q, const struct network *n, const struct alignment *list,
                         int count, enum table_kind table)
{
    const struct formats *f = &q->formats;
    for (int i = 0; i < count; i++)
        quantize_matrix(list[i].quant, list[i].matrix, q->weight_bits);
    quantize_vectors(q, n);
    act_table_build(&q->sigm, false, table, f->z, q->z_bits, f->gate);
    act_table_build(&q->tanh, true, table, f->z, q->z_bits, f->gate);
}

bool quantize(struct quantized *q, const struct network *n, const struct utterances *calibration,
              const struct config *config, struct error *error)
{
    struct alignment list[MATRICES_MOST];
    set_shape(q, n, config);
    if (!formats_choose(q, n, calibration, config, error))
        return false;
    int count = list_matrices(q, n, &config->model, list);
    choose_round_shift(q, list, count);
    if (!check_keys(q, list, count, error))
        return false;
    const struct quant_matrix *bad = align(q, list, count, shift_limit(q));
    if (bad != NULL)
        return fail(error, "the weights of %s are too large beside its inputs: aligning them "
                    "takes a shift of %d bits, %d are possible; scale the model or its inputs%s",
                    bad->name, bad->shift, shift_limit(q), or_keys(&config->model));
    for (int i = 0; i < count; i++)
        if (list[i].quant->shift > q->max_shift)
            q->max_shift = list[i].quant->shift;
    q->formats.sum = q->formats.z + q->round_shift;
    q->formats.project = q->formats.y + q->round_shift;
    quantize_all(q, n, list, count, config->activation_table);
    return size_accumulators(q, config, error);
}

bool quantize_for(struct quantized *q, const struct network *n, const struct utterances *calibration,
                  const struct quantized *chip, const struct config *config, struct error *error)
{
    struct alignment list[MATRICES_MOST];
    set_shape(q, n, config);
    q->formats = chip->formats;
    q->z_bits = chip->z_bits;
    q->round_shift = chip->round_shift;
    q->max_shift = chip->max_shift;
    if (!formats_keep(q, n, calibration, &config->model, error))
        return false;
    int count = list_matrices(q, n, &config->model, list);
    if (!check_keys(q, list, count, error))
        return false;
    const struct quant_matrix *bad = align(q, list, count, chip->max_shift);
    if (bad != NULL)
        return fail(error, "model: the weights of %s are too large: aligning them would need a shift "
                    "of %d bits, the chip has %d (headroom of the chip: %d %%)",
                    bad->name, bad->shift, chip->max_shift, config->headroom);
    quantize_all(q, n, list, count, config->activation_table);
    struct bounds bounds = bounds_of(q);
    count_bits(q, &bounds, 0);
    return true;
}

void quantized_free(struct quantized *q)
{
    struct quant_matrix *list[MATRICES_MOST];
    int count = quantized_matrices(q, list);
    for (int n = 0; n < count; n++) {
        free(list[n]->at);
        free(list[n]->begin);
        free(list[n]->col);
        free(list[n]->weight);
    }
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        free(q->bias[gate]);
        free(q->peep[gate]);
    }
    free(q->sigm.base);
    free(q->sigm.slope);
    free(q->tanh.base);
    free(q->tanh.slope);
}
