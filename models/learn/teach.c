/* SPDX-License-Identifier: Apache-2.0
 * teach.c - what the dense network makes of recordings, several of them side by side. */
#include <stdlib.h>
#include <string.h>

#include "models/learn/learn.h"
#include "models/learn/run.h"

/* Recordings of which y is wanted. */
struct lesson {
    const struct network *dense;
    int count, streams, longest;
    int64_t frames;
    const struct matrix **of; /* [count] */
};

/* From everywhere in the material, `most` frames of them or one recording. */
static struct lesson choose(const struct network *dense, const struct learn_material *m, int most)
{
    struct lesson l = {.dense = dense, .of = allocate((size_t)m->count, sizeof *l.of)};
    const int step = (int)(m->frames / most) + 1;
    for (int n = 0; n < m->count && l.frames < most; n += step) {
        l.of[l.count++] = m->of[n];
        l.frames += m->of[n]->rows;
        l.longest = m->of[n]->rows > l.longest ? m->of[n]->rows : l.longest;
    }
    l.streams = l.count < LEARN_STREAMS ? l.count : LEARN_STREAMS;
    return l;
}

/* Frames of recording `number` from t on that are there, at most `frames`. */
static int frames_there(const struct lesson *l, int number, int t, int frames)
{
    const int rest = number < l->count ? l->of[number]->rows - t : 0;
    return rest < 0 ? 0 : rest < frames ? rest : frames;
}

/* Frames t .. of a recording's x into a run, or of y out of it: [frames][streams][size] on its
 * side. */
static void put_x(const struct lesson *l, struct learn_run *run, int number, int stream, int t,
                  int frames)
{
    const size_t input = (size_t)l->dense->input;
    const int there = frames_there(l, number, t, frames);
    for (int i = 0; i < frames; i++) {
        float *x = learn_run_x(run) + (size_t)(i * l->streams + stream) * input;
        if (i < there)
            memcpy(x, matrix_row(l->of[number], t + i), input * sizeof *x);
        else
            memset(x, 0, input * sizeof *x);
    }
}

/* `first` recordings of the lesson and as many as there are streams.  y: of these, one behind the
 * other. */
static void teach_group(const struct lesson *l, struct learn_run *run, const float *parameters,
                        int first, int room, float *y)
{
    const size_t output = (size_t)l->dense->output;
    int lengths[LEARN_STREAMS];
    for (int s = 0; s < l->streams; s++)
        learn_run_restart(run, s);
    for (int t = 0; t < l->longest; t += room) {
        const int frames = l->longest - t < room ? l->longest - t : room;
        for (int s = 0; s < l->streams; s++) {
            lengths[s] = frames_there(l, first + s, t, frames);
            put_x(l, run, first + s, s, t, frames);
        }
        learn_run_forward(run, parameters, frames, lengths);
        float *to = y;
        for (int s = 0; s < l->streams && first + s < l->count; s++) {
            for (int i = 0; i < lengths[s]; i++)
                memcpy(to + (size_t)(t + i) * output,
                       learn_run_y(run) + (size_t)(i * l->streams + s) * output,
                       output * sizeof *y);
            to += (size_t)l->of[first + s]->rows * output;
        }
    }
}

float *learn_teach(const struct network *dense, const struct learn_material *material, int most,
                   int *frames)
{
    const size_t output = (size_t)dense->output;
    struct lesson l = choose(dense, material, most);
    struct learn_plan *plan = learn_plan_new(dense);
    float *parameters = allocate(plan->count, sizeof *parameters);
    float *y = allocate((size_t)l.frames * output, sizeof *y), *to = y;
    const int room = network_is_forward(dense) && l.longest > LEARN_CHUNK ? LEARN_CHUNK : l.longest;
    struct learn_run *run = learn_run_new(plan, l.streams, room, false);
    learn_plan_read(plan, dense, parameters);
    for (int first = 0; first < l.count; first += l.streams) {
        teach_group(&l, run, parameters, first, room, to);
        for (int n = first; n < first + l.streams && n < l.count; n++)
            to += (size_t)l.of[n]->rows * output;
    }
    *frames = (int)l.frames;
    learn_run_free(run);
    free(parameters);
    learn_plan_free(plan);
    free(l.of);
    return y;
}
