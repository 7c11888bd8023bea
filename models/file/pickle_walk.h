/* SPDX-License-Identifier: Apache-2.0
 * pickle_walk.h - everything that a pickle has, under the name of the way to it.
 *
 * "model_state.lstm.weight_ih_l0": keys of dictionaries and places in lists, with dots.  Of an object's
 * attributes _modules, _parameters and _buffers, as PyTorch has them, are no part of the name, and others
 * that begin with _ are left out; no part of it is the place in an array of NumPy that has one object.
 *
 * A value that is reached in several ways is seen under each of the names; one that contains itself, once.
 * Depth and steps are bounded.
 */
#ifndef ESE_PICKLE_WALK_H
#define ESE_PICKLE_WALK_H

#include "models/file/pickle.h"

struct pickle_visit {
    const char *file;   /* printable, for messages */
    const char *before; /* the way to `top`, or "" */
    void *context;
    /* A value and the way to it.  *taken: it is what was looked for, so what is in it is not seen.  False:
     * it is wrong, and there is a message. */
    bool (*see)(void *context, const char *path, struct pickle_value *value, bool *taken);
    struct error *error;
};

bool pickle_walk(const struct pickle_visit *visit, struct pickle_value *top);

#endif
