/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/figures/cpu_figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "gen/report/facts.h"
#include "gen/report/paper_table.h"
#include "models/base/random.h"
#include "models/cpu/blas.h"
#include "models/cpu/cpu.h"
#include "models/cpu/team.h"
#include "models/network/reference.h"

enum {
    X_FRAMES = 64,     /* of inputs, which are played again and again */
    CHECKED_FRAMES = 4 /* held against the float model */
};

/* In float, of sums of a thousand products; a wrong one is off by orders of magnitude more. */
static const double TOLERANCE = 1e-4;

/* Threads that wait for each other for long sleep: a little is lost without any other work. */
static const double LEAST_SHARE = 0.9;

/* One network, and what its y is. */
struct subject {
    const struct network *network;
    bool pruned;
    double *y;      /* [CHECKED_FRAMES][output][REFERENCE_VOICES] */
    double largest; /* |y|, or 1 */
};

/* Noise as the calibration of a synthetic model has it; voice v hears what voice
 * v % REFERENCE_VOICES hears. */
static float *draw_x(int input, int voices)
{
    struct utterances u;
    float *x = allocate((size_t)X_FRAMES * (size_t)input * (size_t)voices, sizeof *x), *at = x;
    utterances_draw(&u, REFERENCE_VOICES, X_FRAMES, input, 1);
    for (int t = 0; t < X_FRAMES; t++)
        for (int i = 0; i < input; i++)
            for (int v = 0; v < voices; v++)
                *at++ = matrix_row(&u.frames[v % REFERENCE_VOICES], t)[i];
    utterances_free(&u);
    return x;
}

static void expect(struct subject *s)
{
    const struct network *n = s->network;
    const size_t size = (size_t)n->output * REFERENCE_VOICES;
    struct reference *reference = reference_new(n);
    struct reference_state state = reference_start_voices(n);
    float *x = draw_x(n->input, REFERENCE_VOICES);
    s->y = allocate(CHECKED_FRAMES * size, sizeof *s->y);
    s->largest = 1.0;
    for (size_t t = 0; t < CHECKED_FRAMES; t++) {
        reference_step(reference, &state, x + t * (size_t)n->input * REFERENCE_VOICES);
        memcpy(s->y + t * size, reference_y(&state), size * sizeof *s->y);
        for (size_t i = 0; i < size; i++)
            s->largest = fmax(s->largest, fabs(reference_y(&state)[i]));
    }
    free(x);
    reference_end(&state);
    reference_free(reference);
}

/* The first frames, which a measurement can go on from. */
static bool check(struct cpu_row *row, const struct subject *s, struct cpu *cpu, const float *x,
                  struct error *error)
{
    const int outputs = s->network->output;
    for (int t = 0; t < CHECKED_FRAMES; t++) {
        cpu_run(cpu, x + (size_t)t * (size_t)(s->network->input * row->voices), 1);
        for (int i = 0; i < outputs; i++)
            for (int v = 0; v < row->voices; v++) {
                double y = s->y[(t * outputs + i) * REFERENCE_VOICES + v % REFERENCE_VOICES];
                row->error = fmax(row->error, fabs((double)cpu_y(cpu, i, v) - y) / s->largest);
            }
    }
    return row->error <= TOLERANCE ||
           fail(error, "cpu: y by %s, cores: %d, voices: %d, differs from the float model by %.2g, "
                       "allowed is %.2g",
                row->product, row->threads, row->voices, row->error, TOLERANCE);
}

/* ---- time ----------------------------------------------------------------------------------- */

static double us_by(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return 1e6 * (double)t.tv_sec + 1e-3 * (double)t.tv_nsec;
}

static double run_us(struct cpu *cpu, const float *x, int frames)
{
    const double begin = us_by(CLOCK_MONOTONIC);
    for (int left = frames; left > 0; left -= X_FRAMES)
        cpu_run(cpu, x, left < X_FRAMES ? left : X_FRAMES);
    return us_by(CLOCK_MONOTONIC) - begin;
}

static int compare(const void *left, const void *right)
{
    const double *l = left, *r = right;
    return (*l > *r) - (*l < *r);
}

/* Runs that are too short show how long they must be, and warm the caches. */
static void time_runs(struct cpu_row *row, struct cpu *cpu, const float *x, double run_ms)
{
    double times[CPU_RUNS], wall, used;
    for (row->frames = 1; run_us(cpu, x, row->frames) < 1e3 * run_ms; row->frames *= 2)
        ;
    wall = us_by(CLOCK_MONOTONIC);
    used = us_by(CLOCK_PROCESS_CPUTIME_ID);
    for (int n = 0; n < CPU_RUNS; n++)
        times[n] = run_us(cpu, x, row->frames) / row->frames;
    used = us_by(CLOCK_PROCESS_CPUTIME_ID) - used;
    wall = us_by(CLOCK_MONOTONIC) - wall;
    row->share = fmin(1.0, used / (wall * row->threads));
    qsort(times, CPU_RUNS, sizeof *times, compare);
    for (int n = 0; n < SPREAD_COUNT; n++)
        row->us[n] = times[n * (CPU_RUNS - 1) / (SPREAD_COUNT - 1)];
}

/* ---- rows ----------------------------------------------------------------------------------- */

struct measurement {
    struct cpu_figure *figure;
    double run_ms;
    struct error *error;
};

static bool add_row(struct measurement *m, const struct subject *s, enum cpu_form form, int threads,
                    int voices)
{
    struct cpu_figure *f = m->figure;
    BUG_UNLESS(f->row_count < CPU_ROWS_MOST);
    struct cpu_row *row = &f->rows[f->row_count++];
    const struct cpu_kernels *kernels = cpu_kernels_at(0);
    const int turns = (voices + f->channels - 1) / f->channels;
    *row = (struct cpu_row){.pruned = s->pruned,
                            .product = form == CPU_BLAS ? f->blas : kernels->name,
                            .threads = threads,
                            .voices = voices,
                            .chip_us = cycles_to_us(f->clock_mhz, turns * f->cycles)};
    const struct cpu_plan plan = {form, kernels, voices, threads};
    struct cpu *cpu = cpu_new(s->network, &plan, m->error);
    if (cpu == NULL)
        return fail_in(m->error, "cpu");
    float *x = draw_x(s->network->input, voices);
    const bool ok = check(row, s, cpu, x, m->error);
    if (ok)
        time_runs(row, cpu, x, m->run_ms);
    free(x);
    cpu_free(cpu);
    return ok;
}

/* Dense by OpenBLAS and by our own kernel: whichever is faster on this processor is what a chip
 * has to be held against. */
static bool add_rows(struct measurement *m, const struct network *network, bool pruned)
{
    static const int voices[] = {1, PAPER_CHANNELS};
    const enum cpu_form forms[] = {pruned ? CPU_SPARSE : CPU_DENSE, CPU_BLAS};
    const int form_count = !pruned && m->figure->blas != NULL ? 2 : 1;
    const int threads[] = {1, m->figure->cores};
    struct subject s = {.network = network, .pruned = pruned};
    bool ok = true;
    expect(&s);
    for (int f = 0; f < form_count; f++) {
        const bool several = threads[1] > 1 && (forms[f] != CPU_BLAS || blas_for_threads());
        for (int t = 0; t < (several ? 2 : 1); t++)
            for (int v = 0; v < 2; v++)
                ok = ok && add_row(m, &s, forms[f], threads[t], voices[v]);
    }
    free(s.y);
    return ok;
}

static int64_t weights_of(const struct network *n, bool nonzeros)
{
    int64_t count = 0;
    for (int m = 0; m < n->matrix_count; m++) {
        const struct matrix *matrix = &n->matrices[m].weights;
        for (int i = 0; i < matrix->rows * matrix->cols; i++)
            count += !nonzeros || matrix->at[i] != 0.0f;
    }
    return count;
}

/* "model name" of Linux on x86; others do not say. */
static void name_processor(char *name, size_t size)
{
    struct text info = {0};
    struct utsname machine;
    struct error error;
    const char *at = text_read_file(&info, "/proc/cpuinfo", &error)
                         ? strstr(text_string(&info), "model name") : NULL;
    at = at != NULL ? strchr(at, ':') : NULL;
    if (at != NULL)
        at += 1 + strspn(at + 1, " \t");
    if (at != NULL)
        snprintf(name, size, "%.*s", (int)strcspn(at, "\n"), at);
    else
        snprintf(name, size, "a processor of type %s",
                 uname(&machine) == 0 ? machine.machine : "?");
    text_free(&info);
}

static void take_chip(struct cpu_figure *f, const struct program *p)
{
    f->input = p->network.input;
    f->cell = p->network.layers[0].as.cell;
    f->output = p->network.output;
    f->paper_shape = paper_shape(&p->network);
    f->pes = p->d.pes;
    f->channels = p->d.channels;
    f->clock_mhz = p->config.clock_mhz;
    f->cycles = p->cycles_per_frame;
}

bool cpu_figure_measure(struct cpu_figure *f, const struct config *config, int jobs,
                        double run_ms, struct error *error)
{
    struct measurement m = {f, run_ms, error};
    struct program program;
    struct network dense = {0};
    const int processors = team_processors();
    *f = (struct cpu_figure){.cores = jobs > 0 && jobs < processors ? jobs : processors,
                             .blas = blas_name(),
                             .blas_for_threads = blas_for_threads()};
    name_processor(f->processor, sizeof f->processor);
    bool ok = program_build(&program, config, error) && network_load(&dense, &config->model, error);
    if (ok) {
        take_chip(f, &program);
        f->weights[false] = weights_of(&dense, false);
        f->weights[true] = weights_of(&program.network, true);
        ok = add_rows(&m, &dense, false) && add_rows(&m, &program.network, true);
    }
    network_free(&dense);
    program_free(&program);
    return ok;
}

double cpu_ratio(const struct cpu_row *row)
{
    return row->us[SPREAD_MEDIAN] / row->chip_us;
}

bool cpu_disturbed(const struct cpu_row *row)
{
    return row->share < LEAST_SHARE;
}
