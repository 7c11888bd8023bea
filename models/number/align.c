/* SPDX-License-Identifier: Apache-2.0 */
#include "models/number/align.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/number/formats.h"

enum {
    WEIGHT_FRACTION_MAX = 24,
    ROUND_SHIFT_LEAST = 2,
    ROUND_SHIFT_MOST = 40
};

/* One matrix with what its alignment needs: where the binary point of its products falls, and
 * where that of the accumulator lies above the bits that rounding drops. */
struct alignment {
    struct quant_matrix *quant;
    int activation_fraction, result_fraction;
    double largest; /* magnitude of the weights */
    int finer;      /* fraction bits beyond those that clip nothing, where no key asks for any */
    int asked;      /* fraction bits, or FORMAT_AUTO ... */
    struct key_name key; /* ... by which key */
};

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

/* The layer that is aligned. */
struct aligner {
    struct aligning of;
    const int *finer; /* [matrices], or NULL */
    int layer, count, round_shift;
    struct alignment *list;
};

/* Those of the layer; returns how many. */
static int list_matrices(const struct aligner *a, struct alignment *list)
{
    const struct network *n = a->of.network;
    struct quantized *q = a->of.quant;
    int count = 0;
    for (int i = 0; i < n->matrix_count; i++) {
        const struct network_matrix *m = &n->matrices[i];
        if (m->layer != a->layer)
            continue;
        list[count] = (struct alignment){
            .quant = &q->matrices[i],
            .activation_fraction = q->vectors[m->source].fraction,
            .result_fraction = result_fraction(q, &n->passes[m->pass]),
            .largest = matrix_largest(&m->weights),
            .finer = a->finer != NULL ? a->finer[i] : 0};
        ask_keys(&list[count++], &n->layers[a->layer], m, &a->of.config->model);
        snprintf(q->matrices[i].name, sizeof q->matrices[i].name, "%s", m->name);
    }
    return count;
}

bool align_is_asked(const struct aligning *aligning, int matrix)
{
    const struct network_matrix *m = &aligning->network->matrices[matrix];
    struct alignment a = {0};
    ask_keys(&a, &aligning->network->layers[m->layer], m, &aligning->config->model);
    return a.asked != FORMAT_AUTO;
}

/* Fraction bits of the weights, before they are aligned. */
static int natural_fraction(const struct quantized *q, const struct alignment *a)
{
    const int whole = fraction_for(a->largest, q->weight_bits, WEIGHT_FRACTION_MAX);
    return a->asked != FORMAT_AUTO                  ? a->asked
           : whole + a->finer < WEIGHT_FRACTION_MAX ? whole + a->finer
                                                    : WEIGHT_FRACTION_MAX;
}

int align_shift_limit(const struct quantized *q)
{
    return ALIGN_WIDE_BITS - q->weight_bits;
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
        if (largest != 0.0 && above + align_shift_limit(q) < allow)
            allow = above + align_shift_limit(q);
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
static const struct quant_matrix *set_fractions(const struct quantized *q,
                                                const struct alignment *list, int count,
                                                int round_shift, int most)
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

/* What else may be behind numbers that cannot be aligned. */
static bool any_key(const struct format_keys *f, const struct range_keys *r)
{
#define ASKED(name) f->name != FORMAT_AUTO || r->name > 0.0 ||
    return FORMAT_VECTORS(ASKED) false;
#undef ASKED
}

const char *align_or_keys(const struct model_config *model)
{
    bool asked = any_key(&model->formats, &model->ranges);
    for (int i = 0; i < model->layer_count; i++)
        asked = asked || any_key(&model->layers[i].formats, &model->layers[i].ranges);
    return asked ? ", or ask for less in model.formats and model.ranges" : "";
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

static void list_layer(struct aligner *a)
{
    a->count = list_matrices(a, a->list);
    a->round_shift = choose_round_shift(a->of.quant, a->layer, a->list, a->count);
}

/* A product that is added to a sum (r * (Wnr h' + cn)) must not be finer than that: its right
 * factor is made coarser, unless a key asked for it, and the layer listed anew. */
static bool fit_product(struct aligner *a, const struct network_pass *pass, struct error *error)
{
    const struct quant_vector *factor = &a->of.quant->vectors[pass->right];
    const int fraction = factor->fraction;
    struct key_name key;
    while (product_below(a->of.quant, pass) > a->round_shift) {
        formats_coarsen(a->of.quant, pass->right, 1, a->of.calibrator);
        list_layer(a);
    }
    if (factor->fraction == fraction ||
        !formats_asked(a->of.network, pass->right, &a->of.config->model, &key))
        return true;
    return fail(error,
                "%s: %d fraction bits are more than the sum has room for that it is added to; at "
                "most %d",
                key.text, fraction, factor->fraction);
}

/* Fractions and shifts of the matrices of a layer. */
static bool align_layer(struct aligner *a, struct error *error)
{
    struct quantized *q = a->of.quant;
    list_layer(a);
    for (int i = 0; i < q->shape.pass_count; i++) {
        const struct network_pass *pass = &q->shape.passes[i];
        if (pass->layer == a->layer && has_product(pass) && !fit_product(a, pass, error))
            return false;
    }
    if (!check_keys(a->list, a->count, a->round_shift, error))
        return false;
    const int most = align_shift_limit(q);
    const struct quant_matrix *bad = set_fractions(q, a->list, a->count, a->round_shift, most);
    if (bad != NULL)
        return fail(error, "the weights of %s are too large beside its inputs: aligning them "
                    "takes a shift of %d bits, %d are possible; scale the model or its inputs%s",
                    bad->name, bad->shift, most, align_or_keys(&a->of.config->model));
    for (int i = 0; i < a->count; i++)
        if (a->list[i].quant->shift > q->max_shift)
            q->max_shift = a->list[i].quant->shift;
    set_sums(q, a->layer, a->round_shift);
    return true;
}

/* The same, within what the chip has. */
static bool align_layer_for(struct aligner *a, struct error *error)
{
    const struct quantized *q = a->of.quant;
    for (int i = 0; i < a->of.network->pass_count; i++)
        if (a->of.network->passes[i].layer == a->layer)
            a->round_shift = q->passes[i].round_shift;
    a->count = list_matrices(a, a->list);
    if (!check_keys(a->list, a->count, a->round_shift, error))
        return false;
    const struct quant_matrix *bad =
        set_fractions(q, a->list, a->count, a->round_shift, q->max_shift);
    if (bad != NULL)
        return fail(error,
                    "model: the weights of %s are too large: aligning them would need a shift "
                    "of %d bits, the chip has %d (headroom of the chip: %d %%)",
                    bad->name, bad->shift, q->max_shift, a->of.config->headroom);
    return true;
}

bool align(const struct aligning *aligning, const int *finer, struct error *error)
{
    struct aligner a = {.of = *aligning, .finer = finer};
    bool good = true;
    a.list = allocate((size_t)a.of.network->matrix_count, sizeof *a.list);
    if (!a.of.of_chip)
        a.of.quant->max_shift = 0;
    for (; good && a.layer < a.of.network->layer_count; a.layer++)
        good = a.of.of_chip ? align_layer_for(&a, error) : align_layer(&a, error);
    free(a.list);
    return good;
}
