/* SPDX-License-Identifier: Apache-2.0
 * axes.h - what a sweep changes: keys of a configuration and the values that each of them takes. */
#ifndef ESE_SWEEP_AXES_H
#define ESE_SWEEP_AXES_H

#include "gen/config/config_keys.h"
#include "models/base/error.h"

enum { AXES_MOST = 16, AXIS_VALUES_MOST = 10000 };

struct axis {
    const struct key *key;
    char **values; /* [count] each once, as key_write() has them */
    int count;
};

struct axes {
    struct axis list[AXES_MOST];
    int count;
};

/* Adds "KEY=VALUES".  VALUES are values with commas between them; of a key that is a number also
 * ranges, A:B:STEP, or A:B:xFACTOR, A and B being in it.  `where`, "--axis", begins the message. */
bool axes_add(struct axes *axes, const char *text, const char *where, struct error *error);

/* Adds an axis without values, and a value or a range to it. */
struct axis *axes_add_key(struct axes *axes, const char *name, const char *where,
                          struct error *error);
bool axis_add_values(struct axis *axis, const char *text, const char *where, struct error *error);

void axes_free(struct axes *axes);

/* Where a key is an axis, NULL: nowhere. */
const struct axis *axes_find(const struct axes *axes, const char *name);

#endif
