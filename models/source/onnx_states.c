/* SPDX-License-Identifier: Apache-2.0
 * onnx_states.c - what initial states are: zeros, other constants, inputs, or something that a node
 * computes.  How large the batch is need not be known. */
#include "models/source/onnx_graph.h"

#include <string.h>

#include "onnx.pb-c.h"

enum { DEPTH_MOST = 200 };

static bool all_zero(const struct onnx_tensor *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->values[i] != 0.0)
            return false;
    return true;
}

/* What gives zeros if its first input, or all of them, are zero. */
static bool hands_zeros_on(const Onnx__NodeProto *node, size_t *inputs)
{
    static const char *const types[] = {"Identity", "Cast",      "Reshape", "Squeeze", "Unsqueeze",
                                        "Slice",    "Transpose", "Gather",  "Split",   "Expand",
                                        "Tile",     "Flatten",   "Dropout"};
    *inputs = 1;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (onnx_is(node, types[i]))
            return true;
    *inputs = node->n_input;
    return onnx_is(node, "Concat");
}

static bool is_zero(struct onnx_graph *graph, const struct onnx_scope *scope, const char *name,
                    int depth)
{
    struct onnx_tensor tensor;
    struct error ignored;
    const struct onnx_scope *where;
    size_t inputs;
    const enum onnx_fold folded = onnx_fold(graph, scope, name, &tensor, &ignored);
    const bool zero = folded == ONNX_FOLDED && all_zero(&tensor);
    onnx_tensor_free(&tensor);
    if (folded == ONNX_FOLDED || graph->work > graph->work_most || depth == DEPTH_MOST)
        return zero;
    const Onnx__NodeProto *node = onnx_node_of(scope, name, &where);
    if (node == NULL)
        return false;
    if (onnx_is(node, "ConstantOfShape")) {
        const Onnx__AttributeProto *value = onnx_attribute(node, "value");
        const bool read = value != NULL && value->t != NULL &&
                          onnx_tensor_read(graph->file, value->t, &tensor, &ignored);
        const bool all = value == NULL || (read && all_zero(&tensor));
        if (read)
            onnx_tensor_free(&tensor);
        return all;
    }
    if (!hands_zeros_on(node, &inputs) || inputs == 0)
        return false;
    for (size_t i = 0; i < inputs; i++)
        if (onnx_input(node, i) == NULL ||
            !is_zero(graph, where, onnx_input(node, i), depth + 1))
            return false;
    return true;
}

bool onnx_is_zero(struct onnx_graph *graph, const struct onnx_scope *scope, const char *name)
{
    return is_zero(graph, scope, name, 0);
}

bool onnx_hands_on(const Onnx__NodeProto *node, size_t *inputs)
{
    return hands_zeros_on(node, inputs) && *inputs > 0 && onnx_keeps_values(node);
}

enum onnx_fold onnx_fold_state(struct onnx_graph *graph, const struct onnx_scope *scope,
                               const char *name, struct onnx_tensor *tensor, struct error *error)
{
    const enum onnx_fold folded = onnx_fold(graph, scope, name, tensor, error);
    if (folded != ONNX_VARIES)
        return folded;
    graph->loose = true;
    const enum onnx_fold loose = onnx_fold(graph, scope, name, tensor, error);
    graph->loose = false;
    return loose;
}

/* ---- what computes a state ------------------------------------------------------------------- */

struct origin {
    struct onnx_graph *graph;
    const Onnx__NodeProto *by; /* the last node that was met */
};

static bool is_fed(struct origin *o, const struct onnx_scope *scope, const char *name, int depth);

/* What all bodies give: both branches of an If. */
static bool if_is_fed(struct origin *o, const Onnx__NodeProto *node, int output, int depth)
{
    for (int s = 0; s < o->graph->scope_count; s++) {
        const struct onnx_scope *body = o->graph->scopes[s];
        if (body->of != node)
            continue;
        if ((size_t)output >= body->graph->n_output || body->graph->output[output]->name == NULL ||
            !is_fed(o, body, body->graph->output[output]->name, depth + 1))
            return false;
    }
    return true;
}

/* What a Loop or a Scan begins with is one of its own inputs; what a Scan takes apart is fed. */
static bool input_is_fed(struct origin *o, const struct onnx_scope *scope, const char *name,
                         int depth)
{
    const Onnx__NodeProto *of = scope->of;
    if (of == NULL || depth >= DEPTH_MOST || (!onnx_is(of, "Loop") && !onnx_is(of, "Scan")))
        return true;
    const int64_t apart = onnx_is(of, "Scan") ? onnx_int(of, "num_scan_inputs", 0) : 0;
    for (size_t i = 0; i < scope->graph->n_input; i++)
        if (scope->graph->input[i]->name != NULL && strcmp(scope->graph->input[i]->name, name) == 0 &&
            (int64_t)i < (int64_t)of->n_input - apart && onnx_input(of, i) != NULL) {
            o->by = of;
            return is_fed(o, scope->outer, onnx_input(of, i), depth + 1);
        }
    return true;
}

static bool is_fed(struct origin *o, const struct onnx_scope *scope, const char *name, int depth)
{
    const struct onnx_scope *where;
    const struct onnx_value *value = onnx_find(scope, name, &where);
    size_t inputs;
    if (value == NULL || is_zero(o->graph, scope, name, depth))
        return true;
    if (value->giver == GIVEN_BY_INPUT)
        return input_is_fed(o, where, name, depth);
    if (value->giver != GIVEN_BY_NODE)
        return false;
    const Onnx__NodeProto *node = o->by = value->by;
    if (depth >= DEPTH_MOST || o->graph->work > o->graph->work_most)
        return false;
    if (onnx_is(node, "If"))
        return if_is_fed(o, node, value->output, depth);
    if (!onnx_hands_on(node, &inputs))
        return false;
    for (size_t i = 0; i < inputs; i++)
        if (onnx_input(node, i) == NULL ||
            !is_fed(o, where, onnx_input(node, i), depth + 1))
            return false;
    return true;
}

const Onnx__NodeProto *onnx_computes(struct onnx_graph *graph, const struct onnx_scope *scope,
                                     const char *name)
{
    struct origin o = {graph, NULL};
    return is_fed(&o, scope, name, 0) ? NULL : o.by;
}
