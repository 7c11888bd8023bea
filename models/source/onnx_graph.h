/* SPDX-License-Identifier: Apache-2.0
 * onnx_graph.h - the graphs of an ONNX model: what gives each tensor, and which are constant.
 *
 * A scope is a graph: the model's, or the body of an If, Loop or Scan, which sees what the graphs
 * around it have.  Names are looked up in sorted lists.  Folding computes a tensor from constants;
 * how much may be computed in all is bounded by the size of the file, so graphs that run in circles
 * or grow end with an error. */
#ifndef ESE_ONNX_GRAPH_H
#define ESE_ONNX_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/base/bytes.h"
#include "models/file/onnx.h"

struct Onnx__AttributeProto;
struct Onnx__FunctionProto;
struct Onnx__GraphProto;
struct Onnx__NodeProto;

enum onnx_giver { GIVEN_BY_TENSOR, GIVEN_BY_SPARSE, GIVEN_BY_NODE, GIVEN_BY_INPUT };

/* A tensor of a scope. */
struct onnx_value {
    const char *name;
    enum onnx_giver giver;
    const void *by;  /* Onnx__TensorProto, SparseTensorProto, NodeProto or ValueInfoProto */
    int output;      /* of the node, by number */
    int uses;        /* as inputs of nodes, but Shape and Size, and as outputs of graphs */
    bool is_output;  /* of its graph */
    const struct Onnx__NodeProto *user; /* one of the nodes that read it, NULL: none does */
    const struct onnx_scope *user_scope;
    bool varies;              /* folding it was tried in vain */
    struct onnx_sizes *sizes; /* once they were asked for */
};

/* The shape of a constant. */
struct onnx_sizes {
    int rank;
    int64_t shape[ONNX_RANK_MOST];
};

struct onnx_scope {
    const struct Onnx__GraphProto *graph;
    const struct onnx_scope *outer; /* NULL: the model's graph */
    const struct Onnx__NodeProto *of; /* If, Loop or Scan that it is a body of, or NULL */
    struct onnx_value *values;      /* sorted */
    size_t value_count;
    char *name; /* "", "If_0.then_branch." */
};

struct onnx_graph {
    const struct onnx *file;
    struct onnx_scope **scopes; /* from the outside in, in the order of the nodes */
    int scope_count;
    struct onnx_tensor *inputs; /* values for inputs of the model's graph */
    int input_count;
    char folder[PRINTABLE_PATH]; /* that they are of, for messages */
    uint64_t work, work_most; /* of folding */
    int depth;
    bool coarse; /* something was computed of bfloat16: for whoever resets it */
    bool fed;   /* `inputs` are looked at; otherwise what is fed at run time counts as such */
    bool used;  /* one of `inputs` was: for whoever resets it */
    bool loose; /* sizes that are known only at run time, of a batch, count as one */
};

/* Puts the operators of the model's own functions where they are called; calls for which that is too much
 * stay.  Which function a node calls, or NULL. */
void onnx_inline(const struct onnx *file);
const struct Onnx__FunctionProto *onnx_function_of(const struct Onnx__ModelProto *model,
                                                   const struct Onnx__NodeProto *node);

/* `inputs` is a folder with input_0.pb ..., values for inputs of the graph: by their names, or in
 * the order of those without an initializer; NULL: none. */
bool onnx_graph_make(struct onnx_graph *graph, const struct onnx *file, const char *inputs,
                     struct error *error);
void onnx_graph_free(struct onnx_graph *graph);

/* What gives a tensor, and in *where which scope has it; NULL: nothing does. */
struct onnx_value *onnx_find(const struct onnx_scope *scope, const char *name,
                             const struct onnx_scope **where);

/* The node that gives it if it is in this graph or one around it, or NULL. */
const struct Onnx__NodeProto *onnx_node_of(const struct onnx_scope *scope, const char *name,
                                           const struct onnx_scope **where);

/* ---- nodes ---- */

/* Of the standard's own operators? */
bool onnx_is(const struct Onnx__NodeProto *node, const char *type);

/* Input or output by number, NULL: it is not there. */
const char *onnx_input(const struct Onnx__NodeProto *node, size_t i);
const char *onnx_output(const struct Onnx__NodeProto *node, size_t i);

const struct Onnx__AttributeProto *onnx_attribute(const struct Onnx__NodeProto *node,
                                                  const char *name);
int64_t onnx_int(const struct Onnx__NodeProto *node, const char *name, int64_t otherwise);

/* A name for messages: the node's own, or its first output. */
const char *onnx_node_name(const struct Onnx__NodeProto *node);

/* ---- constants ---- */

enum onnx_fold { ONNX_FOLDED, ONNX_VARIES, ONNX_FAILED };

/* Computes a tensor; ONNX_VARIES: it depends on an input, or on an operator that is not folded;
 * ONNX_FAILED: `error` says why. */
enum onnx_fold onnx_fold(struct onnx_graph *graph, const struct onnx_scope *scope,
                         const char *name, struct onnx_tensor *tensor, struct error *error);

/* False: it is a Cast to whole numbers. */
bool onnx_keeps_values(const struct Onnx__NodeProto *node);

/* A node of which something is wanted. */
struct onnx_folding {
    struct onnx_graph *graph;
    const struct onnx_scope *scope;
    const struct Onnx__NodeProto *node;
    int output; /* by number */
    struct error *error;
};

/* Whole numbers that a node has as an attribute in older versions and as an input in newer ones.
 * ONNX_FOLDED with rank -1: it has neither. */
enum onnx_fold onnx_ints(const struct onnx_folding *f, const char *attribute, size_t input,
                         struct onnx_tensor *tensor);

/* Where the output of a Split of `size` elements begins, and how many it has. */
enum onnx_fold onnx_split_part(const struct onnx_folding *f, int64_t size, int64_t *first,
                               int64_t *count);

/* May as many elements more be computed?  False: the error of that. */
bool onnx_may_fold(struct onnx_graph *graph, const char *name, double count, struct error *error);

/* ---- initial states (onnx_states.c) ---- */

/* Is it zero whatever its shape is?  Frameworks make initial states so. */
bool onnx_is_zero(struct onnx_graph *graph, const struct onnx_scope *scope, const char *name);

/* Does a node give its first input, or all that it has of `inputs`, as they are, in parts or more
 * than once? */
bool onnx_hands_on(const struct Onnx__NodeProto *node, size_t *inputs);

/* Folds a state of which the size of the batch may be known at run time only: it is then one. */
enum onnx_fold onnx_fold_state(struct onnx_graph *graph, const struct onnx_scope *scope,
                               const char *name, struct onnx_tensor *tensor, struct error *error);

/* What computes a state: NULL if it only is, or is part of, inputs of a graph and zeros. */
const struct Onnx__NodeProto *onnx_computes(struct onnx_graph *graph,
                                            const struct onnx_scope *scope, const char *name);

#endif
