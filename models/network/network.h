/* SPDX-License-Identifier: Apache-2.0
 * network.h - a recurrent network in floating point, as trained: four tables.
 *
 * A network is a list of layers over vectors.  What a kind of layer computes, and which vectors,
 * matrices and passes that takes, one file states for each kind (layer_lstm.c ...); whoever
 * computes, counts or schedules walks the tables and knows no kind.
 *
 *   vectors   x, and what the layers keep and hand on
 *   matrices  which vector each multiplies, of this frame or of the frame before, for which pass
 *   passes    of the elements of one vector: z = sum of the pass's matrices + bias + P*Q,
 *             a = function(z), and an operation on a (enum operation)
 *
 * The passes of a frame stand in the order in which they run; `*` is elementwise. */
#ifndef ESE_NETWORK_H
#define ESE_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/base/error.h"
#include "models/network/config.h"
#include "models/network/matrix.h"

enum {
    NAME_MOST = 24,
    LAYER_VECTORS = 6, /* of a layer, at most */
    LAYER_PASSES = 6,
    GROUPS_MOST = 2 * 2 * LAYERS_MOST, /* two of a layer, at most */
    VECTORS_MOST = 1 + 2 * LAYERS_MOST * LAYER_VECTORS,
    NONE = -1
};

/* What a vector is, which decides about its number format. */
enum value {
    VALUE_X,    /* the network's input */
    VALUE_Y,    /* a sum that no function bounds: projection, linear layer, relu */
    VALUE_M,    /* a gate times a tanh */
    VALUE_C,    /* cell state */
    VALUE_KEPT, /* GRU, reset after: Rn h' + cn */
    VALUE_GATE, /* sigmoid, tanh, or a mean of such: within -1 .. 1 */
    VALUE_Z,    /* what goes into the functions: a layer has one such entry for all of its passes */
    VALUE_COUNT
};

/* Where its elements are read, which may be in two places. */
enum { HELD_INPUT = 1, HELD_VECTORS = 2, HELD_CELLS = 4, HELD_GATES = 8 };

struct network_vector {
    char name[NAME_MOST]; /* "x"; "c" of the only layer, "1.c" of one of several */
    int layer;            /* whose it is, NONE: the network's */
    int size;
    enum value value;
    int held;             /* HELD_INPUT: a product may multiply it; HELD_VECTORS: likewise;
                             HELD_CELLS, HELD_GATES: a pass may read it; 0: VALUE_Z */
    bool kept;            /* read in the frame after, so it is part of the state */
    float *initial;       /* [size] before the first frame; NULL: zeros */
};

struct network_matrix {
    char name[NAME_MOST]; /* "Wix" of the only layer, "1.Wix" of one of several */
    const char *key;      /* "Wix" */
    const char *tensor;   /* in a file: "W_ix" */
    int layer, pass;
    int source;           /* vector */
    int first, columns;   /* its element that column 0 multiplies, and how many there are */
    bool before;          /* as it was in the frame before */
    struct matrix weights; /* [rows of the pass, elements of the vector] */
};

enum function { FUNCTION_NONE, FUNCTION_RELU, FUNCTION_SIGMOID, FUNCTION_TANH };

enum operation {
    OPERATION_GATE,  /* a */
    OPERATION_CELL,  /* by * state + in * a; without `in`: by * state + (1 - by) * a */
    OPERATION_OUT,   /* a * tanh(state) */
    OPERATION_RESET, /* a * state */
};

struct network_pass {
    enum operation operation;
    enum function function;
    int layer;
    int group;            /* passes of a group go row block by row block, groups one by one; their
                             rows are as many */
    char name[NAME_MOST]; /* "i" of the only layer, "1.i" of one of several */
    const char *letter;   /* "i" */
    const char *state, *state_x, *state_y; /* in the paper's Figure 4: its own, and those of its
                             products, by what they multiply; NULL: there is none */
    int rows;
    int writes, first;    /* vector, and its element that row 0 is */
    int by, in, state_of; /* operands, vectors or NONE; of `writes` from `first` on, too */
    int sums;             /* the layer's VALUE_Z, NONE where no function bounds the sum */
    int left, right;      /* P*Q: left NONE: the peephole weights; right NONE: there is no P*Q */
    bool constants;       /* has a place for bias and peephole weights */
    bool negated;         /* its tensors are those of 1 - sigmoid(z): they are read negated */
    bool remembers;       /* near 1 it keeps the state: how a synthetic one is drawn */
    const char *bias_tensor, *peep_tensor; /* "b_i", "w_ic"; NULL: has none */
    bool no_bias;         /* the file that it came from has none: zeros */
    float *bias;          /* [rows], NULL: none */
    float *peep;          /* [rows], NULL: none */
};

/* A layer: its sizes are known. */
struct layer {
    struct layer_config as; /* direction: forward or backward */
    char prefix[NAME_MOST]; /* of its names in a file: "1.", "1.reverse." */
    int number;             /* of the configuration's list; of `both` two have one */
    int reads, writes;      /* vectors */
    int size;             /* elements that it writes itself ... */
    int first, whole;     /* ... from this one of `writes` on, which has so many */
    int vector[LAYER_VECTORS], pass[LAYER_PASSES]; /* by what its kind calls them, or NONE */
};

/* What the tensors of a network are called in its file, if not 0.W_ix ... */
struct tensor_names {
    bool lstm;  /* those of the first layer lstm.W_ix ... */
    int output; /* those of this layer output.W, output.b; NONE: of none */
};

struct network {
    int input, output;    /* elements of x, and of y: what the last layer writes */
    int layer_count, vector_count, matrix_count, pass_count, group_count;
    struct layer *layers;
    struct network_vector *vectors; /* the first is x */
    struct network_matrix *matrices; /* in the order in which they are listed for people */
    struct network_pass *passes;
    struct tensor_names names;
    bool coarse;          /* weights of its file are bfloat16: 8 bits that count */
    int compressed_for;   /* PEs, by `ese compress`, which its file says; 0: it does not */
    struct network *after; /* a linear layer that scores classes and is not part of the network, so
                              not of the chip; or NULL */
};

/* A network of layers, all of whose sizes are given, with all weights 0; of one without a prefix
 * names are short. */
void network_make(struct network *network, const struct layer_config *layers, int count);

/* The same, of layers that are numbered from `first` on. */
void network_make_from(struct network *network, const struct layer_config *layers, int count, int first);

/* Share of a matrix's weights that pruning leaves: what its layer or else the model says of such a matrix, or else
 * of all. */
double network_density(const struct network *network, int matrix,
                       const struct model_config *model);

/* What the last layer writes. */
int network_output(const struct network *network);

/* The vectors whose number formats people are told of, in that order: x, then layer by layer y, m,
 * c, what is kept, z.  Returns how many. */
int network_listed(const struct network *network, int list[VECTORS_MOST]);

/* The only layer, or NULL if there are several, or it is of another kind. */
const struct layer *network_only(const struct network *network, enum layer_kind kind);

/* The first vector of such a value, or NONE. */
int network_first(const struct network *network, enum value value);

/* Whether any gate sees c; whether any layer projects. */
bool network_has_peepholes(const struct network *network);
bool network_has_projection(const struct network *network);

/* The first vector of which something is given that an utterance begins with, or NONE. */
int network_initial(const struct network *network);

/* Whether there is none: what is read of the frame before is 0. */
bool network_begins_with_zeros(const struct network *network);

/* Whether a frame can be computed as soon as it is there. */
bool network_is_forward(const struct network *network);

/* Reads trained layers, from a framework's file (models/source/read.h) or ours: safetensors with tensors 0.W_ix [cell, input] ..., or lstm.W_ix ... for
 * one LSTM; output.W is a linear layer behind them, in the network if a list that is asked for ends
 * in a linear layer that has no number there, else its `after`; a bias that is not there is zero
 * (README.md names them all).  Kinds and options are those that are asked for, or where no list of
 * layers is, what the names say; sizes come from the tensors.  Refuses NaN, Inf, wrong shapes,
 * missing matrices, lying headers, names in two ways, and tensors of layers that have no place in
 * what is asked for. */
bool network_read(struct network *network, const struct model_config *model, struct error *error);

/* The network of a chain of layers; refuses one with options that its file does not tell. */
struct source_chain;
bool network_of_chain(struct network *network, const struct source_chain *chain, struct error *error);

/* Names the biases that the file of a network lacks, "lstm.b_i, output.b"; false: none. */
bool network_missing_biases(const struct network *network, char *out, size_t size);

/* Draws a network like a trained layer: weights of a matrix Gaussian with heavier tails, scale by
 * fan-in; forget bias near 1.  The same seed gives the same network on every machine. */
void network_draw(struct network *network, const struct model_config *model);

/* Reads the network of model.path, or draws one if there is none: whole, before any pruning. */
bool network_load(struct network *network, const struct model_config *model, struct error *error);

/* Whether two networks of one shape have the same weights. */
bool network_same_matrices(const struct network *left, const struct network *right);

struct network network_copy(const struct network *network);
void network_free(struct network *network);

#endif
