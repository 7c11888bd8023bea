/* SPDX-License-Identifier: Apache-2.0 */
#include "models/cpu/cpu.h"

#include <stdlib.h>
#include <string.h>

#include "models/cpu/blas.h"
#include "models/cpu/team.h"

/* The gates' matrices are one, over x and y' behind each other; its rows go group by group of
 * cells, in each first those of LSTM_I, then LSTM_F, and so on, for gates() to find them in the
 * cache.  Rows that a group has too many are zeros. */
struct cpu {
    struct cpu_plan plan;
    int input, cell, output, width;
    bool projection;
    struct cpu_rows sums, wym;
    cpu_product *product;
    struct cpu_cells cells;
    float *vector; /* x, y' [..][width] */
    struct cpu_state state;
    struct team *team;
    int sums_from[TEAM_MOST + 1], wym_from[TEAM_MOST + 1]; /* groups of a thread */
    float *z[TEAM_MOST];
};

static int whole_groups(int count)
{
    return (count + CPU_GROUP - 1) / CPU_GROUP;
}

static float *floats(int rows, int width)
{
    return allocate_aligned((size_t)rows * (size_t)width, sizeof(float));
}

/* ---- layout --------------------------------------------------------------------------------- */

/* Up to two matrices side by side make the columns of a row. */
struct layout {
    const struct matrix *left, *right; /* right: NULL, there is none */
};

static float weight_of(const struct layout *l, int row, int col)
{
    if (row >= l->left->rows)
        return 0.0f;
    return col < l->left->cols ? matrix_row(l->left, row)[col]
                               : matrix_row(l->right, row)[col - l->left->cols];
}

static void rows_room(struct cpu_rows *r, int rows, int cols, size_t nonzeros, bool sparse)
{
    *r = (struct cpu_rows){.rows = rows, .cols = cols, .stride = whole_groups(cols) * CPU_GROUP};
    BUG_UNLESS(cols <= UINT16_MAX && nonzeros <= INT32_MAX);
    if (!sparse) {
        r->at = floats(rows, r->stride);
        return;
    }
    r->begin = allocate((size_t)rows + 1, sizeof *r->begin);
    r->col = allocate_aligned(nonzeros, sizeof *r->col);
    r->value = allocate_aligned(nonzeros, sizeof *r->value);
}

static void set_row(struct cpu_rows *r, int row, const struct layout *l, int of)
{
    if (r->at != NULL) {
        for (int col = 0; col < r->cols; col++)
            r->at[(size_t)row * (size_t)r->stride + (size_t)col] = weight_of(l, of, col);
        return;
    }
    int next = r->begin[row];
    for (int col = 0; col < r->cols; col++) {
        const float value = weight_of(l, of, col);
        if (value == 0.0f)
            continue;
        r->col[next] = (uint16_t)col;
        r->value[next++] = value;
    }
    r->begin[row + 1] = next;
}

static size_t nonzeros_of(const struct matrix *m)
{
    size_t count = 0;
    for (size_t i = 0; i < (size_t)m->rows * (size_t)m->cols; i++)
        count += m->at[i] != 0.0f;
    return count;
}

static void lay_out(struct cpu *cpu, const struct lstm *n)
{
    const bool sparse = cpu->plan.form == CPU_SPARSE;
    const int groups = whole_groups(cpu->cell);
    size_t nonzeros = 0;
    for (int gate = 0; gate < LSTM_GATES; gate++)
        nonzeros += nonzeros_of(n->wx[gate]) + nonzeros_of(n->wr[gate]);
    rows_room(&cpu->sums, groups * LSTM_GATES * CPU_GROUP, cpu->input + cpu->output, nonzeros,
              sparse);
    for (int row = 0; row < cpu->sums.rows; row++) {
        const int gate = row / CPU_GROUP % LSTM_GATES;
        const int cell = row / (LSTM_GATES * CPU_GROUP) * CPU_GROUP + row % CPU_GROUP;
        set_row(&cpu->sums, row, &(struct layout){n->wx[gate], n->wr[gate]}, cell);
    }
    if (!cpu->projection)
        return;
    nonzeros = nonzeros_of(n->wym);
    rows_room(&cpu->wym, whole_groups(cpu->output) * CPU_GROUP, cpu->cell, nonzeros, sparse);
    for (int row = 0; row < cpu->wym.rows; row++)
        set_row(&cpu->wym, row, &(struct layout){n->wym, NULL}, row);
}

static float *padded(const float *vector, int size)
{
    float *copy = floats(whole_groups(size) * CPU_GROUP, 1);
    if (vector != NULL)
        memcpy(copy, vector, (size_t)size * sizeof *copy);
    return copy;
}

/* The groups of each thread: as many as have its share of the weights. */
static void share_out(const struct cpu *cpu, const struct cpu_rows *r, int rows, int *from)
{
    const int groups = r->rows / rows;
    int group = 0;
    for (int member = 0; member < cpu->plan.threads; member++) {
        from[member] = group;
        if (r->begin == NULL) {
            group = (int)((int64_t)groups * (member + 1) / cpu->plan.threads);
            continue;
        }
        const int64_t end = (int64_t)r->begin[r->rows] * (member + 1) / cpu->plan.threads;
        while (group < groups && r->begin[(group + 1) * rows] <= end)
            group++;
    }
    from[cpu->plan.threads] = groups;
}

/* OpenBLAS is given all rows of a thread at once, our own kernels a group. */
static void make_room(struct cpu *cpu)
{
    const int width = cpu->width;
    const int y_end = cpu->input + whole_groups(cpu->output) * CPU_GROUP;
    cpu->vector = floats(y_end > cpu->sums.stride ? y_end : cpu->sums.stride, width);
    cpu->state = (struct cpu_state){.c = floats(whole_groups(cpu->cell) * CPU_GROUP, width),
                                    .m = floats(whole_groups(cpu->cell) * CPU_GROUP, width),
                                    .width = width};
    for (int member = 0; member < cpu->plan.threads; member++) {
        int groups = cpu->sums_from[member + 1] - cpu->sums_from[member];
        groups = cpu->plan.form == CPU_BLAS ? groups : 1;
        cpu->z[member] = floats(groups * LSTM_GATES * CPU_GROUP, width);
    }
}

static void take_cells(struct cpu *cpu, const struct lstm *n)
{
    cpu->cells.candidate_tanh = n->as->candidate == CANDIDATE_TANH;
    for (int gate = 0; gate < LSTM_GATES; gate++) {
        cpu->cells.bias[gate] = padded(n->bias[gate], cpu->cell);
        cpu->cells.peep[gate] = padded(n->peep[gate], cpu->cell);
    }
}

static cpu_product *product_of(const struct cpu_plan *plan)
{
    const struct cpu_kernels *k = plan->kernels;
    if (plan->form == CPU_BLAS)
        return blas_product;
    if (plan->form == CPU_DENSE)
        return plan->voices == 1 ? k->dense_one : k->dense;
    return plan->voices == 1 ? k->sparse_one : k->sparse;
}

struct cpu *cpu_new(const struct network *n, const struct cpu_plan *plan, struct error *error)
{
    const int lanes = plan->voices == 1 ? 1 : plan->kernels->lanes;
    BUG_UNLESS(plan->voices >= 1 && plan->voices <= CPU_VOICES_MOST);
    BUG_UNLESS(plan->form != CPU_BLAS || blas_name() != NULL);
    BUG_UNLESS(plan->form != CPU_BLAS || plan->threads == 1 || blas_for_threads());
    struct lstm lstm;
    if (!lstm_of(n, &lstm)) {
        fail(error, "the processor is measured with one LSTM layer only, and this is another "
                    "network");
        return NULL;
    }
    struct team *team = team_new(plan->threads, error);
    if (team == NULL)
        return NULL;
    struct cpu *cpu = allocate(1, sizeof *cpu);
    *cpu = (struct cpu){.plan = *plan,
                        .input = n->input,
                        .cell = lstm.as->cell,
                        .output = n->output,
                        .width = (plan->voices + lanes - 1) / lanes * lanes,
                        .projection = lstm.wym != NULL,
                        .product = product_of(plan),
                        .team = team};
    lay_out(cpu, &lstm);
    take_cells(cpu, &lstm);
    share_out(cpu, &cpu->sums, LSTM_GATES * CPU_GROUP, cpu->sums_from);
    if (cpu->projection)
        share_out(cpu, &cpu->wym, CPU_GROUP, cpu->wym_from);
    make_room(cpu);
    return cpu;
}

static void rows_free(struct cpu_rows *r)
{
    free(r->begin);
    free(r->col);
    free(r->value);
    free(r->at);
}

void cpu_free(struct cpu *cpu)
{
    team_free(cpu->team);
    rows_free(&cpu->sums);
    rows_free(&cpu->wym);
    for (int gate = 0; gate < LSTM_GATES; gate++) {
        free(cpu->cells.bias[gate]);
        free(cpu->cells.peep[gate]);
    }
    for (int member = 0; member < cpu->plan.threads; member++)
        free(cpu->z[member]);
    free(cpu->vector);
    free(cpu->state.c);
    free(cpu->state.m);
    free(cpu);
}

/* ---- a frame -------------------------------------------------------------------------------- */

static void step_cells(struct cpu *cpu, int member)
{
    const int rows = LSTM_GATES * CPU_GROUP, last = cpu->sums_from[member + 1];
    const struct cpu_vectors v = {cpu->vector, cpu->z[member], cpu->width};
    for (int group = cpu->sums_from[member]; group < last;) {
        const int count = cpu->plan.form == CPU_BLAS ? last - group : 1;
        const float *z = cpu->z[member];
        cpu->product(&cpu->sums, group * rows, (group + count) * rows, v);
        for (int n = 0; n < count; n++, group++, z += rows * cpu->width)
            cpu->plan.kernels->gates(&cpu->cells, group * CPU_GROUP, z, &cpu->state);
    }
}

static void step_y(struct cpu *cpu, int member)
{
    float *y = cpu->vector + cpu->input * cpu->width;
    const float *m = cpu->state.m;
    if (cpu->projection) {
        const int first = cpu->wym_from[member] * CPU_GROUP;
        const int last = cpu->wym_from[member + 1] * CPU_GROUP;
        const struct cpu_vectors v = {m, y + first * cpu->width, cpu->width};
        if (first < last)
            cpu->product(&cpu->wym, first, last, v);
    } else if (member == 0) {
        memcpy(y, m, (size_t)(cpu->output * cpu->width) * sizeof *y);
    }
}

static void set_x(struct cpu *cpu, const float *x)
{
    for (int i = 0; i < cpu->input; i++)
        memcpy(cpu->vector + i * cpu->width, x + i * cpu->plan.voices,
               (size_t)cpu->plan.voices * sizeof *x);
}

struct frames {
    struct cpu *cpu;
    const float *x;
    int count;
};

static void run(void *with, int member)
{
    const struct frames *frames = with;
    struct cpu *cpu = frames->cpu;
    const size_t size = (size_t)cpu->input * (size_t)cpu->plan.voices;
    for (int t = 0; t < frames->count; t++) {
        step_cells(cpu, member);
        team_meet(cpu->team);
        step_y(cpu, member);
        if (member == 0 && t + 1 < frames->count)
            set_x(cpu, frames->x + (size_t)(t + 1) * size);
        team_meet(cpu->team);
    }
}

void cpu_run(struct cpu *cpu, const float *x, int frames)
{
    if (frames < 1)
        return;
    set_x(cpu, x);
    team_run(cpu->team, run, &(struct frames){cpu, x, frames});
}

float cpu_y(const struct cpu *cpu, int element, int voice)
{
    return cpu->vector[(cpu->input + element) * cpu->width + voice];
}
