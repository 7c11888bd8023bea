/* SPDX-License-Identifier: Apache-2.0
 * run_back.c - back: frames and passes in the other order, gradients to where values came from. */
#include <string.h>

#include "models/cpu/blas.h"
#include "models/learn/run_frames.h"

float *learn_run_dy(struct learn_run *r)
{
    return learn_slot(r, r->d_at, network_output(r->plan->network), 1).at;
}

static struct learn_span gradient_of(const struct learn_run *r, int layer, struct learn_operand o, int t)
{
    if (o.vector == NONE)
        return (struct learn_span){NULL, 0};
    if (r->plan->gate[o.vector] != NONE)
        return learn_slot(r, r->d_gate, o.vector, 0);
    struct learn_span span =
        learn_slot(r, r->d_at, o.vector, o.before ? learn_slot_before(r, layer, t) : t + 1);
    span.at += o.first;
    return span;
}

/* One pass in one frame. */
struct back {
    struct learn_run *run;
    const float *parameters;
    float *gradient;
};

static void back_pass(const struct back *b, int number, int t)
{
    struct learn_run *r = b->run;
    const struct network_pass *pass = &r->plan->network->passes[number];
    const struct learn_pass *p = &r->plan->passes[number];
    struct learn_elements e = learn_elements_at(r, b->parameters, number, t);
    e.d_left = p->peep != LEARN_NOTHING ? (struct learn_span){b->gradient + p->peep, 0}
                                        : gradient_of(r, pass->layer, p->left, t);
    e.d_right = gradient_of(r, pass->layer, p->right, t);
    e.d_by = gradient_of(r, pass->layer, p->by, t);
    e.d_in = gradient_of(r, pass->layer, p->in, t);
    e.d_state = gradient_of(r, pass->layer, p->state, t);
    e.d_out = learn_slot(r, p->in_place ? r->d_gate : r->d_at, pass->writes, p->in_place ? 0 : t + 1);
    e.d_out.at += pass->first;
    r->kernels->backward(&e);
}

/* To what `frames` frames of a product multiplied. */
static void back_product(const struct back *b, const struct learn_product *p, int t, int frames)
{
    const struct learn_run *r = b->run;
    const int slot = p->when == LEARN_BEFORE ? learn_slot_before(r, p->layer, t) : t + 1;
    const struct learn_span to = learn_slot(r, r->d_at, p->source, slot);
    if (to.at == NULL)
        return;
    blas_add(&(struct blas_sum){
        .rows = frames * r->streams,
        .columns = p->columns,
        .inner = p->rows,
        .left = {learn_sums(r, p, t), (size_t)r->plan->sums[p->layer], false},
        .right = {b->parameters + p->weights, (size_t)p->columns, false},
        .out = to.at + p->first,
        .stride = to.step});
}

/* To its weights, over all frames. */
static void back_weights(const struct back *b, const struct learn_product *p)
{
    const struct learn_run *r = b->run;
    const int slot = p->when == LEARN_BEFORE ? learn_slot_before(r, p->layer, 0) : 1;
    const struct learn_span from = learn_slot(r, r->at, p->source, slot);
    blas_add(&(struct blas_sum){
        .rows = p->rows,
        .columns = p->columns,
        .inner = r->frames * r->streams,
        .left = {learn_sums(r, p, 0), (size_t)r->plan->sums[p->layer], true},
        .right = {from.at + p->first, from.step, false},
        .out = b->gradient + p->weights,
        .stride = (size_t)p->columns});
}

/* Where a stream is not there, nothing comes from; both halves of a vector are silent there. */
static void silence_behind_end(const struct learn_run *r, int layer, int t)
{
    for (int v = 0; v < r->plan->network->vector_count; v++) {
        const struct learn_span to = learn_slot(r, r->d_at, v, t + 1);
        for (int s = 0; s < r->streams && learn_is_state(r, layer, v); s++)
            if (t >= r->lengths[s])
                memset(to.at + (size_t)s * to.step, 0, to.step * sizeof(float));
    }
}

static void back_frame(const struct back *b, int layer, int t)
{
    const struct learn_plan *plan = b->run->plan;
    for (int p = plan->network->pass_count - 1; p >= 0; p--) {
        if (plan->network->passes[p].layer != layer)
            continue;
        back_pass(b, p, t);
        for (int i = 0; i < plan->product_count; i++)
            if (plan->products[i].when == LEARN_WITHIN && plan->products[i].first_pass == p)
                back_product(b, &plan->products[i], t, 1);
    }
    for (int i = 0; i < plan->product_count; i++)
        if (plan->products[i].layer == layer && plan->products[i].when == LEARN_BEFORE)
            back_product(b, &plan->products[i], t, 1);
}

static void back_biases(const struct back *b, int layer)
{
    const struct learn_run *r = b->run;
    const struct network *n = r->plan->network;
    for (int p = 0; p < n->pass_count; p++)
        if (n->passes[p].layer == layer && r->plan->passes[p].bias != LEARN_NOTHING) {
            const struct learn_span z = {r->z[layer] + r->plan->passes[p].sum,
                                         (size_t)r->plan->sums[layer]};
            r->kernels->sum(b->gradient + r->plan->passes[p].bias, z, n->passes[p].rows,
                            (size_t)r->frames * (size_t)r->streams);
        }
}

static void back_layer(const struct back *b, int layer)
{
    const struct learn_run *r = b->run;
    const bool back = learn_goes_back(r, layer);
    for (int i = 0; i < r->frames; i++) {
        const int t = back ? i : r->frames - 1 - i;
        if (back)
            silence_behind_end(r, layer, t);
        back_frame(b, layer, t);
    }
    for (int i = 0; i < r->plan->product_count; i++) {
        const struct learn_product *p = &r->plan->products[i];
        if (p->layer != layer)
            continue;
        if (p->when == LEARN_WHOLE)
            back_product(b, p, 0, r->frames);
        back_weights(b, p);
    }
    back_biases(b, layer);
}

void learn_run_backward(struct learn_run *r, const float *parameters, float *gradient)
{
    const struct back b = {r, parameters, gradient};
    for (int layer = r->plan->network->layer_count - 1; layer >= 0; layer--)
        back_layer(&b, layer);
}
