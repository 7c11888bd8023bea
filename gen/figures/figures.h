/* SPDX-License-Identifier: Apache-2.0
 * figures.h - Table 1 and the sweeps of the ESE paper, on our hardware.
 *
 * A figure is a sweep over axes of its own.  Of their grid it has the points of its series, each a
 * chip of its own: series after series, every series with the same steps, which are the values of
 * the last axis.  Their cycles come from the cycle model; some are run again in RTL.  All of them
 * are chips of one LSTM. */
#ifndef ESE_FIGURES_H
#define ESE_FIGURES_H

#include <jansson.h>

#include "gen/config/config_file.h"
#include "gen/sweep/axes.h"
#include "models/base/error.h"
#include "models/base/text.h"
#include "models/program/cycles.h"
#include "models/program/stock.h"

enum figure_kind { FIGURE_TABLE1, FIGURE_FIG6, FIGURE_FIFO, FIGURE_BALANCE, FIGURE_COUNT };

/* Frames that the model and the simulator run; the last two tell the cycles of a frame. */
enum { FIGURE_FRAMES = 6, FIGURE_MATRICES = 9 };

/* What --verify does with a point. */
enum rerun {
    RERUN_NEVER,
    RERUN_ONE_CHANNEL, /* the schedule does not depend on the number of channels */
    RERUN_ALL_CHANNELS /* as configured */
};

/* One matrix of a point: the sum of its row blocks. */
struct figure_row {
    char matrix[NAME_MOST];
    int rows, cols;
    int64_t nonzeros, entries; /* true ones; stored, with fillers and padding */
    int64_t cycles;            /* until the next matrix begins */
};

/* No pointers: points are worked out in processes of their own, in memory that they share. */
struct figure_point {
    enum encoding encoding;
    enum column_order order;
    enum pruning pruning;
    double density;
    int fifo_depth;
    bool trained; /* the speech model on its own preset, not the paper's */
    enum rerun rerun;

    bool done;         /* all below is valid */
    char failure[512]; /* why not */
    int clock_mhz, pes, channels, lanes;
    bool paper_shape;
    int64_t weights, nonzeros, fillers, padding; /* `weights`: before pruning */
    int64_t columns;                             /* broadcasts a frame */
    int64_t load_least, load_most;               /* non-zero weights of a PE */
    int64_t cycles, entries;                     /* of a frame */
    double utilization;                          /* non-zeros / (PEs * cycles) */
    int row_count;
    struct figure_row rows[FIGURE_MATRICES];
    double build_seconds, step_seconds; /* of a processor: the program; cycles_run() */

    bool rerun_done, agrees;
    int rerun_channels;
    int64_t rtl_cycles; /* of a frame */
    double rtl_build_seconds, rtl_run_seconds;
};

struct figure_series {
    const char *name; /* "block, greedy, balanced" */
    enum encoding encoding;
    enum column_order order;
    enum pruning pruning;
    bool trained;
};

struct figure {
    enum figure_kind kind;
    const char *name; /* "table1" */
    struct axes axes;
    const struct figure_series *series;
    int series_count, step_count;
    struct figure_point *points; /* [series_count][step_count], shared between processes */
    int point_count;
};

/* What the paper says, and where. */
struct paper_value {
    const char *name;
    double value;
    const char *source;
};

enum { PAPER_SPEEDUP, PAPER_BALANCE, PAPER_PLAIN_SPEEDUP, PAPER_DENSITY, PAPER_DEPTH, PAPER_VALUES };
extern const struct paper_value paper_values[PAPER_VALUES];

/* "table1" ... as on the command line; NULL behind the last. */
const char *figure_name(enum figure_kind kind);

/* Lists the points of a figure around a configuration.  Fails if one of the settings ("key=value")
 * is a key that the figure itself sweeps. */
bool figure_plan(struct figure *figure, enum figure_kind kind, const struct config *base,
                 char *const *sets, size_t set_count, struct error *error);
void figure_free(struct figure *figure);

const struct figure_point *figure_at(const struct figure *figure, int series, int step);

/* How many times as fast as the dense network of the same series; 0 without one. */
double figure_speedup(const struct figure *figure, int series, int step);

/* By what share a frame is faster than in the plain series behind this balanced one. */
double figure_gain(const struct figure *figure, int balanced_series);

/* The row of a matrix, or NULL; all matrices as one row. */
const struct figure_row *figure_row_named(const struct figure_point *point, const char *matrix);
struct figure_row figure_total(const struct figure_point *point);

/* 10^9 operations a second, two for each multiplication of each channel. */
double figure_gops(const struct figure_point *point, int64_t multiplications, int64_t cycles);

/* Points that were run again, and those of them that agree. */
int figure_reruns(const struct figure *figure, int *agree);

/* The configuration of a point, which shares its strings with `base`; `channels` 0: as configured.
 * `speech` is the configuration of the points with a trained model. */
struct config figure_config(const struct figure_point *point, const struct config *base,
                            const struct config *speech, int channels);

/* Fills in one point from the cycle model, with what the stock has. */
void figure_evaluate(struct figure_point *point, const struct config *config, struct stock *stock);

/* ---- figures_run.c ---- */

/* Evaluates all points in up to `jobs` processes (0: as many as there are processors). */
bool figure_model(struct figure *figure, const struct config *base, const struct config *speech,
                  int jobs, struct error *error);

/* Runs the points that are meant for it in RTL under Verilator.  Fails if that cannot be done; a
 * difference is no failure but stands in the points. */
bool figure_rerun(struct figure *figure, const struct config *base, const struct config *speech,
                  int jobs, struct error *error);

/* ---- figures_text.c, figures_data.c, figures_plot.c ---- */

void figure_text(struct text *text, const struct figure *figure);
void figure_csv(struct text *text, const struct figure *figure);
void figure_svg(struct text *text, const struct figure *figure);
json_t *figure_json(const struct figure *figure);

#endif
