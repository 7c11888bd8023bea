/* SPDX-License-Identifier: Apache-2.0 */
#include "models/number/quantize.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/number/formats.h"

enum {
    DSP_WIDE_BITS = 27,     /* the wider operand of a DSP48E2 carries the aligned weight */
    WEIGHT_FRACTION_MAX = 24,
    ROUND_SHIFT_LEAST = 2,
    ROUND_SHIFT_MOST = 40,
    ACC_BITS_MAX = 48       /* what a DSP48E2 can add; also keeps the models within int64_t */
};

/* One matrix with what its alignment needs: where the binary point of its products falls, and
 * where that of the accumulator lies above the bits that rounding drops. */
struct alignment {
    struct quant_matrix *quant;
    int activation_fraction, result_fraction;
    double largest; /* magnitude of the weights */
    int asked;      /* fraction bits, or FORMAT_AUTO ... */
    struct key_name key; /* ... by which key */
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

/* What the bits of a sum that stay are: z, or where no function bounds it the result itself. */
static int result_fraction(const struct quantized *q, const struct network_pass *pass)
{
    return pass->sums == NONE ? q->vectors[pass->writes].fraction : q->z_fraction;
}

static bool has_product(const struct network_pass *pass)
{
    return pass->left != NONE && pass->right != NONE;
}

/* Bits below those of the result that the product of a pass (r * (Wnr h' + cn)) has. */
static int product_below(const struct quantized *q, const struct network_pass *pass)
{
    return q->vectors[pass->left].fraction + q->vectors[pass->right].fraction -
           result_fraction(q, pass);
}

int quantized_product_shift(const struct quantized *q, int number)
{
    const struct network_pass *pass = &q->shape.passes[number];
    if (!has_product(pass)) /* peephole weights are as fine as is needed */
        return 0;
    return q->passes[number].round_shift - product_below(q, pass);
}

/* ---- alignment ------------------------------------------------------------------------------- */

static int format_key(const struct format_keys *f, const char *name)
{
#define FORMAT_OF(id)          \
    if (strcmp(name, #id) == 0) \
        return f->id;
    FORMAT_MATRICES(FORMAT_OF)
#undef FORMAT_OF
    return FORMAT_AUTO;
}

/* Of a matrix: what its layer says, or the model. */
static void ask_keys(struct alignment *a, const struct layer *layer,
                     const struct network_matrix *m, const struct model_config *model)
{
    const int own = format_key(&layer->as.formats, m->key);
    a->asked = own != FORMAT_AUTO ? own : format_key(&model->formats, m->key);
    a->key = model_key(own != FORMAT_AUTO ? layer->number : NONE, "formats", m->key);
}

/* Those of a layer; returns how many. */
static int list_matrices(struct quantized *q, int layer, const struct network *n,
                         const struct model_config *model, struct alignment *list)
{
    int count = 0;
    for (int i = 0; i < n->matrix_count; i++) {
        const struct network_matrix *m = &n->matrices[i];
        if (m->layer != layer)
            continue;
        list[count] = (struct alignment){
            .quant = &q->matrices[i],
            .activation_fraction = q->vectors[m->source].fraction,
            .result_fraction = result_fraction(q, &n->passes[m->pass]),
            .largest = matrix_largest(&m->weights)};
        ask_keys(&list[count++], &n->layers[layer], m, model);
        snprintf(q->matrices[i].name, sizeof q->matrices[i].name, "%s", m->name);
    }
    return count;
}

/* Fraction bits of the weights, before they are aligned. */
static int natural_fraction(const struct quantized *q, const struct alignment *a)
{
    return a->asked != FORMAT_AUTO ? a->asked
                                   : fraction_for(a->largest, q->weight_bits, WEIGHT_FRACTION_MAX);
}

static int shift_limit(const struct quantized *q)
{
    return DSP_WIDE_BITS - q->weight_bits;
}

/* The bits that rounding drops: fine enough for the finest products, if the others can be shifted
 * that far. */
static int choose_round_shift(const struct quantized *q, int layer, const struct alignment *list,
                              int count)
{
    int need = ROUND_SHIFT_LEAST, allow = ROUND_SHIFT_MOST;
    for (int i = 0; i < q->shape.pass_count; i++) {
        const struct network_pass *pass = &q->shape.passes[i];
        if (pass->layer == layer && has_product(pass) && product_below(q, pass) > need)
            need = product_below(q, pass);
    }
    for (int i = 0; i < count; i++) {
        double largest = list[i].largest;
        int above =
            natural_fraction(q, &list[i]) + list[i].activation_fraction - list[i].result_fraction;
        if (largest != 0.0 && above > need)
            need = above;
        if (largest != 0.0 && above + shift_limit(q) < allow)
            allow = above + shift_limit(q);
    }
    return need < allow ? need : allow > ROUND_SHIFT_LEAST ? allow : ROUND_SHIFT_LEAST;
}

/* Where the binary point of a matrix's weights may lie at the finest: beyond it bits are lost. */
static int finest_fraction(const struct alignment *a, int round_shift)
{
    return round_shift + a->result_fraction - a->activation_fraction;
}

/* A format that was asked for is taken or refused. */
static bool check_keys(const struct alignment *list, int count, int round_shift,
                       struct error *error)
{
    for (int i = 0; i < count; i++) {
        int finest = finest_fraction(&list[i], round_shift);
        if (list[i].asked != FORMAT_AUTO && list[i].asked > finest)
            return fail(error,
                        "%s: %d fraction bits are more than the accumulator has room for "
                        "beside those of the other matrices; at most %d",
                        list[i].key.text, list[i].asked, finest);
    }
    return true;
}

/* Chooses the fraction bits and the shift of every matrix, shifts up to `most`.  Returns the first
 * that would need more, or NULL; its shift is then what it would need. */
static const struct quant_matrix *align(const struct quantized *q, const struct alignment *list,
                                        int count, int round_shift, int most)
{
    for (int i = 0; i < count; i++) {
        struct quant_matrix *m = list[i].quant;
        double largest = list[i].largest;
        int point = finest_fraction(&list[i], round_shift);
        m->fraction = natural_fraction(q, &list[i]);
        if (m->fraction > point)
            m->fraction = point; /* finer than the accumulator: the rest would be lost */
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

/* What else may be behind numbers that cannot be aligned. */
static bool any_key(const struct format_keys *f, const struct range_keys *r)
{
#define ASKED(name) f->name != FORMAT_AUTO || r->name > 0.0 ||
    return FORMAT_VECTORS(ASKED) false;
#undef ASKED
}

static const char *or_keys(const struct model_config *model)
{
    bool asked = any_key(&model->formats, &model->ranges);
    for (int i = 0; i < model->layer_count; i++)
        asked = asked || any_key(&model->layers[i].formats, &model->layers[i].ranges);
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

/* The round shift of a layer's passes, and what follows from it. */
static void set_sums(struct quantized *q, int layer, int round_shift)
{
    for (int i = 0; i < q->shape.pass_count; i++) {
        const struct network_pass *pass = &q->shape.passes[i];
        if (pass->layer == layer)
            q->passes[i] = (struct quant_pass){.sum = result_fraction(q, pass) + round_shift,
                                               .round_shift = round_shift};
    }
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

/* The layer that is aligned. */
struct aligner {
    struct quantized *q;
    const struct network *network;
    struct calibrator *calibrator;
    const struct config *config;
    int layer, count, round_shift;
    struct alignment *list;
};

static struct aligner aligner_new(struct quantized *q, const struct network *n,
                                  struct calibrator *calibrator, const struct config *config)
{
    struct aligner a = {.q = q, .network = n, .calibrator = calibrator, .config = config};
    a.list = allocate((size_t)n->matrix_count, sizeof *a.list);
    return a;
}

static void list_layer(struct aligner *a)
{
    a->count = list_matrices(a->q, a->layer, a->network, &a->config->model, a->list);
    a->round_shift = choose_round_shift(a->q, a->layer, a->list, a->count);
}

/* A product that is added to a sum (r * (Wnr h' + cn)) must not be finer than that: its right
 * factor is made coarser, unless a key asked for it, and the layer listed anew. */
static bool fit_product(struct aligner *a, const struct network_pass *pass, struct error *error)
{
    const struct quant_vector *factor = &a->q->vectors[pass->right];
    const int fraction = factor->fraction;
    struct key_name key;
    while (product_below(a->q, pass) > a->round_shift) {
        formats_coarsen(a->q, pass->right, 1, a->calibrator);
        list_layer(a);
    }
    if (factor->fraction == fraction ||
        !formats_asked(a->network, pass->right, &a->config->model, &key))
        return true;
    return fail(error,
                "%s: %d fraction bits are more than the sum has room for that it is added to; at "
                "most %d",
                key.text, fraction, factor->fraction);
}

/* Fractions and shifts of the matrices of a layer. */
static bool align_layer(struct aligner *a, struct error *error)
{
    struct quantized *q = a->q;
    list_layer(a);
    for (int i = 0; i < q->shape.pass_count; i++) {
        const struct network_pass *pass = &q->shape.passes[i];
        if (pass->layer == a->layer && has_product(pass) && !fit_product(a, pass, error))
            return false;
    }
    if (!check_keys(a->list, a->count, a->round_shift, error))
        return false;
    const struct quant_matrix *bad =
        align(q, a->list, a->count, a->round_shift, shift_limit(q));
    if (bad != NULL)
        return fail(error, "the weights of %s are too large beside its inputs: aligning them "
                    "takes a shift of %d bits, %d are possible; scale the model or its inputs%s",
                    bad->name, bad->shift, shift_limit(q), or_keys(&a->config->model));
    for (int i = 0; i < a->count; i++)
        if (a->list[i].quant->shift > q->max_shift)
            q->max_shift = a->list[i].quant->shift;
    set_sums(q, a->layer, a->round_shift);
    return true;
}

static bool for_all_layers(struct aligner *a, bool (*align_one)(struct aligner *, struct error *),
                           struct error *error)
{
    bool good = true;
    for (a->layer = 0; good && a->layer < a->network->layer_count; a->layer++)
        good = align_one(a, error);
    free(a->list);
    return good;
}

bool quantize(struct quantized *q, const struct network *n, struct calibrator *calibrator,
              const struct config *config, struct error *error)
{
    set_shape(q, n, config);
    if (!formats_choose(q, n, calibrator, config, error))
        return false;
    struct aligner a = aligner_new(q, n, calibrator, config);
    if (!for_all_layers(&a, align_layer, error))
        return false;
    quantize_all(q, n, config->activation_table);
    return size_accumulators(q, config, error);
}

/* The same, within what the chip has. */
static bool align_layer_for(struct aligner *a, struct error *error)
{
    const struct quantized *q = a->q;
    for (int i = 0; i < a->network->pass_count; i++)
        if (a->network->passes[i].layer == a->layer)
            a->round_shift = q->passes[i].round_shift;
    a->count = list_matrices(a->q, a->layer, a->network, &a->config->model, a->list);
    if (!check_keys(a->list, a->count, a->round_shift, error))
        return false;
    const struct quant_matrix *bad = align(q, a->list, a->count, a->round_shift, q->max_shift);
    if (bad != NULL)
        return fail(error,
                    "model: the weights of %s are too large: aligning them would need a shift "
                    "of %d bits, the chip has %d (headroom of the chip: %d %%)",
                    bad->name, bad->shift, q->max_shift, a->config->headroom);
    return true;
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
    struct aligner a = aligner_new(q, n, calibrator, config);
    if (!for_all_layers(&a, align_layer_for, error))
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
