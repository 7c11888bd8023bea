/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/quality.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/number/calibrate.h"

enum {
    DRAWN_UTTERANCES = 4,
    DRAWN_FRAMES = 64,      /* each */
    FRAMES_LEAST = 2,
    WARM_UP = 256,          /* frames before those that are judged: so long c may remember */
    RUN_LEAST = 16          /* frames of an utterance: errors of c need some to build up */
};

/* What the tables, exponentials and roundings of a cell weigh, in multiplications. */
static const double CELL_WORK = 300.0;

/* Sums over a tensor's values. */
struct noise {
    int bits, fraction; /* of the quantized values */
    double signal, error, max_error, largest;
    int64_t count, saturated;
};

static void add(struct noise *noise, double exact, int64_t quantized)
{
    const int64_t limit = ((int64_t)1 << (noise->bits - 1)) - 1;
    double error = fabs(exact - ldexp((double)quantized, -noise->fraction));
    noise->saturated += quantized >= limit || quantized <= -limit - 1;
    noise->signal += exact * exact;
    noise->error += error * error;
    noise->max_error = fmax(noise->max_error, error);
    noise->largest = fmax(noise->largest, fabs(exact));
    noise->count++;
}

static struct tensor_quality *append(struct quality *q, enum tensor_kind kind, const char *name,
                                     const struct noise *noise)
{
    BUG_UNLESS(q->tensor_count < TENSORS_MAX);
    struct tensor_quality *t = &q->tensors[q->tensor_count++];
    *t = (struct tensor_quality){.kind = kind,
                                 .bits = noise->bits,
                                 .fraction = noise->fraction,
                                 .largest = noise->largest,
                                 .values = noise->count,
                                 .saturated = noise->saturated,
                                 .compared = true,
                                 .max_error = noise->max_error,
                                 .snr_db = INFINITY};
    if (noise->error > 0.0)
        t->snr_db = noise->signal > 0.0 ? 10.0 * log10(noise->signal / noise->error) : -INFINITY;
    snprintf(t->name, sizeof t->name, "%s", name);
    if (noise->count > 0)
        t->rms_error = sqrt(noise->error / (double)noise->count);
    return t;
}

static void compare_matrix(struct quality *q, const struct matrix *exact,
                           const struct quant_matrix *quant, int bits)
{
    struct noise noise = {.bits = bits, .fraction = quant->fraction};
    for (size_t i = 0; i < (size_t)exact->rows * (size_t)exact->cols; i++)
        if (exact->at[i] != 0.0f) /* pruned weights cost nothing and are exact */
            add(&noise, (double)exact->at[i], quant->at[i]);
    append(q, TENSOR_WEIGHTS, quant->name, &noise);
}

static void compare_constants(struct quality *quality, const struct program *p)
{
    static const char *const bias_names[GATE_COUNT] = {"bi", "bf", "bc", "bo"};
    static const char *const peep_names[GATE_COUNT] = {"wic", "wfc", "wcc", "woc"};
    const struct quantized *q = &p->quant;
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        struct noise noise = {.bits = q->bias_bits, .fraction = q->formats.sum};
        for (int row = 0; row < q->cell; row++)
            add(&noise, (double)p->network.bias[gate][row], q->bias[gate][row]);
        append(quality, TENSOR_CONSTANTS, bias_names[gate], &noise);
    }
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        if (q->peep[gate] == NULL)
            continue;
        struct noise noise = {.bits = q->peep_bits, .fraction = q->formats.sum - q->formats.c};
        for (int row = 0; row < q->cell; row++)
            add(&noise, (double)p->network.peep[gate][row], q->peep[gate][row]);
        append(quality, TENSOR_CONSTANTS, peep_names[gate], &noise);
    }
}

/* ---- the vectors ---- */

struct run {
    const struct program *program;
    struct side_by_side *models;
    struct noise x, c, m, y;
};

static void add_vectors(struct run *run, const struct voice_models *v, const float *features)
{
    const struct quantized *q = &run->program->quant;
    for (int i = 0; i < q->input; i++)
        add(&run->x, (double)features[i], v->x[i]);
    for (int row = 0; row < q->cell; row++) {
        add(&run->c, v->pruned.c[row], v->golden.c[row]);
        run->m.largest = fmax(run->m.largest, fabs(v->pruned.m[row]));
    }
    for (int row = 0; row < q->output; row++)
        add(&run->y, v->pruned.y[row], v->golden.y[row]);
}

/* Judges frames [first, last) of an utterance, after those before it; `expected` may be NULL. */
static void compare_utterance(struct run *run, const struct matrix *utterance,
                              const struct matrix *expected, int first, int last)
{
    struct voice_models v = voice_models_start(run->models);
    int begin = expected == NULL && first > WARM_UP ? first - WARM_UP : 0;
    for (int t = begin; t < last; t++) {
        const float *features = matrix_row(utterance, t);
        if (t < first) {
            side_by_side_step(run->models, &v, features);
            continue;
        }
        side_by_side_judge(run->models, &v, features,
                           expected != NULL ? matrix_row(expected, t) : NULL);
        add_vectors(run, &v, features);
    }
    voice_models_end(&v);
}

/* ---- which frames ---- */

/* The first frame of an utterance that may be judged: calibration saw those before it. */
static int first_of(const struct utterances *u, int n, bool held_out)
{
    return held_out && !u->drawn ? calibration_rows(u, n) : 0;
}

static int count_frames(const struct utterances *u, bool held_out, int *utterances)
{
    int64_t frames = 0;
    *utterances = 0;
    for (int n = 0; n < u->count; n++) {
        int rows = u->frames[n].rows - first_of(u, n, held_out);
        frames += rows;
        *utterances += rows > 0;
    }
    return (int)fmin((double)frames, (double)INT_MAX);
}

static double frame_work(const struct quantized *q)
{
    struct quant_matrix *list[MATRICES_MOST];
    int count = quantized_matrices(q, list);
    double nonzeros = 0.0;
    for (int n = 0; n < count; n++)
        nonzeros += list[n]->begin[list[n]->rows];
    return nonzeros + CELL_WORK * q->cell;
}

/* Spreads the frames over the utterances, in runs long enough to be worth it. */
static void compare_vectors(struct quality *quality, struct run *run, const struct utterances *utterances,
                            double work)
{
    const struct matrix *expected = run->program->expected.frames;
    int there;
    quality->of_frames = count_frames(utterances, true, &there);
    quality->held_out = quality->of_frames > 0;
    if (!quality->held_out)
        quality->of_frames = count_frames(utterances, false, &there);
    int budget = (int)fmin(fmax(work / frame_work(&run->program->quant), FRAMES_LEAST), 1e6);
    int most = budget / RUN_LEAST < there ? budget / RUN_LEAST : there;
    most = most < 1 ? 1 : most;
    for (int u = 0, seen = 0, used = 0; u < utterances->count; u++) {
        const struct matrix *features = &utterances->frames[u];
        int first = first_of(utterances, u, quality->held_out), rows = features->rows - first;
        /* Every so many of them. */
        if (rows <= 0 || (int64_t)seen++ * most / there < used)
            continue;
        used++;
        rows = budget / most < rows ? (budget / most > 0 ? budget / most : 1) : rows;
        compare_utterance(run, features, expected != NULL ? &expected[u] : NULL, first, first + rows);
        quality->utterances++;
    }
}

static void measure_vectors(struct quality *quality, const struct program *p, double work)
{
    const struct quantized *q = &p->quant;
    const struct formats *f = &q->formats;
    const int bits = q->activation_bits;
    struct utterances drawn = {0};
    if (quality->drawn) /* calibration draws with the seed after the model's */
        utterances_draw(&drawn, DRAWN_UTTERANCES, DRAWN_FRAMES, q->input, p->config.model.seed + 2);
    struct run run = {.program = p,
                      .models = side_by_side_new(p),
                      .x = {.bits = bits, .fraction = f->x},
                      .c = {.bits = bits, .fraction = f->c},
                      .m = {.bits = bits, .fraction = f->m},
                      .y = {.bits = bits, .fraction = f->y}};
    compare_vectors(quality, &run, quality->drawn ? &drawn : &p->utterances, work);
    quality->accuracy = side_by_side_accuracy(run.models);
    quality->accuracy.trained = trained_compare(p); /* over all frames, not only these */
    side_by_side_free(run.models);
    utterances_free(&drawn);

    append(quality, TENSOR_VECTOR, "x", &run.x);
    append(quality, TENSOR_VECTOR, "c", &run.c);
    if (q->projection) /* else y is m; the golden model keeps m to itself */
        append(quality, TENSOR_VECTOR, "m", &run.m)->compared = false;
    append(quality, TENSOR_VECTOR, "y", &run.y);
}

void quality_measure(struct quality *quality, const struct program *p, double work)
{
    const struct quantized *q = &p->quant;
    *quality = (struct quality){.drawn = p->utterances.count == 0, .as_given = p->given == NULL};
    struct network_matrix exact[MATRICES_MOST];
    struct quant_matrix *quants[MATRICES_MOST];
    int count = network_matrices(&p->network, exact);
    BUG_UNLESS(quantized_matrices(q, quants) == count);
    for (int n = 0; n < count; n++)
        compare_matrix(quality, exact[n].matrix, quants[n], q->weight_bits);
    compare_constants(quality, p);
    measure_vectors(quality, p, work);
}
