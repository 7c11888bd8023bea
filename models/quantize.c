/* SPDX-License-Identifier: Apache-2.0 */
#include "models/quantize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/calibrate.h"

enum {
    DSP_WIDE_BITS = 27,     /* the wider operand of a DSP48E2 multiplier carries the aligned weight */
    WEIGHT_FRACTION_MAX = 24,
    Z_HEADROOM_BITS = 3,    /* z has activation_bits - 3 fraction bits: finer than any gate needs */
    Z_RANGE_BITS = 5,       /* sign and |z| < 16: Sigmoid is flat beyond */
    Z_PAPER_RANGE_BITS = 8, /* sign and |z| < 128: the paper's Tanh table */
    ACC_BITS_MAX = 48       /* what a DSP48E2 can add; also keeps the models within int64_t */
};

static double largest_weight(const struct matrix *m)
{
    double largest = 0.0;
    for (size_t i = 0; i < (size_t)m->rows * (size_t)m->cols; i++)
        largest = fmax(largest, fabs((double)m->at[i]));
    return largest;
}

/* One matrix with what its alignment needs: `natural` is where the binary point of its products falls,
 * `extra` where the accumulator's lies above round_shift. */
struct alignment {
    struct quant_matrix *quant;
    const struct matrix *matrix;
    int activation_fraction, extra;
};

static int list_matrices(struct quantized *q, const struct network *n, struct alignment *list)
{
    static const char gate_letter[GATE_COUNT] = {'i', 'f', 'c', 'o'};
    const struct formats *f = &q->formats;
    int count = 0;
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        list[count++] = (struct alignment){&q->wx[gate], &n->wx[gate], f->x, f->z};
        list[count++] = (struct alignment){&q->wr[gate], &n->wr[gate], f->y, f->z};
        memcpy(q->wx[gate].name, "Wix", 4);
        memcpy(q->wr[gate].name, "Wir", 4);
        q->wx[gate].name[1] = q->wr[gate].name[1] = gate_letter[gate];
    }
    if (n->projection) {
        list[count++] = (struct alignment){&q->wym, &n->wym, f->m, f->y};
        memcpy(q->wym.name, "Wym", 4);
    }
    return count;
}

/* Chooses round_shift, and the fraction bits and the shift of every matrix. */
static bool align(struct quantized *q, struct alignment *list, int count, struct error *error)
{
    const int shift_limit = DSP_WIDE_BITS - q->weight_bits;
    int need = 2, allow = 40;
    for (int i = 0; i < count; i++) {
        list[i].quant->fraction =
            fraction_for(largest_weight(list[i].matrix), q->weight_bits, WEIGHT_FRACTION_MAX);
        int above = list[i].quant->fraction + list[i].activation_fraction - list[i].extra;
        bool empty = largest_weight(list[i].matrix) == 0.0;
        if (!empty && above > need)
            need = above;
        if (!empty && above + shift_limit < allow)
            allow = above + shift_limit;
    }
    q->round_shift = need < allow ? need : allow > 2 ? allow : 2;
    for (int i = 0; i < count; i++) {
        struct quant_matrix *m = list[i].quant;
        int point = q->round_shift + list[i].extra - list[i].activation_fraction;
        if (point - m->fraction > shift_limit && largest_weight(list[i].matrix) > 0.0)
            return fail(error, "the weights of %s are too large beside its inputs: aligning them "
                        "takes a shift of %d bits, %d are possible; scale the model",
                        m->name, point - m->fraction, shift_limit);
        if (m->fraction > point)
            m->fraction = point; /* finer than the accumulator: the extra bits would be lost anyway */
        m->shift = point - m->fraction;
        if (m->shift > shift_limit) /* all weights are 0 */
            m->shift = shift_limit, m->fraction = point - shift_limit;
        if (m->shift > q->max_shift)
            q->max_shift = m->shift;
    }
    return true;
}

static void quantize_matrix(struct quant_matrix *q, const struct matrix *m, int bits)
{
    q->rows = m->rows;
    q->cols = m->cols;
    size_t size = (size_t)m->rows * (size_t)m->cols;
    q->at = allocate(size, sizeof *q->at);
    for (size_t i = 0; i < size; i++)
        q->at[i] = (int32_t)quantize_value((double)m->at[i], q->fraction, bits);
}

/* Largest magnitude that row `row` can bring into an accumulator, whatever the activations are. */
static int64_t row_bound(const struct quant_matrix *m, int row, int activation_bits)
{
    int64_t sum = 0;
    for (int col = 0; col < m->cols; col++)
        sum += llabs(m->at[(size_t)row * (size_t)m->cols + (size_t)col]);
    return (sum << m->shift) << (activation_bits - 1);
}

static bool size_accumulators(struct quantized *q, struct error *error)
{
    int64_t acc = 0, bias = 0, peep = 0, total = 0;
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        for (int row = 0; row < q->cell; row++) {
            int64_t a = row_bound(&q->wx[gate], row, q->activation_bits) +
                        row_bound(&q->wr[gate], row, q->activation_bits);
            int64_t b = llabs(q->bias[gate][row]);
            int64_t p = q->peep[gate] ? llabs((int64_t)q->peep[gate][row]) : 0;
            int64_t sum = a + b + (p << (q->activation_bits - 1));
            acc = a > acc ? a : acc;
            bias = b > bias ? b : bias;
            peep = p > peep ? p : peep;
            total = sum > total ? sum : total;
        }
    }
    for (int row = 0; row < q->wym.rows; row++) {
        int64_t a = row_bound(&q->wym, row, q->activation_bits);
        acc = a > acc ? a : acc;
        total = a > total ? a : total;
    }
    total += (int64_t)1 << (q->round_shift - 1); /* rounding adds half */
    q->acc_bits = signed_bits(acc);
    q->bias_bits = signed_bits(bias);
    q->peep_bits = signed_bits(peep);
    q->sum_bits = signed_bits(total);
    /* A product must fit the accumulator even if no sum ever gets that far. */
    int product = q->weight_bits + q->max_shift + q->activation_bits;
    if (q->acc_bits < product)
        q->acc_bits = product;
    if (q->sum_bits <= q->acc_bits)
        q->sum_bits = q->acc_bits + 1;
    int terms = q->activation_bits + q->peep_bits > q->bias_bits ? q->activation_bits + q->peep_bits
                                                                 : q->bias_bits;
    if (q->sum_bits <= terms)
        q->sum_bits = terms + 1;
    if (q->sum_bits > ACC_BITS_MAX)
        return fail(error, "the accumulators would need %d bits, at most %d are possible: "
                    "reduce weight_bits or activation_bits, or scale the model's weights",
                    q->sum_bits, ACC_BITS_MAX);
    if (q->peep_bits > DSP_WIDE_BITS)
        return fail(error, "the peephole weights would need %d bits, at most %d are possible: "
                    "reduce activation_bits", q->peep_bits, DSP_WIDE_BITS);
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

bool quantize(struct quantized *q, const struct network *n, const struct utterances *calibration,
              const struct config *config, struct error *error)
{
    *q = (struct quantized){.input = n->input,
                            .cell = n->cell,
                            .output = n->output,
                            .weight_bits = config->weight_bits,
                            .activation_bits = config->activation_bits,
                            .peephole = n->peephole,
                            .projection = n->projection,
                            .candidate = n->candidate};
    const int bits = config->activation_bits, gate = bits - 1;
    struct ranges ranges = calibrate(n, calibration);
    struct formats *f = &q->formats;
    f->gate = gate;
    f->z = bits - Z_HEADROOM_BITS;
    f->x = fraction_for(ranges.x, bits, gate + 4);
    f->c = fraction_for(ranges.c, bits, gate + 4);
    f->c = f->c > gate ? gate : f->c < 0 ? 0 : f->c;
    f->m = fraction_for(ranges.m, bits, gate + 4);
    f->y = n->projection ? fraction_for(ranges.y, bits, gate + 4) : f->m;
    q->z_bits =
        f->z + (config->activation_table == TABLE_PAPER ? Z_PAPER_RANGE_BITS : Z_RANGE_BITS);

    struct alignment list[2 * GATE_COUNT + 1];
    int count = list_matrices(q, n, list);
    if (!align(q, list, count, error))
        return false;
    f->sum = f->z + q->round_shift;
    f->project = f->y + q->round_shift;
    for (int i = 0; i < count; i++)
        quantize_matrix(list[i].quant, list[i].matrix, q->weight_bits);
    quantize_vectors(q, n);
    act_table_build(&q->sigm, false, config->activation_table, f->z, q->z_bits, gate);
    act_table_build(&q->tanh, true, config->activation_table, f->z, q->z_bits, gate);
    return size_accumulators(q, error);
}

void quantized_free(struct quantized *q)
{
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        free(q->wx[gate].at);
        free(q->wr[gate].at);
        free(q->bias[gate]);
        free(q->peep[gate]);
    }
    free(q->wym.at);
    free(q->sigm.base);
    free(q->sigm.slope);
    free(q->tanh.base);
    free(q->tanh.slope);
}
