/* SPDX-License-Identifier: Apache-2.0 */
#include "models/learn/plan.h"

#include <stdlib.h>
#include <string.h>

/* ---- sums and operands ----------------------------------------------------------------------- */

static int writer_of(const struct network *n, int layer, int vector)
{
    for (int p = n->pass_count - 1; p >= 0; p--)
        if (n->passes[p].layer == layer && n->passes[p].writes == vector)
            return p;
    return NONE;
}

/* Of a vector that two directions share, a layer has its own part. */
static struct learn_operand operand_of(const struct network *n, int pass, int vector)
{
    const int layer = n->passes[pass].layer;
    const struct layer *l = &n->layers[layer];
    if (vector == NONE)
        return (struct learn_operand){.vector = NONE};
    return (struct learn_operand){.vector = vector,
                                  .first = vector == l->writes ? l->first : 0,
                                  .before = writer_of(n, layer, vector) >= pass};
}

static void plan_passes(struct learn_plan *plan)
{
    const struct network *n = plan->network;
    for (int v = 0; v < n->vector_count; v++)
        plan->gate[v] = NONE;
    for (int p = 0; p < n->pass_count; p++) {
        const struct network_pass *pass = &n->passes[p];
        struct learn_pass *to = &plan->passes[p];
        to->sum = plan->sums[pass->layer];
        plan->sums[pass->layer] += pass->rows;
        to->in_place = pass->operation == OPERATION_GATE && n->vectors[pass->writes].held == HELD_GATES;
        if (to->in_place)
            plan->gate[pass->writes] = p;
        to->left = operand_of(n, p, pass->left);
        to->right = operand_of(n, p, pass->right);
        to->by = operand_of(n, p, pass->by);
        to->in = operand_of(n, p, pass->in);
        to->state = operand_of(n, p, pass->state_of);
    }
}

/* ---- products -------------------------------------------------------------------------------- */

static enum learn_when when_of(const struct network *n, const struct network_matrix *m)
{
    if (m->before)
        return LEARN_BEFORE;
    return n->vectors[m->source].layer == m->layer && n->layers[m->layer].reads != m->source
               ? LEARN_WITHIN
               : LEARN_WHOLE;
}

/* The product whose next pass this could be, or NULL. */
static struct learn_product *product_before(struct learn_plan *plan, const struct network_matrix *m)
{
    const enum learn_when when = when_of(plan->network, m);
    for (int i = 0; i < plan->product_count && when != LEARN_WITHIN; i++) {
        struct learn_product *p = &plan->products[i];
        if (p->layer == m->layer && p->when == when && p->source == m->source &&
            p->first == m->first && p->columns == m->columns && p->first_pass + p->passes == m->pass)
            return p;
    }
    return NULL;
}

static void plan_matrix(struct learn_plan *plan, const struct network_matrix *m)
{
    struct learn_product *p = product_before(plan, m);
    BUG_UNLESS(m->weights.cols == m->columns);
    if (p == NULL) {
        p = &plan->products[plan->product_count++];
        *p = (struct learn_product){.when = when_of(plan->network, m),
                                    .layer = m->layer,
                                    .first_pass = m->pass,
                                    .source = m->source,
                                    .first = m->first,
                                    .columns = m->columns,
                                    .sum = plan->passes[m->pass].sum};
    }
    p->passes++;
    p->rows += m->weights.rows;
}

/* In order of the passes, so that those which stand behind each other meet. */
static void plan_products(struct learn_plan *plan)
{
    const struct network *n = plan->network;
    for (int pass = 0; pass < n->pass_count; pass++)
        for (int i = 0; i < n->matrix_count; i++)
            if (n->matrices[i].pass == pass)
                plan_matrix(plan, &n->matrices[i]);
}

/* ---- parameters ------------------------------------------------------------------------------ */

static bool is_of(const struct learn_product *p, const struct network *n, int matrix)
{
    const struct network_matrix *m = &n->matrices[matrix];
    return m->pass >= p->first_pass && m->pass < p->first_pass + p->passes && m->source == p->source &&
           m->first == p->first && when_of(n, m) == p->when;
}

static size_t elements_of(const struct matrix *m)
{
    return (size_t)m->rows * (size_t)m->cols;
}

static void place_matrices(struct learn_plan *plan)
{
    const struct network *n = plan->network;
    for (int i = 0; i < plan->product_count; i++) {
        struct learn_product *p = &plan->products[i];
        p->weights = plan->count;
        for (int pass = p->first_pass; pass < p->first_pass + p->passes; pass++)
            for (int m = 0; m < n->matrix_count; m++)
                if (n->matrices[m].pass == pass && is_of(p, n, m)) {
                    plan->matrices[m] = plan->count;
                    plan->count += elements_of(&n->matrices[m].weights);
                }
    }
    plan->matrix_count = plan->count;
}

/* Biases that the file has, and peephole weights. */
static void place_vectors(struct learn_plan *plan)
{
    const struct network *n = plan->network;
    for (int p = 0; p < n->pass_count; p++) {
        plan->passes[p].bias = plan->passes[p].peep = LEARN_NOTHING;
        if (n->passes[p].bias != NULL && !n->passes[p].no_bias) {
            plan->passes[p].bias = plan->count;
            plan->count += (size_t)n->passes[p].rows;
        }
        if (n->passes[p].peep != NULL) {
            plan->passes[p].peep = plan->count;
            plan->count += (size_t)n->passes[p].rows;
        }
    }
}

struct learn_plan *learn_plan_new(const struct network *n)
{
    struct learn_plan *plan = allocate(1, sizeof *plan);
    plan->network = n;
    plan->sums = allocate((size_t)n->layer_count, sizeof *plan->sums);
    plan->gate = allocate((size_t)n->vector_count, sizeof *plan->gate);
    plan->products = allocate((size_t)n->matrix_count, sizeof *plan->products);
    plan->passes = allocate((size_t)n->pass_count, sizeof *plan->passes);
    plan->matrices = allocate((size_t)n->matrix_count, sizeof *plan->matrices);
    plan_passes(plan);
    plan_products(plan);
    place_matrices(plan);
    place_vectors(plan);
    return plan;
}

void learn_plan_free(struct learn_plan *plan)
{
    if (plan == NULL)
        return;
    free(plan->sums);
    free(plan->gate);
    free(plan->products);
    free(plan->passes);
    free(plan->matrices);
    free(plan);
}

/* ---- out of a network and into it ------------------------------------------------------------ */

void learn_plan_read(const struct learn_plan *plan, const struct network *n, float *parameters)
{
    for (int i = 0; i < n->matrix_count; i++)
        memcpy(parameters + plan->matrices[i], n->matrices[i].weights.at,
               elements_of(&n->matrices[i].weights) * sizeof *parameters);
    for (int p = 0; p < n->pass_count; p++) {
        const size_t bytes = (size_t)n->passes[p].rows * sizeof *parameters;
        if (plan->passes[p].bias != LEARN_NOTHING)
            memcpy(parameters + plan->passes[p].bias, n->passes[p].bias, bytes);
        if (plan->passes[p].peep != LEARN_NOTHING)
            memcpy(parameters + plan->passes[p].peep, n->passes[p].peep, bytes);
    }
}

void learn_plan_write(const struct learn_plan *plan, const float *parameters, struct network *n)
{
    for (int i = 0; i < n->matrix_count; i++)
        memcpy(n->matrices[i].weights.at, parameters + plan->matrices[i],
               elements_of(&n->matrices[i].weights) * sizeof *parameters);
    for (int p = 0; p < n->pass_count; p++) {
        const size_t bytes = (size_t)n->passes[p].rows * sizeof *parameters;
        if (plan->passes[p].bias != LEARN_NOTHING)
            memcpy(n->passes[p].bias, parameters + plan->passes[p].bias, bytes);
        if (plan->passes[p].peep != LEARN_NOTHING)
            memcpy(n->passes[p].peep, parameters + plan->passes[p].peep, bytes);
    }
}
