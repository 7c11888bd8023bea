/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/quality.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/network/reference.h"
#include "models/number/calibrate.h"
#include "models/number/golden.h"

enum {
    DRAWN_UTTERANCES = 4,
    DRAWN_FRAMES = 64,      /* each */
    FRAMES_LEAST = 2,
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

/* ---- the outputs ---- */

/* Sums over two sequences of y. */
struct comparison {
    int64_t count;
    double error, max_error;
    double a, b, aa, ab, bb;
};

static void compare(struct comparison *c, double wanted, double got)
{
    double error = fabs(wanted - got);
    c->count++;
    c->error += error * error;
    c->max_error = fmax(c->max_error, error);
    c->a += wanted;
    c->b += got;
    c->aa += wanted * wanted;
    c->ab += wanted * got;
    c->bb += got * got;
}

static struct output_error error_of(const struct comparison *c)
{
    struct output_error e = {.snr_db = INFINITY, .max_error = c->max_error, .correlation = 1.0};
    if (c->error > 0.0)
        e.snr_db = c->aa > 0.0 ? 10.0 * log10(c->aa / c->error) : -INFINITY;
    double n = (double)c->count;
    double a = n * c->aa - c->a * c->a, b = n * c->bb - c->b * c->b;
    if (c->error > 0.0)
        e.correlation = a > 0.0 && b > 0.0 ? (n * c->ab - c->a * c->b) / sqrt(a * b) : 0.0;
    return e;
}

/* ---- the models side by side ---- */

struct run {
    const struct program *program;
    const struct reference *given, *pruned; /* given NULL: the same as pruned */
    struct noise x, c, m, y;
    struct comparison pruning, quantization, both;
    struct clip_counts clips;
};

/* Of one voice. */
struct voices {
    struct reference_state given, pruned;
    struct golden_state golden;
};

static void judge_frame(struct run *run, const struct voices *v, const float *features, const int32_t *x)
{
    const struct quantized *q = &run->program->quant;
    const double *given = run->given != NULL ? v->given.y : v->pruned.y;
    for (int i = 0; i < q->input; i++)
        add(&run->x, (double)features[i], x[i]);
    for (int row = 0; row < q->cell; row++) {
        add(&run->c, v->pruned.c[row], v->golden.c[row]);
        run->m.largest = fmax(run->m.largest, fabs(v->pruned.m[row]));
    }
    for (int row = 0; row < q->output; row++) {
        double quantized = ldexp((double)v->golden.y[row], -q->formats.y);
        add(&run->y, v->pruned.y[row], v->golden.y[row]);
        compare(&run->pruning, given[row], v->pruned.y[row]);
        compare(&run->quantization, v->pruned.y[row], quantized);
        compare(&run->both, given[row], quantized);
    }
}

/* Plays frames [0, last) of an utterance and judges those from `first` on. */
static void compare_utterance(struct run *run, const struct matrix *features, int first, int last)
{
    const struct program *p = run->program;
    struct voices v = {.pruned = reference_start(&p->network), .golden = golden_start(&p->quant)};
    int32_t *x = allocate((size_t)p->quant.input, sizeof *x);
    if (run->given != NULL)
        v.given = reference_start(p->given);
    for (int t = 0; t < last; t++) {
        const float *features_t = features->at + (size_t)t * (size_t)features->cols;
        struct clip_counts of_x = {{0}, {0}};
        if (t == first)
            v.golden.counts = of_x;
        quantize_x(&p->quant, features_t, x, &of_x);
        reference_step(run->pruned, &v.pruned, features_t);
        golden_step(&p->quant, &v.golden, x);
        if (run->given != NULL)
            reference_step(run->given, &v.given, features_t);
        if (t < first)
            continue;
        clip_counts_add(&run->clips, &of_x);
        judge_frame(run, &v, features_t, x);
    }
    clip_counts_add(&run->clips, &v.golden.counts);
    free(x);
    golden_end(&v.golden);
    reference_end(&v.pruned);
    if (run->given != NULL)
        reference_end(&v.given);
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
        compare_utterance(run, features, first, first + rows);
        quality->frames += rows;
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
    struct reference *given = p->given != NULL ? reference_new(p->given) : NULL;
    struct reference *pruned = reference_new(&p->network);
    struct run run = {.program = p,
                      .given = given,
                      .pruned = pruned,
                      .x = {.bits = bits, .fraction = f->x},
                      .c = {.bits = bits, .fraction = f->c},
                      .m = {.bits = bits, .fraction = f->m},
                      .y = {.bits = bits, .fraction = f->y}};
    compare_vectors(quality, &run, quality->drawn ? &drawn : &p->utterances, work);
    reference_free(pruned);
    if (given != NULL)
        reference_free(given);
    utterances_free(&drawn);

    append(quality, TENSOR_VECTOR, "x", &run.x);
    append(quality, TENSOR_VECTOR, "c", &run.c);
    if (q->projection) /* else y is m; the golden model keeps m to itself */
        append(quality, TENSOR_VECTOR, "m", &run.m)->compared = false;
    append(quality, TENSOR_VECTOR, "y", &run.y);
    quality->clips = run.clips;
    quality->pruned = error_of(&run.pruning);
    quality->quantized = error_of(&run.quantization);
    quality->total = error_of(&run.both);
    quality->max_float_error = run.y.max_error;
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
