/* SPDX-License-Identifier: Apache-2.0
 * onnx_cell_states.c - whether a cell of single operators has its own c and y of the frame before.
 *
 * Its states are inputs of the graph, or of the body of a Loop or Scan, and its c and y leave there as
 * they are; or they are constants, or what a cell before it with the same weights gives.  What a node
 * makes of them in between - a mask, a norm - is in no network of ours. */
#include <string.h>

#include "models/source/onnx_layers.h"
#include "onnx.pb-c.h"

enum { WAY_OUT = 6 };

/* ---- the way out ----------------------------------------------------------------------------- */

static bool leads_out(struct onnx_graph *graph, const struct onnx_scope *scope, const char *name,
                      int depth)
{
    const struct onnx_scope *where;
    const struct onnx_value *value = onnx_find(scope, name, &where);
    if (value == NULL || where != scope || value->is_output)
        return value != NULL && value->is_output;
    graph->work += scope->graph->n_node;
    if (depth == WAY_OUT || graph->work > graph->work_most)
        return false;
    for (size_t n = 0; n < scope->graph->n_node; n++) {
        const Onnx__NodeProto *node = scope->graph->node[n];
        size_t inputs;
        if (!onnx_hands_on(node, &inputs))
            continue;
        for (size_t i = 0; i < inputs && i < node->n_input; i++)
            for (size_t o = 0; strcmp(node->input[i], name) == 0 && o < node->n_output; o++)
                if (onnx_output(node, o) != NULL &&
                    leads_out(graph, scope, onnx_output(node, o), depth + 1))
                    return true;
    }
    return false;
}

bool onnx_leads_out(struct onnx_graph *graph, const struct onnx_scope *scope, const char *name)
{
    return leads_out(graph, scope, name, 0);
}

/* The output of a body of Loop or Scan that its input of that name has the next time; NULL: none. */
static const char *next_time(const struct onnx_scope *scope, const char *name)
{
    const Onnx__NodeProto *of = scope->of;
    const bool loop = of != NULL && onnx_is(of, "Loop");
    if (!loop && (of == NULL || !onnx_is(of, "Scan")))
        return NULL;
    for (size_t i = loop ? 2 : 0; i < scope->graph->n_input; i++)
        if (scope->graph->input[i]->name != NULL && strcmp(scope->graph->input[i]->name, name) == 0)
            return i - loop < scope->graph->n_output ? scope->graph->output[i - loop]->name : NULL;
    return NULL;
}

/* ---- states ---------------------------------------------------------------------------------- */

static bool is_constant(struct onnx_layers *layers, const struct onnx_scope *scope,
                        const char *name)
{
    struct onnx_tensor state;
    struct error ignored;
    const bool folded = onnx_is_zero(layers->graph, scope, name) ||
                        onnx_fold_state(layers->graph, scope, name, &state, &ignored) == ONNX_FOLDED;
    if (folded && !onnx_is_zero(layers->graph, scope, name))
        onnx_tensor_free(&state);
    return folded;
}

bool onnx_goes_on(struct onnx_layers *layers, const struct onnx_cell *before,
                  const Onnx__NodeProto *node, const struct onnx_cell *later)
{
    const struct onnx_scope *scope = later->of_y.scope;
    return onnx_computes(layers->graph, scope, later->y) == node &&
           onnx_computes(layers->graph, scope, later->c) == before->gives_c;
}

/* Which frame of a tensor x is; -1: it is not known. */
static int64_t frame_of(struct onnx_layers *layers, const struct onnx_cell *cell)
{
    const struct onnx_scope *scope = cell->of_x.scope;
    const char *name = onnx_input(cell->of_x.node, 0);
    size_t inputs;
    for (int i = 0; i < WAY_OUT && name != NULL; i++) {
        const struct onnx_value *value = onnx_find(scope, name, &scope);
        struct onnx_tensor index;
        struct error ignored;
        if (value == NULL || value->giver != GIVEN_BY_NODE || !onnx_hands_on(value->by, &inputs))
            return -1;
        const Onnx__NodeProto *node = value->by;
        if (onnx_is(node, "Split"))
            return value->output;
        if (onnx_is(node, "Gather") || onnx_is(node, "Slice")) {
            const struct onnx_folding f = {layers->graph, scope, node, 0, &ignored};
            const bool known = onnx_ints(&f, "starts", 1, &index) == ONNX_FOLDED && index.count == 1;
            const double first = known ? index.values[0] : -1.0;
            onnx_tensor_free(&index);
            return first >= 0.0 && first < (double)INT32_MAX ? (int64_t)first : -1;
        }
        name = onnx_input(node, 0);
    }
    return -1;
}

bool onnx_check_order(struct onnx_layers *layers, const struct onnx_cell *before,
                      const struct onnx_cell *later)
{
    const int64_t first = frame_of(layers, before), second = frame_of(layers, later);
    return first < 0 || second < 0 || second > first ||
           onnx_refuse(layers, later->of_x.scope, later->of_x.node, "is part of an LSTM cell of single "
                       "operators that reads frame %lld behind frame %lld; export it so that frames "
                       "are read in their order", (long long)second, (long long)first);
}

/* One of the two states: `gives` is what the cell gives for it. */
static bool check_state(struct onnx_layers *layers, const struct onnx_cell *cell,
                        const char *state, const char *gives)
{
    const struct onnx_scope *scope = cell->of_y.scope, *root = scope;
    const Onnx__NodeProto *node = cell->gives_c;
    if (is_constant(layers, scope, state))
        return true;
    if (!onnx_check_state(layers, scope, node, state))
        return false;
    if (gives == NULL)
        return true;
    onnx_root(&root, &state);
    const char *next = next_time(root, state);
    const Onnx__NodeProto *by = next != NULL ? onnx_computes(layers->graph, root, next) : NULL;
    if (next != NULL ? by != NULL && strcmp(onnx_output(by, 0), gives) == 0
                     : onnx_leads_out(layers->graph, scope, gives))
        return true;
    return onnx_refuse(layers, scope, node, "is part of an LSTM cell of single operators that does not "
                       "hand on its '%s' as it is: a chip keeps its own c and y; export it so that "
                       "they are outputs of the graph", gives);
}

bool onnx_check_cell(struct onnx_layers *layers, const struct onnx_cell *cell,
                     const Onnx__NodeProto *node)
{
    return check_state(layers, cell, cell->y, node != NULL ? onnx_output(node, 0) : NULL) &&
           check_state(layers, cell, cell->c,
                       node != NULL ? onnx_output(cell->gives_c, 0) : NULL);
}
