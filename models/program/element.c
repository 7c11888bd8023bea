/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/element.h"

#include "models/program/derive.h"

/* ---- formats --------------------------------------------------------------------------------- */

/* NONE where the layer has no such number. */
static struct element_format format_of(const struct program *p, int layer)
{
    const struct network *n = &p->network;
    struct element_format format = {NONE, NONE, NONE, NONE};
    for (int i = 0; i < n->pass_count; i++) {
        const struct network_pass *pass = &n->passes[i];
        if (pass->layer != layer)
            continue;
        format.round_shift = p->quant.passes[i].round_shift;
        if (pass->operation == OPERATION_CELL)
            format.c_fraction = p->quant.vectors[pass->writes].fraction;
        if (pass->operation == OPERATION_OUT)
            format.m_fraction = p->quant.vectors[pass->writes].fraction;
        if (pass->right != NONE) /* of a peephole 0 */
            format.hidden_shift = quantized_product_shift(&p->quant, i);
    }
    return format;
}

static bool agree(int one, int other)
{
    return one == NONE || other == NONE || one == other;
}

static bool may_be_one(const struct element_format *a, const struct element_format *b)
{
    return agree(a->round_shift, b->round_shift) && agree(a->c_fraction, b->c_fraction) &&
           agree(a->m_fraction, b->m_fraction) && agree(a->hidden_shift, b->hidden_shift);
}

static void fill_in(int *known, int also)
{
    *known = *known == NONE ? also : *known;
}

/* What a format has no use for is as in the first that has, so that nobody shifts for it. */
static void fill_gaps(struct element_format list[LAYERS_MOST], int count)
{
    struct element_format known = {NONE, NONE, NONE, NONE};
    for (int n = 0; n < count; n++) {
        fill_in(&known.c_fraction, list[n].c_fraction);
        fill_in(&known.m_fraction, list[n].m_fraction);
        fill_in(&known.hidden_shift, list[n].hidden_shift);
    }
    for (int n = 0; n < count; n++) {
        fill_in(&list[n].c_fraction, known.c_fraction != NONE ? known.c_fraction : 0);
        fill_in(&list[n].m_fraction, known.m_fraction != NONE ? known.m_fraction : 0);
        fill_in(&list[n].hidden_shift, known.hidden_shift != NONE ? known.hidden_shift : 0);
    }
}

/* Gathers the formats of the layers. */
static int gather(const struct program *p, struct element_format list[LAYERS_MOST])
{
    int count = 0;
    for (int i = 0; i < p->network.layer_count; i++) {
        const struct element_format format = format_of(p, i);
        int n = 0;
        while (n < count && !may_be_one(&list[n], &format))
            n++;
        if (n == count)
            list[count++] = format;
        fill_in(&list[n].round_shift, format.round_shift);
        fill_in(&list[n].c_fraction, format.c_fraction);
        fill_in(&list[n].m_fraction, format.m_fraction);
        fill_in(&list[n].hidden_shift, format.hidden_shift);
    }
    fill_gaps(list, count);
    return count;
}

int element_formats(const struct program *p, struct element_format list[LAYERS_MOST])
{
    if (p->formats.count == 0)
        return gather(p, list);
    for (int n = 0; n < p->formats.count; n++)
        list[n] = p->formats.of[n];
    return p->formats.count;
}

/* The first that it agrees with is the one that it was gathered into: one that did not agree then does so less
 * with what was filled in since. */
int element_format_of(const struct program *p, int layer)
{
    struct element_format list[LAYERS_MOST];
    const int count = element_formats(p, list);
    const struct element_format format = format_of(p, layer);
    int number = 0;
    while (number + 1 < count && !may_be_one(&list[number], &format))
        number++;
    return number;
}

struct range {
    int least, most;
};

static void widen(struct range *range, int value)
{
    range->least = value < range->least ? value : range->least;
    range->most = value > range->most ? value : range->most;
}

static void derive_formats(struct derived *d, const struct program *p)
{
    struct element_format list[LAYERS_MOST] = {{0, 0, 0, 0}};
    const int count = element_formats(p, list);
    struct range sum = {list[0].round_shift, list[0].round_shift};
    struct range c = {list[0].c_fraction, list[0].c_fraction};
    struct range m = {list[0].m_fraction, list[0].m_fraction};
    struct range hidden = {list[0].hidden_shift, list[0].hidden_shift};
    for (int n = 1; n < count; n++) {
        widen(&sum, list[n].round_shift);
        widen(&c, list[n].c_fraction);
        widen(&m, list[n].m_fraction);
        widen(&hidden, list[n].hidden_shift);
    }
    d->formats = count;
    d->format_bits = unsigned_bits(count > 1 ? count - 1 : 1);
    d->round_shift = sum.most;
    d->sum_spread = sum.most - sum.least;
    d->c_fraction = c.most;
    d->c_spread = c.most - c.least;
    d->m_fraction = m.least;
    d->m_spread = m.most - m.least;
    d->hidden_shift = hidden.least;
    d->hidden_spread = hidden.most - hidden.least;
}

/* ---- what passes do -------------------------------------------------------------------------- */

static void add_cell(struct derived *d, const struct network_pass *pass)
{
    d->has_cells = 1;
    if (pass->in == NONE)
        d->has_coupled = 1;
    else
        d->has_input_gates = 1;
    if (pass->function == FUNCTION_TANH)
        d->cell_tanh = 1;
    else
        d->cell_sigmoid = 1;
}

/* A gate whose values are a layer's output, not an operand. */
static void add_result(struct derived *d, const struct network_pass *pass)
{
    switch (pass->function) {
    case FUNCTION_SIGMOID:
        d->sigmoid_results = 1;
        break;
    case FUNCTION_TANH:
        d->tanh_results = 1;
        break;
    case FUNCTION_RELU:
        d->sum_results = d->relu_results = 1;
        break;
    default:
        d->sum_results = 1;
        break;
    }
}

static void add_pass(struct derived *d, const struct network *n, const struct network_pass *pass)
{
    d->has_peepholes |= pass->right != NONE && pass->left == NONE;
    d->has_hidden |= pass->right != NONE && pass->left != NONE;
    d->has_outs |= pass->operation == OPERATION_OUT;
    d->has_resets |= pass->operation == OPERATION_RESET;
    if (pass->operation == OPERATION_CELL)
        add_cell(d, pass);
    if (pass->operation == OPERATION_GATE && (n->vectors[pass->writes].held & HELD_GATES) == 0)
        add_result(d, pass);
}

void element_derive(struct derived *d, const struct program *p)
{
    const struct network *n = &p->network;
    derive_formats(d, p);
    d->has_cells = d->has_peepholes = d->has_input_gates = d->has_coupled = 0;
    d->cell_tanh = d->cell_sigmoid = 0;
    d->has_outs = d->has_resets = d->has_hidden = 0;
    d->sum_results = d->relu_results = d->sigmoid_results = d->tanh_results = 0;
    for (int i = 0; i < n->pass_count; i++)
        add_pass(d, n, &n->passes[i]);
    d->operation_bits = 2 + d->has_hidden;
}

bool element_has_sigmoid(const struct derived *d)
{
    return d->has_cells || d->sigmoid_results;
}

bool element_has_tanh(const struct derived *d)
{
    return d->has_cells || d->tanh_results;
}
