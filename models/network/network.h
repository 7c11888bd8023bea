/* SPDX-License-Identifier: Apache-2.0
 * network.h - one LSTM layer in floating point, as trained.
 *
 *   i = sigm(Wix x + Wir y' + wic*c' + bi)      f = sigm(Wfx x + Wfr y' + wfc*c' + bf)
 *   g = act (Wcx x + Wcr y' + bc)               c = f*c' + g*i
 *   o = sigm(Wox x + Wor y' + woc*c + bo)       m = o*tanh(c)          y = Wym m
 *
 * y' and c' are the values of the frame before (zero at the first frame), `*` is elementwise.
 * The paper's names: Figure 4 and Table 1.  Without projection y is m, and output == cell. */
#ifndef ESE_NETWORK_H
#define ESE_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/base/error.h"
#include "models/network/config.h"
#include "models/network/matrix.h"

enum gate { GATE_I, GATE_F, GATE_G, GATE_O, GATE_COUNT };

struct network {
    int input, cell, output;
    bool peephole, projection;
    enum candidate candidate;
    struct matrix wx[GATE_COUNT]; /* [cell, input]; GATE_G is the paper's W_cx */
    struct matrix wr[GATE_COUNT]; /* [cell, output] */
    struct matrix wym;            /* [output, cell]; rows == 0 without projection */
    float *bias[GATE_COUNT];      /* [cell] */
    bool coarse;                  /* weights of its file are bfloat16: 8 bits that count */
    bool no_bias[GATE_COUNT];     /* the file that it came from has none: zeros */
    float *peep[GATE_COUNT];      /* [cell]; NULL for GATE_G and where there are no peepholes */
    struct matrix classes;        /* [classes, output] layer behind the LSTM, rows == 0: none */
    float *class_bias;            /* [classes] or NULL */
};

/* The vectors that a matrix can multiply: x, y of the frame before, m. */
enum vector { VECTOR_X, VECTOR_Y, VECTOR_M };

/* A matrix of a network: its name, what it multiplies, what it adds to. */
struct network_matrix {
    const char *name;      /* as the paper has it: "Wix" */
    enum vector source;
    bool projects;         /* its rows are y; else those of a gate */
    struct matrix *matrix; /* as constant as the network is */
};

enum { MATRICES_MOST = 2 * GATE_COUNT + 1 };

/* All of them, in the paper's order: Wix Wfx Wcx Wox, Wir Wfr Wcr Wor, and Wym where there is a
 * projection.  Returns how many. */
int network_matrices(const struct network *network, struct network_matrix list[MATRICES_MOST]);

/* Reads a trained layer: safetensors with tensors lstm.W_ix [cell, input] ...; a bias that is not
 * there is zero (models/speech/README.md names them all).  Refuses NaN, Inf, wrong shapes, missing
 * matrices, lying headers. */
bool network_read(struct network *network, const char *path, enum candidate candidate,
                  struct error *error);

/* Names the biases that the file of a network lacks, "lstm.b_i, output.b"; false: none. */
bool network_missing_biases(const struct network *network, char *out, size_t size);

/* Draws a network like a trained layer: weights of a matrix Gaussian with heavier tails, scale by
 * fan-in; forget bias near 1.  The same seed gives the same network on every machine. */
void network_draw(struct network *network, const struct model_config *model);

/* Whether two networks of one shape have the same weights. */
bool network_same_matrices(const struct network *left, const struct network *right);

struct network network_copy(const struct network *network);
void network_free(struct network *network);

#endif
