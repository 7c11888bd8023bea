/* SPDX-License-Identifier: Apache-2.0
 * run.c - forward. */
#include "models/learn/run.h"

#include <stdlib.h>
#include <string.h>

#include "models/cpu/blas.h"
#include "models/learn/run_frames.h"

/* ---- room ------------------------------------------------------------------------------------ */

static float *floats(const struct learn_run *r, int slots, int size)
{
    return allocate_aligned((size_t)slots * (size_t)r->streams * (size_t)size, sizeof(float));
}

static bool is_sum(const struct network_vector *v)
{
    return v->value == VALUE_Z;
}

static void room_for_vectors(struct learn_run *r, bool back)
{
    const struct network *n = r->plan->network;
    for (int v = 0; v < n->vector_count; v++) {
        if (is_sum(&n->vectors[v]))
            continue;
        if (r->plan->gate[v] == NONE)
            r->at[v] = floats(r, r->room + 2, n->vectors[v].size);
        else if (back)
            r->d_gate[v] = floats(r, 1, n->vectors[v].size);
        if (back && r->plan->gate[v] == NONE && v != 0)
            r->d_at[v] = floats(r, r->room + 2, n->vectors[v].size);
    }
}

struct learn_run *learn_run_new(const struct learn_plan *plan, int streams, int frames, bool back)
{
    const struct network *n = plan->network;
    struct learn_run *r = allocate(1, sizeof *r);
    *r = (struct learn_run){
        .plan = plan, .kernels = learn_kernels_best(), .streams = streams, .room = frames};
    r->lengths = allocate((size_t)streams, sizeof *r->lengths);
    r->begins = allocate((size_t)streams, sizeof *r->begins);
    r->z = allocate((size_t)n->layer_count, sizeof *r->z);
    r->at = allocate((size_t)n->vector_count, sizeof *r->at);
    r->d_at = allocate((size_t)n->vector_count, sizeof *r->d_at);
    r->d_gate = allocate((size_t)n->vector_count, sizeof *r->d_gate);
    r->tanhs = allocate((size_t)n->pass_count, sizeof *r->tanhs);
    for (int l = 0; l < n->layer_count; l++)
        r->z[l] = floats(r, frames, plan->sums[l]);
    for (int p = 0; p < n->pass_count; p++)
        if (n->passes[p].operation == OPERATION_OUT)
            r->tanhs[p] = floats(r, frames, n->passes[p].rows);
    room_for_vectors(r, back);
    for (int s = 0; s < streams; s++)
        learn_run_restart(r, s);
    return r;
}

static void free_all(float **list, int count)
{
    for (int i = 0; i < count; i++)
        free(list[i]);
    free(list);
}

void learn_run_free(struct learn_run *r)
{
    if (r == NULL)
        return;
    const struct network *n = r->plan->network;
    free_all(r->z, n->layer_count);
    free_all(r->at, n->vector_count);
    free_all(r->d_at, n->vector_count);
    free_all(r->d_gate, n->vector_count);
    free_all(r->tanhs, n->pass_count);
    free(r->lengths);
    free(r->begins);
    free(r);
}

/* ---- where things are ------------------------------------------------------------------------ */

bool learn_goes_back(const struct learn_run *r, int layer)
{
    return r->plan->network->layers[layer].as.direction == DIRECTION_BACKWARD;
}

int learn_slot_before(const struct learn_run *r, int layer, int t)
{
    return learn_goes_back(r, layer) ? t + 2 : t;
}

struct learn_span learn_slot(const struct learn_run *r, float *const *values, int vector, int slot)
{
    const size_t size = (size_t)r->plan->network->vectors[vector].size;
    if (values[vector] == NULL)
        return (struct learn_span){NULL, 0};
    return (struct learn_span){values[vector] + (size_t)slot * (size_t)r->streams * size, size};
}

static struct learn_span sums_at(const struct learn_run *r, int layer, int sum, int t)
{
    const size_t all = (size_t)r->plan->sums[layer];
    return (struct learn_span){r->z[layer] + (size_t)t * (size_t)r->streams * all + sum, all};
}

float *learn_sums(const struct learn_run *r, const struct learn_product *p, int t)
{
    return sums_at(r, p->layer, p->sum, t).at;
}

/* Of gates in place, what their pass left. */
static struct learn_span operand(const struct learn_run *r, int layer, struct learn_operand o, int t)
{
    if (o.vector == NONE)
        return (struct learn_span){NULL, 0};
    if (r->plan->gate[o.vector] != NONE)
        return sums_at(r, layer, r->plan->passes[r->plan->gate[o.vector]].sum, t);
    struct learn_span span =
        learn_slot(r, r->at, o.vector, o.before ? learn_slot_before(r, layer, t) : t + 1);
    span.at += o.first;
    return span;
}

struct learn_elements learn_elements_at(const struct learn_run *r, const float *parameters, int number, int t)
{
    const struct network_pass *pass = &r->plan->network->passes[number];
    const struct learn_pass *p = &r->plan->passes[number];
    struct learn_elements e = {.operation = pass->operation,
                               .function = pass->function,
                               .rows = pass->rows,
                               .streams = r->streams,
                               .z = sums_at(r, pass->layer, p->sum, t),
                               .left = operand(r, pass->layer, p->left, t),
                               .right = operand(r, pass->layer, p->right, t),
                               .by = operand(r, pass->layer, p->by, t),
                               .in = operand(r, pass->layer, p->in, t),
                               .state = operand(r, pass->layer, p->state, t)};
    if (p->peep != LEARN_NOTHING)
        e.left = (struct learn_span){(float *)parameters + p->peep, 0};
    if (e.left.at == NULL)
        e.right.at = NULL;
    if (!p->in_place) {
        e.out = learn_slot(r, r->at, pass->writes, t + 1);
        e.out.at += pass->first;
    }
    if (r->tanhs[number] != NULL)
        e.tanhs = (struct learn_span){
            r->tanhs[number] + (size_t)t * (size_t)r->streams * (size_t)pass->rows, (size_t)pass->rows};
    return e;
}

/* ---- streams --------------------------------------------------------------------------------- */

void learn_slot_restart(const struct learn_run *r, int vector, int slot, int stream)
{
    const struct network_vector *v = &r->plan->network->vectors[vector];
    struct learn_span span = learn_slot(r, r->at, vector, slot);
    float *to = span.at + (size_t)stream * span.step;
    if (v->initial != NULL)
        memcpy(to, v->initial, (size_t)v->size * sizeof *to);
    else
        memset(to, 0, (size_t)v->size * sizeof *to);
}

void learn_run_restart(struct learn_run *r, int stream)
{
    r->begins[stream] = true;
}

/* The last frame of the call before is the one before the first. */
static void keep_states(struct learn_run *r)
{
    for (int v = 0; v < r->plan->network->vector_count; v++) {
        if (!r->plan->network->vectors[v].kept)
            continue;
        const struct learn_span last = learn_slot(r, r->at, v, r->frames);
        if (r->frames > 0)
            memcpy(r->at[v], last.at, last.step * (size_t)r->streams * sizeof(float));
        for (int s = 0; s < r->streams; s++)
            if (r->begins[s])
                learn_slot_restart(r, v, 0, s);
    }
    memset(r->begins, 0, (size_t)r->streams * sizeof *r->begins);
}

bool learn_is_state(const struct learn_run *r, int layer, int vector)
{
    const struct network *n = r->plan->network;
    return n->vectors[vector].kept &&
           (n->vectors[vector].layer == layer || vector == n->layers[layer].writes);
}

float *learn_run_x(struct learn_run *r)
{
    return learn_slot(r, r->at, 0, 1).at;
}

const float *learn_run_y(const struct learn_run *r)
{
    return learn_slot(r, r->at, network_output(r->plan->network), 1).at;
}

/* ---- a layer --------------------------------------------------------------------------------- */

/* Biases are what sums begin with. */
static void begin_sums(struct learn_run *r, const float *parameters, int layer)
{
    const struct network *n = r->plan->network;
    const size_t all = (size_t)r->plan->sums[layer], rows = (size_t)r->frames * (size_t)r->streams;
    float *z = r->z[layer];
    memset(z, 0, all * sizeof *z);
    for (int p = 0; p < n->pass_count; p++)
        if (n->passes[p].layer == layer && r->plan->passes[p].bias != LEARN_NOTHING)
            memcpy(z + r->plan->passes[p].sum, parameters + r->plan->passes[p].bias,
                   (size_t)n->passes[p].rows * sizeof *z);
    for (size_t i = 1; i < rows; i++)
        memcpy(z + i * all, z, all * sizeof *z);
}

/* `frames` frames of a product from t on, which read their vector from `slot` on. */
static void add_product(struct learn_run *r, const float *parameters, const struct learn_product *p,
                        struct learn_span from, struct learn_span to)
{
    blas_add(&(struct blas_sum){.rows = (int)to.step,
                                .columns = p->rows,
                                .inner = p->columns,
                                .left = {from.at + p->first, from.step, false},
                                .right = {parameters + p->weights, (size_t)p->columns, true},
                                .out = to.at,
                                .stride = (size_t)r->plan->sums[p->layer]});
}

static void forward_product(struct learn_run *r, const float *parameters, const struct learn_product *p,
                            int t)
{
    const int slot = p->when == LEARN_BEFORE ? learn_slot_before(r, p->layer, t) : t + 1;
    const int frames = p->when == LEARN_WHOLE ? r->frames : 1;
    add_product(r, parameters, p, learn_slot(r, r->at, p->source, slot),
                (struct learn_span){learn_sums(r, p, t), (size_t)frames * (size_t)r->streams});
}

/* From the utterance's end on a layer that goes backward has not begun. */
static void restart_behind_end(struct learn_run *r, int layer, int t)
{
    const struct network *n = r->plan->network;
    for (int s = 0; s < r->streams; s++)
        for (int v = 0; v < n->vector_count && t >= r->lengths[s]; v++)
            if (learn_is_state(r, layer, v))
                learn_slot_restart(r, v, t + 1, s);
}

static void forward_frame(struct learn_run *r, const float *parameters, int layer, int t)
{
    const struct learn_plan *plan = r->plan;
    for (int i = 0; i < plan->product_count; i++)
        if (plan->products[i].layer == layer && plan->products[i].when == LEARN_BEFORE)
            forward_product(r, parameters, &plan->products[i], t);
    for (int p = 0; p < plan->network->pass_count; p++) {
        if (plan->network->passes[p].layer != layer)
            continue;
        for (int i = 0; i < plan->product_count; i++)
            if (plan->products[i].when == LEARN_WITHIN && plan->products[i].first_pass == p)
                forward_product(r, parameters, &plan->products[i], t);
        const struct learn_elements e = learn_elements_at(r, parameters, p, t);
        r->kernels->forward(&e);
    }
}

static void forward_layer(struct learn_run *r, const float *parameters, int layer)
{
    const struct learn_plan *plan = r->plan;
    const bool back = learn_goes_back(r, layer);
    begin_sums(r, parameters, layer);
    for (int i = 0; i < plan->product_count; i++)
        if (plan->products[i].layer == layer && plan->products[i].when == LEARN_WHOLE)
            forward_product(r, parameters, &plan->products[i], 0);
    if (back)
        restart_behind_end(r, layer, r->frames);
    for (int i = 0; i < r->frames; i++) {
        const int t = back ? r->frames - 1 - i : i;
        forward_frame(r, parameters, layer, t);
        if (back)
            restart_behind_end(r, layer, t);
    }
}

static void forget_gradients(struct learn_run *r)
{
    for (int v = 0; v < r->plan->network->vector_count; v++) {
        const struct learn_span all = learn_slot(r, r->d_at, v, 0);
        if (all.at != NULL)
            memset(all.at, 0, (size_t)(r->frames + 2) * (size_t)r->streams * all.step * sizeof(float));
    }
}

void learn_run_forward(struct learn_run *r, const float *parameters, int frames, const int *lengths)
{
    BUG_UNLESS(frames >= 1 && frames <= r->room);
    keep_states(r);
    r->frames = frames;
    for (int s = 0; s < r->streams; s++)
        r->lengths[s] = lengths != NULL ? lengths[s] : frames;
    forget_gradients(r);
    for (int layer = 0; layer < r->plan->network->layer_count; layer++)
        forward_layer(r, parameters, layer);
}
