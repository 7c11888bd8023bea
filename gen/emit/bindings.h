/* SPDX-License-Identifier: Apache-2.0
 * bindings.h - inside of `struct bindings`, for render.c and bindings.c alone. */
#ifndef ESE_BINDINGS_H
#define ESE_BINDINGS_H

#include "gen/emit/render.h"

enum kind { KIND_TEXT, KIND_FLAG, KIND_LIST };

/* The keys of the bindings, or of all rows of a list together: whether a key is used does not
 * depend on the row, and outlives the rows when the list is bound anew. */
struct names {
    struct name {
        char *key;
        enum kind kind;
        bool used;
        struct names *row_names; /* KIND_LIST */
    } *at;
    int count;
};

struct value {
    bool bound;
    char *text;             /* KIND_TEXT */
    bool flag;              /* KIND_FLAG */
    struct bindings **rows; /* KIND_LIST */
    int row_count;
};

struct bindings {
    struct names *names;
    bool is_row;          /* `names` belong to the list */
    struct value *values; /* of names->at[i]; may be fewer */
    int count;
    struct text report;
};

struct name *names_find(const struct names *names, const char *key, size_t length);

/* NULL when this row has nothing bound to the name. */
const struct value *value_find(const struct bindings *bindings, const struct name *name);

/* Adds "(and N more errors)" to the first of `errors`. */
void fail_count(struct error *error, int errors);

#endif
