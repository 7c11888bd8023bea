/* SPDX-License-Identifier: Apache-2.0
 * onnx_graph.c - graphs in graphs, and their tensors by name. */
#include "models/source/onnx_graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/base/bytes.h"
#include "models/base/text.h"
#include "onnx.pb-c.h"

enum { SCOPES_MOST = 10000, FILES_MOST = 1000 };
static const uint64_t WORK_SMALL = UINT64_C(1) << 24, WORK_PER_BYTE = 16;
static const uint64_t WORK_MOST = UINT64_C(1) << 33, DIM_MOST = UINT64_C(1) << 30;

/* ---- tensors of a graph ---------------------------------------------------------------------- */

/* Of several with one name: an initializer goes before the input that it is the default of. */
static int compare(const void *a, const void *b)
{
    const struct onnx_value *left = a, *right = b;
    const int order = strcmp(left->name, right->name);
    return order != 0 ? order : (int)left->giver - (int)right->giver;
}

static void add_value(struct onnx_scope *s, const char *name, enum onnx_giver giver,
                      const void *by, int output)
{
    if (name != NULL && name[0] != '\0')
        s->values[s->value_count++] =
            (struct onnx_value){.name = name, .giver = giver, .by = by, .output = output};
}

static size_t values_of(const Onnx__GraphProto *g)
{
    size_t count = g->n_initializer + g->n_sparse_initializer + g->n_input;
    for (size_t i = 0; i < g->n_node; i++)
        count += g->node[i]->n_output;
    return count;
}

static void list_values(struct onnx_scope *s)
{
    const Onnx__GraphProto *g = s->graph;
    s->values = allocate(values_of(g), sizeof *s->values);
    for (size_t i = 0; i < g->n_initializer; i++)
        add_value(s, g->initializer[i]->name, GIVEN_BY_TENSOR, g->initializer[i], 0);
    for (size_t i = 0; i < g->n_sparse_initializer; i++)
        if (g->sparse_initializer[i]->values != NULL)
            add_value(s, g->sparse_initializer[i]->values->name, GIVEN_BY_SPARSE,
                      g->sparse_initializer[i], 0);
    for (size_t i = 0; i < g->n_input; i++)
        add_value(s, g->input[i]->name, GIVEN_BY_INPUT, g->input[i], 0);
    for (size_t i = 0; i < g->n_node; i++)
        for (size_t o = 0; o < g->node[i]->n_output; o++)
            add_value(s, g->node[i]->output[o], GIVEN_BY_NODE, g->node[i], (int)o);
    qsort(s->values, s->value_count, sizeof *s->values, compare);
}

struct onnx_value *onnx_find(const struct onnx_scope *scope, const char *name,
                             const struct onnx_scope **where)
{
    for (; scope != NULL; scope = scope->outer) {
        size_t low = 0, high = scope->value_count;
        while (low < high) {
            const size_t middle = low + (high - low) / 2;
            if (strcmp(scope->values[middle].name, name) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        if (low < scope->value_count && strcmp(scope->values[low].name, name) == 0) {
            *where = scope;
            return &scope->values[low];
        }
    }
    return NULL;
}

const Onnx__NodeProto *onnx_node_of(const struct onnx_scope *scope, const char *name,
                                    const struct onnx_scope **where)
{
    const struct onnx_value *value = onnx_find(scope, name, where);
    return value != NULL && value->giver == GIVEN_BY_NODE ? value->by : NULL;
}

/* ---- graphs in graphs ------------------------------------------------------------------------ */

struct body {
    const Onnx__GraphProto *graph;
    const Onnx__NodeProto *of;
};

static bool add_scopes(struct onnx_graph *graph, const struct body *body,
                       const struct onnx_scope *outer, const char *name, struct error *error);

/* "If_0.then_branch.": what is in it again and again is cut. */
static struct text body_name(const struct onnx_scope *s, size_t node,
                             const Onnx__AttributeProto *attribute)
{
    const Onnx__NodeProto *n = s->graph->node[node];
    const bool named = n->name != NULL && n->name[0] != '\0';
    char own[PRINTABLE_NAME], body[PRINTABLE_NAME];
    struct text name = {0};
    printable(own, sizeof own, named ? n->name : n->op_type != NULL ? n->op_type : "");
    printable(body, sizeof body, attribute->name != NULL ? attribute->name : "");
    text_appendf(&name, "%s%s", s->name, own);
    if (!named)
        text_appendf(&name, "_%zu", node);
    text_appendf(&name, ".%s.", body);
    return name;
}

static bool add_bodies(struct onnx_graph *graph, const struct onnx_scope *s, size_t node,
                       struct error *error)
{
    const Onnx__NodeProto *n = s->graph->node[node];
    for (size_t i = 0; i < n->n_attribute; i++) {
        const Onnx__AttributeProto *a = n->attribute[i];
        struct text name = body_name(s, node, a);
        bool good = a->g == NULL ||
                    add_scopes(graph, &(struct body){a->g, n}, s, name.data, error);
        for (size_t j = 0; good && j < a->n_graphs; j++)
            good = add_scopes(graph, &(struct body){a->graphs[j], n}, s, name.data, error);
        text_free(&name);
        if (!good)
            return false;
    }
    return true;
}

static bool add_scopes(struct onnx_graph *graph, const struct body *body,
                       const struct onnx_scope *outer, const char *name, struct error *error)
{
    if (graph->scope_count == SCOPES_MOST)
        return fail(error, "%s: has more than %d graphs in each other", graph->file->name,
                    SCOPES_MOST);
    struct onnx_scope *s = allocate(1, sizeof *s);
    graph->scopes[graph->scope_count++] = s;
    s->graph = body->graph;
    s->of = body->of;
    s->outer = outer;
    s->name = duplicate(name);
    list_values(s);
    for (size_t i = 0; i < s->graph->n_node; i++)
        if (!add_bodies(graph, s, i, error))
            return false;
    return true;
}

static void count_use(const struct onnx_scope *s, const char *name, const Onnx__NodeProto *user)
{
    const struct onnx_scope *where;
    struct onnx_value *value = name != NULL ? onnx_find(s, name, &where) : NULL;
    if (value == NULL)
        return;
    value->uses++;
    value->is_output = value->is_output || user == NULL;
    if (user != NULL) {
        value->user = user;
        value->user_scope = s;
    }
}

static void count_uses(const struct onnx_scope *s)
{
    const Onnx__GraphProto *g = s->graph;
    for (size_t i = 0; i < g->n_node; i++)
        if (!onnx_is(g->node[i], "Shape") && !onnx_is(g->node[i], "Size"))
            for (size_t j = 0; j < g->node[i]->n_input; j++)
                count_use(s, g->node[i]->input[j], g->node[i]);
    for (size_t i = 0; i < g->n_output; i++)
        count_use(s, g->output[i]->name, NULL);
}

/* ---- weights that are inputs ----------------------------------------------------------------- */

/* The input of the graph that a file without a name in it is the value of, by number. */
static const char *nth_input(const struct onnx_graph *graph, int number)
{
    const struct onnx_scope *s = graph->scopes[0], *where;
    for (size_t i = 0; i < s->graph->n_input; i++) {
        const char *name = s->graph->input[i]->name;
        const struct onnx_value *value = name != NULL ? onnx_find(s, name, &where) : NULL;
        if (value != NULL && value->giver == GIVEN_BY_INPUT && number-- == 0)
            return name;
    }
    return NULL;
}

static bool read_input(struct onnx_graph *graph, const char *folder, int number, bool *there,
                       struct error *error)
{
    struct text path = {0};
    struct onnx_tensor *tensor = &graph->inputs[graph->input_count];
    text_appendf(&path, "%s/input_%d.pb", folder, number);
    *there = access(path.data, F_OK) == 0; /* opening it might wait: onnx_tensor_open looks first */
    bool good = !*there || onnx_tensor_open(tensor, path.data, error);
    if (good && *there) {
        const struct onnx_scope *where;
        const bool named =
            tensor->name != NULL && onnx_find(graph->scopes[0], tensor->name, &where) != NULL;
        const char *name = named ? tensor->name : nth_input(graph, number);
        char *kept = name != NULL ? duplicate(name) : NULL;
        free(tensor->name);
        tensor->name = kept;
        graph->input_count++;
        graph->work_most += tensor->count * sizeof *tensor->values * WORK_PER_BYTE;
        good = kept != NULL ||
               fail(error, "%s: is the value of no input of %s", path.data, graph->file->name);
    }
    text_free(&path);
    return good;
}

static bool read_inputs(struct onnx_graph *graph, const char *folder, struct error *error)
{
    bool there = true;
    printable(graph->folder, sizeof graph->folder, folder);
    if (!is_folder(folder))
        return fail(error, "%s: is no folder with input_0.pb ...", graph->folder);
    graph->inputs = allocate(FILES_MOST, sizeof *graph->inputs);
    for (int i = 0; there && i < FILES_MOST; i++)
        if (!read_input(graph, folder, i, &there, error))
            return false;
    return true;
}

/* What folding may do grows with what lies outside of the file, too, as far as it is declared. */
static void count_external(struct onnx_graph *graph, const Onnx__GraphProto *g)
{
    for (size_t i = 0; i < g->n_initializer && graph->file->folder != NULL; i++) {
        const Onnx__TensorProto *t = g->initializer[i];
        uint64_t size = WORK_PER_BYTE * sizeof(float);
        for (size_t d = 0; t->n_external_data > 0 && d < t->n_dims; d++)
            if (t->dims[d] > 0 && size < WORK_MOST)
                size *= (uint64_t)t->dims[d] < DIM_MOST ? (uint64_t)t->dims[d] : DIM_MOST;
        if (t->n_external_data > 0)
            graph->work_most += size < WORK_MOST ? size : WORK_MOST;
    }
    if (graph->work_most > WORK_MOST)
        graph->work_most = WORK_MOST;
}

/* ---- all of it ------------------------------------------------------------------------------- */

bool onnx_graph_make(struct onnx_graph *graph, const struct onnx *file, const char *inputs,
                     struct error *error)
{
    *graph = (struct onnx_graph){.file = file,
                                 .work_most = WORK_SMALL + WORK_PER_BYTE * file->size};
    graph->scopes = allocate(SCOPES_MOST, sizeof(struct onnx_scope *));
    bool good = add_scopes(graph, &(struct body){file->model->graph, NULL}, NULL, "", error);
    for (int i = 0; good && i < graph->scope_count; i++) {
        count_uses(graph->scopes[i]);
        count_external(graph, graph->scopes[i]->graph);
    }
    good = good && (inputs == NULL || read_inputs(graph, inputs, error));
    if (!good)
        onnx_graph_free(graph);
    return good;
}

void onnx_graph_free(struct onnx_graph *graph)
{
    for (int i = 0; i < graph->scope_count; i++) {
        for (size_t v = 0; v < graph->scopes[i]->value_count; v++)
            free(graph->scopes[i]->values[v].sizes);
        free(graph->scopes[i]->values);
        free(graph->scopes[i]->name);
        free(graph->scopes[i]);
    }
    for (int i = 0; i < graph->input_count; i++)
        onnx_tensor_free(&graph->inputs[i]);
    free(graph->scopes);
    free(graph->inputs);
    *graph = (struct onnx_graph){0};
}

/* ---- nodes ----------------------------------------------------------------------------------- */

bool onnx_is(const Onnx__NodeProto *node, const char *type)
{
    const bool standard = node->domain == NULL || node->domain[0] == '\0' ||
                          strcmp(node->domain, "ai.onnx") == 0;
    return standard && node->op_type != NULL && strcmp(node->op_type, type) == 0;
}

const char *onnx_input(const Onnx__NodeProto *node, size_t i)
{
    return i < node->n_input && node->input[i][0] != '\0' ? node->input[i] : NULL;
}

const char *onnx_output(const Onnx__NodeProto *node, size_t i)
{
    return i < node->n_output && node->output[i][0] != '\0' ? node->output[i] : NULL;
}

const Onnx__AttributeProto *onnx_attribute(const Onnx__NodeProto *node, const char *name)
{
    for (size_t i = 0; i < node->n_attribute; i++)
        if (node->attribute[i]->name != NULL && strcmp(node->attribute[i]->name, name) == 0)
            return node->attribute[i];
    return NULL;
}

int64_t onnx_int(const Onnx__NodeProto *node, const char *name, int64_t otherwise)
{
    const Onnx__AttributeProto *attribute = onnx_attribute(node, name);
    return attribute != NULL ? attribute->i : otherwise;
}

const char *onnx_node_name(const Onnx__NodeProto *node)
{
    if (node->name != NULL && node->name[0] != '\0')
        return node->name;
    for (size_t i = 0; i < node->n_output; i++)
        if (node->output[i][0] != '\0')
            return node->output[i];
    return node->op_type != NULL ? node->op_type : "a node";
}
