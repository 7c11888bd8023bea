/* SPDX-License-Identifier: Apache-2.0
 * onnx.c - chains of layers out of an ONNX model, and what of it is left to the host. */
#include "models/source/onnx.h"

#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/source/onnx_layers.h"
#include "onnx.pb-c.h"

enum { OPSET_KNOWN = 24, KINDS_SHOWN = 12 };

/* ---- the file -------------------------------------------------------------------------------- */

static int64_t opset_of(const Onnx__ModelProto *model)
{
    for (size_t i = 0; i < model->n_opset_import; i++) {
        const Onnx__OperatorSetIdProto *set = model->opset_import[i];
        if (set->domain == NULL || set->domain[0] == '\0' || strcmp(set->domain, "ai.onnx") == 0)
            return set->version;
    }
    return 1;
}

static void describe_file(struct source *source, const Onnx__ModelProto *model)
{
    char name[PRINTABLE_NAME], version[PRINTABLE_NAME];
    struct text text = {0};
    const char *by = model->producer_name != NULL ? model->producer_name : "";
    printable(name, sizeof name, by[0] != '\0' ? by : "ONNX");
    printable(version, sizeof version,
              model->producer_version != NULL ? model->producer_version : "");
    text_appendf(&text, "%s%s%s, opset %lld", name, version[0] != '\0' ? " " : "", version,
                 (long long)opset_of(model));
    source->producer = text.data;
    if (opset_of(model) > OPSET_KNOWN)
        source_add_note(source, "opset %lld is newer than %d, the newest that was looked at",
                        (long long)opset_of(model), OPSET_KNOWN);
}

/* A function that could not be put in its place is another graph, which is not looked into. */
static void refuse_functions(struct onnx_layers *layers)
{
    const Onnx__ModelProto *model = layers->graph->file->model;
    for (int s = 0; model->n_functions > 0 && s < layers->graph->scope_count; s++) {
        const struct onnx_scope *scope = layers->graph->scopes[s];
        for (size_t n = 0; n < scope->graph->n_node; n++) {
            const Onnx__NodeProto *node = scope->graph->node[n];
            if (onnx_function_of(model, node) == NULL)
                continue;
            onnx_refuse(layers, scope, node, "calls functions of the model's own, of more operators, "
                        "or deeper in each other, than a file of its size should have; put them in "
                        "their place by onnx.inliner.inline_local_functions(model)");
            onnx_note_refused(layers);
            return;
        }
    }
}

/* ---- what is left to the host ---------------------------------------------------------------- */

static void host_before(const struct onnx_layer *layer, struct source_chain *chain)
{
    const struct onnx_scope *where;
    const struct onnx_value *value = onnx_find(layer->scope, layer->x, &where);
    char x[PRINTABLE_NAME], node[PRINTABLE_NAME];
    printable(x, sizeof x, layer->x);
    if (value == NULL || value->giver != GIVEN_BY_NODE) {
        source_add_host(chain, "x is tensor '%s', an input of the %s", x,
                        value != NULL && where->outer != NULL ? "graph inside" : "graph");
        return;
    }
    const Onnx__NodeProto *by = value->by;
    printable(node, sizeof node, onnx_node_name(by));
    source_add_host(chain, "x is tensor '%s', which node '%s' (%s) gives", x, node,
                    by->op_type != NULL ? by->op_type : "");
}

static void host_behind(const struct onnx_layer *layer, struct source_chain *chain)
{
    const struct onnx_value *value = layer->gives;
    char y[PRINTABLE_NAME], node[PRINTABLE_NAME];
    printable(y, sizeof y, layer->y);
    if (layer->form.one_frame && layer->kind == ONNX_RECURRENT)
        source_add_host(chain, "of what %s gives the graph takes %s", onnx_node_name(layer->node),
                        layer->form.directions == 2
                            ? "the last frame of the forward direction and, behind that, the first "
                              "frame of the other"
                        : layer->form.axes[0] == '\0' ? "the first frame only, where it ends"
                                                      : "the last frame only");
    if (value == NULL || value->user == NULL) {
        source_add_host(chain, "y is tensor '%s', %s", y,
                        value != NULL && value->is_output ? "an output of the graph"
                                                          : "which nothing reads");
        return;
    }
    printable(node, sizeof node, onnx_node_name(value->user));
    source_add_host(chain, "y is tensor '%s', which node '%s' (%s) reads%s", y, node,
                    value->user->op_type != NULL ? value->user->op_type : "",
                    value->uses > 1 ? ", and others" : "");
}

/* "5 Conv, 4 Relu": by how often they are there. */
static void note_others(struct onnx_layers *layers)
{
    struct kind {
        const char *type;
        int count;
    } kinds[KINDS_SHOWN] = {{0}};
    struct text text = {0};
    int count = 0, more = 0;
    for (int s = 0; s < layers->graph->scope_count; s++) {
        const Onnx__GraphProto *g = layers->graph->scopes[s]->graph;
        for (size_t n = 0; n < g->n_node; n++) {
            const Onnx__NodeProto *node = g->node[n];
            if (node->op_type == NULL || onnx_is_recurrent(node) || onnx_is(node, "Constant"))
                continue;
            int i = 0;
            while (i < count && strcmp(kinds[i].type, node->op_type) != 0)
                i++;
            if (i == KINDS_SHOWN) {
                more++;
                continue;
            }
            kinds[i].type = node->op_type;
            kinds[i].count++;
            count += i == count;
        }
    }
    for (int i = 0; i < count; i++) {
        char type[PRINTABLE_NAME];
        printable(type, sizeof type, kinds[i].type);
        text_appendf(&text, "%s%d %s", i > 0 ? ", " : "", kinds[i].count, type);
    }
    if (more > 0)
        text_appendf(&text, ", %d others", more);
    if (count > 0)
        source_add_note(layers->source, "beside recurrent layers the file has these nodes: %s",
                        text_string(&text));
    text_free(&text);
}

/* ---- chains ---------------------------------------------------------------------------------- */

static bool take_layer(struct onnx_layers *layers, const struct onnx_layer *layer,
                       struct source_chain *chain)
{
    switch (layer->kind) {
    case ONNX_RECURRENT:
        return onnx_take_recurrent(layers, layer, chain);
    case ONNX_CELL:
        return onnx_take_cell(layers, layer, chain);
    default:
        return onnx_take_linear(layers, layer, chain);
    }
}

static bool fits_before(struct onnx_layers *layers, const struct onnx_layer *layer,
                        const struct source_chain *chain)
{
    const struct source_layer *done = chain->layers;
    const int count = chain->layer_count;
    return count < 2 || done[count - 1].input == done[count - 2].output ||
           onnx_refuse(layers, layer->scope, layer->node, "reads %d elements of a layer that gives "
                       "%d", done[count - 1].input, done[count - 2].output);
}

/* One more of a chain; false: it cannot be read, and is not in the chain. */
static bool take_one(struct onnx_layers *layers, int number, struct source_chain *chain)
{
    const struct onnx_layer *layer = &layers->at[number];
    const int before = chain->layer_count, hosts = chain->host_count;
    if (layer->one_frame && before > 0)
        source_add_host(chain, "%s reads one frame of what is before it: only then its y is "
                        "wanted", onnx_node_name(layer->node));
    layers->graph->coarse = false;
    if (take_layer(layers, layer, chain) && fits_before(layers, layer, chain)) {
        chain->layers[chain->layer_count - 1].coarse |= layers->graph->coarse;
        return true;
    }
    source_cut_chain(chain, before, hosts);
    onnx_note_refused(layers);
    return false;
}

/* From its first layer on, as far as layers can be read; the number of the one behind, or -1. */
static int take_chain(struct onnx_layers *layers, int first)
{
    const struct onnx_layer *layer = &layers->at[first];
    struct text name = {0};
    text_appendf(&name, "%s%s", layer->scope->name, onnx_node_name(layer->node));
    struct source_chain *chain = source_add_chain(layers->source, name.data);
    text_free(&name);
    layers->scopes[layers->source->chain_count - 1] = layer->scope;
    host_before(layer, chain);
    int at = first, last = -1;
    while (at >= 0 && take_one(layers, at, chain)) {
        last = at;
        at = layers->at[at].behind;
    }
    if (last >= 0)
        host_behind(&layers->at[last], chain);
    else
        source_drop_chain(layers->source);
    return at >= 0 ? layers->at[at].behind : -1;
}

static bool same_layer(const struct source_layer *a, const struct source_layer *b)
{
    if (a->tensor_count != b->tensor_count || a->key_count != b->key_count)
        return false;
    for (int i = 0; i < a->key_count; i++)
        if (strcmp(a->keys[i].key, b->keys[i].key) != 0 ||
            strcmp(a->keys[i].value, b->keys[i].value) != 0)
            return false;
    for (int i = 0; i < a->tensor_count; i++) {
        const struct source_tensor *s = &a->tensors[i], *t = &b->tensors[i];
        const size_t count = (size_t)s->shape[0] * (size_t)(s->rank == 2 ? s->shape[1] : 1);
        if (s->rank != t->rank || memcmp(s->shape, t->shape, sizeof s->shape) != 0 ||
            strcmp(s->name, t->name) != 0 ||
            memcmp(s->values, t->values, count * sizeof *s->values) != 0)
            return false;
    }
    return true;
}

/* Is only one of them ever run: are they, or are they in, branches of one If? */
static bool exclude(const struct onnx_scope *a, const struct onnx_scope *b)
{
    for (const struct onnx_scope *left = a; left != NULL; left = left->outer)
        for (const struct onnx_scope *right = b; right != NULL; right = right->outer)
            if (left != right && left->of != NULL && left->of == right->of)
                return onnx_is(left->of, "If");
    return false;
}

/* Both branches of an If may have the same layers: with a state, and without. */
static bool is_there_already(const struct onnx_layers *layers)
{
    struct source *source = layers->source;
    const struct source_chain *last = &source->chains[source->chain_count - 1];
    for (int c = 0; c < source->chain_count - 1; c++) {
        const struct source_chain *chain = &source->chains[c];
        bool same = chain->layer_count == last->layer_count &&
                    exclude(layers->scopes[c], layers->scopes[source->chain_count - 1]);
        for (int i = 0; same && i < last->layer_count; i++)
            same = same_layer(&chain->layers[i], &last->layers[i]);
        if (same) {
            source_add_note(source, "'%s' has the same weights as '%s' and is left out",
                            last->name, chain->name);
            return true;
        }
    }
    return false;
}

/* Convs by themselves are part of what goes before, or behind. */
static bool only_convs(const struct onnx_layers *layers, int first)
{
    for (int at = first; at >= 0; at = layers->at[at].behind)
        if (layers->at[at].kind != ONNX_LINEAR || !onnx_is(layers->at[at].node, "Conv"))
            return false;
    return true;
}

/* Chains of one name are "lstm.1", "lstm.2": each can be asked for. */
static void number_names(struct source *s)
{
    struct text *names = allocate((size_t)s->chain_count, sizeof *names);
    for (int i = 0; i < s->chain_count; i++) {
        int number = 0, count = 0;
        for (int k = 0; k < s->chain_count; k++) {
            const bool same = strcmp(s->chains[k].name, s->chains[i].name) == 0;
            number += same && k <= i;
            count += same;
        }
        if (count > 1)
            text_appendf(&names[i], "%s.%d", s->chains[i].name, number);
    }
    for (int i = 0; i < s->chain_count; i++)
        if (names[i].length > 0) {
            free(s->chains[i].name);
            s->chains[i].name = names[i].data;
        }
    free(names);
}

/* One that cannot be read parts a chain in two. */
static bool take_chains(struct onnx_layers *layers)
{
    for (int i = 0; i < layers->count; i++) {
        if (layers->at[i].before >= 0 || only_convs(layers, i))
            continue;
        for (int at = i; at >= 0;) {
            const int chains = layers->source->chain_count;
            at = take_chain(layers, at);
            if (layers->source->chain_count > chains && is_there_already(layers))
                source_drop_chain(layers->source);
        }
    }
    if (layers->source->chain_count > 0)
        return true;
    if (layers->refused > 0)
        *layers->error = layers->first;
    else if (layers->passed > 0)
        *layers->error = layers->first_passed;
    else
        fail(layers->error, "%s: has no LSTM, GRU, RNN or linear layer that is known%s%s",
             layers->graph->file->name, layers->source->note_count > 0 ? ": " : "",
             layers->source->note_count > 0
                 ? layers->source->notes[layers->source->note_count - 1] : "");
    return false;
}

static bool read_model(struct source *source, const struct onnx *file, const char *inputs,
                       struct error *error)
{
    struct onnx_graph graph;
    struct onnx_layers layers = {.graph = &graph, .source = source, .error = error};
    *source = (struct source){0};
    onnx_inline(file);
    if (!onnx_graph_make(&graph, file, inputs, error))
        return false;
    describe_file(source, file->model);
    refuse_functions(&layers);
    onnx_list_layers(&layers);
    note_others(&layers);
    onnx_link_layers(&layers);
    const bool good = take_chains(&layers);
    if (good)
        number_names(source);
    free(layers.at);
    free(layers.scopes);
    onnx_graph_free(&graph);
    if (!good)
        source_free(source);
    return good;
}

bool source_onnx_bytes(struct source *source, const void *bytes, size_t size, const char *name,
                       struct error *error)
{
    struct onnx file;
    *source = (struct source){0};
    if (!onnx_parse(&file, bytes, size, name, error))
        return false;
    const bool good = read_model(source, &file, NULL, error);
    onnx_close(&file);
    return good;
}

bool source_onnx(struct source *source, const char *path, const char *inputs, struct error *error)
{
    struct onnx file;
    struct text beside = {0};
    *source = (struct source){0};
    if (!onnx_open(&file, path, error))
        return false;
    text_appendf(&beside, "%s/test_data_set_0", file.folder);
    if (inputs == NULL && is_folder(beside.data))
        inputs = beside.data;
    const bool good = read_model(source, &file, inputs, error);
    text_free(&beside);
    onnx_close(&file);
    return good;
}
