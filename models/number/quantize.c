/* SPDX-License-Identifier: Apache-2.0 */
#include "models/number/quantize.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/number/align.h"
#include "models/number/formats.h"
#include "models/number/fractions.h"

enum {
    DSP_WIDE_BITS = ALIGN_WIDE_BITS,
    ACC_BITS_MAX = 48       /* what a DSP48E2 can add; also keeps the models within int64_t */
};

/* ---- tables ---------------------------------------------------------------------------------- */

const struct quant_matrix *quantized_matrix(const struct quantized *q, int n)
{
    BUG_UNLESS(n >= 0 && n < q->shape.matrix_count);
    return &q->matrices[n];
}

const struct quant_vector *quantized_vector(const struct quantized *q, enum value value)
{
    const int vector = network_first(&q->shape, value);
    return vector != NONE ? &q->vectors[vector] : NULL;
}

const struct quant_vector *quantized_output(const struct quantized *q)
{
    return &q->vectors[network_output(&q->shape)];
}

int64_t quantized_dense_weights(const struct quantized *q)
{
    int64_t weights = 0;
    for (int n = 0; n < q->shape.matrix_count; n++)
        weights += (int64_t)q->matrices[n].rows * q->matrices[n].cols;
    return weights;
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

static int64_t largest_of(const int64_t *at, int row)
{
    return at != NULL ? llabs(at[row]) : 0;
}

/* What a row of a pass multiplies before its function. */
static int64_t product_bound(const struct quantized *q, int number, int row)
{
    const struct network_pass *pass = &q->shape.passes[number];
    const struct quant_pass *quant = &q->passes[number];
    if (pass->right == NONE)
        return 0;
    if (pass->left == NONE)
        return llabs((int64_t)quant->peep[row]) << (q->activation_bits - 1);
    return (int64_t)1 << (2 * (q->activation_bits - 1) + quantized_product_shift(q, number));
}

static void add_bounds(struct bounds *b, const struct quantized *q, int number, int row)
{
    const struct quant_pass *pass = &q->passes[number];
    int64_t acc = 0, bias = largest_of(pass->bias, row);
    for (int i = 0; i < q->shape.matrix_count; i++)
        if (q->shape.matrices[i].pass == number)
            acc += row_bound(&q->matrices[i], row, q->activation_bits);
    const int64_t peep = pass->peep != NULL ? llabs((int64_t)pass->peep[row]) : 0;
    const int64_t half = (int64_t)1 << (pass->round_shift - 1); /* rounding adds half */
    const int64_t sum = acc + bias + product_bound(q, number, row) + half;
    b->acc = acc > b->acc ? acc : b->acc;
    b->bias = bias > b->bias ? bias : b->bias;
    b->peep = peep > b->peep ? peep : b->peep;
    b->sum = sum > b->sum ? sum : b->sum;
}

static struct bounds bounds_of(const struct quantized *q)
{
    struct bounds b = {0};
    for (int n = 0; n < q->shape.pass_count; n++)
        for (int row = 0; row < q->shape.passes[n].rows; row++)
            add_bounds(&b, q, n, row);
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
    q->acc_bits = bits_for(b->acc, percent);
    q->bias_bits = bits_for(b->bias, percent);
    q->peep_bits = bits_for(b->peep, percent);
    q->sum_bits = bits_for(b->sum, percent);
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
                    q->sum_bits, ACC_BITS_MAX, align_or_keys(&config->model));
    if (q->peep_bits > DSP_WIDE_BITS)
        return fail(error, "the peephole weights would need %d bits, at most %d are possible: "
                    "reduce activation_bits%s", q->peep_bits, DSP_WIDE_BITS,
                    align_or_keys(&config->model));
    if (headroom == 0)
        return true;
    if (q->max_shift < align_shift_limit(q) &&
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

/* ---- all of it ------------------------------------------------------------------------------- */

static void quantize_pass(struct quantized *q, const struct network *n, int number)
{
    const struct network_pass *pass = &n->passes[number];
    struct quant_pass *quant = &q->passes[number];
    if (pass->bias != NULL)
        quant->bias = allocate((size_t)pass->rows, sizeof *quant->bias);
    for (int row = 0; pass->bias != NULL && row < pass->rows; row++)
        quant->bias[row] = quantize_value((double)pass->bias[row], quant->sum, ACC_BITS_MAX);
    if (pass->peep == NULL)
        return;
    const int fraction = quant->sum - q->vectors[pass->right].fraction;
    quant->peep = allocate((size_t)pass->rows, sizeof *quant->peep);
    for (int row = 0; row < pass->rows; row++)
        quant->peep[row] =
            (int32_t)quantize_value((double)pass->peep[row], fraction, DSP_WIDE_BITS + 1);
}

/* The tables of a network, without its numbers. */
static void set_shape(struct quantized *q, const struct network *n, const struct config *config)
{
    *q = (struct quantized){.shape = *n,
                            .weight_bits = config->weight_bits,
                            .activation_bits = config->activation_bits};
    q->matrices = allocate((size_t)n->matrix_count, sizeof *q->matrices);
    q->vectors = allocate((size_t)n->vector_count, sizeof *q->vectors);
    q->passes = allocate((size_t)n->pass_count, sizeof *q->passes);
}

void quantize_all(struct quantized *q, const struct network *n, enum table_kind table)
{
    for (int i = 0; i < n->matrix_count; i++)
        quantize_matrix(&q->matrices[i], &n->matrices[i].weights, q->weight_bits);
    for (int i = 0; i < n->pass_count; i++)
        quantize_pass(q, n, i);
    act_table_build(&q->sigm, false, table, q->z_fraction, q->z_bits, q->gate_fraction);
    act_table_build(&q->tanh, true, table, q->z_fraction, q->z_bits, q->gate_fraction);
}
bool quantize(struct quantized *q, const struct network *n, struct calibrator *calibrator,
              const struct config *config, struct error *error)
{
    set_shape(q, n, config);
    if (!formats_choose(q, n, calibrator, config, error))
        return false;
    const struct aligning aligning = {q, n, calibrator, config, false};
    if (!fractions_choose(&aligning, error))
        return false;
    quantize_all(q, n, config->activation_table);
    return size_accumulators(q, config, error);
}

/* Formats, sums and shifts of a chip that is there already. */
static void take_chip(struct quantized *q, const struct quantized *chip)
{
    q->gate_fraction = chip->gate_fraction;
    q->z_bits = chip->z_bits;
    q->z_fraction = chip->z_fraction;
    q->max_shift = chip->max_shift;
    for (int i = 0; i < q->shape.vector_count; i++)
        q->vectors[i] = (struct quant_vector){chip->vectors[i].bits, chip->vectors[i].fraction,
                                              {.given = true}};
    for (int i = 0; i < q->shape.pass_count; i++)
        q->passes[i] = (struct quant_pass){.sum = chip->passes[i].sum,
                                           .round_shift = chip->passes[i].round_shift};
}

bool quantize_for(struct quantized *q, const struct network *n, struct calibrator *calibrator,
                  const struct quantized *chip, const struct config *config, struct error *error)
{
    set_shape(q, n, config);
    take_chip(q, chip);
    if (!formats_keep(q, calibrator, &config->model, error))
        return false;
    const struct aligning aligning = {q, n, calibrator, config, true};
    if (!fractions_choose(&aligning, error))
        return false;
    quantize_all(q, n, config->activation_table);
    struct bounds bounds = bounds_of(q);
    count_bits(q, &bounds, 0);
    return true;
}

void quantized_free(struct quantized *q)
{
    for (int n = 0; n < q->shape.matrix_count; n++) {
        free(q->matrices[n].at);
        free(q->matrices[n].begin);
        free(q->matrices[n].col);
        free(q->matrices[n].weight);
    }
    for (int n = 0; n < q->shape.pass_count; n++) {
        free(q->passes[n].bias);
        free(q->passes[n].peep);
    }
    free(q->matrices);
    free(q->vectors);
    free(q->passes);
    free(q->sigm.base);
    free(q->sigm.slope);
    free(q->tanh.base);
    free(q->tanh.slope);
}
