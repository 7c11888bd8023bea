/* SPDX-License-Identifier: Apache-2.0
 * onnx_layers.h - layers in the graphs of an ONNX model, before they become layers of ours. */
#ifndef ESE_ONNX_LAYERS_H
#define ESE_ONNX_LAYERS_H

#include "models/source/onnx_graph.h"
#include "models/source/source.h"

enum onnx_kind { ONNX_RECURRENT, ONNX_LINEAR, ONNX_CELL };

/* What the axes of a tensor are, a letter each: T time, B batch, D directions, F features, 1 a size
 * of one, N several of them in one, P and Q those of which it is not known.  "TDBF" is what an LSTM
 * gives. */
enum { ONNX_AXES = ONNX_RANK_MOST + 1, ONNX_SIZES = 4 };
#define ONNX_SIZED "TBPQ"

struct onnx_form {
    char axes[ONNX_AXES];
    int features;   /* size of F, 0: not known */
    int directions; /* size of D */
    bool one_frame; /* of all frames one is taken */
    int64_t size[ONNX_SIZES]; /* of T, B, P and Q; 0: not known */
};

/* A product with a constant matrix. */
struct onnx_product {
    const struct Onnx__NodeProto *node; /* Gemm, MatMul, or Conv of one frame at a time */
    const struct onnx_scope *scope;
    const char *bias; /* of an Add behind it, NULL: none */
};

/* An LSTM cell out of elementary operators: sums of four gates in one tensor. */
struct onnx_cell {
    struct onnx_product of_x, of_y;
    const char *biases[2]; /* that Add brings, NULL: none */
    int64_t size;
    int64_t first[4];      /* rows of i, f, g, o */
    const char *c, *y;     /* before the frame; y NULL: it cannot be read, and that was said */
    const char *told;      /* by what the product of y is known: "its size" */
    const struct Onnx__NodeProto *gives_c;
};

struct onnx_layer {
    enum onnx_kind kind;
    const struct onnx_scope *scope;
    const struct Onnx__NodeProto *node;
    const char *x, *y;          /* what it reads, and gives */
    struct onnx_value *gives;   /* y */
    struct onnx_form form;      /* of y */
    const char *activation;     /* of a linear layer, as ours is called; NULL: none */
    struct onnx_product product;
    struct onnx_cell cell;
    int before, behind;         /* in a chain, by number; -1: none */
    bool one_frame;             /* what it reads is one frame of what the one before gives */
};

struct onnx_layers {
    struct onnx_graph *graph;
    struct source *source;
    struct onnx_layer *at;
    int count;
    const struct onnx_scope **scopes; /* of chains of `source` */
    struct error *error;
    int refused;        /* layers or chains */
    struct error first; /* of them */
    int passed;         /* products that are no layers of ours */
    struct error first_passed;
};

/* ---- finding ---- */

/* LSTM, GRU, RNN and DynamicQuantizeLSTM; products with constants; cells.  In that order a node
 * that belongs to one is not taken for another. */
void onnx_list_layers(struct onnx_layers *layers);
bool onnx_is_recurrent(const struct Onnx__NodeProto *node);

/* Is this node a product with a constant matrix?  The state of a first frame may be one, too. */
bool onnx_has_matrix(struct onnx_layers *layers, const struct onnx_scope *scope,
                     const struct Onnx__NodeProto *node);

/* And of something that varies? */
bool onnx_is_product(struct onnx_layers *layers, const struct onnx_scope *scope,
                     const struct Onnx__NodeProto *node);

/* Has its matrix a row for each output?  A Conv's always has. */
bool onnx_is_turned(const struct Onnx__NodeProto *node);

/* The cell whose last operator, o * tanh(c), this node is; or one that is refused, without y. */
bool onnx_find_cell(struct onnx_layers *layers, const struct onnx_scope *scope,
                    const struct Onnx__NodeProto *node, struct onnx_cell *cell);

/* An RNN or GRU cell, of which this node is Tanh or Relu: it is refused, and has no y. */
bool onnx_find_other_cell(struct onnx_layers *layers, const struct onnx_scope *scope,
                          const struct Onnx__NodeProto *node, struct onnx_cell *cell);

/* Is a tensor cut into parts of which three or more go into a Sigmoid or a Tanh each, as the sums of a
 * cell do? */
bool onnx_feeds_gates(const struct onnx_scope *scope, const char *name);

/* Are the states of a cell inputs of the graph, or constants?  And does what `node`, its last
 * operator, and its c give leave the graph?  Of NULL that is known.  If not it is refused. */
bool onnx_check_cell(struct onnx_layers *layers, const struct onnx_cell *cell,
                     const struct Onnx__NodeProto *node);
/* Does `later` have both states of `before`, whose last operator `node` is? */
bool onnx_goes_on(struct onnx_layers *layers, const struct onnx_cell *before,
                  const struct Onnx__NodeProto *node, const struct onnx_cell *later);
/* Cells whose frames stand one behind the other read them in their order; or are refused. */
bool onnx_check_order(struct onnx_layers *layers, const struct onnx_cell *before,
                      const struct onnx_cell *later);
/* Does a tensor, as it is, become an output of its graph? */
bool onnx_leads_out(struct onnx_graph *graph, const struct onnx_scope *scope, const char *name);

/* Does the constant exist, and what is its shape? */
bool onnx_shape(struct onnx_layers *layers, const struct onnx_scope *scope, const char *name,
                int *rank, int64_t shape[ONNX_RANK_MOST]);

/* ---- chains ---- */

/* Fills in `form`, `before` and `behind`. */
void onnx_link_layers(struct onnx_layers *layers);

/* Sizes of a tensor as the graph declares them, 0: it does not; their number, or -1. */
int onnx_declared(const struct onnx_scope *scope, const char *name, int64_t sizes[ONNX_RANK_MOST]);

/* Where a tensor comes from if Reshape, Transpose ... are passed over. */
void onnx_root(const struct onnx_scope **scope, const char **name);

/* ---- becoming ours: false, and `error`, if one of them cannot ---- */

bool onnx_take_recurrent(struct onnx_layers *layers, const struct onnx_layer *layer,
                         struct source_chain *chain);
bool onnx_take_linear(struct onnx_layers *layers, const struct onnx_layer *layer,
                      struct source_chain *chain);
bool onnx_take_cell(struct onnx_layers *layers, const struct onnx_layer *layer,
                    struct source_chain *chain);

/* Keeps the error, as a note and as what is said if nothing can be read. */
void onnx_note_refused(struct onnx_layers *layers);

/* A state before the first frame that is no constant: refuses one that a node computes. */
bool onnx_check_state(struct onnx_layers *layers, const struct onnx_scope *scope,
                      const struct Onnx__NodeProto *node, const char *state);

/* "FILE: node 'NAME' (LSTM) ..." */
bool onnx_refuse(struct onnx_layers *layers, const struct onnx_scope *scope,
                 const struct Onnx__NodeProto *node, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A matrix of an ONNX operator as the file has it: element [row, col] is at first + row * row_step
 * + col * col_step. */
struct onnx_matrix {
    const double *values;
    size_t first, row_step, col_step;
};

/* Some of it as a tensor of ours, factor * element; false: an element is not finite. */
bool onnx_put_matrix(struct source_layer *layer, const char *name, const struct onnx_matrix *from,
                     int rows, int columns);

/* ---- what a product has ---- */

struct onnx_weights {
    struct onnx_tensor matrix, bias; /* bias: no values if there is none */
    struct onnx_matrix view;         /* [output, input] */
    int64_t input, output;
    double alpha, beta;
};

bool onnx_weights_read(struct onnx_layers *layers, const struct onnx_product *product,
                       struct onnx_weights *weights);
double onnx_weights_bias(const struct onnx_weights *weights, int64_t row);
void onnx_weights_free(struct onnx_weights *weights);

#endif
