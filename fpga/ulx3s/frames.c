/* SPDX-License-Identifier: Apache-2.0 */
#include "fpga/ulx3s/frames.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/folder/workspace.h"
#include "models/file/npy.h"
#include "models/number/golden.h"

/* Frames of an utterance from `begin` on, up to where the next one begins. */
static int frames_of(const struct frames *frames, int begin)
{
    int end = begin + 1;
    while (end < frames->count && !frames->first[end])
        end++;
    return end - begin;
}

struct frames frames_make(const struct program *program, const struct utterances *utterances,
                          int limit)
{
    const struct quantized *q = &program->quant;
    struct frames frames = {
        .x_size = q->shape.input, .y_size = q->shape.output, .activation_bits = q->activation_bits};
    for (int n = 0; n < utterances->count; n++)
        frames.count += utterances->frames[n].rows < limit ? utterances->frames[n].rows : limit;
    const size_t count = (size_t)frames.count;
    frames.x = allocate(count * (size_t)q->shape.input, sizeof *frames.x);
    frames.y = allocate(count * (size_t)q->shape.output, sizeof *frames.y);
    frames.first = allocate(count, sizeof *frames.first);
    for (int n = 0, at = 0; n < utterances->count; n++)
        for (int t = 0; t < utterances->frames[n].rows && t < limit; t++, at++) {
            frames.first[at] = t == 0;
            quantize_x(q, matrix_row(&utterances->frames[n], t),
                       frames.x + (size_t)at * (size_t)q->shape.input, NULL);
        }
    return frames;
}

void frames_free(struct frames *frames)
{
    free(frames->x);
    free(frames->first);
    free(frames->y);
    *frames = (struct frames){0};
}

/* ---- judging --------------------------------------------------------------------------------- */

static void check_frame(struct frames_check *check, const int32_t *y,
                        const struct golden_state *golden, int size, const char *where)
{
    for (int i = 0; i < size; i++) {
        check->values++;
        if (y[i] != golden_y(golden)[i] && check->wrong++ == 0)
            snprintf(check->first, sizeof check->first,
                     "%.80s, element %d of y is %d, the golden model gives %d", where, i, y[i],
                     golden_y(golden)[i]);
    }
}

static void add_expected(struct error_sums *sums, const float *expected, const int32_t *y,
                         const struct quantized *q)
{
    for (int i = 0; i < q->shape.output; i++)
        error_sums_add(sums, (double)expected[i], ldexp((double)y[i], -quantized_output(q)->fraction));
}

void frames_check(const struct frames *frames, const struct program *program,
                  const struct utterances *utterances, const struct utterances *expected,
                  struct frames_check *check)
{
    const struct quantized *q = &program->quant;
    struct error_sums sums = {0};
    char where[80];
    *check = (struct frames_check){.expected_known = expected->count > 0};
    for (int n = 0, at = 0; n < utterances->count; n++) {
        struct golden_state golden = golden_start(q);
        for (int t = 0, count = frames_of(frames, at); t < count; t++, at++) {
            const int32_t *y = frames->y + (size_t)at * (size_t)q->shape.output;
            golden_step(q, &golden, frames->x + (size_t)at * (size_t)q->shape.input);
            snprintf(where, sizeof where, "%.40s: frame %d", utterances->names[n], t);
            check_frame(check, y, &golden, q->shape.output, where);
            if (check->expected_known)
                add_expected(&sums, matrix_row(&expected->frames[n], t), y, q);
        }
        golden_end(&golden);
    }
    check->expected = error_of_sums(&sums);
}

int64_t frames_right(const struct frames *frames, const struct program *program,
                     const struct labels *labels)
{
    const struct quantized *q = &program->quant;
    const int output = q->shape.output;
    double *y = allocate((size_t)output, sizeof *y);
    int64_t right = 0;
    for (int n = 0, at = 0; n < labels->utterance_count; n++)
        for (int t = 0, count = frames_of(frames, at); t < count; t++, at++) {
            for (int i = 0; i < output; i++)
                y[i] = ldexp((double)frames->y[(size_t)at * (size_t)output + (size_t)i],
                             -quantized_output(q)->fraction);
            right += classify(&program->network, y) == labels->of[n][t];
        }
    free(y);
    return right;
}

/* ---- writing --------------------------------------------------------------------------------- */

bool frames_write(const struct frames *frames, const struct program *program,
                  const struct utterances *utterances, const char *folder, struct error *error)
{
    const struct quantized *q = &program->quant;
    bool ok = folder_make(folder, "", error);
    for (int n = 0, at = 0; ok && n < utterances->count; n++) {
        int shape[2] = {frames_of(frames, at), q->shape.output};
        size_t count = (size_t)shape[0] * (size_t)shape[1];
        const int32_t *y = frames->y + (size_t)at * (size_t)q->shape.output;
        float *values = allocate(count, sizeof *values);
        for (size_t i = 0; i < count; i++)
            values[i] = (float)ldexp((double)y[i], -quantized_output(q)->fraction);
        struct text path = {0};
        text_appendf(&path, "%s/%s.npy", folder, utterances->names[n]);
        ok = npy_write_floats(text_string(&path), 2, shape, values, error);
        text_free(&path);
        free(values);
        at += shape[0];
    }
    return ok;
}
