/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report/layers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *accelerator_text(const struct network *n)
{
    return network_only(n, LAYER_LSTM) != NULL ? "LSTM accelerator"
                                               : "accelerator of a network of layers";
}

/* ---- what a layer is ---- */

static void add_option(struct text *text, bool has, const char *option)
{
    if (has)
        text_appendf(text, ", %s", option);
}

static void write_options(struct text *text, const struct layer_config *l)
{
    add_option(text, l->peephole, "peepholes");
    add_option(text, l->kind == LAYER_LSTM && l->candidate == CANDIDATE_SIGM, "g = sigm");
    add_option(text, l->coupled == COUPLED_INPUT, "i = 1 - f");
    add_option(text, l->coupled == COUPLED_FORGET, "f = 1 - i");
    add_option(text, l->projection_bias, "bias of y");
    if (l->kind == LAYER_GRU)
        text_appendf(text, ", reset %s", reset_name(l->reset));
    add_option(text, l->kind == LAYER_RNN, nonlinearity_name(l->nonlinearity));
    add_option(text, l->activation != ACTIVATION_NONE, activation_name(l->activation));
    add_option(text, !l->bias, "no biases");
    add_option(text, l->direction == DIRECTION_BACKWARD, "backward");
}

void layer_text(struct text *text, const struct network *n, int layer)
{
    const struct layer_config *l = &n->layers[layer].as;
    text_appendf(text, "%s %d", layer_kind_name(l->kind), n->vectors[n->layers[layer].reads].size);
    if (l->cell > 0)
        text_appendf(text, " -> %d", l->cell);
    if (l->output > 0)
        text_appendf(text, " -> %d", l->output);
    write_options(text, l);
}

/* Weights, those that are pruned with them. */
static int64_t weights_of(const struct program *p, int layer)
{
    int64_t weights = 0;
    for (int m = 0; m < p->network.matrix_count; m++)
        if (p->network.matrices[m].layer == layer)
            weights += (int64_t)p->quant.matrices[m].rows * p->quant.matrices[m].cols;
    return weights;
}

static double utilization(const struct facts *f, const struct effort *work)
{
    return work->cycles > 0
               ? (double)work->nonzeros / ((double)f->program->d.pes * (double)work->cycles)
               : 0.0;
}

/* ---- its vectors ---- */

/* How well its numbers are those of floating point; NULL: nobody compared. */
static const struct tensor_quality *quality_of(const struct facts *f, int vector)
{
    for (int n = 0; n < f->quality.tensor_count; n++) {
        const struct tensor_quality *t = &f->quality.tensors[n];
        if (t->kind == TENSOR_VECTOR && t->compared &&
            strcmp(t->name, f->program->network.vectors[vector].name) == 0)
            return t;
    }
    return NULL;
}

/* What the layer writes, or has beside it with a format of its own. */
static bool is_listed(const struct facts *f, int layer, int vector)
{
    const struct network_vector *v = &f->program->network.vectors[vector];
    return v->layer == layer && (vector == f->program->network.layers[layer].writes ||
                                 (v->value != VALUE_GATE && v->value != VALUE_Z));
}

static void write_vector(struct text *text, const struct facts *f, int vector)
{
    const struct quant_vector *q = &f->program->quant.vectors[vector];
    const struct tensor_quality *t = quality_of(f, vector);
    text_appendf(text, "%s %d.%d", f->program->network.vectors[vector].name, q->bits, q->fraction);
    if (t != NULL && isfinite(t->snr_db))
        text_appendf(text, " (%.1f dB)", t->snr_db);
    else if (t != NULL)
        text_append(text, t->max_error > 0.0 ? " (no signal)" : " (exact)");
}

static void write_vectors(struct text *text, const struct facts *f, int layer)
{
    const int writes = f->program->network.layers[layer].writes;
    text_append(text, "         writes ");
    write_vector(text, f, writes);
    for (int v = 0, count = 0; v < f->program->network.vector_count; v++)
        if (v != writes && is_listed(f, layer, v)) {
            text_append(text, count++ == 0 ? "; keeps " : ", ");
            write_vector(text, f, v);
        }
    text_append_char(text, '\n');
}

void facts_text_layers(struct text *text, const struct facts *f)
{
    const struct program *p = f->program;
    text_appendf(text, "\nLayers\n  %-5s %-38s %11s %10s %10s %9s %8s %8s\n", "", "", "weights",
                 "non-zeros", "entries", "cycles", "share", "used");
    for (int layer = 0; layer < p->network.layer_count; layer++) {
        const struct effort *work = &f->layer_work[layer];
        struct text what = {0};
        layer_text(&what, &p->network, layer);
        text_appendf(text, "  %-5d %-38s %11s %10s %10s %9s %6.2f %% %6.2f %%\n",
                     p->network.layers[layer].number, text_string(&what),
                     commas(weights_of(p, layer)).text, commas(work->nonzeros).text,
                     commas(work->entries).text, commas(work->cycles).text,
                     percent(work->cycles, f->cycles->cycles_per_frame),
                     100.0 * utilization(f, work));
        write_vectors(text, f, layer);
        text_free(&what);
    }
    text_append(text,
                "  cycles: of its products, each to the next one's first column.  used: non-zeros / "
                "(PEs x\n  cycles); the queues let a layer's multiplications end in the time of the "
                "next.  16.12: 16 bits,\n  12 of them fraction; in brackets signal to noise against "
                "floating point.\n");
}

/* ---- JSON ---- */

static void set(json_t *object, const char *key, json_t *value)
{
    BUG_UNLESS(json_object_set_new(object, key, value) == 0);
}

static json_t *vector_json(const struct facts *f, int layer, int vector)
{
    const struct network *n = &f->program->network;
    const struct quant_vector *q = &f->program->quant.vectors[vector];
    const struct tensor_quality *t = quality_of(f, vector);
    return json_pack("{s:s, s:b, s:b, s:i, s:i, s:i, s:o, s:o}", "name", n->vectors[vector].name,
                     "written", vector == n->layers[layer].writes, "state", n->vectors[vector].kept,
                     "size", n->vectors[vector].size,
                     "bits", q->bits, "fraction", q->fraction, "exact",
                     t != NULL ? json_boolean(t->max_error == 0.0) : json_null(), "snr_db",
                     t != NULL && isfinite(t->snr_db) ? json_real(t->snr_db) : json_null());
}

static json_t *vectors_json(const struct facts *f, int layer)
{
    json_t *list = json_array();
    for (int v = 0; v < f->program->network.vector_count; v++)
        if (is_listed(f, layer, v))
            json_array_append_new(list, vector_json(f, layer, v));
    return list;
}

/* The sum that goes into its functions or, without one, is its result, with bias and peephole; and
 * that of a projection, NULL: it has none. */
static void set_sums(json_t *object, const struct facts *f, int layer)
{
    const struct network *n = &f->program->network;
    const struct derived *d = &f->program->d;
    int sum = NONE, project = NONE;
    for (int i = 0; i < n->pass_count; i++)
        if (n->passes[i].layer == layer)
            *(n->passes[i].sums != NONE || sum == NONE ? &sum : &project) =
                f->program->quant.passes[i].sum;
    set(object, "sum", json_pack("{s:i, s:i}", "bits", d->sum_bits, "fraction", sum));
    set(object, "project", n->layers[layer].as.kind == LAYER_LSTM && project != NONE
                               ? json_pack("{s:i, s:i}", "bits", d->acc_bits, "fraction", project)
                               : json_null());
}

/* What its kind has. */
static void set_options(json_t *object, const struct layer_config *l)
{
    if (l->kind == LAYER_LSTM) {
        set(object, "projection", json_boolean(l->output > 0));
        set(object, "peephole", json_boolean(l->peephole));
        set(object, "candidate", json_string(candidate_name(l->candidate)));
        set(object, "coupled", json_string(coupling_name(l->coupled)));
        set(object, "projection_bias", json_boolean(l->projection_bias));
    }
    if (l->kind == LAYER_GRU)
        set(object, "reset", json_string(reset_name(l->reset)));
    if (l->kind == LAYER_RNN)
        set(object, "nonlinearity", json_string(nonlinearity_name(l->nonlinearity)));
    if (l->kind == LAYER_LINEAR)
        set(object, "activation", json_string(activation_name(l->activation)));
    set(object, "bias", json_boolean(l->bias));
}

static json_t *layer_json(const struct facts *f, int layer)
{
    const struct network *n = &f->program->network;
    const struct layer *l = &n->layers[layer];
    const struct effort *work = &f->layer_work[layer];
    json_t *object = json_object();
    set(object, "layer", json_integer(l->number));
    set(object, "kind", json_string(layer_kind_name(l->as.kind)));
    set(object, "input", json_integer(n->vectors[l->reads].size));
    set(object, "cell", l->as.cell > 0 ? json_integer(l->as.cell) : json_null());
    set(object, "output", json_integer(l->size));
    set_options(object, &l->as);
    set(object, "weights", json_integer(weights_of(f->program, layer)));
    set(object, "nonzeros", json_integer(work->nonzeros));
    set(object, "entries", json_integer(work->entries));
    set(object, "columns", json_integer(work->columns));
    set(object, "cycles", json_integer(work->cycles));
    set(object, "share", json_real((double)work->cycles / (double)f->cycles->cycles_per_frame));
    set(object, "utilization", json_real(utilization(f, work)));
    set(object, "vectors", vectors_json(f, layer));
    set_sums(object, f, layer);
    return object;
}

json_t *facts_json_layers(const struct facts *f)
{
    json_t *list = json_array();
    for (int layer = 0; layer < f->program->network.layer_count; layer++)
        json_array_append_new(list, layer_json(f, layer));
    return list;
}
