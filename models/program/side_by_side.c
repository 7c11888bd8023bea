/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/side_by_side.h"

#include <math.h>
#include <stdlib.h>

enum pair { PRUNED, QUANTIZED, TOTAL, EXPECTED_GIVEN, EXPECTED_PRUNED, EXPECTED_CHIP, PAIRS };

struct side_by_side {
    const struct program *program;
    struct reference *given, *pruned; /* given NULL: the same as pruned */
    int64_t frames, expected_frames, trained_frames;
    struct error_sums pairs[PAIRS];
    struct clip_counts clips;
};

struct side_by_side *side_by_side_new(const struct program *p)
{
    struct side_by_side *s = allocate(1, sizeof *s);
    s->program = p;
    s->given = p->given != NULL ? reference_new(p->given) : NULL;
    s->pruned = reference_new(&p->network);
    return s;
}

void side_by_side_free(struct side_by_side *s)
{
    if (s->given != NULL)
        reference_free(s->given);
    reference_free(s->pruned);
    free(s);
}

struct voice_models voice_models_start(const struct side_by_side *s)
{
    const struct program *p = s->program;
    struct voice_models v = {.pruned = reference_start(&p->network),
                             .golden = golden_start(&p->quant),
                             .x = allocate((size_t)p->network.input, sizeof *v.x)};
    if (s->given != NULL)
        v.given = reference_start(p->given);
    return v;
}

void voice_models_end(struct voice_models *v)
{
    if (v->given.network != NULL)
        reference_end(&v->given);
    reference_end(&v->pruned);
    golden_end(&v->golden);
    free(v->x);
}

static void step(struct side_by_side *s, struct voice_models *v, const float *features,
                 struct clip_counts *of_x)
{
    quantize_x(&s->program->quant, features, v->x, of_x);
    golden_step(&s->program->quant, &v->golden, v->x);
    reference_step(s->pruned, &v->pruned, features);
    if (s->given != NULL)
        reference_step(s->given, &v->given, features);
}

void side_by_side_step(struct side_by_side *s, struct voice_models *v, const float *features)
{
    step(s, v, features, NULL);
}

/* The network in floating point against what whoever trained it says. */
static void judge_trained(struct side_by_side *s, const double *given, const float *expected)
{
    s->trained_frames += expected != NULL;
    for (int row = 0; expected != NULL && row < s->program->network.output; row++)
        error_sums_add(&s->pairs[EXPECTED_GIVEN], (double)expected[row], given[row]);
}

static void judge_y(struct side_by_side *s, const double *given, const double *pruned, const int32_t *y,
                    const float *expected)
{
    const struct quantized *q = &s->program->quant;
    s->frames++;
    s->expected_frames += expected != NULL;
    judge_trained(s, given, expected);
    for (int row = 0; row < q->shape.output; row++) {
        double chip = ldexp((double)y[row], -quantized_output(q)->fraction);
        error_sums_add(&s->pairs[PRUNED], given[row], pruned[row]);
        error_sums_add(&s->pairs[QUANTIZED], pruned[row], chip);
        error_sums_add(&s->pairs[TOTAL], given[row], chip);
        if (expected == NULL)
            continue;
        error_sums_add(&s->pairs[EXPECTED_PRUNED], (double)expected[row], pruned[row]);
        error_sums_add(&s->pairs[EXPECTED_CHIP], (double)expected[row], chip);
    }
}

void side_by_side_judge(struct side_by_side *s, struct voice_models *v, const float *features,
                        const float *expected)
{
    v->golden.counts = (struct clip_counts){{0}, {0}};
    step(s, v, features, &s->clips);
    clip_counts_add(&s->clips, &v->golden.counts);
    const double *pruned = reference_y(&v->pruned);
    judge_y(s, s->given != NULL ? reference_y(&v->given) : pruned, pruned, golden_y(&v->golden), expected);
}

int32_t *side_by_side_run(struct side_by_side *s, const struct matrix *features, const struct matrix *expected,
                          int first)
{
    const struct quantized *q = &s->program->quant;
    const size_t frames = (size_t)features->rows, input = (size_t)q->shape.input, output = (size_t)q->shape.output;
    int32_t *x = allocate(frames * input, sizeof *x), *y = allocate(frames * output, sizeof *y);
    double *pruned = allocate(frames * output, sizeof *pruned), *given = pruned;
    for (int t = 0; t < features->rows; t++)
        quantize_x(q, matrix_row(features, t), x + (size_t)t * input, &s->clips);
    golden_run(q, features->rows, x, y, &s->clips);
    reference_run(s->pruned, features, NULL, pruned);
    if (s->given != NULL) {
        given = allocate(frames * output, sizeof *given);
        reference_run(s->given, features, NULL, given);
    }
    for (int t = 0; t < features->rows; t++) {
        const size_t at = (size_t)t * output;
        const float *wanted = expected != NULL ? matrix_row(expected, t) : NULL;
        if (t < first)
            judge_trained(s, given + at, wanted);
        else
            judge_y(s, given + at, pruned + at, y + at, wanted);
    }
    if (given != pruned)
        free(given);
    free(pruned);
    free(x);
    return y;
}

struct accuracy side_by_side_accuracy(const struct side_by_side *s)
{
    struct accuracy a = {.frames = s->frames,
                         .pruned = error_of_sums(&s->pairs[PRUNED]),
                         .quantized = error_of_sums(&s->pairs[QUANTIZED]),
                         .total = error_of_sums(&s->pairs[TOTAL]),
                         .clips = s->clips,
                         .expected_frames = s->expected_frames,
                         .expected_pruned = error_of_sums(&s->pairs[EXPECTED_PRUNED]),
                         .expected_chip = error_of_sums(&s->pairs[EXPECTED_CHIP])};
    a.trained.frames = s->trained_frames;
    a.trained.all = error_of_sums(&s->pairs[EXPECTED_GIVEN]);
    a.trained.agrees = trained_agrees(&s->pairs[EXPECTED_GIVEN]);
    return a;
}
