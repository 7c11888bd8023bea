/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/figures/figures.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "gen/report/facts.h"
#include "gen/report/paper_table.h"
#include "models/program/program.h"

static const double LEAST_QUALITY = 1.0; /* the quantization noise is not looked at */

/* From "ESE: Efficient Speech Recognition Engine with Compressed LSTM on FPGA", S. Han et al., 2016;
 * the long version is the one of FPGA 2017. */
const struct paper_value paper_values[PAPER_VALUES] = {
    [PAPER_SPEEDUP] = {"speedup at 10 % with load balance", 6.2, "text on its Figure 6"},
    [PAPER_BALANCE] = {"percent faster with load balance", 11.0, "text on its Figure 6"},
    [PAPER_PLAIN_SPEEDUP] = {"speedup at 10 % without", 6.2 / 1.11, "6.2 / 1.11, from the other two"},
    [PAPER_DENSITY] = {"share of weights left", 0.10, "text on its Figure 6"},
    [PAPER_DEPTH] = {"FIFO depth chosen", 8.0, "long version; its curve is not known here"},
};

static const struct figure_series table1_series[] = {
    {"block, greedy", ENCODING_BLOCK, ORDER_GREEDY, PRUNING_BALANCED, false},
    {"relative, greedy", ENCODING_RELATIVE, ORDER_GREEDY, PRUNING_BALANCED, false},
    {"relative, natural", ENCODING_RELATIVE, ORDER_NATURAL, PRUNING_BALANCED, false},
};

static const struct figure_series fig6_series[] = {
    {"block, greedy; balanced", ENCODING_BLOCK, ORDER_GREEDY, PRUNING_BALANCED, false},
    {"block, greedy; plain", ENCODING_BLOCK, ORDER_GREEDY, PRUNING_MAGNITUDE, false},
    {"relative, natural; balanced", ENCODING_RELATIVE, ORDER_NATURAL, PRUNING_BALANCED, false},
    {"relative, natural; plain", ENCODING_RELATIVE, ORDER_NATURAL, PRUNING_MAGNITUDE, false},
};

static const struct figure_series fifo_series[] = {
    {"block, greedy", ENCODING_BLOCK, ORDER_GREEDY, PRUNING_BALANCED, false},
    {"block, natural", ENCODING_BLOCK, ORDER_NATURAL, PRUNING_BALANCED, false},
    {"relative, greedy", ENCODING_RELATIVE, ORDER_GREEDY, PRUNING_BALANCED, false},
    {"relative, natural", ENCODING_RELATIVE, ORDER_NATURAL, PRUNING_BALANCED, false},
};

/* Pairs: balanced, then plain. */
static const struct figure_series balance_series[] = {
    {"block, greedy", ENCODING_BLOCK, ORDER_GREEDY, PRUNING_BALANCED, false},
    {"block, greedy", ENCODING_BLOCK, ORDER_GREEDY, PRUNING_MAGNITUDE, false},
    {"block, natural", ENCODING_BLOCK, ORDER_NATURAL, PRUNING_BALANCED, false},
    {"block, natural", ENCODING_BLOCK, ORDER_NATURAL, PRUNING_MAGNITUDE, false},
    {"relative, natural", ENCODING_RELATIVE, ORDER_NATURAL, PRUNING_BALANCED, false},
    {"relative, natural", ENCODING_RELATIVE, ORDER_NATURAL, PRUNING_MAGNITUDE, false},
    {"trained, block", ENCODING_BLOCK, ORDER_GREEDY, PRUNING_BALANCED, true},
    {"trained, block", ENCODING_BLOCK, ORDER_GREEDY, PRUNING_MAGNITUDE, true},
};

#define LENGTH(array) ((int)(sizeof(array) / sizeof *(array)))

static const double densities[] = {1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05};
static const int depths[] = {1, 2, 4, 8, 16, 32, 64};

static const struct {
    const char *name;
    const struct figure_series *series;
    int series_count, step_count;
    const char *swept[4]; /* keys */
} figures[FIGURE_COUNT] = {
    [FIGURE_TABLE1] = {"table1", table1_series, LENGTH(table1_series), 1,
                       {"encoding", "column_order", "model.pruning"}},
    [FIGURE_FIG6] = {"fig6", fig6_series, LENGTH(fig6_series), LENGTH(densities),
                     {"encoding", "column_order", "model.pruning", "model.density"}},
    [FIGURE_FIFO] = {"fifo", fifo_series, LENGTH(fifo_series), LENGTH(depths),
                     {"encoding", "column_order", "model.pruning", "fifo_depth"}},
    [FIGURE_BALANCE] = {"balance", balance_series, LENGTH(balance_series), 1,
                        {"encoding", "column_order", "model.pruning"}},
};

/* The points that say most: both encodings in full size, what binds at either end of a sweep, and
 * loads that are not even. */
static const struct {
    enum figure_kind kind;
    int series, step;
    enum rerun rerun;
} reruns[] = {
    {FIGURE_TABLE1, 0, 0, RERUN_ALL_CHANNELS}, {FIGURE_TABLE1, 1, 0, RERUN_ALL_CHANNELS},
    {FIGURE_TABLE1, 2, 0, RERUN_ONE_CHANNEL},
    {FIGURE_FIG6, 0, 10, RERUN_ONE_CHANNEL}, /* columns bind */
    {FIGURE_FIG6, 1, 9, RERUN_ONE_CHANNEL},  {FIGURE_FIG6, 2, 8, RERUN_ONE_CHANNEL},
    {FIGURE_FIFO, 0, 0, RERUN_ONE_CHANNEL},  {FIGURE_FIFO, 1, 1, RERUN_ONE_CHANNEL},
    {FIGURE_FIFO, 3, 6, RERUN_ONE_CHANNEL},
    {FIGURE_BALANCE, 5, 0, RERUN_ONE_CHANNEL}, {FIGURE_BALANCE, 6, 0, RERUN_ONE_CHANNEL},
    {FIGURE_BALANCE, 7, 0, RERUN_ONE_CHANNEL},
};

const char *figure_name(enum figure_kind kind)
{
    return kind < FIGURE_COUNT ? figures[kind].name : NULL;
}

static bool check_sets(enum figure_kind kind, char *const *sets, size_t set_count,
                       struct error *error)
{
    for (size_t n = 0; n < set_count; n++) {
        size_t length = strcspn(sets[n], "=");
        for (int k = 0; k < LENGTH(figures[kind].swept); k++) {
            const char *key = figures[kind].swept[k];
            if (key != NULL && strlen(key) == length && strncmp(sets[n], key, length) == 0)
                return fail(error, "--set %s: %s goes through the values of %s itself", sets[n],
                            figures[kind].name, key);
        }
    }
    return true;
}

static enum rerun rerun_of(enum figure_kind kind, int series, int step)
{
    for (int n = 0; n < LENGTH(reruns); n++)
        if (reruns[n].kind == kind && reruns[n].series == series && reruns[n].step == step)
            return reruns[n].rerun;
    return RERUN_NEVER;
}

bool figure_plan(struct figure *f, enum figure_kind kind, const struct config *base,
                 char *const *sets, size_t set_count, struct error *error)
{
    *f = (struct figure){.kind = kind,
                         .name = figures[kind].name,
                         .series = figures[kind].series,
                         .series_count = figures[kind].series_count,
                         .step_count = figures[kind].step_count};
    if (!check_sets(kind, sets, set_count, error))
        return false;
    f->point_count = f->series_count * f->step_count;
    f->points = mmap(NULL, (size_t)f->point_count * sizeof *f->points, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (f->points == MAP_FAILED) {
        f->points = NULL;
        return fail(error, "out of memory");
    }
    for (int n = 0; n < f->point_count; n++) {
        int series = n / f->step_count, step = n % f->step_count;
        const struct figure_series *s = &f->series[series];
        f->points[n] = (struct figure_point){
            .encoding = s->encoding,
            .order = s->order,
            .pruning = s->pruning,
            .trained = s->trained,
            .density = kind == FIGURE_FIG6 ? densities[step] : base->model.density,
            .fifo_depth = kind == FIGURE_FIFO ? depths[step] : base->fifo_depth,
            .rerun = rerun_of(kind, series, step),
        };
    }
    return true;
}

void figure_free(struct figure *f)
{
    if (f->points != NULL)
        munmap(f->points, (size_t)f->point_count * sizeof *f->points);
    f->points = NULL;
}

const struct figure_point *figure_at(const struct figure *f, int series, int step)
{
    return &f->points[series * f->step_count + step];
}

double figure_speedup(const struct figure *f, int series, int step)
{
    const struct figure_point *dense = figure_at(f, series, 0), *point = figure_at(f, series, step);
    if (dense->density < 1.0 || point->cycles == 0)
        return 0.0;
    return (double)dense->cycles / (double)point->cycles;
}

double figure_gain(const struct figure *f, int balanced_series)
{
    const struct figure_point *balanced = figure_at(f, balanced_series, 0);
    const struct figure_point *plain = figure_at(f, balanced_series + 1, 0);
    return balanced->cycles > 0 ? (double)plain->cycles / (double)balanced->cycles - 1.0 : 0.0;
}

const struct figure_row *figure_row_named(const struct figure_point *p, const char *matrix)
{
    for (int r = 0; r < p->row_count; r++)
        if (strcmp(p->rows[r].matrix, matrix) == 0)
            return &p->rows[r];
    return NULL;
}

double figure_gops(const struct figure_point *p, int64_t multiplications, int64_t cycles)
{
    double operations = 2.0 * (double)multiplications * p->channels;
    return cycles > 0 ? operations / cycles_to_us(p->clock_mhz, cycles) / 1e3 : 0.0;
}

struct figure_row figure_total(const struct figure_point *p)
{
    return (struct figure_row){.matrix = "total",
                               .nonzeros = p->nonzeros,
                               .entries = p->entries,
                               .cycles = p->cycles};
}

int figure_reruns(const struct figure *f, int *agree)
{
    int count = 0;
    *agree = 0;
    for (int n = 0; n < f->point_count; n++) {
        count += f->points[n].rerun_done;
        *agree += f->points[n].rerun_done && f->points[n].agrees;
    }
    return count;
}

struct config figure_config(const struct figure_point *point, const struct config *base,
                            const struct config *speech, int channels)
{
    struct config config = point->trained ? *speech : *base;
    config.encoding = point->encoding;
    config.column_order = point->order;
    config.fifo_depth = point->fifo_depth;
    config.model.pruning = point->pruning;
    config.model.density = point->density;
    if (channels > 0)
        config.channels = channels;
    return config;
}

static double processor_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Rows are dealt to the PEs. */
static void measure_loads(struct figure_point *point, const struct facts *facts)
{
    int pes = facts->program->d.pes;
    int64_t *load = allocate((size_t)pes, sizeof *load);
    for (int m = 0; m < facts->matrix_count; m++) {
        const struct quant_matrix *matrix = facts->matrices[m];
        for (int row = 0; row < matrix->rows; row++)
            for (int col = 0; col < matrix->cols; col++)
                load[row % pes] += matrix->at[(size_t)row * (size_t)matrix->cols + (size_t)col] != 0;
    }
    point->load_least = point->load_most = load[0];
    for (int pe = 1; pe < pes; pe++) {
        point->load_least = load[pe] < point->load_least ? load[pe] : point->load_least;
        point->load_most = load[pe] > point->load_most ? load[pe] : point->load_most;
    }
    free(load);
}

static void take_facts(struct figure_point *point, const struct facts *facts)
{
    const struct program *p = facts->program;
    point->pes = p->d.pes;
    point->clock_mhz = p->config.clock_mhz;
    point->channels = p->d.channels;
    point->lanes = p->d.lanes;
    point->paper_shape = paper_shape(&p->quant) && p->d.pes == PAPER_PES;
    point->weights = facts->dense_weights;
    point->nonzeros = (int64_t)p->true_nonzeros;
    point->fillers = (int64_t)p->filler_entries;
    point->padding = (int64_t)p->padding_entries;
    point->entries = point->nonzeros + point->fillers + point->padding;
    point->columns = p->d.columns;
    point->cycles = facts->cycles->cycles_per_frame;
    point->utilization = facts->utilization;
    point->row_count = facts->matrix_count;
    for (int m = 0; m < facts->matrix_count; m++) {
        struct figure_row *row = &point->rows[m];
        const struct effort *work = &facts->matrix_work[m];
        *row = (struct figure_row){.rows = facts->matrices[m]->rows,
                                   .cols = facts->matrices[m]->cols,
                                   .nonzeros = work->nonzeros,
                                   .entries = work->entries,
                                   .cycles = work->cycles};
        memcpy(row->matrix, facts->matrices[m]->name, sizeof row->matrix);
    }
    measure_loads(point, facts);
}

void figure_evaluate(struct figure_point *point, const struct config *config)
{
    struct program program;
    struct error error;
    double begin = processor_seconds();
    if (program_build(&program, config, &error)) {
        struct cycles cycles;
        struct facts facts;
        double built = processor_seconds();
        cycles_run(&program, FIGURE_FRAMES, &cycles);
        point->build_seconds = built - begin;
        point->step_seconds = processor_seconds() - built;
        facts_gather(&facts, &program, &cycles, LEAST_QUALITY);
        take_facts(point, &facts);
        facts_free(&facts);
        cycles_free(&cycles);
        point->done = true;
    } else {
        memcpy(point->failure, error.text, sizeof point->failure - 1);
    }
    program_free(&program);
}
