/* SPDX-License-Identifier: Apache-2.0
 * sweep.h - many configurations of one model, each a row of results.
 *
 * A point is a value for each axis.  What it gives is what `ese report` says of that
 * configuration. */
#ifndef ESE_SWEEP_H
#define ESE_SWEEP_H

#include "gen/sweep/expression.h"
#include "gen/sweep/plan.h"
#include "gen/sweep/words.h"
#include "models/program/stock.h"

/* Of samples, if nobody says another. */
enum { SWEEP_SEED = 1 };

enum { WHERES_MOST = 16, GOALS_MOST = 8 };

/* What is asked for, as text; an axis file says the same (axes_file.c). */
struct sweep_request {
    const char *source;  /* CONFIG */
    char *const *sets;
    size_t set_count;
    struct words axes;   /* "KEY=VALUES" */
    const char *axes_file;
    char *sample;        /* "lhs:N", or NULL: the grid */
    bool seed_given;
    uint64_t seed;
    struct words wheres, extras; /* EXPR; "NAME=EXPR" */
    char *pareto;        /* "a,b,c", or NULL */
    const char *shard;   /* "K/N", or NULL */
    const char *command_line;
};

/* A column of the user's. */
struct extra {
    char *name;
    struct expression *expression;
    int place; /* in the scope */
};

/* What the front is about: less is better, or more. */
struct goal {
    char *name;
    bool more;
};

struct sweep {
    const struct sweep_request *request;
    struct config base;
    struct axes axes;
    struct plan plan;
    int samples; /* asked for, 0: the grid */
    struct scope scope;
    struct extra extras[EXTRAS_MOST];
    int extra_count;
    struct expression *wheres[WHERES_MOST];
    int where_count;
    struct goal goals[GOALS_MOST];
    int goal_count;
};

/* Reads all of it.  What sweep_open() left must be closed also if it fails. */
bool sweep_open(struct sweep *sweep, struct sweep_request *request, struct error *error);
void sweep_close(struct sweep *sweep);

/* Adds what an axis file says to the axes, and to the request. */
bool axes_read(struct axes *axes, struct sweep_request *request, const char *path,
               struct error *error);

/* Frees the words of it. */
void sweep_request_free(struct sweep_request *request);

/* ---- points (point.c) ------------------------------------------------------------------------ */

/* Lines of points.csv and points.jsonl, with their ends. */
struct row {
    struct text csv, json;
};

/* What a line of a point begins with, and of no other. */
void point_begin_csv(const struct sweep *sweep, int point, struct text *line);
void point_begin_json(const struct sweep *sweep, int point, struct text *line);

/* The same of a line: how long it is; 0: it is none. */
size_t point_begin_csv_length(const struct sweep *sweep, const char *line);
size_t point_begin_json_length(const struct sweep *sweep, const char *line);

/* The configuration of a point, as "KEY=VALUE" on top of the source's; to be freed. */
struct words point_sets(const struct sweep *sweep, int point);

/* The first line of points.csv. */
void point_header(const struct sweep *sweep, struct text *line);

/* The columns behind the axes; then come those of columns.def but for `id`, and the user's. */
enum { POINT_ID, POINT_STATUS, POINT_ERROR, POINT_RESULTS };

/* Values in a row; of any sweep, at most. */
int point_fields(const struct sweep *sweep);
enum { FIELDS_MOST = AXES_MOST + POINT_RESULTS + COLUMN_COUNT + EXTRAS_MOST };

/* Is a line of `length` characters what the lines below are?  Not so what a power failure leaves of
 * it, or an editor makes of it. */
bool point_is_whole_csv(const struct sweep *sweep, const char *line, size_t length);
bool point_is_whole_json(const struct sweep *sweep, const char *line, size_t length);

/* Appends the lines of a point. */
void point_compute(struct sweep *sweep, int point, struct stock *stock, struct row *row);

/* The same of one that could not be computed. */
void point_failed(struct sweep *sweep, int point, const char *message, struct row *row);

/* Reads or draws the network of a point into the stock, if that can be done. */
void point_prepare(struct sweep *sweep, int point, struct stock *stock);

#endif
