/* SPDX-License-Identifier: Apache-2.0
 * source.h - what a reader found in a file that a framework wrote: layers with their tensors under the names
 * that a network of ours has (models/network/import.c), and what of the file is left to the host.
 *
 * A chain is a list of layers each of which reads what the one before it gives; a file may have several, of
 * which one becomes a network.  Options that the names and shapes of tensors cannot tell (reset, nonlinearity,
 * activation ...) are keys of the description with their values as text, "reset" "before".
 *
 * Units: weights as in the equations, rows x columns = outputs x inputs, one matrix a gate, in float; biases
 * are sums wherever the equations allow that. */
#ifndef ESE_SOURCE_H
#define ESE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "models/base/error.h"
#include "models/base/text.h"

/* "W_ix" [4 x 3]; "reverse.W_ix" of the direction that goes backward in a layer of both. */
struct source_tensor {
    char *name;
    int rank; /* 1 or 2 */
    int shape[2];
    float *values; /* row-major */
};

struct source_key {
    char *key, *value; /* of model.layers.N: "kind" "lstm", "coupled" "input" */
    bool assumed; /* the file does not tell: the value is what is taken if nobody says another */
};

struct source_layer {
    char *name; /* as the file has it: "encoder.lstm, layer 1", "LSTM_12" */
    int input, output;
    bool coarse; /* has weights of bfloat16, or ran with x of 8 bits: 8 bits that count */
    struct source_key *keys;
    int key_count;
    struct source_tensor *tensors;
    int tensor_count;
};

struct source_chain {
    char *name; /* for --node: the first layer's name without its number */
    struct source_layer *layers;
    int layer_count;
    char **host; /* a line each: what surrounds it, with the names of tensors where the graph can be cut */
    int host_count;
    char **assumed; /* a line each: what its file does not tell, and is taken for granted */
    int assumed_count;
};

struct source {
    char *producer; /* "pytorch 2.3.0, opset 17", or NULL */
    struct source_chain *chains;
    int chain_count;
    char **notes; /* a line each: what was met and is not as it seems */
    int note_count;
    char **refused; /* a line each: what belongs to a network and is in no chain */
    int refused_count;
    bool asked;    /* the chain was asked for by its name */
};

/* ---- for readers; each returns what it added, valid until the next of its kind is added ---- */

struct source_chain *source_add_chain(struct source *source, const char *name);
struct source_layer *source_add_layer(struct source_chain *chain, const char *name, int input, int output);
void source_add_key(struct source_layer *layer, const char *key, const char *value);
void source_assume_key(struct source_layer *layer, const char *key, const char *value);

/* A matrix of rows x columns, or with columns 0 a vector; the values are to be written. */
float *source_add_tensor(struct source_layer *layer, const char *name, int rows, int columns);

void source_add_host(struct source_chain *chain, const char *format, ...) __attribute__((format(printf, 2, 3)));
void source_add_assumed(struct source_chain *chain, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void source_add_refused(struct source *source, const char *format, ...) __attribute__((format(printf, 2, 3)));
void source_add_note(struct source *source, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Takes away all but so many layers, and lines for the host, of a chain. */
void source_cut_chain(struct source_chain *chain, int layers, int hosts);

/* Takes the chain that was added last away again. */
void source_drop_chain(struct source *source);

void source_free(struct source *source);

/* ---- a chain as a file ---- */

/* A safetensors file of it: tensors "0.W_ix" ..., and "0.reset" "before" ... in its __metadata__. */
bool source_pack(const struct source_chain *chain, struct text *bytes, struct error *error);

#endif
