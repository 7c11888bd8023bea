/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/quality.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/number/calibrate.h"
#include "models/number/output_error.h"

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
    const double error = error_between(exact, ldexp((double)quantized, -noise->fraction));
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
                                 .snr_db = signal_to_noise(noise->signal, noise->error)};
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

/* "bi", "1.wic": what a tensor is called beside the matrices. */
static void constant_name(char name[NAME_MOST], const struct network_pass *pass, const char *tensor)
{
    const size_t prefix = strlen(pass->name) - strlen(pass->letter);
    size_t used = (size_t)snprintf(name, NAME_MOST, "%.*s", (int)prefix, pass->name);
    for (; *tensor != '\0' && used < NAME_MOST - 1; tensor++)
        if (*tensor != '_')
            name[used++] = *tensor;
    name[used] = '\0';
}

static void compare_biases(struct quality *quality, const struct program *p, int number)
{
    const struct network_pass *pass = &p->network.passes[number];
    const struct quant_pass *quant = &p->quant.passes[number];
    struct noise noise = {.bits = p->quant.bias_bits, .fraction = quant->sum};
    char name[NAME_MOST];
    if (pass->bias == NULL)
        return;
    for (int row = 0; row < pass->rows; row++)
        add(&noise, (double)pass->bias[row], quant->bias[row]);
    constant_name(name, pass, pass->bias_tensor);
    append(quality, TENSOR_CONSTANTS, name, &noise);
}

static void compare_peepholes(struct quality *quality, const struct program *p, int number)
{
    const struct network_pass *pass = &p->network.passes[number];
    const struct quant_pass *quant = &p->quant.passes[number];
    char name[NAME_MOST];
    if (pass->peep == NULL)
        return;
    struct noise noise = {.bits = p->quant.peep_bits,
                          .fraction = quant->sum - p->quant.vectors[pass->right].fraction};
    for (int row = 0; row < pass->rows; row++)
        add(&noise, (double)pass->peep[row], quant->peep[row]);
    constant_name(name, pass, pass->peep_tensor);
    append(quality, TENSOR_CONSTANTS, name, &noise);
}

static void compare_constants(struct quality *quality, const struct program *p)
{
    for (int pass = 0; pass < p->network.pass_count; pass++)
        compare_biases(quality, p, pass);
    for (int pass = 0; pass < p->network.pass_count; pass++)
        compare_peepholes(quality, p, pass);
}

/* ---- the vectors ---- */

struct run {
    const struct program *program;
    struct side_by_side *models;
    struct noise *noise; /* [vectors] */
};

/* The golden model has each; so has the reference, but for gates. */
static void add_vectors(struct run *run, const struct voice_models *v, const float *features)
{
    const struct network *n = &run->program->network;
    for (int i = 0; i < n->input; i++)
        add(&run->noise[0], (double)features[i], v->x[i]);
    for (int vector = 1; vector < n->vector_count; vector++)
        for (int i = 0; v->pruned.at[vector] != NULL && i < n->vectors[vector].size; i++)
            add(&run->noise[vector], v->pruned.at[vector][i], v->golden.at[vector][i]);
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

static int count_frames(const struct utterances *u, int *utterances)
{
    int64_t frames = 0;
    *utterances = 0;
    for (int n = 0; n < u->count; n++) {
        int rows = u->frames[n].rows - calibration_judged_from(u, n);
        frames += rows;
        *utterances += rows > 0;
    }
    return (int)fmin((double)frames, (double)INT_MAX);
}

static double frame_work(const struct quantized *q)
{
    double nonzeros = 0.0, elements = 0.0;
    for (int n = 0; n < q->shape.matrix_count; n++)
        nonzeros += q->matrices[n].begin[q->matrices[n].rows];
    for (int layer = 0; layer < q->shape.layer_count; layer++)
        elements += q->shape.layers[layer].as.cell;
    return nonzeros + CELL_WORK * elements;
}

/* Spreads the frames over the utterances, in runs long enough to be worth it. */
static void compare_vectors(struct quality *quality, struct run *run,
                            const struct utterances *utterances, double work)
{
    const struct matrix *expected = run->program->expected.frames;
    int there;
    quality->of_frames = count_frames(utterances, &there);
    quality->held_out = utterances->drawn || calibration_holds_out(utterances);
    int budget = (int)fmin(fmax(work / frame_work(&run->program->quant), FRAMES_LEAST), 1e6);
    int most = budget / RUN_LEAST < there ? budget / RUN_LEAST : there;
    most = most < 1 ? 1 : most;
    for (int u = 0, seen = 0, used = 0; u < utterances->count; u++) {
        const struct matrix *features = &utterances->frames[u];
        int first = calibration_judged_from(utterances, u), rows = features->rows - first;
        /* Every so many of them. */
        if (rows <= 0 || (int64_t)seen++ * most / there < used)
            continue;
        used++;
        rows = budget / most < rows ? (budget / most > 0 ? budget / most : 1) : rows;
        compare_utterance(run, features, expected != NULL ? &expected[u] : NULL, first,
                          first + rows);
        quality->utterances++;
    }
}

static void measure_vectors(struct quality *quality, const struct program *p, double work)
{
    const struct network *n = &p->network;
    struct utterances drawn = {0};
    if (quality->drawn) /* calibration draws with the seed after the model's */
        utterances_draw(&drawn, DRAWN_UTTERANCES, DRAWN_FRAMES, n->input, p->config.model.seed + 2);
    struct run run = {.program = p,
                      .models = side_by_side_new(p),
                      .noise = allocate((size_t)n->vector_count, sizeof *run.noise)};
    for (int v = 0; v < n->vector_count; v++) {
        const struct quant_vector *vector = &p->quant.vectors[v];
        run.noise[v] = (struct noise){.bits = vector->bits, .fraction = vector->fraction};
    }
    compare_vectors(quality, &run, quality->drawn ? &drawn : &p->utterances, work);
    quality->accuracy = side_by_side_accuracy(run.models);
    quality->accuracy.trained = trained_compare(p); /* over all frames, not only these */
    side_by_side_free(run.models);
    utterances_free(&drawn);
    for (int v = 0; v < n->vector_count; v++)
        if (run.noise[v].count > 0)
            append(quality, TENSOR_VECTOR, n->vectors[v].name, &run.noise[v])->compared =
                n->vectors[v].value != VALUE_M || v == n->layers[n->vectors[v].layer].writes;
    free(run.noise);
}

static void measure(struct quality *quality, const struct program *p, double work)
{
    *quality = (struct quality){
        .drawn = p->utterances.count == 0, .as_given = p->given == NULL, .work = work};
    for (int n = 0; n < p->network.matrix_count; n++)
        compare_matrix(quality, &p->network.matrices[n].weights, &p->quant.matrices[n],
                       p->quant.weight_bits);
    compare_constants(quality, p);
    measure_vectors(quality, p, work);
}

void quality_measure(struct quality *quality, const struct program *p, double work)
{
    struct quality *kept = p->quality != NULL ? *p->quality : NULL;
    if (kept != NULL && kept->work == work) {
        *quality = *kept;
        return;
    }
    measure(quality, p, work);
    if (p->quality == NULL)
        return;
    if (kept == NULL)
        kept = *p->quality = allocate(1, sizeof *kept);
    *kept = *quality;
}
