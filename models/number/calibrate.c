/* SPDX-License-Identifier: Apache-2.0 */
#include "models/number/calibrate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/progress.h"
#include "models/network/reference.h"

/* ---- magnitudes ---- */

/* Bins from 2^-20 to 2^20, a sixteenth of an octave each: the first bits of a double's mantissa. */
enum { BINS_PER_OCTAVE = 16, LOWEST_OCTAVE = -20, OCTAVES = 40, BINS = BINS_PER_OCTAVE * OCTAVES };

static int bin_of(double magnitude)
{
    int octave;
    if (!(magnitude < ldexp(1.0, LOWEST_OCTAVE + OCTAVES))) /* no number is there as well */
        return BINS - 1;
    double mantissa = frexp(magnitude, &octave); /* [0.5, 1) */
    if (magnitude == 0.0 || octave <= LOWEST_OCTAVE)
        return 0;
    return (octave - 1 - LOWEST_OCTAVE) * BINS_PER_OCTAVE +
           (int)((mantissa - 0.5) * 2 * BINS_PER_OCTAVE);
}

/* Where bin number `bin` ends. */
static double end_of(int bin)
{
    int octave = LOWEST_OCTAVE + bin / BINS_PER_OCTAVE, part = bin % BINS_PER_OCTAVE;
    return ldexp(1.0 + (double)(part + 1) / BINS_PER_OCTAVE, octave);
}

void magnitudes_add(struct magnitudes *m, double value)
{
    const double magnitude = isnan(value) ? INFINITY : fabs(value);
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
    NOISE_FRAMES = 32, /* of an utterance, at least */
    TRIAL_BITS = 16, /* of weights before anybody asks */
    TRIAL_FRAMES_LEAST = 96, /* of an utterance: behind the silence that it begins with */
    TRIAL_FRAMES_MOST = 128,
    DRAWN_UTTERANCES = 8,
    DRAWN_FRAMES = 32 /* each */
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

bool calibration_holds_out(const struct utterances *u)
{
    for (int n = 0; n < u->count; n++)
        if (calibration_rows(u, n) < u->frames[n].rows)
            return true;
    return false;
}

int calibration_judged_from(const struct utterances *u, int n)
{
    return calibration_holds_out(u) ? calibration_rows(u, n) : 0;
}

/* ---- runs ---- */

/* An utterance that is yet to be spoken. */
struct turn {
    int rows, utterance;
};

/* What clipping a vector at a limit costs, once somebody has asked. */
struct clip {
    int vector;
    double limit, error;
};

struct calibrator {
    struct network network;
    struct reference *reference;
    struct utterances utterances, drawn; /* drawn: its own, if any */
    int *rows;    /* [utterances] frames that it looks at */
    double *largest; /* [vectors][utterances] of those whose clipping is judged */
    struct turn *turns; /* [utterances] the longest first, so that voices end together */
    float *y;     /* of all those frames, one after the other, utterance by utterance */
    size_t *first; /* [utterances] where those of an utterance begin in `y`, in frames */
    double signal;
    struct calibration seen;
    struct magnitudes *values; /* [vectors] */
    struct clip *clips;
    int clip_count;
    struct reference *trial;          /* its weights rounded as ... */
    struct weight_rounding *roundings; /* ... [matrices] says; NULL: nobody has asked yet */
    int *trial_rows;                   /* [utterances] frames that tell */
};

/* A run over all frames: what is done with the state of a voice after a frame. */
struct run {
    struct calibrator *calibrator;
    const struct reference *reference;
    bool gather;    /* magnitudes and y; else compare y */
    const int *rows; /* [utterances] frames to play */
    double error, signal; /* power */
};

/* Who speaks, on as many voices at once as the reference takes. */
struct speakers {
    struct reference_state state;
    int next; /* turn */
    int speaking;
    int utterance[REFERENCE_VOICES], frame[REFERENCE_VOICES]; /* utterance -1: silent */
};

bool calibrator_judges(enum value value)
{
    return value == VALUE_C || value == VALUE_KEPT;
}

/* What goes into the functions of a layer. */
static void gather_z(struct calibrator *c, const struct reference_state *s, int vector, int v)
{
    const struct network *n = &c->network;
    for (int i = 0; i < n->pass_count; i++) {
        const struct network_pass *pass = &n->passes[i];
        for (int row = 0; pass->sums == vector && row < pass->rows; row++)
            magnitudes_add(&c->values[vector], s->z[i][row * s->voices + v]);
    }
}

/* Whose values are looked at. */
struct speaker {
    const struct reference_state *state;
    int voice, utterance;
};

/* Elements first .. end of a vector. */
static void gather_vector(struct calibrator *c, const struct speaker *of, int vector, int first,
                          int end)
{
    const struct reference_state *s = of->state;
    const int v = of->voice, utterance = of->utterance;
    double *largest = &c->largest[vector * c->utterances.count + utterance];
    for (int i = first; i < end; i++) {
        const double value = s->at[vector][i * s->voices + v];
        magnitudes_add(&c->values[vector], value);
        if (calibrator_judges(c->network.vectors[vector].value))
            *largest = fmax(*largest, fabs(value));
    }
}

static void gather_layer(struct calibrator *c, const struct speaker *speaker,
                         const struct layer *layer)
{
    const struct network *n = &c->network;
    for (int vector = 0; vector < n->vector_count; vector++) {
        const struct network_vector *of = &n->vectors[vector];
        const bool own = of->layer != NONE && &n->layers[of->layer] == layer;
        if (vector == layer->writes)
            gather_vector(c, speaker, vector, layer->first, layer->first + layer->size);
        else if (own && of->value == VALUE_Z)
            gather_z(c, speaker->state, vector, speaker->voice);
        else if (own && speaker->state->at[vector] != NULL)
            gather_vector(c, speaker, vector, 0, of->size);
    }
}

/* y of a frame, whose elements are `step` apart. */
static void take_y(struct run *run, const double *from, int step, int utterance, int frame)
{
    struct calibrator *c = run->calibrator;
    const int output = c->network.output;
    float *y = c->y + (c->first[utterance] + (size_t)frame) * (size_t)output;
    for (int i = 0; i < output; i++) {
        const double value = from[i * step];
        if (run->gather) {
            y[i] = (float)value;
            c->signal += value * value;
        } else {
            run->error += (value - (double)y[i]) * (value - (double)y[i]);
            run->signal += (double)y[i] * (double)y[i];
        }
    }
}

/* Voice v speaks. */
static void take_frame(struct run *run, const struct speakers *speakers, int v)
{
    const struct reference_state *s = &speakers->state;
    const int utterance = speakers->utterance[v];
    take_y(run, reference_y(s) + v, s->voices, utterance, speakers->frame[v]);
    if (!run->gather)
        return;
    struct calibrator *c = run->calibrator;
    const struct speaker speaker = {s, v, utterance};
    gather_vector(c, &speaker, 0, 0, c->network.input);
    for (int layer = 0; layer < c->network.layer_count; layer++)
        gather_layer(c, &speaker, &c->network.layers[layer]);
}

/* The next frame of everybody; who has ended takes the next utterance. */
static void go_on(const struct run *run, struct speakers *s)
{
    const struct calibrator *c = run->calibrator;
    s->speaking = 0;
    for (int v = 0; v < s->state.voices; v++) {
        if (s->utterance[v] >= 0 && ++s->frame[v] >= run->rows[s->utterance[v]])
            s->utterance[v] = -1;
        while (s->utterance[v] < 0 && s->next < c->utterances.count) {
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
static void leave_alone(struct speakers *s)
{
    if (s->speaking != 1 || s->state.voices == 1)
        return;
    int last = 0;
    while (s->utterance[last] < 0)
        last++;
    reference_alone(&s->state, last);
    s->utterance[0] = s->utterance[last];
    s->frame[0] = s->frame[last];
}

static void gather_x(const struct calibrator *c, const struct speakers *s, float *x)
{
    const int voices = s->state.voices;
    for (int v = 0; v < voices; v++) {
        const float *features =
            s->utterance[v] < 0 ? NULL
                                : matrix_row(&c->utterances.frames[s->utterance[v]], s->frame[v]);
        for (int i = 0; i < c->network.input; i++)
            x[i * voices + v] = features != NULL ? features[i] : 0.0f;
    }
}

static void run_forward(struct run *run)
{
    struct calibrator *c = run->calibrator;
    struct speakers s = {.state = reference_start_voices(&c->network)};
    float *x = allocate((size_t)c->network.input * REFERENCE_VOICES, sizeof *x);
    int64_t done = 0, all = 0;
    for (int n = 0; n < c->utterances.count; n++)
        all += run->rows[n];
    for (int v = 0; v < REFERENCE_VOICES; v++)
        s.utterance[v] = -1;
    for (go_on(run, &s); s.speaking > 0; go_on(run, &s)) {
        leave_alone(&s);
        gather_x(c, &s, x);
        reference_step(run->reference, &s.state, x);
        for (int v = 0; v < s.state.voices; v++)
            if (s.utterance[v] >= 0)
                take_frame(run, &s, v);
        done += s.speaking;
        progress("calibration", done, all);
    }
    free(x);
    reference_end(&s.state);
}

/* An utterance after the other, where layers go backward. */
struct whole {
    struct run *run;
    int utterance;
};

static void gather_whole(void *context, const struct reference_state *s, const struct layer *layer)
{
    const struct whole *w = context;
    struct calibrator *c = w->run->calibrator;
    if (w->run->gather)
        gather_layer(c, &(struct speaker){s, 0, w->utterance}, layer);
}

static void run_whole(struct run *run)
{
    struct calibrator *c = run->calibrator;
    for (int n = 0; n < c->utterances.count; n++) {
        struct matrix x = c->utterances.frames[n];
        struct whole whole = {run, n};
        const struct reference_visitor visitor = {gather_whole, &whole};
        x.rows = run->rows[n];
        double *y = allocate((size_t)x.rows * (size_t)c->network.output, sizeof *y);
        if (x.rows > 0)
            reference_run(run->reference, &x, &visitor, y);
        for (int t = 0; t < x.rows; t++)
            take_y(run, y + (size_t)t * (size_t)c->network.output, 1, n, t);
        for (size_t i = 0; run->gather && i < (size_t)x.rows * (size_t)x.cols; i++)
            magnitudes_add(&c->values[0], (double)x.at[i]);
        free(y);
        progress("calibration", n + 1, c->utterances.count);
    }
}

static void run_all(struct run *run)
{
    if (network_is_forward(&run->calibrator->network))
        run_forward(run);
    else
        run_whole(run);
}

/* So many frames of each that there are `most` in all, one of each at least. */
static void choose_rows(struct calibrator *c, int most)
{
    const struct utterances *u = &c->utterances;
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
    for (int n = 0; n < c->utterances.count; n++)
        for (int t = c->rows[n]; t < calibration_rows(&c->utterances, n); t++)
            for (int i = 0; i < c->network.input; i++)
                magnitudes_add(&c->values[0],
                               (double)matrix_row(&c->utterances.frames[n], t)[i]);
}

/* What a vector begins with counts as well. */
static void gather_initial(struct calibrator *c)
{
    for (int vector = 0; vector < c->network.vector_count; vector++) {
        const struct network_vector *v = &c->network.vectors[vector];
        double *largest = c->largest + vector * c->utterances.count;
        for (int i = 0; v->initial != NULL && i < v->size; i++) {
            const double value = (double)v->initial[i];
            magnitudes_add(&c->values[vector], value);
            for (int n = 0; calibrator_judges(v->value) && n < c->utterances.count; n++)
                largest[n] = fmax(largest[n], fabs(value));
        }
    }
}

struct calibrator *calibrator_new(const struct network *network,
                                  const struct utterances *utterances,
                                  const struct model_config *model)
{
    struct calibrator *c = allocate(1, sizeof *c);
    c->network = *network;
    c->utterances = *utterances;
    if (utterances->count == 0) {
        utterances_draw(&c->drawn, DRAWN_UTTERANCES, DRAWN_FRAMES, network->input, model->seed + 1);
        c->utterances = c->drawn;
    }
    const size_t count = (size_t)c->utterances.count;
    c->rows = allocate(count, sizeof *c->rows);
    c->values = allocate((size_t)network->vector_count, sizeof *c->values);
    c->largest = allocate((size_t)network->vector_count * count, sizeof *c->largest);
    c->turns = allocate(count, sizeof *c->turns);
    c->first = allocate(count, sizeof *c->first);
    choose_rows(c, model->calibration_frames);
    c->seen.drawn = c->utterances.drawn;
    return c;
}

void calibrator_run(struct calibrator *c)
{
    const int count = c->utterances.count;
    size_t frames = 0;
    if (c->reference != NULL) /* that was long ago */
        return;
    for (int n = 0; n < count; n++) {
        c->turns[n] = (struct turn){c->rows[n], n};
        c->first[n] = frames;
        frames += (size_t)c->rows[n];
    }
    qsort(c->turns, (size_t)count, sizeof *c->turns, longer_first);
    c->y = allocate(frames * (size_t)c->network.output, sizeof *c->y);
    c->reference = reference_new(&c->network);
    struct run run = {.calibrator = c, .reference = c->reference, .rows = c->rows, .gather = true};
    run_all(&run);
    gather_other_x(c);
    gather_initial(c);
}

void calibrator_free(struct calibrator *c)
{
    if (c == NULL)
        return;
    for (int vector = 0; vector < c->network.vector_count; vector++)
        free(c->values[vector].bins);
    free(c->values);
    if (c->reference != NULL)
        reference_free(c->reference);
    if (c->trial != NULL)
        reference_free(c->trial);
    free(c->roundings);
    free(c->trial_rows);
    utterances_free(&c->drawn);
    free(c->clips);
    free(c->rows);
    free(c->largest);
    free(c->turns);
    free(c->first);
    free(c->y);
    free(c);
}

const struct magnitudes *calibrator_values(const struct calibrator *c, int vector)
{
    return &c->values[vector];
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
    return allocate((size_t)c->utterances.count, sizeof *c->rows);
}

/* Utterances in which it stays below the limit have no error. */
static double measure_clip(struct calibrator *c, int vector, double limit)
{
    const double *largest = c->largest + vector * c->utterances.count;
    int *rows = rows_new(c);
    struct run run = {.calibrator = c, .reference = c->reference, .rows = rows};
    for (int n = 0; n < c->utterances.count; n++)
        rows[n] = largest[n] > limit ? c->rows[n] : 0;
    reference_limit(c->reference, vector, limit, 0.0);
    run_all(&run);
    reference_limit(c->reference, vector, 0.0, 0.0);
    free(rows);
    return run.error;
}

double calibrator_clip_error(struct calibrator *c, int vector, double limit)
{
    for (int n = 0; n < c->clip_count; n++)
        if (c->clips[n].vector == vector && c->clips[n].limit == limit)
            return c->clips[n].error;
    const struct clip clip = {vector, limit, measure_clip(c, vector, limit)};
    c->clips = realloc(c->clips, (size_t)(c->clip_count + 1) * sizeof *c->clips);
    BUG_UNLESS(c->clips != NULL);
    c->clips[c->clip_count++] = clip;
    return clip.error;
}

/* Unlike clipping, noise is in every frame: some of them tell. */
double calibrator_noise(struct calibrator *c, int vector, int weight_bits, double step)
{
    struct reference *rounded = reference_rounded(c->reference, weight_bits);
    int *rows = rows_new(c), frames = 0;
    struct run run = {.calibrator = c, .reference = rounded, .rows = rows};
    for (int n = 0; n < c->utterances.count; n++) {
        rows[n] = c->rows[n] / NOISE_SHARE;
        rows[n] = rows[n] > NOISE_FRAMES ? rows[n] : NOISE_FRAMES;
        rows[n] = rows[n] < c->rows[n] ? rows[n] : c->rows[n];
        frames += rows[n];
    }
    reference_limit(rounded, vector, INFINITY, step);
    run_all(&run);
    reference_free(rounded);
    free(rows);
    return frames > 0 ? run.error * (double)c->seen.frames / (double)frames : 0.0;
}

/* Utterances at equal distances, the same number of frames of each if they have so many. */
static void choose_trial_rows(struct calibrator *c)
{
    const int there = c->seen.utterances, most = there < REFERENCE_VOICES ? there : REFERENCE_VOICES;
    const int64_t frames = (int64_t)c->seen.frames / (2 * c->network.matrix_count + 1) / (most > 0 ? most : 1);
    const int each = frames < TRIAL_FRAMES_LEAST  ? TRIAL_FRAMES_LEAST
                     : frames > TRIAL_FRAMES_MOST ? TRIAL_FRAMES_MOST
                                                  : (int)frames;
    c->trial_rows = rows_new(c);
    for (int n = 0, seen = 0, used = 0; n < c->utterances.count; n++) {
        if (c->rows[n] == 0 || (int64_t)seen++ * most / there < used)
            continue;
        used++;
        c->trial_rows[n] = c->rows[n] < each ? c->rows[n] : each;
    }
}

static void start_trials(struct calibrator *c)
{
    const int matrices = c->network.matrix_count;
    choose_trial_rows(c);
    c->trial = reference_rounded(c->reference, TRIAL_BITS);
    c->roundings = allocate((size_t)matrices, sizeof *c->roundings);
}

struct weights_error calibrator_weights_error(struct calibrator *c, const struct weight_rounding *roundings)
{
    if (c->trial == NULL)
        start_trials(c);
    for (int m = 0; m < c->network.matrix_count; m++) {
        const struct weight_rounding *now = &c->roundings[m], *to = &roundings[m];
        if (now->bits == to->bits && now->fraction == to->fraction && now->spared == to->spared)
            continue;
        c->roundings[m] = *to;
        reference_round(c->trial, c->reference, m, to);
    }
    struct run run = {.calibrator = c, .reference = c->trial, .rows = c->trial_rows};
    struct weights_error e = {0};
    run_all(&run);
    e.error = run.error;
    e.signal = run.signal;
    for (int n = 0; n < c->utterances.count; n++)
        e.frames += c->trial_rows[n];
    return e;
}
