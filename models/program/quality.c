/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/quality.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/network/reference.h"
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

struct run {
    const struct program *program;
    const struct reference *reference;
    struct noise x, c, m, y;
};

static void compare_utterance(struct run *run, const struct matrix *features, int frames)
{
    const struct program *p = run->program;
    const struct quantized *q = &p->quant;
    struct reference_state exact = reference_start(&p->network);
    struct golden_state golden = golden_start(q);
    int32_t *x = allocate((size_t)q->input, sizeof *x);
    for (int t = 0; t < frames; t++) {
        const float *features_t = features->at + (size_t)t * (size_t)features->cols;
        for (int i = 0; i < q->input; i++) {
            x[i] = (int32_t)quantize_value((double)features_t[i], q->formats.x, q->activation_bits);
            add(&run->x, (double)features_t[i], x[i]);
        }
        reference_step(run->reference, &exact, features_t);
        golden_step(q, &golden, x);
        for (int row = 0; row < q->cell; row++) {
            add(&run->c, exact.c[row], golden.c[row]);
            run->m.largest = fmax(run->m.largest, fabs(exact.m[row]));
        }
        for (int row = 0; row < q->output; row++)
            add(&run->y, exact.y[row], golden.y[row]);
    }
    free(x);
    golden_end(&golden);
    reference_end(&exact);
}

/* Spreads the frames over the utterances, in runs long enough to be worth it. */
static void compare_vectors(struct quality *quality, struct run *run,
                            const struct utterances *utterances, double work)
{
    const struct quantized *q = &run->program->quant;
    /* The golden model multiplies zeros as well. */
    const double dense = (double)quantized_dense_weights(q);
    int budget = (int)fmin(fmax(work / (dense + CELL_WORK * q->cell), FRAMES_LEAST), 1e6);
    int used = budget / RUN_LEAST < utterances->count ? budget / RUN_LEAST : utterances->count;
    if (used < 1)
        used = 1;
    for (int u = 0; u < used; u++) {
        const struct matrix *features = &utterances->frames[u];
        int frames = budget / used < features->rows ? budget / used : features->rows;
        compare_utterance(run, features, frames);
        quality->frames += frames;
    }
    quality->utterances = used;
}

void quality_measure(struct quality *quality, const struct program *p, double work)
{
    const struct quantized *q = &p->quant;
    const struct formats *f = &q->formats;
    *quality = (struct quality){.drawn = p->utterances.count == 0};
    struct network_matrix exact[MATRICES_MOST];
    struct quant_matrix *quants[MATRICES_MOST];
    int count = network_matrices(&p->network, exact);
    BUG_UNLESS(quantized_matrices(q, quants) == count);
    for (int n = 0; n < count; n++)
        compare_matrix(quality, exact[n].matrix, quants[n], q->weight_bits);
    compare_constants(quality, p);

    struct utterances drawn = {0};
    if (quality->drawn) /* calibration draws with the seed after the model's */
        utterances_draw(&drawn, DRAWN_UTTERANCES, DRAWN_FRAMES, q->input, p->config.model.seed + 2);
    struct reference *reference = reference_new(&p->network);
    const int bits = q->activation_bits;
    struct run run = {.program = p,
                      .reference = reference,
                      .x = {.bits = bits, .fraction = f->x},
                      .c = {.bits = bits, .fraction = f->c},
                      .m = {.bits = bits, .fraction = f->m},
                      .y = {.bits = bits, .fraction = f->y}};
    compare_vectors(quality, &run, quality->drawn ? &drawn : &p->utterances, work);
    reference_free(reference);
    utterances_free(&drawn);

    append(quality, TENSOR_VECTOR, "x", &run.x);
    append(quality, TENSOR_VECTOR, "c", &run.c);
    if (q->projection) /* else y is m; the golden model keeps m to itself */
        append(quality, TENSOR_VECTOR, "m", &run.m)->compared = false;
    append(quality, TENSOR_VECTOR, "y", &run.y);
    quality->max_float_error = run.y.max_error;
}
