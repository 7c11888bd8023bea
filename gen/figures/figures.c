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

enum { AXES = 3 }; /* that all figures have; one more is that of the steps */

static const struct {
    const char *name;
    const struct figure_series *series;
    int series_count;
    const char *axes[AXES + 1];
} figures[FIGURE_COUNT] = {
    [FIGURE_TABLE1] = {"table1", table1_series, LENGTH(table1_series),
                       {"encoding=block,relative", "column_order=greedy,natural",
                        "model.pruning=balanced"}},
    [FIGURE_FIG6] = {"fig6", fig6_series, LENGTH(fig6_series),
                     {"encoding=block,relative", "column_order=greedy,natural",
                      "model.pruning=balanced,magnitude",
                      "model.density=1,0.9,0.8,0.7,0.6,0.5,0.4,0.3,0.2,0.1,0.05"}},
    [FIGURE_FIFO] = {"fifo", fifo_series, LENGTH(fifo_series),
                     {"encoding=block,relative", "column_order=greedy,natural",
                      "model.pruning=balanced", "fifo_depth=1:64:x2"}},
    [FIGURE_BALANCE] = {"balance", balance_series, LENGTH(balance_series),
                        {"encoding=block,relative", "column_order=greedy,natural",
                         "model.pruning=balanced,magnitude"}},
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

static void add_axes(struct figure *f)
{
    struct error error;
    for (int n = 0; n <= AXES; n++) {
        const char *axis = figures[f->kind].axes[n];
        BUG_UNLESS(axis == NULL || axes_add(&f->axes, axis, f->name, &error));
    }
    f->step_count = f->axes.count > AXES ? f->axes.list[AXES].count : 1;
}

static bool check_sets(const struct figure *f, char *const *sets, size_t set_count,
                       struct error *error)
{
    for (size_t n = 0; n < set_count; n++) {
        size_t length = strcspn(sets[n], "=");
        for (int k = 0; k < f->axes.count; k++) {
            const char *key = f->axes.list[k].key->name;
            if (strlen(key) == length && strncmp(sets[n], key, length) == 0)
                return fail(error, "--set %s: %s goes through the values of %s itself", sets[n],
                            f->name, key);
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

static struct figure_point plan_point(const struct figure *f, const struct config *base, int series,
                                      int step)
{
    const struct figure_series *s = &f->series[series];
    struct config config = *base;
    struct error error;
    if (f->axes.count > AXES) {
        const struct axis *steps = &f->axes.list[AXES];
        BUG_UNLESS(key_set(steps->key, &config, steps->values[step], &error));
    }
    return (struct figure_point){
        .encoding = s->encoding,
        .order = s->order,
        .pruning = s->pruning,
        .trained = s->trained,
        .density = config.model.density,
        .fifo_depth = config.fifo_depth,
        .rerun = rerun_of(f->kind, series, step),
    };
}

bool figure_plan(struct figure *f, enum figure_kind kind, const struct config *base,
                 char *const *sets, size_t set_count, struct error *error)
{
    *f = (struct figure){.kind = kind,
                         .name = figures[kind].name,
                         .series = figures[kind].series,
                         .series_count = figures[kind].series_count};
    add_axes(f);
    if (!check_sets(f, sets, set_count, error)) {
        figure_free(f);
        return false;
    }
    f->point_count = f->series_count * f->step_count;
    f->points = mmap(NULL, (size_t)f->point_count * sizeof *f->points, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (f->points == MAP_FAILED) {
        f->points = NULL;
        figure_free(f);
        return fail(error, "out of memory");
    }
    for (int n = 0; n < f->point_count; n++)
        f->points[n] = plan_point(f, base, n / f->step_count, n % f->step_count);
    return true;
}

void figure_free(struct figure *f)
{
    if (f->points != NULL)
        munmap(f->points, (size_t)f->point_count * sizeof *f->points);
    f->points = NULL;
    axes_free(&f->axes);
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
    for (int m = 0; m < facts->program->network.matrix_count; m++) {
        const struct quant_matrix *matrix = &facts->program->quant.matrices[m];
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
    point->paper_shape = paper_shape(&p->network) && p->d.pes == PAPER_PES;
    point->weights = facts->dense_weights;
    point->nonzeros = (int64_t)p->true_nonzeros;
    point->fillers = (int64_t)p->filler_entries;
    point->padding = (int64_t)p->padding_entries;
    point->entries = point->nonzeros + point->fillers + point->padding;
    point->columns = p->d.columns;
    point->cycles = facts->cycles->cycles_per_frame;
    point->utilization = facts->utilization;
    BUG_UNLESS(p->network.matrix_count <= FIGURE_MATRICES);
    point->row_count = p->network.matrix_count;
    for (int m = 0; m < point->row_count; m++) {
        const struct quant_matrix *matrix = &p->quant.matrices[m];
        struct figure_row *row = &point->rows[m];
        const struct effort *work = &facts->matrix_work[m];
        *row = (struct figure_row){.rows = matrix->rows,
                                   .cols = matrix->cols,
                                   .nonzeros = work->nonzeros,
                                   .entries = work->entries,
                                   .cycles = work->cycles};
        memcpy(row->matrix, matrix->name, sizeof row->matrix);
    }
    measure_loads(point, facts);
}

void figure_evaluate(struct figure_point *point, const struct config *config, struct stock *stock)
{
    struct program program;
    struct error error;
    double begin = processor_seconds();
    if (program_build_from(&program, config, stock, &error)) {
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
