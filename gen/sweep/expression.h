/* SPDX-License-Identifier: Apache-2.0
 * expression.h - arithmetic over the keys and results of a point: --where and --column.
 *
 * The grammar is that of muParser: + - * / ^, == != < <= > >=, && ||, A ? B : C, min(), max(),
 * sqrt(), ln() ... */
#ifndef ESE_SWEEP_EXPRESSION_H
#define ESE_SWEEP_EXPRESSION_H

#include "gen/config/config_keys.h"
#include "gen/sweep/columns.h"
#include "models/base/error.h"

enum { EXTRAS_MOST = 16, SCOPE_MOST = KEYS_MOST + COLUMN_COUNT + EXTRAS_MOST };

/* The names that expressions may use, and their values at a point. */
struct scope {
    int count;
    struct scope_name {
        const char *name;
        int key, column; /* number of a key or of a column, or -1; neither: of --column */
        double value;    /* NAN: it has none here */
    } at[SCOPE_MOST];
};

/* Keys that the configuration has and columns, as far as they can be numbers. */
void scope_begin(struct scope *scope, const struct config *config);

/* Adds a name, which must live as long as the scope; returns its number. */
int scope_add(struct scope *scope, const char *name);
bool scope_has(const struct scope *scope, const char *name);

/* Sets the values of the keys; of the columns, from a report. */
void scope_set_keys(struct scope *scope, const struct config *config);
void scope_set_columns(struct scope *scope, const json_t *report);

struct expression;

/* NULL: not an expression over what is in the scope now; the scope must stay where it is. */
struct expression *expression_new(const char *text, struct scope *scope, const char *where,
                                  struct error *error);
void expression_free(struct expression *expression);

/* Does it depend on more than keys? */
bool expression_needs_results(const struct expression *expression);

/* Its value now.  Fails where a name in it has none. */
bool expression_value(const struct expression *expression, double *value, struct error *error);

#endif
