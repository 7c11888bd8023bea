/* SPDX-License-Identifier: Apache-2.0
 * plan.h - how a network learns: where its weights lie among the parameters, and in which order its sums
 * are formed.
 *
 * Made of the tables of a network (models/network/network.h), whatever its layers are.  All parameters are
 * one list of floats, as an optimizer wants them.  Matrices that multiply the same vector for passes that
 * stand behind each other lie behind each other, and are one product: the four Wx of an LSTM.
 *
 * A layer's sums lie side by side, pass after pass: z of a frame and a stream is [sums of the layer]. */
#ifndef ESE_LEARN_PLAN_H
#define ESE_LEARN_PLAN_H

#include <stddef.h>

#include "models/network/network.h"

/* When a product's vector is there. */
enum learn_when {
    LEARN_WHOLE,  /* all frames at once: x, or what the layer before wrote */
    LEARN_BEFORE, /* of the frame before */
    LEARN_WITHIN  /* written by this layer in this frame */
};

/* Matrices as one: [rows][columns] from parameter `weights` on. */
struct learn_product {
    enum learn_when when;
    int layer, first_pass, passes;
    int source, first; /* vector, and its element that column 0 multiplies */
    int rows, columns;
    int sum;           /* the first of its rows among the layer's sums */
    size_t weights;
};

/* Where an operand of a pass is: a vector, NONE if there is none. */
struct learn_operand {
    int vector, first;
    bool before; /* it has not been written yet in this frame */
};

struct learn_pass {
    int sum;         /* the first of its rows among the layer's sums */
    bool in_place;   /* what it writes are these: a gate, which nobody but passes reads */
    size_t bias, peep; /* parameters, LEARN_NOTHING if it has none */
    struct learn_operand left, right, by, in, state; /* as in struct network_pass */
};

#define LEARN_NOTHING ((size_t)-1)

struct learn_plan {
    const struct network *network; /* must outlive the plan */
    int *sums;                     /* [layers] how many */
    int *gate;                     /* [vectors] pass whose sums hold it, or NONE */
    int product_count;
    struct learn_product *products;
    struct learn_pass *passes;     /* [passes] */
    size_t matrix_count;           /* parameters of matrices, which come first ... */
    size_t count;                  /* ... of all */
    size_t *matrices;              /* [matrices] where each begins, its rows behind each other */
};

struct learn_plan *learn_plan_new(const struct network *network);
void learn_plan_free(struct learn_plan *plan);

/* Parameters out of a network, and into one, which has the plan's shape. */
void learn_plan_read(const struct learn_plan *plan, const struct network *network, float *parameters);
void learn_plan_write(const struct learn_plan *plan, const float *parameters, struct network *network);

#endif
