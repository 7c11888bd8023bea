/* SPDX-License-Identifier: Apache-2.0 */
#include "models/number/calibrate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/arithmetic.h"
#include "models/base/progress.h"
#include "models/network/reference.h"

/* ---- magnitudes ---- */

/* Bins from 2^-20 to 2^20, a sixteenth of an octave each: the first bits of a double's mantissa. */
enum { BINS_PER_OCTAVE = 16, LOWEST_OCTAVE = -20, OCTAVES = 40, BINS = BINS_PER_OCTAVE * OCTAVES };

static int bin_of(double magnitude)
{
    int octave;
    double mantissa = frexp(magnitude, &octave); /* [0.5, 1) */
    if (magnitude == 0.0 || octave <= LOWEST_OCTAVE)
        return 0;
    int bin = (octave - 1 - LOWEST_OCTAVE) * BINS_PER_OCTAVE +
              (int)((mantissa - 0.5) * 2 * BINS_PER_OCTAVE);
    return bin < BINS ? bin : BINS - 1;
}

/* Where bin number `bin` ends. */
static double end_of(int bin)
{
    int octave = LOWEST_OCTAVE + bin / BINS_PER_OCTAVE, part = bin % BINS_PER_OCTAVE;
    return ldexp(1.0 + (double)(part + 1) / BINS_PER_OCTAVE, octave);
}

void magnitudes_add(struct magnitudes *m, double value)
{
    double magnitude = fabs(value);
    if (m->bins == NULL)
        m->bins = allocate(BINS, sizeof *m->bins);
    m->largest = magnitude > m->largest ? magnitude : m->largest;
    m->bins[bin_of(magnitude)]++;
    m->count++;
}

double magnitudes_percentile(const struct magnitudes *m, double share)
{
    int64_t below = 0;
    for (int bin = 0; bin < BINS && m->bins != NULL; bin++) {
        below += m->bins[bin];
        if ((double)below >= share * (double)m->count)
            return fmin(end_of(bin), m->largest);
    }
    return m->largest;
}

double magnitudes_above(const struct magnitudes *m, double limit)
{
    int64_t above = 0;
    if (m->count == 0 || m->largest <= limit)
        return 0.0;
    for (int bin = bin_of(limit) + 1; bin < BINS; bin++)
        above += m->bins[bin];
    return (double)(above > 0 ? above : 1) / (double)m->count;
}

/* ---- which frames ---- */

enum {
    MANY_UTTERANCES = 5,
    HELD_OUT_OF_MANY = 2,
    HELD_OUT_SHARE = 10,
    NOISE_SHARE = 8, /* one frame in so many tells the noise */
    NOISE_FRAMES = 32 /* of an utterance, at least */
};

int calibration_rows(const struct utterances *u, int n)
{
    int rows = u->frames[n].rows;
    if (u->drawn)
        return rows;
    if (u->count >= MANY_UTTERANCES)
        return n % MANY_UTTERANCES == HELD_OUT_OF_MANY ? 0 : rows;
    return rows > 1 ? rows - (rows + HELD_OUT_SHARE - 1) / HELD_OUT_SHARE : rows;
}

/* ---- runs ---- */

/* An utterance that is yet to be spoken. */
struct turn {
    int rows, utterance;
};

struct calibrator {
    const struct network *network;
    const struct utterances *utterances;
    int *rows;    /* [utterances] frames that it looks at */
    double *largest_c; /* [utterances] */
    struct turn *turns; /* [utterances] the longest first, so that voices end together */
    float *y;     /* of all those frames, one after the other, utterance by utterance */
    size_t *first; /* [utterances] where those of an utterance begin in `y`, in frames */
    double signal;
    struct calibration seen;
    struct magnitudes values[VALUE_COUNT];
};

/* A run over all frames: what is done with the state of a voice after a frame. */
struct run {
    struct calibrator *calibrator;
    const struct reference *reference;
    bool gather;    /* magnitudes and y; else compare y */
    const int *rows; /* [utterances] frames to play */
    double error;   /* power */
};

/* Who speaks, on as many voices at once as the reference takes. */
struct speakers {
    struct reference_state state;
    int next; /* turn */
    int speaking;
    int utterance[REFERENCE_VOICES], frame[REFERENCE_VOICES]; /* utterance -1: silent */
};

static void gather_frame(struct calibrator *c, const struct reference_state *s, const float *x, int v,
                         int utterance)
{
    const int voices = s->voices;
    for (int i = 0; i < c->network->input; i++)
        magnitudes_add(&c->values[VALUE_X], (double)x[i * voices + v]);
    for (int i = 0; i < s->cell; i++) {
        magnitudes_add(&c->values[VALUE_C], s->c[i * voices + v]);
        c->largest_c[utterance] = fmax(c->largest_c[utterance], fabs(s->c[i * voices + v]));
        magnitudes_add(&c->values[VALUE_M], s->m[i * voices + v]);
        for (int gate = 0; gate < GATE_COUNT; gate++)
            magnitudes_add(&c->values[VALUE_Z], s->z[gate][i * voices + v]);
    }
    for (int i = 0; i < s->output; i++)
        magnitudes_add(&c->values[VALUE_Y], s->y[i * voices + v]);
}

/* Voice v speaks. */
static void take_frame(struct run *run, const struct speakers *speakers, const float *x, int v)
{
    struct calibrator *c = run->calibrator;
    const struct reference_state *s = &speakers->state;
    const int utterance = speakers->utterance[v];
    float *y = c->y + (c->first[utterance] + (size_t)speakers->frame[v]) * (size_t)s->output;
    for (int i = 0; i < s->output; i++) {
        double value = s->y[i * s->voices + v];
        if (run->gather) {
            y[i] = (float)value;
            c->signal += value * value;
        } else {
            run->error += (value - (double)y[i]) * (value - (double)y[i]);
        }
    }
    if (run->gather)
        gather_frame(c, s, x, v, utterance);
}

/* The next frame of everybody; who has ended takes the next utterance. */
static void go_on(const struct run *run, struct speakers *s)
{
    const struct calibrator *c = run->calibrator;
    s->speaking = 0;
    for (int v = 0; v < s->state.voices; v++) {
        if (s->utterance[v] >= 0 && ++s->frame[v] >= run->rows[s->utterance[v]])
            s->utterance[v] = -1;
        while (s->utterance[v] < 0 && s->next < c->utterances->count) {
            int n = c->turns[s->next++].utterance;
            if (run->rows[n] == 0)
                continue;
            s->utterance[v] = n;
            s->frame[v] = 0;
            reference_restart(&s->state, v);
        }
        s->speaking += s->utterance[v] >= 0;
    }
}

/* The last one goes on alone: that is faster. */
static void leave_alone(const struct calibrator *c, struct speakers *s)
{
    if (s->speaking != 1 || s->state.voices == 1)
        return;
    int last = 0;
    while (s->utterance[last] < 0)
        last++;
    reference_alone(c->network, &s->state, last);
    s->utterance[0] = s->utterance[last];
    s->frame[0] = s->frame[last];
}

static void gather_x(const struct calibrator *c, const struct speakers *s, float *x)
{
    const int voices = s->state.voices;
    for (int v = 0; v < voices; v++) {
        const float *features =
            s->utterance[v] < 0 ? NULL : matrix_row(&c->utterances->frames[s->utterance[v]], s->frame[v]);
        for (int i = 0; i < c->network->input; i++)
            x[i * voices + v] = features != NULL ? features[i] : 0.0f;
    }
}

static void run_all(struct run *run)
{
    struct calibrator *c = run->calibrator;
    struct speakers s = {.state = reference_start_voices(c->network)};
    float *x = allocate((size_t)c->network->input * REFERENCE_VOICES, sizeof *x);
    int64_t done = 0, all = 0;
    for (int n = 0; n < c->utterances->count; n++)
        all += run->rows[n];
    for (int v = 0; v < REFERENCE_VOICES; v++)
        s.utterance[v] = -1;
    for (go_on(run, &s); s.speaking > 0; go_on(run, &s)) {
        leave_alone(c, &s);
        gather_x(c, &s, x);
        reference_step(run->reference, &s.state, x);
        for (int v = 0; v < s.state.voices; v++)
            if (s.utterance[v] >= 0)
                take_frame(run, &s, x, v);
        done += s.speaking;
        progress("calibration", done, all);
    }
    free(x);
    reference_end(&s.state);
}

/* So many frames of each that there are `most` in all, one of each at least. */
static void choose_rows(struct calibrator *c, int most)
{
    const struct utterances *u = c->utterances;
    int64_t all = 0;
    for (int n = 0; n < u->count; n++)
        all += calibration_rows(u, n);
    for (int n = 0; n < u->count; n++) {
        int rows = calibration_rows(u, n);
        if (most > 0 && all > most && rows > 0)
            rows = (int)((int64_t)rows * most / all);
        c->rows[n] = rows > 0 || calibration_rows(u, n) == 0 ? rows : 1;
        c->seen.frames += c->rows[n];
        c->seen.utterances += c->rows[n] > 0;
    }
    c->seen.of_frames = (int)all;
}

static int longer_first(const void *left, const void *right)
{
    const struct turn *a = left, *b = right;
    if (a->rows != b->rows)
        return a->rows < b->rows ? 1 : -1;
    return (a->utterance > b->utterance) - (a->utterance < b->utterance);
}

/* x needs no network: those frames, too, that are not played. */
static void gather_other_x(struct calibrator *c)
{
    for (int n = 0; n < c->utterances->count; n++)
        for (int t = c->rows[n]; t < calibration_rows(c->utterances, n); t++)
            for (int i = 0; i < c->network->input; i++)
                magnitudes_add(&c->values[VALUE_X], (double)matrix_row(&c->utterances->frames[n], t)[i]);
}

struct calibrator *calibrator_new(const struct network *network, const struct utterances *utterances,
                                  int most)
{
    struct calibrator *c = allocate(1, sizeof *c);
    size_t count = (size_t)utterances->count, frames = 0;
    c->network = network;
    c->utterances = utterances;
    c->rows = allocate(count, sizeof *c->rows);
    c->largest_c = allocate(count, sizeof *c->largest_c);
    c->turns = allocate(count, sizeof *c->turns);
    c->first = allocate(count, sizeof *c->first);
    choose_rows(c, most);
    c->seen.drawn = utterances->drawn;
    for (int n = 0; n < utterances->count; n++) {
        c->turns[n] = (struct turn){c->rows[n], n};
        c->first[n] = frames;
        frames += (size_t)c->rows[n];
    }
    qsort(c->turns, count, sizeof *c->turns, longer_first);
    c->y = allocate(frames * (size_t)network->output, sizeof *c->y);
    struct reference *reference = reference_new(network);
    run_all(&(struct run){.calibrator = c, .reference = reference, .rows = c->rows, .gather = true});
    gather_other_x(c);
    reference_free(reference);
    return c;
}

void calibrator_free(struct calibrator *c)
{
    for (int value = 0; value < VALUE_COUNT; value++)
        free(c->values[value].bins);
    free(c->rows);
    free(c->largest_c);
    free(c->turns);
    free(c->first);
    free(c->y);
    free(c);
}

const struct magnitudes *calibrator_values(const struct calibrator *c, enum value value)
{
    return &c->values[value];
}

struct calibration calibrator_seen(const struct calibrator *c)
{
    return c->seen;
}

double calibrator_signal(const struct calibrator *c)
{
    return c->signal;
}

static int *rows_new(const struct calibrator *c)
{
    return allocate((size_t)c->utterances->count, sizeof *c->rows);
}

/* Utterances in which c stays below the limit have no error. */
double calibrator_clip_error(struct calibrator *c, double limit)
{
    struct reference *reference = reference_new(c->network);
    int *rows = rows_new(c);
    struct run run = {.calibrator = c, .reference = reference, .rows = rows};
    for (int n = 0; n < c->utterances->count; n++)
        rows[n] = c->largest_c[n] > limit ? c->rows[n] : 0;
    reference_limit_c(reference, limit, 0.0);
    run_all(&run);
    reference_free(reference);
    free(rows);
    return run.error;
}

/* The network with its matrices rounded; they alone are the copy's own. */
static void round_matrices(struct network *rounded, const struct network_matrix *list, int count, int bits)
{
    struct network_matrix copies[MATRICES_MOST];
    network_matrices(rounded, copies);
    for (int n = 0; n < count; n++) {
        const struct matrix *m = list[n].matrix;
        size_t size = (size_t)m->rows * (size_t)m->cols;
        *copies[n].matrix = matrix_new(m->rows, m->cols);
        int fraction = fraction_for(matrix_largest(m), bits, 40);
        for (size_t i = 0; i < size; i++)
            if (m->at[i] != 0.0f)
                copies[n].matrix->at[i] =
                    (float)ldexp((double)quantize_value((double)m->at[i], fraction, bits), -fraction);
    }
}

/* Unlike clipping, noise is in every frame: some of them tell. */
static double noise_error(struct calibrator *c, const struct network *network, double step)
{
    struct reference *reference = reference_new(network);
    int *rows = rows_new(c), frames = 0;
    struct run run = {.calibrator = c, .reference = reference, .rows = rows};
    for (int n = 0; n < c->utterances->count; n++) {
        rows[n] = c->rows[n] / NOISE_SHARE;
        rows[n] = rows[n] > NOISE_FRAMES ? rows[n] : NOISE_FRAMES;
        rows[n] = rows[n] < c->rows[n] ? rows[n] : c->rows[n];
        frames += rows[n];
    }
    reference_limit_c(reference, INFINITY, step);
    run_all(&run);
    reference_free(reference);
    free(rows);
    return frames > 0 ? run.error * (double)c->seen.frames / (double)frames : 0.0;
}

double calibrator_noise(struct calibrator *c, int weight_bits, double step)
{
    struct network rounded = *c->network;
    struct network_matrix list[MATRICES_MOST], copies[MATRICES_MOST];
    int count = network_matrices(c->network, list);
    round_matrices(&rounded, list, count, weight_bits);
    double error = noise_error(c, &rounded, step);
    network_matrices(&rounded, copies);
    for (int n = 0; n < count; n++)
        free(copies[n].matrix->at);
    return error;
}
