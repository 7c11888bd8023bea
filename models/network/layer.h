/* SPDX-License-Identifier: Apache-2.0
 * layer.h - what a kind of layer states: its tables, and its equations in floating point.
 *
 * A kind is one file, layer_KIND.c; its equations in integers are in models/number/golden_KIND.c. */
#ifndef ESE_LAYER_H
#define ESE_LAYER_H

#include "models/network/network.h"
#include "models/network/reference.h"

struct layer_form {
    /* Elements of its output, `both` directions counted once. */
    int (*output)(const struct layer_config *layer);

    /* Adds its vectors, matrices and passes to the network, and their numbers to the layer. */
    void (*describe)(struct network *network, struct layer *layer);

    /* A frame, of all voices: what it reads is there. */
    void (*step)(const struct reference *reference, struct reference_state *state,
                 const struct layer *layer);
};

/* What each kind calls its passes and vectors: the places of `pass` and `vector` of its layers.
 * ..._SUM is what goes into the functions. */
enum { LSTM_I, LSTM_F, LSTM_G, LSTM_O, LSTM_Y, LSTM_GATES = LSTM_Y };
enum { LSTM_GATE_I, LSTM_GATE_F, LSTM_C, LSTM_M, LSTM_SUM };
enum { GRU_Z, GRU_R, GRU_K, GRU_N };
enum { GRU_GATE_Z, GRU_GATE_R, GRU_KEPT, GRU_RESET, GRU_SUM };
enum { RNN_H };
enum { RNN_SUM };
enum { LINEAR_Y };
enum { LINEAR_SUM };

const struct layer_form *layer_form(enum layer_kind kind);

extern const struct layer_form layer_lstm, layer_gru, layer_rnn, layer_linear;

/* One LSTM by itself, for whoever computes just that: with all of its gates, in order. */
struct lstm {
    const struct layer_config *as;
    const struct matrix *wx[LSTM_GATES], *wr[LSTM_GATES], *wym; /* wym NULL: no projection */
    const float *bias[LSTM_GATES], *peep[LSTM_GATES];           /* NULL: none */
};

/* False: it is another network, goes backward, or has coupled gates or a bias of its projection. */
bool lstm_of(const struct network *network, struct lstm *lstm);

/* ---- for describe() ---- */

/* A vector of the layer, and the one that it writes: two directions share that. */
int layer_vector(struct network *network, const struct layer *layer, struct network_vector vector);
int layer_writes(struct network *network, struct layer *layer, enum value value, int held);

/* A pass that has nothing but its letter and its rows. */
struct network_pass layer_pass_new(const char *letter, int rows);

/* Begins a group of passes, and adds a pass to it. */
void layer_group(struct network *network);
int layer_pass(struct network *network, const struct layer *layer, struct network_pass pass);

/* A matrix of a pass, with a row for each of its own. */
void layer_matrix(struct network *network, const struct layer *layer, struct network_matrix matrix);

/* The same, of what the layer reads, or of what it writes, in the frame before. */
void layer_matrix_x(struct network *network, const struct layer *layer, int pass, const char *key,
                    const char *tensor);
void layer_matrix_y(struct network *network, const struct layer *layer, int pass, const char *key,
                    const char *tensor);

#endif
